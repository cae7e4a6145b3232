"""The timeline of one day after another, in one pass over the evidence.

The same as assembling each day's timeline anew, but an event is assembled only on days on which something of it became
known, and the lanes are joined anew only around the events that moved.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tracker.core.assembling import assemble
from tracker.core.events import Event, Evidence, Lane, Role
from tracker.core.linking import Link, join, link
from tracker.core.taxonomy import Taxonomy
from tracker.core.timeline import View

LANES: Mapping[View, tuple[Lane, ...]] = {
    "news": ("news",),
    "reference": ("reference",),
    "all": ("news", "reference"),
}


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of evidence, with the instant from which a newer reading of its item took its place (None: it still
    counts) and the role it had until then."""

    evidence: Evidence
    superseded_at: datetime | None = None
    formerly: Role = "supports"

    def known_by(self, instant: datetime) -> Evidence | None:
        """The evidence as it stood then; None before it could be known."""
        if self.evidence.known_at > instant:
            return None
        if self.superseded_at is not None and self.superseded_at > instant:
            return replace(self.evidence, role=self.formerly)
        return self.evidence


class Unfolding:
    """A lane or both lanes joined, day after day. ``category`` names each event's; events without one are left out.

    ``pieces`` hold each lane's evidence by event, in recorded order. Ask for instants in rising order.
    """

    def __init__(
        self,
        view: View,
        pieces: Mapping[Lane, Mapping[str, Sequence[Piece]]],
        category: Mapping[str, str],
        taxonomy: Taxonomy,
        link_days: int,
    ) -> None:
        self._taxonomy = taxonomy
        self._link_days = link_days
        self._lanes = LANES[view]
        self._pieces = {
            (lane, id_): each for lane in self._lanes for id_, each in pieces[lane].items() if id_ in category
        }
        self._category = category
        self._coming = sorted(
            (instant, lane, id_)
            for (lane, id_), many in self._pieces.items()
            for piece in many
            for instant in (piece.evidence.known_at, piece.superseded_at)
            if instant is not None
        )
        self._next = 0
        self._events: dict[str, dict[Lane, dict[str, Event]]] = defaultdict(lambda: {lane: {} for lane in self._lanes})
        self._joined: dict[tuple[Event, ...], tuple[Link, ...]] = {}
        self._by_category: dict[str, tuple[Event, ...]] = {}

    def known_by(self, instant: datetime) -> Mapping[str, tuple[Event, ...]]:
        """The events by category, in order of day, then id. A category in which nothing moved since the instant asked
        for before gives the very same tuple."""
        moved: set[tuple[Lane, str]] = set()
        while self._next < len(self._coming) and self._coming[self._next][0] <= instant:
            _, lane, id_ = self._coming[self._next]
            moved.add((lane, id_))
            self._next += 1
        touched = {self._category[id_] for lane, id_ in moved if self._put(lane, id_, instant)}
        if touched:
            self._by_category = {**self._by_category, **{each: self._view_of(each) for each in touched}}
        return self._by_category

    def _put(self, lane: Lane, id_: str, instant: datetime) -> bool:
        """Assemble one event anew; whether it is another than before."""
        category = self._category[id_]
        known = [each for piece in self._pieces[lane, id_] if (each := piece.known_by(instant)) is not None]
        event = assemble(id_, lane, category, known)
        held = self._events[category][lane]
        if held.get(id_) == event:
            return False
        if event is None:
            del held[id_]
        else:
            held[id_] = event
        return True

    def _view_of(self, category: str) -> tuple[Event, ...]:
        lanes = self._events[category]
        if len(self._lanes) == 1:
            return tuple(sorted(lanes[self._lanes[0]].values(), key=lambda event: (event.on, event.id)))
        news, reference = list(lanes["news"].values()), list(lanes["reference"].values())
        links = [
            found
            for heard, known in neighbours(news, reference, self._link_days)
            for found in self._links(heard, known)
        ]
        return join(news, reference, links)

    def _links(self, news: tuple[Event, ...], reference: tuple[Event, ...]) -> tuple[Link, ...]:
        key = (*news, *reference)
        if key not in self._joined:
            self._joined[key] = link(news, reference, self._taxonomy.categories, self._link_days)
        return self._joined[key]


def neighbours(
    news: Iterable[Event], reference: Iterable[Event], link_days: int
) -> list[tuple[tuple[Event, ...], tuple[Event, ...]]]:
    """Both lanes cut where no link can reach across: groups whose days lie within ``link_days`` of each other's.
    Groups of one lane alone are left out, for there is nothing to join."""
    marked = [(event, True) for event in news] + [(event, False) for event in reference]
    groups: list[tuple[list[Event], list[Event]]] = []
    reach = None
    for event, heard in sorted(marked, key=lambda pair: (pair[0].first_on, pair[0].id)):
        if reach is None or event.first_on > reach:
            groups.append(([], []))
        groups[-1][0 if heard else 1].append(event)
        end = event.last_on + timedelta(days=link_days)
        reach = end if reach is None else max(reach, end)
    return [(tuple(heard), tuple(known)) for heard, known in groups if heard and known]
