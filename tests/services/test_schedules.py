"""Schedules: a slot is run once, a missed slot once on return, a lost claim writes nothing."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tests import factories
from tests.factories import NOON
from tracker.models import ReportRun, ReportSchedule, Share
from tracker.services.errors import RefusedError
from tracker.services.schedules import (
    LEASE,
    WAITS,
    ScheduleTerms,
    claim_runs,
    fail_run,
    finish_run,
    open_due_runs,
    run_now,
    save_schedule,
    set_active,
)

TERMS = ScheduleTerms(
    title="Daily", content="table", every="day", formats=("csv",), locale="en",
    table_name="channels", minute=9 * 60, to_folder=True,
)  # fmt: skip
TABLES = {"channels"}
DAY = timedelta(days=1)


def save(session, workspace, **changes) -> ReportSchedule:
    terms = ScheduleTerms(**{**{f: getattr(TERMS, f) for f in TERMS.__slots__}, **changes})
    return save_schedule(session, workspace, terms, NOON, tables=TABLES)


def runs(session) -> list[ReportRun]:
    return list(session.scalars(select(ReportRun).order_by(ReportRun.slot_at)))


def test_a_slot_is_opened_once_when_it_is_due(session, workspace):
    row = save(session, workspace)
    slot = row.next_at
    assert open_due_runs(session, slot - timedelta(seconds=1)) == 0
    assert open_due_runs(session, slot) == 1
    assert open_due_runs(session, slot) == 0
    assert [run.slot_at for run in runs(session)] == [slot]
    assert row.next_at == slot + DAY


def test_of_missed_slots_the_newest_is_run_once(session, workspace):
    row = save(session, workspace)
    first = row.next_at
    assert open_due_runs(session, first + 10 * DAY + timedelta(hours=1)) == 1
    assert [run.slot_at for run in runs(session)] == [first + 10 * DAY]
    assert row.next_at == first + 11 * DAY


def test_a_paused_schedule_makes_nothing_and_nothing_is_made_up(session, workspace):
    row = save(session, workspace)
    set_active(session, workspace, row, False, NOON)
    assert open_due_runs(session, NOON + 5 * DAY) == 0
    set_active(session, workspace, row, True, NOON + 5 * DAY)
    assert open_due_runs(session, NOON + 5 * DAY) == 0
    assert row.next_at > NOON + 5 * DAY


def test_a_run_is_claimed_once_and_only_its_holder_writes(session, workspace):
    run_now(session, save(session, workspace), NOON)
    (first,) = claim_runs(session, NOON, limit=5)
    assert claim_runs(session, NOON, limit=5) == []
    (second,) = claim_runs(session, NOON + LEASE, limit=5)
    assert not finish_run(session, first, NOON, files=["a"])
    assert finish_run(session, second, NOON, files=["b"])
    assert [(run.state, run.files) for run in runs(session)] == [("done", ["b"])]
    assert claim_runs(session, NOON + 2 * LEASE, limit=5) == []


def test_a_run_that_fails_is_tried_again_and_then_has_failed(session, workspace):
    run_now(session, save(session, workspace), NOON)
    at = NOON
    for wait in WAITS:
        (claim,) = claim_runs(session, at, limit=5)
        fail_run(session, claim, "failed", at)
        assert claim_runs(session, at + wait - timedelta(seconds=1), limit=5) == []
        at += wait
    (claim,) = claim_runs(session, at, limit=5)
    fail_run(session, claim, "failed", at)
    assert [(run.state, run.tries) for run in runs(session)] == [("failed", len(WAITS) + 1)]


def test_a_share_that_ended_pauses_its_schedule(session, workspace):
    row = save(session, workspace)
    run_now(session, row, NOON)
    (claim,) = claim_runs(session, NOON, limit=5)
    fail_run(session, claim, "share_ended", NOON)
    assert not row.is_active


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": " "}, "title"),
        ({"content": "all"}, "content"),
        ({"table_name": "users"}, "table_name"),
        ({"formats": ("exe",)}, "formats"),
        ({"to_folder": False}, "destinations"),
        ({"minute": 1440}, "minute"),
        ({"month_day": 31}, "minute"),
        ({"destination_ids": (9,)}, "destinations"),
    ],
)
def test_terms_that_make_no_sense_are_refused(session, workspace, changes, field):
    with pytest.raises(RefusedError) as refused:
        save(session, workspace, **changes)
    assert refused.value.field == field


def test_a_share_of_somebody_else_is_refused(session, workspace):
    other = factories.WorkspaceFactory()
    share = Share(
        workspace_id=other.id, token_hash="x", nonce="x", title="x", table_name="days", columns=[],
        model="linear", created_at=NOON,
    )  # fmt: skip
    session.add(share)
    session.flush()
    with pytest.raises(RefusedError):
        save(session, workspace, content="share", share_id=share.id)


def test_many_schedulers_at_once_open_a_slot_once(database):
    with database.write() as session, factories.using(session):
        slot = save(session, factories.WorkspaceFactory()).next_at
    opened: list[int] = []
    barrier = threading.Barrier(4)

    def look() -> None:
        barrier.wait()
        with database.write() as session:
            opened.append(open_due_runs(session, slot + timedelta(minutes=1)))

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(opened) == [0, 0, 0, 1]
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(ReportRun)) == 1
