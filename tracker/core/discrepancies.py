"""Discrepancies: what reconciliation finds, each with the values of its sides and where they can be looked up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

Kind = Literal["date", "count", "type", "place", "missing", "only_database", "only_news", "only_reference", "analyst"]
Basis = Literal["news", "table", "database", "machine", "analyst"]

KINDS: tuple[Kind, ...] = (
    "date", "count", "type", "place", "missing", "analyst", "only_database", "only_news", "only_reference",
)  # fmt: skip
"""In the order in which they are told: contradictions first, then what one side alone has."""

KIND_WORDS: Mapping[Kind, str] = {
    "date": "Dated differently",
    "count": "Counted differently",
    "type": "Called different kinds",
    "place": "Placed differently",
    "missing": "Missing where all should be",
    "analyst": "Corrected by an analyst",
    "only_database": "Only in a public database",
    "only_news": "Only in the news",
    "only_reference": "Only in a reference table",
}


@dataclass(frozen=True, slots=True)
class Cited:
    """Where one side can be looked up. ``key`` is the row's key in its table, or the mention's natural key;
    ``url`` is as it came and must be checked before it is linked."""

    publisher: str
    title: str
    url: str
    key: str


@dataclass(frozen=True, slots=True)
class Side:
    """What one side says: ``basis`` tells which ("news", a "table" of ours, a public "database"; where
    an analyst corrected an event, what the "machine" made of it and what the "analyst" said), ``name`` its
    title in words, ``table`` its id (empty for the news), ``event`` the event on the timeline (empty for a
    database, which has none)."""

    basis: Basis
    name: str
    table: str
    event: str
    on: date
    first_on: date
    last_on: date
    count: int | None
    unit: str
    subtype: str
    place: str
    says: str
    cited: tuple[Cited, ...] = ()
    note: str = ""

    @property
    def called(self) -> str:
        """How a sentence calls it: "the news", "the table launches", a database by its title."""
        if self.basis == "table":
            return f"the table {' and '.join(self.table.split())}" if self.table else "a reference table"
        return self.name


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """One finding. ``id`` stays the same while the two sides and the kind do. ``heard`` tells of an event that
    only a table has whether the news could have shown it: publishers were listening on its days and a reader
    knows the kind; None for other findings. ``notes`` are further sentences."""

    id: str
    kind: Kind
    category: str
    on: date
    text: str
    sides: tuple[Side, ...]
    heard: bool | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Every finding, in order of kind, day and id, and how much was compared."""

    as_of: datetime
    findings: tuple[Discrepancy, ...]
    news: int
    reference: int
    linked: int
    databases: tuple[str, ...]

    @property
    def totals(self) -> dict[Kind, int]:
        """How many findings there are of each kind; kinds without any are left out."""
        counted = Counter(found.kind for found in self.findings)
        return {kind: counted[kind] for kind in KINDS if counted[kind]}

    def within(self, first: date | None = None, last: date | None = None, category: str = "") -> Reconciliation:
        """The same with the findings of these days and this category only."""
        kept = tuple(
            found
            for found in self.findings
            if (first is None or found.on >= first)
            and (last is None or found.on <= last)
            and category in ("", found.category)
        )
        return Reconciliation(self.as_of, kept, self.news, self.reference, self.linked, self.databases)
