"""The verb that counts: typed indicators by year, and whether a year looks like another."""

from __future__ import annotations

from typing import Annotated

import typer

from tracker.cli.answers import AsOf, Evidence, instant_of, view_of
from tracker.cli.terminal import Json, say, show_json, table
from tracker.cli.wiring import wired
from tracker.core.indicators import Cell, Sheet
from tracker.core.sheets import indicators_document
from tracker.core.words import Labels, cell_words, day_words, likeness_words, ratio_words
from tracker.core.years import read_years


def indicators(
    more: Annotated[list[str] | None, typer.Argument(metavar="[YEAR]...", help="The same as --years.")] = None,
    years: Annotated[
        list[str] | None, typer.Option("--years", metavar="Y,Y", help="Years, such as 2017,2020 or 2016-2020.")
    ] = None,
    evidence: Evidence = "all",
    as_of: AsOf = None,
    json: Json = False,
) -> None:
    """Typed counts by year beside the baseline, and whether a year looks like it."""
    try:
        asked = read_years([*(years or ()), *(more or ())])
    except ValueError as trouble:
        raise typer.BadParameter(str(trouble), param_hint="--years") from trouble
    app = wired()
    view = view_of(evidence)
    app.ready()
    day = as_of.date() if as_of else None
    found = app.indicators(asked, view, instant_of(day))
    if json:
        show_json(indicators_document(found, view, day))
        return
    _show(found, app.labels())
    say(f"evidence: {view}" + (f", as of {day}" if day else ""))


def _show(found: Sheet, labels: Labels) -> None:
    last = found.years[-1]
    rows = []
    for row, cells in found.rows:
        counts = [cell_words(cell.state, cell.count, cell.at_most) for cell in cells]
        rows.append((row.id, row.label, *counts, ratio_words(cells[-1].ratio)))
    table(("", "what is counted", *(str(year) for year in found.years), f"{last} / {found.baseline}"), rows)
    for row, cells in found.rows:
        for line in (line for cell in cells for line in _differences(cell, labels)):
            say(f"{row.id} {line}")
    for test in found.tests:
        say(f"{likeness_words(test.kind, test.year, test.baseline, test.holds)} {test.text}")


def _differences(cell: Cell, labels: Labels) -> list[str]:
    """What sources count differently, one line each."""
    lines = [f"{cell.year}: {each.source} has {each.count:g} ({each.note})" for each in cell.elsewhere]
    for each in cell.differing:
        said = ", ".join(f"{count} ({labels.publisher(source)})" for count, source in each.said)
        lines.append(f"{cell.year}: of {day_words(each.event.on)} sources say {said}")
    if cell.low is not None:
        lines.append(f"{cell.year}: taking the least and the most of each, {cell.low} to {cell.high}")
    return lines


def register(program: typer.Typer) -> None:
    program.command()(indicators)
