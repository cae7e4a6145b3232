"""What the ways of knowing say against each other, and what changed: as JSON, as a page, and as an Atom feed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from fastapi import FastAPI, Query
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from tracker.core.change_shapes import changes_document, moment_of
from tracker.core.changes import ChangeKind
from tracker.core.disagreement_shapes import reconciliation_document
from tracker.core.discrepancies import Basis, Kind
from tracker.core.shapes import Document, as_of_instant
from tracker.core.timeline import View
from tracker.outputs.atom import FEED_PATH, MEDIA_TYPE, RECENT_DAYS
from tracker.outputs.pages import Pages
from tracker.web.documents import Answer, EventLine
from tracker.web.problems import described, refuse
from tracker.web.queries import AS_OF, EVIDENCE, Day, near
from tracker.web.reads import Reads

BASE = "/api/v1"
METHODS = ["GET", "HEAD"]


def _moment(value: object) -> object:
    # A plus sign in a query is a blank to whoever decodes it; no instant has one elsewhere.
    return moment_of(value.replace(" ", "+")) if isinstance(value, str) else value


Moment = Annotated[datetime, BeforeValidator(_moment), Field(json_schema_extra={"format": "date-time"})]


class ReconcileQuery(BaseModel):
    """The query of /reconcile."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    first: Day | None = Field(None, alias="from", description="First day, included.", examples=["2020-01-01"])
    last: Day | None = Field(None, alias="to", description="Last day, included.", examples=["2020-12-31"])
    category: str = Field("", max_length=64, description="An id of the taxonomy; left out: all.")
    as_of: Day | None = Field(None, description=AS_OF, examples=["2020-03-31"])

    def check(self, reads: Reads) -> None:
        """Raise a 422 that names every mistake no single field shows."""
        errors = []
        if self.first is not None and self.last is not None and self.first > self.last:
            errors.append(f"from ({self.first}) is after to ({self.last}); swap them")
        known = reads.labels().taxonomy.categories
        if self.category and self.category not in known:
            errors.append(f"category {self.category!r} is not known; {near(self.category, list(known))}")
        if errors:
            raise refuse(errors)


class ChangesQuery(BaseModel):
    """The query of /changes."""

    model_config = ConfigDict(extra="forbid")

    since: Moment = Field(
        description="What changed after this: an instant with its zone, or a day, meaning its beginning in Korea.",
        examples=["2020-03-02T06:00:00Z"],
    )
    until: Moment | None = Field(None, description="And up to this; left out: now.")
    evidence: View = Field("all", description=EVIDENCE)


class SourceLine(Answer):
    publisher: str
    title: str = Field(description="As published: untrusted text, escape it.")
    url: str | None = Field(description="Null where it is no plain http(s) address.")
    key: str = Field(description="Key of the row in its table, or of the mention.")


class SideLine(Answer):
    """What one side says."""

    basis: Basis
    name: str
    table: str = Field(description="Id of the table or database; empty for the news.")
    event: str | None = Field(description="The event of the timeline; null for a database, which has none.")
    on: date = Field(description="Likeliest day.", examples=["2020-03-09"])
    first_on: date
    last_on: date
    count: int | None
    unit: str
    subtype: str
    place: str
    says: str = Field(description="All of it in words.")
    note: str
    sources: list[SourceLine]


class FindingLine(Answer):
    """One disagreement."""

    id: str = Field(description="Stays the same while the two sides and the kind do.")
    kind: Kind
    category: str
    on: date
    text: str
    heard: bool | None = Field(description="Of what only a table has: whether the news could have shown it.")
    notes: list[str]
    sides: list[SideLine]


class Compared(Answer):
    news: int
    reference: int
    linked: int
    databases: list[str]


class ReconciliationPage(Answer):
    as_of: date | None
    compared: Compared
    totals: dict[str, int]
    findings: list[FindingLine]


class ChangeLine(Answer):
    kind: ChangeKind
    before: str
    after: str
    text: str


class ChangedEvent(Answer):
    event: EventLine = Field(description="As it stands after; as it stood before, where it is gone.")
    was: EventLine | None = Field(description="As it stood before; null for a new one.")
    at: datetime = Field(description="When the last report behind the change could be known (UTC).")
    kinds: list[ChangeKind]
    changes: list[ChangeLine]


class ChangesPage(Answer):
    since: datetime
    until: datetime
    evidence: View
    changes: list[ChangedEvent]


def add_comparing(api: FastAPI, reads: Reads, pages: Pages) -> None:
    """Add /reconcile and /changes in their forms."""
    _add_reconcile(api, reads, pages)
    _add_changes(api, reads, pages)


def _add_reconcile(api: FastAPI, reads: Reads, pages: Pages) -> None:
    @api.get(
        f"{BASE}/reconcile",
        response_model=ReconciliationPage,
        responses=described(422),
        summary="Where the ways of knowing disagree",
        description="News, reference tables and public databases laid beside each other, with both sides' evidence.",
    )
    def reconcile(query: Annotated[ReconcileQuery, Query()]) -> Document:
        query.check(reads)
        found = reads.reconciliation(as_of_instant(query.as_of) if query.as_of else None)
        return reconciliation_document(found.within(query.first, query.last, query.category), query.as_of)

    @api.api_route("/reconcile", methods=METHODS, include_in_schema=False, response_class=HTMLResponse)
    def page(query: Annotated[ReconcileQuery, Query()]) -> HTMLResponse:
        query.check(reads)
        found = reads.reconciliation(as_of_instant(query.as_of) if query.as_of else None)
        shown = found.within(query.first, query.last, query.category)
        kinds = sorted({each.category for each in found.findings})
        return HTMLResponse(pages.reconciliation(shown, query.category, kinds, reads.labels()))


def _add_changes(api: FastAPI, reads: Reads, pages: Pages) -> None:
    @api.get(
        f"{BASE}/changes",
        response_model=ChangesPage,
        responses=described(422),
        summary="What changed",
        description="What a reader of the timeline has to learn and unlearn between two instants, event by event.",
    )
    def changes(query: Annotated[ChangesQuery, Query()]) -> Document:
        until = query.until or reads.present()
        if until < query.since:
            raise refuse([f"since ({query.since:%Y-%m-%dT%H:%M:%SZ}) lies after until; swap them"])
        return changes_document(reads.changes(query.evidence, query.since, until), query.evidence, query.since, until)

    @api.api_route(FEED_PATH, methods=METHODS, include_in_schema=False)
    def feed(evidence: Annotated[View, Query()] = "all") -> Response:
        days = reads.recent_changes(evidence, RECENT_DAYS)
        return Response(pages.changes_feed(days, evidence, reads.labels()), media_type=MEDIA_TYPE)
