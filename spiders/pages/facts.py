"""What one source of a page says of its product."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from spiders.pages.item import Candidate, Variant


@dataclass(slots=True)
class Facts:
    """One source's word on one product; None: it says nothing."""

    source: str
    title: str | None = None
    price: Decimal | None = None
    price_high: Decimal | None = None
    """None: there is one price."""
    list_price: Decimal | None = None
    currency: str | None = None
    availability: str | None = None
    rating: Decimal | None = None
    rating_best: Decimal | None = None
    review_count: Decimal | None = None
    sku: str | None = None
    gtin: str | None = None
    mpn: str | None = None
    brand: str | None = None
    seller: str | None = None
    promotion: str | None = None
    """The promotion's text, as the page words it."""
    sold: str | None = None
    """Sales as the page words them: "已拼10万+件"."""
    image: str | None = None
    url: str | None = None
    variants: list[Variant] = field(default_factory=list)
    clashing: list[Candidate] = field(default_factory=list)
    """Prices among which this source does not decide; then `price` is None."""

    def holds(self, price: Decimal) -> bool:
        """Whether a price is this source's, or lies between its lowest and highest."""
        if self.price is None:
            return False
        return nearly(price, self.price) or self.price <= price <= (self.price_high or self.price)


def nearly(one: Decimal, other: Decimal) -> bool:
    """Whether two prices are the same but for rounding (1 %)."""
    return abs(one - other) * 100 <= max(one, other)
