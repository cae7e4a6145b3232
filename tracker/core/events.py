"""Events, and how one is derived from its evidence.

An event's fields are a pure function of the evidence that was known by some instant, so the timeline of
any past day is the same function over less evidence.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from tracker.core.days import DayWeights

Lane = Literal["news", "reference", "joined"]
Status = Literal["reported", "corroborated", "confirmed", "disputed", "retracted"]
Role = Literal["supports", "lowers", "context", "superseded", "replaced"]
"""superseded: supported until a newer reading of its item came to count; replaced: the same of the other roles."""

LISTED_P = 0.5
"""A timeline lists no event of less probability than this, and none that is retracted (DESIGN section 10)."""


def withdrawn(role: Role) -> Role:
    """What a role becomes when a newer reading of its item counts instead."""
    return "superseded" if role == "supports" else "replaced"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One mention placed with one event, with what is needed to derive the event from it.

    ``key`` is the mention's natural key (the same in every database); ``wire`` groups copies of one text
    within the event; ``publisher_kind`` is the class of who wrote it ("official", "state_media", "agency",
    "outlet", "social", "unknown", "reference"); ``p`` is the probability that the text reports this as
    having taken place. ``told`` bounds the instant of publication (equal for an exact stamp), None for a row or an
    undated text.
    """

    event_id: str
    key: str
    role: Role
    wire: int
    publisher: str
    publisher_kind: str
    known_at: datetime
    p: float
    days: DayWeights
    zone: str
    subtype: str = ""
    count: int | None = None
    unit: str = ""
    place: str = ""
    title: str = ""
    url: str = ""
    score: float = 0.0
    reason: str = ""
    outcome: str = ""
    told: tuple[datetime, datetime] | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """A correction that shows in an event: its number in the journal, what it did and who made it."""

    seq: int
    action: str
    author: str


@dataclass(frozen=True, slots=True)
class Event:
    """Something that took place in the world, as best we know.

    ``on`` is the likeliest day in ``zone``, ``first_on``..``last_on`` the days that keep a tenth of its
    weight. ``wires`` counts independent sources, ``sources`` names the publishers. ``known_at`` is when the
    first evidence could be known. ``members`` are the ids joined in the ``all`` view (else empty).
    """

    id: str
    lane: Lane
    category: str
    subtype: str
    on: date
    first_on: date
    last_on: date
    zone: str
    status: Status
    p_occurred: float
    count: int | None
    unit: str
    place: str
    wires: int
    sources: tuple[str, ...]
    title: str
    known_at: datetime
    members: tuple[str, ...] = ()
    outcome: str = ""
    """What came of it in the words of a reference row ("flew over ..."); empty where nobody says."""
    listed_p: float = LISTED_P
    """From which ``p_occurred`` a timeline lists it: more for one wire of some kinds (``taxonomy.Category.lone_p``)."""
    primaries: tuple[str, ...] = ()
    """The primary sources (a general staff, a ministry, state media) that its evidence quotes or comes from."""
    said: tuple[Said, ...] = ()
    """The analysts' corrections it shows, in the order they were made; empty as the machine has it."""

    @property
    def listed(self) -> bool:
        """Whether a timeline lists it. What is credible and not listed is a lead: kept, shown when asked for."""
        return self.credible and self.p_occurred >= self.listed_p

    @property
    def credible(self) -> bool:
        """Whether it is likelier than not, listed or still a lead."""
        return self.p_occurred >= LISTED_P and self.status != "retracted"
