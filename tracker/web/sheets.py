"""The indicators as pydantic models: they describe and check what ``tracker.core.sheets`` makes."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from tracker.core.timeline import View
from tracker.web.documents import Answer, ReasonLine


class SaidCount(Answer):
    count: int
    source: str


class DifferingEvent(Answer):
    event: str
    on: date
    said: list[SaidCount] = Field(description="What its sources say, the least first.")


class ElsewhereLine(Answer):
    count: float
    source: str
    note: str


class IndicatorCell(Answer):
    year: int
    state: str = Field(description="counted, at_least (nobody covers the year), between (disputed), figure or none.")
    count: float | None
    at_most: float | None = Field(description="null while silence does not count.")
    covered: float = Field(ge=0, le=1, description="Share of the year's days that somebody covers.")
    ratio: float | None = Field(description="To the baseline year; null where that is nought, unknown or itself.")
    events: list[str] = Field(description="Ids of the events counted.")
    differing: list[DifferingEvent] = Field(description="Events whose sources count differently.")
    low: int | None = Field(description="The sum if the least of each event's counts were right.")
    high: int | None
    elsewhere: list[ElsewhereLine] = Field(description="What sources themselves count for the year.")
    citation: str


class IndicatorLine(Answer):
    id: str
    label: str
    unit: str
    note: str
    cells: list[IndicatorCell]


class LikenessLine(Answer):
    test: str = Field(description="threshold or nearest.")
    year: int
    baseline: int
    holds: bool | None
    state: str
    text: str
    margin: str
    figures: dict[str, float]
    reasons: list[ReasonLine]


class IndicatorsPage(Answer):
    """Typed counts by year, and whether a year looks like the baseline."""

    as_of: date | None
    evidence: View
    years: list[int]
    baseline: int
    indicators: list[IndicatorLine]
    tests: list[LikenessLine]
