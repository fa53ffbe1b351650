"""What was sold of a product: sums that may be added, and the ratios computed from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, cast, func

from tracker.domain import metrics
from tracker.domain.metrics import MICRO, Change, ChangeKind
from tracker.models import ProductDay

SUMS = ("pieces_micro", "orders_micro", "net_revenue_minor", "refund_minor")


@dataclass(frozen=True, slots=True)
class Sold:
    """What was sold. Money in minor units of the base currency; pieces and orders in millionths.

    orders_micro: orders with the product. They may be added over days, not over products.
    """

    pieces_micro: int = 0
    orders_micro: int = 0
    net_revenue_minor: int = 0
    refund_minor: int = 0

    @property
    def pieces(self) -> float:
        """Pieces; a fraction where several touchpoints share an order."""
        return self.pieces_micro / MICRO

    @property
    def price_minor(self) -> int | None:
        """Net revenue before refunds / pieces: what a piece was sold for."""
        gross = self.net_revenue_minor + self.refund_minor
        return metrics.aov_minor(gross, self.pieces_micro)

    @property
    def refund_rate(self) -> float | None:
        """Refunds / revenue before refunds, by amount."""
        return metrics.refund_rate(self.refund_minor, self.net_revenue_minor)


def sums_of(sold: Sold) -> tuple[int, int, int, int]:
    """The sums in the order of SUMS."""
    return sold.pieces_micro, sold.orders_micro, sold.net_revenue_minor, sold.refund_minor


def change_of(name: str, now: Sold, before: Sold | None) -> Change:
    """The change of a sum or ratio of `Sold`; unknown where nothing is compared."""
    if before is None:
        return Change(ChangeKind.unknown)
    return metrics.change(getattr(now, name), getattr(before, name))


def sum_columns() -> list[ColumnElement[Any]]:
    """SUMS of `product_day` as whole numbers (PostgreSQL sums 64 bits to a numeric)."""
    return [cast(func.sum(getattr(ProductDay, name)), BigInteger).label(name) for name in SUMS]
