"""Fits of one week, taken for other weeks as well: where fitting is not what is measured."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from sqlalchemy import select

from tracker.db import Database, insert_new
from tracker.models import Fit
from tracker.services.bulk import table_of


def copy_fits(database: Database, monday: date, weeks_back: Iterable[int]) -> None:
    """Write the only fits there are, of the week of `monday`, for the weeks so many before it.

    weeks_back: negative ones lie after it; 0, the week itself, is left out.
    """
    fit = table_of(Fit)
    with database.write() as session:
        made = [dict(row._mapping) for row in session.execute(select(fit))]
        for row in made:
            del row["id"]
        others = [
            {**row, "week_start": monday - timedelta(days=7 * back)}
            for back in weeks_back
            for row in made
            if back
        ]
        insert_new(session, fit, others)
