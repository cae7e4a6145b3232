"""Reads for histories: all evidence of a lane once, with what it was before a newer reading took its place."""

from __future__ import annotations

import sqlalchemy as sa

from tracker.core.events import Lane
from tracker.core.unfolding import Piece
from tracker.store.engine import Tx
from tracker.store.events import all_events, lane_evidence
from tracker.store.schema import evidence


def pieces(tx: Tx, lane: Lane) -> dict[str, list[Piece]]:
    """A lane's evidence by event, in recorded order, whenever it became known."""
    rows = tx.c.execute(
        sa.select(evidence.c.key, evidence.c.superseded_at, evidence.c.role).where(
            evidence.c.lane == lane, evidence.c.superseded_at.is_not(None)
        )
    )
    gone = {row.key: (row.superseded_at, row.role) for row in rows}
    return {
        event: [Piece(each, *gone[each.key]) if each.key in gone else Piece(each) for each in many]
        for event, many in lane_evidence(tx, lane).items()
    }


def categories(tx: Tx) -> dict[str, str]:
    """The category of every event that stands, by id."""
    return {event.id: event.category for lane in ("news", "reference") for event in all_events(tx, lane)}
