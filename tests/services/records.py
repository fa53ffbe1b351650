"""Records for tests of loaders: the smallest that are legal."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tests.factories import NOON
from tracker.domain.records import LineRecord, OrderRecord

SECRET = b"a secret of tests, long enough for anybody"
READ_AT = datetime(2026, 11, 20, tzinfo=UTC)


def order_record(ref: str = "A1", **changes: Any) -> OrderRecord:
    """A paid order of 100.00 CNY with one line."""
    values: dict[str, Any] = {
        "ref": ref,
        "placed_at": NOON,
        "paid_at": NOON,
        "status": "paid",
        "currency": "CNY",
        "paid_minor": 10_000,
        "lines": (LineRecord(1, 10_000, sku="tea"),),
    }
    return OrderRecord(**{**values, **changes})
