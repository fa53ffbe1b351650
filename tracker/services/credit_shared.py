"""Reading the signals that buyers' orders share: their visits, clicks and stated touches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import BigInteger, ColumnElement, and_, func, literal, select, type_coerce
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from tracker.db import Query, read_int_columns
from tracker.domain.attribution.allocate import offsets_of
from tracker.domain.attribution.expansion import (
    FOREVER,
    MOST_SIGNALS,
    in_time_order,
    windows_of,
)
from tracker.domain.paths import Touches, TouchKind, touches_of
from tracker.domain.policy import Policy
from tracker.models import Hit, Touch, Visit
from tracker.services.bulk import among
from tracker.services.credit_marks import MarkTable, signals_of
from tracker.services.credit_orders import OrderRows

Ints = NDArray[np.int64]


def read_shared(
    session: Session,
    links: tuple[Ints, Ints, Ints],
    orders: OrderRows,
    marks: MarkTable,
    policy: Policy,
    *,
    all_times: bool = False,
) -> Touches:
    """The buyers' visits, clicks and stated touches that any of the orders could count.

    links: (path key, visitor, known from). Only these visitors' rows are read, by their index, and
    only from the oldest window's start to the newest order (`all_times`: all of them).
    """
    path_key, visitor, _ = links
    if visitor.size == 0:
        return touches_of(0)
    longest = max(policy.lookback_us, int(marks.lookback.max(initial=0)))
    first = int(orders.placed_at.min()) - longest
    last = int(orders.placed_at.max())
    if all_times:
        first, last = -FOREVER, FOREVER
    who = np.unique(visitor).tolist()
    found = _read(session, lambda table: among(session, table.visitor_id, who), first, last, marks)
    oldest, newest = _order_times(orders, path_key)
    since = np.full(oldest.size, -FOREVER) if all_times else oldest - longest
    return _by_buyer(found, links, (since, oldest, newest), MOST_SIGNALS if all_times else 0)


def read_of_shop(
    session: Session, shop_id: int, first: int, last: int, marks: MarkTable
) -> Touches:
    """The visits, clicks and stated touches of everybody in a shop, first <= at <= last.

    `owner_key` is the visitor. One statement a kind, whatever their number.
    """
    return _read(session, lambda table: table.shop_id == shop_id, first, last, marks)


def _read(
    session: Session,
    whose: Callable[[type[Visit] | type[Touch] | type[Hit]], ColumnElement[bool]],
    first: int,
    last: int,
    marks: MarkTable,
) -> Touches:
    parts = [
        signals_of(kind, read_int_columns(session, query), marks)
        for kind, query in (
            (TouchKind.visit, _visits(whose(Visit), first, last)),
            (TouchKind.touch, _touches(whose(Touch), first, last)),
            (TouchKind.click, _clicks(whose(Hit), first, last)),
        )
    ]
    return parts[0].joined(parts[1]).joined(parts[2])


def _visits(theirs: ColumnElement[bool], first: int, last: int) -> Query:
    # A visit is known by its first hit; one that a click of ours opened is one contact with it.
    opener, click = aliased(Hit), aliased(Hit)
    opener_id = func.coalesce(opener.id, 0)
    return (
        select(
            Visit.visitor_id,
            Visit.started_at.label("at"),
            Visit.mark_id,
            opener_id.label("raw_id"),
            func.coalesce(click.id, opener_id).label("contact"),
        )
        .outerjoin(
            opener,
            and_(opener.shop_id == Visit.shop_id, opener.event_id == Visit.first_event_id),
        )
        .outerjoin(
            click,
            and_(
                Visit.click_event_id != "",
                click.shop_id == Visit.shop_id,
                click.event_id == Visit.click_event_id,
            ),
        )
        .where(
            theirs,
            _between(Visit.started_at, first, last),
            Visit.is_bot.is_(False),
        )
    )


def _touches(theirs: ColumnElement[bool], first: int, last: int) -> Query:
    return select(
        Touch.visitor_id,
        Touch.at,
        Touch.mark_id,
        Touch.id.label("raw_id"),
        literal(0).label("contact"),
    ).where(theirs, _between(Touch.at, first, last))


def _clicks(theirs: ColumnElement[bool], first: int, last: int) -> Query:
    return select(
        Hit.visitor_id, Hit.at, Hit.mark_id, Hit.id.label("raw_id"), Hit.id.label("contact")
    ).where(
        theirs,
        _between(Hit.at, first, last),
        Hit.kind == "click",
        Hit.bot == "",
    )


def _between(column: InstrumentedAttribute[datetime], first: int, last: int) -> ColumnElement[bool]:
    """First <= column <= last, in stored microseconds."""
    plain = type_coerce(column, BigInteger)
    return and_(plain >= first, plain <= last)


def _by_buyer(
    found: Touches, links: tuple[Ints, Ints, Ints], times: tuple[Ints, Ints, Ints], later: int
) -> Touches:
    """Signals of visitors as signals of buyers; a visitor of two buyers counts for both.

    times: of each link, from when on signals count, the buyer's first order and the last one.
    Of each visitor a buyer gets what some order can look at and the `later` next signals, so that a
    robot's million signals are not copied for every order that it claims.
    """
    path_key, visitor, known_from = links
    if len(found) == 0:
        return found
    since, oldest, newest = times
    visitors, of_link = np.unique(visitor, return_inverse=True)
    owner = np.searchsorted(visitors, found.owner_key)
    by = in_time_order(owner, found)
    at = found.at[by]
    of_visitor = offsets_of(np.bincount(owner, minlength=visitors.size).astype(np.int64))
    start, stop = windows_of(at, of_visitor, of_link, since, newest)
    _, enough = windows_of(at, of_visitor, of_link, since, oldest)
    start = np.maximum(start, enough - MOST_SIGNALS)
    stop = np.minimum(stop + later, of_visitor[of_link + 1])
    counts = np.maximum(stop - start, 0)
    which = np.repeat(np.arange(path_key.size), counts)
    within = np.arange(which.size) - np.repeat(np.cumsum(counts) - counts, counts)
    chosen = by[start[which] + within]
    return replace(found.take(chosen), owner_key=path_key[which], known_from=known_from[which])


def _order_times(orders: OrderRows, path_key: Ints) -> tuple[Ints, Ints]:
    """Instants of the first and of the last of the orders of each path key."""
    keys, place = np.unique(orders.path_key, return_inverse=True)
    oldest = np.full(keys.size, FOREVER, np.int64)
    newest = np.full(keys.size, -FOREVER, np.int64)
    np.minimum.at(oldest, place, orders.placed_at)
    np.maximum.at(newest, place, orders.placed_at)
    row = np.minimum(np.searchsorted(keys, path_key), max(keys.size - 1, 0))
    is_there = keys[row] == path_key
    return np.where(is_there, oldest[row], FOREVER), np.where(is_there, newest[row], -FOREVER)
