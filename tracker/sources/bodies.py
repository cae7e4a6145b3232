"""Bodies: the bytes of an answer, unpacked by us so that a small packed body cannot become a huge one.

Counting what an HTTP library has already unpacked is no limit: 1 MB of gzip made one peak at 2 GB
(reference/feeds.md section 0).
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable

CHUNK = 64 * 1024
GZIP_MARK = b"\x1f\x8b"


class TooLargeError(Exception):
    """The body is larger than the limit, packed or unpacked."""


class BrokenBodyError(Exception):
    """The body cannot be unpacked or ends too early; the message says which."""


def unpacked(chunks: Iterable[bytes], encoding: str, limit: int) -> bytes:
    """The whole body, at most ``limit`` bytes, from raw ``chunks`` packed as ``encoding`` (the header) says.

    Understands gzip and deflate, with or without zlib's own header. Raises TooLargeError, or BrokenBodyError
    for other encodings, damage and a packed body that ends too early.
    """
    encoding = encoding.strip().lower()
    if encoding in ("", "identity"):
        return _plain(chunks, limit)
    if encoding in ("gzip", "x-gzip"):
        return _inflated(chunks, 31, limit)
    if encoding == "deflate":
        return _inflated(chunks, 0, limit)
    raise BrokenBodyError(f"is packed as {encoding[:40]!r}, which was not asked for")


def gunzipped(data: bytes, limit: int) -> bytes:
    """A body that is itself a gzip file, unpacked under the same limit."""
    return _inflated([data], 31, limit) if data.startswith(GZIP_MARK) else data


def _plain(chunks: Iterable[bytes], limit: int) -> bytes:
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > limit:
            raise TooLargeError
    return bytes(body)


def _inflated(chunks: Iterable[bytes], window: int, limit: int) -> bytes:
    body, packed, inflater = bytearray(), 0, None
    for chunk in chunks:
        packed += len(chunk)
        if packed > limit:
            raise TooLargeError
        rest = chunk
        while rest:
            if inflater is None:
                inflater = zlib.decompressobj(window or _deflate_window(rest))
            try:
                body += inflater.decompress(rest, CHUNK)
            except zlib.error as trouble:
                raise BrokenBodyError("is packed and damaged") from trouble
            if len(body) > limit:
                raise TooLargeError
            rest = inflater.unconsumed_tail
            if inflater.eof:
                # Gzip may be several members in a row; anything else behind the end is padding.
                rest = inflater.unused_data
                rest = rest if window == 31 and rest.startswith(GZIP_MARK) else b""
                if rest:
                    inflater = None
    if inflater is not None and not inflater.eof:
        raise BrokenBodyError("is packed and ends too early")
    return bytes(body)


def _deflate_window(start: bytes) -> int:
    """Whether "deflate" means zlib (as the standard says) or bare deflate (as some servers send)."""
    wrapped = len(start) > 1 and start[0] & 0x0F == 8 and (start[0] * 256 + start[1]) % 31 == 0
    return zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS
