"""Whatever comes in whatever order, edited or not: rebuild equals what was placed as it came."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from river import StillClock, make_app, make_home

from tracker.core.days import Published
from tracker.core.items import Entry
from tracker.core.polling import Feed, FeedState, Fetched

TITLES = (
    "North Korea fires two short-range missiles off its east coast",
    "N. Korea launches a projectile, military says",
    "North Korea fired ballistic missile from Wonsan on Monday",
    "Seoul denies North Korea launched a missile",
    "North Korea did not fire a missile, the joint chiefs say",
    "Security Council adopts a resolution with sanctions on North Korea",
    "Treasury sanctions three North Korean firms",
    "Kim Jong Un meets the South's president at Panmunjom",
    "North Korea fires cruise missile on Friday, report says",
    "What the North Korean missile launch tells us: an analysis",
    "Allies begin a joint drill with South Korea",
    "A fine day for a walk",
)
HOSTS = ("en.yna.co.kr", "www.bbc.com", "apnews.com", "www.mofa.go.jp", "x.com")


class Desk:
    """Publishers who put out, edit and put back their texts."""

    def __init__(self) -> None:
        self.entries: tuple[Entry, ...] = ()

    def fetch(self, feed: Feed, state: FeedState) -> Fetched:  # noqa: ARG002 - the port gives both
        return Fetched(feed.id, "ok", 200, "", self.entries)


@pytest.mark.parametrize("seed", range(8))
def test_rebuild_equals_what_was_placed_as_it_came(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(seed)  # noqa: S311 - a steady shuffle, no secret
    clock, desk = StillClock(datetime(2020, 3, 1, tzinfo=UTC)), Desk()
    app = make_app(make_home(tmp_path), clock)
    app.__dict__["fetcher"] = desk
    app.prepare()
    feeds = [feed.id for feed in app.beliefs.feeds[:4]]
    monkeypatch.setattr("tracker.pipeline.place.BATCH", chance.choice([1, 2, 3, 5]))
    monkeypatch.setattr("tracker.pipeline.read.BATCH", chance.choice([1, 2, 5]))
    for _ in range(20):
        clock.pass_(hours=chance.choice([1, 5, 12, 30]))
        desk.entries = tuple(
            Entry(
                (name := f"g{chance.randint(0, 12)}"),
                f"https://{chance.choice(HOSTS)}/x/{name}",
                chance.choice(TITLES),
                chance.choice(["", "It happened on Monday."]),
                Published.instant(clock.now() - timedelta(hours=chance.choice([0, 3, 24, 72]))),
            )
            for _ in range(chance.randint(0, 4))
        )
        app.fetch(chance.choice(feeds))
        if chance.random() < 0.7:
            app.read()
        if chance.random() < 0.7:
            app.place()
    app.read()
    app.place()
    views = ("news", "reference", "all")
    before = [app.timeline(view).events for view in views]
    assert len(before[0]) > 3
    monkeypatch.setattr("tracker.pipeline.place.BATCH", 500)
    app.rebuild()
    assert [app.timeline(view).events for view in views] == before
