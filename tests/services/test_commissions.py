from datetime import date, timedelta

import pytest
from sqlalchemy import delete, select, update

from tests.factories import DealFactory
from tests.services.commission_world import DAY, Shopping
from tracker.domain.commissions import Rule, Tier
from tracker.models import AffiliateRow, CouponOwnership, Deal, DirtyDay, Order, Refund
from tracker.services import dirty
from tracker.services.commission_decisions import decide
from tracker.services.commission_terms import NewRule, create_rule
from tracker.services.commissions import approve_ripe, day_commissions
from tracker.services.errors import RefusedError
from tracker.services.statements import (
    Scope,
    approve_statement,
    make_statements,
    pay_statement,
    undo_statement,
)

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
"""The same statements run on PostgreSQL in test_commission_rows.py."""

ALL = Scope(ends_on=DAY + timedelta(days=99))


@pytest.fixture
def world(session):
    return Shopping(session)


def paid(world):
    """Settle and pay everything that is approved."""
    for statement in make_statements(world.session, world.workspace, ALL):
        approve_statement(world.session, statement)
        pay_statement(world.session, statement, paid_on=DAY, reference="wire 1")


def change_rule(world, *tiers, **more):
    rule = Rule(tiers=tuple(Tier(*tier) for tier in tiers), **more)
    new = NewRule(world.lin.id, rule, starts_on=DAY, deal_id=world.deal.id)
    return create_rule(world.session, world.workspace, new)


def test_a_sale_and_its_refunds_are_rows_that_wait_for_the_holding_period(world):
    order = world.sell(333)
    world.refund(order, 1, 222)
    world.deal.commission_ppm = 150_000
    world.refresh()
    assert world.told() == [(50, "pending"), (-33, "pending")]
    assert [(row.net_minor, row.part) for row in world.rows()] == [(333, "0"), (-222, "1")]
    assert world.costs() == world.counting() == {0: 50, 1: -33}
    row = world.rows()[0]
    assert (row.policy_id, row.model) == (world.policy.id, "last_non_direct")
    assert (row.deal_id, row.order_net_minor) == (world.deal.id, 333)


def test_what_is_old_enough_is_approved_and_another_holding_period_takes_it_back(world):
    world.sell(1_000)
    world.refresh()
    assert approve_ripe(world.session, world.workspace) == 0
    world.settings(holding_days=7)
    assert approve_ripe(world.session, world.workspace) == 1
    assert world.told() == [(100, "approved")]
    world.settings(holding_days=90)
    assert approve_ripe(world.session, world.workspace) == 1
    assert world.told() == [(100, "pending")]


def test_an_order_given_back_before_it_was_paid_is_refunded_and_owes_nothing(world):
    world.settings()
    world.refund(world.sell(500), 2, 500)
    world.refresh()
    assert world.told() == [(50, "refunded"), (-50, "refunded")]
    assert world.costs() == {0: 50, 2: -50}
    with pytest.raises(RefusedError, match="nothing_payable"):
        make_statements(world.session, world.workspace, ALL)


def test_a_later_refund_of_a_paid_commission_is_a_negative_row(world):
    world.settings()
    order = world.sell(1_000)
    world.refresh()
    paid(world)
    world.refund(order, 3, 400)
    world.refresh()
    assert world.told() == [(100, "paid"), (-40, "approved")]
    assert world.costs() == world.counting() == {0: 100, 3: -40}
    world.sell(2_000, 4)
    world.refresh()
    (statement,) = make_statements(world.session, world.workspace, ALL)
    assert (statement.total_minor, statement.n_rows) == (160, 2)


def test_what_was_paid_is_paid_once_whoever_would_be_credited_now(world):
    world.settings()
    order = world.sell(1_000)
    world.refresh()
    paid(world)
    other = world.influencer()
    DealFactory(influencer=other, fee_minor=0, commission_ppm=200_000, posted_on=date(2026, 11, 1))
    world.session.execute(update(CouponOwnership).values(influencer_id=other.id))
    world.refund(order, 1, 500)
    world.refresh()
    assert world.told(influencer_id=other.id) == []
    assert world.told() == [(100, "paid"), (-50, "approved")]
    assert world.costs() == world.counting()


def test_an_open_commission_follows_the_credit(world):
    world.sell(1_000)
    world.refresh()
    other = world.influencer()
    DealFactory(influencer=other, fee_minor=0, commission_ppm=200_000, posted_on=date(2026, 11, 1))
    world.session.execute(update(CouponOwnership).values(influencer_id=other.id))
    world.refresh()
    assert [(row.influencer_id, row.amount_minor) for row in world.rows()] == [(other.id, 200)]
    assert world.costs() == {0: 200}


def test_other_terms_after_the_payment_are_a_correction_on_the_same_day(world):
    world.settings()
    world.sell(1_000)
    world.refresh()
    paid(world)
    world.deal.commission_ppm = 80_000
    world.session.flush()
    dirty.deals_changed(world.session, world.workspace, [(world.deal.id, world.deal.posted_on)])
    world.refresh_costs()
    assert world.told() == [(100, "paid"), (-20, "approved")]
    assert [row.step for row in world.rows()] == [0, 1]
    assert world.costs() == world.counting() == {0: 80}


def test_an_order_that_is_gone_takes_its_commission_along(world):
    world.settings()
    kept, gone = world.sell(1_000), world.sell(500)
    world.refresh()
    world.session.execute(delete(Order).where(Order.id == gone.id))
    world.refresh()
    assert world.told() == [(100, "approved")]
    paid(world)
    world.session.execute(delete(Refund))
    world.session.execute(delete(Order).where(Order.id == kept.id))
    world.refresh()
    assert world.told() == [(100, "paid"), (-100, "approved")]
    assert world.costs() == world.counting() == {}


def test_a_reached_tier_dirties_its_month_from_the_first(world):
    change_rule(world, (0, 100_000), (3_000, 200_000))
    world.sell(2_000, -9)
    world.refresh()
    assert world.costs() == {-9: 200}
    world.sell(1_000, 5)
    world.sell(5_000, -20)  # another month, and before the deal
    world.refresh()
    assert world.costs() == world.counting() == {-9: 400, 5: 200}
    assert {row.rule_id for row in world.rows()} != {0}


def test_one_new_order_is_enough_to_bring_its_whole_month_to_the_tier(world):
    change_rule(world, (0, 100_000), (3_000, 200_000))
    world.sell(2_000, -9)
    world.refresh()
    world.sell(1_000, 5)
    world.refresh(5)
    assert world.costs() == world.counting() == {-9: 400, 5: 200}


def test_a_refund_is_taken_back_from_who_was_paid_though_another_is_credited_now(world):
    world.settings()
    order = world.sell(1_000)
    world.refresh()
    paid(world)
    world.session.execute(update(CouponOwnership).values(influencer_id=world.influencer().id))
    world.refund(order, 6, 500)
    world.refresh(0)
    assert world.told() == [(100, "paid"), (-50, "approved")]
    assert world.costs() == world.counting() == {0: 100, 6: -50}


def test_a_flat_amount_for_new_customers_with_a_cap_a_month(world):
    change_rule(world, (0, 500), is_flat=True, new_only=True, cap_month_minor=800)
    customer = world.customer()
    for day, buyer in ((0, customer), (1, customer), (2, world.customer()), (3, None)):
        world.sell(9_000, day, customer=buyer)
    world.refresh()
    assert world.costs() == {0: 500, 2: 300}


def test_rules_without_a_deal_hold_where_no_deal_does(world):
    new = NewRule(world.lin.id, Rule((Tier(0, 50_000),)), starts_on=DAY - timedelta(days=30))
    create_rule(world.session, world.workspace, new)
    world.sell(1_000, -15)
    world.sell(1_000, 0)
    world.refresh()
    assert world.costs() == {-15: 50, 0: 100}


@pytest.mark.parametrize("tiers", [[], [(5, 1)], [(0, 1), (0, 2)], [(0, -1)]])
def test_tiers_must_rise_from_nothing(world, tiers):
    with pytest.raises(RefusedError, match="bad_tiers"):
        change_rule(world, *tiers)


def test_an_imported_commission_takes_the_computed_one_s_place(world):
    world.settings()
    order = world.sell(1_000)
    world.refresh()
    row = world.affiliate(order, world.lin, commission_minor=77)
    world.refresh()
    assert [(r.source, r.amount_minor, r.status) for r in world.rows()] == [
        ("imported", 77, "pending")
    ]
    row.status = "settled"
    world.refresh()
    assert world.told() == [(77, "paid")]
    with pytest.raises(RefusedError, match="nothing_payable"):
        make_statements(world.session, world.workspace, ALL)
    world.settings(pays_imported=True)
    world.refresh_costs()
    assert world.told() == [(77, "approved")]
    assert world.costs() == world.counting() == {0: 77}


def test_an_imported_commission_after_the_payment_takes_the_paid_one_back(world):
    world.settings(pays_imported=True)
    order = world.sell(1_000)
    world.refresh()
    paid(world)
    world.affiliate(order, world.lin, commission_minor=77)
    dirty.affiliates_changed(world.session, world.shop, [order.ref], [DAY])
    world.refresh_costs()
    assert world.told() == [(100, "paid"), (-100, "approved"), (77, "approved")]
    world.session.execute(update(AffiliateRow).values(status="void"))
    dirty.affiliates_changed(world.session, world.shop, [order.ref], [DAY])
    world.refresh_costs()
    assert world.told() == [(100, "paid")]


@pytest.mark.parametrize("status", ["duplicate", "fraud", "cancelled"])
def test_what_is_excluded_is_no_cost_until_that_is_taken_back(world, status):
    world.settings()
    world.refund(world.sell(1_000), 1, 200)
    world.refresh()
    ids = [row.id for row in world.rows()][:1]
    with pytest.raises(RefusedError, match="no_reason"):
        decide(world.session, world.workspace, ids, status)
    assert decide(world.session, world.workspace, ids, status, note="seen twice") == 1
    world.refresh_costs()
    assert world.told() == [(100, status), (-20, status)]
    assert world.costs() == world.counting() == {}
    decide(world.session, world.workspace, ids, "")
    world.refresh_costs()
    assert world.told() == [(100, "approved"), (-20, "approved")]
    assert world.costs() == {0: 100, 1: -20}


def test_a_fraud_that_was_paid_is_taken_back(world):
    world.settings()
    world.refund(world.sell(1_000), 1, 200)
    world.refresh()
    paid(world)
    decide(world.session, world.workspace, [world.rows()[0].id], "fraud", note="own orders")
    world.refresh_costs()
    assert world.told() == [(100, "paid"), (-100, "approved"), (-20, "paid"), (20, "approved")]
    assert world.costs() == world.counting() == {}


def test_what_is_on_hold_costs_and_is_not_paid(world):
    world.settings()
    world.sell(1_000)
    world.refresh()
    decide(world.session, world.workspace, [world.rows()[0].id], "hold", note="asked them")
    assert world.told() == [(100, "hold")]
    assert world.counting() == {0: 100}
    with pytest.raises(RefusedError, match="nothing_payable"):
        make_statements(world.session, world.workspace, ALL)


def test_an_early_approval_needs_no_reason(world):
    world.sell(1_000)
    world.refresh()
    decide(world.session, world.workspace, [world.rows()[0].id], "approved")
    approve_ripe(world.session, world.workspace)
    assert world.told() == [(100, "approved")]


def test_decisions_are_about_rows_of_this_workspace_and_known_words(world):
    session = world.session
    world.sell(1_000)
    world.refresh()
    ids = [world.rows()[0].id]
    with pytest.raises(RefusedError, match="not_found"):
        decide(session, world.workspace, ids, "paid", note="x")
    with pytest.raises(RefusedError, match="nothing_chosen"):
        decide(session, Shopping(session).workspace, ids, "fraud", note="x")


def test_an_undone_statement_leaves_one_open_row_a_part(world):
    world.settings()
    world.sell(1_000)
    world.refresh()
    (statement,) = make_statements(world.session, world.workspace, ALL)
    world.deal.commission_ppm = 200_000
    world.refresh()
    assert world.told() == [(100, "approved"), (100, "approved")]
    undo_statement(world.session, world.workspace, statement)
    assert world.told() == [(200, "approved")]
    world.refresh_costs()
    assert world.costs() == world.counting() == {0: 200}


def test_reading_a_day_again_changes_nothing(world):
    world.refund(world.sell(1_000), 1, 200)
    world.refresh()
    world.session.execute(delete(DirtyDay))
    before = world.told()
    assert day_commissions(world.session, world.workspace, DAY) == [
        (world.shop.id, 0, world.lin.id, 100)
    ]
    assert world.told() == before
    assert world.session.scalars(select(DirtyDay.day)).all() == []


def test_another_model_computes_what_is_open_anew(world):
    visitor = world.visitor()
    world.visit(visitor, -2, world.search)
    world.visit(visitor, -1, world.kol_mark(world.lin))
    world.order(0, visitor, paid_minor=1_000)
    world.refresh()
    assert world.told() == [(100, "pending")]
    world.settings(holding_days=30, model="linear")
    world.refresh_costs()
    assert world.told() == [(50, "pending")]


def test_without_any_terms_nothing_is_asked_or_written(world, queries):
    world.session.execute(delete(Deal))
    world.sell(1_000)
    world.refresh()
    assert world.rows() == []
    queries.clear()
    day_commissions(world.session, world.workspace, DAY)
    assert len(queries) <= 8  # terms, setting, three look-ups, the sum
