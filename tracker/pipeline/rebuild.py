"""Rebuild: forget every derived row and replay truth in recorded order; it must come out the same."""

from __future__ import annotations

from collections.abc import Callable

from tracker.core.observations import Observer
from tracker.core.placing import Policy
from tracker.core.taxonomy import Taxonomy
from tracker.pipeline.place import PlaceReport, link_lanes, place_news
from tracker.store import placements
from tracker.store.engine import Store
from tracker.store.verdicts import keep_note, note

_PLACED_AS = "news lane placed as"


def rebuild_news(
    store: Store,
    observer: Observer,
    taxonomy: Taxonomy,
    policy: Policy,
    progress: Callable[[int], None] = lambda _: None,
) -> PlaceReport:
    """Place the news lane again from nothing."""
    with store.begin() as tx:
        placements.forget_lane(tx, "news")
        keep_note(tx, _PLACED_AS, _stamp(observer, taxonomy, policy))
    report = place_news(store, observer, taxonomy, policy, progress)
    link_lanes(store, taxonomy, policy)
    return report


def place_or_rebuild(
    store: Store,
    observer: Observer,
    taxonomy: Taxonomy,
    policy: Policy,
    progress: Callable[[int], None] = lambda _: None,
) -> PlaceReport:
    """Place what is new; when the observer in force or the rules of placing changed, everything anew, so that
    the lane is always what a rebuild would give."""
    with store.reading() as tx:
        before = note(tx, _PLACED_AS)
    if before != _stamp(observer, taxonomy, policy):
        return rebuild_news(store, observer, taxonomy, policy, progress)
    report = place_news(store, observer, taxonomy, policy, progress)
    link_lanes(store, taxonomy, policy)
    return report


def _stamp(observer: Observer, taxonomy: Taxonomy, policy: Policy) -> str:
    return f"{observer.kind}/{observer.name}/{observer.version} {taxonomy.version} {policy.version}"
