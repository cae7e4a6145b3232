"""Verbs of the journal: correct an event, its history, and the keys that may correct over the API."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Annotated, Any

import typer

from tracker.cli.terminal import Json, say, show_json, table
from tracker.cli.wiring import wired
from tracker.core.corrections import Action
from tracker.core.errors import RefusedError
from tracker.core.events import Event
from tracker.core.histories import Entry, History, change_words
from tracker.core.journals import history_document, journal_document, kept_document, key_fields
from tracker.core.requests import Request
from tracker.core.shapes import AS_OF_ZONE, instant
from tracker.core.versions import version_of
from tracker.core.words import Labels, attested_words, count_words, instant_words, p_said, plain, when_words

correct = typer.Typer(
    no_args_is_help=True,
    help="Say that the machine is wrong about an event. Nothing is overwritten; each correction can be withdrawn.",
)
keys = typer.Typer(no_args_is_help=True, help="Who may correct over the API: a key for each analyst.")

Event_ = Annotated[str, typer.Argument(metavar="EVENT", help="The event's id, as the timeline shows it.")]
By = Annotated[str, typer.Option("--by", metavar="NAME", help="Who says so; kept in the journal.")]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; kept in the journal.")]
Seen = Annotated[
    str, typer.Option("--seen", metavar="VERSION", help="The version you looked at; refused when it changed since.")
]
Category = Annotated[str | None, typer.Option("--category", metavar="ID", help="A category of the taxonomy.")]
Subtype = Annotated[
    str | None, typer.Option("--subtype", metavar="ID", help='A subtype of the category; "" where unknown.')
]
Place = Annotated[str | None, typer.Option("--place", metavar="ID", help="A place of config/places.toml.")]
Count = Annotated[int | None, typer.Option("--count", metavar="N", help="How many.")]
Unit = Annotated[str | None, typer.Option("--unit", metavar="UNIT", help="What is counted.")]


def _day(name: str, told: str) -> Any:
    return typer.Option(name, formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help=told)


On = Annotated[datetime | None, _day("--on", "The day, in the event's zone.")]
First = Annotated[datetime | None, _day("--first", "First day of a span.")]
Last = Annotated[datetime | None, _day("--last", "Last day of a span.")]


@correct.command()
def relabel(
    event: Event_,
    by: By,
    reason: Reason,
    category: Category = None,
    subtype: Subtype = None,
    place: Place = None,
    count: Count = None,
    unit: Unit = None,
    seen: Seen = "",
    json: Json = False,
) -> None:
    """It is of another kind, at another place, or of another number."""
    asked = _asked("relabel", event, by, reason, seen)
    _correct(replace(asked, category=category, subtype=subtype, place=place, count=count, unit=unit), json)


@correct.command()
def redate(
    event: Event_,
    by: By,
    reason: Reason,
    on: On = None,
    first: First = None,
    last: Last = None,
    seen: Seen = "",
    json: Json = False,
) -> None:
    """It took place on another day, or within another span."""
    dated = replace(_asked("redate", event, by, reason, seen), on=_date(on), first=_date(first), last=_date(last))
    _correct(dated, json)


@correct.command()
def mode(
    event: Event_,
    mode: Annotated[str, typer.Argument(metavar="MODE", help="expected (threatened, planned), denied or commentary.")],
    by: By,
    reason: Reason,
    seen: Seen = "",
    json: Json = False,
) -> None:
    """It did not take place: it was threatened or planned, denied, or only talked about."""
    _correct(replace(_asked("mode", event, by, reason, seen), mode=mode), json)


@correct.command()
def dismiss(event: Event_, by: By, reason: Reason, seen: Seen = "", json: Json = False) -> None:
    """It is no event at all: misread, invented, or about something else."""
    _correct(_asked("dismiss", event, by, reason, seen), json)


@correct.command()
def merge(
    event: Event_,
    into: Annotated[str, typer.Argument(metavar="INTO", help="The event it is the same as, which keeps its id.")],
    by: By,
    reason: Reason,
    seen: Seen = "",
    json: Json = False,
) -> None:
    """It is the same event as another one; its id leads there for ever."""
    _correct(replace(_asked("merge", event, by, reason, seen), into=into), json)


@correct.command()
def split(
    event: Event_,
    by: By,
    reason: Reason,
    key: Annotated[
        list[str] | None, typer.Option("--key", metavar="KEY", help="A report that is of the other event; repeatable.")
    ] = None,
    day: Annotated[
        list[datetime] | None,
        typer.Option(
            "--day",
            formats=["%Y-%m-%d"],
            metavar="YYYY-MM-DD",
            help="Reports that point to this day are of the other event, later ones too; repeatable.",
        ),
    ] = None,
    seen: Seen = "",
    json: Json = False,
) -> None:
    """Two events are taken for one: some of its reports become an event of their own."""
    days = tuple(each.date() for each in day or ())
    _correct(replace(_asked("split", event, by, reason, seen), keys=tuple(key or ()), days=days), json)


@correct.command()
def affirm(event: Event_, by: By, reason: Reason, seen: Seen = "", json: Json = False) -> None:
    """You read the sources: it took place as shown."""
    _correct(_asked("affirm", event, by, reason, seen), json)


@correct.command()
def add(
    category: Annotated[str, typer.Option("--category", metavar="ID", help="A category of the taxonomy.")],
    title: Annotated[str, typer.Option("--title", metavar="TEXT", help="The event in a line.")],
    url: Annotated[list[str], typer.Option("--url", metavar="URL", help="Where it can be read; repeatable.")],
    by: By,
    reason: Reason,
    on: On = None,
    first: First = None,
    last: Last = None,
    subtype: Subtype = None,
    place: Place = None,
    count: Count = None,
    unit: Unit = None,
    json: Json = False,
) -> None:
    """An event that no machine found, with where it can be read."""
    asked = replace(
        _asked("add", "", by, reason, ""),
        category=category,
        subtype=subtype,
        on=_date(on),
        first=_date(first),
        last=_date(last),
        place=place,
        count=count,
        unit=unit,
        title=title,
        urls=tuple(url),
    )
    _correct(asked, json)


@correct.command()
def withdraw(
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="The correction's number, as history shows it.")],
    by: By,
    reason: Reason,
    json: Json = False,
) -> None:
    """A correction no longer holds; it stays in the journal."""
    _correct(replace(_asked("withdraw", "", by, reason, ""), correction=number), json)


@correct.command("list")
def list_(json: Json = False) -> None:
    """Every correction there ever was, and what became of it."""
    app = wired()
    app.ready()
    entries, labels = app.desk.corrections(), app.labels()
    if json:
        show_json(journal_document(entries, labels))
        return
    for entry in entries:
        say(f"{entry.correction.event}: {_entry_words(entry, labels)}")
    say(f"{len(entries)} corrections, {sum(entry.holds for entry in entries)} hold")


def _asked(action: Action, event: str, by: str, reason: str, seen: str) -> Request:
    return Request(action=action, author=by, reason=reason, event=event, seen=seen)


def _date(at: datetime | None) -> date | None:
    return at.date() if at is not None else None


def _correct(asked: Request, json: bool) -> None:
    app = wired()
    app.ready()
    kept = app.desk.correct(asked)
    app.judge()
    labels = app.labels()
    if json:
        show_json(kept_document(kept.entry, kept.event, labels))
        return
    say(f"correction {kept.entry.seq}: {plain(kept.entry.author)} {change_words(kept.entry, labels)}")
    if kept.event is not None:
        say(_event_words(kept.event, labels))


def history(
    event: Annotated[str, typer.Argument(metavar="EVENT", help="Any id the event ever had.")], json: Json = False
) -> None:
    """What the machine says of an event, what analysts said, who, when and why."""
    app = wired()
    app.ready()
    found = app.desk.history(event)
    if found is None:
        raise RefusedError(f"there is no event {event!r}; ./run timeline --all lists those there are")
    labels = app.labels()
    if json:
        show_json(history_document(found, labels))
        return
    _tell(found, labels)


def _tell(found: History, labels: Labels) -> None:
    if found.event is None:
        say(f"{found.asked}: nothing stands under this id any more")
    else:
        say(_event_words(found.event, labels))
    say()
    say("The machine says" + ("" if found.machine else " nothing."))
    for each in found.machine:
        say(f"  {_event_words(each, labels)}")
    say("Analysts say" + ("" if found.entries else " nothing."))
    for entry in found.entries:
        say(f"  {_entry_words(entry, labels)}")
    say()
    table(
        ("known", "publisher", "text", "bearing", "key"),
        [
            (instant_words(p.known_at, AS_OF_ZONE), labels.publisher(p.publisher), p.title, p.role, p.key)
            for p in found.evidence
        ],
    )


def _event_words(event: Event, labels: Labels) -> str:
    parts = [
        f"{event.id} (version {version_of(event)})",
        f"{labels.kind(event)}, {when_words(event)}",
        labels.place(event.place),
        count_words(event.count, event.unit),
        p_said(event.p_occurred),
        attested_words(event),
    ]
    return "; ".join(part for part in parts if part)


def _entry_words(entry: Entry, labels: Labels) -> str:
    said = entry.correction
    words = f"{said.seq}. {instant_words(said.at, AS_OF_ZONE)}, {plain(said.author)} {change_words(said, labels)}"
    words += f", because {plain(said.reason)}"
    if entry.withdrawn is not None:
        gone = entry.withdrawn
        when = instant_words(gone.at, AS_OF_ZONE)
        return f"{words} [withdrawn by {plain(gone.author)}, {when}, because {plain(gone.reason)}]"
    return f"{words} [not applied: {plain(entry.not_applied)}]" if entry.not_applied else words


@keys.command("add")
def add_key(
    analyst: Annotated[str, typer.Argument(metavar="NAME", help="The analyst; her corrections stand under this name.")],
    json: Json = False,
) -> None:
    """A new key for an analyst. It is shown this once and kept as a hash."""
    app = wired()
    app.prepare(tolerant=True)
    key, kept = app.desk.new_key(analyst)
    if json:
        show_json({"secret": key, **key_fields(kept)})
    else:
        told = f"It is shown this once; to take it back: ./run keys revoke {kept.handle}"
        say(f"{key}\nis {plain(kept.analyst)}'s key. {told}")


@keys.command("list")
def list_keys(json: Json = False) -> None:
    """All keys: whose they are, since when, and which were taken back."""
    app = wired()
    app.prepare(tolerant=True)
    rows = [key_fields(key) for key in app.desk.known_keys()]
    if json:
        show_json({"keys": rows})
    else:
        table(
            ("key", "analyst", "since", "revoked"),
            [(row["key"], row["analyst"], row["added_at"], row["revoked_at"] or "") for row in rows],
        )


@keys.command("revoke")
def revoke_key(
    key: Annotated[str, typer.Argument(metavar="KEY", help="The key's first part, as the list shows it.")],
    json: Json = False,
) -> None:
    """Take a key back: it opens nothing from now on."""
    app = wired()
    app.prepare(tolerant=True)
    kept = app.desk.revoke_key(key.partition(".")[0])
    if json:
        show_json(key_fields(kept))
    else:
        say(f"{kept.handle} ({plain(kept.analyst)}) opens nothing since {instant(kept.revoked_at)}")


def register(program: typer.Typer) -> None:
    program.add_typer(correct, name="correct")
    program.command()(history)
    program.add_typer(keys, name="keys")
