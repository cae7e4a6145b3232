"""Corrections: what analysts said of events, in a journal that is only ever added to.

A correction changes nothing that the machine derived. It is kept with its author, its time and its reason, and laid
over the machine's events when a timeline is read (see ``overlay``), so that what the machine said and what an
analyst said stand side by side, and a correction that is withdrawn leaves no trace in the timeline.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, Literal, cast, get_args

from tracker.core.events import Lane
from tracker.core.observations import Mode

Action = Literal["relabel", "redate", "mode", "dismiss", "merge", "split", "affirm", "add", "withdraw"]

ACTIONS: tuple[Action, ...] = get_args(Action)


@dataclass(frozen=True, slots=True)
class Target:
    """An event that a correction is about, in its lane. ``anchors`` are keys of evidence that supported it: where
    a later reading opens the same event under another id, they tell which one it is."""

    id: str
    lane: Lane
    anchors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Relabel:
    """Another kind, place or count. None leaves a field as it is; an empty text says that it is not known."""

    category: str | None = None
    subtype: str | None = None
    place: str | None = None
    count: int | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Redate:
    """Another day or span, in the event's zone; ``on`` is the likeliest day within it."""

    first: date
    last: date
    on: date


@dataclass(frozen=True, slots=True)
class Recast:
    """It did not take place: it was threatened or planned, denied, or only talked about."""

    mode: Mode


@dataclass(frozen=True, slots=True)
class Dismiss:
    """It is no event at all: misread, invented, or about something else."""


@dataclass(frozen=True, slots=True)
class Affirm:
    """Someone read the sources: it took place as shown."""


@dataclass(frozen=True, slots=True)
class Merge:
    """It is the same event as another one, which keeps its id; this one's forwards to it for ever."""

    into: Target


@dataclass(frozen=True, slots=True)
class Split:
    """Some of its evidence is of another event, which gets the id ``made``: the pieces of these keys, and those
    whose likeliest day is one of ``days``, also when they come later."""

    made: str
    keys: tuple[str, ...] = ()
    days: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class Cited:
    """An address that an analyst read, and who published it."""

    url: str
    publisher: str
    publisher_kind: str


@dataclass(frozen=True, slots=True)
class Add:
    """An event that no machine found, with where it can be read."""

    made: str
    category: str
    subtype: str
    first: date
    last: date
    on: date
    zone: str
    place: str
    count: int | None
    unit: str
    title: str
    sources: tuple[Cited, ...]


@dataclass(frozen=True, slots=True)
class Withdraw:
    """An earlier correction no longer holds."""

    seq: int


Change = Relabel | Redate | Recast | Dismiss | Merge | Split | Affirm | Add | Withdraw

_KINDS: Mapping[Action, type[Any]] = {
    "relabel": Relabel,
    "redate": Redate,
    "mode": Recast,
    "dismiss": Dismiss,
    "merge": Merge,
    "split": Split,
    "affirm": Affirm,
    "add": Add,
    "withdraw": Withdraw,
}


@dataclass(frozen=True, slots=True)
class Correction:
    """One entry of the journal. ``event`` is the id it was given under once forwards were followed, ``seen`` the
    version of the event that its author looked at, ``targets`` the events of the lanes it is about (both members of
    a joined one, none for a withdrawal)."""

    seq: int
    at: datetime
    author: str
    reason: str
    event: str
    seen: str
    targets: tuple[Target, ...]
    change: Change

    @property
    def action(self) -> Action:
        return action_of(self.change)


def action_of(change: Change) -> Action:
    """The verb that makes such a change."""
    return next(action for action, kind in _KINDS.items() if isinstance(change, kind))


def withdrawals(journal: Iterable[Correction]) -> dict[int, Correction]:
    """By the number of each correction that was withdrawn: the entry that did it."""
    return {entry.change.seq: entry for entry in journal if isinstance(entry.change, Withdraw)}


def standing(journal: Sequence[Correction]) -> tuple[Correction, ...]:
    """The corrections that hold, in the order in which they were made."""
    gone = withdrawals(journal)
    held = (entry for entry in journal if entry.seq not in gone and not isinstance(entry.change, Withdraw))
    return tuple(sorted(held, key=lambda entry: entry.seq))


def made_id(action: Action, author: str, at: datetime, parts: Mapping[str, Any]) -> str:
    """The id of an event that a correction makes: a hash of that correction, so that it is the same for ever."""
    plain = json.dumps(_packed(parts), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(f"correction\n{action}\n{author}\n{at.isoformat()}\n{plain}".encode()).hexdigest()[:16]


# --- as JSON ----------------------------------------------------------------------------------------


def body_of(targets: Sequence[Target], change: Change) -> dict[str, Any]:
    """Targets and change as the journal keeps them."""
    body: dict[str, Any] = {each.name: _packed(getattr(change, each.name)) for each in fields(change)}
    return {"targets": [_packed(target) for target in targets], **body}


def change_of(action: str, body: Mapping[str, Any]) -> tuple[tuple[Target, ...], Change]:
    """The reverse of ``body_of``; raises KeyError for an action that this program does not know."""
    kind = _KINDS[cast(Action, action)]
    given = {each.name: _READ.get(each.name, _as_is)(body[each.name]) for each in fields(kind) if each.name in body}
    return tuple(_target(each) for each in body.get("targets", ())), kind(**given)


def _packed(value: Any) -> Any:
    if isinstance(value, Target | Cited):
        return {each.name: _packed(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, Mapping):
        return {name: _packed(inner) for name, inner in value.items()}
    if isinstance(value, tuple | list):
        return [_packed(inner) for inner in value]
    return value.isoformat() if isinstance(value, date) else value


def _as_is(value: Any) -> Any:
    return value


def _target(body: Mapping[str, Any]) -> Target:
    return Target(body["id"], body["lane"], tuple(body.get("anchors", ())))


_READ: Mapping[str, Any] = {
    "first": date.fromisoformat,
    "last": date.fromisoformat,
    "on": date.fromisoformat,
    "into": _target,
    "keys": tuple,
    "days": lambda days: tuple(date.fromisoformat(day) for day in days),
    "sources": lambda sources: tuple(Cited(**source) for source in sources),
}
