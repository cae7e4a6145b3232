"""The program's verbs, and how trouble ends: one sentence on stderr and exit 1."""

from __future__ import annotations

import os
import sys

import typer

from tracker import __version__
from tracker.cli import answers, mailing, operations, reading, river
from tracker.cli.terminal import err
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
def version() -> None:
    """The program's version."""
    sys.stdout.write(f"{__version__}\n")


for module in (river, answers, mailing, reading, operations):
    module.register(program)


def run() -> None:
    """The entry point: every expected trouble is one sentence and exit 1."""
    try:
        program(prog_name="./run")
    except ConfigError as trouble:
        err.print(f"{len(trouble.problems)} problem(s) in config/; nothing was started:", style="red", markup=False)
        for problem in trouble.problems:
            err.print(f"  {problem}", markup=False, soft_wrap=True)
        sys.exit(1)
    except TrackerError as trouble:
        err.print(str(trouble), style="red", markup=False, soft_wrap=True)
        sys.exit(1)
    except BrokenPipeError:
        # The reader of a pipe left; writing the rest would only raise again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    finally:
        put_down()
