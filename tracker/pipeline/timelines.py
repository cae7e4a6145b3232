"""The timeline under one view of the evidence: as it stands, or as what was known by an instant gives it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from tracker.core.assembling import assemble
from tracker.core.corrections import Correction
from tracker.core.coverage import Coverage, HeardDay
from tracker.core.events import Event, Lane
from tracker.core.linking import Link, join, link
from tracker.core.overlay import Overlay, beside, named, overlay, regrouped
from tracker.core.placing import Policy
from tracker.core.taxonomy import Taxonomy
from tracker.core.timeline import Timeline, View
from tracker.store import corrections, coverage, events, references
from tracker.store.engine import Store, Tx


def timeline(
    store: Store, taxonomy: Taxonomy, policy: Policy, view: View, now: datetime, as_of: datetime | None = None
) -> Timeline:
    """Events in order of day, then id, with the corrections that stand. With ``as_of``, only evidence and corrections
    known by then count, grouped as today."""
    with store.reading() as tx:
        return timeline_in(tx, taxonomy, policy, view, now, as_of)


def timeline_in(
    tx: Tx,
    taxonomy: Taxonomy,
    policy: Policy,
    view: View,
    now: datetime,
    as_of: datetime | None = None,
    journal: Sequence[Correction] | None = None,
) -> Timeline:
    """The same inside an open transaction, under another journal than the one that is kept where one is given."""
    if journal is None:
        journal = corrections.journal(tx, as_of)
    if view != "all":
        lane = corrected_lane(tx, view, as_of, journal, taxonomy, policy)
        return Timeline(as_of or now, view, tuple(sorted(lane.events, key=lambda event: (event.on, event.id))), lane)
    news = corrected_lane(tx, "news", as_of, journal, taxonomy, policy)
    reference = corrected_lane(tx, "reference", as_of, journal, taxonomy, policy)
    both = beside(news, reference)
    # The links that are kept are between the machine's own events; corrected ones may join otherwise.
    kept = as_of is None and not any(event.said for event in both.events) and not both.forwards
    links = tuple(events.all_links(tx)) if kept else relinked(news.events, reference.events, taxonomy, policy)
    return Timeline(as_of or now, view, join(news.events, reference.events, links), both)


def corrected_lane(
    tx: Tx,
    lane: Lane,
    as_of: datetime | None,
    journal: Sequence[Correction],
    taxonomy: Taxonomy,
    policy: Policy,
) -> Overlay:
    """One lane with the corrections of a journal laid over it."""
    standing = _lane(tx, lane, taxonomy, policy, as_of)
    wanted = named(journal, lane)
    if not wanted:
        return Overlay(tuple(standing))
    evidence = events.evidence_of(tx, sorted(regrouped(journal, lane)), as_of)
    present = {event.id for event in standing}
    lost = {id_: anchors for id_, anchors in wanted.items() if id_ not in present and anchors}
    renamed: dict[str, str] = {}
    if lost:
        found = corrections.holders(tx, [key for anchors in lost.values() for key in anchors])
        renamed = {
            id_: holder
            for id_, anchors in lost.items()
            if (holder := next((found[key] for key in anchors if key in found), None)) is not None
        }
        evidence |= events.evidence_of(tx, sorted(set(renamed.values())), as_of)
    return overlay(lane, standing, evidence, journal, policy.wording, taxonomy.categories.get, renamed)


def _lane(tx: Tx, lane: Lane, taxonomy: Taxonomy, policy: Policy, as_of: datetime | None) -> list[Event]:
    standing = events.all_events(tx, lane)
    if as_of is None:
        return standing
    known = events.lane_evidence(tx, lane, as_of)
    category = {event.id: event.category for event in standing}
    made = (
        assemble(id_, lane, category[id_], pieces, taxonomy.categories.get(category[id_]), policy.wording)
        for id_, pieces in known.items()
        if id_ in category
    )
    return [event for event in made if event is not None]


def relinked(news: Sequence[Event], reference: Sequence[Event], taxonomy: Taxonomy, policy: Policy) -> tuple[Link, ...]:
    """The links that these events give."""
    return link(news, reference, taxonomy.categories, policy.link_days)


def covered(
    store: Store, audible: Mapping[str, frozenset[str]] | None = None, as_of: datetime | None = None
) -> Coverage:
    """Who was listening: heard days known by then, and the current tables' declarations. ``audible``: the kinds
    of event that the readers can tell; silence about others means nothing, whoever was heard."""
    with store.reading() as tx:
        heard = tuple(
            HeardDay(on, publishers, known)
            for on, publishers, known in coverage.heard_days(tx)
            if as_of is None or known <= as_of
        )
        return Coverage(heard, references.declared(tx), audible)
