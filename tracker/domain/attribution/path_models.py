"""Credits of a path table under every model, as real numbers.

The definitions are those of SEMANTICS 3.6 and 3.7 with two differences that make the figures
comparable with other tools: direct visits count in all models but last_non_direct, and Markov
credits are total times effect over the sum of effects, not raked to the single journeys.
A table has no times: touches lie a fixed step apart, the last one at the order.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tracker.domain.attribution.allocate import lengths_of, segment_ids
from tracker.domain.attribution.journeys import Journeys, weighted_counts
from tracker.domain.attribution.markov import credits_of_effects, p_conversion, removal_effects
from tracker.domain.attribution.path_table import PathTable
from tracker.domain.attribution.shapley import shapley_credits
from tracker.domain.attribution.transitions import count_transitions

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

PATH_MODELS: tuple[str, ...] = (
    "first", "last", "last_non_direct", "linear", "position_based", "time_decay",
    "markov", "shapley",
)  # fmt: skip

DIRECT_NAMES = frozenset({"direct", "(direct)", "(direct) / (none)", "(direct)/(none)", "直接访问"})
"""Names of the direct channel, in lower case."""

ENDS, MIDDLE = 0.4, 0.2
"""Weights under position_based: of the first and of the last touch, of all others together."""


@dataclass(frozen=True, slots=True)
class Timing:
    """When touches happened: step_hours apart, the last at the order. half_life_hours: above 0."""

    half_life_hours: float = 168.0
    step_hours: float = 24.0


@dataclass(frozen=True, slots=True)
class ChannelCredits:
    """Credit of each channel; value is None when the table has no values."""

    conversions: Floats
    value: Floats | None


@dataclass(frozen=True, slots=True)
class MarkovResult:
    """Probability of converting, and each channel's removal effect (from numbers of journeys)."""

    p_conversion: float
    removal: Floats


def markov_of(table: PathTable, order: int) -> MarkovResult:
    """The Markov chain of a table; channels that only rows without weight name have effect 0."""
    chain = count_transitions(table.journeys, order)
    removal = np.zeros(len(table.channels))
    removal[chain.units] = removal_effects(chain)
    return MarkovResult(p_conversion(chain), removal)


def credits_under(
    model: str, table: PathTable, timing: Timing, markov: MarkovResult | None
) -> ChannelCredits:
    """Credits under one model of PATH_MODELS; `markov` is needed for that model only.

    Credits add up to the table's conversions and value, except under Markov when nothing converts:
    then nobody has an effect to be credited for.
    """
    amounts = [table.journeys.conversions, table.value]
    if model == "markov":
        assert markov is not None
        found = [
            None if amount is None else credits_of_effects(markov.removal, float(amount.sum()))
            for amount in amounts
        ]
    else:
        found = [
            None if amount is None else _credits(model, table, timing, amount) for amount in amounts
        ]
    conversions, value = found
    assert conversions is not None
    return ChannelCredits(conversions, value)


def _credits(model: str, table: PathTable, timing: Timing, amounts: Floats) -> Floats:
    journeys, n = table.journeys, len(table.channels)
    if model == "shapley":
        return shapley_credits(journeys.unit, journeys.offsets, amounts, n)
    if model in ("first", "last", "last_non_direct"):
        return weighted_counts(journeys.unit[_chosen_touch(model, table)], amounts, n)
    weights = _weights(model, journeys, timing)
    return weighted_counts(journeys.unit, weights * np.repeat(amounts, _lengths(journeys)), n)


def _lengths(journeys: Journeys) -> Ints:
    return lengths_of(journeys.offsets)


def _chosen_touch(model: str, table: PathTable) -> Ints:
    """The one touch of each journey that gets everything."""
    offsets = table.journeys.offsets
    if model == "first":
        return offsets[:-1]
    last = offsets[1:] - 1
    if model == "last":
        return last
    direct = np.array([name.lower() in DIRECT_NAMES for name in table.channels], np.bool_)
    if not direct.any():
        return last
    counts = np.flatnonzero(~direct[table.journeys.unit])
    newest = last.copy()
    # A later write to one cell stays: each journey keeps its newest touch that is not direct.
    newest[segment_ids(offsets)[counts]] = counts
    return newest


def _weights(model: str, journeys: Journeys, timing: Timing) -> Floats:
    """Weight of each touch under the models that share; they add up to 1 in each journey."""
    owner = segment_ids(journeys.offsets)
    lengths = _lengths(journeys)[owner]
    if model == "linear":
        return 1.0 / lengths
    position = np.arange(owner.size, dtype=np.int64) - journeys.offsets[owner]
    if model == "position_based":
        is_end = (position == 0) | (position == lengths - 1)
        middle = MIDDLE / np.maximum(lengths - 2, 1)
        weights: Floats = np.where(lengths <= 2, 1.0 / lengths, np.where(is_end, ENDS, middle))
        return weights
    halvings = (lengths - 1 - position) * (timing.step_hours / timing.half_life_hours)
    powers = np.exp2(-halvings)
    sums = weighted_counts(owner, powers, len(journeys))
    return powers / sums[owner]
