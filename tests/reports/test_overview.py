from __future__ import annotations

from datetime import timedelta

import pytest

from tests import factories
from tests.factories import NOON
from tests.reports.world import END, START, World, singles_day
from tracker.domain.channels import Channel, Kind
from tracker.domain.metrics import ChangeKind
from tracker.models import DirtyDay
from tracker.reports import overview as overview_module
from tracker.reports.overview import TOP, overview, overview_days


def test_kinds_stand_side_by_side_with_exact_figures(world: World):
    singles_day(world)
    page = overview(world.session, world.state())
    natural, paid, kol = (row.figures for row in (page.natural, page.paid, page.kol))
    assert (natural.visits, natural.net_revenue_minor, natural.cost_minor) == (150, 26_000, 0)
    assert natural.roas is None
    assert (paid.visits, paid.cost_minor, paid.roas, paid.roi) == (80, 50_000, 1.2, -0.2)
    assert (kol.orders_micro, kol.net_revenue_minor, kol.cost_minor) == (4_000_000, 74_000, 24_500)
    assert kol.new_customer_share == pytest.approx(2 / 3)
    assert kol.is_roi_before_goods_cost
    assert page.total.figures.net_revenue_minor == 176_000
    assert page.total.figures.visits == 297


def test_what_has_no_cause_is_unattributed_and_never_natural(world: World):
    singles_day(world)
    page = overview(world.session, world.state())
    assert page.unattributed.figures.net_revenue_minor == 16_000
    assert page.unattributed.figures.visits == 0
    assert page.not_measurable.net_revenue_minor == 11_000


def test_changes_name_what_is_new(world: World):
    singles_day(world)
    page = overview(world.session, world.state())
    assert page.natural.change().share == pytest.approx(0.3)
    assert page.kol.change().kind is ChangeKind.new
    without = overview(world.session, world.state(comparison="none"))
    assert without.natural.change().kind is ChangeKind.unknown
    assert without.days.before is None


def test_days_carry_every_series_and_the_compared_period(world: World):
    singles_day(world)
    world.add_promotion("double11", START - timedelta(days=10), END - timedelta(days=1))
    world.add_promotion("double11", START.replace(year=2025), END.replace(year=2025))
    days = overview(world.session, world.state()).days
    assert {s.key: s.values for s in days.bars} == {
        "natural": (30_000, 0, -4_000),
        "paid": (0, 0, 60_000),
        "kol": (40_000, 0, 34_000),
        "unattributed": (11_000, 0, 5_000),
    }
    assert days.cost.values == (73_000, 0, 1_500)
    assert days.before is not None
    assert days.before.values == (20_000, 0, 0)
    [band] = days.bands
    assert (band.start, band.end) == (START, END - timedelta(days=1))
    assert overview_days(world.session, world.state()) == days


def test_influencers_are_ranked_by_net_revenue_and_add_up_to_their_kind(world: World):
    singles_day(world)
    page = overview(world.session, world.state())
    assert [row.name for row in page.influencers] == ["林小满", "阿峰测评", "竹里馆"]
    assert page.influencers_total.figures == page.kol.figures
    assert page.n_influencers == 3


def test_the_page_says_how_far_its_data_reach(world: World):
    empty = overview(world.session, world.state())
    assert empty.context.data_until is None
    factories.VisitFactory(visitor=factories.VisitorFactory(shop=world.own), started_at=NOON)
    later = NOON + timedelta(hours=2)
    factories.OrderFactory(shop=world.tmall, placed_at=later)
    context = overview(world.session, world.state()).context
    assert context.data_until == later
    assert [s.last_visit_at for s in context.shops] == [NOON, None]
    own = overview(world.session, world.state(shop_ids=(world.own.id,))).context
    assert own.data_until == NOON


def test_young_periods_are_immature_and_waiting_days_are_counted(world: World):
    context = overview(world.session, world.state()).context
    assert (context.is_immature, context.lookback_days, context.pending_days) == (True, 30, 0)
    old = world.state(start=START.replace(year=2025), end=END.replace(year=2025))
    assert not overview(world.session, old).context.is_immature
    for scope in ("traffic", "credit"):
        world.session.add(
            DirtyDay(
                scope=scope, workspace_id=world.workspace.id, shop_id=world.own.id, day=START,
                marked_at=NOON,
            )
        )  # fmt: skip
    world.session.flush()
    assert overview(world.session, world.state()).context.pending_days == 1


def test_an_empty_workspace_has_a_page(world: World):
    page = overview(world.session, world.state())
    assert page.total.figures.is_empty
    assert page.total.daily_net_minor == (0, 0, 0)
    assert page.influencers == ()


def test_the_page_asks_the_database_a_fixed_number_of_times(world: World, queries: list[str]):
    singles_day(world)
    overview(world.session, world.state())
    queries.clear()
    overview(world.session, world.state())
    few = len(queries)
    for n in range(20):
        who = factories.InfluencerFactory(workspace=world.workspace, name=f"P{n}")
        factories.SocialAccountFactory(influencer=who)
        world.add_traffic_of(who.id, END)
    queries.clear()
    overview(world.session, world.state())
    # context 3 (promotions, shops, policy), facts 2 (days, channels), leaks 1, influencers 3,
    # questions 3, sources 2
    assert len(queries) == few == 14


def test_of_many_influencers_the_page_shows_the_same_as_of_few(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    singles_day(world)
    for n in range(9):
        who = factories.InfluencerFactory(workspace=world.workspace, name=f"P{n}")
        for day, net in ((START, 100 * n), (START - timedelta(days=3), 70 * (9 - n))):
            world.add_credit(
                Channel.KOL, Kind.KOL, day, orders=1, net_revenue_minor=net, influencer_id=who.id,
                evidence="link",
            )  # fmt: skip
    own = {"shop_ids": (world.own.id,)}
    for changes in ({}, {"comparison": "none"}, {"basis": "ordered"}, own):
        state = world.state(**changes)
        few = overview(world.session, state)
        with monkeypatch.context() as patch:
            patch.setattr(overview_module, "MANY", 0)
            many = overview(world.session, state)
        assert many.influencers == few.influencers
        assert many.influencers_total == few.influencers_total
        assert many.n_influencers == (10 if state.shop_ids else 12)
        for name in ("of", "by", "is_known"):
            assert getattr(many.movers, name) == getattr(few.movers, name)
        assert many.movers.rows[:TOP] == few.movers.rows[:TOP]
        assert [m.change for m in many.movers.rows] == [m.change for m in few.movers.rows]
        if few.movers.whole is not None and many.movers.whole is not None:
            assert many.movers.whole.change == few.movers.whole.change
            net = few.movers.whole.source.figures.net_revenue_minor
            assert many.movers.whole.source.figures.net_revenue_minor == net
