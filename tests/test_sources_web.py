"""The fetcher against a server on this machine that misbehaves on request."""

from __future__ import annotations

import gzip
import shutil
import socket
import ssl
import subprocess
import threading
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path

import brotli
import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from tracker.core.polling import Feed, FeedState, Fetched
from tracker.sources.web import HttpFetcher

LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
AGENT = "tracker-test/1 (someone@example.org)"
DOCUMENT = (
    '<rss version="2.0"><channel><title>t</title><item><title>Objects seen</title><link>/a</link>'
    "<guid>g</guid><pubDate>2026-08-14 15:20</pubDate></item></channel></rss>"
)


def feed_at(url: str, fallback: str = "") -> Feed:
    return Feed("sample", "Sample", url, "sample", "en", "Asia/Seoul", True, 3600, 2.0, fallback, "")


STATE = FeedState("sample", datetime(2026, 8, 14, tzinfo=UTC))


@pytest.fixture
def fetcher() -> Iterator[HttpFetcher]:
    with HttpFetcher(AGENT, LOOPBACK, connect_s=2, read_s=2, total_s=4, limit_bytes=200_000) as ready:
        yield ready


@pytest.fixture
def ask(httpserver: HTTPServer, fetcher: HttpFetcher) -> Callable[..., Fetched]:
    """Serves one answer at /feed and fetches it."""

    def asked(body: str | bytes = DOCUMENT, status: int = 200, state: FeedState = STATE, **headers: str) -> Fetched:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        httpserver.expect_request("/feed").respond_with_response(Response(body, status, named or None))
        return fetcher.fetch(feed_at(httpserver.url_for("/feed")), state)

    return asked


def test_a_feed_comes_back_as_entries(ask: Callable[..., Fetched], httpserver: HTTPServer) -> None:
    got = ask(ETag='W/"a\'1"', Last_Modified="Fri, 14 Aug 2026 06:20:00 GMT", Cache_Control="public, max-age=600")
    assert (got.outcome, got.status, got.etag, got.max_age_s) == ("ok", 200, 'W/"a\'1"', 600)
    assert got.last_modified == "Fri, 14 Aug 2026 06:20:00 GMT"
    assert got.size == len(DOCUMENT)
    (entry,) = got.entries
    assert (entry.title, entry.url, entry.lang) == ("Objects seen", httpserver.url_for("/a"), "en")
    assert entry.published.first_at == datetime(2026, 8, 14, 6, 20, tzinfo=UTC)  # the feed's zone, not ours


def test_the_request_is_honest_and_conditional(ask: Callable[..., Fetched], httpserver: HTTPServer) -> None:
    state = replace(STATE, etag='W/"odd, \'etag"', last_modified="a date as it came")
    assert ask("", 304, state).outcome == "unchanged"
    ((request, _),) = httpserver.log
    assert request.headers["User-Agent"] == AGENT
    assert request.headers["If-None-Match"] == state.etag
    assert request.headers["If-Modified-Since"] == state.last_modified
    assert request.headers["Accept-Encoding"] == "gzip, deflate, br"
    assert request.headers["A-IM"] == "feed"
    assert request.headers["Connection"] == "close"
    assert request.headers["Host"] == f"localhost:{httpserver.port}"
    assert not {"Cookie", "Referer", "Authorization"} & set(request.headers.keys())


def test_the_same_body_is_unchanged_without_being_parsed(ask: Callable[..., Fetched]) -> None:
    first = ask()
    again = ask(state=replace(STATE, body_hash=first.body_hash))
    assert (again.outcome, again.entries, again.body_hash) == ("unchanged", (), first.body_hash)


@pytest.mark.parametrize(
    ("status", "body", "outcome", "words"),
    [
        (200, "<!DOCTYPE html><html><body>Please sign in</body></html>", "not_a_feed", "web page"),
        (200, '<rss version="2.0"><channel><title>t</title></channel></rss>', "empty", "no entries"),
        (200, "", "empty", "empty"),
        (304, "", "http_error", "304"),
        (404, DOCUMENT, "http_error", "not found"),
        (403, DOCUMENT, "http_error", "refuses"),
        (500, DOCUMENT, "http_error", "trouble of its own"),
        (204, "", "http_error", "204"),
        (410, DOCUMENT, "gone", "for good"),
        (429, DOCUMENT, "rate_limited", "come later"),
        (503, DOCUMENT, "rate_limited", "come later"),
    ],
)
def test_trouble_is_an_outcome_with_a_sentence(
    ask: Callable[..., Fetched], status: int, body: str, outcome: str, words: str
) -> None:
    got = ask(body, status)
    assert (got.outcome, got.status, got.entries) == (outcome, status, ())
    assert words in got.detail


def test_a_bot_wall_is_named(ask: Callable[..., Fetched]) -> None:
    assert "bot wall" in ask("x", 403, cf_mitigated="challenge").detail


def test_retry_after_is_reported(ask: Callable[..., Fetched]) -> None:
    assert ask("x", 429, Retry_After="120").retry_after_s == 120


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "deflate bare": lambda data: zlib.compress(data)[2:-4],
    "br": brotli.compress,
    "gzip in two members": lambda data: gzip.compress(data[:50]) + gzip.compress(data[50:]),
}


@pytest.mark.parametrize("name", PACKERS)
def test_packed_bodies(ask: Callable[..., Fetched], name: str) -> None:
    assert ask(PACKERS[name](DOCUMENT.encode()), Content_Encoding=name.split()[0]).outcome == "ok"


def test_a_gzip_file_is_a_feed_too(ask: Callable[..., Fetched]) -> None:
    assert ask(gzip.compress(DOCUMENT.encode()), Content_Type="application/gzip").outcome == "ok"


@pytest.mark.parametrize(
    ("body", "encoding", "outcome"),
    [
        (b"x" * 300_000, "identity", "too_large"),
        (gzip.compress(b"x" * 50_000_000), "gzip", "too_large"),
        (zlib.compress(b"x" * 50_000_000), "deflate", "too_large"),
        (gzip.compress(DOCUMENT.encode())[:-12], "gzip", "unreachable"),
        (b"no gzip at all", "gzip", "unreachable"),
        (b"whatever", "br", "unreachable"),
        (brotli.compress(b"x" * 50_000_000, quality=1), "br", "too_large"),
        (brotli.compress(DOCUMENT.encode())[:-5], "br", "unreachable"),
        (gzip.compress(gzip.compress(DOCUMENT.encode())), "gzip, gzip", "unreachable"),
        (gzip.compress(b"") * 200, "gzip", "unreachable"),
        (b"whatever", "zstd", "unreachable"),
    ],
)
def test_bombs_and_broken_packing(ask: Callable[..., Fetched], body: bytes, encoding: str, outcome: str) -> None:
    assert ask(body, Content_Encoding=encoding).outcome == outcome


def test_redirects_are_followed_and_a_permanent_one_is_told(httpserver: HTTPServer, fetcher: HttpFetcher) -> None:
    httpserver.expect_request("/old").respond_with_response(Response(status=301, headers={"Location": "/newer"}))
    httpserver.expect_request("/newer").respond_with_response(Response(status=308, headers={"Location": "/new"}))
    httpserver.expect_request("/new").respond_with_data(DOCUMENT)
    got = fetcher.fetch(feed_at(httpserver.url_for("/old")), STATE)
    assert got.outcome == "ok"
    assert httpserver.url_for("/new") in got.detail


def test_a_circle_of_redirects_ends(httpserver: HTTPServer, fetcher: HttpFetcher) -> None:
    httpserver.expect_request("/round").respond_with_response(Response(status=302, headers={"Location": "/round"}))
    got = fetcher.fetch(feed_at(httpserver.url_for("/round")), STATE)
    assert (got.outcome, "redirects more than" in got.detail) == ("http_error", True)
    assert len(httpserver.log) == 6


@pytest.mark.parametrize(
    "target", ["http://169.254.169.254/latest", "http://10.0.0.1/", "file:///etc/passwd", "ftp://127.0.0.1/"]
)
def test_every_redirect_is_checked(httpserver: HTTPServer, fetcher: HttpFetcher, target: str) -> None:
    httpserver.expect_request("/trap").respond_with_response(Response(status=302, headers={"Location": target}))
    assert fetcher.fetch(feed_at(httpserver.url_for("/trap")), STATE).outcome == "refused_address"


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1", "169.254.169.254", "[::ffff:127.0.0.1]", "0.0.0.0"],  # noqa: S104
)
def test_private_addresses_are_refused_unless_allowed(httpserver: HTTPServer, host: str) -> None:
    httpserver.expect_request("/feed").respond_with_data(DOCUMENT)
    with HttpFetcher(AGENT) as strict:
        got = strict.fetch(feed_at(f"http://{host}:{httpserver.port}/feed"), STATE)
    assert (got.outcome, got.status) == ("refused_address", None)
    assert "TRACKER_FETCH_ALLOW" in got.detail
    assert not httpserver.log


def test_the_checked_address_is_the_one_dialled(httpserver: HTTPServer) -> None:
    """The name is resolved once: a second answer cannot lead elsewhere."""
    asked: list[str] = []

    def resolver(host: str, _port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["127.0.0.99"]

    httpserver.expect_request("/feed").respond_with_data(DOCUMENT)
    with HttpFetcher(AGENT, LOOPBACK, resolver=resolver) as fetcher:
        got = fetcher.fetch(feed_at(f"http://feeds.example.org:{httpserver.port}/feed"), STATE)
    assert (got.outcome, asked) == ("ok", ["feeds.example.org"])
    assert httpserver.log[0][0].headers["Host"] == f"feeds.example.org:{httpserver.port}"


def test_names_that_do_not_resolve_and_ports_that_do_not_answer(fetcher: HttpFetcher) -> None:
    def nowhere(_host: str, _port: int) -> Sequence[str]:
        raise socket.gaierror(-2, "Name or service not known")

    with HttpFetcher(AGENT, resolver=nowhere) as lost:
        assert lost.fetch(feed_at("https://nowhere.example/feed"), STATE).outcome == "unresolved"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert fetcher.fetch(feed_at(f"http://127.0.0.1:{port}/feed"), STATE).outcome == "unreachable"
    for url in ("", "http://", "http://[::1", "no address", "http://127.0.0.1:99999/"):
        assert fetcher.fetch(feed_at(url), STATE).outcome in ("unreachable", "refused_address")


def test_tls_that_cannot_be_trusted_is_unreachable(httpserver: HTTPServer, fetcher: HttpFetcher) -> None:
    got = fetcher.fetch(feed_at(f"https://127.0.0.1:{httpserver.port}/feed"), STATE)
    assert got.outcome == "unreachable"


@contextmanager
def raw_server(talk: Callable[[socket.socket, threading.Event], None]) -> Iterator[int]:
    """A server of bare sockets, for answers no HTTP server would give."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(4096)
                with suppress(OSError):
                    talk(connection, over)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            over.set()
            thread.join(5)


def silent(_connection: socket.socket, over: threading.Event) -> None:
    over.wait(5)


def dripping_head(connection: socket.socket, over: threading.Event) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while not over.wait(0.02):
        connection.sendall(b"X-A: b\r\n")


def dripping_body(connection: socket.socket, over: threading.Event) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while not over.wait(0.02):
        connection.sendall(b"<")


def broken_off(connection: socket.socket, _over: threading.Event) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n<rss>")


def no_http(connection: socket.socket, _over: threading.Event) -> None:
    connection.sendall(b"220 mail.example.org ready\r\n")


@pytest.mark.parametrize(
    ("talk", "outcome"),
    [
        (silent, "timeout"),
        (dripping_head, "timeout"),
        (dripping_body, "timeout"),
        (broken_off, "unreachable"),
        (no_http, "unreachable"),
    ],
)
def test_servers_that_do_not_finish(talk: Callable[[socket.socket, threading.Event], None], outcome: str) -> None:
    with raw_server(talk) as port, HttpFetcher(AGENT, LOOPBACK, connect_s=0.3, read_s=0.3, total_s=0.5) as fetcher:
        got = fetcher.fetch(feed_at(f"http://127.0.0.1:{port}/feed"), STATE)
    assert (got.outcome, got.entries) == (outcome, ())
    assert got.detail


def test_cookies_are_not_kept(httpserver: HTTPServer, fetcher: HttpFetcher) -> None:
    seen: list[str | None] = []

    def answer(request: Request) -> Response:
        seen.append(request.headers.get("Cookie"))
        return Response(DOCUMENT, headers={"Set-Cookie": "who=you; Path=/"})

    httpserver.expect_request("/feed").respond_with_handler(answer)
    for _ in range(2):
        assert fetcher.fetch(feed_at(httpserver.url_for("/feed")), STATE).outcome == "ok"
    assert seen == [None, None]


def test_one_fetcher_serves_many_threads(httpserver: HTTPServer, fetcher: HttpFetcher) -> None:
    httpserver.expect_request("/feed").respond_with_data(DOCUMENT)
    outcomes: list[str] = []
    feed = feed_at(httpserver.url_for("/feed"))
    threads = [threading.Thread(target=lambda: outcomes.append(fetcher.fetch(feed, STATE).outcome)) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert outcomes == ["ok"] * 16


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for feeds.example.org and its key, in one file, made for this run."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("no openssl program to make a certificate with")
    folder = tmp_path_factory.mktemp("tls")
    key, cert = folder / "key.pem", folder / "cert.pem"
    subprocess.run(  # our own arguments
        [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         "-subj", "/CN=feeds.example.org", "-addext", "subjectAltName=DNS:feeds.example.org",
         "-keyout", str(key), "-out", str(cert)],
        check=True,
        capture_output=True,
    )  # fmt: skip
    both = folder / "both.pem"
    both.write_bytes(cert.read_bytes() + key.read_bytes())
    return both


@pytest.mark.parametrize(("host", "outcome"), [("feeds.example.org", "ok"), ("other.example.org", "unreachable")])
def test_the_certificate_is_checked_against_the_name_although_an_address_is_dialled(
    certificate: Path, host: str, outcome: str
) -> None:
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(certificate)
    with (
        HTTPServer(ssl_context=serving) as server,
        HttpFetcher(
            AGENT,
            LOOPBACK,
            tls=ssl.create_default_context(cafile=str(certificate)),
            resolver=lambda _name, _port: ["127.0.0.1"],
        ) as fetcher,
    ):
        server.expect_request("/feed").respond_with_data(DOCUMENT)
        got = fetcher.fetch(feed_at(f"https://{host}:{server.port}/feed"), STATE)
    assert got.outcome == outcome, got.detail
