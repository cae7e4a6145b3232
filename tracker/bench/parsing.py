"""The bench ``parse``: the same documents read by us, by feedparser, and by a bare lxml tree; CPU seconds."""

from __future__ import annotations

import io
import random
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import feedparser
from lxml import etree

from tracker.bench.documents import SHAPES, damaged
from tracker.bench.results import Figure, Order, Result
from tracker.core.errors import SourceError
from tracker.sources.documents import parse

SIZES = (20, 100, 1000)
GENERATED_FLOOR, MET_FLOOR = 20.0, 6.0
"""Times feedparser's speed: on clean documents, and on those that the web really sends."""

ROUNDS = 5
"""Rounds of which the best counts, ours and the peer's in turn: a neighbour's work slows some of them, speeds none."""

MET_DOCUMENTS = 90
MET_ENTRIES = 20
_LARGEST_MET = 2_000_000


def run(order: Order) -> Result:
    """Figures for generated documents of three shapes and three sizes, and for met ones: of the corpus where there
    is one, else generated ones of which a third is spoilt as real ones are."""
    rounds = order.sized(ROUNDS)
    figures = []
    for name, make in SHAPES.items():
        for size in SIZES:
            count = order.sized(size, least=20) if size > SIZES[0] else size
            data = [make(count, 1).encode()]
            figures.append(_figure(f"{name}, {count} entries", data, count, rounds, GENERATED_FLOOR, trees=True))
            order.say(figures[-1].measure)
    met, what = _met(order)
    found = sum(map(_ours, met))
    figures.append(_figure(f"{what}, {len(met)} documents", met, found, max(1, rounds // 2), MET_FLOOR, trees=False))
    peer = sum(map(_feedparser, met))
    figures.append(Figure(f"{what}: entries found", "count", found, {"feedparser": peer}, held=found >= peer * 0.999))
    return Result("parse", tuple(figures), ("CPU seconds, best round; ours gives plain text and dates as instants",))


def _figure(measure: str, data: Sequence[bytes], entries: int, rounds: int, floor: float, trees: bool) -> Figure:
    readers: dict[str, Callable[[bytes], Any]] = {"ours": _ours, "feedparser": _feedparser}
    if trees:
        readers |= {"lxml tree only": etree.fromstring, "ElementTree only": ET.fromstring}
    best = dict.fromkeys(readers, float("inf"))
    for _ in range(rounds):
        for name, read in readers.items():
            # The quick ones are timed several times over: a clock tick is a large part of one short document.
            times = 1 if name == "feedparser" else max(1, min(10, 300 // max(entries, 1)))
            start = time.process_time()
            for _time in range(times):
                for document in data:
                    read(document)
            best[name] = min(best[name], (time.process_time() - start) / times)
    speed = {name: round(entries / seconds) for name, seconds in best.items()}
    ratio = best["feedparser"] / best["ours"]
    ours = speed.pop("ours")
    return Figure(measure, "entries/s", ours, speed, ratio, "x feedparser", f"at least {floor:g}x", held=ratio >= floor)


def _ours(data: bytes) -> int:
    try:
        return len(parse(data, base_url="https://desk.example.org/"))
    except SourceError:
        return 0


def _feedparser(data: bytes) -> int:
    try:
        return len(feedparser.parse(io.BytesIO(data)).entries)
    except Exception:  # on broken documents the peer raises whatever its parts raise
        return 0


def _met(order: Order) -> tuple[list[bytes], str]:
    count = order.sized(MET_DOCUMENTS, least=10)
    if order.corpus is None:
        return [damaged(MET_ENTRIES, number) for number in range(count)], "imitated real feeds"
    return [path.read_bytes() for path in _drawn(order.corpus, count)], "real feeds"


def _drawn(corpus: Path, count: int) -> list[Path]:
    found = sorted(path for path in corpus.rglob("*") if path.is_file() and path.stat().st_size <= _LARGEST_MET)
    draw = random.Random(1)  # noqa: S311  # a bench must draw the same every time
    return draw.sample(found, min(count, len(found)))
