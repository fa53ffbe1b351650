"""What listings say at present: the last snapshot of each, and prices in the base currency.

A snapshot is taken on every change and once a day, so one that is older than STALE_DAYS comes from
a page that could not be read since: it is history, not the present.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from tracker.domain.money import convert
from tracker.domain.price_index import Offer
from tracker.models import Listing, ListingSnapshot, Workspace
from tracker.services.fx import RateBook, base_rates

STALE_DAYS = 3

AVAILABLE = frozenset({"in_stock", "limited"})
"""What can be bought and sent now."""

OUT_OF_STOCK = frozenset({"out_of_stock", "discontinued", "reserved", "in_store_only"})
"""What cannot be bought online now."""


@dataclass(frozen=True, slots=True)
class Present:
    """A listing and what it said last. snapshot None: never read. is_stale: not lately.
    price_base_minor: of a present price in the base currency; None: there is none, or no exchange
    rate of the day."""

    listing: Listing
    snapshot: ListingSnapshot | None
    is_stale: bool
    price_base_minor: int | None

    @property
    def is_available(self) -> bool | None:
        """Whether it can be bought; None: the page does not say, or has not lately."""
        if self.snapshot is None or self.is_stale:
            return None
        if self.snapshot.availability in AVAILABLE:
            return True
        return False if self.snapshot.availability in OUT_OF_STOCK else None

    @property
    def discount_ppm(self) -> int:
        """How far the price is below the list price, in millionths; 0: not, or unknown."""
        snapshot = self.snapshot
        if snapshot is None or not snapshot.price_minor or not snapshot.list_price_minor:
            return 0
        return max(0, 1_000_000 - snapshot.price_minor * 1_000_000 // snapshot.list_price_minor)

    @property
    def has_promotion(self) -> bool:
        """Whether the page names a promotion or shows a reduced price."""
        return self.snapshot is not None and (
            bool(self.snapshot.promotion) or self.discount_ppm > 0
        )


def read_present(session: Session, workspace: Workspace, now: datetime) -> list[Present]:
    """All listings of a workspace that are still there, by group, ours first; two statements."""
    newer = aliased(ListingSnapshot)
    newest = (
        select(func.max(newer.taken_at)).where(newer.listing_id == Listing.id).correlate(Listing)
    ).scalar_subquery()
    found = session.execute(
        select(Listing, ListingSnapshot)
        .outerjoin(
            ListingSnapshot,
            (ListingSnapshot.listing_id == Listing.id) & (ListingSnapshot.taken_at == newest),
        )
        .where(Listing.workspace_id == workspace.id, Listing.removed_at.is_(None))
        .order_by(Listing.product_group, Listing.is_own.desc(), Listing.competitor, Listing.id)
    ).all()
    rates = base_rates(session, workspace)
    return [_present(listing, snapshot, workspace, rates, now) for listing, snapshot in found]


def _present(
    listing: Listing,
    snapshot: ListingSnapshot | None,
    workspace: Workspace,
    rates: RateBook,
    now: datetime,
) -> Present:
    if snapshot is None:
        return Present(listing, None, False, None)
    is_stale = now - snapshot.taken_at > timedelta(days=STALE_DAYS)
    price = None if is_stale else base_price(snapshot, workspace, rates)
    return Present(listing, snapshot, is_stale, price)


def base_price(snapshot: ListingSnapshot, workspace: Workspace, rates: RateBook) -> int | None:
    """A snapshot's price in minor units of the base currency, at the rate of its day; None: it has
    no price, or there is no rate (never taken for 1)."""
    if snapshot.price_minor is None or not snapshot.currency:
        return None
    day = snapshot.taken_at.astimezone(ZoneInfo(workspace.time_zone)).date()
    rate = rates.rate(snapshot.currency, day)
    if rate is None:
        return None
    return convert(snapshot.price_minor, snapshot.currency, workspace.base_currency, rate)


def offers_of(group: Sequence[Present]) -> list[Offer]:
    """What of a group has a price at present."""
    return [
        Offer(one.price_base_minor, one.listing.is_own, one.is_available)
        for one in group
        if one.price_base_minor is not None
    ]
