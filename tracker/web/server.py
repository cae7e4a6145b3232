"""The web server around the API and the pages."""

from __future__ import annotations

import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from tracker.outputs.pages import Pages
from tracker.web.api import create_api
from tracker.web.desk import Desk
from tracker.web.reads import Reads

GRACE_S = 5
"""How long a stop waits for answers in progress."""


class _Server(uvicorn.Server):
    """A server whose stop is the program's own: uvicorn would raise the signal again once it has finished, and
    the rest of the program would die of it before it could put its work down."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def run_server(reads: Reads, listener: socket.socket, desk: Desk | None = None) -> None:
    """Serve on an open socket until SIGTERM or SIGINT, then finish the answers in progress."""
    config = uvicorn.Config(
        create_api(reads, Pages(), desk),
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_S,
        lifespan="off",
    )
    _Server(config).run(sockets=[listener])
