# ruff: noqa: ARG002 - a handler takes what aiosmtpd gives it
"""The mail server's door, against a real SMTP server that misbehaves on request."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tracker.core.errors import RefusedError, SettingsError
from tracker.outputs.smtp import SmtpPostman

MAIL = b"From: Tracker <tracker@example.org>\r\nSubject: x\r\n\r\nfirst\n.second\r\nlast"


class Sink:
    """Takes mail, or answers each command as told."""

    def __init__(self, **answers: str) -> None:
        self.answers = answers
        self.taken: list[Envelope] = []

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's names
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self.answers.get("mail", "250 OK")

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.answers.get("rcpt", "250 OK")

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.taken.append(envelope)
        if self.answers.get("data") == "drop":
            assert server.transport is not None
            server.transport.abort()
        return self.answers.get("data", "250 kept as 1")


@contextmanager
def serving(sink: Sink, **options: Any) -> Iterator[int]:
    port = free_port()
    controller = Controller(sink, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


def free_port() -> int:
    """A port nobody listens on: the controller cannot be told to take any."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def postman(port: int, **options: Any) -> SmtpPostman:
    return SmtpPostman("127.0.0.1", port, options.pop("security", "none"), timeout=5, **options)


def test_an_accepted_mail_arrives_as_it_was_written() -> None:
    sink = Sink()
    with serving(sink) as port:
        delivery = postman(port).deliver("reader@example.org", MAIL)
    assert delivery.state == "accepted"
    assert "kept as 1" in delivery.detail
    (envelope,) = sink.taken
    assert (envelope.mail_from, envelope.rcpt_tos) == ("tracker@example.org", ["reader@example.org"])
    assert envelope.content == MAIL.replace(b"first\n", b"first\r\n") + b"\r\n"


@pytest.mark.parametrize("command", ["mail", "rcpt", "data"])
@pytest.mark.parametrize(("answer", "state"), [("550 no such reader", "refused"), ("451 later", "retry")])
def test_never_and_later_are_told_apart_at_every_command(command: str, answer: str, state: str) -> None:
    with serving(Sink(**{command: answer})) as port:
        delivery = postman(port).deliver("reader@example.org", MAIL)
    assert delivery.state == state
    assert answer.split(" ", 1)[1] in delivery.detail


def test_a_line_that_breaks_after_the_text_leaves_the_outcome_unknown() -> None:
    sink = Sink(data="drop")
    with serving(sink) as port:
        delivery = postman(port).deliver("reader@example.org", MAIL)
    assert delivery.state == "unknown"
    assert len(sink.taken) == 1


def test_no_server_means_try_later() -> None:
    port = free_port()
    delivery = postman(port).deliver("reader@example.org", MAIL)
    assert delivery.state == "retry"
    assert str(port) in delivery.detail


def test_without_the_tls_that_was_asked_for_nothing_is_sent() -> None:
    sink = Sink()
    with serving(sink) as port:
        delivery = postman(port, security="starttls").deliver("reader@example.org", MAIL)
    assert delivery.state == "retry"
    assert "STARTTLS" in delivery.detail
    assert sink.taken == []


def test_a_failed_login_says_nothing_about_the_mail() -> None:
    sink = Sink()
    with serving(sink, auth_required=False, auth_require_tls=False) as port:
        delivery = postman(port, user="tracker", password="wrong").deliver("reader@example.org", MAIL)  # noqa: S106
    assert delivery.state == "retry"
    assert sink.taken == []


@pytest.mark.parametrize("host", ["mail.example.org", "192.0.2.7", "127.0.0.1.example.org"])
def test_no_password_crosses_a_network_in_the_clear(host: str) -> None:
    with pytest.raises(SettingsError, match="in the clear"):
        SmtpPostman(host, 25, "none", user="tracker", password="secret")  # noqa: S106


def test_a_recipient_that_could_carry_another_command_is_refused_unsent() -> None:
    sink = Sink()
    with serving(sink) as port:
        delivery = postman(port).deliver("reader@example.org>\r\nRCPT TO:<all@example.org", MAIL)
    assert delivery.state == "refused"
    assert sink.taken == []


def test_a_mail_without_a_sender_is_a_mistake_of_ours() -> None:
    with pytest.raises(RefusedError, match="TRACKER_MAIL_FROM"):
        postman(1).deliver("reader@example.org", b"Subject: x\r\n\r\nx")
