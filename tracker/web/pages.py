"""The addresses of the pages: the scoreboard, claims, indicators, feeds, events, and the style sheet."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated

from fastapi import FastAPI, HTTPException, Query
from fastapi.responses import HTMLResponse, Response

from tracker.core.claim_histories import until
from tracker.core.details import EventDetail
from tracker.core.shapes import AS_OF_ZONE, as_of_instant
from tracker.core.timeline import Timeline, View
from tracker.core.verdicts import Verdict
from tracker.outputs.board import EVENTS_SHOWN
from tracker.outputs.pages import STYLE_PATH, Home, Pages
from tracker.web.queries import Day, years_of
from tracker.web.reads import Reads, card_for

METHODS = ["GET", "HEAD"]


def add_pages(api: FastAPI, reads: Reads, pages: Pages) -> None:
    """Add the pages; they are for people and stay out of the API's description."""

    @api.api_route("/", methods=METHODS, include_in_schema=False, response_class=HTMLResponse)
    def home(
        evidence: Annotated[View, Query()] = "all",
        document: Annotated[str, Query()] = "",
        as_of: Annotated[Day | None, Query()] = None,
    ) -> HTMLResponse:
        at = as_of_instant(as_of) if as_of else None
        documents = reads.documents()
        chosen = next((each for each in documents if document in ("", each.id)), None)
        if document and chosen is None:
            raise HTTPException(404, "No document has this id; the scoreboard names those there are.")
        cards = tuple(card for card in reads.forecasts() if chosen is None or card.document in ("", chosen.id))
        others = {card.id for card in reads.forecasts()} - {card.id for card in cards}
        verdicts = tuple(each for each in reads.verdicts(evidence, at) if each.forecast not in others)
        timeline = reads.timeline(evidence, at)
        return HTMLResponse(
            pages.home(
                Home(
                    document=chosen,
                    view=evidence,
                    timeline=timeline,
                    news=timeline if evidence == "news" else reads.timeline("news", at),
                    verdicts=verdicts,
                    cards=cards,
                    details=_details(reads, verdicts, timeline, at),
                    health=reads.health(),
                    labels=reads.labels(),
                    zone=AS_OF_ZONE,
                    documents=documents,
                    rivals=reads.rivals(),
                    as_of=as_of,
                )
            )
        )

    @api.api_route("/forecasts/{forecast_id}", methods=METHODS, include_in_schema=False, response_class=HTMLResponse)
    def claim(
        forecast_id: str, evidence: Annotated[View, Query()] = "all", as_of: Annotated[Day | None, Query()] = None
    ) -> HTMLResponse:
        card = card_for(reads, forecast_id)
        if card is None:
            raise HTTPException(404, "No claim has this id; the scoreboard lists those there are.")
        chains = reads.explain(card.id, evidence, as_of_instant(as_of) if as_of else None)
        told = [until(each, as_of) if as_of else each for each in reads.history(evidence, card.id)]
        return HTMLResponse(pages.claim(card, chains, evidence, reads.labels(), as_of, told))

    @api.api_route("/indicators", methods=METHODS, include_in_schema=False, response_class=HTMLResponse)
    def indicators(
        evidence: Annotated[View, Query()] = "all",
        years: Annotated[str, Query()] = "",
        as_of: Annotated[Day | None, Query()] = None,
    ) -> HTMLResponse:
        sheet = reads.indicators(years_of(years), evidence, as_of_instant(as_of) if as_of else None)
        return HTMLResponse(pages.indicators(sheet, evidence, reads.labels(), as_of))

    @api.api_route("/feeds", methods=METHODS, include_in_schema=False, response_class=HTMLResponse)
    def feeds() -> HTMLResponse:
        return HTMLResponse(pages.feeds(reads.feeds(), reads.health(), AS_OF_ZONE))

    @api.api_route("/events/{event_id}", methods=METHODS, include_in_schema=False, response_class=HTMLResponse)
    def event(event_id: str) -> HTMLResponse:
        detail = reads.event(event_id)
        if detail is None:
            raise HTTPException(404, "No event has this id; the scoreboard lists those there are.")
        return HTMLResponse(pages.event(detail, reads.labels()))

    @api.api_route(STYLE_PATH, methods=METHODS, include_in_schema=False)
    def style() -> Response:
        return Response(pages.stylesheet, media_type="text/css")


def _details(
    reads: Reads, verdicts: Iterable[Verdict], timeline: Timeline, at: datetime | None
) -> dict[str, EventDetail]:
    """The deciding events the page will unfold, each asked for once; with ``at`` as they stood then."""
    wanted = dict.fromkeys(each for verdict in verdicts for each in verdict.events[:EVENTS_SHOWN])
    found = {event_id: detail for event_id in wanted if (detail := reads.event(event_id)) is not None}
    if at is None:
        return found
    stood = {event.id: event for event in timeline.events if event.id in wanted}
    return {
        event_id: EventDetail(event, tuple(p for p in found[event_id].evidence if p.known_at <= at))
        for event_id, event in stood.items()
        if event_id in found
    }
