"""The JSON API as an analyst's program meets it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
import schemathesis
from doors_record import Record, event, piece
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.specs.openapi.checks import positive_data_acceptance
from web_asking import PAGES, ask

from tracker.core.details import EventDetail, Health
from tracker.web.api import create_api

EVENTS = "/api/v1/events"

EVENT_FIELDS = {
    "id", "lane", "category", "subtype", "on", "first_on", "last_on", "zone", "status", "p_occurred", "count",
    "place", "wires", "sources", "title",
}  # fmt: skip
RESULT_FIELDS = {
    "reading", "window", "scored", "verdict", "claim_held", "p_yes", "decided_on", "margin", "reasons", "events",
    "p_implied", "p_reference", "brier", "by", "outlook", "turns", "brier_band",
}  # fmt: skip


def ids(path: str, record: Record | None = None) -> list[str]:
    answer = ask(path, record)
    assert answer.status_code == 200, answer.text
    return [each["id"] for each in answer.json()["events"]]


def test_the_timeline_has_the_agreed_shape() -> None:
    document = ask(EVENTS).json()
    assert set(document) == {"as_of", "evidence", "events", "next"}
    assert (document["as_of"], document["evidence"], document["next"]) == (None, "all", None)
    assert set(document["events"][0]) >= EVENT_FIELDS


def test_the_forecasts_have_the_agreed_shape() -> None:
    document = ask("/api/v1/forecasts?evidence=news&as_of=2020-03-31").json()
    assert (document["as_of"], document["evidence"]) == ("2020-03-31", "news")
    first = document["forecasts"][0]
    assert {"id", "ref", "kind", "results"} <= set(first)
    assert set(first["results"][0]) == RESULT_FIELDS
    assert first["results"][0]["p_implied"] == {"low": 0.6, "mid": 0.7, "high": 0.8}
    assert document["scores"] == {"n": 2, "mean_brier": 0.29}
    assert ask("/api/v1/forecasts/f1").json()["results"] == first["results"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["e-2017", "e-2020", "e-fair"]),
        ("?all=true", ["e-2017", "e-2020", "e-fair", "e-rumour"]),
        ("?from=2020-03-02&to=2020-03-02", ["e-2020"]),
        ("?category=fair", ["e-fair"]),
        ("?subtype=bright&from=2018-01-01", ["e-2020"]),
        ("?text=HERALD%20comets&limit=1", ["e-2017"]),
        ("?text=herring", []),
        ("?evidence=reference", []),
    ],
)
def test_events_can_be_asked_for(query: str, found: list[str]) -> None:
    assert ids(EVENTS + query) == found


def test_as_of_means_the_end_of_that_day_in_korea() -> None:
    record = Record()
    assert ids(f"{EVENTS}?as_of=2020-03-01&evidence=news", record) == ["e-2017"]
    assert record.asked == [("news", datetime(2020, 3, 1, 15, tzinfo=UTC))]


@given(st.lists(st.dates(date(2016, 1, 1), date(2016, 1, 9)), max_size=25), st.integers(1, 10))
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_pages_of_events_hold_each_event_once_and_in_order(days: list[date], limit: int) -> None:
    events = tuple(event(f"e{number:02}", on) for number, on in enumerate(days))
    record, seen, cursor = Record(events), [], ""
    while True:
        document = ask(f"{EVENTS}?limit={limit}{cursor}", record).json()
        seen += [(each["on"], each["id"]) for each in document["events"]]
        assert len(document["events"]) <= limit
        if document["next"] is None:
            break
        cursor = f"&cursor={document['next']}"
    assert seen == sorted((each.on.isoformat(), each.id) for each in events)


def test_one_event_comes_with_evidence_links_and_history() -> None:
    document = ask(f"{EVENTS}/e-2020").json()
    assert [each["key"] for each in document["evidence"]] == ["a", "b"]
    assert document["links"][0]["differences"][1] == {"field": "count", "news": "2", "reference": "3"}
    assert document["history"][0]["at"] == "2020-03-02T01:00:00Z"


def test_an_address_that_is_no_web_address_is_never_handed_out() -> None:
    bad = EventDetail(event("x"), (piece("x", "a", event("x").known_at, url="javascript:alert(1)"),))
    document = ask(f"{EVENTS}/x", Record(events=(event("x"),), details={"x": bad})).json()
    assert document["evidence"][0]["url"] is None


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("?fron=2020-01-01", "fron"),
        ("?from=20200101", "such as 2020-03-02"),
        ("?from=2020-02-30", "from"),
        ("?as_of=0001-01-01", "1900 to 2199"),
        ("?from=2020-02-02&to=2020-01-01", "swap them"),
        ("?limit=1001", "limit"),
        ("?limit=0", "limit"),
        ("?all=1", "true or false"),
        ("?evidence=rumours", "evidence"),
        ("?category=comets", "did you mean 'comet'"),
        ("?subtype=brigt", "did you mean 'bright'"),
        ("?category=fair&subtype=bright", "subtype"),
        ("?cursor=zzz", "cursor"),
        ("?cursor=%F0%9F%98%80", "cursor"),
    ],
)
def test_a_mistaken_question_is_told_what_is_wrong(path: str, told: str) -> None:
    answer = ask(EVENTS + path)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["status"], problem["type"]) == (422, "about:blank")
    assert any(told in error for error in problem["errors"]), problem


@pytest.mark.parametrize("path", [f"{EVENTS}/nothing", "/api/v1/forecasts/nothing", "/api/v1/nothing"])
def test_what_is_not_there_is_a_problem_document(path: str) -> None:
    answer = ask(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"]


def test_other_verbs_are_refused() -> None:
    answer = ask(EVENTS, method="POST")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")


def test_the_feeds_tell_how_they_are_doing() -> None:
    herald, gazette = ask("/api/v1/feeds").json()["feeds"]
    assert (herald["outcome"], herald["condition"], herald["verified"]) == ("never tried", "untried", False)
    assert (gazette["outcome"], gazette["condition"], gazette["failures"]) == ("bot_wall", "walled", 1.5)


def test_health_tells_the_operator_and_a_load_balancer() -> None:
    well = ask("/api/v1/health")
    assert well.status_code == 200
    assert well.json()["lags"][0] == {"step": "read", "waiting": 3, "oldest_s": 12.5}
    ill = ask("/api/v1/health", Record(state=Health(False, ("No feed has answered since Monday.",))))
    assert ill.status_code == 503
    assert ill.json()["problems"] == ["No feed has answered since Monday."]
    assert ill.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", [EVENTS, "/api/v1/forecasts", "/", "/style.css", "/events/e-2020"])
def test_an_unchanged_answer_costs_nothing(path: str) -> None:
    record = Record()
    first = ask(path, record)
    tag = first.headers["etag"]
    for asked in (tag, f'W/{tag}, "other"', "*"):
        again = ask(path, record, headers={"if-none-match": asked})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
    assert ask(path, record, headers={"if-none-match": '"other"'}).status_code == 200


def test_a_changed_record_has_another_tag() -> None:
    record = Record()
    before = ask(EVENTS, record).headers["etag"]
    record.events = (replace(record.events[0], wires=9), *record.events[1:])
    assert ask(EVENTS, record).headers["etag"] != before


class Broken(Record):
    def health(self) -> Health:
        raise RuntimeError("secret of the house")


@pytest.mark.parametrize("path", ["/", EVENTS, "/nothing", f"{EVENTS}/nothing", "/api/v1/health"])
def test_every_answer_keeps_browsers_strict(path: str) -> None:
    answer = ask(path, Broken(), headers={"origin": "https://elsewhere.example"})
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "script-src" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert not [name for name in answer.headers if name.startswith("access-control")]
    assert "secret" not in answer.text


def test_trouble_inside_is_a_problem_without_its_insides() -> None:
    answer = ask("/api/v1/health", Broken())
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert "log" in answer.json()["detail"]


def test_the_description_is_openapi_3_1_and_complete() -> None:
    document = ask("/api/v1/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert set(document["paths"]) == {
        EVENTS, f"{EVENTS}/{{event_id}}", "/api/v1/forecasts", "/api/v1/forecasts/{forecast_id}",
        "/api/v1/forecasts/{forecast_id}/explain", "/api/v1/forecasts/{forecast_id}/history",
        "/api/v1/indicators", "/api/v1/feeds", "/api/v1/health",
        "/api/v1/corrections", f"{EVENTS}/{{event_id}}/history",
        "/api/v1/reconcile", "/api/v1/changes",
    }  # fmt: skip
    everything = [(path, each) for path, operations in document["paths"].items() for each in operations.values()]
    for path, operation in everything:
        assert operation["summary"], path
        assert operation["description"], path
        described = [each.get("description") or each["in"] == "path" for each in operation.get("parameters", [])]
        assert all(described), path
        for status in {"404", "422"} & set(operation["responses"]):
            assert list(operation["responses"][status]["content"]) == ["application/problem+json"]
    assert "HTTPValidationError" not in document["components"]["schemas"]


schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", create_api(Record(), PAGES))


@schema.parametrize()
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
def test_answers_keep_to_the_description(case: schemathesis.Case) -> None:
    # Not every sentence fits a schema: that `from` comes before `to`, which categories there are, what a cursor is.
    response = case.call_and_validate(excluded_checks=[positive_data_acceptance])
    assert response.status_code < 500


def test_head_is_answered_like_get_without_a_body() -> None:
    got, head = ask("/api/v1/events"), ask("/api/v1/events", method="HEAD")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == got.headers["etag"]
