"""Mutations: documents spoilt as networks, editors and attackers spoil them; the same for the same seed."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence

Change = Callable[[random.Random, bytes, Sequence[bytes]], bytes]

LONGEST = 60_000
"""Bytes of a mutated document: enough for every trap of this list, little enough for tens of thousands of them."""

_TAG = re.compile(rb"<[^<>]{1,200}>")
_FRAGMENTS = (
    b"<", b">", b"&", b"]]>", b"<![CDATA[", b"<!--", b"-->", b"<item>", b"</item>", b"<entry>", b"</entry>", b"</rss>",
    b"<script>alert(1)</script>", b"&lt;script&gt;", b"&#0;", b"&#xD800;", b"&#99999999;", b"&bomb;", b"&nbsp;", b"\0",
    b"\xff\xfe", b"\xed\xa0\x80", b"\xc3\x28", b"<?xml version='1.0' encoding='utf-16'?>", b"<html>", b"</channel>",
    b'<a href="javascript:alert(1)">', b"<img src=x onerror=alert(1)>", b"xmlns:x='u'", b"<x:item>", b"xml:base='::['",
    b"<!DOCTYPE rss [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>", b"<title/>", b"<pubDate>31 Feb 99999 25:61</pubDate>",
    b"<link>http://[::1</link>", "발사".encode(), "‮".encode(), b"\xa0\x85\x1c", b"{", b'{"items":[',
)  # fmt: skip
_ALPHABETS = ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp949", "latin-1", "shift_jis", "utf-8-sig", "cp037")


def mutated(seeds: Sequence[bytes], count: int, seed: int) -> Iterator[bytes]:
    """``count`` documents, each one of ``seeds`` changed one to four times."""
    draw = random.Random(seed)  # noqa: S311  # a bench must draw the same every time
    for _ in range(count):
        data = draw.choice(seeds)[:LONGEST]
        for _ in range(draw.randint(1, 4)):
            data = draw.choice(CHANGES)(draw, data, seeds)[:LONGEST]
        yield data


def _place(draw: random.Random, data: bytes) -> int:
    return draw.randint(0, len(data))


def _flipped(draw: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    spoilt = bytearray(data)
    for _flip in range(draw.randint(1, 30) if spoilt else 0):
        spoilt[draw.randrange(len(spoilt))] ^= 1 << draw.randrange(8)
    return bytes(spoilt)


def _cut(draw: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    return data[: _place(draw, data)]


def _without_piece(draw: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    at = _place(draw, data)
    return data[:at] + data[at + draw.randint(1, 400) :]


def _twice(draw: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    first, last = sorted((_place(draw, data), _place(draw, data)))
    return data[:last] + data[first:]


def _spliced(draw: random.Random, data: bytes, seeds: Sequence[bytes]) -> bytes:
    other = draw.choice(seeds)
    return data[: _place(draw, data)] + other[_place(draw, other) :]


def _inserted(draw: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    for _time in range(draw.randint(1, 5)):
        at = _place(draw, data)
        data = data[:at] + draw.choice(_FRAGMENTS) + data[at:]
    return data


def _swapped_tags(draw: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    tags = list(_TAG.finditer(data))
    if len(tags) < 2:
        return data
    one, other = sorted(draw.sample(tags, 2), key=lambda match: match.start())
    return data[: one.start()] + other[0] + data[one.end() : other.start()] + one[0] + data[other.end() :]


def _dropped_tags(draw: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    share = draw.choice((0.01, 0.1, 0.5))
    return _TAG.sub(lambda match: b"" if draw.random() < share else match[0], data)


def _nested(draw: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    at, depth = _place(draw, data), draw.choice((10, 300, 5000))
    opening, closing = draw.choice(((b"<b>", b"</b>"), (b"<item>", b""), (b"<div><p>", b""), (b"&lt;b&gt;", b"")))
    return data[:at] + opening * depth + closing * depth + data[at:]


def _bombed(draw: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    levels = draw.randint(2, 12)
    bomb = b"".join(b'<!ENTITY e%d "%b">' % (n, b"&e%d;" % (n - 1) * 10 if n else b"ha") for n in range(levels))
    start = max(data.find(b"?>") + 2, 0)
    at = _place(draw, data)
    return data[:start] + b"<!DOCTYPE rss [" + bomb + b"]>" + data[start:at] + b"&e%d;" % (levels - 1) + data[at:]


def _with_attributes(draw: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    tag = draw.choice(list(_TAG.finditer(data)) or [None])
    if tag is None:
        return data
    many = b"".join(b" a%d='%d'" % (number, number) for number in range(draw.choice((3, 300, 2000))))
    return data[: tag.end() - 1] + many + data[tag.end() - 1 :]


def _rewritten(draw: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    return data.decode("utf-8", "replace").encode(draw.choice(_ALPHABETS), "replace")


CHANGES: tuple[Change, ...] = (
    _flipped, _cut, _without_piece, _twice, _spliced, _inserted, _swapped_tags, _dropped_tags, _nested, _bombed,
    _with_attributes, _rewritten,
)  # fmt: skip
