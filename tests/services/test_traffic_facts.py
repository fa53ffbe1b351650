from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.factories import (
    NOON,
    TODAY,
    HitFactory,
    MarkFactory,
    ShopFactory,
    VisitFactory,
    VisitorFactory,
)
from tracker.models import TrafficDay, TrafficDayChannel
from tracker.services.traffic_facts import refresh_traffic_day

MINUTE = timedelta(minutes=1)


@pytest.fixture
def mark(session, workspace):
    return MarkFactory(workspace=workspace, channel_code=21, kind_code=3, influencer_id=7)


@pytest.fixture
def visitor(session, shop):
    return VisitorFactory(shop=shop)


def rows(session, model=TrafficDay):
    return session.scalars(select(model).order_by(model.channel_code)).all()


def test_visits_of_the_day_are_summed_by_mark(session, shop, visitor, mark):
    def visit(minute, **values):
        begin = NOON + minute * MINUTE
        VisitFactory(visitor=visitor, mark=mark, started_at=begin, **values)

    visit(0, n_page_views=1, last_at=NOON)
    visit(60, n_page_views=4, last_at=NOON + 65 * MINUTE + timedelta(microseconds=999_999))
    visit(120, n_page_views=1, n_events=1, last_at=NOON + 121 * MINUTE)
    visit(180, is_bot=True)
    visit(-24 * 60)
    VisitFactory(visitor=VisitorFactory(shop=ShopFactory()), mark=mark, started_at=NOON)

    assert refresh_traffic_day(session, shop, TODAY) == 1

    [row] = rows(session)
    assert (row.channel_code, row.kind_code, row.influencer_id, row.campaign_id) == (21, 3, 7, 0)
    assert (row.visits, row.bounces, row.page_views) == (3, 1, 6)
    assert row.duration_seconds == 0 + 300 + 60
    assert (row.clicks, row.valid_clicks) == (0, 0)


def test_a_visit_counts_on_the_day_it_began_in_the_zone_of_the_shop(session, shop, visitor, mark):
    midnight = NOON + timedelta(hours=12)  # of Shanghai
    VisitFactory(visitor=visitor, mark=mark, started_at=midnight - MINUTE)
    VisitFactory(visitor=visitor, mark=mark, started_at=midnight)
    refresh_traffic_day(session, shop, TODAY)
    refresh_traffic_day(session, shop, TODAY + timedelta(days=1))
    assert [(row.day, row.visits) for row in rows(session)] == [
        (TODAY, 1),
        (TODAY + timedelta(days=1), 1),
    ]


def test_a_link_clicked_again_within_the_hour_is_one_valid_click(session, shop, visitor, mark):
    def click(minute, **values):
        values = {"visitor": visitor, "link_id": 1} | values
        HitFactory(kind="click", mark=mark, at=NOON + minute * MINUTE, **values)

    click(0)
    click(59)
    click(60)
    click(1, link_id=2)
    click(1, visitor=VisitorFactory(shop=shop))
    click(2, bot="head")
    click(-24 * 60)
    refresh_traffic_day(session, shop, TODAY)
    [row] = rows(session)
    assert (row.clicks, row.valid_clicks, row.visits) == (5, 4, 0)


def test_carts_count_under_the_visit_they_fall_into(session, shop, visitor, workspace, mark):
    search = MarkFactory(workspace=workspace, channel_code=2)
    VisitFactory(
        visitor=visitor, mark=mark, started_at=NOON, last_at=NOON + 10 * MINUTE, n_events=2
    )
    VisitFactory(
        visitor=visitor, mark=search, started_at=NOON + 10 * MINUTE, last_at=NOON + 20 * MINUTE,
        n_events=1,
    )  # fmt: skip
    for minute in (1, 10, 15):
        HitFactory(visitor=visitor, kind="cart", at=NOON + minute * MINUTE)
    HitFactory(visitor=visitor, kind="cart", at=NOON + 2 * MINUTE, bot="agent_list")
    HitFactory(visitor=visitor, kind="coupon", at=NOON + 3 * MINUTE)
    refresh_traffic_day(session, shop, TODAY)
    assert [(row.channel_code, row.carts) for row in rows(session)] == [(2, 2), (21, 1)]


def test_refreshing_replaces_the_day_and_the_rollup_adds_up(session, shop, visitor, workspace):
    for influencer in (7, 8):
        mark = MarkFactory(
            workspace=workspace, channel_code=21, kind_code=3, influencer_id=influencer
        )
        for minute in range(influencer):
            VisitFactory(visitor=visitor, mark=mark, started_at=NOON + minute * MINUTE)
    refresh_traffic_day(session, shop, TODAY)
    before = session.execute(select(TrafficDay.__table__)).all()
    refresh_traffic_day(session, shop, TODAY)
    assert session.execute(select(TrafficDay.__table__)).all() == before
    [total] = rows(session, TrafficDayChannel)
    assert total.visits == 15 == sum(row.visits for row in rows(session))


def test_a_day_without_traffic_has_no_rows(session, shop, visitor, mark):
    visit = VisitFactory(visitor=visitor, mark=mark, started_at=NOON)
    refresh_traffic_day(session, shop, TODAY)
    session.delete(visit)
    session.flush()
    assert refresh_traffic_day(session, shop, TODAY) == 0
    assert rows(session) == rows(session, TrafficDayChannel) == []
