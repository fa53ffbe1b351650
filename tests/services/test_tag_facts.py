from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.factories import NOON, TODAY, MarkFactory, ShopFactory, VisitFactory, VisitorFactory
from tracker.models import TagDay
from tracker.services import tag_facts
from tracker.services.traffic_facts import refresh_traffic_day


@pytest.fixture
def visit(session, workspace, shop):
    def make(n=1, *, day=0, mark=None, shop=shop, **tags):
        used = mark or MarkFactory(workspace=workspace, **tags)
        for _ in range(n):
            VisitFactory(
                visitor=VisitorFactory(shop=shop), mark=used, started_at=NOON + timedelta(days=day)
            )
        return used

    return make


def rows(session):
    found = session.scalars(select(TagDay).order_by(TagDay.mark_id))
    return [(row.mark_id, row.visits, row.n_values) for row in found]


def test_visits_count_by_what_their_address_said(session, shop, visit):
    first = visit(2, utm_source="XHS", utm_medium="kol")
    visit(1, utm_source="XHS", utm_medium="kol", referrer_host="www.example.com")
    other = visit(1, utm_source="xhs", utm_medium="kol")  # as it came: spellings stay apart
    visit(5)  # said nothing
    visit(1, day=1, mark=first)
    visit(1, mark=first, shop=ShopFactory())

    refresh_traffic_day(session, shop, TODAY)

    assert rows(session) == [(first.id, 3, 1), (other.id, 1, 1)]


def test_bots_are_left_out_and_a_day_is_replaced(session, workspace, shop, visit):
    mark = visit(1, utm_campaign="spring")
    VisitFactory(visitor=VisitorFactory(shop=shop), mark=mark, started_at=NOON, is_bot=True)
    refresh_traffic_day(session, shop, TODAY)
    refresh_traffic_day(session, shop, TODAY)
    assert rows(session) == [(mark.id, 1, 1)]


def test_a_flood_of_made_up_values_is_one_row(session, shop, visit, monkeypatch):
    monkeypatch.setattr(tag_facts, "MOST_TAGS", 2)
    common = visit(3, utm_source="baidu")
    second = visit(2, utm_source="douyin")
    for n in range(4):
        visit(1, utm_source=f"junk{n}")
    refresh_traffic_day(session, shop, TODAY)
    assert rows(session) == [(0, 4, 4), (common.id, 3, 1), (second.id, 2, 1)]
