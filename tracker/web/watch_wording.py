"""Sentences for what is watched: alerts, and signals that are worth a look. Never a verdict."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext

from tracker.domain.anomalies import Signal
from tracker.i18n import mark
from tracker.reports.alerts import Alert
from tracker.web import filters

ALERTS: dict[str, str] = {
    "price_below_ours": mark(
        "%(who)s sells %(title)s at %(price)s, %(below)s below ours (%(ours)s)"
    ),
    "promotion_started": mark("%(who)s: promotion on %(title)s (%(promotion)s)"),
    "out_of_stock": mark("%(who)s: %(title)s is out of stock"),
    "follower_jump": mark("%(name)s on %(platform)s: %(followers)s followers, %(was)s before"),
    "post_deleted": mark("%(name)s: the post “%(title)s” is gone"),
}
"""Kind of alert -> sentence."""

SIGNALS: dict[str, str] = {
    "follower_jump": mark(
        "%(day)s: %(gained)s more followers on %(followers)s in %(days)s days; usual is %(usual)s "
        "a day, and no post of that time explains it."
    ),
    "round_jump": mark("%(day)s: the jump is almost exactly %(near)s."),
    "jump_lost": mark("Within %(days)s days %(share)s of that jump was gone again."),
    "views_collapsed": mark(
        "Views for each follower after the jump: %(after)s; before it: %(before)s."
    ),
    "engagement_low": mark(
        "Engagement by followers is %(rate)s; of %(base)s nine in ten are above %(low)s."
    ),
    "engagement_high": mark(
        "Engagement by followers is %(rate)s; of %(base)s hardly any is above %(high)s."
    ),
    "likes_alike": mark(
        "The last %(posts)s posts have nearly the same likes: %(least)s to %(most)s."
    ),
    "comments_unusual": mark(
        "%(day)s: %(ratio)s comments for a hundred likes; this account's usual is %(usual)s."
    ),
    "follows_many": mark("It follows %(following)s accounts, more than follow it (%(followers)s)."),
}
"""Code of `tracker.domain.anomalies` -> sentence with the evidence."""


def alert_text(alert: Alert) -> str:
    """What an alert says."""
    figures = alert.figures
    who = figures.get("competitor") or (gettext("Ours") if figures.get("is_own") else "—")
    shown = {name: _plain(value) for name, value in figures.items()}
    shown |= {"who": who, "title": figures.get("title") or gettext("a listing")}
    if alert.kind == "price_below_ours":
        price, ours = int(figures["price_minor"]), int(figures["ours_minor"])
        shown |= {
            "price": filters.money_full(price),
            "ours": filters.money_full(ours),
            "below": filters.percent(1 - price / ours) if ours else "—",
        }
    if alert.kind == "promotion_started":
        reduced = float(figures.get("discount") or 0)
        texts = [figures.get("promotion") or "", f"−{filters.percent(reduced)}" if reduced else ""]
        shown["promotion"] = " · ".join(text for text in texts if text) or "—"
    if "platform" in figures:
        shown["platform"] = filters.label(figures["platform"], "platform")
    shown["name"] = str(figures.get("name") or "—")
    return str(gettext(ALERTS[alert.kind])) % shown


def signal_text(signal: Signal) -> str:
    """What was seen, with its figures."""
    shown = _signal_figures(signal.figures)
    shown["day"] = "" if signal.day is None else filters.day(signal.day)
    return str(gettext(SIGNALS[signal.code])) % shown


def _signal_figures(figures: Mapping[str, float | int]) -> dict[str, str]:
    shares = {"share", "rate", "low", "high", "variation"}
    shown: dict[str, str] = {}
    for name, value in figures.items():
        if name in shares:
            shown[name] = filters.percent(float(value))
        elif name in ("ratio", "usual") and isinstance(value, float):
            shown[name] = filters.count(round(100 * value, 1))
        elif name in ("before", "after"):
            shown[name] = filters.count(round(float(value), 2))
        else:
            shown[name] = filters.count_full(value)
    peers = figures.get("peers")
    shown["base"] = (
        gettext("accounts of its platform and size here")
        if peers
        else gettext("what is published for its platform")
    )
    return shown


def _plain(value: Any) -> str:
    return filters.count_full(value) if isinstance(value, int | float) else str(value)
