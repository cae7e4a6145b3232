"""Another document: five claims about another year beside the brief's, without a line of code."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from river import StillClock, make_app, make_home
from web_asking import PAGES, ask

from tracker.app import App
from tracker.catalog.beliefs import read_beliefs

DOCUMENT = Path(__file__).parent / "fixtures" / "forecasts" / "a-quiet-year-2018.toml"
ID = "a-quiet-year-2018"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> App:
    """A home with both documents, judged."""
    home = make_home(tmp_path_factory.mktemp("second"))
    shutil.copy(DOCUMENT, home / "config" / "forecasts")
    made = make_app(home, StillClock(datetime(2024, 6, 1, tzinfo=UTC)))
    made.ready()
    return made


def test_check_is_content_with_both(app: App) -> None:
    beliefs = read_beliefs(app.settings.config_folder, strict=True)
    assert [each.id for each in beliefs.documents] == [ID, "deter-and-normalize-2020"]
    assert sum(each.document == ID for each in beliefs.forecasts) == 5


def test_its_claims_come_out_as_2018_went(app: App) -> None:
    found = {each.ref: each for each in app.verdicts("all") if each.ref.startswith("M")}
    assert {ref: each.verdict for ref, each in found.items()} == {
        "M1": "yes",
        "M2": "yes",
        "M3": "no",
        "M4": "yes",
        "M5": "annulled",
    }
    assert found["M3"].p_reference == pytest.approx((5 + 0.5) / 13), "tests in 5 of the 12 years to 2017"
    assert found["M5"].claim_held is None


def test_its_scores_stand_apart_from_the_brief_s(app: App) -> None:
    own, brief, both = (app.scores("all", None, each) for each in (ID, "deter-and-normalize-2020", ""))
    assert (own["n"], brief["n"], both["n"]) == (3, 15, 18)
    assert own["brier"]["mid"] == pytest.approx((0.35**2 + 0.07**2 + 0.75**2) / 3)
    assert own["clusters"] == 2


def test_adding_it_changes_no_verdict_of_the_brief(app: App, tmp_path: Path) -> None:
    alone = make_app(make_home(tmp_path), StillClock(datetime(2024, 6, 1, tzinfo=UTC)))
    alone.ready()
    with_both = [each for each in app.verdicts("all") if not each.ref.startswith("M")]
    assert with_both == list(alone.verdicts("all"))
    alone.close()


def test_the_page_and_the_api_show_one_document_at_a_time(app: App) -> None:
    page = ask(f"/?document={ID}", app)
    assert page.status_code == 200
    assert "A quiet year ahead?" in page.text
    assert "n = 3" in page.text
    assert "No ballistic missile will fly in 2018." in page.text
    assert "resemble the tense year 2017" not in page.text
    document = ask(f"/api/v1/forecasts?document={ID}", app).json()
    assert [each["ref"] for each in document["forecasts"]] == ["M1", "M2", "M3", "M4", "M5"]
    assert document["scores"]["n"] == 3
    assert ask("/?document=nothing", app).status_code == 404
    assert ask("/api/v1/forecasts?document=nothing", app).status_code == 422
    assert PAGES is not None


def test_its_baseline_ends_before_the_document(app: App) -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    late = text.replace('last = "2017", hit = "at_most"', 'last = "2018", hit = "at_most"')
    assert late != text
    folder = app.settings.config_folder.parent / "late"
    shutil.copytree(app.settings.config_folder, folder)
    (folder / "forecasts" / DOCUMENT.name).write_text(late, encoding="utf-8")
    with pytest.raises(Exception, match="ends after the document's day"):
        read_beliefs(folder)
