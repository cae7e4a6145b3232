"""An issue as a mail: rendered once to subject, HTML and text, then addressed to each subscriber."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import date, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from urllib.parse import quote

from tracker.core.digests import Issue, Line
from tracker.core.errors import RefusedError
from tracker.core.words import count_words, day_words, href, plain
from tracker.outputs.templating import environment

ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*")
"""What an address may look like here: ASCII, unquoted. Rarer forms are legal and are refused with a reason."""

LONGEST_ADDRESS = 254


BAR_PX = 48
"""Height of the chart's tallest bar in the mail."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """One issue as it will be kept and sent: the same words for every subscriber."""

    digest: str
    day: date
    subject: str
    html: str
    text: str


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends. ``address`` is the From address, ``name`` is shown beside it; ``unsubscribe`` is the address
    that unsubscribe mails go to (empty: none); ``public_url`` is where the pages are (empty: no links)."""

    address: str
    name: str = ""
    unsubscribe: str = ""
    public_url: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """A day of the chart; ``px`` is its height."""

    on: date
    events: int
    px: int


class Mailer:
    """Renders issues. Holds nothing but the compiled templates, so threads may share it."""

    def __init__(self) -> None:
        self._html = environment(autoescape=True).get_template("digest.html")
        plainly = environment(autoescape=False)
        self._text = plainly.get_template("digest.txt")
        self._alert_html = environment(autoescape=True).get_template("alert.html")
        self._alert_text = plainly.get_template("alert.txt")

    def render(self, issue: Issue, public_url: str = "") -> Rendered:
        """The issue as subject, HTML and plain text; the same issue always gives the same."""
        most = max((each.events for each in issue.days), default=0)
        bars = [Bar(each.on, each.events, _px(each.events, most)) for each in issue.days]
        values = {
            "issue": issue,
            "bars": bars,
            "most": most,
            "page": href(public_url).rstrip("/"),
            "headline": headline(issue),
            "quiet": quiet_sentence(issue),
        }
        return Rendered(
            issue.digest,
            issue.day,
            subject(issue),
            self._html.render(values).strip() + "\n",
            _tidy(self._text.render(values)),
        )

    def alert(self, line: Line, asked: str, public_url: str = "") -> tuple[str, str, str]:
        """An alert as subject, HTML and plain text; ``asked`` says what its reader asked to be told of."""
        day, _, _ = line.when.partition(" (")  # the days that are also possible stand in the mail
        subject = plain(f"{line.kind}, {day}: {line.likelihood}")
        values = {"line": line, "asked": asked, "subject": subject, "page": href(public_url).rstrip("/")}
        return subject, self._alert_html.render(values).strip() + "\n", _tidy(self._alert_text.render(values))


def _px(events: int, most: int) -> int:
    return max(2, round(BAR_PX * events / most)) if events else 0


def _tidy(text: str) -> str:
    """Not more than one empty line in a row, and none at the ends."""
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in text.splitlines())).strip() + "\n"


def headline(issue: Issue) -> str:
    """What the issue holds, in a few words: 2 new events, 1 changed, 1 verdict moved."""
    parts = []
    if issue.new:
        parts.append(count_words(len(issue.new), "new event"))
    if issue.changed:
        parts.append(f"{len(issue.changed)} changed")
    if issue.verdicts:
        parts.append(f"{count_words(len(issue.verdicts), 'verdict')} moved")
    return ", ".join(parts) or "nothing new"


def quiet_sentence(issue: Issue) -> str:
    """Says that there is nothing to say; empty when there is something."""
    if not issue.quiet:
        return ""
    return "No new event was reported, no known one changed, and no verdict moved."


def subject(issue: Issue) -> str:
    """The subject: title, day, what is inside; one line without controls."""
    return plain(f"{issue.title}, {day_words(issue.day)}: {headline(issue)}")


def checked(address: str) -> str:
    """The address, if a mail may be sent to it; raises RefusedError for one that could carry another header."""
    if len(address) > LONGEST_ADDRESS or not ADDRESS.fullmatch(address):
        raise RefusedError(f"{address[:80]!r} is no mail address that can be used; give one such as name@example.org")
    return address


def message(rendered: Rendered, subscriber: str, sender: Sender, sent_at: datetime) -> bytes:
    """The mail to one subscriber's address, ready for the mail server; ``sent_at`` (aware) is its Date.

    Raises RefusedError for an address that cannot be used.
    """
    id_ = message_id(rendered.digest, rendered.day, subscriber, sender.address)
    made = _headed(rendered.subject, subscriber, sender, sent_at, id_)
    if sender.unsubscribe:
        asked = quote(f"unsubscribe {rendered.digest}")
        made["List-Unsubscribe"] = f"<mailto:{checked(sender.unsubscribe)}?subject={asked}>"
    made["List-Id"] = f"<{rendered.digest}.{_domain(sender.address)}>"
    return _in_two_parts(made, rendered.text, rendered.html, f"{rendered.digest}\x00{rendered.day.isoformat()}")


def alert_message(
    subject: str, text: str, html: str, recipient: str, sender: Sender, sent_at: datetime, id_: str
) -> bytes:
    """The mail of one alert to one address; ``id_`` is its Message-ID. Raises RefusedError for an address that
    cannot be used."""
    return _in_two_parts(_headed(subject, recipient, sender, sent_at, id_), text, html, id_)


def alert_id(event: str, recipient: str, from_address: str) -> str:
    """The Message-ID of an alert: always the same for the event and the recipient, whom it does not show."""
    return f"<alert.{_digest(event, recipient.strip().lower())}@{_domain(from_address)}>"


def _headed(subject: str, recipient: str, sender: Sender, sent_at: datetime, id_: str) -> EmailMessage:
    made = EmailMessage(policy=SMTP)
    made["From"] = Address(display_name=plain(sender.name), addr_spec=checked(sender.address))
    made["To"] = Address(addr_spec=checked(recipient))
    made["Subject"] = plain(subject)
    made["Date"] = format_datetime(sent_at)
    made["Message-ID"] = id_
    made["Auto-Submitted"] = "auto-generated"
    return made


def _in_two_parts(made: EmailMessage, text: str, html: str, about: str) -> bytes:
    made.set_content(text, cte="quoted-printable")
    made.add_alternative(html, subtype="html", cte="quoted-printable")
    # The library draws a boundary at random; what was kept shall give the same bytes each time it is addressed.
    made.set_boundary(f"part-{_digest(about, text, html)}")
    return made.as_bytes()


def notice(subject: str, text: str, recipient: str, sender: Sender, sent_at: datetime, about_at: datetime) -> bytes:
    """A mail of plain words to one address, about something that began at ``about_at``: its Message-ID is the same
    for the same beginning and recipient. Raises RefusedError for an address that cannot be used."""
    id_ = f"<notice.{_digest(about_at.isoformat(), recipient)}@{_domain(sender.address)}>"
    made = _headed(subject, recipient, sender, sent_at, id_)
    made.set_content(text, cte="quoted-printable")
    return made.as_bytes()


def message_id(digest: str, day: date, subscriber: str, from_address: str) -> str:
    """The Message-ID of one copy: always the same for (digest, day, subscriber), so that a second copy is
    recognised as one; it does not show who the subscriber is."""
    return f"<{digest}.{day.isoformat()}.{_digest(digest, day.isoformat(), subscriber)}@{_domain(from_address)}>"


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x00".join(parts).encode()).hexdigest()[:32]


def _domain(address: str) -> str:
    return address.rpartition("@")[2].lower()
