"""Links, codes and deals of an influencer."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from tests.web.conftest import form_token
from tracker.models import Coupon, CouponOwnership, Deal, DirtyDay, TrackedLink


def post(client, url, **data):
    return client.post(url, data={"csrf_token": form_token(client), **data})


def test_a_link_is_made_shown_with_its_address_and_switched_off(client, world, database):
    base = f"/influencers/{world.influencer}"
    answer = post(
        client, f"{base}/links/new", target_url="https://shop.example/tea?a=1#top", slug="Lin-Tea",
        shop=world.shop, campaign=world.campaign, utm_source="xiaohongshu", utm_medium="kol",
    )  # fmt: skip
    assert answer.location == f"{base}#links"
    assert "http://127.0.0.1:8620/go/lin-tea" in client.get(base).text
    with database.read() as session:
        link = session.scalars(select(TrackedLink).where(TrackedLink.slug == "lin-tea")).one()
        assert (link.influencer_id, link.campaign_id) == (world.influencer, world.campaign)
        assert (link.utm_source, link.utm_medium) == ("xiaohongshu", "kol")
    post(client, f"{base}/links/{link.id}", is_active="0")
    assert "Switch on" in client.get(base).text
    with database.read() as session:
        assert not session.get_one(TrackedLink, link.id).is_active


@pytest.mark.parametrize(
    ("target", "says"),
    [
        ("javascript:alert(1)", "must start with http"),
        ("ftp://x.example/", "must start with http"),
        ("https://user:pass@x.example/", "cannot be used"),
        ("https://x.example\\@evil.example/", "cannot be used"),
        ("//evil.example", "must start with http"),
        ("", "required"),
    ],
)
def test_a_target_that_is_no_plain_web_address_is_refused(client, world, target, says):
    answer = post(
        client, f"/influencers/{world.influencer}/links/new",
        target_url=target, shop=world.shop, campaign=0,
    )  # fmt: skip
    assert answer.status_code == 400
    assert says in answer.text


def test_a_code_is_given_from_a_day_on_in_the_shops_zone(client, world, database):
    answer = post(
        client, f"/influencers/{world.influencer}/codes/new", code=" Man-Man30 ", shop=world.shop,
        valid_from="2026-11-01", valid_until="2026-11-30",
    )  # fmt: skip
    assert answer.status_code == 302
    with database.read() as session:
        coupon = session.scalars(select(Coupon).where(Coupon.label == "Man-Man30")).one()
        owned = session.scalars(
            select(CouponOwnership).where(CouponOwnership.coupon_id == coupon.id)
        ).one()
        assert owned.valid_from == datetime(2026, 10, 31, 16, tzinfo=UTC)
        assert owned.valid_until == datetime(2026, 11, 30, 16, tzinfo=UTC)


def test_a_code_has_one_owner_at_a_time(client, world):
    url = f"/influencers/{world.influencer}/codes/new"
    data = {"code": "ONLY1", "shop": world.shop, "valid_from": "2026-11-01"}
    assert post(client, url, **data).status_code == 302
    again = post(client, url, **data)
    assert again.status_code == 400
    assert "Somebody owns this code" in again.text
    early = post(client, url, code="X1", shop=world.shop, valid_from="2026-11-02",
                 valid_until="2026-10-01")  # fmt: skip
    assert "The end comes before the beginning" in early.text


def test_a_code_can_be_said_to_have_leaked_and_to_count_again(client, world, database):
    url = f"/influencers/{world.influencer}/codes/{world.coupon}/leaked"
    post(client, url, leaked_on="2026-11-10")
    with database.read() as session:
        leaked = session.get_one(Coupon, world.coupon).leaked_at
        assert leaked == datetime(2026, 11, 9, 16, tzinfo=UTC)
    assert post(client, url, leaked_on="yesterday").status_code == 400
    post(client, url, leaked_on="")
    with database.read() as session:
        assert session.get_one(Coupon, world.coupon).leaked_at is None


def test_a_deal_is_entered_in_exact_amounts_and_its_days_get_dirty(client, world, database):
    answer = post(
        client, f"/influencers/{world.influencer}/deals/new", title="note of 9 Nov",
        posted_on="2026-11-09", currency="cny", fee="20,000.55", goods_given="70", platform_fee="",
        commission="12.5", spread_days="10",
    )  # fmt: skip
    assert answer.status_code == 302
    with database.read() as session:
        deal = session.scalars(select(Deal).where(Deal.title == "note of 9 Nov")).one()
        assert (deal.fee_minor, deal.goods_given_minor, deal.platform_fee_minor) == (
            2_000_055, 7_000, 0,
        )  # fmt: skip
        assert (deal.commission_ppm, deal.spread_days) == (125_000, 10)
        days = set(session.scalars(select(DirtyDay.day).where(DirtyDay.scope == "cost")))
        assert {date(2026, 11, 9), date(2026, 11, 18)} <= days


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"fee": "12.345"}, "more decimals"),
        ({"fee": "-1"}, "below zero"),
        ({"fee": "ten"}, "not a number"),
        ({"currency": "XXQ", "fee": "1"}, "unknown currency"),
        ({"currency": "USD"}, "no exchange rate"),
        ({"posted_on": "9/11/26"}, "Not a valid date"),
        ({"commission": "101"}, "between"),
        ({"spread_days": "0"}, "between"),
        ({"ends_on": "2026-01-01"}, "before the beginning"),
    ],
)
def test_a_deal_that_makes_no_sense_is_refused_with_its_reason(client, world, wrong, says):
    data = {
        "posted_on": "2026-11-09", "currency": "CNY", "fee": "1", "spread_days": "1", **wrong,
    }  # fmt: skip
    answer = post(client, f"/influencers/{world.influencer}/deals/new", **data)
    assert answer.status_code == 400
    assert says in answer.text


def test_a_leak_is_undone_by_a_button_beside_a_way_to_a_new_code(client, world, database):
    page, url = f"/influencers/{world.influencer}", f"/influencers/{world.influencer}/codes"
    assert "Not leaked" not in client.get(page).text
    post(client, f"{url}/{world.coupon}/leaked", leaked_on="2026-11-05")
    shown = client.get(page).text
    assert "Not leaked" in shown
    assert f'href="{url}/new"' in shown.split('id="codes"', 1)[1]
    assert "Give a new code" in shown
    post(client, f"{url}/{world.coupon}/leaked", leaked_on="")
    with database.read() as session:
        assert session.get_one(Coupon, world.coupon).leaked_at is None
