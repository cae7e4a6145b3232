"""The JSON API under /api/v1, and the application that carries it together with the pages."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import FastAPI, HTTPException, Query
from fastapi.responses import JSONResponse

from tracker import __version__
from tracker.core.events import Event
from tracker.core.explaining import explanation_fields
from tracker.core.shapes import (
    Document,
    as_of_instant,
    event_document,
    feed_fields,
    forecast_fields,
    forecasts_document,
    health_document,
    history_document,
    select,
    timeline_document,
)
from tracker.core.sheets import indicators_document
from tracker.outputs.pages import Pages
from tracker.web.chains import ExplanationsPage, HistoryPage
from tracker.web.comparing import add_comparing
from tracker.web.corrections import add_corrections
from tracker.web.desk import Closed, Desk
from tracker.web.documents import (
    EventPage,
    FeedsPage,
    ForecastPage,
    ForecastsPage,
    HealthPage,
    ProblemPage,
    TimelinePage,
)
from tracker.web.headers import Headers
from tracker.web.pages import add_pages
from tracker.web.problems import add_handlers, described, refuse
from tracker.web.queries import (
    EventQuery,
    EvidenceQuery,
    ForecastQuery,
    IndicatorQuery,
    ScoreboardQuery,
    cursor_of,
    read_cursor,
)
from tracker.web.reads import Reads, card_for
from tracker.web.sheets import IndicatorsPage

BASE = "/api/v1"

ABOUT = (
    "Dated events about North Korea with their evidence, and a document's forecasts judged against them. "
    "Only analysts' corrections write. Days are calendar days in each event's zone; instants are UTC. "
    "Headlines are untrusted text."
)


class Api(FastAPI):
    """FastAPI whose description also holds the problem document, which no operation returns by itself."""

    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            schema = super().openapi()
            schemas = schema.setdefault("components", {}).setdefault("schemas", {})
            schemas["ProblemPage"] = ProblemPage.model_json_schema()
            schema["components"]["securitySchemes"] = {"analyst": {"type": "http", "scheme": "bearer"}}
        return self.openapi_schema or {}


def create_api(reads: Reads, pages: Pages, desk: Desk | None = None) -> FastAPI:
    """The ASGI application over ``reads``; without a ``desk`` nobody's key opens anything. CORS stays off: pages of
    other sites have no business here."""
    api = Api(
        title="Tracker",
        version=__version__,
        description=ABOUT,
        openapi_url=f"{BASE}/openapi.json",
        docs_url=None,  # the usual viewers load scripts from elsewhere
        redoc_url=None,
    )
    add_handlers(api, pages)
    _add_events(api, reads)
    _add_forecasts(api, reads)
    _add_indicators(api, reads)
    _add_feeds(api, reads)
    _add_health(api, reads)
    add_corrections(api, BASE, desk if desk is not None else Closed(), reads.labels)
    add_comparing(api, reads, pages)
    add_pages(api, reads, pages)
    api.add_middleware(Headers)
    return api


def _add_events(api: FastAPI, reads: Reads) -> None:
    @api.get(
        f"{BASE}/events",
        response_model=TimelinePage,
        responses=described(422),
        summary="The timeline",
        description="Events by day, then id. By default those that are `listed`: p_occurred of 0.5 or more, "
        "of some kinds more where one source alone has it.",
    )
    def events(query: Annotated[EventQuery, Query()]) -> Document:
        query.check(reads.labels().taxonomy)
        after = read_cursor(query.cursor) if query.cursor else None
        timeline = reads.timeline(query.evidence, as_of_instant(query.as_of) if query.as_of else None)
        found = select(
            timeline.events,
            query.first,
            query.last,
            query.category,
            query.subtype,
            query.text,
            query.everything,
        )
        rest = [event for event in found if after is None or (event.on, event.id) > after]
        shown = rest[: query.limit]
        return timeline_document(timeline, shown, query.as_of) | {"next": _next(shown, len(rest))}

    @api.get(
        f"{BASE}/events/{{event_id}}",
        response_model=EventPage,
        responses=described(404, 422),
        summary="One event",
        description="The event with its evidence, the other lane's view of it, and its history.",
    )
    def event(event_id: str) -> Document:
        detail = reads.event(event_id)
        if detail is None:
            raise HTTPException(404, f"No event has the id {event_id[:80]!r}; /events lists those there are.")
        return event_document(detail)


def _next(shown: list[Event], left: int) -> str | None:
    return cursor_of(shown[-1].on, shown[-1].id) if shown and left > len(shown) else None


def _add_forecasts(api: FastAPI, reads: Reads) -> None:
    @api.get(
        f"{BASE}/forecasts",
        response_model=ForecastsPage,
        response_model_exclude_unset=True,
        responses=described(422),
        summary="The scoreboard",
        description="Every claim of the document with the verdict on each of its readings, and the scores.",
    )
    def forecasts(query: Annotated[ScoreboardQuery, Query()]) -> Document:
        at = as_of_instant(query.as_of) if query.as_of else None
        cards = reads.forecasts()
        if query.document and query.document not in {card.document for card in cards}:
            raise refuse([f"document {query.document!r} is not known; each forecast names its own"])
        cards = tuple(card for card in cards if query.document in ("", card.document))
        wanted = {card.id for card in cards}
        judged = reads.verdicts(query.evidence, at)
        verdicts = [each for each in judged if not query.document or each.forecast in wanted]
        scores = reads.scores(query.evidence, at, query.document)
        return forecasts_document(verdicts, query.evidence, scores, query.as_of, cards)

    @api.get(
        f"{BASE}/forecasts/{{forecast_id}}",
        response_model=ForecastPage,
        response_model_exclude_unset=True,
        responses=described(404, 422),
        summary="One claim",
        description="One claim of the document with the verdict on each of its readings.",
    )
    def forecast(forecast_id: str, query: Annotated[ForecastQuery, Query()]) -> Document:
        at = as_of_instant(query.as_of) if query.as_of else None
        verdicts = [each for each in reads.verdicts(query.evidence, at) if each.forecast == forecast_id]
        card = next((each for each in reads.forecasts() if each.id == forecast_id), None)
        if card is None and not verdicts:
            raise HTTPException(404, f"No forecast has the id {forecast_id[:80]!r}; /forecasts lists them.")
        as_of = query.as_of.isoformat() if query.as_of else None
        return {"as_of": as_of, "evidence": query.evidence, **forecast_fields(verdicts, card)}


def _add_indicators(api: FastAPI, reads: Reads) -> None:
    @api.get(
        f"{BASE}/forecasts/{{forecast_id}}/explain",
        response_model=ExplanationsPage,
        responses=described(404, 422),
        summary="Why a claim is scored as it is",
        description="From each score of a claim to the articles behind it: score, verdict, what decided, who said so.",
    )
    def explain(forecast_id: str, query: Annotated[ForecastQuery, Query()]) -> Document:
        found = reads.explain(forecast_id, query.evidence, as_of_instant(query.as_of) if query.as_of else None)
        if not found:
            raise HTTPException(404, f"No forecast has the id {forecast_id[:80]!r}; /forecasts lists them.")
        as_of = query.as_of.isoformat() if query.as_of else None
        chains = [explanation_fields(each) for each in found]
        return {"as_of": as_of, "evidence": query.evidence, "explanations": chains}

    @api.get(
        f"{BASE}/forecasts/{{forecast_id}}/history",
        response_model=HistoryPage,
        responses=described(404, 422),
        summary="How a claim stood day by day",
        description="Verdict and p_yes at the end of each day of the document's year, and what changed them each time.",
    )
    def history(forecast_id: str, query: Annotated[EvidenceQuery, Query()]) -> Document:
        card = card_for(reads, forecast_id)
        told = reads.history(query.evidence, card.id) if card is not None else ()
        if not told:
            raise HTTPException(404, f"No forecast has the id {forecast_id[:80]!r}; /forecasts lists them.")
        return history_document(told, query.evidence)

    @api.get(
        f"{BASE}/indicators",
        response_model=IndicatorsPage,
        responses=described(422),
        summary="Typed counts by year",
        description="Each count with its events, what sources count differently, whether a year looks like another.",
    )
    def indicators(query: Annotated[IndicatorQuery, Query()]) -> Document:
        at = as_of_instant(query.as_of) if query.as_of else None
        return indicators_document(reads.indicators(query.asked(), query.evidence, at), query.evidence, query.as_of)


def _add_feeds(api: FastAPI, reads: Reads) -> None:
    @api.get(
        f"{BASE}/feeds",
        response_model=FeedsPage,
        summary="The feeds",
        description="Every source that is polled, how it is doing, and when it is due again.",
    )
    def feeds() -> Document:
        return {"feeds": [feed_fields(line) for line in reads.feeds()]}


def _add_health(api: FastAPI, reads: Reads) -> None:
    @api.get(
        f"{BASE}/health",
        response_model=HealthPage,
        responses={503: {"model": HealthPage, "description": "Something needs the operator; problems says what."}},
        summary="Is the service doing its work?",
    )
    def health() -> JSONResponse:
        """Feeds that answered, the last item, and what each step still has to do."""
        state = reads.health()
        return JSONResponse(health_document(state), 200 if state.ok else 503)
