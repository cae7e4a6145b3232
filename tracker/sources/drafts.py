"""A draft: one entry with its strings as the document wrote them, whatever the document's format was."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from tracker.core.addresses import host_of
from tracker.core.days import Published
from tracker.core.items import OPAQUE_HOSTS, Entry, without_outlet
from tracker.sources.markup import clean, plain_text
from tracker.sources.stamps import read_stamp

LONGEST_TITLE = 160
"""Signs of the summary that stand in for a missing title."""

LONGEST_URL = 4096
_WEB = ("http://", "https://")


@dataclass(frozen=True, slots=True)
class Draft:
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
        url = next((address for address in map(web_address, self.urls) if address), "")
        source = plain_text(self.source)
        title, summary = plain_text(self.title), plain_text(self.summary)
        if source:
            title = without_outlet(title, source)
        if any(host in url for host in OPAQUE_HOSTS) and host_of(url) in OPAQUE_HOSTS:
            summary = ""  # a carrier's summary is a list of other outlets' headlines, not this text's words
        return Entry(
            guid=clean(self.guid),
            url=url,
            title=title or _beginning(summary),
            summary=summary,
            published=_published(self.stamps, zone),
            source=source,
            lang=(lang or self.lang).strip()[:20],
            source_url=web_address(self.source_url),
        )


def web_address(url: str) -> str:
    """The address when it may be shown as a link (http, https, or relative); else empty."""
    if url.startswith(_WEB) and url.isascii() and url.isprintable() and " " not in url and "[" not in url:
        return url if len(url) <= LONGEST_URL else ""
    url = "".join(url.split()) if url.isascii() else clean(url)
    try:
        scheme = urlsplit(url).scheme.lower()
    except ValueError:
        return ""
    return url if scheme in ("", "http", "https") and len(url) <= LONGEST_URL else ""


def absolute(base: str, url: str) -> str:
    """``url`` seen from ``base``; unchanged where either cannot be understood."""
    if url.startswith(_WEB):
        return url.strip()
    try:
        return urljoin(base, url.strip()) if base else url.strip()
    except ValueError:
        return url.strip()


def _published(stamps: tuple[str, ...], zone: str) -> Published:
    first: Published | None = None
    for stamp in stamps:
        if stamp.strip():
            reading = read_stamp(stamp, zone)
            if reading.first_at is not None:
                return reading
            first = first or reading
    return first or Published.unknown()


def _beginning(text: str) -> str:
    if len(text) <= LONGEST_TITLE:
        return text
    return text[:LONGEST_TITLE].rsplit(" ", 1)[0] + "…"
