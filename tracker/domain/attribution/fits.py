"""Fits of the data-driven models: what was learnt from journeys, as a value to keep.

A fit is made once, stored, versioned and used for the orders of its week; a rebuild reads it again
and never makes it anew (SEMANTICS 3.7). It carries everything that explains it.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tracker.domain.attribution.allocate import ONE, offsets_of, segment_ids
from tracker.domain.attribution.components import component_of
from tracker.domain.attribution.journeys import Journeys, dense_units, weighted_counts
from tracker.domain.attribution.markov import credits_of_effects, p_conversion, removal_effects
from tracker.domain.attribution.raking import rake
from tracker.domain.attribution.shapley import shared_equally
from tracker.domain.attribution.transitions import Chain, count_transitions
from tracker.domain.attribution.unit_sets import Membership, collapse, distinct_in_each
from tracker.domain.attribution.weights import decay_factors

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

FIT_VERSION = 1
"""Counts up when fitting or its reading changes."""


_LN2 = 0.6931471805599453

_STEP = 1 << 40
"""Logarithms of factors are compared as multiples of 2^-40, like ages in units of a half-life."""

_LOWEST = 1 << 48
"""256 halvings: nothing is left."""


class FitModel(StrEnum):
    """A data-driven model."""

    markov = "markov"
    shapley = "shapley"


class FitError(ValueError):
    """A stored fit that cannot be read."""


@dataclass(frozen=True, slots=True)
class Fit:
    """A fit. Tuples that belong to units are as long as `units`.

    unit: what the units are ("channel", "influencer"). order: of the Markov chain; 0 for Shapley.
    units: ids, rising. states: windows of unit ids, oldest touch first. transitions: (source,
    target, journeys) with places in `states`; begins, converts, nulls: journeys that begin and end
    in each state; all empty for Shapley. p_conversion: share of journeys that convert. effects:
    removal effects (Shapley: the unit's share of the orders). wanted: each unit's total under the
    definition, in orders; attained: what the orders allow; gap: the share of all orders by which
    these differ, 0 to 1. log2_factors: binary logarithm of what a unit weighs beside others; always
    finite. n_paths: journeys; n_conversions: those that converted.
    """

    unit: str
    model: FitModel
    order: int
    units: tuple[int, ...]
    states: tuple[tuple[int, ...], ...]
    transitions: tuple[tuple[int, int, float], ...]
    begins: tuple[float, ...]
    converts: tuple[float, ...]
    nulls: tuple[float, ...]
    p_conversion: float
    effects: tuple[float, ...]
    wanted: tuple[float, ...]
    attained: tuple[float, ...]
    gap: float
    log2_factors: tuple[float, ...]
    n_paths: float
    n_conversions: float
    version: int = FIT_VERSION

    def canonical_json(self) -> str:
        """The fit as JSON: sorted keys, no blanks; equal fits give equal text."""
        return json.dumps(asdict(self), sort_keys=True, separators=(",", ":"), allow_nan=False)


def fit_from_json(text: str) -> Fit:
    """The fit that `canonical_json` wrote.

    Raises FitError: not such a text, or of another version.
    """
    try:
        content: dict[str, Any] = json.loads(text)
        if content.get("version") != FIT_VERSION:
            raise FitError(f"a fit of version {content.get('version')} cannot be read")
        content["model"] = FitModel(content["model"])
        for name, value in content.items():
            if isinstance(value, list):
                content[name] = tuple(tuple(v) if isinstance(v, list) else v for v in value)
        return Fit(**content)
    except FitError:
        raise
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise FitError(f"not a stored fit: {error}") from error


def fit_markov(journeys: Journeys, unit: str, order: int = 1) -> Fit:
    """Fit the Markov model to journeys (see `markov` and `raking`).

    Never fails for journeys that teach little: without any, or without a conversion, every effect
    is 0 and the factors are equal. Raises ValueError for an order outside 1 to 8.
    """
    chain = count_transitions(journeys, order)
    effects = removal_effects(chain)
    sets, counts = _sets_of(journeys, chain.units)
    wanted = credits_of_effects(effects, float(counts.sum()))
    raked = rake(sets, counts, wanted)
    scaled = _comparable(raked.log_factors, sets, effects)
    states, transitions = _readable(chain)
    return Fit(
        unit=unit,
        model=FitModel.markov,
        order=order,
        units=_ints(chain.units),
        states=states,
        transitions=transitions,
        begins=_floats(chain.begins),
        converts=_floats(chain.converts),
        nulls=_floats(chain.nulls),
        p_conversion=p_conversion(chain),
        effects=_floats(effects),
        wanted=_floats(wanted),
        attained=_floats(raked.attained),
        gap=raked.gap,
        log2_factors=_floats(scaled / _LN2),
        n_paths=chain.total,
        n_conversions=chain.conversions,
    )


def fit_shapley(journeys: Journeys, unit: str) -> Fit:
    """Fit the Shapley model: equal factors, which give its totals exactly; the gap is 0."""
    told = journeys.telling()
    units = dense_units(told.unit)[0]
    sets, counts = _sets_of(journeys, units)
    credit = shared_equally(sets, counts, units.size)
    total, orders = float((told.conversions + told.nulls).sum()), float(counts.sum())
    return Fit(
        unit=unit,
        model=FitModel.shapley,
        order=0,
        units=_ints(units),
        states=(),
        transitions=(),
        begins=(),
        converts=(),
        nulls=(),
        p_conversion=orders / total if total > 0 else 0.0,
        effects=_floats(credit / orders if orders > 0 else credit),
        wanted=_floats(credit),
        attained=_floats(credit),
        gap=0.0,
        log2_factors=(0.0,) * units.size,
        n_paths=total,
        n_conversions=orders,
    )


def factors_of_fit(fit: Fit, unit_ids: Ints, offsets: Ints, counted: Bools | None = None) -> Ints:
    """Integer factors of touchpoints under a fit, for `allocate.weights_of_factors`.

    unit_ids: of each touchpoint, in CSR paths. counted: the touchpoints that may get something
    (not the direct visits of a path that has others); None: all. Within a path a unit weighs its
    factor b once, shared equally by its repeats. A unit that the fit has not seen weighs what the
    seen units of its path weigh on average; a path of such units only is shared equally among them.

    Returns integers 0 to ONE, equal on every machine; 0 for what is not counted.
    """
    if counted is not None and not counted.all():
        owner = segment_ids(offsets)
        sizes = np.bincount(owner[counted], minlength=offsets.size - 1)
        all_factors = np.zeros(unit_ids.size, np.int64)
        all_factors[counted] = factors_of_fit(
            fit, unit_ids[counted], offsets_of(sizes.astype(np.int64))
        )
        return all_factors
    owner = segment_ids(offsets)
    repeats, is_first = _repeats(unit_ids, owner)
    seen, logs = _log2_factors(fit, unit_ids)
    n = offsets.size - 1
    highest = np.full(n, -np.inf)
    np.maximum.at(highest, owner[seen], logs[seen])
    has_seen = highest > -np.inf
    # Whole numbers from here on: equal on every machine, whatever its library's exp2 says.
    below = np.zeros(unit_ids.size, np.int64)
    below[seen] = np.minimum((highest[owner[seen]] - logs[seen]) * _STEP, _LOWEST).astype(np.int64)
    power = decay_factors(below, _STEP)
    once = seen & is_first
    many = np.bincount(owner[once], minlength=n)
    mean = weighted_counts(owner[once], power[once].astype(np.float64), n).astype(np.int64)
    mean = np.where(has_seen, mean // np.maximum(many, 1), ONE)
    factors: Ints = np.where(seen, power, mean[owner]) // repeats
    return factors


def _log2_factors(fit: Fit, unit_ids: Ints) -> tuple[Bools, Floats]:
    """Which touches have a unit that the fit has seen, and the logarithm of its factor."""
    seen = np.zeros(unit_ids.size, np.bool_)
    logs = np.zeros(unit_ids.size)
    known = np.array(fit.units, np.int64)
    if known.size:
        place = np.minimum(np.searchsorted(known, unit_ids), known.size - 1)
        seen = known[place] == unit_ids
        logs[seen] = np.array(fit.log2_factors)[place[seen]]
    return seen, logs


def _repeats(unit_ids: Ints, owner: Ints) -> tuple[Ints, Bools]:
    """How often each touch's unit stands in its path, and whether this is the first time."""
    place = dense_units(unit_ids)[1]
    by = np.lexsort((np.arange(place.size), place, owner))
    pair = np.ones(by.size, np.bool_)
    pair[1:] = (owner[by][1:] != owner[by][:-1]) | (place[by][1:] != place[by][:-1])
    group = np.cumsum(pair) - 1
    repeats, is_first = np.empty(by.size, np.int64), np.empty(by.size, np.bool_)
    repeats[by] = np.bincount(group)[group] if by.size else group
    is_first[by] = pair
    return repeats, is_first


def _sets_of(journeys: Journeys, units: Ints) -> tuple[Membership, Floats]:
    converting = journeys.converting()
    place = np.searchsorted(units, converting.unit).astype(np.int64)
    members = distinct_in_each(place, converting.offsets)
    return collapse(members, converting.conversions)


def _comparable(log_factors: Floats, sets: Membership, effects: Floats) -> Floats:
    """Factors of units that never share an order, put on one scale.

    Raking says nothing about their ratio, but an order of next week may have both. So the factors
    of units that are linked by common orders add up to their removal effects.
    """
    part = component_of(sets, effects.size)
    n = int(part.max(initial=-1)) + 1
    highest = np.full(n, -np.inf)
    np.maximum.at(highest, part, log_factors)
    sums = weighted_counts(part, np.exp(log_factors - highest[part]), n)
    weight = weighted_counts(part, effects, n)
    # A part without any effect weighs as little as rounding lets it: it loses against all others.
    target = np.log(np.where(weight > 0, weight, 2.0**-60))
    scaled: Floats = log_factors + (target - highest - np.log(sums))[part]
    return scaled


def _readable(
    chain: Chain,
) -> tuple[tuple[tuple[int, ...], ...], tuple[tuple[int, int, float], ...]]:
    states = tuple(
        tuple(int(chain.units[place]) for place in reversed(window) if place >= 0)
        for window in chain.windows.tolist()
    )
    arcs = zip(chain.source.tolist(), chain.target.tolist(), chain.count.tolist(), strict=True)
    return states, tuple(arcs)


def _ints(values: Ints) -> tuple[int, ...]:
    return tuple(values.tolist())


def _floats(values: Floats) -> tuple[float, ...]:
    return tuple(values.tolist())
