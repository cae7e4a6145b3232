"""What the tables say is changed in a fresh home, the program is asked: exactly what rests on it moves, of all 42."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from pathlib import Path

import pytest
from river import make_home
from test_program import program

Key = tuple[str, str, str]
"""A claim's ref, a reading, a window."""

Verdicts = Mapping[Key, Mapping[str, object]]

AUGUST = (date(2020, 8, 1), date(2020, 8, 31))


def asked(home: Path, *more: str) -> Verdicts:
    """Every verdict of every claim, by the public command line."""
    done = program(home, "forecasts", "--json", *more)
    assert done.returncode == 0, done.stderr
    claims = json.loads(done.stdout)["forecasts"]
    assert len(claims) == 42
    return {(each["ref"], found["reading"], found["window"]): found for each in claims for found in each["results"]}


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Verdicts:
    return asked(make_home(tmp_path_factory.mktemp("shipped")))


def table(home: Path, name: str) -> Path:
    return home / "config" / "reference" / name


def without_march(home: Path) -> None:
    launches = table(home, "launches.csv")
    rows = launches.read_text(encoding="utf-8").splitlines(keepends=True)
    left = [row for row in rows if row.split(",")[1][:7] != "2020-03"]
    assert len(rows) - len(left) == 4
    launches.write_text("".join(left), encoding="utf-8")


def with_row(name: str, row: str) -> Callable[[Path], None]:
    def add(home: Path) -> None:
        with table(home, name).open("a", encoding="utf-8") as lines:
            lines.write(row + "\n")

    return add


def icbm(on: str) -> Callable[[Path], None]:
    row = f"made-up-{on},{on},,Asia/Seoul,missile_test,ICBM,1,missile,,,,yes,high,,Nobody,A made-up launch,,,"
    return with_row("launches.csv", row)


DEAL = "made-up-deal,2020-07-10,,America/New_York,policy_shift,interim_deal,,,,,,yes,high,,Nobody,A made-up deal,,,"

LIKE_AN_ICBM = {("F29d", "one-icbm", "2020"): "yes", ("F29d", "or-a-satellite", "2020"): "yes"}

MUTATIONS: list[tuple[str, Callable[[Path], None], dict[Key, str]]] = [
    (
        "the launches of March 2020 never were",
        without_march,
        {
            ("F18", "tests-and-develops", "2020"): "no",
            ("F29b", "one-launch-day", "2020"): "no",
            ("F30", "each-half-year", "H1"): "no",
            # Not scored, and not how the claim is read first: it asks what was launched in that very month.
            ("F36", "quieter-after-one", "2020"): "yes",
        },
    ),
    ("an ICBM in the first half", icbm("2020-05-09"), LIKE_AN_ICBM),
    ("an ICBM in the second half", icbm("2020-11-09"), LIKE_AN_ICBM | {("F30", "each-half-year", "H2"): "yes"}),
    (
        "an interim deal",
        with_row("watch.csv", DEAL),
        {
            ("F25", "twelve-indicators", "2020"): "annulled",
            ("F25", "nearest-year", "2020"): "annulled",
            # Not scored: what they ask for, or are conditional on, is such a deal.
            ("F10", "a-step-taken", "2020 in Washington"): "yes",
            ("F20", "one-reached", "2020 in Washington"): "yes",
            ("F34", "if-deal", "2020 in Washington"): "no",
        },
    ),
]


@pytest.mark.parametrize(("change", "moved"), [each[1:] for each in MUTATIONS], ids=[each[0] for each in MUTATIONS])
def test_exactly_what_rests_on_it_moves(
    shipped: Verdicts, tmp_path: Path, change: Callable[[Path], None], moved: dict[Key, str]
) -> None:
    home = make_home(tmp_path)
    change(home)
    found = asked(home)
    assert {key: each["verdict"] for key, each in found.items() if each["verdict"] != shipped[key]["verdict"]} == moved


def deaf(header: str, first: date, last: date) -> str:
    """A table's header whose promises leave those days out."""
    head, *promises = re.split(r"(?m)^(?=\[\[coverage\]\])", header)
    kept = [head]
    for promise in promises:
        start, end = (date.fromisoformat(re.findall(rf"(?m)^{key} = (\S+)", promise)[0]) for key in ("first", "last"))
        for since, until in ((start, min(end, first - timedelta(1))), (max(start, last + timedelta(1)), end)):
            if since <= until:
                shorter = re.sub(r"(?m)^first = \S+", f"first = {since}", promise)
                kept.append(re.sub(r"(?m)^last = \S+", f"last = {until}", shorter).rstrip() + "\n\n")
    return "".join(kept)


@pytest.mark.parametrize("evidence", ["all", "reference"])
def test_a_month_nobody_looked_into_leaves_open_what_silence_decided(tmp_path: Path, evidence: str) -> None:
    home = make_home(tmp_path)
    before = asked(home, "--evidence", evidence)
    for header in (home / "config" / "reference").glob("*.toml"):
        header.write_text(deaf(header.read_text(encoding="utf-8"), *AUGUST), encoding="utf-8")
    after = asked(home, "--evidence", evidence)
    over = {key for key in before if before[key]["by"] == "silence" and key[2].startswith(("2020", "H2"))}
    assert len(over) > 20
    assert {key for key in before if before[key]["verdict"] != after[key]["verdict"]} == over
    for key in over:
        assert after[key]["verdict"] == "awaiting_data", key
        assert "nobody covers 1 August 2020 to" in str(after[key]["reasons"]), key
