"""The gate and its prefilter: nothing that an expression matches is turned away, and most of what none does is."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.catalog.taxonomy import read_taxonomy
from tracker.classify.gate import Gate
from tracker.classify.prefilter import Prefilter, places

ROOT = Path(__file__).resolve().parents[1]
BOOK = read_taxonomy(ROOT / "config")[0].phrasebook


def plainly(text: str) -> bool:
    """What the gate says, by running its three expressions."""
    gate, weak, context = (re.compile(each) for each in (BOOK.gate, BOOK.weak, BOOK.context))
    return bool(gate.search(text)) or (bool(weak.search(text)) and bool(context.search(text)))


def test_the_gate_says_what_its_expressions_say() -> None:
    gate = Gate(BOOK.gate, BOOK.weak, BOOK.context)
    told = {True: 0, False: 0}
    for path in sorted([*(ROOT / "models" / "corpus").glob("*.jsonl"), *(ROOT / "models" / "sets").glob("??.jsonl")]):
        for line in path.read_text(encoding="utf-8").splitlines()[:25]:
            text = json.loads(line)["text"]
            for each in (text, text.upper(), text.replace(" ", "  "), f"“{text}”"):
                assert gate.passes(each) == plainly(each), each
                told[plainly(each)] += 1
    assert min(told.values()) > 100


PATTERNS = [r"\bnk\b", "(?i:korea)", "kim (?:jong|yo)", "n[oe] ?ko", "détente", "北(?=が)|ミサイル", "(?:^| )x-9$"]


@given(text=st.text(alphabet=" kimnojgyreaKét北がミサイル-“”_x9", max_size=25))
def test_a_prefilter_never_turns_a_match_away(text: str) -> None:
    prefilter = Prefilter(PATTERNS)
    lowered = text.lower()
    matched = {place for place, pattern in enumerate(PATTERNS) if re.search(pattern, lowered)}
    assert matched <= set(prefilter.chosen(lowered))
    assert set(places(prefilter.met(lowered) >> len(PATTERNS))) <= matched


@pytest.mark.parametrize(
    ("text", "passes"),
    [
        ("nk fires", True),
        ("“nk”", True),
        ("é nk é", True),
        ("think", False),
        ("bank_nk", True),  # more than matches may pass, never less
        ("détente", True),
        ("北京", True),
        ("東京", False),
        ("", False),
        ("\ud800 korea", True),
        ("\ud800", False),
    ],
)
def test_a_prefilter_looks_for_pieces_between_their_borders(text: str, passes: bool) -> None:
    assert bool(Prefilter(PATTERNS).met(text)) == passes


def test_an_expression_without_letters_may_match_anything() -> None:
    assert Prefilter(["korea", "[^a]+"]).chosen("anything") == [1]
    assert Prefilter(["korea", "[^a]+"]).chosen("korea") == [0, 1]
    assert Prefilter([]).chosen("anything") == []
