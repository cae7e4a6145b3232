"""The verbs that count and explain, as they are typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from river import make_home
from test_program import Done, program


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = make_home(tmp_path_factory.mktemp("verbs"))
    assert program(made, "judge").returncode == 0
    return made


def answered(done: Done) -> str:
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_indicators_as_words_and_as_one_document(home: Path) -> None:
    words = answered(program(home, "indicators", "--years", "2017,2020"))
    assert "Ballistic launch days" in words
    assert "By the nearest year, 2020 does not look like 2017." in words
    assert "The Associated Press has 20" in words
    document = json.loads(answered(program(home, "indicators", "2017", "2020", "--json")))
    assert (document["years"], document["baseline"]) == ([2017, 2020], 2017)
    first = document["indicators"][0]
    assert [(cell["count"], len(cell["events"])) for cell in first["cells"]] == [(15, 15), (4, 4)]
    assert [test["holds"] for test in document["tests"]] == [False, False]


def test_years_default_to_those_of_the_config(home: Path) -> None:
    assert json.loads(answered(program(home, "indicators", "--json")))["years"] == [2017, 2020]


@pytest.mark.parametrize(
    "asked",
    [
        ("indicators", "--years", "soon"),
        ("indicators", "--years", "2020-2017"),
        ("indicators", "--evidence", "rumours"),
        ("forecasts", "--explain"),
    ],
)
def test_misuse_is_told_and_ends_with_two(home: Path, asked: tuple[str, ...]) -> None:
    assert program(home, *asked).returncode == 2


def test_a_claim_explained_in_four_steps(home: Path) -> None:
    words = answered(program(home, "forecasts", "F30", "--explain"))
    steps = [words.index(f"{number}. ") for number in (1, 2, 3, 4)]
    assert steps == sorted(steps)
    assert "0.040 at the low, 0.003 at the high end" in words
    document = json.loads(answered(program(home, "forecasts", "F30", "--explain", "--json")))
    halves = {each["window"]: each for each in document["explanations"]}
    assert halves["H1"]["events"][0]["articles"][0]["url"].startswith("https://")
    assert halves["H2"]["silence"][0]["source"]
    assert halves["H2"]["score"]["tables"] == ["judgement: predictable"]


def test_a_comparison_is_explained_by_the_events_of_both_years(home: Path) -> None:
    words = answered(program(home, "forecasts", "F09", "--explain"))
    assert (
        "  3. Counted in 2019 to compare with: 14 events (ballistic launch days):\n       4. 17 April 2019, " in words
    )


def test_the_list_of_claims_shows_bands_intervals_and_their_n(home: Path) -> None:
    words = answered(program(home, "forecasts"))
    assert "55 to 87" in words
    assert "n = 15 in 5 clusters" in words
    assert "95 % over clusters" in words
    assert "one half always" in words
    first = json.loads(answered(program(home, "forecasts", "F25", "--json")))["forecasts"][0]
    assert first["results"][0]["brier_band"] == pytest.approx({"low": 0.3025, "mid": 0.5625, "high": 0.7569})


def test_an_unknown_document_is_refused_with_those_there_are(home: Path) -> None:
    done = program(home, "forecasts", "--document", "nothing")
    assert done.returncode == 1
    assert "deter-and-normalize-2020" in done.stderr


def test_the_scores_are_told_by_each_verbal_table(home: Path) -> None:
    told = json.loads(answered(program(home, "forecasts", "--json")))["scores"]["verbal"]
    assert [each["name"] for each in told] == ["as read", "ICD 203", "Kent", "IPCC", "Kesselman"]
    assert all(each["n"] == 15 and each["brier"].keys() == {"low", "mid", "high"} for each in told)
    assert [each["covered"] for each in told] == [15, 9, 6, 6, 6]
    assert "  words read by IPCC: Brier 0.270 (0.212 at the low, 0.337 at" in answered(program(home, "forecasts"))
