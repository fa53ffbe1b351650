"""A signature proves the shop, under the secret that counts and the one before it."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.webhooks import signed
from tracker.collect.directory import KnownSecret
from tracker.collect.signatures import is_signed, signature_of

NOW = 1_000_000
OPEN = {"sealed-new": "new-secret-of-the-shop", "sealed-old": "old-secret-of-the-shop"}.get


def known(*until):
    names = ("sealed-new", "sealed-old", "sealed-lost")
    return [KnownSecret(name, one) for name, one in zip(names, until, strict=False)]


@given(st.binary(max_size=50), st.text(st.characters(codec="ascii"), min_size=16, max_size=40))
def test_it_is_the_hmac_of_the_raw_body(body, secret):
    assert signature_of(secret, body) == signed(body, secret)


def test_a_published_vector_of_hmac_sha256_agrees():
    digest = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"  # RFC 4231, case 2
    made = signature_of("Jefe", b"what do ya want for nothing?")
    assert base64.b64decode(made).hex() == digest


@pytest.mark.parametrize("secret", ["new-secret-of-the-shop", "old-secret-of-the-shop"])
def test_both_secrets_count_while_one_is_being_replaced(secret):
    assert is_signed(b"{}", signed(b"{}", secret), known(None, NOW + 1), NOW, OPEN)


def test_the_old_secret_counts_until_its_end_and_not_at_it():
    old = signed(b"{}", "old-secret-of-the-shop")
    assert is_signed(b"{}", old, known(None, NOW + 1), NOW, OPEN)
    assert not is_signed(b"{}", old, known(None, NOW), NOW, OPEN)


@pytest.mark.parametrize(
    "signature",
    ["", "x", "é" * 44, signed(b"{} ", "new-secret-of-the-shop"), signed(b"{}", "other")],
)
def test_anything_else_proves_nothing(signature):
    assert not is_signed(b"{}", signature, known(None), NOW, OPEN)


def test_a_secret_that_cannot_be_opened_proves_nothing_and_breaks_nothing():
    secrets = known(None, None, None)
    assert not is_signed(b"{}", signed(b"{}", "sealed-lost"), secrets, NOW, OPEN)
    assert is_signed(b"{}", signed(b"{}", "old-secret-of-the-shop"), secrets, NOW, OPEN)
