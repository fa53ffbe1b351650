"""Between the kernel and the fits: what a fit learns from paths, and how paths are weighed by fits.

Every order is weighed by the fit of its own ISO week. Only touchpoints that count are seen: no
direct visits, unless the path has nothing else (SEMANTICS 3.6). Stand-ins of unattributed orders
teach nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from tracker.domain.attribution.allocate import offsets_of, segment_ids
from tracker.domain.attribution.fits import Fit, factors_of_fit, fit_markov, fit_shapley
from tracker.domain.attribution.journeys import Journeys
from tracker.domain.attribution.kernel import NO_TOUCH, Paths
from tracker.domain.attribution.weights import counted_touches
from tracker.domain.policy import FITTED_MODELS, Model

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

FIT_DAYS = 90
"""Days before a week that its fits learn from."""

CHANNEL, INFLUENCER = "channel", "influencer"
UNITS: dict[Model, str] = {
    Model.markov: CHANNEL,
    Model.markov_influencer: INFLUENCER,
    Model.shapley: CHANNEL,
    Model.shapley_influencer: INFLUENCER,
}
"""What the units of a fitted model are."""

_MONDAY = 4
"""1970-01-05, the first Monday, as a day number."""


def weeks_of(days: Ints) -> Ints:
    """The Monday (day number) of the ISO week of each day number."""
    mondays: Ints = days - (days - _MONDAY) % 7
    return mondays


def units_of(unit: str, channel: Ints, influencer: Ints) -> Ints:
    """The unit of each touchpoint: its channel's code; or its influencer's id, and minus the
    channel's code where there is none, so that channels without influencers stay apart."""
    return channel if unit == CHANNEL else np.where(influencer > 0, influencer, -channel)


def learnt_from(parts: Iterable[tuple[Paths, bool]]) -> dict[str, Journeys]:
    """Journeys for each kind of unit.

    parts: paths, and whether they ended in an order. A path that teaches nothing is empty.
    """
    units: dict[str, list[Ints]] = {CHANNEL: [], INFLUENCER: []}
    lengths, converts = [np.zeros(0, np.int64)], [np.zeros(0, np.float64)]
    for paths, is_converting in parts:
        taught = counted_touches(paths.is_direct, paths.offsets) & (paths.touch != NO_TOUCH)
        n = paths.offsets.size - 1
        lengths.append(_counts(taught, paths.offsets))
        converts.append(np.full(n, float(is_converting)))
        channel, influencer = (
            paths.of_touch("channel")[taught],
            paths.of_touch("influencer")[taught],
        )
        for unit, made in units.items():
            made.append(units_of(unit, channel, influencer))
    offsets, converting = offsets_of(np.concatenate(lengths)), np.concatenate(converts)
    return {
        unit: Journeys(
            np.concatenate([*made, np.zeros(0, np.int64)]), offsets, converting, 1.0 - converting
        )
        for unit, made in units.items()
    }


def fit_all(journeys: Mapping[str, Journeys], markov_order: int) -> dict[Model, Fit]:
    """One fit a fitted model."""
    return {
        model: fit_markov(journeys[unit], unit, markov_order)
        if model in (Model.markov, Model.markov_influencer)
        else fit_shapley(journeys[unit], unit)
        for model, unit in UNITS.items()
    }


def factors_of_fits(
    paths: Paths, weeks: Ints, fits: Mapping[tuple[Model, int], Fit]
) -> dict[Model, Ints]:
    """Factors of the touchpoints of all paths under every fitted model, for `kernel.weigh`.

    weeks: the Monday of each order. fits: by model and Monday; an order whose week has none is
    weighed as by `linear`. A model without any fit is left out.
    """
    counted = counted_touches(paths.is_direct, paths.offsets)
    chosen = {week: _of_week(paths, counted, weeks == week) for week in _weeks(fits)}
    channel, influencer = paths.of_touch("channel"), paths.of_touch("influencer")
    found: dict[Model, Ints] = {}
    for model in FITTED_MODELS:
        unit = units_of(UNITS[model], channel, influencer)
        for week, (touches, offsets) in chosen.items():
            fit = fits.get((model, week))
            if fit is None or touches.size == 0:
                continue
            factors = found.setdefault(model, counted.astype(np.int64))
            factors[touches] = factors_of_fit(fit, unit[touches], offsets)
    return found


def _weeks(fits: Mapping[tuple[Model, int], Fit]) -> Sequence[int]:
    return sorted({week for _, week in fits})


def _of_week(paths: Paths, counted: Bools, is_of_week: Bools) -> tuple[Ints, Ints]:
    """The touchpoints that count in the chosen paths, and the offsets of these paths alone."""
    mask = counted & is_of_week[segment_ids(paths.offsets)]
    return np.flatnonzero(mask), offsets_of(_counts(mask, paths.offsets)[is_of_week])


def _counts(mask: Bools, offsets: Ints) -> Ints:
    """How many touchpoints of each path are in the mask."""
    running = np.zeros(mask.size + 1, np.int64)
    np.cumsum(mask, out=running[1:])
    return running[offsets[1:]] - running[offsets[:-1]]
