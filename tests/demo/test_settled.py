from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.factories import DealFactory
from tests.services.commission_world import DAY, Shopping
from tracker.demo.settled import add_statements
from tracker.models import Statement

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def told(session):
    query = select(Statement.payee, Statement.status).order_by(Statement.number)
    return [tuple(row) for row in session.execute(query)]


def test_agencies_are_paid_approved_and_drafted_and_the_others_wait(session):
    world = Shopping(session)
    world.settings()
    for agency in "DCBA":
        person = world.influencer()
        person.agency = agency
        DealFactory(influencer=person, fee_minor=0, commission_ppm=100_000, posted_on=DAY)
        world.sell(1_000, 0, world.coupon(person))
    world.sell(1_000)
    world.refresh()
    add_statements(session, world.workspace, DAY + timedelta(days=1))
    assert told(session) == [("A", "paid"), ("B", "approved"), ("C", "draft")]


def test_without_agencies_the_others_are_settled_and_without_anything_payable_nothing_is(session):
    world = Shopping(session)
    add_statements(session, world.workspace, DAY)
    assert told(session) == []
    world.settings()
    world.sell(1_000)
    world.refresh()
    add_statements(session, world.workspace, DAY)
    assert told(session) == [(world.lin.name, "paid")]
