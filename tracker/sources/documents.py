"""Documents: from the bytes a publisher sent to entries in plain text. The one door to the format readers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tracker.core.days import Published, day_of
from tracker.core.errors import SourceError
from tracker.core.items import Entry, plausible
from tracker.sources.anyfeeds import read_any
from tracker.sources.drafts import Drafts, refuse_many
from tracker.sources.encodings import decode, is_utf8
from tracker.sources.jsonfeeds import read_json
from tracker.sources.repairs import mended, refuse_dense
from tracker.sources.xmlfeeds import read_clean, read_xml

LARGEST_BYTES = 64 * 1024 * 1024
"""What is parsed at all; the fetcher stops much earlier."""

BLANKS = b" \t\r\n"

_FIRST_ELEMENT = re.compile(r"<([A-Za-z][\w:.-]*)")
_PROLOGUE = re.compile(r"<!--.*?-->|<\?.*?\?>|<!doctype[^<>\[]*>", re.IGNORECASE | re.DOTALL)
_ENTRY = re.compile(r"<(?:[A-Za-z][\w.-]{0,20}:)?(?:item|entry)[\s>]", re.IGNORECASE)
_PAGE_ELEMENTS = frozenset({"html", "head", "body", "script", "title", "meta", "div", "center", "h1", "p"})


@dataclass(frozen=True, slots=True)
class FeedDocument:
    """One document as a feed: its entries in document order (none for a feed that has none), and how many
    seconds it says there are between two changes of it (RSS ``ttl``, the syndication module; the longer one
    where it tells both; 60 seconds to 31 days), None where it does not say."""

    entries: tuple[Entry, ...]
    update_s: int | None = None


def read_document(
    data: bytes, content_type: str = "", base_url: str = "", zone: str = "UTC", lang: str = ""
) -> FeedDocument:
    """What a publisher sent, read.

    ``content_type`` is the transport's header (its charset counts), ``base_url`` the address that relative
    links start from, ``zone`` (IANA) what a stamp without a zone means, ``lang`` the language where it is
    known. Raises SourceError when the bytes are no feed (a web page, nothing, garbage) or a trap.
    """
    if len(data) > LARGEST_BYTES:
        raise SourceError(f"is larger than {LARGEST_BYTES // 2**20} MiB; split it")
    drafts = read_clean(data.lstrip(BLANKS), base_url) if is_utf8(data, content_type) else None
    if drafts is None:
        text = decode(data, content_type).strip("\ufeff \t\r\n\0")
        if not text:
            raise SourceError("is empty")
        drafts = _read(text, base_url)
    refuse_many(len(drafts.entries))
    return FeedDocument(tuple(draft.entry(zone, lang) for draft in drafts.entries), drafts.update_s)


def parse(
    data: bytes, content_type: str = "", base_url: str = "", zone: str = "UTC", lang: str = ""
) -> tuple[Entry, ...]:
    """The entries of ``read_document``."""
    return read_document(data, content_type, base_url, zone, lang).entries


def _read(text: str, base_url: str) -> Drafts:
    if text.startswith(("{", "[")):
        return read_json(text, base_url)
    if "<" not in text:
        raise SourceError("is plain text, not a feed; look at the address by hand")
    first = _FIRST_ELEMENT.search(_PROLOGUE.sub(" ", text[:10_000]))
    name = first[1].lower() if first else ""
    # A feed that lost its first lines still has its entries; a page has none.
    if name == "html" or (name in _PAGE_ELEMENTS and not _ENTRY.search(text)):
        raise SourceError("is a web page, not a feed; look for the feed's address on it")
    refuse_dense(text)
    drafts = read_xml(text, base_url)
    return read_any(mended(text), base_url) if drafts is None else drafts


def parse_record(
    path: str,
    data: bytes,
    content_type: str = "",
    base_url: str = "",
    zone: str = "UTC",
    now: datetime | None = None,
) -> dict[str, Any]:
    """The answer of the ``parse`` verb for one document: ``{path, entries, error}``.

    ``published`` is ISO 8601 in UTC for an instant, the day for a date, else None; ``precision`` says "suspect" of
    one that lies more than two days after ``now`` (None: nothing is). ``error`` is None or a sentence, and then
    there are no entries. Never raises for any bytes.
    """
    try:
        entries = parse(data, content_type, base_url, zone)
    except SourceError as trouble:
        return {"path": path, "entries": [], "error": str(trouble)}
    return {"path": path, "entries": [_shape(entry, zone, now) for entry in entries], "error": None}


def conformance(data: bytes, content_type: str = "", base_url: str = "") -> list[Mapping[str, Any]]:
    """The same entries for a comparison with other parsers: dicts of id, url, title, summary, published."""
    entries: list[Mapping[str, Any]] = parse_record("", data, content_type, base_url)["entries"]
    return entries


def _shape(entry: Entry, zone: str, now: datetime | None) -> dict[str, Any]:
    published = entry.published
    return {
        "id": entry.guid or entry.url,
        "url": entry.url,
        "title": entry.title,
        "summary": entry.summary,
        "published": _written(published, zone),
        "precision": published.precision if now is None else plausible(published, now).precision,
    }


def _written(published: Published, zone: str) -> str | None:
    if published.first_at is None:
        return None
    if published.precision == "day":
        return day_of(published.first_at, zone).isoformat()
    return published.first_at.astimezone(UTC).isoformat().replace("+00:00", "Z")
