"""Reads for the doors: one event in full, the state of the service, and the issue of a day."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

from tracker.core.details import EventDetail, EventLink, ForecastCard, Health, HistoryLine, StepLag
from tracker.core.digests import Digest, Issue, compose, window
from tracker.core.events import Event, Evidence
from tracker.core.listening import FeedLine, deafness, health_of
from tracker.core.observations import Observer
from tracker.core.polling import SUCCESSES, Feed
from tracker.core.timeline import Timeline, View
from tracker.core.verdicts import Verdict
from tracker.core.words import Labels
from tracker.store import events, feeds, items, observations, placements
from tracker.store.engine import Store, Tx


def event_detail(store: Store, timeline: Timeline, id_: str) -> EventDetail | None:
    """An event of this timeline (or by a member's or a merged id) with all evidence of its members."""
    with store.reading() as tx:
        known = events.find(tx, id_)
        wanted = known.id if known is not None else id_
        event = next((e for e in timeline.events if wanted == e.id or wanted in e.members), known)
        if event is None:
            return None
        ids = list(event.members) or [event.id]
        pieces = events.evidence_of(tx, ids)
        links = _links(tx, ids)
    evidence = tuple(piece for each in ids for piece in pieces.get(each, ()))
    history = tuple(
        HistoryLine(piece.known_at, piece.publisher, _did(piece), piece.reason)
        for piece in sorted(evidence, key=lambda piece: (piece.known_at, piece.key))
    )
    return EventDetail(event, evidence, links, history)


def _did(piece: Evidence) -> str:
    return {
        "supports": "reported it",
        "lowers": "denied it",
        "context": "commented on it",
        "superseded": "reported it in a text that has changed since",
        "replaced": "spoke of it in a text that has changed since",
    }[piece.role]


def _links(tx: Tx, ids: Sequence[str]) -> tuple[EventLink, ...]:
    found = []
    for link in events.all_links(tx):
        pair = {link.news, link.reference}
        for other in sorted(pair - set(ids)) if pair & set(ids) else ():
            event = events.find(tx, other)
            if event is not None:
                found.append(EventLink(event, link.differences))
        if pair <= set(ids) and link.differences:
            event = events.find(tx, link.news)
            if event is not None:
                found.append(EventLink(event, link.differences))
    return tuple(found)


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
    shown, forwards = moved_evidence(store, before, after)
    return compose(
        digest,
        day,
        before,
        after,
        shown,
        verdicts(digest.view, since_at),
        verdicts(digest.view, cutoff_at),
        labels,
        cards,
        forwards,
    )


def moved_evidence(
    store: Store, before: Timeline, after: Timeline
) -> tuple[Mapping[str, Sequence[Evidence]], Mapping[str, str]]:
    """Evidence of the events that differ between two timelines (no other can have changed), and where the ids of
    merged ones lead."""
    old: dict[str, Event] = {event.id: event for event in before.events}
    moved = [event for event in after.events if old.get(event.id) != event]
    gone = [event for event in before.events if event.id not in {each.id for each in after.events}]
    ids = {id_ for event in (*moved, *gone) for id_ in (event.id, *event.members)}
    with store.reading() as tx:
        return events.evidence_of(tx, sorted(ids)), events.all_forwards(tx)
