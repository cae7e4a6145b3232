"""The fetcher against the whole set of hostile servers, walls and broken networks, in short."""

from __future__ import annotations

import errno
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from tracker.bench.hostile import poll_beside_a_healthy_feed
from tracker.bench.villains import FEED, HEALTHY, VILLAINS, Resolver, Villain, path_of, villains
from tracker.core.polling import Feed, FeedState
from tracker.sources.asking import RECENTLY_S
from tracker.sources.walls import wall_of
from tracker.sources.web import HttpFetcher
from tracker.sources.weights import MOST_ENTITIES, MOST_TAGS, too_heavy
from tracker.store.engine import Store
from tracker.store.versions import upgrade

LOOPBACK = [ip_network("127.0.0.1/32")]
STATE = FeedState("sample", datetime(2026, 8, 14, tzinfo=UTC))
TOTAL_S = 0.4
GRACE_S = 4.0
MIGRATIONS = Path(__file__).resolve().parents[1] / "migrations"


def feed_at(url: str) -> Feed:
    return Feed("sample", "Sample", url, "sample", "en", "UTC", True, 3600, 2.0, "", "")


@pytest.fixture(scope="module")
def stage() -> Iterator[tuple[int, list[str]]]:
    with villains(bomb_bytes=32 * 2**20) as playing:
        yield playing


@pytest.mark.parametrize("villain", VILLAINS, ids=lambda each: each.name)
def test_every_villain_ends_in_time_with_its_own_outcome(stage: tuple[int, list[str]], villain: Villain) -> None:
    port, asked = stage
    over = threading.Event()
    # What is read at leisure here may take a while on a busy machine; what never ends must end early.
    total_s = 10.0 if "timeout" not in villain.outcomes else TOTAL_S
    with HttpFetcher("tracker-test/1", LOOPBACK, total_s=total_s, resolver=Resolver(over)) as fetcher:
        began = time.perf_counter()
        got = fetcher.fetch(feed_at(f"http://{villain.host}:{port}{path_of(villain.name)}"), STATE)
        took = time.perf_counter() - began
        over.set()
    assert got.outcome in villain.outcomes, got.detail
    assert got.detail
    assert took < total_s + GRACE_S
    assert "/fetched" not in asked
    assert not any("root:" in entry.title + entry.summary for entry in got.entries)


def test_a_healthy_feed_is_polled_beside_a_villain(stage: tuple[int, list[str]], tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'tracker.sqlite'}")
    upgrade(store, MIGRATIONS)
    drip = next(each for each in VILLAINS if each.name == "slow drip in the head")
    found = poll_beside_a_healthy_feed(drip, stage[0], TOTAL_S, store)
    store.close()
    assert (found["outcome"], found["healthy"], found["leaked"]) == ("timeout", "ok", False)


PAGE = b"<!DOCTYPE html><html><head><title>%s</title></head><body>%s</body></html>"


@pytest.mark.parametrize(
    ("status", "headers", "page", "wall"),
    [
        (403, {"cf-mitigated": "challenge"}, b"", "Cloudflare"),
        (503, {}, PAGE % (b"Just a moment...", b""), "Cloudflare"),
        (200, {}, PAGE % (b"x", b"<script>window._cf_chl_opt={}</script>"), "Cloudflare"),
        (403, {}, PAGE % (b"Access Denied", b"Reference #18 https://errors.edgesuite.net/18"), "Akamai"),
        (403, {"set-cookie": "a=b, _abck=1~2"}, PAGE % (b"Access Denied", b""), "Akamai"),
        (403, {"x-datadome": "protected"}, PAGE % (b"no", b""), "DataDome"),
        (403, {}, PAGE % (b"", b"Request unsuccessful. Incapsula incident ID: 1"), "Imperva"),
        (403, {}, PAGE % (b"", b'<div id="px-captcha">'), "PerimeterX"),
        (202, {"x-amzn-waf-action": "challenge"}, b"", "AWS WAF"),
        (405, {}, PAGE % (b"Human Verification", b"<script>window.gokuProps = {}</script>"), "AWS WAF"),
        (429, {"x-vercel-mitigated": "challenge"}, b"", "Vercel"),
        (200, {}, PAGE % (b"Are you human?", b""), "an unknown wall"),
        # no walls: a refusal without marks, sensors on an ordinary page, a feed about walls, patience asked for
        (403, {"server": "cloudflare"}, PAGE % (b"Forbidden", b""), ""),
        (200, {"set-cookie": "_abck=1", "x-datadome": "protected"}, PAGE % (b"News", b"hello"), ""),
        (200, {}, b"<rss><channel><title>Just a moment... px-captcha</title></channel></rss>", ""),
        (429, {}, PAGE % (b"Just a moment...", b"slow down"), ""),
        (404, {"cf-mitigated": "challenge"}, b"", ""),
    ],
)
def test_walls_are_told_from_pages(status: int, headers: dict[str, str], page: bytes, wall: str) -> None:
    assert wall_of(status, headers, page) == wall


def test_looking_for_a_page_behind_comments_does_not_run_away() -> None:
    began = time.perf_counter()
    assert wall_of(403, {}, b"<!---->" * 9000 + b"<!--") == ""
    assert time.perf_counter() - began < 1


@pytest.mark.parametrize("status", [200, 403])
def test_a_wall_is_named_and_its_page_kept(httpserver: HTTPServer, status: int) -> None:
    page = PAGE % (b"Just a moment...", b"_cf_chl_opt")
    httpserver.expect_request("/feed").respond_with_response(Response(page, status, content_type="text/html"))
    with HttpFetcher("tracker-test/1", LOOPBACK) as fetcher:
        got = fetcher.fetch(feed_at(f"http://127.0.0.1:{httpserver.port}/feed"), STATE)
    assert (got.outcome, got.status, got.refused_body) == ("bot_wall", status, page)
    assert "Cloudflare" in got.detail


def test_a_document_that_is_no_feed_is_kept_in_part(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/feed").respond_with_data(b"<html><body>" + b"x" * 100_000)
    with HttpFetcher("tracker-test/1", LOOPBACK) as fetcher:
        got = fetcher.fetch(feed_at(f"http://127.0.0.1:{httpserver.port}/feed"), STATE)
    assert (got.outcome, len(got.refused_body)) == ("not_a_feed", 64 * 1024)


@pytest.mark.parametrize(
    ("instance", "body", "outcome", "delta"),
    [
        ("feed", FEED.format("new"), "ok", True),
        ("feed", '<rss version="2.0"><channel><title>t</title></channel></rss>', "unchanged", True),
        ("gzip", FEED.format("new"), "http_error", False),
    ],
)
def test_an_answer_with_only_what_is_new(
    httpserver: HTTPServer, instance: str, body: str, outcome: str, delta: bool
) -> None:
    answer = Response(body, 226, {"IM": instance, "ETag": '"2"'})
    httpserver.expect_request("/feed").respond_with_response(answer)
    with HttpFetcher("tracker-test/1", LOOPBACK) as fetcher:
        got = fetcher.fetch(feed_at(f"http://127.0.0.1:{httpserver.port}/feed"), replace(STATE, etag='"1"'))
    assert (got.outcome, got.status, got.delta) == (outcome, 226, delta)


def test_only_a_chain_of_permanent_redirects_moves_a_feed(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/new").respond_with_data(FEED.format("here"))
    for path, status, target in (("/old", 301, "/new"), ("/older", 302, "/old"), ("/oldest", 308, "/old")):
        httpserver.expect_request(path).respond_with_response(Response(status=status, headers={"Location": target}))
    base = f"http://127.0.0.1:{httpserver.port}"
    with HttpFetcher("tracker-test/1", LOOPBACK) as fetcher:
        moved = {
            path: fetcher.fetch(feed_at(base + path), STATE).moved_to for path in ("/old", "/older", "/oldest", "/new")
        }
    assert moved == {"/old": f"{base}/new", "/older": "", "/oldest": f"{base}/new", "/new": ""}


def test_names_and_passwords_in_an_address_are_not_sent(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/feed").respond_with_data(FEED.format("x"))
    with HttpFetcher("tracker-test/1", LOOPBACK) as fetcher:
        assert fetcher.fetch(feed_at(f"http://who:secret@127.0.0.1:{httpserver.port}/feed"), STATE).outcome == "ok"
    ((request, _),) = httpserver.log
    assert "secret" not in str(request.headers)
    assert request.headers["Host"] == f"127.0.0.1:{httpserver.port}"


class Ticks:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def failing(number: int) -> Callable[[str, int], list[str]]:
    def resolver(host: str, _port: int) -> list[str]:
        if host.startswith("found"):
            return ["127.0.0.1"]
        raise socket.gaierror(number, "told by the test")

    return resolver


def test_whose_trouble_it_is_when_a_name_is_not_found(stage: tuple[int, list[str]]) -> None:
    """No name servers at all is our own network; a single broken zone among names that are found is its own."""
    ticks = Ticks()
    lost, found = feed_at("http://lost.example/"), feed_at(f"http://found.example:{stage[0]}{HEALTHY}")
    with HttpFetcher("t/1", LOOPBACK, resolver=failing(socket.EAI_AGAIN), ticks=ticks) as fetcher:
        assert fetcher.fetch(lost, STATE).outcome == "offline"
        assert fetcher.fetch(found, STATE).outcome == "ok"
        assert fetcher.fetch(lost, STATE).outcome == "unresolved"
        ticks.now += RECENTLY_S + 1
        assert fetcher.fetch(lost, STATE).outcome == "offline"
    with HttpFetcher("t/1", LOOPBACK, resolver=failing(socket.EAI_NONAME)) as fetcher:
        assert fetcher.fetch(lost, STATE).outcome == "unresolved"


@pytest.mark.parametrize(
    ("number", "outcome"),
    [(errno.ENETUNREACH, "offline"), (errno.EHOSTUNREACH, "unreachable"), (errno.ECONNREFUSED, "unreachable")],
)
def test_whose_trouble_it_is_when_there_is_no_way(monkeypatch: pytest.MonkeyPatch, number: int, outcome: str) -> None:
    def no_way(*_: object, **__: object) -> socket.socket:
        raise OSError(number, "told by the test")

    monkeypatch.setattr(socket, "create_connection", no_way)
    with HttpFetcher("t/1", LOOPBACK) as fetcher:
        assert fetcher.fetch(feed_at("http://127.0.0.1/"), STATE).outcome == outcome


def test_a_resolver_that_hangs_holds_nobody_else(stage: tuple[int, list[str]]) -> None:
    over = threading.Event()
    healthy = feed_at(f"http://healthy.example:{stage[0]}{HEALTHY}")
    with HttpFetcher("t/1", LOOPBACK, connect_s=0.1, total_s=2, resolver=Resolver(over)) as fetcher:
        for _ in range(3):
            assert fetcher.fetch(feed_at("http://hangs.example/"), STATE).outcome == "offline"
        assert fetcher.fetch(healthy, STATE).outcome == "ok"
        assert fetcher.fetch(feed_at("http://hangs.example/"), STATE).outcome == "timeout"
        over.set()


def test_what_is_too_heavy_is_told_in_every_spelling() -> None:
    declared = "<!DOCTYPE rss [{}]><rss/>"
    characters = "".join(f'<!ENTITY c{n} "&#{n};">' for n in range(160, 160 + MOST_ENTITIES))
    assert too_heavy(declared.format(characters).encode()) == ""
    for encoding in ("utf-8", "utf-16", "utf-16-be"):
        assert "made of entities" in too_heavy(declared.format('<!ENTITY a "x"><!ENTITY b "&a;">').encode(encoding))
        assert "tags" in too_heavy(("<rss>" + "<a/>" * MOST_TAGS).encode(encoding))
        assert "values" in too_heavy((" \n[" + "{}," * 300_000 + "0]").encode(encoding))
        assert "entries" in too_heavy(("<rss>" + "<item/>" * 20_001).encode(encoding))
    assert too_heavy(FEED.encode()) == too_heavy(b"") == too_heavy(b"{}") == ""
