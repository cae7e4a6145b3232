"""The mail server's door: hands over one message and says exactly how far it got."""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.policy import SMTP
from email.utils import parseaddr
from ipaddress import ip_address
from typing import Literal

from tracker.core.errors import RefusedError, SettingsError
from tracker.core.ports import Delivery
from tracker.outputs.mail import checked

Security = Literal["none", "starttls", "tls"]

GO_AHEAD = 354


class SmtpPostman:
    """Implements ``tracker.core.ports.Postman`` with one connection a message.

    ``timeout`` is seconds for each step of the conversation. Raises SettingsError when a password would cross
    a network in the clear.
    """

    def __init__(
        self,
        host: str,
        port: int,
        security: Security,
        user: str = "",
        password: str = "",
        timeout: float = 30.0,
        context: ssl.SSLContext | None = None,
    ) -> None:
        if user and security == "none" and not _is_loopback(host):
            raise SettingsError(
                f"a password for {host} would cross the network in the clear; "
                "set TRACKER_SMTP_SECURITY to starttls or tls, or leave TRACKER_SMTP_USER empty"
            )
        self._host, self._port, self._security = host, port, security
        self._user, self._password, self._timeout = user, password, timeout
        self._context = context

    def deliver(self, recipient: str, message: bytes) -> Delivery:
        """Hand over one message.

        accepted: the server took it. refused: it said never (5xx) to sender, recipient or text. retry: nothing
        was accepted (no connection, no TLS, login failed, 4xx). unknown: the line broke after the server had
        asked for the text, so it may have been taken. Raises RefusedError for a message without a usable sender.
        """
        try:
            checked(recipient)
        except RefusedError as trouble:
            return Delivery("refused", str(trouble))
        sender = checked(_sender_of(message))
        try:
            with self._connection() as server:
                return _converse(server, sender, recipient, message)
        except smtplib.SMTPResponseException as trouble:  # greeting, EHLO, STARTTLS or login: says nothing of the mail
            return Delivery("retry", _said(trouble.smtp_code, trouble.smtp_error))
        except (OSError, smtplib.SMTPException) as trouble:
            return Delivery("retry", f"{self._host}:{self._port}: {_one_line(str(trouble) or type(trouble).__name__)}")

    @contextmanager
    def _connection(self) -> Iterator[smtplib.SMTP]:
        context = self._context or ssl.create_default_context()
        if self._security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(self._host, self._port, timeout=self._timeout, context=context)
        else:
            server = smtplib.SMTP(self._host, self._port, timeout=self._timeout)
        try:
            if self._security == "starttls":
                server.starttls(context=context)
            server.ehlo_or_helo_if_needed()
            if self._user:
                server.login(self._user, self._password)
            yield server
        finally:
            _leave(server)


def _converse(server: smtplib.SMTP, sender: str, recipient: str, message: bytes) -> Delivery:
    """MAIL, RCPT, DATA and the text, by hand: the library's own call does not tell where the line broke."""
    code, words = server.mail(sender)
    if 200 <= code < 300:
        code, words = server.rcpt(recipient)
    if 200 <= code < 300:
        code, words = server.docmd("DATA")
    if code != GO_AHEAD:
        return _rejected(code, words)
    try:
        server.send(_on_the_wire(message))
        code, words = server.getreply()
    except (OSError, smtplib.SMTPException) as trouble:
        return Delivery("unknown", f"the line broke after the text was sent: {_one_line(str(trouble))}")
    if 200 <= code < 300:
        return Delivery("accepted", _said(code, words))
    if code < 400:
        return Delivery("unknown", f"an answer that means nothing here: {_said(code, words)}")
    return _rejected(code, words)


def _rejected(code: int, words: bytes) -> Delivery:
    return Delivery("refused" if 500 <= code < 600 else "retry", _said(code, words))


def _on_the_wire(message: bytes) -> bytes:
    """Lines end in CRLF, a leading dot is doubled, a lone dot ends the text (RFC 5321, 4.5.2)."""
    lines = re.sub(rb"\r\n|\r|\n", b"\r\n", message)
    dotted = re.sub(rb"(?m)^\.", b"..", lines)
    return dotted + (b"" if dotted.endswith(b"\r\n") else b"\r\n") + b".\r\n"


def _leave(server: smtplib.SMTP) -> None:
    """Say goodbye if anyone listens; what was said before counts, so trouble here changes nothing."""
    try:
        server.quit()
    except (OSError, smtplib.SMTPException):
        server.close()


def _sender_of(message: bytes) -> str:
    address = parseaddr(str(message_from_bytes(message, policy=SMTP)["From"] or ""))[1]
    if not address:
        raise RefusedError("the message has no From address; set TRACKER_MAIL_FROM and render it again")
    return address


def _said(code: int, words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return _one_line(f"{code} {text}")


def _one_line(text: str) -> str:
    return " ".join(text.split())[:300]


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"
