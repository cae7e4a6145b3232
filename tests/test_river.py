"""The river from archive to verdict: idempotent, rebuildable, blind between the lanes, honest about the past."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from river import LAUNCH, OTHER, StillClock, flow, make_app, make_home, row, write_archive

from tracker.core.days import Published
from tracker.core.errors import RefusedError, SchemaError, StoreError
from tracker.core.events import Event
from tracker.core.items import Entry
from tracker.core.polling import Feed, FeedState, Fetched
from tracker.core.shapes import as_of_instant, timeline_document
from tracker.pipeline.fetch import fetch


class Answer:
    """A feed that gives these entries."""

    def __init__(self, entries: tuple[Entry, ...]) -> None:
        self.entries = entries

    def fetch(self, feed: Feed, state: FeedState) -> Fetched:  # noqa: ARG002 - the port gives both
        return Fetched(feed.id, "ok", 200, "", self.entries)


DERIVED = ("readings", "placed", "events", "evidence", "links", "coverage_days")


def dump(home: Path) -> dict[str, list[tuple[object, ...]]]:
    with sqlite3.connect(home / "data" / "tracker.sqlite3") as db:
        found = {table: sorted(db.execute(f"select * from {table}"), key=repr) for table in DERIVED}
    db.close()
    return found


def launches(home: Path) -> list[Event]:
    events = make_app(home).timeline("news").events
    return [event for event in events if event.listed and event.category == "missile_test"]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return make_home(tmp_path)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return write_archive(tmp_path / "news.jsonl", [*LAUNCH, *OTHER])


def test_three_reports_are_one_event_on_its_korean_day(home: Path, archive: Path) -> None:
    flow(make_app(home), archive)
    (event,) = launches(home)
    assert event.on == date(2024, 3, 5)
    assert event.wires == 3
    assert event.status == "corroborated"
    assert event.p_occurred > 0.9


def test_a_second_import_changes_nothing(home: Path, archive: Path) -> None:
    app = make_app(home)
    flow(app, archive)
    before = dump(home)
    report = app.take(archive, None)
    assert (report.added, report.known) == (0, 5)
    assert app.read().read == 0
    assert app.place().placed == 0
    assert dump(home) == before


def test_rebuild_makes_every_derived_row_again(home: Path, archive: Path, tmp_path: Path) -> None:
    app = make_app(home)
    flow(app, archive)
    late = [
        row("Seoul: North Korea fired two missiles on Tuesday", "2024-03-05T06:00:00Z", "https://www.nytimes.com/x/9")
    ]
    flow(app, write_archive(tmp_path / "late.jsonl", late))
    before = dump(home)
    assert len(before["events"]) > 0
    app.rebuild()
    app.judge()
    assert dump(home) == before


def test_news_is_blind_to_reference(tmp_path: Path, archive: Path) -> None:
    documents = []
    for name, reference in (("with", True), ("without", False)):
        (tmp_path / name).mkdir()
        app = make_app(make_home(tmp_path / name, reference))
        flow(app, archive)
        timeline = app.timeline("news")
        documents.append(json.dumps(timeline_document(timeline, timeline.events)))
    assert documents[0] == documents[1]
    assert json.loads(documents[0])["events"]


def test_the_order_of_two_archives_does_not_double_an_event(tmp_path: Path) -> None:
    home = make_home(tmp_path)
    for number, part in enumerate((LAUNCH[1:], LAUNCH[:1])):
        flow(make_app(home), write_archive(tmp_path / f"{number}.jsonl", part))
    assert [(event.on, event.wires) for event in launches(home)] == [(date(2024, 3, 5), 3)]


def test_an_earlier_day_knows_only_what_was_known(home: Path, archive: Path) -> None:
    app = make_app(home)
    flow(app, archive)
    assert [e for e in app.timeline("news", as_of_instant(date(2024, 3, 4))).events if e.listed] == []
    then = [e for e in app.timeline("news", datetime(2024, 3, 4, 23, 30, tzinfo=UTC)).events if e.listed]
    assert [event.wires for event in then] == [2]
    assert {event.id for event in then} <= {event.id for event in app.timeline("news").events}


def test_a_changed_text_replaces_its_reading(home: Path, tmp_path: Path) -> None:
    app = make_app(home)
    flow(app, write_archive(tmp_path / "one.jsonl", LAUNCH[:1]))
    assert len(launches(home)) == 1
    feed = app.beliefs.feeds[0]
    from tracker.core.days import Published
    from tracker.core.items import Entry
    from tracker.core.polling import Fetched

    titles = iter(
        (
            "North Korea fires cruise missile from its west coast, military says",
            "Correction: no North Korean missile was fired, military says",
        )
    )

    class Editor:
        """A publisher who corrects a text under the same id."""

        def fetch(self, feed: object, state: FeedState) -> Fetched:  # noqa: ARG002 - the port gives both
            stamp = Published.instant(datetime(2024, 5, 30, 3, tzinfo=UTC))
            entry = Entry("id-1", "https://www.reuters.com/a/77", next(titles), "", stamp)
            return Fetched(state.feed, "ok", 200, "", (entry,))

    clock = StillClock()
    seen = []
    for _ in range(2):
        done = fetch(
            app.store, [feed], Editor(), app.beliefs.directory, app.beliefs.publishers, clock.now, 1, only=feed.id
        )
        seen.append((done.added, done.revised))
        clock.pass_(hours=3)
        app.read()
        app.place()
    assert seen == [(1, 0), (0, 1)]
    gone = [e for e in app.timeline("news").events if e.on.year == 2024 and e.on.month == 5 and e.status == "retracted"]
    assert len(gone) == 1
    assert len(launches(home)) == 1
    before = dump(home)
    app.rebuild()
    app.judge()
    assert dump(home) == before


def test_a_new_observer_counts_only_when_it_has_read_everything(home: Path, archive: Path) -> None:
    flow(make_app(home), archive)
    before = dump(home)
    words = home / "config" / "taxonomy.toml"
    text = words.read_text(encoding="utf-8")
    words.write_text(text.replace("echo_days = 3\n", "echo_days = 4\n", 1), encoding="utf-8")
    app = make_app(home)
    assert app.effective != app.observer, "it has read nothing yet"
    app.place()
    assert [event.on for event in launches(home)] == [date(2024, 3, 5)]
    assert [row[0] for row in dump(home)["events"]] == [row[0] for row in before["events"]]
    app.read()
    assert app.effective == app.observer
    app.place()
    app.judge()
    assert [event.on for event in launches(home)] == [date(2024, 3, 5)]


def test_an_edited_text_keeps_its_event_and_the_past_its_reading(home: Path) -> None:
    clock = StillClock(datetime(2024, 3, 5, 1, tzinfo=UTC))
    app = make_app(home, clock)
    app.prepare()
    stamp = Published.instant(datetime(2024, 3, 5, 0, 30, tzinfo=UTC))
    lead = "North Korea fires a ballistic missile, military says"

    def put_out(title: str) -> str:
        entry = Entry("id-9", "https://www.reuters.com/a/99", title, "", stamp)
        app.__dict__["fetcher"] = Answer((entry,))
        done = app.fetch(app.beliefs.feeds[0].id)
        app.read()
        app.place()
        clock.pass_(hours=6)
        return "added" if done.added else "revised" if done.revised else "known"

    assert put_out(lead) == "added"
    (first,) = [e for e in app.timeline("news").events if e.listed]
    assert put_out(f"(2nd LD) {lead}") == "revised"
    (edited,) = [e for e in app.timeline("news").events if e.listed]
    assert (edited.id, edited.on) == (first.id, first.on), "an edited report is the same event"
    assert put_out("Correction: no missile was fired by North Korea, military says") == "revised"
    assert [e for e in app.timeline("news").events if e.listed] == []
    then = app.timeline("news", datetime(2024, 3, 5, 3, tzinfo=UTC)).events
    assert [(e.id, e.status) for e in then if e.listed] == [(first.id, "reported")], "as of then it stood"
    assert put_out(lead) == "revised", "a text that returns to an earlier wording is a newer one all the same"
    assert [e.listed for e in app.timeline("news").events] == [True]
    assert put_out(lead) == "known"


def test_a_row_without_a_date_is_kept_and_opens_nothing(home: Path, tmp_path: Path) -> None:
    app = make_app(home)
    undated = row("North Korea fired a ballistic missile on July 4, 2017", "", "https://www.reuters.com/a/5")
    flow(app, write_archive(tmp_path / "undated.jsonl", [undated]))
    assert app.health().items == 1
    assert launches(home) == []


def test_an_archive_row_has_one_revision(home: Path, tmp_path: Path) -> None:
    again = [LAUNCH[0], {**LAUNCH[0], "summary": "told at more length"}]
    app = make_app(home)
    app.prepare()
    report = app.take(write_archive(tmp_path / "twice.jsonl", again), None)
    assert (report.added, report.known) == (1, 1)


def test_a_running_program_takes_up_a_changed_config(home: Path, archive: Path) -> None:
    app = make_app(home)
    flow(app, archive)
    assert app.refresh() == ""
    policy = home / "config" / "placing.toml"
    good = policy.read_text(encoding="utf-8")
    policy.write_text(good.replace("link_days = 2", "link_days = 3"), encoding="utf-8")
    assert "read anew" in app.refresh()
    assert app.beliefs.policy.link_days == 3
    policy.write_text("nonsense", encoding="utf-8")
    assert "not used" in app.refresh()
    assert app.health().ok, "the last good set does its work"
    assert any("the last good set goes on" in problem for problem in app.health().problems)
    assert app.beliefs.policy.link_days == 3, "the last good set goes on"
    assert app.refresh() == "", "and it is said once"


def test_bad_rows_are_kept_aside_and_the_rest_goes_on(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "mixed.jsonl"
    lines = [json.dumps(LAUNCH[0]), "not json", json.dumps({"title": "", "published": "2024-03-05"}),
             json.dumps(row("A title", "2024-13-45", "https://x.example/1")), json.dumps(LAUNCH[1])]  # fmt: skip
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    app = make_app(home)
    app.prepare()
    report = app.take(path, None)
    assert (report.lines, report.added, report.quarantined) == (5, 2, 3)
    with sqlite3.connect(home / "data" / "tracker.sqlite3") as db:
        kept = db.execute("select file, line, reason, excerpt from quarantine order by line").fetchall()
    db.close()
    assert [(file, line) for file, line, _, _ in kept] == [("mixed.jsonl", 2), ("mixed.jsonl", 3), ("mixed.jsonl", 4)]
    assert all(reason for _, _, reason, _ in kept)
    assert kept[0][3] == "not json"
    app.take(path, None)
    with sqlite3.connect(home / "data" / "tracker.sqlite3") as db:
        assert db.execute("select count(*) from quarantine").fetchone() == (3,)
    db.close()


def test_a_shrunken_reference_table_is_refused_until_it_is_meant(home: Path) -> None:
    make_app(home).prepare()
    path = home / "config" / "reference" / "launches.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(lines[: len(lines) // 2]), encoding="utf-8")
    with pytest.raises(RefusedError, match=r"launches has \d+ rows"):
        make_app(home).prepare()
    before = make_app(home).timeline("reference").events
    app = make_app(home)
    warned: list[str] = []
    app.warn = warned.append
    app.ready()  # a question is still answered, from the tables that are loaded
    assert "launches" in warned[0]
    with pytest.raises(RefusedError, match="launches"):
        app.refuse_shrunken()
    assert app.timeline("reference").events == before
    assert make_app(home).prepare(accept_shrink=True).changed
    assert len(make_app(home).timeline("reference").events) < len(before)


def test_an_old_foreign_or_newer_database_is_told_in_one_sentence(home: Path) -> None:
    app = make_app(home)
    app.prepare()
    file = home / "data" / "tracker.sqlite3"
    with sqlite3.connect(file) as db:
        db.execute("update alembic_version set version_num = '9999'")
    db.close()
    with pytest.raises(SchemaError, match="newer than this program"):
        make_app(home).prepare()
    for path in file.parent.iterdir():
        path.unlink()
    with sqlite3.connect(file) as db:
        db.execute("create table stranger (x)")
    db.close()
    with pytest.raises(SchemaError, match="not this program's"):
        make_app(home).prepare()
    file.write_bytes(b"this is no database, whatever its name says" * 100)
    with pytest.raises(StoreError, match="restore a backup"):
        make_app(home).prepare()


def test_a_held_database_is_told_in_one_sentence(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracker.store.engine.BUSY_MS", 50)
    make_app(home).prepare()
    holder = sqlite3.connect(home / "data" / "tracker.sqlite3", isolation_level=None)
    holder.execute("begin immediate")
    with pytest.raises(StoreError, match="held by another process"):
        make_app(home).prepare()
    holder.execute("rollback")
    holder.close()
    assert make_app(home).prepare().tables > 0
