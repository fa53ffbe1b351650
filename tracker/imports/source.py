"""One file from its bytes to units: everything about reading, nothing about the database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from tracker.domain.records import OrderRecord, Reason, Record, RefundRecord, TouchRecord
from tracker.imports.dates import DateEvidence, DateOrder
from tracker.imports.encoding import open_text
from tracker.imports.errors import FileError
from tracker.imports.repeats import Repeats
from tracker.imports.row import Row, Sheet
from tracker.imports.rows import BrokenRow, read_rows
from tracker.imports.sniff import Sniffed
from tracker.imports.units import Out, Unit

UNITS_AT_ONCE = 10_000
"""Units of one chunk: one transaction of well under a second."""

_TOTALS = frozenset(
    {"total", "totals", "grand total", "sum", "合计", "总计", "汇总", "小计", "gesamt"}
)
"""First cells of footer rows, which would count everything twice."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of a file: units to load, and rows that are out already."""

    units: list[Unit]
    out: list[Out]
    n_rows: int
    """Data rows in it."""
    last_line: int


@dataclass(frozen=True, slots=True)
class Source:
    """A recognised file and how its cells are to be read."""

    sniffed: Sniffed
    sheet: Sheet
    n_rows: int
    """Data rows, counted."""


def open_source(
    sniffed: Sniffed, currency: str, zone: ZoneInfo, dates: DateOrder | None = None
) -> Source:
    """Go through the file once: count its rows and find out how its date columns are written.

    Args:
        currency: of amounts without one (a preset's own wins).
        zone: of times without an offset.
        dates: what the user says about dates with the year last; None: find out.

    Raises FileError: ambiguous_date, mixed_date_formats.
    """
    reader = sniffed.preset.reader
    evidence = {
        name: DateEvidence() for name in (*reader.instants, *reader.days) if name in sniffed.columns
    }
    positions = [(sniffed.columns[name], seen.see) for name, seen in evidence.items()]
    width, n_rows = len(sniffed.header), 0
    for row in _rows(sniffed):
        n_rows += 1
        if not isinstance(row, BrokenRow) and len(row[1]) == width:
            for position, see in positions:
                see(row[1][position])
    orders = {name: seen.decide(name, dates) for name, seen in evidence.items()}
    sheet = Sheet(
        sniffed.columns, orders, str(sniffed.preset.options.get("currency", currency)), zone
    )
    return Source(sniffed, sheet, n_rows)


def read_chunks(source: Source, size: int = UNITS_AT_ONCE) -> Iterator[Chunk]:
    """The file's units, each natural key once: a repeated row is left out, a contradiction (the
    same key with other content) is rejected."""
    out: list[Out] = []
    counter = _Counter()
    reader = source.sniffed.preset.reader
    rows = _good_rows(source, out, counter)
    keys, contents = Repeats(), Repeats()
    units: list[Unit] = []
    for item in reader.units(rows, source.sniffed.preset.options):
        if isinstance(item, Out):
            out.append(item)
        else:
            units.append(item)
        if len(units) + len(out) >= size:
            yield _chunk(units, out, counter, keys, contents)
            units = []
            out.clear()
    if units or out:
        yield _chunk(units, out, counter, keys, contents)


class _Counter:
    """Rows and lines that were read since the last chunk."""

    def __init__(self) -> None:
        self.line = 0


def _chunk(
    units: list[Unit], out: list[Out], counter: _Counter, keys: Repeats, contents: Repeats
) -> Chunk:
    ranks = keys.ranks([unit.key for unit in units])
    same = contents.ranks([f"{unit.key}\x1d{unit.content}" for unit in units])
    kept: list[Unit] = []
    dropped = list(out)
    for unit, rank, equal in zip(units, ranks, same, strict=True):
        if rank == 0:
            kept.append(unit)
        elif unit.repeats:
            kept.append(_ranked(unit, rank))
        elif equal:
            dropped.extend(Out(line, "ignored", Reason.DUPLICATE_ROW) for line in unit.lines)
        else:
            told = unit.key.replace("\x1f", " ")[:200]
            dropped.extend(Out(line, "rejected", Reason.DUPLICATE_KEY, told) for line in unit.lines)
    dropped.sort(key=lambda one: one.line)
    n_rows = len(dropped) + sum(len(unit.lines) for unit in kept)
    return Chunk(kept, dropped, n_rows, counter.line)


def _ranked(unit: Unit, rank: int) -> Unit:
    """An equal row is a fact of its own: its rank makes its key another one."""
    key = f"{unit.key}-{rank}"
    records: list[Record] = []
    for record in unit.records:
        if isinstance(record, TouchRecord):
            records.append(replace(record, key=key))
        elif isinstance(record, OrderRecord) and record.ref == unit.key:
            records.append(replace(record, ref=key))
        elif not isinstance(record, RefundRecord):
            records.append(record)
    return replace(unit, key=key, records=tuple(records))


def _rows(sniffed: Sniffed) -> Iterator[tuple[int, list[str]] | BrokenRow]:
    """The rows below the header."""
    with open_text(sniffed.path, sniffed.encoding) as file:
        for _ in range(sniffed.after_header - 1):
            next(file, None)
        yield from read_rows(file, sniffed.delimiter, sniffed.after_header)


def _good_rows(source: Source, out: list[Out], counter: _Counter) -> Iterable[Row]:
    """Rows of the right width; what is wrong with the others goes to `out`."""
    sheet, width = source.sheet, len(source.sniffed.header)
    has_totals = source.sniffed.preset.reader.has_totals
    for row in _rows(source.sniffed):
        if isinstance(row, BrokenRow):
            out.append(Out(row.line, "rejected", row.reason))
            continue
        line, cells = row
        counter.line = line
        if len(cells) != width:
            out.append(Out(line, "rejected", Reason.WRONG_WIDTH, f"{len(cells)}/{width}"))
        elif not any(cells) or not any(cell.strip() for cell in cells):
            out.append(Out(line, "ignored", Reason.EMPTY_ROW))
        elif has_totals and _is_total(cells[0]):
            out.append(Out(line, "ignored", Reason.TOTAL_ROW))
        else:
            yield Row(sheet, line, cells)


def _is_total(cell: str) -> bool:
    if len(cell) > 40:
        return False
    first = cell.strip().casefold()
    return first in _TOTALS or first.startswith("total:")


def check_scope(sniffed: Sniffed, has_shop: bool) -> None:
    """Raises FileError (shop_needed) when the file is about a shop and none is known."""
    if sniffed.preset.reader.scope == "shop" and not has_shop:
        raise FileError("shop_needed", sniffed.preset.name)
