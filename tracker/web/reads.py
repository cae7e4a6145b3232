"""What the web door asks of the record, as one protocol; ``app`` gives the store's, tests give a small one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Protocol

from tracker.core.base_rates import Rivals
from tracker.core.changes import EventChange
from tracker.core.claim_histories import History
from tracker.core.details import Document, EventDetail, ForecastCard, Health
from tracker.core.discrepancies import Reconciliation
from tracker.core.explaining import Explanation
from tracker.core.indicators import Sheet
from tracker.core.listening import FeedLine
from tracker.core.timeline import Timeline, View
from tracker.core.verdicts import Verdict
from tracker.core.words import Labels


class Reads(Protocol):
    """Every method may be called from several threads at once and only reads."""

    def timeline(self, view: View, as_of: datetime | None = None) -> Timeline:
        """All events of the view, unlisted ones too, by (day, id), known by ``as_of`` (None: by now)."""
        ...

    def event(self, event_id: str) -> EventDetail | None:
        """One event with evidence, links and history, also under the id of an event merged into it."""
        ...

    def reconciliation(self, as_of: datetime | None = None) -> Reconciliation:
        """Where news, reference tables and public databases disagree."""
        ...

    def changes(self, view: View, since: datetime, until: datetime) -> tuple[EventChange, ...]:
        """What changed on the timeline between two instants."""
        ...

    def recent_changes(self, view: View, days: int) -> Sequence[tuple[date, tuple[EventChange, ...]]]:
        """The changes of each of the last days, the newest day first."""
        ...

    def present(self) -> datetime:
        """The present instant."""
        ...

    def verdicts(self, view: View, as_of: datetime | None = None) -> tuple[Verdict, ...]:
        """The verdict of every (forecast, reading, window) under the view, in the order of the config."""
        ...

    def forecasts(self) -> tuple[ForecastCard, ...]:
        """The claims in words, in the order of the config."""
        ...

    def documents(self) -> tuple[Document, ...]:
        """The documents the claims are from; empty while none is loaded."""
        ...

    def scores(self, view: View, as_of: datetime | None = None, document: str = "") -> Mapping[str, Any]:
        """The scores of the scored verdicts (of one document, of all for ""), as JSON values."""
        ...

    def rivals(self) -> Rivals:
        """What other named base-rate models would have said of each reading."""
        ...

    def indicators(self, years: Sequence[int] = (), view: View = "all", as_of: datetime | None = None) -> Sheet:
        """Typed counts of these years (none: those of the config) and the tests of likeness."""
        ...

    def explain(self, wanted: str, view: View = "all", as_of: datetime | None = None) -> tuple[Explanation, ...]:
        """Every verdict on one claim with the chain from its score to its sources; empty for an unknown claim."""
        ...

    def history(self, view: View, claim: str) -> tuple[History, ...]:
        """How one claim (by id) stood on each of its days, by reading and window; empty for an unknown claim."""
        ...

    def health(self) -> Health:
        """How the service is doing, now."""
        ...

    def feeds(self) -> tuple[FeedLine, ...]:
        """Every feed of the config and how it is doing, in the order of the config."""
        ...

    def labels(self) -> Labels:
        """The words for ids."""
        ...


def card_for(reads: Reads, wanted: str) -> ForecastCard | None:
    """The claim of an id, else the first of a ref ("F18"), None where there is neither."""
    cards = reads.forecasts()
    by_id = next((each for each in cards if each.id == wanted), None)
    return by_id or next((each for each in cards if each.ref == wanted), None)
