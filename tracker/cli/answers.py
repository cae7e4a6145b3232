"""Verbs that answer: the timeline and the forecasts."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, cast, get_args

import typer

from tracker.cli.explaining import show_explanations
from tracker.cli.terminal import Json, say, show_json, table
from tracker.cli.wiring import wired
from tracker.core.base_rates import MODEL_WORDS
from tracker.core.errors import RefusedError
from tracker.core.shapes import (
    as_of_instant,
    forecasts_document,
    history_document,
    select,
    timeline_document,
)
from tracker.core.timeline import View
from tracker.core.words import VERDICT_WORDS, attested_words, band_words, count_words, percent, when_words

if TYPE_CHECKING:
    from tracker.app import App

VIEWS = get_args(View)

REASONS_SHOWN = 3
"""Reasons shown of each claim in the list of all; one claim alone shows them all."""

Evidence = Annotated[str, typer.Option("--evidence", help="news, reference or all (both joined).")]
AsOf = Annotated[
    datetime | None,
    typer.Option(
        "--as-of", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="What was known at the end of that Korean day."
    ),
]


def view_of(evidence: str) -> View:
    """The view a word names; raises a usage error (exit 2) for any other word."""
    if evidence not in VIEWS:
        raise typer.BadParameter(f"{evidence!r} is none of {', '.join(VIEWS)}", param_hint="--evidence")
    return cast(View, evidence)


def timeline(
    first: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="First day.")
    ] = None,
    last: Annotated[
        datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="Last day.")
    ] = None,
    category: Annotated[str, typer.Option(help="Only this category.")] = "",
    text: Annotated[str, typer.Option(help="Only events whose title, place or sources hold every word.")] = "",
    evidence: Evidence = "all",
    as_of: AsOf = None,
    everything: Annotated[bool, typer.Option("--all", help="Also leads, and what is unlikely or retracted.")] = False,
    json: Json = False,
) -> None:
    """Events in order of their day."""
    app = wired()
    view = view_of(evidence)
    known = app.beliefs.taxonomy.categories
    if category and category not in known:
        raise typer.BadParameter(f"{category!r} is none of {', '.join(known)}", param_hint="--category")
    app.ready()
    asked = as_of.date() if as_of else None
    found = app.timeline(view, instant_of(asked))
    shown = select(
        found.events, first.date() if first else None, last.date() if last else None, category, "", text, everything
    )
    if json:
        show_json(timeline_document(found, shown, asked))
        return
    labels = app.labels()
    table(
        ("day", "kind", "place", "count", "how sure", "title", "id"),
        [
            (
                when_words(event),
                labels.kind(event),
                labels.place(event.place),
                count_words(event.count, event.unit),
                f"{percent(event.p_occurred)}, {attested_words(event)}",
                event.title,
                event.id,
            )
            for event in shown
        ],
    )
    say(f"{len(shown)} events, evidence: {view}" + (f", as of {asked}" if asked else ""))


def instant_of(day: date | None) -> datetime | None:
    """The instant meant by --as-of; raises a usage error (exit 2) for a day out of range."""
    try:
        return as_of_instant(day) if day else None
    except ValueError as trouble:
        raise typer.BadParameter(str(trouble), param_hint="--as-of") from trouble


def forecasts(
    wanted: Annotated[str, typer.Argument(metavar="[ID]", help="One claim, by id or by its ref (F25).")] = "",
    evidence: Evidence = "all",
    as_of: AsOf = None,
    document: Annotated[str, typer.Option("--document", metavar="ID", help="Only the claims of this document.")] = "",
    explain: Annotated[bool, typer.Option("--explain", help="From the score of one claim to its sources.")] = False,
    history: Annotated[
        bool, typer.Option("--history", help="How each claim stood on every day, and what changed it each time.")
    ] = False,
    first: Annotated[
        datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="First day of the history."),
    ] = None,
    last: Annotated[
        datetime | None,
        typer.Option("--to", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="Last day of the history."),
    ] = None,
    json: Json = False,
) -> None:
    """What became of the document's claims, and why."""
    if explain and not wanted:
        raise typer.BadParameter("name the claim to explain, such as F25", param_hint="--explain")
    app = wired()
    view = view_of(evidence)
    if history:
        if as_of is not None:
            raise typer.BadParameter("a history is as of each of its days; leave it out", param_hint="--as-of")
        _history(app, wanted, view, first.date() if first else None, last.date() if last else None, json)
        return
    if first is not None or last is not None:
        raise typer.BadParameter("only a history has a first and a last day", param_hint="--from, --to")
    app.ready()
    asked = as_of.date() if as_of else None
    instant = instant_of(asked)
    judged = app.verdicts(view, instant)
    cards = app.forecasts()
    if document:
        cards = tuple(card for card in cards if card.document == document)
        if not cards:
            known = ", ".join(each.id for each in app.documents())
            raise RefusedError(f"there is no document {document!r} in config/forecasts; known: {known}")
        ids = {card.id for card in cards}
        judged = tuple(verdict for verdict in judged if verdict.forecast in ids)
    if wanted:
        cards = tuple(card for card in cards if wanted in (card.id, card.ref))
        judged = tuple(verdict for verdict in judged if wanted in (verdict.forecast, verdict.ref))
        if not cards:
            raise RefusedError(f"there is no claim {wanted!r}; ./run forecasts lists them")
    if explain:
        show_explanations(app.explain(wanted, view, instant), view, asked, app.labels(), json)
        return
    scores = app.scores(view, instant, document)
    if json:
        show_json(forecasts_document(judged, view, scores, asked, cards))
        return
    for card in cards:
        for verdict in (each for each in judged if each.forecast == card.id):
            mark = {True: "held", False: "did not hold", None: "undecided"}[verdict.claim_held]
            scored = f", Brier {verdict.brier:.3f}" if verdict.brier is not None else ""
            said = f", document {band_words(verdict.p_implied)}" if verdict.p_implied else ""
            base = f", base rate {verdict.p_reference:.0%}" if verdict.p_reference is not None else ""
            head = f"{card.ref} [{verdict.reading}, {verdict.window}] {mark}"
            say(f"{head}: {VERDICT_WORDS[verdict.verdict]}{said}{base}{scored}")
            say(f"    {card.paraphrase}" + (f" ({', '.join(card.tables)})" if wanted and card.tables else ""))
            shown = verdict.reasons if wanted else verdict.reasons[:REASONS_SHOWN]
            for reason in shown:
                say(f"      {reason.text}")
            if len(shown) < len(verdict.reasons):
                say(f"      … {len(verdict.reasons) - len(shown)} more: ./run forecasts {card.ref}")
            if verdict.margin:
                say(f"      {verdict.margin}")
            for turn in verdict.turns if wanted else ():
                say(f"      {turn.text}")
            if verdict.outlook is not None:
                say(f"      {verdict.outlook.text}")
    for line in score_lines(scores):
        say(line)


def _history(app: App, wanted: str, view: View, first: date | None, last: date | None, json: bool) -> None:
    if first is not None and last is not None and last < first:
        raise typer.BadParameter(f"{last} lies before --from ({first})", param_hint="--to")
    app.ready()
    told = app.histories(view, [wanted] if wanted else [], first, last)
    if not told:
        raise RefusedError(f"there is no claim {wanted!r}; ./run forecasts lists them")
    if json:
        show_json(history_document(told, view))
        return
    for each in told:
        say(f"{each.ref} [{each.reading}, {each.window}] {each.moments[0].on} to {each.moments[-1].on}")
        outlook = {moment.on: moment.outlook for moment in each.moments}
        for change in each.changes:
            sure = f", p {change.p_after:.3f}" if change.p_after is not None else ""
            look = f", outlook {outlook[change.on]:.2f}" if outlook[change.on] is not None else ""
            say(f"    {change.on}  {VERDICT_WORDS[change.after]}{sure}{look}")
            for cause in change.causes:
                say(f"      {cause.text}")


def score_lines(scores: object) -> list[str]:
    """The scores in words, with n and the caveat beside every figure."""
    if not isinstance(scores, dict) or not scores.get("n"):
        return ["No scored claim is decided yet."]
    n = f"n = {scores['n']} in {scores['clusters']} clusters"
    lines = [f"{scores['n']} scored items decided, {scores['held']} held."]
    for name, key, reference, spread in (
        ("Mean Brier", "brier", "brier_reference", "brier_interval"),
        ("Mean log score", "log", "log_reference", "log_interval"),
    ):
        band, base = scores.get(key), scores.get(reference)
        if isinstance(band, dict) and isinstance(base, int | float):
            lines.append(f"{name} {_banded(band)}{_within(scores.get(spread))}, base rates {base:.3f}; {n}.")
    if isinstance(scores.get("skill"), dict):
        skill = f"{_banded(scores['skill'])}{_within(scores.get('skill_interval'))}"
        lines.append(f"Brier skill against the base rates {skill}; n = {scores['n_reference']}. 0 is no better.")
    lines += [
        f"  against {MODEL_WORDS.get(each['model'], each['model'])}: Brier {each['brier']:.3f}, "
        f"skill {'none' if each['skill'] is None else format(each['skill'], '.2f')}"
        f"{_within(each['interval'])}; n = {each['n']}."
        for each in scores.get("rivals", ())
    ]
    lines += [
        f"  words read by {each['name']}: Brier {_banded(each['brier'])}; "
        f"it has words for {each['covered']} of {each['n']}."
        for each in scores.get("verbal", ())
        if each["table"]
    ]
    return [*lines, str(scores["caveat"])]


def _banded(band: dict[str, float]) -> str:
    """A figure at mid, with those of the low and the high end."""
    return f"{band['mid']:.3f} ({band['low']:.3f} at the low, {band['high']:.3f} at the high end)"


def _within(spread: object) -> str:
    """An interval over clusters, empty where there is none."""
    if not isinstance(spread, list | tuple):
        return ""
    return f" [95 % over clusters {spread[0]:.3f} to {spread[1]:.3f}]"


def register(program: typer.Typer) -> None:
    program.command()(timeline)
    program.command()(forecasts)
