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


def nearest(value: str, known: Iterable[str]) -> str | None:
    """The known word that a value probably means; None: none is likely, or several are.

    Words that differ only in digits (`618` and `518`, `post-1` and `post-2`) are different things.

    Args:
        value, known: normalised.
    """
    bare = skeleton(value)
    if not bare:
        return None
    found: dict[int, set[str]] = {}
    for word in set(known) - {value}:
        other = skeleton(word)
        if not other or (bare != other and _digits(bare) != _digits(other)):
            continue
        most = min(allowed_slips(len(bare)), allowed_slips(len(other)))
        slips = distance(bare, other, most)
        if slips <= most:
            found.setdefault(slips, set()).add(word)
    if not found:
        return None
    best = found[min(found)]
    return next(iter(best)) if len(best) == 1 else None


def _digits(text: str) -> str:
    return "".join(c for c in text if c.isdigit())
