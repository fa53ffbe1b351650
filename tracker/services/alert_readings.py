"""What each rule sees at present: one reading for every listing, account or post it is about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from tracker.domain.alerts import MILLION, Reading, Watched
from tracker.domain.anomalies import MIN_GAIN
from tracker.models import AlertRule, Influencer, MetricPoint, SocialAccount, SocialPost, Workspace
from tracker.services.market import Present, read_present

POSTS_DAYS = 60
"""Posts that were removed longer ago are no news."""

STALE_DAYS = 3
"""Follower counts older than this are no reading."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A reading of one subject, and the figures that a sentence about it needs."""

    subject_id: int
    reading: Reading
    figures: dict[str, Any]


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
    """Followers of accounts as last read; what may be rounding, or a few people, is no change."""
    newer = aliased(MetricPoint)
    newest = (
        select(func.max(newer.taken_at))
        .where(
            newer.subject_kind == "account",
            newer.subject_id == SocialAccount.id,
            newer.metric == "followers",
        )
        .correlate(SocialAccount)
    ).scalar_subquery()
    rows = session.execute(
        select(SocialAccount, Influencer.name, MetricPoint)
        .join(Influencer, Influencer.id == SocialAccount.influencer_id)
        .join(
            MetricPoint,
            (MetricPoint.subject_kind == "account")
            & (MetricPoint.subject_id == SocialAccount.id)
            & (MetricPoint.metric == "followers")
            & (MetricPoint.taken_at == newest),
        )
        .where(
            SocialAccount.workspace_id == workspace.id,
            MetricPoint.taken_at > now - timedelta(days=STALE_DAYS),
        )
    )
    for account, name, point in rows:
        told = states.get(account.id, Watched()).told_value
        width = 1 if point.high is None else point.high - point.low
        value = point.value
        if told is not None and abs(value - told) <= max(width, MIN_GAIN):
            value = told
        figures = {
            "name": name, "platform": account.platform, "influencer_id": account.influencer_id,
            "followers": point.value, "was": told or 0,
        }  # fmt: skip
        yield Seen(account.id, Reading(value), figures)


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
