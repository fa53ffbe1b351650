"""Repeatable chance: draws that are the same on every machine for the same key."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import Generic, TypeVar

import numpy as np

T = TypeVar("T")

_BLOCK = 4096
"""Numbers drawn at a time: a list is read ten times faster than the generator is asked."""


class Dice:
    """A stream of draws under a key of whole numbers, for example (seed, purpose, day).

    Everything is derived here from uniform numbers of PCG64, which NumPy promises not to change
    (its distributions it does not), so a seed means the same brand in years to come.
    """

    def __init__(self, *key: int) -> None:
        self._generator = np.random.Generator(np.random.PCG64(np.random.SeedSequence(key)))
        self._numbers: list[float] = []
        self._words: list[int] = []

    def uniform(self) -> float:
        """A number from 0 (included) to 1 (excluded)."""
        if not self._numbers:
            self._numbers = self._generator.random(_BLOCK).tolist()
        return self._numbers.pop()

    def chance(self, probability: float) -> bool:
        """True with that probability."""
        return self.uniform() < probability

    def between(self, low: float, high: float) -> float:
        """A number from `low` to `high`, evenly."""
        return low + (high - low) * self.uniform()

    def whole(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included, evenly."""
        return low + int(self.uniform() * (high - low + 1))

    def pick(self, choices: Sequence[T]) -> T:
        """One of the choices, evenly."""
        return choices[int(self.uniform() * len(choices))]

    def exponential(self, mean: float) -> float:
        """A waiting time with that mean."""
        return -mean * math.log1p(-self.uniform())

    def normal(self) -> float:
        """A standard normal number (Box and Muller)."""
        radius = math.sqrt(-2 * math.log1p(-self.uniform()))
        return radius * math.cos(2 * math.pi * self.uniform())

    def lognormal(self, median: float, sigma: float) -> float:
        """A positive number with that median, whose logarithm has the deviation `sigma`."""
        return median * math.exp(sigma * self.normal())

    def poisson(self, mean: float) -> int:
        """A count with that mean; above 60 by the normal approximation."""
        if mean > 60:
            return max(0, round(mean + math.sqrt(mean) * self.normal()))
        left, count = self.uniform(), 0
        term = math.exp(-mean)
        while left >= term and count < 400:
            left -= term
            count += 1
            term *= mean / count
        return count

    def geometric(self, mean: float) -> int:
        """A count from 0 with that mean, each more one equally likely to be the last."""
        if mean <= 0:
            return 0
        return int(math.log1p(-self.uniform()) / math.log(mean / (1 + mean)))

    def bits(self) -> int:
        """64 random bits."""
        if not self._words:
            self._words = self._generator.bit_generator.random_raw(_BLOCK).tolist()
        return self._words.pop()

    def uuid(self) -> str:
        """An id of the shape that browsers make (version 4)."""
        text = f"{self.bits():016x}{self.bits():016x}"
        return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:]}"


class Weighted(Generic[T]):
    """Choices with weights, drawn by one number each."""

    def __init__(self, choices: Sequence[tuple[T, float]]) -> None:
        if not choices:
            raise ValueError("there is nothing to choose from")
        self._choices = [choice for choice, _ in choices]
        self._edges = list(accumulate(weight for _, weight in choices))

    def draw(self, dice: Dice) -> T:
        """One of the choices, as likely as its share of all weights."""
        edge = bisect_right(self._edges, dice.uniform() * self._edges[-1])
        return self._choices[min(edge, len(self._choices) - 1)]
