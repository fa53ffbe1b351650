"""Places in the history: beside the listing's own numbers, never instead of them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests import watched
from tests.factories import NOON
from tests.support.fetched import deliver, fetched, watched_workspace
from tracker.crawl_messages import Fetched
from tracker.models import ListingSnapshot, MetricPoint, QuarantineItem
from tracker.observed import Count, RankItem
from tracker.services.crawl_claims import claim_host
from tracker.services.crawl_orders import batch_of
from tracker.services.crawl_targets import add_target
from tracker.services.errors import RefusedError
from tracker.services.ranks import check_ranking_page
from tracker.services.snapshots import confirm

DAY = timedelta(days=1)
PAGE = "https://shop.example/search?q=tea"


@pytest.fixture
def workspace(session):
    return watched_workspace(session)


@pytest.fixture
def ours(session, workspace):
    return watched.listing(session, workspace.id, "ours", is_own=True)


@pytest.fixture
def page(session, workspace, ours):
    target = add_target(
        session, workspace, kind="listing", source="ranking", url=PAGE, host="shop.example",
        listing_id=ours.id, now=NOON,
    )  # fmt: skip
    target.next_at = NOON
    return target


def rank(place, keyword="tea"):
    return RankItem(keyword=keyword, counts={"rank": Count.exactly(place)}, parser_version=1)


def read(session, page, at, status="ok", **fields):
    page.next_at = at
    deliver(session, [fetched(page, at, status, **fields)], at)


def points(session):
    rows = session.scalars(select(MetricPoint).order_by(MetricPoint.taken_at, MetricPoint.metric))
    return [(one.metric, one.value, one.source) for one in rows]


def test_a_place_is_a_point_of_its_listing_and_no_snapshot(session, page, ours):
    read(session, page, NOON, items=[rank(3)])
    assert points(session) == [("rank:tea", 3, "ranking")]
    assert session.scalars(select(MetricPoint.subject_id)).all() == [ours.id]
    assert session.scalars(select(ListingSnapshot)).all() == []


def test_a_place_may_jump_and_fall_without_doubt(session, page):
    for day, place in enumerate((200, 3, 900)):
        read(session, page, NOON + day * DAY, items=[rank(place)])
    assert [value for _, value, _ in points(session)] == [200, 3, 900]
    assert session.scalars(select(QuarantineItem)).all() == []


def test_not_on_the_page_is_a_gap_and_a_fact(session, page):
    read(session, page, NOON, items=[rank(3)])
    read(session, page, NOON + DAY, detail="not among the first 24")
    assert len(points(session)) == 1
    assert (page.last_status, page.last_detail) == ("ok", "not among the first 24")
    assert page.failures == 0


@pytest.mark.parametrize("status", ["gone", "not_found"])
def test_a_page_of_results_that_is_gone_removes_no_listing(session, page, ours, status):
    for day in range(3):
        read(session, page, NOON + day * DAY, status)
    assert ours.removed_at is None
    assert points(session) == []


def test_the_heartbeat_of_the_listing_repeats_no_place(session, workspace, page, ours):
    watched.count(session, "listing", ours, "rating", 4_000, NOON)
    read(session, page, NOON, items=[rank(3)])
    confirm(session, workspace.id, ("listing", ours.id), NOON + DAY, 1)
    assert [metric for metric, _, _ in points(session)] == ["rank:tea", "rating", "rating"]


def test_the_crawler_is_told_which_listing_to_look_for(session, page, ours):
    claim = claim_host(session, NOON)
    (target,) = batch_of(session, claim, lambda *_: {}).targets
    assert (target.listing_url, target.source) == (ours.url, "ranking")


def test_a_place_survives_the_way_from_the_crawling_process():
    sent = Fetched(run_id=1, target_id=1, at=NOON, status="ok", items=[rank(3)])
    assert Fetched.model_validate_json(sent.model_dump_json()).items == [rank(3)]


def test_one_page_a_keyword_and_of_our_own_listings_only(session, workspace, page, ours):
    theirs = watched.listing(session, workspace.id, "theirs")
    for row, url, code in [
        (ours, "https://shop.example/search?q=TEA&sort=price", "target_known"),
        (theirs, "https://shop.example/search?q=cup", "listing_not_ours"),
    ]:
        with pytest.raises(RefusedError) as refused:
            check_ranking_page(session, workspace, row, url)
        assert refused.value.code == code
    check_ranking_page(session, workspace, ours, "https://shop.example/search?q=cup")
