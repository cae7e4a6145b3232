"""The observer in force: a new version of the rules or another model re-reads in the background first."""

from __future__ import annotations

import json

from tracker.core.observations import Observer
from tracker.core.readings import observer_in_force
from tracker.store import observations
from tracker.store.engine import Store
from tracker.store.verdicts import keep_note, note

_EFFECTIVE = "effective observer"


def effective_observer(store: Store, configured: Observer) -> Observer:
    """The observer in force, remembered when it changes."""
    with store.reading() as tx:
        kept = note(tx, _EFFECTIVE)
        former = Observer(*json.loads(kept)) if kept else None
        unread = 0 if former in (None, configured) else observations.unread_count(tx, configured)
    chosen = observer_in_force(configured, former, unread)
    if chosen != former:
        with store.begin() as tx:
            keep_note(tx, _EFFECTIVE, json.dumps([chosen.kind, chosen.name, chosen.version]))
    return chosen
