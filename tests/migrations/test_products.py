"""A database that was filled before there were products and pages by day."""

from __future__ import annotations

from sqlalchemy import select

from jobs.visits import build_all, refresh_all
from tests import factories
from tests.migrations.test_fitted_models import back_to
from tracker.db import Database
from tracker.domain.pages import Step
from tracker.migrations import upgrade
from tracker.models import DirtyDay, PageDay, TrafficDay, Visit


def test_what_is_there_is_derived_anew(database: Database):
    with database.write() as session, factories.using(session):
        shop = factories.ShopFactory()
        visitor = factories.VisitorFactory(shop=shop)
        mark = factories.MarkFactory(workspace=shop.workspace)
        factories.HitFactory(visitor=visitor, mark=mark, at=factories.NOON, path="/products/tea")
        visitor.pending_since = factories.NOON
    assert (build_all(database), refresh_all(database)) == (1, 1)
    back_to(database, "0015")
    upgrade(database)
    with database.read() as session:
        assert session.scalars(select(Visit.step)).all() == [Step.visit]
        assert session.scalars(select(DirtyDay.scope)).all() == ["traffic"]
    assert (build_all(database), refresh_all(database)) == (1, 1)
    with database.read() as session:
        assert session.scalars(select(Visit.step)).all() == [Step.product]
        assert session.scalars(select(TrafficDay.product_visits)).all() == [1]
        assert set(session.scalars(select(PageDay.views))) == {1}
        assert session.scalars(select(DirtyDay.scope)).all() == []
