"""Reconciliation over the shipped tables and databases: their known faults come out; nothing of a database counts."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from river import LAUNCH, ROOT, flow, make_app, make_home, write_archive
from test_program import program

from tracker.app import App
from tracker.catalog.beliefs import read_beliefs
from tracker.core.discrepancies import Reconciliation
from tracker.core.errors import RefusedError


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Reconciliation:
    app = make_app(make_home(tmp_path_factory.mktemp("shipped")))
    app.prepare()
    return app.reconciliation()


# Kind, our day, the list that is at fault, what it has instead (empty: it has nothing).
KNOWN_FAULTS = (
    ("date", "2020-03-09", "csis", "2020-03-06"),
    ("date", "2020-03-09", "csis_2026", "2020-03-06"),
    ("missing", "2020-03-29", "csis", ""),
    ("missing", "2017-11-29", "csis", ""),
    ("missing", "2019-05-04", "csis", ""),
    ("missing", "2019-04-17", "csis", ""),
    ("date", "2017-11-29", "csis_2026", "2017-11-28"),
    ("date", "2019-05-04", "csis_2026", "2019-05-03"),
    ("date", "2019-08-06", "csis", "2019-08-05"),
    ("date", "2020-07-06", "csis", "2020-07-06"),
    ("date", "2017-05-14", "cns", "2017-05-15"),
    ("count", "2017-03-06", "csis", "4"),
    ("count", "2019-09-10", "csis", "2"),
    ("only_database", "2019-09-09", "cns", "2019-09-09"),
    ("place", "2020-03-21", "cns", "sunchon"),
)


@pytest.mark.parametrize(("kind", "on", "fault", "has"), KNOWN_FAULTS, ids=lambda value: value or "none")
def test_a_known_fault_of_a_public_database_is_a_finding(
    shipped: Reconciliation, kind: str, on: str, fault: str, has: str
) -> None:
    titles = {table.name: table.title for table in read_beliefs(ROOT / "config").databases}
    mine = [each for each in shipped.findings if each.kind == kind and each.on == date.fromisoformat(on)]
    if kind == "missing":
        assert [each for each in mine if titles[fault] in each.text]
        return
    sides = [side for each in mine for side in each.sides if side.table == fault]
    said = {"count": [str(side.count) for side in sides], "place": [side.place for side in sides]}
    assert has in said.get(kind, [side.on.isoformat() for side in sides])


def test_every_finding_can_be_looked_up_on_both_sides(shipped: Reconciliation) -> None:
    for each in shipped.findings:
        assert each.text.endswith(".")
        for side in each.sides:
            assert side.cited, each.text
            assert all(one.publisher and one.key for one in side.cited)


def test_the_shipped_tables_do_not_contradict_one_another(shipped: Reconciliation) -> None:
    """What differs differs from a database; rows that only have no report are not a contradiction."""
    between = [each for each in shipped.findings if {side.basis for side in each.sides} == {"table"}]
    assert {each.kind for each in between} <= {"missing", "only_reference"}
    assert [each for each in between if each.kind == "missing" and "CSIS" not in each.text] == []


def test_databases_are_never_counted(tmp_path: Path) -> None:
    with_them, without = make_home(tmp_path / "with"), make_home(tmp_path / "without")
    for path in (without / "config" / "databases").iterdir():
        path.unlink()
    apps = make_app(with_them), make_app(without)
    for app in apps:
        app.prepare()
    assert apps[0].timeline("all") == apps[1].timeline("all")
    assert apps[1].reconciliation().databases == ()
    assert {each.kind for each in apps[1].reconciliation().findings} == {"only_reference"}


def test_without_reference_tables_only_databases_and_news_are_left(tmp_path: Path) -> None:
    app = make_app(make_home(tmp_path, reference=False))
    flow(app, write_archive(tmp_path / "news.jsonl", LAUNCH))
    assert {each.kind for each in app.reconciliation().findings} == {"only_news", "only_database"}


def table_with(home: Path, *days: str) -> None:
    """A table beside the shipped ones with a launch on each of these days of 2024."""
    header = (ROOT / "config" / "reference" / "launches.csv").read_text(encoding="utf-8").splitlines()[0]
    rows = [
        f"launch-{day},{day},,Asia/Seoul,missile_test,SRBM,1,missile,,,success,yes,high,{day},A ministry,List,,,"
        for day in days
    ]
    folder = home / "config" / "reference"
    (folder / "recent.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    (folder / "recent.toml").write_text('title = "Recent launches"\nvintage = "2024"\n', encoding="utf-8")


def test_news_and_a_table_that_date_one_launch_differently(tmp_path: Path) -> None:
    home = make_home(tmp_path)
    table_with(home, "2024-03-06")
    app = make_app(home)
    flow(app, write_archive(tmp_path / "news.jsonl", LAUNCH))
    (one,) = [each for each in app.reconciliation().findings if each.on.year == 2024]
    assert one.kind == "date"
    assert "the news dates it 5 March 2024, the table recent 6 March 2024" in one.text
    news, table = one.sides
    assert {each.url for each in news.cited} >= {LAUNCH[0]["url"]}
    assert (table.table, table.cited[0].key) == ("recent", "launch-2024-03-06")


def test_as_of_an_earlier_day_what_was_not_known_is_not_compared(tmp_path: Path) -> None:
    home = make_home(tmp_path)
    table_with(home, "2024-03-06", "2024-03-20")
    app = make_app(home)
    flow(app, write_archive(tmp_path / "news.jsonl", LAUNCH))
    news = app.timeline("news").events[0]
    early = app.reconciliation(news.known_at)
    assert [each.kind for each in early.findings if each.on.year == 2024] == ["only_news"]
    assert {each.kind for each in app.reconciliation().findings if each.on.year == 2024} == {"date", "only_reference"}


def prepared(home: Path, accept: bool = False) -> App:
    app = make_app(home)
    app.prepare(accept_shrink=accept)
    return app


@pytest.mark.parametrize(("left", "refused"), [(10, False), (9, False), (8, True)])
def test_a_table_that_lost_more_than_a_tenth_is_refused_unless_it_is_meant(
    tmp_path: Path, left: int, refused: bool
) -> None:
    home = make_home(tmp_path)
    days = [f"2024-01-{day:02d}" for day in range(1, 11)]
    table_with(home, *days)
    prepared(home)
    table_with(home, *days[:left])
    if refused:
        with pytest.raises(RefusedError, match=r"recent has 8 rows, the one loaded has 10.*--accept-shrink"):
            prepared(home)
        kept = make_app(home)
        kept.prepare(tolerant=True)
        assert sum(event.on.year == 2024 for event in kept.timeline("reference").events) == 10
    app = prepared(home, accept=refused)
    assert sum(event.on.year == 2024 for event in app.timeline("reference").events) == left


@pytest.mark.parametrize("content", ["", "header"])
def test_an_empty_table_stops_the_program_and_says_so(tmp_path: Path, content: str) -> None:
    home = make_home(tmp_path)
    path = home / "config" / "reference" / "launches.csv"
    path.write_text(path.read_text("utf-8").splitlines()[0] + "\n" if content else "", encoding="utf-8")
    done = program(home, "reconcile", "--json")
    assert done.returncode == 1
    assert "reference/launches.csv" in done.stderr


def test_the_verb_prints_the_document_and_its_words(tmp_path: Path) -> None:
    home = make_home(tmp_path)
    march = ("--from", "2020-03-01", "--to", "2020-03-31")
    done = program(home, "reconcile", "--json", *march, "--category", "missile_test")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert set(document) == {"as_of", "compared", "totals", "findings"}
    first = document["findings"][0]
    assert set(first) == {"id", "kind", "category", "on", "text", "heard", "notes", "sides"}
    assert (first["kind"], first["on"]) == ("date", "2020-03-09")
    assert [side["on"] for side in first["sides"]] == ["2020-03-09", "2020-03-06"]
    assert all(each["category"] == "missile_test" for each in document["findings"])
    words = program(home, "reconcile", *march)
    assert "Dated differently (2)" in words.stdout
    assert "lacks Missile" in words.stdout
    assert program(home, "reconcile", "--category", "nonsense").returncode == 2
