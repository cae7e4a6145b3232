"""The feed of changes in the Atom format (RFC 4287): one entry for each event and day on which it changed."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from jinja2 import Environment

from tracker.core.changes import ChangeKind, EventChange
from tracker.core.days import start_of
from tracker.core.shapes import AS_OF_ZONE, instant
from tracker.core.timeline import View
from tracker.core.words import Labels, plain, when_words

FEED_PATH = "/changes.atom"
MEDIA_TYPE = "application/atom+xml"

RECENT_DAYS = 7
"""Days in the feed: a reader who looks once a week misses nothing. Each costs the timeline of one more instant."""

NAMES = uuid.UUID("6b0d6a52-3c1e-5d0b-9a77-2f7f4be6a0c4")
"""The name space of the feed's ids, drawn once: an entry's id follows from what it is about and never changes."""

HEADS: dict[ChangeKind, str] = {
    "opened": "New",
    "corroborated": "Corroborated",
    "confirmed": "Confirmed",
    "disputed": "Disputed",
    "weakened": "Weaker",
    "retracted": "Retracted",
    "redated": "Redated",
    "recounted": "Recounted",
    "relabelled": "Read as another kind",
    "moved": "Another place",
    "reweighed": "More or less likely",
    "corrected": "Corrected",
    "merged": "Merged",
    "removed": "Taken out",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry. ``id`` and ``updated`` are as the format wants them; ``path`` leads to the event's page."""

    id: str
    title: str
    updated: str
    path: str
    changes: tuple[str, ...]
    headline: str
    sources: tuple[str, ...]


def entry_of(change: EventChange, on: date, view: View, labels: Labels) -> Entry:
    """The entry of one event on one day: further changes of the same day make it newer, not another entry."""
    event = change.event
    head = HEADS[change.kinds[0]]
    return Entry(
        id=uuid.uuid5(NAMES, f"{view}\n{event.id}\n{on.isoformat()}").urn,
        title=plain(f"{head}: {labels.kind(event)}, {when_words(event)}"),
        updated=instant(change.at) or "",
        path=f"/events/{event.id}",
        changes=tuple(each.text for each in change.changes),
        headline=event.title,
        sources=tuple(labels.publisher(each) for each in event.sources),
    )


def feed(templates: Environment, days: Sequence[tuple[date, Sequence[EventChange]]], view: View, labels: Labels) -> str:
    """The feed as a document: newest first. The same changes give the same bytes, whenever it is asked for."""
    entries = [(change.at, entry_of(change, on, view, labels)) for on, changes in days for change in changes]
    ordered = sorted(entries, key=lambda pair: (pair[0], pair[1].id), reverse=True)
    newest = max((at for at, _ in ordered), default=_begins(days))
    return templates.get_template("changes.atom").render(
        id=uuid.uuid5(NAMES, f"feed {view}").urn,
        view=view,
        updated=instant(newest),
        entries=[entry for _, entry in ordered],
        path=FEED_PATH if view == "all" else f"{FEED_PATH}?evidence={view}",
    )


def _begins(days: Sequence[tuple[date, object]]) -> datetime:
    return start_of(min((on for on, _ in days), default=date(1970, 1, 1)), AS_OF_ZONE)
