"""The digest's letters: an issue put into words once, and the stored words addressed to each subscriber."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Protocol

from tracker.core.alerts import Alert, asked_words
from tracker.core.digests import Issue, Line
from tracker.core.listening import Alarm
from tracker.core.shapes import issue_document
from tracker.core.words import Labels, instant_words, plain
from tracker.outputs.mail import Mailer, Rendered, Sender, alert_id, alert_message, message, message_id, notice


class Written(Protocol):
    """A letter as the store keeps it."""

    @property
    def subject(self) -> str: ...

    @property
    def html(self) -> str: ...

    @property
    def text(self) -> str: ...


class Kept(Written, Protocol):
    """An issue as the store keeps it."""

    @property
    def digest(self) -> str: ...

    @property
    def day(self) -> date: ...


class KeptAlert(Written, Protocol):
    """An alert as the store keeps it, with the address it goes to."""

    @property
    def address(self) -> str: ...

    @property
    def message_id(self) -> str: ...


ALARM_WORDS = """\
The tracker does not hear the news at present.

{reasons}

This began at {since}. It is told once; the feeds stay due and are asked again by themselves, and the page
and /api/v1/health say when it hears again. Meanwhile silence counts for nothing on the timeline.

To look: ./run feeds
{page}"""


class Letters:
    """Implements what ``tracker.pipeline.send`` needs: printing an issue and addressing a kept one.

    ``sender`` is the From address, ``unsubscribe`` where unsubscribe mails go, ``public_url`` where the pages are.
    """

    def __init__(self, sender: str, unsubscribe: str = "", public_url: str = "") -> None:
        self._mailer = Mailer()
        self._sender = Sender(sender, unsubscribe=unsubscribe, public_url=public_url)

    def print(self, issue: Issue) -> tuple[str, str, str, dict[str, Any]]:
        """Subject, HTML, plain text, and the issue itself as data."""
        made = self._mailer.render(issue, self._sender.public_url)
        return made.subject, made.html, made.text, issue_document(issue)

    def message_id(self, issue: Kept, address: str) -> str:
        return message_id(issue.digest, issue.day, address, self._sender.address)

    def alarm(self, alarm: Alarm, recipient: str, sent_at: datetime) -> bytes:
        """The one mail that tells the operator of a spell of deafness; raises RefusedError for an address that
        cannot be used."""
        page = f"The page: {self._sender.public_url}\n" if self._sender.public_url else ""
        reasons = "\n".join(f"- {plain(reason)}" for reason in alarm.detail.split("; "))
        text = ALARM_WORDS.format(reasons=reasons, since=instant_words(alarm.raised_at, "UTC"), page=page)
        return notice("The tracker hears nothing", text, recipient, self._sender, sent_at, alarm.raised_at)

    def alert(self, line: Line, alert: Alert, labels: Labels) -> tuple[str, str, str]:
        """Subject, HTML and plain text of the mail that tells of one event."""
        return self._mailer.alert(line, asked_words(alert, labels), self._sender.public_url)

    def alert_id(self, event: str, address: str) -> str:
        return alert_id(event, address, self._sender.address)

    def alert_message(self, mail: KeptAlert, sent_at: datetime) -> bytes:
        return alert_message(mail.subject, mail.text, mail.html, mail.address, self._sender, sent_at, mail.message_id)

    def message(self, issue: Kept, address: str, sent_at: datetime) -> bytes:
        kept = Rendered(issue.digest, issue.day, issue.subject, issue.html, issue.text)
        return message(kept, address, self._sender, sent_at)
