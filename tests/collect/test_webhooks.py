"""The door for what shops deliver: proven, read, stripped of the person, on the disk, answered."""

import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests import factories
from tests.collect.conftest import StillDirectory
from tests.support.webhooks import (
    SECRET,
    as_body,
    shopify_headers,
    shopify_order,
    shopify_refund,
    woo_headers,
    woo_order,
)
from tracker.collect import webhooks as webhooks_module
from tracker.collect.delivery_lines import decode_delivery
from tracker.collect.delivery_loader import DeliveryLoader
from tracker.collect.directory import KnownSecret, KnownShop, make_snapshot
from tracker.collect.front import Front
from tracker.collect.journal import Journal
from tracker.collect.limits import Limiter
from tracker.collect.webhooks import MAX_BODY, Webhooks
from tracker.config import Settings
from tracker.domain.deliveries import Trouble
from tracker.domain.records import Buyer, Reason
from tracker.models import Delivery as Row
from tracker.models import Order
from tracker.services.customers import customer_key
from tracker.services.sealing import seal


class Door:
    """A collector that knows a shop of each platform, one without a secret, and no database."""

    def __init__(self, home):
        self.settings = Settings(home=home)
        sealed = seal(self.settings.signing_key, SECRET)
        other = seal(self.settings.signing_key, "the-secret-of-another-shop")
        shops = [
            KnownShop(1, "tea", ("shop.example",), "shopify", "USD", (KnownSecret(sealed, None),)),
            KnownShop(2, "cups", (), "woocommerce", "USD", (KnownSecret(other, None),)),
            KnownShop(3, "bare", (), "shopify", "USD"),
        ]
        self.directory = StillDirectory(make_snapshot(shops, []))
        self.folder = self.settings.deliveries_dir
        self.front = Front(
            Flask("site").wsgi_app, self.directory, Journal(self.settings.journal_dir, 0),
            Limiter(),
            webhooks=Webhooks(self.settings, self.directory, Journal(self.folder, 0)),
        )  # fmt: skip
        app = Flask("site")
        app.wsgi_app = self.front
        self.client = app.test_client(use_cookies=False)

    @property
    def kept(self):
        lines = [
            line for path in sorted(self.folder.glob("*.seg"))
            for line in path.read_bytes().splitlines()
        ]  # fmt: skip
        return [decode_delivery(line) for line in lines]

    def shopify(self, payload, topic="orders/create", key="tea", secret=SECRET, **headers):
        body = payload if isinstance(payload, bytes) else as_body(payload)
        told = {**shopify_headers(topic, body, secret), **headers}
        return self.client.post(f"/webhooks/shopify/{key}", data=body, headers=told)

    def woo(self, payload, topic="order.updated", key="cups", secret="the-secret-of-another-shop"):
        body = as_body(payload)
        headers = woo_headers(topic, body, secret)
        return self.client.post(f"/webhooks/woocommerce/{key}", data=body, headers=headers)


@pytest.fixture
def door(tmp_path):
    made = Door(tmp_path / "home")
    yield made
    made.front.close()


def test_a_signed_order_is_kept_and_answered(door):
    answer = door.shopify(shopify_order())
    assert (answer.status_code, answer.text) == (200, "kept\n")
    (kept,) = door.kept
    assert (kept.shop_id, kept.source, kept.topic) == (1, "shopify", "orders/create")
    assert kept.sender_key == "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043"
    assert (kept.order.ref, kept.order.paid_minor, kept.alias) == ("#1001", 11_840, "820982901001")
    assert (kept.outcome, kept.reason) == ("", "")


def test_both_platforms_are_read_in_their_own_way(door):
    assert door.woo(woo_order()).status_code == 200
    assert door.shopify(shopify_refund(), "refunds/create").status_code == 200
    woo, refund = door.kept
    assert (woo.source, woo.order.ref, woo.has_all_refunds) == ("woocommerce", "727", True)
    assert (refund.order, refund.refunds[0].amount_minor) == (None, 2_000)


def test_who_bought_is_a_hash_before_anything_is_written(door):
    door.shopify(shopify_order(phone="+86 138 0000 1111"))
    (kept,) = door.kept
    secret = door.settings.customer_key_secret
    expected = customer_key(secret, Buyer(phone="13800001111"), "shop-1")
    assert kept.order.buyer == Buyer(key=expected)
    written = b"".join(path.read_bytes() for path in door.folder.glob("*.seg"))
    for personal in (b"li.na", b"Nanjing", b"13800001111", b"0000 1111", b"203.0.113.9", b"115310"):
        assert personal not in written


@pytest.mark.parametrize(
    ("key", "secret", "reason"),
    [
        ("tea", "the-secret-of-another-shop", Trouble.BAD_SIGNATURE),
        ("bare", SECRET, Trouble.NO_SECRET),
    ],
)
def test_what_the_shop_did_not_sign_is_turned_away_and_said_once(door, caplog, key, secret, reason):
    caplog.set_level(logging.WARNING)
    for _ in range(5):
        assert door.shopify(shopify_order(), key=key, secret=secret).status_code == 401
    assert len([r for r in caplog.records if "refused" in r.message]) == 1
    (kept,) = door.kept
    assert (kept.outcome, kept.reason, kept.topic, kept.order) == ("refused", reason, "", None)
    assert door.directory.asked == 5  # perhaps the secret was set a moment ago


def test_a_signature_that_is_missing_or_of_other_bytes_proves_nothing(door):
    body = as_body(shopify_order())
    headers = shopify_headers("orders/create", body)
    assert (
        door.client.post("/webhooks/shopify/tea", data=body + b" ", headers=headers).status_code
        == 401
    )
    del headers["X-Shopify-Hmac-Sha256"]
    assert door.client.post("/webhooks/shopify/tea", data=body, headers=headers).status_code == 401
    assert [one.order for one in door.kept] == [None]


def test_the_first_call_of_woocommerce_is_welcome_and_leaves_nothing(door):
    answer = door.client.post(
        "/webhooks/woocommerce/cups", data=b"webhook_id=7",
        content_type="application/x-www-form-urlencoded",
    )  # fmt: skip
    assert answer.status_code == 200
    assert door.kept == []
    for other in ("/webhooks/shopify/tea", "/webhooks/woocommerce/cups"):
        assert door.client.post(other, data=b"webhook_id=7&x=1").status_code == 401


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff", b"[" * 100_000, b'{"id":1,"id":2}', b'{"id":NaN}', b'{"id":"\\ud800"}',
     b'{"id":' + b"9" * 5_000 + b"}"],
)  # fmt: skip
def test_a_signed_body_that_is_no_harmless_json_is_refused(door, body):
    assert door.shopify(body).status_code == 400
    assert door.kept == []


@pytest.mark.parametrize("body", [b"[]", b"null", b'"text"', b"5"])
def test_signed_json_that_is_no_object_is_no_order(door, body):
    assert door.shopify(body).status_code == 200
    assert (door.kept[0].outcome, door.kept[0].reason) == ("rejected", Trouble.NOT_AN_ORDER)


def test_an_order_that_cannot_be_read_is_answered_and_shown(door):
    assert door.shopify(shopify_order(currency="BTC")).status_code == 200
    (kept,) = door.kept
    assert (kept.outcome, kept.reason, kept.detail) == (
        "rejected", Reason.UNKNOWN_CURRENCY, "currency",
    )  # fmt: skip


def test_a_topic_that_is_not_wanted_is_answered_and_shown(door):
    assert door.shopify({"id": 1}, "products/update").status_code == 200
    assert (door.kept[0].outcome, door.kept[0].reason) == ("ignored", Trouble.TOPIC_UNKNOWN)


def test_too_large_a_body_is_not_even_read(door):
    answer = door.shopify(b"x" * (MAX_BODY + 1))
    assert answer.status_code == 413
    assert door.kept == []


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/webhooks/shopify/tea", 405),
        ("POST", "/webhooks/shopify/nobody", 404),
        ("POST", "/webhooks/shopify/", 404),
        ("POST", "/webhooks/magento/tea", 404),
        ("POST", "/webhooks/", 404),
    ],
)
def test_other_addresses_and_methods_are_turned_away(door, method, path, status):
    assert door.client.open(path, method=method, data=b"{}").status_code == status


def test_a_disk_that_takes_nothing_is_said_to_the_sender(door, monkeypatch):
    def full(self, line):
        raise OSError(28, "no space") from OSError(28, "no space")

    monkeypatch.setattr(Journal, "append", full)
    answer = door.shopify(shopify_order())
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")


def test_before_anything_is_known_the_sender_is_asked_to_come_back(door):
    door.directory.known = None
    assert door.shopify(shopify_order()).status_code == 503


def test_a_secret_that_was_replaced_counts_until_its_end(door):
    shop = door.directory.known.shops["tea"]
    new = KnownSecret(seal(door.settings.signing_key, "the-new-secret-of-the-shop"), None)
    old = replace(shop.secrets[0], until_micros=2**62)
    door.directory.known.shops["tea"] = replace(shop, secrets=(new, old))
    assert door.shopify(shopify_order()).status_code == 200
    assert door.shopify(shopify_order(), secret="the-new-secret-of-the-shop").status_code == 200
    door.directory.known.shops["tea"] = replace(
        shop, secrets=(new, replace(shop.secrets[0], until_micros=1))
    )
    assert door.shopify(shopify_order()).status_code == 401


def test_the_second_refusal_is_shown_after_a_while(door, monkeypatch):
    monkeypatch.setattr(webhooks_module, "QUIET_SECONDS", 0.0)
    for _ in range(2):
        door.shopify(shopify_order(), secret="the-secret-of-another-shop")
    assert len(door.kept) == 2


def test_the_same_delivery_eight_times_at_once_is_one_order(door, database_url, database):
    """Shopify repeats what it was not told of in time; every copy is answered, one counts."""
    with database.write() as session, factories.using(session):
        workspace = factories.WorkspaceFactory(base_currency="USD")
        factories.ShopFactory(id=1, workspace=workspace, platform="shopify", currency="USD")
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: door.shopify(shopify_order()).status_code, range(8)))
    assert answers == [200] * 8
    door.front.close()
    loader = DeliveryLoader(door.folder, database, secret=door.settings.customer_key_secret)
    assert loader.run_round() == 8
    with database.read() as session:
        outcomes = sorted(session.scalars(select(Row.outcome)))
        assert outcomes == ["loaded", *["unchanged"] * 7]
        assert session.scalar(select(func.count()).select_from(Order)) == 1
