"""The days on which enough publishers were heard: derived by the judge step, read by it and the pages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import sqlalchemy as sa

from tracker.store.engine import Tx
from tracker.store.schema import coverage_days


def keep_heard(tx: Tx, days: Sequence[tuple[date, int, datetime]]) -> None:
    """Replace the days on which enough publishers were heard."""
    tx.c.execute(sa.delete(coverage_days))
    tx.insert_new(coverage_days, [{"on_day": on, "publishers": n, "known_at": known} for on, n, known in days])


def heard_days(tx: Tx) -> list[tuple[date, int, datetime]]:
    rows = tx.c.execute(sa.select(coverage_days).order_by(coverage_days.c.on_day))
    return [(row.on_day, row.publishers, row.known_at) for row in rows]
