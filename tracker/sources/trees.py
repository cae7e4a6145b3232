"""Trees: a document's text as elements, with the damage mended that publishers do every day. The room of lxml.

A mended document means what its publisher meant, entry by entry; what cannot be mended safely is declined, and
the slow reader gets it.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from functools import lru_cache
from typing import Any

from lxml import etree

from tracker.core.errors import SourceError
from tracker.sources.repairs import ENTRIES, balanced, mended

Node = Any
"""An element: ``tag`` ("{space}name"), ``text``, ``tail``, ``get(attribute)``, and its children when iterated."""

MOST_GROWTH = 2**20
"""Signs that a document's own entities may add to it. Real ones name a few accents; a bomb is declined."""

NAMES_KEPT = 2048
"""Names that are worked out once."""

LONGEST_NAME = 2000
"""Signs of an element's name with its space. A megabyte of it among thousands of elements would be a trap: the name
is made anew for each of them."""

_LONGEST_SPACES = 20_000
"""Bytes of one tag from its first namespace on; a tag that is longer is left to the readers that look closer."""

_SAMPLE, _SELDOM = 32 * 1024, 400
"""Escaped brackets are many where the beginning has one in so many bytes."""

_HARMLESS = frozenset(
    {"ERR_TAG_NOT_FINISHED", "ERR_HYPHEN_IN_COMMENT", "ERR_ATTRIBUTE_REDEFINED", "ERR_DOCUMENT_END",
     "NS_ERR_UNDEFINED_NAMESPACE", "NS_ERR_XML_NAMESPACE", "NS_ERR_EMPTY", "WAR_NS_URI", "WAR_NS_URI_RELATIVE"}
)  # fmt: skip
"""Damage behind which every entry still stands where it stood: an end that is cut off or has something behind it,
a prefix that nobody declared, an attribute given twice."""

_DOCTYPE = re.compile(r"<!DOCTYPE\b[^<>\[]*(?:>|\[)", re.IGNORECASE)
_PLAIN_ENTITY = re.compile(r"<!ENTITY\s+([\w.-]{1,40})\s+(?:\"([^\"<%]{0,500})\"|'([^'<%]{0,500})')\s*>")
_LONGEST_SUBSET = 20_000
_SUBSET_END = re.compile(r"\]\s*>")
_SIGN = re.compile(r"&#\w{1,7};")
_OWN = frozenset({"amp", "lt", "gt", "quot", "apos"})
_FIRST_TAG = re.compile(r"<[A-Za-z_]")
_FIRST_TAG_OF = re.compile(rb"<[A-Za-z_]")


def tree(text: str) -> Node | None:
    """The first element of a document; None where it is no XML, nor becomes any by mending.

    No entity of the document's own is ever read from elsewhere, and none of them may hold another.
    """
    start = _FIRST_TAG.search(text)
    if start is None:
        return None
    if "<!" in text[: start.start() + 2]:
        text = _without_doctype(text)
    elif not text.startswith("<"):
        text = text[start.start() :]
    root = _parsed(text)
    if root is None:
        text = mended(text)
        root = _parsed(text)
    return _parsed(balanced(text)) if root is None else root


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
    """An element's name without its space or prefix, in lower case; empty for what is no element.

    Raises SourceError for a name longer than ``LONGEST_NAME``.
    """
    return _bounded(tag).rsplit("}", 1)[-1].rsplit(":", 1)[-1].lower() if isinstance(tag, str) else ""


@lru_cache(maxsize=NAMES_KEPT)
def space(tag: str) -> str:
    """The namespace of an element's tag; empty for none. Raises SourceError as ``local`` does."""
    return tag[1:].split("}", 1)[0] if _bounded(tag).startswith("{") else ""


def _has_long_space_in(data: bytes) -> bool:
    # A long one is longer than all real ones together, so a look at documents with far-apart quotes is enough.
    at = data.find(b"xmlns")
    while at >= 0:
        end = data.find(b">", at, at + _LONGEST_SPACES)
        if end < 0:
            return True
        at = data.find(b"xmlns", end)
    return False


def _bounded(tag: str) -> str:
    if len(tag) > LONGEST_NAME:
        raise SourceError(f"has an element whose name is longer than {LONGEST_NAME} signs; it was not read")
    return tag


def _parsed(text: str) -> Node | None:
    """The root; None where the damage is such that entries or texts could be lost by reading on."""
    parser = _parser(recover=True)
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    troubles = {error.type_name for error in parser.error_log}
    if not troubles or (troubles <= _HARMLESS and root is not None and not _entwined(root)):
        return root
    return None


def _parser(recover: bool) -> Any:
    return etree.XMLParser(
        encoding="utf-8",  # the text is decoded already, whatever its first line says
        recover=recover, resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False,
        huge_tree=False, remove_comments=True, remove_pis=True, collect_ids=False,
    )  # fmt: skip


def _entwined(root: Node) -> bool:
    """Whether an entry stands inside another, as it does where one has no end."""
    return any(local(node.getparent().tag) in ENTRIES for node in root.iter("{*}item", "{*}entry") if node is not root)


def _without_doctype(text: str) -> str:
    """The text without its document type, the plain entities of that written out; others stay as they stand."""
    match = _DOCTYPE.search(text)
    if match is None:
        return text
    if match[0].endswith(">"):
        return text[: match.start()] + text[match.end() :]
    end = _SUBSET_END.search(text, match.end(), match.end() + _LONGEST_SUBSET)
    behind = end or _FIRST_TAG.search(text, match.end())
    if behind is None:
        return ""
    subset = text[match.end() : behind.start()][:_LONGEST_SUBSET]
    named = {entity[1]: entity[2] or entity[3] or "" for entity in _PLAIN_ENTITY.finditer(subset)}
    named = {name: value for name, value in named.items() if "&" not in _SIGN.sub("", value) and name not in _OWN}
    return _written_out(text[: match.start()] + text[end.end() if end else behind.start() :], named)


def _written_out(text: str, named: dict[str, str]) -> str:
    grown = sum(text.count(f"&{name};") * len(value) for name, value in named.items())
    if grown > MOST_GROWTH:
        return text
    for name, value in named.items():
        text = text.replace(f"&{name};", value)
    return text
