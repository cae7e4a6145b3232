"""What one observer says of one text: an observation with zero or more mentions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from tracker.core.days import DayWeights, Published

Mode = Literal["occurred", "expected", "denied", "commentary"]
"""PLOVER's word: did it take place, is it to come, was it said not to happen, or is it talked about."""

MODES: tuple[Mode, ...] = ("occurred", "expected", "denied", "commentary")

ObserverKind = Literal["rules", "model", "reference", "analyst"]


@dataclass(frozen=True, slots=True)
class Observer:
    """Who reads: a rule set, a model version, a reference table or an analyst. The triple is its key."""

    kind: ObserverKind
    name: str
    version: str


@dataclass(frozen=True, slots=True)
class Text:
    """What an observer is given to read: one revision's words and when and where they were published.

    ``zone`` is the publisher's IANA zone; it decides what "Monday" means to the writer.
    """

    title: str
    summary: str = ""
    published: Published = field(default_factory=Published.unknown)
    zone: str = "UTC"
    lang: str = ""
    publisher: str = ""


@dataclass(frozen=True, slots=True)
class Mention:
    """One category seen in one text.

    ``p`` is the calibrated probability (0..1) that the text is about this category, ``p_mode`` the
    probability of each mode (sums to 1), ``mode`` the likeliest. ``days`` are weights over days in ``zone``.
    ``count`` is in ``unit`` ("missile", "designation", "person", "vessel"; empty when nothing is counted).
    ``actors`` are those of the news, who acts first ("North Korea", "United States"); ``outcome`` is "success",
    "failure" or empty. ``words`` keeps, per field, the words it was read from.
    """

    category: str
    subtype: str
    mode: Mode
    p: float
    p_mode: tuple[tuple[Mode, float], ...]
    days: DayWeights
    zone: str
    places: tuple[str, ...] = ()
    count: int | None = None
    unit: str = ""
    weapon: str = ""
    words: tuple[tuple[str, str], ...] = ()
    actors: tuple[str, ...] = ()
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class Observation:
    """All that one observer says of one text. No mentions is an explicit "nothing here".

    ``concerns`` is True when a DPRK actor or place is named: such items prove that a publisher is heard.
    ``p`` holds the probability of every category of the annotation guide, also of those below threshold.
    ``days`` are the days that the words of a text without any mention name; they are shown, never placed.
    """

    concerns: bool
    mentions: tuple[Mention, ...] = ()
    p: Mapping[str, float] = field(default_factory=dict)
    p_mode: Mapping[str, float] = field(default_factory=dict)
    days: DayWeights = ()
