"""The shipped claims on the shipped tables: the fifteen items of the brief, and what deleting or adding flips."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import pytest
from judging_world import NOW, happening, timeline

from tracker.catalog.baselines import read_baselines
from tracker.catalog.forecasts import read_forecasts
from tracker.catalog.references import read_references
from tracker.catalog.taxonomy import read_taxonomy
from tracker.core.coverage import Coverage
from tracker.core.events import Event
from tracker.core.judging import judge_all
from tracker.core.references import ReferenceTable, coverages
from tracker.core.timeline import View
from tracker.core.verdicts import Verdict

CONFIG = Path(__file__).resolve().parents[1] / "config"
WEIGHT = {"high": 0.98, "medium": 0.9, "low": 0.6}

Judge = Callable[..., dict[tuple[str, str], Verdict]]


def events_of(tables: Sequence[ReferenceTable]) -> list[Event]:
    return [
        Event(
            id=f"{table.name}/{row.row_key}",
            lane="reference",
            category=row.category,
            subtype=row.subtype,
            on=row.on,
            first_on=row.on,
            last_on=row.on,
            zone=row.zone,
            status="confirmed",
            p_occurred=WEIGHT[row.certainty],
            count=row.count,
            unit=row.unit,
            place=row.place,
            wires=1,
            sources=(row.citation_publisher,),
            title="",
            known_at=row.known_at(table.default_lag_days)[0],
            outcome=row.outcome,
        )
        for table in tables
        for row in table.rows
        if row.occurred
    ]


@pytest.fixture(scope="module")
def tables() -> tuple[ReferenceTable, ...]:
    found, problems = read_references(CONFIG)
    assert problems == []
    assert found, "the shipped config has reference tables"
    return tuple(found)


@pytest.fixture(scope="module")
def judged(tables: tuple[ReferenceTable, ...]) -> Judge:
    taxonomy, trouble = read_taxonomy(CONFIG)
    baselines, more = read_baselines(CONFIG)
    series = {each.id: each for each in baselines}
    claims, yet_more = read_forecasts(CONFIG, taxonomy.taxonomy, series)
    assert [*trouble, *more, *yet_more] == []
    coverage = Coverage((), coverages(tables))

    def judge(events: Sequence[Event], view: View = "all") -> dict[tuple[str, str], Verdict]:
        found = judge_all(claims, timeline(events, view), coverage, series, taxonomy.taxonomy, NOW)
        return {(each.ref, each.window): each for each in found if each.scored}

    return judge


def flipped(judged: Judge, before: Sequence[Event], after: Sequence[Event]) -> set[tuple[str, str]]:
    old, new = judged(before), judged(after)
    return {key for key in old if old[key].verdict != new[key].verdict}


def test_the_fifteen_items_on_the_shipped_tables(tables: tuple[ReferenceTable, ...], judged: Judge) -> None:
    held = ["F01", "F06", "F07", "F11a", "F16", "F18", "F23", "F29b"]
    failed = ["F09", "F11b", "F25", "F29c", "F29d"]
    expected = {(ref, "2020"): "yes" for ref in held} | {(ref, "2020"): "no" for ref in failed}
    expected |= {("F30", "H1"): "yes", ("F30", "H2"): "no"}
    found = judged(events_of(tables))
    assert {key: each.verdict for key, each in found.items()} == expected
    assert found["F29b", "2020"].decided_on == date(2020, 3, 2)
    assert found["F09", "2020"].p_reference == pytest.approx(5 / 9, abs=1e-6)


def test_deleting_the_march_launches_flips_exactly_three(tables: tuple[ReferenceTable, ...], judged: Judge) -> None:
    events = events_of(tables)
    march = {e.id for e in events if e.category == "missile_test" and (e.on.year, e.on.month) == (2020, 3)}
    assert len(march) == 4
    without = [event for event in events if event.id not in march]
    assert flipped(judged, events, without) == {("F18", "2020"), ("F29b", "2020"), ("F30", "H1")}


@pytest.mark.parametrize(
    ("on", "expected"),
    [("2020-05-09", {("F29d", "2020")}), ("2020-11-09", {("F29d", "2020"), ("F30", "H2")})],
)
def test_adding_an_icbm_flips_only_what_asks_for_it(
    tables: tuple[ReferenceTable, ...], judged: Judge, on: str, expected: set[tuple[str, str]]
) -> None:
    events = events_of(tables)
    added = happening(on, "missile_test", "ICBM", 1, "missile")
    assert flipped(judged, events, [*events, added]) == expected


def test_the_news_view_does_not_lean_on_the_tables(judged: Judge) -> None:
    for (ref, _), verdict in judged([], "news").items():
        if ref != "F11b":  # a published figure, neither news nor table
            assert verdict.verdict == "awaiting_data"
            assert "gap" in str([reason.code for reason in verdict.reasons]) or any(
                "nobody covers" in reason.text for reason in verdict.reasons
            )
