"""What the words of utm_medium mean (data/mediums.toml): paid, influencer, and the type named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from tracker.domain.referrers import SourceType, read_data
from tracker.domain.text import word_key


@dataclass(frozen=True, slots=True)
class Medium:
    """A medium as read. `type`: what it names by itself; `paid_type`: which type a paid medium
    says it is of (`paid-social`); None: it does not say."""

    is_paid: bool = False
    is_kol: bool = False
    is_bare_cpm: bool = False
    """Exactly cpm: display, unless the source is listed."""
    type: SourceType | None = None
    paid_type: SourceType | None = None


@dataclass(frozen=True, slots=True)
class _Test:
    whole: frozenset[str]
    words: frozenset[str]
    starts: tuple[str, ...]
    ends: tuple[str, ...]
    contains: tuple[str, ...]

    @classmethod
    def of(cls, table: Mapping[str, Any]) -> _Test:
        return cls(
            whole=frozenset(word_key(text) for text in table.get("whole", ())),
            words=frozenset(table.get("words", ())),
            starts=tuple(table.get("starts", ())),
            ends=tuple(table.get("ends", ())),
            contains=tuple(table.get("contains", ())),
        )

    def matches(self, key: str, words: frozenset[str]) -> bool:
        return (
            key in self.whole
            or not self.words.isdisjoint(words)
            or (bool(self.starts) and key.startswith(self.starts))
            or (bool(self.ends) and key.endswith(self.ends))
            or any(part in key for part in self.contains)
        )


@lru_cache(maxsize=4_096)
def is_kol_source(source: str) -> bool:
    """Whether a normalised utm_source says "an influencer" without a name."""
    return _Test.of(read_data("mediums")["kol_source"]).matches(word_key(source), frozenset())


@cache
def _tests() -> tuple[_Test, _Test, dict[SourceType, _Test], dict[str, SourceType]]:
    data = read_data("mediums")
    types = {SourceType(name): _Test.of(table) for name, table in data["types"].items()}
    paid_types = {
        word: SourceType(name) for name, words in data["paid_types"].items() for word in words
    }
    return _Test.of(data["paid"]), _Test.of(data["kol"]), types, paid_types


@lru_cache(maxsize=4_096)
def read_medium(medium: str) -> Medium:
    """What a normalised medium means; "" means nothing."""
    if not medium:
        return Medium()
    paid, kol, types, paid_types = _tests()
    key = word_key(medium)
    words = frozenset(key.replace("/", "-").replace(".", "-").replace("+", "-").split("-"))
    is_paid = paid.matches(key, words)
    named = next((kind for kind, test in types.items() if test.matches(key, words)), None)
    paid_type = next((paid_types[word] for word in sorted(words) if word in paid_types), None)
    if is_paid and paid_type is None:
        rest = key.removeprefix("paid").strip("-")
        paid_type = paid_types.get(rest)
    is_display = types[SourceType.DISPLAY].matches(key, words)
    return Medium(
        is_paid=is_paid,
        is_kol=kol.matches(key, words),
        is_bare_cpm=key == "cpm",
        type=SourceType.DISPLAY if is_display else named,
        paid_type=SourceType.DISPLAY if is_paid and is_display else paid_type,
    )
