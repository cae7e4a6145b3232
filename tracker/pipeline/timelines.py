"""The timeline under one view of the evidence: as it stands, or as what was known by an instant gives it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from tracker.core.assembling import assemble
from tracker.core.coverage import Coverage, HeardDay
from tracker.core.events import Event, Lane
from tracker.core.linking import Link, join, link
from tracker.core.placing import Policy
from tracker.core.taxonomy import Taxonomy
from tracker.core.timeline import Timeline, View
from tracker.store import coverage, events, references
from tracker.store.engine import Store, Tx


def timeline(
    store: Store, taxonomy: Taxonomy, policy: Policy, view: View, now: datetime, as_of: datetime | None = None
) -> Timeline:
    """Events in order of day, then id. With ``as_of``, only evidence known by then counts, grouped as today."""
    with store.reading() as tx:
        if view != "all":
            found = _lane(tx, view, taxonomy, as_of)
            return Timeline(as_of or now, view, tuple(sorted(found, key=lambda event: (event.on, event.id))))
        news, reference = _lane(tx, "news", taxonomy, as_of), _lane(tx, "reference", taxonomy, as_of)
        links = tuple(events.all_links(tx)) if as_of is None else _relinked(news, reference, taxonomy, policy)
    return Timeline(as_of or now, view, join(news, reference, links))


def _lane(tx: Tx, lane: Lane, taxonomy: Taxonomy, as_of: datetime | None) -> list[Event]:
    standing = events.all_events(tx, lane)
    if as_of is None:
        return standing
    known = events.lane_evidence(tx, lane, as_of)
    category = {event.id: event.category for event in standing}
    made = (
        assemble(id_, lane, category[id_], pieces, taxonomy.hours_of(category[id_]))
        for id_, pieces in known.items()
        if id_ in category
    )
    return [event for event in made if event is not None]


def _relinked(news: list[Event], reference: list[Event], taxonomy: Taxonomy, policy: Policy) -> tuple[Link, ...]:
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
