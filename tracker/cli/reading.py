"""Verbs that read texts outside the river: parse, classify, train, evaluate."""

from __future__ import annotations

import json as jsonlib
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from tracker.app import RealClock
from tracker.classify.records import classify_records, records_from
from tracker.classify.rules import RulesReader
from tracker.cli.terminal import Json, bar, fields_of, say, show_json, table
from tracker.cli.wiring import wired
from tracker.core.errors import RefusedError
from tracker.core.review import Doubt


def _lines(source: str) -> Iterator[bytes]:
    """The lines of a file, or of standard input for "-"."""
    if source == "-":
        yield from sys.stdin.buffer
        return
    try:
        with Path(source).open("rb") as stream:
            yield from stream
    except OSError as trouble:
        raise RefusedError(f"{source} cannot be read: {trouble.strerror}") from trouble


def classify(
    file: Annotated[str, typer.Argument(help="JSON lines of {id?, title or text, ...}; - for standard input.")] = "-",
    explain: Annotated[bool, typer.Option("--explain", help="Say why: what spoke for what, with weights.")] = False,
    json: Json = False,
) -> None:
    """Read texts outside the river: JSON lines in, JSON lines out."""
    del json  # the answer is JSON lines in any case
    app = wired()
    why = app.reader.explain if explain else None
    for answer in classify_records(app.reader, records_from(_lines(file)), app.beliefs.guide, why):
        show_json(answer)


def parse(
    files: Annotated[list[str] | None, typer.Argument(metavar="FILE...|-", help="Feed documents.")] = None,
    content_type: Annotated[str, typer.Option("--content-type", help="What the server said it is.")] = "",
    base_url: Annotated[str, typer.Option("--base-url", help="Where it came from.")] = "",
    batch: Annotated[
        str, typer.Option("--batch", help="JSON lines of {path, content_type?, base_url?}; - for stdin.")
    ] = "",
    json: Json = False,
) -> None:
    """Parse feed documents: one JSON line per file, in the same order."""
    del json  # the answer is JSON lines in any case
    clock = RealClock()
    now = clock.now()
    if batch:
        for line in _lines(batch):
            if line.strip():
                show_json(_parse_named(line, now))
        return
    if not files:
        raise typer.BadParameter("name at least one file, or - for standard input", param_hint="FILE")
    for name in files:
        show_json(_parse(name, content_type, base_url, now))


def _parse(path: str, content_type: str, base_url: str, now: datetime) -> dict[str, Any]:
    try:
        data = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    except OSError as trouble:
        return {"path": path, "entries": [], "error": f"cannot be read: {trouble.strerror}"}
    from tracker.sources.documents import parse_record  # feed parsers are no business of the other verbs

    return parse_record(path, data, content_type, base_url, now=now)


def _parse_named(line: bytes, now: datetime) -> dict[str, Any]:
    try:
        row = jsonlib.loads(line)
        path, kind, base = str(row["path"]), str(row.get("content_type") or ""), str(row.get("base_url") or "")
    except (ValueError, KeyError, TypeError, AttributeError):
        return {"path": "", "entries": [], "error": "the line is no JSON object with a path"}
    return _parse(path, kind, base, now)


def train(
    out: Annotated[
        Path | None, typer.Option(help="Folder of the new model; default models/<name>-<next number>.")
    ] = None,
    texts: Annotated[
        list[Path] | None, typer.Option("--texts", help="JSON lines whose texts models/labels/ labels by hash.")
    ] = None,
    dev: Annotated[
        Path | None,
        typer.Option("--dev", help="Labelled headlines to measure on; near copies are kept out of training."),
    ] = None,
    with_corrections: Annotated[
        bool, typer.Option("--with-corrections", help="Learn from analysts' answers in the database too.")
    ] = False,
    json: Json = False,
) -> None:
    """Train the classifier, print it beside the rules, the baselines and the model before; a worse one is refused."""
    from tracker.classify.training import train as train_model  # scikit-learn takes seconds to load

    app = wired()
    missing = [str(path) for path in (*(texts or ()), *([dev] if dev else ())) if not path.is_file()]
    if missing:
        raise RefusedError(f"no such file: {', '.join(missing)}")
    models = app.settings.models_folder
    target = out or next_folder(models)
    with bar("train", 1) as step:
        rules = RulesReader(app.beliefs.words, app.beliefs.places)
        former = former_folder(models, target)
        also = app.answered() if with_corrections else ()
        report = train_model(models / "corpus", models / "labels", texts or [], target, dev, rules, former, also)
        step(1)
    if json:
        show_json({**fields_of(report), "folder": str(report.folder)})
        return
    for line in report.lines:
        say(line)


def former_folder(models: Path, target: Path) -> Path | None:
    """The newest model beside the one to be made; None where there is none."""
    found = sorted(path for path in models.glob("*-[0-9][0-9][0-9][0-9]") if path.is_dir() and path != target)
    return found[-1] if found else None


def next_folder(models: Path) -> Path:
    """The next free model folder: merged ones never change."""
    names = sorted(path.name for path in models.glob("*-[0-9][0-9][0-9][0-9]") if path.is_dir())
    stem, number = names[-1].rsplit("-", 1) if names else ("headlines", "0")
    return models / f"{stem}-{int(number) + 1:04d}"


def review(
    most: Annotated[int, typer.Option("--most", min=1, max=1000, help="How many items to ask about.")] = 20,
    answers: Annotated[
        Path | None, typer.Option(help="JSON lines of {seq, tags, mode}: keep these answers instead of asking.")
    ] = None,
    by: Annotated[str, typer.Option("--by", help="Who answers.")] = "",
    json: Json = False,
) -> None:
    """The items the reader is least sure of, most telling first; or, with --answers, keep what an analyst says."""
    app = wired()
    if answers is not None:
        rows = [row for row in records_from(_lines(str(answers)))]
        kept = app.keep_answers(rows, by)
        show_json({"kept": kept, "read": len(rows)}) if json else say(
            f"{kept} answers kept, {len(rows) - kept} known before; ./run train --with-corrections learns from them"
        )
        return
    doubts = app.doubts(most)
    if json:
        show_json({"items": [fields_of(each) for each in doubts]})
        return
    table(
        ("seq", "published", "title", "the reader says", "doubt"),
        [(each.seq, each.published, each.title, _told(each), f"{each.bits:.1f} bits") for each in doubts],
    )


def _told(doubt: Doubt) -> str:
    likely = sorted((pair for pair in doubt.p.items() if pair[1] >= 0.1), key=lambda pair: -pair[1])
    modes = sorted(doubt.p_mode.items(), key=lambda pair: -pair[1])[:2]
    return ", ".join(f"{name} {share:.0%}" for name, share in (*likely, *modes)) or "nothing"


def evaluate(
    file: Annotated[Path, typer.Argument(help="JSON lines of {text, summary, published, tags, status}.")],
    observer: Annotated[str, typer.Option(help="rules or a model's name; default the active one.")] = "",
    json: Json = False,
) -> None:
    """Precision, recall and F1 by category and mode, with intervals."""
    if not file.is_file():
        raise RefusedError(f"no such file: {file}")
    from tracker.classify.evaluation import evaluate as evaluate_file

    app = wired()
    chosen, reader = app.reader_named(observer)
    report: dict[str, Any] = {
        "observer": f"{chosen.kind} {chosen.name}",
        **evaluate_file(reader, file, app.beliefs.guide).as_dict(),
    }
    if json:
        show_json(report)
        return
    for name in ("categories", "modes"):
        rows = [
            (key, each["n"], f"{each['precision']:.2f}", f"{each['recall']:.2f}", f"{each['f1']:.2f}", _interval(each))
            for key, each in report[name].items()
        ]
        table((name, "n", "precision", "recall", "F1", "95 %"), rows)
    said = [name for name in (*report["modes"], "") if any(name in row for row in report["confusion"].values())]
    table(
        ("labelled as", *(f"said {name or 'nothing'}" for name in said)),
        [
            (gold or "nothing", *(row.get(name, 0) for name in said))
            for gold, row in sorted(report["confusion"].items())
        ],
    )
    table(("said", "right", "n"), [(f"{b['said']:.2f}", f"{b['right']:.2f}", b["n"]) for b in report["reliability"]])
    table(
        ("threshold", *report["thresholds"]),
        [
            (f"{costs[0]['threshold']:.2f}", *(f"P {c['precision']:.2f} R {c['recall']:.2f}" for c in costs))
            for costs in zip(*report["thresholds"].values(), strict=True)
        ],
    )
    say(
        f"{report['observer']}: categories micro-F1 {report['micro_f1']:.3f}, macro-F1 {report['macro_f1']:.3f}; "
        f"mode macro-F1 {report['mode_of_tagged_f1']:.3f} over rows with a category, {report['mode_macro_f1']:.3f} "
        f"over all; calibration error {report['calibration_error']:.3f}; {report['rows']} rows"
    )


def _interval(row: dict[str, Any]) -> str:
    low, high = row.get("interval") or (0.0, 0.0)
    return f"{low:.2f} to {high:.2f}"


def register(program: typer.Typer) -> None:
    program.command()(classify)
    program.command()(parse)
    program.command()(train)
    program.command()(evaluate)
    program.command()(review)
