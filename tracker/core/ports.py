"""What the steps need from the workshops, one method each. ``app`` gives the real ones, tests give small ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from tracker.core.backfill import Answer, Archive, Edition, Slice
from tracker.core.observations import Observation, Text
from tracker.core.polling import Feed, FeedState, Fetched


class Clock(Protocol):
    def now(self) -> datetime:
        """The present instant, aware UTC."""
        ...


class Fetcher(Protocol):
    def fetch(self, feed: Feed, state: FeedState) -> Fetched:
        """Retrieve and parse one feed; trouble is an outcome, never an exception."""
        ...


class Archivist(Protocol):
    def ask(self, archive: Archive, edition: Edition, slice_: Slice) -> Answer:
        """Ask a dated archive for one slice of time; trouble is an outcome, never an exception."""
        ...


class Reader(Protocol):
    def observe(self, texts: Sequence[Text]) -> list[Observation]:
        """One observation per text, in the same order; trouble with one text never stops the others."""
        ...

    def explain(self, text: Text) -> Sequence[tuple[str, str, float]]:
        """Why it reads a text so: (category or mode, words, weight), strongest first within each."""
        ...


@dataclass(frozen=True, slots=True)
class Delivery:
    """What the mail server said. "retry": nothing was accepted, try later; "unknown": the connection broke
    after the message was handed over, so it may have arrived and must not be sent again."""

    state: Literal["accepted", "refused", "retry", "unknown"]
    detail: str


class Postman(Protocol):
    def deliver(self, recipient: str, message: bytes) -> Delivery:
        """Hand one rendered message to the mail server and say what became of it."""
        ...
