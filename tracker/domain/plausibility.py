"""Does a reading look like a broken reader? Steps that a real account or shop hardly ever makes.

Compared with what was stored last. A doubt keeps a reading aside until a person has looked; a
doubt too many costs a point in a curve, a doubt too few a wrong number. The figures are decided
here; the kinds of steps are those of facts on parser breaks (coverage falls, followers halve, a
decimal point moves).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

FEW: Final = 100
"""Below this a count may do anything."""

FALL: Final = 2
"""A count that falls to less than its half is doubted."""

JUMP: Final = 10
"""Followers or a price that become tenfold (a price: or a tenth) are doubted."""

_FALLING: Final = frozenset(
    {"followers", "views", "likes", "comments", "shares", "saves", "review_count", "sold"}
)
_CORE: Final = {
    "account": ("followers",),
    "post": ("views", "likes", "comments", "shares", "saves"),
    "listing": (),
}
"""Metrics of which at least one is in every good reading that had one before."""

BATCH_LOST_SHARE: Final = 0.3
BATCH_LOST_FEWEST: Final = 2
"""A run in which more than this share of the readings, and at least so many, lost a field is a
broken reader; fewer are pages that changed."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a reading is kept aside."""

    reason: str
    """field_lost, count_fell, count_jumped, price_jumped or currency_changed."""
    detail: str


@dataclass(frozen=True, slots=True)
class Range:
    """What is known of a number: from `low` to below `high` (None: no upper bound)."""

    low: int
    high: int | None


def doubt_counts(kind: str, before: Mapping[str, Range], now: Mapping[str, Range]) -> Doubt | None:
    """A doubt about the counts of an account, post or listing; None: they may well be.

    Rounded counts are doubted only if they are so at both ends of what they may be.
    """
    for metric, new in now.items():
        old = before.get(metric)
        if old is None:
            continue
        if metric in _FALLING and _fell(old, new):
            return Doubt("count_fell", f"{metric} {old.low} -> {new.low}")
        if metric == "followers" and _jumped(old, new):
            return Doubt("count_jumped", f"{metric} {old.low} -> {new.low}")
    core = _CORE[kind]
    if any(metric in before for metric in core) and not any(metric in now for metric in core):
        lost = ", ".join(metric for metric in core if metric in before)
        return Doubt("field_lost", f"no {lost}")
    return None


def _fell(old: Range, new: Range) -> bool:
    return old.low >= FEW and new.high is not None and (new.high - 1) * FALL < old.low


def _jumped(old: Range, new: Range) -> bool:
    return old.high is not None and old.low >= FEW and new.low >= JUMP * (old.high - 1)


def doubt_price(
    before: tuple[int | None, str], now: tuple[int | None, str], *, is_for_sale: bool
) -> Doubt | None:
    """A doubt about the price of a listing; None: it may well be.

    Args:
        before, now: minor units (None: not said) and currency ("": unknown).
        is_for_sale: whether the page now says or implies that it can be bought; what is sold out
            may well have no price.
    """
    (old, old_currency), (new, new_currency) = before, now
    if old is None:
        return None
    if new is None:
        return Doubt("field_lost", "no price") if is_for_sale else None
    if old_currency and new_currency and old_currency != new_currency:
        return Doubt("currency_changed", f"{old_currency} -> {new_currency}")
    if old > 0 and new > 0 and (new >= JUMP * old or new * JUMP <= old):
        return Doubt("price_jumped", f"{old} -> {new} {new_currency}")
    return None


def is_broken_reader(n_lost: int, n_read: int) -> bool:
    """Whether so many of a run's readings lost a field that the reader, not the pages, changed."""
    return n_lost >= BATCH_LOST_FEWEST and n_lost > BATCH_LOST_SHARE * n_read
