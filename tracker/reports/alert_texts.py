"""Sentences of alerts, in one language: the same on a page and in a message. Never a verdict."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

from babel.dates import format_skeleton

from tracker import i18n
from tracker.i18n import mark
from tracker.reports import format as numbers

SENTENCES: dict[str, str] = {
    "price_below_ours": mark(
        "%(who)s sells %(title)s at %(price)s, %(below)s below ours (%(ours)s)"
    ),
    "promotion_started": mark("%(who)s: promotion on %(title)s (%(promotion)s)"),
    "out_of_stock": mark("%(who)s: %(title)s is out of stock"),
    "follower_jump": mark("%(name)s on %(platform)s: %(followers)s followers, %(was)s before"),
    "post_deleted": mark("%(name)s: the post “%(title)s” is gone"),
    "roi_below": mark("%(name)s, %(period)s: ROI %(roi)s, limit %(limit)s, cost %(cost)s"),
    "refund_above": mark(
        "%(name)s, %(period)s: %(rate)s of revenue was refunded, limit %(limit)s, %(orders)s orders"
    ),
    "spend_without_orders": mark("%(name)s, %(period)s: cost %(cost)s and no order"),
    "code_spike": mark(
        "Code %(code)s of %(name)s, %(period)s: %(orders)s orders, usual are %(usual)s"
    ),
    "code_leak": mark(
        "Code %(code)s of %(name)s: since %(since)s %(share)s of its orders have no click, usual "
        "are %(before)s; leaked?"
    ),
    "price_drop": mark(
        "%(who)s sells %(title)s at %(price)s, %(below)s below its highest price of %(days)s days "
        "(%(was)s)"
    ),
    "crawl_stale": mark("%(host)s: %(url)s was not read for %(days)s days (%(status)s)"),
    "pacing_behind": mark(
        "%(name)s: %(done)s of its target for %(goal)s after %(time)s of its time"
    ),
}
"""Kind of alert -> sentence. code_leak is a code_spike whose orders look leaked."""

_SHARES = ("roi", "limit", "rate", "share", "before", "done", "time")


def alert_sentence(kind: str, figures: Mapping[str, Any], currency: str, locale: str) -> str:
    """What an alert says.

    Args:
        kind: of `AlertRule`.
        figures: of `AlertState`.
        currency: the workspace's base currency.
    """
    if kind == "code_spike" and "since" in figures:
        kind = "code_leak"
    shown = {name: _plain(value, locale) for name, value in figures.items()}
    for fill in (_names, _amounts, _shares, _days):
        shown |= fill(figures, currency, locale)
    return i18n.gettext(locale, SENTENCES[kind]) % shown


def alert_path(kind: str, subject_id: int, figures: Mapping[str, Any]) -> str:
    """Address (path and query) of the page with the rows behind an alert."""
    days = {"from": figures["from"], "to": figures["to"]} if "from" in figures else {}
    dimension = figures.get("dimension", "")
    if kind in ("price_below_ours", "promotion_started", "out_of_stock", "price_drop"):
        return f"/competitors/{subject_id}"
    if kind == "crawl_stale":
        return f"/crawling/{subject_id}"
    if kind == "pacing_behind":
        return f"/orders?{urlencode({'campaign': subject_id})}"
    if dimension == "total":
        return f"/channels?{urlencode(days)}"
    if dimension == "channel":
        return f"/orders?{urlencode(days | {'channel': figures.get('name', '')})}"
    if dimension == "campaign":
        return f"/orders?{urlencode(days | {'campaign': subject_id})}"
    influencer = subject_id if dimension == "influencer" else figures.get("influencer_id")
    if not influencer:
        return "/influencers"
    return f"/influencers/{influencer}" + (f"?{urlencode(days)}" if days else "")


def _names(figures: Mapping[str, Any], _currency: str, locale: str) -> dict[str, str]:
    ours = i18n.gettext(locale, mark("Ours")) if figures.get("is_own") else numbers.DASH
    found = {
        "who": str(figures.get("competitor") or ours),
        "title": str(figures.get("title") or i18n.gettext(locale, mark("a listing"))),
        "name": str(figures.get("name") or numbers.DASH),
    }
    if figures.get("dimension") == "total":
        found["name"] = i18n.gettext(locale, mark("Everything together"))
    if figures.get("dimension") == "channel":
        found["name"] = i18n.label(locale, "channel", found["name"])
    for field, group in (
        ("platform", "platform"), ("status", "fetch_status"), ("goal", "pace_goal"),
    ):  # fmt: skip
        if field in figures:
            found[field] = i18n.label(locale, group, str(figures[field]))
    return found


def _amounts(figures: Mapping[str, Any], currency: str, locale: str) -> dict[str, str]:
    currency = str(figures.get("currency") or currency)
    found = {
        name.removesuffix("_minor"): numbers.money(int(value), currency, locale, compact=False)
        for name, value in figures.items()
        if name.endswith("_minor") and value is not None
    }
    for against in ("ours_minor", "was_minor"):
        if figures.get(against) and "price_minor" in figures:
            below = 1 - figures["price_minor"] / figures[against]
            found["below"] = numbers.percent(below, locale)
    found.setdefault("below", numbers.DASH)
    return found


def _shares(figures: Mapping[str, Any], _currency: str, locale: str) -> dict[str, str]:
    found = {
        name: numbers.percent(figures[name], locale)
        for name in _SHARES
        if name in figures and not isinstance(figures[name], str)
    }
    if "discount" in figures:
        reduced = float(figures["discount"] or 0)
        texts = [
            figures.get("promotion") or "",
            f"{numbers.MINUS}{numbers.percent(reduced, locale)}" if reduced else "",
        ]
        found["promotion"] = " · ".join(text for text in texts if text) or numbers.DASH
    return found


def _days(figures: Mapping[str, Any], _currency: str, locale: str) -> dict[str, str]:
    found = {}
    if "since" in figures:
        found["since"] = _day(figures["since"], locale)
    if "from" in figures:
        first, last = _day(figures["from"], locale), _day(figures["to"], locale)
        found["period"] = first if first == last else f"{first}–{last}"
    return found


def _day(text: str, locale: str) -> str:
    return str(format_skeleton("MMMd", date.fromisoformat(text), locale=locale))


def _plain(value: Any, locale: str) -> str:
    if isinstance(value, int | float):
        return numbers.count(value, locale, compact=False)
    return str(value)
