from __future__ import annotations

from datetime import timedelta

from tests import factories
from tests.reports.world import END, START, World, singles_day
from tracker.reports.campaigns import campaign_report


def test_what_is_of_no_campaign_is_a_row_and_all_rows_add_up(world: World):
    ids = singles_day(world)
    report = campaign_report(world.session, world.state())
    rows = [(row.campaign_id, row.figures.net_revenue_minor) for row in report.rows]
    assert rows == [(ids["sale"], 60_000), (0, 116_000)]
    assert report.total.figures.net_revenue_minor == 176_000


def test_campaigns_that_run_are_shown_before_they_bring_anything(world: World):
    for name, start, end in (
        ("running", START - timedelta(days=9), None),
        ("over", START - timedelta(days=9), START - timedelta(days=1)),
        ("later", END + timedelta(days=1), None),
        ("undated", None, None),
    ):
        factories.CampaignFactory(
            workspace=world.workspace, utm_campaign=name, starts_on=start, ends_on=end
        )
    rows = campaign_report(world.session, world.state()).rows
    assert [row.utm_campaign for row in rows] == ["running"]
    assert campaign_report(world.session, world.state(kind="paid")).rows == ()


def test_a_budget_is_compared_with_the_cost(world: World):
    ids = singles_day(world)
    from tracker.models import Campaign

    world.session.get_one(Campaign, ids["sale"]).budget_minor = 200_000
    row = campaign_report(world.session, world.state()).rows[0]
    assert row.budget_share == 0.25


def test_searching_finds_names_and_values(world: World):
    ids = singles_day(world)
    found = campaign_report(world.session, world.state(search="DOUBLE")).rows
    assert [row.campaign_id for row in found] == [ids["sale"]]
    assert campaign_report(world.session, world.state(search="nothing like it")).rows == ()
