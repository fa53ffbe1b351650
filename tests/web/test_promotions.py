from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from tests import factories
from tests.web.conftest import form_token
from tracker.models import Promotion, PromotionRule

DAY = factories.TODAY


@pytest.fixture
def mine(database, world) -> int:
    with database.read() as session:
        query = select(Promotion.id).where(Promotion.workspace_id == world.workspace)
        return session.scalars(query).one()


@pytest.fixture
def send(client):
    token = form_token(client)
    return lambda path, **data: client.post(
        f"/campaigns/promotions/{path}", data={"csrf_token": token, **data}
    )


def test_an_offer_is_written_down_in_words(client, send, mine, database):
    answer = send(f"{mine}/rules", kind="full_reduction", threshold_minor="300", off_minor="50")
    assert answer.status_code == 302
    page = client.get(f"/campaigns/promotions/{mine}").text
    assert "CN¥50.00 off from CN¥300.00 on" in page
    assert "Full reduction" in client.get(f"/campaigns/promotions?year={DAY.year}").text
    send(f"{mine}/rules", kind="presale", deposit_minor="20", starts_on="2026-10-20",
         note="balance on 11.11")  # fmt: skip
    assert "deposit CN¥20.00; balance on 11.11" in client.get(f"/campaigns/promotions/{mine}").text
    with database.read() as session:
        first = session.scalars(select(PromotionRule.id)).first()
    send(f"{mine}/rules/{first}/delete")
    with database.read() as session:
        assert len(session.scalars(select(PromotionRule)).all()) == 1


def test_offers_that_say_nothing_are_refused_beside_the_field(send, mine):
    assert send(f"{mine}/rules", kind="coupon").status_code == 400
    assert send(f"{mine}/rules", kind="gift", off_minor="5").status_code == 400
    assert send(f"{mine}/rules", kind="coupon", off_percent="101").status_code == 400
    assert send(f"{mine}/rules", kind="coupon", off_minor="x").status_code == 400


def test_a_promotion_is_changed(client, send, mine, database):
    given = {"name": "双11", "starts_on": "2026-11-08", "ends_on": "2026-11-11"}
    assert send(str(mine), **given, budget_minor="99").status_code == 302
    with database.read() as session:
        row = session.get_one(Promotion, mine)
        assert (row.name, row.starts_on, row.budget_minor) == ("双11", date(2026, 11, 8), 9_900)
    assert send(str(mine), **{**given, "ends_on": "2026-11-01"}).status_code == 400


def test_promotions_of_others_are_not_there(client, send, world, database):
    with database.write() as session:
        row = Promotion(
            workspace_id=world.foreign_workspace, festival="618", name="theirs", starts_on=DAY,
            ends_on=DAY, created_at=factories.NOON,
        )  # fmt: skip
        session.add(row)
        session.flush()
        foreign = row.id
    assert client.get(f"/campaigns/promotions/{foreign}").status_code == 404
    for path in (f"{foreign}", f"{foreign}/rules", f"{foreign}/rules/1/delete"):
        assert send(path, name="mine", kind="coupon").status_code == 404
    send(f"{foreign}/delete")
    with database.read() as session:
        assert session.get(Promotion, foreign) is not None


def test_festivals_open_at_the_days_of_the_newest(client, mine):
    answer = client.get("/campaigns/promotions/festival?model=first")
    assert answer.status_code == 302
    assert f"from={DAY}" in answer.location
    assert "model=first" in answer.location
    page = client.get(answer.location).text
    assert "There is no earlier edition of this festival" in page


def test_both_editions_stand_side_by_side(client, world, database):
    with database.write() as session:
        before = DAY - timedelta(days=365)
        session.add(
            Promotion(
                workspace_id=world.workspace, festival="double11", name="双11 2025",
                starts_on=before, ends_on=before, created_at=factories.NOON,
            )
        )  # fmt: skip
    query = f"?from={DAY}&to={DAY}&compare=festival"
    page = client.get(f"/campaigns/promotions/festival{query}").text
    assert "双11 2025" in page
    days = client.get(f"/campaigns/promotions/festival-days.csv{query}").text
    assert str(before) in days
    assert client.get(f"/campaigns/promotions/festival.csv{query}").status_code == 200


def test_a_promotion_goes_with_its_offers(client, send, mine, database):
    send(f"{mine}/rules", kind="coupon", off_minor="5")
    assert send(f"{mine}/delete").status_code == 302
    with database.read() as session:
        assert session.scalars(select(PromotionRule)).all() == []
    assert client.get(f"/campaigns/promotions/{mine}").status_code == 404
    assert "No promotions yet" in client.get("/campaigns/promotions").text
    assert "No promotion lies in this period" in client.get("/campaigns/promotions/festival").text
