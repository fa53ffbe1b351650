"""Pages of a day: what was seen, where visits began and ended, computed from visits anew.

Of each slice (all visits, a kind, a channel, a campaign, an influencer) and day the most seen pages
are kept and the rest is one row: however many addresses a stranger invents, a day has few rows.
Sums over the pages of a slice and day are exact, the rest included. Definitions: SEMANTICS 1.4.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import BigInteger, Select, case, delete, func, select, type_coerce
from sqlalchemy.orm import Session, aliased

from tracker.db import insert_new
from tracker.domain.pages import Step, page_path
from tracker.domain.periods import day_bounds
from tracker.models import Hit, Mark, Page, PageDay, Shop, Visit
from tracker.models.base import from_micros, to_day_number
from tracker.models.page import OTHER_PAGES, SLICES
from tracker.services.bulk import among, table_of
from tracker.services.int_rows import insert_int_rows

KEPT = {"all": 100, "kind": 100, "channel": 60, "campaign": 40, "influencer": 20}
"""Pages of a day that are kept by name, by slice."""

FIGURES = (
    "views", "entries", "exits", "bounces", "entry_page_views", "entry_seconds", "entry_orders",
)  # fmt: skip

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class PageCounts:
    """The rows of a day of a shop: slice, owner, page (its place in `paths`; -1: all beyond the
    most seen ones) and FIGURES."""

    paths: list[str]
    slice_code: Ints
    slice_id: Ints
    page: Ints
    figures: Ints


def count_pages(session: Session, shop: Shop, day: date) -> PageCounts:
    """Count the pages of the visits that began on a day. Reads only: it takes longer than a
    writer may keep others waiting, so do it before."""
    seen = _seen(session, shop.id, *day_bounds(day, ZoneInfo(shop.time_zone)))
    kept = [_kept(seen, name, owner) for name, owner in _owners(session, seen).items()]
    code, owner, page, figures = (np.concatenate(parts) for parts in zip(*kept, strict=True))
    return PageCounts(seen.paths, code, owner, page, figures)


def replace_page_day(session: Session, shop_id: int, day: date, counts: PageCounts) -> int:
    """Write a day's pages in place of what is there; gives the rows written."""
    table = table_of(PageDay)
    session.execute(delete(table).where(table.c.shop_id == shop_id, table.c.day == day))
    used = np.unique(counts.page[counts.page >= 0]).tolist()
    ids = _page_ids(session, shop_id, [counts.paths[page] for page in used])
    row_id = np.full(len(counts.paths) + 1, OTHER_PAGES, np.int64)  # the last stands for -1
    for page in used:
        row_id[page] = ids[counts.paths[page]]
    n = counts.page.size
    columns: dict[str, Ints] = {
        "shop_id": np.full(n, shop_id, np.int64),
        "slice_code": counts.slice_code,
        "slice_id": counts.slice_id,
        "day": np.full(n, to_day_number(day), np.int64),
        "page_id": row_id[counts.page],
        **{name: counts.figures[:, place] for place, name in enumerate(FIGURES)},
    }
    return insert_int_rows(session, table, columns)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What was counted: a mark, a page (its place in `paths`, which is sorted) and FIGURES a row.
    A page may have several rows: its path may be spelled in several ways."""

    paths: list[str]
    mark: Ints
    page: Ints
    figures: Ints


def _seen(session: Session, shop_id: int, start: int, end: int) -> _Seen:
    marks: list[int] = []
    pages: list[str] = []
    figures: list[Ints] = []
    for names, query in (
        (("views",), _views(shop_id, start, end)),
        (FIGURES[1:2] + FIGURES[3:], _entries(shop_id, start, end)),
        (("exits",), _exits(shop_id, start, end)),
    ):
        found = session.execute(query).all()
        marks += [row[0] for row in found]
        pages += [page_path(row[1]) for row in found]
        block = np.zeros((len(found), len(FIGURES)), np.int64)
        if found:
            places = [FIGURES.index(name) for name in names]
            block[:, places] = np.array([row[2:] for row in found], np.int64)
        figures.append(block)
    paths = sorted(set(pages))
    place = {path: number for number, path in enumerate(paths)}
    return _Seen(
        paths=paths,
        mark=np.array(marks, np.int64),
        page=np.array([place[path] for path in pages], np.int64),
        figures=np.concatenate(figures),
    )


def _owners(session: Session, seen: _Seen) -> dict[str, Ints]:
    """Slice -> for each row whose it is: code or id; -1: of nobody's."""
    ids = np.unique(seen.mark)
    found = session.execute(
        select(
            Mark.id, Mark.kind_code, Mark.channel_code, Mark.campaign_id, Mark.influencer_id
        ).where(among(session, Mark.id, ids.tolist()))
    )
    by_id = {row[0]: row[1:] for row in found}
    table = np.array([by_id[number] for number in ids.tolist()], np.int64).reshape(-1, 4)
    kind, channel, campaign, influencer = table[np.searchsorted(ids, seen.mark)].T
    return {
        "all": np.zeros(seen.mark.size, np.int64),
        "kind": kind,
        "channel": channel,
        "campaign": np.where(campaign > 0, campaign, -1),
        "influencer": np.where(influencer > 0, influencer, -1),
    }


def _kept(seen: _Seen, name: str, owner: Ints) -> tuple[Ints, Ints, Ints, Ints]:
    """Rows of one slice: (code, owner, page, FIGURES). Of each owner the pages with most views
    (ties: by path), and all others as one, page -1."""
    some = owner >= 0
    owners, pages, sums = _added(owner[some], seen.page[some], seen.figures[some])
    by = np.lexsort((pages, -sums[:, 0], owners))
    ranked = owners[by]
    rank = np.arange(by.size) - np.searchsorted(ranked, ranked)
    pages[by[rank >= KEPT[name]]] = -1
    owners, pages, sums = _added(owners, pages, sums)
    return np.full(owners.size, SLICES[name], np.int64), owners, pages, sums


def _added(owner: Ints, page: Ints, figures: Ints) -> tuple[Ints, Ints, Ints]:
    """Sums by owner and page, in their order."""
    keys, group = np.unique((owner << 32) + page + 1, return_inverse=True)
    sums = np.zeros((keys.size, figures.shape[1]), np.int64)
    np.add.at(sums, group, figures)
    return keys >> 32, (keys & 0xFFFFFFFF) - 1, sums


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
        found |= {row.path: row.id for row in rows}
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


def _entries(shop_id: int, start: int, end: int) -> Select[int, str, int, Any, int, int, Any]:
    """Visits by the page they began on: entries, bounces, and what became of them."""
    is_bounce = (Visit.n_page_views <= 1) & (Visit.n_events == 0)
    seconds = (
        type_coerce(Visit.last_at, BigInteger) - type_coerce(Visit.started_at, BigInteger)
    ) // 1_000_000
    return (
        select(
            Visit.mark_id,
            Visit.entry_path,
            func.count(),
            func.sum(case((is_bounce, 1), else_=0)),
            func.sum(Visit.n_page_views),
            func.sum(seconds),
            func.sum(case((Visit.step >= Step.order, 1), else_=0)),
        )
        .where(*_begun(shop_id, start, end))
        .group_by(Visit.mark_id, Visit.entry_path)
    )


def _exits(shop_id: int, start: int, end: int) -> Select[int, str, int]:
    return (
        select(Visit.mark_id, Visit.exit_path, func.count())
        .where(*_begun(shop_id, start, end))
        .group_by(Visit.mark_id, Visit.exit_path)
    )


def _views(shop_id: int, start: int, end: int) -> Select[int, str, int]:
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
        select(Visit.mark_id, Hit.path, func.count())
        .select_from(Visit)
        .join(Hit, Hit.visitor_id == Visit.visitor_id)
        .where(
            *_begun(shop_id, start, end),
            Hit.kind == "page_view",
            Hit.bot == "",
            Hit.at >= Visit.started_at,
            Hit.at <= Visit.last_at,
            ~has_later,
        )
        .group_by(Visit.mark_id, Hit.path)
    )
