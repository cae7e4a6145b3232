"""config/taxonomy.toml and config/observers.toml: the shipped files are sound, broken ones name every mistake."""

from __future__ import annotations

from pathlib import Path

import pytest

from tracker.catalog.observers import read_observers
from tracker.catalog.taxonomy import read_taxonomy
from tracker.core.observations import MODES

CONFIG = Path(__file__).resolve().parents[1] / "config"

SMALL = r"""
[relevance]
gate = "(?i:land)"
weak = "north"
context = "south"
concerns = "NK"
hints = "isle"
[[actors]]
token = "NK"
re = "(?i:northland)"
[fragments]
verb = "fires|launches"
did = "NK {verb}"
[[categories]]
id = "launch"
label = "Launch"
zone = "Asia/Seoul"
unit = "missile"
window_days = 1
echo_days = 3
per_year = 5
weight = 2.0
guide = true
gate = "missile"
prior = { commentary = 0.5 }
subtypes = [{ id = "LONG", label = "long", words = "long" }]
phrases = [{ re = "{did} .*missile", p = 0.9, mode = "occurred", weight = 2.0 }]
[[effects]]
category = "launch"
mode = "occurred"
act = "opens"
"""


def read(tmp_path: Path, text: str) -> tuple[object, list[str]]:
    (tmp_path / "taxonomy.toml").write_text(text, encoding="utf-8")
    values, problems = read_taxonomy(tmp_path)
    return values, [f"{each.table} {each.key}: {each.message}" for each in problems]


def test_the_shipped_taxonomy_is_sound() -> None:
    values, problems = read_taxonomy(CONFIG)
    assert problems == []
    assert sum(each.guide for each in values.taxonomy.categories.values()) == 6
    for name, category in values.taxonomy.categories.items():
        assert values.taxonomy.effect(name, "", "occurred").act == "opens", name
        if category.guide:
            assert values.taxonomy.effect(name, "", "commentary").act == "context", name
            assert all(values.taxonomy.effect(name, "", mode).act for mode in MODES)


def test_speech_about_a_launch_never_opens_a_launch() -> None:
    taxonomy = read_taxonomy(CONFIG)[0].taxonomy
    for (category, _, mode), effect in taxonomy.effects.items():
        if effect.act == "opens" and mode in ("expected", "denied") and category in ("missile_test", "nuclear_test"):
            assert effect.category == "posture"


def test_the_version_follows_what_placing_depends_on(tmp_path: Path) -> None:
    first, _ = read(tmp_path, SMALL)
    again, _ = read(tmp_path, SMALL)
    wider, _ = read(tmp_path, SMALL.replace("window_days = 1", "window_days = 2"))
    other_words, _ = read(tmp_path, SMALL.replace("fires|launches", "fires"))
    assert first == again
    assert first.taxonomy.version != wider.taxonomy.version  # type: ignore[attr-defined]
    assert first.taxonomy.version == other_words.taxonomy.version  # type: ignore[attr-defined]
    assert first.phrasebook.version != other_words.phrasebook.version  # type: ignore[attr-defined]


def test_fragments_are_filled_in(tmp_path: Path) -> None:
    values, problems = read(tmp_path, SMALL)
    assert problems == []
    assert values.phrasebook.categories[0].phrases[0].pattern == "(?:NK (?:fires|launches)) .*missile"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("{did} .*missile", "{dit} .*missile", "did you mean 'did'?"),
        ("{did} .*missile", "(unclosed", "is not a valid pattern"),
        ('mode = "occurred", weight', 'mode = "ocurred", weight', "did you mean 'occurred'?"),
        ('token = "NK"', 'token = "nk"', "capital letters"),
        ('zone = "Asia/Seoul"', 'zone = "Asia/Soul"', "is no IANA zone"),
        ('act = "opens"', 'act = "open"', "did you mean 'opens'?"),
        ('category = "launch"\nmode', 'category = "lunch"\nmode', "did you mean 'launch'?"),
        ('act = "opens"', 'act = "opens"\nopens = "launsh"', "did you mean 'launch'?"),
        ("p = 0.9", "p = 1.9", "from 0 to 1"),
        ("window_days = 1", "window_day = 1", "did you mean 'window_days'?"),
        ('gate = "missile"\n', "", "no phrase of this category is ever tried"),
        ('hints = "isle"\n', "", "hints: is missing"),
    ],
)
def test_a_mistake_is_named_with_its_mend(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in SMALL
    _, problems = read(tmp_path, SMALL.replace(old, new, 1))
    assert any(said in problem for problem in problems), problems


def test_every_problem_comes_at_once(tmp_path: Path) -> None:
    _, problems = read(
        tmp_path, SMALL.replace("p = 0.9", "p = 9").replace("Asia/Seoul", "Nowhere").replace('"opens"', '"shuts"')
    )
    assert len(problems) == 3


def test_a_missing_file_is_a_problem(tmp_path: Path) -> None:
    values, problems = read_taxonomy(tmp_path)
    assert [each.message for each in problems] == ["is missing; restore it from the repository"]
    assert values.taxonomy.categories == {}


def test_the_shipped_observers_are_sound() -> None:
    observers, problems = read_observers(CONFIG)
    assert problems == []
    assert observers.active in observers.known


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('active = "rule"\n[[observers]]\nid = "rules"\nkind = "rules"\n', "not one of the observers"),
        ('active = "m"\n[[observers]]\nid = "m"\nkind = "model"\nartefact = "../x"\n', "under models/"),
        ('active = "m"\n[[observers]]\nid = "m"\nkind = "rules"\nartefact = "x-0001"\n', "only for models"),
        ('active = "m"\n[[observers]]\nid = "m"\nkind = "ruler"\n', "did you mean 'rules'?"),
    ],
)
def test_mistakes_in_the_observers_are_named(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "observers.toml").write_text(text, encoding="utf-8")
    _, problems = read_observers(tmp_path)
    assert any(said in each.message for each in problems), problems
