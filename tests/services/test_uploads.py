"""Uploaded files are needed until they were read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from tracker.models import ImportBatch, Workspace
from tracker.services.uploads import needed_uploads

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "days", "is_needed"),
    [
        ("queued", 30, True),
        ("running", 30, True),
        ("uploaded", 6, True),
        ("uploaded", 8, False),
        ("failed", 6, True),
        ("failed", 8, False),
        ("done", 0, False),
        ("cancelled", 0, False),
    ],
)
def test_a_file_is_needed_until_it_was_read_or_given_up(
    session: Session, workspace: Workspace, status: str, days: int, is_needed: bool
):
    session.add(
        ImportBatch(
            workspace_id=workspace.id,
            file_name="orders.csv",
            stored_name="a1",
            status=status,
            created_at=NOW - timedelta(days=days),
        )
    )
    session.flush()
    assert needed_uploads(session, NOW) == ({"a1"} if is_needed else set())


def test_a_file_that_is_read_in_place_is_nobodys_upload(session: Session, workspace: Workspace):
    session.add(
        ImportBatch(workspace_id=workspace.id, file_name="x.csv", status="running", created_at=NOW)
    )
    session.flush()
    assert needed_uploads(session, NOW) == set()
