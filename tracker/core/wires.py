"""Wires: which texts of one event are copies of one report, and so one independent source."""

from __future__ import annotations

from tracker.core.items import similar, tokens


class Wires:
    """The texts of one event, each under the number of its wire."""

    def __init__(self, similarity: float) -> None:
        self._similarity = similarity
        self._texts: list[tuple[int, frozenset[str]]] = []
        self._of_publisher: dict[str, int] = {}
        self._next = 0

    def of(self, title: str, publisher: str) -> int:
        """The wire of a new text: a publisher's second piece joins its first, a copy the wire it copies, anything
        else begins a new one."""
        if publisher in self._of_publisher:
            return self._of_publisher[publisher]
        words = tokens(title)
        for number, theirs in self._texts:
            if similar(words, theirs) >= self._similarity:
                return number
        return self._next

    def add(self, wire: int, title: str, publisher: str) -> None:
        self._texts.append((wire, tokens(title)))
        self._of_publisher.setdefault(publisher, wire)
        self._next = max(self._next, wire + 1)
