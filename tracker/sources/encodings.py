"""Which characters a document's bytes stand for."""

from __future__ import annotations

import codecs
import re

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"),
)  # fmt: skip
_BARE = (
    (b"\0\0\0<", "utf-32-be"), (b"<\0\0\0", "utf-32-le"), (b"\0<\0", "utf-16-be"), (b"<\0?\0", "utf-16-le"),
    (b"<\0", "utf-16-le"), (b"\0{", "utf-16-be"), (b"{\0", "utf-16-le"), (b"\x4c\x6f\xa7\x94", "cp037"),
)  # fmt: skip
_DECLARED = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._:-]{1,40})[\"']")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9._:-]{1,40})", re.IGNORECASE)

_WIDER = {
    "iso8859-1": "cp1252", "ascii": "cp1252", "euc_kr": "cp949", "gb2312": "gb18030", "gbk": "gb18030",
    "shift_jis": "cp932",
}  # fmt: skip
"""What publishers mean by a label: the superset that their software writes (as browsers read it)."""
_OTHER_NAMES = {
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "x-euc-kr": "cp949",
    "x-sjis": "cp932",
    "windows-949": "cp949",
}


def is_utf8(data: bytes, content_type: str = "") -> bool:
    """Whether the labels leave no other way than to read the document as UTF-8 (whether it is valid is not asked).

    Not so with a byte order mark, with marks that XML forbids, or where transport or document say otherwise.
    """
    start = data[:200].lstrip()
    if not start.startswith(b"<") or start[1:2] == b"\0":
        return False
    labels = [label.lower() for label in (_transport_label(content_type), _document_label(data)) if label]
    return all(label in _UTF8_LABELS for label in labels)


def decode(data: bytes, content_type: str = "") -> str:
    """The document as text, without a byte order mark. Never raises.

    In this order: a byte order mark; the pattern that UTF-16 and UTF-32 leave; UTF-8 where the bytes are valid
    UTF-8 beyond ASCII (a label cannot make that so by chance, and servers label wrongly); the label of the
    transport; the label of the document. Where none of them fits, broken bytes are marked.
    """
    for mark, name in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(name, "replace")
    for pattern, name in _BARE:
        if data.startswith(pattern):
            return data.decode(name, "replace")
    labels = [_codec(label) for label in (_transport_label(content_type), _document_label(data)) if label]
    if not data.isascii():
        labels.insert(0, "utf-8")
    for name in labels:
        if name and not name.startswith(("utf-16", "utf-32")):
            try:
                return data.decode(name)
            except UnicodeDecodeError:
                continue
    return _damaged(data)


def _damaged(data: bytes) -> str:
    """Text of which some bytes are broken: UTF-8 with marks, unless so much is broken that it never was UTF-8."""
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    beyond_ascii = sum(1 for sign in text if sign > "\x7f") - broken
    return text if broken * 4 <= beyond_ascii else data.decode("cp1252", "replace")


_UTF8_LABELS = frozenset({"utf-8", "utf8", "us-ascii"})


def _transport_label(content_type: str) -> str:
    match = _CHARSET.search(content_type)
    return match[1] if match else ""


def _document_label(data: bytes) -> str:
    match = _DECLARED.match(data[:1000])
    return match[1].decode("ascii") if match else ""


def _codec(label: str) -> str:
    label = label.lower()
    try:
        name = codecs.lookup(_OTHER_NAMES.get(label, label)).name
    except (LookupError, ValueError):
        return ""
    # "rot13" and "base64" are codecs of Python's too, and no alphabets.
    return _WIDER.get(name, name) if getattr(codecs.lookup(name), "_is_text_encoding", True) else ""
