"""What is kept of crawls, and for how long."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from tests.factories import NOON
from tests.support.fetched import deliver, fetched, listing, watch_listing, watched_workspace
from tracker.models import CrawlDomain, CrawlFetch, CrawlRun, ListingSnapshot, Quarantine
from tracker.services.crawl_targets import delete_target
from tracker.services.crawl_upkeep import FETCHES_KEPT, forget_fetches, forget_hosts

DAY = timedelta(days=1)


def clean(session, now):
    while forget_fetches(session, now):
        pass


def crawl(session, target, at, price):
    target.next_at = at
    session.flush()
    deliver(session, [fetched(target, at, items=[listing(price)])], at)


def test_old_fetches_and_their_runs_go_and_the_numbers_stay(session):
    target = watch_listing(session, watched_workspace(session), "https://shop.example/mug")
    for days in (0, 50, 100):
        crawl(session, target, NOON + days * DAY, f"{10 + days}.00")
    clean(session, NOON + 100 * DAY)
    assert len(session.scalars(select(CrawlFetch.id)).all()) == 2
    assert len(session.scalars(select(CrawlRun.id)).all()) == 2
    assert len(session.scalars(select(ListingSnapshot.id)).all()) == 3


def test_a_run_stays_as_long_as_its_quarantine_waits_for_a_person(session):
    target = watch_listing(session, watched_workspace(session), "https://shop.example/mug")
    crawl(session, target, NOON, "9.90")
    crawl(session, target, NOON + DAY, "990")
    group = session.scalars(select(Quarantine)).one()
    clean(session, NOON + 200 * DAY)
    assert session.scalars(select(CrawlRun.id)).all() == [group.run_id]
    group.state = "discarded"
    session.flush()
    clean(session, NOON + 200 * DAY)
    assert session.scalars(select(CrawlRun.id)).all() == []


def test_hosts_that_nobody_asks_any_more_are_forgotten(session):
    workspace = watched_workspace(session)
    kept, dropped = (
        watch_listing(session, workspace, f"https://{name}.example/mug") for name in "ab"
    )
    for target in (kept, dropped):
        crawl(session, target, NOON, "9.90")
        target.next_at = NOON + 900 * DAY
    delete_target(session, workspace, dropped.id)
    forget_hosts(session, NOON + FETCHES_KEPT + DAY)
    assert session.scalars(select(CrawlDomain.host)).all() == ["a.example"]
