"""The JSON document of changes, and how the instant since which they are asked for is read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime

from tracker.core.changes import EventChange
from tracker.core.days import start_of
from tracker.core.shapes import AS_OF_ZONE, FIRST_YEAR, LAST_YEAR, Document, event_fields, instant
from tracker.core.timeline import View

DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:\d\d)", re.ASCII)


def moment_of(said: str) -> datetime:
    """The instant a word names: 2020-03-02T06:00:00Z, or a day, which means its beginning in Korea.

    Raises ValueError, in words for whoever asked, for anything else: an instant without a zone is a guess.
    """
    wanted = "give a day such as 2020-03-02 or an instant such as 2020-03-02T06:00:00Z"
    day = DAY.fullmatch(said)
    if not day and not INSTANT.fullmatch(said):
        raise ValueError(wanted)
    try:
        moment = start_of(date.fromisoformat(said), AS_OF_ZONE) if day else datetime.fromisoformat(said)
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(wanted) from None
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise ValueError(f"give a year from {FIRST_YEAR} to {LAST_YEAR}")
    return moment


def changes_document(changes: Sequence[EventChange], view: View, since: datetime, until: datetime) -> Document:
    """What changed between two instants, in the order in which it became known."""
    return {
        "since": instant(since),
        "until": instant(until),
        "evidence": view,
        "changes": [change_fields(each) for each in changes],
    }


def change_fields(change: EventChange) -> Document:
    """One event: as it stands (as it stood, where it is gone), what it was before, and each change in words."""
    return {
        "event": event_fields(change.event),
        "was": event_fields(change.was) if change.was is not None else None,
        "at": instant(change.at),
        "kinds": list(change.kinds),
        "changes": [
            {"kind": each.kind, "before": each.before, "after": each.after, "text": each.text}
            for each in change.changes
        ],
    }
