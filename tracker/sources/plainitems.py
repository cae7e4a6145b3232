"""Plain items: entries made of nothing but the usual elements, once each, read in one pass.

Nine entries of ten are like that, and this costs a quarter of the way that knows every habit (``xmlfeeds``). What is
not plain is declined with None; a test holds that both ways say the same.
"""

from __future__ import annotations

from collections.abc import Mapping

from tracker.sources.drafts import Draft, absolute
from tracker.sources.trees import Node

_DC, _CONTENT = "{http://purl.org/dc/elements/1.1/}", "{http://purl.org/rss/1.0/modules/content/}"
_MEDIA, _SLASH = "{http://search.yahoo.com/mrss/}", "{http://purl.org/rss/1.0/modules/slash/}"
_ATOM = "{http://www.w3.org/2005/Atom}"

_IGNORED = "ignored"
_RSS: dict[object, str] = {
    "title": "title", "link": "link", "guid": "guid", "pubDate": "stamp", "description": "summary",
    f"{_CONTENT}encoded": "content", "source": "source",
    **dict.fromkeys(
        ("category", "author", "comments", "enclosure", f"{_DC}creator", f"{_SLASH}comments", f"{_MEDIA}content",
         f"{_MEDIA}thumbnail", f"{_MEDIA}credit", "{http://wellformedweb.org/CommentAPI/}commentRss"), _IGNORED),
}  # fmt: skip
_ENTRY: dict[object, str] = {
    f"{_ATOM}title": "title", f"{_ATOM}link": "link", f"{_ATOM}id": "guid", f"{_ATOM}published": "published",
    f"{_ATOM}updated": "updated", f"{_ATOM}summary": "summary", f"{_ATOM}content": "content",
    **dict.fromkeys((f"{_ATOM}{name}" for name in ("author", "category", "contributor", "rights")), _IGNORED),
}  # fmt: skip
_TEXT_TYPES = frozenset({"text", "html"})


def plain_item(item: Node, base: str, language: str) -> Draft | None:
    """An RSS item whose title and body are there; None where it is not a plain one."""
    if item.attrib or item.tag != "item":
        return None
    told: dict[str, str] = {}
    permanent, source_url = "", ""
    for child in item:
        slot = _RSS.get(child.tag)
        if slot is None or slot in told:
            return None
        if slot is _IGNORED:
            continue
        if len(child):
            return None
        if child.attrib:
            if slot == "guid":
                if len(child.attrib) > 1 or not (permanent := child.get("isPermaLink", "")):
                    return None
            elif slot == "source":
                source_url = child.get("url", "")
            else:
                return None
        told[slot] = (child.text or "").strip()
    summary = told.get("summary") or told.get("content")
    title, guid, link = told.get("title"), told.get("guid", ""), told.get("link", "")
    if not (title and summary):
        return None
    urls = [absolute(base, link)] if link else []
    if guid and (permanent.strip().lower() == "true" if permanent else "://" in guid):
        urls.append(absolute(base, guid))
    stamp = told.get("stamp")
    return Draft(
        guid,
        tuple(urls),
        title,
        summary,
        (stamp,) if stamp else (),
        told.get("source", ""),
        source_url.strip(),
        language,
    )


def plain_entry(entry: Node, base: str, own_base: str, language: str) -> Draft | None:
    """An Atom entry with a title, a body and one link to a page; None where it is not a plain one.

    ``own_base`` is what the document itself says of its address: only that may complete an id.
    """
    if entry.attrib:
        return None
    told: dict[str, str] = {}
    for child in entry:
        slot = _ENTRY.get(child.tag)
        if slot is None or slot in told:
            return None
        if slot is _IGNORED:
            continue
        if len(child):
            return None
        given = child.attrib
        if slot == "link":
            href = given.get("href", "").strip()
            if (child.text and not child.text.isspace()) or not href or not _leads_to_page(given):
                return None
            told[slot] = href
            continue
        if given and (len(given) > 1 or given.get("type") not in _TEXT_TYPES):
            return None
        told[slot] = (child.text or "").strip()
    summary, title, guid = told.get("summary") or told.get("content"), told.get("title"), told.get("guid", "")
    if not (title and summary and "link" in told):
        return None
    guid = absolute(own_base, guid)
    link = absolute(base, told["link"])
    stamps = tuple([told[name] for name in ("published", "updated") if told.get(name)])
    return Draft(guid, (link, guid) if "://" in guid else (link,), title, summary, stamps, "", "", language)


_LINK_SAYS = frozenset({"rel", "href", "type", "title", "hreflang"})


def _leads_to_page(given: Mapping[str, str]) -> bool:
    return _LINK_SAYS.issuperset(given) and given.get("rel", "alternate") == "alternate"
