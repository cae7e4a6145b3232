"""Asking: one address, through its redirects, to one complete answer. Polite to publishers, wary of what they send."""

from __future__ import annotations

import errno
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

import httpx

from tracker.core.polling import FetchOutcome
from tracker.sources.bodies import PACKINGS, BrokenBodyError, TooLargeError, beginning, gunzipped, unpacked
from tracker.sources.dialling import (
    Address,
    Network,
    RefusedAddressError,
    Resolver,
    addresses_to_dial,
    resolve,
)
from tracker.sources.names import Names, SlowNamesError
from tracker.sources.walls import LOOKED_AT, WALLED
from tracker.sources.wire import HEAD_BYTES, Wire

MOST_REDIRECTS = 5
ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml, "
    "application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, */*;q=0.1"
)
REDIRECTS = frozenset({301, 302, 303, 307, 308})
MOVED = frozenset({301, 308})
DOCUMENTS = frozenset({200, 226})
"""Statuses that bring a document: all of it, or what is new in it (RFC 3229)."""

RECENTLY_S = 120.0
"""Where another host was found or reached within two minutes, trouble is the host's own and not our network's."""

_PORTS = {"http": 80, "https": 443}
_NO_ROUTE = frozenset({errno.ENETUNREACH, errno.ENETDOWN})
"""What only our own side says when it has no way out; "no route to host" is a router's word about the other side."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds for a connection (names included), for one silence, and for the whole exchange; bytes unpacked."""

    connect_s: float = 10.0
    read_s: float = 20.0
    total_s: float = 60.0
    most_bytes: int = 15 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete answer after redirects, headers by lower-case name. ``body`` is a document's; ``start`` the first
    64 KiB of an answer that refuses. ``moved`` says that there were redirects and all were permanent."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str
    moved: bool = False
    start: bytes = b""


class TroubleError(Exception):
    """Trouble on the way to an answer, already in the words of an outcome."""

    def __init__(self, outcome: FetchOutcome, detail: str, status: int | None = None) -> None:
        super().__init__(detail)
        self.outcome, self.detail, self.status = outcome, detail, status


class Asker:
    """Asks addresses over HTTP(S); safe to use from several threads.

    ``agent`` names this program and whom to write to. ``allow`` are networks that may be dialled although they
    are not public.
    """

    def __init__(
        self,
        agent: str,
        allow: Sequence[Network],
        limits: Limits,
        tls: ssl.SSLContext | None = None,
        resolver: Resolver = resolve,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._allow, self._limits, self._names, self._ticks = tuple(allow), limits, Names(resolver), ticks
        self._said = {"User-Agent": agent, "Accept": ACCEPT, "Accept-Encoding": PACKINGS, "A-IM": "feed",
                      "Connection": "close"}  # fmt: skip
        self._wire = Wire(tls or httpx.create_ssl_context(), ticks)
        self._found_at = self._reached_at = float("-inf")

    def close(self) -> None:
        """Let the threads go that asked for names."""
        self._names.close()

    def ask(self, url: str, etag: str = "", last_modified: str = "") -> Answer:
        """The answer at the end of the redirects; raises TroubleError. Validators go out byte for byte.

        They are sent along all redirects, because they came from the end of the same chain.
        """
        deadline = self._ticks() + self._limits.total_s
        headers = dict(self._said)
        if etag:
            headers["If-None-Match"] = etag
        if last_modified:
            headers["If-Modified-Since"] = last_modified
        start, moved = url, True
        for _ in range(MOST_REDIRECTS + 1):
            answer = self._once(url, headers, deadline)
            if answer.status not in REDIRECTS or "location" not in answer.headers:
                return replace(answer, moved=moved and answer.url != start)
            moved = moved and answer.status in MOVED
            url = _joined(url, answer.headers["location"])
        raise TroubleError(
            "http_error", f"redirects more than {MOST_REDIRECTS} times; last to {url[:200]}", answer.status
        )

    def _once(self, url: str, headers: Mapping[str, str], deadline: float) -> Answer:
        """One request to one address, each of the host's checked addresses tried in turn."""
        scheme, host, port, target = _parts(url)
        addresses = self._addresses(host, port, deadline)
        for last, address in ((address is addresses[-1], address) for address in addresses):
            request = self._request(scheme, host, port, target, address, headers, deadline)
            try:
                return self._exchange(request, url, deadline)
            except (httpx.ConnectTimeout, httpx.ConnectError) as trouble:
                if last or self._ticks() >= deadline:
                    raise self._no_connection(host, trouble, deadline) from trouble
            except httpx.TransportError as trouble:
                raise self._broken(host, trouble, deadline) from trouble
        raise TroubleError("unresolved", f"{host} has no address")

    def _addresses(self, host: str, port: int, deadline: float) -> list[Address]:
        left = deadline - self._ticks()
        if left <= 0:
            raise self._too_slow()
        try:
            within_s = min(left, self._limits.connect_s)
            found = addresses_to_dial(host, port, self._allow, lambda name, at: self._names.ask(name, at, within_s))
        except RefusedAddressError as trouble:
            raise TroubleError("refused_address", str(trouble)) from trouble
        except SlowNamesError as trouble:
            if self._lately(self._found_at):
                raise TroubleError("timeout", f"{host}: {trouble}") from trouble
            raise TroubleError("offline", f"{host}: {trouble}; our own network seems to be down") from trouble
        except (OSError, UnicodeError, ValueError) as trouble:
            raise self._no_name(host, trouble) from trouble
        self._found_at = self._ticks()
        return found

    def _no_name(self, host: str, trouble: Exception) -> TroubleError:
        detail = f"the name {host[:200]} cannot be resolved ({trouble})"
        if isinstance(trouble, socket.gaierror) and trouble.errno == socket.EAI_AGAIN:
            # A broken zone gives this answer too; what tells the two apart is whether other names are found.
            if not self._lately(self._found_at):
                return TroubleError("offline", f"{detail}; no name was found lately, our own network seems to be down")
        else:
            self._found_at = self._ticks()  # somebody answered, be it with no
        return TroubleError("unresolved", detail)

    def _no_connection(self, host: str, trouble: httpx.TransportError, deadline: float) -> TroubleError:
        if self._ticks() >= deadline:
            return self._too_slow()
        if isinstance(trouble, httpx.ConnectTimeout):
            return TroubleError("timeout", f"{host} did not accept a connection in time")
        cause = trouble.__cause__
        if isinstance(cause, OSError) and cause.errno in _NO_ROUTE and not self._lately(self._reached_at):
            return TroubleError("offline", f"there is no way to {host}; our own network seems to be down ({cause})")
        return TroubleError("unreachable", f"{host} cannot be reached: {str(trouble)[:200]}")

    def _broken(self, host: str, trouble: httpx.TransportError, deadline: float) -> TroubleError:
        self._reached_at = self._ticks()
        if self._reached_at >= deadline:
            return self._too_slow()
        if isinstance(trouble, httpx.TimeoutException):
            return TroubleError("timeout", f"{host} was silent for longer than {self._limits.read_s:g} s")
        return TroubleError("unreachable", f"{host} broke off the answer: {str(trouble)[:200]}")

    def _request(
        self, scheme: str, host: str, port: int, target: str, address: Address, headers: Mapping[str, str],
        deadline: float,
    ) -> httpx.Request:  # fmt: skip
        literal = f"[{address}]" if address.version == 6 else str(address)
        name = f"[{host}]" if ":" in host else host
        limits = self._limits
        return httpx.Request(
            "GET",
            f"{scheme}://{literal}:{port}{target}",
            headers={"Host": name if port == _PORTS[scheme] else f"{name}:{port}", **headers},
            extensions={
                "timeout": {"connect": limits.connect_s, "read": limits.read_s},
                "deadline": deadline,
                # A document's own bytes, its head, and as much again as chunks may add to it.
                "most_bytes": 2 * limits.most_bytes + 4 * HEAD_BYTES,
                "sni_hostname": host,
            },
        )

    def _exchange(self, request: httpx.Request, url: str, deadline: float) -> Answer:
        response = self._wire.handle_request(request)
        try:
            self._reached_at = self._ticks()
            status = response.status_code
            headers = {key.lower(): value for key, value in response.headers.items()}
            packing = headers.get("content-encoding", "")
            if status in DOCUMENTS:
                return Answer(status, headers, self._body(response, headers, packing, deadline), url)
            start = _start(response, packing) if status in WALLED else b""
            return Answer(status, headers, b"", url, start=start)
        finally:
            response.close()

    def _body(self, response: httpx.Response, headers: Mapping[str, str], packing: str, deadline: float) -> bytes:
        limit, status = self._limits.most_bytes, response.status_code
        try:
            length = headers.get("content-length", "")
            if length.isdecimal() and int(length) > limit:
                raise TooLargeError
            return gunzipped(unpacked(self._in_time(response.iter_raw(), deadline), packing, limit), limit)
        except TooLargeError as trouble:
            raise TroubleError(
                "too_large",
                f"is larger than {limit / 2**20:.3g} MiB; raise TRACKER_FETCH_MAX_BYTES if it is right",
                status,
            ) from trouble
        except BrokenBodyError as trouble:
            raise TroubleError("unreachable", f"the answer {trouble}", status) from trouble

    def _in_time(self, chunks: Iterator[bytes], deadline: float) -> Iterator[bytes]:
        for chunk in chunks:
            if self._ticks() > deadline:
                raise self._too_slow()
            yield chunk

    def _too_slow(self) -> TroubleError:
        return TroubleError("timeout", f"did not finish within {self._limits.total_s:g} s")

    def _lately(self, at: float) -> bool:
        return self._ticks() - at < RECENTLY_S


def _start(response: httpx.Response, packing: str) -> bytes:
    """The first bytes of a refusal, where they come without trouble: its status has said what counts."""
    try:
        return beginning(response.iter_raw(), packing, LOOKED_AT)
    except httpx.TransportError:
        return b""


def _joined(url: str, location: str) -> str:
    try:
        return urljoin(url, location.strip())
    except ValueError as trouble:
        raise TroubleError("unreachable", f"redirects to {location[:200]!r}, which is no address") from trouble


def _parts(url: str) -> tuple[str, str, int, str]:
    """Scheme, host, port and request target of an address; user names in it are not sent."""
    try:
        parts = urlsplit(url.strip())
        scheme, host, port = parts.scheme.lower(), (parts.hostname or "").rstrip("."), parts.port
        if host and not host.isascii():
            host = host.encode("idna").decode("ascii")
    except (ValueError, UnicodeError) as trouble:
        raise TroubleError("unreachable", f"{url[:200]!r} is no address that can be understood") from trouble
    if scheme not in _PORTS:
        raise TroubleError("refused_address", f"{url[:200]!r} is not http or https")
    if not host:
        raise TroubleError("unreachable", f"{url[:200]!r} names no host")
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~-._?")
    return scheme, host, _PORTS[scheme] if port is None else port, urlunsplit(("", "", path, query, ""))
