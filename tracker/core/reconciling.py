"""Reconciliation: where the news, the reference tables and the public databases disagree, with both sides' evidence.

Nothing is settled here. Each finding is a sentence, the values of each side and where each can be looked up, so
that a person can decide which of them to mend.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime

from tracker.core.changes import changes_between
from tracker.core.coverage import Coverage
from tracker.core.days import DateSpan, day_of
from tracker.core.discrepancies import KINDS, Basis, Discrepancy, Kind, Reconciliation, Side
from tracker.core.events import Event
from tracker.core.ledger import (
    NOTHING,
    Ledger,
    named,
    of_kind,
    side_of_analyst,
    side_of_event,
    side_of_machine,
    side_of_news,
    side_of_row,
    value_of,
    verb,
)
from tracker.core.listings import gap_days, lay_beside, promises, span_of_row
from tracker.core.references import ReferenceRow, ReferenceTable
from tracker.core.timeline import Timeline
from tracker.core.wording import sentence
from tracker.core.words import p_said, plain, span_words, status_words

NEAR_DAYS = 7
"""How far from an event another of its kind is still worth naming as what it may have been taken for."""


def reconcile(ledger: Ledger) -> Reconciliation:
    """Compare the lanes with each other, the tables among themselves, and the tables with public databases.

    Pure: the same ledger gives the same findings, whatever the order of its events. Unlisted news (below the
    probability a timeline lists, or retracted) is no claim and only named as a near miss.
    """
    found = [
        *_linked(ledger),
        *_alone_in_news(ledger),
        *_alone_in_tables(ledger),
        *_between_lists(ledger),
        *_corrected(ledger),
    ]
    order = {kind: place for place, kind in enumerate(KINDS)}
    return Reconciliation(
        as_of=ledger.as_of,
        findings=tuple(sorted(found, key=lambda each: (order[each.kind], each.on, each.id))),
        news=sum(event.listed for event in ledger.news),
        reference=len(ledger.reference),
        linked=len(ledger.heard_as),
        databases=tuple(ledger.titles[table.name] for table in ledger.databases),
    )


def _linked(ledger: Ledger) -> Iterator[Discrepancy]:
    """Where a news event and the reference event it is taken for differ."""
    reference = {event.id: event for event in ledger.reference}
    for link in ledger.links:
        heard, known = ledger.heard_as.get(link.reference), reference.get(link.reference)
        if heard is None or known is None:
            continue
        for differs in link.differences:
            kind = next((each for each in KINDS if each == differs.field), None)
            family = kind == "type" and _related(ledger, known.category, differs.news, differs.reference)
            if kind is None or family:
                continue
            sides = (side_of_news(ledger, heard), side_of_event(ledger, known))
            values = [value_of(ledger.labels, kind, side, known.category) for side in sides]
            text = f"{named(ledger, known)}: the news {verb(kind)} {values[0]}, {sides[1].called} {values[1]}"
            yield _found(kind, known.category, known.on, text, sides)


def _alone_in_news(ledger: Ledger) -> Iterator[Discrepancy]:
    linked = {event.id for event in ledger.heard_as.values()}
    for event in ledger.news:
        if not event.listed or event.id in linked:
            continue
        span = DateSpan(event.first_on, event.last_on)
        promised = [
            table
            for table in ledger.tables
            if (row := promises(table, event.category, event.subtype, span, ledger.labels.taxonomy)) is not None
            and (day_of(ledger.as_of, row.zone) - span.last).days > row.lag_days
        ]
        names = " and ".join(f"the table {table.name}" for table in promised)
        text = f"only in the news: {named(ledger, event)}, {_standing(event)}"
        note = (
            f"{names} promises to have every event of the kind on these days and has none: one of the two is wrong"
            if promised
            else "no reference table promises to have every event of the kind on these days"
        )
        near = [each for each in ledger.reference if each.id not in ledger.heard_as]
        notes = (sentence(note), *_nearest(ledger, event, near, "The nearest row without a report"))
        yield _found("only_news", event.category, event.on, text, (side_of_news(ledger, event),), notes=notes)


def _alone_in_tables(ledger: Ledger) -> Iterator[Discrepancy]:
    linked = {event.id for event in ledger.heard_as.values()}
    free = [event for event in ledger.news if event.id not in linked]
    for event in ledger.reference:
        if event.id in ledger.heard_as or not event.listed:
            continue
        side = side_of_event(ledger, event)
        heard, why = _could_be_heard(ledger, event)
        text = f"only in {side.called}: {named(ledger, event)}"
        notes = (sentence(why), *_nearest(ledger, event, free, "The nearest report that is of nothing in the tables"))
        yield _found("only_reference", event.category, event.on, text, (side,), heard, notes)


def _could_be_heard(ledger: Ledger, event: Event) -> tuple[bool, str]:
    """Whether the news could have shown an event, and why (not)."""
    kinds = (event.subtype,) if event.subtype else ()
    days = DateSpan(event.first_on, event.last_on)
    told = Coverage(ledger.coverage.heard, (), ledger.coverage.audible)
    if not told.can_tell(event.category, kinds, ledger.labels.taxonomy):
        return False, "no reader knows this kind of event, so the news could not show it"
    silence = told.silence(event.category, kinds, days, event.zone, "news", ledger.as_of, ledger.labels.taxonomy)
    if silence.counts:
        return True, "publishers were heard then and none of what they told was taken for it"
    return False, "too few publishers were heard then, so the news could not show it"


def _between_lists(ledger: Ledger) -> Iterator[Discrepancy]:
    """The tables among themselves, and each public database against all of them."""
    known = {key for key, event in ledger.event_of.items() if event.listed}
    ours = [row for table in ledger.tables for row in table.rows if (row.table, row.row_key) in known]
    for place, table in enumerate(ledger.tables):
        rest = [row for row in ours if row.table in {each.name for each in ledger.tables[place + 1 :]}]
        mine = [row for row in ours if row.table == table.name]
        yield from _beside(ledger, rest, mine, table, "table")
    for database in ledger.databases:
        yield from _beside(ledger, ours, database.rows, database, "database")


def _beside(
    ledger: Ledger, ours: Sequence[ReferenceRow], theirs: Sequence[ReferenceRow], other: ReferenceTable, basis: Basis
) -> Iterator[Discrepancy]:
    taxonomy = ledger.labels.taxonomy
    beside = lay_beside(ours, theirs, taxonomy.categories)
    for mine, their in beside.pairs:
        yield from _differing(ledger, mine, their, basis)
    for row in beside.ours:
        if promises(other, row.category, row.subtype, span_of_row(row), taxonomy) is None:
            continue
        side = side_of_row(ledger, row, "table")
        text = f"{ledger.titles[other.name]} lacks {of_kind(ledger, row)}, which {side.called} has"
        notes = _also_heard(ledger, row)
        yield _found(
            "missing", row.category, row.on, text, (side, *_heard_side(ledger, row)), notes=notes, more=other.name
        )
    for row in beside.theirs if basis == "database" else ():
        side = side_of_row(ledger, row, basis)
        text = f"only in {side.called}: {of_kind(ledger, row)}"
        yield _found("only_database", row.category, row.on, text, (side,), notes=_twice(row, ours))


def _corrected(ledger: Ledger) -> Iterator[Discrepancy]:
    """What analysts made of the machine's events: the same differences that any two timelines are told by."""
    if not ledger.machine:
        return
    before = Timeline(datetime.min.replace(tzinfo=UTC), "all", tuple(ledger.machine))
    after = Timeline(ledger.as_of, "all", (*ledger.news, *ledger.reference))
    for found in changes_between(before, after, ledger.labels, decided=ledger.decided):
        said = "; ".join(change.text for change in found.changes)
        sides: tuple[Side, ...] = (side_of_machine(ledger, found.was),) if found.was is not None else ()
        if not {"merged", "removed"}.intersection(found.kinds):
            sides += (side_of_analyst(ledger, found.event),)
        text = f"{named(ledger, found.was or found.event)}: {said}"
        yield _found("analyst", found.event.category, found.event.on, text, sides)


def _differing(ledger: Ledger, mine: ReferenceRow, their: ReferenceRow, basis: Basis) -> Iterator[Discrepancy]:
    sides = (side_of_row(ledger, mine, "table"), side_of_row(ledger, their, basis))
    differ: list[Kind] = []
    if (mine.on, mine.last_on) != (their.on, their.last_on):
        differ.append("date")
    if mine.count is not None and their.count is not None and (mine.count, mine.unit) != (their.count, their.unit):
        differ.append("count")
    if mine.subtype and their.subtype and not _related(ledger, mine.category, mine.subtype, their.subtype):
        differ.append("type")
    if mine.place and their.place and mine.place != their.place:
        differ.append("place")
    for kind in differ:
        said = [value_of(ledger.labels, kind, side, mine.category) for side in sides]
        text = f"{of_kind(ledger, mine)}: {sides[0].called} {verb(kind)} {said[0]}, {sides[1].called} {said[1]}"
        notes = tuple(sentence(note) for note in (their.note,) if note)
        heard = _heard_side(ledger, mine)
        notes += _also_heard(ledger, mine, kind)
        yield _found(kind, mine.category, mine.on, text, (*sides, *heard), notes=notes)


def _related(ledger: Ledger, category: str, one: str, other: str) -> bool:
    """Whether one type is the other or a family of it ("ballistic" of a short-range ballistic missile): said less
    exactly, which is no contradiction."""
    groups = ledger.labels.taxonomy.groups_of
    wide, narrow = ({kind.casefold() for kind in groups(category, each) | {each}} for each in (one, other))
    return other.casefold() in wide or one.casefold() in narrow


def _heard_side(ledger: Ledger, row: ReferenceRow) -> tuple[Side, ...]:
    event = ledger.event_of.get((row.table, row.row_key))
    heard = ledger.heard_as.get(event.id) if event is not None else None
    return (side_of_news(ledger, heard),) if heard is not None else ()


def _also_heard(ledger: Ledger, row: ReferenceRow, kind: Kind = "date") -> tuple[str, ...]:
    """What the news says of the same event, where it says anything of the kind."""
    said = [value_of(ledger.labels, kind, side, row.category) for side in _heard_side(ledger, row)]
    return tuple(sentence(f"the news {verb(kind)} {value}") for value in said if value != NOTHING)


def _twice(row: ReferenceRow, ours: Sequence[ReferenceRow]) -> tuple[str, ...]:
    notes = [sentence(row.note)] if row.note else []
    near = [
        (gap_days(span_of_row(row), span_of_row(each)), each)
        for each in ours
        if each.category == row.category and gap_days(span_of_row(row), span_of_row(each)) <= 1
    ]
    if near:
        _, each = min(near, key=lambda pair: (pair[0], pair[1].row_key))
        notes.append(
            f"The nearest in our tables stands on {span_words(each.on, each.last_on)} and has another row of the "
            "database beside it: one happening may stand there twice."
        )
    return tuple(notes)


def _nearest(ledger: Ledger, event: Event, others: Sequence[Event], what: str) -> tuple[str, ...]:
    near = [
        (abs((each.on - event.on).days), each.id, each)
        for each in others
        if each.category == event.category and abs((each.on - event.on).days) <= NEAR_DAYS
    ]
    if not near:
        return ()
    each = min(near)[2]
    return (f"{what}: {named(ledger, each)}, {_standing(each)}.",)


def _standing(event: Event) -> str:
    """How far an event is believed: "very likely (85 %), reported by one source"."""
    return f"{p_said(event.p_occurred)}, {status_words(event.status, event.wires, event.lane)}"


def _found(
    kind: Kind,
    category: str,
    on: date,
    text: str,
    sides: tuple[Side, ...],
    heard: bool | None = None,
    notes: tuple[str, ...] = (),
    more: str = "",
) -> Discrepancy:
    """The finding with its id: a hash of its kind and of what its sides are."""
    parts = [kind, more, *(f"{side.basis} {side.event or side.table} {_keys(side)}" for side in sides)]
    key = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
    return Discrepancy(key, kind, category, on, plain(sentence(text)), sides, heard, tuple(map(plain, notes)))


def _keys(side: Side) -> str:
    return "" if side.basis == "news" else " ".join(each.key for each in side.cited)
