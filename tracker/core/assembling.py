"""How an event's fields follow from its evidence."""

from __future__ import annotations

from collections.abc import Sequence

from tracker.core.events import Event, Evidence, Lane
from tracker.core.gathering import Gathering
from tracker.core.taxonomy import Category
from tracker.core.wires import NEVER, Wording


def assemble(
    event_id: str,
    lane: Lane,
    category: str,
    evidence: Sequence[Evidence],
    kind: Category | None = None,
    wording: Wording = NEVER,
) -> Event | None:
    """The event that this evidence (in recorded order) gives; None while none of it supports one. ``kind``: what the
    taxonomy says of the category (its hours, its parts, from what p one wire is listed); None where it says nothing.
    ``wording`` names the primary sources that titles may quote."""
    gathering = Gathering(event_id, lane, category, kind, wording)
    for piece in evidence:
        gathering.add(piece)
    return gathering.event()
