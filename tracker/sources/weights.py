"""Weights: what a document would cost to read, told from its bytes before any reader touches it.

A reader's work cannot be stopped half way in a thread, so what would take gigabytes or minutes is not begun. Counting
bytes costs a thousandth of reading, and the signs counted are the same in every encoding that feeds come in.
"""

from __future__ import annotations

import re

from tracker.sources.drafts import MOST_ENTRIES

MOST_TAGS = 300_000
"""Each becomes some 200 bytes of tree. A feed of 8 MB that is nothing but short tags has as many."""

MOST_ATTRIBUTES = 500_000
MOST_VALUES = 400_000
"""Objects, and half the values, of a JSON document."""

MOST_ENTITIES = 300
"""The names of HTML's own characters are 253, and some feeds declare them all."""

MOST_EXPANDED = 1_000_000
"""Characters that all uses of all declared entities may become."""

_ENTITY = re.compile(rb"<!ENTITY\s+([\w.:-]+)\s+(?:\"([^\"]*)\"|'([^']*)')")
_JSON = re.compile(rb"[\xef\xbb\xbf\xfe\xff\s]*[{\[]")
_REFERS = re.compile(rb"&[A-Za-z_]")


def too_heavy(data: bytes) -> str:
    """Why a document is not read, as the end of a sentence that begins with it; empty when it may be."""
    plain = data.replace(b"\0", b"") if data[:4].count(0) else data  # UTF-16 and UTF-32
    entries = plain.count(b"<item") + plain.count(b"<entry")
    if entries > MOST_ENTRIES:
        return f"holds more than {MOST_ENTRIES} entries"
    if data.count(b"<") > MOST_TAGS:
        return f"holds more than {MOST_TAGS} tags"
    if data.count(b"=") > MOST_ATTRIBUTES:
        return f"holds more than {MOST_ATTRIBUTES} attributes"
    if _JSON.match(plain) and data.count(b"{") + data.count(b"[") + data.count(b",") // 2 > MOST_VALUES:
        return f"holds more than {MOST_VALUES} values"
    return _swelling(plain) if b"<!ENTITY" in plain else ""


def _swelling(data: bytes) -> str:
    """What is wrong with the entities a document declares; empty when they are the harmless kind."""
    declared = _ENTITY.findall(data)
    if len(declared) > MOST_ENTITIES:
        return f"declares more than {MOST_ENTITIES} entities"
    values = {name: double or single for name, double, single in declared}
    if any(_REFERS.search(value.replace(b"&amp;", b"")) for value in values.values()):
        return "declares entities made of entities, which only a trap does"
    if sum(len(value) * data.count(b"&" + name + b";") for name, value in values.items()) > MOST_EXPANDED:
        return f"would grow by more than {MOST_EXPANDED} characters through the entities it declares"
    return ""
