"""The page of reconciliation: findings in groups a person can work through, the hopeless ones folded away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from jinja2 import Environment

from tracker.core.discrepancies import KIND_WORDS, KINDS, Discrepancy, Reconciliation
from tracker.core.words import Labels, count_words

SOURCES_SHOWN = 4
"""Sources linked beside one side; the event's own page has them all."""

UNHEARD = "Only in a reference table, while too few publishers were heard"


@dataclass(frozen=True, slots=True)
class Group:
    """Findings of one kind; ``folded`` ones wait behind a line that unfolds."""

    id: str
    title: str
    findings: tuple[Discrepancy, ...]
    explain: str = ""
    folded: bool = False


def groups_of(found: Reconciliation) -> tuple[Group, ...]:
    """The findings by kind, in the order of kinds; events that the news could not have shown come last, folded."""
    groups = []
    for kind in KINDS:
        mine = tuple(each for each in found.findings if each.kind == kind and each.heard is not False)
        if mine:
            groups.append(Group(kind, KIND_WORDS[kind], mine, _explain(kind), kind == "only_news"))
    unheard = tuple(each for each in found.findings if each.heard is False)
    if unheard:
        why = "Silence about these says nothing: nobody who was heard could have told of them."
        groups.append(Group("unheard", UNHEARD, unheard, why, True))
    return tuple(groups)


def _explain(kind: str) -> str:
    return {
        "only_reference": "Publishers were listening on these days, and nothing they told was taken for the event.",
        "only_news": "Reports that no row of a table is of: false ones, and true ones that no table holds.",
        "missing": "A list that promises to be complete has no row near.",
    }.get(kind, "")


def reconciliation_page(
    templates: Environment, found: Reconciliation, category: str, categories: Sequence[str], labels: Labels
) -> str:
    """The page; ``category`` is the one chosen (empty: all), ``categories`` those with findings."""
    summary = (
        f"{count_words(len(found.findings), 'finding')}. Compared: {count_words(found.news, 'event')} in the news, "
        f"{found.reference} in reference tables, {found.linked} of them taken for the same; "
        f"{count_words(len(found.databases), 'public database')}."
    )
    return templates.get_template("reconcile.html").render(
        groups=groups_of(found),
        summary=summary,
        category=category,
        categories=categories,
        labels=labels,
        most=SOURCES_SHOWN,
    )
