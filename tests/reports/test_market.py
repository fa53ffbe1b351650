"""Competitors: prices side by side, in one currency, and how they came about."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests import factories, watched
from tests.factories import NOON
from tests.reports.world import START, World
from tests.watched import DAY
from tracker.models import FxRate
from tracker.reports.market import (
    changes,
    find_listing,
    group_of,
    listing_page,
    market,
    price_curves,
    product_groups,
)


@pytest.fixture
def shelf(world: World):
    own = watched.listing(world.session, world.workspace.id, "ours", is_own=True)
    rivals = [
        watched.listing(world.session, world.workspace.id, f"r{n}", competitor=f"Rival {n}")
        for n in range(3)
    ]
    for row, minor in zip([own, *rivals], (9_000, 8_000, 12_500, None), strict=True):
        watched.price(world.session, row, minor)
    return own, rivals


def test_a_group_has_an_index_and_each_rival_its_distance_from_ours(world: World, shelf):
    own, rivals = shelf
    lone = watched.listing(world.session, world.workspace.id, "lone", product_group="")
    watched.price(world.session, lone, 100)
    watched.count(world.session, "listing", rivals[0], "rating", 4_700)
    found = market(world.session, world.workspace, NOON)
    assert [g.name for g in found.groups] == ["tea", ""]
    tea, rest = found.groups
    assert tea.index.index == pytest.approx(90.0)
    assert tea.index.n_competitors == 2
    assert [row.listing.id for row in tea.rows] == [own.id, *(r.id for r in rivals)]
    assert [row.to_ours for row in tea.rows] == [
        None, pytest.approx(-1 / 9), pytest.approx(12_500 / 9_000 - 1), None,
    ]  # fmt: skip
    assert tea.rows[1].rating == 4.7
    assert rest.index.index is None
    assert rest.rows[0].to_ours is None


def test_old_readings_are_no_present_prices(world: World, shelf):
    found = market(world.session, world.workspace, NOON + 5 * DAY)
    assert found.groups[0].index.index is None
    assert all(row.present.is_stale for row in found.groups[0].rows)


def test_only_changes_are_shown_newest_first_with_what_changed(world: World, shelf):
    _own, rivals = shelf
    row = rivals[0]
    for hours, minor, given in (
        (-30, 9_900, {}),
        (-6, 8_000, {"promotion": "<b>双11</b>"}),
        (1, 8_000, {"promotion": "<b>双11</b>", "availability": "out_of_stock"}),
        (2, 8_000, {"promotion": "<b>双11</b>", "availability": "out_of_stock"}),
    ):
        watched.price(world.session, row, minor, NOON + timedelta(hours=hours), **given)
    found = changes(world.session, world.state(), row.id)
    assert [sorted(c.changed) for c in found[:3]] == [
        ["availability", "promotion"], ["promotion"], ["price_minor", "promotion"],
    ]  # fmt: skip
    assert len(found) == 4
    page = listing_page(world.session, world.state(), world.workspace, row, NOON)
    assert [other.id for other in page.others] == [_own.id, rivals[1].id, rivals[2].id]


def test_curves_are_in_the_base_currency_and_have_gaps_where_nothing_was_for_sale(
    world: World, shelf
):
    own, rivals = shelf
    world.session.add(
        FxRate(workspace_id=world.workspace.id, from_currency="USD", to_currency="CNY",
               day=START, rate_e8=700_000_000)
    )  # fmt: skip
    watched.price(world.session, rivals[1], 1_000, NOON - 2 * DAY, currency="USD")
    watched.price(world.session, rivals[1], 1_000, NOON - DAY, currency="EUR")  # no rate
    watched.price(world.session, rivals[0], 7_000, NOON + DAY / 4, availability="out_of_stock")
    curves = price_curves(world.session, world.state(), [own, *rivals], "ours")
    assert [c.label for c in curves][:2] == ["ours · ours", "Rival 0 · r0"]
    end = START + 2 * DAY
    assert [c.values for c in curves] == [{end: 90.0}, {}, {START: 70.0, end: 125.0}, {}]


def test_nothing_of_another_workspace_is_found(world: World, shelf):
    foreign = watched.listing(world.session, factories.WorkspaceFactory().id, "foreign")
    assert find_listing(world.session, world.state(), foreign.id) is None
    assert foreign.id not in {r.id for r in group_of(world.session, shelf[0])}
    assert product_groups(world.session, world.workspace.id) == ["tea"]


def test_a_listing_that_is_gone_keeps_its_history(world: World, shelf):
    _own, rivals = shelf
    rivals[0].removed_at = NOON
    world.session.flush()
    page = listing_page(world.session, world.state(), world.workspace, rivals[0], NOON)
    assert page.row.snapshot is not None
    assert page.row.snapshot.price_minor == 8_000
    assert page.row.present.price_base_minor is None
    assert market(world.session, world.workspace, NOON).n_listings == 3
