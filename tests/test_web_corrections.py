"""Correcting over the API: whose key writes, what is refused and how, and what everyone may read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from river import LAUNCH, flow, make_app, make_home, write_archive
from web_asking import ask

from tracker.app import App

WHERE = "/api/v1/corrections"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    folder: Path = tmp_path_factory.mktemp("desk")
    made = make_app(make_home(folder, reference=False))
    flow(made, write_archive(folder / "rows.jsonl", LAUNCH))
    yield made
    made.close()


@pytest.fixture
def key(app: App) -> str:
    return app.desk.new_key("R. Reader")[0]


def event(app: App) -> dict[str, Any]:
    (found,) = ask("/api/v1/events?all=true", app).json()["events"]
    return dict(found)


def post(app: App, key: str = "", **fields: Any) -> httpx.Response:
    headers = {"authorization": f"Bearer {key}"} if key else {}
    return ask(WHERE, app, "POST", json=fields, headers=headers)


def redate(app: App, **fields: Any) -> dict[str, Any]:
    at = event(app)
    return {"action": "redate", "event": at["id"], "seen": at["version"], "reason": "read it", **fields}


def test_a_correction_is_kept_under_the_name_of_the_key(app: App, key: str) -> None:
    before = event(app)
    answer = post(app, key, **redate(app, on="2024-03-06"))
    assert answer.status_code == 201, answer.text
    assert answer.headers["cache-control"] == "no-store"
    made = answer.json()
    assert (made["correction"]["author"], made["correction"]["words"]) == ("R. Reader", "moved it to 6 March 2024")
    assert made["event"] == event(app)
    assert (event(app)["on"], event(app)["corrections"]) == ("2024-03-06", [made["correction"]["seq"]])
    history = ask(f"/api/v1/events/{before['id']}/history", app).json()
    assert [(each["on"], each["version"]) for each in history["machine"]] == [("2024-03-05", before["version"])]
    assert history["corrections"][-1]["holds"]
    assert len(history["evidence"]) == 3
    gone = post(app, key, action="withdraw", correction=made["correction"]["seq"], reason="misread")
    assert gone.status_code == 201
    assert event(app) == before
    assert ask(f"{WHERE}?limit=1", app).json()["corrections"][0]["withdrawn"]["reason"] == "misread"


def test_a_stale_correction_is_told_what_changed(app: App, key: str) -> None:
    old = redate(app, on="2024-03-07")
    assert post(app, key, **redate(app, on="2024-03-06", reason="the paper says so")).status_code == 201
    answer = post(app, key, **old)
    assert (answer.status_code, answer.headers["content-type"]) == (409, "application/problem+json")
    assert any("the paper says so" in error for error in answer.json()["errors"])
    assert any("day: 5 March 2024 before, 6 March 2024 now" in error for error in answer.json()["errors"])
    number = ask(WHERE, app).json()["corrections"][0]["seq"]
    assert post(app, key, action="withdraw", correction=number, reason="back").status_code == 201


def test_without_a_key_nothing_is_written(app: App, key: str) -> None:
    before = ask(WHERE, app).json()
    handle = key.partition(".")[0]
    for header in (
        "",
        "Bearer",
        "Bearer ",
        f"Basic {key}",
        f"Bearer {handle}",
        f"Bearer {handle}.x",
        "Bearer \xe9",
        f"Bearer {key}x",
    ):
        answer = ask(
            WHERE, app, "POST", json=redate(app, on="2024-03-06"), headers={"authorization": header.encode("latin-1")}
        )
        assert answer.status_code == 401, header
        assert answer.headers["www-authenticate"] == "Bearer"
        assert answer.headers["content-type"] == "application/problem+json"
    app.desk.revoke_key(handle)
    refused = post(app, key, **redate(app, on="2024-03-06"))
    assert refused.status_code == 403
    assert "taken back" in refused.json()["detail"]
    assert ask(WHERE, app).json() == before


def test_a_key_is_kept_as_a_hash_and_shown_once(app: App, key: str) -> None:
    stored = b"".join(path.read_bytes() for path in app.settings.data.glob("*.sqlite3*"))
    secret = key.partition(".")[2]
    assert len(secret) > 40
    assert key.partition(".")[0].encode() in stored
    assert secret.encode() not in stored
    assert not [each for each in app.desk.known_keys() if secret in repr(each)]


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"on": "2099-01-01"}, "in the future"),
        ({"on": "06.03.2024"}, "such as 2020-03-02"),
        ({"on": "2024-03-06", "author": "Somebody Else"}, "author"),
        ({"on": "2024-03-06", "reason": " "}, "reason is empty"),
        ({"on": "2024-03-06", "reason": "x" * 1001}, "reason"),
        ({"on": "2024-03-06", "reason": "a\u0000b"}, "U+0000"),
        ({"on": "2024-03-06", "seen": ""}, "seen"),
        ({"on": "2024-03-06", "event": "nothing"}, "no event 'nothing'"),
        ({"action": "rewrite"}, "action"),
        ({"action": "relabel", "count": True}, "count"),
        ({"action": "relabel", "count": 1e300}, "count"),
        ({"action": "relabel", "place": "<script>"}, "not known"),
        ({"action": "add", "category": "talks", "title": "t", "urls": ["x"] * 21}, "urls"),
        ({"action": "withdraw", "correction": 1}, "nothing to do with event"),
    ],
)
def test_a_bad_correction_is_a_problem_that_says_so(app: App, key: str, fields: dict[str, Any], told: str) -> None:
    before = ask(WHERE, app).json()
    answer = post(app, key, **redate(app, **fields))
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert any(told in error for error in answer.json()["errors"]), answer.text
    assert ask(WHERE, app).json() == before


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "application/json", 422),
        (b"[" * 60_000, "application/json", 422),
        (b"null", "application/json", 422),
        (b'{"action": "\xff"}', "application/json", 422),
        (b'{"reason": "' + b"x" * 70_000 + b'"}', "application/json", 413),
        (json.dumps({"action": "affirm"}).encode(), "text/plain", 415),
    ],
)
def test_a_body_that_is_no_correction_is_refused(app: App, key: str, body: bytes, kind: str, status: int) -> None:
    headers = {"authorization": f"Bearer {key}", "content-type": kind}
    answer = ask(WHERE, app, "POST", content=body, headers=headers)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert ask(WHERE, app, "POST", content=body, headers={"content-type": kind}).status_code == 401


def test_the_journal_is_read_in_pages_and_an_unknown_history_is_none(app: App, key: str) -> None:
    for day in ("2024-03-06", "2024-03-07", "2024-03-08"):
        assert post(app, key, **redate(app, on=day)).status_code == 201
    first = ask(f"{WHERE}?limit=2", app).json()
    rest = ask(f"{WHERE}?limit=200&before={first['next']}", app).json()
    numbers = [each["seq"] for each in (*first["corrections"], *rest["corrections"])]
    assert numbers == sorted(numbers, reverse=True)
    assert rest["next"] is None
    assert len(numbers) == len(app.desk.corrections())
    for number in numbers[:3]:
        assert post(app, key, action="withdraw", correction=number, reason="back").status_code == 201
    assert post(app, key, action="withdraw", correction=10**30, reason="back").status_code == 422
    assert ask("/api/v1/events/nothing/history", app).status_code == 404
    assert ask(f"{WHERE}?after=1", app).status_code == 422
    assert ask(WHERE, app, "PUT").headers["allow"] == "GET, POST"


def test_the_page_shows_the_machine_and_the_analysts_side_by_side(app: App, key: str) -> None:
    plain = ask(f"/events/{event(app)['id']}", app).text
    assert "Analysts say" not in plain
    made = post(app, key, **redate(app, on="2024-03-09", reason="<script>alert(1)</script>")).json()
    page = ask(f"/events/{event(app)['id']}", app).text
    machine, _, analysts = page.partition("The machine says")[2].partition("Analysts say")
    assert "5 March 2024" in machine
    assert "R. Reader" in analysts
    assert "moved it to 9 March 2024" in analysts
    assert "&lt;script&gt;alert(1)" in analysts
    assert "<script" not in page
    number = made["correction"]["seq"]
    assert post(app, key, action="withdraw", correction=number, reason="back").status_code == 201
    assert ask(f"/events/{event(app)['id']}", app).text == plain
