"""How far probabilities can be trusted, and what each threshold would cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from tracker.core.observations import Observation

LEAST = 0.05
"""Predictions below this are left out of the calibration error: thousands of sure "no" would hide the rest."""

BINS = 10
"""Bins of equal mass."""


class Bin(NamedTuple):
    """Predictions of one bin: their mean, the share that was right, and how many."""

    said: float
    right: float
    n: int


def bins(pairs: Sequence[tuple[float, bool]], count: int = BINS) -> list[Bin]:
    """Bins of equal mass over (probability, truth), from the least likely; fewer where there are few predictions."""
    ordered = sorted(pairs, key=lambda pair: pair[0])
    count = max(1, min(count, len(ordered)))
    edges = [round(k * len(ordered) / count) for k in range(count + 1)]
    parts = [ordered[first:last] for first, last in pairwise(edges) if last > first]
    return [
        Bin(sum(p for p, _ in part) / len(part), sum(true for _, true in part) / len(part), len(part)) for part in parts
    ]


def calibration_error(found: Sequence[Bin]) -> float:
    """Expected calibration error: the mean gap between said and right, weighted by size."""
    total = sum(each.n for each in found)
    return sum(each.n * abs(each.said - each.right) for each in found) / total if total else 0.0


def predictions(
    tags: Sequence[frozenset[str]], observations: Sequence[Observation], guide: Sequence[str]
) -> list[tuple[float, bool]]:
    """(probability, truth) of every category of every row that was given ``LEAST`` or more."""
    return [
        (seen.p.get(name, 0.0), name in wanted)
        for wanted, seen in zip(tags, observations, strict=True)
        for name in guide
        if seen.p.get(name, 0.0) >= LEAST
    ]


class Cost(NamedTuple):
    """What a threshold gives: precision, recall and F1 of one category."""

    threshold: float
    precision: float
    recall: float
    f1: float


TRIED = tuple(round(0.1 + 0.05 * k, 2) for k in range(17))
"""Thresholds whose cost is shown: 0.10 to 0.90."""


def costs(
    tags: Sequence[frozenset[str]], observations: Sequence[Observation], guide: Sequence[str]
) -> Mapping[str, list[Cost]]:
    """Per category what every threshold of ``TRIED`` would give on these rows."""
    return {name: [_cost(name, each, tags, observations) for each in TRIED] for name in guide}


def _cost(name: str, threshold: float, tags: Sequence[frozenset[str]], observations: Sequence[Observation]) -> Cost:
    said = [seen.p.get(name, 0.0) >= threshold for seen in observations]
    truths = [name in wanted for wanted in tags]
    hit = sum(true and each for true, each in zip(truths, said, strict=True))
    precision = hit / sum(said) if any(said) else 0.0
    recall = hit / sum(truths) if any(truths) else 0.0
    f1 = 2 * hit / (sum(said) + sum(truths)) if hit else 0.0
    return Cost(threshold, round(precision, 4), round(recall, 4), round(f1, 4))


ENOUGH = 25
"""Rows a category must have before a threshold is chosen for it: on eight rows one would chase noise."""

LOWEST, HIGHEST = 0.35, 0.65
"""Bounds of a chosen threshold."""


def best_threshold(costs_: Sequence[Cost], n: int) -> float:
    """The threshold of the best F1 within bounds, the one nearest to 0.5 on a tie; 0.5 where rows are few."""
    allowed = [each for each in costs_ if LOWEST <= each.threshold <= HIGHEST]
    if n < ENOUGH or not allowed:
        return 0.5
    return max(allowed, key=lambda each: (each.f1, -abs(each.threshold - 0.5))).threshold
