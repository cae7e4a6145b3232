"""The web server around the API and the pages."""

from __future__ import annotations

import socket

import uvicorn

from tracker.outputs.pages import Pages
from tracker.web.api import create_api
from tracker.web.reads import Reads

GRACE_S = 5
"""How long a stop waits for answers in progress."""


def run_server(reads: Reads, listener: socket.socket) -> None:
    """Serve on an open socket until SIGTERM or SIGINT, then finish the answers in progress."""
    config = uvicorn.Config(
        create_api(reads, Pages()),
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_S,
        lifespan="off",
    )
    uvicorn.Server(config).run(sockets=[listener])
