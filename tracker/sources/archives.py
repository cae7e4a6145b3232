"""Archives: dated items from files, streamed. Every row becomes an entry or says why it could not."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO, Literal

from tracker.core.errors import SourceError
from tracker.core.items import AHEAD_DAYS, Entry, Unreadable
from tracker.sources.documents import LARGEST_BYTES, parse
from tracker.sources.markup import clean, plain_text
from tracker.sources.stamps import read_stamp
from tracker.sources.tables import Row, rows_of

Format = Literal["jsonl", "csv", "feed"]
ZoneOf = Callable[[str, str], str]
Progress = Callable[[int], None]

LONGEST_LINE = 1024 * 1024
EXCERPT = 300
ROWS_PER_REPORT = 500

_SUFFIXES: Mapping[str, Format] = {
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".xml": "feed", ".rss": "feed", ".atom": "feed",
    ".rdf": "feed", ".json": "feed",
}  # fmt: skip
_ALIASES = {"text": "title", "headline": "title", "date": "published", "description": "summary", "link": "url",
            "language": "lang"}  # fmt: skip
_FIELDS = ("title", "summary", "published", "source", "url", "lang")
_TITLES = frozenset({"title", *(name for name, means in _ALIASES.items() if means == "title")})


class _RowError(Exception):
    """Why one row cannot become an entry, in words."""


def format_of(path: Path) -> Format:
    """The format a file's name tells (``.gz`` does not count); raises SourceError when it tells none."""
    name = path.name.lower().removesuffix(".gz")
    found = _SUFFIXES.get(Path(name).suffix)
    if found is None:
        raise SourceError(f"{path}: the name does not tell the format; say --format jsonl, csv or feed")
    return found


def read_archive(
    path: Path,
    format: Format | None,
    zone_of: ZoneOf,
    now: datetime,
    progress: Progress | None = None,
) -> Iterator[Entry | Unreadable]:
    """The rows of an archive in order, one at a time; ``.gz`` or not.

    ``format`` None goes by the file's name. ``zone_of(url, source)`` gives the IANA zone of whoever wrote a row,
    asked only where its stamp has no zone. A date more than two days after ``now`` (aware UTC) is refused. A row
    without a date is an entry whose stamp is unknown. ``progress`` is told now and then how many bytes of the
    file have been read. Packed data that breaks off gives what came before, then one Unreadable.
    Raises SourceError when the file cannot be opened, its format is unknown, or a feed cannot be parsed.
    """
    wanted = format or format_of(path)
    limit = now + timedelta(days=AHEAD_DAYS)
    try:
        raw = path.open("rb")
    except OSError as trouble:
        raise SourceError(f"{path}: cannot be opened ({trouble.strerror})") from trouble
    with raw:
        packed = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        stream: BinaryIO = gzip.GzipFile(fileobj=raw) if packed else raw  # type: ignore[assignment]
        if wanted == "feed":
            yield from _feed(path, stream, zone_of, limit)
            return
        rows = rows_of(_lines(stream)) if wanted == "csv" else _lines(stream)
        for count, row in enumerate(rows, 1):
            yield _csv_entry(row, zone_of, limit) if wanted == "csv" else _json_entry(row, zone_of, limit)
            if progress is not None and count % ROWS_PER_REPORT == 0:
                progress(raw.tell())
        if progress is not None:
            progress(raw.tell())


def _lines(stream: BinaryIO) -> Iterator[Row]:
    """The lines of a file, numbered from 1; trouble with one of them stands in its place."""
    number = 0
    while True:
        number += 1
        try:
            line = stream.readline(LONGEST_LINE + 1)
            if not line:
                return
            size = len(line)
            rest = line
            while size > LONGEST_LINE and not rest.endswith(b"\n"):
                rest = stream.readline(LONGEST_LINE)
                size += len(rest)
                if not rest:
                    break
        except (EOFError, OSError, zlib.error) as trouble:
            yield Row(number, "", f"the packed file is damaged from here on ({trouble}); what came before was read")
            return
        if size > LONGEST_LINE:
            trouble_text = f"the line is longer than {LONGEST_LINE // 2**20} MiB"
            yield Row(number, line[:EXCERPT].decode("utf-8", "replace"), trouble_text)
            continue
        try:
            yield Row(number, line.removeprefix(b"\xef\xbb\xbf").decode("utf-8"))
        except UnicodeDecodeError:
            yield Row(number, line.decode("utf-8", "replace"), "the line is not UTF-8")


def _json_entry(row: Row, zone_of: ZoneOf, limit: datetime) -> Entry | Unreadable:
    try:
        if row.trouble:
            raise _RowError(row.trouble)
        try:
            values = json.loads(row.text)
        except (ValueError, RecursionError):
            blank = not row.text.strip()
            raise _RowError("the line is empty" if blank else "the line is not JSON") from None
        if not isinstance(values, dict):
            raise _RowError("the line is JSON but no object with a title")
        return _entry(row.line, values, zone_of, limit)
    except _RowError as trouble:
        return _unreadable(row, str(trouble))


def _csv_entry(row: Row, zone_of: ZoneOf, limit: datetime) -> Entry | Unreadable:
    try:
        if row.trouble:
            raise _RowError(row.trouble)
        if not _TITLES.intersection(row.values):
            raise SourceError("the header names no title; its columns should be " + ", ".join(_FIELDS))
        return _entry(row.line, row.values, zone_of, limit)
    except _RowError as trouble:
        return _unreadable(row, str(trouble))


def _entry(line: int, values: Mapping[str, object], zone_of: ZoneOf, limit: datetime) -> Entry:
    told = _told(values)
    title = plain_text(told["title"])
    if not title:
        raise _RowError("the row has no title")
    url, source, raw = clean(told["url"]), clean(told["source"]), told["published"].strip()
    published = read_stamp(raw, "UTC")
    if raw and (published.precision == "day" or not raw.endswith("Z")):
        published = read_stamp(raw, zone_of(url, source))
    if raw and published.first_at is None:
        raise _RowError(f"the date {raw[:60]!r} cannot be read, or is no day of the calendar")
    if published.first_at is not None and published.first_at > limit:
        raise _RowError(f"the date {raw[:60]!r} lies more than {AHEAD_DAYS} days ahead")
    return Entry("", url, title, plain_text(told["summary"]), published, source, clean(told["lang"]), line)


def _told(values: Mapping[str, object]) -> dict[str, str]:
    """The fields of a row as text; a field's own name wins over another name for it."""
    told = dict.fromkeys(_FIELDS, "")
    for key, value in values.items():
        name = _ALIASES.get(key, key)
        if name in told and value is not None and (key == name or not told[name]):
            if isinstance(value, (dict, list)):
                raise _RowError(f"the field {key!r} is not text")
            told[name] = str(value)
    return told


def _feed(path: Path, stream: BinaryIO, zone_of: ZoneOf, limit: datetime) -> Iterator[Entry | Unreadable]:
    try:
        entries = parse(stream.read(LARGEST_BYTES + 1))
    except (EOFError, OSError, zlib.error) as trouble:
        raise SourceError(f"{path}: the packed file is damaged ({trouble}); fetch it again") from trouble
    except SourceError as trouble:
        raise SourceError(f"{path}: the document {trouble}") from trouble
    for number, entry in enumerate(entries, 1):
        published = read_stamp(entry.published.raw, zone_of(entry.url, entry.source))
        if not entry.title:
            yield Unreadable(number, "the entry has no title", entry.url[:EXCERPT])
        elif published.first_at is not None and published.first_at > limit:
            reason = f"the date {published.raw[:60]!r} lies more than {AHEAD_DAYS} days ahead"
            yield Unreadable(number, reason, entry.title[:EXCERPT])
        else:
            yield replace(entry, published=published, line=number)


def _unreadable(row: Row, reason: str) -> Unreadable:
    return Unreadable(row.line, reason, clean(row.text[: EXCERPT * 2])[:EXCERPT])
