"""Our price beside the market's: the price index of a group of comparable listings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import exp, log


@dataclass(frozen=True, slots=True)
class Offer:
    """What a listing sells for at present, in minor units of one currency. is_available: can be
    bought; None: its page does not say."""

    price_minor: int
    is_own: bool
    is_available: bool | None = None


@dataclass(frozen=True, slots=True)
class PriceIndex:
    """A group's prices side by side; None: cannot be said.

    index: 100 = our price is the market's, 90 = ten percent below it. ours_minor: the lowest of
    ours; market_minor: geometric mean of the competitors'; cheapest_minor: their lowest;
    n_competitors: their offers that count.
    """

    index: float | None
    ours_minor: int | None
    market_minor: int | None
    cheapest_minor: int | None
    n_competitors: int


def price_index(offers: Iterable[Offer]) -> PriceIndex:
    """100 x our lowest price / geometric mean of the competitors' prices.

    What cannot be bought has no price in the market and is left out, on both sides; so is a price
    of 0. The geometric mean makes ten percent more and ten percent less weigh the same and does not
    depend on who is the base.

    Source: Jevons' index, as the ILO's Consumer Price Index Manual (2020, chapter 8) recommends for
    prices of one kind of good; the ratio to one's own price as retailers quote it.
    """
    counted = [o for o in offers if o.is_available is not False and o.price_minor > 0]
    ours = min((o.price_minor for o in counted if o.is_own), default=None)
    theirs = [o.price_minor for o in counted if not o.is_own]
    if not theirs:
        return PriceIndex(None, ours, None, None, 0)
    market = exp(sum(log(price) for price in theirs) / len(theirs))
    return PriceIndex(
        index=None if ours is None else 100 * ours / market,
        ours_minor=ours,
        market_minor=round(market),
        cheapest_minor=min(theirs),
        n_competitors=len(theirs),
    )
