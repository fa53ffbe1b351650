"""What a file is: container, encoding, delimiter, preset, and where its header stands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from tracker.imports.container import container_of
from tracker.imports.encoding import encoding_of, open_text
from tracker.imports.errors import FileError
from tracker.imports.presets import Preset, fold_header, presets
from tracker.imports.rows import BrokenRow, read_rows

DELIMITERS = (",", "\t", ";", "|")

HEADER_WITHIN = 40
"""Lines at the beginning of a file among which the header is looked for."""

MAX_COLUMNS = 1_000


@dataclass(frozen=True, slots=True)
class Sniffed:
    """A file that is recognised."""

    path: Path
    container: str
    encoding: str
    delimiter: str
    header_line: int
    """First physical line of the header, 1-based."""
    after_header: int
    """Number of the line after it."""
    header: tuple[str, ...]
    preset: Preset
    columns: dict[str, int]
    """Canonical column -> position."""


def sniff(path: Path, preset_name: str = "") -> Sniffed:
    """Recognise a file by its bytes and its header; its name does not matter.

    Args:
        preset_name: read it as this preset; "": find out.

    Raises FileError: see its codes; `not_recognised` and `columns_missing` say what is missing.
    """
    if preset_name and preset_name not in presets():
        raise FileError("unknown_preset", f"{preset_name}; known: {', '.join(presets())}")
    container = container_of(path)
    encoding = encoding_of(path)
    with open_text(path, encoding) as file:
        head = list(islice(file, HEADER_WITHIN))
    candidates = [presets()[preset_name]] if preset_name else list(presets().values())
    best: tuple[int, str, int, int, list[str], Preset] | None = None
    for delimiter in DELIMITERS:
        found = _find_header(head, delimiter, candidates, is_told=bool(preset_name))
        if found is not None and (best is None or found[0] > best[0]):
            best = (found[0], delimiter, *found[1:])
    if best is None:
        raise _not_recognised(head, candidates, preset_name)
    _, delimiter, line, after, header, preset = best
    _check_header(header)
    return Sniffed(
        path, container, encoding, delimiter, line, after, tuple(header), preset,
        preset.columns_of(header),
    )  # fmt: skip


def _find_header(
    head: Sequence[str], delimiter: str, candidates: Iterable[Preset], *, is_told: bool
) -> tuple[int, int, int, list[str], Preset] | None:
    """Score, line, line after it, cells and preset of the first header that fits."""
    rows = [row for row in read_rows(head, delimiter) if not isinstance(row, BrokenRow)]
    for number, (line, cells) in enumerate(rows):
        fitting = [
            preset
            for preset in candidates
            if preset.fits(cells) and (is_told or preset.covers(cells))
        ]
        if fitting:
            preset = max(fitting, key=lambda one: (len(one.signature), len(one.columns_of(cells))))
            after = rows[number + 1][0] if number + 1 < len(rows) else line + _height(cells)
            return len(cells), line, after, cells, preset
    return None


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
    head: Sequence[str], candidates: Sequence[Preset], preset_name: str
) -> FileError:
    """Says what the nearest preset misses."""
    best: tuple[int, int, Preset, list[str]] | None = None
    for delimiter in DELIMITERS:
        for row in read_rows(head, delimiter):
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
    return [*preset.missing(columns), *(name for name in preset.signature if name not in folded)]
