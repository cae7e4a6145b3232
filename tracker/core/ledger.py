"""The ledger: everything that is reconciled, and what one side of a finding says in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from tracker.core.changes import Decided
from tracker.core.coverage import Coverage
from tracker.core.discrepancies import Basis, Cited, Kind, Side
from tracker.core.events import Event, Evidence
from tracker.core.linking import Link
from tracker.core.references import ReferenceRow, ReferenceTable
from tracker.core.words import Labels, count_words, day_words, listed_words, span_words, when_words

CITED = 6
"""Sources given of the news side of one finding; the event itself lists them all."""


@dataclass(frozen=True)
class Ledger:
    """All that is compared. ``news`` and ``reference`` are the lanes' events, ``links`` what is taken for the same,
    ``evidence`` by event id, ``rows`` the reference rows by the key of the evidence they gave, ``tables`` and
    ``databases`` the lists themselves; ``machine`` are the events of both lanes as they were before analysts
    ``decided`` (empty: no correction is told); ``as_of`` is the instant all of it was known by."""

    news: Sequence[Event]
    reference: Sequence[Event]
    links: Sequence[Link]
    evidence: Mapping[str, Sequence[Evidence]]
    rows: Mapping[str, ReferenceRow]
    tables: Sequence[ReferenceTable]
    databases: Sequence[ReferenceTable]
    coverage: Coverage
    labels: Labels
    as_of: datetime
    machine: Sequence[Event] = ()
    decided: Sequence[Decided] = ()
    titles: Mapping[str, str] = field(init=False)
    event_of: Mapping[tuple[str, str], Event] = field(init=False)
    heard_as: Mapping[str, Event] = field(init=False)

    def __post_init__(self) -> None:
        news = {event.id: event for event in self.news}
        listed = {table.name: table.title or table.name for table in (*self.tables, *self.databases)}
        events = {
            (row.table, row.row_key): event
            for event in self.reference
            for piece in self.evidence.get(event.id, ())
            if (row := self.rows.get(piece.key)) is not None
        }
        object.__setattr__(self, "titles", listed)
        object.__setattr__(self, "event_of", events)
        object.__setattr__(
            self, "heard_as", {link.reference: news[link.news] for link in self.links if link.news in news}
        )


def named(ledger: Ledger, event: Event) -> str:
    return f"{ledger.labels.kind(event)}, {when_words(event)}"


def of_kind(ledger: Ledger, row: ReferenceRow) -> str:
    inner = ledger.labels.subtype(row.category, row.subtype)
    kind = ledger.labels.category(row.category)
    return (
        f"{kind}: {inner}, {span_words(row.on, row.last_on)}" if inner else f"{kind}, {span_words(row.on, row.last_on)}"
    )


NOTHING = "nothing"
"""What a side is made to say where it leaves a field open."""


def verb(kind: Kind) -> str:
    return {"date": "dates it", "count": "counts", "type": "calls it", "place": "places it at"}.get(kind, "has")


def value_of(labels: Labels, kind: Kind, side: Side, category: str) -> str:
    if kind == "date":
        one = side.first_on == side.last_on or side.basis == "news"
        return day_words(side.on) if one else span_words(side.first_on, side.last_on)
    if kind == "count":
        return count_words(side.count, side.unit) or NOTHING
    if kind == "type":
        return labels.subtype(category, side.subtype) or NOTHING
    return labels.place(side.place) or NOTHING


def side_of_news(ledger: Ledger, event: Event) -> Side:
    by_publisher: dict[str, Cited] = {}
    for piece in _firsts(ledger.evidence.get(event.id, ())):
        by_publisher.setdefault(piece.publisher, Cited(piece.publisher, piece.title, piece.url, piece.key))
    cited = list(by_publisher.values())
    return _side(ledger, event, "news", "the news", "", tuple(cited[:CITED]))


def side_of_machine(ledger: Ledger, event: Event) -> Side:
    """What the machine made of an event that an analyst has otherwise."""
    told = side_of_event(ledger, event) if event.lane == "reference" else side_of_news(ledger, event)
    return replace(told, basis="machine", name="the machine", table="")


def side_of_analyst(ledger: Ledger, event: Event) -> Side:
    """What the analysts said who decided about an event: their names and reasons are what can be looked up."""
    mine = [each for each in ledger.decided if each.event in (event.id, *event.members)]
    cited = tuple(Cited(each.who, each.why or each.what, "", each.at.isoformat()) for each in mine)
    name = listed_words(list(dict.fromkeys(each.who for each in mine))) or "an analyst"
    return _side(ledger, event, "analyst", name, "", cited)


def _firsts(pieces: Sequence[Evidence]) -> list[Evidence]:
    """One text of each wire, the first known; further carriers of the same text after them."""
    ordered = sorted((each for each in pieces if each.role == "supports"), key=lambda each: (each.known_at, each.key))
    first: dict[int, Evidence] = {}
    for piece in ordered:
        first.setdefault(piece.wire, piece)
    return [*first.values(), *(piece for piece in ordered if first[piece.wire] is not piece)]


def side_of_event(ledger: Ledger, event: Event) -> Side:
    rows = [row for piece in ledger.evidence.get(event.id, ()) if (row := ledger.rows.get(piece.key)) is not None]
    names = list(dict.fromkeys(row.table for row in rows))
    title = " and ".join(ledger.titles.get(name, name) for name in names)
    return _side(ledger, event, "table", title, " ".join(names), tuple(_cited(row) for row in rows))


def _side(ledger: Ledger, event: Event, basis: Basis, name: str, table: str, cited: tuple[Cited, ...]) -> Side:
    says = ", ".join(
        part
        for part in (
            when_words(event),
            ledger.labels.subtype(event.category, event.subtype),
            count_words(event.count, event.unit),
            ledger.labels.place(event.place),
        )
        if part
    )
    return Side(
        basis, name, table, event.id, event.on, event.first_on, event.last_on, event.count, event.unit,
        event.subtype, event.place, says, cited,
    )  # fmt: skip


def side_of_row(ledger: Ledger, row: ReferenceRow, basis: Basis) -> Side:
    event = ledger.event_of.get((row.table, row.row_key)) if basis == "table" else None
    title = ledger.titles.get(row.table, row.table)
    says = ", ".join(
        part
        for part in (
            span_words(row.on, row.last_on),
            ledger.labels.subtype(row.category, row.subtype),
            count_words(row.count, row.unit),
            ledger.labels.place(row.place),
        )
        if part
    )
    return Side(
        basis, title, row.table, event.id if event else "",
        row.on, row.on, row.last_on, row.count, row.unit, row.subtype, row.place, says, (_cited(row),), row.note,
    )  # fmt: skip


def _cited(row: ReferenceRow) -> Cited:
    return Cited(row.citation_publisher, row.citation_title or row.citation_date, row.citation_url, row.row_key)
