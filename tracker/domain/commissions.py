"""Commissions of influencers: how much each order earns them, to the minor unit (SEMANTICS 5).

A commission follows what an influencer was credited of an order's net revenue. A refund books the
difference on its own day, so what an order has earned in the end is the commission on what is left
of it, and a full refund takes everything back. Amounts are minor units of the base currency.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from tracker.domain.costs import commission
from tracker.domain.money import round_half_even

MICRO = 1_000_000
"""Shares of an order are millionths."""

HOLDING_DAYS = (0, 7, 14, 30, 60, 90)
"""How long an order waits until its commission can be paid."""


class Status(StrEnum):
    """Where a commission stands. The last three take its amount out of the costs."""

    PENDING = "pending"
    """The holding period runs."""
    APPROVED = "approved"
    """Can be paid, or stands in a statement that is not paid yet."""
    PAID = "paid"
    HOLD = "hold"
    """Somebody looks into it; it costs, and is not paid."""
    REFUNDED = "refunded"
    """The whole order was given back before anything was paid: the rows cancel each other."""
    DUPLICATE = "duplicate"
    FRAUD = "fraud"
    CANCELLED = "cancelled"


DECISIONS = (Status.APPROVED, Status.HOLD, Status.DUPLICATE, Status.FRAUD, Status.CANCELLED)
"""What people may say about the commission of an order; everything else follows by itself."""

EXCLUDED = (Status.DUPLICATE, Status.FRAUD, Status.CANCELLED)
"""A commission with one of these is owed to nobody and is no cost."""


@dataclass(frozen=True, slots=True)
class Tier:
    """From so much net revenue of a month on, this rate (millionths) or amount an order counts."""

    from_minor: int
    value: int


@dataclass(frozen=True, slots=True)
class Rule:
    """What was agreed.

    tiers: at least one; the first begins at 0. is_flat: the value is an amount for each order
    instead of a rate. cap_order_minor, cap_month_minor: the most that one order, and that all
    orders of a calendar month, earn; None: no limit.
    """

    tiers: tuple[Tier, ...]
    is_flat: bool = False
    new_only: bool = False
    cap_order_minor: int | None = None
    cap_month_minor: int | None = None

    @property
    def is_by_month(self) -> bool:
        """Whether what an order earns depends on the other orders of its month."""
        return len(self.tiers) > 1 or self.cap_month_minor is not None


def percent(rate_ppm: int) -> Rule:
    """The plain rule: a rate in millionths of net revenue."""
    return Rule(tiers=(Tier(0, rate_ppm),))


@dataclass(frozen=True, slots=True)
class Credited:
    """What an influencer was credited of one order.

    nets: the credited net after the sale and after each refund, oldest first; at least one.
    weight_micro: their share of the order. is_new: the buyer's first order; None: not known.
    """

    nets: tuple[int, ...]
    weight_micro: int = MICRO
    is_new: bool | None = None


def book(rule: Rule, orders: Sequence[Credited]) -> list[list[int]]:
    """What each ledger entry of some orders earns.

    Args:
        orders: of one influencer under one rule, oldest first; of a rule by month all orders of
            one calendar month, else any.

    Returns:
        for each order one amount for each of its entries. Their sum is the commission on what is
        left of the order; entries after the sale take back (or give) the difference.
    """
    value = tier_value(rule.tiers, sum(max(o.nets[-1], 0) for o in orders if _counts(rule, o)))
    left = rule.cap_month_minor
    booked = []
    for order in orders:
        totals = [_earned(rule, value, order, net) for net in order.nets]
        if left is not None:
            totals = [min(total, left) for total in totals]
            left -= totals[-1]
        booked.append([after - before for after, before in zip(totals, [0, *totals], strict=False)])
    return booked


def tier_value(tiers: Sequence[Tier], base_minor: int) -> int:
    """The value of the highest tier that a month's net revenue reaches; it counts from the 1st."""
    reached = [tier for tier in tiers if tier.from_minor <= base_minor]
    return max(reached, key=lambda tier: tier.from_minor).value if reached else 0


def _counts(rule: Rule, order: Credited) -> bool:
    return not rule.new_only or order.is_new is True


def _earned(rule: Rule, value: int, order: Credited, net: int) -> int:
    """Commission on a cumulative net; never negative: more than was earned is not taken back."""
    if net <= 0 or not _counts(rule, order):
        return 0
    if rule.is_flat:
        amount = round_half_even(value * order.weight_micro, MICRO)
    else:
        amount = commission(net, value)
    return amount if rule.cap_order_minor is None else min(amount, rule.cap_order_minor)


def pinned_nets(
    credited_minor: int, order_net_minor: int, order_nets: Sequence[int]
) -> tuple[int, ...]:
    """Credited nets of an order that a statement has settled: its share is the settled one.

    Args:
        credited_minor, order_net_minor: what was credited of the order, and the order's own net,
            when it was settled.
        order_nets: the order's net after its sale and each refund, as it is known now.
    """
    if order_net_minor == 0:
        return tuple(0 for _ in order_nets)
    return tuple(round_half_even(credited_minor * net, order_net_minor) for net in order_nets)


@dataclass(frozen=True, slots=True)
class Terms:
    """A rule with the days it covers: of a deal, or (deal_id 0) of the influencer in general.

    ends_on is the last day, None: open.
    """

    influencer_id: int
    rule: Rule
    starts_on: date
    ends_on: date | None = None
    deal_id: int = 0
    rule_id: int = 0
    campaign_id: int = 0

    def covers(self, ordered_on: date) -> bool:
        """Whether an order of this day earns commission under these terms."""
        return self.starts_on <= ordered_on and (self.ends_on is None or ordered_on <= self.ends_on)


def terms_for(terms: Iterable[Terms], influencer_id: int, ordered_on: date) -> Terms | None:
    """The terms that hold for an influencer's order: the newest deal's, else the newest in general.

    None: no commission was agreed.
    """
    fitting = [t for t in terms if t.influencer_id == influencer_id and t.covers(ordered_on)]
    return max(
        fitting, key=lambda t: (t.deal_id > 0, t.starts_on, t.deal_id, t.rule_id), default=None
    )


def status_of(
    decision: str | None, ordered_on: date, today: date, holding_days: int, *, is_undone: bool
) -> Status:
    """Where the commission of an order stands that no statement holds.

    Args:
        decision: what somebody said (one of DECISIONS); None: nobody did.
        is_undone: its rows add up to nothing because the order was given back.
    """
    if decision is not None:
        return Status(decision)
    if is_undone:
        return Status.REFUNDED
    is_ripe = ordered_on + timedelta(days=holding_days) <= today
    return Status.APPROVED if is_ripe else Status.PENDING


def open_amount(target_minor: int, settled_minor: int, decision: str | None) -> int:
    """Amount of the row that is still open beside what statements hold.

    A settled row is never edited: what has changed since becomes a row of its own, negative when
    something is to be taken back. An excluded commission that nobody has paid keeps its amount,
    to be seen; it does not count.
    """
    if decision in EXCLUDED:
        return -settled_minor if settled_minor else target_minor
    return target_minor - settled_minor


def month_of(day: date) -> tuple[date, date]:
    """First day of a day's month, and of the next one."""
    first = day.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1)
