"""Pages of a day: every view once, few rows however many addresses there are, bots left out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

from tests.factories import NOON, TODAY, HitFactory, MarkFactory, VisitorFactory
from tests.services.records import SECRET
from tests.services.test_log_hits import PHONE
from tracker.domain.pages import Step
from tracker.domain.records import HitRecord
from tracker.models import Hit, Page, PageDay, TrafficDay, Visit
from tracker.models.page import OTHER_PAGES, SLICES
from tracker.services import page_facts
from tracker.services.log_hits import load_hits
from tracker.services.traffic_facts import refresh_traffic_day
from tracker.services.visits import build_pending_visits, rebuild_visits

MINUTE = timedelta(minutes=1)


@pytest.fixture
def kol(session, workspace):
    return MarkFactory(
        workspace=workspace, channel_code=21, kind_code=3, campaign_id=5, influencer_id=7,
        utm_campaign="spring",
    )  # fmt: skip


@pytest.fixture
def direct(session, workspace):
    return MarkFactory(workspace=workspace, channel_code=1, kind_code=1)


@pytest.fixture
def walk(session, shop):
    """Hits of a new visitor a minute apart: (kind, path) each."""

    def make(mark, *hits, start=0, **more):
        visitor = VisitorFactory(shop=shop)
        for n, (kind, path) in enumerate(hits):
            HitFactory(visitor=visitor, mark=mark, at=NOON + (start + n) * MINUTE, kind=kind,
                       path=path, **more)  # fmt: skip
        rebuild_visits(session, [visitor.id])
        return visitor

    return make


def view(path):
    return "page_view", path


def rows(session, slice_name="all", slice_id=0):
    found = session.execute(
        select(
            func.coalesce(Page.path, ""), PageDay.views, PageDay.entries, PageDay.exits,
            PageDay.bounces, PageDay.entry_page_views, PageDay.entry_seconds, PageDay.entry_orders,
        )
        .outerjoin(Page, Page.id == PageDay.page_id)
        .where(PageDay.slice_code == SLICES[slice_name], PageDay.slice_id == slice_id)
    )  # fmt: skip
    return sorted(tuple(row) for row in found)


def test_views_entries_and_exits_are_counted_by_page(session, shop, walk, kol, direct):
    walk(kol, view("/"), view("/products/tea/"), ("cart", "/products/tea"),
         ("order_placed", "/checkout"))  # fmt: skip
    walk(direct, view("/products/tea?x=1"))
    refresh_traffic_day(session, shop, TODAY)
    assert rows(session) == [
        ("/", 1, 1, 0, 0, 2, 180, 1),
        ("/products/tea", 2, 1, 2, 1, 1, 0, 0),
    ]
    everything = ("/", 1, 1, 0, 0, 2, 180, 1), ("/products/tea", 1, 0, 1, 0, 0, 0, 0)
    for name, number in (("kind", 3), ("channel", 21), ("campaign", 5), ("influencer", 7)):
        assert rows(session, name, number) == list(everything)
    assert rows(session, "kind", 1) == [("/products/tea", 1, 1, 1, 1, 1, 0, 0)]


def test_the_funnel_counts_a_step_for_the_steps_before_it(session, shop, walk, kol, direct):
    walk(kol, view("/"))
    walk(kol, view("/"), view("/products/tea"))
    walk(kol, ("cart", "/"))  # bought from the list, without a product page
    walk(kol, view("/checkouts/1/thank_you"))
    walk(direct, view("/"))
    refresh_traffic_day(session, shop, TODAY)
    by_channel = {row.channel_code: row for row in session.scalars(select(TrafficDay))}
    row = by_channel[21]
    assert (row.visits, row.product_visits, row.cart_visits, row.order_visits) == (4, 3, 2, 1)
    assert by_channel[1].product_visits == 0
    # by hand, from the hits: visits whose furthest hit is at least a product's page
    [n] = session.execute(
        text(
            "SELECT count(DISTINCT visitor_id) FROM hit WHERE mark_id = :mark AND"
            " (kind <> 'page_view' OR path LIKE '/products/%' OR path LIKE '%thank_you')"
        ),
        {"mark": kol.id},
    ).one()
    assert row.product_visits == n


def test_a_shop_says_what_its_products_are(session, shop, walk, direct):
    shop.product_prefixes = "/tea/"
    session.flush()
    visitor = walk(direct, view("/tea/longjing"))
    step = session.scalar(select(Visit.step).where(Visit.visitor_id == visitor.id))
    assert step == Step.product


def test_bots_and_other_days_are_left_out(session, shop, walk, direct):
    walk(direct, view("/"), bot="agent")
    walk(direct, view("/yesterday"), start=-24 * 60)
    walk(direct, view("/"))
    refresh_traffic_day(session, shop, TODAY)
    assert rows(session) == [("/", 1, 1, 1, 1, 1, 0, 0)]


def test_a_view_belongs_to_the_visit_that_had_begun_last(session, shop, walk, kol, direct):
    visitor = VisitorFactory(shop=shop)
    for n, (mark, path) in enumerate(((direct, "/a"), (kol, "/b"), (direct, "/c"))):
        HitFactory(visitor=visitor, mark=mark, at=NOON + n * MINUTE, path=path)
    rebuild_visits(session, [visitor.id])
    refresh_traffic_day(session, shop, TODAY)
    assert [row[:4] for row in rows(session)] == [
        ("/a", 1, 1, 1), ("/b", 1, 1, 0), ("/c", 1, 0, 1),
    ]  # fmt: skip
    assert [row[0] for row in rows(session, "channel", 21)] == ["/b", "/c"]


def test_a_view_at_the_instant_between_two_visits_counts_once(session, shop, kol, direct):
    visitor = VisitorFactory(shop=shop)
    HitFactory(visitor=visitor, mark=direct, at=NOON, path="/a", event_id="1")
    HitFactory(visitor=visitor, mark=direct, at=NOON + MINUTE, path="/b", event_id="2")
    HitFactory(visitor=visitor, mark=kol, at=NOON + MINUTE, path="/c", event_id="3")
    rebuild_visits(session, [visitor.id])
    refresh_traffic_day(session, shop, TODAY)
    assert [row[:2] for row in rows(session)] == [("/a", 1), ("/b", 1), ("/c", 1)]


def test_a_prefetch_within_a_visit_is_no_view_of_it(session, shop, direct):
    visitor = VisitorFactory(shop=shop)
    for minute, bot in ((0, ""), (1, "prefetch"), (2, "")):
        HitFactory(visitor=visitor, mark=direct, at=NOON + minute * MINUTE, path="/a", bot=bot)
    rebuild_visits(session, [visitor.id])
    refresh_traffic_day(session, shop, TODAY)
    assert [row[:2] for row in rows(session)] == [("/a", 2)]


def test_of_many_pages_the_most_seen_are_kept_and_the_rest_is_one_row(
    session, shop, walk, direct, monkeypatch
):
    monkeypatch.setattr(page_facts, "KEPT", dict.fromkeys(SLICES, 2))
    walk(direct, *(view(f"/p{n}") for n in range(6)), view("/p4"), view("/p5"), view("/p5"))
    refresh_traffic_day(session, shop, TODAY)
    assert [row[:4] for row in rows(session)] == [
        ("", 4, 1, 0), ("/p4", 2, 0, 0), ("/p5", 3, 0, 1),
    ]  # fmt: skip
    assert session.scalar(select(func.count()).select_from(Page)) == 2


def test_pages_add_up_to_the_traffic_of_the_day(session, shop, walk, kol, direct):
    for n in range(12):
        walk(kol if n % 3 else direct, *(view(f"/p{(n * k) % 5}") for k in range(1 + n % 4)))
    refresh_traffic_day(session, shop, TODAY)
    views = session.scalar(select(func.sum(TrafficDay.page_views)))
    visits = session.scalar(select(func.sum(TrafficDay.visits)))
    bounces = session.scalar(select(func.sum(TrafficDay.bounces)))
    found = rows(session)
    assert sum(row[1] for row in found) == views == session.scalar(
        select(func.count()).select_from(Hit)
    )  # fmt: skip
    assert [sum(row[i] for row in found) for i in (2, 3, 4)] == [visits, visits, bounces]


def test_a_day_is_written_anew_in_place_of_what_is_there(session, shop, walk, direct):
    walk(direct, view("/a"))
    refresh_traffic_day(session, shop, TODAY)
    session.add(
        PageDay(
            shop_id=shop.id, slice_code=0, slice_id=0, day=TODAY - timedelta(days=1),
            page_id=OTHER_PAGES, views=9, entries=0, exits=0, bounces=0, entry_page_views=0,
            entry_seconds=0, entry_orders=0,
        )
    )  # fmt: skip
    walk(direct, view("/b"))
    refresh_traffic_day(session, shop, TODAY)
    assert [row[:2] for row in rows(session)] == [("", 9), ("/a", 1), ("/b", 1)]


def test_lines_of_an_access_log_count_like_the_scripts(session, shop):
    shop.hostnames = ""
    lines = [
        HitRecord(
            key=str(n), at=NOON + n * MINUTE, url=f"https://shop.example{path}", referrer="",
            user_agent=PHONE, address="203.0.113.9",
        )
        for n, path in enumerate(("/", "/item/1", "/cart/"))
    ]  # fmt: skip
    load_hits(session, shop, lines, secret=SECRET)
    build_pending_visits(session)
    refresh_traffic_day(session, shop, TODAY)
    assert [row[:4] for row in rows(session)] == [
        ("/", 1, 1, 0), ("/cart", 1, 0, 1), ("/item/1", 1, 0, 0),
    ]  # fmt: skip
    row = session.scalars(select(TrafficDay)).one()
    assert (row.product_visits, row.cart_visits, row.order_visits) == (1, 1, 0)
