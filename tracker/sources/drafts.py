"""A draft: one entry with its strings as the document wrote them, whatever the document's format was."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

from tracker.core.days import Published
from tracker.core.errors import SourceError
from tracker.core.items import OPAQUE_HOSTS, Entry, without_outlet
from tracker.sources.markup import clean, plain_text
from tracker.sources.stamps import read_stamp

LONGEST_TITLE = 160
"""Signs of the summary that stand in for a missing title."""

LONGEST_URL = 4096
MOST_ENTRIES = 20_000


SHORTEST_UPDATE_S, LONGEST_UPDATE_S = 60, 31 * 86_400
"""What a feed says of its own rhythm is read within these: no text changes faster than a minute, and a feed that
speaks of years is still looked at every month."""

_OPAQUE = re.compile(rf"https?://(?:{'|'.join(map(re.escape, OPAQUE_HOSTS))})\.?(?::\d*)?(?:[/?#]|$)", re.IGNORECASE)
_PLAIN_ADDRESS = re.compile(r"https?://[A-Za-z0-9._~:/?#@!$&'()*+,;=%-]*")
"""Nothing here needs a closer look: no white space, no other scheme, no brackets."""

_PERIOD_S = {"hourly": 3600, "daily": 86_400, "weekly": 7 * 86_400, "monthly": 30 * 86_400, "yearly": 365 * 86_400}


class Draft(NamedTuple):
    """``title`` and ``summary`` may hold markup; ``urls`` and ``stamps`` are candidates, the best first.

    ``urls`` are absolute as far as the document allows it.
    """

    guid: str = ""
    urls: tuple[str, ...] = ()
    title: str = ""
    summary: str = ""
    stamps: tuple[str, ...] = ()
    source: str = ""
    source_url: str = ""
    lang: str = ""

    def entry(self, zone: str, lang: str) -> Entry:
        """The entry in plain text. ``zone`` is what a stamp without a zone means; ``lang``, where given, wins
        over what the document says of itself. A missing title is taken from the summary's beginning."""
        url = next(filter(None, map(web_address, self.urls)), "")
        source = plain_text(self.source) if self.source else ""
        title = plain_text(self.title)
        if source and title.endswith(f" - {source}"):
            title = title[: -len(source) - 3].rstrip() or title
        elif source and source.lower() in title.lower():
            title = without_outlet(title, source)
        # A carrier's summary is a list of other outlets' headlines, not this text's words.
        summary = "" if _OPAQUE.match(url) else plain_text(self.summary)
        return Entry(
            guid=clean(self.guid),
            url=url,
            title=title or _beginning(summary),
            summary=summary,
            published=_published(self.stamps, zone),
            source=source,
            lang=(lang or self.lang).strip()[:20],
            source_url=web_address(self.source_url) if self.source_url else "",
        )


@dataclass(frozen=True, slots=True)
class Drafts:
    """A document's entries in its order, and how often it says that it changes (seconds; None: it does not)."""

    entries: tuple[Draft, ...] = ()
    update_s: int | None = None


def refuse_many(count: int) -> None:
    """Raises SourceError where a document holds more than ``MOST_ENTRIES``, before each of them costs something."""
    if count > MOST_ENTRIES:
        raise SourceError(f"holds more than {MOST_ENTRIES} entries; split it")


def told_update_s(ttl: str, period: str, frequency: str) -> int | None:
    """The longest time between two changes that a feed tells of itself, in seconds, within
    ``SHORTEST_UPDATE_S..LONGEST_UPDATE_S``; None where it tells none that can be understood.

    ``ttl`` is RSS's, in minutes; ``period`` and ``frequency`` are the syndication module's (so many times a
    period; a period alone is once, a frequency alone counts by the day, as that module says).
    """
    told: list[float] = [minutes * 60] if (minutes := _number(ttl)) else []
    times = _number(frequency)
    if period.strip() or times:
        length = _PERIOD_S.get(period.strip().lower() or "daily")
        if length is not None:
            told.append(length / (times or 1))
    return round(min(max(max(told), SHORTEST_UPDATE_S), LONGEST_UPDATE_S)) if told else None


def _number(text: str) -> int:
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def web_address(url: str) -> str:
    """The address when it may be shown as a link (http, https, or relative); else empty."""
    if _PLAIN_ADDRESS.fullmatch(url):
        return url if len(url) <= LONGEST_URL else ""
    url = clean(url).replace(" ", "")
    try:
        scheme = urlsplit(url).scheme.lower()
    except ValueError:
        return ""
    return url if scheme in ("", "http", "https") and len(url) <= LONGEST_URL else ""


def absolute(base: str, url: str) -> str:
    """``url`` seen from ``base``; unchanged where either cannot be understood or is longer than any address."""
    url = url.strip()
    if not base or url.startswith(("https://", "http://")) or max(len(base), len(url)) > LONGEST_URL:
        return url
    try:
        return urljoin(base, url)
    except ValueError:
        return url


def _published(stamps: tuple[str, ...], zone: str) -> Published:
    unreadable: Published | None = None
    for stamp in stamps:
        if stamp.strip():
            reading = read_stamp(stamp, zone)
            if reading.first_at is not None:
                return reading
            unreadable = unreadable or reading
    return unreadable or Published.unknown()


def _beginning(text: str) -> str:
    if len(text) <= LONGEST_TITLE:
        return text
    return text[:LONGEST_TITLE].rsplit(" ", 1)[0] + "…"
