"""RSS, RDF, Atom, CDF and news sitemaps, read from their tree.

This is the quick way (some 30 times quicker than feedparser, which gets what this one declines).
"""

from __future__ import annotations

import base64
import html
from collections.abc import Iterable, Iterator

from tracker.core.errors import SourceError
from tracker.sources.drafts import Draft, Drafts, absolute, told_update_s
from tracker.sources.trees import ENTRIES, Node, local, space, tree
from tracker.sources.vocabularies import ATOM, RDF, XML, named

DEEPEST = 200
"""Levels of markup inside one entry. Real feeds stay below 40; nothing is gained by following a trap down."""

_XML_BASE, _XML_LANG, _ABOUT = f"{XML}base", f"{XML}lang", f"{RDF}about"

Children = dict[str, list[Node]]


def read_xml(text: str, base_url: str) -> Drafts | None:
    """What a feed holds; None when this is not a feed this reader understands.

    Raises SourceError when an entry nests deeper than ``DEEPEST`` levels.
    """
    root = tree(text)
    if root is None:
        return None
    kind = local(root.tag)
    if kind in ("rss", "rdf", "channel"):
        return Drafts(tuple(_rss(root, base_url)), _rhythm(root))
    if kind == "feed":
        return Drafts(tuple(_atom(root, base_url)), _rhythm(root))
    if kind == "urlset":
        return Drafts(tuple(_sitemap(root)))
    return None


def _rhythm(root: Node) -> int | None:
    """How often the feed says that it changes, in seconds."""
    channel = next((child for child in root if local(child.tag) == "channel"), root)
    told = {local(child.tag): child.text or "" for child in channel if local(child.tag) not in ENTRIES}
    return told_update_s(told.get("ttl", ""), told.get("updateperiod", ""), told.get("updatefrequency", ""))


def _entries(holders: Iterable[Node], root: Node) -> list[tuple[Node, Node]]:
    """Each entry behind its holder: those that stand where the format wants them, else those that stand anywhere."""
    found: list[tuple[Node, Node]]
    found = [(holder, child) for holder in holders for child in holder if local(child.tag) in ENTRIES]
    return found or [(node.getparent(), node) for node in root.iter() if local(node.tag) in ENTRIES and node is not root]


def _rss(root: Node, base_url: str) -> Iterator[Draft]:
    channels = [child for child in root if local(child.tag) == "channel"]
    about = _children(channels[0] if channels else root, skipping=ENTRIES)
    base = _base(root, base_url or _first(_texts(about, "link")) or root.get("href", ""))
    language = _first(_texts(about, "language", "dc:language")) or root.get(_XML_LANG, "")
    for holder, item in _entries([*channels, root], root):
        yield _rss_item(item, _base(holder, base) if holder is not root else base, language)


def _rss_item(item: Node, base: str, language: str) -> Draft:
    inside = _children(item)
    base = _base(item, base)
    about = item.get(_ABOUT, "")
    guids = inside.get("guid", ())
    guid = _first(map(_inner, guids)) or about or _first(_texts(inside, "atom:id", "id", "dc:identifier"))
    permanent = guids[0].get("isPermaLink", "true" if "://" in guid else "false") if guids else "false"
    sources = inside.get("source", ())
    return Draft(
        guid=guid,
        urls=tuple(_item_links(item, inside, base, guid if about or permanent.strip().lower() == "true" else "")),
        title=_first(_texts(inside, "title", "dc:title", "atom:title", "media:title", "itunes:title"))
        or _first(_grouped(inside, "media:title")),
        summary=_item_summary(inside),
        stamps=tuple(_texts(inside, "pubdate", "atom:published", "dc:date", "dc:issued", "dc:created", "published",
                            "date", "atom:updated", "dc:modified", "updated", "lastbuilddate"))
        or tuple(filter(None, (item.get("lastmod", ""),))),
        source=_first(_inner(node) for node in sources),
        source_url=_first(node.get("url", "") for node in sources),
        lang=item.get(_XML_LANG) or _first(_texts(inside, "dc:language")) or language,
    )  # fmt: skip


def _item_links(item: Node, inside: Children, base: str, guid: str) -> Iterator[str]:
    """Absolute addresses, the best first. ``guid`` is the entry's id where that is an address too."""
    for link in _texts(inside, "origlink"):
        yield absolute(base, link)
    # Of several links the last holds, as in other readers.
    for node in reversed(inside.get("link", ())):
        if link := _inner(node).strip() or node.get("href", "").strip():
            yield absolute(_base(node, base), link)
    for node in inside.get("atom:link", ()):
        for link in _alternates((node,)):
            yield absolute(_base(node, base), link)
    for link in (guid, item.get("href", "")):
        if link.strip():
            yield absolute(base, link)


_SUMMARIES = (
    "dc:description", "atom:summary", "content:encoded", "encoded", "atom:content", "body", "xhtml:body", "fullitem",
    "content", "itunes:summary", "abstract", "media:description", "itunes:description", "itunes:subtitle",
)  # fmt: skip


def _item_summary(inside: Children) -> str:
    # The one that stands first is the summary where a publisher gives both.
    own = [name for name in inside if name in ("description", "summary")]
    return _first(_texts(inside, *own, *_SUMMARIES)) or _first(_grouped(inside, "media:description"))


def _grouped(inside: Children, name: str) -> Iterator[str]:
    """The texts of that name one level down, in a media group or beside a media file."""
    for holder in (*inside.get("media:group", ()), *inside.get("media:content", ())):
        yield from _texts(_children(holder, own=""), name)


def _atom(root: Node, base_url: str) -> Iterator[Draft]:
    about = _children(root, skipping=ENTRIES)
    home = _first(node.get("href", "") for node in about.get("link", ()) if node.get("rel") == "self")
    home = home or _first(_alternates(about.get("link", ())))
    base = _base(root, base_url or home)
    own_base, language = _base(root, ""), root.get(_XML_LANG, "")
    for holder, entry in _entries([root], root):
        inner, own = (base, own_base) if holder is root else (_base(holder, base), _base(holder, own_base))
        yield _atom_entry(entry, _base(entry, inner), _base(entry, own), language)


def _atom_entry(entry: Node, base: str, own_base: str, language: str) -> Draft:
    """``own_base`` is what the document itself says of its address: only that may complete an id."""
    inside = _children(entry)
    source = _children(inside["source"][0]) if inside.get("source") else {}
    return Draft(
        guid=absolute(own_base, _first(_texts(inside, "id", "guid"))),
        urls=tuple(_entry_links(inside, base)),
        title=_first(_texts(inside, "title", "dc:title", "media:title")) or _first(_grouped(inside, "media:title")),
        summary=_first(
            _texts(inside, "summary", "content", "tagline", "description", "dc:description", "content:encoded",
                   "media:description", "itunes:summary")
        ) or _first(_grouped(inside, "media:description")),
        stamps=tuple(
            _texts(inside, "published", "issued", "dc:date", "created", "dc:issued", "pubdate", "updated", "modified",
                   "dc:modified")
        ),
        source=_first(_texts(source, "title")),
        source_url=_first((*_alternates(source.get("link", ())), *_texts(source, "id"))),
        lang=entry.get(_XML_LANG) or language,
    )  # fmt: skip


def _entry_links(inside: Children, base: str) -> Iterator[str]:
    """Absolute addresses, the best first: what the text is at, else what its content is read from."""
    for link in _texts(inside, "origlink"):
        yield absolute(base, link)
    for node in inside.get("link", ()):
        for link in _alternates((node,)):
            yield absolute(_base(node, base), link)
    for node in inside.get("content", ()):
        if source := node.get("src", ""):
            yield absolute(_base(node, base), source)


def _sitemap(root: Node) -> Iterator[Draft]:
    """The entries of a news sitemap; addresses without news tags are no news."""
    for address in root:
        inside = _children(address)
        for news in inside.get("news", ()):
            told = _children(news)
            publication = _children(told["publication"][0]) if told.get("publication") else {}
            yield Draft(
                urls=tuple(_texts(inside, "loc")),
                title=_first(_texts(told, "title")),
                stamps=tuple(_texts(told, "publication_date")),
                source=_first(_texts(publication, "name")),
                lang=_first(_texts(publication, "language")),
            )


def _children(node: Node, skipping: frozenset[str] = frozenset(), own: str | None = None) -> Children:
    """The children by name: bare for the format's own elements, with a family before a colon for others."""
    if own is None:
        own = space(node.tag)
    found: Children = {}
    for child in node:
        name = named(child.tag, own)
        if name in skipping:
            continue
        if name in found:
            found[name].append(child)
        else:
            found[name] = [child]
    return found


def _texts(inside: Children, *names: str) -> Iterator[str]:
    """The non-empty texts of these elements, in the order of the names."""
    for name in names:
        for node in inside.get(name, ()):
            text = _inner(node)
            if text and not text.isspace():
                yield text


def _alternates(links: Iterable[Node]) -> Iterator[str]:
    """The addresses of links that lead to the text itself."""
    for link in links:
        href = link.get("href", "")
        if href.strip() and (link.get("rel") or "alternate").strip().lower() in _LEADING:
            yield href


_LEADING = frozenset({"alternate", "http://www.iana.org/assignments/relation/alternate"})


def _first(texts: Iterable[str]) -> str:
    return next((text for text in texts if text and not text.isspace()), "").strip()


def _inner(node: Node, depth: int = 0) -> str:
    """What stands inside an element, as markup where it holds elements."""
    if depth > DEEPEST:
        raise SourceError(f"an entry nests deeper than {DEEPEST} levels; no real feed does, so it was not read")
    if not len(node):
        return _unpacked(node) if node.attrib else node.text or ""
    parts = [html.escape(node.text or "", quote=False)]
    for child in node:
        name = local(child.tag)
        inside = _inner(child, depth + 1)
        parts.append(f"<{name}>{inside if len(child) else html.escape(inside, quote=False)}</{name}>")
        parts.append(html.escape(child.tail or "", quote=False))
    return "".join(parts)


def _unpacked(node: Node) -> str:
    """The text of an element, decoded where Atom says that it is base64."""
    text, kind = node.text or "", node.get("type", "").lower()
    binary = "/" in kind and not kind.startswith("text/") and "xml" not in kind and "html" not in kind
    if node.get("mode") == "base64" or (binary and space(node.tag).lower().rstrip("/") in ATOM):
        try:
            return base64.b64decode(text, validate=False).decode()
        except ValueError:
            return text
    return text


def _base(node: Node, base: str) -> str:
    told = node.get(_XML_BASE)
    return absolute(base, told) if told else base
