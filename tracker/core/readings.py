"""Whose readings count: of all observations of an item, the effective one (DESIGN section 2)."""

from __future__ import annotations

from tracker.core.observations import Observer


def observer_in_force(configured: Observer, former: Observer | None, unread: int) -> Observer:
    """The observer whose readings count.

    ``unread`` is how many texts the configured observer has not read. Until it has read them all, the observer
    that was in force before it (None: there was none) goes on, so that the timeline changes once and whole.
    """
    return configured if former is None or not unread else former
