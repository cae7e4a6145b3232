"""The version of an event: a short hash of what it shows, and what differs between two versions."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from tracker.core.events import Event
from tracker.core.words import count_words, percent, plain, readable, when_words

VERSION_SIGNS = 12
"""Hexadecimal signs of a version: one event has few versions, and a chance of 2^-48 that two look alike."""


def version_of(event: Event) -> str:
    """The same for events that show the same, however they came about."""
    return hashlib.sha256(repr(event).encode()).hexdigest()[:VERSION_SIGNS]


@dataclass(frozen=True, slots=True)
class Shift:
    """One field that differs, before and after in words (untrusted text made harmless)."""

    field: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.field}: {self.before or 'none'} before, {self.after or 'none'} now"


def shifts(before: Event, after: Event) -> tuple[Shift, ...]:
    """What a reader of the one version has to unlearn, field by field."""
    pairs = (
        ("kind", _kind(before), _kind(after)),
        ("day", when_words(before), when_words(after)),
        ("status", before.status, after.status),
        ("likelihood", percent(before.p_occurred), percent(after.p_occurred)),
        ("count", count_words(before.count, before.unit), count_words(after.count, after.unit)),
        ("place", readable(before.place), readable(after.place)),
        ("independent sources", str(before.wires), str(after.wires)),
        ("sources", _listed(before.sources), _listed(after.sources)),
        ("title", plain(before.title), plain(after.title)),
        ("outcome", plain(before.outcome), plain(after.outcome)),
        ("joined from", _listed(before.members), _listed(after.members)),
        ("corrections", _numbers(before), _numbers(after)),
    )
    return tuple(Shift(name, old, new) for name, old, new in pairs if old != new)


def _kind(event: Event) -> str:
    return f"{event.category} {event.subtype}".strip()


def _listed(values: Sequence[str]) -> str:
    return ", ".join(plain(value) for value in values)


def _numbers(event: Event) -> str:
    return ", ".join(f"{said.seq} ({said.action} by {plain(said.author)})" for said in event.said)
