from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from tests import factories
from tests.reports.world import END, START, World
from tracker.domain.channels import Channel
from tracker.reports.context import read_context
from tracker.reports.questions import open_questions
from tracker.reports.unassigned_spend import unassigned_spend
from tracker.services.cost_facts import refresh_cost_day


def spend(world: World, **values):
    given = {"channel_code": Channel.PAID_SOCIAL.code, "spent_on": START, **values}
    factories.SpendFactory(workspace=world.workspace, **given)


def test_places_add_up_to_what_the_overview_asks_about(world: World, session: Session):
    spend(world, campaign_ref="a", amount_minor=700)
    spend(world, campaign_ref="a", amount_minor=300, spent_on=END)
    spend(world, campaign_ref="b", amount_minor=2_001, currency="USD", fx_e8=7_123_456_789 // 10)
    spend(world, campaign_ref="c", amount_minor=9, campaign_id=5)
    spend(world, campaign_ref="d", amount_minor=9, influencer_id=5)
    spend(world, campaign_ref="e", amount_minor=9, is_detail=True)
    spend(world, campaign_ref="f", amount_minor=9, channel_code=Channel.EMAIL.code)
    spend(world, campaign_ref="a", amount_minor=9, spent_on=END + timedelta(days=1))
    for day in world.state().period.days():
        refresh_cost_day(session, world.workspace, day)

    report = unassigned_spend(session, world.state())

    assert [(p.campaign_ref, p.n_days, p.last_on) for p in report.places] == [
        ("b", 1, START), ("a", 2, END),
    ]  # fmt: skip
    assert report.places[1].spend_minor == 1_000
    assert sum(place.spend_minor for place in report.places) == report.total_minor
    assert report.elsewhere_minor == 0
    context = read_context(session, world.state())
    asked = {q.code: q for q in open_questions(session, world.state(), context)}
    assert asked["spend_unmapped"].figures == {"spend_minor": report.total_minor}
    assert asked["spend_unmapped"].endpoint == "spend.index"


def test_costs_of_contacts_are_named_apart(world: World, session: Session):
    from tracker.domain.channels import Kind

    world.add_cost(Channel.PAID_SOCIAL, Kind.PAID, spend_minor=50)
    report = unassigned_spend(session, world.state())
    assert (report.places, report.total_minor, report.elsewhere_minor) == ((), 50, 50)
