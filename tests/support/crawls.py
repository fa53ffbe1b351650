"""Crawls of tests: targets on the test's own site, fetched by the real job and a real child."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from jobs.crawling import Crawl
from tests.factories import InfluencerFactory, WorkspaceFactory
from tests.support.site import Site
from tracker.crawl_messages import Start
from tracker.db import Database
from tracker.models import CrawlTarget, Listing, SocialAccount, Workspace
from tracker.services.crawl_schedule import set_schedule
from tracker.services.crawl_targets import add_target

QUICK = Start(user_agent="TestBot/1.0", robots_token="TestBot", delay_s=0, timeout_s=5)
LONG_AGO = timedelta(days=2)


def runner(site: Site) -> list[str]:
    return ["-m", "tests.support.crawl_child", str(site.port)]


def crawl(database: Database, site: Site, start: Start = QUICK, **options: Any) -> dict[str, int]:
    """Fetch what is due."""
    return Crawl(database, start, runner=runner(site), **options).run()


def watched_workspace(session: Any) -> Workspace:
    """A workspace whose schedule is on."""
    workspace = WorkspaceFactory()
    set_schedule(session, workspace, is_on=True)
    return workspace


def watch_listing(session: Any, workspace: Workspace, url: str, **columns: Any) -> CrawlTarget:
    """A competitor's listing that is due."""
    now = datetime.now(UTC)
    listing = Listing(workspace_id=workspace.id, url=url, created_at=now)
    session.add(listing)
    session.flush()
    return _due(session, workspace, url, "listing", listing_id=listing.id, **columns)


def watch_account(session: Any, workspace: Workspace, url: str, **columns: Any) -> CrawlTarget:
    """An influencer's account that is due."""
    influencer = InfluencerFactory(workspace=workspace)
    account = SocialAccount(
        workspace_id=workspace.id, influencer_id=influencer.id, platform="page", handle=url, url=url
    )
    session.add(account)
    session.flush()
    return _due(session, workspace, url, "account", social_account_id=account.id, **columns)


def _due(
    session: Any, workspace: Workspace, url: str, kind: str, source: str = "page", **columns: Any
) -> CrawlTarget:
    host = url.split("/")[2].partition(":")[0]
    target = add_target(session, workspace, kind=kind, source=source, url=url, host=host, **columns)
    target.next_at = datetime.now(UTC) - LONG_AGO
    session.flush()
    return target


def make_due(database: Database) -> None:
    """Everything is due once more, and no host rests."""
    from tracker.models import CrawlDomain

    with database.write() as session:
        for target in session.scalars(select(CrawlTarget)):
            target.next_at = datetime.now(UTC) - timedelta(seconds=1)
        for domain in session.scalars(select(CrawlDomain)):
            domain.next_allowed_at = None
