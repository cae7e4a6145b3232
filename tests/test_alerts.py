"""Alerts: who is told of what, once, and never of the past; whatever the mail server does."""

from __future__ import annotations

import email
import email.policy
import json
import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from doors_record import LABELS, TAXONOMY, event, piece
from hypothesis import given
from hypothesis import strategies as st
from river import LAUNCH, StillClock, flow, make_app, make_home, row, write_archive
from test_outputs_smtp import Sink, serving
from test_program import program

from tracker.app import App
from tracker.catalog.alerts import read_alerts
from tracker.core.alerts import FRESH, Alert, asked_words, due
from tracker.core.changes import known_pieces
from tracker.core.digests import line_of
from tracker.core.events import Event
from tracker.outputs.letters import Letters

NOW = datetime(2020, 3, 3, tzinfo=UTC)
HOSTILE = '<script>alert("1")</script>\u202e\r\nBcc: all@example.org'
ANYTHING = Alert("a@example.org", 0.5)


# --- the decision -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("alert", "told"),
    [
        (ANYTHING, True),
        (replace(ANYTHING, category="comet"), True),
        (replace(ANYTHING, category="fair"), False),
        (replace(ANYTHING, category="comet", subtype="bright"), True),
        (replace(ANYTHING, category="comet", subtype="dim"), False),
        (replace(ANYTHING, p_min=0.9), True),
        (replace(ANYTHING, p_min=0.91), False),
        (replace(ANYTHING, status="corroborated"), True),
        (replace(ANYTHING, status="confirmed"), False),
    ],
)
def test_an_alert_wants_what_it_says(alert: Alert, told: bool) -> None:
    assert bool(due((alert,), (event("e"),), TAXONOMY, NOW)) is told


@pytest.mark.parametrize("status", ["disputed", "retracted"])
def test_what_is_contradicted_or_taken_back_alerts_nobody(status: str) -> None:
    assert due((ANYTHING,), (event("e", status=status),), TAXONOMY, NOW) == ()


def test_the_past_is_never_told_and_an_address_hears_of_an_event_once() -> None:
    old = event("old", known_at=NOW - FRESH - timedelta(seconds=1))
    edge = event("edge", known_at=NOW - FRESH)
    twice = (ANYTHING, replace(ANYTHING, address="A@example.org", category="comet"), Alert("b@example.org", 0.5))
    told = due(twice, (old, edge), TAXONOMY, NOW)
    assert [(each.event.id, each.alert.address) for each in told] == [
        ("edge", "a@example.org"),
        ("edge", "b@example.org"),
    ]


def test_old_news_that_is_new_here_is_not_told() -> None:
    days = [date(2020, 3, 3) - timedelta(days=back) for back in range(6)]
    late = tuple(event(f"e{on.day}", on, known_at=NOW) for on in days)
    told = [each.event.on for each in due((ANYTHING,), late, TAXONOMY, NOW)]
    assert sorted(told) == sorted(days)[2:], "the day itself and three before it"


@given(
    st.lists(st.tuples(st.integers(-100, 100), st.floats(0, 1)), max_size=8),
    st.floats(0.5, 1),
)
def test_only_fresh_and_likely_events_are_ever_due(made: list[tuple[int, float]], p_min: float) -> None:
    events = tuple(
        event(f"e{number}", known_at=NOW + timedelta(hours=hours), p_occurred=p)
        for number, (hours, p) in enumerate(made)
    )
    for each in due((replace(ANYTHING, p_min=p_min),), events, TAXONOMY, NOW):
        assert each.event.known_at >= NOW - FRESH
        assert each.event.p_occurred >= p_min


def test_what_was_asked_for_is_said_in_words() -> None:
    alert = Alert("a@example.org", 0.8, "comet", "bright", "corroborated")
    assert asked_words(alert, LABELS) == (
        "Comet sighting, bright comet, at least 80\u00a0% likely and corroborated or better"
    )
    assert asked_words(ANYTHING, LABELS) == "any kind of event and at least 50\u00a0% likely"


# --- the config ---------------------------------------------------------------------------------

GOOD = (
    '[[alerts]]\naddress = "a@example.org"\ncategory = "comet"\nsubtype = "bright"\np_min = 0.8\nstatus = "confirmed"\n'
)
KNOWN = {"comet": {"bright"}, "fair": set[str]()}


def read(folder: Path, text: str) -> tuple[tuple[Alert, ...], list[str]]:
    (folder / "alerts.toml").write_text(text, encoding="utf-8")
    alerts, problems = read_alerts(folder, KNOWN)
    return alerts, [str(each) for each in problems]


def test_a_table_of_alerts_is_read(tmp_path: Path) -> None:
    assert read(tmp_path, GOOD) == ((Alert("a@example.org", 0.8, "comet", "bright", "confirmed"),), [])
    assert read(tmp_path, "# nobody\n") == ((), [])
    (tmp_path / "alerts.toml").unlink()
    assert read_alerts(tmp_path, KNOWN) == ((), [])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('"a@example.org"', '"nobody"'), "is no mail address"),
        (('"a@example.org"', '"a@example.org\\nBcc: b@example.org"'), "is no mail address"),
        (("0.8", "0.3"), "it must lie from 0.5 to 1"),
        (("0.8", "80"), "it must lie from 0.5 to 1"),
        (("p_min = 0.8\n", ""), "is missing"),
        (('"comet"', '"comit"'), "did you mean 'comet'?"),
        (('"bright"', '"brigt"'), "did you mean 'bright'?"),
        (('category = "comet"\n', ""), "stands without a category"),
        (('"confirmed"', '"retracted"'), "is not known"),
        (("status", "state"), "is not a key of this table"),
    ],
)
def test_every_mistake_is_named_and_nothing_of_it_is_used(tmp_path: Path, change: tuple[str, str], said: str) -> None:
    alerts, problems = read(tmp_path, GOOD.replace(*change))
    assert alerts == ()
    assert any("alerts.toml" in each and said in each for each in problems), problems


def test_a_table_that_stands_twice_is_a_mistake(tmp_path: Path) -> None:
    assert "stands twice" in read(tmp_path, GOOD + GOOD)[1][0]


# --- the mail -----------------------------------------------------------------------------------


def test_hostile_text_stays_text_and_the_mail_is_always_the_same() -> None:
    letters = Letters("tracker@example.org", public_url="https://tracker.example.org")
    known = {"e": (piece("e", "a", NOW, title=HOSTILE, publisher=HOSTILE, url="javascript:alert(1)"),)}
    bad = event("e", title=HOSTILE, place=HOSTILE)
    line = line_of(bad, known_pieces(bad, known, NOW), LABELS)
    subject, html, text = letters.alert(line, ANYTHING, LABELS)
    assert "<script" not in html
    assert "javascript:" not in html
    assert "\u202e" not in html + text + subject
    assert "https://tracker.example.org/events/e" in html
    id_ = letters.alert_id("e", "a@example.org")
    assert id_ == letters.alert_id("e", "A@example.org ")
    assert id_ != letters.alert_id("f", "a@example.org")


# --- the river ----------------------------------------------------------------------------------

FIRST = "first@example.org"
MISSILES = f'[[alerts]]\naddress = "{FIRST}"\ncategory = "missile_test"\np_min = 0.7\nstatus = "corroborated"\n'


@pytest.fixture
def clock() -> StillClock:
    return StillClock(datetime(2024, 3, 5, 1, tzinfo=UTC))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    made = make_home(tmp_path)
    (made / "config" / "alerts.toml").write_text(MISSILES, encoding="utf-8")
    return made


def mailing(home: Path, clock: StillClock, port: int) -> App:
    return make_app(
        home,
        clock,
        TRACKER_SMTP_HOST="127.0.0.1",
        TRACKER_SMTP_PORT=str(port),
        TRACKER_SMTP_SECURITY="none",
        TRACKER_MAIL_FROM="tracker@example.org",
    )


def test_an_event_is_told_once_when_it_first_qualifies(home: Path, clock: StillClock, tmp_path: Path) -> None:
    sink = Sink()
    with serving(sink) as port:
        app = mailing(home, clock, port)
        flow(app, write_archive(tmp_path / "a.jsonl", LAUNCH[:1]))
        assert app.alert().accepted == 0, "one report is not corroborated"
        flow(app, write_archive(tmp_path / "b.jsonl", LAUNCH[1:]))
        assert app.alert().accepted == 1
        assert app.alert().accepted == 0
        assert mailing(home, clock, port).alert().accepted == 0, "another process knows it too"
        later = row("N. Korea missile launch confirmed by Tokyo", "2024-03-05T02:00:00Z", "https://www.ft.com/a")
        flow(app, write_archive(tmp_path / "c.jsonl", [later]))
        app.rebuild()
        assert app.alert().accepted == 0, "neither more reports nor a rebuild tell it again"
    (taken,) = sink.taken
    assert taken.rcpt_tos == [FIRST]
    mail = email.message_from_bytes(taken.content or b"", policy=email.policy.default)
    assert "5 March 2024" in mail["Subject"]
    assert mail["Message-ID"].startswith("<alert.")
    assert mail["Auto-Submitted"] == "auto-generated"
    html, text = (mail.get_body((kind,)).get_content() for kind in ("html", "plain"))
    assert "reuters.com/a/1" in html
    assert "You asked to be told of: Missile or rocket launch" in text
    assert app.alerted(9)[0].state == "accepted"


def test_an_imported_archive_mails_nobody(home: Path, clock: StillClock, tmp_path: Path) -> None:
    clock.pass_(days=3)
    sink = Sink()
    with serving(sink) as port:
        app = mailing(home, clock, port)
        flow(app, write_archive(tmp_path / "a.jsonl", LAUNCH))
        assert app.timeline("news").events[0].listed
        assert (app.alert().accepted, sink.taken) == (0, [])


def test_reference_rows_alert_nobody(home: Path, clock: StillClock) -> None:
    clock.at = datetime(2021, 10, 20, tzinfo=UTC)
    sink = Sink()
    with serving(sink) as port:
        app = mailing(home, clock, port)
        app.prepare()
        assert app.timeline("reference").events
        assert (app.alert().accepted, sink.taken) == (0, [])


def test_a_server_that_takes_nothing_is_asked_again_with_the_same_words(
    home: Path, clock: StillClock, tmp_path: Path
) -> None:
    sink = Sink(rcpt="451 later, please")
    with serving(sink) as port:
        app = mailing(home, clock, port)
        flow(app, write_archive(tmp_path / "a.jsonl", LAUNCH))
        assert app.alert().retried == 1
        assert app.alert().retried == 0, "not before its time"
        sink.answers.clear()
        clock.pass_(minutes=10)
        assert app.alert().accepted == 1
    assert len(sink.taken) == 1
    assert app.alerted(9)[0].attempts == 2


def test_an_unknown_fate_is_shown_and_never_resent(home: Path, clock: StillClock, tmp_path: Path) -> None:
    sink = Sink(data="drop")
    with serving(sink) as port:
        app = mailing(home, clock, port)
        flow(app, write_archive(tmp_path / "a.jsonl", LAUNCH))
        assert app.alert().unknown == 1
        sink.answers.clear()
        clock.pass_(minutes=30)
        assert app.alert().accepted == 0
    assert app.alerted(9)[0].state == "unknown"


def test_a_process_that_died_leaves_an_unknown_fate(home: Path, clock: StillClock, tmp_path: Path) -> None:
    class Dying:
        def deliver(self, recipient: str, message: bytes) -> None:  # noqa: ARG002 - a port's method
            raise KeyboardInterrupt

    with serving(Sink()) as port:
        app = mailing(home, clock, port)
        flow(app, write_archive(tmp_path / "a.jsonl", LAUNCH))
        app.__dict__["postman"] = Dying()
        with pytest.raises(KeyboardInterrupt):
            app.alert()
        fresh = mailing(home, clock, port)
        assert (fresh.alert().accepted, fresh.alerted(9)[0].state) == (0, "claimed")
        clock.pass_(minutes=20)
        assert (fresh.alert().unknown, fresh.alerted(9)[0].state) == (1, "unknown")


def test_an_address_that_was_taken_out_is_not_tried_again(home: Path, clock: StillClock, tmp_path: Path) -> None:
    sink = Sink(rcpt="451 later, please")
    with serving(sink) as port:
        app = mailing(home, clock, port)
        flow(app, write_archive(tmp_path / "a.jsonl", LAUNCH))
        app.alert()
        sink.answers.clear()
        (home / "config" / "alerts.toml").write_text(MISSILES.replace(FIRST, "other@example.org"), encoding="utf-8")
        clock.pass_(minutes=10)
        report = mailing(home, clock, port).alert()
    assert (report.refused, report.accepted) == (1, 1), "the new address qualifies while the event is fresh"
    assert [each.rcpt_tos for each in sink.taken] == [["other@example.org"]]


def test_without_a_mail_server_nothing_is_claimed(home: Path, clock: StillClock, tmp_path: Path) -> None:
    app = make_app(home, clock)
    flow(app, write_archive(tmp_path / "a.jsonl", LAUNCH))
    assert app.alert().accepted == 0
    assert app.alerted(9) == []
    sink = Sink()
    with serving(sink) as port:
        assert mailing(home, clock, port).alert().accepted == 1


def test_two_processes_at_once_send_one_mail(home: Path, clock: StillClock, tmp_path: Path) -> None:
    sink = Sink()
    with serving(sink) as port:
        apps = [mailing(home, clock, port) for _ in range(4)]
        flow(apps[0], write_archive(tmp_path / "a.jsonl", LAUNCH))
        gate = threading.Barrier(len(apps))

        def tell(app: App) -> None:
            gate.wait()
            app.alert()

        threads = [threading.Thread(target=tell, args=(app,)) for app in apps]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
    assert len(sink.taken) == 1


def test_a_merged_event_is_not_told_again(home: Path, clock: StillClock, tmp_path: Path) -> None:
    from tracker.pipeline import alert as step

    sink = Sink()
    with serving(sink) as port:
        app = mailing(home, clock, port)
        flow(app, write_archive(tmp_path / "a.jsonl", LAUNCH))
        app.alert()
        (told,) = [each for each in app.timeline("news").events if each.listed]
        joined: Event = replace(told, id="another", members=(told.id, "r"))
        report = step.alert(
            app.store,
            app.beliefs.alerts,
            lambda: (joined,),
            lambda: app.letters,
            lambda: app.postman,
            app.labels(),
            clock.now,
        )
    assert (report.accepted, len(sink.taken)) == (0, 1)


def test_the_verb_lists_rules_and_mails_and_check_names_mistakes(home: Path) -> None:
    document = json.loads(program(home, "alerts", "--json").stdout)
    (rule,) = document["alerts"]
    assert (rule["address"], rule["p_min"], rule["status"]) == (FIRST, 0.7, "corroborated")
    assert document["mails"] == []
    assert document["sent"] is None
    assert "1 alerts in config/alerts.toml" in program(home, "alerts").stdout
    assert program(home, "alerts", "--send").returncode == 1
    (home / "config" / "alerts.toml").write_text(MISSILES.replace("0.7", "7"), encoding="utf-8")
    done = program(home, "check", "--json")
    assert done.returncode == 1
    assert [each["file"] for each in json.loads(done.stdout)["problems"]] == ["alerts.toml"]


def test_the_shipped_file_tells_nobody() -> None:
    from river import ROOT

    assert read_alerts(ROOT / "config")[0] == ()
    assert date(2020, 3, 2) == event("e").on
