"""All of config/ at once: what the project believes, or every problem in it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from tracker.catalog.alerts import read_alerts
from tracker.catalog.archives import read_archives
from tracker.catalog.baselines import read_baselines
from tracker.catalog.digests import read_digests
from tracker.catalog.documents import read_documents
from tracker.catalog.feeds import read_feeds
from tracker.catalog.forecasts import read_forecasts
from tracker.catalog.indicators import read_indicators
from tracker.catalog.observers import read_observers
from tracker.catalog.places import read_places
from tracker.catalog.placing import read_placing
from tracker.catalog.publishers import read_publishers
from tracker.catalog.references import DATABASES, read_references
from tracker.catalog.tables import nearest
from tracker.catalog.taxonomy import read_taxonomy
from tracker.core.alerts import Alert
from tracker.core.backfill import Archive
from tracker.core.baselines import Series
from tracker.core.coverage import Coverage, DeclaredCoverage
from tracker.core.details import Document
from tracker.core.digests import Digest
from tracker.core.errors import ConfigError, Problem, RefusedError
from tracker.core.forecasts import Forecast, Measure, Reading, measures_of
from tracker.core.indicators import IndicatorBook
from tracker.core.observers import ObserverSetting, ObserversFile
from tracker.core.phrases import TaxonomyFile
from tracker.core.places import Place
from tracker.core.placing import Policy
from tracker.core.polling import Feed
from tracker.core.publishers import Directory, Publisher
from tracker.core.references import ReferenceTable, coverages
from tracker.core.taxonomy import Taxonomy
from tracker.core.timeline import PER_DAY, PER_EVENT
from tracker.core.words import Labels

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Beliefs:
    """The reviewed files of one home, read whole. Nothing of a set with a problem in it is ever used."""

    words: TaxonomyFile
    policy: Policy
    feeds: tuple[Feed, ...]
    archives: tuple[Archive, ...]
    directory: Directory
    publishers: Mapping[str, Publisher]
    places: tuple[Place, ...]
    observers: ObserversFile
    digests: tuple[Digest, ...]
    alerts: tuple[Alert, ...]
    series: Mapping[str, Series]
    forecasts: tuple[Forecast, ...]
    documents: tuple[Document, ...]
    references: tuple[ReferenceTable, ...]
    indicators: IndicatorBook
    databases: tuple[ReferenceTable, ...]
    forecasts_hash: str
    forecasts_text: str

    @property
    def taxonomy(self) -> Taxonomy:
        return self.words.taxonomy

    @property
    def guide(self) -> tuple[str, ...]:
        """The categories that texts are labelled with, in the taxonomy's order."""
        return tuple(each.id for each in self.taxonomy.categories.values() if each.guide)

    @property
    def labels(self) -> Labels:
        """What ids are called when people read them."""
        publishers = {id_: publisher.name for id_, publisher in self.publishers.items()}
        return Labels(self.taxonomy, publishers, {place.id: place.name for place in self.places})

    def observer(self, id_: str) -> ObserverSetting:
        """The observer of that id; raises RefusedError when there is none."""
        for each in self.observers.known:
            if each.id == id_:
                return each
        known = ", ".join(each.id for each in self.observers.known)
        raise RefusedError(f"there is no observer {id_!r} in config/observers.toml; known: {known}")

    def digest(self, id_: str = "") -> Digest:
        """The digest of that id, or the first one; raises RefusedError when there is none."""
        for each in self.digests:
            if id_ in ("", each.id):
                return each
        raise RefusedError(f"there is no digest {id_!r} in config/digests.toml")


def read_beliefs(folder: Path, strict: bool = False) -> Beliefs:
    """Read everything; raises ConfigError with every problem of every file.

    ``strict`` also reports what is no obstacle to running, such as a reference header without its table.
    """
    if not folder.is_dir():
        raise ConfigError(
            [Problem("config", "", "", f"there is no folder {folder}; set TRACKER_HOME to one that has it")]
        )
    problems: list[Problem] = []

    def noted(pair: tuple[T, list[Problem]]) -> T:
        problems.extend(pair[1])
        return pair[0]

    words = noted(read_taxonomy(folder))
    taxonomy = words.taxonomy
    kinds = {id_: _kinds(taxonomy, id_) for id_ in taxonomy.categories}
    policy = noted(read_placing(folder))
    directory = noted(read_publishers(folder))
    publishers = {each.id: each for each in (*directory.by_host.values(), *directory.by_name.values())}
    feeds = noted(read_feeds(folder, publishers))
    archives = noted(read_archives(folder))
    places = noted(read_places(folder))
    observers = noted(read_observers(folder))
    alerts = noted(read_alerts(folder, kinds))
    digests = noted(read_digests(folder, taxonomy.categories))
    series = {each.id: each for each in noted(read_baselines(folder))}
    references = noted(read_references(folder, kinds, strict))
    databases = noted(read_references(folder, kinds, strict, DATABASES))
    forecasts = noted(read_forecasts(folder, taxonomy, series, {place.id for place in places}))
    documents = noted(read_documents(folder))
    indicators = noted(read_indicators(folder, taxonomy, series, {place.id for place in places}))
    if not problems:
        problems += _unheard(forecasts, words, coverages(references) if references else None)
        problems += _uncounted(forecasts, words, references)
    if problems or policy is None or indicators is None:
        raise ConfigError(problems)
    text = _text_of(folder)
    return Beliefs(
        words=words,
        policy=policy,
        feeds=feeds,
        archives=archives,
        directory=directory,
        publishers=publishers,
        places=places,
        observers=observers,
        digests=digests,
        alerts=alerts,
        series=series,
        forecasts=forecasts,
        documents=documents,
        references=references,
        indicators=indicators,
        databases=databases,
        forecasts_hash=hashlib.sha256(text.encode()).hexdigest(),
        forecasts_text=text,
    )


def fingerprint(folder: Path) -> str:
    """Changes whenever a file under the folder is written, added or removed; cheap enough to ask every minute."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    stats = [(str(path.relative_to(folder)), (stat := path.stat()).st_mtime_ns, stat.st_size) for path in files]
    return hashlib.sha256(repr(stats).encode()).hexdigest()


def _unheard(
    forecasts: Sequence[Forecast], words: TaxonomyFile, declared: Sequence[DeclaredCoverage] | None
) -> list[Problem]:
    """Rules on events that nobody could ever report: they would await data for ever.

    Not asked while there are no reference tables at all, which is a choice and no mistake.
    """
    if declared is None:
        return []
    told = Coverage((), tuple(declared), words.audible)
    found = []
    for forecast in forecasts:
        for reading in forecast.readings:
            for measure in _measures(reading):
                wanted = measure.events
                if not told.can_tell(wanted.category, wanted.subtypes, words.taxonomy):
                    kinds = "/".join((wanted.category, *wanted.subtypes))
                    message = f"nobody can report {kinds}: no reader knows it and no reference table declares it"
                    found.append(Problem("forecasts", f"claims[{forecast.id}]", f"readings[{reading.id}]", message))
    return found


def _measures(reading: Reading) -> list[Measure]:
    """All that a reading counts, for its condition too."""
    rules = [reading.rule, reading.given.rule if reading.given is not None else None]
    return [measure for rule in rules if rule is not None for measure in measures_of(rule)]


def _uncounted(
    forecasts: Sequence[Forecast], words: TaxonomyFile, references: Sequence[ReferenceTable]
) -> list[Problem]:
    """Units that nothing ever counts in: a sum of them would be nothing for ever, and no mistake would show."""
    kinds = words.taxonomy.categories
    counted = {(row.category, row.unit) for table in references for row in table.rows}
    counted |= {(each.category, pattern.unit) for each in words.phrasebook.categories for pattern in each.counts}
    counted |= {
        (id_, unit) for id_, kind in kinds.items() for unit in (kind.unit, *kind.event_units, PER_EVENT, PER_DAY)
    }
    found = []
    for forecast in forecasts:
        for reading in forecast.readings:
            for measure in _measures(reading):
                category, unit = measure.events.category, measure.unit
                if (category, unit) not in counted:
                    units = {each for kind, each in counted if kind == category and each}
                    message = f"nothing of {category} is counted in {unit!r}; {nearest(unit, units)}"
                    found.append(Problem("forecasts", f"claims[{forecast.id}]", f"readings[{reading.id}]", message))
    return found


def _kinds(taxonomy: Taxonomy, category: str) -> frozenset[str]:
    """The subtype and group ids a category knows."""
    kinds = taxonomy.categories[category].subtypes
    return frozenset(word for id_ in kinds for word in taxonomy.groups_of(category, id_))


def _text_of(folder: Path) -> str:
    """The files a verdict depends on besides the timeline, one after the other, for the snapshot."""
    files = [*sorted((folder / "forecasts").glob("*.toml")), *sorted((folder / "baselines").glob("*.*"))]
    return "\n".join(f"# {path.name}\n{path.read_text(encoding='utf-8')}" for path in files)
