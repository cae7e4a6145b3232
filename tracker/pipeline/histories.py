"""The history of the claims: how each stood on every day, from one reading of the record. Nothing is kept."""

from __future__ import annotations

from collections.abc import Sequence

from tracker.core.claim_histories import History, histories
from tracker.core.days import DateSpan
from tracker.core.forecasts import Forecast
from tracker.core.placing import Policy
from tracker.core.taxonomy import Taxonomy
from tracker.core.timeline import View
from tracker.core.unfolding import LANES, Unfolding
from tracker.pipeline.judge import Docket
from tracker.pipeline.timelines import covered
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
    found = histories(
        docket.forecasts if _rest_on_others(forecasts) else forecasts,
        unfolding(store, taxonomy, policy, view),
        covered(store, docket.audible),
        docket.series,
        taxonomy,
        view,
        days,
    )
    return tuple(each for each in found if each.forecast in wanted)


def unfolding(store: Store, taxonomy: Taxonomy, policy: Policy, view: View) -> Unfolding:
    """The record, ready to be unfolded day by day under one view."""
    with store.reading() as tx:
        pieces = {lane: records.pieces(tx, lane) for lane in LANES[view]}
        return Unfolding(view, pieces, records.categories(tx), taxonomy, policy.link_days)


def _rest_on_others(forecasts: Sequence[Forecast]) -> bool:
    return any(reading.given is not None and reading.given.forecast for each in forecasts for reading in each.readings)
