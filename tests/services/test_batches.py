from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from tracker.domain.records import Reason
from tracker.models import ImportNote
from tracker.services import batches
from tracker.services.batches import Figures, LostBatchError, Note

NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture
def batch(session, workspace, shop):
    return batches.register_upload(
        session, workspace, shop, file_name="orders.csv", stored_name="x", sha256="y", user_id=3
    )


def test_batch_waits_until_it_is_queued_and_is_then_taken_once(session, batch):
    assert batches.due_batches(session, NOW) == []
    assert batches.queue_batch(session, batch)
    assert not batches.queue_batch(session, batch)
    assert batches.due_batches(session, NOW) == [batch.id]
    assert batches.claim_batch(session, batch.id, NOW) == 1
    assert batches.claim_batch(session, batch.id, NOW) is None
    assert batches.due_batches(session, NOW) == []


def test_dead_worker_loses_its_batch_to_the_next(session, batch):
    batches.queue_batch(session, batch)
    late = NOW + batches.LEASE + timedelta(seconds=1)
    first = batches.claim_batch(session, batch.id, NOW)
    batches.report(session, batch.id, first, Figures(rows_read=5, loaded=5), [
        Note(2, "rejected", Reason.NOT_A_DATE, "x" * 500)])  # fmt: skip
    assert batches.due_batches(session, datetime.now(UTC) + batches.LEASE * 2) == [batch.id]
    batch.leased_until = NOW
    session.flush()
    second = batches.claim_batch(session, batch.id, late)
    session.refresh(batch)
    assert (second, batch.rows_read, batch.loaded) == (2, 0, 0)
    assert session.scalar(select(func.count()).select_from(ImportNote)) == 0
    with pytest.raises(LostBatchError):
        batches.report(session, batch.id, first, Figures())
    batches.finish_batch(session, batch.id, first)
    session.refresh(batch)
    assert batch.status == "running"
    batches.finish_batch(session, batch.id, second, "nothing_loaded")
    session.refresh(batch)
    assert (batch.status, batch.error, batch.leased_until) == ("failed", "nothing_loaded", None)


def test_cancelled_batch_stops_its_worker(session, batch):
    batches.queue_batch(session, batch)
    fence = batches.claim_batch(session, batch.id, NOW)
    assert batches.cancel_batch(session, batch)
    with pytest.raises(LostBatchError):
        batches.report(session, batch.id, fence, Figures())
    assert not batches.cancel_batch(session, batch)


def test_notes_are_cut_and_kept_with_their_lines(session, batch):
    batches.queue_batch(session, batch)
    fence = batches.claim_batch(session, batch.id, NOW)
    notes = [Note(7, "ignored", Reason.TOTAL_ROW), Note(9, "rejected", Reason.TOO_LARGE, "9" * 300)]
    batches.report(session, batch.id, fence, Figures(rejected=1), notes, size_rows=12)
    session.refresh(batch)
    assert (batch.rejected, batch.size_rows) == (1, 12)
    rows = session.scalars(select(ImportNote).order_by(ImportNote.line)).all()
    assert [(row.line, row.outcome, row.reason) for row in rows] == [
        (7, "ignored", "total_row"),
        (9, "rejected", "too_large"),
    ]
    assert len(rows[1].detail) == 200
