"""The shipped claims on the shipped tables: the fifteen items of the brief, and what deleting or adding flips."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from judging_world import NOW, happening, timeline

from tracker.catalog.baselines import read_baselines
from tracker.catalog.forecasts import read_forecasts
from tracker.catalog.references import read_references
from tracker.catalog.taxonomy import read_taxonomy
from tracker.core.coverage import Coverage, DeclaredCoverage
from tracker.core.days import end_of
from tracker.core.events import Event
from tracker.core.judging import judge_all
from tracker.core.references import ReferenceTable, coverages
from tracker.core.timeline import View
from tracker.core.verdicts import Verdict

CONFIG = Path(__file__).resolve().parents[1] / "config"
WEIGHT = {"high": 0.98, "medium": 0.9, "low": 0.6}

Judge = Callable[..., dict[tuple[str, ...], Verdict]]


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

    def judge(
        events: Sequence[Event],
        view: View = "all",
        now: datetime = NOW,
        covered: Coverage = coverage,
        scored: bool = True,
    ) -> dict[tuple[str, ...], Verdict]:
        found = judge_all(claims, timeline(events, view, now), covered, series, taxonomy.taxonomy, now)
        if scored:
            return {(each.ref, each.window): each for each in found if each.scored}
        return {(each.ref, each.reading, each.window): each for each in found}

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


def test_an_interim_deal_annuls_the_likeness_alone(tables: tuple[ReferenceTable, ...], judged: Judge) -> None:
    events = events_of(tables)
    deal = happening("2020-07-10", "policy_shift", "interim_deal")
    assert flipped(judged, events, [*events, deal]) == {("F25", "2020")}
    assert judged([*events, deal])["F25", "2020"].verdict == "annulled"


def without_month(rows: Sequence[DeclaredCoverage], first: date, last: date) -> Coverage:
    """The same declarations, but that month was not looked into."""
    kept = []
    for row in rows:
        kept.append(replace(row, last_on=min(row.last_on, first - timedelta(days=1))))
        kept.append(replace(row, first_on=max(row.first_on, last + timedelta(days=1))))
    return Coverage((), tuple(row for row in kept if row.first_on <= row.last_on))


def test_a_month_nobody_covered_leaves_open_what_silence_decided(
    tables: tuple[ReferenceTable, ...], judged: Judge
) -> None:
    events = events_of(tables)
    deaf = without_month(coverages(tables), date(2020, 8, 1), date(2020, 8, 31))
    before, after = judged(events, scored=False), judged(events, covered=deaf, scored=False)
    over = [key for key in before if before[key].by == "silence" and key[2] in ("2020", "2020 in Washington", "H2")]
    assert len(over) > 20
    for key in over:
        verdict = after[key]
        assert verdict.verdict == "awaiting_data", key
        assert "nobody covers 1 August 2020 to" in " ".join(reason.text for reason in verdict.reasons), key
    moved = {key for key in before if before[key].verdict != after[key].verdict}
    assert moved == set(over), "nothing else changes: neither presence, nor the first half, nor a published figure"


def test_as_of_the_last_day_of_the_year_silence_has_decided_nothing(
    tables: tuple[ReferenceTable, ...], judged: Judge
) -> None:
    events = events_of(tables)
    now = judged(events, scored=False)
    then = judged(events, now=end_of(date(2020, 12, 31), "Asia/Seoul"), scored=False)
    decided = {key for key, verdict in then.items() if verdict.by == "silence" and key[2] != "2019"}
    assert decided == set(), "no window of the year has settled"
    for key, verdict in now.items():
        if verdict.by == "silence" and key[2] != "2019":
            assert then[key].verdict == "open", key
        if verdict.by == "presence" and then[key].verdict != verdict.verdict:
            assert then[key].verdict == "open", key


def test_as_of_two_weeks_later_only_late_evidence_differs(tables: tuple[ReferenceTable, ...], judged: Judge) -> None:
    events = events_of(tables)
    now, then = judged(events, scored=False), judged(events, now=end_of(date(2021, 1, 15), "Asia/Seoul"), scored=False)
    differ = {key[:2]: then[key].verdict for key in now if then[key].verdict != now[key].verdict}
    assert differ == {("F11b", "arsenal"): "awaiting_data", ("F11b", "economy"): "awaiting_data"}
    for key, verdict in then.items():
        assert verdict.p_yes == now[key].p_yes or key[:2] in differ, key


UNSURE = 0.15
DECIDABLE = (
    *("F01", "F02", "F06", "F07", "F09", "F11a", "F11b", "F13", "F14", "F15", "F16", "F18"),
    *("F20", "F21", "F23", "F25", "F29a", "F29b", "F29c", "F29d", "F30", "F36", "F38"),
)
CERTAIN = {
    "F01": "yes", "F02": "no", "F04": "annulled", "F06": "yes", "F07": "yes", "F08": "yes", "F12": "annulled",
    "F13": "yes", "F14": "no", "F15": "yes", "F16": "yes", "F18": "yes", "F19": "annulled", "F21": "no", "F22": "yes",
    "F23": "yes", "F24": "annulled", "F27": "yes", "F29a": "yes", "F29b": "yes", "F29c": "no", "F29d": "no",
    "F32": "open", "F34": "annulled", "F36": "no",
}  # fmt: skip
"""What became of the claims that are read one way only; those read in several are told apart below."""


def test_what_became_of_every_claim(tables: tuple[ReferenceTable, ...], judged: Judge) -> None:
    found = judged(events_of(tables), scored=False)
    for ref, verdict in CERTAIN.items():
        first = next(each for (name, *_), each in found.items() if name == ref)
        assert first.verdict == verdict, ref
    several = {key[:2]: each.verdict for key, each in found.items() if key[0] in ("F09", "F11b", "F20", "F25", "F38")}
    assert several == {
        ("F09", "more-launch-days"): "no",
        ("F09", "more-missiles"): "no",
        ("F11b", "arsenal"): "no",
        ("F11b", "economy"): "yes",
        ("F20", "stated"): "not_checkable",
        ("F20", "one-reached"): "no",
        ("F25", "twelve-indicators"): "no",
        ("F25", "nearest-year"): "no",
        ("F25", "drills-are-policy"): "annulled",
        ("F38", "fewer-strategic-tests"): "yes",
        ("F38", "fewer-launch-days"): "yes",
        ("F38", "went-on"): "no",
    }


def test_few_claims_are_left_undecided(tables: tuple[ReferenceTable, ...], judged: Judge) -> None:
    found = judged(events_of(tables), scored=False)
    of_each = {ref: {each.verdict for (name, *_), each in found.items() if name == ref} for ref in DECIDABLE}
    unsure = [ref for ref, verdicts in of_each.items() if verdicts & {"ambiguous", "awaiting_data"}]
    assert len(unsure) <= UNSURE * len(DECIDABLE), unsure
    assert all(verdicts & {"yes", "no", "annulled"} for verdicts in of_each.values())
