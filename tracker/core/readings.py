"""Which observation of an item counts: its effective reading (DESIGN section 2)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tracker.core.observations import Observer

PRECEDENCE = {"analyst": 0, "model": 1, "rules": 2}
"""Analyst before active model before rules; a reference table reads rows, never items."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One observation of one revision of an item; ``seq`` is the revision's place in the record."""

    observation: int
    seq: int
    observer: Observer


def effective(candidates: Iterable[Candidate], active: Observer) -> Candidate | None:
    """The newest revision's observation by precedence; None when no admitted observer has read the item.

    Admitted are analysts and the active observer; the observations of others are kept and not counted.
    """
    admitted = [c for c in candidates if c.observer.kind == "analyst" or c.observer == active]
    if not admitted:
        return None
    return min(admitted, key=lambda c: (-c.seq, PRECEDENCE[c.observer.kind], c.observation))
