"""Presets: which file it is, told by its headers. Each is a TOML file of this folder.

    name        what `--as` calls it
    title       for people; a message id
    reader      a name of `tracker.imports.readers.READERS`
    signature   headers that have to be there, all of them; a preset with one goes before others
    [columns]   canonical column -> headers that mean it, the most usual first
    [options]   for the reader; `currency` replaces the shop's
    [recognise] needs_one_of: canonical columns of which one has to be there besides;
                is_exact: the file has no header that the preset does not know

Headers are compared width-folded, case-folded, trimmed, with hyphens and underscores as blanks, so
a preset for another platform needs no code.
"""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tracker.imports.readers import READERS
from tracker.imports.readers.base import Reader


class PresetError(Exception):
    """A preset file that is wrong in itself."""


def fold_header(text: str) -> str:
    """A header as it is compared."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(folded.replace("_", " ").replace("-", " ").split())


@dataclass(frozen=True, slots=True)
class Preset:
    """One kind of file."""

    name: str
    title: str
    reader: Reader
    signature: tuple[str, ...]
    headers: Mapping[str, str]
    """Folded header -> canonical column."""
    needs_one_of: tuple[str, ...]
    is_exact: bool
    options: Mapping[str, Any]

    def columns_of(self, header: Sequence[str]) -> dict[str, int]:
        """Canonical column -> position; the first header that means a column has it."""
        found: dict[str, int] = {}
        for position, text in enumerate(header):
            column = self.headers.get(fold_header(text))
            if column is not None:
                found.setdefault(column, position)
        return found

    def missing(self, columns: Mapping[str, int]) -> list[str]:
        """What a header with these columns lacks; alternatives are joined by "|"."""
        groups = [*self.reader.needed, *([self.needs_one_of] if self.needs_one_of else [])]
        return ["|".join(group) for group in groups if columns.keys().isdisjoint(group)]

    def fits(self, header: Sequence[str]) -> bool:
        """Whether a row of cells can be this preset's header."""
        folded = {fold_header(text) for text in header}
        if self.is_exact and not folded <= self.headers.keys():
            return False
        return folded.issuperset(self.signature) and not self.missing(self.columns_of(header))

    def covers(self, header: Sequence[str]) -> bool:
        """Whether it knows at least half of the columns, or the file by its signature.

        A file of which a preset knows a few columns is another kind of file: a spend report without
        amounts also has platforms and influencers, and is no list of influencers.
        """
        n_named = sum(1 for text in header if text.strip())
        return bool(self.signature) or 2 * len(self.columns_of(header)) >= n_named


@cache
def presets() -> dict[str, Preset]:
    """All presets by name: those with a signature first, the longest first."""
    found = [_read(path) for path in sorted(Path(__file__).parent.glob("*.toml"))]
    found.sort(key=lambda preset: (-len(preset.signature), preset.name))
    return {preset.name: preset for preset in found}


def _read(path: Path) -> Preset:
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    reader = READERS.get(data["reader"])
    if reader is None:
        raise PresetError(f"{path.name}: no reader {data['reader']!r}")
    headers: dict[str, str] = {}
    for column, names in data["columns"].items():
        if column not in reader.columns:
            raise PresetError(f"{path.name}: the reader knows no column {column!r}")
        for name in (column, *names) if not data.get("signature") else names:
            if headers.setdefault(fold_header(name), column) != column:
                raise PresetError(f"{path.name}: {name!r} means two columns")
    return Preset(
        name=data["name"],
        title=data["title"],
        reader=reader,
        signature=tuple(fold_header(name) for name in data.get("signature", ())),
        headers=headers,
        needs_one_of=tuple(data.get("recognise", {}).get("needs_one_of", ())),
        is_exact=bool(data.get("recognise", {}).get("is_exact")),
        options=data.get("options", {}),
    )
