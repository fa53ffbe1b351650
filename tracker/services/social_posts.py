"""Posts as people treat them: entered by hand, and said to be made for a deal."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db import insert_new
from tracker.domain.social_urls import post_name
from tracker.models import Deal, SocialAccount, SocialPost, Workspace
from tracker.services.bulk import table_of
from tracker.services.errors import RefusedError


def enter_post(
    session: Session, workspace: Workspace, account: SocialAccount, url: str, now: datetime
) -> SocialPost:
    """The post with this address, made if nobody has seen it yet."""
    key = {"workspace_id": workspace.id, "platform": account.platform, "ref": post_name(url)}
    row = {
        **key, "social_account_id": account.id, "influencer_id": account.influencer_id, "url": url,
        "title": "", "published_at": None, "deal_id": 0, "first_seen_at": now, "last_seen_at": now,
        "removed_at": None,
    }  # fmt: skip
    insert_new(session, table_of(SocialPost), [row], list(key))
    return session.scalars(select(SocialPost).filter_by(**key)).one()


def set_deal(session: Session, workspace: Workspace, post_id: int, deal_id: int) -> SocialPost:
    """Say for which deal of its influencer a post was made; 0: for none.

    Raises RefusedError: not_found (the post, or the deal, is not the influencer's).
    """
    post = session.get(SocialPost, post_id)
    if post is None or post.workspace_id != workspace.id:
        raise RefusedError("not_found", "post_id")
    if deal_id:
        deal = session.get(Deal, deal_id)
        is_theirs = deal is not None and deal.influencer_id == post.influencer_id
        if deal is None or deal.workspace_id != workspace.id or not is_theirs:
            raise RefusedError("not_found", "deal_id")
    post.deal_id = deal_id
    session.flush()
    return post
