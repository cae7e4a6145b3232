"""The clock of one machine: it turns the river every so often, one turn at a time."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from tracker.app import App
from tracker.core.errors import TrackerError

TICK_S = 30
"""Feeds have their own intervals of minutes; a tick only asks what is due."""

log = logging.getLogger("tracker")


class RiverClock:
    """Starts turning at once and stops cleanly: a turn in progress ends after its present step."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._scheduler = BackgroundScheduler(timezone=UTC)
        self._scheduler.add_job(
            self._turn,
            IntervalTrigger(seconds=TICK_S, timezone=UTC),
            id="river",
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
            next_run_time=datetime.now(UTC),
        )

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        """Returns when the turn in progress has ended; no step is cut in two."""
        self._app.stopping = True
        self._scheduler.shutdown(wait=True)

    def _turn(self) -> None:
        for name, step in STEPS:
            if self._app.stopping:
                return
            _logged(name, partial(step, self._app))


def _logged(name: str, step: Callable[[], str]) -> None:
    """One line a step that did something; trouble is told and the next turn tries again."""
    started = time.monotonic()
    try:
        told = step()
    except TrackerError as trouble:
        log.error("%s: %s", name, trouble)
    except Exception:
        # The clock must outlive a fault in one step: the record is unharmed, and the next turn tries again.
        log.exception("%s: an unexpected fault", name)
    else:
        if told:
            log.info("%s: %s, %.1f s", name, told, time.monotonic() - started)


def _fetch(app: App) -> str:
    done = app.fetch()
    told = f"{done.tried} feeds tried, {done.answered} answered, {done.added} new items, {done.revised} revised"
    trouble = ", ".join(f"{feed} {outcome}" for feed, outcome, _ in done.trouble)
    return (f"{told}; trouble: {trouble}" if trouble else told) if done.tried else ""


def _watch(app: App) -> str:
    done = app.watch()
    told = "; ".join(done.reasons) if done.raised else "hears again" if done.cleared else ""
    return f"{told}; mail to the operator: {done.mail}" if done.mail else told


def _read(app: App) -> str:
    done = app.read()
    return f"{done.read} texts, {done.mentions} mentions" if done.read else ""


def _place(app: App) -> str:
    done = app.place()
    return f"{done.placed} readings, {done.opened} events opened" if done.placed else ""


def _judge(app: App) -> str:
    done = app.judge()
    return f"{done.changed} verdicts changed" if done.changed else ""


def _alert(app: App) -> str:
    done = app.alert()
    moved = done.accepted + done.refused + done.retried + done.unknown
    told = f"{done.accepted} accepted, {done.refused} refused, {done.retried} to try again"
    return (f"{told}, {done.unknown} of unknown fate" if done.unknown else told) if moved else ""


def _send(app: App) -> str:
    done = app.send()
    told = f"{done.made} issues, {done.accepted} accepted, {done.refused} refused, {done.retried} to try again"
    moved = done.made + done.accepted + done.refused + done.retried + done.unknown
    return (f"{told}, {done.unknown} of unknown fate" if done.unknown else told) if moved else ""


def _refresh(app: App) -> str:
    return app.refresh()


STEPS: tuple[tuple[str, Callable[[App], str]], ...] = (
    ("config", _refresh),
    ("fetch", _fetch),
    ("listen", _watch),
    ("read", _read),
    ("place", _place),
    ("alert", _alert),
    ("judge", _judge),
    ("send", _send),
)
"""One turn of the river. Each step says what it did, and nothing when it did nothing."""
