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

ACCESS_LOG = "access_log"
"""The preset of logs, which are told by their lines and not by a header."""

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


def recognise(path: Path, preset_name: str = "") -> Recognised:
    """Recognise a file by its bytes and its headers; its name does not matter.

    Args:
        preset_name: read it as this preset; "": find out.

    Raises FileError: see its codes; `not_recognised` and `columns_missing` say what is missing.
    None of the tables could be read, then; it is the error of the nearest one.
    """
    if preset_name and preset_name not in presets():
        raise FileError("unknown_preset", f"{preset_name}; known: {', '.join(presets())}")
    known: list[Sniffed] = []
    unknown: list[tuple[str, FileError]] = []
    for table in tables_of(path):
        if isinstance(table, tuple):
            unknown.append(table)
            continue
        try:
            known.append(_sniff_table(table, preset_name))
        except FileError as error:
            if error.code == "not_a_table" and table.sheet:
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


def _sniff_table(table: Table, preset_name: str) -> Sniffed:
    if table.log is not None:
        return _sniff_log(table, preset_name)
    wanted = [presets()[preset_name]] if preset_name else list(presets().values())
    candidates = [preset for preset in wanted if preset.name != ACCESS_LOG]
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
    if best is None:
        raise _not_recognised(heads.values(), candidates, preset_name)
    _, delimiter, line, after, header, preset = best
    _check_header(header)
    return Sniffed(
        table, delimiter, line, after, tuple(header), preset, preset.columns_of(header),
        preset.currency_of(header),
    )  # fmt: skip


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
            after = rows[number + 1][0] if number + 1 < len(rows) else line + _height(cells)
            return (len(preset.signature), len(cells)), line, after, cells, preset
    return None


def _is_below(mark: str, above: Sequence[str], cells: Sequence[str]) -> bool:
    """Whether a row is the first of a table below a text."""
    named = [cell for cell in cells if cell.strip()]
    is_comment = bool(named) and named[0].lstrip().startswith(_MARK)
    return len(named) > 1 and not is_comment and any(mark in cell for cell in above)


def _height(cells: Sequence[str]) -> int:
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
