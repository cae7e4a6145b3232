"""How an event's fields follow from its evidence."""

from __future__ import annotations

from collections.abc import Sequence

from tracker.core.events import Event, Evidence, Lane
from tracker.core.gathering import Gathering


def assemble(
    event_id: str, lane: Lane, category: str, evidence: Sequence[Evidence], hours: tuple[float, ...] = ()
) -> Event | None:
    """The event that this evidence (in recorded order) gives; None while none of it supports one. ``hours``: the
    category's, of the local day (``taxonomy.Category.hours``)."""
    gathering = Gathering(event_id, lane, category, hours)
    for piece in evidence:
        gathering.add(piece)
    return gathering.event()
