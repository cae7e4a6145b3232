"""The main job: the clock and the web server in one process, until it is told to stop."""

from __future__ import annotations

import logging
import socket
import sys

from tracker.app import App
from tracker.core.errors import RefusedError
from tracker.schedule.clock import RiverClock
from tracker.web.server import run_server


def serve(app: App, host: str, port: int, clock: bool = True) -> None:
    """Serve until SIGTERM or SIGINT; raises RefusedError when the port is in use."""
    logging.basicConfig(
        level=logging.INFO,
        stream=sys.stderr,
        format="%(asctime)s %(levelname)s %(message)s",
        datefmt="%Y-%m-%d %H:%M:%S",
    )
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    listener = _listen(host, port)
    bound = listener.getsockname()
    address = f"[{bound[0]}]" if ":" in bound[0] else bound[0]
    river = RiverClock(app) if clock else None
    app.judge()
    logging.getLogger("tracker").info("the page is at http://%s:%s/", address, bound[1])
    if river is not None:
        river.start()
    try:
        run_server(app, listener, app.desk)
    finally:
        if river is not None:
            river.stop()
        listener.close()
        app.store.close()


def _listen(host: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0][0]
        return socket.create_server((host, port), family=family, reuse_port=False)
    except OSError as trouble:
        raise RefusedError(
            f"{host}:{port} cannot be listened on ({trouble.strerror or trouble}); "
            "another program has the port, perhaps a second ./run: stop it, or give --port"
        ) from trouble
