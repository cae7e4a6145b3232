"""The timeline of one day after another, in one pass over the evidence.

The same as assembling each day's timeline anew, but an event is assembled only on days on which something of it became
known, and the lanes are joined anew only around the events that moved.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Protocol

from tracker.core.assembling import assemble
from tracker.core.events import Event, Evidence, Lane, Role
from tracker.core.linking import join, link
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


class Days(Protocol):
    """Whatever tells the events of one day after another."""

    def known_by(self, instant: datetime) -> Mapping[str, tuple[Event, ...]]:
        """The events by category, in order of day, then id; instants come in rising order."""
        ...


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
        self._reach = timedelta(days=link_days)
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
        self._standing: dict[str, list[_Mark]] = defaultdict(list)
        self._events: dict[tuple[Lane, str], Event] = {}
        self._joined: dict[tuple[int, ...], tuple[list[_Mark], tuple[Event, ...]]] = {}
        self._by_category: dict[str, tuple[Event, ...]] = {}
        self._holders: dict[tuple[Lane, str], str] | None = None

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

    @property
    def lanes(self) -> tuple[Lane, ...]:
        return self._lanes

    def lane(self, lane: Lane) -> list[Event]:
        """One lane's events as of the instant last asked for, before the lanes are joined, by day, then id."""
        return sorted((event for (each, _), event in self._events.items() if each == lane), key=_order)

    def evidence(self, lane: Lane, id_: str, instant: datetime) -> tuple[Evidence, ...]:
        """What was known of one event by an instant, in recorded order."""
        pieces = self._pieces.get((lane, id_), ())
        return tuple(each for piece in pieces if (each := piece.known_by(instant)) is not None)

    def holder(self, lane: Lane, key: str) -> str | None:
        """The event that holds a piece of evidence; None where none does."""
        if self._holders is None:
            self._holders = {
                (held, piece.evidence.key): id_ for (held, id_), many in self._pieces.items() for piece in many
            }
        return self._holders.get((lane, key))

    def _put(self, lane: Lane, id_: str, instant: datetime) -> bool:
        """Assemble one event anew; whether it is another than before."""
        category = self._category[id_]
        known = [each for piece in self._pieces[lane, id_] if (each := piece.known_by(instant)) is not None]
        event = assemble(id_, lane, category, known, self._taxonomy.categories.get(category))
        held = self._events.get((lane, id_))
        if held == event:
            return False
        marks = self._standing[category]
        if held is not None:
            del marks[bisect_left(marks, (held.first_on, id_, lane))]
            del self._events[lane, id_]
        if event is not None:
            insort(marks, (event.first_on, id_, lane, event, event.last_on + self._reach))
            self._events[lane, id_] = event
        return True

    def _view_of(self, category: str) -> tuple[Event, ...]:
        marks = self._standing[category]
        if len(self._lanes) == 1:
            found = [mark[3] for mark in marks]
        else:
            found = [event for group in neighbours(marks) for event in self._join(group)]
        return tuple(sorted(found, key=_order))

    def _join(self, group: list[_Mark]) -> tuple[Event, ...]:
        """A group's events joined; groups that did not move are not joined again."""
        if len(group) == 1:
            return (group[0][3],)
        news = [mark[3] for mark in group if mark[2] == "news"]
        reference = [mark[3] for mark in group if mark[2] != "news"]
        if not news or not reference:
            return (*news, *reference)
        key = tuple([id(mark[3]) for mark in group])  # the group is kept beside, so that no id is given away again
        if key not in self._joined:
            links = link(news, reference, self._taxonomy.categories, self._link_days)
            self._joined[key] = group, join(news, reference, links)
        return self._joined[key][1]


_Mark = tuple[date, str, Lane, Event, date]
"""Where an event begins, its id and lane (never two alike), itself, and how far it may be linked."""


def _order(event: Event) -> tuple[date, str]:
    return event.on, event.id


def neighbours(marks: Sequence[_Mark]) -> list[list[_Mark]]:
    """Events in order of their first day, cut where no link can reach across: days that lie within a link's reach of
    each other stay together."""
    groups: list[list[_Mark]] = []
    reach = date.min
    for mark in marks:
        if mark[0] > reach:
            groups.append([mark])
        else:
            groups[-1].append(mark)
        if mark[4] > reach:
            reach = mark[4]
    return groups
