"""Whether a correction may be made: which event is meant, whether it is still as it was seen, whether it adds up.

Decided on the record as it stands, inside the transaction that writes; what is refused is refused with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from tracker.core.corrections import (
    Add,
    Affirm,
    Change,
    Cited,
    Correction,
    Dismiss,
    Merge,
    Recast,
    Redate,
    Relabel,
    Split,
    Target,
    Withdraw,
    made_id,
    standing,
    withdrawals,
)
from tracker.core.days import likeliest
from tracker.core.events import Event, Evidence, Lane
from tracker.core.observations import MODES
from tracker.core.overlay import goes, told
from tracker.core.requests import CorrectionError, Request, Rules, StaleError, subtype_mistakes
from tracker.core.versions import version_of

TABLES = "it rests on a row of config/reference; edit that table's file instead"


@dataclass(frozen=True, slots=True)
class Board:
    """The record that a correction is decided on: every event of the joined view and of each lane (corrected), where
    ids that are gone lead, the evidence of an event of a lane, what it can be found by again, and the journal."""

    joined: Sequence[Event]
    lanes: Mapping[Lane, Mapping[str, Event]]
    forwards: Mapping[str, str]
    evidence: Callable[[str], Sequence[Evidence]]
    anchors: Callable[[str], tuple[str, ...]]
    journal: Sequence[Correction]

    def find(self, asked: str) -> Shown | None:
        """The event that an id means now; None for an id that nothing ever had."""
        id_ = asked
        while id_ in self.forwards:
            id_ = self.forwards[id_]
        whole = next((event for event in self.joined if event.id == id_), None)
        alone = [(lane, by_id[id_]) for lane, by_id in self.lanes.items() if id_ in by_id]
        if whole is None:
            inside = next((event for event in self.joined if id_ in event.members), None)
            if not alone or inside is None:
                return None
            lane, event = alone[0]
            return Shown(event, (self._target(id_, lane),), (event, inside))
        if whole.members:
            targets = tuple(
                self._target(member, lane)
                for member in whole.members
                for lane, by_id in self.lanes.items()
                if member in by_id
            )
            return Shown(whole, targets, (whole, *(event for _, event in alone)))
        return Shown(whole, (self._target(id_, alone[0][0]),), (whole,))

    def _target(self, id_: str, lane: Lane) -> Target:
        return Target(id_, lane, self.anchors(id_))

    def about(self, targets: Sequence[Target]) -> list[Correction]:
        """The corrections that these events show, in the order in which they were made."""
        seen = {
            said.seq
            for target in targets
            for said in (self.lanes[target.lane][target.id].said if target.id in self.lanes[target.lane] else ())
        }
        return [entry for entry in standing(self.journal) if entry.seq in seen]


@dataclass(frozen=True, slots=True)
class Shown:
    """An event as an analyst meets it: what the joined view or its lane shows, the events of the lanes that are
    meant by its id, and all forms whose version she may have looked at."""

    event: Event
    targets: tuple[Target, ...]
    forms: tuple[Event, ...]

    @property
    def version(self) -> str:
        return version_of(self.event)

    @property
    def rests_on_table(self) -> bool:
        return any(target.lane != "news" for target in self.targets)


def decide(
    asked: Request,
    board: Board,
    rules: Rules,
    at: datetime,
    cite: Callable[[str], Cited],
    since: Callable[[Shown, str], Sequence[str]],
) -> Correction:
    """The entry to be kept (its number is still 0).

    ``cite`` names the publisher of an address; ``since`` says what changed in an event since a version. Raises
    CorrectionError, or StaleError where the event is not any more what was looked at.
    """
    author, reason = asked.author.strip(), asked.reason.strip()
    if asked.action == "add":
        added = _added(asked, board, rules, at, cite)
        return Correction(0, at, author, reason, added.made, "", (Target(added.made, "news"),), added)
    if asked.action == "withdraw":
        return _withdrawn(asked, board, at)
    shown = board.find(asked.event)
    if shown is None:
        raise CorrectionError([f"there is no event {asked.event!r}; ./run timeline --all lists those there are"])
    if asked.seen and asked.seen not in {version_of(form) for form in shown.forms}:
        raise StaleError(since(shown, asked.seen))
    change = _change(asked, shown, board, rules, at)
    entry = Correction(0, at, author, reason, shown.event.id, asked.seen or shown.version, shown.targets, change)
    _refuse_contradiction(entry, shown, board)
    return entry


def _change(asked: Request, shown: Shown, board: Board, rules: Rules, at: datetime) -> Change:
    event = shown.event
    if asked.action == "relabel":
        kind = event.category if asked.category is None else asked.category
        wrong = list(subtype_mistakes(kind, asked.subtype, rules.taxonomy)) if asked.subtype else []
        if wrong:
            raise CorrectionError(wrong)
        return Relabel(asked.category, asked.subtype, asked.place, asked.count, asked.unit)
    if asked.action == "redate":
        return _redated(asked, event)
    if asked.action == "mode":
        return Recast(next(mode for mode in MODES if mode == asked.mode))
    if asked.action == "merge":
        return _merged(asked, shown, board)
    if asked.action == "split":
        return _split(asked, shown, board, at)
    return Affirm() if asked.action == "affirm" else Dismiss()


def _redated(asked: Request, event: Event) -> Redate:
    if asked.span is None:
        raise CorrectionError(["redate needs a day, or a first and a last one"])
    first, last, on = asked.span
    return Redate(first, last, on if on is not None else min(max(event.on, first), last))


def _merged(asked: Request, shown: Shown, board: Board) -> Merge:
    into = board.find(asked.into)
    if into is None:
        raise CorrectionError([f"there is no event {asked.into!r} to merge into"])
    if shown.rests_on_table:
        raise CorrectionError([f"{shown.event.id} cannot be merged: {TABLES}{_news_of(shown)}"])
    kept = [target for target in into.targets if target.lane == "news"]
    if not kept:
        hint = f"redate {shown.event.id} to {into.event.on}, and the two are joined"
        raise CorrectionError([f"{into.event.id} stands in a reference table and takes no news by hand; {hint}"])
    if kept[0].id == shown.targets[0].id:
        raise CorrectionError([f"{asked.event} and {asked.into} are the same event already"])
    if not into.event.listed and shown.event.listed:
        raise CorrectionError([f"{kept[0].id} is not listed as having taken place; merge it into {shown.event.id}"])
    return Merge(kept[0])


def _news_of(shown: Shown) -> str:
    mine = [target.id for target in shown.targets if target.lane == "news"]
    return f" (its news event is {mine[0]})" if mine else ""


def _split(asked: Request, shown: Shown, board: Board, at: datetime) -> Split:
    if shown.rests_on_table:
        raise CorrectionError([f"{shown.event.id} cannot be split: {TABLES}{_news_of(shown)}"])
    pieces = board.evidence(shown.targets[0].id)
    unknown = sorted(set(asked.keys) - {piece.key for piece in pieces})
    if unknown:
        raise CorrectionError(
            [f"{key!r} is no key of this event's evidence; ./run history lists it" for key in unknown]
        )
    dated = {likeliest(piece.days) for piece in pieces}
    empty = [f"no report of it points to {day}" for day in asked.days if day not in dated]
    if empty:
        raise CorrectionError(empty)
    parts = {"event": shown.event.id, "keys": asked.keys, "days": asked.days}
    change = Split(made_id("split", asked.author.strip(), at, parts), asked.keys, asked.days)
    going = [piece for piece in pieces if goes(piece, change) and piece.role == "supports"]
    staying = [piece for piece in pieces if not goes(piece, change) and piece.role == "supports"]
    if not going or not staying:
        left = "the new event" if not going else shown.event.id
        raise CorrectionError([f"nothing that supports it would be left of {left}"])
    return change


def _added(asked: Request, board: Board, rules: Rules, at: datetime, cite: Callable[[str], Cited]) -> Add:
    if asked.span is None or asked.category is None:
        raise CorrectionError(["add needs a category and a day"])
    first, last, on = asked.span
    subtype, place = asked.subtype or "", asked.place or ""
    for event in board.lanes["news"].values():
        mine = (
            {piece.url for piece in board.evidence(event.id)}
            if (event.category, event.on)
            == (
                asked.category,
                on or first,
            )
            else set()
        )
        if mine & set(asked.urls) and event.credible:
            hint = f"see ./run history {event.id}" if event.listed else "it is a lead: affirm it"
            raise CorrectionError([f"event {event.id} has this source, kind and day already; {hint}"])
    return Add(
        made=made_id("add", asked.author.strip(), at, {"title": asked.title, "urls": asked.urls, "first": first}),
        category=asked.category,
        subtype=subtype,
        first=first,
        last=last,
        on=on or first,
        zone=rules.zones.get(place) or rules.taxonomy.zone_of(asked.category, subtype),
        place=place,
        count=asked.count,
        unit=(asked.unit or rules.taxonomy.categories[asked.category].unit) if asked.count is not None else "",
        title=asked.title.strip(),
        sources=tuple(cite(url) for url in asked.urls),
    )


def _withdrawn(asked: Request, board: Board, at: datetime) -> Correction:
    number = asked.correction
    entry = next((each for each in board.journal if each.seq == number), None)
    if entry is None or number is None:
        raise CorrectionError([f"there is no correction {number}; ./run history EVENT numbers them"])
    if isinstance(entry.change, Withdraw):
        raise CorrectionError([f"correction {number} is itself a withdrawal; make the correction again instead"])
    gone = withdrawals(board.journal).get(number)
    if gone is not None:
        raise CorrectionError([f"correction {number} was withdrawn by {gone.author} (number {gone.seq})"])
    return Correction(0, at, asked.author.strip(), asked.reason.strip(), entry.event, "", (), Withdraw(number))


def _refuse_contradiction(entry: Correction, shown: Shown, board: Board) -> None:
    """Raise where a standing correction says the opposite, or where nothing would change."""
    change, about = entry.change, board.about(shown.targets)
    for other in about:
        against = {Affirm: (Recast, Dismiss), Recast: (Affirm,), Dismiss: (Affirm,)}.get(type(change), ())
        if isinstance(other.change, against):
            said = f"{other.author} said the opposite ({other.action}, number {other.seq}: {other.reason})"
            raise CorrectionError([f"{said}; withdraw that one first"])
        if isinstance(other.change, Recast | Dismiss) and not isinstance(change, Recast | Dismiss):
            said = f"it is taken out ({other.action} by {other.author}, number {other.seq})"
            raise CorrectionError([f"{said}; withdraw that one first"])
        if isinstance(change, Affirm | Dismiss) and type(other.change) is type(change) and other.author == entry.author:
            raise CorrectionError([f"you said so already (number {other.seq})"])
    if isinstance(change, Relabel | Redate):
        events = [board.lanes[target.lane][target.id] for target in shown.targets]
        if all(replace(told(event, [entry]), said=event.said) == event for event in events):
            raise CorrectionError(["it shows that already; nothing would change"])
