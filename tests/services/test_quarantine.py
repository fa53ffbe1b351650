"""Broken readers: what is kept aside, what is let go, what a person decides."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.factories import NOON, WorkspaceFactory
from tests.support.fetched import (
    account,
    deliver,
    fetched,
    listing,
    watch_account,
    watch_listing,
    watched_workspace,
)
from tracker.models import CrawlFetch, ListingSnapshot, MetricPoint, Quarantine, QuarantineItem
from tracker.services.errors import RefusedError
from tracker.services.quarantine import accept, discard

DAY = timedelta(days=1)


@pytest.fixture
def watched(session):
    return watched_workspace(session)


@pytest.fixture
def mugs(session, watched):
    """Ten listings of one shop, read well a day ago."""
    made = [
        watch_listing(session, watched, f"https://shop.example/{number}") for number in range(10)
    ]
    read(session, made, NOON, [listing(f"{9 + number}.90") for number in range(10)])
    return made


def read(session, targets, at, items):
    for target in targets:
        target.next_at = at
    results = [
        fetched(target, at, items=[item]) for target, item in zip(targets, items, strict=True)
    ]
    deliver(session, results, at)


def states(session):
    rows = session.scalars(select(Quarantine).order_by(Quarantine.id))
    return [(row.reason, row.state) for row in rows]


def n_prices(session):
    rows = session.scalars(select(ListingSnapshot.price_minor)).all()
    return len([price for price in rows if price is not None]), len(rows)


def test_when_many_listings_lose_their_price_the_reader_is_broken(session, mugs):
    items = [listing(None if number < 6 else f"{9 + number}.90") for number in range(10)]
    read(session, mugs, NOON + DAY, items)
    assert states(session) == [("field_lost", "waiting")]
    assert n_prices(session) == (14, 14)  # no snapshot without a price
    assert [mug.last_status for mug in mugs] == ["quarantined"] * 6 + ["ok"] * 4
    statuses = session.scalars(select(CrawlFetch.status).order_by(CrawlFetch.id)).all()
    assert statuses[10:] == ["quarantined"] * 6 + ["ok"] * 4


def test_when_one_of_many_loses_its_price_that_page_has_changed(session, mugs):
    items = [listing(None if number == 0 else f"{9 + number}.90") for number in range(10)]
    read(session, mugs, NOON + DAY, items)
    assert states(session) == [("field_lost", "released")]
    assert n_prices(session) == (19, 20)
    session.refresh(mugs[0])
    assert mugs[0].last_status == "ok"


def test_halved_followers_wait_for_a_person_who_accepts(session, watched):
    lina = watch_account(session, watched, "https://social.example/lina")
    read(session, [lina], NOON, [account(10_000)])
    read(session, [lina], NOON + DAY, [account(12)])
    assert states(session) == [("count_fell", "waiting")]
    (item,) = session.scalars(select(QuarantineItem))
    assert item.detail == "followers 10000 -> 12"
    assert session.scalars(select(MetricPoint.value)).all() == [10_000]
    group = session.scalars(select(Quarantine)).one()
    assert accept(session, watched, group.id, NOON + 2 * DAY, user_id=7) == 1
    rows = session.execute(select(MetricPoint.taken_at, MetricPoint.value).order_by(MetricPoint.id))
    assert [tuple(row) for row in rows] == [(NOON, 10_000), (NOON + DAY, 12)]
    assert (group.state, group.user_id) == ("accepted", 7)
    session.refresh(lina)
    assert lina.last_status == "ok"
    with pytest.raises(RefusedError, match="already_decided"):
        discard(session, watched, group.id, NOON)


def test_a_price_with_its_decimal_point_lost_is_discarded(session, mugs, watched):
    read(session, mugs[:1], NOON + DAY, [listing("990")])
    group = session.scalars(select(Quarantine)).one()
    discard(session, watched, group.id, NOON + 2 * DAY)
    assert states(session) == [("price_jumped", "discarded")]
    assert n_prices(session) == (10, 10)
    read(session, mugs[:1], NOON + 2 * DAY, [listing("9.80")])
    assert n_prices(session) == (11, 11)


def test_another_workspace_can_decide_nothing(session, mugs):
    read(session, mugs[:1], NOON + DAY, [listing("990")])
    group = session.scalars(select(Quarantine)).one()
    with pytest.raises(RefusedError, match="unknown_quarantine"):
        accept(session, WorkspaceFactory(), group.id, NOON)
