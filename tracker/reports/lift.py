"""Lift (增量): what a post or a campaign brought above a baseline fitted on the days before it.

Attribution shares out orders that were seen to be touched. Lift asks the other question: did all
orders together, and natural visits, rise above what weekday, trend, promotions and the posts of
others explain? Neither needs a click. The two stand side by side and are never added.

Which days count is decided here; the statistics (`tracker.reports.baseline`, statsmodels) run in a
helper process. An event that the data cannot judge has a reason and no figure.
"""

from __future__ import annotations

import json
import os
import threading
import weakref
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from tracker.domain.metrics import share_of
from tracker.reports.helper import Helper, HelperError
from tracker.reports.lift_days import Days

POST_DAYS = 7
"""A post is measured on its day and the six after it."""

BASELINE_DAYS = 112
"""The baseline is fitted on so many days before the event at most: older ones say less."""

LEAST_BASELINE_DAYS = 42
"""Six weeks: with less, weekdays, trend and posts of others cannot be told apart."""

LEAST_PLACEBO_DAYS = 28
"""A placebo day makes do with less before it."""

LEAST_EVENT_DAYS = 3
MOST_EVENT_DAYS = 60
"""A baseline is not carried further than this."""

MOST_PLACEBOS = 20
LEAST_PLACEBOS = 8
MOST_WINDOWS = 20
"""Windows of several days before an event, to check the width of its interval with."""

MOST_PLACEBO_SHARE = 0.15
"""The intervals of quiet days are expected to exclude 0 in 5 % of all cases; beyond this share the
baseline does not fit the shop, and its intervals are too narrow."""

CACHED = 2_000
"""Events whose estimates are kept in memory, about a megabyte."""

_WORKER = "tracker.reports.baseline"


@dataclass(frozen=True, slots=True)
class Estimate:
    """A lift with its interval of 95 %, and what the baseline expects of the same days."""

    value: float
    low: float
    high: float
    expected: float

    @property
    def share(self) -> float | None:
        """Lift / baseline; None where the baseline is not above 0."""
        return self.value / self.expected if self.expected > 0 else None

    @property
    def is_clear(self) -> bool:
        """Whether the interval excludes 0."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True, slots=True)
class Measured:
    """What the days of an event say.

    reason: "" or why there is no figure: too_early (fewer than 3 of its days have passed),
    too_long, short_baseline (fewer than 42 usable days before it), sparse (hardly any sales before
    it), promotion (a promotion that the baseline has not seen is on its days), unavailable (the
    statistics could not be run). days: those that count. net: net revenue of all orders in minor
    units. visits: natural and direct visits; None: there are none before the event. placebos:
    quiet days before it that were measured in the same way; placebo_share: those whose interval
    excludes 0; None: too few quiet days. others: posts of other influencers on the same days.
    """

    reason: str
    days: tuple[date, ...] = ()
    n_baseline: int = 0
    net: Estimate | None = None
    visits: Estimate | None = None
    placebos: int = 0
    placebo_share: float | None = None
    others: int = 0

    @property
    def placebo(self) -> str:
        """passed, failed, or unknown: there were too few quiet days before the event."""
        if self.placebo_share is None:
            return "unknown"
        return "passed" if self.placebo_share <= MOST_PLACEBO_SHARE else "failed"


@dataclass(frozen=True, slots=True)
class Event:
    """Days that may have brought something.

    days: numbers of its days, rising. own: numbers of days on which earlier posts of the same kind
    ran: they are no baseline. others: for each day of the series, how much was posted by others.
    n_others: how many posts of others ran on its days. may_skip: whether days of a promotion that
    the baseline has not seen are left out; else such a day leaves the event without a figure, since
    what people buy just before and after a promotion is the promotion's doing as well.
    """

    days: tuple[int, ...]
    own: frozenset[int]
    others: tuple[float, ...]
    n_others: int = 0
    may_skip: bool = False


def measure_events(series: Days, events: Sequence[Event]) -> list[Measured]:
    """The lift of each event, in their order.

    series: the days that the events and their baselines are in. Never fails: what the statistics
    cannot do, or the helper process, is a reason.
    """
    plans = [_plan(series, event) for event in events]
    asked = [plan.request for plan in plans if plan.request]
    answers = iter(_estimates(asked))
    return [_measured(plan, next(answers)) if plan.request else plan.found for plan in plans]


@dataclass(frozen=True, slots=True)
class _Plan:
    """An event as it is asked for; request "": `found` is the answer already."""

    found: Measured
    request: str = ""
    has_visits: bool = False


def _plan(series: Days, event: Event) -> _Plan:
    during = [day for day in event.days if series.first <= day < series.until]
    if len(event.days) > MOST_EVENT_DAYS:
        return _Plan(Measured("too_long"))
    if not during or len(during) < min(len(event.days), LEAST_EVENT_DAYS):
        is_over = bool(event.days) and event.days[0] < series.first
        return _Plan(Measured("short_baseline" if is_over else "too_early"))
    start = max(series.first, during[0] - BASELINE_DAYS)
    before = [day for day in range(start, during[0]) if day not in event.own]
    festivals = series.known_festivals(before, during)
    before = [day for day in before if series.is_plain(day, festivals)]
    usable = [day for day in during if series.is_plain(day, festivals)]
    days = tuple(series.date_of(day) for day in usable)
    if not usable or (len(usable) < len(during) and not event.may_skip):
        return _Plan(Measured("promotion"))
    if len(before) < LEAST_BASELINE_DAYS or not _knows_weekdays(before, usable):
        return _Plan(Measured("short_baseline", days, len(before)))
    if np.count_nonzero(series.net[before]) < len(before) / 2:
        return _Plan(Measured("sparse", days, len(before)))
    has_visits = bool(np.count_nonzero(series.visits[before]) >= len(before) / 2)
    quiet = _quiet_days(before, series)
    windows = _windows(before, len(usable))
    runs: list[Any] = [["net", before, usable, windows]]
    runs += [["visits", before, usable, windows]] if has_visits else []
    runs += [["net", fit, [day], []] for fit, day in quiet]
    request = _request(series, event, runs, festivals, start, usable[-1] + 1)
    found = Measured("", days, len(before), placebos=len(quiet), others=event.n_others)
    return _Plan(found, request, has_visits)


def _knows_weekdays(before: Sequence[int], during: Sequence[int]) -> bool:
    """Whether each weekday of the event was seen at least twice."""
    seen = np.bincount(np.asarray(before) % 7, minlength=7)
    return all(seen[day % 7] >= 2 for day in during)


def _quiet_days(before: Sequence[int], series: Days) -> list[tuple[Sequence[int], int]]:
    """Placebos: quiet days before the event, each with the days before it as its own baseline.

    They lie as far apart as the days allow, so that they are as independent as can be.
    """
    places = [
        i
        for i in range(LEAST_PLACEBO_DAYS, len(before))
        if not series.festival_of(before[i]) and _knows_weekdays(before[:i], before[i : i + 1])
    ]
    if len(places) < LEAST_PLACEBOS:
        return []
    n = min(MOST_PLACEBOS, len(places))
    chosen = [places[i * len(places) // n] for i in range(n)]
    return [(before[:i], before[i]) for i in chosen]


def _windows(before: Sequence[int], n_days: int) -> list[tuple[int, int]]:
    """Windows before the event by which the width of its interval is checked: (place of the first
    day, days), as long as the event, or as half of the days that can be predicted.

    Only windows without a gap, spread over all there are; none where gaps leave none.
    """
    n = min(n_days, (len(before) - LEAST_PLACEBO_DAYS) // 2)
    places = [
        i
        for i in range(LEAST_PLACEBO_DAYS, len(before) - n + 1)
        if before[i + n - 1] - before[i] == n - 1 and _knows_weekdays(before[:i], before[i : i + n])
    ]
    count = min(MOST_WINDOWS, len(places))
    return [(places[i * len(places) // count], n) for i in range(count)]


def _request(
    series: Days, event: Event, runs: list[Any], festivals: frozenset[str], start: int, until: int
) -> str:
    """One event for `baseline.measure`, with days counted from the first one that it needs."""
    moved = [
        [name, [day - start for day in fit], [day - start for day in window], checks]
        for name, fit, window, checks in runs
    ]
    content = {
        "weekday": series.date_of(start).weekday(),
        "series": {
            "net": series.net[start:until].tolist(),
            "visits": series.visits[start:until].tolist(),
        },
        "others": [round(weight, 9) for weight in event.others[start:until]],
        "festivals": [
            [day - start for day in range(start, until) if series.festival_of(day) == festival]
            for festival in sorted(festivals)
        ],
        "runs": moved,
    }
    return json.dumps(content, separators=(",", ":"))


def _measured(plan: _Plan, answer: list[list[float]] | None) -> Measured:
    found = plan.found
    if answer is None:
        return Measured("unavailable", found.days, found.n_baseline)
    net, *rest = (Estimate(*values) for values in answer)
    visits = rest.pop(0) if plan.has_visits else None
    wrong = sum(estimate.is_clear for estimate in rest)
    return Measured(
        "",
        found.days,
        found.n_baseline,
        net,
        visits,
        len(rest),
        share_of(wrong, len(rest)) if len(rest) >= LEAST_PLACEBOS else None,
        found.others,
    )


# --- the helper process ---------------------------------------------------------------------------


class _Statistics:
    """The helper of this process and what it has answered; made anew after a fork."""

    def __init__(self) -> None:
        self.process = os.getpid()
        self.lock = threading.Lock()
        self.helper = Helper(_WORKER)
        self.known: OrderedDict[str, list[list[float]]] = OrderedDict()
        weakref.finalize(self, _stop, self.helper, self.process)  # also at the program's end

    def estimates(self, requests: Sequence[str]) -> list[list[list[float]] | None]:
        with self.lock:
            missing = [r for r in dict.fromkeys(requests) if r not in self.known]
            if missing:
                answer = self.helper.ask(f"[{','.join(missing)}]".encode())
                self.known.update(zip(missing, json.loads(answer), strict=True))
            found: list[list[list[float]] | None] = [self.known[r] for r in requests]
            for request in requests:
                self.known.move_to_end(request)
            while len(self.known) > CACHED:
                self.known.popitem(last=False)
            return found


def _stop(helper: Helper, process: int) -> None:
    if process == os.getpid():  # a child that was forked off must not end its parent's helper
        helper.stop()


_statistics = _Statistics()


def _ours() -> _Statistics:
    global _statistics
    if _statistics.process != os.getpid():
        _statistics = _Statistics()
    return _statistics


def warm() -> None:
    """Start the helper without waiting for it: it needs more than a second to be ready."""
    _ours().helper.start()


def close() -> None:
    """Stop the helper of this process; it starts again when it is needed."""
    _ours().helper.stop()


def _estimates(requests: Sequence[str]) -> Iterable[list[list[float]] | None]:
    if not requests:
        return []
    try:
        return _ours().estimates(requests)
    except HelperError:
        return [None] * len(requests)
