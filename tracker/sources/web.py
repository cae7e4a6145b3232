"""The fetcher: one feed, one attempt, one outcome."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from tracker.core.polling import Feed, FeedState, Fetched
from tracker.sources.answers import judged
from tracker.sources.asking import Asker, Limits, TroubleError
from tracker.sources.dialling import Network, Resolver, resolve
from tracker.sources.retrieved import Retrieved


class HttpFetcher:
    """Fetches feeds over HTTP(S). Safe to use from several threads; close it at the end.

    ``user_agent`` names this program and whom to write to. ``allow`` are networks that may be dialled although
    they are not public. One attempt takes at most ``total_s`` seconds from the first question to a name server
    to the last byte, and a document at most ``limit_bytes`` bytes unpacked. ``tls`` replaces the system's trust
    store, ``resolver`` and ``ticks`` (seconds of a steady clock) are for tests.
    """

    def __init__(
        self,
        user_agent: str,
        allow: Sequence[Network] = (),
        *,
        connect_s: float = 10.0,
        read_s: float = 20.0,
        total_s: float = 60.0,
        limit_bytes: int = 15 * 1024 * 1024,
        tls: ssl.SSLContext | None = None,
        resolver: Resolver = resolve,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        limits = Limits(connect_s, read_s, total_s, limit_bytes)
        self._asker = Asker(user_agent, allow, limits, tls, resolver, ticks)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._asker.close()

    def fetch(self, feed: Feed, state: FeedState) -> Fetched:
        """Retrieve and parse one feed; every trouble is an outcome with a sentence for the operator."""
        try:
            return judged(feed, state, self._asker.ask(feed.url, state.etag, state.last_modified))
        except TroubleError as trouble:
            return Fetched(feed.id, trouble.outcome, trouble.status, trouble.detail)
        except Exception as trouble:  # the port's promise: nothing a server sends stops the other feeds
            detail = f"could not be read ({type(trouble).__name__}: {str(trouble)[:200]})"
            return Fetched(feed.id, "not_a_feed", None, detail)

    def retrieve(self, url: str) -> Retrieved:
        """The raw answer at an address, under the checks, caps and time limits of a feed; never raises."""
        try:
            answer = self._asker.ask(url)
        except TroubleError as trouble:
            return Retrieved(url, trouble.status, trouble=trouble.outcome, detail=trouble.detail)
        except Exception as trouble:  # nothing a server sends stops the caller
            detail = f"could not be asked ({type(trouble).__name__}: {str(trouble)[:200]})"
            return Retrieved(url, None, trouble="unreachable", detail=detail)
        return Retrieved(answer.url, answer.status, answer.headers, answer.body)
