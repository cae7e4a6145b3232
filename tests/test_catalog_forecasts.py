"""Reading forecast files: what a good one gives, and every mistake at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from judging_world import TAXONOMY, series

from tracker.catalog.forecasts import read_forecasts
from tracker.core.errors import Problem
from tracker.core.forecasts import (
    Absent,
    BeforeAfter,
    Compare,
    Forecast,
    Gap,
    KOfN,
    NearestYear,
    Occurs,
    Rank,
)
from tracker.core.verdicts import Implied

ROOT = Path(__file__).resolve().parents[1]

VERBAL = """
[[tables]]
id = "words"
title = "Words"
source = "A book"
phrases = [{ phrase = "likely", low = 0.5, high = 0.9 }, { phrase = "remote", low = 0.01, high = 0.05 }]
"""
GOOD = """
windows = [
  { label = "2020", first = 2020-01-01, last = 2020-12-31, zone = "Asia/Seoul" },
  { label = "2019", first = 2019-01-01, last = 2019-12-31, zone = "Asia/Seoul" },
]
[document]
id = "brief"
title = "A brief"
publisher = "A house"
made_on = 2019-12-31
written = "before"
[measures]
tests = { category = "nuclear_test", noun = "test" }
[measures.launches]
category = "missile_test"
subtypes = ["ballistic"]
unit = "day"
noun = "launch day"
rate = "nuclear_tests"
[[claims]]
id = "first"
ref = "A1"
locator = "h1"
paraphrase = "There will be a launch."
kind = "forecast"
cluster = "testing"
p_implied = { low = 0.6, mid = 0.7, high = 0.8, tables = ["words: likely"] }
[[claims.readings]]
id = "main"
scored = true
windows = ["2020"]
rule = { rule = "occurs", measure = "launches" }
[claims.p_reference]
model = "laplace"
series = "nuclear_tests"
first = "2012"
last = "2019"
hit = "at_least"
number = 1
[[claims]]
id = "second"
ref = "A2"
locator = "h2"
paraphrase = "And no test."
kind = "conditional"
p_implied = { low = 0.95, mid = 0.97, high = 0.99, tables = ["words: remote"], inverted = true }
[[claims.readings]]
id = "main"
windows = ["2020", "2019"]
rule = { rule = "absent", measure = { category = "nuclear_test", noun = "test" } }
given = { label = "a launch", claim = "first", reading = "main" }
"""

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def into(text: str = GOOD, verbal: str = VERBAL) -> Path:
        home = tmp_path / "forecasts"
        home.mkdir(exist_ok=True)
        (home / "brief.toml").write_text(text, encoding="utf-8")
        (home / "verbal.toml").write_text(verbal, encoding="utf-8")
        return tmp_path

    return into


def read(folder: Path) -> tuple[tuple[Forecast, ...], list[Problem]]:
    return read_forecasts(folder, TAXONOMY, series(), places=["sohae"])


def test_a_good_file_gives_its_claims(write: Write) -> None:
    found, problems = read(write())
    assert problems == []
    first, second = found
    assert first.document == "brief"
    assert first.written == "before"
    assert first.readings[0].rule == Occurs(first.readings[0].rule.measure)  # type: ignore[union-attr]
    assert first.tables == ("words: likely",)
    assert isinstance(second.readings[0].rule, Absent)
    assert [window.label for window in second.readings[0].windows] == ["2020", "2019"]
    assert second.readings[0].given is not None
    assert second.readings[0].given.forecast == "first"


def test_the_config_hash_follows_the_judging_not_the_wording(write: Write) -> None:
    before = read(write())[0][0].config_hash
    assert read(write(GOOD.replace("There will be a launch.", "A launch is coming.")))[0][0].config_hash == before
    assert read(write(GOOD.replace('"occurs"', '"absent"')))[0][0].config_hash != before
    assert read(write(GOOD.replace("mid = 0.7,", "mid = 0.65,")))[0][0].config_hash != before


@pytest.mark.parametrize(
    ("old", "new", "key", "says"),
    [
        ('rule = "occurs"', 'rule = "occures"', "rule", "did you mean 'occurs'"),
        ("scored = true", "scorred = true", "scorred", "did you mean 'scored'"),
        ('measure = "launches"', 'measure = "launch"', "measure", "did you mean 'launches'"),
        ('["ballistic"]', '["balistic"]', "subtypes", "did you mean 'ballistic'"),
        ('"missile_test"', '"missile_tests"', "category", "did you mean 'missile_test'"),
        ('unit = "day"', 'unit = "day"\nplaces = ["sohea"]', "places", "did you mean 'sohae'"),
        ('rate = "nuclear_tests"', 'rate = "nuclear_test"', "rate", "did you mean 'nuclear_tests'"),
        ("last = 2020-12-31", "last = 2019-12-31", "last", "lies before first"),
        ('"Asia/Seoul" },\n]', '"Asia/Soul" },\n]', "zone", "no IANA zone"),
        ('windows = ["2020"]', 'windows = ["2021"]', "windows", "did you mean"),
        ('claim = "first"', 'claim = "frist"', "given", "did you mean 'first'"),
        ('reading = "main" }', 'reading = "mian" }', "given", "did you mean 'main'"),
        ("high = 0.8,", "high = 1.8,", "high", "from 0 to 1"),
        ("low = 0.6,", "low = 0.75,", "mid", "must not fall"),
        ('"words: likely"', '"words: lively"', "tables", "did you mean 'likely'"),
        ('"words: likely"', '"word: likely"', "tables", "did you mean 'words'"),
        ("high = 0.8,", "high = 0.95,", "tables", "cited bands run from 0.5 to 0.9"),
        (", inverted = true", "", "tables", "cited bands run from 0.01 to 0.05"),
        ('model = "laplace"', 'model = "laplas"', "model", "did you mean 'laplace'"),
        ('last = "2019"', 'last = "2020"', "last", "ends after the document's day"),
        ('first = "2012"', 'first = "12"', "first", "is no period"),
        ('kind = "forecast"', 'kind = "prophecy"', "kind", "known:"),
        ('id = "second"', 'id = "first"', "id", "stands twice"),
        ("made_on = 2019-12-31", 'made_on = "soon"', "made_on", "a day such as"),
        (
            'p_implied = { low = 0.6, mid = 0.7, high = 0.8, tables = ["words: likely"] }\n',
            "",
            "p_implied",
            "needs a probability",
        ),
        ('rule = { rule = "occurs", measure = "launches" }\n', "", "rule", "is missing"),
        ('label = "2019"', 'label = "2020"', "label", "stands twice"),
    ],
)
def test_each_mistake_says_where_and_what_would_mend_it(write: Write, old: str, new: str, key: str, says: str) -> None:
    assert old in GOOD
    found, problems = read(write(GOOD.replace(old, new, 1)))
    assert found == ()
    assert any(p.key == key and says in p.message and p.file == "forecasts/brief.toml" for p in problems), problems


def test_all_mistakes_come_at_once(write: Write) -> None:
    text = GOOD.replace('rule = "occurs"', 'rule = "occures"').replace("high = 0.8,", "high = 1.8,")
    _, problems = read(write(text.replace('kind = "conditional"', 'kind = "maybe"')))
    assert {"rule", "high", "kind"} <= {problem.key for problem in problems}


def test_a_circle_of_conditions_is_refused(write: Write) -> None:
    text = GOOD.replace(
        'rule = { rule = "occurs", measure = "launches" }\n',
        'rule = { rule = "occurs", measure = "launches" }\n'
        'given = { label = "no test", claim = "second", reading = "main" }\n',
    )
    found, problems = read(write(text))
    assert found == ()
    assert sum("rests on itself" in problem.message for problem in problems) == 2


def test_a_missing_folder_or_broken_file_is_a_problem(tmp_path: Path, write: Write) -> None:
    assert any("holds no document" in problem.message for problem in read(tmp_path)[1])
    assert any("not valid TOML" in problem.message for problem in read(write("claims = ["))[1])
    upside_down = VERBAL.replace("low = 0.5", "low = 0.95")
    assert any("a band runs from low to high" in p.message for p in read(write(verbal=upside_down))[1])


RULES = {
    "compare": 'measure = "launches", baseline = "2019", how = "ratio", bound = "at_least", number = 0.75',
    "rank": 'measure = "launches", others = ["2019"], top = 1',
    "nearest_year": 'measures = ["launches", "tests"], others = ["2019"], expected = "2019"',
    "before_after": 'measure = "launches", anchor = "tests", days = 31, bound = "more_than", number = 0',
    "gap": 'measure = "launches", bound = "at_most", number = 90',
    "k_of_n": 'k = 1, parts = [{ label = "a", rule = "occurs", measure = "tests" }]',
}


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("compare", Compare),
        ("rank", Rank),
        ("nearest_year", NearestYear),
        ("before_after", BeforeAfter),
        ("gap", Gap),
        ("k_of_n", KOfN),
    ],
)
def test_every_rule_can_be_written(write: Write, name: str, kind: type) -> None:
    line = f'rule = {{ rule = "{name}", {RULES[name]} }}'
    found, problems = read(write(GOOD.replace('rule = { rule = "occurs", measure = "launches" }', line)))
    assert problems == []
    assert isinstance(found[0].readings[0].rule, kind)


@pytest.mark.parametrize(
    ("name", "old", "new", "says"),
    [
        ("compare", '"2019"', '"2018"', "is no window"),
        ("compare", "0.75", "0", "a ratio is above 0"),
        ("compare", '"at_least"', '"at_lest"', "did you mean 'at_least'"),
        ("nearest_year", 'expected = "2019"', 'expected = "2020"', "is not among others"),
        ("nearest_year", '"tests"]', '"test"]', "did you mean 'tests'"),
        ("gap", '"at_most"', '"more_than"', "is not known"),
        ("k_of_n", "k = 1", "k = 2", "from 1 to 1"),
        ("k_of_n", '"tests" }', '"tests", wen = 1 }', "is not a key"),
        ("before_after", "days = 31", "days = 0", "1 or above"),
    ],
)
def test_a_mistake_in_a_rule_is_named(write: Write, name: str, old: str, new: str, says: str) -> None:
    assert old in RULES[name]
    line = f'rule = {{ rule = "{name}", {RULES[name].replace(old, new)} }}'
    _, problems = read(write(GOOD.replace('rule = { rule = "occurs", measure = "launches" }', line)))
    assert any(says in problem.message for problem in problems), problems


def test_the_shipped_claims_read_clean() -> None:
    found, problems = read_forecasts(ROOT / "config", TAXONOMY, series())
    assert problems == []
    assert len(found) == len({claim.ref for claim in found}) == 42
    items = [(claim.ref, w.label) for claim in found for r in claim.readings if r.scored for w in r.windows]
    assert len(items) == 15
    for claim in found:
        assert claim.written == "after"
        for reading in claim.readings:
            assert reading.fine_print


FAMILIES = """
[[tables]]
id = "other"
name = "Other"
title = "Other words"
source = "Another book"
phrases = [{ phrase = "probable", low = 0.6, high = 0.8 }, { phrase = "hardly", low = 0.0, high = 0.1 }]
[[families]]
words = "likely"
other = "probable"
[[families]]
words = "remote"
other = "hardly"
"""


def test_words_are_told_by_the_other_tables_too(write: Write) -> None:
    named = VERBAL.replace('id = "words"', 'id = "words"\nname = "Words"')
    (first, second), problems = read(write(verbal=named + FAMILIES))
    assert problems == []
    assert [(each.table, each.name, each.implied) for each in first.retold] == [
        ("words", "Words", Implied(0.5, 0.7, 0.9)),
        ("other", "Other", Implied(0.6, 0.7, 0.8)),
    ]
    assert second.retold[1].implied == Implied(0.9, 0.95, 1.0), "inverted: the words speak of the opposite"
    (plain, _), _ = read(write())
    assert plain.retold == (), "tables without a short name are not set side by side"


def test_a_family_names_phrases_that_exist(write: Write) -> None:
    _, problems = read(write(verbal=VERBAL + FAMILIES.replace('words = "likely"', 'words = "likly"')))
    assert [(each.key, "did you mean 'likely'?" in each.message) for each in problems] == [("words", True)]
    _, problems = read(write(verbal=VERBAL + FAMILIES.replace('words = "likely"', 'wrods = "likely"')))
    assert [each.key for each in problems] == ["wrods"]


def test_the_shipped_words_are_told_by_all_four_tables() -> None:
    by_ref = {
        each.ref: {band.table: band.implied for band in each.retold}
        for each in read_forecasts(ROOT / "config", TAXONOMY, series())[0]
    }
    assert set(by_ref["F18"]) == {"icd203", "kent", "ipcc", "kesselman"}
    assert by_ref["F18"]["icd203"] == Implied(0.55, 0.675, 0.8)
    assert by_ref["F16"]["kent"] == Implied(0.88, 0.93, 0.98)
    assert set(by_ref["F07"]) == {"icd203", "kent"}, "a bare assertion has no word in the other two"
    assert by_ref["F29c"] == {}, "named as an example: in no table"
