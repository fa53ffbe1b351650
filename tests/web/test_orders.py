"""Orders, and why each is credited as it is."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest

from tests import factories
from tracker.domain.coupons import normalise_code
from tracker.models import Coupon, OrderCoupon, Workspace


@pytest.fixture
def order(database, world):
    """An order with the influencer's code, refunded in part."""
    with database.write() as session, factories.using(session):
        from tracker.models import Shop

        shop = session.get_one(Shop, world.shop)
        row = factories.OrderFactory(shop=shop, ref="SY-1", paid_minor=20_000)
        coupon = session.get_one(Coupon, world.coupon)
        session.add(OrderCoupon(order_id=row.id, code=normalise_code(coupon.code), raw="Code1"))
        factories.RefundFactory(
            order=row, amount_minor=5_000, refunded_at=row.placed_at + timedelta(days=2),
            refunded_on=row.ordered_on + timedelta(days=2),
        )  # fmt: skip
        session.add(OrderCoupon(order_id=row.id, code="nobodys", raw="NOBODYS"))
        return row.id


def test_an_order_says_why_it_is_credited_and_what_did_not_count(client, world, order):
    page = client.get(f"/orders/{order}").text
    for words in (
        "SY-1", "Coupon code used", "100%", "CN¥150.00", "Sale", "Refund 1", "−CN¥50.00",
        "This code is not registered", "Unknown customer",
    ):  # fmt: skip
        assert words in page, words


def test_the_ledger_follows_the_model_of_the_address(client, world, order):
    assert "Time decay" in client.get(f"/orders/{order}?model=time_decay").text.split("Ledger")[1]


def test_orders_are_found_by_number_status_and_day(client, world, order):
    day = factories.TODAY
    span = f"from={day}&to={day}"
    assert "SY-1" in client.get(f"/orders?{span}").text
    assert "SY-1" in client.get(f"/orders?{span}&q=SY-1").text
    assert "No orders here" in client.get(f"/orders?{span}&q=SY-2").text
    assert "No orders here" in client.get(f"/orders?{span}&status=cancelled").text
    assert "No orders here" in client.get("/orders?from=2020-01-01&to=2020-01-02").text


def test_many_orders_come_in_pages(client, world, database):
    with database.write() as session, factories.using(session):
        shop = factories.ShopFactory(workspace=session.get_one(Workspace, world.workspace))
        factories.OrderFactory.create_batch(60, shop=shop)
    span = f"/orders?from={factories.TODAY}&to={factories.TODAY}&shop={shop.id}"
    first, second = client.get(span).text, client.get(f"{span}&page=2").text
    assert "Page 1 of 2" in first
    assert 'rel="next"' in first
    assert second.count('<td><a href="/orders/') == 10
    assert client.get(f"{span}&page=99").text.count('<td><a href="/orders/') == 10


def test_why_an_order_is_credited_is_a_file_too(client, world, order):
    answer = client.get(f"/orders/{order}/explained.csv")
    assert answer.headers["Content-Disposition"] == f"attachment; filename=order-{order}.csv"
    rows = list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    head, first, *others = rows
    assert {len(row) for row in rows} == {len(head)}
    point = dict(zip(head, first, strict=True))
    assert (point["Order"], point["Position"], point["Evidence"]) == ("SY-1", "1", "coupon")
    assert first.count("150.00") == first.count("1") - 1 == 10  # each model gives it everything
    assert any("This code is not registered" in cell for row in others for cell in row)


def test_the_file_of_another_sellers_order_is_not_there(client, world, database):
    with database.write() as session, factories.using(session):
        theirs = factories.OrderFactory(shop=factories.ShopFactory()).id
    assert client.get(f"/orders/{theirs}/explained.csv").status_code == 404
