"""Pages of results that are watched for the place of one of our own listings."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.domain.keywords import keyword_of
from tracker.models import CrawlTarget, Listing, Workspace
from tracker.observed import RANKING
from tracker.services.errors import RefusedError


def check_ranking_page(session: Session, workspace: Workspace, listing: Listing, url: str) -> None:
    """Whether a page may be watched for a listing's place: one page a keyword, and ours only.

    Raises RefusedError: listing_not_ours, target_known (url).
    """
    if not listing.is_own or listing.workspace_id != workspace.id:
        raise RefusedError("listing_not_ours", "url")
    known = session.scalars(
        select(CrawlTarget.url).where(
            CrawlTarget.workspace_id == workspace.id,
            CrawlTarget.listing_id == listing.id,
            CrawlTarget.source == RANKING,
        )
    )
    if keyword_of(url) in {keyword_of(one) for one in known}:
        raise RefusedError("target_known", "url")
