"""What the model sees of a text: the same features by name and by number, and no more kept than is bounded."""

from __future__ import annotations

from pathlib import Path

import pytest

from tracker.catalog.places import read_places
from tracker.catalog.taxonomy import read_taxonomy
from tracker.classify import features
from tracker.classify.features import Features, Names
from tracker.classify.rules import RulesReader
from tracker.classify.table import Numbers
from tracker.core.observations import Text

ROOT = Path(__file__).resolve().parents[1]
WORDS, _ = read_taxonomy(ROOT / "config")
PLACES, _ = read_places(ROOT / "config")
RULES = RulesReader(WORDS, PLACES)

TITLES = (
    "North Korea fires two missiles after Seoul and Washington refuse to call off drills",
    "Kim Jong Un doesn't meet Trump, not now and never without sanctions relief, while Moon waits",
    "After the launch, North Korea: what next?",
    "Missiles, missiles, missiles: North Korea's missiles",
    "북한, 동해상으로 탄도미사일 발사",
    "朝鲜发射导弹 US 谴责",
    "North Korea",
    "Rain in Paris",
)


@pytest.mark.parametrize("title", TITLES)
def test_a_text_is_seen_by_number_as_by_name(title: str) -> None:
    look = RULES.look(Text(title))
    numbers = Numbers(sorted(look.features))
    assert look.seen_by(Features(numbers)) - {numbers.unknown} == {numbers.one(each) for each in look.features}
    # Nothing but a stranger's vocabulary: what is not known says nothing, and is no other feature's number.
    stranger = Numbers(["s=unheard", "b=of old", "X=talks|them", "a=US … never"])
    assert look.seen_by(Features(stranger)) == {stranger.unknown}


def test_words_and_their_neighbours_are_named() -> None:
    seen = RULES.look(Text("North Korea refuses to meet Trump after drills")).features
    assert {"o=NK", "s=refus", "w=refuses", "b=NK refus", "a=NK … meet", "A=NK", "O=NK > POTUS"} <= seen
    assert {"x=names the North", "x=holds a negation", "n=to", "n=meet", "B=after", "g=after", "g=drill"} <= seen
    assert not {"a=NK … drill", "n=drill", "g=meet", "n=refus"} & seen


def test_a_word_is_negated_only_within_reach() -> None:
    seen = RULES.look(Text("North Korea will not ever in any way give up arms")).features
    assert {each for each in seen if each.startswith("n=")} == {"n=ever", "n=in", "n=any", "n=way"}


def test_what_is_remembered_of_words_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(features, "REMEMBERED", 5)
    bounded = Features(Names())
    for number in range(30):
        look = RULES.look(Text(f"North Korea tests weapon{number} near village{number} {'x' * 100}{number}"))
        assert look.seen_by(bounded) == look.features
    assert len(bounded._words) == 5
