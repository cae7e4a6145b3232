"""Documents in JSON: JSON Feed 1.0 and 1.1, and the article list of GDELT's query interface."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tracker.core.errors import SourceError
from tracker.sources.drafts import Draft, Drafts, absolute, refuse_many

MOST_OBJECTS = 600_000
"""Opening brackets of a document; each may cost a hundred bytes of memory."""


def read_json(text: str, base_url: str) -> Drafts:
    """The entries in document order; raises SourceError when it is not JSON or no feed."""
    if text.count("{") + text.count("[") > MOST_OBJECTS:
        raise SourceError("is made of little but brackets; no real feed is, so it was not read")
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as trouble:
        raise SourceError("begins like JSON and cannot be read as JSON; fetch it again") from trouble
    if isinstance(document, dict):
        if isinstance(document.get("items"), list):
            refuse_many(len(document["items"]))
            return Drafts(tuple(_feed(document, base_url)))
        if isinstance(document.get("articles"), list):
            refuse_many(len(document["articles"]))
            return Drafts(tuple(_articles(document["articles"])))
        if str(document.get("version", "")).startswith("https://jsonfeed.org/"):
            return Drafts()
    raise SourceError("is JSON but no feed: it has no list of items")


def _feed(document: Mapping[str, Any], base_url: str) -> Iterator[Draft]:
    base = base_url or _text(document, "feed_url", "home_page_url")
    language = _text(document, "language")
    for item in document["items"]:
        if isinstance(item, dict):
            links = (_text(item, "url"), _text(item, "external_url"), _text(item, "link"))
            guid = _text(item, "id", "guid")
            yield Draft(
                guid=guid,
                urls=tuple(absolute(base, link) for link in (*links, guid if "://" in guid else "") if link),
                title=_text(item, "title"),
                summary=_text(item, "summary", "description", "content_html", "content_text"),
                stamps=tuple(
                    stamp for name in ("date_published", "pubDate", "date_modified") if (stamp := _text(item, name))
                ),
                lang=_text(item, "language") or language,
            )


def _articles(articles: list[Any]) -> Iterator[Draft]:
    for article in articles:
        if isinstance(article, dict):
            yield Draft(
                urls=(_text(article, "url"),),
                title=_text(article, "title"),
                stamps=(_text(article, "seendate"),),
                source=_text(article, "domain"),
            )


def _text(mapping: Mapping[str, Any], *names: str) -> str:
    """The first of these members that is text or a number and not empty."""
    for name in names:
        value = mapping.get(name)
        if isinstance(value, (str, int, float)) and not isinstance(value, bool) and str(value).strip():
            return str(value)
    return ""
