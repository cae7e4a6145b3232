"""Analysts' keys: given out, taken back."""

from __future__ import annotations

from datetime import datetime

from tracker.core.errors import RefusedError
from tracker.core.keys import AnalystKey, fits, handle_of, hash_of
from tracker.core.requests import MOST_NAME, hidden
from tracker.store import keys
from tracker.store.engine import Store


def add_key(store: Store, analyst: str, key: str, now: datetime) -> AnalystKey:
    """Keep a new key under an analyst's name; raises RefusedError for a name that cannot stand in the journal."""
    name = analyst.strip()
    if not name or len(name) > MOST_NAME or hidden(name):
        raise RefusedError(f"an analyst's name is 1 to {MOST_NAME} characters that can be read; {analyst!r} is not")
    made = AnalystKey(handle_of(key), name, hash_of(key), now)
    with store.begin() as tx:
        if not keys.keep(tx, made):
            raise RefusedError("this key's handle is taken; ask for another one")
    return made


def revoke_key(store: Store, handle: str, now: datetime) -> AnalystKey:
    """From now on the key opens nothing; raises RefusedError for an unknown one."""
    with store.begin() as tx:
        if keys.find(tx, handle) is None:
            raise RefusedError(f"there is no key {handle!r}; ./run keys list shows them")
        keys.revoke(tx, handle, now)
        found = keys.find(tx, handle)
    if found is None:
        raise RefusedError(f"there is no key {handle!r} any more")
    return found


def holder(store: Store, key: str) -> AnalystKey | None:
    """Whose key it is, revoked or not; None for a key that was never given out."""
    with store.reading() as tx:
        kept = keys.find(tx, handle_of(key))
    return kept if fits(key, kept) else None
