"""A small archive for the backfill tests: its table, its texts, and a stand-in that answers from memory."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tracker.core.backfill import Answer, Archive, Edition, Slice
from tracker.core.days import Published
from tracker.core.items import Entry

DAY_S = 86_400
START = datetime(2017, 1, 1, tzinfo=UTC)

LIST = Archive(
    id="stacks",
    title="The stacks",
    url="http://127.0.0.1/doc",
    answers="article_list",
    parameters=(("query", "{query}"), ("start", "{since}"), ("end", "{until}")),
    stamp="%Y%m%d%H%M%S",
    last_included=True,
    editions=(Edition("en", "boats"),),
    most_records=10,
    suspect_records=10,
    step_s=1,
    longest_s=7 * DAY_S,
    shortest_s=60,
    spacing_s=5.0,
    requests_per_day=1000,
    attempts=3,
    longest_wait_s=600,
    first_on=None,
    zone="UTC",
    wall_page=False,
    busy_words=("limit requests",),
    languages={"English": "en"},
    note="",
)
FEED = replace(
    LIST,
    answers="feed",
    parameters=(("q", "{query} after:{since} before:{until}"),),
    stamp="%Y-%m-%d",
    last_included=False,
    editions=(Edition("en", "boats", (("hl", "en-US"),)), Edition("ko", "배", (("hl", "ko"),))),
    step_s=DAY_S,
    longest_s=2 * DAY_S,
    shortest_s=DAY_S,
    suspect_records=9,
    wall_page=True,
    busy_words=(),
)


def text(number: int, at: datetime) -> Entry:
    return Entry(
        "", f"https://www.reuters.com/a/{number}", f"Boat {number} comes home", "", Published.instant(at), "reuters.com"
    )


def year(count: int, days: int) -> list[Entry]:
    """``count`` texts spread over ``days`` days, most of them on the third day."""
    quiet = [text(n, START + timedelta(seconds=n * days * DAY_S // count)) for n in range(count // 2)]
    busy = [text(n, START + timedelta(days=2, seconds=n * 97 % DAY_S)) for n in range(count // 2, count)]
    return sorted([*quiet, *busy], key=lambda each: each.published.first_at or START)


class Shelf:
    """An archive that answers from memory and keeps to its cap; ``instead`` are answers given first, in turn."""

    def __init__(self, entries: list[Entry], instead: tuple[Answer, ...] = ()) -> None:
        self.entries, self.instead = entries, list(instead)
        self.asked: list[Slice] = []

    def ask(self, archive: Archive, edition: Edition, slice_: Slice) -> Answer:  # noqa: ARG002 - one query is enough
        self.asked.append(slice_)
        if self.instead:
            return self.instead.pop(0)
        found = [each for each in self.entries if each.published.first_at in slice_]
        return Answer("ok", entries=tuple(found[: archive.most_records]))
