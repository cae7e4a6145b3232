"""What changed between two timelines: the one sentence a reader needs to unlearn what she was told before.

The digest, the feed of changes and the API tell the same changes, because all of them ask here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from tracker.core.events import Event, Evidence
from tracker.core.timeline import Timeline
from tracker.core.words import Labels, attested_words, count_words, p_said, when_words

ChangeKind = Literal[
    "opened", "corroborated", "confirmed", "disputed", "weakened", "retracted", "redated", "recounted",
    "relabelled", "moved", "reweighed", "corrected", "merged", "removed",
]  # fmt: skip
"""opened: was not there; weakened: stands on less than before; moved: another place; reweighed: its probability
moved; corrected: an analyst decided; removed: its reports are taken for something else now."""

P_MOVED = 0.1
"""A probability that moved by less is not news to a reader (half the width of the narrower verbal bands)."""

TAKEN_OUT = "taken out: its sources are read differently now, or it was merged with another event"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs, both values in words (``before`` empty where there was nothing to compare with);
    ``text`` is the clause that tells it."""

    kind: ChangeKind
    before: str
    after: str
    text: str


@dataclass(frozen=True, slots=True)
class Decided:
    """What an analyst decided of an event: who, when, what and why, each in her words or ours."""

    event: str
    at: datetime
    who: str
    what: str
    why: str


@dataclass(frozen=True, slots=True)
class EventChange:
    """One event and what changed of it. ``event`` is as it stands after (before, where it is gone), ``was`` as it
    stood before (None: it is new). ``at`` is when the last report behind the change could be known."""

    event: Event
    was: Event | None
    changes: tuple[Change, ...]
    at: datetime

    @property
    def kinds(self) -> tuple[ChangeKind, ...]:
        return tuple(dict.fromkeys(change.kind for change in self.changes))


def _everything(_: Event) -> bool:
    return True


def changes_between(
    before: Timeline,
    after: Timeline,
    labels: Labels,
    evidence: Mapping[str, Sequence[Evidence]] | None = None,
    forwards: Mapping[str, str] | None = None,
    decided: Sequence[Decided] = (),
    admits: Callable[[Event], bool] = _everything,
) -> tuple[EventChange, ...]:
    """What a reader of ``before`` has to learn from ``after``, in order of instant, then id.

    Events that are listed at neither end are left out; so is what differs too little to matter. ``evidence`` is
    by event id, ``forwards`` leads from a merged id to the one it became, ``decided`` are analysts' decisions (only
    those between the two instants are told), ``admits`` chooses events. Pure: the same timelines, the same changes.
    """
    known = evidence or {}
    earlier = {event.id: event for event in before.events if admits(event)}
    stays = {each for event in after.events for each in (event.id, *event.members)}
    decisions: dict[str, list[Decided]] = {}
    for each in sorted(decided, key=lambda each: (each.at, each.who, each.what)):
        if before.as_of < each.at <= after.as_of:
            decisions.setdefault(each.event, []).append(each)
    found = []
    for event in after.events:
        if not admits(event):
            continue
        was = earlier_self(event, earlier)
        if was is not None and event.listed and was.credible and not was.listed:
            was = None  # it was a lead: a reader of the timeline hears of it now
        mine = [each for id_ in dict.fromkeys((event.id, *event.members)) for each in decisions.get(id_, ())]
        pieces = known_pieces(event, known, after.as_of)
        told: tuple[Change, ...] = ()
        if was is None:
            told = (_opened(event, labels),) if event.listed else ()
        elif was.listed or event.listed:
            told = _differing(was, event, pieces, before.as_of, labels)
        told += tuple(_corrected(each) for each in mine if told or event.listed or (was is not None and was.listed))
        if told:
            found.append(EventChange(event, was, told, _moved_at(pieces, mine, before.as_of)))
    by_id = {each: event for event in after.events for each in (event.id, *event.members)}
    for gone in earlier.values():
        if gone.listed and gone.id not in stays:
            into = _followed(gone.id, forwards or {}, by_id)
            told = (_merged(gone, into, labels) if into is not None else _removed(gone),)
            mine = decisions.get(gone.id, [])
            pieces = known_pieces(gone, known, after.as_of)
            found.append(EventChange(gone, gone, told, _moved_at(pieces, mine, before.as_of)))
    return tuple(sorted(found, key=lambda each: (each.at, each.event.id)))


def earlier_self(event: Event, earlier: Mapping[str, Event]) -> Event | None:
    """The event as it was: under its own id or, when lanes were joined since, under that of a member."""
    return next((earlier[each] for each in (event.id, *event.members) if each in earlier), None)


def known_pieces(event: Event, evidence: Mapping[str, Sequence[Evidence]], by: datetime) -> tuple[Evidence, ...]:
    """What speaks for or against the event and was known by an instant, in order of becoming known."""
    pieces = [piece for each in (event.id, *event.members) for piece in evidence.get(each, ())]
    known = (piece for piece in pieces if piece.known_at <= by and piece.role in ("supports", "lowers"))
    return tuple(sorted(set(known), key=lambda piece: (piece.known_at, piece.key)))


def _followed(id_: str, forwards: Mapping[str, str], events: Mapping[str, Event]) -> Event | None:
    seen = set()
    while id_ in forwards and id_ not in seen:
        seen.add(id_)
        id_ = forwards[id_]
    return events.get(id_) if seen else None


def _moved_at(pieces: Sequence[Evidence], decided: Sequence[Decided], since_at: datetime) -> datetime:
    """The instant of a change: that of the newest report or decision since; ``since_at`` where none came and the
    reports are only read differently. Never the present, so that asking again gives the same answer."""
    instants = [piece.known_at for piece in pieces if piece.known_at > since_at]
    return max([*instants, *(each.at for each in decided)], default=since_at)


def _opened(event: Event, labels: Labels) -> Change:
    named = f"{labels.kind(event)}, {when_words(event)}"
    status = attested_words(event)
    return Change("opened", "", named, f"new: {named}; {status}; {p_said(event.p_occurred)}")


def _corrected(decision: Decided) -> Change:
    why = f" ({decision.why})" if decision.why else ""
    return Change("corrected", "", decision.what, f"corrected by {decision.who}: {decision.what}{why}")


def _merged(gone: Event, into: Event, labels: Labels) -> Change:
    after = f"{labels.kind(into)}, {when_words(into)}"
    return Change("merged", when_words(gone), after, f"merged with another event: {after}")


def _removed(gone: Event) -> Change:
    return Change("removed", when_words(gone), "", TAKEN_OUT)


def _now(kind: ChangeKind, now: str, before: str, lead: str = "now") -> Change:
    return Change(kind, before, now, f"{lead} {now}; before: {before}")


def _differing(
    was: Event, event: Event, known: Sequence[Evidence], since_at: datetime, labels: Labels
) -> tuple[Change, ...]:
    """What a reader has to unlearn, field by field; copies of a known text are no change."""
    found: list[Change] = []
    now, old = (attested_words(each) for each in (event, was))
    if (was.status, was.lane, was.said) != (event.status, event.lane, event.said) and now != old:
        found.append(_now(_status_kind(was, event), now, old))
    if (was.on, was.first_on, was.last_on) != (event.on, event.first_on, event.last_on):
        found.append(_now("redated", when_words(event), when_words(was), "now dated"))
    if labels.kind(was) != labels.kind(event):
        found.append(_now("relabelled", labels.kind(event), labels.kind(was), "now read as"))
    if (was.count, was.unit) != (event.count, event.unit):
        now, old = (count_words(each.count, each.unit) or "no count" for each in (event, was))
        found.append(_now("recounted", now, old))
    if was.place != event.place and event.place:
        before = labels.place(was.place) or "not known"
        found.append(_now("moved", labels.place(event.place), before, "place now"))
    if abs(event.p_occurred - was.p_occurred) >= P_MOVED or was.listed != event.listed:
        found.append(_now("reweighed", p_said(event.p_occurred), p_said(was.p_occurred)))
    if event.wires > was.wires:
        added = sum(1 for piece in known if piece.known_at > since_at and piece.role == "supports")
        sources = count_words(event.wires - was.wires, "more independent source")
        text = f"{sources} ({count_words(added, 'report')} added)" if added else sources
        before, after = (count_words(each.wires, "independent source") for each in (was, event))
        found.append(Change("corroborated", before, after, text))
    return tuple(found)


def _status_kind(was: Event, event: Event) -> ChangeKind:
    if event.status == "reported":
        return "weakened"
    if event.status == "corroborated":
        return "weakened" if was.status == "confirmed" else "corroborated"
    return event.status
