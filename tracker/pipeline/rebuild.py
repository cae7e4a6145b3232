"""Rebuild: forget every derived row and replay truth in recorded order; it must come out the same."""

from __future__ import annotations

from collections.abc import Callable

from tracker.core.observations import Observer
from tracker.core.placing import Policy
from tracker.core.taxonomy import Taxonomy
from tracker.pipeline.place import Bench, PlaceReport, link_lanes, place_batch, place_news
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
    """Place the news lane again from nothing, in one transaction: nobody ever sees half of it."""
    report = PlaceReport(0, 0, 0)
    with store.begin() as tx:
        placements.forget_lane(tx, "news")
        keep_note(tx, _PLACED_AS, _stamp(observer, taxonomy, policy))
        bench = Bench(taxonomy, policy)
        while (done := place_batch(tx, observer, bench)).placed:
            report = report.plus(done)
            progress(done.placed)
        link_lanes(tx, taxonomy, policy)
    return report


def place_or_rebuild(
    store: Store,
    observer: Observer,
    taxonomy: Taxonomy,
    policy: Policy,
    progress: Callable[[int], None] = lambda _: None,
    stopping: Callable[[], bool] = lambda: False,
) -> PlaceReport:
    """Place what is new; when the observer in force or the rules of placing changed, everything anew, so that
    the lane is always what a rebuild would give."""
    with store.reading() as tx:
        before = note(tx, _PLACED_AS)
    if before != _stamp(observer, taxonomy, policy):
        return rebuild_news(store, observer, taxonomy, policy, progress)
    return place_news(store, observer, taxonomy, policy, progress, stopping)


def _stamp(observer: Observer, taxonomy: Taxonomy, policy: Policy) -> str:
    return f"{observer.kind}/{observer.name}/{observer.version} {taxonomy.version} {policy.version}"
