"""Hostile servers: what each poll of one comes to, how long it holds us, what it costs, and who is polled meanwhile."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime
from importlib import import_module
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from tracker.bench.memory import forget_peak, peak_mib
from tracker.bench.results import ROOT, Figure, Order, Result
from tracker.bench.villains import HEALTHY, VILLAINS, Resolver, Villain, path_of, villains
from tracker.core.polling import Feed, FeedState, Fetched
from tracker.core.publishers import Directory
from tracker.pipeline.fetch import fetch
from tracker.sources.web import HttpFetcher
from tracker.store.engine import Store
from tracker.store.versions import upgrade

MIGRATIONS = ROOT / "migrations"
TOTAL_S = 20.0
"""The product's own limit for one fetch; a smaller scale shortens it, not the list."""

GRACE_S = 3.0
"""Beyond the limit: the last step's own time on a busy machine, parsing included."""

MOST_MIB = 64.0


def run(order: Order) -> Result:
    total_s = max(2.0, TOTAL_S * min(order.scale, 1.0))
    figures = []
    with villains() as (port, asked):
        for villain in VILLAINS:
            found = _polled(villain, port, total_s)
            figures.append(_figure(villain, found, total_s))
            order.say(f"{villain.name}: {found['outcome']}, {found['seconds']:.2f} s, {found['memory']:.1f} MiB")
        leaked = asked.count("/fetched")
    figures.append(
        Figure("addresses inside documents that were fetched", "requests", leaked, floor="0", held=not leaked)
    )
    met = sum(figure.held is not False for figure in figures)
    notes = (
        f"Floors of every line: an outcome that names the trouble; ended within {total_s:g} + {GRACE_S:g} s; at most"
        f" {MOST_MIB:g} MiB of growth; the healthy feed of the same round kept; no file of ours in any text."
        f" {met} of {len(figures)} hold.",
    )
    return Result("hostile", tuple(figures), notes)


def _figure(villain: Villain, found: dict[str, Any], total_s: float) -> Figure:
    held = (
        found["outcome"] in villain.outcomes
        and found["seconds"] <= total_s + GRACE_S
        and found["memory"] <= MOST_MIB
        and found["healthy"] == "ok"
        and not found["leaked"]
    )
    said = f"{found['outcome']}, {found['seconds']:.2f} s, {found['memory']:.1f} MiB, healthy feed {found['healthy']}"
    return Figure(villain.name, "outcome", said, floor=" or ".join(villain.outcomes), held=held)


def _polled(villain: Villain, port: int, total_s: float) -> dict[str, Any]:
    """One round against one villain in a process of its own, so that memory is that round's."""
    command = [sys.executable, "-m", __name__, villain.name, str(port), str(total_s)]
    try:
        done = subprocess.run(  # noqa: S603 - our own arguments
            command, check=True, stdout=subprocess.PIPE, text=True, timeout=4 * total_s + 60, cwd=ROOT
        )
    except (subprocess.SubprocessError, OSError) as trouble:
        said = f"the process died ({type(trouble).__name__})"
        return {"outcome": said, "seconds": 4 * total_s, "memory": 0.0, "healthy": "lost", "leaked": False}
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def poll_beside_a_healthy_feed(villain: Villain, port: int, total_s: float, store: Store) -> dict[str, Any]:
    """The round itself: the villain's feed and a healthy one, through the product's own step."""
    now, over, got = datetime(2026, 8, 15, tzinfo=UTC), threading.Event(), dict[str, Fetched]()

    def keep(fetched: Fetched) -> None:
        got[fetched.feed] = fetched

    feeds = [_feed("villain", f"http://{villain.host}:{port}{path_of(villain.name)}"),
             _feed("healthy", f"http://healthy.example:{port}{HEALTHY}")]  # fmt: skip
    allowed = [ip_network("127.0.0.1/32")]
    with HttpFetcher("tracker-bench/1", allowed, read_s=total_s, total_s=total_s, resolver=Resolver(over)) as fetcher:
        fetcher.fetch(
            _feed("first", f"http://healthy.example:{port}{HEALTHY}"), FeedState("first", now)
        )  # what any poll loads
        import_module("feedparser")  # and what a feed with faults loads
        forget_peak()
        before, began = peak_mib(), time.perf_counter()
        fetch(store, feeds, fetcher, Directory({}), {}, lambda: now, 4, progress=keep)
        seconds, memory = time.perf_counter() - began, peak_mib() - before
        over.set()
    villain_said = got["villain"]
    texts = " ".join(entry.title + entry.summary for entry in villain_said.entries)
    return {
        "outcome": villain_said.outcome,
        "detail": villain_said.detail,
        "seconds": seconds,
        "memory": memory,
        "healthy": got["healthy"].outcome,
        "leaked": "root:" in texts,
    }


def _feed(name: str, url: str) -> Feed:
    return Feed(name, name, url, "", "en", "UTC", True, 3600, 2.0, "", "")


def main(name: str, port: int, total_s: float) -> None:
    villain = next(each for each in VILLAINS if each.name == name)
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{Path(folder) / 'tracker.sqlite'}")
        upgrade(store, MIGRATIONS)
        print(json.dumps(poll_beside_a_healthy_feed(villain, port, total_s, store)))
        store.close()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))
