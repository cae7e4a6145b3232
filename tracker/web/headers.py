"""What every answer carries: validators, so that asking again is cheap, and headers that keep browsers strict."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

SECURITY = (
    (
        b"content-security-policy",
        b"default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "
        b"frame-ancestors 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"geolocation=(), camera=(), microphone=()"),
)

REVALIDATE = b"no-cache"
"""Answers may be kept, but asked about each time: evidence moves at any moment and the ETag makes asking cheap."""


class Headers:
    """ASGI middleware. Gathers the whole answer (they are small), so it must not wrap anything that streams."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start: Message = {}
        body = bytearray()

        async def gather(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
                return
            body.extend(message.get("body", b""))
            if not message.get("more_body", False):
                await _answer(scope, start, bytes(body), send)

        # A HEAD is a GET whose body stays here; routes need not know of it.
        inner = {**scope, "method": "GET"} if scope["method"] == "HEAD" else scope
        await self._app(inner, receive, gather)


async def _answer(scope: Scope, start: Message, body: bytes, send: Send) -> None:
    status = start["status"]
    headers = [(name.lower(), value) for name, value in start.get("headers", ())]
    headers += SECURITY
    if status == 200 and scope["method"] in ("GET", "HEAD"):
        tag = b'"' + hashlib.sha256(body).hexdigest()[:32].encode() + b'"'
        headers += [(b"etag", tag), (b"cache-control", REVALIDATE)]
        if _matches(scope["headers"], tag):
            status, body = 304, b""
            headers = [pair for pair in headers if pair[0] not in (b"content-length", b"content-type")]
    else:
        headers.append((b"cache-control", b"no-store"))
    if scope["method"] == "HEAD":
        body = b""
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _matches(headers: Iterable[tuple[bytes, bytes]], tag: bytes) -> bool:
    """Whether If-None-Match names the tag; comparison is weak, as RFC 9110 asks for it here."""
    asked = b",".join(value for name, value in headers if name == b"if-none-match")
    given = {part.strip().removeprefix(b"W/") for part in asked.split(b",")}
    return tag in given or b"*" in given
