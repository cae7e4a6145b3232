"""Whether the record moved: a few counters that change whenever truth, placing or the tables did."""

from __future__ import annotations

import sqlalchemy as sa

from tracker.store.engine import Tx
from tracker.store.schema import corrections, observations, placed, reference_loads


def pulse(tx: Tx) -> tuple[int, ...]:
    """The same tuple means the same timeline, as long as the rules of placing are the same."""
    return tuple(
        tx.c.scalar(sa.select(sa.func.coalesce(figure, 0))) or 0
        for figure in (
            sa.func.max(observations.c.id),
            sa.func.max(reference_loads.c.id),
            sa.func.max(corrections.c.seq),
            sa.select(sa.func.count()).select_from(placed).scalar_subquery(),
        )
    )
