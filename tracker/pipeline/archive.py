"""Archive: rows of an archive become items, by the same door as what feeds put out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from tracker.core.addresses import host_of
from tracker.core.items import OPAQUE_HOSTS, Entry, Unreadable, content_hash, item_key
from tracker.core.publishers import Directory
from tracker.store import items
from tracker.store.engine import Store
from tracker.store.items import NewRevision

BATCH = 1000


@dataclass(frozen=True, slots=True)
class ImportReport:
    """``known`` rows were there already; ``quarantined`` ones could not be read and are kept aside."""

    lines: int
    added: int
    known: int
    quarantined: int
    reasons: tuple[tuple[str, int], ...]


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
