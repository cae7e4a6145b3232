"""Repairs: a document's text made into XML again, entry by entry as its publisher meant it. Text in, text out."""

from __future__ import annotations

import html
import re
from html.entities import html5

from tracker.core.errors import SourceError

DEEPEST = 200
"""Levels of markup inside one entry. Real feeds stay below 40; nothing is gained by following a trap down."""

LARGEST_SIGNS = 4 * 1024 * 1024
"""Of a document whose tags are out of order. Real feeds that are broken are far smaller, and each of a trap's tags
costs a microsecond."""

MOST_ATTRIBUTES = 64
ENTRIES = frozenset({"item", "entry"})

_CDATA = re.compile(r"(<!\[CDATA\[.*?\]\]>|<!--.*?-->)", re.DOTALL)
_REFERENCE = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9A-Fa-f]{1,6});)(?:([A-Za-z][A-Za-z0-9]{1,30});?)?")
_BARE_BRACKET = re.compile(r"<(?![A-Za-z_/!?])|<(?=/[^A-Za-z_])")
_NUMBER = re.compile(r"&#(?:(\d{1,7})|x([0-9A-Fa-f]{1,6}));")
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_BASIC = {"amp": "&amp;", "lt": "&lt;", "gt": "&gt;", "quot": "&quot;", "apos": "&apos;"}

_TOKEN = re.compile(
    r"(?P<kept><!\[CDATA\[.*?\]\]>)|<!--.*?-->|<\?.*?\?>|<![A-Za-z][^<>]*+>"
    r"|<(?P<end>/?)(?P<name>[A-Za-z_][\w:.-]*+)(?P<rest>(?:[^<>\"']++|\"[^\"<]*+\"|'[^'<]*+')*+|[^<>]*+)>",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(r"([A-Za-z_:][\w:.-]*+)\s*+=\s*+(\"[^\"<>]*+\"|'[^'<>]*+'|[^\s\"'<>=]++)")
_BRIEF = frozenset({"title", "link", "guid", "id", "pubdate", "published", "updated", "date", "category", "comments",
                    "creator", "enclosure"})  # fmt: skip
_LONG = frozenset({"description", "summary", "content", "encoded", "author", "source"})
"""What an entry is made of. One of these that begins inside a brief one shows that the brief one has no end."""


_VOID = frozenset({"br", "hr", "img", "input", "col", "embed", "param", "wbr", "area"})
"""HTML's elements that have no end."""
_UNENDED = frozenset({"p", "li", "dt", "dd", "tr", "td", "th", "option"})
"""HTML's elements whose end may be left out: one ends before the next of its name."""


def mended(text: str) -> str:
    """The document with HTML's entities, bare ampersands and bare brackets written as XML wants them outside of
    CDATA, without the signs that XML forbids, and with an end where it was cut inside a tag or a CDATA section."""
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
    for opening, closing in (("<![CDATA[", "]]>"), ("<!--", "-->"), ("<?", "?>")):
        if text.rfind(opening) > text.rfind(closing):
            return text + closing
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


def balanced(text: str) -> str:
    """A mended document with every element ended that was begun, and begun that is ended.

    An end that belongs to nothing is dropped; what is left open ends with what it stands in, an entry before the
    next one begins, the first element at the end of the text. Raises SourceError for what nests deeper than
    ``DEEPEST`` levels, or is longer than ``LARGEST_SIGNS``.
    """
    if len(text) > LARGEST_SIGNS:
        raise SourceError(f"is malformed and larger than {LARGEST_SIGNS // 2**20} MiB; it was not read")
    parts: list[str] = []
    names: list[str] = []
    at = 0
    for token in _TOKEN.finditer(_whole(text)):
        between = text[at : token.start()]
        at = token.end()
        if names:
            parts.append(between.replace("<", "&lt;") if "<" in between else between)
        if name := token["name"]:
            _take(name, token, names, parts)
        elif names and token["kept"]:
            parts.append(token[0])
    parts.append(text[at:].replace("<", "&lt;") if names else "")
    _close(names, 0, parts)
    return "".join(parts)


def _take(name: str, token: re.Match[str], names: list[str], parts: list[str]) -> None:
    key = name.lower()
    if token["end"]:
        # Names are few levels deep, and most ends are those of the innermost.
        level = next((level for level in range(len(names) - 1, 0, -1) if names[level].lower() == key), 0)
        if level:
            _close(names, level, parts)
        return
    if key in _UNENDED and names and names[-1].lower() == key:
        _close(names, len(names) - 1, parts)
    plain = _plain(name)
    if plain in ENTRIES or plain in _BRIEF or plain in _LONG:
        level = next((level for level in range(1, len(names)) if _plain(names[level]) in ENTRIES), 0)
        if level and plain in ENTRIES:
            _close(names, level, parts)
        elif level and len(names) > level + 1 and _plain(names[level + 1]) in _BRIEF:
            _close(names, level + 1, parts)
    rest = token["rest"]
    alone = bool(names) and (rest.endswith("/") or key in _VOID)
    parts.append(f"<{name}{_attributes(rest)}{'/' if alone else ''}>")
    if not alone:
        names.append(name)
        if len(names) > DEEPEST:
            raise SourceError(f"nests deeper than {DEEPEST} levels; no real feed does, so it was not read")


def _plain(name: str) -> str:
    return name.rsplit(":", 1)[-1].lower()


def _close(names: list[str], level: int, parts: list[str]) -> None:
    while len(names) > level:
        parts.append(f"</{names.pop()}>")


def _attributes(rest: str) -> str:
    if "=" not in rest:
        return ""
    found: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(rest):
        found.setdefault(match[1], match[2] if match[2][0] in "\"'" else f'"{match[2].rstrip("/")}"')
        if len(found) >= MOST_ATTRIBUTES:
            break
    return "".join(f" {name}={value}" for name, value in found.items())
