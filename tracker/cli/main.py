"""The program's verbs, and how trouble ends: one sentence on stderr and exit 1."""

from __future__ import annotations

import os
import sys
from typing import NoReturn

import typer

from tracker import __version__
from tracker.cli import (
    answers,
    backfilling,
    bench,
    comparing,
    correcting,
    counting,
    mailing,
    operations,
    reading,
    river,
)
from tracker.cli.terminal import Json, complain, show_json
from tracker.cli.wiring import put_down
from tracker.core.errors import ConfigError, TrackerError

program = typer.Typer(
    name="run",
    help="Follows the news about North Korea, keeps a dated timeline, and checks forecasts against it. "
    "Without a verb: `up`.",
    no_args_is_help=False,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


@program.callback(invoke_without_command=True)
def main(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        context.invoke(river.up)


@program.command()
def version(json: Json = False) -> None:
    """The program's version."""
    if json:
        show_json({"version": __version__})
    else:
        sys.stdout.write(f"{__version__}\n")


for module in (river, backfilling, answers, counting, comparing, correcting, mailing, reading, operations, bench):
    module.register(program)


def run() -> None:
    """The entry point: every expected trouble is one sentence and exit 1."""
    try:
        program(prog_name="./run")
    except ConfigError as trouble:
        complain(f"{len(trouble.problems)} problem(s) in config/; nothing was started:")
        for problem in trouble.problems:
            complain(f"  {problem}")
        _refuse(f"{len(trouble.problems)} problem(s) in config/")
    except TrackerError as trouble:
        complain(str(trouble))
        _refuse(str(trouble))
    except BrokenPipeError:
        # The reader of a pipe left; writing the rest would only raise again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    finally:
        put_down()


def _refuse(told: str) -> NoReturn:
    """Exit 1; a machine that asked for JSON is told why in JSON."""
    if "--json" in sys.argv:
        show_json({"error": told})
    sys.exit(1)
