"""Whatever happens in whatever order: costs are the rows that count, and what was paid stays."""

import random
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from tests.factories import NOON, DealFactory
from tests.services.commission_world import DAY, Shopping
from tests.services.credit_world import rows_of
from tracker.domain.commissions import DECISIONS, Rule, Tier
from tracker.models import CommissionRow, Policy, PolicyUse, Statement
from tracker.services import dirty
from tracker.services.commission_decisions import decide
from tracker.services.commission_terms import NewRule, create_rule
from tracker.services.commissions import approve_ripe
from tracker.services.errors import RefusedError
from tracker.services.statements import (
    Scope,
    approve_statement,
    cited_policies,
    make_statements,
    pay_statement,
    undo_statement,
)
from tracker.services.upkeep import superfluous_policies


class Chance(Shopping):
    """A world in which anything may happen next."""

    def __init__(self, session, seed):
        super().__init__(session)
        self.chance = random.Random(seed)
        self.settings()
        other = self.influencer()
        DealFactory(influencer=other, fee_minor=0, commission_ppm=50_000,
                    posted_on=DAY - timedelta(days=9))  # fmt: skip
        self.people = [self.lin, other]
        self.codes = [self.code, self.coupon(other)]
        self.orders = []
        for _ in range(3):
            self.new_order()

    def new_order(self):
        code = self.chance.choice(self.codes)
        days = self.chance.randrange(-3, 5)
        self.orders.append(self.sell(self.chance.randrange(1, 9_999), days, code))

    def new_refund(self):
        order = self.chance.choice(self.orders)
        self.refund(order, self.chance.randrange(-2, 8), self.chance.randrange(1, 9_999))

    def new_rule(self):
        tiers = (Tier(0, 100_000), Tier(self.chance.randrange(1, 20_000), 150_000))
        rule = Rule(tiers, cap_month_minor=self.chance.choice([None, 700]))
        new = NewRule(self.lin.id, rule, starts_on=DAY, deal_id=self.deal.id)
        create_rule(self.session, self.workspace, new)

    def new_import(self):
        order = self.chance.choice(self.orders)
        if not self.rows(order_ref=order.ref, source="imported"):
            self.affiliate(order, self.chance.choice(self.people), commission_minor=33)
            dirty.affiliates_changed(self.session, self.shop, [order.ref], [order.ordered_on])

    def new_decision(self):
        rows = self.rows()
        if rows:
            status = self.chance.choice([*DECISIONS, ""])
            ids = [self.chance.choice(rows).id]
            decide(self.session, self.workspace, ids, status, note="because")

    def new_statement(self):
        until = Scope(ends_on=DAY + timedelta(days=self.chance.randrange(-2, 9)))
        with suppress(RefusedError):  # nothing is payable
            make_statements(self.session, self.workspace, until)

    def move_statement(self):
        for statement in self.session.scalars(select(Statement)).all():
            match statement.status, self.chance.random() < 0.4:
                case "draft" | "approved", True:
                    undo_statement(self.session, self.workspace, statement)
                case "draft", False:
                    approve_statement(self.session, statement)
                case "approved", False:
                    pay_statement(self.session, statement, paid_on=DAY, reference="r")

    def settled(self):
        query = select(CommissionRow.id, CommissionRow.amount_minor, CommissionRow.booked_on)
        paid = query.where(CommissionRow.status == "paid", CommissionRow.statement_id > 0)
        return {tuple(row) for row in self.session.execute(paid)}


STEPS = ("new_order", "new_refund", "new_refund", "new_rule", "new_import", "new_decision",
         "new_statement", "new_statement", "move_statement", "move_statement")  # fmt: skip


@pytest.mark.parametrize("seed", range(2))
def test_costs_are_the_rows_that_count_whatever_happens(session, seed):
    world = Chance(session, seed)
    for _ in range(11):
        before = world.settled()
        getattr(world, world.chance.choice(STEPS))()
        world.refresh()
        approve_ripe(session, world.workspace)
        assert world.costs() == world.counting()
        assert before <= world.settled()
        for statement in session.scalars(select(Statement).where(Statement.status != "undone")):
            held = session.execute(
                select(func.sum(CommissionRow.amount_minor), func.count()).where(
                    CommissionRow.statement_id == statement.id
                )
            ).one()
            assert tuple(held) == (statement.total_minor, statement.n_rows)
    rows = rows_of(session, CommissionRow)
    dirty.commissions_changed(session, world.workspace, {row.booked_on for row in world.rows()})
    world.refresh_costs()
    assert rows_of(session, CommissionRow) == rows


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_no_amount_is_owed_twice_for_an_order(session):
    """Statements and open rows of an order never add up to more than its terms give."""
    world = Chance(session, 9)
    for _ in range(6):
        getattr(world, world.chance.choice(("new_refund", "new_statement", "move_statement")))()
        world.refresh()
    for order in world.orders:
        rows = [row for row in world.rows(order_ref=order.ref) if row.source == "computed"]
        owed = sum(row.amount_minor for row in rows)
        assert 0 <= owed <= order.paid_minor // 10 + 1


def show_other_policies(world):
    """The reports show the second policy after the one that credits were computed by."""
    for number in (1, 2):
        policy = Policy(
            workspace_id=world.workspace.id, content_hash=str(number), document={},
            created_at=NOON,
        )  # fmt: skip
        world.session.add(policy)
        world.session.flush()
        use = PolicyUse(workspace_id=world.workspace.id, policy_id=policy.id,
                        applied_at=datetime.now(UTC) + timedelta(days=number))  # fmt: skip
        world.session.add(use)
    world.workspace.policy_id = policy.id
    world.session.flush()


def test_policies_that_a_statement_cites_are_kept(session):
    world = Shopping(session)
    world.settings()
    world.sell(1_000)
    world.refresh()
    show_other_policies(world)
    assert superfluous_policies(session, NOON) == [world.policy.id]
    world.session.execute(update(CommissionRow).values(statement_id=1))
    assert cited_policies(session) == {world.policy.id}
    assert superfluous_policies(session, NOON) == []
