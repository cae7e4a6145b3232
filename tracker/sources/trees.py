"""Trees: a document's text as elements, with the damage mended that publishers do every day. The room of lxml.

A mended document means what its publisher meant, entry by entry; what cannot be mended safely is declined, and
the slow reader gets it.
"""

from __future__ import annotations

import html
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from functools import lru_cache
from html.entities import html5
from typing import Any

from lxml import etree

Node = Any
"""An element: ``tag`` ("{space}name"), ``text``, ``tail``, ``get(attribute)``, and its children when iterated."""

ENTRIES = frozenset({"item", "entry"})

MOST_GROWTH = 2**20
"""Signs that a document's own entities may add to it. Real ones name a few accents; a bomb is declined."""

NAMES_KEPT = 512
"""Names that are worked out once. Few, because a hostile one may have 50,000 signs (libxml2's limit)."""

_LONG_SPACE = re.compile(r"xmlns(?::[\w.-]{1,99})?\s*=\s*(?:\"[^\"]{2000}|'[^']{2000})")
"""The space stands in every element's name: a megabyte of it among thousands of elements would be a trap."""

_LONGEST_SPACES = 20_000
"""Bytes of one tag from its first namespace on; a tag that is longer is left to the readers that look closer."""

_SAMPLE, _SELDOM = 32 * 1024, 400
"""Escaped brackets are many where the beginning has one in so many bytes."""

_HARMLESS = frozenset(
    {"ERR_TAG_NOT_FINISHED", "NS_ERR_UNDEFINED_NAMESPACE", "NS_ERR_XML_NAMESPACE", "NS_ERR_EMPTY",
     "ERR_HYPHEN_IN_COMMENT", "ERR_ATTRIBUTE_REDEFINED", "ERR_DOCUMENT_END", "WAR_NS_URI", "WAR_NS_URI_RELATIVE",
     "WAR_UNDECLARED_ENTITY"}
)  # fmt: skip
"""Damage behind which every entry still stands where it stood: an end that is cut off or has something behind it,
a prefix that nobody declared, an attribute given twice."""

_CDATA = re.compile(r"(<!\[CDATA\[.*?\]\]>|<!--.*?-->)", re.DOTALL)
_REFERENCE = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9A-Fa-f]{1,6});)(?:([A-Za-z][A-Za-z0-9]{1,30});?)?")
_BARE_BRACKET = re.compile(r"<(?![A-Za-z_/!?])|<(?=/[^A-Za-z_])")
_NUMBER = re.compile(r"&#(?:(\d{1,7})|x([0-9A-Fa-f]{1,6}));")
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_DOCTYPE = re.compile(r"<!DOCTYPE\b[^<>\[]*(?:>|\[)", re.IGNORECASE)
_PLAIN_ENTITY = re.compile(r"<!ENTITY\s+([\w.-]{1,40})\s+(?:\"([^\"<%]{0,500})\"|'([^'<%]{0,500})')\s*>")
_FIRST_TAG = re.compile(r"<[A-Za-z_]")
_FIRST_TAG_OF = re.compile(rb"<[A-Za-z_]")
_WORDY = re.compile(
    r"<((?:\w+:)?(?:title|description|summary|encoded|content|subtitle|tagline|body|fullitem|abstract))(?=[\s>])[^<>]*>",
    re.IGNORECASE,
)
_BASIC = {"amp": "&amp;", "lt": "&lt;", "gt": "&gt;", "quot": "&quot;", "apos": "&apos;"}


def tree(text: str) -> Node | None:
    """The first element of a document; None where it is no XML, nor becomes any by mending.

    No entity of the document's own is ever read from elsewhere, and none of them may hold another.
    """
    start = _FIRST_TAG.search(text)
    if start is None or _has_long_space(text):
        return None
    if "<!" in text[: start.start() + 2]:
        plain = _without_doctype(text)
        if plain is None:
            return None
        text = plain
    elif not text.startswith("<"):
        text = text[start.start() :]
    root, broken = _parsed(text)
    if root is None and broken:
        text = mended(text)
        root, broken = _parsed(text)
        if root is None and broken and (closed := _enclosed(text)):
            root, _ = _parsed(closed)
    return root


def clean_tree(data: bytes) -> Node | None:
    """The first element of a UTF-8 document that needs no mending; None for any other.

    Python's own tree is as quick to make as lxml's and quicker to walk, except where the texts are full of escaped
    brackets: each costs it a call.
    """
    start = _FIRST_TAG_OF.search(data)
    if start is None or b"<!" in data[: start.start()] or _has_long_space_in(data):
        return None
    try:
        if data.count(b"&lt;", 0, _SAMPLE) * _SELDOM > min(len(data), _SAMPLE):
            return etree.fromstring(data, _parser(recover=False))
        return ET.fromstring(data, ET.XMLParser(encoding="utf-8"))  # noqa: S314  # no document type gets here
    except (ET.ParseError, etree.XMLSyntaxError, ValueError):
        return None


@lru_cache(maxsize=NAMES_KEPT)
def local(tag: object) -> str:
    """An element's name without its space or prefix, in lower case; empty for what is no element."""
    return tag.rsplit("}", 1)[-1].rsplit(":", 1)[-1].lower() if isinstance(tag, str) else ""


@lru_cache(maxsize=NAMES_KEPT)
def space(tag: str) -> str:
    """The namespace of an element's tag; empty for none."""
    return tag[1:].split("}", 1)[0] if tag.startswith("{") else ""


def _has_long_space_in(data: bytes) -> bool:
    # A long one is longer than all real ones together, so a look at documents with far-apart quotes is enough.
    at = data.find(b"xmlns")
    while at >= 0:
        end = data.find(b">", at, at + _LONGEST_SPACES)
        if end < 0:
            return True
        at = data.find(b"xmlns", end)
    return False


def _has_long_space(text: str) -> bool:
    at = text.find("xmlns")
    while at >= 0:
        if _LONG_SPACE.match(text, at):
            return True
        at = text.find("xmlns", at + 5)
    return False


def _parsed(text: str) -> tuple[Node | None, bool]:
    """The root, and whether another look at a mended text could help."""
    parser = _parser(recover=True)
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None, True
    troubles = {error.type_name for error in parser.error_log}
    if not troubles or (troubles <= _HARMLESS and root is not None and not _entwined(root)):
        return root, False
    return None, "ERR_RESOURCE_LIMIT" not in troubles


def _parser(recover: bool) -> Any:
    return etree.XMLParser(
        encoding="utf-8",  # the text is decoded already, whatever its first line says
        recover=recover, resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False,
        huge_tree=False, remove_comments=True, remove_pis=True, collect_ids=False,
    )  # fmt: skip


def _entwined(root: Node) -> bool:
    """Whether an entry stands inside another, as it does where one has no end."""
    return any(local(node.getparent().tag) in ENTRIES for node in root.iter("{*}item", "{*}entry") if node is not root)


def mended(text: str) -> str:
    """The document with HTML's entities, bare ampersands and bare brackets written as XML wants them outside of
    CDATA, without the signs that XML forbids, and with an end where it was cut inside a tag or a CDATA section."""
    if "<!ENTITY" in text:
        return text  # the document may have names of its own
    text = _whole(_NO_XML.sub("", text))
    parts = _CDATA.split(text)
    return "".join(part if index % 2 else _outside(part) for index, part in enumerate(parts))


def _outside(text: str) -> str:
    if "&" in text:
        text = _NUMBER.sub(_number, _REFERENCE.sub(_reference, text))
    if "]]>" in text:
        text = text.replace("]]>", "]]&gt;")
    return _BARE_BRACKET.sub("&lt;", text)


def _whole(text: str) -> str:
    """The text with a cut tag at its end taken away, a cut CDATA section closed."""
    if text.rfind("<![CDATA[") > text.rfind("]]>"):
        return text + "]]>"
    return text[: text.rfind("<")] if text.rfind("<") > text.rfind(">") else text


def _reference(match: re.Match[str]) -> str:
    name = match[1]
    sign = html5.get(f"{name};") if name and match[0].endswith(";") else html5.get(name or "")
    if name in _BASIC:
        return _BASIC[name]
    return html.escape(sign) if sign else "&amp;" + match[0][1:]


def _number(match: re.Match[str]) -> str:
    sign = html.unescape(match[0])  # "&#0;", "&#8;", "&#55296;" are no signs of XML; "&#150;" is Windows'
    return "" if _NO_XML.search(sign) else html.escape(sign)


def _without_doctype(text: str) -> str | None:
    """The text without its document type, the plain entities of that written out; None where it holds others."""
    match = _DOCTYPE.search(text)
    first = _FIRST_TAG.search(text)
    if match is None or first is None or first.start() < match.start():
        return text if "<!ENTITY" not in text else None
    if match[0].endswith(">"):
        return text[: match.start()] + text[match.end() :]
    end = re.compile(r"\]\s*>").search(text, match.end(), match.end() + 100_000)
    if end is None:
        return None
    subset = re.sub(r"<!--.*?-->", "", text[match.end() : end.start()], flags=re.DOTALL)
    named = {entity[1]: entity[2] or entity[3] or "" for entity in _PLAIN_ENTITY.finditer(subset)}
    rest = _PLAIN_ENTITY.sub("", subset)
    if "<!ENTITY" in rest or any("&" in re.sub(r"&#\w{1,7};", "", value) for value in named.values()):
        return None
    return _written_out(text[: match.start()] + text[end.end() :], named)


def _written_out(text: str, named: dict[str, str]) -> str | None:
    grown = sum(text.count(f"&{name};") * len(value) for name, value in named.items())
    if grown > MOST_GROWTH:
        return None
    for name, value in named.items():
        text = text.replace(f"&{name};", value)
    return text


def _enclosed(text: str) -> str | None:
    """The text with what stands in its wordy elements (titles, bodies) taken as plain signs, so that markup left
    open there harms nothing outside; None where one of them has no end."""
    return "".join(parts) if (parts := list(_pieces(text))) and parts[-1] is not None else None  # type: ignore[arg-type]


def _pieces(text: str) -> Iterator[str | None]:
    at = 0
    ends: dict[str, re.Pattern[str]] = {}
    while match := _WORDY.search(text, at):
        yield text[at : match.end()]
        at = match.end()
        if match[0].endswith("/>"):
            continue
        end = ends.setdefault(match[1], re.compile(rf"</{re.escape(match[1])}\s*>", re.IGNORECASE)).search(text, at)
        if end is None:
            yield None
            return
        inside = text[at : end.start()]
        marked = "<" in inside and not inside.lstrip().startswith("<![CDATA[")
        yield html.escape(inside, quote=False) if marked else inside
        yield f"</{match[1]}>"  # in the spelling of its beginning
        at = end.end()
    yield text[at:]
