"""Products on the site: found, followed to their orders, downloaded."""

from __future__ import annotations

import csv
import io

import pytest

from tests import factories
from tests.web.conftest import HOSTILE, World, token_in
from tracker.models import OrderLine, Product, ProductDay, Shop
from tracker.models.order import Order
from tracker.models.workspace import Workspace

NAME = "明前龙井 100g"


@pytest.fixture
def tea(database, world: World) -> int:
    """A product that two sold: an influencer and nobody."""
    with database.write() as session, factories.using(session):
        policy = session.get_one(Workspace, world.workspace).policy_id
        row = Product(shop_id=world.shop, sku="SY-LJ", title=NAME, titled_on=factories.TODAY)
        session.add(row)
        session.flush()
        for who, kind, channel, net in ((world.influencer, 3, 21, 8_000), (0, 0, 0, 2_000)):
            session.add(
                ProductDay(
                    policy_id=policy, shop_id=world.shop, ordered_on=factories.TODAY,
                    booked_on=factories.TODAY, product_id=row.id, channel_code=channel,
                    kind_code=kind, campaign_id=0, influencer_id=who, pieces_micro=2_000_000,
                    orders_micro=1_000_000, net_revenue_minor=net, refund_minor=0,
                )
            )  # fmt: skip
        order = session.get_one(Order, world.order)
        order.ordered_on = factories.TODAY
        session.add(
            OrderLine(order_id=world.order, line_ref="1", sku="SY-LJ", title=NAME, quantity=1,
                      amount_minor=5)
        )  # fmt: skip
        return row.id


PERIOD = f"from={factories.TODAY}&to={factories.TODAY}"


def test_a_product_leads_to_those_who_sold_it_and_to_its_orders(client, world, tea):
    page = client.get(f"/products?{PERIOD}").text
    assert NAME in page
    assert f"/products/{tea}?" in page
    one = client.get(f"/products/{tea}?{PERIOD}").text
    assert "¥100" in one
    assert f"/influencers/{world.influencer}?" in one
    orders = client.get(f"/orders?{PERIOD}&product={tea}").text
    assert f"/orders/{world.order}" in orders
    assert NAME in orders  # the filter says what it is
    assert f"/orders/{world.order}" not in client.get(f"/orders?{PERIOD}&product=99999").text


def test_the_files_say_what_the_pages_say(client, tea):
    text = client.get(f"/products/export.csv?{PERIOD}").data.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    [row] = [row for row in rows if row["SKU"] == "SY-LJ"]
    assert (row["Net revenue"], row["KOL"], row["Unattributed"]) == ("100.00", "80.00", "20.00")
    text = client.get(f"/products/{tea}/sellers.csv?{PERIOD}").data.decode("utf-8-sig")
    sellers = list(csv.DictReader(io.StringIO(text)))
    assert [(row["Influencer"], row["Net revenue"]) for row in sellers] == [
        (HOSTILE, "80.00"), ("", "20.00"),
    ]  # fmt: skip


def test_products_of_another_workspace_are_not_found(client, database, world):
    with database.write() as session:
        theirs = Product(
            shop_id=world.foreign_shop, sku="x", title="secret tea", titled_on=factories.TODAY
        )
        session.add(theirs)
        session.flush()
        number = theirs.id
    assert client.get(f"/products/{number}").status_code == 404
    assert client.get(f"/products/{number}/sellers.csv").status_code == 404
    assert "secret tea" not in client.get("/products?q=secret").text
    assert "secret tea" not in client.get(f"/orders?product={number}").text


def test_a_shop_says_what_its_products_are_on_its_page(client, database, world):
    form = {"name": "Tea", "hostnames": "", "product_prefixes": "tea/, /ware/"}
    form["csrf_token"] = token_in(client.get("/settings/shops").text)
    answer = client.post(f"/settings/shops/{world.shop}", data=form)
    assert answer.status_code == 302
    with database.read() as session:
        assert session.get_one(Shop, world.shop).product_prefixes == "/tea/ /ware/"
    assert 'value="/tea/ /ware/"' in client.get("/settings/shops").text
