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
from tracker.classify.literals import alternatives, openings
from tracker.classify.rules import RulesReader
from tracker.classify.sieve import Sieve
from tracker.classify.trails import BORDER, EDGE, TOP, marked, told_apart, trails
from tracker.core.observations import Text

ROOT = Path(__file__).resolve().parents[1]
WORDS, _ = read_taxonomy(ROOT / "config")
PLACES, _ = read_places(ROOT / "config")
RULES = RulesReader(WORDS, PLACES)
BOOK = WORDS.phrasebook
PATTERNS = [phrase.pattern for words in BOOK.categories for phrase in words.phrases]
PATTERNS += [frame.pattern for frame in BOOK.frames]


@pytest.mark.parametrize(
    ("pattern", "wanted", "sure"),
    [
        ("missile launch", [{f"missile{BORDER}{EDGE}", f"{EDGE}{BORDER}launch"}], False),
        ("(?:fires?|shot) .*rocket", [{f"fires{BORDER}{EDGE}", f"{EDGE}", "rocket"}], False),
        (r"\bst[eo]l\b", [{f"{BORDER}stel{BORDER}", f"{BORDER}stol{BORDER}"}], True),
        ("north(?=ern)", [{"north"}], False),
        ("^how", [{f"{TOP}{BORDER}how"}], False),
        ("(?:optional)?x?", [set()], False),
        ("(?i:Seoul)", [set()], False),
        (r"a\bb", [], False),
    ],
)
def test_trails_are_read_off_the_expression(pattern: str, wanted: list[set[str]], sure: bool) -> None:
    found = trails(pattern)
    assert len(found) == len(wanted)
    for trail, scraps in zip(found, wanted, strict=True):
        assert scraps - {EDGE} <= {scrap for step in trail.steps for scrap in step}
        assert trail.sure is sure


def test_folded_trails_hold_for_the_text_in_lower_case() -> None:
    (trail,) = trails("(?i:Seoul)", folded=True)
    assert trail.steps == {frozenset({"seoul"})}
    assert trail.sure
    assert not any(each.sure for each in trails("Seoul", folded=True)), "case decides, and lower case hides it"


def test_what_single_words_tell_is_put_together() -> None:
    assert told_apart("rocket|a .*b|missile") == ("rocket|missile", "a .*b")
    assert told_apart("") == ()


def test_a_word_shows_its_borders() -> None:
    assert marked("pre-test") == f"{EDGE}{BORDER}pre{BORDER}-{BORDER}test{BORDER}{EDGE}"
    assert marked("how", first=True).startswith(f"{TOP}{BORDER}how")


def test_an_expression_is_cut_at_its_outermost_bars() -> None:
    assert alternatives(r"a|(?:b|c)d|[|]e|\|f") == ("a", "(?:b|c)d", "[|]e", r"\|f")
    assert alternatives("(?i:x|y)|z") == ("(?i:x)", "(?i:y)", "z")


def test_openings_are_known_where_letters_are() -> None:
    assert openings("(?:north|n\\.) korea", 2) == {"no", "n."}
    assert openings(r"\w+ korea") is None


def test_no_shipped_pattern_is_turned_away_from_a_text_it_matches() -> None:
    sieve = Sieve(PATTERNS)
    choose = sieve.choice(range(len(PATTERNS)))
    compiled = [re.compile(each) for each in PATTERNS]
    texts = []
    for path in sorted((ROOT / "models" / "corpus").glob("*.jsonl")):
        texts += [json.loads(line)["text"] for line in path.read_text(encoding="utf-8").splitlines()[:12]]
    matched = 0
    for text in texts:
        canonical = RULES.look(Text(text)).canonical.text
        met = sieve.met(canonical)
        admitted = set(choose(met))
        for number, pattern in enumerate(compiled):
            if met & sieve.choice((number,)).sure[0]:
                assert pattern.search(canonical) is not None, (PATTERNS[number], canonical)
            if number not in admitted:
                assert pattern.search(canonical) is None, (PATTERNS[number], canonical)
            else:
                matched += 1
    assert matched > len(texts)


@given(text=st.text(alphabet="abc xyz", max_size=30))
def test_a_sieve_never_turns_a_match_away(text: str) -> None:
    patterns = [
        "a[bc]x|yz", "(?:ab )?c", "x.*y", "b{2}", "zz|a a", "(?=.*z)x", r"\bab\b|cc", "^a[xy] ?b",
        "ab+ (?:c|a b|xyz) ?z",
        r"(?:a|b c|bb)\b(?: x)+y", "[^ ]+ab|(?<!a)bc$", "(?:ab|bc|ca){1,2}x", r"c\b.*(?:aa|b(?=c)|x y) ?a",
    ]  # fmt: skip
    sieve = Sieve(patterns)
    met = sieve.met(text)
    admitted = set(sieve.choice(range(len(patterns)))(met))
    sure = {number for number in range(len(patterns)) if met & sieve.choice((number,)).sure[0]}
    assert sure <= {number for number, each in enumerate(patterns) if re.search(each, text)}
    assert {number for number, each in enumerate(patterns) if re.search(each, text)} <= admitted


def test_every_pattern_of_the_gate_shows_letters() -> None:
    for expression in (BOOK.gate, BOOK.weak, BOOK.context):
        assert [
            each for each in alternatives(expression) if not all(trail.steps for trail in trails(each, folded=True))
        ] == []
