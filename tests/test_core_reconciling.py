"""Reconciliation on made-up lists: what is paired, what differs, and in which words it is said."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from doors_record import LABELS, TAXONOMY, at, event, piece
from hypothesis import given
from hypothesis import strategies as st

from tracker.core.changes import Decided
from tracker.core.coverage import Coverage, DeclaredCoverage, HeardDay
from tracker.core.days import DateSpan
from tracker.core.discrepancies import Discrepancy, Reconciliation
from tracker.core.ledger import Ledger
from tracker.core.linking import link
from tracker.core.listings import PAIR_DAYS, gap_days, lay_beside
from tracker.core.reconciling import reconcile
from tracker.core.references import ReferenceRow, ReferenceTable

NOW = datetime(2021, 1, 1, tzinfo=UTC)
YEAR = DeclaredCoverage("comets", "comet", (), "Asia/Seoul", date(2020, 1, 1), date(2020, 12, 31), 0.02, 14)


def row(key: str, day: int = 2, table: str = "comets", **changes: Any) -> ReferenceRow:
    on = date(2020, 3, day)
    base = ReferenceRow(
        table=table,
        row_key=key,
        on=on,
        last_on=on,
        zone="Asia/Seoul",
        category="comet",
        subtype="bright",
        count=2,
        unit="comet",
        place="hill",
        citation_publisher="herald",
        citation_title="The year in comets",
        citation_url="https://herald.example/year",
    )
    return replace(base, **changes)


def listing(*rows: ReferenceRow, name: str = "comets", coverage: tuple[DeclaredCoverage, ...] = ()) -> ReferenceTable:
    return ReferenceTable(name, rows, coverage, title=f"The {name}")


def ledger(
    rows: tuple[ReferenceRow, ...] = (),
    news: tuple[Any, ...] = (),
    databases: tuple[ReferenceTable, ...] = (),
    coverage: tuple[DeclaredCoverage, ...] = (),
    heard: tuple[date, ...] = (),
    audible: dict[str, frozenset[str]] | None = None,
) -> Ledger:
    """A ledger in which every row is an event of its own, and news is linked as the program links it."""
    events = tuple(
        event(
            f"r-{each.table}-{each.row_key}", each.on, last_on=each.last_on, lane="reference", subtype=each.subtype,
            count=each.count, unit=each.unit, place=each.place, p_occurred=0.99, status="reported", wires=1,
        )
        for each in rows
    )  # fmt: skip
    names = list(dict.fromkeys(each.table for each in rows)) or ["comets"]
    tables = tuple(
        listing(*(each for each in rows if each.table == name), name=name, coverage=coverage if not place else ())
        for place, name in enumerate(names)
    )
    keys = {f"k-{each.table}-{each.row_key}": each for each in rows}
    evidence = {
        f"r-{each.table}-{each.row_key}": (
            piece(f"r-{each.table}-{each.row_key}", f"k-{each.table}-{each.row_key}", at(20)),
        )
        for each in rows
    }
    evidence |= {each.id: (piece(each.id, f"m-{each.id}", at(2), url="javascript:alert(1)"),) for each in news}
    return Ledger(
        news=news,
        reference=events,
        links=link(news, events, TAXONOMY.categories, 2),
        evidence=evidence,
        rows=keys,
        tables=tables,
        databases=databases,
        coverage=Coverage(tuple(HeardDay(day, 3, at(20)) for day in heard), (), audible),
        labels=LABELS,
        as_of=NOW,
    )


def found(**parts: Any) -> tuple[Discrepancy, ...]:
    return reconcile(ledger(**parts)).findings


def only(kind: str, **parts: Any) -> Discrepancy:
    (one,) = [each for each in found(**parts) if each.kind == kind]
    return one


def test_what_agrees_is_no_finding() -> None:
    assert (
        found(rows=(row("a"),), news=(event("n"),), databases=(listing(row("x", table="atlas"), name="atlas"),)) == ()
    )


@pytest.mark.parametrize(
    ("news", "kind", "text"),
    [
        (
            {"on": date(2020, 3, 3), "first_on": date(2020, 3, 3), "last_on": date(2020, 3, 3)},
            "date",
            "Comet sighting: bright comet, 2 March 2020: "
            "the news dates it 3 March 2020, the table comets 2 March 2020.",
        ),
        (
            {"count": 3},
            "count",
            "Comet sighting: bright comet, 2 March 2020: the news counts 3 comets, the table comets 2 comets.",
        ),
    ],
)
def test_where_the_news_and_a_table_differ_both_sides_are_given(news: dict[str, Any], kind: str, text: str) -> None:
    one = only(kind, rows=(row("a"),), news=(event("n", **news),))
    assert one.text == text
    assert [side.basis for side in one.sides] == ["news", "table"]
    assert [side.event for side in one.sides] == ["n", "r-comets-a"]
    assert one.sides[0].cited[0].publisher == "bugle"
    assert one.sides[1].cited[0].key == "a"
    assert one.sides[1].table == "comets"


def test_a_type_said_less_exactly_is_no_contradiction() -> None:
    wide = TAXONOMY.categories["comet"].subtypes["bright"]
    kinds = {"bright": replace(wide, groups=("icy",)), "ICY": replace(wide, id="ICY"), "dim": replace(wide, id="dim")}
    category = replace(TAXONOMY.categories["comet"], subtypes=kinds)
    taxonomy = replace(TAXONOMY, categories={**TAXONOMY.categories, "comet": category})

    def types(said: str) -> list[str]:
        made = ledger(rows=(row("a"),), news=(event("n", subtype=said),))
        return [each.kind for each in reconcile(replace(made, labels=replace(LABELS, taxonomy=taxonomy))).findings]

    assert types("ICY") == []
    assert types("dim") == ["type"]


def test_what_only_the_news_has_is_weighed_against_what_tables_promise() -> None:
    alone = only("only_news", news=(event("n"),))
    assert alone.text == (
        "Only in the news: Comet sighting: bright comet, 2 March 2020, very likely (90\u00a0%), "
        "corroborated by 2 independent sources."
    )
    assert alone.notes == ("No reference table promises to have every event of the kind on these days.",)
    promised = only("only_news", rows=(row("far", 25),), news=(event("n"),), coverage=(YEAR,))
    assert promised.notes[0].startswith("The table comets promises to have every event of the kind on these days")


def test_unlisted_news_is_no_finding_but_named_as_a_near_miss() -> None:
    rumour = event("n", date(2020, 3, 6), p_occurred=0.3, status="reported", wires=1)
    (one,) = found(rows=(row("a"),), news=(rumour,))
    assert one.kind == "only_reference"
    assert one.notes[-1].startswith(
        "The nearest report that is of nothing in the tables: Comet sighting: bright comet, 6 March"
    )


@pytest.mark.parametrize(
    ("parts", "heard", "why"),
    [
        ({"heard": (date(2020, 3, 2),)}, True, "Publishers were heard then"),
        ({"heard": (date(2020, 3, 3),)}, False, "Too few publishers were heard then"),
        ({"heard": (date(2020, 3, 2),), "audible": {}}, False, "No reader knows this kind of event"),
        ({"heard": (date(2020, 3, 2),), "audible": {"comet": frozenset({"bright"})}}, True, "Publishers were heard"),
    ],
)
def test_a_row_without_a_report_says_whether_the_news_could_have_shown_it(
    parts: dict[str, Any], heard: bool, why: str
) -> None:
    one = only("only_reference", rows=(row("a"),), **parts)
    assert one.heard is heard
    assert one.notes[0].startswith(why)


def test_a_database_that_slips_by_days_is_paired_and_what_the_news_says_stands_beside_it() -> None:
    atlas = listing(row("x", 6, table="atlas", note="its own text says 9 March"), name="atlas")
    one = only("date", rows=(row("a", 9),), news=(event("n", date(2020, 3, 9)),), databases=(atlas,))
    assert one.text.endswith("the table comets dates it 9 March 2020, The atlas 6 March 2020.")
    assert one.notes == ("Its own text says 9 March.", "The news dates it 9 March 2020.")
    assert [side.basis for side in one.sides] == ["table", "database", "news"]
    assert one.sides[1].event == ""


def test_counts_kinds_and_places_of_a_database_are_compared_and_blanks_are_not() -> None:
    other = row("x", table="atlas", count=3, place="dale")
    blank = row("y", 20, table="atlas", count=None, unit="", place="", subtype="")
    kinds = [
        each.kind for each in found(rows=(row("a"), row("b", 20)), databases=(listing(other, blank, name="atlas"),))
    ]
    assert [kind for kind in kinds if kind != "only_reference"] == ["count", "place"]


def test_a_database_lacks_only_what_it_promises() -> None:
    silent = listing(row("x", 20, table="atlas"), name="atlas")
    assert not [each for each in found(rows=(row("a"), row("b", 20)), databases=(silent,)) if each.kind == "missing"]
    promising = replace(silent, coverage=(replace(YEAR, table="atlas"),))
    one = only("missing", rows=(row("a"), row("b", 20)), databases=(promising,))
    assert one.text == "The atlas lacks Comet sighting: bright comet, 2 March 2020, which the table comets has."


def test_one_happening_entered_twice_is_suspected() -> None:
    twice = listing(row("x", 9, table="atlas", count=1), row("y", 10, table="atlas", count=2), name="atlas")
    kinds = {each.kind: each for each in found(rows=(row("a", 10, count=3),), databases=(twice,))}
    assert {"count", "only_database"} <= set(kinds)
    assert "one happening may stand there twice" in kinds["only_database"].notes[-1]


def test_two_tables_of_ours_that_differ_are_told_too() -> None:
    one = only("date", rows=(row("a", 2), row("b", 3, table="skies")))
    assert {side.table for side in one.sides} == {"comets", "skies"}
    assert {side.basis for side in one.sides} == {"table"}


def test_what_analysts_corrected_stands_beside_what_the_machine_said() -> None:
    made = ledger(news=(event("n", date(2020, 3, 3)), event("same", date(2020, 5, 1))))
    machine = (event("n"), event("same", date(2020, 5, 1)), event("gone", date(2020, 6, 1)))
    decided = (Decided("n", at(9), "An Analyst", "redated", "the ministry names the day"),)
    told = reconcile(replace(made, machine=machine, decided=decided)).findings
    by_day = {each.on: each for each in told if each.kind == "analyst"}
    assert set(by_day) == {date(2020, 3, 3), date(2020, 6, 1)}
    redated = by_day[date(2020, 3, 3)]
    assert "now dated 3 March 2020; before: 2 March 2020; corrected by An Analyst: redated" in redated.text
    assert [(side.basis, side.on.day) for side in redated.sides] == [("machine", 2), ("analyst", 3)]
    assert redated.sides[1].cited[0].title == "the ministry names the day"
    assert [side.basis for side in by_day[date(2020, 6, 1)].sides] == ["machine"]
    assert not [each for each in reconcile(made).findings if each.kind == "analyst"]


def test_what_did_not_occur_is_nobody_s_row() -> None:
    denied = listing(row("x", table="atlas", occurred=False), name="atlas")
    assert [each.kind for each in found(databases=(denied,))] == []


def test_the_filter_keeps_days_and_category_and_the_totals_follow() -> None:
    whole = reconcile(
        ledger(rows=(row("a", 2), row("b", 20)), news=(event("n", category="fair", subtype="", count=None),))
    )
    assert whole.totals == {"only_news": 1, "only_reference": 2}
    assert whole.within(date(2020, 3, 10)).totals == {"only_reference": 1}
    assert whole.within(last=date(2020, 3, 10), category="fair").totals == {"only_news": 1}
    assert isinstance(whole.within(), Reconciliation)


ROWS = st.lists(st.builds(row, st.integers(0, 30).map(str), st.integers(1, 28), count=st.integers(1, 3)), max_size=8)


@given(ROWS, ROWS)
def test_each_row_is_paired_at_most_once_and_never_from_afar(
    ours: list[ReferenceRow], theirs: list[ReferenceRow]
) -> None:
    mine = list({each.row_key: each for each in ours}.values())
    other = [replace(each, table="atlas") for each in {each.row_key: each for each in theirs}.values()]
    beside = lay_beside(mine, other, TAXONOMY.categories)
    assert len(beside.pairs) + len(beside.ours) == len(mine)
    assert len(beside.pairs) + len(beside.theirs) == len(other)
    for left, right in beside.pairs:
        assert gap_days(DateSpan(left.on, left.last_on), DateSpan(right.on, right.last_on)) <= PAIR_DAYS
    assert beside.pairs == lay_beside(mine[::-1], other[::-1], TAXONOMY.categories).pairs


@given(ROWS)
def test_findings_do_not_depend_on_the_order_of_events(rows: list[ReferenceRow]) -> None:
    unique = tuple({each.row_key: each for each in rows}.values())
    news = (event("n1", date(2020, 3, 5)), event("n2", date(2020, 3, 15), count=3))
    made = ledger(rows=unique, news=news)
    turned = replace(made, news=news[::-1], reference=tuple(made.reference[::-1]))
    assert reconcile(made) == reconcile(turned)
    ids = [each.id for each in reconcile(made).findings]
    assert len(ids) == len(set(ids))
