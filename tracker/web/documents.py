"""The answers of the API as pydantic models: they describe and check what ``tracker.core.shapes`` makes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from tracker.core.events import Lane, Role, Status
from tracker.core.listening import Condition
from tracker.core.timeline import View
from tracker.core.verdicts import By, Outcome

Probability = float | None


class Answer(BaseModel):
    """A field that is not declared here is a mistake in this program, not something to pass on."""

    model_config = ConfigDict(extra="forbid")


class EventLine(Answer):
    """Something that took place in the world, as best we know."""

    id: str = Field(description="Stable id; it does not change when evidence is added.", examples=["n-7f3a90c2"])
    lane: Lane = Field(description="Which way of knowing it rests on; joined means both.")
    category: str = Field(description="Kind of event, an id of the taxonomy.")
    subtype: str = Field(description="Kind within the category; empty where unknown.")
    on: date = Field(description="Likeliest day, in the event's zone.", examples=["2020-03-02"])
    first_on: date = Field(description="First day that is still possible.")
    last_on: date = Field(description="Last day that is still possible.")
    zone: str = Field(description="IANA zone in which the days are counted.", examples=["Asia/Seoul"])
    status: Status = Field(description="How well it is attested.")
    p_occurred: float = Field(ge=0, le=1, description="Probability that it took place.")
    count: int | None = Field(description="How many, in unit; null where nothing is counted.")
    unit: str = Field(description="What is counted; empty where nothing is.")
    place: str = Field(description="Where; empty where unknown.")
    wires: int = Field(ge=0, description="Independent sources: copies of one text count once.")
    primary_sources: int = Field(
        ge=0,
        description="Those who saw or did it (a general staff, a ministry, state media) and are quoted or publish.",
    )
    listed: bool = Field(description="Whether the timeline has it by default; false for leads and what is unlikely.")
    sources: list[str] = Field(description="Who published it.")
    title: str = Field(description="A headline of one source, as published: untrusted text, escape it.")
    known_at: datetime = Field(description="When the first evidence could be known (UTC).")
    members: list[str] = Field(description="Events of the two lanes that are joined in this one.")
    version: str = Field(description="Short hash of what it shows; give it back as `seen` to correct it.")
    corrections: list[int] = Field(description="Numbers of the analysts' corrections it shows.")


class TimelinePage(Answer):
    """Events by (on, id); ask again with cursor = next until next is null."""

    as_of: date | None = Field(description="The day asked for; null: everything known so far.")
    evidence: View
    events: list[EventLine]
    next: str | None = Field(description="Cursor of the next page; null on the last one.")


class DayWeight(Answer):
    on: date
    weight: float = Field(ge=0, le=1)


class EvidencePiece(Answer):
    """One text or row that was placed with the event."""

    key: str
    role: Role
    wire: int = Field(description="Pieces of one wire are copies of one text.")
    publisher: str
    publisher_kind: str
    known_at: datetime
    p: float = Field(ge=0, le=1, description="Probability that the text reports this as having taken place.")
    days: list[DayWeight]
    zone: str
    subtype: str
    count: int | None
    unit: str
    place: str
    title: str = Field(description="Untrusted text: escape it.")
    url: str | None = Field(description="Address of the text; null where it is no plain http(s) address.")
    score: float
    reason: str = Field(description="Why it was placed with this event.")


class FieldDifference(Answer):
    field: str
    news: str
    reference: str


class LinkedEvent(Answer):
    """The other lane's event that is taken for the same thing."""

    event: EventLine
    differences: list[FieldDifference]


class HistoryEntry(Answer):
    at: datetime
    who: str
    what: str
    why: str


class EventPage(EventLine):
    """One event with its evidence, links and history."""

    evidence: list[EvidencePiece]
    links: list[LinkedEvent]
    history: list[HistoryEntry]


class ReasonLine(Answer):
    code: str
    text: str
    data: dict[str, Any]


class Band(Answer):
    """Implied probability as a band."""

    low: float = Field(ge=0, le=1)
    mid: float = Field(ge=0, le=1)
    high: float = Field(ge=0, le=1)


class OutlookLine(Answer):
    """What named years alone lead one to expect of a window that still runs; no part of the verdict."""

    p: float = Field(ge=0, le=1)
    model: str
    first: str
    last: str
    text: str


class TurnLine(Answer):
    """One event or reading that alone decides: without it the verdict would be this one."""

    kind: Literal["event", "reading"]
    id: str
    verdict: Outcome
    wires: int
    text: str


class ResultLine(Answer):
    """The verdict on one reading of a claim in one window."""

    reading: str
    window: str
    scored: bool
    verdict: Outcome
    claim_held: bool | None = Field(description="True where the document was right; null while undecided.")
    p_yes: Probability = Field(description="Probability that the claim held, given the evidence.")
    decided_on: date | None
    margin: str = Field(description="What would flip the verdict, in words.")
    reasons: list[ReasonLine]
    events: list[str] = Field(description="Ids of the deciding events.")
    p_implied: Band | None
    p_reference: Probability = Field(description="What a named base rate would have said.")
    brier: Probability = Field(description="Brier score at mid: 0 best, 1 worst.")
    by: By = Field(description="What the decision rests on; empty while undecided.")
    outlook: OutlookLine | None
    turns: list[TurnLine] = Field(description="Each single event or reading that decides.")
    brier_band: Band | None = Field(description="The same at the low, middle and high end of the words.")


class WindowLine(Answer):
    label: str
    first_on: date | None
    last_on: date | None


class ReadingLine(Answer):
    id: str
    criterion: str
    fine_print: str
    scored: bool
    windows: list[WindowLine]


class ForecastLine(Answer):
    """One claim of the document with its results."""

    id: str
    ref: str
    kind: str = Field(examples=["conditional"])
    results: list[ResultLine]
    title: str | None = None
    paraphrase: str | None = None
    locator: str | None = None
    cluster: str | None = None
    written: str | None = Field(None, description="Whether the criteria were written before or after the window.")
    reviewed_by: str | None = None
    tables: list[str] | None = Field(None, description='What its probability was read from, as "table: phrase".')
    document: str | None = Field(None, description="The id of the document it stands in.")
    readings: list[ReadingLine] | None = None


class ForecastsPage(Answer):
    as_of: date | None
    evidence: View
    forecasts: list[ForecastLine]
    scores: dict[str, Any]


class ForecastPage(ForecastLine):
    as_of: date | None
    evidence: View


class StepLine(Answer):
    step: str
    waiting: int = Field(ge=0, description="Rows that lack this step's result.")
    oldest_s: float | None = Field(description="Age of the oldest of them in seconds; null when none wait.")


class HealthPage(Answer):
    ok: bool
    problems: list[str] = Field(description="What is wrong and what to do about it, in sentences.")
    feeds_tried: int
    feeds_answered: int
    last_item_at: datetime | None
    items: int
    events: int
    lags: list[StepLine]
    checked_at: datetime | None
    corrections_lost: int = Field(ge=0, description="Analysts' corrections that stand and no longer apply.")


class FeedAnswer(Answer):
    id: str
    title: str
    url: str
    publisher: str
    lang: str
    outcome: str = Field(description='What the last poll came to: "ok", the name of a trouble, or "never tried".')
    condition: Condition = Field(description="How the feed is doing.")
    words: str = Field(description="The condition in a sentence.")
    changed: bool | None = Field(description="Whether the last answer brought another document; null before any.")
    detail: str = Field(description="What the last poll came to, in a sentence.")
    verified: bool = Field(description="Whether the feed has ever answered.")
    failures: float = Field(ge=0, description="Weighted failures in a row.")
    interval_s: int = Field(gt=0, description="Seconds between polls, as adapted to what the feed brings.")
    first_success_at: datetime | None
    last_success_at: datetime | None
    last_attempt_at: datetime | None
    last_new_at: datetime | None = Field(description="When an item of it was last new.")
    gap_at: datetime | None = Field(description="When stories between two polls were last seen to be lost.")
    moved_to: str | None = Field(description="Where a permanent redirect leads; null where there is none.")
    next_due_at: datetime


class FeedsPage(Answer):
    feeds: list[FeedAnswer]


class ProblemPage(BaseModel):
    """Trouble in the form of RFC 9457."""

    type: str = Field(examples=["about:blank"])
    title: str = Field(examples=["Not found"])
    status: int = Field(ge=400, le=599, examples=[404])
    detail: str = Field(description="What is wrong and what to do.")
    errors: list[str] = Field(default=[], description="Every mistake in the request, one sentence each.")
