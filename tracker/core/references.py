"""Reference facts: rows of tables kept by people, each with the source it can be checked in."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

from tracker.core.coverage import DeclaredCoverage
from tracker.core.days import end_of

DEFAULT_LAG_DAYS = 14
"""How many days after an event a table is taken to know it where nothing is cited (DESIGN section 5)."""


def _hash(value: object) -> str:
    plain = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(plain.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class ReferenceRow:
    """One dated fact. ``on``..``last_on`` are days in ``zone`` (equal for one day).

    ``count`` is in ``unit``, None where nothing is counted. ``occurred`` False records that something talked
    about did not take place. ``published_on`` is the day the cited source came out, in ``zone``, None where
    it is not stated. ``certainty`` is "high", "medium" or "low".
    """

    table: str
    row_key: str
    on: date
    last_on: date
    zone: str
    category: str
    subtype: str = ""
    count: int | None = None
    unit: str = ""
    place: str = ""
    weapon: str = ""
    outcome: str = ""
    occurred: bool = True
    certainty: str = "high"
    published_on: date | None = None
    citation_publisher: str = ""
    citation_title: str = ""
    citation_date: str = ""
    citation_url: str = ""
    note: str = ""

    def known_at(self, lag_days: int = DEFAULT_LAG_DAYS) -> tuple[datetime, bool]:
        """When a listener could have known it, and whether that is assumed.

        The end of the cited publication day where one is stated; else the end of the event's day and
        ``lag_days`` more, assumed. Never before the event's first day has ended: a paper dated west of the
        event may carry the day before.
        """
        if self.published_on is not None:
            return end_of(max(self.published_on, self.on), self.zone), False
        return end_of(self.last_on + timedelta(days=max(lag_days, 0)), self.zone), True

    @property
    def content_hash(self) -> str:
        """sha256 (hex) over every field: a row that says something else is another row."""
        return _hash(asdict(self))

    @property
    def citation(self) -> str:
        """The source in one line: publisher, title, date, address, whichever are there."""
        parts = (self.citation_publisher, self.citation_title, self.citation_date, self.citation_url)
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class ReferenceTable:
    """A named table of facts with what it says of its own completeness.

    ``vintage`` tells when its facts were gathered (provenance only). ``version`` is a sha256 (hex) over
    header and rows; leave it empty to have it computed. Rows are kept in order of day, then key.
    """

    name: str
    rows: tuple[ReferenceRow, ...]
    coverage: tuple[DeclaredCoverage, ...] = ()
    vintage: str = ""
    default_lag_days: int = DEFAULT_LAG_DAYS
    version: str = ""
    title: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "rows", tuple(sorted(self.rows, key=lambda row: (row.on, row.row_key))))
        if not self.version:
            object.__setattr__(self, "version", self._version())

    def _version(self) -> str:
        coverage = [asdict(each) for each in self.coverage]
        header = (self.name, self.title, self.vintage, self.default_lag_days)
        return _hash([header, coverage, [asdict(row) for row in self.rows]])


def coverages(tables: Sequence[ReferenceTable]) -> tuple[DeclaredCoverage, ...]:
    """Everything the tables declare, in their order."""
    return tuple(each for table in tables for each in table.coverage)
