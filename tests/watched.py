"""What was observed, for tests: listings with prices, accounts with counts, posts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from tests.factories import NOON
from tracker.models import Listing, ListingSnapshot, MetricPoint, SocialPost

DAY = timedelta(days=1)


def listing(session: Session, workspace_id: int, name: str = "tea", **given: Any) -> Listing:
    """A listing of a competitor (or ours: is_own=True) in the group "tea"."""
    row = Listing(
        **{
            "workspace_id": workspace_id, "url": f"https://shop.example/{name}", "title": name,
            "product_group": "tea", "created_at": NOON - 60 * DAY,
            "competitor": "" if given.get("is_own") else "Rival",
            **given,
        }
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def price(
    session: Session, row: Listing, minor: int | None, at: datetime = NOON, **given: Any
) -> ListingSnapshot:
    """What a listing's page said at an instant."""
    snapshot = ListingSnapshot(
        **{
            "listing_id": row.id, "taken_at": at, "title": row.title, "currency": "CNY",
            "price_minor": minor, "availability": "in_stock", "parser_version": 1, **given,
        }
    )  # fmt: skip
    session.add(snapshot)
    session.flush()
    return snapshot


def count(
    session: Session, kind: str, subject: Any, metric: str, value: int, at: datetime = NOON,
    step: int = 1, **given: Any,
) -> MetricPoint:  # fmt: skip
    """A number that was read; step: how coarsely it was written."""
    point = MetricPoint(
        **{
            "workspace_id": subject.workspace_id, "subject_kind": kind, "subject_id": subject.id,
            "metric": metric, "taken_at": at, "value": value, "low": value, "high": value + step,
            "raw": str(value), "precision": "exact" if step == 1 else "rounded",
            "source": "page", "parser_version": 1, **given,
        }
    )  # fmt: skip
    session.add(point)
    session.flush()
    return point


def post(session: Session, account: Any, ref: str = "p1", **given: Any) -> SocialPost:
    """A post of an influencer's account."""
    row = SocialPost(
        **{
            "workspace_id": account.workspace_id, "social_account_id": account.id,
            "influencer_id": account.influencer_id, "platform": account.platform, "ref": ref,
            "title": ref, "published_at": NOON - 5 * DAY, "first_seen_at": NOON - 5 * DAY,
            "last_seen_at": NOON, **given,
        }
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row
