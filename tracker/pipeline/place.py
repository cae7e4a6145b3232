"""Place: give every mention of an effective reading its event, single file, in recorded order.

The news lane sees news only and the reference lane reference rows only; the links between them are made
last and change neither.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from tracker.core.assembling import agreed_days, assemble, wire_of
from tracker.core.days import day_of, likeliest, span_of
from tracker.core.events import Evidence, Lane, withdrawn
from tracker.core.items import tokens
from tracker.core.linking import link
from tracker.core.observations import Mention, Observer
from tracker.core.placing import Attach, Decision, Ignore, Open, Placeable, Policy, Standing, place, place_row, stay
from tracker.core.taxonomy import Category, Effect, Taxonomy
from tracker.store import events, observations, placements
from tracker.store.engine import Store, Tx
from tracker.store.placements import Former, Placement, Unplaced

BATCH = 500


@dataclass(frozen=True, slots=True)
class PlaceReport:
    """Observations looked at, mentions attached and events opened."""

    placed: int
    attached: int
    opened: int

    def plus(self, other: PlaceReport) -> PlaceReport:
        return PlaceReport(self.placed + other.placed, self.attached + other.attached, self.opened + other.opened)


class _Desk:
    """The events within reach of a batch, as they change while it is placed."""

    def __init__(self, lane: Lane, evidence: Mapping[str, Sequence[Evidence]], categories: Mapping[str, str]) -> None:
        self.lane: Lane = lane
        self.evidence = {id_: list(evidence.get(id_, ())) for id_ in categories}
        self.category = dict(categories)
        self.touched: dict[str, None] = {}
        self._standing: dict[str, Standing | None] = {}
        self._wires: dict[str, list[tuple[int, frozenset[str], str]]] = {}
        self._by_category: dict[str, list[str]] = {}
        for id_, category in categories.items():
            self._by_category.setdefault(category, []).append(id_)

    def standing(self, category: str, first: date, last: date) -> list[Standing]:
        """The category's events that supporting evidence puts between two days."""
        found = []
        for id_ in self._by_category.get(category, ()):
            event = self._standing_of(id_)
            on = likeliest(event.days) if event is not None else None
            if event is not None and on is not None and first <= on <= last:
                found.append(event)
        return found

    def _standing_of(self, id_: str) -> Standing | None:
        if id_ not in self._standing:
            pieces = [piece for piece in self.evidence[id_] if piece.role == "supports"]
            first_of: dict[int, Evidence] = {}
            for piece in pieces:
                if piece.days:
                    first_of.setdefault(piece.wire, piece)
            self._standing[id_] = (
                Standing(
                    id=id_,
                    category=self.category[id_],
                    subtype=next((piece.subtype for piece in pieces if piece.subtype), ""),
                    days=agreed_days([piece.days for piece in first_of.values()]),
                    places=frozenset(piece.place for piece in pieces if piece.place),
                    wires=len({piece.wire for piece in pieces}),
                )
                if pieces
                else None
            )
        return self._standing[id_]

    def former(self, pieces: Sequence[tuple[str, str]]) -> list[Standing]:
        """The events that an item's former reading supported, as that reading saw them."""
        found = []
        for id_, key in pieces:
            for piece in self.evidence[id_]:
                if piece.key == key and piece.role in ("supports", "superseded") and piece.days:
                    sites = frozenset({piece.place} - {""})
                    found.append(Standing(id_, self.category[id_], piece.subtype, piece.days, sites, 1))
        return found

    def wire(self, id_: str, title: str, publisher: str, similarity: float) -> int:
        if id_ not in self._wires:
            self._wires[id_] = [
                (piece.wire, tokens(piece.title), piece.publisher)
                for piece in self.evidence[id_]
                if piece.role == "supports"
            ]
        return wire_of(title, publisher, self._wires[id_], similarity)

    def add(self, category: str, piece: Evidence) -> None:
        if piece.event_id not in self.evidence:
            self.evidence[piece.event_id] = []
            self.category[piece.event_id] = category
            self._by_category.setdefault(category, []).append(piece.event_id)
        self.evidence[piece.event_id].append(piece)
        self.touched[piece.event_id] = None
        if piece.role == "supports":
            self._standing.pop(piece.event_id, None)
            if piece.event_id in self._wires:
                self._wires[piece.event_id].append((piece.wire, tokens(piece.title), piece.publisher))

    def withdraw(self, id_: str, keys: Collection[str]) -> None:
        """Take pieces out of the count of an event: a newer reading of their item counts instead."""
        self.evidence[id_] = [
            replace(piece, role=withdrawn(piece.role)) if piece.key in keys else piece for piece in self.evidence[id_]
        ]
        self.touched[id_] = None
        self._standing.pop(id_, None)
        self._wires.pop(id_, None)


def place_news(
    store: Store,
    observer: Observer,
    taxonomy: Taxonomy,
    policy: Policy,
    progress: Callable[[int], None] = lambda _: None,
    stopping: Callable[[], bool] = lambda: False,
) -> PlaceReport:
    """Place what the active observer's readings say and nobody placed yet, and link the lanes anew."""
    report = PlaceReport(0, 0, 0)
    while not stopping():
        with store.begin() as tx:
            done = place_batch(tx, observer, taxonomy, policy)
            if done.placed < BATCH:
                link_lanes(tx, taxonomy, policy)
        report = report.plus(done)
        if done.placed:
            progress(done.placed)
        if done.placed < BATCH:
            break
    return report


def place_batch(tx: Tx, observer: Observer, taxonomy: Taxonomy, policy: Policy) -> PlaceReport:
    """The next batch in recorded order."""
    row = observations.find_observer(tx, observer)
    batch = placements.unplaced(tx, row, BATCH) if row is not None else []
    return _place(tx, batch, taxonomy, policy) if batch else PlaceReport(0, 0, 0)


def _place(tx: Tx, batch: Sequence[Unplaced], taxonomy: Taxonomy, policy: Policy) -> PlaceReport:
    former = placements.former_readings(tx, [source.item for source in batch if source.item is not None])
    ready = {
        source.observation: [
            (k, mention, effect, _placeable(source, k, mention, effect, policy))
            for k, mention in enumerate(source.mentions)
            for effect in [taxonomy.effect(mention.category, mention.subtype, mention.mode)]
        ]
        for source in batch
    }
    everything = [each[3] for rows in ready.values() for each in rows]
    spoken = [event for reading in former.values() for event, _ in reading.pieces]
    desk = _desk(tx, "news", everything, taxonomy, policy, spoken)
    decided: list[Placement] = []
    superseded: dict[int, datetime] = {}
    attached = opened = 0
    for source in batch:
        before = former.get(source.item) if source.item is not None else None
        stood = desk.former(before.pieces) if before is not None else []
        if before is not None:
            superseded[before.observation] = source.known_at
            for event in dict.fromkeys(event for event, _ in before.pieces):
                desk.withdraw(event, {key for at, key in before.pieces if at == event})
        rows = []
        for k, mention, effect, placeable in ready[source.observation]:
            decision = _decide(desk, source, mention, placeable, stood, taxonomy, policy)
            attached += isinstance(decision, Attach)
            opened += isinstance(decision, Open)
            rows.append(_settle(desk, source, k, mention, effect, placeable, decision, policy.wire_similarity))
        decided += rows
        if source.item is not None:
            spoke = [(row.event_id, row.key) for row in rows if row.event_id is not None]
            former[source.item] = Former(source.observation, spoke)
    _keep(tx, desk, decided, batch)
    placements.withdraw(tx, superseded)
    placements.keep_readings(tx, [(s.item, s.subject, s.observation) for s in batch if s.item is not None])
    return PlaceReport(len(batch), attached, opened)


def _decide(
    desk: _Desk,
    source: Unplaced,
    mention: Mention,
    placeable: Placeable,
    stood: Sequence[Standing],
    taxonomy: Taxonomy,
    policy: Policy,
) -> Decision:
    kind = taxonomy.categories.get(placeable.category)
    if kind is None or not mention.days:
        return Ignore("no day or category can be told from it")
    if not source.dated:
        return Ignore("nobody can tell when it was known: its publication has no date")
    sticky = stay(placeable, kind, stood)
    if sticky is not None:
        return sticky
    first, last = mention.days[0][0], max(mention.days[-1][0], placeable.seen_on)
    reach = _reach(kind, policy)
    standing = desk.standing(placeable.category, first - reach, last + timedelta(days=kind.window_days))
    return place(placeable, kind, standing, policy)


def _placeable(source: Unplaced, k: int, mention: Mention, effect: Effect, policy: Policy) -> Placeable:
    category = effect.category or mention.category
    occurred = dict(mention.p_mode).get(mention.mode, 1.0) if mention.p_mode else 1.0
    return Placeable(
        key=source.keys[k],
        act=effect.act,
        category=category,
        subtype=effect.subtype or (mention.subtype if category == mention.category else ""),
        p=mention.p * occurred * policy.reliability.get(source.publisher_kind, 1.0),
        days=mention.days,
        places=frozenset(mention.places[:1]),
        seen_on=day_of(source.seen_at, mention.zone),
    )


def _reach(category: Category, policy: Policy) -> timedelta:
    """How far back an event may lie that a mention still echoes: where the long tail has all but faded."""
    days = max(category.window_days, policy.context_days, int(category.echo_days * policy.long_tail * 3))
    return timedelta(days=min(days, 400))


def _desk(
    tx: Tx,
    lane: Lane,
    mentions: Sequence[Placeable],
    taxonomy: Taxonomy,
    policy: Policy,
    also: Sequence[str] = (),
) -> _Desk:
    categories = {each.category for each in mentions if each.category in taxonomy.categories and each.days}
    ids: list[str] = list(also)
    for name in sorted(categories):
        days = [day for each in mentions if each.category == name for day, _ in each.days]
        seen = [each.seen_on for each in mentions if each.category == name]
        reach = _reach(taxonomy.categories[name], policy)
        ids += events.near(tx, lane, [name], min(days) - reach, max(*days, *seen) + timedelta(days=31))
    ids = list(dict.fromkeys(ids))
    return _Desk(lane, events.evidence_of(tx, ids), events.categories_of(tx, ids))


def _settle(
    desk: _Desk,
    source: Unplaced,
    k: int,
    mention: Mention,
    effect: Effect,
    placeable: Placeable,
    decision: Decision,
    similarity: float,
) -> Placement:
    """Carry a decision to the desk, and put it into the row that keeps it."""
    if not isinstance(decision, Attach | Open):
        return Placement(
            source.observation, k, desk.lane, None, placeable.key, "context", placeable.subtype, 0, 0.0, False, 0.0,
            decision.reason,
        )  # fmt: skip
    if isinstance(decision, Open):
        target, role, dates = placements.event_id(desk.lane, placeable.key), "supports", True
        wire = 0
    else:
        target, dates = decision.event, decision.dates
        role = {"opens": "supports", "lowers": "lowers"}.get(effect.act, "context")
        wire = desk.wire(target, source.title, source.publisher, similarity) if role == "supports" else 0
    p = 0.0 if role == "context" else round(placeable.p * decision.share, 4)
    piece = Evidence(
        event_id=target,
        key=placeable.key,
        role=role,  # type: ignore[arg-type]
        wire=wire,
        publisher=source.publisher,
        publisher_kind=source.publisher_kind,
        known_at=source.known_at,
        p=p,
        days=mention.days if dates else (),
        zone=mention.zone,
        subtype=placeable.subtype,
        count=mention.count,
        unit=mention.unit,
        place=mention.places[0] if mention.places else "",
        title=source.title,
        url=source.url,
        score=decision.score,
        reason=decision.reason,
        outcome=source.outcome,
    )
    desk.add(placeable.category, piece)
    return Placement(
        source.observation, k, desk.lane, target, placeable.key, role, placeable.subtype, wire, p, dates,
        decision.score, decision.reason,
    )  # fmt: skip


def _keep(tx: Tx, desk: _Desk, decided: Sequence[Placement], batch: Sequence[Unplaced]) -> None:
    placements.keep_placements(tx, decided, [source.observation for source in batch])
    made = [assemble(id_, desk.lane, desk.category[id_], desk.evidence[id_]) for id_ in desk.touched]
    events.keep_events(tx, [event for event in made if event is not None])


def place_reference(tx: Tx, rows: Sequence[Unplaced], tables: Mapping[int, str], taxonomy: Taxonomy) -> int:
    """Place reference rows from an empty lane; returns the number of events. Rows come in order of table and key."""
    desk = _Desk("reference", {}, {})
    spoken: dict[str, frozenset[str]] = {}
    decided: list[Placement] = []
    for source in rows:
        table = tables[source.subject]
        for k, mention in enumerate(source.mentions):
            # A table states the category itself; only the words of news need translating into one.
            opens = mention.mode == "occurred"
            effect = Effect("opens", mention.category, mention.subtype) if opens else Effect("ignores")
            placeable = _placeable(source, k, mention, effect, _CERTAIN)
            kind = taxonomy.categories[placeable.category]
            span = span_of(mention.days)
            standing = desk.standing(placeable.category, span.first, span.last) if span else []
            decision = place_row(
                placeable, kind, table, [(each, spoken.get(each.id, frozenset())) for each in standing]
            )
            row = _settle(desk, source, k, mention, effect, placeable, decision, 2.0)
            decided.append(row)
            if row.event_id is not None:
                spoken[row.event_id] = spoken.get(row.event_id, frozenset()) | {table}
    _keep(tx, desk, decided, rows)
    return len(desk.touched)


_CERTAIN = Policy(0, 1, 0, 1, 0, 1, 0, {}, {})
"""A row's probability comes from its stated certainty alone."""


def link_lanes(tx: Tx, taxonomy: Taxonomy, policy: Policy) -> None:
    """Make the links between the lanes anew, where they changed."""
    news, reference = events.all_events(tx, "news"), events.all_events(tx, "reference")
    found = link(news, reference, taxonomy.categories, policy.link_days)
    if list(found) != events.all_links(tx):
        events.keep_links(tx, found)
