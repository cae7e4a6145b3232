"""The history of the claims: how each stood on every day, from one reading of the record. Nothing is kept."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence

from tracker.core.claim_histories import History, histories
from tracker.core.corrected_days import corrected
from tracker.core.days import DateSpan
from tracker.core.forecasts import Forecast, measures_of
from tracker.core.placing import Policy
from tracker.core.taxonomy import Taxonomy
from tracker.core.timeline import View
from tracker.core.unfolding import LANES, Days, Unfolding
from tracker.pipeline.judge import Docket
from tracker.pipeline.timelines import covered
from tracker.store import corrections
from tracker.store import histories as records
from tracker.store.engine import Store


def told(
    store: Store,
    docket: Docket,
    forecasts: Sequence[Forecast],
    taxonomy: Taxonomy,
    policy: Policy,
    view: View,
    days: DateSpan,
) -> tuple[History, ...]:
    """The histories of these claims over the days, as what was known at the end of each gives them. Claims they are
    conditional on are judged along."""
    wanted = {each.id for each in forecasts}
    judged = docket.forecasts if _rest_on_others(forecasts) else forecasts
    found = histories(
        judged,
        corrected_days(store, taxonomy, policy, view, categories_of(judged)),
        covered(store, docket.audible),
        docket.series,
        taxonomy,
        view,
        days,
    )
    return tuple(each for each in found if each.forecast in wanted)


def corrected_days(
    store: Store, taxonomy: Taxonomy, policy: Policy, view: View, wanted: Container[str] | None = None
) -> Days:
    """The record, ready to be unfolded day by day under one view, with the corrections that each day had. Of the
    categories wanted only (None: of all): events of others bear on no count of these, unless they are corrected."""
    with store.reading() as tx:
        journal = corrections.journal(tx)
        pieces = {lane: records.pieces(tx, lane) for lane in LANES[view]}
        categories = records.categories(tx)
        if wanted is not None and not journal:
            categories = {id_: category for id_, category in categories.items() if category in wanted}
        machine = Unfolding(view, pieces, categories, taxonomy, policy.link_days)
    return corrected(machine, journal, taxonomy, policy.wording, policy.link_days)


def categories_of(forecasts: Iterable[Forecast]) -> frozenset[str]:
    """The categories that these claims count, for their conditions too."""
    rules = (
        rule
        for forecast in forecasts
        for reading in forecast.readings
        for rule in (reading.rule, reading.given.rule if reading.given is not None else None)
        if rule is not None
    )
    return frozenset(measure.events.category for rule in rules for measure in measures_of(rule))


def _rest_on_others(forecasts: Sequence[Forecast]) -> bool:
    return any(reading.given is not None and reading.given.forecast for each in forecasts for reading in each.readings)
