"""Read: give every revision an observation by the observer that lacks one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from tracker.core.observations import Observer
from tracker.core.ports import Reader
from tracker.store import observations
from tracker.store.engine import Store

BATCH = 1000


@dataclass(frozen=True, slots=True)
class ReadReport:
    read: int
    mentions: int


def read(
    store: Store,
    observer: Observer,
    reader: Reader,
    now: Callable[[], datetime],
    progress: Callable[[int], None] = lambda _: None,
    stopping: Callable[[], bool] = lambda: False,
) -> ReadReport:
    """Observe what the observer has not observed, in recorded order; each batch is kept as soon as it is read."""
    with store.begin() as tx:
        row = observations.observer_id(tx, observer)
    read_total = mention_total = after = 0
    while True:
        with store.reading() as tx:
            batch = observations.unread(tx, row, BATCH, after)
        if not batch or stopping():
            return ReadReport(read_total, mention_total)
        seen = reader.observe([unread.text for unread in batch])
        subjects = [(unread.seq, observation) for unread, observation in zip(batch, seen, strict=True)]
        with store.begin() as tx:
            mention_total += observations.save(tx, row, subjects, now())
        after = batch[-1].seq
        read_total += len(batch)
        progress(len(batch))
