"""Settings of the workspace: shops with the script, promotions, policy."""

from __future__ import annotations

import html

import pytest
from sqlalchemy import select

from tests.web.conftest import form_token
from tracker.models import Promotion, Shop, Workspace


def post(client, url, **data):
    return client.post(url, data={"csrf_token": form_token(client), **data})


def test_the_script_to_paste_carries_the_shops_key_and_our_address(client, world, database):
    with database.read() as session:
        key = session.get_one(Shop, world.shop).site_key
    page = html.unescape(client.get("/settings/shops").text)
    snippet = f'<script defer src="http://127.0.0.1:8620/t.js" data-site="{key}"></script>'
    assert snippet in page


def test_a_shop_is_added_with_clean_hosts(client, world, database):
    answer = post(
        client, "/settings/shops", name="Tea at Tmall", slug="tea-tmall", platform="tmall",
        currency="CNY", time_zone="Asia/Shanghai", hostnames="https://Tea.Example/x, b.example",
        has_script="y",
    )  # fmt: skip
    assert answer.status_code == 302
    with database.read() as session:
        shop = session.scalars(select(Shop).where(Shop.slug == "tea-tmall")).one()
        assert (shop.hostnames, shop.has_script) == ("tea.example b.example", True)
        assert shop.workspace_id == world.workspace


@pytest.mark.parametrize(
    ("wrong", "says"),
    [({"slug": "not a slug"}, "lower-case"), ({"hostnames": "??"}, "no host name"),
     ({"name": ""}, "required"), ({"platform": "nowhere"}, "Not a valid choice")],
)  # fmt: skip
def test_a_shop_that_makes_no_sense_is_refused(client, world, wrong, says):
    data = {"name": "S", "slug": "s", "platform": "own", "currency": "CNY",
            "time_zone": "UTC", **wrong}  # fmt: skip
    answer = post(client, "/settings/shops", **data)
    assert answer.status_code == 400
    assert says in answer.text


def test_a_shop_can_be_changed_but_not_its_platform(client, world, database):
    url = f"/settings/shops/{world.shop}"
    post(client, url, name="New name", hostnames="a.example", platform="jd")
    with database.read() as session:
        shop = session.get_one(Shop, world.shop)
        assert (shop.name, shop.hostnames, shop.has_script) == ("New name", "a.example", False)
        assert shop.platform == "own"
    wrong = post(client, url, name="", hostnames="")
    assert wrong.status_code == 400
    assert "required" in wrong.text


def test_the_workspace_can_be_renamed(client, world, database):
    post(client, "/settings", name="山野茶铺")
    with database.read() as session:
        assert session.get_one(Workspace, world.workspace).name == "山野茶铺"


def test_a_promotion_is_entered_shown_and_removed(client, world, database):
    data = {
        "festival": "618",
        "name": "618 大促",
        "starts_on": "2026-06-01",
        "ends_on": "2026-06-18",
    }
    assert post(client, "/settings/promotions", **data).status_code == 302
    assert "618 大促" in client.get("/settings/promotions").text
    again = post(client, "/settings/promotions", **data)
    assert "already" in again.text
    with database.read() as session:
        number = session.scalars(select(Promotion.id).where(Promotion.festival == "618")).one()
    post(client, f"/settings/promotions/{number}/delete")
    assert "618 大促" not in client.get("/settings/promotions").text


def test_who_may_not_change_the_policy_sees_what_it_says(client_of, world):
    page = client_of("finance").get("/settings/policy").text
    assert "30 days before the order" in page
    assert "Coupon code" in page
    assert "<main" in page
    assert "<form" not in page.split("<main", 1)[1]


def test_a_role_without_the_right_sees_no_form(client_of, world):
    page = client_of("finance").get("/settings/shops").text
    assert "t.js" in page
    assert "Add a shop" not in page
