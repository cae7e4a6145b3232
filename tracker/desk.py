"""The analysts' desk: corrections, their history, and the keys that may write. Wired beside the rest of the program."""

from __future__ import annotations

from collections.abc import Callable
from secrets import token_hex, token_urlsafe

from tracker.core.corrections import Cited
from tracker.core.histories import Entry, History
from tracker.core.keys import AnalystKey
from tracker.core.requests import Request
from tracker.core.timeline import Timeline
from tracker.core.words import Labels
from tracker.pipeline import correct, keys
from tracker.pipeline.correct import Kept
from tracker.store.keys import every
from tracker.workshops import Workshops

SECRET_BYTES = 32


class Desk:
    """What analysts do to the record. ``timeline`` gives the joined timeline as it stands."""

    def __init__(self, shop: Workshops, timeline: Callable[[], Timeline]) -> None:
        self._shop = shop
        self._timeline = timeline

    def correct(self, asked: Request) -> Kept:
        """Make a correction; raises CorrectionError with every reason against it."""
        beliefs = self._shop.beliefs

        def cite(url: str) -> Cited:
            publisher = beliefs.directory.find(url)
            return Cited(url, publisher.id, publisher.kind)

        zones = {place.id: place.zone for place in beliefs.places}
        judged_by = correct.Beliefs(beliefs.taxonomy, beliefs.policy, zones, cite)
        return correct.correct(self._shop.store, asked, judged_by, self._shop.clock.now)

    def history(self, event_id: str) -> History | None:
        """What the machine and what analysts said of an event; None for an unknown id."""
        return correct.history(self._shop.store, event_id, self._timeline())

    def corrections(self) -> tuple[Entry, ...]:
        """The whole journal, oldest first."""
        return correct.every_entry(self._shop.store, self._timeline())

    def labels(self) -> Labels:
        return self._shop.beliefs.labels

    # --- keys -----------------------------------------------------------------------------------

    def new_key(self, analyst: str) -> tuple[str, AnalystKey]:
        """A key for an analyst, shown this once, and what is kept of it."""
        key = f"{token_hex(4)}.{token_urlsafe(SECRET_BYTES)}"
        return key, keys.add_key(self._shop.store, analyst, key, self._shop.clock.now())

    def revoke_key(self, handle: str) -> AnalystKey:
        return keys.revoke_key(self._shop.store, handle, self._shop.clock.now())

    def known_keys(self) -> list[AnalystKey]:
        with self._shop.store.reading() as tx:
            return every(tx)

    def holder(self, key: str) -> AnalystKey | None:
        """Whose key it is, revoked or not; None for one that was never given out."""
        return keys.holder(self._shop.store, key)
