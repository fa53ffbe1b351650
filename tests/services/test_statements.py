from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.factories import DealFactory
from tests.services.commission_world import DAY, Shopping
from tracker.models import AuditEntry, CommissionRow
from tracker.services.errors import RefusedError
from tracker.services.statements import (
    Scope,
    approve_statement,
    make_statements,
    pay_statement,
    undo_statement,
)

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)

ALL = Scope(ends_on=DAY + timedelta(days=99))


@pytest.fixture
def world(session):
    """Lin stands for herself; Mei and Bo are with an agency."""
    world = Shopping(session)
    world.settings()
    world.mei, world.bo = world.influencer(), world.influencer()
    for person, net in ((world.mei, 2_000), (world.bo, 4_000)):
        person.agency = "Star MCN"
        DealFactory(influencer=person, fee_minor=0, commission_ppm=100_000, posted_on=DAY)
        world.sell(net, 1, world.coupon(person))
    world.sell(1_000)
    world.refresh()
    return world


def totals(statements):
    return {statement.payee: statement.total_minor for statement in statements}


def make(world, scope=ALL):
    return make_statements(world.session, world.workspace, scope)


def test_everybody_gets_a_statement_and_an_agency_one_for_all_of_its_people(world):
    made = make(world)
    assert totals(made) == {world.lin.name: 100, "Star MCN": 600}
    assert [statement.number for statement in made] == [1, 2]
    with pytest.raises(RefusedError, match="nothing_payable"):
        make(world)


def test_an_agency_alone(world):
    assert totals(make(world, Scope(ends_on=ALL.ends_on, agency="Star MCN"))) == {"Star MCN": 600}


def test_chosen_influencers_get_one_each_also_when_they_have_an_agency(world):
    scope = Scope(ends_on=ALL.ends_on, influencer_ids=(world.mei.id, world.lin.id))
    assert totals(make(world, scope)) == {world.lin.name: 100, world.mei.name: 200}


def test_a_period_takes_what_is_booked_in_it(world):
    assert totals(make(world, Scope(ends_on=DAY))) == {world.lin.name: 100}
    later = Scope(starts_on=DAY + timedelta(days=2), ends_on=ALL.ends_on)
    with pytest.raises(RefusedError, match="nothing_payable"):
        make(world, later)
    with pytest.raises(RefusedError, match="bad_period"):
        make(world, Scope(starts_on=DAY, ends_on=DAY - timedelta(days=1)))


def test_who_owes_more_than_they_earned_waits_for_the_next_time(world):
    (statement,) = make(world, Scope(ends_on=ALL.ends_on, influencer_ids=(world.lin.id,)))
    approve_statement(world.session, statement)
    pay_statement(world.session, statement, paid_on=DAY, reference="1")
    order = next(row for row in world.rows() if row.influencer_id == world.lin.id)
    from tracker.models import Order

    world.refund(world.session.get_one(Order, order.order_id), 2, 1_000)
    world.sell(400, 3)
    world.refresh()
    assert totals(make(world)) == {"Star MCN": 600}
    world.sell(700, 4)
    world.refresh()
    assert totals(make(world)) == {world.lin.name: 10}


def test_a_statement_goes_from_draft_to_approved_to_paid_and_then_stays(world):
    session = world.session
    statement = make(world)[0]
    with pytest.raises(RefusedError, match="statement_moved_on"):
        pay_statement(session, statement, paid_on=DAY, reference="1")
    approve_statement(session, statement)
    with pytest.raises(RefusedError, match="statement_moved_on"):
        approve_statement(session, statement)
    with pytest.raises(RefusedError, match="value_missing"):
        pay_statement(session, statement, paid_on=DAY, reference=" ")
    pay_statement(session, statement, paid_on=DAY, reference=" wire 7 ")
    assert (statement.paid_on, statement.reference) == (DAY, "wire 7")
    with pytest.raises(RefusedError, match="statement_paid"):
        undo_statement(session, world.workspace, statement)
    assert [event["action"] for event in statement.history] == ["made", "approved", "paid"]
    held = session.scalars(
        select(CommissionRow.status).where(CommissionRow.statement_id == statement.id)
    )
    assert set(held) == {"paid"}
    actions = session.scalars(select(AuditEntry.action)).all()
    assert {"statement.made", "statement.approved", "statement.paid"} <= set(actions)


def test_an_undone_statement_stays_in_the_list_and_its_rows_can_be_settled_again(world):
    first, second = make(world)
    approve_statement(world.session, second)
    undo_statement(world.session, world.workspace, second)
    assert (second.status, second.total_minor) == ("undone", 600)
    (again,) = make(world)
    assert (again.number, again.total_minor) == (3, 600)
    assert first.status == "draft"
