"""The mail of an issue: what it says, that hostile text stays text, and that it always is the same mail."""

from __future__ import annotations

from datetime import UTC, date, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from html.parser import HTMLParser

import pytest
from doors_record import LABELS, card, event, piece, verdict
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.core.digests import Digest, Issue, compose, window
from tracker.core.errors import RefusedError
from tracker.core.timeline import Timeline
from tracker.outputs.mail import Mailer, Rendered, Sender, checked, message, message_id

DIGEST = Digest("morning", "This morning", "news", "Asia/Seoul", 7)
DAY = date(2020, 3, 2)
SINCE, CUTOFF = window(DIGEST, DAY)
SENT = datetime(2020, 3, 2, 22, 5, tzinfo=UTC)
SENDER = Sender("tracker@example.org", "Tracker", "leave@example.org")
MAILER = Mailer()
HOSTILE = '<script>alert("1")</script>\u202e\r\nBcc: all@example.org'


def issue(title: str = "Two comets over Old Hill", quiet: bool = False) -> Issue:
    old = event("old", p_occurred=0.6, wires=1, status="reported")
    new = event("new one", known_at=CUTOFF, title=title)
    sources = tuple(piece("new one", f"k{n}", CUTOFF, publisher=f"paper{n}", wire=n, title=title) for n in range(7))
    after = (old,) if quiet else (event("old", status="corroborated"), new)
    judged = ((verdict("f1", verdict="open", claim_held=None),), (verdict("f1"),))
    return compose(
        DIGEST,
        DAY,
        Timeline(SINCE, "news", (old,)),
        Timeline(CUTOFF, "news", after),
        {"new one": sources},
        *(((), ()) if quiet else judged),
        LABELS,
        (card("f1", paraphrase="Comets <will> return."),),
    )


def parts(mail: bytes) -> tuple[EmailMessage, str, str]:
    read = message_from_bytes(mail, policy=SMTP)
    assert isinstance(read, EmailMessage)
    text, html = read.get_body(("plain",)), read.get_body(("html",))
    assert text is not None
    assert html is not None
    return read, text.get_content(), html.get_content()


class Tags(HTMLParser):
    """Which tags and addresses a piece of HTML really has."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.rels: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        given = dict(attrs)
        if tag == "a":
            self.links.append(given.get("href") or "")
            self.rels.add(given.get("rel") or "")


def test_the_mail_tells_what_is_new_what_changed_and_what_it_means() -> None:
    made = MAILER.render(issue(), "https://tracker.example/")
    assert made.subject == "This morning, 2 March 2020: 1 new event, 1 changed, 1 verdict moved"
    for told in (made.html, made.text):
        assert "2 March 2020" in told
        assert "orroborated by 2 independent sources" in told
        assert "very likely" in told
        assert "and 2 more sources" in told
        assert "https://tracker.example/events/new%20one" in told
        assert "Came true; before: still open. The claim held." in told
    assert "Comets &lt;will&gt; return." in made.html
    assert "Comets <will> return." in made.text
    assert "https://bugle.example/k4" in made.text
    assert "https://bugle.example/k5" not in made.text


def test_a_quiet_day_says_so_in_both_forms() -> None:
    made = MAILER.render(issue(quiet=True))
    assert made.subject == "This morning, 2 March 2020: nothing new"
    assert "No new event was reported" in made.html
    assert "No new event was reported" in made.text
    assert Tags(made.html).links == []


def test_hostile_text_stays_text() -> None:
    made = MAILER.render(issue(HOSTILE))
    tags = Tags(made.html)
    assert "script" not in tags.tags
    assert "\u202e" not in made.html + made.text
    assert all(link.startswith("https://bugle.example/") for link in tags.links)
    assert tags.rels == {"noopener noreferrer nofollow"}
    assert "\nBcc:" not in made.text


def test_the_mail_is_multipart_and_carries_what_mail_programs_need() -> None:
    mail, text, html = parts(message(MAILER.render(issue()), "reader@example.org", SENDER, SENT))
    assert mail.get_content_type() == "multipart/alternative"
    assert mail["To"] == "reader@example.org"
    assert mail["From"] == "Tracker <tracker@example.org>"
    assert mail["Date"].datetime == SENT
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Unsubscribe"] == "<mailto:leave@example.org?subject=unsubscribe%20morning>"
    assert "Two comets over Old Hill" in text
    assert "<table" in html


def test_the_same_copy_is_the_same_bytes_and_its_id_tells_copies_apart() -> None:
    made = MAILER.render(issue())
    assert message(made, "a@example.org", SENDER, SENT) == message(made, "a@example.org", SENDER, SENT)
    ids = {
        message_id("morning", DAY, "a@example.org", "t@example.org"),
        message_id("morning", DAY, "b@example.org", "t@example.org"),
        message_id("evening", DAY, "a@example.org", "t@example.org"),
        message_id("morning", date(2020, 3, 3), "a@example.org", "t@example.org"),
    }
    assert len(ids) == 4
    assert not any("a@" in each for each in ids)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "reader",
        "reader@example.org\r\nBcc: all@example.org",
        "reader@example.org, all@example.org",
        "Reader <reader@example.org>",
        "a@b@c",
        "reader@exa mple.org",
        "독자@example.org",
        "x" * 250 + "@example.org",
    ],
)
def test_an_address_that_could_carry_more_is_refused(address: str) -> None:
    rendered = MAILER.render(issue(quiet=True))
    with pytest.raises(RefusedError, match="no mail address"):
        message(rendered, address, SENDER, SENT)
    with pytest.raises(RefusedError, match="no mail address"):
        message(rendered, "reader@example.org", Sender("t@example.org", unsubscribe=address or "x"), SENT)


@given(st.text(alphabet=st.characters(), max_size=80))
@settings(max_examples=60, deadline=None)
def test_no_subject_adds_a_header(words: str) -> None:
    mail, _, _ = parts(message(Rendered("morning", DAY, words, "<p>x</p>", "x"), "a@example.org", SENDER, SENT))
    assert {name.lower() for name in mail.keys()} == {  # noqa: SIM118 - a message is no dict
        "from",
        "to",
        "subject",
        "date",
        "message-id",
        "auto-submitted",
        "list-unsubscribe",
        "list-id",
        "mime-version",
        "content-type",
    }
    assert len(mail.keys()) == 10


def test_a_usable_address_is_given_back() -> None:
    assert checked("first.last+tag@mail.example.org") == "first.last+tag@mail.example.org"
