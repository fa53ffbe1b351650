"""Lift of posts and campaigns from facts: who is measured on which days, beside the credit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
import pytest
from sqlalchemy import insert

from tests import factories
from tests.reports.world import World
from tracker.domain.channels import Channel, Kind
from tracker.domain.periods import Period
from tracker.domain.policy import Model
from tracker.models import CreditDay, CreditDayChannel, TrafficDay, TrafficDayChannel
from tracker.models.facts import CUSTOMER_KINDS
from tracker.reports import lift
from tracker.reports.lift_days import read_days
from tracker.reports.lifts import campaign_lifts, influencer_lift, iter_lifts

DAY = timedelta(days=1)
FIRST = date(2026, 8, 1)
LAST = date(2026, 11, 21)
N_DAYS = (LAST - FIRST).days + 1
POSTED = date(2026, 11, 2)


@pytest.fixture(autouse=True, scope="module")
def _helper_ends() -> Iterator[None]:
    yield
    lift.close()


@pytest.fixture
def sold(world: World) -> World:
    """A shop that sells about 1,000.00 a day directly, and has 100 natural visits a day."""
    dice = np.random.default_rng(7)
    credit, traffic = [], []
    for n in range(N_DAYS):
        day = FIRST + n * DAY
        keys = {"shop_id": world.own.id, "channel_code": Channel.DIRECT.code,
                "kind_code": Kind.NATURAL.code}  # fmt: skip
        credit.append({
            **keys, "policy_id": world.workspace.policy_id, "model_code": 3, "booked_on": day,
            "customer_kind": CUSTOMER_KINDS["unknown"], "orders_micro": 10_000_000,
            "net_revenue_minor": 100_000 + int(dice.normal(0, 3_000)), "refund_minor": 0,
            "refunded_orders_micro": 0, "goods_cost_minor": 0,
            "orders_without_goods_cost_micro": 0,
        })  # fmt: skip
        traffic.append({
            **keys, "day": day, "visits": 100 + int(dice.normal(0, 5)), "bounces": 0,
            "page_views": 0, "duration_seconds": 0, "carts": 0, "clicks": 0, "valid_clicks": 0,
        })  # fmt: skip
    world.session.execute(insert(CreditDayChannel), credit)
    fine = {"ordered_on": FIRST, "campaign_id": 0, "influencer_id": 0, "evidence": 0}
    world.session.execute(
        insert(CreditDay), [{**row, **fine, "ordered_on": row["booked_on"]} for row in credit]
    )
    world.session.execute(insert(TrafficDayChannel), traffic)
    both = {"campaign_id": 0, "influencer_id": 0}
    world.session.execute(insert(TrafficDay), [{**row, **both} for row in traffic])
    return world


def credit_post(world: World, influencer_id: int, net: int, **changes: object) -> None:
    """Sales of an influencer on the seven days of a post."""
    for n in range(7):
        world.add_credit(
            Channel.KOL, Kind.KOL, POSTED + n * DAY, influencer_id=influencer_id, orders=1,
            net_revenue_minor=net, evidence="link", **changes,
        )  # fmt: skip


def november(world: World, **changes: object):
    return world.state(start=date(2026, 11, 1), end=date(2026, 11, 20), **changes)


def test_the_lift_of_a_post_holds_what_it_sold_and_stands_beside_the_credit(sold: World):
    lin = factories.InfluencerFactory(workspace=sold.workspace, name="林小满")
    deal = factories.DealFactory(influencer=lin, posted_on=POSTED, ref="D-1")
    credit_post(sold, lin.id, 20_000)
    sold.add_credit(
        Channel.KOL, Kind.KOL, POSTED, influencer_id=lin.id, model=Model.first,
        net_revenue_minor=90_000,
    )  # fmt: skip
    found = influencer_lift(sold.session, november(sold), lin.id)
    assert found.whole is not None
    assert found.whole is found.runs[0] is found.of_deal(deal.id)
    measured = found.whole.measured
    assert measured.net is not None
    assert measured.net.low < 140_000 < measured.net.high
    assert measured.net.is_clear
    assert measured.placebo == "passed"
    assert measured.visits is not None
    assert measured.visits.share == pytest.approx(0, abs=0.1)
    assert found.whole.credited_minor == 140_000
    assert (found.whole.credited_low, found.whole.credited_high) == (90_000, 140_000)
    assert found.of_deal(deal.id + 1) is None


def test_posts_whose_days_overlap_are_one_event_and_others_are_not(sold: World):
    lin = factories.InfluencerFactory(workspace=sold.workspace)
    deals = [factories.DealFactory(influencer=lin, posted_on=POSTED + n * DAY) for n in (0, 6, 13)]
    found = influencer_lift(sold.session, november(sold), lin.id)
    first, second = found.runs
    assert first.deal_ids == (deals[0].id, deals[1].id)
    assert (first.first_on, first.last_on, first.days) == (POSTED, POSTED + 12 * DAY, 13)
    assert second.deal_ids == (deals[2].id,)
    # the days of the first run are no baseline of the second
    assert second.measured.n_baseline == first.measured.n_baseline
    assert found.whole is not None
    assert found.whole.deal_ids == tuple(deal.id for deal in deals)
    assert found.whole.measured.n_baseline == first.measured.n_baseline


def test_who_posted_nothing_in_the_period_has_no_lift(sold: World):
    lin = factories.InfluencerFactory(workspace=sold.workspace)
    factories.DealFactory(influencer=lin, posted_on=date(2026, 9, 1))
    found = influencer_lift(sold.session, november(sold), lin.id)
    assert found.whole is None
    assert found.runs == ()


def test_posts_of_others_in_the_same_days_are_counted_and_taken_into_account(sold: World):
    lin = factories.InfluencerFactory(workspace=sold.workspace)
    feng = factories.InfluencerFactory(workspace=sold.workspace)
    factories.DealFactory(influencer=lin, posted_on=POSTED)
    for day in (date(2026, 9, 1), date(2026, 10, 5), POSTED + DAY):
        factories.DealFactory(influencer=feng, posted_on=day)
        for n in range(7):
            sold.add_credit(
                Channel.KOL, Kind.KOL, day + n * DAY, influencer_id=feng.id,
                net_revenue_minor=30_000,
            )  # fmt: skip
    found = influencer_lift(sold.session, november(sold), lin.id)
    assert found.whole is not None
    assert found.whole.measured.others == 1
    assert found.whole.measured.net is not None
    assert found.whole.measured.net.low < 0 < found.whole.measured.net.high


def test_filters_of_the_page_do_not_narrow_what_lift_looks_at(sold: World):
    lin = factories.InfluencerFactory(workspace=sold.workspace)
    factories.DealFactory(influencer=lin, posted_on=POSTED)
    credit_post(sold, lin.id, 20_000)
    plain = influencer_lift(sold.session, november(sold), lin.id)
    narrowed = november(sold, kind="kol", influencer_id=lin.id, channel="kol")
    assert influencer_lift(sold.session, narrowed, lin.id) == plain


def test_a_shop_filter_does(sold: World):
    lin = factories.InfluencerFactory(workspace=sold.workspace)
    factories.DealFactory(influencer=lin, posted_on=POSTED)
    state = november(sold, shop_ids=(sold.tmall.id,))
    found = influencer_lift(sold.session, state, lin.id)
    assert found.whole is not None
    assert found.whole.measured.reason == "too_early"  # nothing was ever sold there


def test_both_bases_find_the_same_days(sold: World):
    lin = factories.InfluencerFactory(workspace=sold.workspace)
    factories.DealFactory(influencer=lin, posted_on=POSTED)
    booked = influencer_lift(sold.session, november(sold), lin.id)
    ordered = influencer_lift(sold.session, november(sold, basis="ordered"), lin.id)
    assert booked == ordered


def test_campaigns_with_days_are_measured_and_others_are_not(sold: World):
    sale = factories.CampaignFactory(
        workspace=sold.workspace, starts_on=POSTED, ends_on=POSTED + 6 * DAY
    )
    factories.CampaignFactory(workspace=sold.workspace)
    factories.CampaignFactory(workspace=sold.workspace, starts_on=FIRST, ends_on=FIRST + 10 * DAY)
    endless = factories.CampaignFactory(workspace=sold.workspace, starts_on=POSTED + 5 * DAY)
    foreign = factories.CampaignFactory(starts_on=POSTED, ends_on=POSTED)
    for n in range(7):
        sold.add_credit(
            Channel.PAID_SOCIAL, Kind.PAID, POSTED + n * DAY, campaign_id=sale.id,
            net_revenue_minor=25_000,
        )  # fmt: skip
    found = campaign_lifts(sold.session, november(sold))
    assert set(found) == {sale.id, endless.id}
    assert foreign.id not in found
    measured = found[sale.id].measured
    assert measured.net is not None
    assert measured.net.low < 175_000 < measured.net.high
    assert measured.net.is_clear
    assert found[sale.id].credited_minor == 175_000
    assert found[endless.id].last_on == date(2026, 11, 20)
    assert set(campaign_lifts(sold.session, november(sold, campaign_id=sale.id))) == {sale.id}


def test_a_file_has_every_post_and_campaign_of_the_period(sold: World):
    people = [factories.InfluencerFactory(workspace=sold.workspace) for _ in range(3)]
    for person in people:
        factories.DealFactory(influencer=person, posted_on=POSTED)
    factories.CampaignFactory(workspace=sold.workspace, starts_on=POSTED, ends_on=POSTED)
    rows = list(iter_lifts(sold.session, november(sold)))
    assert [row.kind for row in rows] == ["post", "post", "post", "campaign"]
    assert [row.name for row in rows[:3]] == [person.name for person in people]
    alone = list(iter_lifts(sold.session, november(sold, influencer_id=people[1].id)))
    assert [row.owner_id for row in alone] == [people[1].id]


def test_the_number_of_statements_does_not_grow_with_the_posts(sold: World, queries: list[str]):
    lin = factories.InfluencerFactory(workspace=sold.workspace)
    counts = []
    for n in (0, 4):
        for _ in range(1 + n):
            factories.DealFactory(influencer=lin, posted_on=POSTED + 2 * n * DAY)
        queries.clear()
        influencer_lift(sold.session, november(sold), lin.id)
        counts.append(len(queries))
    assert counts == [5, 5]


def test_days_before_the_first_figure_are_unknown_and_not_zero(sold: World):
    state = november(sold)
    series = read_days(sold.session, state, Period(FIRST - 30 * DAY, LAST + 5 * DAY))
    assert series.first == 30
    assert series.date_of(series.until - 1) == LAST  # the last day that is over and has sales
    assert series.visits[30] > 0


def test_nobody_sees_what_another_workspace_sold(sold: World):
    other = factories.ShopFactory()
    sold.add_credit(Channel.DIRECT, Kind.NATURAL, POSTED, shop=other, net_revenue_minor=9_999_999)
    series = read_days(sold.session, november(sold), Period(FIRST, LAST))
    assert series.net.max() < 200_000
