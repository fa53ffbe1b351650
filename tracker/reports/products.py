"""Hot and slow sellers: what was sold of each product, by whom, and what came back.

Read from `product_day`, which exists under one model only: the one that the brand settles by.
Whatever model the state names, these figures are of that one, and pages say so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from tracker.domain import metrics
from tracker.domain.channels import Kind
from tracker.domain.metrics import Change
from tracker.domain.periods import Period
from tracker.domain.policy import DEFAULT_MODEL
from tracker.models import Listing, ListingSnapshot, Product, ProductDay, Shop
from tracker.models.product import NO_PRODUCT
from tracker.reports.context import read_context
from tracker.reports.facts import BEFORE, NOW, credit_conditions, read_figures
from tracker.reports.figures import Figures
from tracker.reports.rows import Context
from tracker.reports.sold import Sold, change_of, sum_columns, sums_of
from tracker.reports.sorting import sort_rows
from tracker.reports.state import ReportState

ROWS_OF_A_PAGE = 100


@dataclass(frozen=True, slots=True)
class Stock:
    """What our own listing of the product says: availability as its page words it in one word
    (in_stock, limited, out_of_stock …; empty: it does not say), when, and which listing."""

    availability: str
    taken_at: datetime
    listing_id: int


@dataclass(frozen=True, slots=True)
class ProductRow:
    """A product. product_id 0: orders whose file names none.

    figures, before: of the period and of the compared one (None: not compared). net_by_kind: net
    revenue by kind of traffic, "" for unattributed; adds up to the figures'. sold_until: newest day
    with a sale or refund, whoever sold it; None: never, or not asked for. stock: None: no own
    listing of the SKU was read.
    """

    product_id: int
    shop_id: int
    sku: str
    title: str
    figures: Sold
    before: Sold | None
    net_by_kind: Mapping[str, int]
    share: float | None
    sold_until: date | None = None
    stock: Stock | None = None

    def change(self, name: str = "net_revenue_minor") -> Change:
        """Change of a figure (its name in `Sold`) against the compared period."""
        return change_of(name, self.figures, self.before)

    @property
    def pieces(self) -> float:
        """For sorting."""
        return self.figures.pieces

    @property
    def pieces_more(self) -> float | None:
        """Pieces more than in the compared period; None: not compared."""
        return None if self.before is None else self.figures.pieces - self.before.pieces


@dataclass(frozen=True, slots=True)
class ProductReport:
    """Products, the most revenue first or as sorted.

    rows: of the page asked for. n_rows: of all pages. total: over all of them; its orders are
    those of the credits, since an order may hold several products. most: the largest net revenue
    of a row, for bars.
    """

    context: Context
    rows: tuple[ProductRow, ...]
    n_rows: int
    page: int
    n_pages: int
    total: Sold
    total_before: Sold | None
    most: int

    def change(self, name: str = "net_revenue_minor") -> Change:
        """Change of a sum of the total."""
        return change_of(name, self.total, self.total_before)


def settled_state(state: ReportState) -> ReportState:
    """The state under the model that product facts exist for, on the same page of the table."""
    return state.changed(model=DEFAULT_MODEL, page=state.page)


def product_report(session: Session, state: ReportState) -> ProductReport:
    """A page of products with the total of all (six statements beside the context's)."""
    state = settled_state(state)
    context = read_context(session, state)
    rows = product_rows(session, state, context.before_period)
    total, before = _totals(session, state, context, rows)
    n_pages = max(1, -(-len(rows) // ROWS_OF_A_PAGE))
    page = min(state.page, n_pages)
    shown = rows[(page - 1) * ROWS_OF_A_PAGE : page * ROWS_OF_A_PAGE]
    return ProductReport(
        context=context,
        rows=tuple(with_stock(session, state, shown)),
        n_rows=len(rows),
        page=page,
        n_pages=n_pages,
        total=total,
        total_before=before,
        most=max((row.figures.net_revenue_minor for row in rows), default=0),
    )


def products_of(
    session: Session, state: ReportState, influencer_id: int, before: Period | None = None
) -> list[ProductRow]:
    """What an influencer sold in the state's period, most net revenue first (two statements).

    before: a period to compare with; None: not compared. Under the model that the brand settles by,
    whichever the state names. Products that the influencer never sold have no row.
    """
    mine = settled_state(state).changed(influencer_id=influencer_id, search="", sort="")
    return [row for row in product_rows(session, mine, before) if any(sums_of(row.figures))]


def product_rows(
    session: Session, state: ReportState, before: Period | None = None
) -> list[ProductRow]:
    """All products that match, as the state sorts them.

    Without a filter on who sold them there is also a row for every product that sold nothing: the
    slowest sellers of all. With one, only what was sold in either period.
    """
    now, kinds = _sold_by_kind(session, state, state.period)
    then = {} if before is None else _sold(session, state, before)
    everything = sum((sold.net_revenue_minor for sold in now.values()), 0)
    rows = []
    for product in _products(session, state, now.keys() | then.keys()):
        sold = now.get(product.id, Sold())
        rows.append(
            ProductRow(
                product_id=product.id,
                shop_id=product.shop_id,
                sku=product.sku,
                title=product.title,
                figures=sold,
                before=None if before is None else then.get(product.id, Sold()),
                net_by_kind=kinds.get(product.id, {}),
                share=metrics.share_of(sold.net_revenue_minor, everything),
            )
        )
    return sort_rows(rows, state.sort, usual_order)


def usual_order(row: ProductRow) -> tuple[bool, int, int, str]:
    """Most net revenue first; orders without a named product last."""
    figures = row.figures
    return (
        row.product_id == NO_PRODUCT,
        -figures.net_revenue_minor,
        -figures.pieces_micro,
        row.sku or row.title,
    )


# --- reading --------------------------------------------------------------------------------------


def conditions(state: ReportState, period: Period) -> list[ColumnElement[bool]]:
    """Conditions on `product_day` for a state's filters and a period."""
    table: Any = ProductDay.__table__
    found = credit_conditions(table, state, period)
    return [*found, table.c.product_id == state.product_id] if state.product_id else found


_KIND_NAMES = {0: "", **{kind.code: str(kind) for kind in Kind}}
"""Code of a kind -> its name; "" for unattributed."""


def _sold(session: Session, state: ReportState, period: Period) -> dict[int, Sold]:
    """By product: what was sold."""
    statement = (
        select(ProductDay.product_id, *sum_columns())
        .where(*conditions(state, period))
        .group_by(ProductDay.product_id)
    )
    return {row[0]: Sold(*row[1:]) for row in session.execute(statement)}


def _sold_by_kind(
    session: Session, state: ReportState, period: Period
) -> tuple[dict[int, Sold], dict[int, dict[str, int]]]:
    """By product: what was sold, and its net revenue by kind."""
    sums: dict[int, list[int]] = {}
    kinds: dict[int, dict[str, int]] = defaultdict(dict)
    statement = (
        select(ProductDay.product_id, ProductDay.kind_code, *sum_columns())
        .where(*conditions(state, period))
        .group_by(ProductDay.product_id, ProductDay.kind_code)
    )
    for product_id, kind, pieces, orders, net, refund in session.execute(statement):
        total = sums.setdefault(product_id, [0, 0, 0, 0])
        total[0] += pieces
        total[1] += orders
        total[2] += net
        total[3] += refund
        kinds[product_id][_KIND_NAMES[kind]] = net
    return {product_id: Sold(*total) for product_id, total in sums.items()}, kinds


@dataclass(frozen=True, slots=True)
class _Named:
    id: int
    shop_id: int
    sku: str
    title: str


def _products(session: Session, state: ReportState, sold: Iterable[int]) -> list[_Named]:
    """Products by name: those sold, and, where nobody is asked for, all there are."""
    shops = select(Shop.id).where(Shop.workspace_id == state.workspace_id)
    if state.shop_ids:
        shops = shops.where(Shop.id.in_(state.shop_ids))
    statement = select(Product.id, Product.shop_id, Product.sku, Product.title).where(
        Product.shop_id.in_(shops)
    )
    if state.product_id:
        statement = statement.where(Product.id == state.product_id)
    if state.search:
        statement = statement.where(_matches(state.search))
    wanted = set(sold)
    found = [
        _Named(*row)
        for row in session.execute(statement)
        if row.id in wanted or not state.is_credited
    ]
    if NO_PRODUCT in wanted and not state.search:
        found.append(_Named(NO_PRODUCT, 0, "", ""))
    return found


def _matches(text: str) -> ColumnElement[bool]:
    """SKU or title contains the text, whatever its case (ASCII letters on SQLite)."""
    return or_(
        Product.sku.icontains(text, autoescape=True), Product.title.icontains(text, autoescape=True)
    )


def _totals(
    session: Session, state: ReportState, context: Context, rows: Sequence[ProductRow]
) -> tuple[Sold, Sold | None]:
    """Sums over all rows. Their orders are the credits' own, unless rows are searched for: then
    nobody can say in how many orders they were together, and the largest row's is the least."""
    total = _added(row.figures for row in rows)
    before = (
        None
        if context.before_period is None
        else _added(row.before for row in rows if row.before is not None)
    )
    if state.search:
        return total, before
    credited = read_figures(session, state, (), context.before_period)
    total = _with_orders(total, credited.get((NOW,), Figures()))
    if before is not None:
        before = _with_orders(before, credited.get((BEFORE,), Figures()))
    return total, before


def _added(rows: Iterable[Sold]) -> Sold:
    return Sold(*map(sum, zip(*map(sums_of, rows), strict=True)))


def _with_orders(sold: Sold, credited: Figures) -> Sold:
    return Sold(
        pieces_micro=sold.pieces_micro,
        orders_micro=credited.orders_micro,
        net_revenue_minor=sold.net_revenue_minor,
        refund_minor=sold.refund_minor,
    )


def with_stock(
    session: Session, state: ReportState, rows: Sequence[ProductRow]
) -> list[ProductRow]:
    """The rows that are shown, with when they last sold and what our own listings say."""
    ids = [row.product_id for row in rows if row.product_id]
    until = _sold_until(session, state, ids)
    stock = _stock(session, state, {row.sku for row in rows if row.sku})
    return [
        ProductRow(
            product_id=row.product_id,
            shop_id=row.shop_id,
            sku=row.sku,
            title=row.title,
            figures=row.figures,
            before=row.before,
            net_by_kind=row.net_by_kind,
            share=row.share,
            sold_until=until.get(row.product_id),
            stock=stock.get((row.shop_id, row.sku)) or stock.get((0, row.sku)),
        )
        for row in rows
    ]


def _sold_until(session: Session, state: ReportState, ids: Sequence[int]) -> dict[int, date]:
    """The newest booked day of each product: one step in an index for each."""
    newest = (
        select(func.max(ProductDay.booked_on))
        .where(ProductDay.policy_id == state.policy_id, ProductDay.product_id == Product.id)
        .correlate(Product)
        .scalar_subquery()
    )
    found: Iterable[Any] = session.execute(select(Product.id, newest).where(Product.id.in_(ids)))
    return {product_id: day for product_id, day in found if day is not None}


def _stock(session: Session, state: ReportState, skus: set[str]) -> dict[tuple[int, str], Stock]:
    """(shop, SKU) -> what our own listing said last; shop 0: a listing of no certain shop."""
    newest = (
        select(func.max(ListingSnapshot.taken_at))
        .where(ListingSnapshot.listing_id == Listing.id)
        .correlate(Listing)
        .scalar_subquery()
    )
    statement = (
        select(
            Listing.shop_id,
            Listing.sku,
            ListingSnapshot.availability,
            ListingSnapshot.taken_at,
            Listing.id,
        )
        .join(
            ListingSnapshot,
            and_(ListingSnapshot.listing_id == Listing.id, ListingSnapshot.taken_at == newest),
        )
        .where(
            Listing.workspace_id == state.workspace_id,
            Listing.is_own.is_(True),
            Listing.removed_at.is_(None),
            Listing.sku.in_(sorted(skus)),
        )
        .order_by(Listing.id.desc())
    )
    return {
        (shop_id, sku): Stock(availability, taken_at, listing_id)
        for shop_id, sku, availability, taken_at, listing_id in session.execute(statement)
    }
