"""How many records a timeline holds for each real event, by a list of events that were read one by one.

The list (``models/sets/events-0001.csv``) says of every event that was opened on one stream what it is: real, with the
act it is a record of (two records of one act share it); misfiled, which is a real happening of that day under a
category it does not belong to; or false.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tracker.bench.results import ROOT, Figure
from tracker.core.events import Event

LIST = ROOT / "models" / "sets" / "events-0001.csv"
REAL, MISFILED, FALSE = "real", "misfiled", "false"
VERDICTS = (REAL, MISFILED, FALSE)

NEAR_DAYS = 1
"""An event is the one that was read when its day is at most so far from the day it had then."""


@dataclass(frozen=True, slots=True)
class Read:
    """One event as it was read. ``act`` names the real event it is a record of; empty where there is none, and where a
    misfiled one is told of nowhere else."""

    category: str
    subtype: str
    on: date
    verdict: str
    act: str


@dataclass(frozen=True, slots=True)
class Tally:
    """Of the events listed: how many are records of real acts, how many acts those are, how many are misfiled, how
    many happenings both kinds are of, how many are false, and how many nobody read."""

    listed: int
    real: int
    acts: int
    misfiled: int
    happenings: int
    false: int
    unread: int

    @property
    def per_act(self) -> float:
        """Records for each real event, misfiled ones counted as false."""
        return self.listed / max(self.acts, 1)

    @property
    def per_happening(self) -> float:
        """The same, misfiled ones counted as real events that are on no list."""
        return self.listed / max(self.happenings, 1)


def read_list(path: Path = LIST) -> list[Read]:
    """The events that were read, in the order of the list."""
    with path.open(encoding="utf-8", newline="") as file:
        return [
            Read(row["category"], row["subtype"], date.fromisoformat(row["on"]), row["verdict"], row["act"])
            for row in csv.DictReader(file)
        ]


def matched(events: Sequence[Event], read: Sequence[Read]) -> dict[str, Read]:
    """By event id what each was read as, one to one: of one category, the same subtype and the nearest day first."""
    pairs = sorted(
        (each.subtype != event.subtype, abs((event.on - each.on).days), place, event.id)
        for place, each in enumerate(read)
        for event in events
        if event.category == each.category and abs((event.on - each.on).days) <= NEAR_DAYS
    )
    found: dict[str, Read] = {}
    taken: set[int] = set()
    for _, _, place, id_ in pairs:
        if place not in taken and id_ not in found:
            taken.add(place)
            found[id_] = read[place]
    return found


def tally(events: Sequence[Event], read: Sequence[Read]) -> Tally:
    """Count the records; ``events`` are those opened, of which only the listed ones count."""
    known = matched(events, read)
    verdicts = [known.get(event.id) for event in events if event.listed]
    said = [each for each in verdicts if each is not None]
    real = [each for each in said if each.verdict == REAL]
    misfiled = [each for each in said if each.verdict == MISFILED]
    acts = {each.act for each in real}
    return Tally(
        listed=len(verdicts),
        real=len(real),
        acts=len(acts),
        misfiled=len(misfiled),
        happenings=len(acts) + sum(each.act not in acts for each in misfiled),
        false=sum(each.verdict == FALSE for each in said),
        unread=len(verdicts) - len(said),
    )


def record_figures(events: Sequence[Event], most: float) -> Iterator[Figure]:
    """The figures of the bench, against ``most`` records for each real event."""
    count = tally(events, read_list())
    right = f"{count.real} records of {count.acts} acts"
    words = f"{count.listed} listed: {right}, {count.misfiled} misfiled, {count.false} false"
    yield Figure("events read one by one", "events", f"{words}, {count.unread} not on the list")
    figures = (
        ("records for each real event, misfiled ones counted as false", count.per_act),
        ("records for each real event, misfiled ones counted as real", count.per_happening),
    )
    for name, figure in figures:
        yield Figure(name, "records", round(figure, 3), {}, None, "", f"at most {most}", figure <= most)
