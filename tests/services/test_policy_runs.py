"""A policy asked for is computed once, by whoever holds it, and can be called off."""

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.factories import OrderFactory, WorkspaceFactory
from tracker.domain.policy import Policy
from tracker.models import PolicyRun
from tracker.services import policy_runs
from tracker.services.errors import RefusedError
from tracker.services.policies import ensure_policy, save_policy
from tracker.services.policy_runs import LEASE, LostRunError, claim_run, end_run, hold_run

DAY = date(2026, 11, 11)
NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture
def other(session, workspace):
    ensure_policy(session, workspace)
    return save_policy(session, workspace, Policy(lookback_days=7))


def preview(session, workspace, row):
    return policy_runs.ask_for_preview(session, workspace, row, first=DAY, last=DAY)


def test_the_current_policy_needs_no_preview_and_cannot_be_applied_again(session, workspace, other):
    current = ensure_policy(session, workspace)
    for ask in (preview, policy_runs.ask_to_apply):
        with pytest.raises(RefusedError) as refused:
            ask(session, workspace, current)
        assert refused.value.code == "policy_unchanged"


def test_a_period_has_days_and_a_policy_its_workspace(session, workspace, other):
    with pytest.raises(RefusedError) as refused:
        policy_runs.ask_for_preview(
            session, workspace, other, first=DAY, last=DAY - timedelta(days=1)
        )
    assert refused.value.code == "period_ends_early"
    foreign = save_policy(session, WorkspaceFactory(), Policy())
    with pytest.raises(ValueError, match="belongs"):
        preview(session, workspace, foreign)


def test_applying_takes_all_order_days_and_calls_off_an_older_wish(session, workspace, shop, other):
    for days in (0, 40):
        OrderFactory(shop=shop, ordered_on=DAY - timedelta(days=days))
    first = policy_runs.ask_to_apply(session, workspace, other, user_id=5)
    assert (first.first_day, first.last_day) == (DAY - timedelta(days=40), DAY)
    again = policy_runs.ask_to_apply(session, workspace, other)
    session.expire_all()
    assert (first.status, again.status) == ("cancelled", "queued")
    assert policy_runs.due_runs(session, NOW) == [again.id]


def test_one_worker_holds_a_run_until_its_lease_ends(session, workspace, other):
    run = preview(session, workspace, other)
    claim = claim_run(session, run.id, NOW)
    assert claim is not None
    assert claim_run(session, run.id, NOW) is None
    hold_run(session, claim, total=3)
    hold_run(session, claim, done=2)
    session.expire_all()
    assert (run.days_done, run.days_total, run.status) == (2, 3, "running")
    late = claim_run(session, run.id, datetime.now(UTC) + LEASE)
    assert late is not None
    with pytest.raises(LostRunError):
        hold_run(session, claim)
    end_run(session, late, "done")
    session.expire_all()
    assert (run.status, run.days_done) == ("done", 0)
    assert policy_runs.due_runs(session, NOW + 2 * LEASE) == []


def test_a_run_that_is_called_off_is_lost_to_its_worker(session, workspace, other):
    run = preview(session, workspace, other)
    claim = claim_run(session, run.id, NOW)
    assert claim is not None
    policy_runs.call_off(session, session.get_one(PolicyRun, run.id))
    with pytest.raises(LostRunError):
        end_run(session, claim, "done")
    assert claim_run(session, run.id, NOW) is None
