"""Coupon codes: how they are written, and who owned one at an instant (SEMANTICS 3.4)."""

from __future__ import annotations

import unicodedata

import numpy as np
from numpy.typing import NDArray

NEVER = np.iinfo(np.int64).max
"""The end of an ownership that has none, in microseconds."""


def normalise_code(text: str) -> str:
    """A code as it is compared: NFKC, trimmed, case-folded, without invisible characters.

    "ＳＡＶＥ１０ " and "save10" are one code. "NULL" and "NA" are codes like any other; only text
    that is blank gives "" (no code). Folding is repeated because NFKC and case folding can undo
    each other's work: the result never changes when normalised again.
    """
    folded = text
    for _ in range(4):
        before = folded
        folded = unicodedata.normalize("NFKC", folded).casefold()
        folded = "".join(c for c in folded if unicodedata.category(c) not in ("Cf", "Cc")).strip()
        if folded == before:
            break
    return folded


def owners_at(
    codes: NDArray[np.int64],
    instants: NDArray[np.int64],
    owned_codes: NDArray[np.int64],
    valid_from: NDArray[np.int64],
    valid_until: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Which ownership held for each (code, instant): an index into the ownerships, -1 for none.

    `codes` and `owned_codes` are coupon ids; ownerships of one code do not overlap (the database
    refuses it), hold from `valid_from` included to `valid_until` excluded (microseconds, NEVER
    for an open end) and come in any order. One sort of the ownerships, one search an instant.
    """
    if owned_codes.size == 0 or codes.size == 0:
        return np.full(codes.shape, -1, np.int64)
    order = np.lexsort((valid_from, owned_codes))
    times = np.unique(valid_from)
    width = times.size + 1
    keys = np.unique(owned_codes)
    starts = np.searchsorted(keys, owned_codes[order]) * width + np.searchsorted(
        times, valid_from[order]
    )
    key = np.minimum(np.searchsorted(keys, codes), keys.size - 1)
    # The rank of the newest start at or before the instant; -1 puts it before the code's first.
    wanted = key * width + np.searchsorted(times, instants, side="right") - 1
    slot = np.searchsorted(starts, wanted, side="right") - 1
    found = order[np.maximum(slot, 0)]
    holds = (slot >= 0) & (owned_codes[found] == codes)
    holds &= (valid_from[found] <= instants) & (instants < valid_until[found])
    return np.where(holds, found, -1).astype(np.int64)


def periods_overlap(
    first_from: int, first_until: int | None, second_from: int, second_until: int | None
) -> bool:
    """Whether two ownership periods share an instant; None as an end means it never ends."""
    return (second_until is None or first_from < second_until) and (
        first_until is None or second_from < first_until
    )
