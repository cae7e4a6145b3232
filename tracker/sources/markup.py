"""Plain text out of what feeds call text: no markup, no scripts, no control signs, entities decoded."""

from __future__ import annotations

import html
import re

from selectolax.lexbor import LexborHTMLParser

LONGEST_TEXT = 65_536
"""Signs of markup that are read of one title or summary: enough for an article, little for a trap (misnested
formatting costs a browser's parser quadratic time)."""

_BLOCK_NAMES = (
    "p|div|br|hr|li|ul|ol|dl|dt|dd|h[1-6]|table|tr|td|th|blockquote|section|article|header|footer|figure"
    "|figcaption|pre|option"
)
_BLOCKS = re.compile(rf"<(?=/?(?:{_BLOCK_NAMES})\b)", re.IGNORECASE)
_REST_OF_TAG = r"""(?:\s[^<>"']*(?:"[^"<>]*"[^<>"']*|'[^'<>]*'[^<>"']*)*)?/?>"""
_TAG = re.compile(r"<[/A-Za-z!?]")
_WHOLE_TAG = re.compile(r"<[/A-Za-z!?][^<>]*>")
_FRAMES = re.compile(rf"</?(?:iframe|object|embed|frameset|frame|noframes|noembed){_REST_OF_TAG}", re.IGNORECASE)
"""What shows another document. Behind them stand the words for those who cannot see it, and often no end."""
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});?")
_SILENT = "script, style, template, applet, head > title, svg title, svg desc"

_PLAIN_BLOCK = re.compile(rf"</?(?:{_BLOCK_NAMES}){_REST_OF_TAG}", re.IGNORECASE)
_PLAIN_TAG = re.compile(rf"</?[A-Za-z][A-Za-z0-9]*{_REST_OF_TAG}")
_NOT_PLAIN = re.compile(
    r"<(?:!|\?|/(?![A-Za-z])|script|style|template|applet|svg|math|head|title|noscript|textarea|xmp"
    r"|plaintext|listing|select)",
    re.IGNORECASE,
)
"""What only a browser's parser reads as a browser would: comments, and elements whose text is not shown or is no
markup."""

# C0 and C1 controls, direction overrides (they make a title read backwards), lone surrogates and byte order
# marks (no database keeps them), and the two signs that are no characters.
_DROPPED = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)

_WINDOWS_1252 = {byte: bytes([byte]).decode("cp1252", "ignore") or None for byte in range(0x80, 0xA0)}
"""What a publisher means by a C1 control: it wrote Windows-1252 and labelled it otherwise."""


def clean(text: str) -> str:
    """The text without control signs, white space collapsed; markup and entities are left alone."""
    if "\x85" in text:  # white space to Python, three dots to the publisher
        text = text.replace("\x85", "…")
    text = " ".join(text.split())
    if text.isprintable():
        return text
    return " ".join(_DROPPED.sub("", text.translate(_WINDOWS_1252)).split())


def plain_text(markup: str) -> str:
    """The words a reader would see, on one line.

    Scripts, styles and other silent elements are gone, blocks are set apart by a space, entities are decoded.
    Text that was escaped twice is taken apart again, at most three times; what still looks like a tag after
    that loses its bracket, so that no markup comes through.
    """
    text = markup[:LONGEST_TEXT]
    if "<" not in text and "&" not in text:
        return clean(text)
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
    if not _NOT_PLAIN.search(text):
        # Most markup is plain, and leaves through two patterns in a quarter of a parser's time.
        plain = _PLAIN_TAG.sub("", _PLAIN_BLOCK.sub(" ", text))
        if "<" not in plain or not _TAG.search(plain):
            return html.unescape(plain) if "&" in plain else plain
    return _shown(text)


def _shown(text: str) -> str:
    """What a browser would show of it."""
    tree = LexborHTMLParser(_BLOCKS.sub(" <", _FRAMES.sub(" ", text.replace("\0", ""))))
    for node in tree.css(_SILENT):
        node.decompose()
    return tree.body.text(deep=True) if tree.body is not None else ""
