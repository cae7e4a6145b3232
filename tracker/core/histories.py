"""An event's history: what the machine says of it, what analysts said, and what became of each correction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from tracker.core.corrections import (
    Add,
    Correction,
    Merge,
    Recast,
    Redate,
    Relabel,
    Split,
    Withdraw,
    withdrawals,
)
from tracker.core.events import Event, Evidence
from tracker.core.overlay import NotApplied
from tracker.core.words import Labels, count_words, day_words, listed_words, span_words


@dataclass(frozen=True, slots=True)
class Entry:
    """A correction with what became of it: who withdrew it, or why it cannot be applied (empty where it is)."""

    correction: Correction
    withdrawn: Correction | None = None
    not_applied: str = ""

    @property
    def holds(self) -> bool:
        return self.withdrawn is None and not self.not_applied


@dataclass(frozen=True, slots=True)
class History:
    """Everything said of an event. ``asked`` is the id that was asked for, ``event`` what stands under it now (None
    where nothing does any more), ``version`` its version, ``machine`` the events that the machine has in its place,
    ``evidence`` as it is counted now, in order of becoming known."""

    asked: str
    event: Event | None
    version: str
    machine: tuple[Event, ...]
    entries: tuple[Entry, ...]
    evidence: tuple[Evidence, ...]


def entries_of(journal: Sequence[Correction], not_applied: Iterable[NotApplied]) -> tuple[Entry, ...]:
    """Every correction of a journal, withdrawals told with what they withdrew."""
    gone = withdrawals(journal)
    reasons = {each.seq: each.reason for each in not_applied}
    return tuple(
        Entry(entry, gone.get(entry.seq), "" if entry.seq in gone else reasons.get(entry.seq, ""))
        for entry in journal
        if not isinstance(entry.change, Withdraw)
    )


def ids_of(entry: Correction) -> frozenset[str]:
    """Every event that an entry names: what it is about, what it was merged into, what it made."""
    found = {target.id for target in entry.targets}
    if isinstance(entry.change, Merge):
        found.add(entry.change.into.id)
    if isinstance(entry.change, Split | Add):
        found.add(entry.change.made)
    return frozenset(found)


def former_ids(ids: Iterable[str], forwards: Mapping[str, str]) -> frozenset[str]:
    """These ids and every one that leads to them."""
    found = set(ids)
    while more := {old for old, new in forwards.items() if new in found} - found:
        found |= more
    return frozenset(found)


def change_words(entry: Correction, labels: Labels) -> str:
    """What a correction does, in words: "moved it to 3 March 2020"."""
    change = entry.change
    if isinstance(change, Relabel):
        return f"read it as {listed_words(_relabelled(change, labels))}"
    if isinstance(change, Redate):
        return f"moved it to {_days(change.on, change.first, change.last)}"
    if isinstance(change, Recast):
        return f"took it out: {_MODE_WORDS.get(change.mode, change.mode)}"
    if isinstance(change, Merge):
        return f"merged {entry.event} into {change.into.id}"
    if isinstance(change, Split):
        what = [f"{len(change.keys)} of its reports"] if change.keys else []
        what += [f"the reports of {day_words(day)}" for day in change.days]
        return f"split {listed_words(what)} off as {change.made}"
    if isinstance(change, Add):
        kind = labels.subtype(change.category, change.subtype)
        named = labels.category(change.category) + (f": {kind}" if kind else "")
        return f"added it by hand: {named}, {_days(change.on, change.first, change.last)}"
    if isinstance(change, Withdraw):
        return f"withdrew correction {change.seq}"
    return _PLAIN_WORDS[type(change).__name__]


_MODE_WORDS = {
    "expected": "it was threatened or planned and did not take place",
    "denied": "it was said not to have taken place",
    "commentary": "it was only talked about",
}

_PLAIN_WORDS = {
    "Dismiss": "dismissed it: no such event",
    "Affirm": "read the sources and affirmed it",
}


def _relabelled(change: Relabel, labels: Labels) -> list[str]:
    found = []
    if change.category is not None:
        found.append(labels.category(change.category))
    if change.subtype is not None:
        found.append(labels.subtype(change.category or "", change.subtype) or "of no known subtype")
    if change.place is not None:
        found.append(f"at {labels.place(change.place)}" if change.place else "at no known place")
    if change.count is not None:
        found.append(count_words(change.count, change.unit or ""))
    elif change.unit is not None:
        found.append(f"counted in {change.unit or 'nothing'}")
    return found


def _days(on: date, first: date, last: date) -> str:
    return day_words(on) if first == last else f"{day_words(on)} (or within {span_words(first, last)})"
