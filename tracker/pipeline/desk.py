"""The placing desk: the events within reach of what is being placed, as they change while it is placed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from tracker.core.events import Event, Evidence, Lane, withdrawn
from tracker.core.gathering import Gathering
from tracker.core.placing import Standing
from tracker.core.taxonomy import Category
from tracker.core.wires import Wires, Wording


class Desk:
    """Events of one lane with their evidence. It may be kept from batch to batch while nobody else writes: what
    is laid on it once need not be read again."""

    def __init__(self, lane: Lane, categories: Mapping[str, Category], wording: Wording) -> None:
        self.lane: Lane = lane
        self.category: dict[str, str] = {}
        self.touched: dict[str, None] = {}
        self._categories = categories
        self._wording = wording
        self._evidence: dict[str, list[Evidence]] = {}
        self._gathered: dict[str, Gathering] = {}
        self._standing: dict[str, Standing | None] = {}
        self._wires: dict[str, Wires] = {}
        self._by_category: dict[str, dict[str, date]] = {}

    def lacks(self, ids: Iterable[str]) -> list[str]:
        """Those of these events that are not on the desk yet, in the order given."""
        return [id_ for id_ in dict.fromkeys(ids) if id_ not in self.category]

    def lay(self, categories: Mapping[str, str], evidence: Mapping[str, Sequence[Evidence]]) -> None:
        """Put events on the desk, each with all of its evidence in recorded order."""
        for id_, category in categories.items():
            self.category[id_] = category
            self._evidence[id_] = list(evidence.get(id_, ()))
            self._gather(id_)

    def clear(self, category: str, before: date) -> None:
        """Take events off the desk that lie before a day: nothing that comes will reach them soon."""
        for id_, on in list(self._by_category.get(category, {}).items()):
            if on < before and id_ not in self.touched:
                del self._by_category[category][id_]
                for kept in (self.category, self._evidence, self._gathered, self._standing, self._wires):
                    kept.pop(id_, None)

    def near(self, category: str, first: date, last: date) -> list[Standing]:
        """The category's events that supporting evidence puts between two days."""
        found = []
        for id_, on in self._by_category.get(category, {}).items():
            if first <= on <= last:
                event = self._standing[id_]
                if event is not None:
                    found.append(event)
        return found

    def former(self, pieces: Iterable[tuple[str, str]]) -> list[Standing]:
        """The events that an item's former reading supported, as that reading saw them."""
        found = []
        for id_, key in pieces:
            for piece in self._evidence[id_]:
                if piece.key == key and piece.role in ("supports", "superseded") and piece.days:
                    sites = frozenset({piece.place} - {""})
                    found.append(Standing(id_, self.category[id_], piece.subtype, piece.days, sites, 1))
        return found

    def wire(self, id_: str, title: str, publisher: str, kind: str, at: datetime) -> int:
        """The wire a new text of an event belongs to: one that is there, or the next number."""
        return self._texts(id_).of(title, publisher, kind, at)

    def copied(self, title: str, at: datetime, among: Iterable[Standing]) -> frozenset[str]:
        """Those of these events of which a text is here that this title is a copy of."""
        return frozenset(event.id for event in among if self._texts(event.id).copies(title, at))

    def _texts(self, id_: str) -> Wires:
        if id_ not in self._wires:
            wires = self._wires[id_] = Wires(self._wording)
            for piece in self._evidence[id_]:
                if piece.role == "supports":
                    wires.add(piece.wire, piece.title, piece.publisher, piece.publisher_kind, _seen(piece))
        return self._wires[id_]

    def add(self, category: str, piece: Evidence) -> None:
        """One more piece of evidence; its event is put on the desk when it is new."""
        id_ = piece.event_id
        if id_ not in self.category:
            self.lay({id_: category}, {})
        self._evidence[id_].append(piece)
        self.touched[id_] = None
        self._gathered[id_].add(piece)
        if piece.role == "supports":
            self._settle(id_)
            if id_ in self._wires:
                self._wires[id_].add(piece.wire, piece.title, piece.publisher, piece.publisher_kind, _seen(piece))

    def withdraw(self, id_: str, keys: Collection[str]) -> None:
        """Take pieces out of the count of an event: a newer reading of their item counts instead."""
        self._evidence[id_] = [
            replace(piece, role=withdrawn(piece.role)) if piece.key in keys else piece for piece in self._evidence[id_]
        ]
        self.touched[id_] = None
        self._gather(id_)
        self._wires.pop(id_, None)

    def changed(self) -> list[Event]:
        """The events that were touched since this was last asked, as they now stand."""
        made = [self._gathered[id_].event() for id_ in self.touched]
        self.touched = {}
        return [event for event in made if event is not None]

    def _gather(self, id_: str) -> None:
        kind = self._categories.get(self.category[id_])
        gathering = Gathering(id_, self.lane, self.category[id_], kind, self._wording)
        for piece in self._evidence[id_]:
            gathering.add(piece)
        self._gathered[id_] = gathering
        self._settle(id_)

    def _settle(self, id_: str) -> None:
        event = self._standing[id_] = self._gathered[id_].standing()
        on = event.on if event is not None else None
        days = self._by_category.setdefault(self.category[id_], {})
        if on is None:
            days.pop(id_, None)
        else:
            days[id_] = on


def _seen(piece: Evidence) -> datetime:
    """When a piece was published, as far as is known."""
    return piece.told[1] if piece.told is not None else piece.known_at
