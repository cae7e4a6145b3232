"""Backfill: asking a dated archive for a span of days in slices, each halved until nothing of it is cut off.

Slices are half open, [``since_at``, ``until_at``), in whole steps of the archive's own clock, so that two
neighbours share no instant and leave none out, whatever bounds the archive itself uses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from tracker.core.items import Entry, Unreadable

AnswerKind = Literal["article_list", "feed"]
"""How an archive answers: a JSON object with ``articles``, or a feed document."""

SliceState = Literal["open", "split", "done", "thin", "failed"]
"""``split`` went on as two halves; ``thin`` is cut off although it cannot be halved any more; ``failed`` is asked
again by the next start."""

Outcome = Literal["ok", "busy", "page", "refused", "broken", "unreachable", "barred"]
"""What a request came to. ``busy``: the archive asks us to come later, or a wall stands before it. ``page``: words
instead of an answer, which archives give for a query they do not understand; ``refused``: a status that says so.
``broken``: an answer that breaks off or cannot be read. ``barred``: an address that this program must not dial."""

Halting = Literal["query", "wall", "unreachable", "broken"]

LEAST_WAIT_S = 0.1
"""The first wait after trouble is the archive's spacing, and this where a loopback archive has none."""

JITTER_SHARE = 0.25
"""A wait is drawn out by up to a quarter, so that two programs that failed together do not return together."""

REFUSALS = 2
"""A page instead of an answer is asked for once more before the query is called wrong: servers in trouble also
send pages."""

FAILURES_IN_A_ROW = 3
"""So many slices given up one after another mean that the archive, and not the slices, is broken."""


@dataclass(frozen=True, slots=True)
class Edition:
    """One language's way of asking: its usual query and what it adds to the address."""

    lang: str
    query: str
    parameters: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Archive:
    """A dated archive with a public query interface, one table of ``config/archives.toml``.

    ``parameters`` are names and values of the request, with ``{query}``, ``{since}`` and ``{until}`` in the values;
    ``stamp`` (strftime) writes the bounds, ``last_included`` says that ``{until}`` itself belongs to the answer.
    An answer of ``most_records`` is cut off at a slice that cannot be halved, one of ``suspect_records`` or more
    is halved. ``step_s`` is the archive's finest clock; slices are ``longest_s`` at first and ``shortest_s`` at
    least. ``spacing_s`` lies between two requests, ``requests_per_day`` is the budget of a UTC day, ``attempts``
    how often one slice is tried in one start, ``longest_wait_s`` the longest wait after trouble. ``wall_page``
    says that a web page instead of an answer is a wall and not the query's fault; ``busy_words`` (lower case)
    mark a page that asks us to slow down. ``languages`` gives codes for the names the archive uses.
    """

    id: str
    title: str
    url: str
    answers: AnswerKind
    parameters: tuple[tuple[str, str], ...]
    stamp: str
    last_included: bool
    editions: tuple[Edition, ...]
    most_records: int
    suspect_records: int
    step_s: int
    longest_s: int
    shortest_s: int
    spacing_s: float
    requests_per_day: int
    attempts: int
    longest_wait_s: int
    first_on: date | None
    zone: str
    wall_page: bool
    busy_words: tuple[str, ...]
    languages: Mapping[str, str]
    note: str


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of the span, asked for by itself. ``attempts`` counts the tries that failed."""

    since_at: datetime
    until_at: datetime
    state: SliceState = "open"
    attempts: int = 0
    next_try_at: datetime | None = None

    @property
    def length_s(self) -> int:
        return int((self.until_at - self.since_at).total_seconds())

    def __contains__(self, instant: object) -> bool:
        return isinstance(instant, datetime) and self.since_at <= instant < self.until_at


@dataclass(frozen=True, slots=True)
class Answer:
    """What one request brought. ``detail`` is a sentence's end for the operator: "answers with a page …"."""

    outcome: Outcome
    detail: str = ""
    entries: tuple[Entry, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    retry_after_s: int | None = None

    @property
    def records(self) -> int:
        """How many records the archive sent, readable or not: the count that its cap applies to."""
        return len(self.entries) + len(self.unreadable)


@dataclass(frozen=True, slots=True)
class Done:
    """The slice is answered whole."""


@dataclass(frozen=True, slots=True)
class Split:
    """The answer is cut off; both halves are asked for."""

    halves: tuple[Slice, Slice]


@dataclass(frozen=True, slots=True)
class Thin:
    """The answer is cut off and the slice cannot be halved: what came is kept, more is missing."""

    reason: str


@dataclass(frozen=True, slots=True)
class Later:
    """Ask the same slice again after ``wait_s`` seconds."""

    wait_s: float
    reason: str


@dataclass(frozen=True, slots=True)
class Failed:
    """This slice is given up until the next start; the others go on."""

    reason: str


@dataclass(frozen=True, slots=True)
class Halt:
    """Nothing more is asked in this start."""

    why: Halting
    reason: str


Decision = Done | Split | Thin | Later | Failed | Halt


def span_of_days(since: date, until: date) -> tuple[datetime, datetime]:
    """The instants [from, to) of the UTC days from ``since`` to ``until``, both included."""
    return (
        datetime.combine(since, time(), UTC),
        datetime.combine(until + timedelta(days=1), time(), UTC),
    )


def first_slices(since_at: datetime, until_at: datetime, longest_s: int) -> tuple[Slice, ...]:
    """The span in slices of ``longest_s`` seconds, the last one shorter; none for an empty span."""
    found, start = [], since_at
    while start < until_at:
        end = min(start + timedelta(seconds=longest_s), until_at)
        found.append(Slice(start, end))
        start = end
    return tuple(found)


def halved(slice_: Slice, archive: Archive) -> tuple[Slice, Slice] | None:
    """The slice's halves, met at a whole step; None when one of them would be shorter than the archive allows."""
    half_s = slice_.length_s // 2 // archive.step_s * archive.step_s
    if half_s < archive.shortest_s:
        return None
    middle = slice_.since_at + timedelta(seconds=half_s)
    return Slice(slice_.since_at, middle), Slice(middle, slice_.until_at)


def wait_after(slice_: Slice, answer: Answer, archive: Archive, jitter: float) -> float:
    """Seconds until the same slice may be asked again: doubled at each trouble, at least what the archive asks
    for, at most ``longest_wait_s`` drawn out by ``jitter`` (0..1)."""
    doubled = max(archive.spacing_s, LEAST_WAIT_S) * 2.0 ** min(slice_.attempts, 30)
    wait = min(max(doubled, answer.retry_after_s or 0), archive.longest_wait_s)
    return float(wait * (1 + JITTER_SHARE * jitter))


def judge(slice_: Slice, answer: Answer, archive: Archive, answered: bool, jitter: float) -> Decision:
    """What an answer means for its slice.

    ``answered`` says that the archive has answered this query before, so that a page now cannot be the query's
    fault. ``jitter`` is a number 0..1 drawn by the caller.
    """
    said = f"{archive.title} {answer.detail}".strip()
    if answer.outcome == "ok":
        return _judged_whole(slice_, answer, archive)
    if answer.outcome == "barred":
        return Halt("unreachable", said)
    tries = slice_.attempts + 1
    if answer.outcome in ("page", "refused") and not answered:
        if answer.outcome == "refused" or tries >= REFUSALS:
            return Halt("query", f"{said}; the query is at fault: mend it with --query")
    elif tries >= archive.attempts:
        if answer.outcome == "busy":
            return Halt("wall", f"{said}, after {tries} tries; give the same command later to go on")
        if answer.outcome == "unreachable":
            return Halt("unreachable", f"{said}, after {tries} tries; give the same command later to go on")
        return Failed(f"{said}, after {tries} tries")
    return Later(wait_after(slice_, answer, archive, jitter), said)


def _judged_whole(slice_: Slice, answer: Answer, archive: Archive) -> Decision:
    if answer.records >= archive.suspect_records:
        halves = halved(slice_, archive)
        if halves is not None:
            return Split(halves)
    if answer.records >= archive.most_records:
        return Thin(
            f"{archive.title} gave {answer.records} records from {slice_.since_at:%Y-%m-%d %H:%M:%S} UTC on "
            f"and knows more; the slice cannot be cut finer"
        )
    return Done()


def bounds(slice_: Slice, archive: Archive) -> tuple[str, str]:
    """The slice's ends as the archive wants them written."""
    last = slice_.until_at - timedelta(seconds=archive.step_s) if archive.last_included else slice_.until_at
    return slice_.since_at.strftime(archive.stamp), last.strftime(archive.stamp)


def request_parameters(archive: Archive, edition: Edition, slice_: Slice) -> tuple[tuple[str, str], ...]:
    """Names and values of the request for one slice, not yet quoted."""
    since, until = bounds(slice_, archive)
    marks = {"{query}": edition.query, "{since}": since, "{until}": until}
    return tuple((name, _filled(value, marks)) for name, value in (*archive.parameters, *edition.parameters))


def _filled(template: str, marks: Mapping[str, str]) -> str:
    # The query is filled in last: braces in it are the person's own words.
    for mark in ("{since}", "{until}", "{query}"):
        template = template.replace(mark, marks[mark])
    return template
