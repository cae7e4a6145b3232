"""Placing: texts a second, and how the cost of one text grows with what was placed before.

A generated record: a hundred items a day, one in eight of which speaks of an event, as in the stream of 2017 to 2019;
launches, talks and measures come at their usual rates and are reported for days. Observations are written straight
into the tables, so that only placing is measured. CPU seconds of one process, and the database is SQLite.
"""

from __future__ import annotations

import math
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from tracker.bench.results import ROOT, Figure, Order, Result
from tracker.catalog.beliefs import read_beliefs
from tracker.core.dating import day_weights
from tracker.core.days import Published
from tracker.core.observations import Mention, Observer
from tracker.pipeline.place import Bench, place_batch
from tracker.store import observations
from tracker.store.engine import Store
from tracker.store.schema import items, mentions, revisions
from tracker.store.schema import observations as observed
from tracker.store.versions import upgrade

ITEMS = 1_000_000
PART = 80_000
"""Items of the first and of the last part, whose costs are compared."""

A_DAY = 100
SPEAKS = 8
"""One item in so many speaks of an event."""

FRESH_REPORTS, LATE_REPORTS = 0.8, 0.1
"""Share of texts that report the event itself, on its first day and later; the others comment."""

CHUNK = 20_000
FLOOR_RATE, FLOOR_SLOPE = 2000, 1.3
SEED = 20200302
BEGAN = datetime(1998, 1, 1, tzinfo=UTC)
OBSERVER = Observer("rules", "bench", "1")
PUBLISHERS = 60
WORDS = ("river", "stone", "harbour", "lantern", "market", "winter", "garden", "railway", "bridge", "copper", "meadow",
         "paper", "signal", "tower", "valley")  # fmt: skip


class _World:
    """What happens, and what is written about it."""

    def __init__(self, kinds: list[tuple[str, str, float]]) -> None:
        self.chance = Random(SEED)  # noqa: S311 - a made-up world, not a secret
        self.kinds = kinds
        self.recent: list[tuple[str, str, datetime]] = []

    def day(self, start: datetime) -> None:
        """The events of a day; those of more than three weeks ago are forgotten."""
        self.recent = [each for each in self.recent if start - each[2] < timedelta(days=21)]
        for name, zone, per_year in self.kinds:
            if self.chance.random() < per_year / 365:
                self.recent.append((name, zone, start + timedelta(hours=self.chance.random() * 24)))

    def mention(self, at: datetime) -> Mention | None:
        """A report of something recent, fresher things more often; None when nothing is."""
        weights = [math.exp(-max((at - then) / timedelta(days=1), 0.0) / 2) for _, _, then in self.recent]
        if not weights or sum(weights) < 1e-6:
            return None
        name, zone, then = self.chance.choices(self.recent, weights)[0]
        fresh = at - then < timedelta(days=1)
        said = "occurred" if self.chance.random() < (FRESH_REPORTS if fresh else LATE_REPORTS) else "commentary"
        days = day_weights(Published.instant(max(at, then)), zone, "UTC")
        return Mention(name, "", said, 0.9, ((said, 0.9),), days, zone)  # type: ignore[arg-type]


def _rows(world: _World, first: int, count: int) -> Iterator[tuple[dict[str, Any], ...]]:
    """Rows of items, revisions, observations and (where something is said) mentions."""
    for number in range(first, first + count):
        at = BEGAN + timedelta(days=number // A_DAY, seconds=86_400 * (number % A_DAY) / A_DAY)
        if number % A_DAY == 0:
            world.day(at)
        mention = world.mention(at) if number % SPEAKS == 0 else None
        title = " ".join(world.chance.sample(WORDS, 7))
        key = f"{number:064d}"
        yield (
            {"id": number, "origin_kind": "archive", "origin": "bench", "item_key": key, "alike": ""},
            {
                "seq": number, "item_id": number, "content_hash": key, "title": title, "summary": "", "url": "",
                "carrier": "", "publisher": f"paper-{world.chance.randrange(PUBLISHERS)}", "publisher_kind": "outlet",
                "publisher_zone": "UTC", "lang": "en", "published_first_at": at, "published_last_at": at,
                "precision": "instant", "published_raw": "", "known_at": at, "recorded_at": at, "revises": False,
            },
            {
                "id": number, "revision_seq": number, "reference_row_id": None, "observer_id": 1,
                "concerns": mention is not None, "mention_count": int(mention is not None), "p": {}, "p_mode": {},
                "recorded_at": at,
            },
            *((observations.mention_row(number, 0, mention),) if mention is not None else ()),
        )  # fmt: skip


def _fill(store: Store, count: int, order: Order) -> None:
    beliefs = read_beliefs(ROOT / "config")
    kinds = [(k.id, k.zone, k.per_year) for k in beliefs.taxonomy.categories.values() if k.guide]
    world = _World(kinds)
    with store.begin() as tx:
        observations.observer_id(tx, OBSERVER)
    for first in range(1, count + 1, CHUNK):
        with store.begin() as tx:
            rows = list(_rows(world, first, min(CHUNK, count + 1 - first)))
            for place, table in enumerate((items, revisions, observed, mentions)):
                tx.insert_new(table, [row[place] for row in rows if len(row) > place])
        order.say(f"{min(first + CHUNK, count):,} items made")


def run(order: Order) -> Result:
    """Texts placed a second at the beginning and at the end of a long record, and the ratio of their costs."""
    beliefs = read_beliefs(ROOT / "config")
    count = order.sized(ITEMS, 4000)
    part = min(PART, count // 4)
    taken: list[tuple[int, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{Path(folder) / 'bench.sqlite3'}")
        upgrade(store, ROOT / "migrations")
        _fill(store, count, order)
        bench = Bench(beliefs.taxonomy, beliefs.policy)
        while True:
            began = time.process_time()
            with store.begin() as tx:
                done = place_batch(tx, OBSERVER, bench)
            if not done.placed:
                break
            taken.append((done.placed, time.process_time() - began))
            if len(taken) % 40 == 0:
                order.say(f"{sum(placed for placed, _ in taken):,} texts placed")
        store.close()
    whole, cost = _per_text(taken, sum(placed for placed, _ in taken))
    _, early = _per_text(taken, part // SPEAKS)
    _, late = _per_text(taken[::-1], part // SPEAKS)
    rate, slope = round(1 / cost), round(late / early, 2)
    return Result(
        "placing",
        (
            Figure(f"texts that speak of an event, {whole:,} of {count:,} items", "texts/s", rate, {}, None, "",
                   f"{FLOOR_RATE}", rate >= FLOOR_RATE),
            Figure(f"cost of one text, the last {part:,} items over the first", "ratio", slope, {}, None, "",
                   f"{FLOOR_SLOPE}", slope <= FLOOR_SLOPE),
            Figure("the same, items of the whole stream", "items/s", round(count / (whole * cost))),
        ),
        ("Density is constant: a longer record is more days, not louder ones.",),
    )  # fmt: skip


def _per_text(taken: list[tuple[int, float]], texts: int) -> tuple[int, float]:
    """How many of the first batches' texts were counted, and the CPU seconds of one."""
    placed, seconds = 0, 0.0
    for count, spent in taken:
        if placed >= texts:
            break
        placed, seconds = placed + count, seconds + spent
    return placed, seconds / max(placed, 1)
