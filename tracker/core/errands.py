"""Errands: what a person wants of a dated archive, weighed against what it can be asked and how."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from tracker.core.backfill import Archive, Edition
from tracker.core.errors import RefusedError, SettingsError

LONGEST_QUERY = 500
"""Characters; archives take less than an address holds, and the run is known by its query."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The UTC days from ``since_on`` to ``until_on`` (None: yesterday), both included. ``query`` empty: the usual
    query of each edition, else this one in the edition of ``lang`` (empty: the first)."""

    archive: str
    since_on: date
    until_on: date | None = None
    query: str = ""
    lang: str = ""


@dataclass(frozen=True, slots=True)
class Manners:
    """How this deployment asks: other addresses by archive id, another spacing in seconds (None: the archive's
    own), and which addresses are near (loopback, or a network the operator named), where a shorter spacing than
    the archive's own bothers nobody."""

    urls: Mapping[str, str] = field(default_factory=dict)
    spacing_s: float | None = None
    near: Callable[[str], bool] = lambda _: False


@dataclass(frozen=True, slots=True)
class Errand:
    """An archive as it will be asked, the editions to ask, and the days."""

    archive: Archive
    editions: tuple[Edition, ...]
    since_on: date
    until_on: date

    @property
    def days(self) -> int:
        return (self.until_on - self.since_on).days + 1


def errand(archives: Sequence[Archive], wanted: Wanted, manners: Manners, today: date) -> Errand:
    """What is to be asked of which archive; ``today`` is the UTC day, which is not over.

    Raises RefusedError for an archive, language or days that cannot be asked for, SettingsError for manners that
    name no archive or would press a public one.
    """
    archive = _as_asked(_named(archives, wanted.archive), archives, manners)
    yesterday = today - timedelta(days=1)
    until_on = wanted.until_on or yesterday
    _refuse_days(archive, wanted.since_on, until_on, yesterday)
    query = " ".join(wanted.query.split())
    if len(query) > LONGEST_QUERY:
        raise RefusedError(f"the query is longer than {LONGEST_QUERY} characters; ask for less at once")
    editions = tuple(each for each in archive.editions if wanted.lang in ("", each.lang))
    if not editions:
        known = ", ".join(each.lang for each in archive.editions)
        raise RefusedError(f"{archive.title} has no edition {wanted.lang!r} in config/archives.toml; known: {known}")
    if query:
        editions = (replace(editions[0], query=query),)
    return Errand(archive, editions, wanted.since_on, until_on)


def _named(archives: Sequence[Archive], id_: str) -> Archive:
    for archive in archives:
        if archive.id == id_:
            return archive
    known = ", ".join(archive.id for archive in archives) or "none"
    raise RefusedError(f"there is no archive {id_!r} in config/archives.toml; known: {known}")


def _as_asked(archive: Archive, archives: Sequence[Archive], manners: Manners) -> Archive:
    unknown = sorted(set(manners.urls) - {each.id for each in archives})
    if unknown:
        raise SettingsError(
            f"TRACKER_BACKFILL_URLS names {', '.join(unknown)}, which config/archives.toml does not; "
            f"known: {', '.join(each.id for each in archives)}"
        )
    archive = replace(archive, url=manners.urls.get(archive.id, archive.url))
    if manners.spacing_s is None:
        return archive
    if manners.spacing_s < archive.spacing_s and not manners.near(archive.url):
        raise SettingsError(
            f"TRACKER_BACKFILL_SPACING_S is {manners.spacing_s:g}; {archive.title} wants {archive.spacing_s:g} s "
            f"between two requests, and less is only for an archive on this machine or in TRACKER_FETCH_ALLOW"
        )
    return replace(archive, spacing_s=manners.spacing_s)


def _refuse_days(archive: Archive, since_on: date, until_on: date, yesterday: date) -> None:
    if since_on > until_on:
        raise RefusedError(f"--since {since_on} lies behind --until {until_on}; turn them around")
    if until_on > yesterday:
        raise RefusedError(f"--until {until_on} is not over in UTC; {yesterday} is the last day that can be asked for")
    if archive.first_on is not None and since_on < archive.first_on:
        raise RefusedError(f"{archive.title} knows nothing before {archive.first_on}; give a later --since")
