"""The clock of one machine: it turns the river every so often, one turn at a time."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime

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
        for name, step in self._app.steps():
            if self._app.stopping:
                return
            _logged(name, step)


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
