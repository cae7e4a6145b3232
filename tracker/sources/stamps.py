"""Stamps: when a text says it was published. An unreadable stamp is *unknown*, never a guess and never "now".

A common feed reader takes KST for UTC and Korean dates for the first of this month; a timeline that is
checked against dated claims cannot live with either (reference/feeds.md section 2.3).
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tracker.core.days import Published, zone
from tracker.sources.stampwords import (
    AFTERNOON,
    MILITARY,
    MONTH_FIRST,
    MONTHS,
    MORNING,
    NAMED,
    NOISE,
    OFFSETS,
    SHARED,
    WEEKDAYS,
)

LONGEST_STAMP = 120
OLDEST_YEAR, NEWEST_YEAR = 1900, 2100

_UNSET = frozenset({date(1970, 1, 1), date(1900, 1, 1), date(1904, 1, 1)})
"""Days that a computer writes when it knows none."""

_KOREAN = re.compile(r"[년월일시분초]|오전|오후")

# Each shape names its parts: y (four digits), s (two digits), n (name of a month), m, d.
_SHAPES = tuple(
    re.compile(shape)
    for shape in (
        r"(?<!\d)(?P<y>\d{4})\s?[년年]\s?(?P<m>\d{1,2})\s?[월月]\s?(?P<d>\d{1,2})\s?[일日]",
        r"(?<!\d)(?P<y>\d{4})\s?-\s?(?P<m>\d{1,2})\s?-\s?(?P<d>\d{1,2})(?!\d)",
        r"(?<!\d)(?P<y>\d{4})(?P<sep>[./])\s?(?P<m>\d{1,2})(?P=sep)\s?(?P<d>\d{1,2})\.?(?![\d./])",
        r"(?<![\d:])(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})(?=t\d|\s|$)",
        r"(?<![\d:+-])(?P<d>\d{1,2})(?:st|nd|rd|th|er|\.|º|,)?(?:\s?[-/.]\s?|\s*)(?:de\s|of\s)?(?P<n>[^\W\d_]{3,12})\.?"
        r"(?:\s?[-/.,]\s?|\s*)(?:de\s)?(?:(?P<y>\d{4})|(?P<s>\d{2}))(?![\d:])",
        r"(?P<n>(?<![^\W\d_])[^\W\d_]{3,12})\.?\s?(?P<d>\d{1,2})(?:st|nd|rd|th)?(?:\s?,\s?|\s+)(?P<y>\d{4})(?![\d:])",
        r"(?<!\d)(?P<y>\d{4})[-/. ]\s?(?P<n>[^\W\d_]{3,12})\.?[-/. ]\s?(?P<d>\d{1,2})(?!\d)",
        r"(?<![\d.])(?P<d>\d{1,2})\.\s?(?P<m>\d{1,2})\.\s?(?:(?P<y>\d{4})|(?P<s>\d{2}))(?!\d)",
        r"(?<!\d)(?P<a>\d{1,2})(?P<slash>[/-])(?P<b>\d{1,2})(?P=slash)(?P<y>\d{4})(?!\d)",
        r"(?<![\d:])(?P<a>\d{1,2})\s(?P<b>\d{1,2})\s(?P<y>\d{4})(?![\d:])",
        r"^(?P<y>\d{4})-?(?P<o>\d{3})(?=t\d|\s|$)",
        r"^(?!(?:19|20)\d\d(?:0[1-9]|1[0-2])(?!\d))(?P<s>\d{2})(?P<m>\d{2})(?P<d>\d{2})(?=t\d|\s|$)",
        r"(?<![\d:])(?P<s>\d{2})-(?P<m>\d{2})-(?P<d>\d{2})(?!\d)",
    )
)
# "Aug 14 15:20:00 KST 2026", as C and Java print it: the year stands behind the clock.
_CLOCK_INSIDE = re.compile(
    r"(?P<n>[^\W\d_]{3,12})\s(?P<d>\d{1,2}),?\s(?P<rest>\d{1,2}:\d{2}(?::\d{2})?(?:\s[^\s\d]{1,5}|\s[+-]\d{2}:?\d{2})?)\s(?P<y>\d{4})(?!\d)"
)
_HALF = r"a\.?m\.?(?![^\W\d_])|p\.?m\.?(?![^\W\d_])"
_CLOCK = re.compile(
    rf"(?:(?P<before>오전|오후|午前|午後|上午|下午)\s?)?(?<![\d:+-])(?P<h>\d{{1,2}})"
    rf"(?:(?:\s?[:h시時点]\s?|\.(?=\d\d(?!\d)))(?P<min>\d{{1,2}})(?:(?:\s?[:분分]\s?|\.(?=\d\d(?!\d)))(?:(?P<s>\d{{1,2}})(?:[.,]\d{{1,9}})?\s?[초秒]?)?)?|(?P<bare>\s?[시時]|(?=\s?(?:{_HALF}))))"
    rf"\s?(?P<half>{_HALF})?"
)
_COMPACT_CLOCK = re.compile(r"^\s*t?(?P<h>\d{2})(?P<min>\d{2})(?P<s>\d{2})?(?!\d)")
_OFFSET = re.compile(r"(?:\b(?:gmt|utc|ut)\s?)?(?P<sign>[+−-])\s?(?P<h>\d{1,2})(?:\s?:?\s?(?P<min>\d{2}))?(?!\d)")
_ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)")
_ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_MONTHS_OF_MAIL = {
    name: MONTHS[name.lower()]
    for name in ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
}
_OFFSETS_OF_MAIL = {
    **{f"{sign}{hours:02d}{minutes:02d}": timedelta(minutes=int(f"{sign}1") * (hours * 60 + minutes))
       for sign in "+-" for hours in range(15) for minutes in range(60)},
    **{name: timedelta(hours=OFFSETS[name.lower()]) for name in ("GMT", "UTC", "Z", "KST", "JST", "EST", "EDT")},
}  # fmt: skip
_MAIL = re.compile(
    r"(?:[A-Z][a-z][a-z], )?(\d\d?) ([A-Z][a-z][a-z]) (199\d|20\d\d) (\d\d):(\d\d):(\d\d) ([A-Z]{1,3}|[+-]\d{4})"
)
"""RFC 5322's usual form: nine feeds of ten."""

_EPOCH = re.compile(r"\d{9,10}(?:\.\d{1,6})?|\d{13}")
_LETTER = re.compile(r":\d\d\s(?P<alone>[a-ik-y])$")
_COMPACT = re.compile(r"(\d{8})(\d{4}(?:\d{2})?)")
_CLOCK_STOOD = "\x1f"  # white space to every pattern
_WORD = re.compile(r"[^\W_][^\s,;()\[\]]*")


def read_stamp(raw: str, default_zone: str, now_limit: datetime | None = None) -> Published:
    """When a stamp says a text was published; ``Published.unknown(raw)`` where it does not say so clearly.

    ``default_zone`` (IANA) is what a clock or a day without a zone means; a stamp written in Korean counts as
    Korean time where that is plain "UTC". A date alone gives a day. So does a clock in a zone nobody knows.
    Unknown: no year, month and day in the string; a day that does not exist; ``3/4/2020``, which is two days where
    neither a day of the week nor the zone decides; years outside 1900..2100; the days computers write when they
    know none; and, where ``now_limit`` is given,
    anything later. Never raises for any ``raw``; raises a KeyError for a ``default_zone`` that does not exist.
    """
    try:
        published = _quick(raw, default_zone) or _read(raw, default_zone)
    except (ValueError, OverflowError):
        return Published.unknown(raw[:LONGEST_STAMP])
    if now_limit is not None and published.first_at is not None and published.first_at > now_limit:
        return Published.unknown(raw)
    return published


def _quick(raw: str, default_zone: str) -> Published | None:
    """The shapes that archives and well-kept feeds are made of, without taking them apart."""
    if len(raw) == 10 and _ISO_DAY.fullmatch(raw):
        return _day(date.fromisoformat(raw), default_zone, raw)
    if mail := _MAIL.fullmatch(raw):
        day, name, year, hour, minute, second, away = mail.groups()
        month, offset = _MONTHS_OF_MAIL.get(name), _OFFSETS_OF_MAIL.get(away)
        if month is not None and offset is not None and hour < "24" and second < "60":
            moment = datetime(int(year), month, int(day), int(hour), int(minute), int(second), 0, UTC)
            if offset:
                moment -= offset
            return Published(moment, moment, "instant", raw)
    elif _ISO.fullmatch(raw) and "T24" not in raw:
        return _moment(datetime.fromisoformat(raw), raw)
    return None


def _read(raw: str, default_zone: str) -> Published:
    raw = raw.strip()
    if len(raw) > LONGEST_STAMP:
        raise ValueError("longer than any stamp")
    text = _plain(raw)
    if _EPOCH.fullmatch(text):
        seconds = float(text) / (1000 if len(text) == 13 and "." not in text else 1)
        return _moment(datetime.fromtimestamp(seconds, UTC), raw)
    if compact := _COMPACT.fullmatch(text):
        text = f"{compact[1]} t{compact[2]}"
    if default_zone == "UTC" and _KOREAN.search(text):
        default_zone = "Asia/Seoul"
    letter = _LETTER.search(text)
    if letter:
        text = text[: letter.start("alone")]
    on, rest = _date(text, default_zone)
    clock, rest = _clock(rest)
    place, rest, known = _zone(rest, default_zone)
    if letter:
        # "3:20 p" is no zone but half a day.
        known = known and (letter["alone"] not in "ap" or text.count(":") > 1)
        place = timezone(timedelta(hours=MILITARY[letter["alone"]]))
    if re.search(r"\d", rest):
        raise ValueError("figures are left over that are neither date nor clock")
    if clock is None or not known:
        return _day(on, default_zone, raw)
    return _moment(datetime.combine(on, time(), place) + clock, raw)


def _plain(raw: str) -> str:
    text = unicodedata.normalize("NFKC", raw).casefold()
    text = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    return " ".join(unicodedata.normalize("NFC", text).split())


def _date(text: str, default_zone: str) -> tuple[date, str]:
    """The day a text names, and the text without it; raises ValueError when none is clear."""
    if inside := _CLOCK_INSIDE.search(text):
        month = MONTHS.get(inside["n"])
        if month is not None:
            left = f"{text[: inside.start()]} {inside['rest']} {text[inside.end() :]}"
            return date(int(inside["y"]), month, int(inside["d"])), left
    for shape in _SHAPES:
        for match in shape.finditer(text):
            parts = match.groupdict()
            if parts.get("n") and parts["n"] not in MONTHS:
                continue
            left = f"{text[: match.start()]} {text[match.end() :]}"
            return _day_of(parts, text, default_zone), left
    raise ValueError("no day")


def _day_of(parts: dict[str, str | None], text: str, default_zone: str) -> date:
    if parts.get("y"):
        year = int(parts["y"] or 0)
    else:
        short = int(parts["s"] or 0)
        year = short + (2000 if short < 50 else 1900)  # RFC 5322 section 4.3
    if parts.get("o"):
        on = date(year, 1, 1) + timedelta(days=int(parts["o"] or 0) - 1)
        if on.year != year:
            raise ValueError("no such day of the year")
        return on
    if parts.get("a"):
        month, day = _slashed(int(parts["a"] or 0), int(parts["b"] or 0), year, text, default_zone)
    else:
        name = parts.get("n")
        month = MONTHS[name] if name else int(parts["m"] or 0)
        day = int(parts["d"] or 0)
    return date(year, month, day)


def _slashed(a: int, b: int, year: int, text: str, default_zone: str) -> tuple[int, int]:
    """Month and day of "8/14/2026": clear when one is above 12, both are equal, the day of the week fits one of the
    two, an American clock follows, or the feed's own zone writes them in one order."""
    if a > 12:
        return b, a
    if b > 12 or a == b:
        return a, b
    told = {WEEKDAYS[word] for word in re.findall(r"[^\W\d_]+", text) if word in WEEKDAYS}
    fitting = [pair for pair in ((a, b), (b, a)) if date(year, *pair).weekday() in told]
    if len(fitting) == 1:
        return fitting[0]
    if re.search(rf"\d\s?(?:{_HALF})", text) or default_zone in MONTH_FIRST:
        return a, b
    if default_zone.startswith("Europe/"):
        return b, a
    raise ValueError("either of two days")


def _clock(text: str) -> tuple[timedelta | None, str]:
    """The time since midnight a text names, and the text without it; None when it names none."""
    match = _COMPACT_CLOCK.search(text) or _CLOCK.search(text)
    if match is None:
        return None, text
    parts = match.groupdict()
    hours, minutes, seconds = int(parts["h"]), int(parts["min"] or 0), int(parts["s"] or 0)
    half = (parts.get("before") or parts.get("half") or "").strip()
    if half and hours <= 12:
        hours = hours % 12 + (12 if half in AFTERNOON else 0)
    if hours > 24 or minutes > 59 or seconds > 60 or (hours == 24 and (minutes or seconds)):
        raise ValueError("no such time of day")
    left = f"{text[: match.start()]} {_CLOCK_STOOD} {text[match.end() :]}"
    return timedelta(hours=hours, minutes=minutes, seconds=seconds), left


def _zone(text: str, default_zone: str) -> tuple[timezone | ZoneInfo, str, bool]:
    """The zone a text names, the text without it, and whether it is known which one is meant."""
    if match := _OFFSET.search(text):
        hours, minutes = int(match["h"]), int(match["min"] or 0)
        left = f"{text[: match.start()]} {text[match.end() :]}"
        if hours > 14 or minutes > 59:
            return UTC, left, False
        offset = timedelta(hours=hours, minutes=minutes)
        return timezone(offset if match["sign"] == "+" else -offset), left, True
    unknown = False
    behind = _WORD.findall(text.partition(_CLOCK_STOOD)[2])
    for word in _WORD.findall(text):
        if word in WEEKDAYS and word not in behind:
            continue  # "út" is a Tuesday, "ut" a zone
        found = _named_zone(word.strip(".:\"'"), default_zone, word in behind)
        if found is not None:
            return found, text.replace(word, " "), True
        plain = word.strip(".:\"'")
        if not (plain in WEEKDAYS or plain in NOISE or plain in MORNING or plain in AFTERNOON):
            unknown = True
    return zone(default_zone), text, not unknown


def _named_zone(word: str, default_zone: str, behind: bool) -> timezone | ZoneInfo | None:
    if word in OFFSETS:
        return timezone(timedelta(hours=OFFSETS[word]))
    if word in NAMED and behind:
        return zone(NAMED[word])
    for prefix, hours in SHARED.get(word, ()):
        if default_zone.startswith(prefix):
            return timezone(timedelta(hours=hours))
    if re.fullmatch(r"[a-z]+(?:/[a-z_]+){1,2}", word):
        try:
            return zone("/".join("_".join(bit.title() for bit in part.split("_")) for part in word.split("/")))
        except (ZoneInfoNotFoundError, ValueError):
            return None
    return None


def _day(on: date, default_zone: str, raw: str) -> Published:
    return Published.day(_checked(on), default_zone, raw)


def _moment(moment: datetime, raw: str) -> Published:
    _checked(moment.date())
    return Published.instant(moment, raw)


def _checked(on: date) -> date:
    if not OLDEST_YEAR <= on.year <= NEWEST_YEAR or on in _UNSET:
        raise ValueError("a year or day that only a broken clock writes")
    return on
