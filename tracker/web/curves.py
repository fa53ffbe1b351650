"""Charts of what was observed: prices of a group of listings, followers, engagement."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from flask import abort, request
from flask_babel import gettext
from sqlalchemy import select

from tracker import i18n
from tracker.domain.channels import Kind
from tracker.domain.money import exponent
from tracker.models import Promotion, SocialAccount
from tracker.reports import market, side_by_side, social
from tracker.reports.chart import Chart
from tracker.reports.context import bands_of
from tracker.reports.curves import curve_chart
from tracker.reports.format import count, money
from tracker.reports.rows import Band
from tracker.reports.state import ReportState
from tracker.web.bar import state_url
from tracker.web.context import get_session
from tracker.web.routes import INT32


def prices(state: ReportState, locale: str, width: int) -> Chart:
    """Prices of a listing and of those it is compared with, over our promotions."""
    listing = market.find_listing(get_session(), state, _number("listing"))
    if listing is None:
        abort(404)
    group = market.group_of(get_session(), listing)
    unit = 10 ** exponent(state.base_currency)

    def text(value: float) -> str:
        return money(round(value * unit), state.base_currency, locale, compact=False)

    return curve_chart(
        market.price_curves(get_session(), state, group, gettext("ours")),
        state.period,
        title=gettext("Prices"),
        locale=locale,
        text=text,
        short=lambda value: count(value, locale),
        bands=_promotions(state),
        width=width,
    )


def followers(state: ReportState, locale: str, width: int) -> Chart:
    """Followers of an influencer's accounts."""
    return curve_chart(
        social.follower_curves(get_session(), state, _name(locale)),
        state.period,
        title=gettext("Followers"),
        locale=locale,
        text=lambda value: count(value, locale, compact=False),
        short=lambda value: count(value, locale),
        bands=_promotions(state),
        link=_orders_of(state),
        width=width,
    )


def engagement(state: ReportState, locale: str, width: int) -> Chart:
    """Likes, comments, shares and saves of an influencer's posts by day of publishing."""
    return curve_chart(
        social.engagement_curves(get_session(), state, _name(locale)),
        state.period,
        title=gettext("Engagement of posts by day of publishing"),
        from_zero=True,
        locale=locale,
        text=lambda value: count(value, locale, compact=False),
        short=lambda value: count(value, locale),
        bands=_promotions(state),
        link=_orders_of(state),
        width=width,
    )


def nets_of_several(state: ReportState, locale: str, width: int) -> Chart:
    """Net revenue by day of influencers that stand side by side."""
    return _nets(state, locale, width, gettext("Net revenue by day"), summed=False)


def sums_of_several(state: ReportState, locale: str, width: int) -> Chart:
    """Their net revenue from the period's first day on."""
    return _nets(state, locale, width, gettext("Net revenue, added up"), summed=True)


def _nets(state: ReportState, locale: str, width: int, title: str, *, summed: bool) -> Chart:
    unit = 10 ** exponent(state.base_currency)
    return curve_chart(
        side_by_side.net_curves(get_session(), state, summed=summed),
        state.period,
        title=title,
        from_zero=True,
        locale=locale,
        text=lambda value: money(round(value * unit), state.base_currency, locale, compact=False),
        short=lambda value: count(value, locale),
        bands=_promotions(state),
        link=_orders_of(state.changed(kind=str(Kind.KOL), who=())),
        width=width,
    )


def _name(locale: str) -> Callable[[SocialAccount], str]:
    def name(account: SocialAccount) -> str:
        return f"{i18n.label(locale, 'platform', account.platform)} · {account.handle}"

    return name


def _orders_of(state: ReportState) -> Callable[[date, date], str]:
    def link(first: date, last: date) -> str:
        return state_url("orders.index", state, preset="custom", start=first, end=last)

    return link


def _promotions(state: ReportState) -> tuple[Band, ...]:
    found = get_session().scalars(
        select(Promotion)
        .where(Promotion.workspace_id == state.workspace_id)
        .order_by(Promotion.starts_on, Promotion.id)
    )
    return bands_of(found.all(), state.period)


def _number(name: str) -> int:
    text = request.args.get(name, "")
    is_number = text.isascii() and text.isdigit() and len(text) <= 10
    return int(text) if is_number and int(text) <= INT32 else 0
