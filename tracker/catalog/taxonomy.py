"""Reads ``config/taxonomy.toml``: categories, subtypes, effects, and the words they are known by."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tracker.catalog.tables import Table, nearest, read_toml
from tracker.core.errors import Problem
from tracker.core.events import LISTED_P
from tracker.core.observations import MODES, Mode
from tracker.core.patterns import compiled
from tracker.core.phrases import (
    Actor,
    CategoryWords,
    CountPattern,
    Frame,
    Outcome,
    Phrase,
    Phrasebook,
    SubtypeWords,
    TaxonomyFile,
    WeaponName,
)
from tracker.core.taxonomy import Act, Category, Effect, Subtype, Taxonomy

ACTS: tuple[Act, ...] = ("opens", "lowers", "context", "ignores")
LANGS = ("en", "ko", "ja", "zh")
NEVER = r"(?!)"
EMPTY = TaxonomyFile(Taxonomy({}, {}), Phrasebook(NEVER, NEVER, NEVER, NEVER, NEVER, (), ()))

Fill = Callable[[Table, str, bool], str]
"""Reads a pattern from a table's key with fragments filled in; the flag says whether it may be absent."""


def read_taxonomy(folder: Path) -> tuple[TaxonomyFile, list[Problem]]:
    """The taxonomy of a config folder; with problems it must not be used (every problem at once)."""
    problems: list[Problem] = []
    top = read_toml(folder / "taxonomy.toml", folder, problems)
    if top is None:
        return EMPTY, problems
    fill = _filler(_fragments(top))
    relevance = top.table("relevance", default=False)
    gate, weak, context = (fill(relevance, key, False) for key in ("gate", "weak", "context"))
    concerns, hints = (fill(relevance, key, False) for key in ("concerns", "hints"))
    relevance.done()
    actors = tuple(_actor(each, fill) for each in top.tables("actors", "token"))
    categories: dict[str, Category] = {}
    words: list[CategoryWords] = []
    for each in top.tables("categories"):
        category, known_by = _category(each, fill, [actor.label for actor in actors if actor.label])
        if category.id in categories:
            each.problem("id", f"{category.id!r} stands twice; each category has one table")
        categories[category.id] = category
        if known_by is not None:
            words.append(known_by)
    frames = tuple(_frame(each, fill, categories) for each in top.tables("frames", "re"))
    effects = _effects(top, categories)
    top.done()
    taxonomy = Taxonomy(categories, effects)
    book = Phrasebook(gate, weak, context, concerns, hints, actors, tuple(words), frames)
    taxonomy = Taxonomy(categories, effects, _hash(_plain(taxonomy)))
    book = Phrasebook(gate, weak, context, concerns, hints, actors, tuple(words), frames, _hash(asdict(book)))
    return TaxonomyFile(taxonomy, book), sorted(problems)


def _hash(value: object) -> str:
    plain = json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(plain.encode()).hexdigest()[:16]


def _plain(taxonomy: Taxonomy) -> object:
    effects = {"/".join(key): asdict(effect) for key, effect in taxonomy.effects.items()}
    kinds = {name: _placed_by(asdict(each)) for name, each in taxonomy.categories.items()}
    return {"categories": kinds, "effects": effects}


def _placed_by(category: dict[str, Any]) -> dict[str, Any]:
    """What placing looks at: who acts and what an event is one of are for claims, and move nothing."""
    kept = {name: value for name, value in category.items() if name not in ("actor", "event_units")}
    inner = category["subtypes"].items()
    kept["subtypes"] = {name: {key: value for key, value in each.items() if key != "actor"} for name, each in inner}
    return kept


def _fragments(top: Table) -> Mapping[str, str]:
    """The named pieces of patterns; a piece may use the ones written above it."""
    table = top.table("fragments")
    done: dict[str, str] = {}
    for name in table.values:
        done[name] = _substituted(table, name, table.text(name), done)
    return done


def _substituted(table: Table, key: str, raw: str, fragments: Mapping[str, str]) -> str:
    def piece(found: re.Match[str]) -> str:
        name = found.group(1)
        if name not in fragments:
            table.problem(key, f"uses {{{name}}}, which is not a fragment; {nearest(name, fragments)}")
            return NEVER
        return f"(?:{fragments[name]})"

    return re.sub(r"\{([a-z_][a-z0-9_]*)\}", piece, raw)


def _filler(fragments: Mapping[str, str]) -> Fill:
    def fill(table: Table, key: str, absent: bool) -> str:
        if absent and not table.has(key):
            return ""
        pattern = _substituted(table, key, table.text(key), fragments)
        try:
            compiled(pattern)
        except re.error as trouble:
            table.problem(key, f"is not a valid pattern: {trouble}")
            return NEVER
        return pattern

    return fill


def _actor(table: Table, fill: Fill) -> Actor:
    actor = Actor(table.text("token"), fill(table, "re", False), table.text("label", ""))
    if not re.fullmatch(r"[A-Z]+", actor.token):
        table.problem("token", f"is {actor.token!r}; a token is written in capital letters")
    table.done()
    return actor


def _mode(table: Table, key: str, default: str | None = "") -> Mode | None:
    name = table.text(key, default, among=(*MODES, ""))
    return next((mode for mode in MODES if mode == name), None)


def _modes(table: Table, key: str) -> tuple[Mode, ...]:
    names = table.texts(key, ())
    for name in names:
        if name not in MODES:
            table.problem(key, f"{name!r} is not a mode; {nearest(name, MODES)}")
    return tuple(mode for mode in MODES if mode in names)


def _acting(table: Table, actors: Collection[str]) -> str:
    name = table.text("actor", "")
    if name and name not in actors:
        table.problem("actor", f"{name!r} is the label of no actor of this file; {nearest(name, actors)}")
    return name


def _category(table: Table, fill: Fill, actors: Collection[str]) -> tuple[Category, CategoryWords | None]:
    subtypes: dict[str, Subtype] = {}
    told: list[SubtypeWords] = []
    for each in table.tables("subtypes"):
        kind = Subtype(
            each.text("id"),
            each.text("label"),
            each.texts("groups", ()),
            each.flag("distinct", False),
            each.zone("zone", "UTC") if each.has("zone") else "",
            each.texts("part_of", ()),
            each.flag("lasts", False),
            each.number("lone_p", low=LISTED_P, high=1.0) if each.has("lone_p") else None,
            each.number("per_year", low=0.0, high=10_000.0) if each.has("per_year") else None,
            _acting(each, actors),
        )
        if kind.id in subtypes:
            each.problem("id", f"{kind.id!r} stands twice in this category")
        subtypes[kind.id] = kind
        pattern = fill(each, "words", True)
        modes = _modes(each, "modes")
        if pattern:
            told.append(SubtypeWords(kind.id, pattern, modes))
        each.done()
    hours = _hours(table)
    category = Category(
        table.text("id"),
        table.text("label"),
        table.zone("zone"),
        table.text("unit", ""),
        table.whole("window_days", low=0, high=60),
        table.whole("echo_days", low=0, high=400),
        table.number("weight", low=0.0),
        table.flag("guide", False),
        subtypes,
        table.number("per_year", low=0.0, high=10_000.0),
        hours,
        table.flag("at_sites", False),
        table.number("lone_p", LISTED_P, low=LISTED_P, high=1.0),
        _acting(table, actors),
        table.texts("event_units", ()),
    )
    known_by = None
    gate = fill(table, "gate", True)
    placed, state_media = table.flag("placed", False), table.flag("state_media", False)
    prior = _prior(table)
    phrases = tuple(_phrase(each, fill, subtypes) for each in table.tables("phrases", "re"))
    counts = tuple(_count(each, fill) for each in table.tables("counts", "re"))
    weapons = tuple(_weapon(each, fill, subtypes) for each in table.tables("weapons"))
    outcomes = tuple(_outcome(each, fill) for each in table.tables("outcomes", "re"))
    if gate:
        known_by = CategoryWords(
            category.id, gate, prior, phrases, tuple(told), counts, weapons, placed, state_media, hours, outcomes
        )
    elif phrases:
        table.problem("gate", "is missing; without it no phrase of this category is ever tried")
    table.done()
    return category, known_by


def _prior(table: Table) -> Mapping[Mode, float]:
    inner = table.table("prior")
    prior: dict[Mode, float] = {mode: inner.number(mode, 0.0) for mode in MODES}
    inner.done()
    return prior


def _hours(table: Table) -> tuple[float, ...]:
    """24 relative frequencies from tables of hours; empty when there is none."""
    tables = table.tables("hours", "from")
    hours = [0.0] * 24
    for each in tables:
        first, last = each.whole("from", low=0, high=23), each.whole("to", low=1, high=24)
        weight = each.number("weight", low=0.0)
        for hour in range(first, min(last, 24)):
            hours[hour] = weight
        each.done()
    if tables and min(hours) <= 0.0:
        table.problem("hours", "leave some hour of the day without weight; cover 0 to 24, each above 0")
    return tuple(hours) if tables else ()


def _known(table: Table, key: str, name: str, known: Mapping[str, object]) -> str:
    if name and name not in known:
        table.problem(key, f"{name!r} is not known; {nearest(name, known)}")
    return name


def _phrase(table: Table, fill: Fill, subtypes: Mapping[str, Subtype]) -> Phrase:
    at_most = table.number("at_most", 1.0, 0.0, 1.0)
    limits = "at_most" in table.values
    phrase = Phrase(
        fill(table, "re", False),
        table.number("p", 0.0 if limits else None, 0.0, 1.0),
        at_most,
        _mode(table, "mode"),
        table.number("weight", 0.0),
        _known(table, "subtype", table.text("subtype", ""), subtypes),
        fill(table, "unless", True),
        table.text("lang", "en", among=LANGS),
    )
    if (phrase.mode is None) != (phrase.weight == 0.0):
        table.problem("weight", "and mode belong together; give both or neither")
    table.done()
    return phrase


def _frame(table: Table, fill: Fill, categories: Mapping[str, Category]) -> Frame:
    only = table.texts("only", ())
    for name in only:
        _known(table, "only", name, categories)
    frame = Frame(
        fill(table, "re", False),
        _mode(table, "mode", None) or MODES[-1],
        table.number("weight"),
        only,
        fill(table, "unless", True),
        table.text("lang", "en", among=LANGS),
    )
    table.done()
    return frame


def _count(table: Table, fill: Fill) -> CountPattern:
    count = CountPattern(fill(table, "re", False), table.text("unit"))
    if "(?P<n>" not in count.pattern:
        table.problem("re", "has no group n, which must hold the number")
    table.done()
    return count


def _outcome(table: Table, fill: Fill) -> Outcome:
    outcome = Outcome(table.text("id"), fill(table, "re", False))
    table.done()
    return outcome


def _weapon(table: Table, fill: Fill, subtypes: Mapping[str, Subtype]) -> WeaponName:
    weapon = WeaponName(
        table.text("id"),
        fill(table, "re", False),
        _known(table, "subtype", table.text("subtype", ""), subtypes),
    )
    table.done()
    return weapon


def _effects(top: Table, categories: Mapping[str, Category]) -> Mapping[tuple[str, str, str], Effect]:
    effects: dict[tuple[str, str, str], Effect] = {}
    for table in top.tables("effects", "category"):
        category = table.text("category", among=categories)
        subtype = table.text("subtype", "*")
        inner = categories[category].subtypes if category in categories else {}
        if subtype != "*":
            _known(table, "subtype", subtype, inner)
        mode = table.text("mode", among=MODES)
        word = table.text("act", among=ACTS)
        act = next((each for each in ACTS if each == word), ACTS[-1])
        target, target_subtype = table.text("opens", ""), table.text("opens_subtype", "")
        if target and act != "opens":
            table.problem("opens", 'is only for act = "opens"')
        _known(table, "opens", target, categories)
        if act == "opens":
            target = target or category
            if target in categories:
                _known(table, "opens_subtype", target_subtype, categories[target].subtypes)
        key = (category, subtype, mode)
        if key in effects:
            table.problem("mode", f"{category}/{subtype}/{mode} has two effects; keep one")
        effects[key] = Effect(act, target, target_subtype)
        table.done()
    return effects
