"""The job that tries webhooks again which could not be loaded yet (see jobs/schedule.py)."""

from __future__ import annotations

from datetime import UTC, datetime

from tracker.config import Settings
from tracker.db import connect
from tracker.services.deliveries import retry_deliveries


def retry_waiting_deliveries() -> None:
    """Try every delivery that waits, some hundred a transaction (safe to repeat, beside a twin)."""
    settings = Settings.from_env()
    database = connect(settings.database)
    try:
        after, is_more = 0, True
        while is_more:
            with database.write() as session:
                after = retry_deliveries(
                    session,
                    secret=settings.customer_key_secret,
                    now=datetime.now(UTC),
                    after=after,
                )
            is_more = after != 0
    finally:
        database.dispose()
