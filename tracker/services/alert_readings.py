"""What each rule sees at present: one reading for every listing, account or post it is about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from tracker.domain.alerts import MILLION, Reading, Watched
from tracker.domain.anomalies import MIN_GAIN
from tracker.models import AlertRule, Influencer, MetricPoint, SocialAccount, SocialPost, Workspace
from tracker.services.market import Present, read_present

POSTS_DAYS = 60
"""Posts that were removed longer ago are no news."""

STALE_DAYS = 3
"""Follower counts older than this are no reading."""

JUMP_DAYS = 30
"""A change within so many days is a jump; what grows more slowly is growth."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A reading of one subject, and the figures that a sentence about it needs."""

    subject_id: int
    reading: Reading
    figures: dict[str, Any]
    measure: int | None = None
    """Of changes: the value to measure from, instead of the one told last; None: that one."""


def read_listings(
    session: Session, workspace: Workspace, now: datetime
) -> dict[int, tuple[Present, int | None]]:
    """Listings by id with our lowest price in their group, in the base currency; None: unknown."""
    everything = read_present(session, workspace, now)
    ours: dict[str, list[int]] = defaultdict(list)
    for one in everything:
        price = one.price_base_minor
        if one.listing.is_own and price is not None and one.is_available is not False:
            ours[one.listing.product_group].append(price)
    return {
        one.listing.id: (
            one,
            min(ours[one.listing.product_group], default=None)
            if one.listing.product_group
            else None,
        )
        for one in everything
    }


def prices_below_ours(
    listings: Mapping[int, tuple[Present, int | None]], rule: AlertRule
) -> Iterator[Seen]:
    """A competitor's price in millionths of our lowest in the group, where both can be bought."""
    for number, (one, ours) in listings.items():
        if one.listing.is_own or not one.listing.product_group:
            continue
        theirs = one.price_base_minor
        if theirs is None or not ours or one.is_available is False:
            yield Seen(number, Reading(None), {})
            continue
        ratio = theirs * MILLION // ours
        figures = {**_names(one), "price_minor": theirs, "ours_minor": ours}
        yield Seen(number, Reading(ratio, ratio < MILLION - rule.threshold_ppm), figures)


def promotions_started(listings: Mapping[int, tuple[Present, int | None]]) -> Iterator[Seen]:
    """A competitor's promotion: its reduction in millionths, 0 where only a text says so."""
    for number, (one, _ours) in listings.items():
        if one.listing.is_own:
            continue
        if one.snapshot is None or one.is_stale:
            yield Seen(number, Reading(None), {})
            continue
        figures = {
            **_names(one),
            "promotion": one.snapshot.promotion[:100],
            "discount": one.discount_ppm / MILLION,
        }
        yield Seen(number, Reading(one.discount_ppm, one.has_promotion), figures)


def out_of_stock(listings: Mapping[int, tuple[Present, int | None]]) -> Iterator[Seen]:
    """1 where a page says that its goods cannot be bought, ours or theirs."""
    for number, (one, _ours) in listings.items():
        is_available = one.is_available
        reading = (
            Reading(None) if is_available is None else Reading(1 - is_available, not is_available)
        )
        yield Seen(number, reading, _names(one))


def follower_jumps(
    session: Session, workspace: Workspace, now: datetime, states: Mapping[int, Watched]
) -> Iterator[Seen]:
    """Followers of accounts as last read; what may be rounding, or a few people, is no change.

    They are measured from the number told last, or from that of JUMP_DAYS ago if that is younger.
    """
    points = {
        point.subject_id: point
        for point in session.scalars(_followers(workspace, now - timedelta(days=STALE_DAYS), now))
    }
    until = now - timedelta(days=JUMP_DAYS)
    before = {
        point.subject_id: point.value
        for point in session.scalars(
            _followers(workspace, until - timedelta(days=JUMP_DAYS), until)
        )
    }
    rows = session.execute(
        select(SocialAccount, Influencer.name)
        .join(Influencer, Influencer.id == SocialAccount.influencer_id)
        .where(SocialAccount.workspace_id == workspace.id)
    )
    for account, name in rows:
        point = points.get(account.id)
        if point is None:
            continue
        state = states.get(account.id, Watched())
        measure = state.told_value
        if account.id in before and (state.told_at is None or state.told_at < until):
            measure = before[account.id]
        value = point.value
        width = 1 if point.high is None else point.high - point.low
        if measure is not None and abs(value - measure) <= max(width, MIN_GAIN):
            value = measure
        figures = {
            "name": name, "platform": account.platform, "influencer_id": account.influencer_id,
            "followers": point.value, "was": measure or 0,
        }  # fmt: skip
        yield Seen(account.id, Reading(value), figures, measure)


def _followers(workspace: Workspace, since: datetime, until: datetime) -> Select[MetricPoint]:
    """The newest count of each account in a stretch of time."""
    newer = aliased(MetricPoint)
    newest = (
        select(func.max(newer.taken_at))
        .where(
            newer.subject_kind == "account",
            newer.subject_id == SocialAccount.id,
            newer.metric == "followers",
            newer.taken_at <= until,
        )
        .correlate(SocialAccount)
        .scalar_subquery()
    )
    return (
        select(MetricPoint)
        .join(SocialAccount, SocialAccount.id == MetricPoint.subject_id)
        .where(
            SocialAccount.workspace_id == workspace.id,
            MetricPoint.subject_kind == "account",
            MetricPoint.metric == "followers",
            MetricPoint.taken_at == newest,
            MetricPoint.taken_at > since,
        )
    )


def posts_deleted(session: Session, workspace: Workspace, now: datetime) -> Iterator[Seen]:
    """Posts that are gone, of late."""
    rows: Sequence[Any] = session.execute(
        select(SocialPost, Influencer.name)
        .outerjoin(Influencer, Influencer.id == SocialPost.influencer_id)
        .where(
            SocialPost.workspace_id == workspace.id,
            SocialPost.removed_at > now - timedelta(days=POSTS_DAYS),
        )
    ).all()
    for post, name in rows:
        figures = {
            "name": name or "", "title": post.title[:100], "influencer_id": post.influencer_id,
            "platform": post.platform, "deal_id": post.deal_id,
        }  # fmt: skip
        yield Seen(post.id, Reading(1, True), figures)


def _names(one: Present) -> dict[str, Any]:
    listing = one.listing
    return {
        "title": listing.title[:100], "competitor": listing.competitor, "is_own": listing.is_own,
        "group": listing.product_group,
    }  # fmt: skip
