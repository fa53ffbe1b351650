"""Where tries are counted."""

from __future__ import annotations

import pytest

from tracker.web.limits import _storage, account_key


@pytest.mark.parametrize(
    ("address", "storage"),
    [
        ("unix:///run/valkey.sock", "redis+unix:///run/valkey.sock"),
        ("redis://:secret@10.0.0.1:6379/0", "redis://:secret@10.0.0.1:6379/0"),
    ],
)
def test_tries_are_counted_where_the_queue_is(address, storage):
    assert _storage(address) == storage


def test_an_account_has_one_counter_however_its_address_is_written(app):
    keys = set()
    for email in ("Wang@Example.com", " wang@example.com ", "WANG@EXAMPLE.COM"):
        with app.test_request_context("/sign-in", method="POST", data={"email": email}):
            keys.add(account_key())
    assert keys == {"account:wang@example.com"}
