"""What stood at an address: the raw answer, or the trouble on the way to it, before anybody reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tracker.core.polling import FetchOutcome


@dataclass(frozen=True, slots=True)
class Retrieved:
    """``url`` is where redirects led. ``body`` is unpacked, and empty for any status but 200. ``trouble`` is None
    for an answer of whatever status, else its kind, with ``detail`` as the sentence for the operator."""

    url: str
    status: int | None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    trouble: FetchOutcome | None = None
    detail: str = ""
