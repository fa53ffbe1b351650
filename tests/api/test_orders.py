"""Orders by the API: each taken or rejected by itself, and the same however often they are sent."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.api.conftest import Program
from tracker import api
from tracker.api import views
from tracker.models import (
    ApiKey,
    Customer,
    DirtyDay,
    Order,
    OrderCoupon,
    OrderLine,
    OrderMark,
    OrderVisitor,
    Refund,
)
from tracker.services import api_keys

REFUND = {"ref": "r1", "refunded_at": "2026-11-13T09:00:00+08:00", "amount": "20.00"}
FULL = {
    "buyer": {"platform_id": "b-7", "phone": "13800001111", "email": "li.na@example.com"},
    "lines": [
        {"quantity": 2, "amount": "100", "sku": "A", "title": "Tea"},
        {"quantity": 1, "amount": "8.00", "ref": "l2"},
    ],
    "coupons": ["LINA10", "lina10", "NULL"],
    "landing_url": "https://shop.example/?utm_source=xhs&kol=lina",
    "referrer": "https://www.xiaohongshu.com/",
    "marks": [{"landing_url": "/?utm_source=weibo", "at": "2026-11-01T00:00:00Z"}, {}],
    "order_token": "9f3ad0c1e2b34f56",
    "visitor_id": "0123456789abcdef",
    "refunds": [REFUND],
}


def counted(database, *models):
    with database.read() as session:
        return [session.scalar(select(func.count()).select_from(model)) for model in models]


def test_an_order_is_loaded_with_all_that_it_says(program, order, database):
    answer = program.post({"orders": [order(**FULL)]})
    assert answer.status_code == 200, answer.text
    assert answer.json == {
        "loaded": 1, "updated": 0, "unchanged": 0, "rejected": 0,
        "orders": [
            {"ref": "A-1", "outcome": "loaded", "reason": None, "detail": None,
             "refunds": [{"ref": "r1", "outcome": "loaded", "reason": None}]}
        ],
    }  # fmt: skip
    models = (Order, OrderLine, OrderCoupon, OrderMark, OrderVisitor, Refund, Customer)
    assert counted(database, *models) == [1, 2, 2, 2, 1, 1, 1]
    with database.read() as session:
        row = session.scalar(select(Order))
        assert (row.paid_minor, row.freight_minor, row.tax_minor) == (11_840, 500, 540)
        assert row.net_base_minor == 10_800
        assert session.scalar(select(OrderVisitor.evidence)) == "signed"
        assert session.scalar(select(func.count()).select_from(DirtyDay)) > 0


def test_the_same_request_again_changes_nothing(program, order):
    body = {"orders": [order(**FULL), order("A-2")]}
    assert program.post(body).json["loaded"] == 2
    again = program.post(body).json
    assert (again["unchanged"], again["loaded"]) == (2, 0)
    assert again["orders"][0]["refunds"][0]["outcome"] == "unchanged"


def test_the_same_request_eight_times_at_once_is_loaded_once(app, program, order, database):
    def send(_):
        return Program(app.test_client(), program.key).post({"orders": [order(**FULL)]})

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(8)))
    assert {one.status_code for one in answers} == {200}
    assert sum(one.json["loaded"] for one in answers) == 1
    assert counted(database, Order, Refund, OrderLine) == [1, 1, 2]


def test_the_newest_version_counts_in_whatever_order_they_come(program, order, database):
    old = order(paid="50.00", updated_at="2026-11-11T12:00:01+08:00")
    new = order(paid="60.00", updated_at="2026-11-11T12:00:09+08:00")
    answer = program.post({"orders": [new, old]}).json
    assert [one["outcome"] for one in answer["orders"]] == ["loaded", "rejected"]
    assert answer["orders"][1]["reason"] == "newer_version_known"
    assert (
        program.post({"orders": [order(paid="70.00", updated_at="2026-11-12T00:00:00Z")]}).json[
            "updated"
        ]
        == 1
    )
    with database.read() as session:
        assert session.scalar(select(Order.paid_minor)) == 7_000


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"currency": "XXX"}, "unknown_currency"),
        ({"currency": "EUR"}, "no_exchange_rate"),
        ({"paid": "1.005"}, "too_many_digits"),
        ({"paid": "9999999999999999"}, "too_large"),
        ({"paid": "5.00"}, "amounts_disagree"),
        ({"placed_at": "1999-12-31T23:59:59Z"}, "not_a_date"),
        ({"placed_at": "9999-12-31T23:59:59Z"}, "not_a_date"),
        ({"ref": "  "}, "value_missing"),
        ({"refunds": [{**REFUND, "refunded_at": "0001-01-01T00:00:00Z"}]}, "not_a_date"),
    ],
)  # fmt: skip
def test_an_order_that_cannot_be_one_is_rejected_and_the_others_are_not(
    program, order, database, changes, reason
):
    answer = program.post({"orders": [order("A-0"), order(**changes), order("A-2")]}).json
    assert (answer["loaded"], answer["rejected"]) == (2, 1)
    assert answer["orders"][1]["reason"] == reason
    assert counted(database, Order, Refund) == [2, 0]


def test_refunds_of_an_order_that_was_rejected_are_not_booked(program, order, database):
    answer = program.post({"orders": [order(currency="EUR", refunds=[REFUND])]}).json
    assert answer["orders"][0]["refunds"] == [
        {"ref": "r1", "outcome": "rejected", "reason": "row_without_order"}
    ]
    assert counted(database, Refund) == [0]


def test_an_unpaid_order_is_no_money(program, order, database):
    program.post({"orders": [order(status="unpaid")]})
    with database.read() as session:
        assert session.scalar(select(Order.paid_minor)) == 0


# --- who may --------------------------------------------------------------------------------------


def test_without_a_key_nothing_is_read(client, order, database):
    for key in ("", "trk_00000000_" + "x" * 43, "nonsense", "é"):
        answer = Program(client, key).post({"orders": [order()]})
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert answer.content_type == "application/problem+json"
    assert counted(database, Order) == [0]


def test_a_key_that_was_revoked_works_no_more(program, order, database, world):
    assert program.post({"orders": [order()]}).status_code == 200
    with database.write() as session:
        session.query(ApiKey).update({"revoked_at": session.query(ApiKey).one().created_at})
    assert program.post({"orders": [order()]}).status_code == 401


def test_a_key_is_stored_as_a_hash_and_its_use_is_noted(program, order, database):
    program.post({"orders": [order()]})
    with database.read() as session:
        row = session.scalar(select(ApiKey))
        assert row.prefix == program.key[:12]
        assert program.key not in (row.key_hash, row.prefix)
        assert len(row.key_hash) == 64
        assert row.last_used_at is not None


@pytest.mark.parametrize("slug", ["cups", "foreign", "nobody"])
def test_a_key_reaches_its_own_shop_only(program, order, database, slug):
    answer = program.post({"shop": slug, "orders": [order()]})
    assert answer.status_code == 403
    assert counted(database, Order) == [0]


def test_a_key_for_the_workspace_says_which_shop(client, make_key, order, database, world):
    program = Program(client, make_key().key)
    answer = program.post({"orders": [order()]})
    assert answer.status_code == 422
    assert answer.json["errors"][0]["pointer"] == "/shop"
    assert program.post({"shop": "tea", "orders": [order()]}).status_code == 200
    assert program.post({"shop": "foreign", "orders": [order()]}).status_code == 403
    with database.read() as session:
        assert session.scalars(select(Order.shop_id)).all() == [world["shop"]]


def test_a_key_made_with_a_signing_secret_needs_the_signature(client, make_key, order, world):
    made = make_key(shop_id=world["shop"], must_sign=True)
    body = {"orders": [order()]}
    assert Program(client, made.key).post(body).status_code == 401
    assert Program(client, made.key, "another").post(body).status_code == 401
    assert Program(client, made.key, made.signing_secret).post(body).status_code == 200


# --- what is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "bad_json"),
        (b"[" * 100_000, 400, "bad_json"),
        (b'{"orders":[],"orders":[]}', 400, "bad_json"),
        (b'{"orders":"\\ud800"}', 400, "bad_json"),
        (b"[]", 422, "invalid"),
        ({"orders": []}, 422, "invalid"),
        ({"orders": [{}], "extra": 1}, 422, "invalid"),
    ],
)
def test_a_body_that_is_none_is_a_problem_document(program, body, status, code):
    answer = program.post(body)
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    assert answer.json["type"] == f"urn:tracker:problem:{code}"
    assert answer.json["status"] == status


def test_a_problem_says_where_and_repeats_nothing_personal(program, order):
    answer = program.post(
        {"orders": [order(buyer={"email": 5, "phone": "13800001111", "x/y": "z"})]}
    )
    assert answer.status_code == 422
    assert {one["pointer"] for one in answer.json["errors"]} == {
        "/orders/0/buyer/email", "/orders/0/buyer/x~1y",
    }  # fmt: skip
    assert "13800001111" not in answer.text


def test_an_amount_is_text_and_never_a_float(program, order):
    assert program.post({"orders": [order(paid=118.4)]}).status_code == 422
    assert program.post({"orders": [order(paid="1e3")]}).status_code == 422
    assert program.post({"orders": [order(paid="-5.00")]}).status_code == 422


def test_too_many_orders_or_bytes_are_refused(program, order):
    assert program.post({"orders": [order(str(n)) for n in range(201)]}).status_code == 422
    assert program.post(b" " * (views.MAX_BODY + 1)).status_code == 413


def test_other_media_types_methods_and_addresses_are_problems_too(program, client, order):
    assert program.post({"orders": [order()]}, **{"Content-Type": "text/plain"}).status_code == 415
    wrong = client.get("/api/v1/orders")
    assert (wrong.status_code, set(wrong.allow)) == (405, {"OPTIONS", "POST"})
    for answer in (wrong, client.get("/api/v1/nothing"), client.get("/api/")):
        assert answer.content_type == "application/problem+json"


def test_the_site_is_reached_beside_it(client):
    assert client.get("/page").text == "a page"


def test_who_sends_too_much_is_asked_to_slow_down(app, client, monkeypatch, settings):
    for _ in range(600):
        assert client.get("/api/v1/openapi.json").status_code == 200
    answer = client.get("/api/v1/openapi.json")
    assert (answer.status_code, answer.json["type"]) == (429, "urn:tracker:problem:too_many")
    assert int(answer.headers["Retry-After"]) > 0


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_while_the_database_is_locked_the_caller_is_asked_to_come_back(
    monkeypatch, settings, database, database_url, make_key, order, world
):
    monkeypatch.setattr(views, "BUSY_SECONDS", 0.1)
    site = Flask("site")
    made = api.register(site, settings)
    program = Program(site.test_client(), make_key(shop_id=world["shop"]).key)
    other = sqlite3.connect(database_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    answer = program.post({"orders": [order()]})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    other.execute("ROLLBACK")
    other.close()
    assert program.post({"orders": [order()]}).status_code == 200
    made.extensions["database"].dispose()


def test_the_use_of_a_key_is_noted_once_a_minute(database, make_key):
    key_id = make_key().row.id
    with database.write() as session:
        row = session.get_one(ApiKey, key_id)
        api_keys.note_use(session, key_id, row.created_at)
        api_keys.note_use(session, key_id, row.created_at + timedelta(seconds=59))
        assert row.last_used_at == row.created_at
        api_keys.note_use(session, key_id, row.created_at + timedelta(seconds=60))
        assert row.last_used_at > row.created_at
