import json
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.collect.conftest import SITE_KEY
from tracker.collect.beacon import MAX_BODY, Refusal, parse_body

ID = "0B0E7D1E-0000-4000-8000-00000000000A"


def test_an_event_is_answered_and_stands_in_the_journal(collector, beacon):
    answer = collector.post(beacon(id=ID))
    assert answer.status_code == 204
    assert answer.data == b""
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer.headers
    assert "Set-Cookie" not in answer.headers
    (event,) = collector.events
    assert event.event_id == ID.lower()
    assert (event.shop_id, event.kind, event.visitor_key) == (1, "page_view", "0123456789abcdef")
    assert event.url == "https://shop.example/item/1?utm_source=xiaohongshu"
    assert event.user_agent == "Mozilla/5.0 (iPhone)"


def test_a_beacon_of_send_beacon_is_taken_as_text(collector, beacon):
    body = json.dumps(beacon()).encode()
    assert collector.post(body, content_type="text/plain;charset=UTF-8").status_code == 204


def test_an_id_without_hyphens_is_the_same_id(collector, beacon):
    collector.post(beacon(id=ID.replace("-", "")))
    assert collector.events[0].event_id == ID.lower()


def test_without_consent_the_visitor_is_the_page_load(collector, beacon):
    collector.post(beacon(id=ID, visitor=None))
    collector.post(beacon(visitor=None, first=ID))
    assert [event.visitor_key for event in collector.events] == ["c:" + ID.lower()] * 2


def test_an_order_carries_its_id_and_only_the_hash_of_its_token(collector, beacon):
    collector.post(beacon(kind="order_placed", order=" 1001 ", token="secret-token"))
    (event,) = collector.events
    assert event.order_ref == "1001"
    assert event.order_token_hash == sha256(b"secret-token").hexdigest()
    assert b"secret-token" not in next(collector.folder.glob("*.seg")).read_bytes()


def test_a_coupon_is_kept_as_typed(collector, beacon):
    collector.post(beacon(kind="coupon", coupon="ＬＩＮＡ10"))
    assert collector.events[0].coupon_code == "ＬＩＮＡ10"


def test_order_and_coupon_of_other_kinds_are_dropped(collector, beacon):
    collector.post(beacon(order="1001", token="t", coupon="c"))
    (event,) = collector.events
    assert (event.order_ref, event.order_token_hash, event.coupon_code) == ("", "", "")


def test_the_address_of_the_sender_is_nowhere(collector, beacon):
    collector.post(beacon(), environ_overrides={"REMOTE_ADDR": "203.0.5.77"})
    kept = b"".join(path.read_bytes() for path in collector.folder.iterdir())
    assert b"203.0.5.77" not in kept


def text(**changes):
    return json.dumps({"site": SITE_KEY, "id": ID, "kind": "page_view", "visitor": "v" * 16,
                       "url": "https://shop.example/", **changes})  # fmt: skip


HOSTILE = {
    "nothing": ("", 400),
    "no JSON": ("{", 400),
    "half a JSON": (text()[:-1], 400),
    "two JSONs": (text() + text(), 400),
    "a list": ("[1]", 400),
    "a text": ('"a"', 400),
    "null": ("null", 400),
    "NaN": (text()[:-1] + ',"x":NaN}', 400),
    "infinity": (text()[:-1] + ',"x":1e999}', 400),
    "a number of 5,000 digits": (text()[:-1] + f',"x":{"9" * 5000}}}', 400),
    "a name twice": (text()[:-1] + f',"id":"{ID}"}}', 400),
    "deep nesting": ("[" * 8000, 400),
    "deep nesting in a value": (text()[:-1] + ',"x":' + "[" * 3000 + "]" * 3000 + "}", 400),
    "deep objects": ('{"a":' * 1100 + "1" + "}" * 1100, 400),
    "an object in a value": (text(visitor={"a": "b"}), 400),
    "a number as id": (text(id=5), 400),
    "true as site": (text(site=True), 400),
    "half a surrogate pair": (text(visitor=None, referrer="\ud800"), 400),
    "half a surrogate pair in the url": (text(url="https://shop.example/\udfff"), 400),
    "NUL in the url": (text(url="https://shop.example/\x00"), 400),
    "a line feed in the url": (text(url="https://shop.example/\n"), 400),
    "NUL in an order": (text(kind="order_placed", order="1\x002"), 400),
    "bytes that are no UTF-8": (text().encode() + b"\xff", 400),
    "UTF-16": (text().encode("utf-16"), 400),
    "a byte order mark": (text().encode("utf-8-sig"), 400),
    "no site": (text(site=""), 404),
    "an unknown site": (text(site="other"), 404),
    "SQL as site": (text(site="' OR 1=1 --"), 404),
    "no id": (text(id=""), 400),
    "an id that is no UUID": (text(id="1234"), 400),
    "a UUID and more": (text(id=ID + "0"), 400),
    "no kind": (text(kind=""), 400),
    "an unknown kind": (text(kind="purchase"), 400),
    "a click": (text(kind="click"), 400),
    "a short visitor": (text(visitor="abc"), 400),
    "a long visitor": (text(visitor="a" * 65), 400),
    "a visitor of another kind": (text(visitor="f:someone-else"), 400),
    "a visitor with a quote": (text(visitor="abcdefgh'"), 400),
    "first that is no UUID": (text(visitor=None, first="x"), 400),
    "no url": (text(url=""), 400),
    "javascript": (text(url="javascript:alert(1)"), 400),
    "a file": (text(url="file:///etc/passwd"), 400),
    "a relative url": (text(url="/page"), 400),
    "another host": (text(url="https://evil.example/"), 403),
    "a host that ends alike": (text(url="https://evilshop.example/"), 403),
    "a host that begins alike": (text(url="https://shop.example.evil.example/"), 403),
    "the host as user": (text(url="https://shop.example@evil.example/"), 400),
    "a backslash": (text(url="https://evil.example\\@shop.example/"), 400),
    "an order without id": (text(kind="order_placed"), 400),
    "a long order": (text(kind="order_placed", order="9" * 101), 400),
    "a coupon without code": (text(kind="coupon"), 400),
    "too much": (text(x="a" * MAX_BODY), 413),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_body_gets_one_line_and_leaves_nothing(name, collector):
    body, status = HOSTILE[name]
    answer = collector.post(body)
    assert answer.status_code == status
    assert answer.text.count("\n") == 1
    assert answer.content_type.startswith("text/plain")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert collector.events == []


def outcome(body):
    """The texts of a body, or the status of its refusal."""
    try:
        return parse_body(body)
    except Refusal as refusal:
        return refusal.status


@given(st.binary(max_size=300))
def test_bytes_are_texts_by_name_or_refused(body):
    found = outcome(body)
    assert found == 400 or all(isinstance(value, str) for value in found.values())


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=10,
    )
)
def test_any_json_is_texts_by_name_or_refused(value):
    found = outcome(json.dumps(value).encode())
    assert found == 400 or found == {n: text for n, text in value.items() if text is not None}


def test_exactly_the_largest_body_is_taken(collector, beacon):
    body = json.dumps(beacon(x=""))
    body = body.replace('"x": ""', f'"x": "{"a" * (MAX_BODY - len(body))}"')
    assert len(body) == MAX_BODY
    assert collector.post(body).status_code == 204
    assert collector.post(body + " ").status_code == 413


def test_a_body_that_hides_its_length_is_still_bounded(collector):
    answer = collector.client.post(
        "/collect",
        data=b"x" * (MAX_BODY + 100),
        environ_overrides={"CONTENT_LENGTH": "", "wsgi.input_terminated": True},
    )
    assert answer.status_code == 413


@pytest.mark.parametrize("length", ["-1", "abc", "1e3", "²"])
def test_a_length_that_is_no_number_is_refused(length, collector):
    answer = collector.client.post("/collect", environ_overrides={"CONTENT_LENGTH": length})
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("shop.example", 204),
        ("SHOP.example", 204),
        ("www.shop.example", 204),
        ("shop.example:8443", 204),
        ("shop.example.", 204),
        ("example", 403),
    ],
)
def test_pages_of_the_shop_and_below_are_its_own(host, status, collector, beacon):
    assert collector.post(beacon(url=f"https://{host}/")).status_code == status


def test_a_shop_without_hosts_takes_any(collector, beacon):
    answer = collector.post(beacon(site="open-shop", url="http://[::1]:3000/x"))
    assert answer.status_code == 204


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("https://shop.example", 204),
        ("null", 204),
        ("https://evil.example", 403),
        ("chrome-extension://abc", 400),
    ],
)
def test_an_origin_that_a_browser_states_must_be_the_shops(origin, status, collector, beacon):
    answer = collector.post(beacon(), headers={"Origin": origin, "User-Agent": "x"})
    assert answer.status_code == status
    assert len(collector.events) == (status == 204)


def test_hostile_headers_are_cut_and_cleaned(collector, beacon):
    agent = "a\x01b" + "é" * 10 + "z" * 100_000
    environ = {"HTTP_USER_AGENT": agent, "HTTP_SEC_PURPOSE": "prefetch;\x7f" + "p" * 500}
    assert collector.post(beacon(), environ_overrides=environ).status_code == 204
    (event,) = collector.events
    assert len(event.user_agent) <= 512
    assert event.user_agent.isprintable()
    assert event.purpose.startswith("prefetch; ppp")
    assert len(event.purpose) == 40


def test_long_addresses_are_cut_not_refused(collector, beacon):
    long = "https://shop.example/" + "a" * 5_000
    referrer = "https://x.example/?" + "r" * 2_500
    assert collector.post(beacon(url=long, referrer=referrer)).status_code == 204
    (event,) = collector.events
    assert (len(event.url), len(event.referrer)) == (4_096, 2_048)
