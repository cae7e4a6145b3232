"""Reads for the doors: one event in full, the state of the service, and the issue of a day."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from tracker.core.changes import Decided
from tracker.core.details import EventDetail, EventLink, ForecastCard, Health, HistoryLine, StepLag
from tracker.core.digests import Digest, Issue, compose, window
from tracker.core.events import Event, Evidence
from tracker.core.histories import change_words, former_ids
from tracker.core.linking import differences
from tracker.core.listening import FeedLine, deafness, health_of
from tracker.core.observations import Observer
from tracker.core.polling import SUCCESSES, Feed
from tracker.core.timeline import Timeline, View
from tracker.core.verdicts import Verdict
from tracker.core.words import Labels
from tracker.store import corrections, events, feeds, items, observations, placements
from tracker.store.engine import Store


def event_detail(store: Store, timeline: Timeline, id_: str, labels: Labels) -> EventDetail | None:
    """An event of this timeline (or by a member's or a merged id) with all evidence of its members, and with what
    analysts said of it."""
    made = timeline.overlay
    wanted = id_
    while wanted in made.forwards:
        wanted = made.forwards[wanted]
    with store.reading() as tx:
        known = events.find(tx, wanted)
        wanted = known.id if known is not None else wanted
        event = next((e for e in timeline.events if wanted == e.id or wanted in e.members), known)
        if event is None:
            return None
        ids = list(event.members) or [event.id]
        pieces = {**events.evidence_of(tx, ids), **{each: made.evidence[each] for each in ids if each in made.evidence}}
        journal = corrections.journal(tx) if event.said else ()
        stood = sorted(former_ids(ids, made.forwards)) if event.said else []
        machine = [found for each in stood if (found := events.find(tx, each)) is not None]
    evidence = tuple(piece for each in ids for piece in pieces.get(each, ()))
    history = [HistoryLine(piece.known_at, piece.publisher, _did(piece), piece.reason) for piece in evidence]
    numbers = {said.seq for said in event.said}
    said = [
        HistoryLine(entry.at, entry.author, change_words(entry, labels), entry.reason)
        for entry in journal
        if entry.seq in numbers
    ]
    history += said
    history.sort(key=lambda line: line.at)
    return EventDetail(
        event, evidence, _links(event, made.events), tuple(history), tuple(dict.fromkeys(machine)), tuple(said)
    )


def evidence_behind(
    store: Store, wanted: Sequence[Event], known_by: datetime | None = None
) -> Mapping[str, Sequence[Evidence]]:
    """The evidence of each event, that of its members in the joined view, as known by an instant."""
    members = {event.id: event.members or (event.id,) for event in wanted}
    with store.reading() as tx:
        pieces = events.evidence_of(tx, sorted({each for ids in members.values() for each in ids}), known_by)
    return {id_: [piece for each in ids for piece in pieces.get(each, ())] for id_, ids in members.items()}


def _did(piece: Evidence) -> str:
    return {
        "supports": "reported it",
        "lowers": "denied it",
        "context": "commented on it",
        "superseded": "reported it in a text that has changed since",
        "replaced": "spoke of it in a text that has changed since",
    }[piece.role]


def _links(event: Event, lanes: Sequence[Event]) -> tuple[EventLink, ...]:
    """Of a joined event the news' view of it, where that differs from the table's."""
    members = sorted((each for each in lanes if each.id in event.members), key=lambda each: each.lane)
    if len(members) < 2:
        return ()
    differing = differences(members[0], members[1])
    return (EventLink(members[0], differing),) if differing else ()


def health(store: Store, polled: Sequence[Feed], observer: Observer, now: datetime) -> Health:
    """Whether the service does its work, with a sentence for each thing that is wrong."""
    with store.reading() as tx:
        states = feeds.states(tx)
        total, last_item_at = items.counts(tx)
        waiting_read = observations.unread_count(tx, observer)
        row = observations.find_observer(tx, observer)
        waiting_place = placements.unplaced_count(tx, row) if row is not None else 0
        standing = [event for lane in ("news", "reference") for event in events.all_events(tx, lane)]
    tried = [states[feed.id] for feed in polled if feed.id in states]
    answered = [state for state in tried if state.last_outcome in SUCCESSES]
    problems = deafness(polled, states.values(), now)
    return Health(
        ok=not problems,
        problems=problems,
        feeds_tried=len(tried),
        feeds_answered=len(answered),
        last_item_at=last_item_at,
        items=total,
        events=sum(event.listed for event in standing),
        lags=(StepLag("read", waiting_read), StepLag("place", waiting_place)),
        checked_at=now,
    )


def feed_lines(store: Store, polled: Sequence[Feed], now: datetime) -> tuple[FeedLine, ...]:
    """Every feed of the config with what is remembered of it."""
    with store.reading() as tx:
        states, first = feeds.states(tx), feeds.first_successes(tx)
    return tuple(
        FeedLine(feed, state, first.get(feed.id), health_of(feed, state, now), state.next_due_at if state else now)
        for feed, state in ((feed, states.get(feed.id)) for feed in polled)
    )


def issue_of(
    store: Store,
    digest: Digest,
    day: date,
    timeline: Callable[[View, datetime], Timeline],
    verdicts: Callable[[View, datetime], Sequence[Verdict]],
    labels: Labels,
    cards: Sequence[ForecastCard],
) -> Issue:
    """The issue of a day from what was known at its two ends; nothing is kept."""
    since_at, cutoff_at = window(digest, day)
    before, after = timeline(digest.view, since_at), timeline(digest.view, cutoff_at)
    moved = moved_evidence(store, before, after, labels)
    return compose(
        digest,
        day,
        before,
        after,
        moved.evidence,
        verdicts(digest.view, since_at),
        verdicts(digest.view, cutoff_at),
        labels,
        cards,
        moved.forwards,
        moved.decided,
    )


@dataclass(frozen=True, slots=True)
class Moved:
    """What is behind the differences of two timelines: evidence by event id, where merged ids lead, and what analysts
    decided."""

    evidence: Mapping[str, Sequence[Evidence]]
    forwards: Mapping[str, str]
    decided: tuple[Decided, ...]


def moved_evidence(store: Store, before: Timeline, after: Timeline, labels: Labels) -> Moved:
    """Evidence of the events that differ between two timelines (no other can have changed), where the ids of merged
    ones lead, and the corrections known by the later one."""
    old: dict[str, Event] = {event.id: event for event in before.events}
    moved = [event for event in after.events if old.get(event.id) != event]
    gone = [event for event in before.events if event.id not in {each.id for each in after.events}]
    ids = {id_ for event in (*moved, *gone) for id_ in (event.id, *event.members)}
    with store.reading() as tx:
        machine = events.evidence_of(tx, sorted(ids))
        forwards = events.all_forwards(tx)
        journal = corrections.journal(tx, after.as_of)
    corrected = {id_: pieces for id_, pieces in after.overlay.evidence.items() if id_ in ids}
    decided = tuple(
        Decided(event, entry.at, entry.author, change_words(entry, labels), entry.reason)
        for entry in journal
        for event in dict.fromkeys((entry.event, *(target.id for target in entry.targets)))
        if event
    )
    return Moved({**machine, **corrected}, {**forwards, **after.overlay.forwards}, decided)
