# ruff: noqa: E501 -- pages are one line each
"""Saved pages: from the file to the preview, to history, or to what is taught."""

from __future__ import annotations

import io
import re

import pytest
from sqlalchemy import select

from tests.spiders.pages.saved_files import load
from tests.web.conftest import HOSTILE, form_token
from tests.web.test_pages import inspect
from tracker.models import (
    Listing,
    ListingSnapshot,
    MetricPoint,
    SocialAccount,
    SocialPost,
    TaughtSelector,
)

SHOP = b"""<html><head><title>Mug</title><link rel="canonical" href="https://shop.example/mug"></head>
<body><h1>Mug</h1><b class="price now">59.90 EUR</b><s class="price old">79.90 EUR</s></body></html>"""
MARKED = b"""<html><head><title>Cup</title><link rel="canonical" href="https://shop.example/cup">
<script type="application/ld+json">{"@type":"Product","name":"Cup","offers":{"price":"12.50","priceCurrency":"EUR","availability":"InStock"}}</script></head></html>"""


def upload(client, body, url=""):
    data = {
        "csrf_token": form_token(client), "url": url, "file": (io.BytesIO(body), "page.html"),
    }  # fmt: skip
    return client.post("/pages", data=data)


def post(client, place, /, **data):
    return client.post(place, data={"csrf_token": form_token(client), **data})


def seen_at(page):
    return re.search(r'name="taken_at"[^>]*value="([^"]+)"', page)[1]


def folder_of(location):
    return location.partition("?")[0]


@pytest.fixture
def account(world, database):
    with database.write() as session:
        row = session.scalars(
            select(SocialAccount).where(SocialAccount.workspace_id == world.workspace)
        ).one()
        row.platform, row.handle, row.url = "xiaohongshu", "chawu88", ""
        return row.id


def test_numbers_are_looked_at_before_they_are_stored(client, world, database, account):
    where = upload(client, load("xiaohongshu/user.html")).location
    page = client.get(where).text
    assert "茶屋" in page
    assert 'title="1.5万"' in page
    assert "≈15,000" in page
    assert f'<option selected value="{account}">' in page
    with database.read() as session:
        assert session.scalars(select(MetricPoint)).all() == []
    answer = post(client, f"{folder_of(where)}/store", taken_at=seen_at(page), account=account, influencer=0)  # fmt: skip
    assert answer.status_code == 302
    with database.read() as session:
        points = {(p.subject_id, p.metric): (p.low, p.high) for p in session.scalars(select(MetricPoint))}  # fmt: skip
        assert points == {
            (account, "followers"): (14_500, 16_000),
            (account, "following"): (21, 22),
        }


def test_an_account_that_is_not_listed_is_added_to_its_influencer(client, world, database):
    where = upload(client, load("weibo/status.html")).location
    page = client.get(where).text
    assert 'value="1234567890"' in page  # the handle that the page gives
    assert "≈12,000" in page
    answer = post(
        client, f"{folder_of(where)}/store", taken_at=seen_at(page), account=0,
        influencer=world.influencer, handle="1234567890",
    )  # fmt: skip
    assert answer.status_code == 302
    with database.read() as session:
        (made,) = session.scalars(select(SocialAccount).where(SocialAccount.platform == "weibo"))
        post_row = session.scalars(select(SocialPost)).one()
        assert (made.influencer_id, made.workspace_id) == (world.influencer, world.workspace)
        assert (post_row.social_account_id, post_row.ref) == (made.id, "5100000000000003")


def test_nobody_of_another_workspace_can_be_chosen(client, world, database):
    where = upload(client, load("weibo/status.html")).location
    page = client.get(where).text
    answer = post(
        client, f"{folder_of(where)}/store", taken_at=seen_at(page), account=0,
        influencer=world.foreign_influencer, handle="x",
    )  # fmt: skip
    assert answer.status_code == 400
    other = folder_of(where).replace(f"page-{world.workspace}-", f"page-{world.foreign_workspace}-")
    assert client.get(other).status_code == 404


def test_a_wall_says_so_and_offers_nothing_to_store(client, world):
    where = upload(client, load("walls/login.html"), "https://www.xiaohongshu.com/user/profile/1")
    page = client.get(where.location).text
    assert "This is a sign-in page" in page
    assert "Store it" not in page


def test_a_listing_is_stored_as_a_competitors(client, world, database):
    where = upload(client, MARKED).location
    page = client.get(where).text
    assert "12.50 EUR" in page.replace("\n", "")
    answer = post(client, f"{folder_of(where)}/store", taken_at=seen_at(page), url="https://shop.example/cup", competitor="Other shop")  # fmt: skip
    assert answer.status_code == 302
    with database.read() as session:
        listing = session.scalars(select(Listing)).one()
        snapshot = session.scalars(select(ListingSnapshot)).one()
        assert (listing.url, listing.competitor) == ("https://shop.example/cup", "Other shop")
        assert (snapshot.price_minor, snapshot.currency, snapshot.run_id) == (1_250, "EUR", 0)


def test_an_address_that_no_spider_may_fetch_is_no_listing(client, world, database):
    where = upload(client, MARKED.replace(b"https://shop.example/cup", b"")).location
    page = client.get(where).text
    for url in ("http://127.0.0.1/cup", "file:///etc/passwd", "https://a b/", ""):
        answer = post(client, f"{folder_of(where)}/store", taken_at=seen_at(page), url=url)
        assert answer.status_code == 400
    with database.read() as session:
        assert session.scalars(select(Listing)).all() == []


def test_a_site_without_markup_is_taught(client, world, database):
    where = upload(client, SHOP).location
    page = client.get(where).text
    assert "Nothing was found in it" in page
    assert "b.price.now" in page
    tried = client.get(
        f"{folder_of(where)}?url=https://shop.example/mug&price=b.now&list_price=s.old"
    )
    assert "59.90 EUR" in tried.text.replace("\n", "")
    assert "finds: 79.90 EUR" in tried.text
    answer = post(client, f"{folder_of(where)}/teach", url="https://shop.example/mug", price="b.now", list_price="s.old")  # fmt: skip
    assert answer.status_code == 302
    with database.read() as session:
        row = session.scalars(select(TaughtSelector)).one()
        assert (row.host, row.workspace_id) == ("shop.example", world.workspace)
        assert row.selectors == {"price": "b.now", "list_price": "s.old"}
    assert "b.now" in client.get("/settings/sources").text
    post(client, f"/settings/selectors/{row.id}/delete")
    with database.read() as session:
        assert session.scalars(select(TaughtSelector)).all() == []


def test_what_is_no_selector_is_said_and_not_kept(client, world, database):
    where = folder_of(upload(client, SHOP).location)
    page = client.get(f"{where}?url=https://shop.example/mug&price=..now")
    assert "This is no CSS selector." in page.text
    answer = post(client, f"{where}/teach", url="https://shop.example/mug", price="..now")
    assert answer.status_code == 400
    with database.read() as session:
        assert session.scalars(select(TaughtSelector)).all() == []


def test_a_page_of_a_stranger_stays_text(client, world):
    body = SHOP.replace(b"Mug", HOSTILE.encode()).replace(b"59.90 EUR", HOSTILE.encode())
    for text in (body, MARKED.replace(b"Cup", b"\\u003cscript>alert(1)\\u003c/script>")):
        where = upload(client, text).location
        found = inspect(client.get(where).text)
        assert found.problems == []


def test_any_file_has_a_page(client, world):
    for body in (b"", b"\x89PNG\r\n\x1a\n\0\0\0", b"{", b"\xff" * 500, b"<" * 5_000):
        answer = upload(client, body)
        assert client.get(answer.location).status_code == 200


def test_a_file_that_is_gone_is_asked_for_again(client, world, settings):
    where = upload(client, SHOP).location
    for path in settings.uploads_dir.iterdir():
        path.unlink()
    assert client.get(where).location == "/pages"
    assert client.get("/pages/page-1-xyz00000000000000000000000000000").status_code == 404


def test_the_pages_are_in_both_languages(client_of, world):
    for locale, text in (("zh_CN", "保存的网页"), ("en", "Saved pages")):
        client = client_of("owner", locale)
        page = client.get("/pages").text
        assert text in page
        assert inspect(page).problems == []
        where = upload(client, load("weibo/index.json"), "https://m.weibo.cn/u/1").location
        assert inspect(client.get(where).text).problems == []
