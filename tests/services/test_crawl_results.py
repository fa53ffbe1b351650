"""What is made of results: dates, states of targets and hosts, posts, removals."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tests.factories import NOON
from tests.support.fetched import (
    account,
    deliver,
    fetched,
    listing,
    post,
    watch_account,
    watch_listing,
    watched_workspace,
)
from tracker.crawl_messages import PostTarget, Robots
from tracker.models import (
    CrawlDomain,
    CrawlFetch,
    CrawlRun,
    CrawlTarget,
    Listing,
    ListingSnapshot,
    MetricPoint,
    SocialPost,
)
from tracker.services.crawl_claims import LEASE, claim_host, finish
from tracker.services.crawl_results import write_results, write_robots
from tracker.services.crawl_targets import add_target

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
SHOP = "https://shop.example/mug"
LINA = "https://social.example/lina"


@pytest.fixture
def watched(session):
    return watched_workspace(session)


@pytest.fixture
def mug(session, watched):
    return due(watch_listing(session, watched, SHOP))


@pytest.fixture
def lina(session, watched):
    return due(watch_account(session, watched, LINA))


def due(target, at=NOON):
    target.next_at = at
    return target


def host_of(session):
    row = session.scalars(select(CrawlDomain)).one()
    session.refresh(row)
    return row


def count(session, model):
    return session.scalar(select(func.count()).select_from(model))


def test_a_result_moves_the_targets_date_in_the_same_step(session, mug):
    deliver(session, [fetched(mug, NOON, items=[listing()])], NOON)
    assert mug.last_ok_at == mug.last_at == NOON
    assert DAY <= mug.next_at - NOON <= 1.1 * DAY
    assert claim_host(session, NOON + HOUR) is None


def test_who_has_lost_the_host_writes_nothing(session, mug):
    slow = claim_host(session, NOON)
    later = NOON + LEASE + timedelta(seconds=1)
    fast = claim_host(session, later)
    assert fast is not None
    assert fast.fence == slow.fence + 1
    assert not write_results(session, slow, [fetched(mug, later, items=[listing()])], later)
    assert not finish(session, slow, "done", later)
    assert count(session, ListingSnapshot) == count(session, CrawlFetch) == 0
    assert write_results(session, fast, [fetched(mug, later, items=[listing()])], later)
    assert not write_results(session, slow, [fetched(mug, later, items=[listing()])], later)
    assert count(session, ListingSnapshot) == count(session, CrawlFetch) == 1


def test_a_result_that_comes_twice_counts_once(session, mug):
    claim = claim_host(session, NOON)
    result = fetched(mug, NOON, items=[listing()])
    for _ in range(2):
        assert write_results(session, claim, [result], NOON)
    assert count(session, CrawlFetch) == 1
    assert session.scalars(select(CrawlRun.n_ok)).all() == [1]


@pytest.mark.parametrize(
    ("status", "wait"),
    [
        ("timeout", timedelta(minutes=15)),
        ("unreachable", timedelta(minutes=15)),
        ("server_error", timedelta(minutes=15)),
        ("interrupted", timedelta(minutes=15)),
        ("blocked", timedelta(minutes=15)),
        ("not_found", DAY),
        ("robots", DAY),
        ("empty", DAY),
        ("private_address", DAY),
        ("no_key", DAY),
    ],
)
def test_what_may_pass_is_tried_soon_and_what_is_an_answer_is_not(session, mug, status, wait):
    deliver(session, [fetched(mug, NOON, status)], NOON)
    assert wait <= mug.next_at - NOON <= 1.1 * wait
    assert (mug.failures, mug.last_ok_at, mug.last_status) == (1, None, status)
    assert count(session, ListingSnapshot) == 0


def test_robots_that_could_not_be_asked_are_asked_again_soon(session, mug):
    claim = claim_host(session, NOON)
    write_robots(session, claim, Robots(status="disallow_all", http_status=503), NOON)
    write_results(session, claim, [fetched(mug, NOON, "robots")], NOON)
    assert mug.next_at == NOON + timedelta(minutes=15)
    finish(session, claim, "done", NOON)
    assert claim_host(session, NOON + HOUR / 2).robots is not None  # believed for an hour


def test_a_refusing_host_rests_ever_longer_until_it_answers_again(session, mug):
    at, rests = NOON, []
    for status in ["rate_limited", "blocked", "challenge", "login_wall", "ok", "blocked"]:
        items = [listing()] if status == "ok" else []
        deliver(session, [fetched(due(mug, at), at, status, items=items)], at)
        rests.append(host_of(session).next_allowed_at - at)
        at += 2 * DAY
    assert rests == [HOUR / 4, HOUR, 6 * HOUR, DAY, timedelta(0), HOUR / 4]


def test_a_rest_that_the_host_asks_for_is_kept(session, mug):
    deliver(session, [fetched(mug, NOON, "rate_limited", retry_after_s=7200.0)], NOON)
    due(mug, NOON)
    assert host_of(session).next_allowed_at == NOON + 2 * HOUR
    assert claim_host(session, NOON + 1.9 * HOUR) is None
    assert claim_host(session, NOON + 2 * HOUR) is not None


def test_a_listing_is_removed_when_it_is_gone_or_not_found_a_day_later_still(session, mug):
    row = session.get_one(Listing, mug.listing_id)
    deliver(session, [fetched(mug, NOON, "not_found")], NOON)
    assert row.removed_at is None
    at = NOON + HOUR  # a block in between says nothing either way
    deliver(session, [fetched(due(mug, at), at, "timeout")], at)
    deliver(session, [fetched(due(mug, NOON + DAY), NOON + DAY, "not_found")], NOON + DAY)
    assert row.removed_at == NOON
    at = NOON + 2 * DAY
    deliver(session, [fetched(due(mug, at), at, items=[listing()])], at)
    assert (row.removed_at, mug.missing_since) == (None, None)
    at = NOON + 3 * DAY
    deliver(session, [fetched(due(mug, at), at, "gone")], at)
    assert row.removed_at == at


def read_posts(session, lina, at, posts, **fields):
    due(lina, at)
    deliver(session, [fetched(lina, at, items=[account(), *posts], **fields)], at)
    return {row.ref: row for row in session.scalars(select(SocialPost))}


def test_posts_of_an_account_are_remembered_with_their_numbers(session, lina):
    rows = read_posts(session, lina, NOON, [post("a", NOON - HOUR, likes=5), post("b", likes=6)])
    assert rows["a"].social_account_id == lina.social_account_id
    assert rows["a"].influencer_id > 0
    likes = session.execute(
        select(MetricPoint.subject_id, MetricPoint.value).where(MetricPoint.metric == "likes")
    )
    assert {tuple(row) for row in likes} == {(rows["a"].id, 5), (rows["b"].id, 6)}


def test_a_post_is_removed_only_after_a_complete_reading_without_it(session, lina):
    since = NOON - 30 * DAY
    four = [post(ref, NOON - DAY) for ref in "abcd"]
    read_posts(session, lina, NOON, four, is_complete=True, covers_since=since)
    rows = read_posts(session, lina, NOON + HOUR, four[1:])  # says nothing of what is missing
    assert rows["a"].removed_at is None
    at = NOON + 2 * HOUR
    rows = read_posts(session, lina, at, four[1:], is_complete=True, covers_since=NOON)
    assert rows["a"].removed_at is None  # older than what the reading covers
    at = NOON + 3 * HOUR
    rows = read_posts(session, lina, at, four[1:], is_complete=True, covers_since=since)
    assert [ref for ref, row in rows.items() if row.removed_at] == ["a"]
    assert rows["a"].removed_at == at
    rows = read_posts(session, lina, NOON + 4 * HOUR, four)
    assert rows["a"].removed_at is None  # it is back


def test_most_posts_missing_at_once_are_rather_a_page_of_another_form(session, lina):
    since = NOON - 30 * DAY
    five = [post(ref, NOON - DAY) for ref in "abcde"]
    read_posts(session, lina, NOON, five, is_complete=True, covers_since=since)
    rows = read_posts(session, lina, NOON + HOUR, [], is_complete=True, covers_since=since)
    assert [ref for ref, row in rows.items() if row.removed_at] == []


def test_a_post_that_can_be_read_by_itself_is_read_at_its_ages(session, lina):
    young = NOON - HOUR / 2
    wanted = [
        PostTarget(ref=ref, url=f"https://social.example/{ref}", host="social.example")
        for ref in ("young", "old", "undated")
    ]
    posts = [post("young", young), post("old", NOON - 31 * DAY), post("undated")]
    read_posts(session, lina, NOON, posts, post_targets=wanted)
    read_posts(session, lina, NOON + HOUR / 4, posts, post_targets=wanted)
    (target,) = session.scalars(select(CrawlTarget).where(CrawlTarget.kind == "post"))
    assert target.ref == "young"
    due(lina, NOON + 99 * DAY)
    ages = []
    while target.next_at is not None:
        at = target.next_at
        ages.append(at - young)
        deliver(session, [fetched(target, at, items=[post("young", young, likes=1)])], at)
    assert ages == [HOUR, DAY, 3 * DAY, 7 * DAY, 30 * DAY]


def test_a_post_that_a_person_entered_follows_its_age_once_its_page_tells_it(
    session, watched, lina
):
    row = SocialPost(
        workspace_id=watched.id, platform="page", ref="https://social.example/p",
        first_seen_at=NOON, last_seen_at=NOON,
    )  # fmt: skip
    session.add(row)
    session.flush()
    target = add_target(
        session, watched, kind="post", source="page", url=row.ref, host="social.example",
        post_id=row.id, now=NOON,
    )  # fmt: skip
    due(target)
    lina.is_active = False
    item = post(row.ref, NOON - 2 * DAY, likes=5).model_copy(update={"title": "Unboxing"})
    deliver(session, [fetched(target, NOON, items=[item])], NOON)
    assert (row.published_at, row.title) == (NOON - 2 * DAY, "Unboxing")
    assert target.next_at == NOON + DAY  # three days old then


def test_a_target_that_was_deleted_meanwhile_is_no_trouble(session, mug):
    claim = claim_host(session, NOON)
    result = fetched(mug, NOON, items=[listing()])
    session.delete(mug)
    session.flush()
    assert write_results(session, claim, [result], NOON)
    assert count(session, CrawlFetch) == 0


def test_evidence_is_what_was_written_on_the_page(session, mug):
    deliver(session, [fetched(mug, NOON, items=[listing(availability="in_stock")])], NOON)
    (row,) = session.scalars(select(CrawlFetch))
    assert row.read == {"price": "9.90", "currency": "EUR", "availability": "in_stock"}
