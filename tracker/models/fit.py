"""What data-driven models learned: one stored fit for each model and week."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tracker.models.base import Base, one_of

FIT_MODELS = ("markov", "markov_influencer", "shapley", "shapley_influencer")
"""The models that are fitted."""


class Fit(Base):
    """What a model learned from the 90 days before an ISO week; used for that week's orders only.

    Rows are never changed: credits are computed from raw facts and fits, so a rebuild that refitted
    would give other credits. A refit that a person asks for is a row of the next version; the
    newest counts.
    """

    __tablename__ = "fit"
    __table_args__ = (
        UniqueConstraint("policy_id", "week_start", "model", "version"),
        one_of("model", *FIT_MODELS),
        one_of("outcome", "fitted", "not_enough"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id", ondelete="CASCADE"))
    week_start: Mapped[date]
    """A Monday: the order days from here to the Sunday are credited by it."""
    model: Mapped[str]
    version: Mapped[int]
    """1, then one more for each refit that was asked for."""
    window_from: Mapped[date]
    window_until: Mapped[date]
    """Last day it looked at, included; each shop's days in its own zone."""
    outcome: Mapped[str]
    """fitted; not_enough: the window has no converting path, orders are shared as by `linear`."""
    n_converting: Mapped[int]
    """Qualified paths of orders that it learned from."""
    n_null: Mapped[int]
    """Visitors with touches and without an order in the window."""
    gap: Mapped[float]
    """How far the nearest attainable totals of channels (or influencers) are from the model's
    definition: a share of all conversions, 0 where the orders allow it (SEMANTICS 3.7)."""
    factors: Mapped[dict[str, float]] = mapped_column(JSON)
    """Unit -> what a touchpoint of it weighs beside others. Empty: not_enough."""
    document: Mapped[dict[str, Any]] = mapped_column(JSON, deferred=True)
    """The whole fit: states, transition counts, effects, factors, formula version."""
    made_at: Mapped[datetime]
