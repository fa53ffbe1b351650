"""Mappings of a workspace's own: which columns of a file mean what, as a person said once.

A file with just the columns that a mapping was made for is read by it, before any preset. One whose
columns are nearly those is refused with the difference: read by half a mapping it could load
without an error and mean something else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import cache
from typing import Any

from tracker.imports.presets import Preset, fold_header, presets
from tracker.imports.readers import READERS
from tracker.imports.sniff import ALIKE

KINDS = ("orders", "refunds", "affiliate", "spend", "goods_cost", "fx_rates", "influencers",
         "coupons", "deals", "touches")  # fmt: skip
"""Kinds of record that a mapping can make; each is a reader, and a preset of its canonical columns.
"""

CONSTANTS = ("currency", "platform", "channel")
"""Columns for which a mapping may say one value for the whole file."""

SWITCHES = {"orders": "line_sums", "affiliate": "line_sums", "spend": "sum_rows"}
"""Option of a reader that adds up rows: lines of an order, parts of a campaign's day."""

_RENAMED = 0.6
"""Likeness of two headers above which one may be the other's new name."""


@dataclass(frozen=True, slots=True)
class Mapping:
    """One mapping, saved or being made."""

    name: str
    reader: str
    header: tuple[str, ...]
    columns: MappingOf[str, str]
    """Canonical column -> header."""
    options: MappingOf[str, Any] = field(default_factory=dict)
    """Constants, switches, and `dates` (ymd, dmy, mdy) of dates that can be read in two ways."""
    id: int = 0
    """0: not saved yet."""

    @property
    def folded(self) -> frozenset[str]:
        """Its header as headers are compared."""
        return folded(self.header)

    def problems(self) -> list[str]:
        """Groups of columns of which one is missing ("influencer|influencer_name")."""
        found = set(self.columns) | {name for name in CONSTANTS if self.options.get(name)}
        preset = presets()[self.reader]
        groups = [*READERS[self.reader].needed, *filter(None, [preset.needs_one_of])]
        return ["|".join(group) for group in groups if found.isdisjoint(group)]

    def preset(self) -> Preset:
        """The preset that reads files of just this header."""
        general = presets()[self.reader]
        headers = {fold_header(header): column for column, header in self.columns.items()}
        return Preset(
            name=self.name,
            title=self.name,
            reader=READERS[self.reader],
            signature=tuple(frozenset({text}) for text in sorted(self.folded)),
            headers=headers,
            needs_one_of=(),
            is_exact=False,
            options={**general.options, **self.options},
            own_id=self.id,
            only=self.folded,
        )


@dataclass(frozen=True, slots=True)
class Difference:
    """How a header differs from the one that was expected; headers as written."""

    missing: tuple[str, ...]
    new: tuple[str, ...]
    renamed: MappingOf[str, str]
    """Missing header -> the new one that it may be called now."""

    def __bool__(self) -> bool:
        return bool(self.missing or self.new)


def folded(header: Sequence[str]) -> frozenset[str]:
    """A header as it is compared: a set of folded texts without blanks."""
    return frozenset(filter(None, map(fold_header, header)))


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """The share of the longer of two headers that both have, 0 to 1."""
    return len(one & other) / max(len(one), len(other), 1)


def difference(expected: Sequence[str], header: Sequence[str]) -> Difference:
    """What of an expected header is missing, what is new, and what may have been renamed."""
    wanted, there = folded(expected), folded(header)
    missing = tuple(text for text in expected if fold_header(text) in wanted - there)
    new = tuple(text for text in header if fold_header(text) in there - wanted)
    renamed: dict[str, str] = {}
    scored = sorted(
        ((_alike(old, now), old, now) for old in missing for now in new),
        key=lambda one: -one[0],
    )
    for score, old, now in scored:
        if score >= _RENAMED and old not in renamed and now not in renamed.values():
            renamed[old] = now
    return Difference(missing, new, renamed)


def _alike(one: str, other: str) -> float:
    a, b = fold_header(one), fold_header(other)
    if a in b or b in a:
        return 0.9
    return SequenceMatcher(None, a, b).ratio()


def nearest(header: Sequence[str], saved: Sequence[Mapping]) -> Mapping | None:
    """The saved mapping whose columns are nearly (but not just) these; None: there is none."""
    there = folded(header)
    near = [one for one in saved if ALIKE <= likeness(one.folded, there) < 1]
    return max(near, key=lambda one: likeness(one.folded, there), default=None)


def columns_for(reader: str) -> list[str]:
    """The canonical columns that a mapping may use, in the order of the guide."""
    return list(dict.fromkeys(presets()[reader].headers.values()))


def suggest(reader: str, header: Sequence[str], before: Mapping | None = None) -> dict[int, str]:
    """Which column of a file probably means which canonical one: position -> column.

    Args:
        before: a mapping of the same kind of file, whose choices hold where headers did not change.
    """
    wanted = columns_for(reader)
    found: dict[int, str] = {}
    if before is not None and before.reader == reader:
        changed = difference(before.header, header).renamed
        for column, old in before.columns.items():
            now = fold_header(changed.get(old, old))
            place = next((n for n, text in enumerate(header) if fold_header(text) == now), None)
            if place is not None and column in wanted:
                found[place] = column
        return found
    votes = _votes(reader)
    for place, text in enumerate(header):
        for column, _ in votes.get(fold_header(text), Counter()).most_common():
            if column in wanted and column not in found.values():
                found[place] = column
                break
    return found


@cache
def _votes(reader: str) -> dict[str, Counter[str]]:
    """Folded header -> how many presets of this kind read it as which column."""
    votes: dict[str, Counter[str]] = {}
    for preset in presets().values():
        if preset.reader.name == reader:
            weight = 3 if preset.name == reader else 1
            for text, column in preset.headers.items():
                votes.setdefault(text, Counter())[column] += weight
    return votes


def likely_kind(header: Sequence[str]) -> str:
    """The kind of record whose columns a header has most of."""
    return max(KINDS, key=lambda kind: len(suggest(kind, header)))
