"""What a path is made of: classes of signals, evidence, reasons, and the arrays that carry them.

A *signal* is one sign of a contact (visit, click, coupon, affiliate row, delivered mark); signals
of one contact merge into a *touchpoint*; the touchpoints that the policy lets count are an order's
*qualified path* (SEMANTICS 3.2, 3.3). Everything is a structure of arrays of equal length, ids are
integers, 0 means none, instants and durations are microseconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from enum import IntEnum, IntFlag, StrEnum

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


class Signal(StrEnum):
    """Class of a signal, in the default order of precedence (SEMANTICS 3.3)."""

    lock = "lock"
    affiliate = "affiliate"
    coupon = "coupon"
    kol = "kol"
    """A tracked link, or a mark that names an influencer."""
    paid_click = "paid_click"
    tag = "tag"
    referrer = "referrer"
    direct = "direct"

    @property
    def code(self) -> int:
        """The stored number, 1 to 8; 0 is kept for "none" (an order without any touchpoint)."""
        return _SIGNALS.index(self) + 1

    @classmethod
    def from_code(cls, code: int) -> Signal | None:
        """The class of a stored number; None for 0. Raises IndexError for an unknown number."""
        return None if code == 0 else _SIGNALS[code - 1]


_SIGNALS = tuple(Signal)


class TouchKind(IntEnum):
    """Which raw fact a touchpoint comes from; with the fact's id, its natural key."""

    none = 0
    visit = 1
    """Its id is that of the visit's first hit: visits are derived and may be numbered anew."""
    touch = 2
    click = 3
    order_mark = 4
    """Its id is that of the mark: an order carries each mark once."""
    coupon = 5
    affiliate = 6
    lock = 7
    """A customer lock: the customer's orders of that time are the influencer's."""
    decision = 8
    """A person has said whose order it is."""


class Evidence(IntFlag):
    """What speaks for a touchpoint, one bit a class of signal; several bits after a merge."""

    link = 1
    coupon = 2
    affiliate = 4
    paid_click = 8
    tag = 16
    referrer = 32
    direct = 64
    lock = 128


EVIDENCE_OF: dict[Signal, Evidence] = {
    Signal.lock: Evidence.lock,
    Signal.affiliate: Evidence.affiliate,
    Signal.coupon: Evidence.coupon,
    Signal.kol: Evidence.link,
    Signal.paid_click: Evidence.paid_click,
    Signal.tag: Evidence.tag,
    Signal.referrer: Evidence.referrer,
    Signal.direct: Evidence.direct,
}


class Reason(IntEnum):
    """Why a signal is not in the qualified path of an order (SEMANTICS 3.3, shown to the user)."""

    qualified = 0
    merged = 1
    """It is part of another touchpoint of the same contact."""
    other_owner = 2
    """A stronger, exclusive signal gave the order to another owner."""
    older_ownership = 3
    """Another owned code on the order was owned more recently."""
    shop_wide_code = 4
    """The code is on the exclusion list."""
    code_without_owner = 5
    """Nobody owned the code when the order was placed."""
    over_limit = 6
    """More touchpoints than are kept; this one is older."""
    outside_window = 7
    """Before the lookback window or after the order (only `explain` looks at these)."""
    not_yet_known = 8
    """The visitor became known as this buyer only with a later order."""
    before_reset = 9
    """Before the buyer's previous order, and the policy starts each order afresh."""
    leaked_code = 10
    """The code had leaked when the order was placed."""
    decided_otherwise = 11
    """A person has given the order to another owner."""
    self_purchase = 12
    """The buyer is the influencer, or their agency: held until a person releases it."""


class Conflict(IntFlag):
    """What a person should look at in an order (conflict queue)."""

    coupons = 1
    """Coupons of two owners on one order."""
    affiliates = 2
    """Affiliate rows of two owners for one order."""
    self_purchase = 4
    """Signals of an influencer are held, since the buyer is the influencer or their agency."""


@dataclass(frozen=True, slots=True)
class Orders:
    """The orders to credit. All arrays have one element an order.

    path_key: the buyer; 0 = no visitor known, the path then holds the order's own signals only.
    placed_at: instant of the order. not_before: touches before this instant do not count (reset
    option); NO_FLOOR where there is no such instant. held: which influencers' signals are held in
    which order (self-purchases), as numbers of `held_code`, sorted; any length.
    """

    path_key: Ints
    placed_at: Ints
    not_before: Ints
    held: Ints = field(default_factory=lambda: np.zeros(0, np.int64))

    def __len__(self) -> int:
        return int(self.placed_at.size)


NO_FLOOR = np.iinfo(np.int64).min


def held_code(order: Ints, influencer: Ints) -> Ints:
    """One number for an order (its index) and an influencer; both are below 2^31."""
    return (order << 32) + influencer


@dataclass(frozen=True, slots=True)
class Touches:
    """Signals. All arrays have one element a signal; ids are 0 where there is none.

    owner_key: `path_key` of the buyer for what belongs to the buyer (visits, clicks), the index of
    the order for what belongs to one order (coupons, affiliate rows, delivered marks).
    known_from: from which order instant on the signal counts as the buyer's (SEMANTICS 3.1).
    signal: class code. lookback: the campaign's own window, 0 = the policy's.
    claim_at: what decides between two owners in one class (coupon: start of the ownership; else the
    signal's instant). barred: a Reason that keeps it out whatever else there is, else 0.
    touch_kind and raw_id: natural key of the raw fact; raw_id also breaks ties.
    mark: id of the mark. contact: signals with one contact number are one contact (a click and the
    visit that it opened).
    """

    owner_key: Ints
    at: Ints
    known_from: Ints
    signal: Ints
    channel: Ints
    campaign: Ints
    influencer: Ints
    traffic_kind: Ints
    touch_kind: Ints
    raw_id: Ints
    mark: Ints
    contact: Ints
    lookback: Ints
    claim_at: Ints
    barred: Ints
    is_direct: Bools

    def __len__(self) -> int:
        return int(self.at.size)

    def take(self, chosen: NDArray[np.int64] | Bools) -> Touches:
        """The chosen signals, by index array or mask."""
        return Touches(**{f.name: getattr(self, f.name)[chosen] for f in fields(self)})

    def joined(self, other: Touches) -> Touches:
        """These signals followed by the others."""
        if len(self) == 0 or len(other) == 0:
            return self if len(other) == 0 else other
        return Touches(
            **{
                f.name: np.concatenate([getattr(self, f.name), getattr(other, f.name)])
                for f in fields(self)
            }
        )


def touches_of(n: int, **columns: NDArray[np.generic] | int | bool) -> Touches:
    """`n` signals from some columns (arrays of length n or one value for all); the rest is 0.

    claim_at defaults to `at`. A column of one value takes no memory and cannot be written to.
    Unknown column names raise TypeError.
    """
    names = [f.name for f in fields(Touches)]
    unknown = set(columns) - set(names)
    if unknown:
        raise TypeError(f"no such columns of a signal: {sorted(unknown)}")
    made: dict[str, NDArray[np.generic]] = {}
    for name in names:
        value = columns.get(name, columns.get("at", 0) if name == "claim_at" else 0)
        dtype = np.bool_ if name == "is_direct" else np.int64
        made[name] = np.broadcast_to(np.asarray(value, dtype), (n,))
    return Touches(**made)  # type: ignore[arg-type]
