"""From a score to the article behind it in four steps: the chain itself, the verb, the API and the page."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from doors_record import Record, at, card, event, piece, verdict
from river import StillClock, make_app, make_home
from web_asking import ask

from tracker.app import App
from tracker.core.coverage import DeclaredCoverage
from tracker.core.explaining import explain, explanation_fields
from tracker.core.verdicts import Reason


def test_the_chain_leads_from_the_score_to_the_articles() -> None:
    pieces = (
        piece("e-2020", "late", at(3), publisher="herald", url="https://herald.example/late"),
        piece("e-2020", "early", at(2)),
        piece("e-2020", "talk", at(2), role="context"),
    )
    found = explain(verdict("f1"), card("f1"), {"e-2020": event("e-2020")}, {"e-2020": pieces})
    assert found.score is not None
    assert found.score.brier.mid == pytest.approx(0.09)
    (deciding,) = found.deciding
    assert [each.key for each in deciding.articles] == ["early", "late"], "in the order known, talk left out"
    plain = explanation_fields(found)
    assert plain["score"]["p"] == {"low": 0.6, "mid": 0.7, "high": 0.8}
    assert plain["verdict"]["reasons"] == ["Two sightings in 2020."]
    assert plain["events"][0]["articles"][0]["url"] == "https://bugle.example/early"


def test_silence_leads_to_what_the_table_says_of_itself() -> None:
    def told(category: str, table: str = "almanac") -> DeclaredCoverage:
        day = at(1).date()
        return DeclaredCoverage(table, category, (), "Asia/Seoul", day, day, 0.02, 14, "Compared\nwith the herald.")

    inner = [{"code": "counted", "data": {"category": "comet", "subtypes": []}}]
    reasons = (
        Reason("part", "a part", {"reasons": [*inner, {"code": "silence", "data": {"tables": ["almanac"]}}]}),
        Reason("series", "a figure", {"cited": ["The Almanac, 2020"]}),
    )
    found = explain(
        verdict("f1", reasons=reasons, events=()),
        None,
        {},
        {},
        (told("comet"), told("fair"), told("comet", "another")),
    )
    (listening,) = found.listening
    assert (listening.table, listening.category, listening.source) == ("almanac", "comet", "Compared with the herald.")
    assert found.cited == ("The Almanac, 2020",)


def test_what_is_not_scored_or_not_decided_has_no_score_but_a_chain() -> None:
    for changes in ({"scored": False}, {"claim_held": None, "verdict": "open"}):
        found = explain(verdict("f1", **changes), card("f1"), {}, {})
        assert found.score is None
        assert explanation_fields(found)["score"] is None


def test_the_api_gives_the_chain() -> None:
    answer = ask("/api/v1/forecasts/f1/explain?evidence=news")
    assert answer.status_code == 200, answer.text
    (first,) = answer.json()["explanations"]
    assert first["events"][0]["articles"][1]["url"] == "https://herald.example/b"
    assert ask("/api/v1/forecasts/nothing/explain").status_code == 404


def test_the_page_shows_the_four_steps() -> None:
    text = ask("/forecasts/f1").text
    places = [text.index(words) for words in ("The score.", "The verdict.", "What decided it.", "herald.example/b")]
    assert places == sorted(places)
    assert "60 to 80" in text, "the ends of the band stand beside its middle"
    assert ask("/forecasts/nothing").status_code == 404


def test_the_pages_of_a_past_day_say_so_and_refuse_what_is_no_day() -> None:
    for path in ("/", "/forecasts/f1", "/indicators"):
        text = ask(f"{path}?as_of=2020-03-31").text
        assert "As known at the end of 31 March 2020 in Korea." in text
        assert "as_of=2020-03-31" in text, "its links stay on that day"
        for day, told in (("yesterday", "give a day such as"), ("2021-02-30", "the calendar has no such day")):
            answer = ask(f"{path}?as_of={day}")
            assert answer.status_code == 422
            assert told in answer.text


def test_hostile_articles_stay_text_on_the_claim_s_page() -> None:
    bad = piece("e-2020", "x", at(2), title="<script>alert(1)</script>", url="javascript:alert(1)")
    record = Record()
    record.details["e-2020"] = type(record.details["e-2020"])(event("e-2020"), (bad,))
    text = ask("/forecasts/f1", record).text
    assert "<script" not in text
    assert "javascript:" not in text


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> App:
    made = make_app(make_home(tmp_path_factory.mktemp("chains")), StillClock(datetime(2024, 6, 1, tzinfo=UTC)))
    made.ready()
    return made


def test_every_scored_item_of_the_brief_leads_to_a_source(app: App) -> None:
    scored = {each.forecast for each in app.verdicts("all") if each.scored}
    assert len(scored) == 14
    for forecast in scored:
        for found in app.explain(forecast):
            if found.score is None:
                continue
            articles = [piece for each in found.deciding for piece in each.articles]
            sources = [each.source for each in found.listening if each.source]
            assert articles or sources or found.cited, f"{forecast} ends in nothing"


def test_as_of_a_day_no_later_article_is_shown(app: App) -> None:
    day = datetime(2020, 3, 20, tzinfo=UTC)
    (found,) = (each for each in app.explain("F29b", "all", day) if each.verdict.scored)
    assert found.deciding
    assert all(piece.known_at <= day for each in found.deciding for piece in each.articles)


def test_a_comparison_shows_the_events_of_the_years_it_compares_with(app: App) -> None:
    (found,) = (each for each in app.explain("F09") if each.verdict.scored)
    assert {each.event.on.year for each in found.deciding} == {2020}
    (year,) = found.compared
    assert (year.span.first.year, year.span.last.year, year.nouns) == (2019, 2019, ("ballistic launch days",))
    counted = next(reason for reason in found.verdict.reasons if "in 2019" in reason.text and reason.code == "counted")
    assert len(year.events) == counted.data["count"] == 14
    assert all(each.articles for each in year.events), "step four: who says so"
    nearest = next(each for each in app.explain("F25") if each.verdict.reading == "nearest-year")
    assert [each.span.first.year for each in nearest.compared] == [2016, 2017, 2019], "2018 had none"
    assert len({one.event.id for each in nearest.compared for one in each.events}) == sum(
        len(each.events) for each in nearest.compared
    ), "each event once"
    (alone,) = app.explain("F29b")
    assert alone.compared == (), "nothing is compared"


def test_as_of_a_day_nothing_later_is_compared_with(app: App) -> None:
    day = datetime(2019, 9, 1, tzinfo=UTC)
    (found,) = (each for each in app.explain("F09", "all", day) if each.verdict.scored)
    (year,) = found.compared
    assert 0 < len(year.events) < 14
    assert all(piece.known_at <= day for each in year.events for piece in each.articles)


def test_the_events_compared_with_stand_in_the_api_and_on_the_page(app: App) -> None:
    claim = next(each.forecast for each in app.verdicts("all") if each.ref == "F09")
    (first, *_) = ask(f"/api/v1/forecasts/{claim}/explain", app).json()["explanations"]
    (year,) = first["compared"]
    assert (year["first_on"], year["last_on"], len(year["events"])) == ("2019-01-01", "2019-12-31", 14)
    assert year["events"][0]["articles"][0]["url"].startswith("https://")
    page = ask(f"/forecasts/{claim}", app).text
    assert "Counted in 2019 to compare with: 14 events (ballistic launch days)" in page
    assert f'href="/events/{year["events"][0]["id"]}"' in page


def test_the_scoreboard_of_a_past_day_shows_what_was_known_then(app: App) -> None:
    then, now = (ask(f"/{query}", app).text for query in ("?as_of=2020-12-31", ""))
    assert "Of 15 scored items, 9 held and 6 did not." in now
    assert "Mean Brier score by verbal table" in now
    assert '<th scope="row">Kesselman</th><td>6 of 15</td>' in now
    assert "Of 15 scored items, 3 held, 0 did not and 12 are undecided." in then, "silence has decided nothing yet"
    assert "/?evidence=news&amp;as_of=2020-12-31" in then
    early = ask("/?as_of=2020-03-20", app).text
    assert "2 March 2020" in early, "known on the 16th"
    assert ": 2 and 9 March 2020" not in early, "the second is known on the 23rd"
    assert ": 2, 9, 21 and 29 March 2020" in now
    assert '<b aria-current="page">now</b>' in now
    assert 'href="/?evidence=all&amp;as_of=2020-12-31">31 December 2020</a>' in now
