"""The immutable view of events as known at an instant, and the questions a forecast may put to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, get_args

from tracker.core.days import DateSpan
from tracker.core.events import LISTED_P, Event, Status
from tracker.core.overlay import Overlay
from tracker.core.taxonomy import Taxonomy

View = Literal["news", "reference", "all"]
"""Which evidence is admitted: one lane, or both joined."""

STATUSES: tuple[Status, ...] = get_args(Status)

PER_EVENT = "event"
PER_DAY = "day"
"""The two units that count happenings; any other unit ("missile", "designation") sums what events count."""


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events are meant.

    ``subtypes`` are subtype or group ids (empty: any), ``places`` place ids (empty: anywhere), ``outcome`` a
    part of the event's outcome, upper and lower case alike (empty: any). ``min_p`` (0..1) is the least
    ``p_occurred`` at which an event counts, of those a timeline lists; below 0.5, of all. ``statuses`` (empty: any) are
    those it must have one of.
    """

    category: str
    subtypes: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    outcome: str = ""
    min_p: float = LISTED_P
    statuses: tuple[str, ...] = ()

    def admits(self, event: Event, taxonomy: Taxonomy) -> bool:
        """Whether the event is of the asked kind and place, however likely it is."""
        if event.category != self.category or event.status == "retracted":
            return False
        if self.subtypes:
            families = taxonomy.groups_of(event.category, event.subtype) | {event.subtype}
            if not families.intersection(self.subtypes):
                return False
        if self.statuses and event.status not in self.statuses:
            return False
        if self.places and event.place not in self.places:
            return False
        return self.outcome.casefold() in event.outcome.casefold()

    def counts(self, event: Event) -> bool:
        """Whether the event is sure enough: a lead decides nothing unless less than a timeline's own floor is asked."""
        return event.p_occurred >= self.min_p and (event.listed or self.min_p < LISTED_P)


@dataclass(frozen=True, slots=True)
class Timeline:
    """Events (in order of day, then id) as the evidence known by ``as_of`` gives them."""

    as_of: datetime
    view: View
    events: tuple[Event, ...]
    overlay: Overlay = field(default_factory=Overlay, compare=False, repr=False)
    """The lanes' events before they were joined, with what corrections made of them."""

    def within(self, window: DateSpan, wanted: EventFilter, taxonomy: Taxonomy) -> tuple[Event, ...]:
        """The events of the asked kind that count and whose likeliest day lies in the window."""
        return tuple(
            event
            for event in self.events
            if event.on in window and wanted.admits(event, taxonomy) and wanted.counts(event)
        )


def quantity(event: Event, unit: str, taxonomy: Taxonomy) -> int:
    """How many of ``unit`` one event counts: 1 for happenings; a category's own unit counts at least 1, and so does
    a unit that each of its events is one of (a launch of three missiles is one salvo)."""
    if unit in (PER_EVENT, PER_DAY):
        return 1
    kind = taxonomy.categories.get(event.category)
    own = kind is not None and kind.unit == unit
    if event.unit == unit or (own and not event.unit):
        return event.count if event.count is not None else 1
    return int(kind is not None and unit in kind.event_units)


def total(events: Iterable[Event], unit: str, taxonomy: Taxonomy) -> int:
    """The number of happenings, of distinct days, or the sum of what the events count in ``unit``."""
    if unit == PER_DAY:
        return len({event.on for event in events})
    return sum(quantity(event, unit, taxonomy) for event in events)
