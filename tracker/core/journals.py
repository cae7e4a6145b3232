"""The documents of the journal of corrections, which the API and the command line share; fields may be added, none
renamed."""

from __future__ import annotations

from collections.abc import Sequence

from tracker.core.corrections import Correction, body_of
from tracker.core.events import Event
from tracker.core.histories import Entry, History, change_words, ids_of
from tracker.core.keys import AnalystKey
from tracker.core.shapes import Document, event_fields, evidence_fields, instant
from tracker.core.words import Labels


def correction_fields(entry: Correction, labels: Labels) -> Document:
    """One entry of the journal: who, when, why, about what, and what it does in words and as data."""
    change = body_of((), entry.change)
    del change["targets"]
    return {
        "seq": entry.seq,
        "action": entry.action,
        "at": instant(entry.at),
        "author": entry.author,
        "reason": entry.reason,
        "event": entry.event,
        "events": sorted(ids_of(entry)),
        "seen": entry.seen,
        "words": change_words(entry, labels),
        "change": change,
    }


def entry_fields(entry: Entry, labels: Labels) -> Document:
    """A correction with what became of it."""
    gone = entry.withdrawn
    return {
        **correction_fields(entry.correction, labels),
        "holds": entry.holds,
        "not_applied": entry.not_applied or None,
        "withdrawn": None
        if gone is None
        else {"seq": gone.seq, "at": instant(gone.at), "author": gone.author, "reason": gone.reason},
    }


def journal_document(entries: Sequence[Entry], labels: Labels) -> Document:
    return {"corrections": [entry_fields(entry, labels) for entry in entries]}


def kept_document(entry: Correction, event: Event | None, labels: Labels) -> Document:
    """A correction that was just made, and the event as it shows now."""
    return {
        "correction": correction_fields(entry, labels),
        "event": event_fields(event) if event is not None else None,
    }


def history_document(history: History, labels: Labels) -> Document:
    """What the machine and what analysts said of an event, side by side."""
    shown = history.event
    return {
        "asked": history.asked,
        "id": shown.id if shown is not None else None,
        "version": history.version or None,
        "event": event_fields(shown) if shown is not None else None,
        "machine": [event_fields(event) for event in history.machine],
        "corrections": [entry_fields(entry, labels) for entry in history.entries],
        "evidence": [evidence_fields(piece) for piece in history.evidence],
    }


def key_fields(key: AnalystKey) -> Document:
    """A key without anything that opens something."""
    return {
        "key": key.handle,
        "analyst": key.analyst,
        "added_at": instant(key.added_at),
        "revoked_at": instant(key.revoked_at),
    }
