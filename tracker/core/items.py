"""Items: what a publisher put out, and how it is recognised again."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

from tracker.core.addresses import canonical_url, host_of
from tracker.core.days import Published

FINGERPRINT_DIGITS = 16
"""64 bits of sha256: among a million titles the chance of one accidental pair is below 1 in 10 million."""

AHEAD_DAYS = 2
"""A stamp more than two days ahead of the moment we heard it is a mistake (reference/feeds.md section 2.3)."""

OPAQUE_HOSTS = frozenset({"news.google.com"})
"""Carriers whose links are ids that do not lead to the article and differ between two copies of one entry."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as a feed or an archive gave it; all texts are plain (no markup, entities decoded).

    ``guid`` is the feed's own id, empty when it has none. ``source`` is the outlet or carrier the row names,
    ``source_url`` the outlet's address where a carrier gives it. ``line`` is the 1-based line of an archive,
    0 for a feed.
    """

    guid: str
    url: str
    title: str
    summary: str
    published: Published
    source: str = ""
    lang: str = ""
    line: int = 0
    source_url: str = ""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An archive row that cannot become an entry: counted and kept in quarantine, never dropped silently."""

    line: int
    reason: str
    excerpt: str


def normalise_text(text: str) -> str:
    """NFKC, lower case, white space collapsed: the form in which two texts are compared or hashed."""
    if not text.isascii():  # plain ASCII is in normal form, and asking costs more than all the rest
        text = unicodedata.normalize("NFKC", text)
    text = text.lower()
    # All white space but the plain space is unprintable, so such a text is collapsed already; most are.
    return text.strip(" ") if "  " not in text and text.isprintable() else " ".join(text.split())


_BARS = "|-–—·"
_LONGEST_OUTLET = 40
_SMALL_WORDS = frozenset({"of", "the", "and", "for", "in", "on", "de", "la", "le"})


def without_outlet(title: str, outlet: str = "") -> str:
    """The title without a trailing " - Outlet" or " | Outlet".

    With ``outlet`` only that very name is taken off. Without it a tail goes when it looks like a name: at most
    five words, none of them starting in lower case (so "… - report" stays), behind at least three words.
    """
    title = title.strip()
    start = max(title.rfind(f" {bar} ") for bar in _BARS)
    head, tail = title[:start].rstrip(), title[start + 3 :].strip()
    if start <= 0 or not head:
        return title
    if outlet:
        start = max(title.lower().rfind(f" {bar} {outlet.strip().lower()}") for bar in _BARS)
        ends = len(title) - start - 3 == len(outlet.strip())
        return title[:start].rstrip() if start > 0 and ends else title
    words = tail.split()
    named = 0 < len(words) <= 5 and len(tail) <= _LONGEST_OUTLET and len(head.split()) >= 3
    return head if named and not any(word[0].islower() for word in words if word not in _SMALL_WORDS) else title


def title_fingerprint(title: str) -> str:
    """A short hash of what a title says: normalised, without its outlet tail."""
    text = without_outlet(" ".join(unicodedata.normalize("NFKC", title).split()))
    return _digest(normalise_text(text))[:FINGERPRINT_DIGITS]


def item_key(origin_kind: str, entry: Entry) -> str:
    """The key under which an entry is recognised again within its origin: 64 hexadecimal digits.

    A feed's entry: its guid, else its canonical URL, else title and stamp. An archive row, and a feed's entry
    whose link is opaque: source, canonical URL and title fingerprint, so that a re-post with another title is
    another item and not an edit (for an opaque link the outlet's own address stands in for the URL).
    """
    carried = host_of(entry.url) in OPAQUE_HOSTS
    if origin_kind != "feed" or carried:
        address = entry.source_url if carried else entry.url
        return digest_of("row", normalise_text(entry.source), canonical_url(address), title_fingerprint(entry.title))
    if entry.guid.strip():
        return digest_of("guid", entry.guid.strip())
    if entry.url.strip():
        return digest_of("url", canonical_url(entry.url))
    return digest_of("text", title_fingerprint(entry.title), entry.published.raw.strip())


_CLOCK = r"\d{1,2}:\d{2}(?::\d{2})?(?:\s?[ap]\.?m\.?)?(?: (?:gmt|utc|kst|jst|e[sd]?t|[+-]\d{4})\b)?"
_CHANGING = re.compile(
    # "updated 10:32 gmt", "last updated: 14 aug 2026, 10:32 am kst"
    rf"\b(?:last )?(?:updated|modified|refreshed)(?: at| on)?:? [^.;|]{{0,40}}?{_CLOCK}"
    # "5 minutes ago", "an hour ago"
    r"|\b(?:\d{1,3}|an?|one) (?:second|minute|min|hour|hr)s? ago\b"
    r"|\b\d{1,3}\s?(?:초|분|시간) 전"
)


def _may_change(text: str) -> bool:
    """Whether a text holds what every match of the pattern holds: looking costs a hundredth of the pattern."""
    return " ago" in text or "pdated" in text or "odified" in text or "efreshed" in text or "전" in text


def content_hash(entry: Entry) -> str:
    """The hash of title and summary that decides whether a text has changed: 64 hexadecimal digits.

    Both are normalised. What a page writes about its own age is left out ("updated … 10:32", "5 minutes ago",
    "3시간 전"), because it changes at every poll; every other figure counts, days and times of events included.
    """
    title, summary = (_without_age(normalise_text(text)) for text in (entry.title, entry.summary))
    return digest_of("content", title, summary)


def _without_age(text: str) -> str:
    if not _may_change(text):
        return text
    return " ".join(_CHANGING.sub(" ", text).split())


def plausible(published: Published, heard_at: datetime) -> Published:
    """The stamp, or *suspect* with the same raw string when it lies more than two days after ``heard_at``."""
    if published.first_at is not None and published.first_at > heard_at + timedelta(days=AHEAD_DAYS):
        return Published.suspect(published.raw)
    return published


def digest_of(*parts: str) -> str:
    """One hash over several texts, 64 hexadecimal digits."""
    # Lengths stand before the parts, so that no two different lists of parts spell the same string.
    return _digest("".join([f"{len(part)}:{part}" for part in parts]))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
