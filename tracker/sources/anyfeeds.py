"""Everything the strict reader declines: malformed XML, document types, older formats; read by feedparser."""

from __future__ import annotations

import io
import re
from typing import Any

import feedparser

from tracker.core.errors import SourceError
from tracker.sources.drafts import Draft, Drafts, told_update_s
from tracker.sources.repairs import DEEPEST

LARGEST_BYTES = 4 * 1024 * 1024
"""Feedparser needs seconds for a megabyte of broken markup; real feeds that are broken are far smaller."""

_LONG_TAG = re.compile(r"<[^<>]{2048}")
MOST_LONG_TAGS = 8
"""Feedparser's time for one element grows with the square of its attributes (5 s for 20,000, measured)."""

_TAGS = re.compile(r"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)|<(/?)([A-Za-z_][\w:.-]*)[^<>]*?(/?)>", re.DOTALL)
_OPEN_ENDED = frozenset(  # a sentence of names reads better than a column of them
    "p br hr img li dt dd tr td th option input meta area base col embed param source wbr tbody thead colgroup".split()  # noqa: SIM905
)
_ENTRY = frozenset({"item", "entry"})


def read_any(text: str, base_url: str) -> Drafts:
    """The entries feedparser finds; raises SourceError where the document is no feed or a trap."""
    _refuse_traps(text)
    headers = {"content-type": "application/xml; charset=utf-8", "content-location": base_url}
    try:
        found = feedparser.parse(
            io.BytesIO(_relabelled(text).encode("utf-8", "replace")),
            response_headers=headers,
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except Exception as trouble:  # feedparser raises whatever its parts raise on hostile input
        raise SourceError(
            f"cannot be read as a feed ({type(trouble).__name__}); look at the address by hand"
        ) from trouble
    if not found.entries and not found.get("version"):
        raise SourceError("is no feed: it has neither a feed's first element nor entries; look at the address by hand")
    language = str(found.feed.get("language") or "")
    names = ("ttl", "sy_updateperiod", "sy_updatefrequency")
    rhythm = told_update_s(*(str(found.feed.get(name) or "") for name in names))
    return Drafts(tuple(_draft(entry, language) for entry in found.entries), rhythm)


def _relabelled(text: str) -> str:
    # The text is UTF-8 by now, whatever its first line says.
    return re.sub(r"^(\s*<\?xml[^>]{0,200}?)encoding\s*=\s*[\"'][^\"'>]*[\"']", r"\1", text, count=1)


def _draft(entry: Any, language: str) -> Draft:
    contents = [str(content.get("value") or "") for content in entry.get("content") or ()]
    source = entry.get("source") or {}
    links = [link.get("href", "") for link in entry.get("links") or () if link.get("rel", "alternate") == "alternate"]
    return Draft(
        guid=_text(entry, "id"),
        urls=tuple(url for url in (_text(entry, "feedburner_origlink"), *links, _text(entry, "link")) if url),
        title=_text(entry, "title"),
        summary=next((text for text in (_text(entry, "summary"), *contents) if text.strip()), ""),
        stamps=tuple(stamp for name in ("published", "created", "updated") if (stamp := _text(entry, name))),
        source=str(source.get("title") or ""),
        source_url=str(source.get("href") or ""),
        lang=str(entry.get("language") or language),
    )


def _text(entry: Any, name: str) -> str:
    # Feedparser answers "updated" with "published" when asked by .get(); only what is there counts.
    value = entry.get(name) if name in entry else None
    return value if isinstance(value, str) else ""


def _refuse_traps(text: str) -> None:
    if len(text) > LARGEST_BYTES:
        raise SourceError(f"is malformed and larger than {LARGEST_BYTES // 2**20} MiB; it was not read")
    if sum(1 for _ in _LONG_TAG.finditer(text)) > MOST_LONG_TAGS or re.search(r"<[^<>]{16384}", text):
        raise SourceError("is malformed and full of elements with thousands of attributes; it was not read")
    depth, marks = 0, []
    for match in _TAGS.finditer(text):
        closing, name, alone = match[1], (match[2] or "").lower(), match[3]
        if not name or alone or name in _OPEN_ENDED:
            continue
        if not closing:
            depth += 1
            if name in _ENTRY:
                marks.append(depth)
            if depth > DEEPEST:
                raise SourceError(f"nests deeper than {DEEPEST} levels; no real feed does, so it was not read")
        elif name in _ENTRY and marks:
            depth = marks.pop() - 1  # what the entry left open ends with it
        else:
            depth = max(depth - 1, 0)
