"""The getters of TOML tables and the CSV reader: every problem at once, with the words that mend it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from tracker.catalog.tables import Table, day_from, is_zone, nearest, read_csv, read_toml
from tracker.core.errors import Problem


def messages(problems: list[Problem]) -> str:
    return "\n".join(str(problem) for problem in sorted(problems))


def table(**values: object) -> Table:
    return Table(values, "some.toml", "things[one]", [])


def test_typed_getters_return_what_is_there() -> None:
    it = table(
        a="text",
        n=3,
        x=0.5,
        yes=True,
        many=["a", "b"],
        on=date(2020, 3, 2),
        quoted="2020-03-02",
        z="Asia/Seoul",
    )
    assert (it.text("a"), it.whole("n"), it.number("x"), it.number("n"), it.flag("yes")) == (
        "text",
        3,
        0.5,
        3.0,
        True,
    )
    assert (it.texts("many"), it.day("on"), it.day("quoted")) == (
        ("a", "b"),
        date(2020, 3, 2),
        date(2020, 3, 2),
    )
    assert it.zone("z") == "Asia/Seoul"
    assert (
        it.text("no", ""),
        it.whole("no", 7),
        it.number("no", 1.5),
        it.flag("no", True),
        it.texts("no", ()),
    ) == (
        "",
        7,
        1.5,
        True,
        (),
    )
    it.done()
    assert it.problems == []


def test_every_problem_is_noted_and_none_stops_the_next() -> None:
    it = table(a=1, b=" ", c="reuter", d=True, e=1.5, f="no", g=["a", 1], h="2020-3-2", i="Korea", j=-1, k="x", l=2.0)
    it.text("a")
    it.text("b")
    it.text("c", among=["reuters", "yonhap"])
    it.whole("d")
    it.whole("e")
    it.flag("f")
    it.texts("g")
    it.day("h")
    it.zone("i")
    it.whole("j", low=0)
    it.number("k")
    it.number("l", low=0, high=1)
    it.text("gone")
    said = messages(it.problems)
    assert len(it.problems) == 13
    assert "some.toml: things[one] c: 'reuter' is not known; did you mean 'reuters'?" in said
    assert "gone: is missing; give a text in quotes" in said
    assert "h: is '2020-3-2'; it must be a day such as 2020-03-02" in said
    assert "l: is 2.0; it must lie from 0 to 1" in said


def test_an_unknown_key_names_the_nearest_known() -> None:
    it = table(titel="x")
    it.text("title", "")
    it.text("zone", "")
    it.done()
    assert messages(it.problems) == "some.toml: things[one] titel: is not a key of this table; did you mean 'title'?"


def test_nested_tables_are_named_after_their_id() -> None:
    it = Table({"feeds": [{"id": "one"}, {"other": 1}]}, "feeds.toml", "", [])
    assert [each.name for each in it.tables("feeds")] == ["feeds[one]", "feeds[2]"]
    assert it.tables("nothing") == []
    wrong = Table({"feeds": {"id": "one"}}, "feeds.toml", "", [])
    assert wrong.tables("feeds") == []
    assert "must be written as [[feeds]] tables" in messages(wrong.problems)


def test_files_that_cannot_be_read_say_why(tmp_path: Path) -> None:
    problems: list[Problem] = []
    assert read_toml(tmp_path / "gone.toml", tmp_path, problems) is None
    (tmp_path / "bad.toml").write_text("a = [", encoding="utf-8")
    assert read_toml(tmp_path / "bad.toml", tmp_path, problems) is None
    (tmp_path / "latin.toml").write_bytes(b'a = "\xe9"')
    assert read_toml(tmp_path / "latin.toml", tmp_path, problems) is None
    said = messages(problems)
    assert "gone.toml: is missing" in said
    assert "bad.toml: is not valid TOML" in said
    assert "latin.toml: cannot be read as UTF-8" in said


def test_csv_rows_by_column(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text('a,b\n1,"two, and\nthree"\n\n x , y \n', encoding="utf-8")
    problems: list[Problem] = []
    rows = read_csv(path, ("a", "b"), tmp_path, problems)
    assert [(row["a"], row["b"]) for row in rows] == [("1", "two, and\nthree"), ("x", "y")]
    assert [row.line for row in rows] == [3, 5]
    assert problems == []


def test_csv_problems(tmp_path: Path) -> None:
    texts = {
        "empty": ("", "is empty"),
        "rowless": ("a,b\n", "has a header but no rows"),
        "order": ("b,a\n1,2\n", "must read, in this order: a,b"),
        "typo": ("a,bb\n1,2\n", "lacks b"),
        "ragged": ("a,b\n1\n2,3\n", "has 1 cells, the header 2"),
        "quote": ('a,b\n"1"x,2\n', "cannot be read as UTF-8 CSV"),
    }
    for name, (text, expected) in texts.items():
        path = tmp_path / f"{name}.csv"
        path.write_text(text, encoding="utf-8")
        problems: list[Problem] = []
        rows = read_csv(path, ("a", "b"), tmp_path, problems)
        assert expected in messages(problems), name
        assert len(rows) == (1 if name == "ragged" else 0)


@given(st.text(max_size=12))
def test_only_whole_days_are_days(text: str) -> None:
    day = day_from(text)
    assert day is None or day.isoformat() == text


@given(st.dates())
def test_every_day_is_read_back(day: date) -> None:
    assert day_from(day.isoformat()) == day


def test_zones() -> None:
    assert is_zone("Asia/Seoul")
    assert not any(is_zone(name) for name in ("", "America", "../etc/passwd", "Asia/Pyeongyang", "KST "))


def test_nearest_lists_few_and_is_quiet_about_many() -> None:
    assert nearest("zzz", ["a", "b"]) == "known: a, b"
    assert nearest("zzz", [f"k{n}" for n in range(99)]) == "no known one is near it"
