"""One file from its bytes to units: everything about reading, nothing about the database."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from tracker.domain.platform_bases import window_in
from tracker.domain.records import (
    HitRecord,
    OrderRecord,
    Reason,
    Record,
    RefundRecord,
    TouchRecord,
)
from tracker.imports.dates import DateEvidence, DateOrder
from tracker.imports.errors import FileError
from tracker.imports.numbers import NumberEvidence, comma_columns
from tracker.imports.periods import period_of
from tracker.imports.repeats import Repeats
from tracker.imports.row import Row, Sheet
from tracker.imports.rows import BrokenRow
from tracker.imports.sniff import Sniffed, confirmed
from tracker.imports.tables import AnyRow
from tracker.imports.units import Out, Unit

UNITS_AT_ONCE = 10_000
"""Units of one chunk: one transaction of well under a second."""

MOST_ODD = 100_000
"""Rows that do not fit the header: with more, if they are most of the file, it is none of its table
(each would be a line of the answer)."""

_TOTAL = re.compile(
    r"(?:grand |sub)?totals?|sum|summe|gesamt|insgesamt|totaux|合计|总计|汇总|小计|共计|总和"
)
_TOTAL_OF = re.compile(
    r"(?:(?:grand )?totals?|gesamt|totaux|合计|总计|汇总|小计|共计)\s*(?:[:(].*|(?:of|-|–|for) .*)"
)
"""First cells of footer rows, which would count everything twice: alone, or with what it is of."""

_NOTES = (
    "©",
    "# ",
    "注:",
    "注：",
    "备注:",
    "备注：",
    "说明:",
    "说明：",
    "数据说明",
    "note:",
    "notes:",
)
"""How a line of explanation begins."""


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
    sniffed: Sniffed,
    currency: str,
    zone: ZoneInfo,
    dates: DateOrder | None = None,
    *,
    file_name: str = "",
    is_spread: bool = False,
) -> Source:
    """Go through the file once: count its rows and find out how its date columns are written.

    Args:
        currency: of amounts without one (a preset's own wins).
        zone: of times without an offset.
        dates: what the user says about dates with the year last; None: find out.
        file_name: as its user calls it; it may name the days that the file is about.
        is_spread: whether spend over several days is to be spread over them.

    Raises FileError: ambiguous_date, mixed_date_formats.
    """
    sniffed = confirmed(sniffed)
    reader = sniffed.preset.reader
    evidence = {
        name: DateEvidence() for name in (*reader.instants, *reader.days) if name in sniffed.columns
    }
    numbers = {name: NumberEvidence() for name in reader.numbers if name in sniffed.columns}
    positions = [(sniffed.columns[name], seen.see) for name, seen in evidence.items()]
    positions += [(sniffed.columns[name], seen.see) for name, seen in numbers.items()]
    width, n_rows = len(sniffed.header), 0
    log = sniffed.table.log
    if log is not None:  # nothing is to be found out; lines are counted without taking them apart
        return Source(sniffed, Sheet(sniffed.columns, {}, currency, zone), log.count())
    n_odd = 0
    for row in rows_of(sniffed):
        n_rows += 1
        if not isinstance(row, BrokenRow) and len(row[1]) == width:
            for position, see in positions:
                see(row[1][position])
        else:
            n_odd += 1
    if n_odd > MOST_ODD and 2 * n_odd > n_rows and not reader.any_width:
        raise FileError("not_a_table", f"{n_odd} of {n_rows} rows do not fit the header")
    usual = sniffed.preset.options.get("dates")
    orders = {
        name: _order(seen, name, dates, DateOrder(usual) if usual else None)
        for name, seen in evidence.items()
    }
    own = sniffed.header_currency or str(sniffed.preset.options.get("currency", currency))
    windows = {name: window_in(sniffed.header[place]) for name, place in sniffed.columns.items()}
    sheet = Sheet(
        sniffed.columns, orders, own, zone, comma_columns(numbers),
        report=sniffed.preset.name,
        header=sniffed.header,
        table=sniffed.table.name,
        windows={name: window for name, window in windows.items() if window},
        period=period_of(sniffed, file_name),
        is_spread=is_spread,
    )  # fmt: skip
    return Source(sniffed, sheet, n_rows)


def _order(
    seen: DateEvidence, name: str, told: DateOrder | None, usual: DateOrder | None
) -> DateOrder:
    """The order of a column's dates: as the user says or its cells show, else as the platform
    always writes them."""
    try:
        return seen.decide(name, told)
    except FileError as error:
        if error.code == "ambiguous_date" and usual is not None:
            return usual
        raise


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
    said = [f"{unit.key}\x1d{unit.content}" for unit in units if not unit.repeats]
    same = iter(contents.ranks(said))
    kept: list[Unit] = []
    dropped = list(out)
    for unit, rank in zip(units, ranks, strict=True):
        equal = 0 if unit.repeats else next(same)
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
        if isinstance(record, TouchRecord | HitRecord):
            records.append(replace(record, key=key))
        elif isinstance(record, OrderRecord) and record.ref == unit.key:
            records.append(replace(record, ref=key))
        elif not isinstance(record, RefundRecord):
            records.append(record)
    return replace(unit, key=key, records=tuple(records))


def rows_of(sniffed: Sniffed) -> Iterator[AnyRow]:
    """The rows below the header; where a preset allows it, short ones are filled up."""
    rows = sniffed.table.rows(sniffed.delimiter, sniffed.after_header)
    if not sniffed.preset.options.get("short_rows"):
        return rows
    return _filled(rows, len(sniffed.header))


def _filled(rows: Iterator[AnyRow], width: int) -> Iterator[AnyRow]:
    for row in rows:
        if not isinstance(row, BrokenRow):
            row[1].extend([""] * (width - len(row[1])))
            if not any(row[1][width:]):
                del row[1][width:]
        yield row


def _good_rows(source: Source, out: list[Out], counter: _Counter) -> Iterable[Row]:
    """Rows of the right width; what is wrong with the others goes to `out`."""
    sheet, header = source.sheet, source.sniffed.header
    preset = source.sniffed.preset
    width = len(header)
    # whose rows hold totals and explanations: files that a platform makes, and reports
    is_report = preset.reader.has_totals or bool(preset.signature)
    is_report = is_report and not preset.reader.sees_notes
    day = next((sheet.columns[name] for name in preset.reader.days if name in sheet.columns), None)
    for row in rows_of(source.sniffed):
        if isinstance(row, BrokenRow):
            out.append(Out(row.line, "rejected", row.reason))
            continue
        line, cells = row
        counter.line = line
        reason = _no_data(cells, header, day) if is_report else None
        if reason is not None:
            out.append(Out(line, "ignored", reason))
        elif len(cells) != width and not preset.reader.any_width:
            out.append(Out(line, "rejected", Reason.WRONG_WIDTH, f"{len(cells)}/{width}"))
        elif not any(cells) or not any(cell.strip() for cell in cells):
            out.append(Out(line, "ignored", Reason.EMPTY_ROW))
        else:
            yield Row(sheet, line, cells)


def _no_data(cells: list[str], header: Sequence[str], day: int | None) -> Reason | None:
    """Why a row of a report is none of its data; None: it may be.

    A total that is named alone is always one ("总计"); one that says of what ("Total: Campaigns")
    may be a campaign's name, so a row with a day is data.
    """
    first = next((cell for cell in cells if cell and not cell.isspace()), "")
    if not first:
        return None
    text = first.strip()
    if len(text) <= 100:
        folded = text.casefold().replace("：", ":").replace("（", "(")
        if _TOTAL.fullmatch(folded):
            return Reason.TOTAL_ROW
        has_day = day is not None and day < len(cells) and any(map(str.isdigit, cells[day]))
        if not has_day and _TOTAL_OF.fullmatch(folded):
            return Reason.TOTAL_ROW
    if text.casefold().startswith(_NOTES) and sum(map(bool, map(str.strip, cells))) == 1:
        return Reason.NOTE_ROW
    if text == header[0].strip() and cells == list(header):
        return Reason.HEADER_ROW
    return None


def check_scope(sniffed: Sniffed, has_shop: bool) -> None:
    """Raises FileError (shop_needed) when the file is about a shop and none is known."""
    if sniffed.preset.reader.scope == "shop" and not has_shop:
        raise FileError("shop_needed", sniffed.preset.name)
