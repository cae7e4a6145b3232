"""Fetch: poll the feeds that are due, and keep what they put out."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from queue import Empty, SimpleQueue

from tracker.core.addresses import host_of
from tracker.core.hosts import HostQueue
from tracker.core.identity import Identity, identities
from tracker.core.items import Entry, content_hash, plausible
from tracker.core.polling import (
    OUT_OF_REACH,
    SUCCESSES,
    Feed,
    FeedState,
    Fetched,
    as_offline,
    asks_fallback_only,
    at_fallback,
    due,
    own_network_down,
    slot_of,
    wants_fallback,
)
from tracker.core.ports import Fetcher
from tracker.core.publishers import POSTER, UNKNOWN, Directory, Publisher
from tracker.core.rhythm import SHORTEST_WAIT_S, Overlap, gap_between, next_due, own_address_rests
from tracker.store import feeds as feed_store
from tracker.store import items
from tracker.store.engine import Store
from tracker.store.feeds import Poll
from tracker.store.items import NewRevision, Saved

ANSWERS_AT_ONCE = 32
"""Attempts kept in one transaction: enough to share its cost, few enough that a killed process repeats little."""

CLOSELY_S = 0.1
"""Answers that come within this of one another are kept together: a transaction for each of a crowd of answers costs
more than their rows."""

log = logging.getLogger("tracker")


@dataclass(frozen=True, slots=True)
class FetchReport:
    """Feeds tried, those that answered, those that did not with the reason, and what came in."""

    tried: int
    answered: int
    trouble: tuple[tuple[str, str, str], ...]
    added: int
    revised: int


def fetch(
    store: Store,
    feeds: Sequence[Feed],
    fetcher: Fetcher,
    directory: Directory,
    publishers: Mapping[str, Publisher],
    now: Callable[[], datetime],
    threads: int,
    only: str = "",
    progress: Callable[[Fetched], None] = lambda _: None,
    stopping: Callable[[], bool] = lambda: False,
    *,
    spacing_s: float = 0.0,
    ticks: Callable[[], float] = lambda: 0.0,
) -> FetchReport:
    """Poll what is due (or the one feed named, due or not); each answer is kept as soon as it is there.

    ``threads`` requests are under way at once, at most two of them at one host and ``spacing_s`` seconds apart by
    ``ticks`` (a steady clock; a clock that stands still needs a spacing of 0). Attempts that reached nobody wait
    for the first one that did: when the whole round reached nobody, it is our own network that is down.
    """
    started = now()
    with store.reading() as tx:
        states = feed_store.states(tx)
        first = feed_store.first_successes(tx)
    known = {feed.id: feed for feed in feeds if only in ("", feed.id)}
    remembered = [states.get(id_, FeedState(id_, started)) for id_ in known]
    wanted = remembered if only else due(remembered, started)
    keeper = _Keeper(store, first, directory, publishers, bool(only), progress)
    queue: HostQueue[_Job] = HostQueue(spacing_s)
    for state in wanted:
        job = _job(known[state.feed], state, started)
        queue.add(host_of(job.asked.url), job)
    answers: SimpleQueue[tuple[str, _Attempt]] = SimpleQueue()
    hosts: set[str] = set()

    def poll(host: str, job: _Job) -> None:
        answers.put((host, _attempt(fetcher, job, now)))

    under_way = 0
    with ThreadPoolExecutor(threads, "fetch") as pool:
        while under_way or (len(queue) and not stopping()):
            while under_way < threads and not stopping() and (taken := queue.take(ticks())) is not None:
                hosts.add(taken[0])
                pool.submit(poll, *taken)
                under_way += 1
            wait_s = queue.wait_s(ticks()) if under_way < threads else None
            if keeper.holds:
                wait_s = CLOSELY_S if wait_s is None else min(wait_s, CLOSELY_S)
            found = _waiting(answers, wait_s)
            for host, attempt in found:
                under_way -= 1
                queue.finished(host)
                again = _fallback_job(attempt)
                if again is not None:
                    queue.add(host_of(again.asked.url), again)
                else:
                    keeper.take(attempt)
            if not found or keeper.holds >= ANSWERS_AT_ONCE:
                keeper.keep()
        keeper.finish(len(hosts))
    return keeper.report()


def _waiting(answers: SimpleQueue[tuple[str, _Attempt]], wait_s: float | None) -> Iterable[tuple[str, _Attempt]]:
    """The answers that are there, after waiting for the first one at most ``wait_s`` seconds (None: for ever)."""
    try:
        found = [answers.get(timeout=wait_s)]
    except Empty:
        return []
    with suppress(Empty):
        while len(found) < ANSWERS_AT_ONCE:
            found.append(answers.get_nowait())
    return found


@dataclass(frozen=True, slots=True)
class _Job:
    """One request to make. ``asked`` and ``shown`` are the feed and state the fetcher sees: the fallback's address
    and no validators where the feed's own address is dead or resting. ``own`` is what that address answered, and
    ``before`` the state before it did."""

    feed: Feed
    state: FeedState
    asked: Feed
    shown: FeedState
    own: Fetched | None = None
    before: FeedState | None = None

    @property
    def by_fallback(self) -> bool:
        return self.asked.url != self.feed.url


@dataclass(frozen=True, slots=True)
class _Attempt:
    job: _Job
    fetched: Fetched
    began: datetime
    ended: datetime


def _job(feed: Feed, state: FeedState, now: datetime) -> _Job:
    if asks_fallback_only(feed, state, now):
        return _Job(feed, state, *at_fallback(feed, state))
    return _Job(feed, state, feed, state)


def _fallback_job(attempt: _Attempt) -> _Job | None:
    """The request to make instead of giving up; None when the attempt stands."""
    job = attempt.job
    if job.by_fallback or not wants_fallback(job.feed, attempt.fetched):
        return None
    state = own_address_rests(job.feed, job.state, attempt.fetched, attempt.ended)
    return _Job(job.feed, state, *at_fallback(job.feed, state), own=attempt.fetched, before=job.state)


def _attempt(fetcher: Fetcher, job: _Job, now: Callable[[], datetime]) -> _Attempt:
    began = now()
    try:
        fetched = fetcher.fetch(job.asked, job.shown)
    except Exception as trouble:  # a fault of ours must cost one poll, never the others
        log.exception("feed %s: an unexpected fault", job.feed.id)
        fetched = Fetched(job.feed.id, "not_a_feed", None, f"this program failed on it: {type(trouble).__name__}")
    if job.by_fallback:
        fetched = _of_fallback(job, fetched)
    return _Attempt(job, fetched, began, now())


def _of_fallback(job: _Job, fetched: Fetched) -> Fetched:
    """The fallback's answer as the feed's; where it failed too, the trouble of the feed's own address is told."""
    if fetched.outcome in SUCCESSES:
        own = f"; the feed's own address: {job.own.detail}" if job.own else "; the feed's own address rests"
        return replace(
            fetched, by_fallback=True, etag="", last_modified="", moved_to="", detail=f"the fallback answered{own}"
        )
    if job.own is None:
        return replace(fetched, by_fallback=True, detail=f"the fallback: {fetched.detail}")
    return replace(job.own, detail=f"{job.own.detail}; the fallback: {fetched.detail}")


def _not_counted(attempt: _Attempt) -> _Attempt:
    """The attempt as one that our own network made fail: nothing is held against the feed, its own address included."""
    job = attempt.job
    return replace(attempt, job=replace(job, state=job.before or job.state), fetched=as_offline(attempt.fetched))


class _Keeper:
    """Keeps attempts as they come, several in one transaction, and counts what came of them."""

    def __init__(
        self,
        store: Store,
        first: Mapping[str, datetime],
        directory: Directory,
        publishers: Mapping[str, Publisher],
        by_hand: bool,
        progress: Callable[[Fetched], None],
    ) -> None:
        self._store, self._first, self._directory, self._publishers = store, first, directory, publishers
        self._by_hand, self._progress = by_hand, progress
        self._ready: list[_Attempt] = []
        self._held: list[_Attempt] = []
        self._reached = False
        self._tried = self._answered = self._added = self._revised = 0
        self._trouble: list[tuple[str, str, str]] = []

    def take(self, attempt: _Attempt) -> None:
        if attempt.fetched.outcome in OUT_OF_REACH and not self._reached:
            self._held.append(attempt)
            return
        self._reached = self._reached or attempt.fetched.outcome not in OUT_OF_REACH
        self._ready.append(attempt)
        if self._reached:
            self._ready += self._held
            self._held = []

    @property
    def holds(self) -> int:
        """How many attempts are ready to be written and are not yet."""
        return len(self._ready)

    def finish(self, hosts: int) -> None:
        """The round is over: those that reached nobody are kept as what they are, or as our own network's."""
        down = own_network_down([attempt.fetched for attempt in self._held], hosts)
        self._ready += [_not_counted(attempt) if down else attempt for attempt in self._held]
        self._held = []
        self.keep()

    def keep(self) -> None:
        """Write what is ready: each attempt with its items and the feed's next due time in one transaction."""
        ready, self._ready = self._ready, []
        if not ready:
            return
        batches = [self._revisions(attempt) for attempt in ready]
        with self._store.begin() as tx:
            saved = items.save_each(tx, [(batch, each.ended) for batch, each in zip(batches, ready, strict=True)])
            feed_store.record(tx, list(map(self._poll, ready, batches, saved)))
        for attempt, each in zip(ready, saved, strict=True):
            fetched = attempt.fetched
            self._tried += 1
            self._answered += fetched.outcome in SUCCESSES
            if fetched.outcome not in SUCCESSES:
                self._trouble.append((fetched.feed, fetched.outcome, fetched.detail))
            self._added += each.added
            self._revised += each.revised
            self._progress(fetched)

    def _revisions(self, attempt: _Attempt) -> list[NewRevision]:
        feed, ended = attempt.job.feed, attempt.ended
        own = self._publishers.get(feed.publisher)
        entries = [_dated(entry, ended) for entry in attempt.fetched.entries]
        return [
            _of_feed(feed, entry, identity, self._directory, own, ended)
            for entry, identity in zip(entries, identities("feed", entries), strict=True)
        ]

    def _poll(self, attempt: _Attempt, batch: Sequence[NewRevision], saved: Saved) -> Poll:
        """What is recorded of the attempt itself."""
        job, fetched, ended = attempt.job, attempt.fetched, attempt.ended
        overlap = Overlap(saved.added, len({row.alike or row.item_key for row in batch}) - saved.added)
        lost = gap_between(job.state, fetched, overlap)
        state = next_due(job.feed, job.state, fetched, ended, replace(overlap, lost=lost is not None))
        slot_at = slot_of(attempt.began, 1 if self._by_hand else SHORTEST_WAIT_S)
        first = self._first.get(job.feed.id) or (ended if fetched.outcome in SUCCESSES else None)
        return Poll(fetched, state, slot_at, attempt.began, ended, overlap, lost, first)

    def report(self) -> FetchReport:
        return FetchReport(self._tried, self._answered, tuple(sorted(self._trouble)), self._added, self._revised)


def _of_feed(
    feed: Feed,
    entry: Entry,
    identity: Identity,
    directory: Directory,
    own: Publisher | None,
    heard_at: datetime,
) -> NewRevision:
    found = directory.find(entry.url, entry.source)
    # A feed whose address names a publisher speaks for it where the entry itself names nobody we know.
    vague = found in (UNKNOWN, POSTER) or found.kind == "carrier"
    publisher = own if own is not None and own.kind != "carrier" and vague else found
    return NewRevision(
        "feed",
        feed.id,
        identity.key,
        content_hash(entry),
        entry,
        publisher,
        entry.lang or feed.lang,
        heard_at,
        identity.alike,
    )


def _dated(entry: Entry, heard_at: datetime) -> Entry:
    stamp = plausible(entry.published, heard_at)
    return entry if stamp is entry.published else replace(entry, published=stamp)
