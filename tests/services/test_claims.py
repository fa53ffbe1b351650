"""Claims: one holder at a time, a lease that ends, a fence that moves on."""

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.factories import ShopFactory
from tracker.models import DirtyDay
from tracker.services import claims, dirty
from tracker.services.claims import LEASE, claim_days, count_dirty, finish, give_back, hold

NOW = datetime(2026, 11, 11, tzinfo=UTC)
DAYS = [date(2026, 11, 9), date(2026, 11, 10), date(2026, 11, 11)]


@pytest.fixture
def marked(session):
    shop = ShopFactory()
    dirty.orders_changed(session, shop, DAYS)
    return shop


def claim(session, now=NOW, limit=10, **more):
    return claim_days(session, dirty.CREDIT, now, limit=limit, **more)


def test_a_day_is_claimed_once_newest_first(session, marked):
    assert [c.day for c in claim(session, limit=2)] == DAYS[:0:-1]
    assert [c.day for c in claim(session)] == [DAYS[0]]
    assert claim(session) == []


def test_a_claim_can_be_narrowed(session, marked):
    assert [c.day for c in claim(session, first=DAYS[1], last=DAYS[1])] == [DAYS[1]]
    assert claim(session, workspace_id=marked.workspace_id + 1) == []
    assert count_dirty(session, dirty.CREDIT, marked.workspace_id, first=DAYS[1]) == 2
    assert count_dirty(session, dirty.COST) == 0


def test_a_lease_that_ran_out_is_free_and_its_holder_has_lost_it(session, marked):
    old = claim(session)
    assert claim(session, NOW + LEASE - timedelta(seconds=1)) == []
    new = claim(session, NOW + LEASE)
    assert len(new) == 3
    assert hold(session, old) == []
    assert hold(session, new) == new
    assert finish(session, old) == 0
    assert count_dirty(session, dirty.CREDIT) == 3


def test_a_finished_day_is_clean(session, marked):
    assert finish(session, claim(session)) == 3
    assert count_dirty(session, dirty.CREDIT) == 0


def test_a_day_marked_meanwhile_stays_dirty_and_is_free(session, marked):
    held = claim(session)
    dirty.orders_changed(session, marked, [DAYS[0]])
    assert finish(session, held) == 2
    assert [c.day for c in claim(session)] == [DAYS[0]]


def test_claims_given_back_are_free(session, marked):
    give_back(session, claim(session))
    assert len(claim(session)) == 3


def test_marking_twice_keeps_one_row_and_raises_the_version(session, marked):
    dirty.orders_changed(session, marked, DAYS)
    session.expire_all()
    assert {c.version for c in claim(session)} == {2}
    assert session.query(DirtyDay).count() == 3


def test_nothing_is_held_of_nothing(session):
    assert claims.hold(session, []) == []
