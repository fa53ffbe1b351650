"""What an explanation consists of, as a person reads it: signals, ledger, decisions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from tracker.domain.policy import Policy


@dataclass(frozen=True, slots=True)
class SignalView:
    """One signal as a person reads it. Names are None where there is none."""

    at: datetime
    touch_kind: str
    """visit, touch, click, order_mark, coupon, affiliate, lock, decision; none: the stand-in of no
    touchpoint."""
    touch_id: int
    signal: str | None
    """Class in the precedence list, as the signal came; None for a stand-in."""
    label: str
    """Coupon code, affiliate programme, or source / medium / campaign of the mark."""
    channel: str | None
    kind: str | None
    campaign_id: int
    campaign: str | None
    influencer_id: int
    influencer: str | None


@dataclass(frozen=True, slots=True)
class TouchpointView:
    """A touchpoint of the qualified path."""

    position: int
    """1..n, oldest first; 0: the stand-in of an unattributed order."""
    signal: SignalView
    evidence: tuple[str, ...]
    """Everything that speaks for it, merged signals included."""
    weights_micro: dict[str, int]
    """Model -> millionths of the order."""
    credits_minor: dict[str, int]
    """Model -> what is left of its credit after all refunds, base currency."""


@dataclass(frozen=True, slots=True)
class UnqualifiedView:
    """A signal that does not count, and why."""

    signal: SignalView
    reason: str
    """A name of `tracker.domain.paths.Reason`, or unknown_code."""
    into: int | None
    """Reason merged: position of the touchpoint that it is part of (None: that one is out too)."""


@dataclass(frozen=True, slots=True)
class EntryView:
    """A ledger entry: 0 is the sale, the others are refunds."""

    entry: int
    booked_on: date
    net_minor: int
    credits_minor: dict[str, list[int]]
    """Model -> amount of each touchpoint, in path order."""


@dataclass(frozen=True, slots=True)
class FitView:
    """What a fitted model was weighed by: the fit of the order's week."""

    week_start: date
    version: int
    outcome: str
    """fitted; not_enough: the weeks before had too little, the model is as linear."""
    window_from: date
    window_until: date
    n_converting: int
    n_null: int
    gap: float
    """How far units' totals are from the definition, a share of all orders (SEMANTICS 3.7)."""


@dataclass(frozen=True, slots=True)
class ClaimView:
    """A statement about who placed the order, and what became of it."""

    visitor_id: int
    evidence: str
    at: datetime
    verdict: str


@dataclass(frozen=True, slots=True)
class DecisionView:
    """What a person has decided about the order."""

    question: str
    """owner, visitor or self_purchase."""
    keeps_rule: bool
    influencer_id: int
    influencer: str | None
    visitor_id: int
    note: str
    user_id: int
    """0: the command line."""
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything about the credits of one order."""

    order_id: int
    ref: str
    shop_id: int
    shop: str
    placed_at: datetime
    ordered_on: date
    status: str
    is_conversion: bool
    """False: not paid, or of amount 0; then there are no touchpoints."""
    base_currency: str
    net_minor: int
    """Net revenue before refunds."""
    left_minor: int
    """Net revenue after all refunds."""
    customer: str
    """new, returning or unknown."""
    policy_id: int
    policy: Policy
    policy_hash: str
    models: tuple[str, ...]
    fits: dict[str, FitView]
    """Fitted model -> what it was weighed by; without one (not made yet) it is as linear."""
    touchpoints: tuple[TouchpointView, ...]
    unqualified: tuple[UnqualifiedView, ...]
    ledger: tuple[EntryView, ...]
    claims: tuple[ClaimView, ...]
    decisions: tuple[DecisionView, ...]
    conflicts: tuple[str, ...]
    """coupons, affiliates, self_purchase, visitors: what a person should look at, unless it is
    decided."""
    is_pending: bool
    """The order's day waits for recomputation."""
    is_stored: bool
    """The stored ledger says the same."""
