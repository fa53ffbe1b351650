"""Customers locked to an influencer, and purchases of their own, from forms."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests.web.conftest import form_token
from tracker.models import AgencyBuyer, CustomerLock, Influencer


def post(client, url, **data):
    return client.post(url, data={"csrf_token": form_token(client), **data})


def lock(client, world, **changes):
    data = {"what": "email", "shop": world.shop, "keys": "a@x.example\n\nB@x.example\na@x.example",
            "valid_from": "2026-11-01", "valid_until": "2026-11-30", **changes}  # fmt: skip
    return post(client, f"/influencers/{world.influencer}/buyers", **data)


def locks(database):
    with database.read() as session:
        return session.scalars(select(CustomerLock).order_by(CustomerLock.id)).all()


def test_customers_are_locked_by_lines_and_unlocked_one_by_one(client, world, database):
    url = f"/influencers/{world.influencer}/buyers"
    assert lock(client, world).location == url
    first, second = locks(database)
    assert first.influencer_id == world.influencer
    assert "2 customers" in client.get(url).text
    assert "a@x.example" not in client.get(url).text
    post(client, f"{url}/locks/{first.id}/delete")
    assert [row.id for row in locks(database)] == [second.id]
    assert post(client, f"{url}/locks/999/delete").status_code == 404


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"keys": "   "}, "required"),
        ({"keys": "no address"}, "needed"),
        ({"valid_until": "2026-10-01"}, "end comes before"),
        ({"what": "name"}, "Not a valid choice"),
    ],
)
def test_a_lock_that_makes_no_sense_is_refused(client, world, database, wrong, says):
    answer = lock(client, world, **wrong)
    assert answer.status_code == 400
    assert says in answer.text
    assert locks(database) == []


def test_a_customer_is_locked_once_at_a_time(client, world, database):
    lock(client, world)
    again = lock(client, world, keys="b@x.example\nc@x.example", valid_from="2026-11-30",
                 valid_until="")  # fmt: skip
    assert again.status_code == 400
    assert "1 of these customers" in again.text
    assert lock(client, world, valid_from="2026-12-01", valid_until="").status_code == 302
    assert len(locks(database)) == 4


def test_own_purchases_are_told_for_the_influencer_and_the_agency(client, world, database):
    url = f"/influencers/{world.influencer}/buyers/own"
    data = {"what": "phone", "shop": world.shop, "buyer": "13800138000"}
    assert post(client, url, whose="influencer", **data).status_code == 302
    assert post(client, url, whose="agency", **data).status_code == 302
    with database.read() as session:
        row = session.get_one(Influencer, world.influencer)
        agency = session.scalars(select(AgencyBuyer)).one()
        assert agency.customer_key == row.customer_key is not None
        assert agency.agency == row.agency
    assert post(client, url, whose="agency", **{**data, "buyer": "1***0"}).status_code == 400
    post(client, url, action="forget")
    with database.read() as session:
        assert session.get_one(Influencer, world.influencer).customer_key is None


def test_others_may_not(client, client_of, world, database):
    assert lock(client_of("finance"), world).status_code == 403
    foreign = f"/influencers/{world.foreign_influencer}/buyers"
    assert client.get(foreign).status_code == 404
    assert client.post(f"/influencers/{world.influencer}/buyers").status_code == 400
    assert locks(database) == []
