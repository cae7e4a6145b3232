"""Place: give every mention of an effective reading its event, single file, in recorded order.

The news lane sees news only and the reference lane reference rows only; the links between them are made
last and change neither.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tracker.core.days import day_of, span_of
from tracker.core.events import Evidence
from tracker.core.linking import link
from tracker.core.observations import Mention, Observer
from tracker.core.placing import (
    Attach,
    Decision,
    Ignore,
    Open,
    Placeable,
    Policy,
    Standing,
    compatible,
    place,
    place_row,
    stay,
)
from tracker.core.taxonomy import Category, Effect, Taxonomy
from tracker.core.wires import NEVER
from tracker.pipeline.desk import Desk
from tracker.store import events, observations, placements
from tracker.store.engine import Store, Tx
from tracker.store.placements import Former, Placement, Unplaced
from tracker.store.pulse import bump, turns

BATCH = 2000
"""Texts placed in one transaction: about a second, for which another writer waits."""


@dataclass(frozen=True, slots=True)
class PlaceReport:
    """Observations looked at, mentions attached and events opened."""

    placed: int
    attached: int
    opened: int

    def plus(self, other: PlaceReport) -> PlaceReport:
        return PlaceReport(self.placed + other.placed, self.attached + other.attached, self.opened + other.opened)


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
    bench = Bench(taxonomy, policy)
    while not stopping():
        with store.begin() as tx:
            done = place_batch(tx, observer, bench)
            if done.placed < BATCH:
                link_lanes(tx, taxonomy, policy)
        report = report.plus(done)
        if done.placed:
            progress(done.placed)
        if done.placed < BATCH:
            break
    return report


class Bench:
    """The desk as it is kept from batch to batch. Whoever else wrote meanwhile, the next batch begins a new one."""

    def __init__(self, taxonomy: Taxonomy, policy: Policy) -> None:
        self.taxonomy, self.policy = taxonomy, policy
        self._desk: Desk | None = None
        self._turns = -1

    def desk(self, tx: Tx) -> Desk:
        if self._desk is None or turns(tx) != self._turns:
            self._desk = Desk("news", self.taxonomy.categories, self.policy.wording)
        return self._desk

    def left(self, tx: Tx) -> None:
        """Remember, at the end of a batch, that the desk is what the database says."""
        bump(tx)
        self._turns = turns(tx)


def place_batch(tx: Tx, observer: Observer, bench: Bench) -> PlaceReport:
    """The next batch in recorded order."""
    row = observations.find_observer(tx, observer)
    batch = placements.unplaced(tx, row, BATCH) if row is not None else []
    if row is None or not batch:
        return PlaceReport(0, 0, 0)
    report = _place(tx, batch, bench.desk(tx), bench.taxonomy, bench.policy)
    placements.reach(tx, row, batch[-1].subject)
    bench.left(tx)
    return report


def _place(tx: Tx, batch: Sequence[Unplaced], desk: Desk, taxonomy: Taxonomy, policy: Policy) -> PlaceReport:
    former = placements.former_readings(tx, [source.item for source in batch if source.item is not None])
    ready = {
        source.observation: [
            (k, mention, effect, _placeable(source, k, mention, effect, policy))
            for k, mention in enumerate(source.mentions)
            for effect in [taxonomy.effect(mention.category, mention.subtype, mention.mode)]
        ]
        for source in batch
    }
    spoken = [event for reading in former.values() for event, _ in reading.pieces]
    _lay(tx, desk, [each[3] for rows in ready.values() for each in rows], spoken, taxonomy, policy)
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
            rows.append(_settle(desk, source, k, mention, effect, placeable, decision))
        decided += rows
        if source.item is not None:
            spoke = [(row.event_id, row.key) for row in rows if row.event_id is not None]
            former[source.item] = Former(source.observation, spoke)
    _keep(tx, desk, decided, batch)
    placements.withdraw(tx, superseded)
    placements.keep_readings(tx, [(s.item, s.subject, s.observation) for s in batch if s.item is not None])
    return PlaceReport(len(batch), attached, opened)


def _decide(
    desk: Desk,
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
    standing = desk.near(placeable.category, first - reach, last + timedelta(days=kind.window_days))
    return place(placeable, kind, standing, policy, _copied(desk, source, placeable, kind, standing))


def _copied(
    desk: Desk, source: Unplaced, placeable: Placeable, kind: Category, standing: Sequence[Standing]
) -> frozenset[str]:
    """Events of the same days but of another subtype, of which the text is a copy. Days come first: launches are told
    in the same words, and a likeness across days says nothing (docs/decisions/0004)."""
    said = span_of(placeable.days)
    if placeable.act != "opens" or said is None:
        return frozenset()
    near = [
        event
        for event in standing
        if not compatible(kind, placeable.subtype, event.subtype)
        for span in [span_of(event.days)]
        if span is not None and max((said.first - span.last).days, (span.first - said.last).days) <= kind.window_days
    ]
    return desk.copied(source.title, source.seen_at, near)


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


FADED = 4
"""Echoes of an event are a fiftieth of the first after so many times its category's ``echo_days``: nothing that
comes later is taken for one rather than for something new."""


def _reach(category: Category, policy: Policy) -> timedelta:
    """How far back an event may lie that a mention still speaks of."""
    return timedelta(days=max(category.window_days, policy.context_days, FADED * category.echo_days))


AHEAD = timedelta(days=31)
"""How far after the last day spoken of events are looked for: announced ones may stand there."""


def _lay(
    tx: Tx, desk: Desk, mentions: Sequence[Placeable], also: Sequence[str], taxonomy: Taxonomy, policy: Policy
) -> None:
    """Lay on the desk what these mentions may reach, and take off what lies too far back."""
    ids: list[str] = list(also)
    for name in sorted({each.category for each in mentions if each.category in taxonomy.categories and each.days}):
        days = [day for each in mentions if each.category == name for day, _ in each.days]
        seen = [each.seen_on for each in mentions if each.category == name]
        first = min(days) - _reach(taxonomy.categories[name], policy)
        desk.clear(name, first)
        ids += events.near(tx, desk.lane, [name], first, max(*days, *seen) + AHEAD)
    lacking = desk.lacks(ids)
    desk.lay(events.categories_of(tx, lacking), events.evidence_of(tx, lacking))


def _settle(
    desk: Desk,
    source: Unplaced,
    k: int,
    mention: Mention,
    effect: Effect,
    placeable: Placeable,
    decision: Decision,
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
        wire = (
            desk.wire(target, source.title, source.publisher, source.publisher_kind, source.seen_at)
            if role == "supports"
            else 0
        )
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
        told=source.told,
    )
    desk.add(placeable.category, piece)
    return Placement(
        source.observation, k, desk.lane, target, placeable.key, role, placeable.subtype, wire, p, dates,
        decision.score, decision.reason,
    )  # fmt: skip


def _keep(tx: Tx, desk: Desk, decided: Sequence[Placement], batch: Sequence[Unplaced]) -> None:
    placements.keep_placements(tx, decided, [source.observation for source in batch])
    events.keep_events(tx, desk.changed())


def place_reference(tx: Tx, rows: Sequence[Unplaced], tables: Mapping[int, str], taxonomy: Taxonomy) -> int:
    """Place reference rows from an empty lane; returns the number of events. Rows come in order of table and key."""
    desk = Desk("reference", taxonomy.categories, NEVER)
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
            standing = desk.near(placeable.category, span.first, span.last) if span else []
            decision = place_row(
                placeable, kind, table, [(each, spoken.get(each.id, frozenset())) for each in standing]
            )
            row = _settle(desk, source, k, mention, effect, placeable, decision)
            decided.append(row)
            if row.event_id is not None:
                spoken[row.event_id] = spoken.get(row.event_id, frozenset()) | {table}
    opened = len(desk.touched)
    _keep(tx, desk, decided, rows)
    return opened


_CERTAIN = Policy(0, 0, 0, 0, 1, 0, 1, 0, NEVER, 0, {}, {})
"""A row's probability comes from its stated certainty alone."""


def link_lanes(tx: Tx, taxonomy: Taxonomy, policy: Policy) -> None:
    """Make the links between the lanes anew, where they changed."""
    news, reference = events.all_events(tx, "news"), events.all_events(tx, "reference")
    found = link(news, reference, taxonomy.categories, policy.link_days)
    if list(found) != events.all_links(tx):
        events.keep_links(tx, found)
