"""What an analyst should read first: the items the reader is least sure of, no two of them alike.

An answer to a text the reader already knows teaches nothing; one to a text it wavers on teaches most
(uncertainty sampling). Copies of one report would all stand at the top, so each story is asked about once.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

ALIKE = 0.6
"""Word-Jaccard from which two titles are one story for this purpose."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """An item in the queue. ``p`` and ``p_mode`` are what the reader said; ``bits`` how unsure it is (0 and up)."""

    seq: int
    title: str
    published: str
    p: Mapping[str, float]
    p_mode: Mapping[str, float]
    bits: float = 0.0


def _entropy(shares: Iterable[float]) -> float:
    return -sum(share * math.log2(share) for share in shares if share > 0.0)


def doubt(p: Mapping[str, float], p_mode: Mapping[str, float]) -> float:
    """How unsure a reading is, in bits: of each category for itself, and of the mode as far as there is a category."""
    categories = sum(_entropy((share, 1.0 - share)) for share in p.values() if 0.0 < share < 1.0)
    return categories + max(p.values(), default=0.0) * _entropy(p_mode.values())


def queue(items: Iterable[Doubt], most: int) -> list[Doubt]:
    """The items of greatest doubt, one for each story; ties in the order of ``seq``."""
    chosen: list[Doubt] = []
    kept: list[frozenset[str]] = []
    for item in sorted(items, key=lambda each: (-each.bits, each.seq)):
        if len(chosen) >= most:
            break
        words = frozenset(re.findall(r"\w+", item.title.lower()))
        if any(len(words & other) / len(words | other) >= ALIKE for other in kept if words | other):
            continue
        chosen.append(item)
        kept.append(words)
    return chosen
