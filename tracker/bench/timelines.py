"""A timeline measured on a real stream: which events it finds, on which day, and how well copies are told.

Needs a folder (--corpus) with ``replay/dev_stream.jsonl.gz``, ``train/`` and ``eval/dev_headlines.jsonl``: public texts
that are not ours to ship. What is true of them stands in ``models/sets/``: what the stream reports, and pairs of titles
by their hashes. The stream is read by models that did not see its months, and placed without any reference table.
"""

from __future__ import annotations

import csv
import json
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from tracker.app import App
from tracker.bench.crossfit import cross_fit
from tracker.bench.results import ROOT, Figure, Order, Result
from tracker.classify.examples import rows_of, text_key
from tracker.classify.rules import RulesReader
from tracker.core.errors import RefusedError
from tracker.core.events import Event
from tracker.core.wires import Wording, likeness, print_of
from tracker.settings import read_settings

SETS = ROOT / "models" / "sets"
PLAIN, BY_INFERENCE = "plain", "inference"
SPAN_DAYS = 3
"""A day counts as found within an event's span when the span is at most so long."""

WHOLE = 20
"""A shorter list of a category's days is a sample: events that are not on it are not thereby false."""

PAIRS = (
    ("wires-0001", "the pairs it was fitted on"),
    ("wires-0003", "the second half of them"),
    ("wires-0002", "other pairs"),
    ("wires-0004", "others again"),
)
"""The sets of pairs of titles, and what each is to the wording of ``config/placing.toml``."""

LONG = 10
"""Days from its beginning within which an event of weeks (an exercise) must be found."""


@dataclass(frozen=True, slots=True)
class Known:
    """One real event and how the stream reports it."""

    category: str
    subtype: str
    first: date
    last: date
    reported: str


def known() -> list[Known]:
    """What the stream reports of known events, as two readers found it."""
    with (SETS / "reported-0001.csv").open(encoding="utf-8", newline="") as file:
        return [
            Known(
                row["category"], row["subtype"], date.fromisoformat(row["first"]), date.fromisoformat(row["last"]),
                row["reported"],
            )
            for row in csv.DictReader(file)
        ]  # fmt: skip


def found(events: Sequence[Event], wanted: Iterable[Known]) -> Iterator[tuple[Known, Event | None]]:
    """Each known event with the listed event that stands for it, one to one; a day of difference is allowed."""
    used: set[str] = set()
    for each in wanted:
        last = min(each.last, each.first + timedelta(days=LONG))
        near = [
            event
            for event in events
            if event.category == each.category
            and event.id not in used
            and event.first_on <= last + timedelta(days=1)
            and each.first <= event.last_on + timedelta(days=1)
        ]
        best = min(near, key=lambda e: (e.subtype != each.subtype, abs((e.on - each.first).days), e.id), default=None)
        if best is not None:
            used.add(best.id)
        yield each, best


def _days(events: Sequence[Event], wanted: Sequence[Known]) -> tuple[int, int, int, int, int]:
    """(plain days exact, plain days, days within a span, reported days, events without a day) of one category."""
    reported = [each for each in wanted if each.reported in (PLAIN, BY_INFERENCE)]
    plain = [each for each in reported if each.reported == PLAIN]
    exact = sum(any(event.on == each.first for event in events) for each in plain)
    short = [event for event in events if (event.last_on - event.first_on).days < SPAN_DAYS]
    within = sum(any(event.first_on <= each.first <= event.last_on for event in short) for each in reported)
    years = {each.first.year for each in wanted}
    strays = sum(
        event.on.year in years and not any(event.first_on <= each.first <= event.last_on for each in wanted)
        for event in events
    )
    return exact, len(plain), within, len(reported), strays


def pairs(name: str, titles: Mapping[str, str], wording: Wording) -> tuple[float, int]:
    """F1 of telling copies among labelled pairs of titles, and how many pairs were at hand."""
    right = claimed = same = asked = 0
    for line in (SETS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["a"] not in titles or row["b"] not in titles:
            continue
        a, b = (datetime.fromisoformat(stamp[:19].removesuffix("Z")) for stamp in row["published"])
        days = abs((a - b) / timedelta(days=1))
        mine = [print_of(titles[row[side]], wording) for side in ("a", "b")]
        told = likeness(mine[0], mine[1], days, wording) >= wording.likeness
        asked, claimed, same = asked + 1, claimed + told, same + row["same"]
        right += bool(told and row["same"])
    return round(2 * right / max(claimed + same, 1), 3), asked


def run(order: Order) -> Result:
    """Import, read, place and compare; about ten minutes, most of them training."""
    if order.corpus is None or not (order.corpus / "replay" / "dev_stream.jsonl.gz").is_file():
        raise RefusedError("the bench 'timeline' needs a stream: give its folder with --corpus (docs/events.md)")
    stream = order.corpus / "replay" / "dev_stream.jsonl.gz"
    with tempfile.TemporaryDirectory() as folder:
        app = _app(Path(folder))
        beliefs = app.beliefs
        rules = RulesReader(beliefs.words, beliefs.places)
        texts = [*sorted((order.corpus / "train").glob("*.jsonl")), stream]
        shipped = sorted((ROOT / "models").glob("*-[0-9][0-9][0-9][0-9]"))[-1]
        order.say("training without each month in turn")
        dev = order.corpus / "eval" / "dev_headlines.jsonl"
        reader = cross_fit(ROOT / "models", texts, dev, shipped, rules, Path(folder) / "folds")
        app.read_with(reader)
        app.prepare()
        order.say("importing and reading")
        app.take(stream, None)
        app.read()
        order.say("placing")
        began = time.process_time()
        placed = app.rebuild()
        seconds = time.process_time() - began
        events = [event for event in app.timeline("news").events if event.listed]
        titles = {text_key(title): title for _, row in rows_of(stream) for title in (str(row.get("title") or ""),)}
        wording = beliefs.policy.wording
        app.close()
    return Result("timeline", (*_figures(events, titles, wording),
        Figure("rebuild of the whole stream", "CPU s", round(seconds, 1), {}, None, "", "60", seconds <= 60),
        Figure("events listed, of those opened", "events", f"{len(events)} of {placed.opened}"),
    ))  # fmt: skip


def _figures(events: Sequence[Event], titles: Mapping[str, str], wording: Wording) -> Iterator[Figure]:
    wanted = known()
    for category in sorted({each.category for each in wanted}):
        mine = [each for each in wanted if each.category == category]
        reported = [each for each in mine if each.reported in (PLAIN, BY_INFERENCE)]
        hits = sum(event is not None for _, event in found(events, reported))
        yield Figure(f"{category}: reported events found", "events", f"{hits} of {len(reported)}")
        if len(mine) < WHOLE or any(each.first != each.last for each in mine):
            continue
        listed = [event for event in events if event.category == category]
        exact, plain, within, told, strays = _days(listed, mine)
        yield Figure(f"{category}: plain days exact", "days", f"{exact} of {plain}")
        yield Figure(f"{category}: days within {SPAN_DAYS} days' span", "days", f"{within} of {told}")
        yield Figure(f"{category}: events without a known day", "events", strays)
    for name, what in PAIRS:
        f1, asked = pairs(name, titles, wording)
        yield Figure(f"copies told, F1 on {what} ({asked})", "F1", f1)


def _app(folder: Path) -> App:
    """A program in a home of its own: the project's beliefs without reference tables."""
    shutil.copytree(ROOT / "config", folder / "config")
    for table in (folder / "config" / "reference").iterdir():
        table.unlink()
    for name in ("models", "migrations"):
        (folder / name).symlink_to(ROOT / name)
    return App(read_settings({"TRACKER_HOME": str(folder), "TRACKER_DATA": str(folder / "data")}))
