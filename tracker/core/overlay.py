"""Corrections laid over one lane's events: a pure function of what the machine said and of the journal.

The machine never sees a correction. Its events and its evidence are as they would be without any; what comes out
here is what analysts made of them. Without corrections, and after each was withdrawn, that is the same as what
went in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from tracker.core.assembling import assemble
from tracker.core.corrections import (
    Add,
    Affirm,
    Change,
    Correction,
    Dismiss,
    Merge,
    Recast,
    Redate,
    Relabel,
    Split,
    standing,
)
from tracker.core.days import DateSpan, DayWeights, likeliest, normalised
from tracker.core.events import LISTED_P, Event, Evidence, Lane, Said
from tracker.core.taxonomy import Category
from tracker.core.wires import Wires, Wording

AFFIRMED_P = 0.98
"""p_occurred of an event whose sources an analyst read: as reliable as an official source's plain report."""

HAND_P = 0.95
"""p of each source of an event that was added by hand: a person read it, one is enough for the timeline, and two
independent ones weigh more than one."""

ANCHORS = 3
"""Keys of evidence remembered with a target: one may be read anew, hardly all."""


@dataclass(frozen=True, slots=True)
class NotApplied:
    """A correction that holds and cannot be laid over these events, and why."""

    seq: int
    reason: str


@dataclass(frozen=True, slots=True)
class Overlay:
    """One lane with its corrections. ``evidence`` has the events whose evidence is another than the machine gave
    them (merged, split, added), ``forwards`` leads from ids that are gone to those that took their place."""

    events: tuple[Event, ...] = ()
    evidence: Mapping[str, tuple[Evidence, ...]] = field(default_factory=dict)
    forwards: Mapping[str, str] = field(default_factory=dict)
    not_applied: tuple[NotApplied, ...] = ()


def beside(first: Overlay, second: Overlay) -> Overlay:
    """Two lanes as one value; their ids never meet. What one correction says of both is told of once."""
    return Overlay(
        (*first.events, *second.events),
        {**first.evidence, **second.evidence},
        {**first.forwards, **second.forwards},
        tuple(dict.fromkeys((*first.not_applied, *second.not_applied))),
    )


def regrouped(journal: Sequence[Correction], lane: Lane) -> frozenset[str]:
    """Ids whose evidence the overlay needs: of events that are merged or split."""
    found: set[str] = set()
    for entry in standing(journal):
        if isinstance(entry.change, Merge | Split):
            found |= {target.id for target in entry.targets if target.lane == lane}
        if isinstance(entry.change, Merge):
            found.add(entry.change.into.id)
    return frozenset(found)


def named(journal: Sequence[Correction], lane: Lane) -> dict[str, tuple[str, ...]]:
    """Every id of the lane that a standing correction is about, with its anchors."""
    found: dict[str, tuple[str, ...]] = {}
    for entry in standing(journal):
        into = (entry.change.into,) if isinstance(entry.change, Merge) else ()
        for target in (*entry.targets, *into):
            if target.lane == lane and not found.get(target.id):
                found[target.id] = target.anchors
    return found


def overlay(
    lane: Lane,
    events: Sequence[Event],
    evidence: Mapping[str, Sequence[Evidence]],
    journal: Sequence[Correction],
    wording: Wording,
    kind_of: Callable[[str], Category | None] = lambda _: None,
    renamed: Mapping[str, str] | None = None,
) -> Overlay:
    """The lane as its corrections leave it, in the order of the events given, what was made by hand last.

    ``evidence`` holds at least that of ``regrouped``; ``journal`` only what was known by the instant the events are
    of; ``wording`` is how titles are told for copies (of merged events, whose wires were counted apart);
    ``kind_of`` gives what the taxonomy says of a category; ``renamed`` leads from ids that the
    machine no longer uses to the events that hold their evidence. A correction that cannot be applied is told of,
    and changes nothing.
    """
    held = [entry for entry in standing(journal) if any(target.lane == lane for target in entry.targets)]
    if not held:
        return Overlay(tuple(events))
    sheet = _Sheet(lane, events, evidence, wording, kind_of, renamed or {})
    refused = []
    for entry in held:
        reason = sheet.take(entry)
        if reason:
            refused.append(NotApplied(entry.seq, reason))
    return sheet.result(refused)


class _Sheet:
    """The lane while corrections are laid over it, one after another."""

    def __init__(
        self,
        lane: Lane,
        events: Sequence[Event],
        evidence: Mapping[str, Sequence[Evidence]],
        wording: Wording,
        kind_of: Callable[[str], Category | None],
        renamed: Mapping[str, str],
    ) -> None:
        self._lane: Lane = lane
        self._machine = {event.id: event for event in events}
        self._evidence = evidence
        self._wording, self._kind_of = wording, kind_of
        self._renamed = renamed
        self._category = {event.id: event.category for event in events}
        self._pieces: dict[str, tuple[Evidence, ...]] = {}
        self._says: dict[str, list[Correction]] = {}
        self._forwards: dict[str, str] = {}

    def take(self, entry: Correction) -> str:
        """Lay one correction over the lane; why it cannot be, or an empty text."""
        change = entry.change
        if isinstance(change, Add):
            return self._add(entry, change)
        for target in entry.targets:
            if target.lane != self._lane:
                continue
            id_ = self._live(target.id)
            if id_ is None:
                return f"there is no event {target.id} any more"
            reason = ""
            if isinstance(change, Merge):
                reason = self._merge(entry, id_, change.into.id)
            elif isinstance(change, Split):
                reason = self._split(entry, id_, change)
            else:
                self._says.setdefault(id_, []).append(entry)
            if reason:
                return reason
        return ""

    def _live(self, id_: str) -> str | None:
        """The id under which an event stands now; None where there is none."""
        while id_ in self._forwards:
            id_ = self._forwards[id_]
        if id_ in self._machine or id_ in self._pieces:
            return id_
        moved = self._renamed.get(id_)
        if moved is None or moved == id_ or moved not in self._category:
            return None
        self._forwards[id_] = moved
        return self._live(moved)

    def _pieces_of(self, id_: str) -> tuple[Evidence, ...]:
        found = self._pieces.get(id_)
        return found if found is not None else tuple(self._evidence.get(id_, ()))

    def _add(self, entry: Correction, change: Add) -> str:
        if change.made in self._category:
            return f"there is an event {change.made} already"
        self._category[change.made] = change.category
        self._pieces[change.made] = by_hand(entry, change)
        self._says[change.made] = [entry]
        return ""

    def _merge(self, entry: Correction, id_: str, into: str) -> str:
        kept = self._live(into)
        if kept is None:
            return f"there is no event {into} any more"
        if kept == id_:
            return f"{id_} cannot be merged into itself"
        self._pieces[kept] = gathered(self._pieces_of(kept), self._pieces_of(id_), self._wording)
        self._pieces.pop(id_, None)
        self._machine.pop(id_, None)
        self._forwards[id_] = kept
        # That someone read the sources of the one now holds for both; its other corrections were about it alone.
        read = [each for each in self._says.pop(id_, []) if isinstance(each.change, Affirm)]
        self._says.setdefault(kept, []).extend([*read, entry])
        return ""

    def _split(self, entry: Correction, id_: str, change: Split) -> str:
        pieces = self._pieces_of(id_)
        moving = tuple(piece for piece in pieces if goes(piece, change))
        staying = tuple(piece for piece in pieces if not goes(piece, change))
        if not _speaking(moving):
            return f"none of the evidence of {id_} would go to the new event"
        if not _speaking(staying):
            return f"nothing would be left of {id_}"
        self._category[change.made] = self._category[id_]
        self._pieces[id_], self._pieces[change.made] = staying, moving
        self._says.setdefault(id_, []).append(entry)
        self._says[change.made] = [entry]
        return ""

    def _assembled(self, id_: str, pieces: Sequence[Evidence]) -> Event | None:
        category = self._category[id_]
        return assemble(id_, self._lane, category, pieces, self._kind_of(category), self._wording)

    def result(self, refused: Iterable[NotApplied]) -> Overlay:
        events = []
        for id_ in dict.fromkeys((*self._machine, *self._pieces)):
            pieces = self._pieces.get(id_)
            base = self._machine[id_] if pieces is None else self._assembled(id_, pieces)
            if base is not None:
                events.append(told(base, self._says.get(id_, ())))
        return Overlay(tuple(events), dict(self._pieces), dict(self._forwards), tuple(refused))


def _speaking(pieces: Iterable[Evidence]) -> bool:
    """Whether an event can be made of them: one at least supports it, or did."""
    return any(piece.role in ("supports", "superseded") for piece in pieces)


def goes(piece: Evidence, change: Split) -> bool:
    """Whether a piece of evidence goes to the event that a split makes."""
    return piece.key in change.keys or (bool(change.days) and likeliest(piece.days) in change.days)


def told(event: Event, entries: Sequence[Correction]) -> Event:
    """The event as its corrections leave it, each applied to what the one before left. Somebody looked at it and let it
    stand: it is no lead any more."""
    for entry in entries:
        event = replace(
            _changed(event, entry.change),
            listed_p=LISTED_P,
            said=(*event.said, Said(entry.seq, entry.action, entry.author)),
        )
    return event


def _changed(event: Event, change: Change) -> Event:
    if isinstance(change, Relabel):
        kind = event.category if change.category is None else change.category
        subtype = change.subtype if change.subtype is not None else event.subtype if kind == event.category else ""
        return replace(
            event,
            category=kind,
            subtype=subtype,
            place=event.place if change.place is None else change.place,
            count=event.count if change.count is None else change.count,
            unit=event.unit if change.unit is None else change.unit,
        )
    if isinstance(change, Redate):
        return replace(event, on=change.on, first_on=change.first, last_on=change.last)
    if isinstance(change, Affirm):
        return replace(event, p_occurred=max(event.p_occurred, AFFIRMED_P), status="confirmed")
    if isinstance(change, Recast | Dismiss):
        return replace(event, p_occurred=0.0, status="retracted")
    return event


def by_hand(entry: Correction, change: Add) -> tuple[Evidence, ...]:
    """The evidence of an event that an analyst added: one piece for each address, known when she said so."""
    publishers = list(dict.fromkeys(source.publisher for source in change.sources))
    return tuple(
        Evidence(
            event_id=change.made,
            key=f"{change.made}-{number}",
            role="supports",
            wire=publishers.index(source.publisher),
            publisher=source.publisher,
            publisher_kind=source.publisher_kind,
            known_at=entry.at,
            p=HAND_P,
            days=_weights(change),
            zone=change.zone,
            subtype=change.subtype,
            count=change.count,
            unit=change.unit,
            place=change.place,
            title=change.title,
            url=source.url,
            score=1.0,
            reason=f"added by {entry.author}: {entry.reason}",
        )
        for number, source in enumerate(change.sources)
    )


def _weights(change: Add) -> DayWeights:
    """The likeliest day twice as likely as any other of the span, so that all of them stay in it."""
    return normalised((day, 2.0 if day == change.on else 1.0) for day in DateSpan(change.first, change.last))


def gathered(kept: Sequence[Evidence], more: Sequence[Evidence], wording: Wording) -> tuple[Evidence, ...]:
    """The evidence of two events as that of one, in the order in which it became known.

    Wires were counted in each apart: one of the second joins a wire of the first when they share a publisher or
    when two of their titles are copies; else it keeps to itself.
    """
    wires = Wires(wording)
    for piece in kept:
        if piece.role == "supports":
            _add(wires, piece.wire, piece)
    numbers: dict[int, int] = {}
    for wire in dict.fromkeys(piece.wire for piece in more):
        mine = [piece for piece in more if piece.wire == wire]
        found = [wires.of(piece.title, piece.publisher, piece.publisher_kind, piece.known_at) for piece in mine]
        numbers[wire] = min(found)
        for piece in mine:
            _add(wires, numbers[wire], piece)
    joined = (*kept, *(replace(piece, wire=numbers[piece.wire]) for piece in more))
    return tuple(sorted(joined, key=lambda piece: (piece.known_at, piece.key)))


def _add(wires: Wires, number: int, piece: Evidence) -> None:
    wires.add(number, piece.title, piece.publisher, piece.publisher_kind, piece.known_at)


def anchors_of(pieces: Iterable[Evidence]) -> tuple[str, ...]:
    """Keys by which the event of this evidence can be found again."""
    return tuple([piece.key for piece in pieces if piece.role == "supports"][:ANCHORS])
