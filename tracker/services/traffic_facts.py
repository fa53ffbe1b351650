"""Traffic of a day: what pages read about visits and clicks, computed from them anew.

A visit counts on the day on which it began, under its mark, in the shop's zone. Flagged bots are
left out. Definitions: SEMANTICS 1.4 and 1.5.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, Select, case, delete, func, select, type_coerce
from sqlalchemy.orm import Session, aliased

from tracker.db import insert_new
from tracker.domain.pages import Step
from tracker.domain.periods import day_bounds
from tracker.models import Hit, Mark, Shop, TrafficDay, TrafficDayChannel, Visit
from tracker.models.base import from_micros
from tracker.services.bulk import table_of
from tracker.services.fact_versions import TRAFFIC, raise_version
from tracker.services.page_facts import PageCounts, count_pages, replace_page_day
from tracker.services.tag_facts import replace_tag_day

HOUR_MICROS = 3_600_000_000
"""One visitor on one link counts once in an hour of the clock [dub counts a link and address once
an hour; we leave the address out, since whole carriers and WeChat share one]."""

_KEYS = ("channel_code", "kind_code", "campaign_id", "influencer_id")
_FUNNEL = {"product_visits": Step.product, "cart_visits": Step.cart, "order_visits": Step.order}
_FIGURES = (
    "visits", "bounces", "page_views", "duration_seconds", "carts", *_FUNNEL, "clicks",
    "valid_clicks",
)  # fmt: skip

Row = dict[str, int]


def refresh_traffic_day(
    session: Session, shop: Shop, day: date, pages: PageCounts | None = None
) -> int:
    """Write the traffic of one day of a shop, its roll-up and its pages, in place of what is there.

    Args:
        pages: counted before this transaction, so that it is short; None: counted in it. Whatever
            changes a day between the two marks it again.

    Returns:
        rows of `traffic_day` written.
    """
    totals: dict[tuple[int, ...], Row] = defaultdict(lambda: dict.fromkeys(_FIGURES, 0))
    bounds = day_bounds(day, ZoneInfo(shop.time_zone))
    for query in (
        _visits(shop.id, *bounds),
        _carts(shop.id, *bounds),
        _clicks(shop.id, *bounds),
    ):
        for found in session.execute(query).mappings():
            total = totals[tuple(found[name] for name in _KEYS)]
            for name in _FIGURES:
                total[name] += int(found.get(name) or 0)
    head = {"shop_id": shop.id, "day": day}
    rows = [head | dict(zip(_KEYS, key, strict=True)) | totals[key] for key in sorted(totals)]
    _replace(session, TrafficDay, shop.id, day, rows)
    _replace(session, TrafficDayChannel, shop.id, day, _rolled_up(head, rows))
    replace_page_day(session, shop.id, day, pages or count_pages(session, shop, day))
    replace_tag_day(session, shop.id, day, *bounds)
    raise_version(session, shop.workspace_id, TRAFFIC)
    return len(rows)


def _keys() -> list[Any]:
    return [Mark.channel_code, Mark.kind_code, Mark.campaign_id, Mark.influencer_id]


def _started(table: Any, shop_id: int, start: int, end: int) -> list[Any]:
    """Conditions: visits of people in the shop that began in [start, end) microseconds."""
    return [
        table.shop_id == shop_id,
        table.started_at >= from_micros(start),
        table.started_at < from_micros(end),
        table.is_bot.is_(False),
    ]


def _visits(shop_id: int, start: int, end: int) -> Select[Any]:
    is_bounce = (Visit.n_page_views <= 1) & (Visit.n_events == 0)
    seconds = (
        type_coerce(Visit.last_at, BigInteger) - type_coerce(Visit.started_at, BigInteger)
    ) // 1_000_000
    return (
        select(
            *_keys(),
            func.count().label("visits"),
            func.sum(case((is_bounce, 1), else_=0)).label("bounces"),
            func.sum(Visit.n_page_views).label("page_views"),
            func.sum(seconds).label("duration_seconds"),
            *(
                func.sum(case((Visit.step >= step, 1), else_=0)).label(name)
                for name, step in _FUNNEL.items()
            ),
        )
        .join(Mark, Mark.id == Visit.mark_id)
        .where(*_started(Visit, shop_id, start, end))
        .group_by(*_keys())
    )


def _carts(shop_id: int, start: int, end: int) -> Select[Any]:
    """Cart events, each under the visit it fell into: the last one that had begun by then."""
    later = aliased(Visit)
    has_later = (
        select(later.id)
        .where(
            later.visitor_id == Visit.visitor_id,
            later.is_bot.is_(False),
            later.started_at > Visit.started_at,
            later.started_at <= Hit.at,
        )
        .exists()
    )
    return (
        select(*_keys(), func.count().label("carts"))
        .select_from(Visit)
        .join(Mark, Mark.id == Visit.mark_id)
        .join(Hit, Hit.visitor_id == Visit.visitor_id)
        .where(
            *_started(Visit, shop_id, start, end),
            Visit.n_events > 0,
            Hit.kind == "cart",
            Hit.bot == "",
            Hit.at >= Visit.started_at,
            Hit.at <= Visit.last_at,
            ~has_later,
        )
        .group_by(*_keys())
    )


def _clicks(shop_id: int, start: int, end: int) -> Select[Any]:
    """Clicks of tracked links; valid ones are distinct in (visitor, link, hour) and counted under
    the first mark of each, should they have several."""
    hour = type_coerce(Hit.at, BigInteger) // HOUR_MICROS
    each = (
        select(
            Hit.visitor_id,
            Hit.link_id,
            func.min(Hit.mark_id).label("mark_id"),
            func.count().label("clicks"),
        )
        .where(
            Hit.shop_id == shop_id,
            Hit.at >= from_micros(start),
            Hit.at < from_micros(end),
            Hit.kind == "click",
            Hit.bot == "",
        )
        .group_by(Hit.visitor_id, Hit.link_id, hour)
        .subquery()
    )
    return (
        select(
            *_keys(),
            func.sum(each.c.clicks).label("clicks"),
            func.count().label("valid_clicks"),
        )
        .select_from(each)
        .join(Mark, Mark.id == each.c.mark_id)
        .group_by(*_keys())
    )


def _rolled_up(head: dict[str, Any], rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    totals: dict[tuple[int, int], Row] = defaultdict(lambda: dict.fromkeys(_FIGURES, 0))
    for row in rows:
        total = totals[row["channel_code"], row["kind_code"]]
        for name in _FIGURES:
            total[name] += row[name]
    return [
        head | {"channel_code": channel, "kind_code": kind} | totals[channel, kind]
        for channel, kind in sorted(totals)
    ]


def _replace(
    session: Session,
    model: type[TrafficDay] | type[TrafficDayChannel],
    shop_id: int,
    day: date,
    rows: Sequence[dict[str, Any]],
) -> None:
    session.execute(
        delete(model)
        .where(model.shop_id == shop_id, model.day == day)
        .execution_options(synchronize_session=False)
    )
    insert_new(session, table_of(model), rows)
