"""Watch: notice when the program hears nothing any more, and tell the operator once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from tracker.core.errors import TrackerError
from tracker.core.listening import Alarm, deafness, tells
from tracker.core.polling import Feed
from tracker.core.ports import Delivery, Postman
from tracker.store import alarms, feeds
from tracker.store.engine import Store


class AlarmLetter(Protocol):
    def alarm(self, alarm: Alarm, recipient: str, sent_at: datetime) -> bytes:
        """The mail that tells of one alarm."""
        ...


@dataclass(frozen=True, slots=True)
class WatchReport:
    """Why the program is deaf now (empty while it hears), and what became of a mail in this turn."""

    reasons: tuple[str, ...]
    raised: bool = False
    cleared: bool = False
    mail: str = ""


def watch(
    store: Store,
    polled: Sequence[Feed],
    operator: str,
    letters: Callable[[], AlarmLetter],
    postman: Callable[[], Postman | None],
    now: Callable[[], datetime],
) -> WatchReport:
    """Raise or clear the alarm, and mail a new one to ``operator`` (empty: nobody) at most once a spell.

    The claim is kept before the mail server hears of it: a process killed in between leaves an unknown fate and
    never a second mail. A server that accepted nothing is tried again at the next turn.
    """
    moment = now()
    with store.reading() as tx:
        reasons = deafness(polled, feeds.states(tx).values(), moment)
        standing, told_at = alarms.standing(tx), alarms.last_told_at(tx)
    if not reasons:
        if standing is not None:
            with store.begin() as tx:
                alarms.clear(tx, moment)
        return WatchReport((), cleared=standing is not None)
    raised = standing is None
    if standing is None:
        mail_state = "waiting" if operator and tells(told_at, moment) else "none"
        with store.begin() as tx:
            alarms.raise_alarm(tx, "; ".join(reasons), mail_state, moment)
            standing = alarms.standing(tx)
    mail = _tell(store, standing, operator, letters, postman, now) if standing is not None and operator else ""
    return WatchReport(reasons, raised=raised, mail=mail)


def _tell(
    store: Store,
    alarm: Alarm,
    operator: str,
    letters: Callable[[], AlarmLetter],
    postman: Callable[[], Postman | None],
    now: Callable[[], datetime],
) -> str:
    server = postman() if alarm.mail_state == "waiting" else None
    if server is None:
        return ""
    with store.begin() as tx:
        if not alarms.claim(tx, alarm.id, now()):
            return ""
    try:
        delivery = server.deliver(operator, letters().alarm(alarm, operator, now()))
    except TrackerError as trouble:
        delivery = Delivery("refused", str(trouble))
    again = delivery.state == "retry"
    with store.begin() as tx:
        alarms.settle(tx, alarm.id, "waiting" if again else delivery.state, None if again else now())
    return delivery.state
