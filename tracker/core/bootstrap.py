"""Intervals for means and skill when items come in clusters that share an outcome: the clusters are drawn anew.

With few clusters every possible draw is gone through with its exact probability, so nothing is random; with more,
a fixed sequence of draws is taken, the same in every process.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations_with_replacement
from math import factorial, prod

EXACT_CLUSTERS = 7
"""Up to so many clusters all draws are gone through (1,716 kinds of draw for 7)."""

DRAWS = 4000
"""Draws where there are more clusters: the ends of a 95 % interval then rest on a hundred draws each."""

Sums = tuple[float, ...]
"""What one cluster adds to a figure, such as (items, sum of Brier, sum of the reference's Brier)."""


def interval(
    clusters: Sequence[Sums], figure: Callable[[Sums], float | None], confidence: float
) -> tuple[float, float] | None:
    """The percentile interval of ``figure`` over the clusters drawn anew (Efron 1979; clusters as in Field and
    Welsh 2007). None with fewer than two clusters, which cannot tell their own spread. Draws for which the
    figure is None are left out."""
    if len(clusters) < 2:
        return None
    weighed: list[tuple[float, float]] = []
    for counts, weight in _draws(len(clusters)):
        sums = tuple(sum(clusters[place][part] * n for place, n in counts) for part in range(len(clusters[0])))
        value = figure(sums)
        if value is not None:
            weighed.append((value, weight))
    if not weighed:
        return None
    tail = (1.0 - confidence) / 2
    weighed.sort()
    return _quantile(weighed, tail), _quantile(weighed, 1.0 - tail)


def _quantile(weighed: Sequence[tuple[float, float]], share: float) -> float:
    """The least value with at least ``share`` of the weight at or below it; ``weighed`` is sorted."""
    wanted, reached = share * sum(weight for _, weight in weighed), 0.0
    for value, weight in weighed:
        reached += weight
        if reached >= wanted - 1e-12:
            return value
    return weighed[-1][0]


def _draws(k: int) -> Iterator[tuple[tuple[tuple[int, int], ...], float]]:
    """Draws of k clusters out of k with putting back, as (cluster, times) pairs, each with its weight."""
    if k <= EXACT_CLUSTERS:
        for drawn in combinations_with_replacement(range(k), k):
            counts = Counter(drawn)
            yield tuple(counts.items()), factorial(k) / prod(factorial(n) for n in counts.values())
        return
    for draw in range(DRAWS):
        yield tuple(Counter(_fixed(draw, place) % k for place in range(k)).items()), 1.0


def _fixed(draw: int, place: int) -> int:
    """A number as good as random that is the same everywhere: core has no randomness of its own."""
    return int.from_bytes(hashlib.sha256(f"{draw} {place}".encode()).digest()[:8], "big")
