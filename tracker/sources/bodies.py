"""Bodies: the bytes of an answer, unpacked by us so that a small packed body cannot become a huge one.

Counting what an HTTP library has already unpacked is no limit: 1 MB of gzip made one peak at 2 GB
(reference/feeds.md section 0).
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator
from itertools import chain

import brotli

CHUNK = 64 * 1024
GZIP_MARK = b"\x1f\x8b"

PACKINGS = "gzip, deflate, br"
"""What is asked for and understood. brotli counts only because its decoder takes a limit for each step."""

MOST_MEMBERS = 100
"""Gzip members in a row; a body of a million empty ones unpacks to nothing and costs a minute."""


class TooLargeError(Exception):
    """The body is larger than the limit, packed or unpacked."""


class BrokenBodyError(Exception):
    """The body cannot be unpacked or ends too early; the message says which."""


def unpacked(chunks: Iterable[bytes], encoding: str, limit: int) -> bytes:
    """The whole body, at most ``limit`` bytes, from raw ``chunks`` packed as ``encoding`` (the header) says.

    Understands gzip, deflate (with or without zlib's own header) and br. Raises TooLargeError, or
    BrokenBodyError for other encodings, for several at once, for damage and a packed body that ends too early.
    """
    body = bytearray()
    for piece in _pieces(chunks, encoding, limit):
        body += piece
        if len(body) > limit:
            raise TooLargeError
    return bytes(body)


def beginning(chunks: Iterable[bytes], encoding: str, most: int) -> bytes:
    """At most the first ``most`` bytes of a body, as far as it can be unpacked; never too large, never broken."""
    body = bytearray()
    try:
        for piece in _pieces(chunks, encoding, most):
            body += piece
            if len(body) >= most:
                break
    except (TooLargeError, BrokenBodyError):
        pass
    return bytes(body[:most])


def gunzipped(data: bytes, limit: int) -> bytes:
    """A body that is itself a gzip file, unpacked under the same limit."""
    return unpacked([data], "gzip", limit) if data.startswith(GZIP_MARK) else data


def _pieces(chunks: Iterable[bytes], encoding: str, limit: int) -> Iterator[bytes]:
    """The unpacked body piece by piece, none larger than CHUNK or than what came in one."""
    encoding = encoding.strip().lower()
    if encoding in ("", "identity"):
        return iter(chunks)
    packed = _counted(chunks, limit)
    if encoding in ("gzip", "x-gzip"):
        return _inflated(packed, 31)
    if encoding == "deflate":
        return _inflated(packed, 0)
    if encoding == "br":
        return _unbrotlied(packed)
    if "," in encoding:
        raise BrokenBodyError(f"is packed several times over ({encoding[:40]!r}), which no feed needs")
    raise BrokenBodyError(f"is packed as {encoding[:40]!r}, which was not asked for")


def _counted(chunks: Iterable[bytes], limit: int) -> Iterator[bytes]:
    packed = 0
    for chunk in chunks:
        packed += len(chunk)
        if packed > limit:
            raise TooLargeError
        yield chunk


def _inflated(chunks: Iterable[bytes], window: int) -> Iterator[bytes]:
    inflater, members = None, 0
    for chunk in chunks:
        rest = chunk
        while rest:
            if inflater is None:
                members += 1
                if members > MOST_MEMBERS:
                    raise BrokenBodyError("is packed in more pieces than any feed is")
                inflater = zlib.decompressobj(window or _deflate_window(rest))
            try:
                yield inflater.decompress(rest, CHUNK)
            except zlib.error as trouble:
                raise BrokenBodyError("is packed and damaged") from trouble
            rest = inflater.unconsumed_tail
            if inflater.eof:
                # Gzip may be several members in a row; anything else behind the end is padding.
                rest = inflater.unused_data
                rest = rest if window == 31 and rest.startswith(GZIP_MARK) else b""
                if rest:
                    inflater = None
    if inflater is not None and not inflater.eof:
        raise BrokenBodyError("is packed and ends too early")


def _unbrotlied(chunks: Iterable[bytes]) -> Iterator[bytes]:
    unpacker = brotli.Decompressor()
    unpack: Callable[..., bytes] = unpacker.process
    came = False
    for chunk in chain(chunks, [b""]):
        rest = chunk
        came = came or bool(chunk)
        while not unpacker.is_finished():
            try:
                yield unpack(rest, output_buffer_limit=CHUNK)
            except brotli.error as trouble:
                raise BrokenBodyError("is packed and damaged") from trouble
            rest = b""
            if unpacker.can_accept_more_data():
                break
    if came and not unpacker.is_finished():
        raise BrokenBodyError("is packed and ends too early")


def _deflate_window(start: bytes) -> int:
    """Whether "deflate" means zlib (as the standard says) or bare deflate (as some servers send)."""
    wrapped = len(start) > 1 and start[0] & 0x0F == 8 and (start[0] * 256 + start[1]) % 31 == 0
    return zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS
