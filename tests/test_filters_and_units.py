"""Each filter and unit of a measure, as a claim's file states it: an event for yes and one for no."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from judging_world import NOW, happening, timeline, window

from tracker.catalog.rules import RuleBook, read_measure
from tracker.catalog.tables import read_toml
from tracker.catalog.taxonomy import read_taxonomy
from tracker.core.coverage import Coverage, DeclaredCoverage
from tracker.core.errors import Problem
from tracker.core.events import Event
from tracker.core.findings import Finding
from tracker.core.forecasts import Count, Measure
from tracker.core.rules import find
from tracker.core.tallies import prepare

TAXONOMY = read_taxonomy(Path(__file__).resolve().parents[1] / "config")[0].taxonomy
YEAR = window("2020-01-01", "2020-12-31", "2020")


def read(folder: Path, keys: str) -> tuple[Measure, list[Problem]]:
    problems: list[Problem] = []
    (folder / "measures.toml").write_text(f'm = {{ noun = "case", {keys} }}', encoding="utf-8")
    top = read_toml(folder / "measures.toml", folder, problems)
    assert top is not None
    return read_measure(top.table("m"), RuleBook(TAXONOMY, {}, ["wonsan", "sinpo"])), problems


def found(measure: Measure, number: int, *events: Event) -> Finding:
    spans = ((each, YEAR.span.first, YEAR.span.last) for each in TAXONOMY.categories)
    declared = tuple(
        DeclaredCoverage("t", each, (), "Asia/Seoul", first, last, 0.01, 14) for each, first, last in spans
    )
    grounds = prepare(timeline(events), Coverage((), declared), {}, TAXONOMY, NOW, YEAR.span.first)
    return find(Count(measure, "at_least", number), YEAR, grounds)


launch = happening("2020-03-02", "missile_test", "SRBM", 2, "missile")


@pytest.mark.parametrize(
    ("keys", "yes", "no"),
    [
        ('category = "missile_test"', launch, happening("2020-03-02", "nuclear_test")),
        (
            'category = "missile_test", subtypes = ["ballistic"]',
            launch,
            happening("2020-03-02", "missile_test", "CRUISE"),
        ),
        (
            'category = "missile_test", subtypes = ["threat"], mode = "expected"',
            happening("2020-03-02", "posture", "threat"),
            launch,
        ),
        (
            'category = "sanctions", actor = "United Nations"',
            happening("2020-03-30", "sanctions", "unsc_resolution"),
            happening("2020-03-02", "sanctions", "designation"),
        ),
        (
            'category = "sanctions", actor = "United States"',
            happening("2020-06-17", "sanctions", "us_measure"),
            happening("2020-03-30", "sanctions", "unsc_resolution"),
        ),
        (
            'category = "missile_test", actor = "North Korea"',
            replace(launch, subtype=""),
            happening("2020-03-02", "war"),
        ),
        ('category = "missile_test", status = ["confirmed"]', launch, replace(launch, status="reported")),
        (
            'category = "missile_test", places = ["wonsan"]',
            replace(launch, place="wonsan"),
            replace(launch, place="sinpo"),
        ),
        (
            'category = "missile_test", outcome = "over Japan"',
            replace(launch, outcome="flew over japan"),
            replace(launch, outcome="fell short of Japan"),
        ),
        ('category = "missile_test", min_p = 0.9', launch, replace(launch, p_occurred=0.89)),
    ],
)
def test_a_filter_admits_what_it_names_and_nothing_else(tmp_path: Path, keys: str, yes: Event, no: Event) -> None:
    measure, problems = read(tmp_path, keys)
    assert problems == []
    assert (found(measure, 1, yes).holds, found(measure, 1, no).holds) == (True, False)


march = [
    replace(launch, id="a", count=2),
    replace(launch, id="b", count=3),
    happening("2020-03-09", "missile_test", "SRBM", 3, "missile"),
]
"""Two salvos on one day and one a week later, eight missiles in all."""
two_listings = [
    happening("2020-03-02", "sanctions", "indictment", 2, "person"),
    happening("2020-03-05", "sanctions", "indictment", 3, "person"),
]


@pytest.mark.parametrize(
    ("keys", "events", "number"),
    [
        ('category = "missile_test", unit = "event"', march, 3),
        ('category = "missile_test", unit = "day"', march, 2),
        ('category = "missile_test", unit = "salvo"', march, 3),
        ('category = "missile_test", unit = "salvo"', [replace(launch, count=4, unit="salvo")], 4),
        ('category = "missile_test", unit = "missile"', march, 8),
        ('category = "sanctions", unit = "action"', two_listings, 2),
        ('category = "sanctions", unit = "person"', two_listings, 5),
        (
            'category = "sanctions", unit = "resolution"',
            [happening("2020-03-30", "sanctions", "unsc_resolution", 1, "resolution")],
            1,
        ),
    ],
)
def test_a_unit_counts_so_many_and_no_more(tmp_path: Path, keys: str, events: list[Event], number: int) -> None:
    measure, problems = read(tmp_path, keys)
    assert problems == []
    assert found(measure, number, *events).holds is True
    assert found(measure, number + 1, *events).holds is False


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ('category = "sanctions", actor = "United Nation"', "did you mean 'United Nations'?"),
        ('category = "us_strike", actor = "North Korea"', "'North Korea' acts in no us_strike; known: United States"),
        ('category = "threat", actor = "North Korea"', "its kinds do not say who acts; leave actor out"),
        (
            'category = "sanctions", subtypes = ["us_measure"], actor = "United Nations"',
            "acts in no sanctions/us_measure",
        ),
        ('category = "missile_test", actors = ["North Korea"]', "did you mean 'actor'?"),
    ],
)
def test_an_actor_who_does_not_act_there_is_named(tmp_path: Path, keys: str, says: str) -> None:
    _, problems = read(tmp_path, keys)
    assert [says in problem.message for problem in problems] == [True], problems
