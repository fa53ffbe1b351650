"""Statements of the demo brand, as its finance would have made them: one paid, one approved, one
draft, each of an agency; what is owed to the others is still to be paid."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.models import Influencer, Statement, Workspace
from tracker.services import statements
from tracker.services.errors import RefusedError
from tracker.services.statements import Scope

MADE = 3


def add_statements(session: Session, workspace: Workspace, today: date) -> None:
    """Settle with the first agencies; a demo of few days may have nothing payable yet."""
    agencies = session.scalars(
        select(Influencer.agency)
        .where(Influencer.workspace_id == workspace.id, Influencer.agency != "")
        .distinct()
        .order_by(Influencer.agency)
    ).all()
    made: list[Statement] = []
    for agency in (*agencies, ""):
        if len(made) < (MADE if agency else 1):
            made += _settled(session, workspace, Scope(ends_on=today, agency=agency))
    for statement in made[: MADE - 1]:
        statements.approve_statement(session, statement)
    if made:
        statements.pay_statement(
            session, made[0], paid_on=today - timedelta(days=1), reference="转账 20260042"
        )


def _settled(session: Session, workspace: Workspace, scope: Scope) -> list[Statement]:
    try:
        return statements.make_statements(session, workspace, scope)
    except RefusedError:  # nothing is payable
        return []
