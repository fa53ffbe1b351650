"""A policy: everything that decides credits, as an immutable value with a content hash.

Two policies with the same content have the same hash, on every machine: the hash names the version
that credits and settlements cite (DESIGN 4).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from tracker.domain.paths import Signal
from tracker.domain.periods import DAY_US

FORMULA_VERSION = 1
"""Counts up when a formula of the engine changes, so that old credits stay explainable."""

HOUR_US = 3_600_000_000


class Model(StrEnum):
    """A model, in the order of the weight rows and of the credit columns (SEMANTICS 3.6, 3.7)."""

    first = "first"
    last = "last"
    last_non_direct = "last_non_direct"
    linear = "linear"
    position_based = "position_based"
    time_decay = "time_decay"
    markov = "markov"
    markov_influencer = "markov_influencer"
    shapley = "shapley"
    shapley_influencer = "shapley_influencer"


MODELS: tuple[Model, ...] = tuple(Model)

FITTED_MODELS: tuple[Model, ...] = (
    Model.markov, Model.markov_influencer, Model.shapley, Model.shapley_influencer,
)  # fmt: skip
"""Models that learn from the weeks before an order; without a fit they are `linear`."""

DEFAULT_MODEL = Model.last_non_direct


class BuyerScope(StrEnum):
    """Whose visits an order may count: the customer's up to that order, or this order's only."""

    customer = "customer"
    order = "order"


class PolicyError(ValueError):
    """A policy that makes no sense; `code` says which part."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Policy:
    """An attribution policy (SEMANTICS 3). The defaults are the product's.

    lookback_days: 1 to 180. half_life_hours: of time decay; None = max(lookback / 4, 1 day).
    position_ends_permille: weight of the first and of the last touchpoint of position_based, in
    thousandths, 0 to 500. precedence: every class of signal once, strongest first.
    exclusive: classes that give the whole path to their owner when they are the strongest present;
    a customer lock that did not would be no lock. reset_at_order: touches before the buyer's
    previous order do not count. rules_version: of the rules and aliases behind the marks.
    markov_order: how many touches back the Markov models remember, 1 or 2.
    """

    lookback_days: int = 30
    half_life_hours: int | None = None
    position_ends_permille: int = 400
    precedence: tuple[Signal, ...] = tuple(Signal)
    exclusive: frozenset[Signal] = field(
        default=frozenset({Signal.lock, Signal.affiliate, Signal.coupon})
    )
    buyer_scope: BuyerScope = BuyerScope.customer
    reset_at_order: bool = False
    max_touchpoints: int = 500
    rules_version: int = 1
    markov_order: int = 1
    formula_version: int = FORMULA_VERSION

    def __post_init__(self) -> None:
        if not 1 <= self.lookback_days <= 180:
            raise PolicyError("lookback_days", "the lookback window is 1 to 180 days")
        if self.half_life_hours is not None and not 1 <= self.half_life_hours <= 24 * 365:
            raise PolicyError("half_life_hours", "the half-life is 1 hour to 365 days")
        if not 0 <= self.position_ends_permille <= 500:
            raise PolicyError("position_ends_permille", "each end weighs 0 to 500 thousandths")
        if sorted(self.precedence) != sorted(Signal):
            raise PolicyError("precedence", "the precedence list names every class once")
        if Signal.direct in self.exclusive:
            raise PolicyError("exclusive", "a direct visit has no owner to be exclusive for")
        if not 1 <= self.max_touchpoints <= 500:
            raise PolicyError("max_touchpoints", "a path keeps 1 to 500 touchpoints")
        if self.markov_order not in (1, 2):
            raise PolicyError("markov_order", "a Markov model remembers 1 or 2 touches")

    @property
    def lookback_us(self) -> int:
        """The lookback window in microseconds (days of 24 h)."""
        return self.lookback_days * DAY_US

    @property
    def half_life_us(self) -> int:
        """Half-life of time decay in microseconds: as set, else max(lookback / 4, 1 day)."""
        if self.half_life_hours is not None:
            return self.half_life_hours * HOUR_US
        return max(self.lookback_us // 4, DAY_US)

    def canonical_json(self) -> str:
        """The policy as JSON: sorted keys, no blanks; equal policies give equal text."""
        content = asdict(self)
        content["exclusive"] = sorted(self.exclusive)
        content["precedence"] = list(self.precedence)
        return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)

    def content_hash(self) -> str:
        """SHA-256 of the canonical JSON, 64 hexadecimal digits."""
        return hashlib.sha256(self.canonical_json().encode()).hexdigest()


def policy_from(content: Mapping[str, Any]) -> Policy:
    """A policy from the object that `canonical_json` writes; missing keys take the defaults.

    Raises PolicyError for values out of range and for keys or classes that do not exist.
    """
    known = set(Policy.__dataclass_fields__)
    unknown = set(content) - known
    if unknown:
        raise PolicyError("unknown_key", f"a policy has no {', '.join(sorted(unknown))}")
    values = dict(content)
    try:
        if "precedence" in values:
            values["precedence"] = tuple(Signal(name) for name in values["precedence"])
        if "exclusive" in values:
            values["exclusive"] = frozenset(Signal(name) for name in values["exclusive"])
        if "buyer_scope" in values:
            values["buyer_scope"] = BuyerScope(values["buyer_scope"])
    except ValueError as error:
        raise PolicyError("unknown_value", str(error)) from error
    return Policy(**values)


def policy_from_json(text: str) -> Policy:
    """A policy from its JSON text (see `policy_from`)."""
    return policy_from(json.loads(text))
