"""Corrections over the API: an analyst's key writes, everyone reads the journal and an event's history."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from fastapi import FastAPI, HTTPException, Query
from fastapi import Request as Asked
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, StrictInt, ValidationError

from tracker.core.corrections import Action
from tracker.core.journals import entry_fields, history_document, kept_document
from tracker.core.requests import MOST_KEYS, MOST_REASON, MOST_TITLE, MOST_URL, MOST_URLS, Request
from tracker.core.shapes import Document
from tracker.core.words import Labels
from tracker.web.desk import Desk
from tracker.web.documents import Answer, EventLine, EvidencePiece
from tracker.web.problems import described, refuse
from tracker.web.queries import MOST, USUAL, Day

MOST_BODY = 64 * 1024
"""Bytes of one correction; the longest that can be meant (500 keys, 20 addresses) is within it."""

SCHEME = "Bearer "

Id = Annotated[str, Field(max_length=80)]


class Wanted(BaseModel):
    """A correction. Which fields go with which action stands on the page about corrections."""

    model_config = ConfigDict(extra="forbid")

    action: Action
    reason: str = Field(max_length=MOST_REASON, description="Why; kept in the journal.")
    event: Id = Field("", description="Any id the event ever had.")
    seen: Id = Field("", description="The version of the event you looked at; add and withdraw need none.")
    category: Id | None = None
    subtype: Id | None = None
    place: Id | None = None
    count: StrictInt | None = None
    unit: Id | None = None
    on: Day | None = None
    first: Day | None = None
    last: Day | None = None
    mode: Id = ""
    into: Id = ""
    keys: tuple[Id, ...] = Field((), max_length=MOST_KEYS)
    days: tuple[Day, ...] = Field((), max_length=MOST_KEYS)
    title: str = Field("", max_length=MOST_TITLE)
    urls: tuple[Annotated[str, Field(max_length=MOST_URL)], ...] = Field((), max_length=MOST_URLS)
    correction: StrictInt | None = Field(None, description="The number of the correction to withdraw.")

    def request(self, author: str) -> Request:
        """The same, under the name that the key stands for."""
        given = {name: getattr(self, name) for name in type(self).model_fields}
        return Request(author=author, **given)


class CorrectionLine(Answer):
    """One entry of the journal."""

    seq: int = Field(description="Its number, by which it can be withdrawn.")
    action: Action
    at: datetime
    author: str
    reason: str
    event: str = Field(description="The event it was made on.")
    events: list[str] = Field(description="Every event it names.")
    seen: str = Field(description="The version of the event its author looked at; empty where none was.")
    words: str = Field(description="What it does, in words.")
    change: dict[str, Any] = Field(description="What it does, as data.")


class Withdrawn(Answer):
    seq: int
    at: datetime
    author: str
    reason: str


class EntryLine(CorrectionLine):
    """A correction with what became of it."""

    holds: bool
    not_applied: str | None = Field(description="Why it changes nothing although nobody withdrew it; else null.")
    withdrawn: Withdrawn | None


class KeptPage(Answer):
    """The correction that was made, and the event as it shows now (null where none does)."""

    correction: CorrectionLine
    event: EventLine | None


class JournalPage(Answer):
    """Corrections, newest first; ask again with before = next until next is null."""

    corrections: list[EntryLine]
    next: int | None


class HistoryPage(Answer):
    """What the machine and what analysts said of an event, side by side."""

    asked: str
    id: str | None = Field(description="The id it stands under now; null where nothing does any more.")
    version: str | None
    event: EventLine | None
    machine: list[EventLine] = Field(description="What the machine has in its place.")
    corrections: list[EntryLine]
    evidence: list[EvidencePiece]


class JournalQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    limit: int = Field(USUAL, ge=1, le=MOST, description="Corrections in one answer.")
    before: int | None = Field(None, ge=1, description="Only those with a lower number; left out: the newest.")


def add_corrections(api: FastAPI, base: str, desk: Desk, labels: Callable[[], Labels]) -> None:
    """Add the addresses of the journal; ``labels`` gives the words for ids."""

    @api.post(
        f"{base}/corrections",
        status_code=201,
        response_model=KeptPage,
        responses=described(401, 403, 409, 413, 415, 422, 503),
        summary="Correct an event",
        description="Needs an analyst's key: `Authorization: Bearer KEY`. The correction is kept under her name; 409 "
        "when the event changed since `seen`, with what changed.",
        openapi_extra={
            "requestBody": {"required": True, "content": {"application/json": {"schema": Wanted.model_json_schema()}}},
            "security": [{"analyst": []}],
        },
    )
    async def correct(asked: Asked) -> JSONResponse:
        author = await run_in_threadpool(_author, desk, asked.headers.get("authorization", ""))
        wanted = _wanted(asked.headers.get("content-type", ""), await _body(asked))
        made = await run_in_threadpool(desk.correct, wanted.request(author))
        return JSONResponse(kept_document(made.entry, made.event, labels()), 201)

    @api.get(
        f"{base}/corrections",
        response_model=JournalPage,
        responses=described(422),
        summary="The journal",
        description="Every correction there ever was, newest first, with what became of it.",
    )
    def journal(query: Annotated[JournalQuery, Query()]) -> Document:
        entries = [each for each in desk.corrections() if query.before is None or each.correction.seq < query.before][
            ::-1
        ]
        shown = entries[: query.limit]
        following = shown[-1].correction.seq if len(entries) > len(shown) else None
        words = labels()
        return {"corrections": [entry_fields(entry, words) for entry in shown], "next": following}

    @api.get(
        f"{base}/events/{{event_id}}/history",
        response_model=HistoryPage,
        responses=described(404, 422),
        summary="One event's history",
        description="What the machine says of it and what analysts said, who, when and why; under any id it ever had.",
    )
    def history(event_id: str) -> Document:
        found = desk.history(event_id)
        if found is None:
            raise HTTPException(404, f"No event has or had the id {event_id[:80]!r}; /events lists those there are.")
        return history_document(found, labels())


def _author(desk: Desk, header: str) -> str:
    """The analyst whose key it is; 401 where it is nobody's, 403 where it was taken back."""
    key = header[len(SCHEME) :].strip() if header[: len(SCHEME)].lower() == SCHEME.lower() else ""
    holder = desk.holder(key) if key else None
    if holder is None:
        told = "A correction needs an analyst's key: Authorization: Bearer KEY; ./run keys add gives one."
        raise HTTPException(401, told, {"www-authenticate": "Bearer"})
    if holder.revoked_at is not None:
        raise HTTPException(403, "This key was taken back; ask the operator for another one.")
    return holder.analyst


async def _body(asked: Asked) -> bytes:
    """The body, as long as it is no longer than a correction can be."""
    body = bytearray()
    async for part in asked.stream():
        body += part
        if len(body) > MOST_BODY:
            raise HTTPException(413, f"A correction has at most {MOST_BODY} bytes.")
    return bytes(body)


def _wanted(content_type: str, body: bytes) -> Wanted:
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise HTTPException(415, "A correction is JSON; say Content-Type: application/json.")
    try:
        wanted = Wanted.model_validate_json(body)
    except ValidationError as trouble:
        raise refuse(
            [
                ": ".join(filter(None, (".".join(str(part) for part in error["loc"]), error["msg"])))
                for error in trouble.errors()
            ]
        ) from None
    if wanted.event and not wanted.seen:
        raise refuse(["seen: give the version of the event that you looked at; /events has it as `version`"])
    return wanted
