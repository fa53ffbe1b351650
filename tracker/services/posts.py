"""Posts that an account's page shows: remembered, and noticed when they are gone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db import insert_new
from tracker.models import CrawlTarget, SocialAccount, SocialPost
from tracker.observed import PostItem
from tracker.services.bulk import table_of

FEW_AT_ONCE = 2
"""So many posts may go at once, whatever their share."""


def remember_posts(
    session: Session, target: CrawlTarget, items: Sequence[PostItem], seen_at: datetime
) -> dict[str, SocialPost]:
    """The rows of posts that were seen, new ones made; a post that is back is no longer removed.

    Args:
        target: the account's target that showed them.

    Returns the rows by `ref`.
    """
    account = session.get(SocialAccount, target.social_account_id)
    platform = account.platform if account else target.source
    rows = [
        {
            "workspace_id": target.workspace_id,
            "social_account_id": target.social_account_id,
            "influencer_id": account.influencer_id if account else 0,
            "platform": platform,
            "ref": item.ref,
            "url": item.url,
            "title": item.title,
            "published_at": item.published_at,
            "first_seen_at": seen_at,
            "last_seen_at": seen_at,
            "removed_at": None,
        }
        for item in {item.ref: item for item in items}.values()
    ]
    insert_new(session, table_of(SocialPost), rows, key=["workspace_id", "platform", "ref"])
    known = session.scalars(
        select(SocialPost)
        .where(
            SocialPost.workspace_id == target.workspace_id,
            SocialPost.platform == platform,
            SocialPost.ref.in_([item.ref for item in items]),
        )
        .execution_options(populate_existing=True)
    )
    found = {row.ref: row for row in known}
    for item in items:
        row = found[item.ref]
        row.last_seen_at = max(row.last_seen_at, seen_at)
        row.removed_at = None
        row.title = item.title or row.title
        row.url = item.url or row.url
        row.published_at = row.published_at or item.published_at
    session.flush()
    return found


def refresh_post(session: Session, post_id: int, item: PostItem, seen_at: datetime) -> None:
    """What a post's own page says of it, where that was not known: when it was published, a title.

    From then on its target follows its age.
    """
    row = session.get(SocialPost, post_id)
    if row is None:
        return
    row.last_seen_at = max(row.last_seen_at, seen_at)
    row.published_at = row.published_at or item.published_at
    row.title = row.title or item.title
    session.flush()


def find_removed(
    session: Session,
    target: CrawlTarget,
    seen: set[str],
    covers_since: datetime,
    at: datetime,
) -> int:
    """Mark posts as removed that a complete reading should have had and has not.

    Args:
        seen: refs in the reading.
        covers_since: the reading has all posts that were published from here on.

    Returns how many. When most posts are missing at once nothing is marked: that is rather a page
    that changed its form, and posts that are watched by themselves will tell.
    """
    there = session.scalars(
        select(SocialPost).where(
            SocialPost.workspace_id == target.workspace_id,
            SocialPost.social_account_id == target.social_account_id,
            SocialPost.removed_at.is_(None),
            SocialPost.published_at >= covers_since,
            SocialPost.published_at <= at,
        )
    ).all()
    gone = [post for post in there if post.ref not in seen]
    if len(gone) > FEW_AT_ONCE and 2 * len(gone) > len(there):
        return 0
    for post in gone:
        post.removed_at = at
    session.flush()
    return len(gone)
