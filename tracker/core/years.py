"""Years as people ask for them: "2017,2020", "2016-2019"."""

from __future__ import annotations

import re
from collections.abc import Iterable

FIRST_YEAR, LAST_YEAR = 1950, 2100
"""Years that may be asked for; the subject has no earlier ones."""

MOST_YEARS = 40
"""As many columns as one table shows; more is a slip of the finger."""

_PART = re.compile(r"(\d{4})(?:(?:-|\.\.)(\d{4}))?")


def read_years(words: Iterable[str]) -> tuple[int, ...]:
    """The years named, each once, in the order given. Raises ValueError with what to write instead."""
    found: dict[int, None] = {}
    for part in re.split(r"[,\s]+", " ".join(words).strip()):
        if not part:
            continue
        read = _PART.fullmatch(part)
        if read is None:
            raise ValueError(f"{part!r} is no year; write 2017,2020 or 2016-2020")
        first, last = int(read[1]), int(read[2] or read[1])
        if not FIRST_YEAR <= first <= last <= LAST_YEAR:
            raise ValueError(f"{part!r} is out of range; years run from {FIRST_YEAR} to {LAST_YEAR}")
        found |= dict.fromkeys(range(first, last + 1))
        if len(found) > MOST_YEARS:
            raise ValueError(f"that is more than {MOST_YEARS} years; ask for fewer at once")
    return tuple(found)
