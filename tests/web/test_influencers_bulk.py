"""Links and codes for several influencers: seen before they are made, and kept as a list."""

from __future__ import annotations

import csv
import io
import re

import pytest
from sqlalchemy import select

from tests import factories
from tests.web.conftest import form_token
from tracker.models import Coupon, CouponOwnership, Handout, TrackedLink, Workspace


@pytest.fixture
def star(world, database) -> list[int]:
    """Two influencers of one agency."""
    with database.write() as session, factories.using(session):
        workspace = session.get_one(Workspace, world.workspace)
        return [
            factories.InfluencerFactory(workspace=workspace, slug=slug, name=slug.title(),
                                        agency="Star").id
            for slug in ("ann", "bob")
        ]  # fmt: skip


def wanted(world, **changes):
    return {
        "whom": "agency:Star", "shop": world.shop, "on": "2026-03-09", "campaign": world.campaign,
        "link_slug": "{slug}-{yy}{mm}", "target_url": "https://shop.example/tea?who={slug}",
        "utm_source": "{platform}", "utm_medium": "kol", "utm_content": "{slug}",
        "code": "{SLUG}{yy}", "valid_from": "2026-03-01", **changes,
    }  # fmt: skip


def send(client, step, url="/influencers/bulk", **data):
    return client.post(url, data={"csrf_token": form_token(client), "step": step, **data})


def seen_in(page: str) -> str:
    found = re.search(r'name="seen" value="(\w*)"', page)
    assert found is not None
    return found.group(1)


def test_what_was_seen_is_made_and_can_be_downloaded(client, world, star, database):
    page = send(client, "preview", **wanted(world)).text
    for text in ("/go/ann-2603", "/go/bob-2603", "ANN26", "BOB26", "who=bob",
                 "Make 2 links and 2 codes"):  # fmt: skip
        assert text in page
    with database.read() as session:
        assert session.scalars(select(Handout.id)).all() == []
    answer = send(client, "make", seen=seen_in(page), **wanted(world))
    assert answer.status_code == 302
    with database.read() as session:
        links = session.scalars(
            select(TrackedLink).where(TrackedLink.influencer_id.in_(star)).order_by(TrackedLink.id)
        ).all()
        assert [(link.slug, link.utm_medium, link.utm_content) for link in links] == [
            ("ann-2603", "kol", "ann"), ("bob-2603", "kol", "bob"),
        ]  # fmt: skip
        assert {link.campaign_id for link in links} == {world.campaign}
        owned = session.execute(
            select(Coupon.code, CouponOwnership.influencer_id, CouponOwnership.campaign_id)
            .join(CouponOwnership, CouponOwnership.coupon_id == Coupon.id)
            .where(CouponOwnership.influencer_id.in_(star))
            .order_by(Coupon.code)
        ).all()
        assert [tuple(row) for row in owned] == [
            ("ann26", star[0], world.campaign), ("bob26", star[1], world.campaign),
        ]  # fmt: skip
    made = client.get(answer.location)
    assert "/go/ann-2603" in made.text
    file = client.get(f"{answer.location}.csv")
    rows = list(csv.DictReader(io.StringIO(file.data.decode("utf-8-sig"))))
    assert [row["Code"] for row in rows] == ["ANN26", "BOB26"]
    assert rows[0]["Link"] == "http://127.0.0.1:8620/go/ann-2603"
    assert answer.location in client.get("/influencers/bulk").text
    undone = client.post(f"{answer.location}/undo", data={"csrf_token": form_token(client)})
    assert undone.location == answer.location
    shown = client.get(answer.location).text
    assert "Taken back: 2 links and 2 codes" in shown
    assert "Take back what is unused" not in shown


def test_clashes_are_shown_and_left_out(client, world, star, database):
    with database.write() as session, factories.using(session):
        shop = session.get_one(TrackedLink, world.link).shop_id
        session.get_one(TrackedLink, world.link).slug = "ann-2603"
        assert shop == world.shop
        session.get_one(Coupon, world.coupon).code = "bob26"
    page = send(client, "preview", **wanted(world)).text
    assert "This link exists already" in page
    assert "Somebody else owns this code" in page
    assert "Make 1 links and 1 codes" in page
    answer = send(client, "make", seen=seen_in(page), **wanted(world))
    assert "2 left out" in client.get(answer.location).text
    with database.read() as session:
        owner = session.get_one(TrackedLink, world.link).influencer_id
        assert owner == world.influencer  # nobody lost a link or a code
        owners = session.scalars(
            select(CouponOwnership.influencer_id).where(CouponOwnership.coupon_id == world.coupon)
        ).all()
        assert owners == [world.influencer]


def test_a_list_that_changed_since_it_was_seen_is_shown_again(client, world, star):
    page = send(client, "preview", **wanted(world)).text
    answer = send(client, "make", seen=seen_in(page), **wanted(world, code="{slug}x"))
    assert answer.status_code == 400
    assert "another one than you saw" in answer.text
    assert "annx" in answer.text


def test_the_chosen_are_those_of_the_address(client, world, star):
    url = f"/influencers/bulk?who={star[1]}"
    assert "The 1 chosen" in client.get(url).text
    page = send(client, "preview", url, **wanted(world, whom="chosen")).text
    assert "/go/bob-2603" in page
    assert "/go/ann-2603" not in page


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"link_slug": "{who}"}, "There is no {who}"),
        ({"link_slug": "{slug"}, "no partner"),
        ({"link_slug": "x-{mm}"}, "Everybody would get the same"),
        ({"link_slug": "", "code": ""}, "Give a pattern"),
        ({"target_url": ""}, "This is needed"),
        ({"valid_from": ""}, "This is needed"),
        ({"valid_until": "2026-02-01"}, "before the beginning"),
        ({"utm_content": "{x}"}, "There is no {x}"),
        ({"on": "soon"}, "valid date"),
    ],
)
def test_a_pattern_that_makes_no_sense_is_refused_beside_its_field(
    client, world, star, wrong, says
):
    answer = send(client, "preview", **wanted(world, **wrong))
    assert answer.status_code == 400
    assert says in answer.text


def test_another_brand_s_people_and_lists_are_not_there(client, client_of, world, star, database):
    url = f"/influencers/bulk?who={world.foreign_influencer}"
    assert send(client, "preview", url, **wanted(world, whom="chosen")).status_code == 400
    with database.write() as session:
        row = Handout(
            workspace_id=world.foreign_workspace, shop_id=world.foreign_shop,
            made_at=factories.NOON, n_links=0, n_codes=0, n_left_out=0, lines=[],
        )  # fmt: skip
        session.add(row)
        session.flush()
        number = row.id
    assert client.get(f"/influencers/bulk/{number}").status_code == 404
    assert client.get(f"/influencers/bulk/{number}.csv").status_code == 404
    token = {"csrf_token": form_token(client)}
    assert client.post(f"/influencers/bulk/{number}/undo", data=token).status_code == 404
    assert client_of("analyst").get("/influencers/bulk").status_code == 403
