"""Reconcile: the lanes, the loaded tables and the public databases laid beside each other; nothing is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from tracker.core.changes import Decided
from tracker.core.discrepancies import Reconciliation
from tracker.core.histories import change_words
from tracker.core.ledger import Ledger
from tracker.core.linking import link
from tracker.core.placing import Policy
from tracker.core.reconciling import reconcile
from tracker.core.references import ReferenceTable
from tracker.core.taxonomy import Taxonomy
from tracker.core.timeline import Timeline
from tracker.core.words import Labels
from tracker.pipeline.timelines import covered
from tracker.store import corrections, events, references
from tracker.store.engine import Store
from tracker.store.placements import natural_key


def reconciliation(
    store: Store,
    news: Timeline,
    reference: Timeline,
    tables: Sequence[ReferenceTable],
    databases: Sequence[ReferenceTable],
    audible: Mapping[str, frozenset[str]],
    labels: Labels,
    policy: Policy,
    as_of: datetime | None = None,
) -> Reconciliation:
    """Where the two timelines, and the tables they rest on, disagree, as known at ``as_of`` (None: now).

    ``tables`` give titles and declarations; their rows are those that are loaded. Links are made from the
    timelines as they are given, so that a corrected event is compared as corrected.
    """
    taxonomy: Taxonomy = labels.taxonomy
    links = link(news.events, reference.events, taxonomy.categories, policy.link_days)
    ids = [event.id for timeline in (news, reference) for event in timeline.events]
    with store.reading() as tx:
        evidence = {
            **events.evidence_of(tx, ids, as_of),
            **{id_: list(pieces) for each in (news, reference) for id_, pieces in each.overlay.evidence.items()},
        }
        journal = corrections.journal(tx, as_of)
        machine = [*events.all_events(tx, "news"), *events.all_events(tx, "reference")] if journal else []
        rows = [row for _, row in references.current_rows(tx)]
    by_key = {natural_key(row.table, row.row_key, 0): row for row in rows}
    loaded = tuple(
        ReferenceTable(
            table.name,
            tuple(row for row in rows if row.table == table.name),
            table.coverage,
            table.vintage,
            table.default_lag_days,
            title=table.title,
        )
        for table in tables
    )
    return reconcile(
        Ledger(
            news=news.events,
            reference=reference.events,
            links=links,
            evidence=evidence,
            rows=by_key,
            tables=loaded,
            databases=databases,
            coverage=covered(store, audible, as_of),
            labels=labels,
            as_of=news.as_of,
            machine=tuple(machine),
            decided=tuple(
                Decided(target.id, entry.at, entry.author, change_words(entry, labels), entry.reason)
                for entry in journal
                for target in entry.targets
            ),
        )
    )
