"""Vocabularies: which name an element goes by, whatever space or prefix its publisher put it in."""

from __future__ import annotations

from functools import lru_cache

from tracker.sources.trees import NAMES_KEPT, local, space

XML = "{http://www.w3.org/XML/1998/namespace}"
RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
ATOM = frozenset({"http://www.w3.org/2005/atom", "http://purl.org/atom/ns#", "http://purl.org/atom/ns"})

_FAMILIES: dict[str, str] = {
    **dict.fromkeys(ATOM, "atom"),
    "http://purl.org/dc/elements/1.1": "dc",
    "http://purl.org/dc/elements/1.0": "dc",
    "http://purl.org/dc/terms": "dc",
    "http://purl.org/rss/1.0/modules/content": "content",
    "http://www.google.com/schemas/play-podcasts/1.0": "itunes",
    "http://www.w3.org/1999/xhtml": "xhtml",
}
_PREFIXES = {
    "atom": "atom", "atom03": "atom", "a10": "atom", "dc": "dc", "dcterms": "dc", "content": "content",
    "media": "media", "itunes": "itunes", "googleplay": "itunes", "xhtml": "xhtml", "news": "", "rss": "",
    "rdf": "", "feedburner": "", "sy": "",
}  # fmt: skip
"""What a prefix means that nobody declared: what everybody means by it."""


@lru_cache(maxsize=NAMES_KEPT)
def named(tag: object, own: str) -> str:
    """The name of an element among others of the space ``own``: bare for the format's own elements, with a family
    before a colon for others ("dc:date"), "other:…" for a vocabulary that means nothing here."""
    if not isinstance(tag, str):
        return "other:"
    where, name = space(tag), local(tag)
    if where == own and ":" not in tag[len(where) :]:
        return name
    if not where:
        family = _PREFIXES.get(tag.split(":", 1)[0].lower(), "other") if ":" in tag else ""
    else:
        family = _family(where.lower().rstrip("/"))
    return f"{family}:{name}" if family else name


def _family(key: str) -> str:
    if key in _FAMILIES:
        return _FAMILIES[key]
    if key.endswith("/mrss"):
        return "media"
    if key.endswith("podcast-1.0.dtd"):
        return "itunes"
    # RSS has gone by a dozen names of its own; its modules ("…/modules/link") are other vocabularies.
    familiar = "sitemap" in key or "feedburner" in key or ("rss" in key and "modules" not in key) or "netscape" in key
    return "" if familiar else "other"
