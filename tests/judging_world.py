"""A small world for judging: a taxonomy, declared coverage, series and the facts of 2016 to 2020 in brief.

The facts here are made for the tests (dates and counts only, in our own words); the shipped tables are tested
apart, where they stand.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta

from tracker.core.baselines import Series
from tracker.core.coverage import Coverage, DeclaredCoverage
from tracker.core.days import DateSpan, end_of
from tracker.core.events import Event, Status
from tracker.core.findings import Finding
from tracker.core.forecasts import Measure, Rule, Window
from tracker.core.rules import find
from tracker.core.tallies import prepare
from tracker.core.taxonomy import Category, Subtype, Taxonomy
from tracker.core.timeline import EventFilter, Timeline, View

SEOUL = "Asia/Seoul"
NOW = datetime(2026, 6, 1, tzinfo=UTC)
BALLISTIC = ("SRBM", "MRBM", "IRBM", "ICBM", "SLBM", "SLV", "BALLISTIC")
KINDS: dict[str, tuple[str, ...]] = {
    "missile_test": (*BALLISTIC, "CRUISE", "SAM"),
    "nuclear_test": (),
    "sanctions": ("unsc_resolution", "designation", "us_measure"),
    "talks": ("leader", "us_contact", "offer", "refusal"),
    "exercise": ("field", "command_post", "postponed", "suspended"),
    "threat": ("leader_threat",),
    "development": ("new_system", "fissile_production"),
    "policy_shift": (
        "drill_suspension",
        "relief",
        "interim_deal",
        "end_of_war",
        "troop_cut",
        "normalisation",
    ),
    "disarmament_step": ("freeze", "dismantlement"),
    "armed_attack": (),
    "us_strike": (),
    "nuclear_use": (),
    "war": (),
    "accord_abrogated": (),
}
UNITS = {"missile_test": "missile", "nuclear_test": "test"}


def taxonomy() -> Taxonomy:
    def subtype(name: str) -> Subtype:
        return Subtype(name, name, ("ballistic",) if name in BALLISTIC else ())

    return Taxonomy(
        {
            name: Category(
                name,
                name,
                SEOUL,
                UNITS.get(name, ""),
                3,
                3,
                1.0,
                False,
                {each: subtype(each) for each in subtypes},
            )
            for name, subtypes in KINDS.items()
        },
        {},
    )


TAXONOMY = taxonomy()


def happening(
    on: date | str,
    category: str,
    subtype: str = "",
    count: int | None = None,
    unit: str = "",
    p: float = 0.98,
    status: Status = "confirmed",
    known_at: datetime | None = None,
    key: str = "",
    outcome: str = "",
) -> Event:
    day = date.fromisoformat(on) if isinstance(on, str) else on
    return Event(
        id=f"{category}-{subtype}-{day}{key}",
        lane="reference",
        category=category,
        subtype=subtype,
        on=day,
        first_on=day,
        last_on=day,
        zone=SEOUL,
        status=status,
        p_occurred=p,
        count=count,
        unit=unit or UNITS.get(category, ""),
        place="",
        wires=1,
        sources=("table",),
        title="",
        known_at=known_at or end_of(day + timedelta(days=14), SEOUL),
        outcome=outcome,
    )


def timeline(events: Iterable[Event], view: View = "all", as_of: datetime = NOW) -> Timeline:
    return Timeline(as_of, view, tuple(sorted(events, key=lambda event: (event.on, event.id))))


def declared(
    category: str,
    first: str,
    last: str,
    subtypes: tuple[str, ...] = (),
    p_miss: float = 0.02,
    lag_days: int = 14,
) -> DeclaredCoverage:
    return DeclaredCoverage(
        "made-up",
        category,
        subtypes,
        SEOUL,
        date.fromisoformat(first),
        date.fromisoformat(last),
        p_miss,
        lag_days,
    )


def everything_declared(first: str = "2012-01-01", last: str = "2020-12-31") -> Coverage:
    """Every category covered over the whole period."""
    return Coverage((), tuple(declared(category, first, last) for category in KINDS))


def window(first: str, last: str, label: str = "w") -> Window:
    return Window(label, DateSpan(date.fromisoformat(first), date.fromisoformat(last)), SEOUL)


YEAR_2020 = window("2020-01-01", "2020-12-31", "2020")
YEAR_2019 = window("2019-01-01", "2019-12-31", "2019")


def measure(category: str, *subtypes: str, unit: str = "event", rate: str = "", min_p: float = 0.5) -> Measure:
    return Measure(EventFilter(category, subtypes, min_p=min_p), unit, "case", "", rate)


def yearly(name: str, first: int, *values: float) -> Series:
    return Series(name, name, "", tuple((str(first + i), float(v), "made up") for i, v in enumerate(values)))


def series() -> dict[str, Series]:
    halves = tuple(
        (f"{year}H{half}", 0.0 if year == 2018 or (year, half) == (2015, 2) else 1.0, "made up")
        for year in range(2012, 2020)
        for half in (1, 2)
    )
    all_of_them = [
        yearly("ballistic_launch_days", 2012, 2, 1, 6, 2, 15, 15, 0, 15),
        yearly("ballistic_missiles", 2012, 2, 6, 13, 2, 24, 21, 0, 27),
        Series("ballistic_launch_days_half", "launch days by half-year", "day", halves),
        yearly("icbm_test_days", 2012, 0, 0, 0, 0, 0, 3, 0, 0),
        yearly("nuclear_tests", 2006, 1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 2, 1, 0, 0),
        yearly("armed_attacks", 1999, 0, 0, 0, 1, *[0] * 7, 2, *[0] * 9),
        yearly("us_strikes_on_dprk", 1954, *[0] * 66),
        yearly("nuclear_use", 1954, *[0] * 66),
        yearly("war", 1954, *[0] * 66),
        yearly("accord_or_regime_end", 2012, *[0] * 8),
        yearly("disarmament", 2006, *[0] * 14),
        yearly("sipri_warheads", 2016, 10, 15, 15, 25, 35, 45),
        yearly("looks_like_2017", 2012, 0, 0, 0, 0, 0, 1, 0, 0),
        yearly("bok_growth", 2020, -4.5),
        yearly("us_growth", 2020, -3.5),
    ]
    return {each.id: each for each in all_of_them}


def facts() -> list[Event]:
    """The years 2016 to 2020 in brief: what the fifteen scored items turn on."""
    return [*_launches(), *_other()]


MARCH_2020 = (("2020-03-02", 2), ("2020-03-09", 3), ("2020-03-21", 2), ("2020-03-29", 2))


def _launches() -> list[Event]:
    found = [happening(on, "missile_test", "SRBM", count, "missile") for on, count in MARCH_2020]
    for year, missiles in ((2016, 24), (2017, 21), (2019, 27)):
        icbms = {3, 6, 9} if year == 2017 else set()
        for place in range(15):
            count = 1 + (place < missiles - 15)
            subtype = "ICBM" if place in icbms else "SRBM"
            on = date(year, 1, 5) + timedelta(days=23 * place)
            outcome = "flew over Japan" if year == 2017 and place in (4, 5) else ""
            found.append(happening(on, "missile_test", subtype, count, "missile", outcome=outcome))
    found.append(happening("2020-04-14", "missile_test", "CRUISE", 2, "missile"))
    return found


def _other() -> list[Event]:
    resolutions = ("2016-03-02", "2016-11-30", "2017-06-02", "2017-08-05", "2017-09-11", "2017-12-22")
    contacts = ("2017-05-08", "2017-06-06", "2017-06-12")
    return [
        *(happening(on, "nuclear_test") for on in ("2016-01-06", "2016-09-09", "2017-09-03")),
        *(happening(on, "sanctions", "unsc_resolution") for on in resolutions),
        *(happening(f"2017-{m:02}-20", "sanctions", "designation", 12, "designation") for m in range(1, 10)),
        *(happening(f"2020-{m:02}-14", "sanctions", "designation", 3, "designation") for m in (1, 3, 11, 12)),
        *(happening(on, "sanctions", "us_measure") for on in ("2017-09-21", "2017-11-20")),
        *(happening(f"2017-{m:02}-08", "threat", "leader_threat") for m in (4, 7, 8, 9, 10)),
        happening("2020-01-01", "threat", "leader_threat"),
        *(happening(f"2017-{m:02}-01", "exercise", "field") for m in (3, 11, 12)),
        happening("2017-08-21", "exercise", "command_post"),
        happening("2020-02-27", "exercise", "postponed"),
        happening("2020-08-18", "exercise", "command_post"),
        *(happening(on, "talks", "us_contact") for on in contacts),
        happening("2020-09-03", "development", "fissile_production"),
        happening("2020-10-10", "development", "new_system"),
        happening("2018-06-12", "policy_shift", "normalisation"),
        happening("2010-11-23", "armed_attack"),
    ]


LAUNCHES = measure("missile_test", "ballistic", unit="day", rate="ballistic_launch_days")
MISSILES = measure("missile_test", "ballistic", unit="missile")
TESTS = measure("nuclear_test", rate="nuclear_tests")
COVERED = everything_declared()
NOBODY = Coverage()


def finding(
    rule: Rule,
    events: Sequence[Event] = (),
    over: Window = YEAR_2020,
    coverage: Coverage = COVERED,
    view: View = "all",
    now: datetime = NOW,
) -> Finding:
    """What a rule comes to over a window, on these events and nothing else."""
    grounds = prepare(timeline(events, view, now), coverage, series(), TAXONOMY, now, date(2019, 12, 31))
    return find(rule, over, grounds)


def launch(on: str, count: int = 1, p: float = 0.98, status: Status = "confirmed", key: str = "") -> Event:
    return happening(on, "missile_test", "SRBM", count, "missile", p, status, key=key)
