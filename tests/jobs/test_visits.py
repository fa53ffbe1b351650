"""The jobs against whole databases: what is due is done once, also beside a twin."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from jobs.visits import build_all, build_due_visits, refresh_all, refresh_traffic
from tests import factories
from tests.factories import NOON, HitFactory, ShopFactory, VisitorFactory
from tracker.domain.marks import RawMark
from tracker.models import DirtyDay, Mark, TrafficDay, Visit, Visitor, Workspace
from tracker.services import dirty
from tracker.services.marks import mark_ids


@pytest.fixture
def shop_id(database):
    """A shop with 30 visitors of two hits each; all wait for their visits."""
    with database.write() as session, factories.using(session):
        shop = ShopFactory()
        [mark_id] = mark_ids(session, shop.workspace_id, [RawMark(utm_source="weibo")])
        mark = session.get_one(Mark, mark_id)
        for n in range(30):
            visitor = VisitorFactory(shop=shop, pending_since=NOON)
            for minute in (0, 45):
                at = NOON + timedelta(days=-n % 3, minutes=minute)
                HitFactory(visitor=visitor, mark=mark, at=at)
        return shop.id


def counts(database):
    with database.read() as session:
        return {
            "visits": session.scalar(select(func.count()).select_from(Visit)),
            "in facts": session.scalar(select(func.sum(TrafficDay.visits))),
            "pending": session.scalar(
                select(func.count()).select_from(Visitor).where(Visitor.pending_since.is_not(None))
            ),
            "dirty": session.scalar(
                select(func.count()).select_from(DirtyDay).where(DirtyDay.scope == dirty.TRAFFIC)
            ),
        }


DONE = {"visits": 60, "in facts": 60, "pending": 0, "dirty": 0}


def test_hits_become_visits_and_facts(settings, database, shop_id):
    assert build_due_visits() == {"marks": 0, "visitors": 30, "days": 3}
    assert counts(database) == DONE
    assert build_due_visits() == {"marks": 0, "visitors": 0, "days": 0}


def test_twins_do_no_harm(database, shop_id):
    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(lambda _: build_all(database), range(4))) >= 30
        assert sum(pool.map(lambda _: refresh_all(database), range(4))) >= 0
    refresh_all(database)
    assert counts(database) == DONE


def test_a_day_marked_while_it_is_refreshed_stays_dirty(database, shop_id, monkeypatch):
    build_all(database)

    def refresh_and_mark(session, shop, day, _pages):
        dirty.traffic_changed(session, shop, [day])

    monkeypatch.setattr("jobs.visits.refresh_traffic_day", refresh_and_mark)
    with database.write() as session:
        session.execute(update(DirtyDay).values(leased_until=datetime.now(UTC) + timedelta(1)))
        session.execute(
            update(DirtyDay)
            .where(DirtyDay.day == session.scalar(select(func.max(DirtyDay.day))))
            .values(leased_until=None)
        )
    assert refresh_all(database) == 0
    assert counts(database)["dirty"] == 3


def test_traffic_can_be_refreshed_alone(settings, database, shop_id):
    build_all(database)
    assert refresh_traffic() == {"days": 3}
    assert counts(database) == DONE


def test_stale_marks_are_read_first(settings, database, shop_id):
    with database.write() as session:
        session.execute(update(Workspace).values(rules_version=5))
        session.execute(update(Mark).values(source="wrong"))
    assert build_due_visits()["marks"] == 1
    with database.read() as session:
        assert session.execute(select(Mark.source, Mark.rules_version)).all() == [("weibo", 5)]
