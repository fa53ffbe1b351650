from __future__ import annotations

import pytest

from tests import factories
from tests.reports.test_comparison import two_models
from tests.reports.world import END, START, World, singles_day
from tracker.domain.channels import Channel, Kind
from tracker.domain.policy import Model
from tracker.models import Influencer
from tracker.reports.influencer_list import read_engaged
from tracker.reports.side_by_side import MOST, net_curves, side_by_side


def test_sides_are_the_rows_of_the_list_in_the_order_asked_for(world: World):
    ids = two_models(world)
    found = side_by_side(world.session, world.state(who=(ids["feng"], ids["lin"])))
    assert [side.row.influencer_id for side in found.sides] == [ids["feng"], ids["lin"]]
    assert found.sides[1].row.figures.net_revenue_minor == 65_000
    assert found.models == ("first", "last_non_direct")
    assert found.sides[1].models.nets == {"first": 69_999, "last_non_direct": 65_000}
    assert found.sides[0].models.is_unsure  # one model gives them nothing


def test_filters_of_other_pages_do_not_narrow_the_sides(world: World):
    ids = singles_day(world)
    state = world.state(who=(ids["lin"],), kind="paid", channel="direct", search="x", agency="y")
    assert side_by_side(world.session, state).sides[0].row.figures.net_revenue_minor == 65_000


def test_nobody_of_another_brand_and_nobody_twice(world: World):
    singles_day(world)
    foreign = factories.InfluencerFactory()
    assert side_by_side(world.session, world.state(who=(foreign.id,))).sides == ()


def test_who_sold_nothing_stands_there_with_zeros(world: World):
    singles_day(world)
    idle = factories.InfluencerFactory(workspace=world.workspace)
    [side] = side_by_side(world.session, world.state(who=(idle.id,))).sides
    assert side.row.figures.is_empty
    assert side.fee_that_pays_minor == 0
    assert side.cpe_minor is None
    assert side.value_minor(30) is None
    assert side.models.spread is None


def test_more_than_can_be_told_apart_are_left_out(world: World):
    people = [factories.InfluencerFactory(workspace=world.workspace).id for _ in range(MOST + 2)]
    found = side_by_side(world.session, world.state(who=tuple(people)))
    assert [side.row.influencer_id for side in found.sides] == people[:MOST]


def test_what_a_share_may_not_show_is_not_compared(world: World):
    ids = singles_day(world)
    state = world.state(who=(ids["lin"], ids["feng"]), people=frozenset({ids["feng"]}))
    assert [s.row.influencer_id for s in side_by_side(world.session, state).sides] == [ids["feng"]]


def test_curves_have_every_day_and_add_up_to_the_figures(world: World):
    ids = singles_day(world)
    state = world.state(who=(ids["lin"], ids["feng"]))
    lin, feng = net_curves(world.session, state, summed=False)
    assert lin.label == world.session.get_one(Influencer, ids["lin"]).name
    assert list(lin.values.values()) == [400.0, 0.0, 250.0]
    sums, _ = net_curves(world.session, state, summed=True)
    assert list(sums.values.values()) == [400.0, 400.0, 650.0]
    assert sums.values[END] == sum(lin.values.values())
    assert set(feng.values) == set(lin.values)


def test_days_to_come_have_no_point(world: World):
    ids = singles_day(world)
    state = world.state(who=(ids["lin"],), today=START)
    [curve] = net_curves(world.session, state, summed=True)
    assert list(curve.values) == [START]


def test_fees_in_another_currency_are_told_in_ours(world: World):
    lin = factories.InfluencerFactory(workspace=world.workspace)
    factories.DealFactory(influencer=lin, posted_on=START, currency="USD", fee_minor=100,
                          fx_e8=700_000_000)  # fmt: skip
    factories.DealFactory(influencer=lin, posted_on=END, fee_minor=50)
    found = read_engaged(world.session, world.state(), [lin.id])
    assert (found[lin.id].fee_minor, found[lin.id].engagements) == (750, None)


@pytest.mark.parametrize("n", [1, 5])
def test_the_number_of_statements_is_the_same_for_one_and_for_several(world: World, queries, n):
    people = [factories.InfluencerFactory(workspace=world.workspace) for _ in range(n)]
    for person in people:
        factories.DealFactory(influencer=person, posted_on=START)
        world.add_credit(Channel.KOL, Kind.KOL, influencer_id=person.id, orders=1,
                         net_revenue_minor=100, model=Model.last_non_direct)  # fmt: skip
    queries.clear()
    side_by_side(world.session, world.state(who=tuple(p.id for p in people)))
    assert len(queries) <= 12, "\n".join(queries)
