"""Google Analytics 4: tables stacked in one file, each below its own block of comments.

A snapshot has a dozen of them, with other dimensions and figures. What is kept are sessions, users
and sales by channel group, source or campaign, and by day; the other tables are named and left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from tracker.domain.records import Reason
from tracker.imports import numbers, values
from tracker.imports.dates import DateOrder, parse_day
from tracker.imports.errors import RowError
from tracker.imports.periods import period_in
from tracker.imports.readers.base import Options, Reader, columns
from tracker.imports.readers.claims import Claims
from tracker.imports.readers.days import Days
from tracker.imports.readers.figures import Subject, figures_unit
from tracker.imports.row import Row
from tracker.imports.units import Out, Unit

_DIMENSIONS = re.compile(
    r"(?:session |first user )?(?:primary |default )?"
    r"(?:channel group(?: \(.*\))?|source ?/ ?medium|source|medium|campaign)",
    re.IGNORECASE,
)
_METRICS = {
    "sessions": "visits",
    "users": "visitors",
    "total users": "visitors",
    "active users": "visitors",
    "views": "views",
    "purchases": "orders",
    "ecommerce purchases": "orders",
    "transactions": "orders",
    "total revenue": "gmv_minor",
    "purchase revenue": "gmv_minor",
    "revenue": "gmv_minor",
}
"""Headers -> figures. Of two that mean one figure the first column counts."""


@dataclass(slots=True)
class _Block:
    """The table that rows belong to."""

    period: tuple[date, date] | None
    header: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)


def _units(rows: Iterable[Row], options: Options) -> Iterator[Unit | Out]:
    block: _Block | None = None
    for row in rows:
        if block is None:
            block = _Block(row.sheet.period, _header_of(row, options))
        cells = [cell.strip() for cell in row.cells]
        if cells[0].startswith("#"):
            if block.header:
                block = _Block(None)
            block.comments.append(" ".join(cells))
            yield Out(row.line, "ignored", Reason.NOTE_ROW)
        elif not block.header:
            block.header = cells
            block.period = period_in(block.comments)
            yield Out(row.line, "ignored", Reason.HEADER_ROW)
        else:
            yield _read(row, options, block, cells)


def _header_of(row: Row, options: Options) -> list[str]:
    """The header of the first table, which stands above the rows."""
    return list(row.sheet.header)


def _read(row: Row, options: Options, block: _Block, cells: Sequence[str]) -> Unit | Out:
    dimension = block.header[0].casefold()
    is_day = dimension in ("date", "nth day")
    if (not is_day and not _DIMENSIONS.fullmatch(dimension)) or len(cells) > len(block.header):
        return Out(row.line, "ignored", Reason.NOT_STORED_YET)
    try:
        currency = row.currency()
        days = _days(cells[0], dimension, block.period)
        said = _claims(block.header, cells, currency)
    except RowError as error:
        return Out(row.line, "rejected", error.reason, error.detail)
    if days is None:
        return Out(row.line, "rejected", Reason.PERIOD_UNKNOWN)
    if not said:
        return Out(row.line, "ignored", Reason.NOT_STORED_YET)
    name = "" if is_day else cells[0]
    ref = f"{dimension}: {name}" if name else ""
    return figures_unit(row, options, Subject(ref, name, ""), days, said, currency)


def _days(text: str, dimension: str, period: tuple[date, date] | None) -> Days | None:
    """The day of a row ("Nth day" counts from the block's first day), else the block's period."""
    if dimension == "date":
        day = parse_day(text, DateOrder.YMD, "date")
        return Days(day, day)
    if period is None:
        return None
    if dimension == "nth day":
        if not text.isdigit():
            raise RowError(Reason.NOT_A_DATE, "nth day", text)
        day = period[0] + timedelta(days=int(text))
        return Days(day, day)
    return Days(*period)


def _claims(header: Sequence[str], cells: Sequence[str], currency: str) -> Claims:
    claims, seen = Claims(), set()
    for name, cell in zip(header[1:], cells[1:], strict=False):
        metric = _METRICS.get(name.casefold())
        if metric is None or metric in seen or numbers.is_absent(cell):
            continue
        seen.add(metric)
        plain = numbers.plain(cell, has_comma=False)
        if metric == "gmv_minor":
            claims.add(("total", "", ""), metric, values.round_amount(plain, currency, metric))
        else:
            claims.add(("total", "", ""), metric, values.round_count(plain, metric))
    return claims


READERS = (
    Reader(
        name="analytics",
        feeds=("platform_figures",),
        scope="workspace",
        columns=columns("first"),
        needed=(),
        any_width=True,
        sees_notes=True,
        units=_units,
    ),
)
