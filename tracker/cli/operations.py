"""Verbs of operation: checking everything, the database, and the server alone."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from tracker.app import App
from tracker.catalog.beliefs import read_beliefs
from tracker.cli.terminal import Json, complain, say, show_json
from tracker.cli.wiring import wired
from tracker.core.errors import ConfigError, Problem, TrackerError
from tracker.core.words import plain
from tracker.store.backup import backup, restore

db = typer.Typer(no_args_is_help=True, help="The database: schema, backup, restore.")


def check(json: Json = False) -> None:
    """Every problem of config, schema, model and settings at once, by file, table and key."""
    problems = _problems(wired())
    if json:
        show_json(
            {
                "ok": not problems,
                "problems": [
                    {"file": each.file, "table": each.table, "key": each.key, "message": each.message}
                    for each in problems
                ],
            }
        )
    else:
        for each in problems:
            complain(str(each))
        say(f"{len(problems)} problem(s)" if problems else "config, schema, model and settings are in order")
    raise typer.Exit(1 if problems else 0)


def _problems(app: App) -> list[Problem]:
    found: list[Problem] = []
    try:
        read_beliefs(app.settings.config_folder, strict=True)
    except ConfigError as trouble:
        found += trouble.problems
    looks: list[tuple[str, Callable[[], object]]] = [("database", partial(_schema, app)), ("mail", lambda: app.postman)]
    if not found:
        looks.append(("models", partial(_models, app)))
        looks.append(("config/reference", app.refuse_shrunken))
    for name, look in looks:
        try:
            look()
        except TrackerError as trouble:
            found.append(Problem(name, "", "", str(trouble)))
    return sorted(found or _lost(app))


def _lost(app: App) -> list[Problem]:
    """Analysts' corrections that stand and no longer apply; looked for where nothing else is wrong."""
    if app.store.file is not None and not app.store.file.exists():
        return []
    return [
        Problem(
            "corrections",
            f"number {each.correction.seq}",
            each.correction.action,
            f"by {plain(each.correction.author)} no longer applies: {each.not_applied}; withdraw it "
            f"(./run correct withdraw {each.correction.seq}) or correct what took the event's place",
        )
        for each in app.lost_corrections()
    ]


def _models(app: App) -> None:
    """Load every model that config names, by its audit; raises ArtefactError for one that is not what it was."""
    models = [each for each in app.beliefs.observers.known if each.artefact]
    if models:
        from tracker.classify.model import load, read_manifest  # scikit-learn takes seconds to load

        for each in models:
            folder = app.settings.models_folder / each.artefact
            load(folder, read_manifest(folder))


def _schema(app: App) -> None:
    # A database that was never made is no problem: the first verb that needs it makes it.
    if app.store.file is None or app.store.file.exists():
        app.require_schema()


@db.command("upgrade")
def upgrade_(json: Json = False) -> None:
    """Bring the schema to what this program needs."""
    before, after = wired().upgrade()
    if json:
        show_json({"from": before, "to": after})
    else:
        say(f"the schema is at {after}" + ("" if before == after else f" (it was {before or 'empty'})"))


@db.command("check")
def check_(json: Json = False) -> None:
    """Whether the schema is the one this program needs."""
    at = wired().require_schema()
    if json:
        show_json({"ok": True, "schema": at})
    else:
        say(f"the schema is at {at}, as this program needs it")


@db.command("backup")
def backup_(
    target: Annotated[Path, typer.Argument(help="A file that does not exist yet.")], json: Json = False
) -> None:
    """Copy the database while it runs."""
    size = backup(wired().store, target)
    show_json({"file": str(target), "bytes": size}) if json else say(f"{target}: {size:,} bytes")


@db.command("restore")
def restore_(source: Annotated[Path, typer.Argument(help="A file made by backup.")], json: Json = False) -> None:
    """Put a backup in the database's place; the former one is kept beside it."""
    app = wired()
    kept = restore(app.store, source, app.known_schemas())
    if json:
        show_json({"restored": str(source), "former": str(kept) if kept else None})
    else:
        say(f"restored from {source}" + (f"; the former database is {kept}" if kept else ""))


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on; default TRACKER_HOST.")] = "",
    port: Annotated[int, typer.Option(help="Port to listen on; default TRACKER_PORT.", min=-1, max=65535)] = -1,
) -> None:
    """The API and the page alone, without the clock."""
    from tracker.schedule.service import serve as run_server  # starting a server is no business of other verbs

    app = wired()
    app.prepare(tolerant=True)
    run_server(app, host or app.settings.host, app.settings.port if port < 0 else port, clock=False)


def register(program: typer.Typer) -> None:
    program.command()(check)
    program.command()(serve)
    program.add_typer(db, name="db")
