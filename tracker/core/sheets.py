"""The indicators as the JSON document that the API and the command line share."""

from __future__ import annotations

from datetime import date

from tracker.core.indicators import Cell, LikenessTest, Sheet
from tracker.core.shapes import Document
from tracker.core.timeline import View


def indicators_document(sheet: Sheet, view: View, as_of: date | None = None) -> Document:
    """The indicators: a row each, a cell a year with the ids of its events, and the tests of likeness."""
    return {
        "as_of": as_of.isoformat() if as_of else None,
        "evidence": view,
        "years": list(sheet.years),
        "baseline": sheet.baseline,
        "indicators": [
            {
                "id": row.id,
                "label": row.label,
                "unit": row.measure.unit if row.measure is not None else "figure",
                "note": row.note,
                "cells": [_cell_fields(cell) for cell in cells],
            }
            for row, cells in sheet.rows
        ],
        "tests": [_test_fields(test) for test in sheet.tests],
    }


def _cell_fields(cell: Cell) -> Document:
    return {
        "year": cell.year,
        "state": cell.state,
        "count": cell.count,
        "at_most": cell.at_most,
        "covered": round(cell.share, 4),
        "ratio": cell.ratio,
        "events": [event.id for event in cell.events],
        "differing": [
            {
                "event": each.event.id,
                "on": each.event.on.isoformat(),
                "said": [{"count": count, "source": source} for count, source in each.said],
            }
            for each in cell.differing
        ],
        "low": cell.low,
        "high": cell.high,
        "elsewhere": [{"count": each.count, "source": each.source, "note": each.note} for each in cell.elsewhere],
        "citation": cell.citation,
    }


def _test_fields(test: LikenessTest) -> Document:
    return {
        "test": test.kind,
        "year": test.year,
        "baseline": test.baseline,
        "holds": test.holds,
        "state": test.state,
        "text": test.text,
        "margin": test.margin,
        "figures": dict(test.figures),
        "reasons": [{"code": each.code, "text": each.text, "data": dict(each.data)} for each in test.reasons],
    }
