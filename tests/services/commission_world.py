"""A world with orders that earn commissions, attributed inside the test's transaction."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import func, select

from tests.factories import DealFactory
from tests.services.credit_world import World
from tracker.domain.commissions import EXCLUDED
from tracker.domain.policy import Policy
from tracker.models import CommissionRow, CostDay, DirtyDay
from tracker.services import dirty
from tracker.services.attribution import compute_partitions
from tracker.services.claims import claim_days
from tracker.services.commission_terms import save_setting
from tracker.services.cost_facts import refresh_cost_day
from tracker.services.credit_rows import fact_columns, ledger_columns
from tracker.services.credit_store import store_partitions

DAY = date(2026, 11, 11)


class Shopping(World):
    """One influencer with a code and a deal of 10 %."""

    def __init__(self, session, rate_ppm: int = 100_000) -> None:
        super().__init__(session)
        self.lin = self.influencer()
        self.code = self.coupon(self.lin)
        self.deal = DealFactory(
            influencer=self.lin, fee_minor=0, commission_ppm=rate_ppm,
            posted_on=DAY - timedelta(days=10),
        )  # fmt: skip

    def settings(self, holding_days=0, model="last_non_direct", pays_imported=False):
        save_setting(
            self.session, self.workspace, model=model, holding_days=holding_days,
            pays_imported=pays_imported,
        )  # fmt: skip

    def sell(self, net: int, days: float = 0, code=None, **more):
        order = self.order(days, paid_minor=net, **more)
        self.use(order, code or self.code)
        return order

    def refresh(self, *days: int) -> None:
        """Attribute the orders of these days from DAY (none: every order), and bring every dirty
        cost day up to date."""
        session = self.session
        session.flush()
        if days:
            changed = [DAY + timedelta(days=n) for n in days]
            dirty.orders_changed(session, self.shop, changed)
        else:
            dirty.policy_applied(session, self.workspace)
        claims = claim_days(session, dirty.CREDIT, datetime.now(UTC), limit=999)
        keys = [(claim.shop_id, claim.day) for claim in claims]
        computed = compute_partitions(session, self.workspace, Policy(), keys)
        store_partitions(
            session, claims, self.policy.id, fact_columns(computed, self.policy.id),
            ledger_columns(computed, self.policy.id),
        )  # fmt: skip
        self.refresh_costs()

    def refresh_costs(self, most: int = 60) -> None:
        session = self.session
        for _ in range(most):
            day = session.scalar(
                select(DirtyDay.day).where(DirtyDay.scope == dirty.COST).order_by(DirtyDay.day)
            )
            if day is None:
                return
            session.query(DirtyDay).filter_by(scope=dirty.COST, day=day).delete()
            refresh_cost_day(session, self.workspace, day)
        raise AssertionError("the days never come to rest")

    def rows(self, **where) -> list[CommissionRow]:
        order = (CommissionRow.order_id, CommissionRow.influencer_id, CommissionRow.source,
                 CommissionRow.part, CommissionRow.step)  # fmt: skip
        query = select(CommissionRow).filter_by(**where).order_by(*order)
        return list(self.session.scalars(query.execution_options(populate_existing=True)))

    def told(self, **where) -> list[tuple[int, str]]:
        """Amount and status of the rows."""
        return [(row.amount_minor, row.status) for row in self.rows(**where)]

    def costs(self) -> dict[int, int]:
        """Commission of every day that has one, by days from DAY, as the facts say."""
        rows = self.session.execute(
            select(CostDay.day, func.sum(CostDay.commission_minor)).group_by(CostDay.day)
        )
        return {(day - DAY).days: int(amount) for day, amount in rows if amount}

    def counting(self) -> dict[int, int]:
        """The same as the rows say."""
        rows = self.session.execute(
            select(CommissionRow.booked_on, func.sum(CommissionRow.amount_minor))
            .where(CommissionRow.status.not_in(EXCLUDED))
            .group_by(CommissionRow.booked_on)
        )
        return {(day - DAY).days: int(amount) for day, amount in rows if amount}
