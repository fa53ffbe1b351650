"""Places from the due page of results to the stored point, with a real child and a real site."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests import factories, watched
from tests.support.crawls import crawl, make_due, watched_workspace
from tests.support.site import Answer, Site
from tracker.models import CrawlTarget, ListingSnapshot, MetricPoint
from tracker.services.crawl_targets import add_target

RESULTS = "<title>tea</title><main><a href='/products/oolong'>o</a>{}</main>"


@pytest.fixture
def site():
    made = Site()
    yield made
    made.close()


def test_a_place_is_stored_and_a_page_without_the_listing_or_a_wall_adds_none(database, site):
    with database.write() as session, factories.using(session):
        workspace = watched_workspace(session)
        url = site.url("shop.example", "/products/sencha")
        ours = watched.listing(session, workspace.id, "sencha", is_own=True, url=url)
        add_target(
            session, workspace, kind="listing", source="ranking", host="shop.example",
            url=site.url("shop.example", "/search?q=tea"), listing_id=ours.id,
        )  # fmt: skip
    said = []
    found = RESULTS.format("<a href='/products/sencha'>s</a>")
    for answer in (found, RESULTS.format(""), Answer(b"<title>Just a moment...</title>", 403)):
        site.add("/search", answer)
        make_due(database)
        crawl(database, site)
        with database.read() as session:
            target = session.scalars(select(CrawlTarget)).one()
            said.append((target.last_status, target.last_detail))
    assert said[:2] == [("ok", ""), ("ok", "not among the first 1")]
    assert said[2][0] == "challenge"
    with database.read() as session:
        (point,) = session.scalars(select(MetricPoint)).all()
        assert (point.metric, point.value, point.source) == ("rank:tea", 2, "ranking")
        assert session.scalars(select(ListingSnapshot)).all() == []
