from datetime import timedelta

from sqlalchemy import select

from jobs.link_tests import count_due_tests
from tests import factories
from tests.factories import TODAY
from tracker.models import LinkTest
from tracker.services.link_tests import create_test


def test_running_tests_are_counted_and_old_ones_left_alone(settings, database):
    with database.write() as session, factories.using(session):
        workspace = factories.WorkspaceFactory()
        campaign = factories.CampaignFactory(workspace=workspace)
        plan = {"contents": ["a", "b"], "campaign_id": campaign.id, "baseline_ppm": 50_000,
                "uplift_ppm": 300_000}  # fmt: skip
        create_test(session, workspace, name="running", starts_on=TODAY, **plan)
        long_ago = TODAY - timedelta(days=900)
        old = create_test(
            session, workspace, name="old", starts_on=long_ago, ends_on=long_ago, **plan
        )
        old.counted_at = factories.NOON

    assert count_due_tests() == {"tests": 1}
    assert count_due_tests() == {"tests": 1}

    with database.read() as session:
        counted = {test.name: test.counted_at for test in session.scalars(select(LinkTest))}
    assert counted["old"] == factories.NOON
    assert counted["running"] is not None
