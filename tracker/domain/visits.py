"""Visits: the hits of one visitor, cut where they fall silent or where a new campaign begins.

Rules (SEMANTICS 1.4):

- A visit ends after 30 minutes without a hit [Plausible]. Midnight does not end it.
- A hit that carries another tagged campaign than the visit had so far starts a new one [Matomo,
  Plausible]; a new referrer alone does not.
- The mark that a visit counts under is its first hit's. If that hit is not tagged and a later one
  came from an organic search, the search's mark replaces it [sourcebuster: organic search
  overrides, direct never does, a referral only when no visit is open].
- Hits flagged as bots form visits of their own: a prefetch must neither lengthen nor taint the
  visit of the person who caused it.
- A visit that is faster than a hand, RATE_HITS hits within RATE_SECONDS, is flagged as a whole
  (SEMANTICS 1.5, "rate").
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

SILENCE_SECONDS = 30 * 60
"""Two hits that are further apart than this belong to two visits; exactly this far: to one."""

RATE_HITS = 60
RATE_SECONDS = 60
"""So many hits in so many seconds are a machine's: nobody reads a page a second for a minute."""

_MICROS = 1_000_000


@dataclass(frozen=True, slots=True)
class Hits:
    """Hits as parallel arrays of equal length, in any order.

    `at`: microseconds since the epoch. `event`: the event id, any dtype that sorts; breaks ties.
    `tag`: `RawMark.tag_key()` of the hit's mark, 0: untagged. `is_search`: its mark is an organic
    search. `is_page_view`; `is_event`: cart, coupon or order. `is_flagged`: held for a bot's.
    """

    visitor: Ints
    at: Ints
    event: NDArray[Any]
    tag: Ints
    is_search: Bools
    is_page_view: Bools
    is_event: Bools
    is_flagged: Bools


@dataclass(frozen=True, slots=True)
class Visits:
    """Visits as parallel arrays, ordered by visitor, flag and time. Indexes point into the hits as
    they were given.

    `first`, `last`: index of the first and last hit. `entry`: index of the hit whose mark counts.
    `first_page`, `last_page`: index of the first and last page view, -1: none. `of_hit`: the visit
    of every hit, as the hits were given.
    """

    visitor: Ints
    first: Ints
    last: Ints
    entry: Ints
    first_page: Ints
    last_page: Ints
    started_at: Ints
    last_at: Ints
    n_page_views: Ints
    n_events: Ints
    is_flagged: Bools
    of_hit: Ints

    @property
    def is_bounce(self) -> Bools:
        """One page view and no cart, coupon or order event [Plausible, Matomo]."""
        return is_bounce(self.n_page_views, self.n_events)

    @property
    def duration_micros(self) -> Ints:
        """Last hit minus first: "at least", since nobody tells when a page is closed."""
        return self.last_at - self.started_at


def is_bounce(n_page_views: Ints, n_events: Ints) -> Bools:
    """Which visits are bounces, by their counts."""
    bounce: Bools = np.logical_and(n_page_views <= 1, n_events == 0)
    return bounce


def split_visits(hits: Hits, silence_seconds: int = SILENCE_SECONDS) -> Visits:
    """Cut hits into visits, by the rules above. The order of the input does not matter.

    Args:
        hits: hits of any number of visitors; every hit of a visitor that matters must be there.
        silence_seconds: how much silence ends a visit, at least 0.

    Raises:
        ValueError: `silence_seconds` is negative.
    """
    if silence_seconds < 0:
        raise ValueError(f"silence cannot be negative, got {silence_seconds}")
    order = np.lexsort((hits.event, hits.at, hits.is_flagged, hits.visitor))
    at, tag = hits.at[order], hits.tag[order]
    segment = _is_new_segment(hits, order, silence_seconds * _MICROS)
    starts = segment | _is_new_campaign(tag, segment)
    number = np.cumsum(starts) - 1
    first = np.flatnonzero(starts)
    last = np.append(first[1:], order.size) - 1 if first.size else first
    pages = hits.is_page_view[order]
    of_hit = np.empty(order.size, np.int64)
    of_hit[order] = number
    return Visits(
        visitor=hits.visitor[order[first]],
        first=order[first],
        last=order[last],
        entry=order[_entries(first, number, tag, hits.is_search[order])],
        first_page=_pointed(order, _first_where(pages, number, first.size)),
        last_page=_pointed(order, _last_where(pages, number, first.size)),
        started_at=at[first],
        last_at=at[last],
        n_page_views=np.bincount(number, pages, first.size).astype(np.int64),
        n_events=np.bincount(number, hits.is_event[order], first.size).astype(np.int64),
        is_flagged=hits.is_flagged[order[first]] | _too_fast(at, number, first.size),
        of_hit=of_hit,
    )


def _is_new_segment(hits: Hits, order: Ints, silence: int) -> Bools:
    """Where another visitor (or flag) begins, or silence ended."""
    visitor, flag, at = hits.visitor[order], hits.is_flagged[order], hits.at[order]
    new = np.ones(order.size, np.bool_)
    new[1:] = (visitor[1:] != visitor[:-1]) | (flag[1:] != flag[:-1]) | (at[1:] - at[:-1] > silence)
    return new


def _is_new_campaign(tag: Ints, segment: Bools) -> Bools:
    """Where a hit carries another tag than the last tagged hit before it in its segment."""
    position = np.arange(tag.size)
    begin = np.maximum.accumulate(np.where(segment, position, 0))
    tagged = np.maximum.accumulate(np.where(tag != 0, position, -1))
    before = np.concatenate(([-1], tagged[:-1])) if tag.size else tagged
    known = np.where(before >= begin, tag[before], 0)  # -1 is below every begin: 0 is taken
    new: Bools = np.logical_and(tag != 0, tag != known)
    return new


def _too_fast(at: Ints, number: Ints, size: int) -> Bools:
    """Which visits hold RATE_HITS hits within RATE_SECONDS, anywhere."""
    fast = np.zeros(size, np.bool_)
    ahead = RATE_HITS - 1
    if at.size > ahead:
        close = at[ahead:] - at[:-ahead] <= RATE_SECONDS * _MICROS
        fast[number[:-ahead][close & (number[ahead:] == number[:-ahead])]] = True
    return fast


def _entries(first: Ints, number: Ints, tag: Ints, is_search: Bools) -> Ints:
    search = _first_where(is_search & (tag == 0), number, first.size)
    return np.where((tag[first] == 0) & (search >= 0), search, first)


def _first_where(mask: Bools, number: Ints, size: int) -> Ints:
    """Position of each visit's first hit where the mask holds; -1: none."""
    found = np.full(size, -1, np.int64)
    positions = np.flatnonzero(mask)[::-1]
    found[number[positions]] = positions  # of several writes to one place the last one stays
    return found


def _last_where(mask: Bools, number: Ints, size: int) -> Ints:
    """Position of each visit's last hit where the mask holds; -1: none."""
    found = np.full(size, -1, np.int64)
    positions = np.flatnonzero(mask)
    found[number[positions]] = positions
    return found


def _pointed(order: Ints, positions: Ints) -> Ints:
    if not order.size:
        return positions
    return np.where(positions >= 0, order[positions], -1)
