"""The sums behind a row of a report, and the ratios that are computed from them.

Every row, total and card is a `Figures`: whole numbers that may be added, and ratios as properties
that are always computed from the sums (`tracker.domain.metrics` has the formulas). So the total of
a table is the sum of its rows and its ratios are right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from operator import add, attrgetter

from tracker.domain import metrics
from tracker.domain.metrics import MICRO, Change, ChangeKind


@dataclass(frozen=True, slots=True)
class Figures:
    """Sums over some days and rows. Money in minor units of the base currency, orders in
    millionths. Zero means zero: what cannot be known is said by the ratios (None)."""

    visits: int = 0
    bounces: int = 0
    page_views: int = 0
    duration_seconds: int = 0
    carts: int = 0
    product_visits: int = 0
    cart_visits: int = 0
    order_visits: int = 0
    """Visits that came as far as a product, the cart, an order, or further."""
    clicks: int = 0
    valid_clicks: int = 0

    orders_micro: int = 0
    new_orders_micro: int = 0
    returning_orders_micro: int = 0
    """Orders of new and of returning customers; the rest are of customers nobody knows."""
    net_revenue_minor: int = 0
    refund_minor: int = 0
    refunded_orders_micro: int = 0
    goods_cost_minor: int = 0
    orders_without_goods_cost_micro: int = 0

    spend_minor: int = 0
    fee_minor: int = 0
    goods_given_minor: int = 0
    platform_fee_minor: int = 0
    commission_minor: int = 0
    impressions: int = 0
    paid_clicks: int = 0

    def __add__(self, other: Figures) -> Figures:
        return Figures(*map(add, values_of(self), values_of(other)))

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all happened."""
        return not any(values_of(self))

    @property
    def orders(self) -> float:
        """Credited orders; a fraction where models share an order."""
        return self.orders_micro / MICRO

    @property
    def cost_minor(self) -> int:
        """Spend + fee + goods given + platform fee + commission (SEMANTICS 4.1)."""
        return (
            self.spend_minor
            + self.fee_minor
            + self.goods_given_minor
            + self.platform_fee_minor
            + self.commission_minor
        )

    @property
    def roas(self) -> float | None:
        """Net revenue / cost."""
        return metrics.roas(self.net_revenue_minor, self.cost_minor)

    @property
    def is_roi_before_goods_cost(self) -> bool:
        """Whether a credited order has a line whose goods cost nobody gave: then `roi` leaves all
        goods costs out, and the page must say so (SEMANTICS 4.2)."""
        return self.orders_without_goods_cost_micro > 0

    @property
    def roi(self) -> float | None:
        """(Net revenue - goods cost - cost) / cost, a share; see `is_roi_before_goods_cost`."""
        if self.is_roi_before_goods_cost:
            return metrics.roi_before_goods_cost(self.net_revenue_minor, self.cost_minor)
        return metrics.roi(self.net_revenue_minor, self.goods_cost_minor, self.cost_minor)

    @property
    def profit_minor(self) -> int | None:
        """Net revenue - goods cost - cost; None where a goods cost is unknown."""
        if self.is_roi_before_goods_cost:
            return None
        return self.net_revenue_minor - self.goods_cost_minor - self.cost_minor

    @property
    def cpa_minor(self) -> int | None:
        """Cost of a credited order; None where nothing was paid (a free order has no price)."""
        return metrics.cpa_minor(self.cost_minor or None, self.orders_micro)

    @property
    def cac_minor(self) -> int | None:
        """Cost of a credited order of a new customer; None where nothing was paid."""
        return metrics.cac_minor(self.cost_minor or None, self.new_orders_micro)

    @property
    def cpc_minor(self) -> int | None:
        """Spend / paid clicks as the platform counts them."""
        return metrics.cpc_minor(self.spend_minor or None, self.paid_clicks)

    @property
    def cpm_minor(self) -> int | None:
        """Spend for a thousand impressions."""
        return metrics.cpm_minor(self.spend_minor or None, self.impressions)

    @property
    def aov_minor(self) -> int | None:
        """Net revenue / credited orders."""
        return metrics.aov_minor(self.net_revenue_minor, self.orders_micro)

    @property
    def conversion_rate(self) -> float | None:
        """Credited orders / visits."""
        return metrics.conversion_rate(self.orders_micro, self.visits)

    @property
    def refund_rate(self) -> float | None:
        """Refunds / revenue before refunds, by amount."""
        return metrics.refund_rate(self.refund_minor, self.net_revenue_minor)

    @property
    def new_customer_share(self) -> float | None:
        """Orders of new customers / orders of customers who are known to be new or returning."""
        known = self.new_orders_micro + self.returning_orders_micro
        return metrics.share_of(self.new_orders_micro, known)

    @property
    def bounce_rate(self) -> float | None:
        """Bounces / visits."""
        return metrics.bounce_rate(self.bounces, self.visits)

    @property
    def pages_per_visit(self) -> float | None:
        """Page views / visits: how deep people go."""
        return metrics.ratio(self.page_views, self.visits)

    @property
    def product_rate(self) -> float | None:
        """Visits that came as far as a product / visits."""
        return metrics.share_of(self.product_visits, self.visits)

    @property
    def cart_rate(self) -> float | None:
        """Visits that came as far as the cart / those that came as far as a product."""
        return metrics.share_of(self.cart_visits, self.product_visits)

    @property
    def order_rate(self) -> float | None:
        """Visits with an order / those that came as far as the cart."""
        return metrics.share_of(self.order_visits, self.cart_visits)

    @property
    def mean_duration_seconds(self) -> float | None:
        """Mean duration of a visit, "at least"."""
        return metrics.mean_duration_seconds(self.duration_seconds, self.visits)


FIELD_NAMES = tuple(f.name for f in fields(Figures))

values_of: Callable[[Figures], tuple[int, ...]] = attrgetter(*FIELD_NAMES)
"""All sums of a row, in the order of FIELD_NAMES."""


def total(rows: Iterable[Figures]) -> Figures:
    """The sum of rows; of none: all zeros."""
    return Figures(*map(sum, zip(*map(values_of, rows), strict=True)))


def change_of(name: str, now: Figures, before: Figures | None) -> Change:
    """The change of a sum or ratio (its name in `Figures`); unknown where nothing is compared."""
    if before is None:
        return Change(ChangeKind.unknown)
    return metrics.change(getattr(now, name), getattr(before, name))
