"""Sentences for what is watched: alerts, and signals that are worth a look. Never a verdict."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext

from tracker.domain.anomalies import Signal
from tracker.i18n import mark
from tracker.reports.alert_texts import alert_sentence
from tracker.reports.alerts import Alert
from tracker.web import filters
from tracker.web.context import get_workspace
from tracker.web.preferences import locale_name

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
    currency = get_workspace().base_currency
    return alert_sentence(alert.kind, alert.figures, currency, locale_name())


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
