"""A page of thousands of influencers is the same page, however little is read for it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests import factories
from tests.reports.world import START, World, singles_day
from tracker.domain.channels import Channel, Kind
from tracker.reports import influencer_slice as module
from tracker.reports.influencer_list import influencer_list
from tracker.reports.influencer_slice import influencer_slice


@pytest.fixture
def crowd(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """Twelve influencers, two of them with the same revenue and one with none, count as many."""
    monkeypatch.setattr(module, "MANY", 0)
    singles_day(world)
    for n, net in enumerate((900, 800, 700, 700, 500, 400, 300, 200, 100)):
        who = factories.InfluencerFactory(workspace=world.workspace, name=f"P{n}")
        for day, part in ((START, net), (START - timedelta(days=3), 50 * n)):
            world.add_credit(
                Channel.KOL, Kind.KOL, day, orders=1, net_revenue_minor=part,
                influencer_id=who.id, evidence="coupon",
            )  # fmt: skip
    return world


@pytest.mark.parametrize("page", [1, 2, 3])
@pytest.mark.parametrize("sort", ["", "-net_revenue_minor"])
def test_a_slice_is_what_the_whole_list_has_on_that_page(crowd: World, page: int, sort: str):
    state = crowd.state(sort=sort, page=page)
    whole = influencer_list(crowd.session, state)
    some = influencer_slice(crowd.session, state, 3)
    assert some is not None
    assert some.report.rows == whole.rows[3 * page - 3 : 3 * page]
    assert (some.report.total, some.n) == (whole.total, len(whole.rows))
    assert some.most == whole.rows[0].figures.net_revenue_minor


def test_what_one_sum_does_not_order_is_read_whole(crowd: World):
    for state in (
        crowd.state(page=4),  # somebody there sold nothing
        crowd.state(sort="roas"),
        crowd.state(search="P"),
        crowd.state(agency="x"),
        crowd.state(kind="kol"),
        crowd.state(shop_ids=(crowd.own.id,)),
    ):
        assert influencer_slice(crowd.session, state, 3) is None
    # a page that ends between two of the same revenue: cost and name decide who comes first
    assert influencer_slice(crowd.session, crowd.state(), 5) is None


def test_a_few_influencers_are_always_read_whole(crowd: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "MANY", 13)
    assert influencer_slice(crowd.session, crowd.state(), 3) is None
