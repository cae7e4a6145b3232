"""How probable each count is, when every event has its own probability and silence may hide a few more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import exp

NEGLIGIBLE = 1e-12
"""Tails below this are cut off: far beneath what any of the probabilities put in is good for."""


@dataclass(frozen=True)
class Odds:
    """P(count = start + i) is ``chances[i]``; they sum to 1 within rounding."""

    start: int = 0
    chances: tuple[float, ...] = (1.0,)

    def below(self, number: int) -> float:
        """P(count < number)."""
        place = number - self.start
        if place <= 0:
            return 0.0
        return min(1.0, sum(self.chances[:place]))

    def at_least(self, number: int) -> float:
        return max(0.0, 1.0 - self.below(number))

    def at_most(self, number: int) -> float:
        return self.below(number + 1)


def _trimmed(start: int, chances: Sequence[float]) -> Odds:
    first, last = 0, len(chances)
    while last - first > 1 and chances[first] < NEGLIGIBLE:
        first += 1
    while last - first > 1 and chances[last - 1] < NEGLIGIBLE:
        last -= 1
    return Odds(start + first, tuple(chances[first:last]))


def plus(odds: Odds, size: int, p: float) -> Odds:
    """The odds after one more independent happening that counts ``size`` with probability ``p`` (0..1)."""
    if size == 0 or p <= 0.0:
        return odds
    if p >= 1.0:
        return Odds(odds.start + size, odds.chances)
    grown = [chance * (1.0 - p) for chance in odds.chances] + [0.0] * size
    for place, chance in enumerate(odds.chances):
        grown[place + size] += chance * p
    return _trimmed(odds.start, grown)


def of(happenings: Iterable[tuple[int, float]]) -> Odds:
    """The odds of the summed sizes of independent (size, probability) happenings."""
    odds = Odds()
    for size, p in happenings:
        odds = plus(odds, size, p)
    return odds


def plus_unseen(odds: Odds, mean: float) -> Odds:
    """The odds after adding a Poisson number of ones with that mean (0 or more)."""
    if mean <= 0.0:
        return odds
    unseen, term, count = [], exp(-mean), 0
    while term > NEGLIGIBLE or count <= mean:
        unseen.append(term)
        count += 1
        term *= mean / count
    return sum_of(odds, Odds(0, tuple(unseen)))


def sum_of(one: Odds, other: Odds) -> Odds:
    """The odds of the sum of two independent counts."""
    grown = [0.0] * (len(one.chances) + len(other.chances) - 1)
    for place, chance in enumerate(one.chances):
        for more, weight in enumerate(other.chances):
            grown[place + more] += chance * weight
    return _trimmed(one.start + other.start, grown)
