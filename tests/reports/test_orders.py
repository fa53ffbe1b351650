from __future__ import annotations

from datetime import timedelta

import pytest

from tests import factories
from tests.factories import NOON
from tests.reports.world import MICRO, World, make_world
from tracker.domain.channels import Channel, Kind
from tracker.reports import orders
from tracker.reports.orders import iter_orders, order_page


def refs(world: World, **changes: object) -> list[str]:
    return [row.ref for row in order_page(world.session, world.state(**changes)).rows]


def test_orders_of_the_period_are_listed_newest_first(world: World):
    for n, days in enumerate((0, -1, -2, -3, 1)):
        factories.OrderFactory(shop=world.own, ref=f"A{n}", placed_at=NOON + timedelta(days=days))
    factories.OrderFactory(shop=make_world(world.session).own, ref="other")
    page = order_page(world.session, world.state())
    assert [row.ref for row in page.rows] == ["A0", "A1", "A2"]
    assert (page.n_orders, page.net_before_refunds_minor) == (3, 30_000)
    assert refs(world, shop_ids=(world.tmall.id,)) == []


def test_an_order_looked_for_by_number_is_found_whenever_it_was(world: World):
    factories.OrderFactory(shop=world.own, ref="20200101-7", placed_at=NOON.replace(year=2020))
    factories.OrderFactory(shop=world.own, ref="100%_sure")
    assert refs(world, search="20200101") == ["20200101-7"]
    assert refs(world, search="100%") == ["100%_sure"]
    assert refs(world, search="2_2") == []


def test_credits_of_an_order_stand_beside_it_largest_first(world: World):
    lin = factories.InfluencerFactory(workspace=world.workspace, name="林小满")
    order = factories.OrderFactory(shop=world.own, ref="A")
    world.add_ledger(order, influencer_id=lin.id, weight=600_000, net=6_000)
    world.add_ledger(
        order, channel=Channel.DIRECT, kind=Kind.NATURAL, weight=400_000, net=4_000, position=2
    )
    world.add_ledger(order, influencer_id=lin.id, entry=1, weight=0, net=-1_500)
    world.add_ledger(
        order, channel=Channel.DIRECT, kind=Kind.NATURAL, entry=1, weight=0, net=-1_000, position=2
    )
    factories.RefundFactory(order=order, amount_minor=2_500)
    [row] = order_page(world.session, world.state()).rows
    assert [(p.channel, p.influencer_name, p.weight_micro, p.net_minor) for p in row.credits] == [
        (Channel.KOL, "林小满", 600_000, 4_500),
        (Channel.DIRECT, "", 400_000, 3_000),
    ]
    assert (row.refund_minor, row.net_minor) == (2_500, 7_500)


def test_orders_that_are_not_attributed_yet_have_no_credit(world: World):
    factories.OrderFactory(shop=world.own)
    [row] = order_page(world.session, world.state()).rows
    assert (row.credits, row.net_minor) == ((), 10_000)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"kind": "kol"}, ["KOL"]),
        ({"kind": "natural"}, ["DIRECT"]),
        ({"channel": "direct"}, ["DIRECT"]),
        ({"channel": "unattributed"}, ["NOBODY"]),
        ({"campaign_id": 7}, ["KOL"]),
        ({"influencer_id": 3}, ["KOL"]),
        ({"influencer_id": 4}, []),
        ({"status": "cancelled"}, ["GONE"]),
    ],
)
def test_orders_are_filtered_by_what_they_were_credited_to(
    world: World, changes: dict[str, object], expected: list[str]
):
    kol, direct, nobody = (
        factories.OrderFactory(shop=world.own, ref=ref) for ref in ("KOL", "DIRECT", "NOBODY")
    )
    factories.OrderFactory(shop=world.own, ref="GONE", status="cancelled")
    world.add_ledger(kol, influencer_id=3, campaign_id=7)
    # a touchpoint that the model gives nothing is no reason to list the order
    world.add_ledger(direct, influencer_id=3, weight=0, net=0)
    world.add_ledger(direct, channel=Channel.DIRECT, kind=Kind.NATURAL, position=2)
    world.add_ledger(nobody, channel=None, kind=None, position=0)
    assert refs(world, **changes) == expected
    [row] = order_page(world.session, world.state(search="NOBODY")).rows
    assert [(p.channel, p.weight_micro) for p in row.credits] == [(None, MICRO)]


def test_pages_follow_one_another_and_the_last_one_stands_for_all_after_it(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(orders, "PAGE_ROWS", 2)
    for n in range(5):
        factories.OrderFactory(shop=world.own, ref=f"A{n}")
    assert [refs(world, page=n) for n in (1, 2, 3, 9)] == [
        ["A4", "A3"], ["A2", "A1"], ["A0"], ["A0"],
    ]  # fmt: skip
    assert order_page(world.session, world.state(search="no such")).n_pages == 1


def test_a_file_has_every_order_once(world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(orders, "CHUNK_ROWS", 2)
    made = [
        factories.OrderFactory(shop=world.own, placed_at=NOON - timedelta(days=n % 3)).ref
        for n in range(7)
    ]
    found = [row.ref for row in iter_orders(world.session, world.state())]
    assert sorted(found) == sorted(made)
    assert found == refs(world)


def test_a_page_costs_four_statements(world: World, queries: list[str]):
    for _ in range(10):
        world.add_ledger(factories.OrderFactory(shop=world.own), influencer_id=1)
    state = world.state()
    queries.clear()
    order_page(world.session, state)
    assert len(queries) == 4  # count and sum, rows, credits, refunds
