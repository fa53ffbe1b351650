"""Tidying up: what has no use any more goes, what is needed stays."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime

from jobs.upkeep import UPLOADING, tidy
from tracker.config import Settings
from tracker.db import Database
from tracker.models import ImportBatch, Workspace


def test_uploads_that_were_read_are_deleted_and_fresh_or_waiting_ones_stay(
    settings: Settings, database: Database
):
    now = datetime.now(UTC)
    with database.write() as session:
        workspace = Workspace(
            slug="w", name="w", base_currency="CNY", time_zone="Asia/Shanghai", created_at=now
        )
        session.add(workspace)
        session.flush()
        for name, status in [("read", "done"), ("waiting", "queued")]:
            session.add(
                ImportBatch(
                    workspace_id=workspace.id,
                    file_name="orders.csv",
                    stored_name=name,
                    status=status,
                    created_at=now,
                )
            )
    old = time.time() - UPLOADING.total_seconds() - 60
    for name in ("read", "waiting", "forgotten", "fresh"):
        (settings.uploads_dir / name).write_text("name,phone")
        if name != "fresh":
            os.utime(settings.uploads_dir / name, (old, old))
    tidy()
    tidy()  # safe to repeat
    assert {file.name for file in settings.uploads_dir.iterdir()} == {"waiting", "fresh"}
