"""Whether the record moved: a few counters that change whenever truth, placing or the tables did."""

from __future__ import annotations

import sqlalchemy as sa

from tracker.store.engine import Tx
from tracker.store.schema import corrections, observations, reference_loads
from tracker.store.verdicts import keep_note, note

_TURNS = "derived anew"


def bump(tx: Tx) -> None:
    """Say that derived rows were replaced, which no counter of rows would show."""
    keep_note(tx, _TURNS, str(int(note(tx, _TURNS) or 0) + 1))


def turns(tx: Tx) -> int:
    """How often that was said."""
    return int(note(tx, _TURNS) or 0)


def pulse(tx: Tx) -> tuple[int, ...]:
    """The same tuple means the same timeline, as long as the rules of placing are the same."""
    figures = (
        sa.func.max(observations.c.id),
        sa.func.max(reference_loads.c.id),
        sa.func.max(corrections.c.seq),
    )
    rows = tuple(tx.c.scalar(sa.select(sa.func.coalesce(figure, 0))) or 0 for figure in figures)
    return (*rows, turns(tx))
