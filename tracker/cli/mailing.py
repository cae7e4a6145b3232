"""Verbs of the digest: an issue of a day, and who gets it."""

from __future__ import annotations

import os
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from tracker.cli.terminal import Json, say, show_json, table
from tracker.cli.wiring import wired
from tracker.core.alerts import asked_words
from tracker.core.digests import window
from tracker.core.errors import RefusedError
from tracker.core.shapes import as_of_instant, instant
from tracker.store import mail
from tracker.store.mail import SubscriberState

subscribers = typer.Typer(no_args_is_help=True, help="Who gets the digest. Nobody is mailed before confirm.")


def digest(
    date: Annotated[
        datetime,
        typer.Option("--date", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="The Korean day of the issue."),
    ],
    preview: Annotated[
        Path | None, typer.Option(help="Write the issue's HTML to this file; nothing is kept or mailed.")
    ] = None,
    send: Annotated[
        bool, typer.Option("--send", help="Keep the issue and deliver it to confirmed subscribers.")
    ] = False,
    digest_id: Annotated[
        str, typer.Option("--digest", help="Which digest; default the first in config/digests.toml.")
    ] = "",
    json: Json = False,
) -> None:
    """The digest issue of a day: what a reader gets from the news known by its cut-off. One that was sent stands."""
    if preview is not None and send:
        raise typer.BadParameter("a preview is not sent; give --preview or --send")
    app = wired()
    app.ready()
    wanted = app.beliefs.digest(digest_id)
    day = date.date()
    try:
        as_of_instant(day)
    except ValueError as trouble:
        raise typer.BadParameter(str(trouble), param_hint="--date") from trouble
    closed = window(wanted, day)[1] <= app.clock.now()
    if send and not closed:
        raise RefusedError(f"the issue of {day} closes at {instant(window(wanted, day)[1])}; send it after that")
    kept = app.kept_issue(wanted, day)
    if preview is not None or (kept is None and not send):
        subject, html, text, document = app.letters.print(app.issue(wanted, day))
        if preview is not None:
            _write(preview, html)
        if json:
            show_json({**document, "subject": subject, "preview": str(preview) if preview else None})
        elif preview is not None:
            say(f"{subject}\nwritten to {preview}")
        else:
            say(f"{subject}\n\n{text}")
        return
    issue = kept or app.keep_issue(wanted, day)
    totals = dict(app.deliver(issue)) if send else {}
    if json:
        show_json({**issue.document, "subject": issue.subject, "deliveries": totals})
    elif send:
        done = ", ".join(f"{count} {state}" for state, count in sorted(totals.items())) or "no copy was open"
        say(f"{issue.subject}: {done}")
    else:
        say(f"{issue.subject}\n\n{issue.text}")


def _write(path: Path, html: str) -> None:
    try:
        path.write_text(html, encoding="utf-8")
    except OSError as trouble:
        raise RefusedError(f"{path} cannot be written: {os.strerror(trouble.errno or 0)}") from trouble


Address = Annotated[str, typer.Argument(help="A mail address.")]


@subscribers.command("add")
def add(address: Address, json: Json = False) -> None:
    """Note an address; it is mailed only after `subscribers confirm`."""
    _change(address, "pending", json, "is noted; she gets nothing before: ./run subscribers confirm")


@subscribers.command("confirm")
def confirm(address: Address, json: Json = False) -> None:
    """She said yes: from now on the address gets each issue."""
    _change(address, "confirmed", json, "is confirmed and gets the next issue")


@subscribers.command("remove")
def remove(address: Address, json: Json = False) -> None:
    """Take an address out and erase it."""
    _change(address, "removed", json, "is removed and erased")


def _change(address: str, state: SubscriberState, json: bool, told: str) -> None:
    from tracker.outputs.mail import checked  # templates are no business of the other verbs

    app = wired()
    clean = checked(address.strip())
    app.prepare(tolerant=True)
    after = app.change_subscriber(clean, state)
    if json:
        show_json({"address": clean, "state": after})
    else:
        say(f"{clean} {told}" if after == state else f"{clean} stays {after}")


@subscribers.command("list")
def list_(json: Json = False) -> None:
    """All subscribers and their state."""
    app = wired()
    app.prepare(tolerant=True)
    with app.store.reading() as tx:
        known, copies = mail.all_subscribers(tx), dict(sorted(mail.delivery_counts(tx).items()))
    rows = [
        {
            "address": each.address,
            "state": each.state,
            "added_at": instant(each.added_at),
            "confirmed_at": instant(each.confirmed_at),
        }
        for each in known
    ]
    if json:
        show_json({"subscribers": rows, "deliveries": copies})
    else:
        table(("address", "state", "since"), [(r["address"] or "(erased)", r["state"], r["added_at"]) for r in rows])
        say("copies so far: " + (", ".join(f"{count} {state}" for state, count in copies.items()) or "none"))


LISTED = 50
"""Newest alerts shown."""


def alerts(
    send: Annotated[bool, typer.Option("--send", help="Mail what is due now, as `up` does in every turn.")] = False,
    json: Json = False,
) -> None:
    """Who is told of what at once (config/alerts.toml), and what was told."""
    app = wired()
    app.prepare(tolerant=True)
    if send and app.postman is None:
        raise RefusedError("no mail server is set; give TRACKER_SMTP_HOST and TRACKER_MAIL_FROM")
    if send:
        app.read()
        app.place()
    report = app.alert() if send else None
    labels = app.labels()
    rules = [
        {
            "address": each.address,
            "category": each.category,
            "subtype": each.subtype,
            "p_min": each.p_min,
            "status": each.status,
            "asked": asked_words(each, labels),
        }
        for each in app.beliefs.alerts
    ]
    known = {mail.address_hash(each.address): each.address for each in app.beliefs.alerts}
    told = [
        {
            "event": each.event,
            "address": known.get(each.address_hash),
            "subject": each.subject,
            "state": each.state,
            "detail": each.detail,
            "attempts": each.attempts,
            "at": instant(each.claimed_at),
        }
        for each in app.alerted(LISTED)
    ]
    if json:
        show_json({"alerts": rules, "mails": told, "sent": asdict(report) if report is not None else None})
        return
    table(("address", "is told of"), [(rule["address"], rule["asked"]) for rule in rules])
    if told:
        columns = ("at", "address", "subject", "state", "detail")
        table(columns, [tuple(each[name] or "(not in the config)" for name in columns) for each in told])
    say(f"{len(rules)} alerts in config/alerts.toml; {len(told)} mails so far (the newest {LISTED} are shown)")


def register(program: typer.Typer) -> None:
    program.command()(digest)
    program.command()(alerts)
    program.add_typer(subscribers, name="subscribers")
