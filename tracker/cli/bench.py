"""The verb that measures: every figure beside the peers' of the same run."""

from __future__ import annotations

from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from tracker.bench.results import Figure, Order, Result, machine
from tracker.cli.terminal import Json, bar, complain, say, show_json, table
from tracker.core.errors import RefusedError

BENCHES = {
    "parse": "tracker.bench.parsing",
    "fetch": "tracker.bench.fetching",
    "politeness": "tracker.bench.politeness",
    "hostile": "tracker.bench.hostile",
    "fuzz": "tracker.bench.fuzzing",
    "backfill": "tracker.bench.backfilling",
    "reading": "tracker.bench.reading",
    "placing": "tracker.bench.placing",
    "timeline": "tracker.bench.timelines",
    "judging": "tracker.bench.judging",
}
"""Each bench's name and the module whose ``run(Order)`` is it."""

ON_A_STREAM = frozenset({"timeline"})
"""Those that need public texts which are not shipped: left out of a run of all without ``--corpus``."""


def bench(
    name: Annotated[str, typer.Argument(help="Which one; all of them without a name.")] = "",
    scale: Annotated[float, typer.Option(help="1 is the published size; 0.1 a quick look.", min=0.001, max=10)] = 1.0,
    corpus: Annotated[
        Path | None, typer.Option(help="A folder of real texts, for parse, fuzz, reading and timeline.")
    ] = None,
    json: Json = False,
) -> None:
    """Measure: our figures, the peers' and the ratio, in one run. Exit 1 when a floor is missed."""
    if name and name not in BENCHES:
        raise RefusedError(f"there is no bench {name!r}; known: {', '.join(BENCHES)}")
    every = [each for each in BENCHES if corpus is not None or each not in ON_A_STREAM]
    results = [_run(each, scale, corpus) for each in ([name] if name else every)]
    if json:
        show_json({"machine": machine(), "scale": scale, "benches": [asdict(each) for each in results]})
    else:
        say(f"{machine()}; scale {scale:g}")
        for result in results:
            _show(result)
    raise typer.Exit(0 if all(result.held for result in results) else 1)


def _run(name: str, scale: float, corpus: Path | None) -> Result:
    try:
        module = import_module(BENCHES[name])
    except ModuleNotFoundError as missing:
        raise RefusedError(
            f"the bench {name!r} needs {missing.name}, which only ./run bench installs; start it that way"
        ) from missing
    with bar(name, None) as step:

        def told(text: str) -> None:
            step(1)
            complain(f"{name}: {text}")

        found: Result = module.run(Order(scale, told, corpus))
    return found


def _show(result: Result) -> None:
    peers = list(dict.fromkeys(peer for figure in result.figures for peer in figure.peers))
    columns = ["measure", "unit", "ours", *peers, "ratio", "floor", "held"]
    table(columns, [_row(figure, peers) for figure in result.figures], title=result.name)
    for note in result.notes:
        say(f"  {note}")


def _row(figure: Figure, peers: list[str]) -> list[object]:
    held = {None: "", True: "yes", False: "NO"}[figure.held]
    ratio = f"{figure.ratio:.3g} {figure.ratio_of}".strip() if figure.ratio is not None else ""
    return [
        figure.measure,
        figure.unit,
        _figure(figure.ours),
        *(_figure(figure.peers.get(peer, "")) for peer in peers),
        ratio,
        figure.floor,
        held,
    ]


def _figure(value: float | int | str) -> str:
    return f"{value:,.4g}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else value


def register(program: typer.Typer) -> None:
    program.command()(bench)
