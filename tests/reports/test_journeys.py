"""Journeys of a few orders whose paths are written into the ledger."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

import pytest
from sqlalchemy import update

from tests import factories
from tests.factories import NOON
from tests.reports.world import MICRO, World
from tracker.domain.channels import Channel, Kind
from tracker.models import Credit, Customer, Influencer, Order
from tracker.reports import journeys as module
from tracker.reports.csv_files import path_text
from tracker.reports.journey_paths import newest_days
from tracker.reports.journeys import iter_buckets, iter_paths, iter_roles, journeys

HOUR = timedelta(hours=1)
DIRECT, SEARCH, KOL = Channel.DIRECT, Channel.ORGANIC_SEARCH, Channel.KOL
_numbers = count(1)


def place(
    world: World,
    *path: Channel | tuple[Channel, int],
    hours: float = 24,
    customer: Customer | None = None,
    **changes: object,
) -> Order:
    """An order of 100.00 with a qualified path, its touchpoints evenly spread over some hours."""
    order = factories.OrderFactory(
        **{"shop": world.own, "placed_at": NOON, **changes},
        customer_id=customer.id if customer else 0,
    )
    touches = [item if isinstance(item, tuple) else (item, 0) for item in path]
    for position, (channel, influencer_id) in enumerate(touches, 1):
        kind = Kind.KOL if channel is KOL else Kind.NATURAL
        net = order.net_base_minor if position == len(touches) else 0
        weight = MICRO if position == len(touches) else 0
        world.add_ledger(order, channel=channel, kind=kind, influencer_id=influencer_id,
                         position=position, net=net, weight=weight)  # fmt: skip
        at = order.placed_at - hours * HOUR * (len(touches) - position + 1) / len(touches)
        world.session.execute(
            update(Credit)
            .where(Credit.order_id == order.id, Credit.position == position)
            .values(touched_at=at)
        )
    if not path:
        world.add_ledger(order, channel=None, kind=None, position=0)
    return order


def new_customer(world: World) -> Customer:
    row = Customer(workspace_id=world.workspace.id, customer_key=f"{next(_numbers):064x}")
    world.session.add(row)
    world.session.flush()
    return row


def texts(rows) -> list[tuple[str, int]]:
    return [(path_text(row.steps, None), row.group.orders) for row in rows]


@pytest.fixture
def lin(world: World) -> Influencer:
    return factories.InfluencerFactory(workspace=world.workspace, name="林小满")


def test_equal_paths_are_counted_together_and_repeats_are_collapsed(world: World):
    for _ in range(3):
        place(world, SEARCH, DIRECT, DIRECT)
    place(world, DIRECT, SEARCH)
    place(world, SEARCH, DIRECT)
    found = journeys(world.session, world.state())
    assert texts(found.paths)[0] == ("organic_search > direct ×2", 3)
    assert set(texts(found.paths)[1:]) == {
        ("organic_search > direct", 1),
        ("direct > organic_search", 1),
    }
    assert found.n_paths == 3
    assert found.paths[0].group.share == 0.6
    assert found.paths[0].length == 3
    assert found.paths[0].group.net_minor == 30_000


def test_orders_without_touchpoint_are_counted_apart(world: World):
    place(world, DIRECT)
    place(world)
    found = journeys(world.session, world.state())
    assert (found.n_orders, found.n_without) == (1, 1)
    assert found.paths[0].group.share == 1


def test_orders_that_are_not_computed_yet_are_not_said_to_be_without_a_path(world: World):
    factories.OrderFactory(shop=world.own, placed_at=NOON)
    found = journeys(world.session, world.state())
    assert (found.n_orders, found.n_without) == (0, 0)


def test_net_revenue_is_after_all_refunds_whenever_they_came(world: World):
    order = place(world, DIRECT, SEARCH)
    world.add_ledger(order, channel=SEARCH, kind=Kind.NATURAL, entry=1, position=2, net=-4_000,
                     weight=0, booked_on=order.ordered_on + timedelta(days=30))  # fmt: skip
    found = journeys(world.session, world.state())
    assert found.paths[0].group.net_minor == 6_000
    assert found.paths[0].group.aov_minor == 6_000
    assert found.paths[0].length == 2


def test_influencers_stand_for_themselves_under_their_unit(world: World, lin: Influencer):
    place(world, (KOL, lin.id), (KOL, 0), DIRECT)
    by_channel = journeys(world.session, world.state())
    assert texts(by_channel.paths) == [("kol ×2 > direct", 1)]
    by_influencer = journeys(world.session, world.state(unit="influencer"))
    assert texts(by_influencer.paths) == [("林小满 > kol > direct", 1)]


def test_who_closes_and_who_assists(world: World, lin: Influencer):
    place(world, (KOL, lin.id), SEARCH, DIRECT)
    place(world, DIRECT, (KOL, lin.id))
    place(world, DIRECT, SEARCH, DIRECT)
    found = journeys(world.session, world.state())
    rows = {row.channel: row for row in found.channels}
    direct, search, kol = rows[DIRECT], rows[SEARCH], rows[KOL]
    assert (direct.opening_orders, direct.assisting_orders, direct.closing_orders) == (2, 1, 2)
    assert (search.opening_orders, search.assisting_orders, search.closing_orders) == (0, 2, 0)
    assert (kol.opening_orders, kol.assisting_orders, kol.closing_orders) == (1, 1, 1)
    assert search.assisting_share == 1
    assert (kol.orders, kol.assisting_net_minor, kol.closing_net_minor) == (2, 10_000, 10_000)
    assert sum(row.closing_orders for row in found.channels) == found.n_orders
    [row] = found.influencers
    assert (row.influencer_id, row.name, row.orders) == (lin.id, "林小满", 2)


def test_lengths_and_times_fall_into_buckets_that_hold_every_order(world: World):
    place(world, DIRECT, hours=0.5)
    place(world, *[DIRECT, SEARCH] * 6, hours=24 * 31)
    place(world, DIRECT, SEARCH, hours=36)
    found = journeys(world.session, world.state())
    lengths = {row.code: row.group.orders for row in found.lengths if row.group.orders}
    assert lengths == {"1": 1, "2": 1, "over_10": 1}
    delays = {row.code: row.group.orders for row in found.delays if row.group.orders}
    assert delays == {"1h": 1, "3d": 1, "longer": 1}
    assert found.all_orders.median_seconds == 36 * 3_600
    assert found.all_orders.mean_length == pytest.approx(5)
    for rows in (found.lengths, found.delays, found.customers):
        assert sum(row.group.orders for row in rows) == 3


def test_a_customer_is_new_with_their_first_order_of_the_workspace(world: World):
    before, now = new_customer(world), new_customer(world)
    factories.OrderFactory(shop=world.tmall, customer_id=before.id,
                           placed_at=NOON - timedelta(days=90))  # fmt: skip
    factories.OrderFactory(shop=world.own, customer_id=now.id, status="cancelled",
                           placed_at=NOON - timedelta(days=90))  # fmt: skip
    place(world, DIRECT, customer=before)
    first = place(world, DIRECT, customer=now)
    again = place(world, DIRECT, customer=now)  # the same instant: the later row came later
    place(world, DIRECT)
    assert first.placed_at == again.placed_at
    found = journeys(world.session, world.state())
    kinds = {row.code: row.group.orders for row in found.customers}
    assert kinds == {"unknown": 1, "new": 1, "returning": 2}
    assert found.all_orders.new_share == pytest.approx(1 / 3)


def test_a_filter_keeps_whole_paths_with_such_a_touchpoint(world: World, lin: Influencer):
    place(world, (KOL, lin.id), DIRECT)
    place(world, SEARCH, DIRECT)
    place(world, SEARCH, shop=world.tmall)
    session = world.session
    for changes, expected in (
        ({"channel": "kol"}, ["kol > direct"]),
        ({"influencer_id": lin.id}, ["kol > direct"]),
        ({"kind": "kol"}, ["kol > direct"]),
        ({"shop_ids": (world.tmall.id,)}, ["organic_search"]),
        ({"campaign_id": 99}, []),
    ):
        found = journeys(session, world.state(**changes))
        assert [text for text, _n in texts(found.paths)] == expected, changes
        assert found.n_orders == len(expected)


def test_orders_of_other_days_and_workspaces_are_not_there(world: World):
    place(world, DIRECT, placed_at=NOON - timedelta(days=5))
    other = factories.ShopFactory()
    place(world, SEARCH, shop=other)
    assert journeys(world.session, world.state()).n_orders == 0


def test_the_model_changes_nothing(world: World):
    place(world, SEARCH, DIRECT)
    found = [journeys(world.session, world.state(model=m)) for m in ("first", "linear")]
    assert found[0].paths == found[1].paths
    assert found[0].channels == found[1].channels


def test_a_page_takes_the_newest_days_of_too_long_a_period(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    for age in (0, 0, 1, 2):
        place(world, DIRECT, placed_at=NOON - timedelta(days=age))
    state = world.state()
    assert newest_days(world.session, state, 4) == state.start
    assert newest_days(world.session, state, 3) == state.end - timedelta(days=1)
    assert newest_days(world.session, state, 1) == state.end  # one day is never cut
    monkeypatch.setattr(module, "MOST_ORDERS", 3)
    found = journeys(world.session, state)
    assert (found.n_orders, found.looked_from) == (3, state.end - timedelta(days=1))
    assert sum(row.group.orders for row in iter_paths(world.session, state)) == 4


def test_files_have_what_the_page_leaves_out(world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "PAGE_PATHS", 2)
    for n in range(1, 6):
        place(world, *[DIRECT] * n)
    found = journeys(world.session, world.state())
    assert (len(found.paths), found.n_paths) == (2, 5)
    assert len(list(iter_paths(world.session, world.state()))) == 5
    roles = list(iter_roles(world.session, world.state()))
    assert [(row.channel, row.closing_orders) for row in roles] == [(DIRECT, 5)]
    assert len(list(iter_buckets(world.session, world.state()))) == 7 + 7 + 3


def test_names_that_nobody_knows_any_more_keep_their_number(world: World):
    place(world, (KOL, 4_711))
    [row] = journeys(world.session, world.state(unit="influencer")).paths
    assert path_text(row.steps, "en") == "#4711"


def test_an_empty_period_has_no_rows_and_no_error(world: World):
    found = journeys(world.session, world.state())
    assert (found.n_orders, found.n_paths, found.paths, found.channels) == (0, 0, (), ())
    assert found.all_orders.median_seconds is None
    assert found.all_orders.aov_minor is None


def test_the_number_of_statements_does_not_grow(world: World, queries: list[str]):
    counts = []
    for n in (1, 5):
        for _ in range(n):
            place(world, SEARCH, DIRECT)
        queries.clear()
        journeys(world.session, world.state())
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 8
