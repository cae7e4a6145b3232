"""What one conditional request costs by way of asking: our wire, and httpx with pools of several widths."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_network

import httpx

from tracker.sources.asking import Asker, Limits

REQUESTS = 600
WIDTHS = (10, 50, 200)


def costs(port: int) -> dict[str, float]:
    """CPU milliseconds for one 304, by name of the way; the server on ``port`` answers with validators."""
    asker = Asker("tracker-bench/1", [ip_network("127.0.0.0/8")], Limits(), resolver=lambda _host, _port: ["127.0.0.1"])
    found = {"ours": _cost(lambda: _ours(asker, port), WIDTHS[0])}
    for width in WIDTHS:
        limits = httpx.Limits(max_connections=width, max_keepalive_connections=0)
        with httpx.HTTPTransport(limits=limits) as pool:
            found[f"httpx {width}"] = _cost(lambda pool=pool: _httpx(pool, port), width)  # type: ignore[misc]
    asker.close()
    return found


def _cost(ask: Callable[[], int], threads: int) -> float:
    ready = threading.Barrier(threads + 1)

    def wait() -> None:
        ready.wait()

    with ThreadPoolExecutor(threads) as pool:
        for _ in range(threads):  # every thread is there before the first request counts
            pool.submit(wait)
        ready.wait()
        began = time.process_time()
        statuses = {each.result() for each in [pool.submit(ask) for _ in range(REQUESTS)]}
        spent = time.process_time() - began
    if statuses != {304}:
        raise RuntimeError(f"answered with {statuses}, not with 304")
    return spent / REQUESTS * 1000


def _ours(asker: Asker, port: int) -> int:
    return asker.ask(f"http://feed0.example:{port}/feed/0", '"feed-0"').status


def _httpx(pool: httpx.HTTPTransport, port: int) -> int:
    seconds = dict.fromkeys(("connect", "read", "write", "pool"), 30.0)
    request = httpx.Request(
        "GET",
        f"http://127.0.0.1:{port}/feed/0",
        headers={"If-None-Match": '"feed-0"', "Connection": "close"},
        extensions={"timeout": seconds},
    )
    response = pool.handle_request(request)
    response.read()
    response.close()
    return response.status_code


if __name__ == "__main__":
    print(json.dumps(costs(int(sys.argv[1]))))
