"""Numbers, days and codes as pages show them. None is "—": it cannot be said; 0 is a number."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton
from babel.numbers import get_currency_name
from flask import Flask, url_for
from flask_babel import gettext
from jinja2 import pass_context
from jinja2.runtime import Context

from tracker import i18n
from tracker.reports import format as numbers
from tracker.reports.rows import OpenQuestion
from tracker.web import bar
from tracker.web.context import get_shops, get_workspace, today
from tracker.web.preferences import locale_name

DASH = "—"
SPARK_WIDTH, SPARK_HEIGHT, SPARK_MARGIN = 120, 28, 2


def register(app: Flask) -> None:
    """Make them known to templates."""
    # they use these filters for their sentences
    from tracker.web import product_filters, sending_wording, watch_wording, wording

    for filter_ in (
        money, money_full, count, count_full, orders, orders_full, micro_orders, percent,
        signed_percent, times, percent_of, spark_points, short_day, duration, day, iso_day, moment,
        instant, label, currency_name, chip, ppm, question_url, shop_name, shop_day,
        wording.question_text, wording.tag_text, wording.formula, wording.reason, web_address,
        watch_wording.alert_text, watch_wording.signal_text, sending_wording.alert_address,
        sending_wording.failure_text, sending_wording.rule_text, sending_wording.rule_title,
        sending_wording.state_text, *product_filters.FILTERS,
    ):  # fmt: skip
        app.add_template_filter(_per_request(filter_), filter_.__name__)
    app.add_template_global(bar.state_url)


def _per_request(filter_: Callable[..., Any]) -> Callable[..., Any]:
    """The filter, called for every reader.

    Jinja computes a plain filter of a constant (`"roi"|formula`) when it compiles the template: in
    the language of whoever came first, for everybody. One that takes the context is never folded.
    """

    @pass_context
    @wraps(filter_)
    def called(_context: Context, *arguments: Any, **named: Any) -> Any:
        return filter_(*arguments, **named)

    return called


def money(minor: int | None, currency: str = "") -> str:
    """An amount, short: 万 and 亿 in Chinese, k and m in English. currency: "" is the base's."""
    return numbers.money(minor, currency or get_workspace().base_currency, locale_name())


def money_full(minor: int | None, currency: str = "") -> str:
    """An amount to the last minor unit, for titles."""
    return numbers.money(
        minor, currency or get_workspace().base_currency, locale_name(), compact=False
    )


def count(value: float | None) -> str:
    """A number of things, short."""
    return numbers.count(value, locale_name())


def count_full(value: float | None) -> str:
    """A number of things, whole."""
    return numbers.count(value, locale_name(), compact=False)


def orders(value: float | None) -> str:
    """Credited orders: whole when many."""
    return numbers.count(None if value is None else round(value), locale_name())


def orders_full(value: float | None) -> str:
    """Credited orders with their fraction."""
    return numbers.count(None if value is None else round(value, 2), locale_name(), compact=False)


def micro_orders(value: int | None) -> str:
    """Orders given in millionths."""
    return orders(None if value is None else value / 1_000_000)


def percent(share: float | None) -> str:
    """A share as percent."""
    return numbers.percent(share, locale_name())


def signed_percent(share: float | None) -> str:
    """A change or a return, with its sign."""
    return numbers.percent(share, locale_name(), signed=True)


def times(value: float | None) -> str:
    """A ratio: 2.50×."""
    return numbers.ratio(value, locale_name())


def ppm(value: int) -> str:
    """A rate in millionths as percent."""
    return f"{value / 10_000:g}%"


def percent_of(value: float, most: float) -> str:
    """How wide a bar in a cell is, 0 to 100; nothing for what is not positive."""
    return f"{max(0.0, min(100.0, 100 * value / most)):.1f}" if most > 0 else "0"


def spark_points(values: tuple[int, ...]) -> str:
    """The points of a sparkline in its box of 120 by 28."""
    low, high = min(0, *values), max(values)
    span = (high - low) or 1
    step = SPARK_WIDTH / (len(values) - 1)
    room = SPARK_HEIGHT - 2 * SPARK_MARGIN
    return " ".join(
        f"{i * step:.1f},{SPARK_HEIGHT - SPARK_MARGIN - room * (value - low) / span:.1f}"
        for i, value in enumerate(values)
    )


def short_day(value: date) -> str:
    """A day in few characters: 11/8, with its year when that is another one."""
    skeleton = "Md" if value.year == today().year else "yMd"
    return format_skeleton(skeleton, value, locale=locale_name())


def duration(seconds: int | None) -> str:
    """A length of time in its largest unit: minutes, hours or days."""
    if seconds is None:
        return DASH
    if seconds < 3_600:
        return str(gettext("%(n)s min", n=count(seconds // 60)))
    if seconds < 2 * 86_400:
        return str(gettext("%(n)s h", n=count(round(seconds / 3_600, 1))))
    return str(gettext("%(n)s d", n=count(round(seconds / 86_400, 1))))


def day(value: date | None) -> str:
    """A day with its year, the same in both languages."""
    return DASH if value is None else value.isoformat()


def iso_day(text: str) -> str:
    """An ISO date as a short day."""
    return short_day(date.fromisoformat(text))


def moment(value: datetime | None) -> str:
    """An instant in the workspace's zone: the time alone when it is today's."""
    if value is None:
        return DASH
    local = value.astimezone(ZoneInfo(get_workspace().time_zone))
    clock = f"{local:%H:%M}"  # the same in both languages
    return clock if local.date() == today() else f"{local.date().isoformat()} {clock}"


def shop_day(value: datetime | None, shop_id: int) -> str:
    """The day of an instant in its shop's zone."""
    zone = next((s.time_zone for s in get_shops() if s.id == shop_id), get_workspace().time_zone)
    if value is None:
        return DASH
    local = value.astimezone(ZoneInfo(zone)).date()
    return local.isoformat() if local.year > 1970 else str(gettext("ever since"))


def instant(value: datetime | None) -> str:
    """An instant in the workspace's zone, with its day."""
    if value is None:
        return DASH
    local = value.astimezone(ZoneInfo(get_workspace().time_zone))
    return f"{local.date().isoformat()} {local:%H:%M}"


def label(code: str | None, group: str) -> str:
    """The word for a stored code; nothing for None."""
    return "" if code is None else i18n.label(locale_name(), group, str(code))


def currency_name(code: str) -> str:
    """A currency's name in the user's language."""
    return str(get_currency_name(code, locale=locale_name()))


def chip(value: str, field: str) -> str:
    """The words of a filter in force."""
    names: dict[str, Any] = {"kind": "kind", "channel": "channel", "status": "order_status"}
    if field in names:
        return label(value, names[field])
    if field == "campaign_id":
        return value or str(gettext("one campaign"))
    if field == "influencer_id":
        return value or str(gettext("one influencer"))
    if field == "product_id":
        return value or str(gettext("one product"))
    return value


def question_url(question: OpenQuestion) -> str:
    """Where an open question is settled."""
    return url_for(question.endpoint, **question.args)  # type: ignore[arg-type]


def shop_name(shop_id: int) -> str:
    """The name of a shop of this workspace; "—" for none."""
    return next((shop.name for shop in get_shops() if shop.id == shop_id), DASH)


def web_address(url: str) -> str:
    """An address that a stranger wrote, if it leads to a page; else nothing: no script, no data."""
    return url if url.startswith(("https://", "http://")) else ""
