"""The fetch bench measures what it says: every feed once, every item once, and our own step does the work."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tracker.bench import fetching
from tracker.bench.newsstand import ENTRIES, ENTRY_BYTES, document, newsstand, set_mode
from tracker.sources.documents import parse

FEEDS = 3


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with newsstand(FEEDS) as port:
        yield port


def test_a_generated_feed_is_what_it_is_said_to_be() -> None:
    body = document(7)
    assert len(body) == pytest.approx(ENTRIES * ENTRY_BYTES, rel=0.1)
    entries = parse(body)
    assert len({entry.guid for entry in entries}) == len({entry.url for entry in entries}) == ENTRIES
    assert all(entry.published.precision == "instant" and len(entry.summary) > 500 for entry in entries)
    assert sum(not entry.title.isascii() for entry in entries) == ENTRIES // 5


def test_our_cycles_are_whole_and_a_lazy_poll_is_caught(port: int, tmp_path: Path) -> None:
    set_mode(port, "whole")
    with fetching._ours(FEEDS, port, tmp_path) as poll:
        cycles = fetching._cycles(poll, port, FEEDS)
    assert all(cycles[mode]["cpu_s"] > 0 for mode in ("whole", "validated", "bare"))
    with pytest.raises(RuntimeError, match=f"0 of {FEEDS} feeds asked for"):
        fetching._cycles(lambda: FEEDS * ENTRIES, port, FEEDS)
