"""The wire: one request and its answer on one connection of its own, every byte against one deadline.

A transport in httpx's sense, without a pool: a feed's next poll is an hour away, so a kept connection would only
hold a server's socket, and the pool cost more than the request (docs/decisions/0012-dialling-and-pool.md).
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterator

import h11
import httpx

HEAD_BYTES = 64 * 1024
"""A head larger than this is no feed's: the largest seen (content policies of 20 kB) is a third of it."""

MOST_HEADERS = 256
MOST_INTERIM = 16
"""Answers of the kind "100 Continue" before the real one; more is a flood."""

CHUNK = 64 * 1024


class Wire(httpx.BaseTransport):
    """Dials the literal address in a request's URL; safe to use from several threads, nothing is kept between two.

    Extensions of a request: ``sni_hostname`` (the name a certificate must carry), ``deadline`` (on ``ticks``,
    after which nothing is waited for), ``timeout`` with ``connect`` and ``read`` (seconds for one step), and
    ``most_bytes`` (on the wire, head and packing included). Raises httpx's own errors: ConnectTimeout,
    ConnectError, ReadTimeout, ReadError, RemoteProtocolError; their cause is the system's error where there is one.
    """

    def __init__(self, tls: ssl.SSLContext, ticks: Callable[[], float] = time.monotonic) -> None:
        tls.set_alpn_protocols(["http/1.1"])
        self._tls, self._ticks = tls, ticks

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        talk = _Talk(self._dial(request), request, self._ticks)
        try:
            head = talk.ask(request)
        except BaseException:
            talk.close()
            raise
        return httpx.Response(head.status_code, headers=head.headers.raw_items(), stream=_Body(talk))

    def _dial(self, request: httpx.Request) -> socket.socket:
        url, extensions = request.url, request.extensions
        limit = extensions["timeout"]["connect"]
        try:
            connection = socket.create_connection(
                (url.host, url.port or (443 if url.scheme == "https" else 80)),
                _left(extensions["deadline"], self._ticks, limit),
            )
        except TimeoutError as trouble:
            raise httpx.ConnectTimeout("no connection in time") from trouble
        except OSError as trouble:
            raise httpx.ConnectError(str(trouble)) from trouble
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if url.scheme == "https":
                # The time limit of a socket holds for its whole handshake, not for each message of it.
                connection.settimeout(_left(extensions["deadline"], self._ticks, limit))
                connection = self._tls.wrap_socket(connection, server_hostname=extensions["sni_hostname"])
        except TimeoutError as trouble:
            connection.close()
            raise httpx.ConnectTimeout("no secure connection in time") from trouble
        except (OSError, ValueError) as trouble:
            connection.close()
            raise httpx.ConnectError(str(trouble)) from trouble
        return connection


class _Talk:
    """One connection's conversation: h11 knows the protocol, this knows the limits."""

    def __init__(self, connection: socket.socket, request: httpx.Request, ticks: Callable[[], float]) -> None:
        self._connection, self._ticks = connection, ticks
        self._deadline, self._read_s = request.extensions["deadline"], request.extensions["timeout"]["read"]
        self._left_bytes: int = request.extensions["most_bytes"]
        self._protocol = h11.Connection(h11.CLIENT, max_incomplete_event_size=HEAD_BYTES)

    def ask(self, request: httpx.Request) -> h11.Response:
        """Send the request, then wait for the head of its answer."""
        asked = h11.Request(method=request.method, target=request.url.raw_path, headers=request.headers.raw)
        packet = (self._protocol.send(asked) or b"") + (self._protocol.send(h11.EndOfMessage()) or b"")
        try:
            self._connection.settimeout(_left(self._deadline, self._ticks, self._read_s))
            self._connection.sendall(packet)
        except TimeoutError as trouble:
            raise httpx.WriteTimeout("the request was not taken in time") from trouble
        except OSError:
            pass  # a server may answer and close before it has read everything; its answer is still there
        for _ in range(MOST_INTERIM + 1):
            event = self._event()
            if isinstance(event, h11.Response):
                if len(event.headers) > MOST_HEADERS:
                    raise httpx.RemoteProtocolError(f"more than {MOST_HEADERS} headers")
                return event
            if not isinstance(event, h11.InformationalResponse):
                raise httpx.RemoteProtocolError("closed without an answer")
        raise httpx.RemoteProtocolError(f"more than {MOST_INTERIM} interim answers")

    def chunks(self) -> Iterator[bytes]:
        """The body as it comes, still packed."""
        while True:
            event = self._event()
            if isinstance(event, h11.Data):
                yield bytes(event.data)
            elif isinstance(event, h11.EndOfMessage):
                return
            else:
                raise httpx.RemoteProtocolError("ended before its body did")

    def close(self) -> None:
        self._connection.close()

    def _event(self) -> object:
        try:
            while (event := self._protocol.next_event()) is h11.NEED_DATA:
                self._protocol.receive_data(self._received())
        except h11.RemoteProtocolError as trouble:
            raise httpx.RemoteProtocolError(str(trouble)) from trouble
        return event

    def _received(self) -> bytes:
        try:
            self._connection.settimeout(_left(self._deadline, self._ticks, self._read_s))
            data = self._connection.recv(CHUNK)
        except TimeoutError as trouble:
            raise httpx.ReadTimeout("nothing came in time") from trouble
        except OSError as trouble:
            raise httpx.ReadError(str(trouble)) from trouble
        self._left_bytes -= len(data)
        if self._left_bytes < 0:
            raise httpx.RemoteProtocolError("sends far more bytes than its document can have")
        return data


class _Body(httpx.SyncByteStream):
    def __init__(self, talk: _Talk) -> None:
        self._talk = talk

    def __iter__(self) -> Iterator[bytes]:
        return self._talk.chunks()

    def close(self) -> None:
        self._talk.close()


def _left(deadline: float, ticks: Callable[[], float], most: float) -> float:
    """Seconds to wait for one step; raises TimeoutError when there are none left."""
    left = min(most, deadline - ticks())
    if left <= 0:
        raise TimeoutError("the deadline has passed")
    return left
