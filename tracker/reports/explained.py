"""Why an order is credited as it is, as a table: its touchpoints, then the signals that do not
count. One file is one order; money is what is left after all refunds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tracker.domain.metrics import MICRO
from tracker.domain.policy import MODELS
from tracker.i18n import LABELS, mark
from tracker.reports.columns import Column, TableSpec, at
from tracker.services.explain_views import Explanation, SignalView


@dataclass(frozen=True, slots=True)
class ExplainedSignal:
    """A row: a touchpoint (position 1..n; 0: the order has none), or a signal with a reason."""

    order: str
    signal: SignalView
    policy: str
    position: int | None = None
    reason: str | None = None
    evidence: tuple[str, ...] = ()
    weights_micro: dict[str, int] = field(default_factory=dict)
    credits_minor: dict[str, int] = field(default_factory=dict)


def explained_rows(why: Explanation) -> Iterator[ExplainedSignal]:
    """The rows of one order's explanation, oldest touchpoint first."""
    policy = f"{why.policy_id}:{why.policy_hash[:12]}"
    for point in why.touchpoints:
        yield ExplainedSignal(
            why.ref, point.signal, policy, point.position, None, point.evidence,
            point.weights_micro, point.credits_minor,
        )  # fmt: skip
    for view in why.unqualified:
        yield ExplainedSignal(why.ref, view.signal, policy, reason=view.reason)


def _weight(model: str) -> Callable[[ExplainedSignal], float | None]:
    def read(row: ExplainedSignal) -> float | None:
        return row.weights_micro[model] / MICRO if model in row.weights_micro else None

    return read


def _credit(model: str) -> Callable[[ExplainedSignal], int | None]:
    return lambda row: row.credits_minor.get(model)


def _model_columns() -> Iterator[Column]:
    for model in MODELS:
        heading = LABELS["model"][model]
        yield Column(f"weight_{model}", heading, "ratio", _weight(model))
        yield Column(f"credit_{model}", heading, "money", _credit(model))


def _no_rows(_session: Any, _state: Any) -> tuple[ExplainedSignal, ...]:
    return ()


EXPLAINED = TableSpec(
    "order",
    (
        Column("order", mark("Order"), "text", at("order")),
        Column("position", mark("Position"), "count", at("position")),
        Column("at", mark("When"), "instant", at("signal.at")),
        Column("touch_kind", mark("Touchpoint"), "code", at("signal.touch_kind"), "touch_kind"),
        Column("channel", mark("Channel"), "code", at("signal.channel"), "channel"),
        Column("influencer", mark("Influencer"), "text", at("signal.influencer")),
        Column("campaign", mark("Campaign"), "text", at("signal.campaign")),
        Column("label", mark("Detail"), "text", at("signal.label")),
        Column("evidence", mark("Evidence"), "text", lambda row: " + ".join(row.evidence)),
        Column("reason", mark("Why it does not count"), "code", at("reason"), "unqualified"),
        *_model_columns(),
        Column("policy", mark("Policy"), "text", at("policy")),
    ),
    _no_rows,
)
"""Its rows are of one order, so they are given by `explained_rows`, not read by a state."""
