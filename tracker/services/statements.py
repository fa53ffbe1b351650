"""Statements: approved commissions of an influencer or an agency, frozen, approved, paid.

draft -> approved -> paid; until it is paid a statement can be undone, and its rows are open again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from tracker.domain.commissions import Status
from tracker.models import CommissionRow, Influencer, Statement, Workspace
from tracker.services import audit, dirty
from tracker.services.bulk import among, one_loader_at_a_time
from tracker.services.commission_rows import sync_orders
from tracker.services.errors import RefusedError

MAX_REFERENCE = 120
MAX_NOTE = 500


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose commissions a settlement is about, and which days' (None: everything open until then).

    agency: one statement for all its influencers. Else one for each of `influencer_ids`; empty:
    for everybody who stands for themselves, and one for each agency.
    """

    ends_on: date
    starts_on: date | None = None
    agency: str = ""
    influencer_ids: tuple[int, ...] = ()


_Payee = tuple[str, int]
"""Agency, or "" and the influencer."""


def make_statements(
    session: Session, workspace: Workspace, scope: Scope, *, note: str = "", user_id: int = 0
) -> list[Statement]:
    """Freeze what is approved into statements, one a payee.

    Whose rows add up to nothing or less (more was taken back than earned) gets none: it stays open
    and is set off against what they earn next.

    Raises:
        RefusedError: bad_period, nothing_payable.
    """
    if scope.starts_on is not None and scope.ends_on < scope.starts_on:
        raise RefusedError("bad_period", "ends_on")
    one_loader_at_a_time(session, "commissions", workspace.id)
    stale = session.execute(
        select(CommissionRow.shop_id, CommissionRow.order_ref)
        .where(*payable(workspace.id, scope))
        .distinct()
    )
    changed = sync_orders(session, workspace, {(shop, ref) for shop, ref in stale})
    dirty.commissions_changed(session, workspace, changed)
    found = _payees(session, workspace, scope)
    made = [
        _freeze(session, workspace, scope, payee, ids, note.strip()[:MAX_NOTE], user_id)
        for payee, (total, ids) in sorted(found.items())
        if total > 0
    ]
    if not made:
        raise RefusedError("nothing_payable", "ends_on")
    return made


def payable(workspace_id: int, scope: Scope | None = None) -> list[ColumnElement[bool]]:
    """Conditions: rows that a statement could hold now."""
    conditions = [
        CommissionRow.workspace_id == workspace_id,
        CommissionRow.statement_id == 0,
        CommissionRow.status == str(Status.APPROVED),
    ]
    if scope is not None:
        conditions.append(CommissionRow.booked_on <= scope.ends_on)
        if scope.starts_on is not None:
            conditions.append(CommissionRow.booked_on >= scope.starts_on)
    return conditions


def _payees(
    session: Session, workspace: Workspace, scope: Scope
) -> dict[_Payee, tuple[int, list[int]]]:
    """Payee -> sum and rows."""
    query = (
        select(
            CommissionRow.id,
            CommissionRow.amount_minor,
            CommissionRow.influencer_id,
            func.coalesce(Influencer.agency, "").label("agency"),
        )
        .outerjoin(Influencer, Influencer.id == CommissionRow.influencer_id)
        .where(*payable(workspace.id, scope))
        .order_by(CommissionRow.id)
    )
    if scope.agency:
        query = query.where(Influencer.agency == scope.agency)
    elif scope.influencer_ids:
        query = query.where(CommissionRow.influencer_id.in_(scope.influencer_ids))
    sums: dict[_Payee, int] = defaultdict(int)
    ids: dict[_Payee, list[int]] = defaultdict(list)
    for row in session.execute(query):
        of_agency = row.agency and not scope.influencer_ids
        payee = (row.agency, 0) if of_agency else ("", row.influencer_id)
        sums[payee] += row.amount_minor
        ids[payee].append(row.id)
    return {payee: (sums[payee], ids[payee]) for payee in ids}


def _freeze(
    session: Session,
    workspace: Workspace,
    scope: Scope,
    payee: _Payee,
    ids: Sequence[int],
    note: str,
    user_id: int,
) -> Statement:
    agency, influencer_id = payee
    name = agency
    if influencer_id:
        found = session.get(Influencer, influencer_id)
        name = found.name if found is not None else f"#{influencer_id}"
    last = session.scalar(
        select(func.max(Statement.number)).where(Statement.workspace_id == workspace.id)
    )
    now = datetime.now(UTC)
    statement = Statement(
        workspace_id=workspace.id, number=(last or 0) + 1, influencer_id=influencer_id,
        agency=agency, payee=name, starts_on=scope.starts_on, ends_on=scope.ends_on,
        status="draft", currency=workspace.base_currency, total_minor=0, n_rows=0, note=note,
        history=[_event("made", user_id, now)], created_at=now,
    )  # fmt: skip
    session.add(statement)
    session.flush()
    session.execute(
        update(CommissionRow)
        .where(among(session, CommissionRow.id, ids))
        .values(statement_id=statement.id)
        .execution_options(synchronize_session=False)
    )
    total, n_rows = session.execute(
        select(func.coalesce(func.sum(CommissionRow.amount_minor), 0), func.count()).where(
            CommissionRow.statement_id == statement.id
        )
    ).one()
    statement.total_minor, statement.n_rows = int(total), n_rows
    session.flush()
    _note(session, statement, "made", user_id)
    return statement


def approve_statement(session: Session, statement: Statement, *, user_id: int = 0) -> None:
    """Say that a draft is right. Raises RefusedError statement_moved_on: it is no draft."""
    if statement.status != "draft":
        raise RefusedError("statement_moved_on")
    statement.status = "approved"
    _record(session, statement, "approved", user_id)


def pay_statement(
    session: Session, statement: Statement, *, paid_on: date, reference: str, user_id: int = 0
) -> None:
    """Note the payment: from now on neither the statement nor its rows change.

    Raises RefusedError: statement_moved_on (it is not approved), value_missing (reference).
    """
    if statement.status != "approved":
        raise RefusedError("statement_moved_on")
    if not reference.strip():
        raise RefusedError("value_missing", "reference")
    statement.status = "paid"
    statement.paid_on, statement.reference = paid_on, reference.strip()[:MAX_REFERENCE]
    session.execute(
        update(CommissionRow)
        .where(CommissionRow.statement_id == statement.id)
        .values(status=str(Status.PAID))
        .execution_options(synchronize_session=False)
    )
    _record(session, statement, "paid", user_id)


def undo_statement(
    session: Session, workspace: Workspace, statement: Statement, *, user_id: int = 0
) -> None:
    """Open the rows of a statement again; it stays in the list, without them.

    Raises RefusedError statement_paid: what was paid is only changed by new rows.
    """
    if statement.status not in ("draft", "approved"):
        raise RefusedError("statement_paid")
    one_loader_at_a_time(session, "commissions", workspace.id)
    mine = CommissionRow.statement_id == statement.id
    keys = session.execute(
        select(CommissionRow.shop_id, CommissionRow.order_ref).where(mine).distinct()
    ).all()
    session.execute(
        update(CommissionRow)
        .where(mine)
        .values(statement_id=0)
        .execution_options(synchronize_session=False)
    )
    statement.status = "undone"
    _record(session, statement, "undone", user_id)
    changed = sync_orders(session, workspace, {(shop, ref) for shop, ref in keys})
    dirty.commissions_changed(session, workspace, changed)


def cited_policies(session: Session) -> set[int]:
    """Policies that rows of statements name: their credits are kept for good."""
    return set(
        session.scalars(
            select(CommissionRow.policy_id).where(CommissionRow.statement_id > 0).distinct()
        )
    )


def _record(session: Session, statement: Statement, action: str, user_id: int) -> None:
    statement.history = [*statement.history, _event(action, user_id, datetime.now(UTC))]
    session.flush()
    _note(session, statement, action, user_id)


def _event(action: str, user_id: int, now: datetime) -> dict[str, str | int]:
    return {"action": action, "user_id": user_id, "at": now.isoformat()}


def _note(session: Session, statement: Statement, action: str, user_id: int) -> None:
    audit.note(
        session, f"statement.{action}", f"{statement.number} {statement.payee}", user_id=user_id,
        statement=statement.id, total_minor=statement.total_minor, rows=statement.n_rows,
        reference=statement.reference or "",
    )  # fmt: skip
