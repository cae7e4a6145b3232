"""The digest reaches those who confirmed, each issue once, whatever the mail server does."""

from __future__ import annotations

import email
import email.policy
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from river import LAUNCH, OTHER, StillClock, flow, make_app, make_home, row, write_archive
from test_outputs_smtp import Sink, serving

from tracker.app import App
from tracker.core.errors import RefusedError, SettingsError
from tracker.store import mail

READER, OTHER_READER, LEAVER = "reader@example.org", "second@example.org", "leaver@example.org"


def mailing(home: Path, clock: StillClock, port: int) -> App:
    return make_app(
        home,
        clock,
        TRACKER_SMTP_HOST="127.0.0.1",
        TRACKER_SMTP_PORT=str(port),
        TRACKER_SMTP_SECURITY="none",
        TRACKER_MAIL_FROM="digest@example.org",
        TRACKER_MAIL_UNSUBSCRIBE="leave@example.org",
    )


@pytest.fixture
def clock() -> StillClock:
    return StillClock(datetime(2024, 3, 1, 0, tzinfo=UTC))


@pytest.fixture
def home(tmp_path: Path, clock: StillClock) -> Path:
    """A record that began on 1 March and has heard of the launch of the 5th; three addresses in three states."""
    home = make_home(tmp_path)
    app = make_app(home, clock)
    app.prepare()
    for address in (READER, OTHER_READER, LEAVER):
        app.change_subscriber(address, "pending")
    app.change_subscriber(LEAVER, "confirmed")
    app.change_subscriber(LEAVER, "removed")
    app.change_subscriber(READER, "confirmed")
    clock.at = datetime(2024, 3, 5, 23, tzinfo=UTC)  # the issue of the 5th closed at 07:00 in Korea: 22:00Z
    flow(app, write_archive(tmp_path / "news.jsonl", [*LAUNCH, *OTHER[:1]]))
    return home


def test_nobody_is_mailed_before_confirm_and_nobody_twice(home: Path, clock: StillClock) -> None:
    sink = Sink()
    with serving(sink) as port:
        app = mailing(home, clock, port)
        first = app.send()
        assert (first.made, first.accepted) == (2, 2), "the newest issue and one day of catch-up, to who confirmed"
        app.change_subscriber(OTHER_READER, "confirmed")
        assert app.send().accepted == 0, "who confirms now gets the next issue, no old one"
        assert mailing(home, clock, port).send().accepted == 0, "another process knows it too"
    assert {tuple(each.rcpt_tos) for each in sink.taken} == {(READER,)}
    news = [email.message_from_bytes(each.content or b"", policy=email.policy.default) for each in sink.taken]
    newest = news[-1]
    assert newest["List-Unsubscribe"].startswith("<mailto:leave@example.org")
    html, text = (newest.get_body((kind,)).get_content() for kind in ("html", "plain"))
    assert "5 March 2024" in html
    assert "reuters.com/a/1" in html
    assert "5 March 2024" in text
    assert len({each["Message-ID"] for each in news}) == 2


def test_a_refusing_server_costs_nothing_and_is_asked_again(home: Path, clock: StillClock) -> None:
    moody = Sink(rcpt="451 later, please")
    with serving(moody) as port:
        app = mailing(home, clock, port)
        assert app.send().retried == 2
        assert app.send().retried == 0, "not before its time"
        moody.answers.clear()
        clock.pass_(minutes=10)
        assert app.send().accepted == 2
    assert len(moody.taken) == 2


def test_no_server_at_all_keeps_the_copies_waiting(home: Path, clock: StillClock) -> None:
    assert make_app(home, clock).send().made == 2
    sink = Sink()
    with serving(sink) as port:
        gone = port + 1 if port < 65000 else port - 1
        assert mailing(home, clock, gone).send().retried == 2
        clock.pass_(minutes=10)
        assert mailing(home, clock, port).send().accepted == 2


def test_a_refused_address_is_not_tried_for_ever(home: Path, clock: StillClock) -> None:
    with serving(Sink(rcpt="550 no such person")) as port:
        app = mailing(home, clock, port)
        assert app.send().refused == 2
        clock.pass_(hours=2)
        assert app.send().refused == 0


def test_old_copies_are_given_up_and_a_leaver_is_not_mailed(home: Path, clock: StillClock) -> None:
    with serving(Sink(rcpt="451 later, please")) as port:
        assert mailing(home, clock, port).send().retried == 2
    clock.pass_(days=5)
    sink = Sink()
    with serving(sink) as port:
        app = mailing(home, clock, port)
        app.change_subscriber(READER, "removed")
        assert (app.send().refused, sink.taken) == (2, [])


def test_an_unknown_fate_is_shown_and_never_resent(home: Path, clock: StillClock) -> None:
    sink = Sink(data="drop")
    with serving(sink) as port:
        app = mailing(home, clock, port)
        assert app.send().unknown == 2
        sink.answers.clear()
        clock.pass_(hours=2)
        after = app.send()
    assert (after.accepted, after.retried) == (0, 0)
    assert len(sink.taken) == 2


def test_a_process_that_died_with_a_copy_in_hand(home: Path, clock: StillClock) -> None:
    app = make_app(home, clock)
    app.send()
    with app.store.begin() as tx:
        issue = mail.find_issue(tx, app.beliefs.digest().id, date(2024, 3, 5))
        assert issue is not None
        ((subscriber, _),) = mail.open_copies(tx, issue, clock.now())
        assert mail.claim(tx, issue.id, subscriber, "<x@example.org>", clock.now()) is not None
        assert mail.claim(tx, issue.id, subscriber, "<x@example.org>", clock.now()) is None, "one claim a copy"
    sink = Sink()
    with serving(sink) as port:
        clock.pass_(hours=1)
        report = mailing(home, clock, port).send()
    assert (report.unknown, report.accepted) == (1, 1), "the other issue's copy is sent, the claimed one is not"
    assert len(sink.taken) == 1


def test_an_imported_past_mails_nobody(tmp_path: Path) -> None:
    clock = StillClock()
    app = make_app(make_home(tmp_path), clock)
    app.prepare()
    app.change_subscriber(READER, "pending")
    app.change_subscriber(READER, "confirmed")
    flow(app, write_archive(tmp_path / "old.jsonl", LAUNCH))
    sink = Sink()
    with serving(sink) as port:
        report = mailing(tmp_path / "home", clock, port).send()
    assert (report.made, sink.taken) == (0, [])


def test_a_kept_issue_never_changes(home: Path, clock: StillClock, tmp_path: Path) -> None:
    app = make_app(home, clock)
    app.send()
    digest = app.beliefs.digest()
    first = app.keep_issue(digest, date(2024, 3, 5))
    more = row("North Korea fires second missile, report", "2024-03-05T10:00:00Z", "https://www.bbc.com/news/2x")
    flow(app, write_archive(tmp_path / "more.jsonl", [more]))
    assert app.keep_issue(digest, date(2024, 3, 5)) == first


def test_leaving_erases_the_address(home: Path, clock: StillClock) -> None:
    app = make_app(home, clock)
    with app.store.reading() as tx:
        known = mail.all_subscribers(tx)
    assert [(each.address, each.state) for each in known] == [
        (READER, "confirmed"),
        (OTHER_READER, "pending"),
        (None, "removed"),
    ]
    with pytest.raises(RefusedError, match="is no subscriber"):
        app.change_subscriber(LEAVER, "confirmed")
    assert app.change_subscriber(LEAVER, "pending") == "pending", "she may come back, and confirms anew"
    assert app.change_subscriber(READER.upper(), "pending") == "confirmed", "one mailbox, however it is written"
    with app.store.reading() as tx:
        assert len(mail.all_subscribers(tx)) == 3


def test_sending_without_a_sender_is_a_clear_error(home: Path) -> None:
    with pytest.raises(SettingsError, match="TRACKER_MAIL_FROM"):
        assert make_app(home, TRACKER_SMTP_HOST="127.0.0.1").postman
    app = make_app(home)
    issue = app.keep_issue(app.beliefs.digest(), date(2024, 3, 5))
    with pytest.raises(SettingsError, match="TRACKER_SMTP_HOST"):
        app.deliver(issue)
