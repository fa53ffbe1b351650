"""The tables that imports fill, as undoing an import needs to know them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, Table, UniqueConstraint

from tracker.models import (
    Base,
    Campaign,
    Coupon,
    CouponOwnership,
    Deal,
    FxRate,
    GoodsCost,
    Influencer,
    MetricPoint,
    SocialAccount,
)
from tracker.models.base import (
    Day,
    UtcDateTime,
    from_day_number,
    from_micros,
    to_day_number,
    to_micros,
)
from tracker.services.bulk import table_of

Raw = dict[str, Any]
"""A row's columns as they are stored: instants and days as numbers, as JSON can hold them."""


@dataclass(frozen=True, slots=True)
class Tracked:
    """A table that imports fill.

    Attributes:
        key: columns of its natural key; the first is its owner (shop, workspace, code).
        lookup: the column of the key by which rows are looked up in bulk.
        sums: columns of money whose sums tell what an import did.
        currency: the column of their currency; "": the base currency.
    """

    table: Table
    key: tuple[str, ...]
    lookup: str
    sums: tuple[str, ...] = ()
    currency: str = "currency"

    @property
    def has_batch(self) -> bool:
        """Whether its rows name the batch that wrote them last."""
        return "batch_id" in self.table.c

    def key_of(self, row: Mapping[str, Any]) -> tuple[Any, ...]:
        """The natural key of a row."""
        return tuple(row[name] for name in self.key)


DERIVED = frozenset({"fx_e8", "net_base_minor", "booked_on", "is_detail", "created_at"})
"""Columns that follow from other rows, which a later import may have changed."""

_SUMS = {
    "order": ("paid_minor", "freight_minor", "tax_minor"),
    "refund": ("amount_minor",),
    "affiliate_row": ("commission_minor",),
    "affiliate_refund": ("commission_minor",),
    "touch": ("cost_minor",),
    "spend": ("amount_minor",),
    "deal": ("fee_minor", "goods_given_minor", "platform_fee_minor"),
}
_WITHOUT_BATCH = (
    GoodsCost, FxRate, Campaign, Influencer, SocialAccount, Coupon, CouponOwnership, Deal,
    MetricPoint,
)  # fmt: skip
_NO_FACTS = frozenset({"import_note", "import_change"})
_LOOKUPS = (
    "order_ref", "ref", "key", "sku", "slug", "handle", "code", "utm_campaign", "coupon_id",
    "spent_on", "ends_on", "day", "subject_id",
)  # fmt: skip
"""What tells rows apart best, the best first."""


def _tracked(table: Table) -> Tracked:
    unique = [one for one in table.constraints if isinstance(one, UniqueConstraint)]
    columns = unique[0].columns if unique else table.primary_key.columns
    key = tuple(column.name for column in columns)
    lookup = next(name for name in _LOOKUPS if name in key)
    currency = "" if table.name == "touch" else "currency"
    return Tracked(table, key, lookup, _SUMS.get(table.name, ()), currency)


def _all() -> dict[str, Tracked]:
    """Every table whose rows name their batch, and the small ones that do not."""
    tables = [table_of(model) for model in _WITHOUT_BATCH]
    for table in Base.metadata.sorted_tables:
        if "batch_id" in table.c and table.name not in _NO_FACTS:
            tables.append(table)
    return {table.name: _tracked(table) for table in tables}


TRACKED = _all()
"""By the name of the table."""


def to_raw(value: Any) -> Any:
    """A value as the column stores it."""
    if isinstance(value, datetime):
        return to_micros(value)
    return to_day_number(value) if isinstance(value, date) else value


def from_raw(column: Column[Any], value: Any) -> Any:
    """A stored value as Python has it."""
    if value is None:
        return None
    if isinstance(column.type, UtcDateTime):
        return from_micros(value)
    return from_day_number(value) if isinstance(column.type, Day) else value


def typed(table: Table, raw: Mapping[str, Any]) -> dict[str, Any]:
    """A raw row in the columns' Python types."""
    return {name: from_raw(table.c[name], value) for name, value in raw.items()}
