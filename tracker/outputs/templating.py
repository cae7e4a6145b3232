"""The template environment of pages and mails. Every text is escaped and stripped of what could deceive the eye."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from tracker.core.events import Event
from tracker.core.words import (
    PUBLISHER_KINDS,
    ROLE_WORDS,
    VERDICT_WORDS,
    VIEW_WORDS,
    attested_words,
    band_words,
    count_words,
    day_words,
    distance_words,
    held_words,
    href,
    instant_words,
    locator_words,
    p_said,
    percent,
    plain,
    when_words,
)

FOLDER = Path(__file__).with_name("templates")

LANE_WORDS = {
    "news": "from the news",
    "reference": "from a reference table",
    "joined": "from the news and a reference table",
}


def _tamed(value: object) -> object:
    """What every expression of a template passes through: bare text loses control and bidi characters."""
    return plain(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _status(event: Event) -> str:
    return attested_words(event)


def _at(at: datetime, zone_name: str) -> str:
    return instant_words(at, zone_name)


def _day(day: date) -> str:
    return day_words(day)


def environment(autoescape: bool) -> Environment:
    """Templates of this package with the words of the core as filters; a name that is missing is an error."""
    made = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=autoescape,  # noqa: S701 - off for plain-text mail alone, where markup means nothing
        undefined=StrictUndefined,
        finalize=_tamed,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters |= {
        "at": _at,
        "band_words": band_words,
        "capfirst": lambda text: text[:1].upper() + text[1:],
        "counted": count_words,
        "day": _day,
        "distance": distance_words,
        "href": href,
        "lane_words": lambda lane: LANE_WORDS.get(lane, lane),
        "held_words": held_words,
        "locator": locator_words,
        "p_said": p_said,
        "percent": percent,
        "plain": plain,
        "publisher_kind": lambda kind: PUBLISHER_KINDS.get(kind, kind),
        "role": lambda role: ROLE_WORDS.get(role, role),
        "status": _status,
        "verdict_words": lambda verdict: VERDICT_WORDS.get(verdict, verdict),
        "view_words": lambda view: VIEW_WORDS.get(view, view),
        "when": when_words,
    }
    return made
