"""What is watched: adding, changing, pausing, forgetting."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tests.factories import NOON, WorkspaceFactory
from tests.support.fetched import account, deliver, fetched, post, watch_account, watched_workspace
from tracker.models import CrawlTarget, Listing, MetricPoint, SocialAccount, SocialPost
from tracker.services.crawl_targets import (
    add_target,
    delete_target,
    edit_target,
    fetch_now,
    forget_account,
    pause_target,
)
from tracker.services.errors import RefusedError

URL = "https://shop.example/mug"
HOUR = timedelta(hours=1)


@pytest.fixture
def listing(session, workspace):
    row = Listing(workspace_id=workspace.id, url=URL, created_at=NOON)
    session.add(row)
    session.flush()
    return row


def add(session, workspace, listing, **changes):
    fields = {
        "kind": "listing", "source": "page", "url": URL, "host": "Shop.Example",
        "listing_id": listing.id, "now": NOON, **changes,
    }  # fmt: skip
    return add_target(session, workspace, **fields)


def test_a_target_is_first_fetched_soon_and_then_by_its_kinds_interval(session, workspace, listing):
    target = add(session, workspace, listing)
    assert NOON <= target.next_at <= NOON + HOUR / 6
    assert (target.interval_s, target.promotion_interval_s) == (86_400, 21_600)
    assert (target.host, target.listing_id, target.post_id) == ("shop.example", listing.id, 0)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"url": ""}, "value_missing"),
        ({"host": ""}, "value_missing"),
        ({"listing_id": 0}, "value_missing"),
        ({"listing_id": 999_999}, "unknown_listing"),
        ({"kind": "account", "social_account_id": 999_999}, "unknown_account"),
        ({"interval": timedelta(minutes=5)}, "out_of_range"),
        ({"interval": timedelta(days=99)}, "out_of_range"),
    ],
)
def test_what_cannot_be_watched_is_refused(session, workspace, listing, changes, code):
    with pytest.raises(RefusedError, match=code):
        add(session, workspace, listing, **changes)


def test_the_same_page_is_watched_once(session, workspace, listing):
    add(session, workspace, listing)
    with pytest.raises(RefusedError, match="target_known"):
        add(session, workspace, listing)


def test_another_workspace_neither_watches_our_listing_nor_touches_our_target(
    session, workspace, listing
):
    other = WorkspaceFactory()
    with pytest.raises(RefusedError, match="unknown_listing"):
        add(session, other, listing)
    target = add(session, workspace, listing)
    for change in (fetch_now, lambda *a: pause_target(*a, is_active=False)):
        with pytest.raises(RefusedError, match="unknown_target"):
            change(session, other, target.id)
    delete_target(session, other, target.id)
    assert session.get(CrawlTarget, target.id) is target


def test_a_shorter_interval_draws_the_next_fetch_nearer(session, workspace, listing):
    target = add(session, workspace, listing)
    target.last_at, target.next_at = NOON, NOON + 24 * HOUR
    edit_target(session, workspace, target.id, interval=2 * HOUR, promotion_interval=HOUR)
    assert target.next_at == NOON + 2 * HOUR


def test_forgetting_an_account_deletes_all_that_was_observed_of_it_and_nothing_else(session):
    workspace = watched_workspace(session)
    targets = [
        watch_account(session, workspace, f"https://{name}.example/") for name in ("lina", "bob")
    ]
    for target in targets:
        target.next_at = NOON
        items = [account(1_000), post(f"post of {target.id}", NOON, likes=3)]
        deliver(session, [fetched(target, NOON, items=items)], NOON)
    forget_account(session, workspace, targets[0].social_account_id)
    counts = [
        session.scalar(select(func.count()).select_from(model))
        for model in (CrawlTarget, SocialPost, MetricPoint, SocialAccount)
    ]
    assert counts == [1, 1, 2, 2]
    followers = select(SocialAccount.followers).order_by(SocialAccount.id)
    assert session.scalars(followers).all() == [None, 1_000]
