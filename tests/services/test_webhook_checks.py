"""What is wrong with a shop's webhooks is said, and nothing where nothing is."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.factories import NOON
from tracker.models import Delivery
from tracker.services import webhook_checks, webhooks

SECRET = "the-secret-of-the-shop-0123"


class Checked:
    """A shop with a secret and a public address, and what is said about it."""

    def __init__(self, session, shop):
        self.session, self.shop = session, shop
        webhooks.set_secret(session, shop, SECRET, signing_key="key", now=NOON - timedelta(days=60))

    def codes(self, site_url="https://t.example.com", key="key"):
        found = webhook_checks.check_webhooks(
            self.session, self.shop, now=NOON, site_url=site_url, signing_key=key
        )
        return [one.code for one in found]

    def come(self, *topics, minutes_ago=10, **changes):
        for number, topic in enumerate(topics):
            at = NOON - timedelta(minutes=minutes_ago + number)
            row = {
                "key": f"{minutes_ago + number}-{topic}", "shop_id": self.shop.id,
                "received_at": at, "source": "shopify", "topic": topic, "order_ref": "#1",
                "outcome": "loaded", "loaded_at": at, **changes,
            }  # fmt: skip
            self.session.add(Delivery(**row))
        self.session.flush()


@pytest.fixture
def checked(session, shop):
    return Checked(session, shop)


ALL = ("orders/create", "orders/updated", "refunds/create")


def test_when_everything_comes_nothing_is_wrong(checked):
    checked.come(*ALL)
    assert checked.codes() == ["all_well"]


@pytest.mark.parametrize(
    "address",
    ["http://t.example.com", "https://localhost", "https://127.0.0.1:8620", "https://192.168.1.5",
     "https://tracker", "https://box.local"],
)  # fmt: skip
def test_an_address_that_no_platform_reaches_is_said(checked, address):
    checked.come(*ALL)
    assert checked.codes(address) == ["address_local"]


def test_before_anything_came_that_is_what_is_said(checked):
    assert checked.codes() == ["nothing_came"]


@pytest.mark.parametrize(
    ("reason", "code"), [("bad_signature", "signature_wrong"), ("no_signature", "unsigned")]
)
def test_a_wrong_signature_is_wrong_until_a_right_one_comes(checked, reason, code):
    checked.come("", outcome="refused", reason=reason)
    assert checked.codes() == [code]
    checked.come("orders/updated", minutes_ago=1)
    assert code not in checked.codes()


def test_a_secret_of_another_installation_is_lost(checked):
    checked.come(*ALL)
    assert checked.codes(key="another") == ["secret_lost"]


def test_topics_that_never_came_are_named(checked):
    checked.come("orders/paid", "orders/updated")
    assert checked.codes() == ["topics_missing"]


def test_silence_after_deliveries_is_said(checked):
    checked.come(*ALL, minutes_ago=60 * 24 * 8)
    assert checked.codes() == ["silent"]


@pytest.mark.parametrize(
    ("outcome", "reason", "code"),
    [
        ("waiting", "no_exchange_rate", "rates_missing"),
        ("waiting", "order_unknown", "orders_missing"),
        ("waiting", "store_failed", "store_failed"),
        ("rejected", "unknown_currency", "rejected"),
    ],
)
def test_what_was_not_loaded_is_counted_with_its_reason(checked, outcome, reason, code):
    checked.come(*ALL)
    checked.come("orders/updated", minutes_ago=2, outcome=outcome, reason=reason)
    assert checked.codes() == [code]


def test_the_state_of_a_shop_is_what_came_lately(session, shop, checked):
    checked.come(*ALL)
    checked.come("orders/updated", minutes_ago=60 * 25)
    checked.come("", minutes_ago=1, outcome="refused", reason="bad_signature")
    checked.come("orders/updated", minutes_ago=3, outcome="waiting", reason="order_unknown")
    state = webhook_checks.states(session, [shop.id], NOON)[shop.id]
    assert state.n_secrets == 1
    assert state.last_at == NOON - timedelta(minutes=3)
    assert state.recent == {"loaded": 3, "refused": 1, "waiting": 1}
    assert [one.topic for one in webhook_checks.recent_deliveries(session, shop, 2)] == [
        "", "orders/updated",
    ]  # fmt: skip


def test_asking_for_many_shops_takes_three_statements(session, shop, queries):
    webhook_checks.states(session, [shop.id, *range(1000, 1050)], NOON)
    assert len(queries) == 3
