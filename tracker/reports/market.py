"""Competitors and our own listings: prices, promotions and stock now, and how they came about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.domain.metrics import ratio
from tracker.domain.money import convert, exponent
from tracker.domain.periods import period_bounds
from tracker.domain.price_index import PriceIndex, price_index
from tracker.models import CrawlTarget, Listing, ListingSnapshot, Workspace
from tracker.models.base import from_micros
from tracker.observed import RANKING
from tracker.reports.curves import Curve
from tracker.reports.points import Count, latest_points
from tracker.reports.state import ReportState
from tracker.services.fx import base_rates
from tracker.services.market import OUT_OF_STOCK, Present, offers_of, read_present

RATING_SCALE = 1_000
"""A rating is stored in thousandths of a star."""

MOST_CHANGES = 200


@dataclass(frozen=True, slots=True)
class ListingRow:
    """A listing at present.

    to_ours: its price / our lowest in its group - 1; None: one is unknown, or it is ours.
    counts: newest numbers by metric. target: how it is watched; None: it is not.
    """

    present: Present
    to_ours: float | None
    counts: Mapping[str, Count]
    target: CrawlTarget | None

    @property
    def listing(self) -> Listing:
        """The listing itself."""
        return self.present.listing

    @property
    def snapshot(self) -> ListingSnapshot | None:
        """What its page said last."""
        return self.present.snapshot

    @property
    def rating(self) -> float | None:
        """Stars out of five; None: unknown."""
        found = self.counts.get("rating")
        return None if found is None else found.value / RATING_SCALE


@dataclass(frozen=True, slots=True)
class Group:
    """Listings of comparable products; name "": those that are compared with nothing."""

    name: str
    index: PriceIndex
    rows: tuple[ListingRow, ...]


@dataclass(frozen=True, slots=True)
class Market:
    """All groups, and how many listings there are."""

    groups: tuple[Group, ...]
    n_listings: int


def market(session: Session, workspace: Workspace, now: datetime) -> Market:
    """Every listing that is still there, by group (four statements)."""
    everything = read_present(session, workspace, now)
    ids = [one.listing.id for one in everything]
    counts = latest_points(session, "listing", ids)
    targets = _targets(session, workspace)
    groups = []
    for name, members in groupby(everything, key=lambda one: one.listing.product_group):
        some = list(members)
        index = price_index(offers_of(some) if name else ())
        rows = tuple(
            ListingRow(
                one,
                _to_ours(one, index.ours_minor),
                counts.get(one.listing.id, {}),
                targets.get(one.listing.id),
            )
            for one in some
        )
        groups.append(Group(name, index, rows))
    return Market(tuple(sorted(groups, key=lambda g: (not g.name, g.name))), len(everything))


def _to_ours(one: Present, ours: int | None) -> float | None:
    if one.listing.is_own or ours is None or one.price_base_minor is None:
        return None
    share = ratio(one.price_base_minor, ours)
    return None if share is None else share - 1


def _targets(session: Session, workspace: Workspace) -> dict[int, CrawlTarget]:
    found = session.scalars(
        select(CrawlTarget)
        .where(
            CrawlTarget.workspace_id == workspace.id,
            CrawlTarget.kind == "listing",
            CrawlTarget.source != RANKING,
        )
        .order_by(CrawlTarget.id.desc())
    )
    return {target.listing_id: target for target in found}


# --- history --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Change:
    """A snapshot that differs from the one before it, and in what (names of fields)."""

    snapshot: ListingSnapshot
    changed: frozenset[str]


@dataclass(frozen=True, slots=True)
class ListingPage:
    """One listing: the row, its group, and its history of the period, newest first."""

    row: ListingRow
    others: tuple[Listing, ...]
    changes: tuple[Change, ...]


WATCHED = (
    "price_minor", "price_high_minor", "list_price_minor", "currency", "availability", "promotion",
    "seller", "title",
)  # fmt: skip
"""Fields whose change is shown."""


def find_listing(session: Session, state: ReportState, listing_id: int) -> Listing | None:
    """A listing of the workspace; None: it has none such."""
    return session.scalar(
        select(Listing).where(Listing.id == listing_id, Listing.workspace_id == state.workspace_id)
    )


def group_of(session: Session, listing: Listing) -> list[Listing]:
    """The listings that are compared with one, ours first; itself where there are none."""
    if not listing.product_group:
        return [listing]
    found = session.scalars(
        select(Listing)
        .where(
            Listing.workspace_id == listing.workspace_id,
            Listing.product_group == listing.product_group,
        )
        .order_by(Listing.is_own.desc(), Listing.competitor, Listing.id)
    )
    return list(found)


def listing_page(
    session: Session, state: ReportState, workspace: Workspace, listing: Listing, now: datetime
) -> ListingPage:
    """Everything about one listing under a state."""
    group = next(
        (
            (one, g.index)
            for g in market(session, workspace, now).groups
            for one in g.rows
            if one.listing.id == listing.id
        ),
        None,
    )
    if group is None:  # its page is gone; what it said stays
        targets = _targets(session, workspace)
        counts = latest_points(session, "listing", [listing.id]).get(listing.id, {})
        newest = _newest(session, listing)
        row = ListingRow(
            Present(listing, newest, True, None), None, counts, targets.get(listing.id)
        )
    else:
        row = group[0]
    others = tuple(one for one in group_of(session, listing) if one.id != listing.id)
    return ListingPage(row, others, tuple(changes(session, state, listing.id)))


def _newest(session: Session, listing: Listing) -> ListingSnapshot | None:
    return session.scalar(
        select(ListingSnapshot)
        .where(ListingSnapshot.listing_id == listing.id)
        .order_by(ListingSnapshot.taken_at.desc())
        .limit(1)
    )


def changes(session: Session, state: ReportState, listing_id: int) -> list[Change]:
    """Snapshots of the period that differ from the one before, newest first, at most
    MOST_CHANGES; the first snapshot of all differs from nothing and is shown too."""
    first, until = period_bounds(state.period, ZoneInfo(state.time_zone))
    before = session.scalar(
        select(ListingSnapshot)
        .where(
            ListingSnapshot.listing_id == listing_id, ListingSnapshot.taken_at < from_micros(first)
        )
        .order_by(ListingSnapshot.taken_at.desc())
        .limit(1)
    )
    found: list[Change] = []
    for snapshot in snapshots(session, listing_id, first, until):
        changed = frozenset(
            name
            for name in WATCHED
            if before is None or getattr(before, name) != getattr(snapshot, name)
        )
        if changed:
            found.append(Change(snapshot, changed))
        before = snapshot
    return found[::-1][:MOST_CHANGES]


def history(session: Session, state: ReportState, listing_id: int) -> Iterator[ListingSnapshot]:
    """Every snapshot of the period, oldest first."""
    first, until = period_bounds(state.period, ZoneInfo(state.time_zone))
    return snapshots(session, listing_id, first, until)


def snapshots(
    session: Session, listing_id: int, first: int, until: int
) -> Iterator[ListingSnapshot]:
    """Snapshots of [first, until) microseconds, oldest first."""
    yield from session.scalars(
        select(ListingSnapshot)
        .where(
            ListingSnapshot.listing_id == listing_id,
            ListingSnapshot.taken_at >= from_micros(first),
            ListingSnapshot.taken_at < from_micros(until),
        )
        .order_by(ListingSnapshot.taken_at)
    )


def price_curves(
    session: Session, state: ReportState, listings: Sequence[Listing], ours: str
) -> list[Curve]:
    """Prices by day in whole units of the base currency, a curve a listing.

    A day counts the last price of it at that day's rate; days on which it was sold out, or without
    an exchange rate, are gaps. ours: how our own are called.
    """
    zone = ZoneInfo(state.time_zone)
    first, until = period_bounds(state.period, zone)
    workspace = session.get_one(Workspace, state.workspace_id)
    rates = base_rates(session, workspace)
    unit = 10 ** exponent(state.base_currency)
    values: dict[int, dict[Any, float]] = {listing.id: {} for listing in listings}
    rows = session.execute(
        select(
            ListingSnapshot.listing_id,
            ListingSnapshot.taken_at,
            ListingSnapshot.currency,
            ListingSnapshot.price_minor,
            ListingSnapshot.availability,
        )
        .where(
            ListingSnapshot.listing_id.in_([listing.id for listing in listings]),
            ListingSnapshot.taken_at >= from_micros(first),
            ListingSnapshot.taken_at < from_micros(until),
        )
        .order_by(ListingSnapshot.taken_at)
    )
    for listing_id, at, currency, minor, availability in rows:
        day = at.astimezone(zone).date()
        rate = rates.rate(currency, day) if currency else None
        if minor is None or rate is None or availability in OUT_OF_STOCK:
            values[listing_id].pop(day, None)
            continue
        values[listing_id][day] = convert(minor, currency, state.base_currency, rate) / unit
    return [Curve(_name(listing, ours), values[listing.id]) for listing in listings]


def _name(listing: Listing, ours: str) -> str:
    owner = ours if listing.is_own else listing.competitor
    return f"{owner} · {listing.title}" if owner and listing.title else owner or listing.title


def competitors(session: Session, workspace_id: int) -> list[str]:
    """Names of competitors that were given before."""
    found = session.scalars(
        select(Listing.competitor)
        .where(Listing.workspace_id == workspace_id, Listing.competitor != "")
        .group_by(Listing.competitor)
        .order_by(func.count().desc(), Listing.competitor)
        .limit(100)
    )
    return list(found)


def product_groups(session: Session, workspace_id: int) -> list[str]:
    """Names of product groups that were given before."""
    found = session.scalars(
        select(Listing.product_group)
        .where(Listing.workspace_id == workspace_id, Listing.product_group != "")
        .distinct()
        .order_by(Listing.product_group)
        .limit(500)
    )
    return list(found)
