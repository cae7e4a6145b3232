"""The verb that asks dated archives for the news of the past."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import typer

from tracker.app import App
from tracker.cli.terminal import Json, bar, say, show_json, warn
from tracker.cli.wiring import wired
from tracker.core.errands import Errand, Wanted
from tracker.pipeline.backfill import RunReport, Telling

PATIENT = ("", "budget", "stopped")
"""Ends that are no problem: all is answered, or the same command goes on later."""

SUMS = (
    "slices", "done", "thin", "failed", "left", "requests", "records", "added", "known", "quarantined", "outside",
)  # fmt: skip
"""Figures of an archive that are the sums of its runs'."""


def backfill(
    archive: Annotated[str, typer.Argument(help="An id of config/archives.toml: gdelt or googlenews.")],
    since: Annotated[
        datetime, typer.Option("--since", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="First day (UTC).")
    ],
    until: Annotated[
        datetime | None,
        typer.Option(
            "--until", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="Last day (UTC), included; default yesterday."
        ),
    ] = None,
    query: Annotated[str, typer.Option(help="In the archive's own words; default: the archive's table.")] = "",
    lang: Annotated[str, typer.Option(help="Only this edition of the archive, such as en or ko.")] = "",
    json: Json = False,
) -> None:
    """Ask a dated archive for the news of past days. Give it again to go on where it stopped; never mails."""
    app = wired()
    started = time.monotonic()
    app.prepare(tolerant=True)
    wanted = Wanted(archive, since.date(), until.date() if until else None, query, lang)
    asked: list[Errand] = []
    with bar("backfill, days", None) as step:

        def begun(errand: Errand) -> None:
            asked.append(errand)
            step.of(errand.days)

        reports = app.backfill(wanted, Telling(begun, step.to, warn))
    river = _flow(app)
    result = {**_document(asked[0], reports), **river, "seconds": round(time.monotonic() - started, 2)}
    trouble = next((each.reason for each in reports if each.stopped not in PATIENT), "")
    if json:
        show_json({**result, "error": trouble} if trouble else result)
    else:
        _print(asked[0], reports, result)
    raise typer.Exit(1 if trouble else 0)


def _flow(app: App) -> dict[str, int]:
    """The rest of the river, also when the archive could not be asked to the end: what came is read at once."""
    with bar("read", app.waiting_to_read()) as step:
        read = app.read(step)
    with bar("place", None) as step:
        placed = app.place(step)
    with bar("judge", 1) as step:
        app.judge()
        step(1)
    return {"mentions": read.mentions, "events": placed.opened}


def _document(errand: Errand, reports: Sequence[RunReport]) -> dict[str, Any]:
    runs = [_run(report) for report in reports]
    return {
        "archive": errand.archive.id,
        "query": " | ".join(run["query"] for run in runs),
        "since": errand.since_on.isoformat(),
        "until": errand.until_on.isoformat(),
        **{name: sum(run[name] for run in runs) for name in SUMS},
        "complete": all(run["complete"] for run in runs),
        "stopped": next((run["stopped"] for run in runs if run["stopped"]), None),
        "reason": next((run["reason"] for run in runs if run["reason"]), ""),
        "runs": runs,
    }


def _run(report: RunReport) -> dict[str, Any]:
    count, tally = report.count, report.tally
    return {
        "lang": report.key.lang,
        "query": report.key.query,
        "slices": tally.slices,
        "done": tally.done,
        "thin": tally.thin,
        "failed": tally.failed,
        "left": tally.open + tally.failed,
        "requests": count.requests,
        "records": count.records,
        "added": count.added,
        "known": count.known,
        "quarantined": count.quarantined,
        "outside": count.outside,
        "complete": report.complete,
        "stopped": report.stopped or None,
        "reason": report.reason,
        "reasons": list(tally.reasons),
    }


def _print(errand: Errand, reports: Sequence[RunReport], result: dict[str, Any]) -> None:
    title = errand.archive.title
    for run in result["runs"]:
        say(f"{title}, {run['query']}, {errand.since_on} to {errand.until_on} (UTC days)")
        if run["complete"] and not run["requests"]:
            say("  complete already; nothing was asked")
            continue
        say(
            f"  {run['requests']} requests, {run['records']} records: {run['added']} new items, {run['known']} known, "
            f"{run['quarantined']} in quarantine"
        )
        say(f"  {run['done']} of {run['slices']} slices answered whole, {run['thin']} thin, {run['left']} left")
        if run["outside"]:
            say(f"  {run['outside']} records lie outside the days they were asked for; kept with their own date")
    # What this start met was told as it was met; what an earlier one met is told here.
    for report in reports:
        for reason in report.tally.reasons if not report.count.requests else ():
            warn(f"  {reason}")
    if result["thin"]:
        warn(
            f"  {result['thin']} thin slices: the archive holds more there than it gives; "
            "ask with a narrower --query for those days"
        )
    if result["reason"]:
        warn(f"stopped: {result['reason']}")
    say(f"{result['mentions']} mentions, {result['events']} events opened, {result['seconds']} s")


def register(program: typer.Typer) -> None:
    program.command()(backfill)
