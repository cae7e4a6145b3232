"""Fetch: poll the feeds that are due, and keep what they put out. Archives come in by the same door."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from queue import SimpleQueue

from tracker.core.addresses import host_of
from tracker.core.items import OPAQUE_HOSTS, Entry, Unreadable, content_hash, item_key, plausible
from tracker.core.polling import SUCCESSES, Feed, FeedState, Fetched, due, lanes, next_due, slot_of
from tracker.core.ports import Fetcher
from tracker.core.publishers import POSTER, UNKNOWN, Directory, Publisher
from tracker.store import feeds as feed_store
from tracker.store import items
from tracker.store.engine import Store
from tracker.store.items import NewRevision, Saved

BATCH = 1000

log = logging.getLogger("tracker")


@dataclass(frozen=True, slots=True)
class FetchReport:
    """Feeds tried, those that answered, those that did not with the reason, and what came in."""

    tried: int
    answered: int
    trouble: tuple[tuple[str, str, str], ...]
    added: int
    revised: int


@dataclass(frozen=True, slots=True)
class ImportReport:
    """``known`` rows were there already; ``quarantined`` ones could not be read and are kept aside."""

    lines: int
    added: int
    known: int
    quarantined: int
    reasons: tuple[tuple[str, int], ...]


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
) -> FetchReport:
    """Poll what is due (or the one feed named, due or not); each answer is kept as soon as it is there."""
    started = now()
    with store.reading() as tx:
        states = feed_store.states(tx)
        first = feed_store.first_successes(tx)
    known = {feed.id: feed for feed in feeds if only in ("", feed.id)}
    remembered = [states.get(id_, FeedState(id_, started)) for id_ in known]
    wanted = remembered if only else due(remembered, started)
    by_feed = {state.feed: state for state in wanted}
    rows = lanes([known[state.feed] for state in wanted])
    answers: SimpleQueue[_Attempt | None] = SimpleQueue()

    def poll(lane: Sequence[Feed]) -> None:
        """The feeds of one host in turn, so that no host is asked twice at once."""
        for feed in lane:
            answers.put(None if stopping() else _attempt(fetcher, feed, by_feed[feed.id], now))

    trouble: list[tuple[str, str, str]] = []
    answered = added = revised = tried = 0
    with ThreadPoolExecutor(threads, "fetch") as pool:
        for lane in rows:
            pool.submit(poll, lane)
        for _ in wanted:
            attempt = answers.get()
            if attempt is None:
                continue
            feed, fetched = attempt.feed, attempt.fetched
            tried += 1
            answered += fetched.outcome in SUCCESSES
            if fetched.outcome not in SUCCESSES:
                trouble.append((feed.id, fetched.outcome, fetched.detail))
            saved = _keep(store, attempt, first.get(feed.id), directory, publishers)
            added += saved.added
            revised += saved.revised
            progress(fetched)
    return FetchReport(tried, answered, tuple(sorted(trouble)), added, revised)


@dataclass(frozen=True, slots=True)
class _Attempt:
    feed: Feed
    state: FeedState
    fetched: Fetched
    began: datetime
    ended: datetime


def _attempt(fetcher: Fetcher, feed: Feed, state: FeedState, now: Callable[[], datetime]) -> _Attempt:
    began = now()
    try:
        fetched = fetcher.fetch(feed, state)
    except Exception as trouble:  # a fault of ours must cost one poll, never the others
        log.exception("feed %s: an unexpected fault", feed.id)
        fetched = Fetched(feed.id, "not_a_feed", None, f"this program failed on it: {type(trouble).__name__}")
    return _Attempt(feed, state, fetched, began, now())


def _keep(
    store: Store,
    attempt: _Attempt,
    first_success_at: datetime | None,
    directory: Directory,
    publishers: Mapping[str, Publisher],
) -> Saved:
    feed, fetched, ended = attempt.feed, attempt.fetched, attempt.ended
    succeeded = fetched.outcome in SUCCESSES
    own = publishers.get(feed.publisher)
    batch = [_of_feed(feed, entry, directory, own, ended) for entry in fetched.entries]
    with store.begin() as tx:
        saved = items.save(tx, batch, ended)
        feed_store.record(
            tx,
            fetched,
            next_due(feed, attempt.state, fetched, ended),
            slot_of(attempt.began, feed.interval_s),
            attempt.began,
            ended,
            saved.added,
            first_success_at or (ended if succeeded else None),
        )
    return saved


def _of_feed(feed: Feed, entry: Entry, directory: Directory, own: Publisher | None, heard_at: datetime) -> NewRevision:
    found = directory.find(entry.url, entry.source)
    # A feed whose address names a publisher speaks for it where the entry itself names nobody we know.
    vague = found in (UNKNOWN, POSTER) or found.kind == "carrier"
    publisher = own if own is not None and own.kind != "carrier" and vague else found
    entry = _dated(entry, heard_at)
    return NewRevision(
        "feed",
        feed.id,
        item_key("feed", entry),
        content_hash(entry),
        entry,
        publisher,
        entry.lang or feed.lang,
        heard_at,
    )


def _dated(entry: Entry, heard_at: datetime) -> Entry:
    stamp = plausible(entry.published, heard_at)
    return entry if stamp is entry.published else replace(entry, published=stamp)


def take_archive(
    store: Store,
    file: str,
    rows: Iterable[Entry | Unreadable],
    directory: Directory,
    now: Callable[[], datetime],
) -> ImportReport:
    """Keep an archive's rows as items; what cannot be read goes to quarantine, the rest goes on."""
    recorded_at = now()
    lines = added = known = quarantined = 0
    reasons: Counter[str] = Counter()
    batch: list[NewRevision] = []
    bad: list[Unreadable] = []

    def flush() -> tuple[int, int]:
        if not batch and not bad:
            return 0, 0
        with store.begin() as tx:
            saved = items.save(tx, batch, recorded_at)
            items.quarantine_rows(tx, file, bad, recorded_at)
        batch.clear()
        bad.clear()
        return saved.added, saved.revised + saved.known

    for row in rows:
        lines += 1
        if isinstance(row, Unreadable):
            quarantined += 1
            reasons[row.reason] += 1
            bad.append(row)
        else:
            batch.append(of_archive(row, directory, recorded_at))
        if len(batch) + len(bad) >= BATCH:
            new, old = flush()
            added, known = added + new, known + old
    new, old = flush()
    return ImportReport(lines, added + new, known + old, quarantined, tuple(reasons.most_common(10)))


def of_archive(entry: Entry, directory: Directory, recorded_at: datetime) -> NewRevision:
    """An archive's entry as it is kept: known since it was published, where it says when."""
    carried = host_of(entry.url) in OPAQUE_HOSTS
    publisher = (
        directory.carried(entry.source, entry.source_url) if carried else directory.find(entry.url, entry.source)
    )
    return NewRevision(
        "archive",
        entry.source[:200] or "archive",
        item_key("archive", entry),
        content_hash(entry),
        entry,
        publisher,
        entry.lang or publisher.lang,
        entry.published.known_at or recorded_at,
    )
