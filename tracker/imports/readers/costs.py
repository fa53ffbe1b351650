"""Cost files: unit costs of goods, exchange rates."""

from __future__ import annotations

from tracker.domain.records import FxRateRecord, GoodsCostRecord, Reason
from tracker.imports.errors import RowError
from tracker.imports.readers.base import Options, Reader, columns, row_by_row
from tracker.imports.row import Row
from tracker.imports.units import Unit
from tracker.imports.values import check_currency, parse_fx


def _read_goods_cost(row: Row, options: Options) -> Unit:
    currency = row.currency()
    sku, day = row.needed_ident("sku"), row.needed_day("valid_from")
    cost = row.needed_amount("unit_cost", currency)
    return Unit(
        lines=(row.line,),
        records=(GoodsCostRecord(sku, day, cost, currency),),
        key=f"{sku}\x1f{day}",
        content="\x1e".join(row.cells),
        day=day,
        currency=currency,
    )


def _read_rate(row: Row, options: Options) -> Unit:
    day = row.needed_day("day")
    source = check_currency(row.needed_text("from_currency"), "from_currency")
    told = row.text("to_currency")
    target = check_currency(told, "to_currency") if told else row.sheet.currency
    if source == target:
        raise RowError(Reason.UNKNOWN_VALUE, "to_currency", target)
    record = FxRateRecord(day, source, target, parse_fx(row.raw("rate"), "rate"))
    return Unit(
        lines=(row.line,),
        records=(record,),
        key=f"{source}\x1f{target}\x1f{day}",
        content="\x1e".join(row.cells),
        day=day,
    )


READERS = (
    Reader(
        name="goods_cost",
        feeds=("goods_cost",),
        scope="shop",
        columns=columns("sku valid_from unit_cost currency"),
        needed=(("sku",), ("valid_from",), ("unit_cost",)),
        days=("valid_from",),
        units=row_by_row(_read_goods_cost),
    ),
    Reader(
        name="fx_rates",
        feeds=("fx_rates",),
        scope="workspace",
        columns=columns("day from_currency to_currency rate"),
        needed=(("day",), ("from_currency",), ("rate",)),
        days=("day",),
        units=row_by_row(_read_rate),
    ),
)
