"""Which visitors placed an order: weighing the statements about it (SEMANTICS 3.1).

A stranger can send a beacon, so a beacon counts only when it is near the order in time, carries the
order's token where there is one, and nobody was first. What webhooks and files say is trusted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

BEACON_US = 24 * 3_600_000_000
"""A beacon counts within 24 h of the order, before or after, in microseconds."""


class LinkEvidence(StrEnum):
    """Who says that a visitor placed an order, most trusted first."""

    signed = "signed"
    """The visitor id stood in a cart attribute or order meta delivered by a signed webhook."""
    file = "file"
    """An imported file names the person."""
    click = "click"
    """The delivered landing address carries a click of ours."""
    beacon = "beacon"
    """The order-placed event of our script, sent by a browser."""

    @property
    def rank(self) -> int:
        """Trust as a number, 0 is the most trusted."""
        return _RANKS.index(self)


_RANKS = tuple(LinkEvidence)


DECIDED = -1
"""The trust of a statement that a person has chosen: before everything else, and never late."""


class Verdict(StrEnum):
    """What becomes of a claim."""

    linked = "linked"
    conflict = "conflict"
    """Another visitor has the order already: to the conflict queue."""
    late = "late"
    """A beacon more than 24 h away from the order."""
    wrong_token = "wrong_token"
    """A beacon without the order's token."""


VERDICTS: tuple[Verdict, ...] = tuple(Verdict)


@dataclass(frozen=True, slots=True)
class Claims:
    """Statements that a visitor placed an order. Arrays of equal length, instants in microseconds.

    order: any number that identifies the order. placed_at: instant of that order. evidence: rank of
    a LinkEvidence, or DECIDED. token_ok: the order has no token, or the claim carries it.
    """

    order: Ints
    visitor: Ints
    evidence: Ints
    at: Ints
    placed_at: Ints
    token_ok: Bools


def judge(claims: Claims) -> Ints:
    """The verdict on each claim, as an index into VERDICTS.

    Signed and file claims: the first of them (by trust, time, visitor) names the buyer; one that
    names another visitor is a conflict. Clicks always link: a click may have an id of its own,
    since the tracked link is on our host. Beacons: the first that is in time and carries the token
    links unless signed or file names somebody else; later ones of other visitors are conflicts.
    A statement that a person has chosen names the buyer, whatever it was and came from.
    """
    order, visitor, evidence = claims.order, claims.visitor, claims.evidence
    verdict = np.full(order.size, VERDICTS.index(Verdict.linked), np.int64)
    is_beacon = evidence == LinkEvidence.beacon.rank
    late = is_beacon & (np.abs(claims.at - claims.placed_at) > BEACON_US)
    verdict[late] = VERDICTS.index(Verdict.late)
    verdict[is_beacon & ~claims.token_ok] = VERDICTS.index(Verdict.wrong_token)
    contenders = np.flatnonzero(
        (evidence != LinkEvidence.click.rank) & (verdict == VERDICTS.index(Verdict.linked))
    )
    # Trust first, so the first contender of an order is a signed or file claim where there is one.
    by = np.lexsort(
        (visitor[contenders], claims.at[contenders], evidence[contenders], order[contenders])
    )
    ranked = contenders[by]
    starts = np.append(True, np.diff(order[ranked]) != 0)[: ranked.size]
    winner = ranked[np.flatnonzero(starts)[np.cumsum(starts) - 1]] if ranked.size else ranked
    beaten = ranked[visitor[ranked] != visitor[winner]]
    verdict[beaten] = VERDICTS.index(Verdict.conflict)
    return verdict


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement, for `judge_one`."""

    visitor: int
    evidence: LinkEvidence
    at: int
    token_ok: bool = True
    is_chosen: bool = False
    """A person has said that this visitor is the buyer."""

    @property
    def trust(self) -> int:
        """Rank of the evidence, or DECIDED."""
        return DECIDED if self.is_chosen else self.evidence.rank


def judge_one(placed_at: int, claims: Iterable[Claim]) -> list[Verdict]:
    """The verdict on each claim about one order, in the order given (`judge` for one order)."""
    listed = list(claims)
    n = len(listed)
    verdicts = judge(
        Claims(
            order=np.zeros(n, np.int64),
            visitor=np.array([c.visitor for c in listed], np.int64),
            evidence=np.array([c.trust for c in listed], np.int64),
            at=np.array([c.at for c in listed], np.int64),
            placed_at=np.full(n, placed_at, np.int64),
            token_ok=np.array([c.token_ok for c in listed], np.bool_),
        )
    )
    return [VERDICTS[int(v)] for v in verdicts]


def buyers_visitors(path_key: Ints, visitor: Ints, known_from: Ints) -> tuple[Ints, Ints, Ints]:
    """Distinct (path key, visitor) with the earliest instant from which the link is known.

    path_key: the buyer of the order that each link belongs to; known_from: instant of that order.
    A visitor who is linked to two buyers counts for both.
    """
    by = np.lexsort((known_from, visitor, path_key))
    path_key, visitor, known_from = path_key[by], visitor[by], known_from[by]
    starts = np.append(True, (np.diff(path_key) != 0) | (np.diff(visitor) != 0))[: by.size]
    return path_key[starts], visitor[starts], known_from[starts]
