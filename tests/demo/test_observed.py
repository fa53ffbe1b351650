"""What public pages would have shown of the demo brand."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select

from tests.demo.test_load import NOW, on_sqlite, small
from tracker.config import Settings
from tracker.db import Database
from tracker.demo.observed import GROUPS, RIVALS, WATCHED
from tracker.models import Listing, ListingSnapshot, MetricPoint, SocialPost, Workspace
from tracker.reports.market import market

pytestmark = pytest.mark.timeout(400)


@on_sqlite
def test_the_demo_shows_prices_followers_and_posts_of_deals(database: Database, tmp_path: Path):
    small(database, Settings(home=tmp_path))
    with database.read() as session:
        workspace = session.scalars(select(Workspace)).one()
        assert len(session.scalars(select(Listing)).all()) == len(GROUPS) * (1 + len(RIVALS))
        newest = session.scalars(select(func.max(ListingSnapshot.taken_at))).one()
        found = market(session, workspace, newest)
        assert {group.name for group in found.groups} == set(GROUPS.values())
        assert all(group.index.index for group in found.groups)
        accounts = select(func.count(func.distinct(MetricPoint.subject_id))).where(
            MetricPoint.subject_kind == "account", MetricPoint.metric == "followers"
        )
        assert session.scalar(accounts) == WATCHED
        posts = session.scalars(select(SocialPost)).all()
        assert any(post.deal_id for post in posts)
        assert any(not post.deal_id for post in posts)
        assert all(post.published_at and post.published_at <= NOW for post in posts)
        assert session.scalar(select(func.max(MetricPoint.taken_at))) <= NOW
