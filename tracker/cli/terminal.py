"""What a verb prints: JSON or words on stdout, bars and trouble on stderr."""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from tracker.core.words import plain

Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout, nothing else.")]

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False)


def show_json(document: object) -> None:
    """One JSON document on one stream, in one piece."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False, default=_plain) + "\n")
    sys.stdout.flush()


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, Mapping):
        return dict(value)
    return str(value)


def tame(text: str) -> str:
    """The text without characters that move a terminal's cursor, colour it or turn a line around."""
    return "".join(
        each for each in text if each in "\n\t" or unicodedata.category(each) not in ("Cc", "Cf", "Zl", "Zp")
    )


def say(text: str = "") -> None:
    """Lines for people; whatever came from a feed or a server stands in them as plain text."""
    out.print(escape(tame(text)))


def warn(text: str) -> None:
    err.print(escape(tame(text)), style="yellow")


def complain(text: str) -> None:
    """Trouble, on stderr."""
    err.print(escape(tame(text)), style="red", soft_wrap=True)


def table(columns: Sequence[str], rows: Sequence[Sequence[object]], title: str = "") -> None:
    """A table for people. Cells are plain text: control characters of feeds never reach the terminal."""
    shown = Table(title=title or None, title_justify="left", show_edge=False, pad_edge=False)
    for column in columns:
        shown.add_column(column, overflow="fold")
    for row in rows:
        shown.add_row(*(escape(plain(str(cell))) for cell in row))
    Console(highlight=False, width=None if sys.stdout.isatty() else 160).print(shown)


class Step:
    """A bar's hand: call it with what was done since, or tell it ``to`` where the work stands."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress, self._task = progress, task

    def __call__(self, done: float) -> None:
        self._progress.advance(self._task, done)

    def of(self, total: float) -> None:
        """How much there is to do, where it was not known at first."""
        self._progress.update(self._task, total=total)

    def to(self, position: float) -> None:
        self._progress.update(self._task, completed=position)


@contextmanager
def bar(what: str, total: float | None) -> Iterator[Step]:
    """A progress bar on stderr; silent where nobody looks at a terminal."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=err, disable=not err.is_terminal, transient=False) as progress:
        task = progress.add_task(what, total=total)
        yield Step(progress, task)


def fields_of(value: Any) -> dict[str, Any]:
    """A frozen report as a mapping, for JSON."""
    return {name: getattr(value, name) for name in value.__dataclass_fields__}
