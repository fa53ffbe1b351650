"""One product: how it sells day by day, and who sells it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.domain import metrics
from tracker.domain.channels import Channel, Kind
from tracker.domain.metrics import Change
from tracker.domain.periods import Period
from tracker.models import Influencer, Product, ProductDay, Shop
from tracker.reports.context import read_context
from tracker.reports.products import (
    ProductRow,
    conditions,
    product_rows,
    settled_state,
    with_stock,
)
from tracker.reports.rows import Context, DailySeries, Series
from tracker.reports.sold import Sold, change_of, sum_columns
from tracker.reports.sorting import sort_rows
from tracker.reports.state import UNATTRIBUTED, ReportState

KINDS = (str(Kind.NATURAL), str(Kind.PAID), str(Kind.KOL), UNATTRIBUTED)
"""Bars of the chart, from below."""


@dataclass(frozen=True, slots=True)
class SellerRow:
    """Who sold a product: a channel, and the influencer where there is one.

    channel None: unattributed. influencer_id 0: nobody we know. share: of the product's net
    revenue.
    """

    channel: Channel | None
    kind: Kind | None
    influencer_id: int
    influencer: str
    figures: Sold
    before: Sold | None
    share: float | None

    def change(self, name: str = "net_revenue_minor") -> Change:
        """Change of a figure (its name in `Sold`) against the compared period."""
        return change_of(name, self.figures, self.before)


@dataclass(frozen=True, slots=True)
class ProductPage:
    """A product with its sellers, who add up to `row.figures` in pieces and money."""

    context: Context
    row: ProductRow
    sellers: tuple[SellerRow, ...]


def find_product(session: Session, state: ReportState, product_id: int) -> Product | None:
    """The row of a product of the state's workspace."""
    mine = select(Shop.id).where(Shop.workspace_id == state.workspace_id)
    return session.scalar(
        select(Product).where(Product.id == product_id, Product.shop_id.in_(mine))
    )


def product_page(session: Session, state: ReportState, product_id: int) -> ProductPage | None:
    """One product in the state's period; None: the workspace has no such product."""
    state = settled_state(state).changed(product_id=product_id, search="")
    product = find_product(session, state, product_id)
    if product is None:
        return None
    context = read_context(session, state)
    sellers = seller_rows(session, state, context.before_period)
    rows = product_rows(session, state.changed(sort=""), context.before_period)
    if not rows:  # nothing was sold under these filters
        rows = [_nothing(product, compared=context.before_period is not None)]
    return ProductPage(context, with_stock(session, state, rows)[0], tuple(sellers))


def _nothing(product: Product, *, compared: bool) -> ProductRow:
    return ProductRow(
        product_id=product.id,
        shop_id=product.shop_id,
        sku=product.sku,
        title=product.title,
        figures=Sold(),
        before=Sold() if compared else None,
        net_by_kind={},
        share=None,
    )


def seller_rows(
    session: Session, state: ReportState, before: Period | None = None
) -> list[SellerRow]:
    """Who sold the state's product (0: all products), as the state sorts them."""
    now = _by_seller(session, state, state.period)
    then = {} if before is None else _by_seller(session, state, before)
    everything = sum(sold.net_revenue_minor for sold in now.values())
    names = _names(session, {key[2] for key in now.keys() | then.keys()} - {0})
    rows = [
        SellerRow(
            channel=Channel.from_code(channel) if channel else None,
            kind=Kind.from_code(kind) if kind else None,
            influencer_id=influencer,
            influencer=names.get(influencer, ""),
            figures=now.get((channel, kind, influencer), Sold()),
            before=None if before is None else then.get((channel, kind, influencer), Sold()),
            share=metrics.share_of(
                now.get((channel, kind, influencer), Sold()).net_revenue_minor, everything
            ),
        )
        for channel, kind, influencer in sorted(now.keys() | then.keys())
    ]
    return sort_rows(rows, state.sort, _usual_order)


def _usual_order(row: SellerRow) -> tuple[bool, int, str, int]:
    return (
        row.channel is None, -row.figures.net_revenue_minor, str(row.channel), row.influencer_id,
    )  # fmt: skip


def _by_seller(
    session: Session, state: ReportState, period: Period
) -> dict[tuple[int, int, int], Sold]:
    keys = (ProductDay.channel_code, ProductDay.kind_code, ProductDay.influencer_id)
    statement = select(*keys, *sum_columns()).where(*conditions(state, period)).group_by(*keys)
    return {tuple(row[:3]): Sold(*row[3:]) for row in session.execute(statement)}


def _names(session: Session, ids: set[int]) -> dict[int, str]:
    rows = session.execute(select(Influencer.id, Influencer.name).where(Influencer.id.in_(ids)))
    return {row.id: row.name for row in rows}


def product_days(session: Session, state: ReportState) -> DailySeries:
    """Net revenue of the state's product (0: of all products) by day and kind."""
    state = settled_state(state)
    context = read_context(session, state)
    by_kind = _by_day(session, state, state.period)
    before = context.before_period
    return DailySeries(
        period=state.period,
        bars=tuple(Series(kind, _values(by_kind[kind], state.period)) for kind in KINDS),
        cost=None,
        before=None
        if before is None
        else Series("before", _values(_all(_by_day(session, state, before)), before)),
        before_period=before,
        bands=context.bands,
    )


def _by_day(session: Session, state: ReportState, period: Period) -> dict[str, dict[date, int]]:
    day = ProductDay.ordered_on if state.basis == "ordered" else ProductDay.booked_on
    statement = (
        select(day, ProductDay.kind_code, func.sum(ProductDay.net_revenue_minor))
        .where(*conditions(state, period))
        .group_by(day, ProductDay.kind_code)
    )
    found: dict[str, dict[date, int]] = defaultdict(dict)
    for on, kind, net in session.execute(statement):
        found[str(Kind.from_code(kind)) if kind else UNATTRIBUTED][on] = int(net)
    return found


def _all(by_kind: dict[str, dict[date, int]]) -> dict[date, int]:
    sums: dict[date, int] = defaultdict(int)
    for days in by_kind.values():
        for on, net in days.items():
            sums[on] += net
    return sums


def _values(by_day: dict[date, int], period: Period) -> tuple[int, ...]:
    return tuple(by_day.get(on, 0) for on in period.days())
