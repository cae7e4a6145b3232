"""The training texts of models/corpus/: well formed, unique, balanced, and our own wording."""

from __future__ import annotations

import json
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tracker.classify.scripts import language

ROOT = Path(__file__).resolve().parents[1]
CORPUS = ROOT / "models" / "corpus"
DEV = ROOT.parent / "shared" / "eval" / "dev_headlines.jsonl"

FIELDS = {"id": str, "text": str, "summary": str, "lang": str, "tags": list, "mode": str, "subtype": str}
MODES = ("occurred", "expected", "denied", "commentary")
SUBTYPES = {
    "missile_test": {
        "SRBM", "MRBM", "IRBM", "ICBM", "SLBM", "SLV", "CRUISE", "SAM", "MLRS", "BALLISTIC", "threat", "moratorium",
    },
    "talks": {
        "leader", "ministerial", "working", "letter", "refusal", "offer", "humanitarian", "hotline", "us_contact",
        "visit", "announcement",
    },
    "sanctions": {
        "unsc_resolution", "designation", "relief", "seizure", "indictment", "panel_report", "us_measure",
    },
    "nuclear_test": {"threat", "moratorium"},
    "exercise": {"field", "command_post", "postponed", "suspended"},
    "other_provocation": {
        "armed_incident", "demolition", "comms_cut", "parade", "engine_test", "cyber", "killing", "threat",
        "weapon_test", "leader_threat",
    },
}  # fmt: skip
LEAST_TEXTS = 1500
MOST_PER_TEMPLATE = 10
LEAST = {"en": 400, "ko": 80, "ja": 120, "zh": 120}
SHORTEST = 5  # letters of a title in a language that writes without spaces
TOO_NEAR = 0.8  # word-Jaccard at which a text counts as a copy of another


@cache
def rows() -> tuple[dict[str, Any], ...]:
    """Every row of every corpus file, in file and line order."""
    return tuple(
        json.loads(line)
        for path in sorted(CORPUS.glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    )


def words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text.lower()))


class Shelf:
    """Texts already seen; tells whether a new one is a copy of any of them without looking at each."""

    def __init__(self) -> None:
        self._texts: list[frozenset[str]] = []
        self._by_word: dict[str, list[int]] = {}

    def add(self, text: frozenset[str]) -> None:
        for word in text:
            self._by_word.setdefault(word, []).append(len(self._texts))
        self._texts.append(text)

    def holds_copy(self, text: frozenset[str]) -> bool:
        """Whether a text on the shelf comes as near as ``TOO_NEAR`` to this one.

        A copy lacks at most a fifth of the words, so it has one of any greater part of them: the rarest are asked.
        """
        rarest = sorted(text, key=lambda word: (len(self._by_word.get(word, ())), word))
        asked = rarest[: int((1.0 - TOO_NEAR) * len(text)) + 1]
        near = {place for word in asked for place in self._by_word.get(word, ())}
        return any(len(text & self._texts[k]) >= TOO_NEAR * len(text | self._texts[k]) for k in near)


def test_every_row_has_the_declared_fields() -> None:
    wrong = [
        row["id"]
        for row in rows()
        if set(row) != {*FIELDS, "template"} or not all(isinstance(row[f], t) for f, t in FIELDS.items())
    ]
    assert wrong == []


def test_ids_and_texts_are_unique() -> None:
    ids = Counter(row["id"] for row in rows())
    texts = Counter(" ".join(row["text"].lower().split()) for row in rows())
    assert [value for value, times in (ids + texts).items() if times > 1] == []


def test_there_are_enough_texts_in_every_language() -> None:
    languages = Counter(row["lang"] for row in rows())
    assert set(languages) == set(LEAST)
    assert len(rows()) >= LEAST_TEXTS
    assert {lang: times for lang, times in languages.items() if times < LEAST[lang]} == {}


def test_the_language_is_the_one_of_the_letters() -> None:
    wrong = [row["id"] for row in rows() if language(row["text"]) != row["lang"]]
    assert wrong == []


def test_tags_mode_and_subtype_agree() -> None:
    for row in rows():
        spaced = row["lang"] == "en" or row["id"].startswith("c")
        assert len(row["text"].split()) >= 3 if spaced else len(row["text"]) >= SHORTEST, row["id"]
        assert set(row["tags"]) <= set(SUBTYPES), row["id"]
        assert len(set(row["tags"])) == len(row["tags"]), row["id"]
        assert row["mode"] in MODES if row["tags"] else row["mode"] == "", row["id"]
        allowed = {"", *(sub for tag in row["tags"] for sub in SUBTYPES[tag])}
        assert row["subtype"] in allowed, row["id"]


def test_every_category_comes_in_every_mode() -> None:
    seen = Counter((tag, row["mode"]) for row in rows() for tag in row["tags"])
    assert [(tag, mode) for tag in SUBTYPES for mode in MODES if not seen[tag, mode]] == []


def test_every_subtype_has_an_example() -> None:
    seen = {row["subtype"] for row in rows()}
    assert {sub for subs in SUBTYPES.values() for sub in subs} <= seen


def test_many_texts_have_no_category_and_some_have_two() -> None:
    sizes = Counter(len(row["tags"]) for row in rows())
    assert sizes[0] >= 200
    assert sum(times for size, times in sizes.items() if size > 1) >= 20


def test_at_most_ten_texts_share_a_template() -> None:
    templates = Counter(row["template"] for row in rows() if row["template"])
    assert {name: times for name, times in templates.items() if times > MOST_PER_TEMPLATE} == {}


def test_few_texts_share_their_opening_words() -> None:
    """A template need not carry a label to be one: the same four opening words betray it."""
    openings = Counter(tuple(re.findall(r"\w+", row["text"].lower())[:4]) for row in rows())
    assert max(openings.values()) <= MOST_PER_TEMPLATE


def test_no_text_repeats_another_of_the_corpus() -> None:
    sets = [words(row["text"]) for row in rows()]
    shelf, near = Shelf(), []
    for row, each in zip(rows(), sets, strict=True):
        if shelf.holds_copy(each):
            near.append(row["id"])
        shelf.add(each)
    assert near == []


def test_no_text_is_near_a_development_headline() -> None:
    if not DEV.exists():
        pytest.skip("the development headlines (../shared/eval/dev_headlines.jsonl) are not beside the project")
    shelf = Shelf()
    for line in DEV.read_text(encoding="utf-8").splitlines():
        shelf.add(words(json.loads(line)["text"]))
    assert [row["id"] for row in rows() if shelf.holds_copy(words(row["text"]))] == []
