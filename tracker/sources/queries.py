"""Queries: one slice asked of a dated archive over HTTP, its answer read into entries."""

from __future__ import annotations

import re
from typing import Protocol
from urllib.parse import quote, urlencode

from tracker.core.backfill import Answer, Archive, Edition, Outcome, Slice, request_parameters
from tracker.core.errors import SourceError
from tracker.core.items import Entry, Unreadable
from tracker.core.polling import FetchOutcome
from tracker.sources.articlelists import EXCERPT, Records, read_article_list
from tracker.sources.documents import parse
from tracker.sources.encodings import decode
from tracker.sources.hints import retry_after_s
from tracker.sources.markup import plain_text
from tracker.sources.retrieved import Retrieved

_TROUBLE: dict[FetchOutcome, Outcome] = {"refused_address": "barred", "too_large": "broken", "http_error": "broken"}
_BUSY = frozenset({401, 403, 429, 451, 503})
"""429 and 503 ask for patience; 401, 403 and 451 are how walls answer a program they do not like."""

_QUOTED = 160

_WHOLE = re.compile(r"</(?:\w+:)?(?:rss|feed|rdf)\s*>\s*(?:<!--.*?-->\s*)*$", re.IGNORECASE | re.DOTALL)
"""How a feed ends that arrived whole."""


class Retriever(Protocol):
    def retrieve(self, url: str) -> Retrieved:
        """The raw answer at an address; trouble is part of the value, never an exception."""
        ...


class HttpArchivist:
    """Asks archives over HTTP through a retriever that checks what it dials. Keeps nothing between requests."""

    def __init__(self, retriever: Retriever) -> None:
        self._retriever = retriever

    def ask(self, archive: Archive, edition: Edition, slice_: Slice) -> Answer:
        """One request for one slice; every trouble is an outcome with the end of a sentence."""
        found = self._retriever.retrieve(address_of(archive, edition, slice_))
        if found.trouble is not None:
            # Trouble after the status line is an answer that broke off; before it, nobody answered.
            met = _TROUBLE.get(found.trouble, "unreachable" if found.status is None else "broken")
            return Answer(met, found.detail)
        if found.status != 200:
            return _turned_away(found)
        try:
            return _read(archive, edition, found)
        except SourceError as trouble:
            return Answer("broken", f"sent an answer that {trouble}")
        except Exception as trouble:  # the port's promise: nothing a server sends stops the run
            return Answer("broken", f"sent an answer this program fails on ({type(trouble).__name__})")


def address_of(archive: Archive, edition: Edition, slice_: Slice) -> str:
    """The whole address of the request for one slice."""
    joint = "&" if "?" in archive.url else "?"
    return archive.url + joint + urlencode(request_parameters(archive, edition, slice_), quote_via=quote)


def _turned_away(found: Retrieved) -> Answer:
    status = found.status or 0
    if status in _BUSY:
        words = "asks us to come later" if status in (429, 503) else "does not let this program in"
        return Answer("busy", f"{words} ({status})", retry_after_s=retry_after_s(found.headers))
    if status in (404, 410):
        return Answer("unreachable", f"has nothing at its address ({status}); check its url in config/archives.toml")
    if 400 <= status < 500:
        return Answer("refused", f"refuses the request ({status})")
    return Answer("broken", f"answers with status {status}")


def _read(archive: Archive, edition: Edition, found: Retrieved) -> Answer:
    content_type = found.headers.get("content-type", "")
    text = decode(found.body, content_type).strip("\ufeff \t\r\n\0")
    if not text:
        return Answer("broken", "sent an empty answer")
    page = not text.startswith("{") if archive.answers == "article_list" else _is_page(text)
    if page:
        return _page(archive, text)
    if archive.answers == "feed" and not _WHOLE.search(text[-1000:]):
        # A feed reader makes the best of half a document; here the other half would be lost for good.
        return Answer("broken", "sent a feed that breaks off")
    if archive.answers == "article_list":
        entries, aside = read_article_list(text, archive.zone, archive.languages)
    else:
        entries, aside = _titled(parse(found.body, content_type, found.url, archive.zone, edition.lang))
    return Answer("ok", entries=entries, unreadable=aside)


def _is_page(text: str) -> bool:
    head = text[:1000].lower()
    return not head.startswith("<") or "<html" in head or "<!doctype html" in head


def _page(archive: Archive, text: str) -> Answer:
    """Words instead of an answer: a request for patience, a wall, or a query nobody understands."""
    words = plain_text(text[:20_000])
    said = f"answers with a page: {words[:_QUOTED]!r}"
    if archive.wall_page or any(busy in words.lower() for busy in archive.busy_words):
        return Answer("busy", said)
    return Answer("page", said)


def _titled(entries: tuple[Entry, ...]) -> Records:
    aside = [Unreadable(0, "the entry has no title", entry.url[:EXCERPT]) for entry in entries if not entry.title]
    return tuple(entry for entry in entries if entry.title), tuple(aside)
