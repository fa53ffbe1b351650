"""What the forms for pages to watch share: the address is judged, and its reader found."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from jobs.queues import CRAWL, enqueue
from spiders.net import check_url, resolve_host
from spiders.sources import SOURCES, source_for
from spiders.sources.base import Source, Target, host_of
from spiders.urls import Reason
from tracker.models import CrawlTarget, Listing, Workspace
from tracker.observed import RANKING
from tracker.services.crawl_targets import add_target
from tracker.services.errors import RefusedError
from tracker.services.ranks import check_ranking_page
from tracker.web.identity import user_id


def checked_url(text: str) -> str:
    """An address in its safe spelling. A name without address now may have one later: it is judged
    again at every fetch. Raises RefusedError: url_<reason> (url)."""
    verdict = check_url(text.strip(), resolve_host)
    if verdict.address is None or verdict.reason not in (Reason.OK, Reason.UNRESOLVED):
        raise RefusedError(f"url_{verdict.reason.value}", "url")
    return verdict.address.url


def watch(
    session: Session,
    workspace: Workspace,
    kind: str,
    url: str,
    *,
    social_account_id: int = 0,
    post_id: int = 0,
    listing_id: int = 0,
    interval: timedelta | None = None,
) -> CrawlTarget:
    """Watch a page whose address is judged already; the id of its kind must be given.

    Raises RefusedError: no_reader, source_off (url), and as `add_target`.
    """
    source = source_for(url, kind)
    if source is None:
        raise RefusedError("no_reader", "url")
    if source.off_because:
        raise RefusedError("source_off", "url", source=source.name)
    return add_target(
        session,
        workspace,
        kind=kind,
        source=source.name,
        url=url,
        host=_host(source, kind, url),
        social_account_id=social_account_id,
        post_id=post_id,
        listing_id=listing_id,
        interval=interval,
        user_id=user_id(),
    )


def watch_keyword(
    session: Session, workspace: Workspace, listing: Listing, url: str, interval: timedelta
) -> CrawlTarget:
    """Watch a page of results, whose address is judged already, for a listing of ours.

    Raises RefusedError: no_reader (url), and as `check_ranking_page` and `add_target`.
    """
    check_ranking_page(session, workspace, listing, url)
    return add_target(
        session,
        workspace,
        kind="listing",
        source=RANKING,
        url=url,
        host=_host(SOURCES[RANKING], "listing", url),
        listing_id=listing.id,
        interval=interval,
        user_id=user_id(),
    )


def _host(source: Source, kind: str, url: str) -> str:
    host = host_of(source, Target.model_validate({"id": 0, "kind": kind, "source": source.name,
                                                  "url": url}))  # fmt: skip
    if not host:
        raise RefusedError("no_reader", "url")
    return host


def ring() -> None:
    """Tell the crawler that something was asked for; it also looks by itself."""
    enqueue(CRAWL, "jobs.crawling.crawl_due", job_id="crawl")
