"""Correct: take an analyst's correction into the journal, or refuse it with the reason. One transaction reads the
record, decides and writes, so that of two analysts at once the second is told what the first one did."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from tracker.core.assembling import assemble
from tracker.core.correcting import Board, Shown, decide
from tracker.core.corrections import Cited, Correction, Split, withdrawals
from tracker.core.days import day_of
from tracker.core.errors import BusyError
from tracker.core.events import Event, Evidence, Lane
from tracker.core.histories import Entry, History, entries_of, former_ids, ids_of
from tracker.core.linking import join, link
from tracker.core.overlay import anchors_of, overlay
from tracker.core.placing import Policy
from tracker.core.requests import CorrectionError, Request, Rules, mistakes
from tracker.core.shapes import AS_OF_ZONE
from tracker.core.taxonomy import Taxonomy
from tracker.core.timeline import Timeline
from tracker.core.versions import shifts, version_of
from tracker.core.words import instant_words, plain
from tracker.pipeline.timelines import timeline_in
from tracker.store import corrections, events
from tracker.store.engine import Store, Tx

LANES: tuple[Lane, ...] = ("news", "reference")

MOST_CUTS = 60
"""Earlier instants at which a version that is not current is looked for; beyond them it is only said to be old."""


@dataclass(frozen=True, slots=True)
class Beliefs:
    """What a correction is judged by: the taxonomy, placing's policy, the zone of each place, and who publishes at an
    address."""

    taxonomy: Taxonomy
    policy: Policy
    zones: dict[str, str]
    cite: Callable[[str], Cited]


@dataclass(frozen=True, slots=True)
class Kept:
    """A correction that was made, and the event as it shows now (None for one that is gone)."""

    entry: Correction
    event: Event | None


def correct(store: Store, asked: Request, beliefs: Beliefs, now: Callable[[], datetime]) -> Kept:
    """Make a correction; raises CorrectionError with every reason against it (StaleError when the event changed)."""
    rules = Rules(beliefs.taxonomy, beliefs.zones, day_of(now(), AS_OF_ZONE))
    wrong = mistakes(asked, rules)
    if wrong:
        raise CorrectionError(wrong)
    with store.begin() as tx:
        at = now()
        journal = corrections.journal(tx)
        line = timeline_in(tx, beliefs.taxonomy, beliefs.policy, "all", at, journal=journal)
        board = _board(tx, line, journal)
        entry = decide(
            asked, board, rules, at, beliefs.cite, lambda shown, seen: _since(tx, shown, seen, journal, beliefs)
        )
        last = journal[-1].seq if journal else 0
        entry = replace(entry, seq=last + 1)
        after = timeline_in(tx, beliefs.taxonomy, beliefs.policy, "all", at, journal=(*journal, entry))
        _refuse_breakage(entry, line, after, journal)
        number = corrections.keep(tx, entry, last)
        if number is None:
            raise BusyError("somebody else made a correction at the same moment; look at the event again and repeat")
        entry = replace(entry, seq=number)
        shown = _board(tx, after, (*journal, entry)).find(entry.event)
    return Kept(entry, shown.event if shown is not None else None)


def history(store: Store, asked: str, line: Timeline) -> History | None:
    """What the machine and what analysts said of an event, under any id it ever had; None for an unknown id."""
    with store.reading() as tx:
        journal = corrections.journal(tx)
        board = _board(tx, line, journal)
        shown = board.find(asked)
        ids = former_ids([asked, *(target.id for target in shown.targets)] if shown else [asked], board.forwards)
        about = [entry for entry in journal if ids_of(entry) & ids]
        if shown is None and not about:
            return None
        origins = {
            target.id
            for entry in about
            if isinstance(entry.change, Split) and entry.change.made in ids
            for target in entry.targets
        }
        machine = [event for id_ in sorted(ids | origins) if (event := events.find(tx, id_)) is not None]
        pieces = [piece for target in shown.targets for piece in board.evidence(target.id)] if shown else []
    mine = {entry.seq for entry in about}
    entries = [each for each in entries_of(journal, line.overlay.not_applied) if each.correction.seq in mine]
    return History(
        asked=asked,
        event=shown.event if shown is not None else None,
        version=shown.version if shown is not None else "",
        machine=tuple(dict.fromkeys(machine)),
        entries=tuple(entries),
        evidence=tuple(sorted(pieces, key=lambda piece: (piece.known_at, piece.key))),
    )


def every_entry(store: Store, line: Timeline) -> tuple[Entry, ...]:
    """The whole journal, oldest first."""
    with store.reading() as tx:
        return entries_of(corrections.journal(tx), line.overlay.not_applied)


def _board(tx: Tx, line: Timeline, journal: Sequence[Correction]) -> Board:
    made = line.overlay
    lanes: dict[Lane, dict[str, Event]] = {
        lane: {event.id: event for event in made.events if event.lane == lane} for lane in LANES
    }

    def machine(id_: str) -> Sequence[Evidence]:
        return events.evidence_of(tx, [id_]).get(id_, ())

    def evidence(id_: str) -> Sequence[Evidence]:
        return made.evidence[id_] if id_ in made.evidence else machine(id_)

    return Board(
        line.events,
        lanes,
        {**corrections.forwards(tx), **made.forwards},
        evidence,
        lambda id_: anchors_of(machine(id_)),
        journal,
    )


def _refuse_breakage(entry: Correction, before: Timeline, after: Timeline, journal: Sequence[Correction]) -> None:
    """Raise where the new entry cannot be applied, or would leave an earlier one without its ground."""
    known = {each.seq for each in before.overlay.not_applied}
    fresh = {each.seq: each.reason for each in after.overlay.not_applied if each.seq not in known}
    if entry.seq in fresh:
        raise CorrectionError([fresh[entry.seq]])
    broken = [each for each in journal if each.seq in fresh]
    if broken:
        raise CorrectionError(
            [
                f"correction {each.seq} ({each.action} by {plain(each.author)}) rests on it ({fresh[each.seq]}); "
                "withdraw that one first"
                for each in broken
            ]
        )


# --- what changed since a version -------------------------------------------------------------------


def _since(tx: Tx, shown: Shown, seen: str, journal: Sequence[Correction], beliefs: Beliefs) -> list[str]:
    """What changed in an event since a version of it, in sentences."""
    now = shown.event
    said = [f"event {now.id} changed since version {plain(seen)}; it is version {version_of(now)} now"]
    ids = _relatives({target.id for form in shown.forms for target in shown.targets} | set(now.members), journal)
    for cut, length in _states(tx, ids, journal):
        forms = _forms(tx, ids, cut, journal[:length], shown, beliefs)
        was = next((form for form in forms if version_of(form) == seen), None)
        if was is not None:
            current = next((form for form in shown.forms if form.id == was.id and form.lane == was.lane), now)
            news = [entry for entry in journal[length:] if ids_of(entry) & ids or entry.event in ids]
            said += [_entry_words(entry) for entry in _telling(news)]
            return said + [str(shift) for shift in shifts(was, current)]
    return [*said, "that version cannot be made again, so look at it anew: ./run history shows what it says now"]


def _relatives(ids: set[str], journal: Sequence[Correction]) -> frozenset[str]:
    """These events and all that corrections tie them to."""
    found = set(ids)
    while more := {id_ for entry in journal if ids_of(entry) & found for id_ in ids_of(entry)} - found:
        found |= more
    return frozenset(found)


def _states(tx: Tx, ids: frozenset[str], journal: Sequence[Correction]) -> list[tuple[datetime | None, int]]:
    """Earlier states to try, the likeliest first: fewer corrections, then less evidence, then both."""
    pieces = [piece for each in events.evidence_of(tx, sorted(ids)).values() for piece in each]
    instants = sorted({piece.known_at for piece in pieces}, reverse=True)[1 : MOST_CUTS + 1]
    lengths = [k for k, entry in enumerate(journal) if ids_of(entry) & ids or entry.event in ids]
    lengths = sorted(lengths, reverse=True)[:MOST_CUTS]
    whole = len(journal)
    return [
        *((None, length) for length in lengths),
        *((cut, whole) for cut in instants),
        *((cut, length) for length in lengths[:5] for cut in instants),
    ]


def _forms(
    tx: Tx, ids: frozenset[str], cut: datetime | None, journal: Sequence[Correction], shown: Shown, beliefs: Beliefs
) -> list[Event]:
    """How the event and its kin showed with that evidence and those corrections."""
    pieces = events.evidence_of(tx, sorted(ids), cut)
    kind_of = beliefs.taxonomy.categories.get
    made = []
    for lane in LANES:
        machine = []
        for id_ in sorted(ids & set(pieces)):
            event = events.find(tx, id_)
            if event is None or event.lane != lane:
                continue
            base = assemble(id_, lane, event.category, pieces[id_], kind_of(event.category), beliefs.policy.wording)
            if base is not None:
                machine.append(base)
        made.append(overlay(lane, machine, pieces, journal, beliefs.policy.wording, kind_of).events)
    links = link(made[0], made[1], beliefs.taxonomy.categories, beliefs.policy.link_days)
    wanted = {form.id for form in shown.forms}
    return [event for event in (*join(made[0], made[1], links), *made[0], *made[1]) if event.id in wanted]


def _telling(entries: Sequence[Correction]) -> list[Correction]:
    """The entries without those that were made and withdrawn among them."""
    gone = withdrawals(entries)
    undone = gone.keys() & {entry.seq for entry in entries}
    both = undone | {gone[seq].seq for seq in undone}
    return [entry for entry in entries if entry.seq not in both]


def _entry_words(entry: Correction) -> str:
    when = instant_words(entry.at, AS_OF_ZONE)
    return (
        f"{plain(entry.author)} made a correction ({entry.action}, number {entry.seq}, {when}): {plain(entry.reason)}"
    )
