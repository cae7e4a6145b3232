"""The fetcher: one feed, one attempt, one outcome. Polite to publishers, wary of what they send."""

from __future__ import annotations

import contextlib
import hashlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

import httpx

from tracker.core.errors import SourceError
from tracker.core.polling import Feed, FeedState, Fetched, FetchOutcome
from tracker.sources.bodies import BrokenBodyError, TooLargeError, gunzipped, unpacked
from tracker.sources.dialling import (
    Address,
    Network,
    RefusedAddressError,
    Resolver,
    addresses_to_dial,
    resolve,
)
from tracker.sources.documents import parse
from tracker.sources.hints import max_age_s, retry_after_s
from tracker.sources.retrieved import Retrieved

MOST_REDIRECTS = 5
ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml, "
    "application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, */*;q=0.1"
)
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOVED = frozenset({301, 308})
_PORTS = {"http": 80, "https": 443}
_DEAD: frozenset[FetchOutcome] = frozenset({"gone", "not_a_feed", "empty"})


@dataclass(frozen=True, slots=True)
class _Answer:
    """A complete answer after redirects; ``moved`` says that every redirect was a permanent one."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str
    moved: bool


class _TroubleError(Exception):
    """Trouble on the way to an answer, already in the words of an outcome."""

    def __init__(self, outcome: FetchOutcome, detail: str, status: int | None = None) -> None:
        super().__init__(detail)
        self.outcome, self.detail, self.status = outcome, detail, status


class _Watch:
    """Ends an exchange when its time is up, wherever it stands: a server that sends one byte of its headers now
    and then never runs into the limit of a single read."""

    def __init__(self, seconds: float) -> None:
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True
        self._socket: socket.socket | None = None

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Told by the transport of each step; keeps the connection's socket once there is one."""
        if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            self._socket = info["return_value"].get_extra_info("socket")

    def _end(self) -> None:
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> None:
        self._timer.start()

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()


class HttpFetcher:
    """Fetches feeds over HTTP(S). Safe to use from several threads; close it at the end.

    ``user_agent`` names this program and whom to write to. ``allow`` are networks that may be dialled although
    they are not public. One attempt takes at most ``total_s`` seconds from the first dial to the last byte, and
    a document at most ``limit_bytes`` bytes unpacked. ``tls`` replaces the system's trust store, ``resolver``
    and ``ticks`` (seconds of a steady clock) are for tests.
    """

    def __init__(
        self,
        user_agent: str,
        allow: Sequence[Network] = (),
        *,
        connect_s: float = 10.0,
        read_s: float = 20.0,
        total_s: float = 60.0,
        limit_bytes: int = 15 * 1024 * 1024,
        tls: ssl.SSLContext | None = None,
        resolver: Resolver = resolve,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._agent, self._allow, self._limit = user_agent, tuple(allow), limit_bytes
        self._connect_s, self._read_s, self._total_s = connect_s, read_s, total_s
        self._resolver, self._ticks = resolver, ticks
        # A transport, not a Client: it keeps no cookies, follows nothing and asks no proxy to dial for it.
        # Ten connections at most: the pool's own cost grows with its width (reference/feeds.md section 0).
        self._transport = httpx.HTTPTransport(
            verify=tls or httpx.create_ssl_context(),
            limits=httpx.Limits(max_connections=10, max_keepalive_connections=0),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._transport.close()

    def fetch(self, feed: Feed, state: FeedState) -> Fetched:
        """Retrieve and parse one feed; every trouble is an outcome with a sentence for the operator.

        Where the feed's address is dead (gone, 404, no feed, no entries) and it has a fallback, the fallback is
        asked at once and its answer counts; the main address is still asked first the next time.
        """
        fetched = self._attempt(feed, state, feed.url)
        dead = fetched.outcome in _DEAD or fetched.status == 404
        if not dead or not feed.fallback or feed.fallback == feed.url:
            return fetched
        # Validators belong to the main address: the fallback gets none and leaves none.
        second = self._attempt(feed, replace(state, etag="", last_modified=""), feed.fallback)
        if second.outcome not in ("ok", "unchanged"):
            return fetched
        detail = f"the fallback answered; the feed's own address: {fetched.detail}"
        return replace(second, etag="", last_modified="", detail=detail)

    def _attempt(self, feed: Feed, state: FeedState, url: str) -> Fetched:
        try:
            answer = self._ask(url, state)
            return self._judged(feed, state, answer)
        except _TroubleError as trouble:
            return Fetched(feed.id, trouble.outcome, trouble.status, trouble.detail)
        except Exception as trouble:  # the port's promise: nothing a server sends stops the other feeds
            return Fetched(
                feed.id,
                "not_a_feed",
                None,
                f"could not be read ({type(trouble).__name__}: {str(trouble)[:200]})",
            )

    def retrieve(self, url: str) -> Retrieved:
        """The raw answer at an address, under the checks, caps and time limits of a feed; never raises."""
        try:
            answer = self._ask(url, FeedState("", datetime.fromtimestamp(0, UTC)))
        except _TroubleError as trouble:
            return Retrieved(url, trouble.status, trouble=trouble.outcome, detail=trouble.detail)
        except Exception as trouble:  # nothing a server sends stops the caller
            detail = f"could not be asked ({type(trouble).__name__}: {str(trouble)[:200]})"
            return Retrieved(url, None, trouble="unreachable", detail=detail)
        return Retrieved(answer.url, answer.status, answer.headers, answer.body)

    def _ask(self, url: str, state: FeedState) -> _Answer:
        """The answer at the end of the redirects."""
        deadline = self._ticks() + self._total_s
        headers = {"User-Agent": self._agent, "Accept": ACCEPT, "Accept-Encoding": "gzip, deflate"}
        if state.etag:
            headers["If-None-Match"] = state.etag
        if state.last_modified:
            headers["If-Modified-Since"] = state.last_modified
        start, moved = url, True
        for _ in range(MOST_REDIRECTS + 1):
            answer = self._once(url, headers, deadline)
            if answer.status not in _REDIRECTS or "location" not in answer.headers:
                return replace(answer, moved=moved and answer.url != start)
            moved = moved and answer.status in _MOVED
            url = urljoin(url, answer.headers["location"].strip())
        raise _TroubleError(
            "http_error", f"redirects more than {MOST_REDIRECTS} times; last to {url[:200]}", answer.status
        )

    def _once(self, url: str, headers: Mapping[str, str], deadline: float) -> _Answer:
        """One request to one address, each of the host's checked addresses tried in turn."""
        scheme, host, port, target = _parts(url)
        try:
            addresses = addresses_to_dial(host, port, self._allow, self._resolver)
        except RefusedAddressError as trouble:
            raise _TroubleError("refused_address", str(trouble)) from trouble
        except (OSError, UnicodeError, ValueError) as trouble:
            raise _TroubleError("unreachable", f"the name {host[:200]} cannot be resolved ({trouble})") from trouble
        for last, address in ((address is addresses[-1], address) for address in addresses):
            try:
                return self._exchange(scheme, host, port, target, address, headers, deadline, url)
            except httpx.ConnectTimeout as trouble:
                if last:
                    raise _TroubleError("timeout", f"{host} did not accept a connection in time") from trouble
            except httpx.TimeoutException as trouble:
                raise _TroubleError("timeout", f"{host} was silent for longer than {self._read_s:g} s") from trouble
            except httpx.ConnectError as trouble:
                if last:
                    raise _TroubleError("unreachable", f"{host} cannot be reached: {str(trouble)[:200]}") from trouble
            except httpx.TransportError as trouble:
                if self._ticks() >= deadline:
                    raise self._too_slow() from trouble
                raise _TroubleError("unreachable", f"{host} broke off the answer: {str(trouble)[:200]}") from trouble
        raise _TroubleError("unreachable", f"{host} has no address")

    def _exchange(
        self, scheme: str, host: str, port: int, target: str, address: Address, headers: Mapping[str, str],
        deadline: float, url: str,
    ) -> _Answer:  # fmt: skip
        left = deadline - self._ticks()
        if left <= 0:
            raise self._too_slow()
        literal = f"[{address}]" if address.version == 6 else str(address)
        name = f"[{host}]" if ":" in host else host
        watch = _Watch(left)
        request = httpx.Request(
            "GET",
            f"{scheme}://{literal}:{port}{target}",
            headers={"Host": name if port == _PORTS[scheme] else f"{name}:{port}", **headers},
            extensions={
                "timeout": {"connect": min(self._connect_s, left), "read": min(self._read_s, left),
                            "write": min(self._read_s, left), "pool": left},
                "sni_hostname": host,
                "trace": watch.trace,
            },
        )  # fmt: skip
        with watch:
            response = self._transport.handle_request(request)
            try:
                wanted = {key.lower(): value for key, value in response.headers.items()}
                body = b""
                if response.status_code == 200:
                    body = self._body(response, wanted.get("content-encoding", ""), deadline)
                return _Answer(response.status_code, wanted, body, url, False)
            finally:
                response.close()

    def _too_slow(self) -> _TroubleError:
        return _TroubleError("timeout", f"did not finish within {self._total_s:g} s")

    def _body(self, response: httpx.Response, encoding: str, deadline: float) -> bytes:
        try:
            body = unpacked(self._in_time(response.iter_raw(), deadline), encoding, self._limit)
            return gunzipped(body, self._limit)
        except TooLargeError as trouble:
            limit = f"{self._limit / 2**20:.3g} MiB"
            raise _TroubleError(
                "too_large", f"is larger than {limit}; raise TRACKER_FETCH_MAX_BYTES if it is right", 200
            ) from trouble
        except BrokenBodyError as trouble:
            raise _TroubleError("unreachable", f"the answer {trouble}", 200) from trouble

    def _in_time(self, chunks: Iterator[bytes], deadline: float) -> Iterator[bytes]:
        for chunk in chunks:
            if self._ticks() > deadline:
                raise _TroubleError(
                    "timeout", f"sent its answer so slowly that {self._total_s:g} s were not enough", 200
                )
            yield chunk

    def _judged(self, feed: Feed, state: FeedState, answer: _Answer) -> Fetched:
        """What an answer comes to."""
        headers, status = answer.headers, answer.status
        said = Fetched(
            feed=feed.id,
            outcome="unchanged",
            status=status,
            detail="",
            etag=headers.get("etag", ""),
            last_modified=headers.get("last-modified", ""),
            size=len(answer.body),
            retry_after_s=retry_after_s(headers),
            max_age_s=max_age_s(headers),
        )
        if status == 304 and (state.etag or state.last_modified):
            return replace(said, detail="not modified since the last fetch")
        if status != 200:
            outcome, detail = _refusal(status, headers)
            return replace(said, outcome=outcome, detail=detail, etag="", last_modified="")
        body_hash = hashlib.sha256(answer.body).hexdigest()
        said = replace(said, body_hash=body_hash)
        if body_hash == state.body_hash:
            return replace(said, detail="the same document as at the last fetch")
        try:
            entries = parse(answer.body, headers.get("content-type", ""), answer.url, feed.zone, feed.lang)
        except SourceError as trouble:
            empty = not answer.body.strip()
            return replace(said, outcome="empty" if empty else "not_a_feed", detail=f"the document {trouble}")
        if not entries:
            return replace(said, outcome="empty", detail="the feed has no entries; a live feed always has some")
        detail = f"{len(entries)} entries"
        if answer.moved:
            detail += f"; moved for good to {answer.url[:300]}, put that address into the configuration"
        return replace(said, outcome="ok", detail=detail, entries=entries)


def _refusal(status: int, headers: Mapping[str, str]) -> tuple[FetchOutcome, str]:
    """The outcome and sentence for a status that brings no document."""
    if status == 410:
        return "gone", "is gone for good, says the server (410); find the feed's new address"
    if status in (429, 503):
        asked = headers.get("retry-after", "")
        return "rate_limited", f"asks us to come later ({status}" + (f", Retry-After {asked[:40]})" if asked else ")")
    if "cf-mitigated" in headers or (status in (401, 403) and "cloudflare" in headers.get("server", "").lower()):
        return (
            "http_error",
            f"a bot wall answers instead of the feed ({status}); ask the publisher or use another source",
        )
    if status == 404:
        return "http_error", "not found (404); check the address, it may have moved"
    if status in (401, 403):
        return "http_error", f"the server refuses us ({status}); ask the publisher or use another source"
    if status >= 500:
        return "http_error", f"the server has trouble of its own ({status})"
    return "http_error", f"answered with status {status}, which brings no feed"


def _parts(url: str) -> tuple[str, str, int, str]:
    """Scheme, host, port and request target of an address; user names in it are not sent."""
    try:
        parts = urlsplit(url.strip())
        scheme, host, port = parts.scheme.lower(), (parts.hostname or "").rstrip("."), parts.port
        if host and not host.isascii():
            host = host.encode("idna").decode("ascii")
    except (ValueError, UnicodeError) as trouble:
        raise _TroubleError("unreachable", f"{url[:200]!r} is no address that can be understood") from trouble
    if scheme not in _PORTS:
        raise _TroubleError("refused_address", f"{url[:200]!r} is not http or https")
    if not host:
        raise _TroubleError("unreachable", f"{url[:200]!r} names no host")
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~-._?")
    return scheme, host, _PORTS[scheme] if port is None else port, urlunsplit(("", "", path, query, ""))
