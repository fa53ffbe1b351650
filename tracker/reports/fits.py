"""What a report under a fitted model has to say about its fits (SEMANTICS 3.7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.domain.policy import FITTED_MODELS
from tracker.models import CreditDayChannel, Fit, Shop
from tracker.reports.state import ReportState
from tracker.services.fits import FITTED, newest


@dataclass(frozen=True, slots=True)
class FitQuality:
    """How the orders of a period are fitted.

    unfitted_weeks: ISO weeks of the period with orders whose fit is missing or had not enough data;
    their orders are shared as by `linear`. gap: the largest distance of the used fits from the
    model's definition, a share of all orders; None: no fit is used, or the model has none.
    """

    unfitted_weeks: int = 0
    gap: float | None = None


def read_fit_quality(session: Session, state: ReportState) -> FitQuality:
    """The quality of the fits behind a report; two statements, none for a model without fits."""
    if state.model not in FITTED_MODELS:
        return FitQuality()
    days = session.scalars(
        select(CreditDayChannel.booked_on)
        .join(Shop, Shop.id == CreditDayChannel.shop_id)
        .where(
            Shop.workspace_id == state.workspace_id,
            CreditDayChannel.policy_id == state.policy_id,
            CreditDayChannel.model_code == state.model_code,
            CreditDayChannel.booked_on.between(state.start, state.end),
            CreditDayChannel.orders_micro != 0,
        )
        .distinct()
    )
    weeks = {_monday(day) for day in days}
    fits = session.execute(
        select(Fit.week_start, Fit.gap).where(
            newest(state.policy_id),
            Fit.model == str(state.model),
            Fit.outcome == FITTED,
            Fit.week_start.between(_monday(state.start), state.end),
        )
    )
    gaps = {week: gap for week, gap in fits if week in weeks}
    return FitQuality(len(weeks - set(gaps)), max(gaps.values(), default=None))


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
