"""The whole cycle of polling: fetch, parse, recognise, insert; beside lemon24/reader on the same server."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from importlib import import_module
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from reader import make_reader

from tracker.bench.memory import peak_mib
from tracker.bench.newsstand import ENTRIES, ENTRY_BYTES, MODES, newsstand, set_mode
from tracker.bench.results import ROOT, Figure, Order, Result
from tracker.catalog.beliefs import read_beliefs
from tracker.core.polling import Feed
from tracker.pipeline.fetch import fetch
from tracker.settings import Settings
from tracker.sources.web import HttpFetcher
from tracker.store.engine import Store
from tracker.store.versions import upgrade

FEEDS = 1000
THREADS: int = Settings.model_fields["fetch_threads"].default
"""The product's default number of feeds fetched at once."""

_CYCLES = {
    "whole": ("new: first poll, every item unseen", 1 / 8, "at most 1/8 of reader's CPU"),
    "validated": ("304: validators hold", 1 / 2, "at most 1/2 of reader's CPU"),
    "bare": ("unchanged: 200 with the same body, no validators", 1 / 20, "at most 1/20 of reader's CPU"),
}


def run(order: Order) -> Result:
    feeds = order.sized(FEEDS, 20)
    with newsstand(feeds) as port:
        ours = _contest("ours", feeds, port)
        order.say(f"ours, {feeds} feeds: " + _said(ours))
        peer = _contest("reader", feeds, port)
        order.say(f"reader, {feeds} feeds: " + _said(peer))
        set_mode(port, "validated")
        costs = _child("tracker.bench.transports", str(port))
    figures = [_figure(mode, ours, peer) for mode in ("whole", "bare", "validated")]
    memory = Figure("peak memory over that before the first poll", "MiB", ours["memory"], {"reader": peer["memory"]})
    wire = Figure("one 304 alone, by transport (httpx by width of its pool)", "CPU ms", costs.pop("ours"), costs)
    note = (
        f"{feeds} feeds x {ENTRIES} entries of {ENTRY_BYTES} bytes from one process on loopback, whose CPU is not"
        " counted. reader keeps its connection, ours opens one for each feed; neither asks a name server."
    )
    walls = "; ".join(
        f"{mode}: ours {ours[mode]['wall_s']:.3g} s, reader {peer[mode]['wall_s']:.3g} s" for mode in MODES
    )
    return Result("fetch", (*figures, memory, wire), (note, f"Wall time, {walls}."))


def _said(cycles: dict[str, Any]) -> str:
    return ", ".join(f"{mode} {cycles[mode]['cpu_s']:.3g} s" for mode in MODES)


def _figure(mode: str, ours: dict[str, Any], peer: dict[str, Any]) -> Figure:
    measure, share, floor = _CYCLES[mode]
    mine, theirs = ours[mode]["cpu_s"], peer[mode]["cpu_s"]
    held = mine <= theirs * share
    return Figure(measure, "CPU s", mine, {"reader": theirs}, theirs / mine, "times less than reader", floor, held)


def _contest(name: str, feeds: int, port: int) -> dict[str, Any]:
    """One contestant in a process of its own, so that time and memory are its own."""
    return _child(__name__, name, str(feeds), str(port))


def _child(module: str, *words: str) -> dict[str, Any]:
    command = [sys.executable, "-m", module, *words]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, timeout=1800, cwd=ROOT)  # noqa: S603
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _cycles(poll: Callable[[], int], port: int, feeds: int) -> dict[str, Any]:
    """Each mode's CPU and wall time for one poll of everything; ``poll`` gives the number of new items. What the
    poll really did is checked: every feed asked for once, every item added once."""
    found: dict[str, Any] = {}
    before = peak_mib()
    for mode in MODES:
        set_mode(port, mode)
        cpu, wall = time.process_time(), time.perf_counter()
        added = poll()
        found[mode] = {"cpu_s": time.process_time() - cpu, "wall_s": time.perf_counter() - wall}
        asked, expected = set_mode(port, mode), feeds * ENTRIES if mode == MODES[0] else 0
        if (asked, added) != (feeds, expected):
            raise RuntimeError(f"{mode}: {asked} of {feeds} feeds asked for, {added} of {expected} items new")
    return {**found, "memory": peak_mib() - before}


@contextmanager
def _ours(feeds: int, port: int, folder: Path) -> Iterator[Callable[[], int]]:
    """The product's own step with a real store, fetcher and directory; the clock jumps an hour between polls."""
    beliefs = read_beliefs(ROOT / "config", strict=True)
    store = Store(f"sqlite:///{folder / 'tracker.sqlite'}")
    upgrade(store, ROOT / "migrations")
    polled = [
        Feed(
            f"feed-{n}", f"Feed {n}", f"http://feed{n}.example:{port}/feed/{n}", "", "en", "UTC", True, 3600, 2, "", ""
        )
        for n in range(feeds)
    ]
    hours = iter(range(1000))
    with HttpFetcher(
        "tracker-bench/1", [ip_network("127.0.0.0/8")], resolver=lambda _host, _port: ["127.0.0.1"]
    ) as fetcher:

        def poll() -> int:
            now = datetime(2026, 8, 15, tzinfo=UTC) + timedelta(hours=2 * next(hours))
            report = fetch(store, polled, fetcher, beliefs.directory, beliefs.publishers, lambda: now, THREADS)
            if report.answered != feeds:
                raise RuntimeError(f"{report.answered} of {feeds} feeds answered: {report.trouble[:3]}")
            return report.added

        yield poll
    store.close()


@contextmanager
def _reader(feeds: int, port: int, folder: Path) -> Iterator[Callable[[], int]]:
    # reader's own copy of feedparser asks for sgmllib, which the released feedparser brings under another name.
    sys.modules.setdefault("sgmllib", import_module("feedparser_sgmllib"))
    reader = make_reader(str(folder / "reader.sqlite"))
    for number in range(feeds):
        reader.add_feed(f"http://127.0.0.1:{port}/feed/{number}")
    known = 0

    def poll() -> int:
        nonlocal known
        reader.update_feeds(scheduled=False)
        total = reader.get_entry_counts().total or 0
        added, known = total - known, total
        return added

    yield poll
    reader.close()


def main(name: str, feeds: int, port: int) -> None:
    contestant = {"ours": _ours, "reader": _reader}[name]
    with tempfile.TemporaryDirectory() as folder, contestant(feeds, port, Path(folder)) as poll:
        print(json.dumps(_cycles(poll, port, feeds)))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
