"""What a server's headers say about when to come again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime


def retry_after_s(headers: Mapping[str, str]) -> int | None:
    """Seconds a Retry-After asks to wait, 0 or more; None when there is none or it cannot be read.

    A date is counted from the answer's own Date, so that a wrong clock on either side does not matter.
    """
    raw = headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,9}", raw):
        return int(raw)
    return _seconds_from(headers.get("date", ""), raw)


def max_age_s(headers: Mapping[str, str]) -> int | None:
    """Seconds for which the answer says it stays fresh (Cache-Control, else Expires); None when it does not."""
    control = headers.get("cache-control", "").lower()
    if "no-cache" in control or "no-store" in control:
        return None
    match = re.search(r"(?<![\w-])max-age\s*=\s*\"?(\d{1,9})", control)
    if match:
        return int(match[1])
    return _seconds_from(headers.get("date", ""), headers.get("expires", ""))


def _seconds_from(start: str, end: str) -> int | None:
    first, last = _moment(start), _moment(end)
    if first is None or last is None:
        return None
    return max(0, int((last - first).total_seconds()))


def _moment(raw: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(raw)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo is not None else None
