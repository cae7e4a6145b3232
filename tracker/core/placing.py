"""Which event a mention belongs to: attach, open or ignore, with a score and a reason.

The question is put as a comparison of rates. A mention whose day weights are w may be a fresh report of a
standing event (how well do w and the event's own days agree), a late echo of one (reports of an event fade
with the days since), or the first report of something new (new events of a category are rare on any one day).
The likeliest explanation wins; how clearly it wins scales the mention's weight. Words are not compared here:
whether two texts are copies of one matters for counting sources, not for which event they are about.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from tracker.core.days import DateSpan, DayWeights, likeliest, span_of
from tracker.core.taxonomy import Act, Category
from tracker.core.wires import Wording

DAYS_A_YEAR = 365.25

LOUDEST = 2.0
"""A much reported event echoes more, but also hides less: at most so many times as much as a quiet one."""


@dataclass(frozen=True, slots=True)
class Policy:
    """The numbers placing rests on, from ``config/placing.toml``.

    ``stale_share``: share of reports that are not of the day they seem to report; ``long_tail``: echoes
    beyond the category's own ``echo_days`` fade this many times slower; ``long_share``: the share of echoes
    that do; ``place_factor``: what agreement is worth when two sites differ; ``context_days``: how far back
    commentary may reach; ``reliability``: probability that a plain report of that kind of publisher is true;
    ``certainty``: the same for the certainty words of reference rows; ``wording``: how titles are compared, to tell
    copies of one text; ``link_days``: how far apart the lanes' days may lie and still be
    one event.
    """

    stale_share: float
    talk_share: float
    eve_share: float
    open_p: float
    long_tail: float
    long_share: float
    place_factor: float
    context_days: int
    wording: Wording
    link_days: int
    reliability: Mapping[str, float]
    certainty: Mapping[str, float]

    @property
    def version(self) -> str:
        """A short hash of every number: another policy gives another timeline."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Placeable:
    """A mention ready to be placed. ``category`` and ``subtype`` are those of the event it would open.

    ``p`` is the probability that the text reports this as having taken place and is right; ``seen_on`` the
    day of publication in the event's zone.
    """

    key: str
    act: Act
    category: str
    subtype: str
    p: float
    days: DayWeights
    places: frozenset[str]
    seen_on: date


@dataclass(frozen=True, slots=True)
class Standing:
    """An event as placing sees it: its day weights, its sites, how many publishers reported it, and how likely it
    is to have taken place (0..1)."""

    id: str
    category: str
    subtype: str
    days: DayWeights
    places: frozenset[str]
    voices: int
    p: float = 1.0
    on: date | None = field(init=False)
    span: DateSpan | None = field(init=False)
    loudness: float = field(init=False)
    """How much it is talked of beside one publisher's quiet event, times its p; worked out once, asked often."""
    ordinals: tuple[int, int, int] | None = field(init=False)
    """Its likeliest, first and last day as numbers; None without days."""

    def __post_init__(self) -> None:
        on, span = likeliest(self.days), span_of(self.days)
        object.__setattr__(self, "on", on)
        object.__setattr__(self, "span", span)
        numbers = None if on is None or span is None else tuple(map(date.toordinal, (on, span.first, span.last)))
        object.__setattr__(self, "ordinals", numbers)
        object.__setattr__(self, "loudness", self.p * min(1 + math.log(max(self.voices, 1)) / 4, LOUDEST))


@dataclass(frozen=True, slots=True)
class Attach:
    """``share`` (0..1) is how clearly this explanation wins; ``dates`` says whether the mention's day
    weights speak for the event's day (a late echo's do not)."""

    event: str
    score: float
    share: float
    dates: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Open:
    score: float
    share: float
    reason: str


@dataclass(frozen=True, slots=True)
class Ignore:
    reason: str


Decision = Attach | Open | Ignore


def compatible(category: Category, mention: str, event: str) -> bool:
    """May a mention of one subtype belong to an event of another? An unstated subtype fits any event; a
    distinct one (a resolution, a leaders' meeting) fits only its own."""
    if mention in ("", event):
        return True
    kinds = category.subtypes
    distinct = any(kinds[name].distinct for name in (mention, event) if name in kinds)
    return not distinct


def place(
    mention: Placeable,
    category: Category,
    standing: Sequence[Standing],
    policy: Policy,
    copied: Container[str] = (),
) -> Decision:
    """Decide one mention among the standing events of its lane; deterministic, ties go to the smaller id.

    ``copied`` are events of the same days that a text is there of which this one is a copy: it is of that event,
    whatever subtype was read in its words.
    """
    if mention.act == "ignores":
        return Ignore("this kind of mention opens nothing")
    if not mention.days:
        return Ignore("no day can be told from it")
    said = span_of(mention.days)
    if said is None:
        return Ignore("no day can be told from it")
    asked = _Asked(
        said.first.toordinal(),
        said.last.toordinal(),
        mention.seen_on.toordinal(),
        category.window_days,
        mention.p * policy.stale_share + (1 - mention.p) * policy.talk_share,
        _fading(category.echo_days, policy.long_tail, policy.long_share),
    )
    scored = []
    relations: dict[str, tuple[bool, float]] = {}
    for event in standing:
        if event.category != mention.category:
            continue
        relation = relations.get(event.subtype)
        if relation is None:
            relation = relations[event.subtype] = _relation(category, mention.subtype, event.subtype, policy)
        related, eve = relation
        if related or event.id in copied:
            fresh, echo = _agreement(mention, asked, event, policy, eve)
            if fresh + echo > 0:
                scored.append((fresh, echo, event))
    scored.sort(key=lambda found: (-(found[0] + found[1]), found[2].id))
    if mention.act == "context":
        return _as_context(mention, scored, policy)
    if mention.act == "lowers":
        return _as_denial(scored)
    new = mention.p * (1 - policy.stale_share) * category.rate_of(mention.subtype) / DAYS_A_YEAR
    total = new + sum(fresh + echo for fresh, echo, _ in scored)
    if scored and scored[0][0] + scored[0][1] >= new:
        fresh, echo, event = scored[0]
        score = fresh + echo
        words = "reports the same days" if fresh >= echo else "comes late and says nothing new"
        return Attach(event.id, round(score, 6), round(score / total, 6), fresh >= echo, words)
    if mention.p < policy.open_p:
        return Ignore("too unsure to open an event")
    reason = "no event stands near" if not scored else "nearer to something new than to any standing event"
    return Open(round(new, 6), round(new / total, 6), reason)


def stay(mention: Placeable, category: Category, former: Sequence[Standing]) -> Attach | None:
    """Where a newer text of an item belongs: with the event its former text supported, when it still reports the
    same kind of thing on about the same days (an agency's second lead is not a second launch). None: anew."""
    said = span_of(mention.days)
    if mention.act != "opens" or said is None:
        return None
    for event in sorted(former, key=lambda event: event.id):
        span = event.span
        if span is None or event.category != mention.category:
            continue
        alike = (
            compatible(category, mention.subtype, event.subtype)
            or compatible(category, event.subtype, mention.subtype)
            or category.are_whole_and_part(mention.subtype, event.subtype)
        )
        gap = max((said.first - span.last).days, (span.first - said.last).days, 0)
        if alike and gap <= category.window_days:
            return Attach(event.id, 1.0, 1.0, True, "a newer text of an item that reported it")
    return None


class _Asked(NamedTuple):
    """What a mention asks of every event: the days it speaks of and the day it was seen on, as numbers; how many days
    apart reports of one event may lie; the share of such mentions that come late or report nothing of their own, and
    their density by days after the event."""

    first: int
    last: int
    seen: int
    window: int
    late: float
    fading: Sequence[float]


def _relation(category: Category, mention: str, event: str, policy: Policy) -> tuple[bool, float]:
    """Whether a mention's subtype may be of an event of another, and what agreement across one day is then worth beside
    that on one day, 0 where only the same day agrees."""
    related = (
        mention in ("", event) or compatible(category, mention, event) or category.are_whole_and_part(mention, event)
    )
    return related, policy.eve_share if category.lasts(mention, event) else 0.0


def _agreement(mention: Placeable, asked: _Asked, event: Standing, policy: Policy, eve: float) -> tuple[float, float]:
    """(fresh, echo): the two ways in which a mention may be of this event, as rates per day. ``eve``: what agreement
    across one day is worth beside that on one day, 0 where only the same day agrees."""
    if event.ordinals is None:
        return 0.0, 0.0
    on, first, last = event.ordinals
    fresh = echo = 0.0
    # The gap between the two spans, not between their likeliest days: a weekend's report spans two days.
    gap = asked.first - last if asked.first > last else first - asked.last
    if gap <= asked.window:
        if eve:
            overlap = sum(
                weight * share * eve ** abs((day - other).days)
                for day, weight in mention.days
                for other, share in event.days
            )
        else:
            theirs = dict(event.days)
            overlap = sum([weight * theirs[day] for day, weight in mention.days if day in theirs])
        fresh = mention.p * (1 - policy.stale_share) * overlap * event.p
    lag = asked.seen - on
    if 0 <= lag < len(asked.fading):
        echo = asked.late * event.loudness * asked.fading[lag]
    if mention.places and event.places and not mention.places & event.places:
        return fresh * policy.place_factor, echo * policy.place_factor
    return fresh, echo


FADING_DAYS = 3660
"""Days after which nothing is taken for an echo: ten years, longer than any reach."""


@lru_cache(maxsize=64)
def _fading(echo_days: int, long_tail: float, long_share: float) -> tuple[float, ...]:
    """Density of late reports so many days after the event: a short tail and a long one, both exponential."""
    short, long = max(echo_days, 1), max(echo_days, 1) * long_tail
    return tuple(
        (1 - long_share) * math.exp(-lag / short) / short + long_share * math.exp(-lag / long) / long
        for lag in range(FADING_DAYS)
    )


def _as_context(mention: Placeable, scored: Sequence[tuple[float, float, Standing]], policy: Policy) -> Attach | Ignore:
    for fresh, echo, event in scored:
        on = event.on
        if on is not None and 0 <= (mention.seen_on - on).days <= policy.context_days:
            return Attach(event.id, round(fresh + echo, 6), 0.0, False, "talks about it")
    return Ignore("talks about something that stands on no near day")


def _as_denial(scored: Sequence[tuple[float, float, Standing]]) -> Attach | Ignore:
    if scored and scored[0][0] > scored[0][1]:
        return Attach(scored[0][2].id, round(scored[0][0], 6), 1.0, False, "says that it did not take place")
    return Ignore("denies nothing that stands")


def place_row(
    mention: Placeable, category: Category, table: str, standing: Sequence[tuple[Standing, frozenset[str]]]
) -> Decision:
    """Place a reference row among reference events: rows of one table are told apart by their authors and
    never merge; another table's row of the same day, kind and site is the same event.

    ``standing`` pairs each event with the tables that already speak of it.
    """
    if mention.act != "opens":
        return Ignore("this kind of row opens nothing")
    if not mention.days:
        return Ignore("the row has no day")
    for event, tables in sorted(standing, key=lambda pair: pair[0].id):
        same_kind = mention.subtype == event.subtype or compatible(category, mention.subtype, event.subtype)
        same_site = not mention.places or not event.places or bool(mention.places & event.places)
        same_days = {day for day, _ in mention.days} & {day for day, _ in event.days}
        if table not in tables and event.category == mention.category and same_kind and same_site and same_days:
            return Attach(event.id, 1.0, 1.0, True, "another table has the same day, kind and place")
    return Open(1.0, 1.0, "a row of its own")
