"""Regular expressions out of config, each compiled once: they are checked when they are read and used later."""

from __future__ import annotations

import re
from functools import cache


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """The pattern ready to match; raises re.error for one that is none. There are as many as config names."""
    return re.compile(pattern)
