"""Influencers side by side as a file: a row each, with what the page shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tracker.i18n import LABELS, mark
from tracker.models.credit import MODELS
from tracker.reports.columns import Column, TableSpec, at
from tracker.reports.side_by_side import Side, side_by_side
from tracker.reports.tables import INFLUENCERS


def _of_row(read: Callable[[Any], Any]) -> Callable[[Side], Any]:
    return lambda side: read(side.row)


def _under(model: str) -> Callable[[Side], int | None]:
    return lambda side: side.models.nets.get(model)


def _value(age: int) -> Callable[[Side], int | None]:
    return lambda side: side.value_minor(age)


SIDE_BY_SIDE = TableSpec(
    "side_by_side",
    (
        *(replace(column, read=_of_row(column.read)) for column in INFLUENCERS.columns),
        Column("fee_that_pays", mark("Fee that would have paid"), "money",
               at("fee_that_pays_minor")),
        Column("customers_won", mark("Customers won"), "orders", at("value.total.customers_micro")),
        Column("value_30", mark("Customer value, 30 days"), "money", _value(30)),
        Column("value_60", mark("Customer value, 60 days"), "money", _value(60)),
        Column("value_90", mark("Customer value, 90 days"), "money", _value(90)),
        *(
            Column(f"net_revenue_{model}", LABELS["model"][model], "money", _under(model))
            for model in MODELS
        ),
        Column("immature", mark("Immature"), "text", lambda side: "1" if side.is_immature else ""),
    ),
    lambda session, state: side_by_side(session, state).sides,
)  # fmt: skip
