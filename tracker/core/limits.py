"""Limits: a number that a count must reach or must not pass, decided on bounds of the count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import Literal

from tracker.core.forecasts import Bound
from tracker.core.odds import Odds

BOUND_WORDS: Mapping[Bound, str] = {
    "at_least": "at least",
    "at_most": "at most",
    "more_than": "more than",
    "fewer_than": "less than",
}


@dataclass(frozen=True, slots=True)
class Limit:
    """A whole number: "least" is reached from below by presence, "most" is broken by presence."""

    side: Literal["least", "most"]
    number: int

    @property
    def presence(self) -> int:
        """The count at which presence alone decides: for a "least" in favour, for a "most" against."""
        return self.number if self.side == "least" else self.number + 1

    def holds(self, low: float, high: float) -> bool | None:
        """Three-valued: what can be said of a count that lies from ``low`` to ``high``."""
        reached = True if low >= self.presence else False if high < self.presence else None
        if reached is None:
            return None
        return reached == (self.side == "least")

    def steps(self, low: int) -> int:
        """How many would have to come or go to flip what was decided at the count ``low`` (at least 1)."""
        return max(low - self.presence + 1 if low >= self.presence else self.presence - low, 1)

    def to_presence(self, low: int) -> int:
        """How many more would let presence decide."""
        return max(self.presence - low, 0)

    def chance(self, odds: Odds) -> float:
        """The probability that a count with these odds keeps to the limit."""
        return odds.at_least(self.number) if self.side == "least" else odds.at_most(self.number)


def exact(number: float) -> Fraction:
    """The decimal a person wrote, not its nearest binary (0.1 means one tenth)."""
    return Fraction(repr(float(number)))


def integer_limit(bound: Bound, number: float | Fraction) -> Limit:
    """The same condition on a whole count: "more than 2.5" is "at least 3"."""
    edge = number if isinstance(number, Fraction) else exact(number)
    if bound == "at_least":
        return Limit("least", ceil(edge))
    if bound == "more_than":
        return Limit("least", floor(edge) + 1)
    if bound == "at_most":
        return Limit("most", floor(edge))
    return Limit("most", ceil(edge) - 1)


def meets(value: float, bound: Bound, number: float) -> bool:
    """Whether a figure keeps to a bound."""
    left, right = exact(value), exact(number)
    if bound == "at_least":
        return left >= right
    if bound == "more_than":
        return left > right
    return left <= right if bound == "at_most" else left < right
