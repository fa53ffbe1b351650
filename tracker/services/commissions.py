"""Commissions of a day: the sum of the commission rows that count.

The rows follow the credits of the workspace's policy under one fixed model, whatever model a
report shows, or what an affiliate platform states for an order, which takes the computed one's
place (SEMANTICS 5). They are brought up to date here, so that a day's cost and what can be settled
are the same money.
"""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import BigInteger, cast, exists, func, select, update
from sqlalchemy.orm import Session

from tracker.domain.commissions import EXCLUDED, Status
from tracker.models import CommissionDecision, CommissionRow, Workspace
from tracker.services import dirty
from tracker.services.commission_facts import orders_of_day
from tracker.services.commission_rows import sync_orders, today_in
from tracker.services.commission_terms import people_with, setting_of, terms_of

Commission = tuple[int, int, int, int]
"""Shop, campaign, influencer, amount in minor units of the base currency."""


def day_commissions(session: Session, workspace: Workspace, day: date) -> list[Commission]:
    """Commissions booked on one day, after its rows were brought up to date.

    Other days whose rows change with it (a tier that is reached changes its whole month) become
    dirty.
    """
    terms = terms_of(session, workspace)
    keys = orders_of_day(session, workspace, people_with(terms), day)
    changed = sync_orders(session, workspace, keys, terms)
    dirty.commissions_changed(session, workspace, changed - {day})
    whose = (CommissionRow.shop_id, CommissionRow.campaign_id, CommissionRow.influencer_id)
    amount = cast(func.sum(CommissionRow.amount_minor), BigInteger)
    rows = session.execute(
        select(*whose, amount)
        .where(
            CommissionRow.workspace_id == workspace.id,
            CommissionRow.booked_on == day,
            CommissionRow.status.not_in(EXCLUDED),
        )
        .group_by(*whose)
        .having(func.sum(CommissionRow.amount_minor) != 0)
        .order_by(*whose)
    )
    return [(shop, campaign, who, amount) for shop, campaign, who, amount in rows]


def approve_ripe(session: Session, workspace: Workspace) -> int:
    """Approve what has waited for its holding period; gives the number of rows (safe to repeat).

    After another holding period was chosen, what is too young for it waits again. Costs stay.
    """
    setting = setting_of(session, workspace)
    limit = today_in(workspace) - timedelta(days=setting.holding_days)
    sources = ("computed", "imported") if setting.pays_imported else ("computed",)
    mine = (
        CommissionRow.workspace_id == workspace.id,
        CommissionRow.statement_id == 0,
        CommissionRow.source.in_(sources),
    )
    is_said = exists().where(
        CommissionDecision.shop_id == CommissionRow.shop_id,
        CommissionDecision.order_ref == CommissionRow.order_ref,
        CommissionDecision.influencer_id == CommissionRow.influencer_id,
    )
    changed = 0
    for now, before, is_due in (
        (Status.APPROVED, Status.PENDING, CommissionRow.ordered_on <= limit),
        (Status.PENDING, Status.APPROVED, CommissionRow.ordered_on > limit),
    ):
        done = session.execute(
            update(CommissionRow)
            .where(*mine, CommissionRow.status == str(before), is_due, ~is_said)
            .values(status=str(now))
            .execution_options(synchronize_session=False)
        )
        changed += int(getattr(done, "rowcount", 0))
    return changed
