"""What the web door asks of the analysts' desk, as one protocol; ``app`` gives the real one."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from tracker.core.corrections import Correction
from tracker.core.errors import RefusedError
from tracker.core.events import Event
from tracker.core.histories import Entry, History
from tracker.core.requests import Request


class Holder(Protocol):
    """Whose key it is; ``revoked_at`` is None while it opens anything."""

    @property
    def analyst(self) -> str: ...

    @property
    def revoked_at(self) -> datetime | None: ...


class Made(Protocol):
    """A correction that was made, and the event as it shows now."""

    @property
    def entry(self) -> Correction: ...

    @property
    def event(self) -> Event | None: ...


class Desk(Protocol):
    """Every method may be called from several threads at once."""

    def holder(self, key: str) -> Holder | None:
        """Whose key it is, revoked or not; None for one that was never given out."""
        ...

    def correct(self, asked: Request) -> Made:
        """Make a correction; raises CorrectionError with every reason against it, StaleError among them."""
        ...

    def history(self, event_id: str) -> History | None:
        """What the machine and what analysts said of an event; None for an unknown id."""
        ...

    def corrections(self) -> tuple[Entry, ...]:
        """The whole journal, oldest first."""
        ...


class Closed:
    """A desk at which nobody works: no key opens it, and nothing was ever corrected."""

    def holder(self, key: str) -> Holder | None:  # noqa: ARG002 - the protocol gives it
        return None

    def correct(self, asked: Request) -> Made:  # noqa: ARG002 - as above
        raise RefusedError("nobody corrects here")

    def history(self, event_id: str) -> History | None:  # noqa: ARG002 - as above
        return None

    def corrections(self) -> tuple[Entry, ...]:
        return ()
