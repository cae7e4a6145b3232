# ruff: noqa: ARG002, RUF009 - a fake takes what the port gives it
"""A small record in memory for the tests of the doors: a made-up subject, so that nothing real is needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

from tracker.core.base_rates import Rivals
from tracker.core.changes import EventChange, changes_between
from tracker.core.claim_histories import Change, History, Moment
from tracker.core.coverage import Coverage
from tracker.core.days import DateSpan
from tracker.core.details import (
    Document,
    EventDetail,
    EventLink,
    ForecastCard,
    Health,
    HistoryLine,
    ReadingCard,
    StepLag,
    WindowCard,
)
from tracker.core.discrepancies import Basis, Cited, Discrepancy, Reconciliation, Side
from tracker.core.events import Event, Evidence
from tracker.core.explaining import Explanation, explain
from tracker.core.forecasts import Measure
from tracker.core.indicators import Elsewhere, Indicator, IndicatorBook, Likeness, Sheet, sheet, with_differing
from tracker.core.linking import Difference
from tracker.core.listening import FeedLine, health_of
from tracker.core.polling import Feed, FeedState
from tracker.core.tallies import prepare
from tracker.core.taxonomy import Category, Subtype, Taxonomy
from tracker.core.timeline import EventFilter, Timeline, View
from tracker.core.verdicts import Implied, Reason, Verdict
from tracker.core.words import Labels

TAXONOMY = Taxonomy(
    {
        "comet": Category(
            "comet",
            "Comet sighting",
            "Asia/Seoul",
            "comet",
            1,
            3,
            3.0,
            True,
            {"bright": Subtype("bright", "bright comet")},
        ),
        "fair": Category("fair", "Village fair", "Asia/Seoul", "visitor", 1, 3, 1.0, True, {}),
    },
    {},
)
_COMETS = Measure(EventFilter("comet"), "comet", "comet")
_FAIRS = Measure(EventFilter("fair"), noun="fair")
BOOK = IndicatorBook(
    (
        Indicator("C1", "Comets seen", _COMETS, elsewhere=(Elsewhere(2020, 3, "The Almanac", "counts twilight"),)),
        Indicator("C2", "Fairs held", _FAIRS),
        Indicator("C3", "Clear nights", series="nights", note="published"),
    ),
    Likeness(2017, (2017, 2018, 2020), 0.75, 1, ("C1", "C2"), ("C1",), ("C1", "C2")),
    (2017, 2020),
    "Asia/Seoul",
)
LABELS = Labels(TAXONOMY, {"bugle": "The Bugle", "herald": "The Herald"}, {"hill": "Old Hill"})


def at(day: int, hour: int = 12, month: int = 3, year: int = 2020) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)


def event(event_id: str, on: date = date(2020, 3, 2), **changes: Any) -> Event:
    base = Event(
        id=event_id,
        lane="news",
        category="comet",
        subtype="bright",
        on=on,
        first_on=on,
        last_on=on,
        zone="Asia/Seoul",
        status="corroborated",
        p_occurred=0.9,
        count=2,
        unit="comet",
        place="hill",
        wires=2,
        sources=("bugle", "herald"),
        title="Two comets over Old Hill",
        known_at=datetime(on.year, on.month, on.day, 3, tzinfo=UTC),
    )
    return replace(base, **changes)


def piece(event_id: str, key: str, known_at: datetime, **changes: Any) -> Evidence:
    base = Evidence(
        event_id=event_id,
        key=key,
        role="supports",
        wire=0,
        publisher="bugle",
        publisher_kind="outlet",
        known_at=known_at,
        p=0.9,
        days=((known_at.date(), 1.0),),
        zone="Asia/Seoul",
        title="Two comets over Old Hill",
        url=f"https://bugle.example/{key}",
        reason="same day, same place",
    )
    return replace(base, **changes)


def verdict(forecast: str, **changes: Any) -> Verdict:
    base = Verdict(
        forecast=forecast,
        ref=forecast.upper(),
        kind="forecast",
        reading="main",
        window="2020",
        scored=True,
        view="all",
        verdict="yes",
        claim_held=True,
        p_yes=0.97,
        decided_on=date(2020, 3, 2),
        margin="Two fewer sightings would flip it.",
        reasons=(Reason("counted", "Two sightings in 2020.", {"count": 2}),),
        events=("e-2020",),
        p_implied=Implied(0.6, 0.7, 0.8),
        p_reference=0.5,
        brier=0.09,
    )
    return replace(base, **changes)


def card(forecast: str, **changes: Any) -> ForecastCard:
    year = WindowCard("2020", DateSpan(date(2020, 1, 1), date(2020, 12, 31)))
    base = ForecastCard(
        id=forecast,
        ref=forecast.upper(),
        title="Comets return",
        paraphrase=f"Comets will be seen again ({forecast}).",
        locator="heading 1, bullet 2",
        kind="forecast",
        readings=(ReadingCard("main", "At least one sighting.", "Photographs count.", True, (year,), ("comet",)),),
        cluster="sky",
        written="after",
    )
    return replace(base, **changes)


def feed_line(id_: str, state: FeedState | None = None) -> FeedLine:
    feed = Feed(id_, f"The {id_}", f"https://{id_}.example/feed", id_, "en", "UTC", False, 3600, 2, "", "")
    return FeedLine(feed, state, None, health_of(feed, state, at(4)), state.next_due_at if state else at(4))


def side(basis: Basis, **changes: Any) -> Side:
    on = date(2020, 3, 2) if basis == "news" else date(2020, 3, 3)
    cited = Cited("herald", "Comets", "https://herald.example/c", f"{basis}-1")
    base = Side(
        basis=basis,
        name={"news": "the news", "table": "Comets by year", "database": "The star atlas"}[basis],
        table={"news": "", "table": "comets", "database": "atlas"}[basis],
        event="" if basis == "database" else f"e-{basis}",
        on=on,
        first_on=on,
        last_on=on,
        count=2,
        unit="comet",
        subtype="bright",
        place="hill",
        says=f"{on.day} March 2020, 2 comets",
        cited=(cited,),
    )
    return replace(base, **changes)


def finding(id_: str, **changes: Any) -> Discrepancy:
    text = "Comet sighting, 3 March 2020: the news dates it 2 March 2020, the table comets 3 March 2020."
    base = Discrepancy(id_, "date", "comet", date(2020, 3, 3), text, (side("news"), side("table")))
    return replace(base, **changes)


DOCUMENT = Document(
    "almanac", "The village almanac", "Almanac Press", date(2019, 12, 31), "https://almanac.example/", (2017, 2020)
)


def story(judged: Verdict) -> History:
    days = [date(2020, 1, 1) + timedelta(days=past) for past in range(120)]
    moments = tuple(
        Moment(on, "open", None, 0.8) if on < date(2020, 3, 2) else Moment(on, judged.verdict, judged.p_yes, None)
        for on in days
    )
    cause = Reason("event", "Now known: <b>a fair</b>.", {"event": "e-2020", "on": "2020-03-02"})
    changes = (
        Change(days[0], None, "open", None, None, ()),
        Change(date(2020, 3, 2), "open", judged.verdict, None, judged.p_yes, (cause,)),
    )
    return History(judged.forecast, judged.ref, judged.reading, judged.window, moments, changes)


@dataclass
class Record:
    """Implements ``tracker.web.reads.Reads`` over plain tuples; change its fields to change the world."""

    events: tuple[Event, ...] = (
        event("e-2017", date(2017, 7, 4)),
        event("e-2020"),
        event("e-fair", date(2020, 5, 1), category="fair", subtype="", status="reported", wires=1, count=None, unit=""),
        event("e-rumour", date(2020, 6, 1), p_occurred=0.2, status="reported"),
    )
    details: dict[str, EventDetail] = field(default_factory=dict)
    judged: tuple[Verdict, ...] = (
        verdict("f1"),
        verdict("f2", verdict="no", claim_held=False, events=(), brier=0.49),
        verdict("f3", scored=False, verdict="not_checkable", claim_held=None, p_yes=None, p_implied=None,
                p_reference=None, brier=None, decided_on=None, events=(), margin=""),
    )  # fmt: skip
    cards: tuple[ForecastCard, ...] = (card("f1"), card("f2"), card("f3"))
    state: Health = Health(True, (), 20, 18, at(3), 1200, 4, (StepLag("read", 3, 12.5), StepLag("place", 0)), at(4))
    lines: tuple[FeedLine, ...] = (
        feed_line("herald"),
        feed_line("gazette", FeedState("gazette", at(5), failures=1.5, last_outcome="bot_wall", last_attempt_at=at(4),
                                       detail="a <b>wall</b> answers instead of the feed")),
    )  # fmt: skip
    findings: tuple[Discrepancy, ...] = (
        finding("f-date"),
        finding("f-news", kind="only_news", sides=(side("news"),), notes=("No table promises all of these.",)),
        finding("f-deaf", kind="only_reference", sides=(side("table"),), heard=False),
    )
    asked: list[tuple[View, datetime | None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        other = event("r-2020", date(2020, 3, 1), lane="reference", count=3)
        self.details.setdefault(
            "e-2020",
            EventDetail(
                event("e-2020"),
                (
                    piece("e-2020", "a", at(2, 1)),
                    piece("e-2020", "b", at(2, 2), wire=1, publisher="herald", url="https://herald.example/b"),
                ),
                (EventLink(other, (Difference("date", "2020-03-02", "2020-03-01"), Difference("count", "2", "3"))),),
                (HistoryLine(at(2, 1), "rules 1", "opened", "two words match"),),
            ),
        )

    def timeline(self, view: View, as_of: datetime | None = None) -> Timeline:
        self.asked.append((view, as_of))
        known = (each for each in self.events if as_of is None or each.known_at <= as_of)
        kept = tuple(each for each in known if view == "all" or each.lane == view)
        return Timeline(as_of or at(1, year=2021), view, tuple(sorted(kept, key=lambda each: (each.on, each.id))))

    def event(self, event_id: str) -> EventDetail | None:
        found = next((each for each in self.events if each.id == event_id), None)
        return self.details.get(event_id) or (EventDetail(found) if found else None)

    def reconciliation(self, as_of: datetime | None = None) -> Reconciliation:
        self.asked.append(("all", as_of))
        return Reconciliation(as_of or self.present(), self.findings, 3, 1, 1, ("The star atlas",))

    def changes(self, view: View, since: datetime, until: datetime) -> tuple[EventChange, ...]:
        return changes_between(self.timeline(view, since), self.timeline(view, until), LABELS)

    def recent_changes(self, view: View, days: int) -> Sequence[tuple[date, tuple[EventChange, ...]]]:
        ends = [at(4) - timedelta(days=back) for back in range(days, -1, -1)]
        told = [(end.date(), self.changes(view, start, end)) for start, end in pairwise(ends)]
        return told[::-1]

    def present(self) -> datetime:
        return at(1, year=2021)

    def verdicts(self, view: View, as_of: datetime | None = None) -> tuple[Verdict, ...]:
        return tuple(replace(each, view=view) for each in self.judged)

    def forecasts(self) -> tuple[ForecastCard, ...]:
        return self.cards

    def documents(self) -> tuple[Document, ...]:
        return (DOCUMENT,)

    def rivals(self) -> Rivals:
        return {("f1", "main"): {"laplace": 0.5, "coin": 0.5}}

    def indicators(self, years: Sequence[int] = (), view: View = "all", as_of: datetime | None = None) -> Sheet:
        grounds = prepare(self.timeline(view, as_of), Coverage(), {}, TAXONOMY, at(1, year=2021), date.min)
        made = sheet(BOOK, years or BOOK.years, grounds)
        return with_differing(made, {id_: each.evidence for id_, each in self.details.items()})

    def explain(self, wanted: str, view: View = "all", as_of: datetime | None = None) -> tuple[Explanation, ...]:
        cards = {each.id: each for each in self.cards}
        events = {each.id: each for each in self.timeline(view, as_of).events}
        evidence = {id_: each.evidence for id_, each in self.details.items()}
        judged = (each for each in self.verdicts(view) if wanted in (each.forecast, each.ref))
        return tuple(explain(each, cards.get(each.forecast), events, evidence) for each in judged)

    def history(self, view: View, claim: str) -> tuple[History, ...]:
        return tuple(story(each) for each in self.verdicts(view) if each.forecast == claim)

    def scores(self, view: View, as_of: datetime | None = None, document: str = "") -> Mapping[str, Any]:
        return {"n": 2, "mean_brier": 0.29}

    def health(self) -> Health:
        return self.state

    def feeds(self) -> tuple[FeedLine, ...]:
        return self.lines

    def labels(self) -> Labels:
        return LABELS
