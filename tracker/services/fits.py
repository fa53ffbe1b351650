"""Stored fits: reading those that orders need, writing new ones once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session, aliased

from tracker.db import insert_new
from tracker.domain.attribution.fits import Fit, FitModel
from tracker.domain.attribution.fitted import FIT_DAYS, UNITS, weeks_of
from tracker.domain.policy import Model
from tracker.models import Fit as FitRow
from tracker.models.base import from_day_number, to_day_number
from tracker.services.bulk import table_of

Ints = NDArray[np.int64]

FITTED, NOT_ENOUGH = "fitted", "not_enough"


def read_fits(session: Session, policy_id: int, days: Ints) -> dict[tuple[Model, int], Fit]:
    """The fits of a policy for the weeks of these order days, by model and Monday (day number).

    Weeks without a fit, or whose window had not enough data, are not in it. Only what weighing
    needs is read: units and factors.
    """
    weeks = [from_day_number(int(week)) for week in np.unique(weeks_of(days))]
    if policy_id == 0 or not weeks:
        return {}
    found = session.execute(
        select(FitRow.model, FitRow.week_start, FitRow.gap, FitRow.factors).where(
            newest(policy_id), FitRow.week_start.in_(weeks), FitRow.outcome == FITTED
        )
    )
    return {
        (Model(model), to_day_number(week)): _weighing(Model(model), gap, factors)
        for model, week, gap, factors in found
    }


def newest(policy_id: int) -> ColumnElement[bool]:
    """The condition on `Fit`: of this policy, and the newest version of its week and model."""
    other = aliased(FitRow)
    latest = (
        select(func.max(other.version))
        .where(
            other.policy_id == policy_id,
            other.week_start == FitRow.week_start,
            other.model == FitRow.model,
        )
        .correlate(FitRow)
        .scalar_subquery()
    )
    return and_(FitRow.policy_id == policy_id, FitRow.version == latest)


def fits_of_day(session: Session, policy_id: int, day: date) -> dict[str, FitRow]:
    """The rows that orders of a day are weighed by, by model; missing ones were never made."""
    week = day - timedelta(days=day.weekday())
    rows = session.scalars(select(FitRow).where(newest(policy_id), FitRow.week_start == week))
    return {row.model: row for row in rows}


def window_of(week_start: date) -> tuple[date, date]:
    """First and last day that the fits of a week learn from."""
    return week_start - timedelta(days=FIT_DAYS), week_start - timedelta(days=1)


def store_fits(
    session: Session,
    policy_id: int,
    week_start: date,
    version: int,
    fits: Mapping[Model, Fit],
) -> bool:
    """Write the fits of a week, unless this version is there; whether they change any credit.

    Of two processes that make the same fits, the first one's are kept.
    """
    first, last = window_of(week_start)
    rows: list[dict[str, Any]] = [
        {
            "policy_id": policy_id,
            "week_start": week_start,
            "model": str(model),
            "version": version,
            "window_from": first,
            "window_until": last,
            "outcome": FITTED if fit.n_conversions > 0 else NOT_ENOUGH,
            "n_converting": round(fit.n_conversions),
            "n_null": round(fit.n_paths - fit.n_conversions),
            "gap": fit.gap,
            "factors": {"units": list(fit.units), "log2_factors": list(fit.log2_factors)},
            "document": json.loads(fit.canonical_json()),
            "made_at": datetime.now(UTC),
        }
        for model, fit in fits.items()
    ]
    key = ["policy_id", "week_start", "model", "version"]
    written = insert_new(session, table_of(FitRow), rows, key=key)
    return written > 0 and (version > 1 or any(row["outcome"] == FITTED for row in rows))


def weeks_made(session: Session, policy_id: int) -> dict[date, int]:
    """Weeks that have fits under a policy, with their newest version."""
    rows = session.execute(
        select(FitRow.week_start, func.max(FitRow.version))
        .where(FitRow.policy_id == policy_id)
        .group_by(FitRow.week_start)
    ).all()
    return {row[0]: row[1] for row in rows}


def weeks_of_days(days: Iterable[date]) -> list[date]:
    """The Mondays of these days' weeks, oldest first."""
    return sorted({day - timedelta(days=day.weekday()) for day in days})


def _weighing(model: Model, gap: float, factors: Mapping[str, Any]) -> Fit:
    """As much of a fit as `factors_of_fit` looks at."""
    return Fit(
        unit=UNITS[model],
        model=FitModel.markov if model.startswith("markov") else FitModel.shapley,
        order=0,
        units=tuple(factors["units"]),
        states=(),
        transitions=(),
        begins=(),
        converts=(),
        nulls=(),
        p_conversion=0.0,
        effects=(),
        wanted=(),
        attained=(),
        gap=gap,
        log2_factors=tuple(factors["log2_factors"]),
        n_paths=0.0,
        n_conversions=0.0,
    )
