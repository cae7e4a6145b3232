"""``config/placing.toml``: the numbers behind placing."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

from tracker.catalog.tables import Table, read_toml
from tracker.core.errors import Problem
from tracker.core.patterns import compiled
from tracker.core.placing import Policy
from tracker.core.publishers import PublisherKind
from tracker.core.wires import Wording

CERTAINTIES = ("high", "medium", "low")


def read_placing(folder: Path) -> tuple[Policy | None, list[Problem]]:
    """The policy, None when the file cannot be read at all; with every problem found."""
    problems: list[Problem] = []
    top = read_toml(folder / "placing.toml", folder, problems)
    if top is None:
        return None, problems
    policy = Policy(
        stale_share=top.number("stale_share", low=0, high=1),
        talk_share=top.number("talk_share", low=0, high=1),
        open_p=top.number("open_p", low=0, high=1),
        long_tail=top.number("long_tail", low=1),
        long_share=top.number("long_share", low=0, high=1),
        place_factor=top.number("place_factor", low=0, high=1),
        context_days=top.whole("context_days", low=0, high=3650),
        wording=_wording(top.table("wires", default=False)),
        link_days=top.whole("link_days", low=0, high=30),
        reliability=_shares(top.table("reliability", default=False), get_args(PublisherKind)),
        certainty=_shares(top.table("certainty", default=False), CERTAINTIES),
    )
    top.done()
    return policy, problems


def _shares(table: Table, names: tuple[str, ...]) -> dict[str, float]:
    found = {name: table.number(name, low=0, high=1) for name in names}
    table.done()
    return found


def _wording(table: Table) -> Wording:
    spellings = []
    for each in table.tables("spellings", "said"):
        spellings.append((each.text("said"), each.text("name")))
        each.done()
    same = []
    for each in table.tables("same", "name"):
        name = each.text("name")
        same += [(stem, name) for stem in each.texts("stems")]
        each.done()
    wording = Wording(
        table.number("likeness", low=0, high=1),
        table.number("day_cost", low=0, high=1),
        table.number("ahead_cost", low=0, high=1),
        table.number("amount_share", low=0, high=1),
        table.number("half_words", low=0.1, high=100),
        frozenset(table.texts("small", ())),
        frozenset(table.texts("everyday", ())),
        table.number("everyday_share", low=0, high=1),
        frozenset(table.texts("ahead", ())),
        tuple(sorted(table.texts("endings", ()), key=len, reverse=True)),
        tuple(spellings),
        tuple(same),
        tuple(_primary(each) for each in table.tables("primaries")),
    )
    table.done()
    return wording


def _primary(table: Table) -> tuple[str, str]:
    name, pattern = table.text("id"), table.text("words")
    try:
        compiled(pattern)
    except re.error as trouble:
        table.problem("words", f"is no regular expression ({trouble})")
        pattern = "(?!)"
    table.done()
    return name, pattern
