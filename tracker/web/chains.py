"""Explanations as pydantic models: they describe and check what ``tracker.core.explaining`` makes."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import Field

from tracker.core.events import Role, Status
from tracker.core.timeline import View
from tracker.core.verdicts import Outcome
from tracker.web.documents import Answer, Band, Probability, ReasonLine


class ScoreLine(Answer):
    p: Band
    tables: list[str]
    held: bool
    brier: dict[str, float]
    log: dict[str, float]
    p_reference: Probability
    brier_reference: Probability


class VerdictLine(Answer):
    verdict: Outcome
    claim_held: bool | None
    p_yes: Probability
    decided_on: date | None
    margin: str
    criterion: str
    reasons: list[str]


class ArticleLine(Answer):
    publisher: str
    title: str = Field(description="Untrusted text: escape it.")
    url: str | None
    role: Role
    known_at: datetime


class DecidingLine(Answer):
    id: str
    on: date
    category: str
    subtype: str
    status: Status
    p_occurred: float
    title: str
    articles: list[ArticleLine]


class SilenceLine(Answer):
    table: str
    category: str
    subtypes: list[str]
    p_miss: float
    source: str


class ComparedLine(Answer):
    """The events of another period that were counted beside the deciding ones."""

    first_on: date
    last_on: date
    counted: list[str]
    events: list[DecidingLine]


class ExplanationLine(Answer):
    """From the score to the articles: score, verdict, what decided it, who said so."""

    forecast: str
    ref: str
    reading: str
    window: str
    score: ScoreLine | None
    verdict: VerdictLine
    events: list[DecidingLine]
    silence: list[SilenceLine] = Field(description="What silence rested on, where it decided.")
    figures: list[str] = Field(description="Published figures that were read, with their sources.")
    compared: list[ComparedLine] = Field(description="Events counted in other periods to compare with, by period.")


class MomentLine(Answer):
    """How a reading stood at the end of one day in Korea."""

    on: date
    verdict: Outcome
    p_yes: Probability
    outlook: Probability = Field(description="What the past alone led one to expect; no part of the verdict.")


class ChangeLine(Answer):
    """What one day changed; the first day has nothing before it."""

    on: date
    before: Outcome | None
    after: Outcome
    p_before: Probability
    p_after: Probability
    causes: list[ReasonLine]


class HistoryLine(Answer):
    id: str
    ref: str
    reading: str
    window: str
    days: list[MomentLine]
    changes: list[ChangeLine]


class HistoryPage(Answer):
    """Each reading of a claim, day by day, as what was known by the end of each day gives it."""

    evidence: View
    first: date | None
    last: date | None
    histories: list[HistoryLine]


class ExplanationsPage(Answer):
    as_of: date | None
    evidence: View
    explanations: list[ExplanationLine]
