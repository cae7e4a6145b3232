"""An analyst corrects a real record: what is kept, what is refused, and what follows from it."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from river import LAUNCH, ROOT, StillClock, environment, flow, make_app, make_home, row, write_archive
from typer.testing import CliRunner

from tracker.app import App
from tracker.cli.main import program
from tracker.core.corrections import Action
from tracker.core.events import Event
from tracker.core.requests import CorrectionError, Request, StaleError
from tracker.core.timeline import View
from tracker.core.versions import version_of
from tracker.store import schema

CRUISE = row(
    "North Korea fires cruise missile from Wonsan on Thursday", "2024-03-14T09:00:00Z", "https://apnews.com/article/9"
)
VIEWS: tuple[View, ...] = ("news", "reference", "all")


def asked(action: Action, event: str = "", **fields: Any) -> Request:
    return Request(**{"author": "R. Reader", "reason": "read it", **fields}, action=action, event=event)


class Lent:
    """A record that was made once, copied for each test; what is read from config is shared, for it is the same."""

    def __init__(self, folder: Path, reference: bool, rows: list[dict[str, str]]) -> None:
        self.home = make_home(folder, reference)
        self.made = make_app(self.home)
        flow(self.made, write_archive(folder / "rows.jsonl", rows))
        self.made.close()

    def copy(self, folder: Path) -> App:
        home = folder / "home"
        shutil.copytree(self.home, home)
        app = make_app(home)
        app.__dict__ |= {name: self.made.__dict__[name] for name in ("beliefs", "_reading", "docket")}
        return app


@pytest.fixture(scope="module")
def lent(tmp_path_factory: pytest.TempPathFactory) -> Lent:
    return Lent(tmp_path_factory.mktemp("lent"), False, [*LAUNCH, CRUISE])


@pytest.fixture
def app(lent: Lent, tmp_path: Path) -> Iterator[App]:
    made = lent.copy(tmp_path)
    yield made
    made.close()


@pytest.fixture(scope="module")
def untouched(lent: Lent, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """For corrections that are refused: nothing of them is ever kept."""
    made = lent.copy(tmp_path_factory.mktemp("untouched"))
    yield made
    made.close()


def launch(app: App, view: View = "all") -> Event:
    return next(event for event in app.timeline(view).events if event.on < date(2024, 3, 10))


def cruise(app: App) -> Event:
    return next(event for event in app.timeline("all").events if event.on > date(2024, 3, 10))


def shown(app: App) -> list[tuple[Event, ...]]:
    return [app.timeline(view).events for view in VIEWS]


def test_every_correction_withdrawn_leaves_the_record_as_it_was(app: App) -> None:
    first, second = launch(app), cruise(app)
    key = app.desk.history(first.id).evidence[0].key  # type: ignore[union-attr]
    before = shown(app)
    for wanted in (
        asked("relabel", first.id, subtype="SRBM", place="wonsan", count=2),
        asked("redate", first.id, on=date(2024, 3, 6)),
        asked("mode", first.id, mode="expected"),
        asked("dismiss", first.id),
        asked("affirm", first.id),
        asked("merge", second.id, into=first.id),
        asked("split", first.id, keys=(key,)),
        asked("add", category="exercise", title="A drill", urls=("https://apnews.com/article/x",), on=date(2024, 3, 8)),
    ):
        kept = app.desk.correct(wanted)
        assert shown(app) != before, wanted.action
        app.desk.correct(asked("withdraw", correction=kept.entry.seq))
        assert shown(app) == before, wanted.action
    assert len(app.desk.corrections()) == 8
    assert not any(entry.holds for entry in app.desk.corrections())


def test_rebuild_keeps_corrections_and_the_machine_never_sees_them(app: App) -> None:
    with app.store.reading() as tx:
        machine = tx.c.execute(sa.select(schema.events).order_by(schema.events.c.id)).all()
    app.desk.correct(asked("merge", cruise(app).id, into=launch(app).id))
    app.desk.correct(asked("redate", launch(app).id, on=date(2024, 3, 7)))
    before = shown(app)
    app.rebuild()
    assert shown(app) == before
    with app.store.reading() as tx:
        assert tx.c.execute(sa.select(schema.events).order_by(schema.events.c.id)).all() == machine


def test_a_stale_version_is_refused_and_told_what_changed(app: App, tmp_path: Path) -> None:
    seen = version_of(launch(app))
    app.desk.correct(asked("redate", launch(app).id, on=date(2024, 3, 6), seen=seen, reason="the paper says so"))
    with pytest.raises(StaleError) as refusal:
        app.desk.correct(asked("affirm", launch(app).id, seen=seen, author="A. Other"))
    told = " ".join(refusal.value.reasons)
    assert "R. Reader made a correction (redate, number 1" in told
    assert "the paper says so" in told
    assert "day: 5 March 2024 before, 6 March 2024 now" in told
    app.desk.correct(asked("withdraw", correction=1))
    more = row(
        "Pyongyang launched a short-range projectile that flew 320 km, defence ministry in Tokyo confirms",
        "2024-03-05T03:00:00Z",
        "https://www.nhk.or.jp/n/1",
    )
    flow(app, write_archive(tmp_path / "more.jsonl", [more]))
    with pytest.raises(StaleError) as refusal:
        app.desk.correct(asked("affirm", launch(app).id, seen=seen))
    told = " ".join(refusal.value.reasons)
    assert "independent sources: 3 before, 4 now" in told
    assert "number" not in told, "what was made and withdrawn meanwhile is no news"
    with pytest.raises(StaleError, match="cannot be made again"):
        app.desk.correct(asked("affirm", launch(app).id, seen="0123456789ab"))
    assert app.desk.correct(asked("affirm", launch(app).id, seen=version_of(launch(app)))).event == launch(app)


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        (asked("dismiss", "0123"), "no event '0123'"),
        (asked("dismiss", "LAUNCH", reason=" "), "reason is empty"),
        (asked("dismiss", "LAUNCH", author=""), "author is empty"),
        (asked("dismiss", "LAUNCH", reason="x" * 1001), "1001 characters"),
        (asked("dismiss", "LAUNCH", reason="a\x1b[31mb"), "U\\+001B"),
        (asked("dismiss", "LAUNCH", author="R\u202e"), "U\\+202E"),
        (asked("dismiss", "LAUNCH", mode="denied"), "nothing to do with mode"),
        (asked("redate", "LAUNCH", on=date(2024, 6, 2)), "in the future"),
        (asked("redate", "LAUNCH", on=date(1900, 1, 1)), "nothing here is as old"),
        (asked("redate", "LAUNCH", first=date(2024, 3, 5), last=date(2024, 3, 4)), "swap them"),
        (asked("redate", "LAUNCH", first=date(2020, 3, 5), last=date(2024, 3, 4)), "longer than a year"),
        (asked("redate", "LAUNCH", first=date(2024, 3, 5), last=date(2024, 3, 6), on=date(2024, 3, 7)), "lies outside"),
        (asked("redate", "LAUNCH"), "needs a day"),
        (asked("redate", "LAUNCH", on=date(2024, 3, 5)), "shows that already"),
        (asked("relabel", "LAUNCH"), "needs one of"),
        (asked("relabel", "LAUNCH", category="missile_tests"), "did you mean 'missile_test'"),
        (asked("relabel", "LAUNCH", subtype="leader"), "none of missile_test"),
        (asked("relabel", "LAUNCH", place="atlantis"), "place 'atlantis' is not known"),
        (asked("relabel", "LAUNCH", count=0), "a count of 0"),
        (asked("relabel", "LAUNCH", count=10_000), "a count of 10000"),
        (asked("mode", "LAUNCH", mode="occurred"), "withdraw it"),
        (asked("mode", "LAUNCH", mode="maybe"), "not known"),
        (asked("merge", "LAUNCH", into="LAUNCH"), "same event already"),
        (asked("merge", "LAUNCH", into="0123"), "no event '0123' to merge into"),
        (asked("split", "LAUNCH", keys=("zz",)), "no key of this event"),
        (asked("split", "LAUNCH", days=(date(2024, 3, 5),)), "nothing that supports it would be left"),
        (asked("split", "LAUNCH", days=(date(2024, 3, 1),)), "no report of it points to"),
        (asked("withdraw", correction=7), "no correction 7"),
        (asked("add", category="talks", title="x", urls=("javascript:alert(1)",), on=date(2024, 3, 5)), "http"),
        (asked("add", category="talks", title="x", on=date(2024, 3, 5)), "add needs urls"),
        (
            asked("add", category="talks", title="x", urls=("http://a.de/" + "x" * 2000,), on=date(2024, 3, 5)),
            "2012 ch",
        ),
        (
            asked("add", category="missile_test", title="x", urls=(CRUISE["url"],), on=date(2024, 3, 14)),
            "has this source, kind and day already",
        ),
    ],
)
def test_a_bad_correction_is_refused_with_the_reason_and_nothing_kept(
    untouched: App, wanted: Request, told: str
) -> None:
    app = untouched
    real = {name: launch(app).id for name in ("event", "into") if getattr(wanted, name) == "LAUNCH"}
    before = shown(app)
    with pytest.raises(CorrectionError, match=told):
        app.desk.correct(replace(wanted, **real))
    assert app.desk.corrections() == ()
    assert shown(app) == before


def test_every_mistake_is_told_at_once(untouched: App) -> None:
    app = untouched
    with pytest.raises(CorrectionError) as refusal:
        app.desk.correct(asked("relabel", launch(app).id, category="x", place="y", count=-1, reason=""))
    assert len(refusal.value.reasons) == 4


def test_corrections_that_contradict_are_refused(app: App) -> None:
    event = launch(app).id
    app.desk.correct(asked("affirm", event))
    with pytest.raises(CorrectionError, match=r"R\. Reader said the opposite \(affirm, number 1"):
        app.desk.correct(asked("dismiss", event, author="A. Other"))
    with pytest.raises(CorrectionError, match="you said so already"):
        app.desk.correct(asked("affirm", event))
    app.desk.correct(asked("withdraw", correction=1))
    app.desk.correct(asked("dismiss", event))
    for wanted in (asked("affirm", event), asked("redate", event, on=date(2024, 3, 6))):
        with pytest.raises(CorrectionError, match="withdraw that one first"):
            app.desk.correct(wanted)
    with pytest.raises(CorrectionError, match="not listed as having taken place"):
        app.desk.correct(asked("merge", cruise(app).id, into=event))
    with pytest.raises(CorrectionError, match="was withdrawn by"):
        app.desk.correct(asked("withdraw", correction=1))
    with pytest.raises(CorrectionError, match="itself a withdrawal"):
        app.desk.correct(asked("withdraw", correction=2))


def test_what_others_rest_on_cannot_be_withdrawn_first(app: App) -> None:
    history = app.desk.history(launch(app).id)
    assert history is not None
    split = app.desk.correct(asked("split", launch(app).id, keys=(history.evidence[0].key,)))
    made = next(event.id for event in app.timeline("all").events if event.said and event.id != split.entry.event)
    app.desk.correct(asked("affirm", made))
    with pytest.raises(CorrectionError, match=r"correction 2 \(affirm by R\. Reader\) rests on it"):
        app.desk.correct(asked("withdraw", correction=1))
    app.desk.correct(asked("withdraw", correction=2))
    app.desk.correct(asked("withdraw", correction=1))


def test_a_merged_id_leads_to_its_event_for_ever_and_in_no_circle(app: App) -> None:
    one, two = launch(app), cruise(app)
    app.desk.correct(asked("merge", two.id, into=one.id))
    with pytest.raises(CorrectionError, match="same event already"):
        app.desk.correct(asked("merge", one.id, into=two.id))
    kept = app.desk.correct(asked("redate", two.id, on=date(2024, 3, 6)))
    assert kept.entry.event == one.id
    history, detail = app.desk.history(two.id), app.event(two.id)
    assert history is not None
    assert detail is not None
    assert (history.asked, history.event) == (two.id, launch(app))
    assert {event.id for event in history.machine} == {one.id, two.id}
    assert [entry.correction.action for entry in history.entries] == ["merge", "redate"]
    assert len(detail.evidence) == 4
    assert [line.what for line in detail.history if line.who == "R. Reader"] == [
        f"merged {two.id} into {one.id}",
        "moved it to 6 March 2024",
    ]


def test_only_what_was_said_by_a_day_counts_as_of_that_day(app: App) -> None:
    clock = app.clock
    assert isinstance(clock, StillClock)
    before = app.timeline("all", clock.at).events
    clock.pass_(days=1)
    app.desk.correct(asked("redate", launch(app).id, on=date(2024, 3, 6)))
    clock.pass_(days=1)
    app.desk.correct(asked("withdraw", correction=1))
    asking = [app.timeline("all", clock.at.replace(day=day)).events for day in (1, 2, 3)]
    assert asking[0] == asking[2] == before
    assert [event.on for event in asking[1]] == [date(2024, 3, 6), date(2024, 3, 14)]


def test_the_timeline_the_verdicts_and_the_digest_notice(app: App) -> None:
    changed = app.judge().changed
    assert changed == 0
    app.desk.correct(asked("dismiss", launch(app).id))
    assert [event.listed for event in app.timeline("news").events] == [False, True]
    digest, day = app.beliefs.digest(), date(2024, 6, 1)
    issue = app.issue(digest, day)
    assert [line.changes for line in issue.changed] != []
    assert "dismissed as no such event by R. Reader" in issue.changed[0].changes[0]


def test_judging_follows_a_correction(app: App) -> None:
    urls = ("https://apnews.com/article/z",)
    wanted = asked("add", category="missile_test", subtype="ICBM", title="x", urls=urls, on=date(2020, 2, 1))
    kept = app.desk.correct(wanted)
    assert kept.event is not None
    assert (kept.event.sources, kept.event.unit) == (("associated-press",), "")
    assert app.judge().changed > 0
    deciding = {event for verdict in app.verdicts("news") for event in verdict.events}
    assert kept.event.id in deciding
    app.desk.correct(asked("withdraw", correction=1))
    app.judge()
    assert kept.event.id not in {event for verdict in app.verdicts("news") for event in verdict.events}


def test_the_journal_cannot_be_rewritten(app: App) -> None:
    app.desk.correct(asked("affirm", launch(app).id))
    for statement in ("update corrections set reason = 'x'", "delete from corrections"):
        with pytest.raises(sa.exc.IntegrityError, match="only ever added to"), app.store.begin() as tx:
            tx.c.execute(sa.text(statement))
    assert [entry.correction.reason for entry in app.desk.corrections()] == ["read it"]


# --- two lanes ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def both_lanes(tmp_path_factory: pytest.TempPathFactory) -> Lent:
    rows = [row("North Korea fires two missiles from Wonsan", "2020-03-02T05:00:00Z", "https://apnews.com/article/1")]
    return Lent(tmp_path_factory.mktemp("both"), True, rows)


@pytest.fixture
def joined(both_lanes: Lent, tmp_path: Path) -> Iterator[App]:
    made = both_lanes.copy(tmp_path)
    yield made
    made.close()


def test_a_joined_event_means_its_members(joined: App) -> None:
    event = next(each for each in joined.timeline("all").events if each.members)
    kept = joined.desk.correct(asked("redate", event.id, on=date(2020, 3, 3), seen=version_of(event)))
    assert {target.lane for target in kept.entry.targets} == {"news", "reference"}
    for view in VIEWS:
        found = [each for each in joined.timeline(view).events if each.said]
        assert [each.on for each in found] == [date(2020, 3, 3)], view
    joined.desk.correct(asked("dismiss", event.id))
    assert not [each for each in joined.timeline("all").events if each.said and each.listed]


def test_one_member_alone_can_be_corrected(joined: App) -> None:
    event = next(each for each in joined.timeline("all").events if each.members)
    news = event.members[0]
    joined.desk.correct(asked("redate", news, on=date(2020, 3, 25)))
    assert not any(each.members for each in joined.timeline("all").events)
    assert [each.on for each in joined.timeline("reference").events if each.id == event.id] == [date(2020, 3, 2)]


@pytest.mark.parametrize("action", ["merge", "split"])
def test_rows_of_a_table_are_merged_and_split_in_their_file(joined: App, action: Action) -> None:
    event = next(each for each in joined.timeline("all").events if each.members)
    alone = next(each for each in joined.timeline("all").events if each.lane == "reference")
    for id_, other in ((event.id, alone.id), (alone.id, event.id)):
        fields: dict[str, Any] = {"into": other} if action == "merge" else {"keys": ("x",)}
        with pytest.raises(CorrectionError, match="edit that table's file"):
            joined.desk.correct(asked(action, id_, **fields))


def test_news_that_is_the_twin_of_a_joined_event_goes_into_its_news(joined: App, tmp_path: Path) -> None:
    twin = row("North Korea fired missiles on 12 March", "2020-03-13T05:00:00Z", "https://www.bbc.com/news/5")
    flow(joined, write_archive(tmp_path / "twin.jsonl", [twin]))
    event = next(each for each in joined.timeline("all").events if each.members)
    other = next(each for each in joined.timeline("news").events if each.on > date(2020, 3, 9))
    joined.desk.correct(asked("merge", other.id, into=event.id))
    after = next(each for each in joined.timeline("all").events if each.id == event.id)
    assert after.wires == 2
    assert joined.event(other.id).event == after  # type: ignore[union-attr]
    alone = next(each for each in joined.timeline("all").events if each.lane == "reference")
    joined.desk.correct(asked("withdraw", correction=1))
    with pytest.raises(CorrectionError, match="takes no news by hand"):
        joined.desk.correct(asked("merge", other.id, into=alone.id))


# --- two at once -------------------------------------------------------------------------------------


def test_of_two_analysts_at_once_one_wins_and_the_other_is_told(app: App) -> None:
    event, seen = launch(app).id, version_of(launch(app))
    barrier, made, told = threading.Barrier(2), [], []

    def say(author: str, on: date) -> None:
        barrier.wait(10)
        try:
            made.append(app.desk.correct(asked("redate", event, on=on, seen=seen, author=author)).entry.author)
        except StaleError as refusal:
            told.append(str(refusal))

    threads = [
        threading.Thread(target=say, args=(name, date(2024, 3, day))) for name, day in (("First", 6), ("Second", 7))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(made) == len(told) == len(app.desk.corrections()) == 1
    assert f"{made[0]} made a correction (redate, number 1" in told[0]


def test_of_two_processes_at_once_one_wins_and_the_other_is_told(app: App, tmp_path: Path) -> None:
    event, seen = launch(app).id, version_of(launch(app))
    home = tmp_path / "home"
    (home / "migrations").symlink_to(ROOT / "migrations")
    command = [sys.executable, "-m", "tracker", "correct", "redate", event, "--reason", "r", "--seen", seen, "--json"]
    running = [
        subprocess.Popen(
            [*command, "--by", name, "--on", day], env={"PATH": "", **environment(home)}, cwd=ROOT,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for name, day in (("First", "2024-03-06"), ("Second", "2024-03-07"))
    ]  # fmt: skip
    ends = [(*process.communicate(timeout=120), process.returncode) for process in running]
    assert sorted(code for _, _, code in ends) == [0, 1], ends
    lost = next(err for _, err, code in ends if code)
    assert "changed since version" in lost
    assert "made a correction (redate, number 1" in lost
    assert len(app.desk.corrections()) == 1


def test_two_entries_never_follow_the_same_one(app: App) -> None:
    """What holds on a database whose writers do not wait for each other."""
    from tracker.store import corrections

    kept = app.desk.correct(asked("affirm", launch(app).id)).entry
    with app.store.begin() as tx:
        assert corrections.keep(tx, kept, 0) is None
        assert corrections.keep(tx, kept, 1) == 2


def test_a_correction_is_of_its_event_under_whatever_id_it_opens_later(app: App) -> None:
    """Another reader opens the same event by another report: the correction follows the evidence."""
    event = launch(app)
    app.desk.correct(asked("redate", event.id, on=date(2024, 3, 6)))
    with app.store.begin() as tx:
        for table, column in ((schema.events, "id"), (schema.evidence, "event_id")):
            tx.c.execute(sa.update(table).where(table.c[column] == event.id).values({column: "fedcba9876543210"}))
        from tracker.store.pulse import bump

        bump(tx)
    after = launch(app)
    assert (after.id, after.on) == ("fedcba9876543210", date(2024, 3, 6))
    history = app.desk.history(event.id)
    assert history is not None
    assert history.event == after


def test_the_day_of_a_correction_is_korea_s(app: App) -> None:
    clock = app.clock
    assert isinstance(clock, StillClock)
    clock.at = datetime(2024, 6, 1, 15, 30, tzinfo=UTC)
    app.desk.correct(asked("redate", launch(app).id, on=date(2024, 6, 2)))


def test_what_was_added_by_hand_is_an_event_like_others(app: App) -> None:
    urls = ("https://www.bbc.com/news/7", "https://www.bbc.com/news/8", "https://apnews.com/article/7")
    fields = {"category": "missile_test", "title": "A launch", "urls": urls, "on": date(2024, 3, 9), "place": "wonsan"}
    added = app.desk.correct(asked("add", **fields)).event
    assert added is not None
    assert (added.wires, added.status, added.zone) == (2, "corroborated", "Asia/Seoul")
    app.desk.correct(asked("redate", added.id, first=date(2024, 3, 8), last=date(2024, 3, 9)))
    merged = app.desk.correct(asked("merge", cruise(app).id, into=added.id)).event
    assert merged is not None
    assert (merged.wires, merged.first_on) == (2, date(2024, 3, 8)), "the agency's second text is no second source"
    history = app.desk.history(added.id)
    assert history is not None
    assert {piece.url for piece in history.evidence} == {*urls, CRUISE["url"]}
    assert app.timeline("reference").events == ()


def told(monkeypatch: pytest.MonkeyPatch, app: App, *words: str) -> Any:
    """What the verb prints as JSON, from the program itself."""
    for name, value in environment(app.settings.home).items():
        monkeypatch.setenv(name, value)
    done = CliRunner().invoke(program, [*words, "--json"])
    assert done.exception is None, done.exception
    return json.loads(done.stdout)


def test_the_verbs_speak_json(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracker.app.App.upgrade", lambda _: ("", ""))  # a copy of the config has no migrations
    event = launch(app)
    by = ("--by", "R. Reader", "--reason", "read it")
    made = told(monkeypatch, app, "correct", "redate", event.id, "--on", "2024-03-06", "--seen", version_of(event), *by)
    assert (made["correction"]["seq"], made["event"]["on"]) == (1, "2024-03-06")
    history = told(monkeypatch, app, "history", event.id)
    assert [each["on"] for each in history["machine"]] == ["2024-03-05"]
    assert history["version"] == made["event"]["version"] == version_of(launch(app))
    assert [each["holds"] for each in told(monkeypatch, app, "correct", "list")["corrections"]] == [True]
    key = told(monkeypatch, app, "keys", "add", "R. Reader")
    assert key["secret"].startswith(key["key"])
    assert told(monkeypatch, app, "keys", "revoke", key["key"])["revoked_at"]
    assert "secret" not in json.dumps(told(monkeypatch, app, "keys", "list"))
    told(monkeypatch, app, "correct", "withdraw", "1", *by)
    assert launch(app) == event


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_accepted_applies_and_all_of_it_can_be_taken_back(seed: int, joined: App, tmp_path: Path) -> None:
    flow(joined, write_archive(tmp_path / "more.jsonl", [*LAUNCH, CRUISE]))
    chance = random.Random(seed)  # noqa: S311 - a steady shuffle, no secret
    before = shown(joined)
    accepted = refused = 0
    for _ in range(30):
        lanes = [
            event for event in joined.timeline("all").events if event.lane != "reference" or chance.random() < 0.02
        ]
        one, two = chance.choice(lanes), chance.choice(lanes)
        keys = [piece.key for piece in joined.desk.history(one.id).evidence]  # type: ignore[union-attr]
        on = date(2020 + chance.choice([0, 4]), 3, chance.randint(1, 20))
        wanted = chance.choice(
            [
                asked("relabel", one.id, place=chance.choice(["wonsan", "sinpo", ""])),
                asked("redate", one.id, on=on),
                asked("mode", one.id, mode="denied"),
                asked("dismiss", one.id),
                asked("affirm", one.id, author=chance.choice(["A", "B"])),
                asked("merge", one.id, into=two.id),
                asked("split", one.id, keys=tuple(chance.sample(keys, min(len(keys), 2)))),
                asked("add", category="talks", title="t", urls=(f"https://a.example/{chance.random()}",), on=on),
                asked("withdraw", correction=chance.randint(1, max(accepted, 1))),
            ]
        )
        try:
            joined.desk.correct(wanted)
            accepted += 1
        except CorrectionError:
            refused += 1
        assert joined.timeline("all").overlay.not_applied == ()
        for view in VIEWS:
            ids = [event.id for event in joined.timeline(view).events]
            assert len(ids) == len(set(ids))
    assert accepted > 5
    assert refused > 0
    for entry in reversed(joined.desk.corrections()):
        if entry.holds:
            joined.desk.correct(asked("withdraw", correction=entry.correction.seq))
    assert shown(joined) == before
