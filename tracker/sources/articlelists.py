"""Article lists: the JSON object with ``articles`` that a full text archive answers with, damage included."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from tracker.core.addresses import host_of
from tracker.core.days import Published
from tracker.core.errors import SourceError
from tracker.core.items import Entry, Unreadable
from tracker.sources.drafts import web_address
from tracker.sources.markup import clean, plain_text
from tracker.sources.stamps import read_stamp

EXCERPT = 200

MOST_DAMAGED = 1000
"""Each damaged record is looked past with a search; a document made of them must not take for ever."""

_ESCAPE = re.compile(r'\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})|\\')
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z")
_LIST = re.compile(r'"articles"\s*:\s*\[')
_NEXT_OBJECT = re.compile(r"\}\s*,\s*(?=\{)")
_BETWEEN = re.compile(r"[\s,]*")

_SPACED = re.compile(r" +(?=[,;:!?%)\]}’”](?:\s|$)|\.(?:\s|$)|\.{3})")
"""Blanks before punctuation, which such archives put there by taking titles apart into words ("fires missile ,
Seoul says"). Only blanks go; a sign that begins a word (".com") keeps its own."""

_DECODER = json.JSONDecoder(strict=False)

Records = tuple[tuple[Entry, ...], tuple[Unreadable, ...]]


def read_article_list(text: str, zone: str, languages: Mapping[str, str]) -> Records:
    r"""The entries of an answer in its order, and what of it cannot become one.

    Control characters inside strings and backslashes that escape nothing (as in \') are dropped; a record that is
    still no JSON is set aside and the others are read. ``zone`` (IANA) is what a date without one means,
    ``languages`` gives codes for the names the archive uses. Raises SourceError when the text is no such object or
    breaks off.
    """
    entries: list[Entry] = []
    aside: list[Unreadable] = []
    for record in _records(text):
        made = record if isinstance(record, Unreadable) else _entry(record, zone, languages)
        if isinstance(made, Unreadable):
            aside.append(made)
        else:
            entries.append(made)
    return tuple(entries), tuple(aside)


def _records(text: str) -> list[object]:
    for candidate in (text, _ESCAPE.sub(lambda found: found[0] if len(found[0]) > 1 else "", text)):
        try:
            values = _DECODER.decode(candidate)
        except (ValueError, RecursionError):
            continue
        if not isinstance(values, dict):
            raise SourceError("is JSON but no object with articles")
        articles = values.get("articles", [] if not values else None)
        if not isinstance(articles, list):
            raise SourceError("is a JSON object without a list of articles")
        return articles
    return _salvaged(candidate)


def _salvaged(text: str) -> list[object]:
    """The records of a damaged list one by one; raises SourceError when the list has no end."""
    start = _LIST.search(text)
    if start is None:
        raise SourceError("is damaged JSON without a list of articles")
    closing = re.search(r"\]\s*\}?\s*$", text[-100:]) is not None
    found: list[object] = []
    damaged, place = 0, start.end()
    while damaged <= MOST_DAMAGED:
        place = _skipped(text, place)
        if text.startswith("]", place):
            return found
        try:
            record, place = _DECODER.raw_decode(text, place)
        except (ValueError, RecursionError):
            following = _NEXT_OBJECT.search(text, place)
            if following is None and not closing:
                raise SourceError(f"breaks off after {len(found)} records") from None
            end = following.end() if following else text.rindex("]")
            found.append(Unreadable(0, "the record is not JSON", clean(text[place : place + EXCERPT])))
            damaged, place = damaged + 1, end
        else:
            found.append(record)
    raise SourceError(f"holds more than {MOST_DAMAGED} damaged records")


def _skipped(text: str, place: int) -> int:
    between = _BETWEEN.match(text, place)
    return between.end() if between else place


def _entry(record: object, zone: str, languages: Mapping[str, str]) -> Entry | Unreadable:
    if not isinstance(record, dict):
        return Unreadable(0, "the record is no object with a title", clean(str(record))[:EXCERPT])
    told = {name: value if isinstance(value, str) else "" for name, value in record.items()}
    title = _SPACED.sub("", plain_text(told.get("title", "")))
    url = web_address(told.get("url", ""))
    raw = told.get("seendate", "").strip()
    excerpt = clean(f"{title} {told.get('url', '')} {raw}")[:EXCERPT]
    if not title:
        return Unreadable(0, "the record has no title", excerpt)
    if not host_of(url):
        return Unreadable(0, "the record has no web address", excerpt)
    published = _seen(raw, zone)
    if published.first_at is None:
        return Unreadable(0, "the date cannot be read, or is no day of the calendar", excerpt)
    language = clean(told.get("language", ""))
    source = clean(told.get("domain", "")) or host_of(url)
    return Entry("", url, title, "", published, source, languages.get(language, language.lower()[:20]))


def _seen(raw: str, zone: str) -> Published:
    return read_stamp(_COMPACT.sub(r"\1-\2-\3T\4:\5:\6Z", raw), zone) if raw else Published.unknown()
