"""What moved a figure between two periods, and through what: contributions that add up exactly.

Two questions. *Who moved it?* The change of a sum is the sum of the changes of its rows; the change
of ROI, a ratio of sums, is shared among the rows as below. *Why?* Inside a row the change of net
revenue is shared among four drivers: visits, conversion (orders a visit), basket (revenue before
refunds of an order) and refunds. Nothing is left over and no order of the drivers is preferred: a
share is its Shapley value, the mean over all orders in which the factors could have changed.

Source: L. S. Shapley, A value for n-person games (1953); for products the same as the complete
decomposition of J. W. Sun, Changes in energy consumption and energy intensity: a complete
decomposition model, Energy Economics 20 (1998).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

DRIVERS = ("visits", "conversion", "basket", "orders", "new", "gone", "refunds", "goods", "cost")
"""visits, conversion, basket: of revenue before refunds. orders: visits and conversion together,
where a period has no visit of ours. new, gone: a row that sold in one of the periods only. refunds:
of net revenue. goods (goods cost) and cost: of ROI only."""


@dataclass(frozen=True, slots=True)
class Side:
    """A row in one period. Amounts in minor units of one currency, orders in millionths.

    net_minor: after refunds. goods_minor: goods cost; 0 for all rows of both periods where it is
    left out.
    """

    visits: int = 0
    orders_micro: int = 0
    net_minor: int = 0
    refund_minor: int = 0
    goods_minor: int = 0
    cost_minor: int = 0

    @property
    def gross_minor(self) -> int:
        """Revenue before refunds."""
        return self.net_minor + self.refund_minor

    def __add__(self, other: Side) -> Side:
        return Side(
            self.visits + other.visits,
            self.orders_micro + other.orders_micro,
            self.net_minor + other.net_minor,
            self.refund_minor + other.refund_minor,
            self.goods_minor + other.goods_minor,
            self.cost_minor + other.cost_minor,
        )


def revenue_drivers(before: Side, now: Side) -> dict[str, int]:
    """The change of a row's net revenue by driver, in whole minor units, zeros left out.

    Revenue before refunds = visits x (orders / visits) x (revenue / orders); net revenue = that
    less refunds. Where one of the periods has orders but no visit of ours (a code, an affiliate
    file), visits and conversion are one driver, "orders"; where one of the periods sold nothing at
    all, the row is "new" or "gone".

    Returns:
        driver -> minor units, adding up to exactly `now.net_minor - before.net_minor`.
    """
    shares: dict[str, float] = {}
    gross_before, gross_now = before.gross_minor, now.gross_minor
    if gross_before and gross_now and before.orders_micro > 0 < now.orders_micro:
        shares = _factor_shares(before, now)
    elif gross_before != gross_now:
        name = "gone" if _sold_less(before, now) else "new"
        shares = {name: gross_now - gross_before}
    refunds = before.refund_minor - now.refund_minor
    whole = _rounded(shares, gross_now - gross_before)
    if refunds:
        whole["refunds"] = refunds
    return {name: amount for name, amount in whole.items() if amount}


def _sold_less(before: Side, now: Side) -> bool:
    """Whether the row is one that stopped, not one that began."""
    if (before.orders_micro > 0) != (now.orders_micro > 0):
        return before.orders_micro > 0
    return before.gross_minor > now.gross_minor


def _factor_shares(before: Side, now: Side) -> dict[str, float]:
    """Shares of visits, conversion and basket (or of orders and basket) in the change of revenue
    before refunds, which is their product: Shapley values, in minor units."""
    basket = before.gross_minor / before.orders_micro, now.gross_minor / now.orders_micro
    step = basket[1] - basket[0]
    if not (before.visits > 0 < now.visits):
        orders = before.orders_micro, now.orders_micro
        return {
            "orders": (orders[1] - orders[0]) * (basket[0] + basket[1]) / 2,
            "basket": step * (orders[0] + orders[1]) / 2,
        }
    visits = before.visits, now.visits
    conversion = before.orders_micro / visits[0], now.orders_micro / visits[1]
    return {
        "visits": (visits[1] - visits[0]) * _beside(conversion, basket),
        "conversion": (conversion[1] - conversion[0]) * _beside(visits, basket),
        "basket": step * _beside(visits, conversion),
    }


def _beside(first: tuple[float, float], second: tuple[float, float]) -> float:
    """What a step of one factor of three is multiplied by: the mean of the product of the other
    two, over the six orders in which the three could have changed."""
    together = first[0] * second[0] + first[1] * second[1]
    crossed = first[0] * second[1] + first[1] * second[0]
    return together / 3 + crossed / 6


def _rounded(shares: dict[str, float], total: int) -> dict[str, int]:
    """Whole numbers that add up to the total: rounded, the largest takes what rounding left."""
    if not shares:
        return {}
    whole = {name: round(share) for name, share in shares.items()}
    largest = max(shares, key=lambda name: abs(shares[name]))
    whole[largest] += total - sum(whole.values())
    return whole


@dataclass(frozen=True, slots=True)
class RoiScale:
    """How much a minor unit of margin (net revenue - goods cost) and of cost moves the whole's ROI.

    ROI + 1 = margin / cost, of the sums. The change of that ratio is shared between its two parts
    by their Shapley values, dM (1/C0 + 1/C1) / 2 and (M0 + M1) / 2 (1/C1 - 1/C0), and both are
    linear in the rows: so a row's contribution is its own change of margin times `per_margin` plus
    its own change of cost times `per_cost`, and the rows add up to the change of the whole's ROI.
    """

    per_margin: float
    per_cost: float


def roi_scale(before: Side, now: Side) -> RoiScale | None:
    """The scale of a change of ROI; before and now are the sums over all rows.

    None: one of the periods has no cost, so that its ROI cannot be said.
    """
    if before.cost_minor <= 0 or now.cost_minor <= 0:
        return None
    margins = before.net_minor - before.goods_minor + now.net_minor - now.goods_minor
    return RoiScale(
        per_margin=(1 / before.cost_minor + 1 / now.cost_minor) / 2,
        per_cost=-margins / (2 * before.cost_minor * now.cost_minor),
    )


def roi_drivers(before: Side, now: Side, scale: RoiScale) -> dict[str, float]:
    """A row's contribution to the change of the whole's ROI by driver (shares: 0.05 = 5 points)."""
    found = {
        name: amount * scale.per_margin for name, amount in revenue_drivers(before, now).items()
    }
    found["goods"] = (before.goods_minor - now.goods_minor) * scale.per_margin
    found["cost"] = (now.cost_minor - before.cost_minor) * scale.per_cost
    return {name: share for name, share in found.items() if share}


def main_driver(drivers: Mapping[str, float], change: float) -> str:
    """The driver that explains most of a change: the largest of its direction; "" for no change."""
    wanted = [(abs(value), name) for name, value in drivers.items() if value * change > 0]
    return max(wanted, default=(0, ""))[1]
