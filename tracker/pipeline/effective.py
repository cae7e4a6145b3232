"""Whose readings count: the configured observer's, once it has read everything; until then its predecessor's.

So a new version of the rules or another model re-reads in the background, and the timeline changes once.
"""

from __future__ import annotations

import json

from tracker.core.observations import Observer
from tracker.store import observations
from tracker.store.engine import Store
from tracker.store.verdicts import keep_note, note

_EFFECTIVE = "effective observer"


def effective_observer(store: Store, configured: Observer) -> Observer:
    """The observer in force. Remembers the configured one as soon as it has read every text, or is the first."""
    with store.reading() as tx:
        kept = note(tx, _EFFECTIVE)
        former = Observer(*json.loads(kept)) if kept else configured
        waiting = 0 if former == configured else observations.unread_count(tx, configured)
    if waiting:
        return former
    if not kept or former != configured:
        with store.begin() as tx:
            keep_note(tx, _EFFECTIVE, json.dumps([configured.kind, configured.name, configured.version]))
    return configured
