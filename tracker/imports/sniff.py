"""What a file is: container, encoding, delimiter, preset, and where its header stands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from tracker.imports.errors import FileError
from tracker.imports.logs.fields import COLUMNS, clean_host
from tracker.imports.presets import Preset, fold_header, presets
from tracker.imports.rows import BrokenRow
from tracker.imports.tables import AnyRow, Table, tables_of

DELIMITERS = (",", "\t", ";", "|")

HEADER_WITHIN = 40
"""Rows at the beginning of a table among which the header is looked for."""

MAX_COLUMNS = 1_000

ALIKE = 0.6
"""Share of columns in common from which a file is one of a mapping whose columns changed."""

ACCESS_LOG = "access_log"
"""The preset of logs, which are told by their lines and not by a header."""

REASON_COLUMNS = ("#line", "#reason")
"""The two columns that a file of rejected rows has in front of the original's."""

_MARK = "#"
"""What rows of comment above a table begin with."""


@dataclass(frozen=True, slots=True)
class Sniffed:
    """A table that is recognised."""

    table: Table
    delimiter: str
    """"": cells of a workbook."""
    header_line: int
    """First physical line (or row of the sheet) of the header, 1-based; 0: it has none."""
    after_header: int
    """Number of the line after it."""
    header: tuple[str, ...]
    preset: Preset
    columns: dict[str, int]
    """Canonical column -> position."""
    header_currency: str = ""
    """Currency that stands in the header of an amount; "": none."""

    @property
    def container(self) -> str:
        """plain, gzip, bzip2, zstd, xlsx, xls or html."""
        return self.table.container

    @property
    def encoding(self) -> str:
        """Of the text; "": a workbook's own."""
        return self.table.encoding

    @property
    def unused(self) -> list[str]:
        """Headers that the preset does not read."""
        used = set(self.columns.values())
        return [
            text.strip() for place, text in enumerate(self.header)
            if place not in used and text.strip()
        ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Recognised:
    """All tables of a file: those that are known, and those that are not."""

    known: list[Sniffed]
    unknown: list[tuple[str, FileError]]
    """Name of the sheet or member, and why."""


def recognise(
    path: Path,
    preset_name: str = "",
    own: Sequence[Preset] = (),
    *,
    encoding: str = "",
) -> Recognised:
    """Recognise a file by its bytes and its headers; its name does not matter.

    Args:
        preset_name: read it as this preset; "": find out.
        own: presets of the workspace's mappings, which go before ours.
        encoding: of its text, as its user says; "": find out.

    Raises FileError: see its codes; `not_recognised`, `columns_missing` and `mapping_changed` say
    what is missing. None of the tables could be read, then; it is the error of the nearest one.
    """
    named = {**presets(), **{one.name: one for one in own}}
    if preset_name and preset_name not in named:
        raise FileError("unknown_preset", f"{preset_name}; known: {', '.join(presets())}")
    wanted = [named[preset_name]] if preset_name else [*own, *presets().values()]
    known: list[Sniffed] = []
    unknown: list[tuple[str, FileError]] = []
    for table in tables_of(path, encoding):
        if isinstance(table, tuple):
            unknown.append(table)
            continue
        try:
            known.append(_sniff_table(table, preset_name, wanted))
        except FileError as error:
            if error.code == "not_a_table" and table.sheet and not error.detail:
                continue  # an empty sheet
            unknown.append((table.name, error))
    if not known:
        raise _nearest(unknown)
    return Recognised(known, unknown)


def sniff(path: Path, preset_name: str = "") -> Sniffed:
    """The first table of a file that is recognised. Raises FileError as `recognise` does."""
    return recognise(path, preset_name).known[0]


def _nearest(unknown: Sequence[tuple[str, FileError]]) -> FileError:
    errors = [error for _, error in unknown]
    errors.sort(key=lambda error: (error.code == "not_recognised", not error.detail))
    return errors[0] if errors else FileError("not_a_table")


def _sniff_table(table: Table, preset_name: str, wanted: Sequence[Preset]) -> Sniffed:
    if table.log is not None:
        return _sniff_log(table, preset_name)
    candidates = [preset for preset in wanted if preset.name != ACCESS_LOG]
    table = _without_reasons(table)
    heads = {
        delimiter: list(islice(table.rows(delimiter), HEADER_WITHIN))
        for delimiter in (DELIMITERS if table.grid is None else ("",))
    }
    if not any(heads.values()):
        raise FileError("not_a_table")
    best: tuple[tuple[int, int], str, int, int, list[str], Preset] | None = None
    for delimiter, head in heads.items():
        found = _find_header(head, candidates, is_told=bool(preset_name))
        if found is not None and (best is None or found[0] > best[0]):
            best = (found[0], delimiter, *found[1:])
    if best is None or not best[5].only:
        _check_not_changed(heads.values(), candidates)
    if best is None:
        raise _not_recognised(heads.values(), candidates, preset_name)
    _, delimiter, line, after, header, preset = best
    _check_header(header)
    return Sniffed(
        table, delimiter, line, after, tuple(header), preset, preset.columns_of(header),
        preset.currency_of(header),
    )  # fmt: skip


def _without_reasons(table: Table) -> Table:
    """A file of rejected rows that comes back: the table of the original's columns."""
    if table.grid is not None:
        return table
    for delimiter in DELIMITERS:
        for row in islice(table.rows(delimiter), HEADER_WITHIN):
            if not isinstance(row, BrokenRow) and tuple(row[1][:2]) == REASON_COLUMNS:
                return replace(table, reasons_from=row[0])
    return table


def _check_not_changed(heads: Iterable[Sequence[AnyRow]], candidates: Sequence[Preset]) -> None:
    """Raises FileError (mapping_changed) for a header that is nearly one of the workspace's own: a
    preset of ours could read it, and mean something else."""
    own = [preset for preset in candidates if preset.only]
    rows = [row for head in heads for row in head if not isinstance(row, BrokenRow)] if own else []
    headers = [{fold_header(text) for text in cells} - {""} for _, cells in rows]
    near = [(len(preset.only & there), preset, there) for preset in own for there in headers]
    if not near:
        return
    common, preset, there = max(near, key=lambda one: one[0])
    is_told = len(candidates) == 1
    if is_told or common >= ALIKE * max(len(preset.only), len(there)):
        missing = ", ".join(sorted(preset.only - there)) or "-"
        new = ", ".join(sorted(there - preset.only)) or "-"
        raise FileError("mapping_changed", f"{preset.name}: - {missing}; + {new}")


def confirmed(sniffed: Sniffed) -> Sniffed:
    """A recognised table ready to be read as a whole, with the header as it is then.

    Raises FileError: as `Table.opened`, and as `recognise` when the whole is another table than its
    beginning.
    """
    table = sniffed.table.opened()
    if table is sniffed.table:
        return sniffed
    if table.log is not None:
        return replace(sniffed, table=table)
    head = islice(table.rows(sniffed.delimiter), HEADER_WITHIN)
    header = next((row[1] for row in head if not isinstance(row, BrokenRow)
                   and row[0] == sniffed.header_line), [])  # fmt: skip
    width = len(sniffed.header)
    if tuple(header[:width]) == sniffed.header and not any(header[width:]):
        return replace(sniffed, table=table, header=tuple(header))
    return _sniff_table(table, sniffed.preset.name, [sniffed.preset])


def _sniff_log(table: Table, preset_name: str) -> Sniffed:
    """A log has no header: its cells stand in an order of ours from the first line on."""
    preset = presets()[ACCESS_LOG]
    if preset_name not in ("", ACCESS_LOG):
        raise FileError("not_recognised", f"{preset_name}: this is an access log")
    return Sniffed(table, "", 0, 1, COLUMNS, preset, preset.columns_of(COLUMNS))


def with_host(sniffed: Sniffed, host: str) -> Sniffed:
    """A log whose lines without a host are those of this one, or, when it is "", of the host that
    the log itself shows; any other table as it is."""
    log = sniffed.table.log
    if log is None:
        return sniffed
    log = replace(log, host=clean_host(host.rpartition("://")[2]) or log.guess_host())
    return replace(sniffed, table=replace(sniffed.table, grid=log))


def _find_header(
    head: Sequence[AnyRow], candidates: Iterable[Preset], *, is_told: bool
) -> tuple[tuple[int, int], int, int, list[str], Preset] | None:
    """Score, line, line after it, cells and preset of the first header that fits."""
    rows = [row for row in head if not isinstance(row, BrokenRow)]
    for number, (line, cells) in enumerate(rows):
        above = [cell for _, others in rows[:number] for cell in others]
        fitting = [
            preset
            for preset in candidates
            if preset.fits(cells)
            and (is_told or preset.covers(cells))
            and (not preset.below or _is_below(preset.below, above, cells))
        ]
        if fitting:
            preset = max(fitting, key=lambda one: (len(one.signature), len(one.columns_of(cells))))
            below = (row.line if isinstance(row, BrokenRow) else row[0] for row in head)
            after = next((other for other in below if other > line), line + height_of(cells))
            return (len(preset.signature), len(cells)), line, after, cells, preset
    return None


def _is_below(mark: str, above: Sequence[str], cells: Sequence[str]) -> bool:
    """Whether a row is the first of a table below a text."""
    named = [cell for cell in cells if cell.strip()]
    is_comment = bool(named) and named[0].lstrip().startswith(_MARK)
    return len(named) > 1 and not is_comment and any(mark in cell for cell in above)


def height_of(cells: Sequence[str]) -> int:
    """Physical lines of a row: one, and one for each line end inside its cells."""
    return 1 + sum(len(cell.splitlines()) - 1 for cell in cells if cell)


def _check_header(header: Sequence[str]) -> None:
    if len(header) > MAX_COLUMNS:
        raise FileError("not_a_table", f"{len(header)} columns")
    seen: set[str] = set()
    for text in header:
        folded = fold_header(text)
        if folded and folded in seen:
            raise FileError("duplicate_column", text.strip())
        seen.add(folded)


def _not_recognised(
    heads: Iterable[Sequence[AnyRow]], candidates: Sequence[Preset], preset_name: str
) -> FileError:
    """Says what the nearest preset misses."""
    best: tuple[int, int, Preset, list[str]] | None = None
    for head in heads:
        for row in head:
            if isinstance(row, BrokenRow):
                continue
            for preset in candidates:
                columns = preset.columns_of(row[1])
                lacking = _lacks(preset, row[1], columns)
                score = (len(columns), -len(lacking))
                if columns and (best is None or score > best[:2]):
                    best = (*score, preset, lacking)
    if best is None:
        return FileError("columns_missing" if preset_name else "not_recognised", preset_name)
    _, _, preset, lacking = best
    lacks = ", ".join(lacking) or f"most columns are unknown; --as {preset.name} reads the others"
    told = f"{preset.name}: {lacks}"
    return FileError("columns_missing" if preset_name else "not_recognised", told)


def _lacks(preset: Preset, header: Sequence[str], columns: dict[str, int]) -> list[str]:
    folded = {fold_header(text) for text in header}
    return [
        *preset.missing(columns),
        *("|".join(sorted(names)) for names in preset.signature if not names & folded),
    ]
