"""Rows of comma-separated text, streamed, such that one broken quotation mark costs one row."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

MOST_LINES = 200
"""Lines of one row. A summary may hold line breaks; a quotation mark that is never closed would hold the file."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row or line of a file: its first line's number (from 1), its text, and what is wrong with it, if
    anything. ``values`` are its fields by the header's names."""

    line: int
    text: str
    trouble: str = ""
    values: Mapping[str, object] = field(default_factory=dict)


class _Feeder:
    """Hands a csv reader the lines of one row, remembers them, and takes back those it should not have had."""

    def __init__(self, lines: Iterable[Row]) -> None:
        self._lines = iter(lines)
        self._back: deque[Row] = deque()
        self.taken: list[Row] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if len(self.taken) >= MOST_LINES:
            raise csv.Error("a quotation mark is opened and not closed")
        line = self._back.popleft() if self._back else next(self._lines)
        self.taken.append(line)
        return line.text

    def give_back_all_but_first(self) -> None:
        self._back.extendleft(reversed(self.taken[1:]))


def rows_of(lines: Iterable[Row]) -> Iterator[Row]:
    """The rows below the header, in order; lines that came with trouble keep it. An unclosed quotation mark or
    any other breach of the format spoils the line it is on and no other."""
    feeder = _Feeder(lines)
    header: list[str] | None = None
    while True:
        feeder.taken = []
        try:
            fields = next(csv.reader(feeder, strict=True))
        except StopIteration:
            return
        except csv.Error as trouble:
            feeder.give_back_all_but_first()
            first = feeder.taken[0]
            yield Row(first.line, first.text, first.trouble or f"the line is no comma-separated row ({trouble})")
            continue
        taken = feeder.taken
        spoilt = next((line for line in taken if line.trouble), None)
        text = "".join(line.text for line in taken)
        if spoilt is not None:
            feeder.give_back_all_but_first()
            yield Row(taken[0].line, taken[0].text, taken[0].trouble or spoilt.trouble)
        elif header is None:
            header = [name.strip().lower() for name in fields]
        elif not fields:
            yield Row(taken[0].line, text, "the line is empty")
        elif len(fields) > len(header):
            yield Row(taken[0].line, text, f"the row has {len(fields)} fields, its header {len(header)}")
        else:
            yield Row(taken[0].line, text, values=dict(zip(header, fields, strict=False)))
