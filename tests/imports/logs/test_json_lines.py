import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.imports.logs.fields import NO_AGENT
from tracker.imports.logs.json_lines import parse

AGENT = "Mozilla/5.0 (iPhone)"
WANTED = (
    "203.0.113.9", "GET", "/item/1?kol=lina", "200", "https://www.xiaohongshu.com/", AGENT,
    "www.shop.example",
)  # fmt: skip

SPELLINGS = {
    "nginx": {
        "time_iso8601": "2026-11-11T08:00:00+08:00", "remote_addr": "203.0.113.9",
        "request": "GET /item/1?kol=lina HTTP/2.0", "status": "200",
        "http_referer": "https://www.xiaohongshu.com/", "http_user_agent": AGENT,
        "host": "www.shop.example", "request_time": "0.005",
    },
    "nginx in parts behind a proxy": {
        "time_local": "11/Nov/2026:08:00:00 +0800", "remote_addr": "10.0.0.1",
        "http_x_forwarded_for": "203.0.113.9, 10.0.0.7", "request_method": "GET",
        "uri": "/item/1", "args": "kol=lina", "status": 200,
        "http_referrer": "https://www.xiaohongshu.com/", "http_user_agent": AGENT,
        "server_name": "www.shop.example",
    },
    "caddy": {
        "ts": 1794355200.25, "status": 200,
        "request": {
            "remote_ip": "203.0.113.9", "method": "GET", "uri": "/item/1?kol=lina",
            "host": "www.shop.example",
            "headers": {"Referer": ["https://www.xiaohongshu.com/"], "User-Agent": [AGENT]},
        },
    },
    "traefik": {
        "ClientHost": "203.0.113.9", "RequestMethod": "GET", "RequestPath": "/item/1?kol=lina",
        "RequestHost": "www.shop.example", "DownstreamStatus": 200,
        "time": "2026-11-11T00:00:00Z", "request_Referer": "https://www.xiaohongshu.com/",
        "request_User-Agent": AGENT,
    },
    "ecs": {
        "@timestamp": "2026-11-11T00:00:00.000Z", "source": {"ip": "203.0.113.9"},
        "http": {"request": {"method": "GET", "referrer": "https://www.xiaohongshu.com/"},
                 "response": {"status_code": 200}},
        "url": {"original": "/item/1?kol=lina", "domain": "www.shop.example"},
        "user_agent": {"original": AGENT},
    },
}  # fmt: skip


@pytest.mark.parametrize("name", SPELLINGS)
def test_spellings_in_use_say_the_same(name):
    found = parse(json.dumps(SPELLINGS[name]))
    assert (
        found.address, found.method, found.url, found.status, found.referrer, found.user_agent,
        found.host,
    ) == WANTED  # fmt: skip
    assert found.time.startswith("2026-11-1")


def test_bytes_that_nginx_escapes_are_text():
    line = json.dumps(SPELLINGS["nginx"]).replace("kol=lina", "q=\\xE9\\xA1\\xB5")
    assert parse(line).url == "/item/1?q=页"


def test_agent_that_is_not_told_is_another_thing_than_an_empty_one():
    told = dict(SPELLINGS["nginx"])
    assert parse(json.dumps(told | {"http_user_agent": "-"})).user_agent == ""
    del told["http_user_agent"]
    assert parse(json.dumps(told)).user_agent == NO_AGENT


def test_ids_that_outlive_the_day_are_taken():
    told = SPELLINGS["nginx"]
    assert parse(json.dumps(told | {"uid_got": "uid=0A0B"})).visitor == "uid=0A0B"
    cookie = {"http_cookie": "a=b; tracker_id=0123456789abcdef"}
    assert parse(json.dumps(told | cookie)).visitor == "tracker_id=0123456789abcdef"


@pytest.mark.parametrize(
    "line",
    ["", "{", "[]", "1", '{"a": 1}', "{" * 100_000,
     '{"time": "2026-11-11T08:00:00Z", "status": 200}', '{"time": NaN, "uri": "/", "status": 200}',
     '{"time": "2026-11-11T08:00", "uri": "/", "status": "x"}'],
)  # fmt: skip
def test_what_is_no_line_of_a_log_is_none(line):
    assert parse(line) is None


VALUES = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=True) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["time", "uri", "status", "request", "ts", "host"]), VALUES))
def test_no_object_breaks_the_reading(values):
    parse(json.dumps(values))
