"""Verbs of the river: the main job, and each step by hand."""

from __future__ import annotations

import time
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, cast, get_args

import typer

from tracker.app import App
from tracker.cli.terminal import Json, bar, fields_of, say, show_json, table, warn
from tracker.cli.wiring import wired
from tracker.core.errors import RefusedError
from tracker.core.shapes import feed_fields, instant

REFUSED_SHOWN = 2000
"""Bytes of an unreadable document that are shown to people; --json gives what is kept."""

AcceptShrink = Annotated[
    bool, typer.Option("--accept-shrink", help="Load reference tables although they lost rows; it is meant.")
]


def up(
    host: Annotated[str, typer.Option(help="Address to listen on; default TRACKER_HOST.")] = "",
    port: Annotated[int, typer.Option(help="Port to listen on; default TRACKER_PORT.", min=-1, max=65535)] = -1,
    once: Annotated[bool, typer.Option("--once", help="Turn the river once, print a summary, exit.")] = False,
    accept_shrink: AcceptShrink = False,
    json: Json = False,
) -> None:
    """The whole product: poll, read, place, judge, send; the API and the page. The default verb."""
    app = wired()
    if once:
        summary = _turn_once(app, accept_shrink)
        if json:
            show_json(summary)
        else:
            _print_summary(summary)
        return
    from tracker.schedule.service import serve  # starting a server is no business of the other verbs

    app.prepare(accept_shrink)
    serve(app, host or app.settings.host, app.settings.port if port < 0 else port)


def _turn_once(app: App, accept_shrink: bool) -> dict[str, Any]:
    started = time.monotonic()
    loaded = app.prepare(accept_shrink)
    with bar("feeds", len(app.beliefs.feeds)) as step:
        fetched = app.fetch(progress=lambda _: step(1))
    watched = app.watch()
    read = app.read()
    placed = app.place()
    alerted = app.alert()
    judged = app.judge()
    sent = app.send()
    health = app.health()
    return {
        "feeds": {
            "tried": fetched.tried,
            "answered": fetched.answered,
            "unreachable": [
                {"id": feed, "outcome": outcome, "detail": detail} for feed, outcome, detail in fetched.trouble
            ],
        },
        "deaf": list(watched.reasons),
        "reference": {"tables": loaded.tables, "rows": loaded.rows},
        "items": {"added": fetched.added, "revised": fetched.revised, "total": health.items},
        "read": read.read,
        "mentions": read.mentions,
        "events": {"opened": placed.opened, "total": health.events},
        "verdicts": {"in_force": judged.judged, "new": judged.changed},
        "issues": sent.made,
        "mails": sent.accepted,
        "alerts": alerted.accepted,
        "seconds": round(time.monotonic() - started, 2),
    }


def _print_summary(summary: dict[str, Any]) -> None:
    feeds, items, verdicts = summary["feeds"], summary["items"], summary["verdicts"]
    say(f"feeds      {feeds['tried']} tried, {feeds['answered']} answered, {len(feeds['unreachable'])} with trouble")
    for trouble in feeds["unreachable"]:
        say(f"             {trouble['id']}: {trouble['detail'] or trouble['outcome']}")
    if feeds["unreachable"]:
        say("             they stay due and are tried again")
    for reason in summary["deaf"]:
        say(f"hearing    {reason}")
    reference = summary["reference"]
    say(f"reference  {reference['tables']} tables, {reference['rows']} rows")
    say(f"items      {items['added']} new, {items['revised']} revised, {items['total']} in all")
    say(f"mentions   {summary['mentions']} new, in {summary['read']} texts read")
    say(f"events     {summary['events']['opened']} opened from news, {summary['events']['total']} on the timeline")
    say(f"verdicts   {verdicts['in_force']} in force, {verdicts['new']} new")
    say(f"digest     {summary['issues']} issues made, {summary['mails']} mails accepted")
    say(
        f"           {summary['seconds']} s. The page: ./run, then http://127.0.0.1:8000/ ; the claims: ./run forecasts"
    )


def fetch(
    feed: Annotated[str, typer.Option(help="Only this feed, whether it is due or not.")] = "", json: Json = False
) -> None:
    """Poll the feeds that are due."""
    app = wired()
    app.prepare(tolerant=True)
    total = 1 if feed else len(app.beliefs.feeds)
    with bar("feeds", total) as step:
        report = app.fetch(feed, lambda _: step(1))
    if json:
        show_json(
            {
                "tried": report.tried,
                "answered": report.answered,
                "trouble": [
                    {"id": id_, "outcome": outcome, "detail": detail} for id_, outcome, detail in report.trouble
                ],
                "added": report.added,
                "revised": report.revised,
            }
        )
        return
    say(f"{report.tried} feeds tried, {report.answered} answered; {report.added} new items, {report.revised} revised")
    for id_, _, detail in report.trouble:
        warn(f"  {id_}: {detail}")


def feeds(
    refused: Annotated[
        str, typer.Option(help="Show what this feed sent that could not be read, instead.", metavar="FEED")
    ] = "",
    json: Json = False,
) -> None:
    """How each feed is doing: its condition, and when it is due again."""
    app = wired()
    app.prepare(tolerant=True)
    if refused:
        _refused(app, refused, json)
        return
    rows = [feed_fields(line) for line in app.feeds()]
    if json:
        show_json({"feeds": rows})
        return
    table(
        ("feed", "condition", "last success", "last new item", "due again", "in words"),
        [
            (
                row["id"],
                row["condition"] if row["verified"] else f"{row['condition']} (unverified)",
                row["last_success_at"] or "never",
                row["last_new_at"] or "never",
                row["next_due_at"],
                row["words"],
            )
            for row in rows
        ],
    )


def _refused(app: App, feed: str, json: bool) -> None:
    bodies = app.refused(feed)
    if json:
        rows = [
            {
                "recorded_at": instant(body.recorded_at),
                "reason": body.reason,
                "size": body.size,
                "head": body.head.decode("utf-8", "backslashreplace"),
            }
            for body in bodies
        ]
        show_json({"feed": feed, "refused": rows})
        return
    for body in bodies:
        say(f"{instant(body.recorded_at)}  {body.size} bytes: {body.reason}")
        say(body.head[:REFUSED_SHOWN].decode("utf-8", "backslashreplace"))
    if not bodies:
        say(f"everything that {feed} sent could be read")


def import_(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Archives; .gz is read as it is.")],
    format_: Annotated[str, typer.Option("--format", help="jsonl, csv or feed; default by the file's name.")] = "",
    json: Json = False,
) -> None:
    """Bring archives through the same river as the feeds. Safe to repeat; never mails anybody."""
    from tracker.sources.archives import Format  # feed parsers are no business of the other verbs

    kinds = get_args(Format)
    if format_ and format_ not in kinds:
        raise typer.BadParameter(f"{format_!r} is none of {', '.join(kinds)}", param_hint="--format")
    missing = [str(path) for path in files if not path.is_file()]
    if missing:
        raise RefusedError(f"no such file: {', '.join(missing)}")
    app = wired()
    started = time.monotonic()
    app.prepare(tolerant=True)
    totals = {"lines": 0, "added": 0, "known": 0, "quarantined": 0}
    reasons: dict[str, int] = {}
    for path in files:
        with bar(f"import {path.name}", path.stat().st_size) as step:
            report = app.take(path, cast("Format | None", format_ or None), step.to)
        for name in totals:
            totals[name] += getattr(report, name)
        for reason, count in report.reasons:
            reasons[reason] = reasons.get(reason, 0) + count
    with bar("read", app.waiting_to_read()) as step:
        read = app.read(step)
    with bar("place", None) as step:
        placed = app.place(step)
    with bar("judge", 1) as step:
        app.judge()
        step(1)
    result = {
        **totals,
        "mentions": read.mentions,
        "events": placed.opened,
        "quarantine": reasons,
        "seconds": round(time.monotonic() - started, 2),
    }
    if json:
        show_json(result)
        return
    say(
        f"{totals['lines']} rows read: {totals['added']} new items, {totals['known']} known, "
        f"{totals['quarantined']} in quarantine"
    )
    for reason, count in sorted(reasons.items(), key=lambda pair: -pair[1]):
        warn(f"  {count} rows: {reason}")
    say(f"{read.mentions} mentions, {placed.opened} events opened, {result['seconds']} s")


def read(json: Json = False) -> None:
    """Give every text that lacks one an observation."""
    app = wired()
    app.prepare(tolerant=True)
    with bar("read", app.waiting_to_read()) as step:
        report = app.read(step)
    show_json(asdict(report)) if json else say(f"{report.read} texts read, {report.mentions} mentions")


def place(json: Json = False) -> None:
    """Give every mention its event."""
    app = wired()
    app.prepare(tolerant=True)
    with bar("place", None) as step:
        report = app.place(step)
    _show_placing(report, json)


def rebuild(json: Json = False) -> None:
    """Derive every event again from truth; it must come out the same."""
    app = wired()
    app.prepare(tolerant=True)
    with bar("rebuild", None) as step:
        report = app.rebuild(step)
    app.judge()
    _show_placing(report, json)


def _show_placing(report: Any, json: bool) -> None:
    if json:
        show_json(fields_of(report))
    else:
        say(f"{report.placed} readings placed: {report.opened} events opened, {report.attached} mentions attached")


def judge(json: Json = False) -> None:
    """Judge every claim on the timeline as it stands."""
    app = wired()
    app.prepare(tolerant=True)
    report = app.judge()
    show_json(asdict(report)) if json else say(f"{report.judged} verdicts in force, {report.changed} new")


def send(json: Json = False) -> None:
    """Make the digest issues that are due, and deliver what is open."""
    app = wired()
    app.prepare(tolerant=True)
    report = app.send()
    if json:
        show_json(asdict(report))
        return
    say(
        f"{report.made} issues made; {report.accepted} mails accepted, {report.refused} refused, "
        f"{report.retried} to try again, {report.unknown} of unknown fate"
    )
    if app.postman is None:
        say("No mail server is set (TRACKER_SMTP_HOST), so issues are kept and not mailed.")


def register(program: typer.Typer) -> None:
    program.command()(up)
    program.command()(fetch)
    program.command()(feeds)
    program.command("import")(import_)
    program.command()(read)
    program.command()(place)
    program.command()(judge)
    program.command()(send)
    program.command()(rebuild)
