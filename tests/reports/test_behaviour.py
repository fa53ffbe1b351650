from datetime import timedelta

import pytest

from tests import factories
from tests.reports.world import END, START, make_world
from tracker.domain.channels import Channel, Kind
from tracker.models import Page, PageDay
from tracker.models.page import SLICES
from tracker.reports.behaviour import ROWS_OF_A_PAGE, behaviour_report, funnel_of, site_pages
from tracker.reports.figures import Figures


@pytest.fixture
def world(session):
    return make_world(session)


def add_page(world, path, views, *, of="all", which=0, day=START, shop=None, **more):
    shop_id = (shop or world.own).id
    page = None
    if path:
        page = world.session.query(Page).filter_by(shop_id=shop_id, path=path).one_or_none()
        if page is None:
            page = Page(shop_id=shop_id, path=path)
            world.session.add(page)
            world.session.flush()
    names = ("entries", "exits", "bounces", "entry_page_views", "entry_seconds", "entry_orders")
    world.session.add(
        PageDay(
            shop_id=shop_id, slice_code=SLICES[of], slice_id=which, day=day,
            page_id=page.id if page else 0, views=views, **(dict.fromkeys(names, 0) | more),
        )
    )  # fmt: skip
    world.session.flush()


def pages(world, **changes):
    return site_pages(world.session, world.state(**changes))


def test_each_step_says_what_was_lost_before_it():
    figures = Figures(visits=100, product_visits=40, cart_visits=10, order_visits=10)
    steps = funnel_of(figures)
    assert [(s.key, s.visits, s.share, s.lost, s.lost_share) for s in steps] == [
        ("visits", 100, 1.0, None, None),
        ("product_visits", 40, 0.4, 60, 0.6),
        ("cart_visits", 10, 0.1, 30, 0.75),
        ("order_visits", 10, 0.1, 0, 0.0),
    ]


def test_a_funnel_of_nothing_has_no_shares():
    assert [step.share for step in funnel_of(Figures())] == [None] * 4


def test_channels_have_funnels_that_add_up(world):
    world.add_traffic(Channel.KOL, Kind.KOL, visits=10, product_visits=6, cart_visits=3,
                      order_visits=1, bounces=4, page_views=25, duration_seconds=600)  # fmt: skip
    world.add_traffic(Channel.DIRECT, Kind.NATURAL, visits=30, product_visits=5)
    world.add_traffic(Channel.DIRECT, Kind.NATURAL, START - timedelta(days=1), visits=20)
    world.add_credit(Channel.EMAIL, Kind.NATURAL, orders=3)  # orders alone are no behaviour
    report = behaviour_report(world.session, world.state())
    assert [(row.channel, row.figures.visits) for row in report.rows] == [
        (Channel.DIRECT, 30), (Channel.KOL, 10),
    ]  # fmt: skip
    kol = report.rows[1].figures
    assert (kol.product_rate, kol.cart_rate, kol.order_rate) == (0.6, 0.5, 1 / 3)
    assert (kol.pages_per_visit, kol.mean_duration_seconds, kol.bounce_rate) == (2.5, 60, 0.4)
    assert report.rows[0].before.visits == 20
    assert [step.visits for step in report.funnel] == [40, 11, 3, 1]
    by_rate = behaviour_report(world.session, world.state(sort="bounce_rate")).rows
    assert [row.channel for row in by_rate] == [Channel.DIRECT, Channel.KOL]


def test_influencers_have_funnels_too(world):
    mia = factories.InfluencerFactory(workspace=world.workspace, name="Mia")
    world.add_traffic(Channel.KOL, Kind.KOL, influencer_id=mia.id, visits=4, product_visits=2)
    world.add_traffic(Channel.KOL, Kind.KOL, influencer_id=0, visits=1)
    world.add_traffic(Channel.DIRECT, Kind.NATURAL, visits=30)
    rows = behaviour_report(world.session, world.state(unit="influencer")).rows
    assert [(row.name, row.figures.visits) for row in rows] == [("Mia", 4), ("", 1)]


def test_pages_add_up_over_days_and_shops_with_the_rest_last(world):
    add_page(world, "/tea", 5, entries=4, bounces=1, exits=2, entry_page_views=10,
             entry_seconds=120, entry_orders=1)  # fmt: skip
    add_page(world, "/tea", 3, day=END, exits=2)
    add_page(world, "/", 7, shop=world.tmall)
    add_page(world, "", 50)
    add_page(world, "/tea", 99, day=END + timedelta(days=1))
    add_page(world, "/theirs", 99, shop=factories.ShopFactory())
    found = pages(world)
    assert [(row.path, row.views) for row in found.rows] == [("/tea", 8), ("/", 7), ("", 50)]
    tea = found.rows[0]
    assert (tea.exit_rate, tea.bounce_rate, tea.pages_per_visit) == (0.5, 0.25, 2.5)
    assert (tea.mean_duration_seconds, tea.order_rate) == (30, 0.25)
    assert (found.total.views, found.most, found.slice) == (65, 8, "all")
    assert [row.path for row in pages(world, shop_ids=(world.tmall.id,)).rows] == ["/"]
    assert [row.path for row in pages(world, search="TE").rows] == ["/tea"]


def test_the_narrowest_filter_decides_whose_visits_pages_are_of(world):
    add_page(world, "/all", 1)
    add_page(world, "/kind", 1, of="kind", which=Kind.KOL.code)
    add_page(world, "/channel", 1, of="channel", which=Channel.KOL.code)
    add_page(world, "/campaign", 1, of="campaign", which=5)
    add_page(world, "/influencer", 1, of="influencer", which=7)

    def shown(**changes):
        found = pages(world, **changes)
        return found.slice, [row.path for row in found.rows], found.ignored

    assert shown() == ("all", ["/all"], ())
    assert shown(kind="kol") == ("kind", ["/kind"], ())
    assert shown(kind="kol", channel="kol") == ("channel", ["/channel"], ("kind",))
    assert shown(campaign_id=5, channel="kol") == ("campaign", ["/campaign"], ("channel",))
    assert shown(influencer_id=7, campaign_id=5) == (
        "influencer", ["/influencer"], ("campaign_id",),
    )  # fmt: skip


def test_a_share_sees_pages_of_its_own_people_only(world):
    add_page(world, "/all", 1)
    add_page(world, "/mine", 1, of="influencer", which=7)
    add_page(world, "/theirs", 1, of="influencer", which=8)
    people = frozenset({7})
    for changes in ({}, {"influencer_id": 7}, {"channel": "kol"}, {"campaign_id": 5}):
        assert [row.path for row in pages(world, people=people, **changes).rows] == ["/mine"]
    assert pages(world, people=people, influencer_id=8).rows == ()
    assert pages(world, people=frozenset()).rows == ()


def test_many_pages_of_the_site_are_shown_some_at_a_time(world):
    for n in range(ROWS_OF_A_PAGE + 3):
        add_page(world, f"/p{n:02}", 100 - n)
    assert (len(pages(world).rows), pages(world).n_pages) == (ROWS_OF_A_PAGE, 2)
    assert [row.path for row in pages(world, page=2).rows] == ["/p50", "/p51", "/p52"]
