"""Changes: what a reader of the timeline has to learn, between two instants or day by day; nothing is written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise

from tracker.core.changes import EventChange, changes_between
from tracker.core.days import day_of, start_of
from tracker.core.timeline import Timeline
from tracker.core.words import Labels
from tracker.pipeline.answers import moved_evidence
from tracker.store.engine import Store


def changes(store: Store, before: Timeline, after: Timeline, labels: Labels) -> tuple[EventChange, ...]:
    """What changed from one timeline to the other."""
    moved = moved_evidence(store, before, after, labels)
    return changes_between(before, after, labels, moved.evidence, moved.forwards, moved.decided)


def daily_changes(
    store: Store,
    timeline: Callable[[datetime], Timeline],
    now: datetime,
    days: int,
    zone: str,
    labels: Labels,
) -> Sequence[tuple[date, tuple[EventChange, ...]]]:
    """The changes of each of the last ``days`` days (today, unfinished, among them), the newest day first.

    A day's changes are those between its two ends, so they stay the same once the day is over, whenever asked.
    """
    today = day_of(now, zone)
    first = today - timedelta(days=days - 1)
    ends = [start_of(first + timedelta(days=k), zone) for k in range(days)] + [now]
    standing = [timeline(end) for end in ends]
    found = [
        (first + timedelta(days=place), changes(store, before, after, labels))
        for place, (before, after) in enumerate(pairwise(standing))
    ]
    return found[::-1]
