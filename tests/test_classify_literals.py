"""What must stand in a text before an expression can match it: never a match turned away."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.catalog.places import read_places
from tracker.catalog.taxonomy import read_taxonomy
from tracker.classify.literals import Sieve, alternatives, clauses, openings
from tracker.classify.rules import RulesReader
from tracker.core.observations import Text

ROOT = Path(__file__).resolve().parents[1]
WORDS, _ = read_taxonomy(ROOT / "config")
PLACES, _ = read_places(ROOT / "config")
RULES = RulesReader(WORDS, PLACES)
BOOK = WORDS.phrasebook
PATTERNS = [phrase.pattern for words in BOOK.categories for phrase in words.phrases]
PATTERNS += [frame.pattern for frame in BOOK.frames]


@pytest.mark.parametrize(
    ("pattern", "wanted"),
    [
        ("missile launch", [{"missile launch"}]),
        ("(?:fires?|launch(?:es|ed)) .*rocket", [{"fire", "launch"}, {" ", "rocket"}]),
        (r"\bst[eo]l\w+", [{"stel", "stol"}]),
        ("(?:optional)?x?", []),
        ("(?i:Seoul)", []),
    ],
)
def test_clauses_are_read_off_the_expression(pattern: str, wanted: list[set[str]]) -> None:
    found = [set(each) for each in clauses(pattern)]
    for clause in wanted:
        assert any(clause - {" "} & each or clause & each for each in found)
    if not wanted:
        assert found == []


def test_folded_clauses_hold_for_the_text_in_lower_case() -> None:
    assert [set(each) for each in clauses("(?i:Seoul)", folded=True)] == [{"seoul"}]


def test_an_expression_is_cut_at_its_outermost_bars() -> None:
    assert alternatives(r"a|(?:b|c)d|[|]e|\|f") == ("a", "(?:b|c)d", "[|]e", r"\|f")
    assert alternatives("(?i:x|y)|z") == ("(?i:x)", "(?i:y)", "z")


def test_openings_are_known_where_letters_are() -> None:
    assert openings("(?:north|n\\.) korea", 2) == {"no", "n."}
    assert openings(r"\w+ korea") is None


def test_no_shipped_pattern_is_turned_away_from_a_text_it_matches() -> None:
    sieve = Sieve(PATTERNS)
    choose = sieve.chooser(range(len(PATTERNS)))
    compiled = [re.compile(each) for each in PATTERNS]
    texts = []
    for path in sorted((ROOT / "models" / "corpus").glob("*.jsonl")):
        texts += [json.loads(line)["text"] for line in path.read_text(encoding="utf-8").splitlines()[:12]]
    matched = 0
    for text in texts:
        canonical = RULES.look(Text(text)).canonical.text
        admitted = set(choose(sieve.met(canonical)))
        for number, pattern in enumerate(compiled):
            if number not in admitted:
                assert pattern.search(canonical) is None, (PATTERNS[number], canonical)
            else:
                matched += 1
    assert matched > len(texts)


@given(text=st.text(alphabet="abc xyz", max_size=30))
def test_a_sieve_never_turns_a_match_away(text: str) -> None:
    patterns = ["a[bc]x|yz", "(?:ab )?c", "x.*y", "b{2}", "zz|a a", "(?=.*z)x"]
    sieve = Sieve(patterns)
    admitted = set(sieve.chooser(range(len(patterns)))(sieve.met(text)))
    assert {number for number, each in enumerate(patterns) if re.search(each, text)} <= admitted


def test_every_pattern_of_the_gate_shows_letters() -> None:
    for expression in (BOOK.gate, BOOK.weak, BOOK.context):
        assert [each for each in alternatives(expression) if not clauses(each, folded=True)] == []
