"""The digest's letters: an issue put into words once, and the stored words addressed to each subscriber."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Protocol

from tracker.core.digests import Issue
from tracker.core.shapes import issue_document
from tracker.outputs.mail import Mailer, Rendered, Sender, message, message_id


class Kept(Protocol):
    """An issue as the store keeps it."""

    @property
    def digest(self) -> str: ...

    @property
    def day(self) -> date: ...

    @property
    def subject(self) -> str: ...

    @property
    def html(self) -> str: ...

    @property
    def text(self) -> str: ...


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

    def message(self, issue: Kept, address: str, sent_at: datetime) -> bytes:
        kept = Rendered(issue.digest, issue.day, issue.subject, issue.html, issue.text)
        return message(kept, address, self._sender, sent_at)
