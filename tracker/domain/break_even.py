"""Break-even of what was agreed with an influencer: the fee that would have paid, and when it did.

Amounts are minor units of one currency, credited orders millionths. Two kinds of cost are told
apart: what was agreed beforehand (fixed fee, goods given, platform fee) and what comes with the
sales (commission, boosts). Contribution = net revenue - goods cost - what comes with the sales: it
is there to earn what was agreed. Source: break-even analysis of cost accounting; ROI as in
`tracker.domain.metrics`.
"""

from __future__ import annotations

from collections.abc import Sequence

from tracker.domain.money import round_half_even


def fee_that_pays(net_revenue_minor: int, goods_cost_minor: int, other_cost_minor: int) -> int:
    """The fixed fee at which ROI would have been exactly 0, in minor units.

    = net revenue - goods cost - every cost but the fee. Negative: no fee would have paid, not even
    none. goods_cost_minor: 0 where it is unknown; then the fee is "before goods cost".
    """
    return net_revenue_minor - goods_cost_minor - other_cost_minor


def orders_that_pay(agreed_minor: int, contribution_minor: int, orders_micro: int) -> int | None:
    """Credited orders (millionths) that would earn what was agreed.

    = agreed / (contribution / orders), at the contribution that an order has brought on average.
    Rounded up: with so many it is earned. None: no order, or an order brings nothing.
    """
    if orders_micro <= 0 or contribution_minor <= 0:
        return None
    return -(-max(agreed_minor, 0) * orders_micro // contribution_minor)


def days_to_pay_back(contributions_minor: Sequence[int], agreed_minor: int) -> int | None:
    """Days from the post until what was agreed was earned, and stayed earned.

    contributions_minor: of each day, the post's first. 0: nothing was agreed, so nothing had to be
    earned. None: it is not earned, or refunds took it below again.
    """
    if agreed_minor <= 0:
        return 0
    earned = sum(contributions_minor)
    if earned < agreed_minor:
        return None
    day = len(contributions_minor)
    while day > 1 and earned - contributions_minor[day - 1] >= agreed_minor:
        earned -= contributions_minor[day - 1]
        day -= 1
    return day


def contribution_of_order(contribution_minor: int, orders_micro: int) -> int | None:
    """What a credited order brings towards what was agreed, in minor units; None: no order."""
    return (
        round_half_even(contribution_minor * 1_000_000, orders_micro) if orders_micro > 0 else None
    )
