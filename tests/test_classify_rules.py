"""The rules observer on sentences written for this test: what, in which mode, and what must never be tagged."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.catalog.places import read_places
from tracker.catalog.taxonomy import read_taxonomy
from tracker.classify.canonical import Rewriter, is_korean, plain
from tracker.classify.evaluation import evaluate
from tracker.classify.rules import RulesReader
from tracker.core.days import Published, likeliest
from tracker.core.observations import Mention, Observation, Text

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(__file__).resolve().parents[2] / "shared"
WORDS, _ = read_taxonomy(ROOT / "config")
PLACES, _ = read_places(ROOT / "config")
READER = RulesReader(WORDS, PLACES)
STAMP = Published.instant(datetime.fromisoformat("2020-03-02T04:10:00Z"))


def read(title: str, summary: str = "", published: Published = STAMP) -> Observation:
    return READER.observe([Text(title, summary, published)])[0]


def only(title: str) -> Mention:
    mentions = read(title).mentions
    assert len(mentions) == 1, (title, [(each.category, each.mode) for each in mentions])
    return mentions[0]


SAID = [
    ("N. Korea fires two ballistic missiles off its east coast", "missile_test", "occurred"),
    ("Pyongyang launches long-range rocket, Tokyo says", "missile_test", "occurred"),
    ("North Korea claims to have tested a new hypersonic missile", "missile_test", "occurred"),
    ("Japan detects North Korean missile launch", "missile_test", "occurred"),
    ("North Korea could test an ICBM any time, Seoul warns", "missile_test", "expected"),
    ("Satellite photos show North Korea preparing missile launch", "missile_test", "expected"),
    ("Washington condemns North Korean missile launch", "missile_test", "commentary"),
    ("What the North Korean rocket launch means for Tokyo", "missile_test", "commentary"),
    ("North Korea suspends missile tests, state television announces", "missile_test", "denied"),
    ("North Korea conducts a nuclear test, its third", "nuclear_test", "occurred"),
    ("Kim Jong Un may order another nuclear test, spy agency says", "nuclear_test", "expected"),
    ("Scientists study rock moved by North Korea's nuclear test", "nuclear_test", "commentary"),
    ("Kim Jong Un and Xi Jinping meet in Dalian", "talks", "occurred"),
    ("Kim Jong Un to visit Moscow next month", "talks", "expected"),
    ("North Korea rejects Seoul's proposal for talks", "talks", "denied"),
    ("Why talks with North Korea keep failing", "talks", "commentary"),
    ("UN Security Council adopts fresh sanctions against North Korea", "sanctions", "occurred"),
    ("Treasury blacklists three North Korean shipping firms", "sanctions", "occurred"),
    ("Tokyo considers more sanctions on North Korea", "sanctions", "expected"),
    ("Do sanctions on North Korea work?", "sanctions", "commentary"),
    ("US and South Korea begin joint military drills", "exercise", "occurred"),
    ("South Korea and US postpone joint military exercise", "exercise", "denied"),
    ("North Korean troops open fire at southern guard post", "other_provocation", "occurred"),
    ("North Korea threatens merciless strike on Seoul", "other_provocation", "expected"),
    ("North Korean hackers stole millions in cryptocurrency, investigators say", "other_provocation", "occurred"),
    ("북한, 동해상으로 탄도미사일 두 발 발사", "missile_test", "occurred"),
    ("북한, 며칠 내 미사일 발사 가능성", "missile_test", "expected"),
    ("미국, 북한 미사일 발사 강력 규탄", "missile_test", "commentary"),
    ("북한, 남측 회담 제안 거부", "talks", "denied"),
    ("안보리, 대북 제재 결의 만장일치 채택", "sanctions", "occurred"),
    ("북한 6차 핵실험 실시", "nuclear_test", "occurred"),
    ("한미, 연합훈련 연기하기로", "exercise", "denied"),
]


@pytest.mark.parametrize(("title", "category", "mode"), SAID)
def test_who_did_what_in_which_mode(title: str, category: str, mode: str) -> None:
    observation = read(title)
    found = {each.category: each.mode for each in observation.mentions}
    assert found.get(category) == mode, (title, found)
    assert observation.concerns


STRANGERS = [
    "Iran test-fires medium-range ballistic missile",
    "India launches Agni missile from island off Odisha",
    "South Korea test-fires its own submarine missile",
    "US tests Minuteman ICBM over the Pacific",
    "New sanctions on Venezuela hit oil exports",
    "Kim Kardashian meets Trump at the White House",
    "Storm moves north, drills suspended at oil platform",
    "Peace talks with the Taliban resume in Doha",
    "North Carolina declares emergency after missile museum fire",
    "Seoul shares close higher",
    "K-pop band to visit Paris for summit of fans",
    "Russia and China hold joint naval exercise",
]


@pytest.mark.parametrize("title", STRANGERS)
def test_what_is_not_about_it_is_never_tagged(title: str) -> None:
    assert read(title).mentions == ()


SILENT = [
    "North Korea reports heavy floods in the north-east",
    "North Korean defector opens restaurant in Seoul",
    "What a North Korean missile could reach",
    "North Korea expands missile factory, satellite images show",
    "Kim Jong Un visits a shoe factory",
    "North Korea enriches more uranium, inspectors say",
]


@pytest.mark.parametrize("title", SILENT)
def test_what_is_about_it_but_no_category_concerns_and_is_not_tagged(title: str) -> None:
    observation = read(title)
    assert observation.concerns
    assert observation.mentions == ()


@pytest.mark.parametrize(
    ("title", "category", "subtype"),
    [
        ("North Korea fires Hwasong-15 intercontinental missile", "missile_test", "ICBM"),
        ("North Korea launches missile from submarine", "missile_test", "SLBM"),
        ("North Korea fires cruise missiles", "missile_test", "CRUISE"),
        ("North Korea fires a ballistic missile at dawn", "missile_test", "BALLISTIC"),
        ("Putin and Kim Jong Un hold summit in Vladivostok", "talks", "leader"),
        ("Trump received a letter from Kim Jong Un", "talks", "letter"),
        ("UN Security Council unanimously approves North Korea sanctions", "sanctions", "unsc_resolution"),
        ("US seizes North Korean cargo ship", "sanctions", "seizure"),
        ("US and South Korea suspend joint military drills", "exercise", "suspended"),
        ("North Korea holds military parade in Pyongyang", "other_provocation", "parade"),
    ],
)
def test_subtypes(title: str, category: str, subtype: str) -> None:
    found = {each.category: each.subtype for each in read(title).mentions}
    assert found.get(category) == subtype


@pytest.mark.parametrize(
    "title",
    [
        "Trump and Kim Jong Un to meet in June",
        "Trump says he may meet Kim Jong Un",
        "Could Trump and Kim Jong Un meet again?",
        "Trump cancels summit with Kim Jong Un",
        "Analysts doubt that Xi and Kim will meet this year",
        "Seoul welcomes planned Trump-Kim summit",
    ],
)
def test_a_meeting_of_leaders_counts_only_when_it_took_place(title: str) -> None:
    assert not [each for each in read(title).mentions if each.subtype == "leader" and each.mode == "occurred"]


@pytest.mark.parametrize(
    "title",
    [
        "US asks UN Security Council to vote on North Korea sanctions",
        "North Korea denounces UN Security Council sanctions resolution",
        "UN Security Council may adopt new North Korea sanctions",
    ],
)
def test_a_resolution_counts_only_when_the_council_voted(title: str) -> None:
    found = [(each.subtype, each.mode) for each in read(title).mentions]
    assert ("unsc_resolution", "occurred") not in found


def test_a_threat_to_launch_opens_in_posture_on_the_day_it_is_made() -> None:
    mention = only("North Korea threatens to launch a satellite rocket")
    effect = WORDS.taxonomy.effect(mention.category, mention.subtype, mention.mode)
    assert (effect.act, effect.category) == ("opens", "posture")
    assert likeliest(mention.days) == date(2020, 3, 2)


def test_a_prediction_opens_nothing() -> None:
    mention = only("Seoul expects North Korean missile launch in spring")
    assert WORDS.taxonomy.effect(mention.category, mention.subtype, mention.mode).act == "ignores"


def test_the_summary_is_read_when_the_headline_says_nothing() -> None:
    assert read("Alarm in Tokyo", "North Korea fired a ballistic missile on Monday, officials said.").mentions
    assert read("Markets calm").mentions == ()


def test_what_surrounds_the_event_is_read_with_its_words() -> None:
    mention = only("North Korea fires salvo of four short-range missiles from Wonsan on Monday")
    assert (mention.count, mention.unit, mention.places, mention.zone) == (4, "missile", ("wonsan",), "Asia/Seoul")
    words = dict(mention.words)
    assert words["count"].endswith("four short-range missiles")
    assert words["days"] == "monday"
    assert words["mode"].startswith("North Korea fires")


def test_a_venue_gives_the_zone_of_talks_and_an_acting_body_that_of_sanctions() -> None:
    assert only("Kim and Trump shake hands in Singapore").zone == "Asia/Singapore"
    assert only("US Treasury sanctions Singapore firm over North Korea").zone == "America/New_York"


@given(title=st.text(max_size=200), summary=st.text(max_size=200))
def test_any_text_is_read_without_trouble(title: str, summary: str) -> None:
    check(read(title, summary))


PIECES = st.sampled_from(
    [
        "North Korea",
        "Kim Jong Un",
        "fires",
        "missile",
        "Trump",
        "summit",
        "sanctions",
        "'s",
        '"',
        "북한",
        "발사",
        "…",
        "to",
        "test",
    ]
)


@given(pieces=st.lists(PIECES, max_size=12))
def test_observations_keep_their_bounds(pieces: list[str]) -> None:
    observation = read(" ".join(pieces))
    check(observation)
    assert observation == read(" ".join(pieces))


def check(observation: Observation) -> None:
    assert set(observation.p) == set(READER.guide)
    assert all(0.0 <= p <= 1.0 for p in observation.p.values())
    for mention in observation.mentions:
        assert 0.5 <= mention.p <= 1.0
        assert sum(share for _, share in mention.p_mode) == pytest.approx(1.0, abs=1e-6)
        assert mention.subtype == "" or mention.subtype in WORDS.taxonomy.categories[mention.category].subtypes
    if observation.mentions:
        assert sum(observation.p_mode.values()) == pytest.approx(1.0, abs=1e-3)


def test_canonical_words_lead_back_to_what_was_written() -> None:
    rewrite = Rewriter(WORDS.phrasebook.actors)
    canonical = rewrite(plain("“North Korea’s” Kim Jong-un won't  meet U.S. envoy"))
    assert canonical.text == "NK’s KIM won’t meet USOFF"
    start = canonical.text.index("KIM")
    assert canonical.words(start, start + 3) == "Kim Jong-un"
    assert canonical.words(0, len("NK’s")) == "North Korea's"
    assert is_korean("북한 발사")
    assert not is_korean("Kim 김")


@given(text=st.text(max_size=200))
def test_the_words_of_the_whole_are_the_whole(text: str) -> None:
    canonical = Rewriter(WORDS.phrasebook.actors)(plain(text))
    marks = "\"' "
    assert canonical.words(0, len(canonical.text)).strip(marks) == canonical.source.strip(marks)


def test_the_development_headlines_are_read_well_enough() -> None:
    path = SHARED / "eval" / "dev_headlines.jsonl"
    if not path.exists():
        pytest.skip(f"no development headlines at {path}; the floors of the rules are not checked")
    report = evaluate(READER, path, READER.guide)
    assert report.micro.f1 >= 0.85
    assert report.macro.f1 >= 0.75
    assert report.mode_macro.f1 >= 0.70


def test_the_corpus_is_read_with_few_false_tags() -> None:
    rows = [
        json.loads(line)
        for path in sorted((ROOT / "models" / "corpus").glob("none_*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    observations = READER.observe([Text(row["text"], row["summary"], STAMP) for row in rows])
    tagged = [row["text"] for row, each in zip(rows, observations, strict=True) if each.mentions]
    assert len(rows) > 200
    assert len(tagged) <= 0.04 * len(rows), tagged


@pytest.mark.parametrize(
    ("title", "actors", "outcome"),
    [
        ("North Korea fires ballistic missile after US drill", ("North Korea",), ""),
        ("Missile launched by North Korea explodes seconds after lift-off", ("North Korea",), "failure"),
        ("North Korea successfully tests new rocket as talks fail", ("North Korea",), "success"),
        ("US and South Korea postpone exercise to avoid angering Pyongyang", ("United States", "South Korea"), ""),
    ],
)
def test_who_acts_and_how_it_ended(title: str, actors: tuple[str, ...], outcome: str) -> None:
    (observation,) = RulesReader(WORDS, PLACES).observe([Text(title)])
    mention = observation.mentions[0]
    assert mention.actors[: len(actors)] == actors
    assert mention.outcome == outcome
    assert dict(mention.words)["actors"]


def test_the_months_of_a_delay_and_released_people_are_counted() -> None:
    delay, release = RulesReader(WORDS, PLACES).observe(
        [
            Text("US and South Korea delay joint drills by two months"),
            Text("North Korea releases three Americans ahead of summit"),
        ]
    )
    assert (delay.mentions[0].count, delay.mentions[0].unit) == (2, "month")
    assert (release.mentions[0].count, release.mentions[0].unit) == (3, "person")


@pytest.mark.parametrize(
    "title",
    [
        "",
        "x" * 100_000,
        "\x00\x07 北 korea \u202e",
        "<b>North Korea</b><script>fires</script>",
        "🚀🚀 Kim 🚀",
        "北朝鮮 fires 미사일",
        "\ud800 North Korea \udfff fires a missile",
    ],
)
def test_any_text_is_read_or_turned_away(title: str) -> None:
    (observation,) = RulesReader(WORDS, PLACES).observe([Text(title, lang="xx")])
    assert isinstance(observation.mentions, tuple)
