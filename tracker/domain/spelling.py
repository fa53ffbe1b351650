"""Which known word a value was probably meant to be: slips of the finger, other separators.

A suggestion is made only where it is likely: people read it, and then the history of a brand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_SEPARATORS = re.compile(r"[^0-9a-z\u0080-\U0010ffff]+")
_HOST_ENDS = ("com", "cn", "net", "app", "www")


def skeleton(value: str) -> str:
    """A normalised value without separators and the usual parts of host names: `xiao_hong-shu` and
    `www.xiaohongshu.com` are both `xiaohongshu`."""
    words = [word for word in _SEPARATORS.split(value) if word]
    kept = [word for word in words if word not in _HOST_ENDS]
    return "".join(kept or words)


def distance(left: str, right: str, most: int) -> int:
    """How many letters must be put in, left out, changed, or swapped with their neighbour.

    Args:
        most: more than that is not looked for.

    Returns:
        the number, or `most` + 1 for anything above it.

    Source: Damerau (1964) in the form of optimal string alignment (no letter is edited twice).
    """
    if abs(len(left) - len(right)) > most:
        return most + 1
    older: list[int] = []
    old = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        new = [i]
        for j, b in enumerate(right, 1):
            cost = min(old[j] + 1, new[j - 1] + 1, old[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                cost = min(cost, older[j - 2] + 1)
            new.append(cost)
        if min(new) > most:
            return most + 1
        older, old = old, new
    return min(old[-1], most + 1)


def allowed_slips(length: int) -> int:
    """Slips that a word of this length is forgiven: short words are too close to each other."""
    if length < 4:
        return 0
    return 1 if length < 8 else 2


class Speller:
    """Known words, prepared once, so that many values can be looked up."""

    def __init__(self, known: Iterable[str]) -> None:
        """known: normalised words."""
        self._words: dict[tuple[int, str], list[tuple[int, str, str]]] = {}
        self._bare: dict[str, set[str]] = {}
        for word in set(known):
            bare = skeleton(word)
            if bare:
                self._bare.setdefault(bare, set()).add(word)
                key = (len(bare), _digits(bare))
                self._words.setdefault(key, []).append((_letters(bare), bare, word))

    def nearest(self, value: str) -> str | None:
        """The known word that a value probably means; None: none is likely, or several are.

        Words that differ only in digits (`618` and `518`, `post-1` and `post-2`) are different
        things, whatever their letters. value: normalised.
        """
        bare = skeleton(value)
        if not bare:
            return None
        found = {0: self._bare.get(bare, set()) - {value}}
        if not found[0]:
            found |= self._slips(bare)
        best = next((found[n] for n in sorted(found) if found[n]), set())
        return next(iter(best)) if len(best) == 1 else None

    def _slips(self, bare: str) -> dict[int, set[str]]:
        """Words by how many slips away they are."""
        found: dict[int, set[str]] = {}
        letters, digits, reach = _letters(bare), _digits(bare), allowed_slips(len(bare))
        for length in range(len(bare) - reach, len(bare) + reach + 1):
            most = min(reach, allowed_slips(length))
            for others, other, word in self._words.get((length, digits), ()):
                # a slip brings in, takes out or replaces one letter: most words end here
                if (letters ^ others).bit_count() <= 2 * most:
                    slips = distance(bare, other, most)
                    if 0 < slips <= most:
                        found.setdefault(slips, set()).add(word)
        return found


def nearest(value: str, known: Iterable[str]) -> str | None:
    """The known word that one value probably means; see `Speller.nearest`."""
    return Speller(known).nearest(value)


def _letters(text: str) -> int:
    """Which letters a text has, as bits; letters may share one, which only lets more through."""
    bits = 0
    for letter in text:
        bits |= 1 << (ord(letter) & 63)
    return bits


def _digits(text: str) -> str:
    return "".join(c for c in text if c.isdigit())
