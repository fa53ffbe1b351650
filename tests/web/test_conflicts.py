"""The queue of what is unsettled: seen by readers, decided by those who may, taken back."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests import factories
from tests.web.conftest import form_token
from tracker.models import AuditEntry, DirtyDay, Order, OrderCoupon, OrderDecision, Shop
from tracker.services import own_buyers


@pytest.fixture
def torn(world, database, monkeypatch):
    """The order of the first brand carries codes of two influencers; gives their ids."""
    monkeypatch.setattr("tracker.web.conflicts.today", lambda: factories.TODAY)
    with database.write() as session, factories.using(session):
        order = session.get_one(Order, world.order)
        shop = session.get_one(Shop, order.shop_id)
        ids = []
        for name in ("Lin", "May"):
            person = factories.InfluencerFactory(workspace=shop.workspace, name=name)
            coupon = factories.CouponFactory(shop=shop, influencer=person)
            session.add(OrderCoupon(order_id=order.id, code=coupon.code, raw=coupon.code))
            ids.append(person.id)
        return ids


def post(client, url, **data):
    return client.post(url, data={"csrf_token": form_token(client), **data})


def decisions(database):
    with database.read() as session:
        return [
            (row.question, row.keeps_rule, row.influencer_id, row.note)
            for row in session.scalars(select(OrderDecision).order_by(OrderDecision.id))
        ]


def test_a_person_chooses_the_owner_and_takes_it_back(client, world, database, torn):
    page = client.get("/conflicts").text
    assert "Codes of two influencers" in page
    assert f'value="owner-{torn[0]}"' in page
    answer = post(
        client, f"/conflicts/{world.order}", question="owner", answer=f"owner-{torn[0]}",
        note="Lin sent the screenshot",
    )  # fmt: skip
    assert answer.location == "/conflicts"
    assert decisions(database) == [("owner", False, torn[0], "Lin sent the screenshot")]
    page = client.get("/conflicts").text
    assert "Nothing to settle" in page
    assert "Lin sent the screenshot" in page
    assert "Decided by a person" in client.get(f"/orders/{world.order}").text
    with database.read() as session:
        row_id = session.scalar(select(OrderDecision.id))
        assert session.scalar(select(DirtyDay.day)) is not None
        assert session.scalar(select(AuditEntry.action)) == "order.decided"
    post(client, f"/conflicts/decisions/{row_id}/delete")
    assert decisions(database) == []
    assert "Codes of two influencers" in client.get("/conflicts").text


def test_an_order_can_be_said_to_be_of_no_influencer(client, world, database, torn):
    assert "Of no influencer: what is next counts" in client.get("/conflicts").text
    post(client, f"/conflicts/{world.order}", question="owner", answer="nobody")
    assert decisions(database) == [("owner", False, 0, "")]
    for page in ("/conflicts", f"/orders/{world.order}"):
        assert "Of no influencer: what is next counts" in client.get(page).text


def test_the_rule_can_be_accepted(client, world, database, torn):
    post(client, f"/conflicts/{world.order}", question="owner", answer="rule")
    assert decisions(database) == [("owner", True, 0, "")]
    assert "Nothing to settle" in client.get("/conflicts").text


def test_a_held_purchase_is_released(client, world, database, monkeypatch):
    monkeypatch.setattr("tracker.web.conflicts.today", lambda: factories.TODAY)
    with database.write() as session, factories.using(session):
        order = session.get_one(Order, world.order)
        shop = session.get_one(Shop, order.shop_id)
        customer = factories.models.Customer(workspace_id=shop.workspace_id, customer_key="k")
        session.add(customer)
        session.flush()
        order.customer_id = customer.id
        person = session.get_one(factories.models.Influencer, world.influencer)
        coupon = session.get_one(factories.models.Coupon, world.coupon)
        session.add(OrderCoupon(order_id=order.id, code=coupon.code, raw=coupon.code))
        own_buyers.say_own(session, person, "k")
    assert "Signals are held" in client.get("/conflicts").text
    post(client, f"/conflicts/{world.order}", question="self_purchase", answer="release")
    assert decisions(database) == [("self_purchase", False, 0, "")]
    assert "Nothing to settle" in client.get("/conflicts").text


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("owner", "owner-0"),
        ("owner", "owner-x"),
        ("owner", "owner-²"),
        ("owner", "release"),
        ("visitor", "nobody"),
        ("self_purchase", "nobody"),
        ("visitor", "owner-1"),
        ("visitor", "visitor-77"),
        ("owner", f"owner-{2**70}"),
        ("weather", "rule"),
        ("owner", ""),
    ],
)
def test_answers_that_make_no_sense_are_refused(client, world, database, question, answer):
    url = f"/conflicts/{world.order}"
    assert post(client, url, question=question, answer=answer).status_code == 400
    assert decisions(database) == []


def test_an_influencer_or_order_of_another_brand_is_not_there(client, world, database):
    answer = f"owner-{world.foreign_influencer}"
    mine, foreign = f"/conflicts/{world.order}", f"/conflicts/{world.foreign_order}"
    assert post(client, mine, question="owner", answer=answer).status_code == 400
    assert post(client, foreign, question="owner", answer="rule").status_code == 404
    assert decisions(database) == []


def test_readers_see_the_queue_and_decide_nothing(client_of, world, torn, database):
    analyst = client_of("analyst")
    page = analyst.get("/conflicts").text
    assert "Codes of two influencers" in page
    assert "<select" not in page.split("<main", 1)[1]
    url = f"/conflicts/{world.order}"
    assert post(analyst, url, question="owner", answer="rule").status_code == 403


def test_without_its_token_nothing_is_decided(client, world, database):
    data = {"question": "owner", "answer": "rule"}
    assert client.post(f"/conflicts/{world.order}", data=data).status_code == 400
    assert decisions(database) == []
