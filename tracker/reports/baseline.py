"""The statistics of the lift: what would have been sold anyway, by a regression of statsmodels.

It runs in a process of its own (`tracker.reports.helper`): importing statsmodels costs more than a
second and two hundred megabytes, which neither a page nor the collector beside it should pay.

The method is the plain one: ordinary least squares on the days before, with a dummy variable for
each day of the event. The sum of these dummies' coefficients is what the days brought above the
baseline, and its t-test gives an interval that holds both the noise of the days themselves and the
doubt about the baseline (D. S. Salkever, 1976, "The use of dummy variables to compute predictions,
prediction errors, and confidence intervals", Journal of Econometrics 4).

That error takes the days for independent and the posts of others for equally good. They are not, so
it is held to the days themselves: windows before the event, as long as it, are predicted in the
same way from the days before them. If these errors are on average larger than they should be, the
event's is made as much larger, and the interval is that of a t distribution with as many degrees of
freedom as the windows are worth: windows that overlap say up to half as much again as those that
fit side by side (A. W. Lo, A. C. MacKinlay, 1988, Review of Financial Studies 1).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tracker.reports.helper import serve

Floats = NDArray[np.float64]

IDLE_SECONDS = 600.0
"""The process ends when nobody asked for so long: it holds two hundred megabytes."""

TREND_DAYS = 30.0
"""The trend is fitted for so many days; any unit would do, this one keeps the numbers small."""


def prepare() -> Callable[[bytes], bytes]:
    """What answers a request: JSON of events -> JSON of estimates (see `measure`)."""
    fit_of = _fitting()

    def answer(request: bytes) -> bytes:
        return json.dumps([measure(event, fit_of) for event in json.loads(request)]).encode()

    return answer


Fit = Callable[[Floats, Floats, int], tuple[float, float, float]]
"""(values, regressors, number of days of the event, which come last) -> sum, its standard error,
degrees of freedom."""

OVERLAP = 1.5
"""Degrees of freedom of overlapping windows for each that fits beside the others."""


def _fitting() -> Fit:
    from statsmodels.regression.linear_model import OLS  # a second; this process only

    def fit(values: Floats, regressors: Floats, n_event: int) -> tuple[float, float, float]:
        test = np.zeros(regressors.shape[1])
        test[-n_event:] = 1
        model = OLS(values, regressors).fit()
        total = model.t_test(test)
        return float(total.effect[0]), float(np.ravel(total.sd)[0]), float(model.df_resid)

    return fit


def _interval(lift: float, error: float, freedom: float) -> tuple[float, float]:
    """95 % of a t distribution."""
    from statsmodels.stats.contrast import ContrastResults  # see _fitting

    if error == 0:
        return lift, lift
    effect, error_of_it = np.array([lift]), np.array([error])
    found = ContrastResults(effect=effect, t=effect / error_of_it, sd=error_of_it, df_denom=freedom)
    low, high = np.ravel(found.conf_int(alpha=0.05))
    return float(low), float(high)


def measure(event: Mapping[str, Any], fit_of: Fit | None = None) -> list[list[float]]:
    """Estimates of the runs of one event.

    Args:
        event: `weekday` of its first day (Monday 0); `series`: name -> a value a day; `others`: how
            much was posted by others, a value a day; `festivals`: lists of days (their numbers,
            from 0), one list a festival; `runs`: [name of a series, days that the baseline is
            fitted on, days of the event, windows], the days of the event after the others; a window
            is the place of its first day among the days before, and how many they are.

    Returns:
        for each run [sum above the baseline, low, high, sum of the baseline], low and high of an
        interval of 95 %, in the unit of the series.
    """
    fit = fit_of or _fitting()
    n_days = len(event["others"])
    common = _regressors(n_days, event["weekday"], event["others"], event["festivals"])
    found = []
    for name, before, during, windows in event["runs"]:
        values = np.asarray(event["series"][name], np.float64)
        lift, error, freedom = _estimate(values, common, before, during, fit)
        if windows:
            errors = [
                _estimate(values, common, before[:first], before[first : first + n], fit)
                for first, n in windows
            ]
            error, freedom = _checked(error, freedom, errors, windows)
        low, high = _interval(lift, error, freedom)
        found.append([lift, low, high, float(values[list(during)].sum()) - lift])
    return found


def _estimate(
    values: Floats, common: Floats, before: Sequence[int], during: Sequence[int], fit: Fit
) -> tuple[float, float, float]:
    """What days brought above the days before them, its standard error, degrees of freedom."""
    days = np.array([*before, *during])
    dummies = np.zeros((len(days), len(during)))
    dummies[len(before) :] = np.eye(len(during))
    used = common[days]
    # a regressor that never moves before the event cannot be told from the level
    moves = np.ptp(used[: len(before)], axis=0) > 0
    moves[0] = True
    return fit(values[days], np.column_stack([used[:, moves], dummies]), len(during))


def _checked(
    error: float,
    freedom: float,
    errors: Sequence[tuple[float, float, float]],
    windows: Sequence[Sequence[int]],
) -> tuple[float, float]:
    """The error of the event as the windows before it say that it should be (see above)."""
    ratios = [(off / expected) ** 2 for off, expected, _ in errors if expected > 0]
    if not ratios:
        return error, freedom
    (first, n), (last, _) = windows[0], windows[-1]
    side_by_side = (last - first) / n + 1
    larger = max(1.0, float(np.sqrt(np.mean(ratios))))
    return error * larger, min(freedom, max(1.0, OVERLAP * side_by_side))


def _regressors(
    n_days: int, weekday: int, others: Sequence[float], festivals: Sequence[Sequence[int]]
) -> Floats:
    """Level, trend, six weekdays, posts of others, and a dummy a festival; a row a day."""
    day = np.arange(n_days)
    weekdays = (day[:, None] + weekday) % 7 == np.arange(1, 7)
    busy = np.zeros((n_days, len(festivals)))
    for i, listed in enumerate(festivals):
        busy[list(listed), i] = 1
    return np.column_stack([np.ones(n_days), day / TREND_DAYS, weekdays, others, busy])


if __name__ == "__main__":
    serve(prepare, IDLE_SECONDS)
