"""Plain text out of what feeds call text: no markup, no scripts, no control signs, entities decoded."""

from __future__ import annotations

import html
import re
from functools import lru_cache

from selectolax.lexbor import LexborHTMLParser

LONGEST_TEXT = 65_536
"""Signs of markup that are read of one title or summary: enough for an article, little for a trap (misnested
formatting costs a browser's parser quadratic time)."""

_BLOCKS_OF_HTML = (
    "p|div|br|hr|li|ul|ol|dl|dt|dd|h[1-6]|table|tr|td|th|blockquote|section|article|header|footer|figure"
    "|figcaption|pre|option"
)
_BLOCKS = re.compile(rf"<(?=/?(?:{_BLOCKS_OF_HTML})\b)", re.IGNORECASE)
_BLOCK_NAMES = frozenset(_BLOCKS_OF_HTML.replace("h[1-6]", "h1|h2|h3|h4|h5|h6").split("|"))
_REST_OF_TAG = r"""(?:\s[^<>"']*(?:"[^"<>]*"[^<>"']*|'[^'<>]*'[^<>"']*)*)?/?>"""
_TAG = re.compile(r"<[/A-Za-z!?]")
_WHOLE_TAG = re.compile(r"<[/A-Za-z!?][^<>]*>")
_FRAMES = re.compile(rf"</?(?:iframe|object|embed|frameset|frame|noframes|noembed){_REST_OF_TAG}", re.IGNORECASE)
"""What shows another document. Behind them stand the words for those who cannot see it, and often no end."""
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});?")
_SILENT = "script, style, template, applet, head > title, svg title, svg desc"

_TAG_NAME = re.compile(r"/?([A-Za-z][A-Za-z0-9]*)(?=[\s/]|$)")
LONGEST_PLAIN_TAG = 2048
_NOT_PLAIN = frozenset(
    "script style template applet svg math head title noscript textarea xmp plaintext listing select "  # noqa: SIM905
    "iframe object embed frameset frame noframes noembed".split()
)
"""Elements that only a browser's parser reads as a browser would: their text is not shown, or is no markup."""

_PRINTABLE = bytes(range(0x20, 0x7F))

# C0 and C1 controls, direction overrides (they make a title read backwards), lone surrogates and byte order
# marks (no database keeps them), and the two signs that are no characters.
_DROPPED = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)

_WINDOWS_1252 = {byte: bytes([byte]).decode("cp1252", "ignore") or None for byte in range(0x80, 0xA0)}
"""What a publisher means by a C1 control: it wrote Windows-1252 and labelled it otherwise."""


def clean(text: str) -> str:
    """The text without control signs, white space collapsed; markup and entities are left alone."""
    if _is_plain(text):  # then the only white space are blanks
        while "  " in text:
            text = text.replace("  ", " ")
        return text.strip()
    if "\x85" in text:  # white space to Python, three dots to the publisher
        text = text.replace("\x85", "…")
    text = " ".join(text.split())
    if text.isprintable():
        return text
    return " ".join(_DROPPED.sub("", text.translate(_WINDOWS_1252)).split())


def _is_plain(text: str) -> bool:
    """As ``isprintable``; a table of bytes knows it of ASCII in a quarter of the time."""
    return not text.encode().translate(None, _PRINTABLE) if text.isascii() else text.isprintable()


def plain_text(markup: str) -> str:
    """The words a reader would see, on one line.

    Scripts, styles and other silent elements are gone, blocks are set apart by a space, entities are decoded.
    Text that was escaped twice is taken apart again, at most three times; what still looks like a tag after
    that loses its bracket, so that no markup comes through.
    """
    text = markup[:LONGEST_TEXT]
    if "<" not in text:
        if "&" not in text:
            return clean(text)
    elif (plain := _without_plain_tags(text)) is not None and not _escaped_twice(plain):
        return clean(plain)  # most texts end here
    tag = _TAG  # at first an unfinished tag counts too: it is where a publisher cut its text
    for _ in range(3):
        if "<![CDATA[" in text:  # escaped once too often by the publisher
            text = text.replace("<![CDATA[", "").replace("]]>", "")
        if "<" in text and tag.search(text):
            text = _without_tags(text)
        elif "&" in text and _ENTITY.search(text):
            text = html.unescape(text)
        else:
            break
        tag = _WHOLE_TAG
    text = clean(text)  # first: a control sign may stand between the bracket and the name
    return " ".join(_TAG.sub(lambda tag: tag[0].replace("<", " "), text).split()) if "<" in text else text


def _without_tags(text: str) -> str:
    plain = _without_plain_tags(text)
    return _shown(text) if plain is None else plain


def _without_plain_tags(text: str) -> str | None:
    """The text without its tags where all of them are plain ones; else None.

    A browser's parser takes four times as long, and is asked where this declines. A bracket that is left may have
    been cut out of a quoted value.
    """
    if "\0" in text:
        return None
    parts = text.split("<")
    out = [parts[0]]
    spaced = False
    for part in parts[1:]:
        inside, bracket, after = part.partition(">")
        gap = _gap(inside)
        if gap is None or not bracket:
            return None
        if gap and not spaced:
            out.append(gap)
            spaced = True
        if after:
            out.append(after)
            spaced = False
    plain = "".join(out)
    return None if ">" in plain else _unescaped(plain)


@lru_cache(maxsize=2048)
def _gap(inside: str) -> str | None:
    """What stands in a text where a tag with this ``inside`` stood: a space for a block, nothing for others; None
    where it is no plain tag."""
    name = _TAG_NAME.match(inside)
    if name is None or len(inside) > LONGEST_PLAIN_TAG or name[1].lower() in _NOT_PLAIN:
        return None
    return " " if name[1].lower() in _BLOCK_NAMES else ""


def _unescaped(text: str) -> str:
    if "&" not in text:
        return text
    rest = text.replace("&amp;", "\0")
    return html.unescape(text) if "&" in rest else rest.replace("\0", "&")


def _escaped_twice(plain: str) -> bool:
    return "<" in plain or ("&" in plain and _ENTITY.search(plain) is not None)


def _shown(text: str) -> str:
    """What a browser would show of it."""
    tree = LexborHTMLParser(_BLOCKS.sub(" <", _FRAMES.sub(" ", text.replace("\0", ""))))
    for node in tree.css(_SILENT):
        node.decompose()
    return tree.body.text(deep=True) if tree.body is not None else ""
