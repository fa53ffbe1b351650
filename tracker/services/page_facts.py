"""Pages of a day: what was seen, where visits began and ended, computed from visits anew.

Of each slice (all visits, a kind, a channel, a campaign, an influencer) and day the most seen pages
are kept and the rest is one row: however many addresses a stranger invents, a day has few rows.
Sums over the pages of a slice and day are exact, the rest included. Definitions: SEMANTICS 1.4.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, Select, case, delete, func, insert, select, type_coerce
from sqlalchemy.orm import Session, aliased

from tracker.db import insert_new
from tracker.domain.pages import Step, page_path
from tracker.models import Hit, Mark, Page, PageDay, Visit
from tracker.models.base import from_micros
from tracker.models.page import OTHER_PAGES, SLICES
from tracker.services.bulk import among, table_of

KEPT = {"all": 100, "kind": 100, "channel": 60, "campaign": 40, "influencer": 20}
"""Pages of a day that are kept by name, by slice."""

FIGURES = (
    "views", "entries", "exits", "bounces", "entry_page_views", "entry_seconds", "entry_orders",
)  # fmt: skip

_MARK = ("channel_code", "kind_code", "campaign_id", "influencer_id")

Slice = tuple[int, int]
"""Code of the slice's sort, and which of them."""

Pages = dict[str, list[int]]
"""Path -> FIGURES."""


def refresh_page_day(session: Session, shop_id: int, day: date, start: int, end: int) -> int:
    """Write the pages of the visits that began in [start, end) microseconds, a shop's day.

    Returns:
        rows of `page_day` written.
    """
    slices: dict[Slice, Pages] = {}
    for names, query in (
        (("views",), _views(shop_id, start, end)),
        (FIGURES[1:2] + FIGURES[3:], _entries(shop_id, start, end)),
        (("exits",), _exits(shop_id, start, end)),
    ):
        places = [FIGURES.index(name) for name in names]
        for *mark, path, sums in _rows(session, query, len(names)):
            for which in _slices_of(*mark):
                pages = slices.setdefault(which, {})
                totals = pages.setdefault(path, [0] * len(FIGURES))
                for place, value in zip(places, sums, strict=True):
                    totals[place] += value
    kept = {which: _most_seen(which, pages) for which, pages in slices.items()}
    ids = _page_ids(session, shop_id, {path for pages in kept.values() for path in pages if path})
    rows = [
        {
            "shop_id": shop_id, "slice_code": code, "slice_id": number, "day": day,
            "page_id": ids.get(path, OTHER_PAGES), **dict(zip(FIGURES, totals, strict=True)),
        }
        for (code, number), pages in sorted(kept.items())
        for path, totals in sorted(pages.items())
    ]  # fmt: skip
    table = table_of(PageDay)
    # by slice too: the key begins with it, and a day alone would read the whole shop
    session.execute(
        delete(table).where(
            table.c.shop_id == shop_id,
            table.c.slice_code.in_(tuple(SLICES.values())),
            table.c.day == day,
        )
    )
    if rows:
        session.execute(insert(table), rows)
    return len(rows)


def _rows(session: Session, query: Select[Any], n: int) -> Iterator[tuple[Any, ...]]:
    """(channel, kind, campaign, influencer, path, sums); paths in one spelling, so that one may
    come several times."""
    for row in session.execute(query):
        yield *row[:4], page_path(row[4]), [int(value) for value in row[5 : 5 + n]]


def _slices_of(channel: int, kind: int, campaign: int, influencer: int) -> Iterator[Slice]:
    yield SLICES["all"], 0
    yield SLICES["kind"], kind
    yield SLICES["channel"], channel
    if campaign:
        yield SLICES["campaign"], campaign
    if influencer:
        yield SLICES["influencer"], influencer


_KEPT_BY_CODE = {SLICES[name]: n for name, n in KEPT.items()}


def _most_seen(which: Slice, pages: Pages) -> Pages:
    """The pages with most views (ties: by path), and all others as one under the path ""."""
    most = _KEPT_BY_CODE[which[0]]
    ranked = sorted(pages.items(), key=lambda item: (-item[1][0], item[0]))
    kept = dict(ranked[:most])
    if len(ranked) > most:
        rest = zip(*(totals for _, totals in ranked[most:]), strict=True)
        kept[""] = [sum(column) for column in rest]
    return kept


def _page_ids(session: Session, shop_id: int, paths: Iterable[str]) -> dict[str, int]:
    """Path -> row id, made where it is new.

    Asked for before they are made: an insert that finds its row would use up a number each time.
    """
    found: dict[str, int] = {}
    wanted = sorted(paths)
    for _ in range(2):
        rows = session.execute(
            select(Page.path, Page.id).where(
                Page.shop_id == shop_id, among(session, Page.path, wanted)
            )
        )
        found |= {path: page_id for path, page_id in rows}
        wanted = [path for path in wanted if path not in found]
        new = [{"shop_id": shop_id, "path": path} for path in wanted]
        insert_new(session, table_of(Page), new, key=["shop_id", "path"])
    return found


# --- what is counted ------------------------------------------------------------------------------


def _begun(shop_id: int, start: int, end: int) -> list[Any]:
    return [
        Visit.shop_id == shop_id,
        Visit.started_at >= from_micros(start),
        Visit.started_at < from_micros(end),
        Visit.is_bot.is_(False),
        Visit.n_page_views > 0,
    ]


def _mark_keys() -> list[Any]:
    return [getattr(Mark, name) for name in _MARK]


def _entries(shop_id: int, start: int, end: int) -> Select[Any]:
    """Visits by the page they began on: entries, bounces, and what became of them."""
    is_bounce = (Visit.n_page_views <= 1) & (Visit.n_events == 0)
    seconds = (
        type_coerce(Visit.last_at, BigInteger) - type_coerce(Visit.started_at, BigInteger)
    ) // 1_000_000
    return (
        select(
            *_mark_keys(),
            Visit.entry_path,
            func.count(),
            func.sum(case((is_bounce, 1), else_=0)),
            func.sum(Visit.n_page_views),
            func.sum(seconds),
            func.sum(case((Visit.step >= Step.order, 1), else_=0)),
        )
        .join(Mark, Mark.id == Visit.mark_id)
        .where(*_begun(shop_id, start, end))
        .group_by(*_mark_keys(), Visit.entry_path)
    )


def _exits(shop_id: int, start: int, end: int) -> Select[Any]:
    return (
        select(*_mark_keys(), Visit.exit_path, func.count())
        .join(Mark, Mark.id == Visit.mark_id)
        .where(*_begun(shop_id, start, end))
        .group_by(*_mark_keys(), Visit.exit_path)
    )


def _views(shop_id: int, start: int, end: int) -> Select[Any]:
    """Page views, each in the visit it fell into: the last one that had begun by then."""
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
        select(*_mark_keys(), Hit.path, func.count())
        .select_from(Visit)
        .join(Mark, Mark.id == Visit.mark_id)
        .join(Hit, Hit.visitor_id == Visit.visitor_id)
        .where(
            *_begun(shop_id, start, end),
            Hit.kind == "page_view",
            Hit.bot == "",
            Hit.at >= Visit.started_at,
            Hit.at <= Visit.last_at,
            ~has_later,
        )
        .group_by(*_mark_keys(), Hit.path)
    )
