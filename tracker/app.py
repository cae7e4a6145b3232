"""Wiring: settings become a working program with the real clock. Nothing else wires, reads the environment
or knows the time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from random import random
from time import sleep
from typing import TYPE_CHECKING, Any

from tracker import __version__
from tracker.catalog.beliefs import fingerprint, read_beliefs
from tracker.classify.examples import Example
from tracker.comparisons import Comparisons
from tracker.core.base_rates import Rivals, rivals
from tracker.core.cards import card_of
from tracker.core.days import day_of
from tracker.core.details import Document, EventDetail, ForecastCard, Health
from tracker.core.digests import Digest, Issue
from tracker.core.errands import Manners, Wanted, errand
from tracker.core.errors import ConfigError, RefusedError, SettingsError, SourceError
from tracker.core.explaining import Explanation, explain
from tracker.core.indicators import Sheet, sheet, with_differing
from tracker.core.items import Entry, Unreadable
from tracker.core.judging import Court
from tracker.core.listening import FeedLine
from tracker.core.polling import Fetched
from tracker.core.ports import Clock
from tracker.core.references import coverages
from tracker.core.review import Doubt, queue
from tracker.core.scoring import scores
from tracker.core.tallies import Grounds, prepare
from tracker.core.timeline import Timeline, View
from tracker.core.verdicts import Verdict
from tracker.core.words import Labels
from tracker.desk import Desk
from tracker.pipeline import answers
from tracker.pipeline.archive import ImportReport, take_archive
from tracker.pipeline.backfill import Means, RunReport, Telling, backfill
from tracker.pipeline.fetch import FetchReport, fetch
from tracker.pipeline.judge import JudgeReport, judge_as_of, judge_if_moved
from tracker.pipeline.place import PlaceReport
from tracker.pipeline.read import ReadReport, read
from tracker.pipeline.rebuild import place_or_rebuild, rebuild_news
from tracker.pipeline.reference import LoadReport, load_references, refuse_shrunken
from tracker.pipeline.review import keep_answers
from tracker.pipeline.send import SendReport, begin_record, deliver, make_issue, record_began, send
from tracker.pipeline.subscribers import change_subscriber
from tracker.pipeline.timelines import covered, timeline
from tracker.pipeline.watch import WatchReport, watch
from tracker.settings import Settings
from tracker.store import analysts, feeds, mail, observations, verdicts
from tracker.store.feeds import RefusedBody
from tracker.store.mail import StoredIssue, SubscriberState
from tracker.store.pulse import pulse
from tracker.store.versions import current, known_revisions, require_head, upgrade

if TYPE_CHECKING:
    from tracker.sources.archives import Format

Progress = Callable[[int], None]

READ_AT_ONCE = 2000
"""Unread texts a question may read on its way: about a second's work."""


class RealClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


def _silent(_: int) -> None:
    return None


DOUBTED = 5000
"""Newest items among which the least sure are looked for."""


class App(Comparisons):
    """One wired program: getting ready, the steps, and the answers."""

    def __init__(self, settings: Settings, clock: Clock | None = None) -> None:
        super().__init__(settings, clock or RealClock())
        self._config_seen: str | None = None
        self._config_trouble = ""
        self._timelines: dict[View, tuple[tuple[int, ...], Timeline]] = {}

    # --- getting ready --------------------------------------------------------------------------

    def prepare(self, accept_shrink: bool = False, tolerant: bool = False) -> LoadReport:
        """Schema, reference tables and verdicts as this program and its config want them.

        A new database gets its schema; an old one is upgraded. ``tolerant`` goes on with the reference tables
        that are loaded when the files suddenly shrank (a question is answered, the loss is not accepted).
        """
        beliefs = self.beliefs
        self.upgrade()
        begin_record(self.store, self.clock.now())
        try:
            report = load_references(
                self.store, beliefs.references, beliefs.taxonomy, beliefs.policy, self.clock.now, accept_shrink
            )
        except RefusedError as refusal:
            if not tolerant:
                raise
            self.warn(str(refusal))
            report = LoadReport(0, 0, 0, False)
        return report

    def refuse_shrunken(self) -> None:
        """Raise RefusedError when a reference file lost rows against the table that is loaded."""
        if self.store.file is None or self.store.file.exists():
            refuse_shrunken(self.store, self.beliefs.references)

    def refresh(self) -> str:
        """Read config/ anew when a file of it changed; says what came of it, "" when nothing changed.

        A set with a mistake in it is left alone: the program goes on with the last good one.
        """
        seen = fingerprint(self.settings.config_folder)
        if seen == self._config_seen:
            return ""
        first, self._config_seen = self._config_seen is None, seen
        if first:
            return ""
        try:
            fresh = read_beliefs(self.settings.config_folder)
        except ConfigError as trouble:
            self._config_trouble = f"config changed and is not used; the last good set goes on. {trouble}"
            return f"config changed and is not used: {trouble}"
        self._config_trouble = ""
        # The new set first: a page asked for meanwhile may make what follows from it anew at any moment.
        self.__dict__["beliefs"] = fresh
        for name in ("_reading", "docket"):
            self.__dict__.pop(name, None)
        self._timelines.clear()
        self.forget()
        self.prepare(tolerant=True)
        return "config changed and is read anew"

    def ready(self) -> None:
        """Everything a question needs: prepared, placed and judged. Cheap when nothing moved.

        A few unread texts are read at once; many are left to ``up`` and ``read``, and the answer rests on what
        was read before.
        """
        self.prepare(tolerant=True)
        if 0 < self.waiting_to_read() <= READ_AT_ONCE:
            self.read()
        self.place()
        self.judge()

    def upgrade(self) -> tuple[str, str]:
        """Bring the schema to what this program needs; returns (from, to)."""
        return upgrade(self.store, self.settings.migrations_folder)

    def known_schemas(self) -> frozenset[str]:
        return known_revisions(self.settings.migrations_folder)

    def require_schema(self) -> str:
        """The schema's revision; raises SchemaError unless it is the one this program needs."""
        require_head(self.store, self.settings.migrations_folder)
        return current(self.store)

    # --- the steps ------------------------------------------------------------------------------

    def fetch(self, only: str = "", progress: Callable[[Fetched], None] = lambda _: None) -> FetchReport:
        beliefs = self.beliefs
        if only and only not in {feed.id for feed in beliefs.feeds}:
            raise RefusedError(f"there is no feed {only!r} in config/feeds.toml; ./run feeds lists them")
        return fetch(
            self.store,
            beliefs.feeds,
            self.fetcher,
            beliefs.directory,
            beliefs.publishers,
            self.clock.now,
            self.settings.fetch_threads,
            only,
            progress,
            lambda: self.stopping,
            spacing_s=self.settings.fetch_spacing_s,
            ticks=time.monotonic,
        )

    def take(self, path: Path, kind: Format | None, progress: Progress = _silent) -> ImportReport:
        """An archive's rows into the record; ``progress`` is told bytes read of the file."""
        from tracker.sources.archives import read_archive  # feed parsers are no business of the other verbs

        directory = self.beliefs.directory
        rows: Iterable[Entry | Unreadable] = read_archive(
            path, kind, lambda url, source: directory.find(url, source).zone, self.clock.now(), progress
        )
        try:
            return take_archive(self.store, path.name, rows, directory, self.clock.now)
        except SourceError as trouble:
            raise SourceError(f"{path}: {trouble}") from trouble

    def backfill(self, wanted: Wanted, told: Telling) -> tuple[RunReport, ...]:
        """Ask a dated archive for what is still lacking of the days wanted, at its pace and within its budget."""
        settings = self.settings
        manners = Manners(settings.backfill_urls, settings.backfill_spacing_s, settings.is_near)
        asked = errand(self.beliefs.archives, wanted, manners, day_of(self.clock.now(), "UTC"))
        means = Means(self.archivist, self.beliefs.directory, self.clock, sleep, random, lambda: self.stopping)
        return backfill(self.store, asked, means, told)

    def feeds(self) -> tuple[FeedLine, ...]:
        """Every feed of the config, what is remembered of it, when it first answered, and how it is doing."""
        return answers.feed_lines(self.store, self.beliefs.feeds, self.clock.now())

    def refused(self, feed: str) -> list[RefusedBody]:
        """What a feed sent that could not be read, newest first; raises RefusedError for an unknown feed."""
        if feed not in {each.id for each in self.beliefs.feeds}:
            raise RefusedError(f"there is no feed {feed!r} in config/feeds.toml; ./run feeds lists them")
        with self.store.reading() as tx:
            return feeds.refused_of(tx, feed)

    def watch(self) -> WatchReport:
        """Notice deafness, and tell the operator once."""
        settings = self.settings
        operator = settings.operator_mail if settings.smtp_host else ""
        return watch(
            self.store, self.beliefs.feeds, operator, lambda: self.letters, lambda: self.postman, self.clock.now
        )

    def waiting_to_read(self) -> int:
        """How many texts lack an observation by the active observer."""
        with self.store.reading() as tx:
            return observations.unread_count(tx, self.observer)

    def doubts(self, most: int) -> list[Doubt]:
        """The newest items the active reader is least sure of, most telling first."""
        with self.store.reading() as tx:
            row = observations.find_observer(tx, self.observer)
            return queue(analysts.doubts(tx, row, DOUBTED), most) if row is not None else []

    def keep_answers(self, rows: Sequence[object], author: str) -> int:
        """Keep an analyst's answers; raises RefusedError with the first that cannot be used."""
        good = [row for row in rows if isinstance(row, Mapping)]
        if len(good) != len(rows):
            raise RefusedError("every line of answers is a JSON object {seq, tags, mode}; nothing was kept")
        return keep_answers(self.store, good, author, self.beliefs.taxonomy, self.clock.now)

    def answered(self) -> list[Example]:
        """What analysts said of items, as examples to learn from."""
        with self.store.reading() as tx:
            return [
                Example(each.text, each.tags, each.mode, f"answers/{each.author}") for each in analysts.answered(tx)
            ]

    def read(self, progress: Progress = _silent) -> ReadReport:
        return read(self.store, self.observer, self.reader, self.clock.now, progress, lambda: self.stopping)

    def place(self, progress: Progress = _silent) -> PlaceReport:
        beliefs = self.beliefs
        return place_or_rebuild(
            self.store, self.effective, beliefs.taxonomy, beliefs.policy, progress, lambda: self.stopping
        )

    def rebuild(self, progress: Progress = _silent) -> PlaceReport:
        beliefs = self.beliefs
        load_references(self.store, beliefs.references, beliefs.taxonomy, beliefs.policy, self.clock.now, anew=True)
        return rebuild_news(self.store, self.effective, beliefs.taxonomy, beliefs.policy, progress)

    def judge(self) -> JudgeReport:
        """Judge when the record, the config or the day moved since the last time; else change nothing."""
        beliefs = self.beliefs
        return judge_if_moved(
            self.store, self.effective, self.docket, beliefs.taxonomy, beliefs.policy, self.clock.now(), __version__
        )

    def send(self) -> SendReport:
        return send(
            self.store,
            self.beliefs.digests,
            self.issue,
            self.letters,
            self.postman,
            self.clock.now,
            record_began(self.store),
        )

    # --- answers --------------------------------------------------------------------------------

    def timeline(self, view: View, as_of: datetime | None = None) -> Timeline:
        """The timeline; the one as it stands is kept in memory until the record moves."""
        beliefs = self.beliefs
        if as_of is not None:
            return timeline(self.store, beliefs.taxonomy, beliefs.policy, view, self.clock.now(), as_of)
        with self.store.reading() as tx:
            stamp = pulse(tx)
        kept = self._timelines.get(view)
        if kept is None or kept[0] != stamp:
            kept = stamp, timeline(self.store, beliefs.taxonomy, beliefs.policy, view, self.clock.now())
            self._timelines[view] = kept
        return kept[1]

    def event(self, event_id: str) -> EventDetail | None:
        return answers.event_detail(self.store, self.timeline("all"), event_id, self.labels())

    @cached_property
    def desk(self) -> Desk:
        """Where analysts correct the record."""
        return Desk(self, lambda: self.timeline("all"))

    def verdicts(self, view: View, as_of: datetime | None = None) -> tuple[Verdict, ...]:
        if as_of is None:
            with self.store.reading() as tx:
                return tuple(verdicts.in_force(tx, view))
        beliefs = self.beliefs
        return judge_as_of(self.store, self.docket, beliefs.taxonomy, beliefs.policy, view, as_of, self.clock.now())

    def scores(self, view: View, as_of: datetime | None = None, document: str = "") -> Mapping[str, Any]:
        """The scores of one document's claims, or of all together."""
        ids = {each.id for each in self.beliefs.forecasts if document in ("", each.document)}
        judged = (each for each in self.verdicts(view, as_of) if each.forecast in ids)
        return scores(judged, self.rivals(), {each.id: each.retold for each in self.beliefs.forecasts}).as_dict()

    def rivals(self) -> Rivals:
        """What each named base-rate model would have said of each reading."""
        return rivals(self.beliefs.forecasts, self.beliefs.series)

    def indicators(self, years: Sequence[int] = (), view: View = "all", as_of: datetime | None = None) -> Sheet:
        """Typed counts of these years (default: the config's) and the tests of likeness, as known by ``as_of``."""
        book = self.beliefs.indicators
        made = sheet(book, years or book.years, self._grounds(view, as_of))
        return with_differing(made, answers.evidence_behind(self.store, made.events, as_of))

    def explain(self, wanted: str, view: View = "all", as_of: datetime | None = None) -> tuple[Explanation, ...]:
        """Each verdict on one claim (by id or ref) with the chain from its score to its sources; empty for none."""
        cards = {card.id: card for card in self.forecasts()}
        judged = [each for each in self.verdicts(view, as_of) if wanted in (each.forecast, each.ref)]
        grounds = self._grounds(view, as_of)
        court = Court(self.beliefs.forecasts, grounds, brief=True)
        counts = [court.counts(verdict) for verdict in judged]
        asked = {id_ for verdict in judged for id_ in verdict.events}
        asked |= {event.id for each in counts for tally in each for event in tally.events}
        found = {event.id: event for event in grounds.timeline.events if event.id in asked}
        evidence = answers.evidence_behind(self.store, list(found.values()), as_of)
        declared = coverages(self.beliefs.references)
        return tuple(
            explain(each, cards.get(each.forecast), found, evidence, declared, counted)
            for each, counted in zip(judged, counts, strict=True)
        )

    def _grounds(self, view: View, as_of: datetime | None) -> Grounds:
        """All that a count may look at, as known by ``as_of``."""
        beliefs, heard = self.beliefs, covered(self.store, self.docket.audible, as_of)
        now = as_of or self.clock.now()
        return prepare(self.timeline(view, as_of), heard, beliefs.series, beliefs.taxonomy, now, date.min)

    def forecasts(self) -> tuple[ForecastCard, ...]:
        return tuple(card_of(forecast) for forecast in self.beliefs.forecasts)

    def documents(self) -> tuple[Document, ...]:
        """The documents the claims are from, by file name."""
        return self.beliefs.documents

    def health(self) -> Health:
        """How the service is doing. A config that is not used is told of, and is no reason to call the service ill: it
        goes on with the last good set."""
        state = answers.health(self.store, self.beliefs.feeds, self.observer, self.clock.now())
        trouble = (self._config_trouble,) if self._config_trouble else ()
        lost = len(self.lost_corrections())
        return replace(state, problems=(*state.problems, *trouble), corrections_lost=lost)

    def labels(self) -> Labels:
        return self.beliefs.labels

    # --- the digest -----------------------------------------------------------------------------

    def issue(self, digest: Digest, day: date) -> Issue:
        return answers.issue_of(self.store, digest, day, self.timeline, self.verdicts, self.labels(), self.forecasts())

    def kept_issue(self, digest: Digest, day: date) -> StoredIssue | None:
        """The issue that was made of that day, None when none was."""
        with self.store.reading() as tx:
            return mail.find_issue(tx, digest.id, day)

    def keep_issue(self, digest: Digest, day: date) -> StoredIssue:
        return make_issue(self.store, digest, self.issue(digest, day), self.letters, self.clock.now())

    def deliver(self, issue: StoredIssue) -> Mapping[str, int]:
        if self.postman is None:
            raise SettingsError("no mail server is set; give TRACKER_SMTP_HOST and TRACKER_MAIL_FROM")
        return deliver(self.store, issue, self.letters, self.postman, self.clock.now)

    # --- subscribers ----------------------------------------------------------------------------

    def change_subscriber(self, address: str, state: SubscriberState) -> SubscriberState:
        return change_subscriber(self.store, address, state, self.clock.now())
