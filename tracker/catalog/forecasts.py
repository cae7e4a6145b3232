"""Reads ``config/forecasts/*.toml``: the claims of each document, and ``verbal.toml``, what words of
probability are taken to mean."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import cast

from tracker.catalog.rules import RuleBook, read_measure, read_rule, read_window
from tracker.catalog.tables import Table, nearest, read_toml
from tracker.catalog.verbal import VERBAL_FILE, Verbal, read_verbal
from tracker.core.base_rates import period_span, reckon
from tracker.core.baselines import Series
from tracker.core.errors import Problem
from tracker.core.forecasts import (
    BASE_MODELS,
    HITS,
    KINDS,
    BaseModel,
    BaseRate,
    Forecast,
    Given,
    Hit,
    Kind,
    Reading,
    VerbalBand,
    Window,
    Written,
)
from tracker.core.locators import Outline, misplaced
from tracker.core.taxonomy import Taxonomy
from tracker.core.verdicts import Implied


@dataclass(frozen=True, slots=True)
class _Document:
    """What all claims of one file share."""

    id: str
    made_on: date
    written: Written
    book: RuleBook
    verbal: Verbal
    outline: Outline | None


def read_forecasts(
    folder: Path,
    taxonomy: Taxonomy,
    series: Mapping[str, Series],
    places: Collection[str] | None = None,
) -> tuple[tuple[Forecast, ...], list[Problem]]:
    """All claims under ``folder``/forecasts, by file name then order in the file, and every problem at once.

    No claims are returned while there is a problem. ``places`` None leaves place ids unchecked.
    """
    problems: list[Problem] = []
    home = folder / "forecasts"
    verbal = read_verbal(home / VERBAL_FILE, folder, problems)
    files = sorted(path for path in home.glob("*.toml") if path.name != VERBAL_FILE)
    if not files:
        problems.append(Problem("forecasts", "", "", "holds no document; add one, as its README.md says"))
    found: list[tuple[Forecast, Table]] = []
    for path in files:
        top = read_toml(path, folder, problems)
        if top is not None:
            found += _read_document(top, RuleBook(taxonomy, series, places), verbal)
    _check_ids(found)
    _check_parents(found)
    return (() if problems else tuple(forecast for forecast, _ in found)), problems


def _read_document(top: Table, book: RuleBook, verbal: Verbal) -> list[tuple[Forecast, Table]]:
    about = top.table("document", default=False)
    for key in ("title", "publisher"):
        about.text(key)
    about.text("url", "")
    about.text("note", "")
    about.has("years")  # which years the page draws; read by ``documents``
    outline = _read_outline(about)
    document = _Document(about.text("id"), about.day("made_on"), _written(about, None), book, verbal, outline)
    about.done()
    for each in top.tables("windows", "label"):
        window = read_window(each)
        if window is None:
            book.broken.add(str(each.values.get("label")))
        if window is not None and window.label in book.windows:
            each.problem("label", f"{window.label!r} stands twice; each window has its own label")
        if window is not None:
            book.windows[window.label] = window
    measures = top.table("measures")
    for name in measures.values:
        book.measures[name] = read_measure(measures.table(name), book)
    claims = top.tables("claims")
    if not claims:
        top.problem("claims", "is missing; give each claim as a [[claims]] table")
    top.done()
    return [(_read_claim(each, document), each) for each in claims]


def _read_outline(about: Table) -> Outline | None:
    """The document's skeleton, by which locators are checked: a list a heading, in it the sentences of each bullet."""
    if not about.has("skeleton"):
        return None
    value = about.values["skeleton"]
    headings = value if isinstance(value, list) else []
    good = [isinstance(each, list) and all(type(count) is int and count > 0 for count in each) for each in headings]
    if not good or not all(good):
        about.problem("skeleton", "must give each heading a list of its bullets' sentences, such as [[1, 2], [3]]")
        return None
    return tuple(tuple(each) for each in headings)


def _located(table: Table, outline: Outline | None) -> str:
    locator = table.text("locator")
    for trouble in misplaced(locator, outline) if locator.strip() else ():
        table.problem("locator", trouble)
    return locator


def _written(table: Table, default: Written | None) -> Written:
    return cast(Written, table.text("written", default, among=("before", "after")))


def _read_claim(table: Table, document: _Document) -> Forecast:
    implied, tables, retold = _read_implied(table, document.verbal)
    base = _read_base_rate(table, document)
    readings = tuple(_read_reading(each, document) for each in table.tables("readings"))
    if not readings:
        table.problem("readings", "is missing; a claim has at least one reading")
    _check_readings(table, readings, implied)
    forecast = Forecast(
        id=table.text("id"),
        ref=table.text("ref"),
        document=document.id,
        made_on=document.made_on,
        locator=_located(table, document.outline),
        paraphrase=table.text("paraphrase"),
        kind=cast(Kind, table.text("kind", among=KINDS)),
        readings=readings,
        p_implied=implied,
        tables=tables,
        retold=retold,
        base_rate=base,
        cluster=table.text("cluster", ""),
        written=_written(table, document.written),
        reviewed_by=table.texts("reviewed_by", ()),
    )
    table.done()
    return replace(forecast, config_hash=_judged_by(forecast))


def _judged_by(forecast: Forecast) -> str:
    """A hash of what the claim is judged by: not of its paraphrase, its locator or who reviewed it."""
    parts = (forecast.id, forecast.made_on, forecast.readings, forecast.p_implied, forecast.base_rate)
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _check_readings(table: Table, readings: tuple[Reading, ...], implied: Implied | None) -> None:
    ids = [reading.id for reading in readings]
    for twice in sorted({each for each in ids if ids.count(each) > 1}):
        table.problem("readings", f"{twice!r} stands twice; each reading has its own id")
    for reading in readings:
        if reading.scored and (reading.p_implied or implied) is None:
            table.problem("p_implied", f"is missing; the scored reading {reading.id!r} needs a probability")


def _read_implied(table: Table, verbal: Verbal) -> tuple[Implied | None, tuple[str, ...], tuple[VerbalBand, ...]]:
    """The band, the phrases it cites, and what each published table makes of them; ``inverted`` says that they speak
    of the opposite event."""
    if not table.has("p_implied"):
        return None, (), ()
    inner = table.table("p_implied")
    low, mid, high = (inner.number(key, low=0, high=1) for key in ("low", "mid", "high"))
    cited, inverted = inner.texts("tables"), inner.flag("inverted", False)
    inner.done()
    if not all(0 <= p <= 1 for p in (low, mid, high)):
        return Implied(low, mid, high), cited, ()  # told already
    if not low <= mid <= high:
        inner.problem("mid", f"low, mid and high are {low:g}, {mid:g}, {high:g}; they must not fall")
    bands = [band for each in cited if (band := verbal.phrase(each, inner)) is not None]
    if bands and len(bands) == len(cited):
        least, most = min(band.low for band in bands), max(band.high for band in bands)
        if inverted:
            least, most = round(1 - most, 9), round(1 - least, 9)
        if low < least or high > most:
            inner.problem("tables", f"the cited bands run from {least:g} to {most:g}, which {low:g} to {high:g} leaves")
    return Implied(low, mid, high), cited, verbal.retold(cited, inverted)


def _read_base_rate(table: Table, document: _Document) -> BaseRate | None:
    if not table.has("p_reference"):
        return None
    inner, book = table.table("p_reference"), document.book
    base = BaseRate(
        model=cast(BaseModel, inner.text("model", among=BASE_MODELS)),
        series=book.series_id(inner, "series"),
        first=inner.text("first"),
        last=inner.text("last"),
        hit=cast(Hit, inner.text("hit", among=HITS)),
        number=inner.number("number", 0.0),
    )
    inner.done()
    for key, period in (("first", base.first), ("last", base.last)):
        span = period_span(period)
        if period and span is None:
            inner.problem(key, f"{period!r} is no period; write 2019, 2019H1 or 2019-01")
        elif span is not None and span.last > document.made_on:
            inner.problem(key, f"{period} ends after the document's day ({document.made_on}); use earlier ones")
    if base.series in book.series and reckon(base, book.series) is None:
        inner.problem("series", f"{base.series} has too few values from {base.first} to {base.last}")
    return base


def _read_reading(table: Table, document: _Document) -> Reading:
    book = document.book
    labels = table.texts("windows")
    windows = tuple(w for label in labels if (w := book.window(table, "windows", label)) is not None)
    if not labels and table.has("windows"):
        table.problem("windows", "is empty; name at least one window")
    name, fine_print = table.text("id"), table.text("fine_print", "")
    rule = None
    if table.has("rule"):
        inner = table.table("rule")
        rule = read_rule(inner, book)
        inner.done()
    elif not fine_print:
        table.problem("rule", "is missing; give one, or say in fine_print why nothing can check it")
    scored = table.flag("scored", False)
    if scored and not table.has("rule"):
        table.problem("scored", "is true without a rule; only a reading with a rule can be scored")
    given = _read_given(table.table("given"), book) if table.has("given") else None
    implied, *_ = _read_implied(table, document.verbal)
    base = _read_base_rate(table, document)
    table.done()
    return Reading(name, rule, windows, given, fine_print, scored, implied, base)


def _read_given(table: Table, book: RuleBook) -> Given | None:
    label, parent = table.text("label"), table.text("claim", "")
    if parent:
        reading = table.text("reading")
        if table.has("rule"):
            table.problem("rule", "stands beside claim; a condition is one of the two")
        table.done()
        return Given(label, forecast=parent, reading=reading)
    if not table.has("rule"):
        table.problem("rule", "is missing; give a rule, or the claim and reading the condition rests on")
    rule = read_rule(table, book)
    window: Window | None = None
    if table.has("window"):
        window = book.window(table, "window", table.text("window"))
    table.done()
    return Given(label, rule=rule, window=window) if rule is not None else None


def _check_ids(found: list[tuple[Forecast, Table]]) -> None:
    seen: dict[str, str] = {}
    for forecast, table in found:
        if forecast.id in seen:
            table.problem("id", f"{forecast.id!r} stands twice, also in {seen[forecast.id]}; ids are unique")
        seen.setdefault(forecast.id, table.file)


def _check_parents(found: list[tuple[Forecast, Table]]) -> None:
    """Every reading a condition names exists, and none rests on itself through others."""
    known = {forecast.id: {reading.id for reading in forecast.readings} for forecast, _ in found}
    parents: dict[tuple[str, str], tuple[str, str]] = {}
    for forecast, table in found:
        for reading in forecast.readings:
            given = reading.given
            if given is None or not given.forecast:
                continue
            if given.forecast not in known:
                words = nearest(given.forecast, known)
                table.problem("given", f"{given.forecast!r} is no claim; {words}")
            elif given.reading not in known[given.forecast]:
                words = nearest(given.reading, known[given.forecast])
                table.problem("given", f"{given.reading!r} is no reading of {given.forecast}; {words}")
            parents[forecast.id, reading.id] = (given.forecast, given.reading)
    for forecast, table in found:
        for reading in forecast.readings:
            if _rests_on_itself((forecast.id, reading.id), parents):
                message = f"reading {reading.id!r} rests on itself through its conditions; break the circle"
                table.problem("given", message)


def _rests_on_itself(start: tuple[str, str], parents: Mapping[tuple[str, str], tuple[str, str]]) -> bool:
    reached: set[tuple[str, str]] = set()
    node = parents.get(start)
    while node is not None and node != start and node not in reached:
        reached.add(node)
        node = parents.get(node)
    return node == start
