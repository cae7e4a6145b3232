"""The pages: the scoreboard with its timeline, one event with its evidence, and trouble in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial
from statistics import fmean
from typing import get_args

from tracker.core.base_rates import MODEL_WORDS, Rivals
from tracker.core.changes import EventChange
from tracker.core.claim_histories import Change, History
from tracker.core.details import Document, EventDetail, ForecastCard, Health
from tracker.core.discrepancies import Reconciliation
from tracker.core.explaining import Explanation
from tracker.core.indicators import Cell, Indicator, Sheet
from tracker.core.linking import Difference
from tracker.core.listening import FeedLine
from tracker.core.scoring import Scores
from tracker.core.tallies import SETTLEMENT_DAYS
from tracker.core.timeline import Timeline, View
from tracker.core.verdicts import Verdict
from tracker.core.wording import compared
from tracker.core.words import (
    Labels,
    cell_words,
    count_words,
    day_words,
    instant_words,
    likeness_words,
    listed_words,
    ratio_words,
)
from tracker.outputs import atom
from tracker.outputs.board import Tally, board
from tracker.outputs.chart import LEFT, RIGHT, TOP, WIDTH, Panel, panels
from tracker.outputs.comparing import reconciliation_page
from tracker.outputs.plots import Bar, PastPlot, bar, calibration_dots, past_plot, said_plot
from tracker.outputs.templating import FOLDER, environment

STYLE_PATH = "/style.css"


@dataclass(frozen=True, slots=True)
class Home:
    """All that the first page shows. ``timeline`` is of the chosen ``view``, ``news`` of the news lane alone;
    ``details`` holds the deciding events by id; ``document`` is None while no forecasts are loaded."""

    document: Document | None
    view: View
    timeline: Timeline
    news: Timeline
    verdicts: tuple[Verdict, ...]
    cards: tuple[ForecastCard, ...]
    details: Mapping[str, EventDetail]
    health: Health
    labels: Labels
    zone: str = "UTC"
    documents: tuple[Document, ...] = ()
    rivals: Rivals = field(default_factory=dict)
    as_of: date | None = None
    """The day by whose end all of it was known; None: by now."""


TONES = {True: "held", False: "failed", None: "undecided"}

ARTICLES_SHOWN = 8
"""Sources named under one event of a claim; its own page has them all."""

YEAR_CHOICES = (("2017 and 2020", "2017,2020"), ("2016 to 2020", "2016-2020"))
"""Years offered on the page of indicators; any others can be asked for in its address."""


@dataclass(frozen=True, slots=True)
class IndicatorRow:
    """An indicator as the page shows it; ``others`` counts what sources count differently."""

    indicator: Indicator
    cells: tuple[Cell, ...]
    bar: Bar | None
    ratio: str
    events: int
    others: int

    @property
    def told(self) -> bool:
        return bool(self.events or self.others or any(cell.citation for cell in self.cells))

    @staticmethod
    def of(indicator: Indicator, cells: tuple[Cell, ...]) -> IndicatorRow:
        ratio = cells[-1].ratio
        events = sum(len(cell.events) for cell in cells)
        others = sum(len(cell.elsewhere) + len(cell.differing) for cell in cells)
        return IndicatorRow(indicator, cells, bar(ratio), ratio_words(ratio), events, others)


@dataclass(frozen=True, slots=True)
class Past:
    """How one reading stood, as its page shows it; ``turns`` counts the days on which the verdict was another."""

    first: date
    plot: PastPlot | None
    changes: tuple[Change, ...]
    turns: int

    @staticmethod
    def of(told: History) -> Past:
        turns = sum(change.before not in (None, change.after) for change in told.changes)
        return Past(told.moments[0].on, past_plot(told), told.changes, turns)


class Pages:
    """Renders pages to text. Holds nothing but the compiled templates, so threads may share it."""

    def __init__(self) -> None:
        self._templates = environment(autoescape=True)
        self._templates.filters["panel_words"] = panel_words
        self._templates.filters["cell_words"] = lambda cell: cell_words(cell.state, cell.count, cell.at_most)
        self._templates.filters["compared"] = lambda each: compared(each.span, len(each.events), each.nouns)
        self._templates.filters["tone"] = lambda chain: TONES[chain.verdict.claim_held]
        self._templates.globals |= {
            "style_path": STYLE_PATH,
            "feed_path": atom.FEED_PATH,
            "chart_width": WIDTH,
            "chart_left": LEFT,
            "chart_right": RIGHT,
            "chart_top": TOP,
        }
        self.stylesheet = (FOLDER / "style.css").read_text(encoding="utf-8")

    def home(self, page: Home) -> str:
        """The scoreboard page."""
        made = board(page.verdicts, page.cards, page.details, page.labels, page.rivals)
        document = page.document
        years = document.years if document is not None else ()
        document_on = document.dated_on if document is not None else None
        drawn = panels(page.timeline.events, years, page.labels, document_on)
        return self._templates.get_template("home.html").render(
            heading=document.title if document is not None else "What came true",
            document=document,
            summary=summary(made.tally),
            accuracy=accuracy(made.scores),
            caveat=caveat(made.scores),
            notes=notes(page.view, page.news, page.verdicts, years, document_on),
            views=get_args(View),
            view=page.view,
            documents=page.documents,
            plot=said_plot(made.scores.items),
            dots=calibration_dots(made.scores.bins),
            scores=made.scores,
            model_words=MODEL_WORDS,
            board=made,
            panels=drawn,
            timeline_heading=f"What happened in {_years(sorted(years))}",
            labels=page.labels,
            health=page.health,
            health_line=health_line(page.health, page.zone),
            as_of=page.as_of,
            days=known_days(document, page.as_of),
        )

    def feeds(self, lines: Sequence[FeedLine], health: Health, zone_name: str) -> str:
        """Every feed and how it is doing, the ill ones first, each group in the order of the config."""
        return self._templates.get_template("feeds.html").render(
            feeds=sorted(lines, key=lambda line: (not line.health.ill, line.health.condition in ("well", "untried"))),
            health=health,
            line=health_line(health, zone_name),
            now=health.checked_at or datetime.fromtimestamp(0, UTC),
            zone=zone_name,
        )

    def event(self, detail: EventDetail, labels: Labels) -> str:
        """One event's page, evidence in the order in which it became known."""
        return self._templates.get_template("event.html").render(
            event=detail.event,
            evidence=sorted(detail.evidence, key=lambda piece: (piece.known_at, piece.key)),
            links=detail.links,
            history=detail.history,
            machine=detail.machine,
            corrections=detail.corrections,
            labels=labels,
            differs=partial(difference_words, labels=labels),
        )

    def claim(
        self,
        card: ForecastCard,
        chains: Sequence[Explanation],
        view: View,
        labels: Labels,
        as_of: date | None = None,
        histories: Sequence[History] = (),
    ) -> str:
        """One claim: each of its verdicts from the score to the sources, and how it stood day by day."""
        return self._templates.get_template("claim.html").render(
            card=card,
            chains=chains,
            view=view,
            views=get_args(View),
            labels=labels,
            shown=ARTICLES_SHOWN,
            as_of=as_of,
            pasts={(each.reading, each.window): Past.of(each) for each in histories if each.moments},
        )

    def indicators(self, sheet: Sheet, view: View, labels: Labels, as_of: date | None = None) -> str:
        """Typed counts by year, as text and as bars, and whether a year looks like the baseline."""
        return self._templates.get_template("indicators.html").render(
            sheet=sheet,
            rows=[IndicatorRow.of(row, cells) for row, cells in sheet.rows],
            tests=[
                (test, likeness_words(test.kind, test.year, test.baseline, test.holds))
                for test in sheet.tests
                if test.year == sheet.years[-1] or len(sheet.years) <= len(YEAR_CHOICES)
            ],
            heading=" beside ".join(str(year) for year in sheet.years)
            if len(sheet.years) <= 2
            else f"{sheet.years[0]} to {sheet.years[-1]}",
            last=sheet.years[-1],
            choices=YEAR_CHOICES,
            view=view,
            views=get_args(View),
            labels=labels,
            as_of=as_of,
        )

    def reconciliation(self, found: Reconciliation, category: str, categories: Sequence[str], labels: Labels) -> str:
        """Where the ways of knowing disagree."""
        return reconciliation_page(self._templates, found, category, categories, labels)

    def changes_feed(self, days: Sequence[tuple[date, Sequence[EventChange]]], view: View, labels: Labels) -> str:
        """The Atom feed of what changed."""
        return atom.feed(self._templates, days, view, labels)

    def problem(self, title: str, detail: str) -> str:
        """A page that says what is wrong and what to do."""
        return self._templates.get_template("problem.html").render(title=title, detail=detail)


def known_days(document: Document | None, chosen: date | None) -> tuple[date, ...]:
    """Days offered to look back from: the last of the year after the document, the first on which that year's silence
    counts, and the one that was asked for."""
    if document is None:
        return (chosen,) if chosen else ()
    closes = date((document.dated_on + timedelta(days=1)).year, 12, 31)
    offered = {closes, closes + timedelta(days=SETTLEMENT_DAYS + 1), *((chosen,) if chosen else ())}
    return tuple(sorted(offered))


def summary(tally: Tally) -> str:
    """How the scored items came out, in one sentence."""
    if not tally.items:
        return "No scored claim has been judged yet."
    parts = [f"{tally.held} held", f"{tally.failed} did not"]
    if tally.undecided:
        parts.append(f"{tally.undecided} {'is' if tally.undecided == 1 else 'are'} undecided")
    return f"Of {count_words(tally.items, 'scored item')}, {listed_words(parts)}."


def accuracy(scores: Scores) -> str:
    """The mean score beside the base rate's, over the items that have both; empty while there are none."""
    paired = [(item.brier, item.brier_reference) for item in scores.items if item.brier_reference is not None]
    if not paired:
        return ""
    low, mid, high = (fmean(getattr(mine, end) for mine, _ in paired) for end in ("low", "mid", "high"))
    base = fmean(reference for _, reference in paired)
    than = "as well as" if mid == base else "better than" if mid < base else "worse than"
    return (
        f"Mean Brier score {mid:.3f} ({low:.3f} and {high:.3f} at the low and high end of what the words may mean), "
        f"against {base:.3f} for the base rates; n = {len(paired)}, lower is better. "
        f"As read here the document did {than} the record before it."
    )


def caveat(scores: Scores) -> str:
    """What a reader has to know before using the mean; empty when there is no mean."""
    return f"Caution: {scores.caveat}" if scores.n else ""


def _years(years: list[int]) -> str:
    return listed_words([str(year) for year in years])


def notes(
    view: View,
    news: Timeline,
    verdicts: tuple[Verdict, ...],
    years: tuple[int, ...],
    document_on: date | None = None,
) -> tuple[str, ...]:
    """What the evidence lacks, where that limits the verdicts (on years after the document) or the record."""
    found = []
    heard = {event.on.year for event in news.events if event.listed}
    silent = [year for year in sorted(years) if year not in heard]
    judged = [year for year in silent if document_on is None or year > document_on.year]
    before = [year for year in silent if year not in judged]
    if judged and view == "all":
        note = f"Without a news archive the {_years(judged)} verdicts rest on reference tables alone"
        found.append(f"{note}; so does the record of {_years(before)}." if before else f"{note}.")
    elif silent and view == "all":
        found.append(f"Without a news archive the record of {_years(silent)} rests on reference tables alone.")
    elif silent and view == "news":
        found.append(f"No news archive of {_years(silent)} is loaded, so news alone cannot decide claims about it.")
    waiting = sum(verdict.verdict == "awaiting_data" for verdict in verdicts)
    if waiting:
        verb = "waits" if waiting == 1 else "wait"
        found.append(
            f"{count_words(waiting, 'verdict')} {verb} for data: silence counts only where sources were listening."
        )
    return tuple(found)


def health_line(health: Health, zone_name: str) -> str:
    """Feeds, last item, totals and what the steps still have to do, in one line."""
    parts = [
        f"{health.feeds_answered} of {count_words(health.feeds_tried, 'feed')} answered"
        if health.feeds_tried
        else "No feed has been polled yet",
        f"last item {instant_words(health.last_item_at, zone_name)}" if health.last_item_at else "no item yet",
        f"{count_words(health.items, 'item')} and {count_words(health.events, 'event')} on record",
    ]
    behind = [f"{lag.step} ({lag.waiting})" for lag in health.lags if lag.waiting]
    parts.append(f"still to do: {listed_words(behind)}" if behind else "every step is up to date")
    if health.corrections_lost:
        verb = "applies" if health.corrections_lost == 1 else "apply"
        parts.append(f"{count_words(health.corrections_lost, 'correction')} no longer {verb} (./run check names them)")
    return "; ".join(parts) + "."


def panel_words(panel: Panel) -> str:
    """What a panel shows, for those who cannot see it: 4 Missile test, 2 Sanctions."""
    rows = [f"{row.total} {row.label}" for row in panel.rows if row.total]
    return listed_words(rows) if rows else "no events"


def difference_words(difference: Difference, category: str, labels: Labels) -> str:
    """Where news and reference disagree, without codes."""
    news, reference = (_value(each, category, labels) for each in (difference.news, difference.reference))
    return f"{difference.field}: the news says {news}, the reference table {reference}"


def _value(value: str, category: str, labels: Labels) -> str:
    try:
        return day_words(date.fromisoformat(value))
    except ValueError:
        return value if value.isdecimal() else labels.subtype(category, value)
