"""Secrets of webhooks: one counts, and for a while the one before it."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.factories import NOON
from tracker.models import WebhookSecret
from tracker.services import webhooks
from tracker.services.errors import RefusedError
from tracker.services.sealing import hint_of, seal, unseal

KEY = "the signing key of the installation"
OLD, NEW = "old-secret-of-the-shop-1234", "new-secret-of-the-shop-5678"


def put(session, shop, secret, at=NOON, **options):
    return webhooks.set_secret(session, shop, secret, signing_key=KEY, now=at, **options)


def secrets(session, shop, at=NOON):
    return [unseal(KEY, one.sealed) for one in webhooks.valid_secrets(session, shop, at)]


def test_a_secret_is_stored_sealed_and_shown_by_its_end(session, shop):
    assert put(session, shop, f" {OLD}\n") == OLD
    row = session.scalar(select(WebhookSecret))
    assert OLD not in row.sealed
    assert row.hint == "1234"
    assert secrets(session, shop) == [OLD]


def test_without_one_given_a_strong_one_is_made(session, shop):
    made = put(session, shop, "")
    assert len(made) >= 40
    assert secrets(session, shop) == [made]


def test_the_secret_before_counts_for_the_overlap(session, shop):
    put(session, shop, OLD)
    put(session, shop, NEW, overlap=timedelta(hours=1))
    assert secrets(session, shop) == [NEW, OLD]
    assert secrets(session, shop, NOON + timedelta(minutes=59)) == [NEW, OLD]
    assert secrets(session, shop, NOON + timedelta(hours=1)) == [NEW]


def test_there_are_never_more_than_two(session, shop):
    for number in range(4):
        put(session, shop, f"{NEW}-{number}")
    assert secrets(session, shop) == [f"{NEW}-3", f"{NEW}-2"]


def test_a_leaked_secret_can_end_at_once(session, shop):
    put(session, shop, OLD)
    put(session, shop, NEW, overlap=timedelta(0))
    assert secrets(session, shop) == [NEW]
    put(session, shop, OLD)
    assert webhooks.end_old_secret(session, shop)
    assert not webhooks.end_old_secret(session, shop)
    assert secrets(session, shop) == [OLD]
    webhooks.remove_secrets(session, shop)
    assert secrets(session, shop) == []


@pytest.mark.parametrize(
    ("secret", "code"),
    [("short", "secret_short"), ("x" * 201, "secret_long"), ("a secret with blanks", "bad_secret"),
     ("密" * 20, "bad_secret"), (NEW, "secret_same")],
)  # fmt: skip
def test_a_secret_that_cannot_be_one_is_refused(session, shop, secret, code):
    put(session, shop, NEW)
    with pytest.raises(RefusedError) as caught:
        put(session, shop, secret)
    assert caught.value.code == code
    assert secrets(session, shop) == [NEW]


def test_another_installation_cannot_open_a_secret():
    sealed = seal(KEY, OLD)
    assert unseal(KEY, sealed) == OLD
    assert unseal("another key", sealed) is None
    assert unseal(KEY, sealed[:-4] + "AAAA") is None
    assert seal(KEY, OLD) != sealed


def test_the_end_of_a_short_secret_is_not_shown():
    assert (hint_of("short-one"), hint_of(OLD)) == ("", "1234")
