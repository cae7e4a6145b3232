"""The ``[document]`` table of each ``config/forecasts/*.toml``: whose claims are checked."""

from __future__ import annotations

from pathlib import Path

from tracker.catalog.tables import read_toml
from tracker.catalog.verbal import VERBAL_FILE
from tracker.core.details import Document
from tracker.core.errors import Problem


def read_documents(folder: Path) -> tuple[tuple[Document, ...], list[Problem]]:
    """The documents by file name. Problems of the files themselves are told by ``read_forecasts``."""
    problems: list[Problem] = []
    found = []
    for path in sorted((folder / "forecasts").glob("*.toml")):
        if path.name == VERBAL_FILE:
            continue
        ignored: list[Problem] = []
        top = read_toml(path, folder, ignored)
        if top is None or not top.has("document"):
            continue
        table = top.table("document")
        table.problems = problems
        years = table.values.get("years", [])
        found.append(
            Document(
                id=table.text("id"),
                title=table.text("title"),
                publisher=table.text("publisher"),
                dated_on=table.day("made_on"),
                url=table.text("url", ""),
                years=tuple(sorted(year for year in years if isinstance(year, int))) if isinstance(years, list) else (),
            )
        )
    return tuple(found), problems
