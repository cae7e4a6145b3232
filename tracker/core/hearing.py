"""Hearing: on which days this program really listened, from polls that succeeded and items that came."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tracker.core.coverage import HeardDay
from tracker.core.days import end_of, start_of

HEARD_PUBLISHERS = 2
HEARD_ITEMS = 5
HEARD_DAYS = 60
"""Heard: at least 2 publishers that day, each with 5 or more DPRK items in the 60 days before (DESIGN 8)."""


@dataclass(frozen=True, slots=True)
class Told:
    """What one publisher told on one day: ``items`` in all, ``concerning`` the DPRK among them.

    ``feed`` is the feed it came by, empty for an archive. ``known_at`` is when the first of them could be known;
    None: by the end of the day.
    """

    publisher: str
    on: date
    items: int
    concerning: int
    feed: str = ""
    known_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Ear:
    """How one feed was listened to: when it last answered, and the stretches whose stories were lost."""

    last_success_at: datetime | None
    lost: tuple[tuple[datetime, datetime], ...] = ()

    def heard_out(self, on: date, zone_name: str) -> bool:
        """Whether the whole of a day was listened to: the feed answered after the day had ended, and no story of
        the day was lost between two polls. Half a day of listening is no proof of silence."""
        opens, closes = start_of(on, zone_name), end_of(on, zone_name)
        if self.last_success_at is None or self.last_success_at < closes:
            return False
        return not any(first < closes and last > opens for first, last in self.lost)


def heard_days(told: Iterable[Told], ears: Mapping[str, Ear], zone_name: str) -> tuple[HeardDay, ...]:
    """The days on which enough publishers were heard, counted in ``zone_name``.

    The caller leaves out unknown publishers, social posts and carriers. A publisher is heard on a day on which it
    told something by an archive, or by a feed that was listened to for the whole day (``ears`` by feed), if it
    told of the DPRK often enough in the 60 days before; the day itself never counts towards that, and a day not
    heard out still does. A day is known when its end has passed and the items of enough publishers were there.
    Several rows of one publisher and day add up.
    """
    by_publisher: dict[str, dict[date, list[Told]]] = {}
    for row in told:
        by_publisher.setdefault(row.publisher, {}).setdefault(row.on, []).append(row)
    listeners: dict[date, list[datetime]] = {}
    for mine in by_publisher.values():
        recent: deque[tuple[date, int]] = deque()
        running = 0
        for day in sorted(mine):
            while recent and recent[0][0] < day - timedelta(days=HEARD_DAYS):
                running -= recent.popleft()[1]
            known_at = _known_at(mine[day], ears, zone_name)
            if known_at is not None and running >= HEARD_ITEMS:
                listeners.setdefault(day, []).append(known_at)
            concerning = sum(row.concerning for row in mine[day])
            recent.append((day, concerning))
            running += concerning
    return tuple(
        HeardDay(day, len(known), sorted(known)[HEARD_PUBLISHERS - 1])
        for day, known in sorted(listeners.items())
        if len(known) >= HEARD_PUBLISHERS
    )


def _known_at(rows: list[Told], ears: Mapping[str, Ear], zone_name: str) -> datetime | None:
    """When it could be known that the publisher of these rows of one day was heard; None when it was not."""
    closes = end_of(rows[0].on, zone_name)
    nobody = Ear(None)
    heard = (
        row
        for row in rows
        if row.items > 0 and (not row.feed or ears.get(row.feed, nobody).heard_out(row.on, zone_name))
    )
    return min((max(closes, row.known_at or closes) for row in heard), default=None)
