from __future__ import annotations

import pytest

from tests.reports.world import END, World, singles_day
from tracker.domain.channels import Channel, Kind
from tracker.domain.policy import Model
from tracker.reports.channels import channel_report
from tracker.reports.comparison import ComparisonRow, comparison


def two_models(world: World) -> dict[str, int]:
    """Singles' Day, whose orders the model `first` gives to others than the last click does."""
    ids = singles_day(world)
    w, natural, paid, kol = world, Kind.NATURAL, Kind.PAID, Kind.KOL
    w.add_credit(Channel.DIRECT, natural, END, orders=2, net_revenue_minor=20_000,
                 model=Model.first)  # fmt: skip
    w.add_credit(Channel.PAID_SOCIAL, paid, END, orders=3, net_revenue_minor=70_000,
                 model=Model.first)  # fmt: skip
    w.add_credit(Channel.KOL, kol, END, orders=3, net_revenue_minor=69_999,
                 influencer_id=ids["lin"], model=Model.first)  # fmt: skip
    w.add_credit(None, None, END, orders=2, net_revenue_minor=16_000, model=Model.first)
    return ids


def test_models_stand_side_by_side_with_their_spread(world: World):
    two_models(world)
    found = comparison(world.session, world.state())
    assert found.models == ("first", "last_non_direct")
    rows = {row.channel: row for row in found.channels}
    assert rows[Channel.KOL].nets == {"first": 69_999, "last_non_direct": 74_000}
    assert rows[Channel.KOL].spread == pytest.approx(4_001 / 71_999.5)
    assert not rows[Channel.KOL].is_unsure
    assert rows[Channel.DIRECT].nets == {"first": 20_001, "last_non_direct": 26_000}


def test_totals_are_equal_under_every_model_for_channels_and_influencers(world: World):
    two_models(world)
    found = comparison(world.session, world.state())
    assert set(found.total.nets.values()) == {176_000}
    for rows in (found.channels, found.influencers):
        for model in found.models:
            assert sum(row.nets[model] for row in rows) == 176_000


def test_columns_are_what_the_channel_report_says_under_that_model(world: World):
    two_models(world)
    found = comparison(world.session, world.state())
    for model in found.models:
        report = channel_report(world.session, world.state(model=Model(model)))
        expected = {
            (row.channel, row.kind): row.figures.net_revenue_minor
            for row in report.rows
            if row.figures.net_revenue_minor
        }
        assert {(r.channel, r.kind): r.nets[model] for r in found.channels} == expected


def test_what_is_no_influencer_s_is_one_row_and_stands_last(world: World):
    ids = two_models(world)
    rows = comparison(world.session, world.state()).influencers
    assert [row.influencer_id for row in rows] == [ids["lin"], ids["feng"], 0]
    assert rows[1].nets == {"first": 0, "last_non_direct": 9_000}
    assert rows[1].is_unsure


def test_readers_sort_by_a_model_or_by_the_spread(world: World):
    two_models(world)
    by_first = comparison(world.session, world.state(sort="-first")).channels
    nets = [row.nets["first"] for row in by_first]
    assert nets == sorted(nets, reverse=True)
    by_spread = comparison(world.session, world.state(sort="-spread")).channels
    spreads = [row.spread or 0 for row in by_spread]
    assert spreads == sorted(spreads, reverse=True)


@pytest.mark.parametrize(
    ("nets", "spread"),
    [
        ({}, None),
        ({"first": 5}, None),
        ({"first": 0, "last": 0}, None),
        ({"first": -5, "last": 1}, None),
        ({"first": 100, "last": 100}, 0.0),
        ({"first": 0, "last": 100}, 2.0),
        ({"first": 75, "last": 125}, 0.5),
    ],
)
def test_a_spread_is_said_only_where_it_means_something(nets, spread):
    row = ComparisonRow(nets)
    assert row.spread == spread
    assert row.is_unsure == (spread is not None and spread >= 0.5)


def test_an_empty_workspace_has_no_rows(world: World):
    found = comparison(world.session, world.state())
    assert (found.models, found.channels, found.influencers) == ((), (), ())


def test_filters_narrow_all_models_alike(world: World):
    ids = two_models(world)
    found = comparison(world.session, world.state(influencer_id=ids["lin"]))
    assert [row.channel for row in found.channels] == [Channel.KOL]
    assert found.channels[0].nets == {"first": 69_999, "last_non_direct": 65_000}


def test_what_is_no_influencer_s_holds_other_kinds_and_kol_without_a_person(world: World):
    ids = two_models(world)
    w = world
    w.add_credit(Channel.KOL, Kind.KOL, END, orders=1, net_revenue_minor=700, model=Model.first)
    # somebody's code on a paid click: the kind decides, so it is not the influencer's
    w.add_credit(Channel.PAID_VIDEO, Kind.PAID, END, orders=1, net_revenue_minor=50,
                 influencer_id=ids["lin"], model=Model.first)  # fmt: skip
    found = comparison(world.session, world.state())
    lin, feng, rest = found.influencers
    assert lin.nets["first"] == 69_999
    assert rest.is_rest
    assert rest.nets == {
        model: sum(row.nets[model] for row in found.channels) - lin.nets[model] - feng.nets[model]
        for model in found.models
    }
    assert rest.nets["first"] == 176_750 - 69_999


@pytest.mark.parametrize("basis", ["booked", "ordered"])
def test_a_kind_leaves_only_its_own_rows_of_influencers(world: World, basis):
    two_models(world)
    kol = comparison(world.session, world.state(kind="kol", basis=basis)).influencers
    assert [row.is_rest for row in kol] == [False, False]
    (paid,) = comparison(world.session, world.state(kind="paid", basis=basis)).influencers
    assert paid.is_rest
    assert paid.nets["first"] == 70_000
