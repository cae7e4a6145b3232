"""Mistakes in a forecast file: all named at once, and the service goes on with the last good set, saying so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from river import make_app, make_home
from test_program import program

from tracker.catalog.beliefs import read_beliefs
from tracker.core.errors import ConfigError
from tracker.core.locators import misplaced

BRIEF = "forecasts/deter-and-normalize-2020.toml"
STRIKES = 'rule = {{ rule = "{0}", measure = "us_strikes" }}\nfine'
TEST = 'id = "one-test"\nscored = true\n'
ICBM = 'id = "one-icbm"\nscored = true\n'
CIRCLE = "rests on itself through its conditions; break the circle"
FIVE = (
    ("k = 6\n", "k = 6\nkk = 7\n", "kk", "is not a key"),
    (STRIKES.format("absent"), STRIKES.format("abscent"), "rule", "did you mean 'absent'?"),
    ("last = 2020-06-30", "last = 2019-06-30", "last", "lies before first"),
    ("mid = 0.675", "mid = 1.675", "mid", "from 0 to 1"),
    ('locator = "h2 b4 s1 c2"', 'locator = "h2 b9 s1"', "locator", "heading 2 has 4 bullets"),
    (TEST, f'{TEST}given = {{ label = "x", claim = "icbm-test-in-2020", reading = "one-icbm" }}\n', "given", CIRCLE),
    (ICBM, f'{ICBM}given = {{ label = "x", claim = "nuclear-test-in-2020", reading = "one-test" }}\n', "given", CIRCLE),
)
"""Typos, a window that ends before it starts, a probability over 1, a place that does not exist, a circle of two."""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return make_home(tmp_path)


def spoil(home: Path) -> str:
    """The file with all the mistakes in it; returns what it was."""
    path = home / "config" / BRIEF
    good = text = path.read_text(encoding="utf-8")
    for old, new, _, _ in FIVE:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")
    return good


def test_check_names_every_mistake_at_once_and_nothing_else(home: Path) -> None:
    spoil(home)
    done = program(home, "check", "--json")
    assert done.returncode == 1
    problems = json.loads(done.stdout)["problems"]
    assert {each["file"] for each in problems} == {BRIEF}
    for _, _, key, says in FIVE:
        assert any(each["key"] == key and says in each["message"] for each in problems), (key, problems)
    circle = [each for each in problems if CIRCLE in each["message"]]
    assert len(problems) == len(FIVE), "what follows from a mistake is not told as another"
    assert {each["table"] for each in circle} == {"claims[nuclear-test-in-2020]", "claims[icbm-test-in-2020]"}


def test_the_service_goes_on_with_the_last_good_set_and_says_so(home: Path) -> None:
    app = make_app(home)
    app.ready()
    app.refresh()
    before = app.verdicts("all")
    good = spoil(home)
    told = app.refresh()
    assert told.startswith("config changed and is not used")
    assert told.count(BRIEF) >= len(FIVE)
    app.ready()
    assert app.verdicts("all") == before
    assert app.judge().changed == 0
    health = app.health()
    (problem,) = (each for each in health.problems if "config" in each)
    assert "the last good set goes on" in problem
    assert "did you mean 'absent'?" in problem
    (home / "config" / BRIEF).write_text(good, encoding="utf-8")
    assert app.refresh() == "config changed and is read anew"
    assert not any("config" in each for each in app.health().problems)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('unit = "missile"', 'unit = "missle"', "nothing of missile_test is counted in 'missle'"),
        ('unit = "missile"', 'status = ["confirmd"]', "did you mean 'confirmed'?"),
        ('unit = "missile"', 'mode = "denied"', "opens no event of its own"),
        ('unit = "missile"', 'mode = "planned"', "'planned' is not known"),
        ("skeleton = [[1, 2, 3, 4]", "skeleton = [[1, 0, 3, 4]", "must give each heading a list"),
        ('zone = "America/New_York"', 'zone = "America/Boston"', "America/Boston"),
        ('rule = "occurs", measure = "us_strikes" }', 'rule = "occurs", measure = "us_strike" }', "did you mean"),
    ],
)
def test_a_mistake_in_what_is_counted_is_named(home: Path, old: str, new: str, says: str) -> None:
    path = home / "config" / BRIEF
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigError) as trouble:
        read_beliefs(home / "config")
    assert says in str(trouble.value)


def test_a_threat_is_counted_where_it_stands(home: Path) -> None:
    path = home / "config" / BRIEF
    text = path.read_text(encoding="utf-8")
    threats = 'category = "missile_test", subtypes = ["threat"], mode = "expected", status = ["confirmed"]'
    path.write_text(text.replace('category = "threat", subtypes = ["leader_threat"]', threats, 1), encoding="utf-8")
    claims = read_beliefs(home / "config").forecasts
    rule = next(claim.readings[0].rule for claim in claims if claim.ref == "F29a")
    events = rule.measure.events  # type: ignore[union-attr]
    assert (events.category, events.subtypes, events.statuses) == ("posture", ("threat",), ("confirmed",))


@pytest.mark.parametrize(
    ("locator", "says"),
    [
        ("h1", ""),
        ("h2 b1 s2 c3; h1 b2", ""),
        ("h3", "the document has 2 headings"),
        ("h1 b3", "heading 1 has 2 bullets"),
        ("h2 b1 s3", "bullet 1 of heading 2 has 2 sentences"),
        ("h1 s1", "is no place"),
        ("H2.1", "is no place"),
        ("h1;", "is no place"),
        ("h0", "is no place"),
    ],
)
def test_a_locator_leads_to_a_place_that_exists(locator: str, says: str) -> None:
    trouble = misplaced(locator, ((1, 3), (2,)))
    assert (says in trouble[0]) if says else trouble == []
    if "is no place" not in says:
        assert misplaced(locator, None) == []
