"""A loopback server that behaves like the dated archives do, faults included. For the bench and the tests.

Everything is drawn from a seed, so two runs meet the same articles; faults depend on the order of the requests.
"""

from __future__ import annotations

import contextlib
import json
import re
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from typing import cast
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

LIST_PATH, FEED_PATH = "/api/doc", "/rss/search"
LIST_CAP, FEED_CAP = 250, 100
GRID_S = 900
"""GDELT sees articles on a grid of 15 minutes (see the dates in any of its answers)."""

OUTLETS = 40
BURST_DAYS, BURST_WEIGHT = 6, 12
"""A few days of a year (a test, a summit) hold an order of magnitude more than the others."""

FAULTS: Mapping[str, float] = {
    "busy": 0.08,
    "busy_page": 0.02,
    "broken_off": 0.04,
    "reset": 0.03,
    "trouble": 0.02,
    "slow": 0.003,
    "odd_signs": 0.08,
}
"""How often each fault is met; ``odd_signs`` is an answer with control characters and stray backslashes in it."""


@dataclass(frozen=True, slots=True)
class Article:
    number: int
    seen_at: datetime
    outlet: int

    @property
    def domain(self) -> str:
        return f"paper{self.outlet}.example"

    @property
    def url(self) -> str:
        return f"https://{self.domain}/{self.seen_at:%Y/%m/%d}/story-{self.number}"

    @property
    def title(self) -> str:
        return f"Council of town {self.outlet} votes on plan {self.number}, officials say"


def simulated(count: int, since: date, days: int, seed: int = 1) -> tuple[Article, ...]:
    """``count`` distinct articles over ``days`` days, a few days of them bursting, in order of their instants."""
    draw = Random(seed)  # noqa: S311 - articles, not secrets
    weights = [1.0] * days
    for day in draw.sample(range(days), min(BURST_DAYS, days)):
        weights[day] = BURST_WEIGHT
    start = datetime(since.year, since.month, since.day, tzinfo=UTC)
    drawn = (
        start + timedelta(days=day, seconds=draw.randrange(0, 86_400, GRID_S))
        for day in draw.choices(range(days), weights, k=count)
    )
    return tuple(Article(number, at, draw.randrange(OUTLETS)) for number, at in enumerate(sorted(drawn)))


@dataclass(slots=True)
class Tally:
    """What the server saw: good answers by window, articles handed out, faults by name, requests in all."""

    windows: Counter[tuple[str, str]] = field(default_factory=Counter)
    served: set[int] = field(default_factory=set)
    faults: Counter[str] = field(default_factory=Counter)
    requests: int = 0

    @property
    def repeated(self) -> int:
        """Good answers that had been given before."""
        return sum(self.windows.values()) - len(self.windows)


class ArchivesServer(ThreadingHTTPServer):
    """Listens on a free loopback port while it is entered. ``faults`` empty: a well-behaved archive."""

    daemon_threads = True

    def __init__(
        self, articles: tuple[Article, ...], faults: Mapping[str, float] = FAULTS, seed: int = 2, slow_s: float = 3.0
    ) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.articles, self.faults, self.slow_s = articles, faults, slow_s
        self.tally = Tally()
        self.guard = threading.Lock()
        self._draw = Random(seed)  # noqa: S311 - faults, not secrets

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def list_url(self) -> str:
        return self.base + LIST_PATH

    @property
    def feed_url(self) -> str:
        return self.base + FEED_PATH

    @contextlib.contextmanager
    def running(self) -> Iterator[ArchivesServer]:
        thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.shutdown()
            thread.join()
            self.server_close()

    def fault(self) -> str:
        """The next request's fault, "" for none."""
        with self.guard:
            self.tally.requests += 1
            place = self._draw.random()
            for name, share in self.faults.items():
                place -= share
                if place < 0:
                    self.tally.faults[name] += 1
                    return name
            return ""

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that was killed is part of the play."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        server = cast(ArchivesServer, self.server)
        parts = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        fault = server.fault()
        if fault == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            self.connection.close()
        elif fault == "busy":
            self._answer("Please limit requests to one every 5 seconds.", "text/plain", 429)
        elif fault == "busy_page":
            self._answer("Please limit requests to one every 5 seconds.", "text/plain")
        elif fault == "trouble":
            self._answer("<html><body>Bad gateway</body></html>", "text/html", 502)
        elif parts.path == LIST_PATH:
            self._list(server, asked, fault)
        elif parts.path == FEED_PATH:
            self._feed(server, asked, fault)
        else:
            self._answer("not here", "text/plain", 404)

    def _list(self, server: ArchivesServer, asked: Mapping[str, str], fault: str) -> None:
        if len(asked.get("query", "")) < 4 or asked.get("mode") != "artlist" or asked.get("format") != "json":
            self._answer("<!DOCTYPE html><html><body>Your query was too short or too long.</body></html>", "text/html")
            return
        since, until = (_moment(asked[name]) for name in ("startdatetime", "enddatetime"))
        found = [each for each in server.articles if since <= each.seen_at <= until]
        found = found[: min(int(asked["maxrecords"]), LIST_CAP)]
        text = json.dumps({"articles": [_record(each) for each in found]} if found else {}, indent=1)
        if fault == "odd_signs":
            text = text.replace(" of town", " of\x01 town").replace("votes", r"\votes")
        self._good(server, (asked["startdatetime"], asked["enddatetime"]), found, text, "application/json", fault)

    def _feed(self, server: ArchivesServer, asked: Mapping[str, str], fault: str) -> None:
        days = re.search(r"after:(\d{4}-\d\d-\d\d) before:(\d{4}-\d\d-\d\d)", asked.get("q", ""))
        if days is None:
            self._answer("<html><body>Before you continue</body></html>", "text/html")
            return
        since, until = (datetime.fromisoformat(day).replace(tzinfo=UTC) for day in days.groups())
        found = [each for each in server.articles if since <= each.seen_at < until]
        # The archive sorts by what it thinks of an entry, so a cut takes from anywhere in the window.
        found = sorted(found, key=lambda each: each.number * 7919 % 10_007)[:FEED_CAP]
        text = _rss(found)
        self._good(server, (days[1], days[2]), found, text, "application/xml; charset=utf-8", fault)

    def _good(
        self,
        server: ArchivesServer,
        window: tuple[str, str],
        found: list[Article],
        text: str,
        kind: str,
        fault: str,
    ) -> None:
        if fault == "broken_off":
            self._answer(text[: max(1, len(text) * 2 // 3)], kind)
            return
        if fault == "slow":
            time.sleep(server.slow_s)
        with server.guard:
            server.tally.windows[window] += 1
            server.tally.served.update(each.number for each in found)
        self._answer(text, kind)

    def _answer(self, text: str, kind: str, status: int = 200) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads it."""


def _moment(stamp: str) -> datetime:
    return datetime.strptime(stamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC)


def _record(article: Article) -> dict[str, str]:
    return {
        "url": article.url,
        "url_mobile": "",
        "title": article.title.replace(",", " ,"),
        "seendate": f"{article.seen_at:%Y%m%dT%H%M%SZ}",
        "socialimage": "",
        "domain": article.domain,
        "language": "English",
        "sourcecountry": "United States",
    }


def _rss(articles: list[Article]) -> str:
    items = "".join(
        f"<item><title>{escape(each.title)} - Paper {each.outlet}</title>"
        f"<link>https://news.google.com/rss/articles/CBM{each.number:08d}?oc=5</link>"
        f'<guid isPermaLink="false">CBM{each.number:08d}</guid>'
        f"<pubDate>{format_datetime(each.seen_at, usegmt=True)}</pubDate>"
        f'<source url="https://{each.domain}">Paper {each.outlet}</source></item>'
        for each in articles
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>search</title>{items}</channel></rss>'
