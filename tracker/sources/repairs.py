"""Repairs: a document's text made into XML again, entry by entry as its publisher meant it. Text in, text out."""

from __future__ import annotations

import html
import re
from collections import Counter
from html.entities import html5

from tracker.core.errors import SourceError
from tracker.sources.drafts import refuse_many

DEEPEST = 200
"""Levels of markup inside one entry. Real feeds stay below 40; nothing is gained by following a trap down."""

LARGEST_SIGNS = 4 * 1024 * 1024
"""Of a document whose tags are out of order. Real feeds that are broken are far smaller, and each of a trap's tags
costs a microsecond."""

MOST_TAGS = 250_000
"""Tags of such a document: each costs some eight microseconds."""

MOST_MARKS = 600_000, 1_500_000
"""Brackets and ampersands of any document: a feed of 15 MB full of escaped markup stays below; more is a trap that
would cost memory (brackets) or seconds (ampersands)."""

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


def refuse_dense(text: str) -> None:
    """Raises SourceError where a text is made of little but marks (``MOST_MARKS``)."""
    if len(text) > MOST_MARKS[0] and (text.count("<") > MOST_MARKS[0] or text.count("&") > MOST_MARKS[1]):
        raise SourceError("is made of little but tags and references; no real feed is, so it was not read")


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
    cut = text.rfind("<")
    return text[:cut] if cut > text.rfind(">") and not _BARE_BRACKET.match(text, cut) else text


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
    ``DEEPEST`` levels, holds more entries than ``MOST_ENTRIES`` or more tags than ``MOST_TAGS``, or is longer than
    ``LARGEST_SIGNS``.
    """
    if len(text) > LARGEST_SIGNS or text.count("<") > MOST_TAGS:
        raise SourceError(
            f"is malformed and larger than {LARGEST_SIGNS // 2**20} MiB or {MOST_TAGS} tags; it was not read"
        )
    draft = _Rewriting()
    at = 0
    for token in _TOKEN.finditer(_whole(text)):
        draft.text(text[at : token.start()])
        at = token.end()
        if name := token["name"]:
            draft.ended(name) if token["end"] else draft.begun(name, token["rest"])
        elif token["kept"]:
            draft.kept(token[0])
    draft.text(text[at:])
    draft.close(0)
    return "".join(draft.parts)


class _Rewriting:
    """The document as it is written anew, and the names of the elements that stand open."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.names: list[str] = []
        self.open: Counter[str] = Counter()
        self.entries = 0

    def text(self, between: str) -> None:
        if self.names and between:
            self.parts.append(between.replace("<", "&lt;") if "<" in between else between)

    def kept(self, section: str) -> None:
        if self.names:
            self.parts.append(section)

    def ended(self, name: str) -> None:
        key = name.lower()
        if self.open[key]:
            level = next((level for level in range(len(self.names) - 1, 0, -1) if self.names[level].lower() == key), 0)
            if level:  # the first element stays open: what stands behind its end belongs to it all the same
                self.close(level)

    def begun(self, name: str, rest: str) -> None:
        key, plain = name.lower(), _plain(name)
        if key in _UNENDED and self.names and self.names[-1].lower() == key:
            self.close(len(self.names) - 1)
        if plain in ENTRIES or plain in _BRIEF or plain in _LONG:
            self._end_what_has_none(plain)
        alone = bool(self.names) and (rest.endswith("/") or key in _VOID)
        self.parts.append(f"<{name}{_attributes(rest)}{'/' if alone else ''}>")
        if not alone:
            self.names.append(name)
            self.open[key] += 1
            if len(self.names) > DEEPEST:
                raise SourceError(f"nests deeper than {DEEPEST} levels; no real feed does, so it was not read")

    def _end_what_has_none(self, plain: str) -> None:
        if plain in ENTRIES:
            self.entries += 1
            refuse_many(self.entries)
        level = next((level for level in range(1, len(self.names)) if _plain(self.names[level]) in ENTRIES), 0)
        if level and plain in ENTRIES:
            self.close(level)
        elif level and len(self.names) > level + 1 and _plain(self.names[level + 1]) in _BRIEF:
            self.close(level + 1)

    def close(self, level: int) -> None:
        while len(self.names) > level:
            name = self.names.pop()
            self.open[name.lower()] -= 1
            self.parts.append(f"</{name}>")


def _plain(name: str) -> str:
    return name.rsplit(":", 1)[-1].lower()


def _attributes(rest: str) -> str:
    if "=" not in rest:
        return ""
    found: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(rest):
        found.setdefault(match[1], match[2] if match[2][0] in "\"'" else f'"{match[2].rstrip("/")}"')
        if len(found) >= MOST_ATTRIBUTES:
            break
    return "".join(f" {name}={value}" for name, value in found.items())
