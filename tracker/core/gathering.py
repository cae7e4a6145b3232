"""What an event's evidence amounts to, piece by piece: every wire speaks once, however many carried it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from tracker.core.agreement import Sums, agreed, hear, say, witness
from tracker.core.days import DayWeights, likeliest, span_of
from tracker.core.events import LISTED_P, Event, Evidence, Lane, Status
from tracker.core.placing import Standing
from tracker.core.taxonomy import Category
from tracker.core.wires import NEVER, Wording, primaries_of

OFFICIAL_KINDS = frozenset({"official"})
"""Publisher kinds whose plain report confirms (a ministry, the Security Council)."""

DISPUTED_P = 0.5
"""A denial of at least this probability marks the event as disputed."""

FURTHER_SHARE = 0.6
"""How much less each further wire, from the surest down, adds to the probability: what made one desk, or the reader
of its words, mistake a story makes the next mistake it too. Checked on the stream of 2017 to 2019
(docs/decisions/0025)."""

SUREST = 0.9999

VOTES = 10_000
"""What a wire of p 1 has to say, in whole numbers: sums of them are the same in whatever order they are made."""

CARRIERS = 4
"""One wire that so many publishers chose to carry is trusted like two (docs/decisions/0027)."""

WHOLE_SHARE, WHOLE_VOTES = 0.5, VOTES // 2
"""A whole (a leaders' meeting) is what the event is, and its day the event's, when it is stated half as surely as its
parts (arrivals, declarations) or likelier than not."""


def agreed_p(wires: Iterable[float]) -> float:
    """The probability that an event took place, 0..1, from what its wires give it: one minus the product of the
    doubts (a noisy-or), each further wire's doubt weighing less. One wire gives its own p."""
    doubt = 1.0
    for place, p in enumerate(sorted(wires, reverse=True)):
        doubt *= (1.0 - p) ** (FURTHER_SHARE**place)
    return 1.0 - doubt


@dataclass(slots=True)
class _Wire:
    """What one wire says: its surest p, and of each field the first word."""

    p: float
    subtype: str = ""
    place: str = ""
    zone: str = ""
    count: int | None = None
    unit: str = ""


LONGEST_HEADLINE = 200
"""Characters; what is longer is a first paragraph."""


def _speaks_for_it(piece: Evidence) -> tuple[bool, float]:
    """How well a text's title names the event: a headline before a paragraph or an address, then the surest."""
    return len(piece.title) <= LONGEST_HEADLINE and "://" not in piece.title, piece.p


class Gathering:
    """The evidence of one event as it comes in; ``standing`` and ``event`` follow from what came so far.

    A copy of a text changes no field but ``sources``. Adding is cheap whatever came before; taking out is not
    offered: gather anew from the pieces that are left.
    """

    def __init__(
        self, id_: str, lane: Lane, category: str, kind: Category | None = None, wording: Wording = NEVER
    ) -> None:
        self.id, self.lane, self.category = id_, lane, category
        self._kind, self._wording = kind, wording
        self._hours = kind.hours if kind is not None else ()
        self._parts = {name: each.part_of for name, each in kind.subtypes.items() if each.part_of} if kind else {}
        self._wires: dict[int, _Wire] = {}
        self._sources: dict[str, None] = {}
        self._denials: dict[str, float] = {}
        self._official = False
        self._first: datetime | None = None
        self._speaking: Evidence | None = None
        self._outcome = ""
        self._sums: Sums = {}
        self._dated: list[Evidence] = []
        self._told: set[tuple[str, bool]] = set()
        self._aside: frozenset[str] = frozenset()
        self._primaries: dict[str, None] = {}
        self._days: DayWeights | None = ()
        self._withdrawn: list[Evidence] = []

    def add(self, piece: Evidence) -> None:
        if piece.role == "lowers":
            self._denials[piece.publisher] = max(self._denials.get(piece.publisher, 0.0), piece.p)
        elif piece.role == "superseded":
            self._withdrawn.append(piece)
        elif piece.role == "supports":
            self._support(piece)

    def _support(self, piece: Evidence) -> None:
        wire = self._wires.get(piece.wire)
        if wire is None:
            wire = self._wires[piece.wire] = _Wire(piece.p)
        wire.p = max(wire.p, piece.p)
        if not wire.subtype or piece.subtype in self._parts.get(wire.subtype, ()):
            wire.subtype = piece.subtype or wire.subtype
        wire.place = wire.place or piece.place
        wire.zone = wire.zone or piece.zone
        if wire.count is None:
            wire.count, wire.unit = piece.count, piece.unit
        speaker = (piece.publisher, piece.subtype in self._parts)
        if piece.days and speaker not in self._told:
            self._told.add(speaker)
            self._date(piece)
        self._sources[piece.publisher] = None
        named = primaries_of(piece.title, piece.publisher, piece.publisher_kind, self._wording)
        self._primaries |= dict.fromkeys(sorted(named))
        self._official = self._official or piece.publisher_kind in OFFICIAL_KINDS
        self._outcome = self._outcome or piece.outcome
        self._first = piece.known_at if self._first is None else min(self._first, piece.known_at)
        if self._speaking is None or _speaks_for_it(piece) > _speaks_for_it(self._speaking):
            self._speaking = piece

    def _date(self, piece: Evidence) -> None:
        """Every publisher speaks once of the day: a copy has a stamp of its own, which says when it came out there."""
        self._days = None
        place = sum(each.subtype not in self._aside for each in self._dated) if self._aside else len(self._dated)
        self._dated.append(piece)
        if piece.subtype not in self._aside:
            self._hear(place, piece)

    def _hear(self, place: int, piece: Evidence) -> None:
        share = say(place, piece.told)
        if share:
            hear(self._sums, witness(piece.days, piece.told, piece.zone, self._hours), share)

    def days(self) -> DayWeights:
        """Weights over days; empty while nothing that supports the event says when. Where the whole is stated, its
        parts (an arrival on the eve) say nothing about the day."""
        if self._parts and self._kind is not None:
            self._set_aside(self._kind.parts_of(self._subtype()))
        if self._days is None:
            self._days = agreed(self._sums, self._hours) or next((each.days for each in self._dated), ())
        return self._days

    def _set_aside(self, parts: frozenset[str]) -> None:
        if parts == self._aside:
            return
        self._aside, self._sums, self._days = parts, {}, None
        for place, piece in enumerate(each for each in self._dated if each.subtype not in parts):
            self._hear(place, piece)

    def standing(self) -> Standing | None:
        """The event as placing sees it, None while nothing supports it or says when."""
        days = self.days()
        if not days:
            return None
        return Standing(
            id=self.id,
            category=self.category,
            subtype=self._subtype(),
            days=days,
            places=frozenset(wire.place for wire in self._wires.values() if wire.place),
            voices=len(self._sources),
            p=agreed_p(wire.p for wire in self._wires.values()),
        )

    def event(self) -> Event | None:
        """The event, None while nothing supports it. One whose every support was superseded by a newer reading is
        retracted, as its former evidence described it."""
        if not self._wires:
            return self._retracted()
        days = self.days() or next((piece.days for piece in self._withdrawn if piece.days), ())
        on, span = likeliest(days), span_of(days)
        speaking, first = self._speaking, self._first
        if on is None or span is None or speaking is None or first is None:
            return None
        p = agreed_p(wire.p for wire in self._wires.values())
        p *= math.prod(1 - denial / 2 for denial in self._denials.values())
        count, unit = self._count()
        return Event(
            id=self.id,
            lane=self.lane,
            category=self.category,
            subtype=self._subtype(),
            on=on,
            first_on=span.first,
            last_on=span.last,
            zone=self._most(lambda wire: wire.zone),
            status=self._status(),
            p_occurred=round(min(p, SUREST), 4),
            count=count,
            unit=unit,
            place=self._most(lambda wire: wire.place),
            wires=len(self._wires),
            sources=tuple(self._sources),
            title=speaking.title,
            known_at=first,
            outcome=self._outcome,
            listed_p=self._listed_p(),
            primaries=tuple(self._primaries),
        )

    def _listed_p(self) -> float:
        """From which p it is listed: one wire alone has to be as sure as its kind of event asks for."""
        trusted = self._official or len(self._wires) > 1 or len(self._sources) >= CARRIERS
        if self._kind is None or trusted or self.lane != "news":
            return LISTED_P
        return self._kind.lone_p_of(self._subtype())

    def _retracted(self) -> Event | None:
        former = Gathering(self.id, self.lane, self.category, self._kind, self._wording)
        for piece in self._withdrawn:
            former._support(piece)
        event = former.event() if former._wires else None
        if event is None:
            return None
        return replace(event, status="retracted", p_occurred=0.0, wires=0)

    def _status(self) -> Status:
        if any(denial >= DISPUTED_P for denial in self._denials.values()):
            return "disputed"
        if self._official:
            return "confirmed"
        return "corroborated" if len(self._wires) > 1 else "reported"

    def _subtype(self) -> str:
        """What most say it is; the votes for its parts count for a whole that is stated beside them."""
        votes = self._votes(lambda wire: wire.subtype)
        for whole in sorted(votes) if self._parts else ():
            theirs = sum(count for name, count in votes.items() if whole in self._parts.get(name, ()))
            if theirs and votes[whole] >= min(WHOLE_SHARE * theirs, WHOLE_VOTES):
                votes[whole] += theirs
        return _first(votes)

    def _most(self, field: Callable[[_Wire], str]) -> str:
        return _first(self._votes(field))

    def _votes(self, field: Callable[[_Wire], str]) -> Counter[str]:
        """The summed p of each value among the wires that state one."""
        votes: Counter[str] = Counter()
        for wire in self._wires.values():
            value = field(wire)
            if value:
                votes[value] += round(wire.p * VOTES)
        return votes

    def _count(self) -> tuple[int | None, str]:
        """The count most wires state, the larger one on a tie (first reports count low)."""
        votes = Counter((wire.count, wire.unit) for wire in self._wires.values() if wire.count is not None)
        if not votes:
            return None, ""
        return max(votes, key=lambda pair: (votes[pair], pair[0] or 0, pair[1]))


def _first(votes: Counter[str]) -> str:
    """The value with the most votes, ties by name; "" where there is none."""
    return min(votes, key=lambda value: (-votes[value], value)) if votes else ""
