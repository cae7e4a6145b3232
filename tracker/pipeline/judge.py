"""Judge: who was heard, what every claim comes to under each view of the evidence, and what changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tracker.core.baselines import Series
from tracker.core.coverage import HeardDay
from tracker.core.days import day_of
from tracker.core.forecasts import Forecast
from tracker.core.hearing import Ear, heard_days
from tracker.core.judging import judge_all
from tracker.core.observations import Observer
from tracker.core.placing import Policy
from tracker.core.taxonomy import Taxonomy
from tracker.core.timeline import View
from tracker.core.verdicts import Verdict
from tracker.pipeline.timelines import covered, timeline
from tracker.store import coverage, feeds, observations, verdicts
from tracker.store.engine import Store, Tx
from tracker.store.pulse import pulse

HEARING_ZONE = "Asia/Seoul"
"""The zone in which days are counted when it is asked who was heard: the subject's own."""

HEARING_KINDS = ("official", "state_media", "agency", "outlet")
"""Unknown publishers, social posts and carriers never prove that somebody listened (DESIGN section 8)."""

JUDGED = "judged from"

VIEWS: tuple[View, ...] = ("news", "reference", "all")


@dataclass(frozen=True, slots=True)
class JudgeReport:
    """Verdicts in force over all views, and how many of them are new rows."""

    judged: int
    changed: int


@dataclass(frozen=True, slots=True)
class Docket:
    """What is judged: the claims, the baselines they cite, the hash and words of the configuration they came from,
    and the kinds of event that readers can tell, by category."""

    forecasts: tuple[Forecast, ...]
    series: Mapping[str, Series]
    config_hash: str
    config_text: str
    audible: Mapping[str, frozenset[str]]


def listen(store: Store, observer: Observer) -> tuple[HeardDay, ...]:
    """The days on which enough publishers were heard, derived from every dated item and every poll, and kept."""
    with store.reading() as tx:
        row = observations.find_observer(tx, observer)
        told = observations.told(tx, row, HEARING_KINDS, HEARING_ZONE) if row is not None else []
        ears = _ears(tx)
        kept = coverage.heard_days(tx)
    days = heard_days(told, ears, HEARING_ZONE)
    rows = [(day.on, day.publishers, day.known_at) for day in days]
    if rows != kept:
        with store.begin() as tx:
            coverage.keep_heard(tx, rows)
    return days


def _ears(tx: Tx) -> dict[str, Ear]:
    """How each feed was listened to."""
    lost: dict[str, list[tuple[datetime, datetime]]] = {}
    for feed, first, last in feeds.gaps(tx):
        lost.setdefault(feed, []).append((first, last))
    states = feeds.states(tx)
    return {id_: Ear(state.last_success_at, tuple(lost.get(id_, ()))) for id_, state in states.items()}


def judge(
    store: Store, observer: Observer, docket: Docket, taxonomy: Taxonomy, policy: Policy, now: datetime
) -> JudgeReport:
    """Judge every claim under every view when the timeline, the config or the day moved; else change nothing."""
    listen(store, observer)
    found: dict[View, Sequence[Verdict]] = {}
    heard = covered(store, docket.audible)
    for view in VIEWS:
        found[view] = judge_all(
            docket.forecasts, timeline(store, taxonomy, policy, view, now), heard, docket.series, taxonomy, now
        )
    with store.begin() as tx:
        verdicts.keep_snapshot(tx, docket.config_hash, "forecasts", docket.config_text, now)
        changed = sum(
            verdicts.keep(tx, view, [(verdict, verdict.inputs_hash) for verdict in judged], docket.config_hash, now)
            for view, judged in found.items()
        )
    return JudgeReport(sum(len(judged) for judged in found.values()), changed)


def judge_if_moved(
    store: Store,
    observer: Observer,
    docket: Docket,
    taxonomy: Taxonomy,
    policy: Policy,
    now: datetime,
    program: str,
) -> JudgeReport:
    """Judge unless the last judging was made from the same record, config, program and day."""
    with store.reading() as tx:
        parts = (program, day_of(now, HEARING_ZONE), pulse(tx), taxonomy.version, policy.version, docket.config_hash)
        stamp = " ".join(str(part) for part in parts)
        if verdicts.note(tx, JUDGED) == stamp:
            return JudgeReport(verdicts.in_force_count(tx), 0)
    report = judge(store, observer, docket, taxonomy, policy, now)
    with store.begin() as tx:
        verdicts.keep_note(tx, JUDGED, stamp)
    return report


def judge_as_of(
    store: Store, docket: Docket, taxonomy: Taxonomy, policy: Policy, view: View, as_of: datetime, now: datetime
) -> tuple[Verdict, ...]:
    """The verdicts that the evidence known by an instant gives; nothing is kept."""
    seen = timeline(store, taxonomy, policy, view, now, as_of)
    return judge_all(docket.forecasts, seen, covered(store, docket.audible, as_of), docket.series, taxonomy, as_of)
