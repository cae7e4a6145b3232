"""Verbs that compare: what the ways of knowing say against each other, and what changed since an instant."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from tracker.cli.answers import AsOf, Evidence, view_of
from tracker.cli.terminal import Json, say, show_json, table
from tracker.cli.wiring import wired
from tracker.core.change_shapes import changes_document, moment_of
from tracker.core.disagreement_shapes import reconciliation_document
from tracker.core.discrepancies import KIND_WORDS, Reconciliation
from tracker.core.shapes import as_of_instant, instant


def reconcile(
    first: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="First day.")
    ] = None,
    last: Annotated[
        datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="Last day.")
    ] = None,
    category: Annotated[str, typer.Option(help="Only this category.")] = "",
    as_of: AsOf = None,
    json: Json = False,
) -> None:
    """Where news, reference tables and public databases disagree, with both sides' evidence."""
    app = wired()
    known = app.beliefs.taxonomy.categories
    if category and category not in known:
        raise typer.BadParameter(f"{category!r} is none of {', '.join(known)}", param_hint="--category")
    asked = as_of.date() if as_of else None
    try:
        at = as_of_instant(asked) if asked else None
    except ValueError as trouble:
        raise typer.BadParameter(str(trouble), param_hint="--as-of") from trouble
    app.ready()
    found = app.reconciliation(at).within(first.date() if first else None, last.date() if last else None, category)
    if json:
        show_json(reconciliation_document(found, asked))
        return
    _say(found)


def _say(found: Reconciliation) -> None:
    for kind, many in found.totals.items():
        say(f"{KIND_WORDS[kind]} ({many})")
        for each in (each for each in found.findings if each.kind == kind):
            say(f"  {each.text}")
            for note in each.notes:
                say(f"      {note}")
            for side in each.sides:
                sources = "; ".join(" ".join(filter(None, (one.publisher, one.url))) for one in side.cited[:3])
                say(f"      {side.called}: {side.says} [{sources}]")
    say(
        f"{len(found.findings)} findings; {found.news} events in the news, {found.reference} in reference tables, "
        f"{found.linked} taken for the same"
    )


def changes(
    since: Annotated[
        str, typer.Option("--since", metavar="WHEN", help="A day (from its beginning in Korea) or an instant.")
    ],
    until: Annotated[str, typer.Option("--until", metavar="WHEN", help="The same; left out: now.")] = "",
    evidence: Evidence = "all",
    json: Json = False,
) -> None:
    """What changed on the timeline since an instant, event by event."""
    app = wired()
    view = view_of(evidence)
    begins, ends = _moment(since, "--since"), _moment(until, "--until") if until else app.clock.now()
    if ends < begins:
        raise typer.BadParameter("lies before --since; swap them", param_hint="--until")
    app.ready()
    found = app.changes(view, begins, ends)
    if json:
        show_json(changes_document(found, view, begins, ends))
        return
    labels = app.labels()
    table(
        ("known", "event", "what changed", "id"),
        [
            (instant(each.at), labels.kind(each.event), "; ".join(one.text for one in each.changes), each.event.id)
            for each in found
        ],
    )
    say(f"{len(found)} events changed from {instant(begins)} to {instant(ends)}, evidence: {view}")


def _moment(said: str, option: str) -> datetime:
    try:
        return moment_of(said)
    except ValueError as trouble:
        raise typer.BadParameter(str(trouble), param_hint=option) from trouble


def register(program: typer.Typer) -> None:
    program.command()(reconcile)
    program.command()(changes)
