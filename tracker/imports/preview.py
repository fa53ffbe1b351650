"""A file before it is imported: what each of its tables is, and what importing it would do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from tracker.db import Database
from tracker.imports.dates import DateOrder
from tracker.imports.request import Request, currency_source, recognise_for
from tracker.imports.result import Result
from tracker.imports.rows import BrokenRow
from tracker.imports.run import prepare, try_sources
from tracker.imports.sniff import Recognised, Sniffed
from tracker.imports.source import Source, rows_of

PREVIEW_ROWS = 20
PREVIEW_CHUNKS = 2
"""Chunks that a preview tries out: enough to tell what would happen, done in a second or two."""

PERSONAL = frozenset({"phone", "email", "buyer_id", "notes", "address", "visitor", "line_key"})
"""Canonical columns that a preview does not show."""


@dataclass(frozen=True, slots=True)
class TablePreview:
    """One table of a file."""

    source: Source
    mapping: list[tuple[str, str]]
    """Header as the file has it, canonical column ("": not read)."""
    rows: list[tuple[int, dict[str, str]]]
    """The first rows: line, canonical column -> text; personal columns are left out."""
    result: Result

    @property
    def sniffed(self) -> Sniffed:
        """What it was recognised as."""
        return self.source.sniffed

    @property
    def name(self) -> str:
        """Its member and sheet; "": it is the only one."""
        return self.sniffed.table.name

    @property
    def currency_source(self) -> str:
        """Where it names its currency: column, header, preset; "": it does not."""
        return currency_source(self.sniffed)

    @property
    def date_orders(self) -> dict[str, DateOrder]:
        """Column -> order of its dates, where the year does not come first."""
        orders = self.source.sheet.date_orders
        return {name: order for name, order in orders.items() if order is not DateOrder.YMD}


@dataclass(frozen=True, slots=True)
class Preview:
    """What a file is and what importing it would do; nothing was changed."""

    tables: list[TablePreview]
    unknown: list[tuple[str, str]]
    """Tables that cannot be read: name, error."""
    result: Result
    """Of all tables."""
    n_rows: int
    is_complete: bool
    """Whether `result` covers the whole file or only the beginning of its tables."""

    @property
    def sniffed(self) -> Sniffed:
        """The first of its tables."""
        return self.tables[0].sniffed

    @property
    def mapping(self) -> list[tuple[str, str]]:
        """Of the first table."""
        return self.tables[0].mapping

    @property
    def rows(self) -> list[tuple[int, dict[str, str]]]:
        """Of the first table."""
        return self.tables[0].rows


def preview(
    database: Database, path: Path, request: Request, known: Recognised | None = None
) -> Preview:
    """Look at a file before it is imported. Raises FileError."""
    known = known or recognise_for(database, path, request)
    sources, result = prepare(database, path, request, known)
    try_sources(database, sources, result, request, max_chunks=PREVIEW_CHUNKS)
    tables = [
        TablePreview(source, _mapping(source.sniffed), list(_first_rows(source.sniffed)), part)
        for source, part in zip(sources, result.parts, strict=True)
    ]
    n_rows = sum(source.n_rows for source in sources)
    return Preview(tables, result.unknown, result, n_rows, is_complete=result.rows >= n_rows)


def _mapping(sniffed: Sniffed) -> list[tuple[str, str]]:
    by_position = {position: column for column, position in sniffed.columns.items()}
    return [
        (header.strip(), by_position.get(position, ""))
        for position, header in enumerate(sniffed.header)
    ]


def _first_rows(sniffed: Sniffed) -> Iterable[tuple[int, dict[str, str]]]:
    shown = {name: place for name, place in sniffed.columns.items() if name not in PERSONAL}
    for row in islice(rows_of(sniffed), PREVIEW_ROWS):
        if not isinstance(row, BrokenRow) and len(row[1]) == len(sniffed.header):
            yield row[0], {name: row[1][place][:200] for name, place in shown.items()}
