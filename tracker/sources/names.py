"""Names: asking the system's resolver, which takes no time limit of its own, without waiting longer than we want to."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from queue import Empty, SimpleQueue

from tracker.sources.dialling import Resolver


class SlowNamesError(Exception):
    """The name servers did not answer in time."""


_Said = Sequence[str] | Exception


class Names:
    """Asks ``resolver`` on threads of its own, as many as there are questions at once; they are kept for the next.

    A resolver that hangs (glibc's own patience is half a minute) holds one of these threads and nobody else.
    """

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self._questions: SimpleQueue[tuple[str, int, SimpleQueue[_Said]] | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._threads = self._free = 0

    def ask(self, host: str, port: int, within_s: float) -> Sequence[str]:
        """What the resolver gives or raises; SlowNamesError when it is silent for ``within_s`` seconds."""
        answer: SimpleQueue[_Said] = SimpleQueue()
        with self._lock:
            if self._free:
                self._free -= 1
            else:
                threading.Thread(target=self._answer, name="names", daemon=True).start()
                self._threads += 1
        self._questions.put((host, port, answer))
        try:
            said = answer.get(timeout=max(within_s, 0))
        except Empty:
            raise SlowNamesError(f"the name servers were silent for {within_s:.3g} s") from None
        if isinstance(said, Exception):
            raise said
        return said

    def close(self) -> None:
        with self._lock:
            for _ in range(self._threads):
                self._questions.put(None)
            self._threads = self._free = 0

    def _answer(self) -> None:
        while (question := self._questions.get()) is not None:
            host, port, answer = question
            try:
                said: _Said = self._resolver(host, port)
            except Exception as trouble:  # raised again on the side that asked
                said = trouble
            with self._lock:
                self._free += 1
            answer.put(said)
