"""Reader of config/feeds.toml: the public sources we poll."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path
from urllib.parse import urlsplit

from tracker.catalog.tables import Table, read_toml
from tracker.core.errors import Problem
from tracker.core.polling import Feed

FILE = "feeds.toml"

SHORTEST_INTERVAL_S = 300
LONGEST_INTERVAL_S = 7 * 86_400
USUAL_INTERVAL_S = 3600
"""An hour is what publishers ask of readers that send conditional requests; five minutes is the floor that feed
readers agree on as polite; a feed polled less than weekly loses entries."""


def read_feeds(folder: Path, publishers: Collection[str] | None = None) -> tuple[tuple[Feed, ...], list[Problem]]:
    """The feeds of ``folder``/feeds.toml in their order and every problem; no feeds when there is one.

    With ``publishers`` (ids), every feed's publisher must be one of them.
    """
    problems: list[Problem] = []
    top = read_toml(folder / FILE, folder, problems)
    if top is None:
        return (), problems
    feeds: list[Feed] = []
    ids: dict[str, str] = {}
    addresses: dict[str, str] = {}
    for entry in top.tables("feeds"):
        feed = _feed(entry, publishers)
        if feed.id in ids:
            entry.problem("id", f"{feed.id!r} is taken already; give every feed its own")
        ids.setdefault(feed.id, feed.title)
        if addresses.setdefault(feed.url, feed.id) != feed.id:
            entry.problem("url", f"feed {addresses[feed.url]!r} polls this address already; keep one of the two")
        feeds.append(feed)
    if not feeds and not problems:
        top.problem("feeds", "no [[feeds]] table is there; restore the file from the repository")
    top.done()
    return (() if problems else tuple(feeds)), problems


def _feed(entry: Table, publishers: Collection[str] | None) -> Feed:
    feed = Feed(
        id=entry.text("id"),
        title=entry.text("title"),
        url=entry.text("url"),
        publisher=entry.text("publisher", among=publishers),
        lang=entry.text("lang"),
        zone=entry.zone("zone"),
        dprk_only=entry.flag("dprk_only"),
        interval_s=entry.whole("interval_s", USUAL_INTERVAL_S, low=SHORTEST_INTERVAL_S, high=LONGEST_INTERVAL_S),
        expect_days=entry.number("expect_days", low=0.01, high=366),
        fallback=entry.text("fallback", ""),
        note=" ".join(f"{entry.text('note', '')} Evidence: {entry.text('evidence')}".split()),
    )
    if feed.id and not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", feed.id):
        entry.problem("id", f"{feed.id!r} must be lower-case words joined by hyphens, such as yonhap-english")
    for key, address in (("url", feed.url), ("fallback", feed.fallback)):
        if address and not _is_web_address(address):
            entry.problem(key, f"{address!r} is no web address; it must begin with https:// or http://")
    if feed.fallback and feed.fallback == feed.url:
        entry.problem("fallback", "is the same address as url; give another one or leave it out")
    entry.done()
    return feed


def _is_web_address(address: str) -> bool:
    try:
        parts = urlsplit(address)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and " " not in address
    except ValueError:
        return False
