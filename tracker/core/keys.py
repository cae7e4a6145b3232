"""Analysts' keys: how one is written, and how it is known again without being kept.

A key is ``handle.secret``. The handle finds it; of the secret only a hash is kept. The secret is random and long,
so a plain hash is enough: there is nothing to guess, and nothing to slow down.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime

MOST_KEY = 200

_NOBODY = hashlib.sha256(b"").hexdigest()


@dataclass(frozen=True, slots=True)
class AnalystKey:
    """A key as it is kept. ``revoked_at`` is None while it opens anything."""

    handle: str
    analyst: str
    key_hash: str
    added_at: datetime
    revoked_at: datetime | None = None


def hash_of(key: str) -> str:
    """What is kept of a key: sha256 (hex) over all of it."""
    return hashlib.sha256(key.encode()).hexdigest()


def handle_of(key: str) -> str:
    """The part of a key that finds it."""
    return key[:MOST_KEY].partition(".")[0]


def fits(key: str, kept: AnalystKey | None) -> bool:
    """Whether the key is the one that is kept; takes as long for a wrong one, and for one that nobody has."""
    same = hmac.compare_digest(hash_of(key[: MOST_KEY + 1]), kept.key_hash if kept is not None else _NOBODY)
    return same and kept is not None
