"""A second policy beside the first: the same orders and totals, and nothing of the first moves."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from tests.services.credit_rebuild import fill
from tests.services.credit_world import rows_of
from tracker.domain.paths import Signal
from tracker.domain.policy import Policy
from tracker.models import (
    AuditEntry,
    Credit,
    CreditDay,
    CreditDayChannel,
    DirtyDay,
    PolicyRun,
    Workspace,
)
from tracker.models import Policy as PolicyRow
from tracker.services import policy_compute, policy_runs, upkeep
from tracker.services.fitting import ensure_fits
from tracker.services.policies import policy_history, save_policy
from tracker.services.policy_compute import compute_run
from tracker.services.recompute import attribute_dirty

FIRST, LAST = date(2026, 11, 1), date(2026, 11, 16)
SHARED = Policy(exclusive=frozenset({Signal.lock}), lookback_days=3)
DERIVED = (Credit, CreditDay, CreditDayChannel)


def ask(database, workspace_id, *, apply=False, content=SHARED):
    with database.write() as session:
        workspace = session.get_one(Workspace, workspace_id)
        row = save_policy(session, workspace, content)
        if apply:
            run = policy_runs.ask_to_apply(session, workspace, row, user_id=4)
        else:
            run = policy_runs.ask_for_preview(session, workspace, row, first=FIRST, last=LAST)
        return run.id, row.id, workspace.policy_id


def of_policy(database, policy_id):
    """Everything derived under a policy, without its number."""
    with database.read() as session:
        return [
            sorted(
                tuple(row)[1:]
                for row in session.execute(
                    select(table.__table__).where(table.policy_id == policy_id)
                )
            )
            for table in DERIVED
        ]


def nets(database, policy_id):
    with database.read() as session:
        return {
            model: int(net)
            for model, net in session.execute(
                select(CreditDay.model_code, func.sum(CreditDay.net_revenue_minor))
                .where(CreditDay.policy_id == policy_id)
                .group_by(CreditDay.model_code)
            )
        }


def test_a_preview_shares_the_same_revenue_otherwise(database):
    workspace_id = fill(database)
    run_id, policy_id, current = ask(database, workspace_id)
    assert compute_run(database, run_id) > 0
    assert nets(database, policy_id) == nets(database, current) != {}
    assert of_policy(database, policy_id) != of_policy(database, current)
    with database.read() as session:
        assert session.get_one(Workspace, workspace_id).policy_id == current
        run = session.get_one(PolicyRun, run_id)
        assert (run.status, run.days_done) == ("done", run.days_total)
        assert session.scalar(select(func.count()).select_from(DirtyDay)) == 0


def test_the_current_policy_s_rows_are_not_touched(database):
    workspace_id = fill(database)
    ensure_fits(database, workspace_id=workspace_id)
    attribute_dirty(database)
    run_id, _, current = ask(database, workspace_id)
    before = of_policy(database, current)
    compute_run(database, run_id)
    assert of_policy(database, current) == before


def test_a_preview_says_what_applying_gives(database, monkeypatch):
    monkeypatch.setattr(policy_compute, "SLICE_ROWS", 7)
    monkeypatch.setattr(policy_compute, "CLAIM_ORDERS", 9)
    workspace_id = fill(database)
    run_id, policy_id, _ = ask(database, workspace_id)
    compute_run(database, run_id)
    previewed = of_policy(database, policy_id)
    run_id, _, before = ask(database, workspace_id, apply=True)
    compute_run(database, run_id)
    assert of_policy(database, policy_id) == previewed
    attribute_dirty(database)
    assert of_policy(database, policy_id) == previewed
    with database.read() as session:
        assert session.get_one(Workspace, workspace_id).policy_id == policy_id
        history = policy_history(session, workspace_id)
        assert [(use.policy_id, use.user_id) for use, _ in history] == [(policy_id, 4), (before, 0)]
        entry = session.scalars(select(AuditEntry)).one()
        assert (entry.action, entry.user_id) == ("policy.applied", 4)


def test_the_old_policy_stays_readable_and_can_be_restored(database):
    workspace_id = fill(database)
    run_id, _, first = ask(database, workspace_id, apply=True)
    compute_run(database, run_id)
    attribute_dirty(database)
    old = of_policy(database, first)
    assert all(old)
    with database.write() as session:
        assert upkeep.superfluous_policies(session, datetime.now(UTC)) == []
    run_id, row_id, _ = ask(database, workspace_id, apply=True, content=Policy())
    assert row_id == first
    compute_run(database, run_id)
    attribute_dirty(database)
    assert of_policy(database, first) == old
    with database.read() as session:
        assert session.get_one(Workspace, workspace_id).policy_id == first


def test_a_run_that_fails_says_so_and_one_that_is_called_off_writes_nothing(database, monkeypatch):
    workspace_id = fill(database, orders=5)
    run_id, policy_id, _ = ask(database, workspace_id)

    def broken(*_arguments, **_named):
        raise RuntimeError("no such luck")

    with monkeypatch.context() as patch:
        patch.setattr(policy_compute, "compute_partitions", broken)
        with pytest.raises(RuntimeError):
            compute_run(database, run_id)
    with database.read() as session:
        run = session.get_one(PolicyRun, run_id)
        assert (run.status, run.error) == ("failed", "RuntimeError: no such luck")
    again, _, _ = ask(database, workspace_id)
    real = policy_compute.ensure_fits

    def call_off(*arguments, **named):
        with database.write() as session:
            policy_runs.call_off(session, session.get_one(PolicyRun, again))
        return real(*arguments, **named)

    monkeypatch.setattr(policy_compute, "ensure_fits", call_off)
    assert compute_run(database, again) == 0
    assert of_policy(database, policy_id) == [[], [], []]


def test_upkeep_drops_credits_of_previews_that_nobody_applied(database):
    workspace_id = fill(database, orders=20)
    run_id, policy_id, current = ask(database, workspace_id)
    compute_run(database, run_id)
    now = datetime.now(UTC)
    kept = of_policy(database, current)
    with database.write() as session:
        assert upkeep.superfluous_policies(session, now) == []
        assert not upkeep.drop_credits(session, policy_id, now)
    later = now + upkeep.PREVIEWS_KEPT + timedelta(minutes=1)
    with database.write() as session:
        assert upkeep.superfluous_policies(session, later) == [policy_id]
        while upkeep.drop_credits(session, policy_id, later):
            pass
    assert of_policy(database, policy_id) == [[], [], []]
    assert of_policy(database, current) == kept
    with database.read() as session:
        assert upkeep.superfluous_policies(session, later) == []
        assert session.get(PolicyRow, policy_id) is not None
        assert len(rows_of(session, PolicyRun)) == 1
