"""What may be asked of the API: the query of each address, read strictly; a misspelt word is an error."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from datetime import date
from difflib import get_close_matches
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from tracker.core.shapes import FIRST_YEAR, LAST_YEAR
from tracker.core.taxonomy import Taxonomy
from tracker.core.timeline import View
from tracker.core.years import read_years
from tracker.web.problems import refuse

MOST = 1000
USUAL = 200

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_FLAGS = {"true": True, "false": False}


def _day(value: object) -> object:
    if not isinstance(value, str):
        return value
    if not _DAY.fullmatch(value):
        raise ValueError("give a day such as 2020-03-02")
    if not FIRST_YEAR <= int(value[:4]) <= LAST_YEAR:
        raise ValueError(f"give a day from {FIRST_YEAR} to {LAST_YEAR}")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError("the calendar has no such day; give one such as 2020-03-02") from None


def _flag(value: object) -> object:
    if isinstance(value, str):
        if value not in _FLAGS:
            raise ValueError("give true or false")
        return _FLAGS[value]
    return value


Day = Annotated[date, BeforeValidator(_day)]
Flag = Annotated[bool, BeforeValidator(_flag)]

AS_OF = "Only what was known by the end of this day in Korea; left out: everything known so far."
EVIDENCE = "Which evidence is admitted: news alone, reference tables alone, or both joined."


class EvidenceQuery(BaseModel):
    """The query of a claim's history."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    evidence: View = Field("all", description=EVIDENCE)


class ForecastQuery(EvidenceQuery):
    """The query of one forecast."""

    as_of: Day | None = Field(None, description=AS_OF, examples=["2020-03-31"])


class ScoreboardQuery(ForecastQuery):
    """The query of /forecasts."""

    document: str = Field("", max_length=120, description="Only this document's claims; left out: of all.")


class IndicatorQuery(ForecastQuery):
    """The query of /indicators."""

    years: str = Field("", max_length=200, description="Years; left out: those of the config.", examples=["2017,2020"])

    def asked(self) -> tuple[int, ...]:
        """The years named; raises a 422 that says what to write instead."""
        return years_of(self.years)


class EventQuery(ForecastQuery):
    """The query of /events."""

    first: Day | None = Field(None, alias="from", description="First day, included.", examples=["2020-01-01"])
    last: Day | None = Field(None, alias="to", description="Last day, included.", examples=["2020-12-31"])
    category: str = Field("", max_length=64, description="An id of the taxonomy; left out: all.")
    subtype: str = Field("", max_length=64, description="A subtype of the taxonomy; left out: all.")
    text: str = Field("", max_length=200, description="Words that must occur in title, place or sources.")
    everything: Flag = Field(
        False, alias="all", description="Also events that are unlikely (p below 0.5) or retracted."
    )
    limit: int = Field(USUAL, ge=1, le=MOST, description="Events in one answer.")
    cursor: str = Field("", max_length=200, description="The next of the answer before; left out: the first.")

    def check(self, taxonomy: Taxonomy) -> None:
        """Raise a 422 that names every mistake no single field shows."""
        errors = []
        if self.first is not None and self.last is not None and self.first > self.last:
            errors.append(f"from ({self.first}) is after to ({self.last}); swap them")
        if self.category and self.category not in taxonomy.categories:
            errors.append(f"category {self.category!r} is not known; {near(self.category, list(taxonomy.categories))}")
        kinds = [taxonomy.categories[self.category]] if self.category in taxonomy.categories else []
        subtypes = [each for kind in kinds or taxonomy.categories.values() for each in kind.subtypes]
        if self.subtype and self.subtype not in subtypes:
            errors.append(f"subtype {self.subtype!r} is not known; {near(self.subtype, subtypes)}")
        if errors:
            raise refuse(errors)


def near(word: str, known: Sequence[str]) -> str:
    """A clause that names the nearest known word, or all of them."""
    close = get_close_matches(word, known, 1)
    return f"did you mean {close[0]!r}?" if close else "known: " + ", ".join(sorted(set(known)))


def years_of(text: str) -> tuple[int, ...]:
    """The years a text names, none for an empty one; raises a 422 for what names none."""
    try:
        return read_years([text])
    except ValueError as trouble:
        raise refuse([f"years: {trouble}"]) from None


def cursor_of(on: date, event_id: str) -> str:
    """A cursor that stands after the event of this day and id; its form is nobody's business."""
    return base64.urlsafe_b64encode(f"{on.isoformat()} {event_id}".encode()).decode().rstrip("=")


def read_cursor(cursor: str) -> tuple[date, str]:
    """The day and id a cursor stands after; raises a 422 for one that no answer gave."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        day, _, event_id = base64.b64decode(padded, altchars=b"-_", validate=True).decode().partition(" ")
        return date.fromisoformat(day), event_id
    except ValueError:
        raise refuse(["cursor: is none of ours; leave it out to begin with the first page"]) from None
