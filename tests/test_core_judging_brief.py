"""The shipped claims judged on a small made-up world: what each comes to, and what flips it."""

from __future__ import annotations

import json
import time
import tomllib
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from judging_world import (
    MARCH_2020,
    NOW,
    TAXONOMY,
    everything_declared,
    facts,
    happening,
    series,
    timeline,
)

from tracker.catalog.forecasts import read_forecasts
from tracker.core.baselines import Series
from tracker.core.coverage import Coverage
from tracker.core.events import Event
from tracker.core.forecasts import Forecast
from tracker.core.judging import judge, judge_all
from tracker.core.scoring import scores
from tracker.core.timeline import View
from tracker.core.verdicts import Verdict

ROOT = Path(__file__).resolve().parents[1]
CASES = tomllib.loads((Path(__file__).parent / "fixtures/forecasts/cases.toml").read_text("utf-8"))["cases"]
MARCH = {date.fromisoformat(on) for on, _ in MARCH_2020}

EXPECTED = {
    ("F01", "2020"): "yes",
    ("F06", "2020"): "yes",
    ("F07", "2020"): "yes",
    ("F09", "2020"): "no",
    ("F11a", "2020"): "yes",
    ("F11b", "2020"): "no",
    ("F16", "2020"): "yes",
    ("F18", "2020"): "yes",
    ("F23", "2020"): "yes",
    ("F25", "2020"): "no",
    ("F29b", "2020"): "yes",
    ("F29c", "2020"): "no",
    ("F29d", "2020"): "no",
    ("F30", "H1"): "yes",
    ("F30", "H2"): "no",
}


@pytest.fixture(scope="module")
def claims() -> tuple[Forecast, ...]:
    found, problems = read_forecasts(ROOT / "config", TAXONOMY, series())
    assert problems == []
    return found


def outcomes(
    claims: tuple[Forecast, ...],
    events: Iterable[Event],
    view: View = "all",
    coverage: Coverage | None = None,
    now: datetime = NOW,
) -> tuple[Verdict, ...]:
    covered = coverage or everything_declared()
    return judge_all(claims, timeline(events, view, now), covered, series(), TAXONOMY, now)


def scored(verdicts: Iterable[Verdict]) -> dict[tuple[str, str], str]:
    return {(v.ref, v.window): v.verdict for v in verdicts if v.scored}


def flipped(claims: tuple[Forecast, ...], events: Iterable[Event]) -> set[tuple[str, str]]:
    before, after = scored(outcomes(claims, facts())), scored(outcomes(claims, events))
    return {key for key in before if before[key] != after[key]}


def test_fifteen_items_of_fourteen_claims_come_out_as_the_year_did(claims: tuple[Forecast, ...]) -> None:
    verdicts = outcomes(claims, facts())
    assert scored(verdicts) == EXPECTED
    assert len({verdict.ref for verdict in verdicts}) == 42
    for verdict in verdicts:
        if verdict.scored:
            assert verdict.claim_held is (verdict.verdict == "yes")
            assert verdict.brier == pytest.approx((verdict.p_implied.mid - verdict.claim_held) ** 2)
            assert verdict.p_yes is not None
            assert (verdict.p_yes > 0.5) is verdict.claim_held
            assert verdict.p_reference is not None
            assert verdict.margin
            assert json.dumps([dict(reason.data) for reason in verdict.reasons])
            assert verdict.decided_on is not None


def test_base_rates_are_computed_from_the_years_before(claims: tuple[Forecast, ...]) -> None:
    rates = {v.ref: v.p_reference for v in outcomes(claims, facts()) if v.scored}
    assert rates["F29b"] == pytest.approx(0.8)
    assert rates["F29c"] == pytest.approx(0.4)
    assert rates["F29d"] == rates["F25"] == pytest.approx(0.2)
    assert rates["F30"] == pytest.approx(14 / 18, abs=1e-6)
    assert rates["F06"] == pytest.approx(67 / 68, abs=1e-6)
    assert rates["F01"] == pytest.approx(8.5 / 9, abs=1e-6)


def test_without_the_march_launches_exactly_three_items_flip(claims: tuple[Forecast, ...]) -> None:
    without = [e for e in facts() if not (e.category == "missile_test" and e.on in MARCH)]
    assert flipped(claims, without) == {("F18", "2020"), ("F29b", "2020"), ("F30", "H1")}


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        ("2020-05-09", {("F29d", "2020")}),
        ("2020-09-09", {("F29d", "2020"), ("F30", "H2")}),
    ],
)
def test_an_icbm_added_flips_only_what_asks_for_it(
    claims: tuple[Forecast, ...], on: str, expected: set[tuple[str, str]]
) -> None:
    assert flipped(claims, [*facts(), happening(on, "missile_test", "ICBM", 1)]) == expected


def test_the_rival_readings_of_the_likeness_do_not_turn(claims: tuple[Forecast, ...]) -> None:
    added = happening("2020-09-09", "missile_test", "ICBM", 1)
    for events in (facts(), [*facts(), added], [e for e in facts() if e.on not in MARCH]):
        found = {v.reading: v.verdict for v in outcomes(claims, events) if v.ref == "F25"}
        assert found == {"twelve-indicators": "no", "nearest-year": "no", "drills-are-policy": "annulled"}


def test_news_without_coverage_awaits_data_and_names_the_gap(claims: tuple[Forecast, ...]) -> None:
    verdicts = outcomes(claims, [], "news")
    for verdict in verdicts:
        if verdict.scored and verdict.ref != "F11b":
            assert verdict.verdict == "awaiting_data"
            assert verdict.claim_held is None
            assert any("2020" in reason.text and "nobody covers" in reason.text for reason in verdict.reasons)


def test_news_that_shows_a_launch_decides_by_presence_alone(claims: tuple[Forecast, ...]) -> None:
    launch = happening("2020-03-02", "missile_test", "SRBM", 2, p=0.7)
    found = scored(outcomes(claims, [replace(launch, lane="news")], "news", Coverage()))
    assert found["F29b", "2020"] == found["F30", "H1"] == "yes"
    assert found["F29d", "2020"] == found["F18", "2020"] == "awaiting_data"


def test_a_policy_shift_annuls_what_was_conditional_on_none(claims: tuple[Forecast, ...]) -> None:
    deal = happening("2020-07-10", "policy_shift", "interim_deal")
    relief = happening("2020-07-10", "policy_shift", "relief")
    both = scored(outcomes(claims, [*facts(), relief]))
    assert both["F25", "2020"] == both["F09", "2020"] == "annulled"
    assert flipped(claims, [*facts(), deal]) == {("F25", "2020")}
    found = scored(outcomes(claims, [*facts(), deal]))
    assert found["F25", "2020"] == "annulled"
    assert found["F09", "2020"] == "no"


def test_in_the_middle_of_the_year_only_presence_has_decided(claims: tuple[Forecast, ...]) -> None:
    now = datetime(2020, 6, 1, tzinfo=UTC)
    found = scored(outcomes(claims, facts(), now=now))
    assert found["F29b", "2020"] == found["F30", "H1"] == "yes"
    assert set(found.values()) == {"yes", "open"}
    assert [key for key, verdict in found.items() if verdict == "yes"] == [("F29b", "2020"), ("F30", "H1")]


def test_the_scoreboard_of_the_brief(claims: tuple[Forecast, ...]) -> None:
    found = scores(outcomes(claims, facts()))
    assert found.n == 15
    assert found.clusters == 5
    assert found.undecided == ()
    assert found.brier is not None
    assert found.brier.mid == pytest.approx(0.2588, abs=5e-4)
    assert found.skill is not None
    assert found.skill.mid < -1
    assert "n = 15" in found.caveat
    assert "after the window" in found.caveat


def event_of(line: str) -> Event:
    told, _, outcome = line.partition("|")
    on, kind, *rest = told.split()
    place = rest.pop(0)[1:] if rest and rest[0].startswith("@") else ""
    category, _, subtype = kind.partition("/")
    count, unit = (int(rest[0]), rest[1]) if rest else (None, "")
    event = happening(on, category, subtype, count, unit, known_at=NOW, outcome=outcome.strip())
    return replace(event, place=place)


def with_values(changes: dict[str, dict[str, float]]) -> dict[str, Series]:
    found = series()
    for name, values in changes.items():
        old = found[name]
        kept = tuple((p, values.get(p, v), c) for p, v, c in old.values)
        found[name] = replace(old, values=kept)
    return found


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["reading"])
@pytest.mark.parametrize("want", ["yes", "no"])
def test_each_computable_reading_has_a_yes_and_a_no(
    claims: tuple[Forecast, ...], case: dict[str, object], want: str
) -> None:
    name, reading = str(case["reading"]).split()
    claim = next(each for each in claims if each.id == name)
    now = datetime(2041, 1, 1, tzinfo=UTC)
    events = [event_of(line) for line in case[want]]  # type: ignore[attr-defined]
    found = judge(
        claim,
        timeline(events, as_of=now),
        everything_declared("2012-01-01", "2040-12-31"),
        with_values(case.get(f"{want}_series", {})),  # type: ignore[arg-type]
        TAXONOMY,
        now,
    )
    mine = [verdict for verdict in found if verdict.reading == reading]
    assert mine
    assert {verdict.verdict for verdict in mine} == {want}


def test_no_computable_reading_lacks_its_cases(claims: tuple[Forecast, ...]) -> None:
    computable = {f"{c.id} {r.id}" for c in claims for r in c.readings if r.rule is not None}
    assert {case["reading"] for case in CASES} == computable


def test_five_thousand_events_are_judged_quickly(claims: tuple[Forecast, ...]) -> None:
    days = [date(2015 + place % 6, 1 + place % 12, 1 + place % 28) for place in range(5000)]
    crowd = [
        happening(day, "missile_test" if place % 2 else "sanctions", "CRUISE" if place % 4 else "SRBM", 1, p=0.8)
        for place, day in enumerate(days)
    ]
    crowd = [replace(event, id=f"e{place}") for place, event in enumerate(crowd)]
    began = time.process_time()
    found = outcomes(claims, crowd)
    took = time.process_time() - began
    assert len(found) == 53
    assert took < 1.0, f"{took:.2f} s"
