"""Presets: which file it is, told by its headers. Each is a TOML file of this folder.

    name        what `--as` calls it
    title       for people; a message id
    reader      a name of `tracker.imports.readers.READERS`
    signature   headers that have to be there, all of them (of "a|b" one is enough); a preset with a
                signature goes before others, the longest signature first
    [columns]   canonical column -> headers that mean it, the most usual first
    [options]   for the reader; `currency` replaces the shop's; `home_currency`, `zone` and
                `shop_platform` suit a workspace that is made for the file
    [recognise] needs_one_of: canonical columns of which one has to be there besides;
                is_exact: the file has no header that the preset does not know
                lacks: headers that must not be there (a report without days)
                below: a text that stands above the table

Headers are compared width-folded, case-folded, trimmed, with hyphens and underscores as blanks. A
unit behind one (消耗(元), Amount spent (USD)) need not be listed, and a currency there is that of
the amounts. So a preset for another platform needs no code.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tracker.domain.money import is_currency
from tracker.imports.readers import READERS
from tracker.imports.readers.base import Reader


class PresetError(Exception):
    """A preset file that is wrong in itself."""


def fold_header(text: str) -> str:
    """A header as it is compared."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(folded.replace("_", " ").replace("-", " ").split())


_UNIT = re.compile(r"(.*\S)\s*\(([^()]{1,4})\)")
_UNITS = frozenset({"元", "次", "%", "#", "单", "人", "件", "个", "¥", "$", "€", "£", "₹"})
_SIGNS = {"元": "CNY", "€": "EUR", "£": "GBP", "₹": "INR"}


def _without_unit(folded: str) -> tuple[str, str]:
    """A folded header without the unit behind it, and that unit; "": it has none."""
    match = _UNIT.fullmatch(folded)
    if match and (match[2] in _UNITS or is_currency(match[2].upper())):
        return match[1], match[2]
    return folded, ""


def _alternatives(text: str) -> frozenset[str]:
    return frozenset(fold_header(name) for name in text.split("|"))


@dataclass(frozen=True, slots=True)
class Preset:
    """One kind of file."""

    name: str
    title: str
    reader: Reader
    signature: tuple[frozenset[str], ...]
    """Folded headers; of each set one has to be there."""
    headers: Mapping[str, str]
    """Folded header -> canonical column, the most usual header of a column first."""
    needs_one_of: tuple[str, ...]
    is_exact: bool
    options: Mapping[str, Any]
    lacks: frozenset[str] = frozenset()
    below: str = ""
    own_id: int = 0
    """The mapping of the workspace that it stands for; 0: it is one of ours."""
    only: frozenset[str] = frozenset()
    """All headers of the file, folded, no more and no less; empty: others may be there."""

    def columns_of(self, header: Sequence[str]) -> dict[str, int]:
        """Canonical column -> position: of the headers that mean a column the one listed first."""
        found: dict[str, tuple[int, int]] = {}
        ranks = {name: rank for rank, name in enumerate(self.headers)}
        for position, text in enumerate(header):
            name = fold_header(text)
            if name not in ranks:
                name = _without_unit(name)[0]
            column = self.headers.get(name)
            if column is not None and (column not in found or ranks[name] < found[column][0]):
                found[column] = (ranks[name], position)
        places = {column: position for column, (_, position) in found.items()}
        return dict(sorted(places.items(), key=lambda item: item[1]))

    def currency_of(self, header: Sequence[str]) -> str:
        """The currency that stands in the header of an amount; "": in none."""
        for text in header:
            name, unit = _without_unit(fold_header(text))
            if unit and {fold_header(text), name} & self.headers.keys():
                code = _SIGNS.get(unit, unit.upper())
                if is_currency(code):
                    return code
        return ""

    def missing(self, columns: Mapping[str, int]) -> list[str]:
        """What a header with these columns lacks; alternatives are joined by "|"."""
        groups = [*self.reader.needed, *([self.needs_one_of] if self.needs_one_of else [])]
        return ["|".join(group) for group in groups if columns.keys().isdisjoint(group)]

    def fits(self, header: Sequence[str]) -> bool:
        """Whether a row of cells can be this preset's header."""
        folded = {fold_header(text) for text in header}
        if self.only and folded - {""} != self.only:
            return False
        if self.is_exact and not folded <= self.headers.keys():
            return False
        folded |= {_without_unit(name)[0] for name in folded}
        if folded & self.lacks or not all(folded & names for names in self.signature):
            return False
        return not self.missing(self.columns_of(header))

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
        names = names if data.get("signature") else [*names, column]
        for name in names:
            if headers.setdefault(fold_header(name), column) != column:
                raise PresetError(f"{path.name}: {name!r} means two columns")
    return Preset(
        name=data["name"],
        title=data["title"],
        reader=reader,
        signature=tuple(_alternatives(name) for name in data.get("signature", ())),
        headers=headers,
        needs_one_of=tuple(data.get("recognise", {}).get("needs_one_of", ())),
        is_exact=bool(data.get("recognise", {}).get("is_exact")),
        options=data.get("options", {}),
        lacks=frozenset(map(fold_header, data.get("recognise", {}).get("lacks", ()))),
        below=data.get("recognise", {}).get("below", ""),
    )
