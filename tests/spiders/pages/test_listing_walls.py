# ruff: noqa: E501 -- pages are one line each
"""What is no page with data: walls, refusals, other content, hostile pages. And selectors that were taught."""

import gzip
import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiders.pages.item import COUNTS
from spiders.pages.listing import read_page
from tests.spiders.pages.written_pages import URL, ld, meta, offer, page, product, read

WALLS = {
    "Cloudflare": (page('<script>window._cf_chl_opt={}</script>', title="Just a moment..."), "challenge"),
    "Cloudflare by its marks": (page(body='<form id="challenge-form"></form>', title="shop.example"), "challenge"),
    "Cloudflare's block": (page(title="Attention Required! | Cloudflare"), "challenge"),
    "DataDome": (page(body='<iframe src="https://geo.captcha-delivery.com/captcha/"></iframe>', title="shop.example"), "challenge"),
    "Amazon": (page(body="Enter the characters you see below", title="Amazon.com"), "challenge"),
    "PerimeterX": (page("<script>window._pxAppId='x'</script>", title="Access to this page has been denied"), "challenge"),
    "Imperva": (page(body='<iframe src="/_Incapsula_Resource?x"></iframe>', title=""), "challenge"),
    "a slider": (page(body="请拖动滑块完成拼图", title="滑块验证"), "challenge"),
    "a slider by its text": (page(body="<div>请拖动滑块完成验证</div>", title="淘宝"), "challenge"),
    "Douyin": (page(title="验证码中间页"), "challenge"),
    "Baidu": (page(title="百度安全验证"), "challenge"),
    "Zhihu": (page('<meta id="zh-zse-ck">', title="安全验证 - 知乎"), "challenge"),
    "Weibo's visitor page": (page("<script>visitor/genvisitor</script>", title="Sina Visitor System"), "login_wall"),
    "Weibo's visitor page in Chinese": (page(title="微博访客系统"), "login_wall"),
    "Taobao's sign-in": (page(body='<input type="password">', title="登录"), "login_wall"),
    "Instagram's sign-in": (page(meta(og__description="298K Followers, 553 Following"), title="Login • Instagram"), "login_wall"),
    "a password and nothing else": (page(body='<form><input type="password"></form>', title="Welcome"), "login_wall"),
    "a request to sign in": (page(body="请登录后查看", title="详情"), "login_wall"),
    "Akamai": (page(body="You don't have permission to access this. Reference #18.2d351ab8.1557333295", title="Access Denied"), "blocked"),
    "nginx 403": (page(body="<h1>403 Forbidden</h1>", title="403 Forbidden"), "blocked"),
    "too many": (page(title="429 Too Many Requests"), "blocked"),
    "too often": (page(body="访问过于频繁，请稍后再试", title="提示"), "blocked"),
    "not found": (page(body="oops", title="404 Not Found"), "not_found"),
    "gone from Taobao": (page(body="很抱歉，您查看的宝贝不存在", title="商品不存在"), "not_found"),
    "bad gateway": (page(title="502 Bad Gateway"), "server_error"),
    "nothing known": (page(body="<p>Hello world, price 5 dollars</p>"), "empty"),
    "nothing": ("", "empty"),
    "a script and no page": ("<html><head><script>boot()</script></head><body></body></html>", "empty"),
}  # fmt: skip


def has_no_number(found):
    return all(found[n] is None for n in ("price", "list_price", "rating", "review_count", *COUNTS))


@pytest.mark.parametrize(("text", "status"), WALLS.values(), ids=WALLS.keys())
def test_a_wall_has_a_status_and_no_number(text, status):
    found = read(text)
    assert found["status"] == status
    assert has_no_number(found)


def test_a_challenge_with_markup_in_it_still_has_no_number():
    found = read(page(ld(product(offers=offer("5"))), title="Just a moment..."))
    assert found["kind"] == "challenge"
    assert has_no_number(found)


@pytest.mark.parametrize(("url", "kind"), [
    ("https://passport.weibo.com/visitor/visitor?a=b", "login"), ("https://login.taobao.com/member/login.jhtml", "login"),
    ("https://www.instagram.com/accounts/login/?next=x", "login"), ("https://item.taobao.com/_____tmd_____/punish?x5secdata=1", "challenge"),
])  # fmt: skip
def test_an_address_of_a_wall_is_a_wall(url, kind):
    assert read(page(ld(product(offers=offer("5")))), url)["kind"] == kind


@pytest.mark.parametrize(("document", "status"), [
    ({"code": -412, "message": "request was banned"}, "blocked"), ({"code": -352, "data": {"v_voucher": "x"}}, "challenge"),
    ({"ok": -100, "url": "https://passport.weibo.com"}, "login_wall"), ({"errors": "Not Found"}, "not_found"),
    ({"code": "woocommerce_rest_product_invalid_id", "message": "Invalid product ID.", "data": {"status": 404}}, "not_found"),
    ({"error": {"code": 403, "message": "quota"}}, "blocked"), ({"ret": ["FAIL_SYS_USER_VALIDATE", "RGV587_ERROR::SM"], "data": {"url": "x"}}, "challenge"),
    ({"ret": ["FAIL_SYS_SESSION_EXPIRED::x"], "data": {}}, "login_wall"), ({"hello": 1}, "empty"),
])  # fmt: skip
def test_a_refusal_in_json_is_told_from_data(document, status):
    found = read(json.dumps(document))
    assert found["status"] == status
    assert has_no_number(found)


def test_a_page_is_decoded_whatever_it_declares():
    text = page(
        '<meta charset="gbk">'
        + ld(
            '{"@type":"Product","name":"陶瓷马克杯超大容量办公室水杯","offers":{"price":"19.90","priceCurrency":"CNY"}}'
        )
    )
    for body, encoding in (
        (text.encode("utf-8"), "utf-8"),
        (text.encode("gb18030"), "gb18030"),
        (b"\xef\xbb\xbf" + text.encode(), "utf-8"),
        (text.encode("utf-16"), "utf-16-le"),
        (gzip.compress(text.encode()), "utf-8"),
    ):
        item = read_page(body, URL)
        assert (item.title, item.encoding, item.bad_characters) == (
            "陶瓷马克杯超大容量办公室水杯",
            encoding,
            0,
        )
        assert str(item.price) == "19.90"


def test_taught_selectors_are_used_where_the_page_says_nothing():
    text = page(
        body='<h1>Mug</h1><span class="now">¥ 59.90</span><del>¥99</del><i class="sold">缺货</i>'
    )
    taught = {"price": ".now", "list_price": "del::text", "title": "h1", "availability": ".sold"}
    found = read(text, selectors=taught)
    assert (found["price"], found["list_price"], found["currency"]) == ("59.90", "99", "CNY")
    assert (found["title"], found["availability"], found["sources"]["price"]) == (
        "Mug",
        "out_of_stock",
        "taught",
    )


def test_a_taught_selector_that_finds_two_prices_is_asked():
    found = read(page(body='<b class="p">$5</b><b class="p">$9</b>'), selectors={"price": ".p"})
    assert (found["status"], found["price"]) == ("ambiguous", None)
    assert [c["price"] for c in found["candidates"]] == ["5", "9"]


def test_taught_selectors_do_not_overrule_markup():
    found = read(
        page(ld(product(offers=offer("5"))), '<b class="p">$9</b>'), selectors={"price": ".p"}
    )
    assert found["price"] == "5"


@pytest.mark.parametrize("body", [b"%PDF-1.7 \x00\x01", b"\x89PNG\r\n\x1a\n" + b"\x00" * 50, b"PK\x03\x04\x00\x00", b"\x00" * 100])  # fmt: skip
def test_what_is_no_page_is_bad_content_or_empty(body):
    assert read(body)["status"] in ("bad_content", "empty")


def seconds(text):
    start = time.perf_counter()
    read(text)
    return time.perf_counter() - start


HOSTILE = {
    "deep nesting": "<div>" * 200_000,
    "deep JSON": page(ld("[" * 100_000)),
    "deep JSON that ends": page(ld('{"@type":"Product","a":' * 5_000 + "1" + "}" * 5_000)),
    "a huge attribute": page(body=f'<p data-x="{"a" * 5_000_000}">'),
    "quotes without end": page(ld('{"a":"' + '\\"' * 300_000)),
    "comments without end": page(ld("{" + "/*" * 300_000)),
    "many scopes": "<div itemscope itemtype='x'>" * 3_000 + "<b itemprop=price>5</b>" * 3_000,
    "many scripts": page(ld(*['{"@type":"Product"}'] * 3_000)),
    "a number with a long exponent": page(ld('{"@type":"Product","name":"x","offers":{"price":1e999999999}}')),
    "a number of many digits": page(ld('{"@type":"Product","name":"x","offers":{"price":' + "9" * 100_000 + "}}")),
    "many products": page(ld([product(name=f"m{i}", offers=offer(str(i + 1))) for i in range(5_000)])),
    "many attributes": "<p " + " ".join(f"a{i}=1" for i in range(50_000)) + ">",
    "ids that refer to themselves": page(ld({"@type": "Product", "@id": "#a", "name": "x", "offers": {"@id": "#a"}})),
}  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_pages_are_answered_in_reasonable_time(text):
    assert seconds(text) < 20  # a hang, not slowness; benchmarks measure the latter


@given(st.binary(max_size=300))
def test_no_bytes_raise(body):
    read_page(body, URL)


@given(
    st.text(
        "<>/=\"'{}[],:@ abprice itemscope itemprop type script ld+json 0123456789.", max_size=200
    )
)
def test_no_markup_raises(text):
    read_page("<html>" + text, URL)
    read_page(page(ld(text.replace("<", ""))), URL)


def test_every_key_is_always_there():
    keys = set(read(""))
    assert keys == set(read(page(ld(product(offers=offer("5"))))))
    assert {
        "kind",
        "title",
        "price",
        "list_price",
        "currency",
        "availability",
        "rating",
        "review_count",
        "sku",
        "brand",
        "status",
    } <= keys
