"""The classify verb's JSON, measuring, and reading of places and numbers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from tracker.catalog.places import read_places
from tracker.catalog.taxonomy import read_taxonomy
from tracker.classify.evaluation import evaluate, measured, read_labelled
from tracker.classify.extraction import Gazetteer, number
from tracker.classify.records import BadLine, classify_records, published_from, records_from, text_from
from tracker.classify.rules import RulesReader
from tracker.core.errors import SourceError
from tracker.core.observations import MODES, Mention, Mode, Observation, Text

ROOT = Path(__file__).resolve().parents[1]
PLACES = read_places(ROOT / "config")[0]
READER = RulesReader(read_taxonomy(ROOT / "config")[0], PLACES)
KEYS = {
    "id", "categories", "subtypes", "mode", "p", "p_mode", "event_on", "event_on_last", "zone", "places", "count",
    "unit", "weapon",
}  # fmt: skip


def classified(*rows: object) -> list[dict[str, object]]:
    return list(classify_records(READER, rows, READER.guide))


def test_a_record_has_the_shape_that_is_relied_on() -> None:
    (answer,) = classified(
        {
            "id": {"any": 1},
            "title": "North Korea fires two short-range ballistic missiles from Wonsan on Monday",
            "published": "2020-03-02T05:10:00Z",
            "source": "somebody",
        }
    )
    assert answer.keys() >= KEYS
    assert answer["id"] == {"any": 1}
    assert (answer["categories"], answer["mode"]) == (["missile_test"], "occurred")
    assert answer["subtypes"] == {"missile_test": "SRBM"}
    assert (answer["count"], answer["unit"], answer["places"]) == (2, "missile", ["wonsan"])
    assert (answer["event_on"], answer["event_on_last"], answer["zone"]) == ("2020-03-02", "2020-03-02", "Asia/Seoul")
    assert list(answer["p"]) == list(READER.guide)  # type: ignore[call-overload]
    json.dumps(answer)


def test_nothing_here_has_no_mode_and_no_day() -> None:
    (answer,) = classified({"text": "Quarterly results of a bakery", "published": "2020-03-02"})
    assert (answer["categories"], answer["mode"], answer["event_on"]) == ([], None, None)


def test_bad_rows_are_errors_and_never_stop_the_others() -> None:
    lines = [
        b'{"id": 1, "title": "North Korea fires missile"}\n', b"{broken\n", b"\n", b"[1]\n", b'{"id": 4}\n',
        b'{"id": 5, "title": 7}\n', b'{"id": 6, "title": "x", "zone": "Nowhere"}\n', b"\xff\xfe\n",
        b'{"id": 8, "title": "fine", "published": "yesterday-ish"}\n',
    ]  # fmt: skip
    answers = list(classify_records(READER, records_from(lines), READER.guide))
    assert [answer.get("id") for answer in answers] == [1, None, None, 4, 5, 6, None, 8]
    assert ["error" in answer for answer in answers] == [False, True, True, True, True, True, True, False]
    assert "line 2 is not JSON" in str(answers[1]["error"])


@given(row=st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=20), lambda inner: st.dictionaries(
    st.sampled_from(["id", "title", "text", "summary", "published", "zone", "lang"]), inner, max_size=4)))  # fmt: skip
def test_any_json_value_gets_an_answer(row: object) -> None:
    (answer,) = classified(row)
    assert "error" in answer or answer.keys() >= KEYS


def test_order_and_number_hold_over_batches() -> None:
    rows: list[object] = [{"id": k, "title": "North Korea fires missile"} for k in range(600)]
    rows[300] = BadLine("broken")
    answers = classified(*rows)
    assert [answer["id"] for answer in answers] == [None if k == 300 else k for k in range(600)]


@pytest.mark.parametrize(
    ("stamp", "precision"),
    [
        ("2020-03-02T05:10:00Z", "instant"),
        ("2020-03-02T05:10:00+09:00", "instant"),
        ("2020-03-02", "day"),
        ("Mon, 2 Mar", "none"),
        ("9999-12-31T23:59:59-12:00", "none"),
        ("", "none"),
        (None, "none"),
        (20200302, "none"),
    ],
)
def test_stamps(stamp: object, precision: str) -> None:
    assert published_from(stamp).precision == precision


# ── measuring ────────────────────────────────────────────────────────────────────────────────────────────────


def mention(category: str, mode: Mode) -> Mention:
    return Mention(category, "", mode, 0.9, tuple((each, float(each == mode)) for each in MODES), (), "UTC")


class Parrot:
    """Says what it was told to."""

    def __init__(self, said: Sequence[tuple[tuple[str, ...], Mode]]) -> None:
        self.said = said

    def observe(self, texts: Sequence[Text]) -> list[Observation]:
        return [
            Observation(True, tuple(mention(tag, mode) for tag in tags), {}, {mode: 1.0} if tags else {})
            for _, (tags, mode) in zip(texts, self.said, strict=True)
        ]

    def explain(self, text: Text) -> list[tuple[str, str, float]]:
        return [("a", f"“{text.title}”", 1.0)]


GUIDE = ("a", "b")


@given(
    rows=st.lists(
        st.tuples(
            st.sets(st.sampled_from(GUIDE)),
            st.sampled_from(MODES),
            st.sets(st.sampled_from(GUIDE)),
            st.sampled_from(MODES),
        ),
        min_size=2,
        max_size=30,
    )
)
def test_figures_equal_those_of_scikit_learn(
    rows: list[tuple[set[str], Mode, set[str], Mode]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("dev") / "dev.jsonl"
    labelled = [{"text": "t", "tags": sorted(gold), "status": mode if gold else ""} for gold, mode, _, _ in rows]
    path.write_text("\n".join(json.dumps(row) for row in labelled), encoding="utf-8")
    parrot = Parrot([(tuple(sorted(said)), mode) for _, _, said, mode in rows])
    texts = read_labelled(path)
    report = measured(texts, parrot.observe([row.text for row in texts]), GUIDE, resamples=2)
    gold = [[int(tag in row[0]) for tag in GUIDE] for row in rows]
    said = [[int(tag in row[2]) for tag in GUIDE] for row in rows]
    assert report.micro.f1 == pytest.approx(f1_score(gold, said, average="micro", zero_division=0))
    assert report.macro.f1 == pytest.approx(f1_score(gold, said, average="macro", zero_division=0))
    gold_modes = [row[1] if row[0] else "" for row in rows]
    said_modes = [row[3] if row[2] else "" for row in rows]
    wanted = f1_score(gold_modes, said_modes, average="macro", labels=list(MODES), zero_division=0)
    assert report.mode_macro.f1 == pytest.approx(wanted)


def test_intervals_hold_the_figure_and_the_same_seed_gives_the_same(tmp_path: Path) -> None:
    path = tmp_path / "dev.jsonl"
    rows = [{"text": "North Korea fires missile", "tags": ["missile_test"], "status": "occurred"}] * 9
    rows.append({"text": "Fire at a bakery", "tags": ["talks"], "status": "expected"})
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    report = evaluate(READER, path, READER.guide)
    assert report == evaluate(READER, path, READER.guide)
    assert report.micro.low <= report.micro.f1 <= report.micro.high
    assert report.micro.recall == pytest.approx(0.9)
    assert report.rows == 10
    assert len(report.sha256) == 64
    assert json.loads(json.dumps(report.as_dict()))["categories"]["talks"]["n"] == 1


@pytest.mark.parametrize("line", ["{", '{"text": "x"}', '{"tags": []}', "[]"])
def test_a_file_that_cannot_be_measured_whole_is_refused_by_line(tmp_path: Path, line: str) -> None:
    path = tmp_path / "dev.jsonl"
    path.write_text('{"text": "x", "tags": []}\n' + line + "\n", encoding="utf-8")
    with pytest.raises(SourceError, match="line 2"):
        read_labelled(path)


# ── places and numbers ───────────────────────────────────────────────────────────────────────────────────────

GAZETTEER = Gazetteer(PLACES, READER._stands_for_actor)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("Missile fired from Sinpo", ["sinpo"]),
        ("Blast near Punggye-ri", ["punggye-ri"]),
        ("Wonsan launch confirmed", ["wonsan"]),
        ("Pyongyang says nothing", []),
        ("Talks in Pyongyang", ["pyongyang"]),
        ("Singapore summit ends", ["singapore"]),
        ("Missile flies over Hokkaido", []),
        ("신포 인근서 미사일 발사", ["sinpo"]),
        ("평양 발표", []),
    ],
)
def test_places_count_where_something_happens_there(text: str, ids: list[str]) -> None:
    assert [place.id for place, _ in GAZETTEER.find(text)] == ids


@pytest.mark.parametrize(
    ("word", "value"),
    [("two", 2), ("A dozen", 12), ("16", 16), ("세", 3), ("0", None), ("2,500", None), ("some", None)],
)
def test_numbers(word: str, value: int | None) -> None:
    assert number(word) == value


def test_text_from_keeps_the_stamp_and_zone() -> None:
    text = text_from({"title": "x", "published": "2020-03-02", "zone": "Asia/Seoul"})
    assert text.published.first_at is not None
    assert text.published.first_at.isoformat() == "2020-03-01T15:00:00+00:00"
