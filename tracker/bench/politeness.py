"""Politeness: a loopback server keeps score of us for a simulated day, by the rules of a well-known feed-reader
score (rachelbythebay.com, "feed reader best practices").

The whole of the fetch step runs as it does in production; only the clock is ours. The day has restarts in it, feeds
that rarely change and one that often does, a feed that asks for patience, one that is moved, one that is gone.
"""

from __future__ import annotations

import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from tracker.bench.results import Figure, Order, Result
from tracker.core.polling import Feed
from tracker.core.publishers import Directory
from tracker.pipeline.fetch import fetch
from tracker.sources.web import HttpFetcher
from tracker.store.engine import Store
from tracker.store.versions import upgrade

BEGAN = datetime(2026, 3, 2, 6, tzinfo=UTC)
HOURS = 24
TICK_S = 30
HOUR = timedelta(hours=1)
AGENT = "tracker-bench (politeness; +https://example.org/contact)"


@dataclass(frozen=True, slots=True)
class Habit:
    """How one feed of the server behaves: seconds between its changes (0: never changes), seconds that it asks to
    be left alone (max-age), its validators, and what it answers instead of a document (``refuses``: every other
    time, with that status and Retry-After)."""

    changes_s: int = 0
    max_age_s: int = 0
    etag: bool = True
    last_modified: bool = True
    refuses: tuple[int, int] | None = None
    moved_to: str = ""
    gone: bool = False


HABITS: Mapping[str, Habit] = {
    "quiet": Habit(),
    "daily": Habit(changes_s=24 * 3600),
    "busy": Habit(changes_s=1200),
    "tag-only": Habit(last_modified=False),
    "date-only": Habit(etag=False, changes_s=7200),
    "patient": Habit(max_age_s=4 * 3600),
    "overloaded": Habit(refuses=(429, 3 * 3600)),
    "away": Habit(refuses=(503, 2 * 3600)),
    "moved": Habit(moved_to="quiet"),
    "gone": Habit(gone=True),
}
"""The day's feeds."""

GONE_LEAST = 12 * HOUR
"""A feed that is gone may be asked twice a day: one that came back must be found again."""


@dataclass
class Score:
    """What the server saw, and what it holds against us."""

    demerits: list[str] = field(default_factory=list)
    requests: Counter[str] = field(default_factory=Counter)
    unconditional: Counter[str] = field(default_factory=Counter)
    answered: Counter[int] = field(default_factory=Counter)
    last_at: dict[str, datetime] = field(default_factory=dict)
    free_at: dict[str, datetime] = field(default_factory=dict)
    given: dict[str, tuple[str, str]] = field(default_factory=dict)

    def against(self, feed: str, what: str) -> None:
        self.demerits.append(f"{feed}: {what}")


class Referee:
    """Judges each request by the rules and answers it as the feed's habit says; ``now`` is the simulated clock."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._lock = threading.Lock()
        self.score = Score()

    def answer(self, target: str, headers: Mapping[str, str]) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body for a request, judged on the way."""
        with self._lock:
            path, _, query = target.partition("?")
            feed = path.strip("/")
            habit = HABITS.get(feed)
            if habit is None:
                self.score.against(feed, "asked for something nobody offered")
                return 404, {}, b""
            self._judge(feed, habit, query, {name.lower(): value for name, value in headers.items()})
            status, more, body = self._answered(feed, habit, headers)
            self.score.answered[status] += 1
            return status, more, body

    def _judge(self, feed: str, habit: Habit, query: str, headers: Mapping[str, str]) -> None:
        score, now = self.score, self._now()
        score.requests[feed] += 1
        last = score.last_at.get(feed)
        via_move = feed == "quiet" and score.last_at.get("moved") == now
        if last is not None and not via_move and now < score.free_at[feed]:
            score.against(feed, f"asked again after {(now - last).total_seconds() / 60:.0f} minutes")
        if not via_move:
            score.last_at[feed] = now
            score.free_at[feed] = now + (GONE_LEAST if habit.gone else HOUR)
        agent = headers.get("user-agent", "")
        if "mozilla" in agent.lower() or "http" not in agent:
            score.against(feed, f"the user agent {agent!r} hides who asks")
        for name in ("cookie", "referer", "cache-control", "pragma"):
            if name in headers:
                score.against(feed, f"sent {name}")
        if query:
            score.against(feed, "added a query of its own (a cache-buster)")
        if "gzip" not in headers.get("accept-encoding", ""):
            score.against(feed, "does not take compressed answers")
        tag, since = headers.get("if-none-match", ""), headers.get("if-modified-since", "")
        given = score.given.get(habit.moved_to or feed)
        if not tag and not since:
            score.unconditional[feed] += 1
            if given is not None and not via_move:
                score.against(feed, "asked without the validators it was given")
        elif given is None and not via_move:
            score.against(feed, "invented a validator")
        elif given is not None and (tag, since) != given and not via_move:
            score.against(feed, f"sent back {(tag, since)!r} where {given!r} was given")

    def _answered(self, feed: str, habit: Habit, headers: Mapping[str, str]) -> tuple[int, dict[str, str], bytes]:
        now = self._now()
        if habit.gone:
            return 410, {}, b""
        if habit.moved_to:
            return 301, {"Location": f"/{habit.moved_to}"}, b""
        if habit.refuses is not None and self.score.requests[feed] % 2:
            status, seconds = habit.refuses
            self.score.free_at[feed] = now + timedelta(seconds=seconds)
            return status, {"Retry-After": str(seconds), "Date": format_datetime(now, usegmt=True)}, b""
        version = int((now - BEGAN).total_seconds()) // habit.changes_s if habit.changes_s else 0
        changed = BEGAN + timedelta(seconds=version * habit.changes_s) - 5 * HOUR
        # Odd on purpose: a client that tidies a validator up gives itself away.
        tag = f'W/"{feed}-{version}:x"' if habit.etag else ""
        since = format_datetime(changed, usegmt=True) if habit.last_modified else ""
        more = {"Set-Cookie": "visitor=1; Path=/", "Date": format_datetime(now, usegmt=True)}
        if tag:
            more["ETag"] = tag
        if since:
            more["Last-Modified"] = since
        if habit.max_age_s:
            more["Cache-Control"] = f"max-age={habit.max_age_s}"
            self.score.free_at[feed] = now + timedelta(seconds=habit.max_age_s)
        asked = (headers.get("If-None-Match", ""), headers.get("If-Modified-Since", ""))
        if asked == (tag, since):
            return 304, more, b""
        self.score.given[feed] = (tag, since)
        return 200, {**more, "Content-Type": "application/rss+xml"}, document(feed, version, changed)


def document(feed: str, version: int, changed: datetime) -> bytes:
    """Twenty entries, one more and one fewer at each change."""
    items = "".join(
        f"<item><title>{feed} story {number}</title><link>https://example.org/{feed}/{number}</link>"
        f"<guid>{feed}-{number}</guid><pubDate>"
        f"{format_datetime(changed - timedelta(minutes=20 * (version + 20 - number)), usegmt=True)}</pubDate></item>"
        for number in range(version + 20, version, -1)
    )
    return f'<rss version="2.0"><channel><title>{feed}</title>{items}</channel></rss>'.encode()


class _Handler(BaseHTTPRequestHandler):
    referee: Referee
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        status, more, body = self.referee.answer(self.path, dict(self.headers.items()))
        self.send_response_only(status)
        for name, value in {**more, "Content-Length": str(len(body)), "Connection": "close"}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: the score is the log."""


def run(order: Order) -> Result:
    """A day's polling against the referee, with a restart every six hours."""
    hours = order.sized(HOURS, 4)
    score = play(hours)
    asked = sum(score.requests.values())
    first = sum(score.unconditional.values())
    figures = (
        Figure(f"demerits in {hours} simulated hours", "demerits", len(score.demerits), floor="none",
               held=not score.demerits),
        Figure("requests", "requests", asked),
        Figure("answers 304, not modified", "answers", score.answered[304]),
        Figure("requests without validators (none had been given)", "requests", first),
    )  # fmt: skip
    notes = tuple(score.demerits[:20]) or (f"{len(HABITS)} feeds of {len(HABITS)} habits; restarts every six hours",)
    return Result("politeness", figures, notes)


def play(hours: int) -> Score:
    """The score after so many hours of the fetch step, turned every 30 simulated seconds as the clock does."""
    moment = [BEGAN]
    referee = Referee(lambda: moment[0])
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"referee": referee}))
    serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    serving.start()
    base = f"http://127.0.0.1:{server.server_address[1]}"
    feeds = [Feed(id_, id_, f"{base}/{id_}", id_, "en", "UTC", False, 3600, 2, "", "") for id_ in HABITS]
    try:
        with tempfile.TemporaryDirectory() as folder:
            url = f"sqlite:///{folder}/politeness.sqlite3"
            end = BEGAN + timedelta(hours=hours)
            while moment[0] < end:
                restart_at = min(moment[0] + 6 * HOUR, end)
                _run_until(url, feeds, moment, restart_at)
    finally:
        server.shutdown()
        server.server_close()
        serving.join()
    return referee.score


def _run_until(url: str, feeds: list[Feed], moment: list[datetime], end: datetime) -> None:
    """One process's life: a fetcher and a store of its own, then a restart."""
    store = Store(url)
    upgrade(store, Path(__file__).resolve().parents[2] / "migrations")
    with HttpFetcher(AGENT, (ip_network("127.0.0.0/8"),)) as fetcher:
        while moment[0] < end:
            fetch(store, feeds, fetcher, Directory({}), {}, lambda: moment[0], 4)
            moment[0] += timedelta(seconds=TICK_S)
    store.close()
