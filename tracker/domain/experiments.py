"""Tests of two or more links or creatives: how large, how different, how sure (A/B).

Everything is decided before the test begins: how many visitors each arm needs, and that the verdict
is read off exactly these. Looking at a test every day and stopping when it looks good finds a
"winner" between two equal links in far more than 5 of 100 cases; so nothing is said before the
planned sample, and nothing that comes after it changes what was said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import ceil, erfc, exp, gamma, sqrt
from statistics import NormalDist

CONFIDENCE = 0.95
POWER = 0.8
"""Of 100 tests whose arms differ as planned, so many show it."""

UNEVEN_BELOW = 0.001
"""Arms that should be equally large and are so unequal by chance once in a thousand tests: then
something else than chance sorts the visitors, and the test says nothing."""


class Verdict(StrEnum):
    """What may be said about an arm against the first one."""

    NOT_ENOUGH = "not_enough_data"
    BETTER = "better"
    WORSE = "worse"
    NO_DIFFERENCE = "no_difference"
    """None that a test of this size could show."""


@dataclass(frozen=True, slots=True)
class Interval:
    """From `low` to `high`, shares or differences of shares."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Difference:
    """An arm against the first: difference of the shares of buyers (-1 to 1) and its interval."""

    difference: float
    interval: Interval


def wilson(successes: int, n: int, confidence: float = CONFIDENCE) -> Interval:
    """Interval of a share.

    Args:
        successes: from 0 to n.
        n: at least 1.

    Raises:
        ValueError: the counts are impossible.

    Source: Wilson (1927), score interval without continuity correction.
    """
    if n < 1 or not 0 <= successes <= n:
        raise ValueError(f"{successes} of {n} is no share")
    z = _z(confidence)
    share = successes / n
    middle = share + z * z / (2 * n)
    reach = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    below = 0.0 if successes == 0 else (middle - reach) / (1 + z * z / n)
    above = 1.0 if successes == n else (middle + reach) / (1 + z * z / n)
    return Interval(below, above)


def difference(
    first: tuple[int, int], second: tuple[int, int], confidence: float = CONFIDENCE
) -> Difference:
    """Share of the second minus share of the first, each given as (successes, n).

    Raises:
        ValueError: see `wilson`.

    Source: Newcombe (1998), "Interval estimation for the difference between independent
    proportions", method 10: the two Wilson intervals, squared and added.
    """
    (a, n_a), (b, n_b) = first, second
    one, two = wilson(a, n_a, confidence), wilson(b, n_b, confidence)
    p, q = a / n_a, b / n_b
    middle = q - p
    low = middle - sqrt((q - two.low) ** 2 + (one.high - p) ** 2)
    high = middle + sqrt((two.high - q) ** 2 + (p - one.low) ** 2)
    return Difference(middle, Interval(max(-1.0, low), min(1.0, high)))


def planned_sample(baseline: float, uplift: float, n_arms: int = 2) -> int:
    """Visitors that each arm needs to show a difference, if there is one, in 80 of 100 tests.

    Args:
        baseline: share of buyers in the first arm, above 0 and below 1.
        uplift: smallest relative difference worth seeing (0.2: 20 % more buyers), above 0.
        n_arms: 2 or more; each further arm is compared with the first, and the 5 % of false alarms
            are divided among the comparisons (Bonferroni).

    Raises:
        ValueError: such a test cannot be planned.

    Source: Fleiss, Levin & Paik (2003), formula 4.14 without continuity correction:
        n = (z₁ √(2 p̄ q̄) + z₂ √(p q + p′ q′))² ÷ (p′ − p)²
    """
    other = baseline * (1 + uplift)
    if not 0 < baseline < 1 or not uplift > 0 or other >= 1 or n_arms < 2:
        raise ValueError(f"no test of {baseline} against {other} with {n_arms} arms")
    z_alarm = _z(confidence_of(n_arms))
    z_power = NormalDist().inv_cdf(POWER)
    mean = (baseline + other) / 2
    spread = sqrt(baseline * (1 - baseline) + other * (1 - other))
    needed = (z_alarm * sqrt(2 * mean * (1 - mean)) + z_power * spread) ** 2
    return ceil(needed / (other - baseline) ** 2)


def confidence_of(n_arms: int) -> float:
    """Confidence of each comparison with the first arm, so that all hold together in 95 of 100."""
    return 1 - (1 - CONFIDENCE) / max(1, n_arms - 1)


def verdict(compared: Difference, *, is_complete: bool) -> Verdict:
    """What may be said about an arm. is_complete: all arms have their planned sample."""
    if not is_complete:
        return Verdict.NOT_ENOUGH
    if compared.interval.low > 0:
        return Verdict.BETTER
    return Verdict.WORSE if compared.interval.high < 0 else Verdict.NO_DIFFERENCE


def evenness(counts: Sequence[int]) -> float | None:
    """How likely counts as uneven as these are, if visitors were dealt out evenly by chance.

    Returns:
        0 to 1 (Pearson's chi-square test); None: fewer than two arms, or nobody came.
    """
    total = sum(counts)
    if len(counts) < 2 or total == 0:
        return None
    fair = total / len(counts)
    return _chi_square_tail(sum((n - fair) ** 2 / fair for n in counts), len(counts) - 1)


def _chi_square_tail(x: float, freedom: int) -> float:
    """Part of a chi-square distribution above x.

    The closed sums for whole degrees of freedom (Abramowitz & Stegun 26.4.4 and 26.4.5).
    """
    half = x / 2
    if freedom % 2 == 0:
        term = total = exp(-half)
        for k in range(1, freedom // 2):
            term *= half / k
            total += term
        return min(1.0, total)
    total = erfc(sqrt(half))
    for k in range(1, (freedom + 1) // 2):
        total += exp(-half) * half ** (k - 0.5) / gamma(k + 0.5)
    return min(1.0, total)


def _z(confidence: float) -> float:
    """Two-sided quantile of the normal distribution: 1.96 for 0.95."""
    return NormalDist().inv_cdf((1 + confidence) / 2)
