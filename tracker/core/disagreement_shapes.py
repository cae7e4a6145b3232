"""The JSON document of reconciliation, shared by the API and the command line."""

from __future__ import annotations

from datetime import date

from tracker.core.discrepancies import Discrepancy, Reconciliation, Side
from tracker.core.shapes import Document
from tracker.core.words import href


def reconciliation_document(found: Reconciliation, as_of: date | None = None) -> Document:
    """Every finding with the values and sources of its sides; ``as_of`` is the day that was asked for."""
    return {
        "as_of": as_of.isoformat() if as_of else None,
        "compared": {
            "news": found.news,
            "reference": found.reference,
            "linked": found.linked,
            "databases": list(found.databases),
        },
        "totals": dict(found.totals),
        "findings": [finding_fields(each) for each in found.findings],
    }


def finding_fields(found: Discrepancy) -> Document:
    """One finding. Texts of the news stand as they came; an address that is not plain http(s) is null."""
    return {
        "id": found.id,
        "kind": found.kind,
        "category": found.category,
        "on": found.on.isoformat(),
        "text": found.text,
        "heard": found.heard,
        "notes": list(found.notes),
        "sides": [_side(side) for side in found.sides],
    }


def _side(side: Side) -> Document:
    return {
        "basis": side.basis,
        "name": side.name,
        "table": side.table,
        "event": side.event or None,
        "on": side.on.isoformat(),
        "first_on": side.first_on.isoformat(),
        "last_on": side.last_on.isoformat(),
        "count": side.count,
        "unit": side.unit,
        "subtype": side.subtype,
        "place": side.place,
        "says": side.says,
        "note": side.note,
        "sources": [
            {"publisher": each.publisher, "title": each.title, "url": href(each.url) or None, "key": each.key}
            for each in side.cited
        ],
    }
