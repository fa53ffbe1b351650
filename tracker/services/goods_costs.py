"""What one unit of a SKU costs the seller from a day on, in the base currency."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db import upsert
from tracker.domain.money import convert, is_currency
from tracker.domain.records import GoodsCostRecord, LoadResult, Outcome, Reason, Refused
from tracker.models import GoodsCost, Shop, Workspace
from tracker.services import dirty, fx
from tracker.services.bulk import Merge, among, one_loader_at_a_time, table_of


def load_goods_costs(
    session: Session, shop: Shop, records: Sequence[GoodsCostRecord]
) -> LoadResult:
    """Load unit costs; one in another currency is converted at the rate of the day it holds from
    (and stays so: a later rate does not change what the goods cost).

    Refused: `unknown_currency`, `no_exchange_rate`.
    """
    one_loader_at_a_time(session, "goods costs", shop.id)
    workspace = session.get_one(Workspace, shop.workspace_id)
    rates = fx.base_rates(session, workspace)
    known = session.execute(
        select(GoodsCost.sku, GoodsCost.valid_from, GoodsCost.unit_cost_minor).where(
            GoodsCost.shop_id == shop.id,
            among(session, GoodsCost.sku, {record.sku for record in records}),
        )
    )
    merge = Merge(
        ("sku", "valid_from"),
        ("unit_cost_minor",),
        {(sku, valid_from): (cost,) for sku, valid_from, cost in known},
    )
    outcomes: list[Outcome | Refused] = []
    for record in records:
        rate = rates.rate(record.currency, record.valid_from)
        if not is_currency(record.currency):
            outcomes.append(Refused(Reason.UNKNOWN_CURRENCY, record.currency[:20]))
        elif rate is None:
            detail = f"{record.currency} {record.valid_from}"
            outcomes.append(Refused(Reason.NO_EXCHANGE_RATE, detail))
        else:
            cost = convert(record.unit_cost_minor, record.currency, workspace.base_currency, rate)
            outcomes.append(
                merge.put(
                    {"shop_id": shop.id, "sku": record.sku, "valid_from": record.valid_from,
                     "unit_cost_minor": cost}
                )
            )  # fmt: skip
    upsert(session, table_of(GoodsCost), merge.rows, ["shop_id", "sku", "valid_from"])
    if merge.rows:
        since = min(row["valid_from"] for row in merge.rows)
        dirty.goods_costs_changed(session, shop, {row["sku"] for row in merge.rows}, since)
    return LoadResult(tuple(outcomes))
