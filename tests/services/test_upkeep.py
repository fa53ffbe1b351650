from datetime import timedelta

from sqlalchemy import select

from jobs.upkeep import tidy
from tests.factories import NOON, UserFactory
from tracker.models import Run, SignIn
from tracker.services.upkeep import RUNS_KEPT, forget_old, help_the_planner


def test_what_ended_long_ago_is_forgotten_and_the_rest_stays(session):
    user = UserFactory()
    for name, expires_at in [("ended", NOON), ("open", NOON + timedelta(seconds=1))]:
        session.add(
            SignIn(
                token_hash=name,
                user_id=user.id,
                created_at=NOON,
                last_seen_at=NOON,
                expires_at=expires_at,
            )
        )
    for days, outcome in [(0, "done"), (1, "failed")]:
        started_at = NOON - RUNS_KEPT + timedelta(days=days)
        session.add(Run(kind="visits", started_at=started_at, outcome=outcome))
    session.flush()
    forget_old(session, NOON)
    assert session.scalars(select(SignIn.token_hash)).all() == ["open"]
    assert session.scalars(select(Run.outcome)).all() == ["failed"]


def test_the_planner_is_helped_on_every_database(session):
    help_the_planner(session)


def test_the_job_runs_on_an_empty_installation(settings):
    tidy()
