"""Ratios of marketing, computed from sums (SEMANTICS 4.2, 4.3), each with its formula and source.

Everywhere: amounts are integers of minor units of one currency, credited orders are millionths of
an order. None means "cannot be said": an input is unknown, or a denominator is not above 0. It is
shown as a dash; it is never 0 and never infinite. Ratios are never averaged: add the sums first.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tracker.domain.money import round_half_even

MICRO = 1_000_000
"""One whole order in millionths."""


def ratio(numerator: int | None, denominator: int | None) -> float | None:
    """Numerator / denominator; None when one is unknown or the denominator is not above 0."""
    if numerator is None or denominator is None or denominator <= 0:
        return None
    return numerator / denominator


def _minor_per(amount_minor: int | None, count: int | None, scale: int = 1) -> int | None:
    """Minor units for `scale` things, halves to the even number."""
    if amount_minor is None or count is None or count <= 0:
        return None
    return round_half_even(amount_minor * scale, count)


def roas(net_revenue_minor: int | None, cost_minor: int | None) -> float | None:
    """投产比: net revenue / cost, a ratio (2.5 = 2.5×).

    Source: SEMANTICS 4.2; the usual meaning in advertising. Columns of Chinese platforms called ROI
    are of this form but of their GMV, and are kept apart as `platform_roas`.
    """
    return ratio(net_revenue_minor, cost_minor)


def roi(
    net_revenue_minor: int | None, goods_cost_minor: int | None, cost_minor: int | None
) -> float | None:
    """投资回报率: (net revenue - goods cost - cost) / cost, a share (0.35 = 35 %).

    None too when goods cost is unknown: see `roi_before_goods_cost`. Source: SEMANTICS 4.2.
    """
    if net_revenue_minor is None or goods_cost_minor is None or cost_minor is None:
        return None
    return ratio(net_revenue_minor - goods_cost_minor - cost_minor, cost_minor)


def roi_before_goods_cost(net_revenue_minor: int | None, cost_minor: int | None) -> float | None:
    """(Net revenue - cost) / cost, shown under this name where goods cost is unknown (4.2)."""
    return roi(net_revenue_minor, 0, cost_minor)


def cpa_minor(cost_minor: int | None, orders_micro: int | None) -> int | None:
    """单次成本: cost / credited orders, minor units an order. Source: SEMANTICS 4.3."""
    return _minor_per(cost_minor, orders_micro, MICRO)


def cac_minor(cost_minor: int | None, new_customer_orders_micro: int | None) -> int | None:
    """新客成本: cost / credited orders of new customers. Source: SEMANTICS 4.3 (new-customer CAC).

    None when nobody knows which customers are new.
    """
    return _minor_per(cost_minor, new_customer_orders_micro, MICRO)


def cpe_minor(fee_minor: int | None, engagements: int | None) -> int | None:
    """互动成本: fee / (likes + comments + shares + saves), minor units each.

    Source: 星图, SEMANTICS 4.3.
    """
    return _minor_per(fee_minor, engagements)


def cpm_minor(spend_minor: int | None, impressions: int | None) -> int | None:
    """千次曝光成本: spend / impressions × 1000, minor units for a thousand impressions."""
    return _minor_per(spend_minor, impressions, 1000)


def cpc_minor(spend_minor: int | None, clicks: int | None) -> int | None:
    """点击成本: spend / clicks, minor units a click."""
    return _minor_per(spend_minor, clicks)


def conversion_rate(orders_micro: int | None, visits: int | None) -> float | None:
    """转化率: credited orders / visits, a share; above 1 where orders have no visit of ours."""
    return ratio(orders_micro, None if visits is None else visits * MICRO)


def aov_minor(net_revenue_minor: int | None, orders_micro: int | None) -> int | None:
    """客单价 (average order value): net revenue / credited orders, minor units an order."""
    return _minor_per(net_revenue_minor, orders_micro, MICRO)


def refund_rate(refund_minor: int | None, net_revenue_minor: int | None) -> float | None:
    """退款率 by amount: refunds / revenue before refunds, a share.

    refund_minor: refunds, positive; net_revenue_minor: net revenue after them. Source: 下单口径 of
    Chinese consoles when both are of the orders of a period, SEMANTICS 2.3.
    """
    if refund_minor is None or net_revenue_minor is None:
        return None
    return ratio(refund_minor, net_revenue_minor + refund_minor)


def refunded_orders_rate(refunded_micro: int | None, orders_micro: int | None) -> float | None:
    """退款率 by orders: credited orders with a refund / credited orders, a share."""
    return ratio(refunded_micro, orders_micro)


def bounce_rate(bounces: int | None, visits: int | None) -> float | None:
    """跳出率: bounces / visits, a share. Source: SEMANTICS 1.4 (Plausible)."""
    return ratio(bounces, visits)


def mean_duration_seconds(duration_seconds: int | None, visits: int | None) -> float | None:
    """Mean visit duration; bounces count 0 and are in the mean (SEMANTICS 1.4): "at least"."""
    return ratio(duration_seconds, visits)


def engagement_rate(engagements: int | None, base: int | None) -> float | None:
    """互动率: (likes + comments + shares + saves) / base; the caller names the base (followers or
    views), since a rate without its base says nothing (SEMANTICS 4.5).
    """
    return ratio(engagements, base)


def share_of(part: int | None, whole: int | None) -> float | None:
    """占比: part / whole, a share; None when the whole is not above 0."""
    return ratio(part, whole)


class ChangeKind(StrEnum):
    """What can be said about a change against an earlier period."""

    unknown = "unknown"
    new = "new"
    """There was nothing before: shown as "new", never as +100 %."""
    same = "same"
    changed = "changed"


@dataclass(frozen=True, slots=True)
class Change:
    """A change; `share` is (current - previous) / |previous|, None unless it can be computed."""

    kind: ChangeKind
    share: float | None = None


def change(current: float | None, previous: float | None) -> Change:
    """The change of a figure against an earlier period (SEMANTICS 4.3).

    Unknown when a side is unknown; "new" when there is something now and nothing before.
    """
    if current is None or previous is None:
        return Change(ChangeKind.unknown)
    if current == previous:
        return Change(ChangeKind.same, 0.0)
    if previous == 0:
        return Change(ChangeKind.new)
    return Change(ChangeKind.changed, (current - previous) / abs(previous))
