"""Identity: by what an entry is recognised again, also where a feed's own ids are missing, repeated or ever new."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from tracker.core.addresses import canonical_url, host_of
from tracker.core.days import Published
from tracker.core.items import OPAQUE_HOSTS, Entry, digest_of, item_key, normalise_text, title_fingerprint

REUSED_AFTER = timedelta(days=7)
"""An id that comes back with another address, another title and a stamp a week or more later names another text: KCNA
numbers its articles anew each year."""

MOST_REVISIONS = 24
"""Revisions of one item kept for a change of its summary alone (lemon24/reader's figure); a page that stamps
something ever new into its text would make one at every poll. A new title is always kept."""


@dataclass(frozen=True, slots=True)
class Identity:
    """``key`` is the entry's key within its origin, 64 hexadecimal digits. ``alike`` is the same for two entries with
    the same address and title, whatever their ids; empty where there is no address to tell by."""

    key: str
    alike: str


@dataclass(frozen=True, slots=True)
class Trace:
    """What the newest revision of a known item looks like from afar."""

    url: str
    title: str
    published: Published


def identities(origin_kind: str, entries: Sequence[Entry]) -> tuple[Identity, ...]:
    """The identity of each entry of one document, in order.

    As ``item_key``, but for a guid that the document gives to entries with different addresses: those are told
    apart by their addresses (miniflux's rule), or by their titles where the addresses are the same.
    """
    feed = origin_kind == "feed"
    repeated = _repeated(entries) if feed else {}
    found = []
    for entry in entries:
        key = item_key(origin_kind, entry)
        address, title = _address_and_title(entry) if feed else ("", "")
        sharing = repeated.get(entry.guid.strip()) if repeated else None
        if sharing and len({url for url, _ in sharing}) > 1:
            key = digest_of("guid and url", entry.guid.strip(), address)
        elif sharing and len(sharing) > 1:
            key = digest_of("guid and title", entry.guid.strip(), title)
        found.append(Identity(key, digest_of("alike", address, title) if address else ""))
    return tuple(found)


def _repeated(entries: Sequence[Entry]) -> dict[str, set[tuple[str, str]]]:
    """The guids that more than one entry has, with the addresses and titles they are given to."""
    counts = Counter(entry.guid.strip() for entry in entries)
    found: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    if len(counts) < len(entries):
        for entry in entries:
            guid = entry.guid.strip()
            if guid and counts[guid] > 1:
                found[guid].add(_address_and_title(entry))
    return found


def _address_and_title(entry: Entry) -> tuple[str, str]:
    opaque = any(host in entry.url for host in OPAQUE_HOSTS) and host_of(entry.url) in OPAQUE_HOSTS
    address = canonical_url(entry.url) if entry.url.strip() and not opaque else ""
    return address, normalise_text(entry.title)


def is_another(known: Trace, entry: Entry) -> bool:
    """Whether an entry that came under a known key is another text all the same, because its feed used the id again:
    other address, other title, and a stamp a week or more later."""
    before, after = known.published.first_at, entry.published.first_at
    if before is None or after is None or after - before < REUSED_AFTER:
        return False
    return canonical_url(known.url) != canonical_url(entry.url) and not _same_title(known.title, entry.title)


def _same_title(a: str, b: str) -> bool:
    return title_fingerprint(a) == title_fingerprint(b)


def reused_key(key: str, entry: Entry) -> str:
    """The key of a text whose feed used an id again: the old key with the new address."""
    return digest_of("used again", key, canonical_url(entry.url))


def keeps_revision(kept: int, known_title: str, title: str) -> bool:
    """Whether a changed text of an item with so many revisions is kept as one more."""
    return kept < MOST_REVISIONS or not _same_title(known_title, title)
