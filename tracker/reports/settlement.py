"""Commissions and statements as pages and files show them. Reads commission rows by index only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, and_, case, cast, func, select
from sqlalchemy.orm import Session

from tracker.i18n import mark
from tracker.models import CommissionDecision, CommissionRow, Influencer, Shop, Statement
from tracker.reports.columns import Column, TableSpec, at
from tracker.reports.state import ReportState

PAGE_ROWS = 100
CHUNK = 1_000


@dataclass(frozen=True, slots=True)
class Payee:
    """What one influencer has open. payable_minor is approved, taken_back_minor of it negative."""

    influencer_id: int
    name: str
    agency: str
    waiting_minor: int
    payable_minor: int
    taken_back_minor: int
    hold_minor: int
    n_payable: int


@dataclass(frozen=True, slots=True)
class Line:
    """One commission row. part: sale, refund or correction. net_minor: None where a platform states
    the commission. note: of who decided about it."""

    row_id: int
    order_id: int
    order_ref: str
    shop_name: str
    influencer_id: int
    influencer: str
    agency: str
    ordered_on: date
    booked_on: date
    part: str
    source: str
    net_minor: int | None
    amount_minor: int
    status: str
    statement: int | None
    note: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which commissions are asked for; "" and 0: all. statement_id: of one statement; None: all."""

    workspace_id: int
    status: str = ""
    influencer_id: int = 0
    agency: str = ""
    order: str = ""
    first: date | None = None
    last: date | None = None
    statement_id: int | None = None


@dataclass(frozen=True, slots=True)
class LinePage:
    """One page of lines; is_more: there is another one."""

    lines: tuple[Line, ...]
    page: int
    is_more: bool


def payees(session: Session, workspace_id: int, *, pays_imported: bool) -> list[Payee]:
    """Who has anything open, whoever is owed most first.

    pays_imported: what affiliate files state is ours to pay; else it is only counted once somebody
    has approved it.
    """
    row = CommissionRow
    amount = row.amount_minor
    sums = session.execute(
        # in the order of ix_commission_row_open, so that nothing has to be sorted or looked up
        select(
            row.influencer_id,
            row.status,
            row.source,
            cast(func.sum(amount), BigInteger),
            cast(func.sum(case((amount < 0, amount), else_=0)), BigInteger),
            func.count(),
        )
        .where(
            row.workspace_id == workspace_id,
            row.statement_id == 0,
            row.status.in_(("pending", "approved", "hold")),
        )
        .group_by(row.influencer_id, row.status, row.source)
    ).all()
    found: dict[int, _Open] = defaultdict(_Open)
    for who, status, source, total, below, n in sums:
        if pays_imported or source == "computed" or status == "approved":
            found[who].add(status, int(total), int(below or 0), n)
    names = {
        one.id: one
        for one in session.execute(
            select(Influencer.id, Influencer.name, Influencer.agency).where(
                Influencer.workspace_id == workspace_id
            )
        )
    }
    made = [
        Payee(
            influencer_id=who,
            name=names[who].name if who in names else f"#{who}",
            agency=names[who].agency if who in names else "",
            waiting_minor=one.pending,
            payable_minor=one.approved,
            taken_back_minor=one.taken_back,
            hold_minor=one.hold,
            n_payable=one.n_approved,
        )
        for who, one in found.items()
    ]
    return sorted(made, key=lambda payee: (-payee.payable_minor, payee.influencer_id))


@dataclass(slots=True)
class _Open:
    pending: int = 0
    approved: int = 0
    hold: int = 0
    taken_back: int = 0
    n_approved: int = 0

    def add(self, status: str, total: int, below: int, n: int) -> None:
        setattr(self, status, getattr(self, status) + total)
        if status == "approved":
            self.taken_back += below
            self.n_approved += n


def line_page(session: Session, chosen: Chosen, page: int) -> LinePage:
    """A page of commissions, newest booking first."""
    query = _lines(chosen).offset((page - 1) * PAGE_ROWS).limit(PAGE_ROWS + 1)
    found = [_line(row) for row in session.execute(query)]
    return LinePage(tuple(found[:PAGE_ROWS]), page, len(found) > PAGE_ROWS)


def iter_lines(session: Session, chosen: Chosen) -> Iterator[Line]:
    """All commissions that match, read in pieces."""
    for row in session.execute(_lines(chosen).execution_options(yield_per=CHUNK)):
        yield _line(row)


def _lines(chosen: Chosen) -> Select[*tuple[Any, ...]]:
    row = CommissionRow
    query: Select[*tuple[Any, ...]] = (
        select(
            row.id, row.order_id, row.order_ref, row.influencer_id, row.ordered_on, row.booked_on,
            row.part, row.step, row.source, row.net_minor, row.amount_minor, row.status,
            Shop.name.label("shop_name"), Influencer.name, Influencer.agency, Statement.number,
            CommissionDecision.note,
        )
        .join(Shop, Shop.id == row.shop_id)
        .outerjoin(Influencer, Influencer.id == row.influencer_id)
        .outerjoin(Statement, Statement.id == row.statement_id)
        .outerjoin(
            CommissionDecision,
            and_(
                CommissionDecision.shop_id == row.shop_id,
                CommissionDecision.order_ref == row.order_ref,
                CommissionDecision.influencer_id == row.influencer_id,
            ),
        )
        .where(row.workspace_id == chosen.workspace_id, *_conditions(chosen))
    )  # fmt: skip
    if chosen.statement_id is not None:
        return query.order_by(Influencer.name, row.influencer_id, row.booked_on, row.id)
    return query.order_by(row.booked_on.desc(), row.id.desc())


def _conditions(chosen: Chosen) -> Iterator[ColumnElement[bool]]:
    row = CommissionRow
    if chosen.status:
        yield row.status == chosen.status
    if chosen.influencer_id:
        yield row.influencer_id == chosen.influencer_id
    if chosen.agency:
        yield Influencer.agency == chosen.agency
    if chosen.order:
        yield row.order_ref == chosen.order
    if chosen.first is not None:
        yield row.booked_on >= chosen.first
    if chosen.last is not None:
        yield row.booked_on <= chosen.last
    if chosen.statement_id is not None:
        yield row.statement_id == chosen.statement_id


def _line(row: Any) -> Line:
    is_sale = row.part == "0" if row.source == "computed" else "/" not in row.part
    part = "correction" if row.step else "sale" if is_sale else "refund"
    return Line(
        row_id=row.id, order_id=row.order_id, order_ref=row.order_ref, shop_name=row.shop_name,
        influencer_id=row.influencer_id, influencer=row.name or f"#{row.influencer_id}",
        agency=row.agency or "", ordered_on=row.ordered_on, booked_on=row.booked_on, part=part,
        source=row.source, net_minor=row.net_minor if row.source == "computed" else None,
        amount_minor=row.amount_minor,
        status=row.status, statement=row.number, note=row.note or "",
    )  # fmt: skip


# --- statements -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PersonTotal:
    """What one influencer has in a statement."""

    influencer_id: int
    influencer: str
    n_rows: int
    net_minor: int
    amount_minor: int


def statements_of(session: Session, workspace_id: int, most: int = 200) -> Sequence[Statement]:
    """The newest statements of a workspace."""
    query = select(Statement).where(Statement.workspace_id == workspace_id)
    return session.scalars(query.order_by(Statement.number.desc()).limit(most)).all()


def totals_of(session: Session, statement: Statement) -> list[PersonTotal]:
    """A statement by influencer; adds up to it."""
    rows = session.execute(
        select(
            CommissionRow.influencer_id,
            func.max(Influencer.name),
            func.count(),
            cast(func.sum(CommissionRow.net_minor), BigInteger),
            cast(func.sum(CommissionRow.amount_minor), BigInteger).label("amount"),
        )
        .outerjoin(Influencer, Influencer.id == CommissionRow.influencer_id)
        .where(
            CommissionRow.workspace_id == statement.workspace_id,
            CommissionRow.statement_id == statement.id,
        )
        .group_by(CommissionRow.influencer_id)
        .order_by(cast(func.sum(CommissionRow.amount_minor), BigInteger).desc())
    )
    return [
        PersonTotal(
            influencer_id=who, influencer=name or f"#{who}", n_rows=n, net_minor=net,
            amount_minor=amount,
        )
        for who, name, n, net, amount in rows
    ]  # fmt: skip


def lines_of(statement: Statement) -> Chosen:
    """The lines of a statement."""
    return Chosen(workspace_id=statement.workspace_id, statement_id=statement.id)


COMMISSIONS = TableSpec(
    "commissions",
    (
        Column("order", mark("Order"), "text", at("order_ref")),
        Column("shop", mark("Shop"), "text", at("shop_name")),
        Column("influencer", mark("Influencer"), "text", at("influencer")),
        Column("agency", mark("Agency"), "text", at("agency")),
        Column("ordered_on", mark("Ordered on"), "date", at("ordered_on")),
        Column("booked_on", mark("Booked on"), "date", at("booked_on")),
        Column("part", mark("Entry"), "code", at("part"), "commission_part"),
        Column("source", mark("How"), "code", at("source"), "commission_source"),
        Column("credited_net_revenue", mark("Credited net revenue"), "money", at("net_minor"),
               formula="credited_net"),
        Column("commission", mark("Commission"), "money", at("amount_minor"),
               formula="commission"),
        Column("status", mark("Status"), "code", at("status"), "commission_status"),
        Column("statement", mark("Statement"), "count", at("statement")),
        Column("note", mark("Note"), "text", at("note")),
    ),
    lambda session, state: iter_lines(session, chosen_by(state)),
)  # fmt: skip
"""Commission rows as a file; the page shows the same columns."""


def chosen_by(state: ReportState) -> Chosen:
    """The commissions that a report's state asks for: those booked in its period."""
    return Chosen(
        workspace_id=state.workspace_id, influencer_id=state.influencer_id, agency=state.agency,
        first=state.start, last=state.end,
    )  # fmt: skip
