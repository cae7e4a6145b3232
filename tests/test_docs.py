"""The papers tell the truth: every setting, verb, route and link is there; nothing of one machine is in the tree."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer.main
from doors_record import Record
from web_asking import PAGES

from tracker import __version__
from tracker.catalog.beliefs import Beliefs, read_beliefs
from tracker.cli.main import program
from tracker.settings import FOR_TESTS_ONLY, PREFIX, Settings
from tracker.web.api import create_api

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
PAPERS = sorted(
    [
        *ROOT.glob("*.md"),
        *DOCS.rglob("*.md"),
        *(ROOT / "config").rglob("*.md"),
        *(ROOT / "models").rglob("*.md"),
    ]
)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


@cache
def paper(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@cache
def beliefs() -> Beliefs:
    return read_beliefs(ROOT / "config", strict=True)


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_every_setting_stands_in_its_table_with_its_default() -> None:
    rows = {row[0]: row[1] for row in re.findall(r"^\| `(TRACKER_\w+)` \| (.+?) \|", paper(DOCS / "settings.md"), re.M)}
    assert set(rows) == {PREFIX + name.upper() for name in Settings.model_fields}
    for name, field in Settings.model_fields.items():
        if isinstance(field.default, str | int | float) and field.default != "":
            assert rows[PREFIX + name.upper()] == f"`{field.default}`"


@pytest.mark.parametrize("path", [*PAPERS, ROOT / "Dockerfile", ROOT / "docker-compose.yml"], ids=named)
def test_no_paper_names_a_setting_that_is_none(path: Path) -> None:
    known = {PREFIX + name.upper() for name in Settings.model_fields} | FOR_TESTS_ONLY
    assert set(re.findall(r"TRACKER_[A-Z_]*[A-Z]", paper(path))) <= known


def verbs() -> Iterator[tuple[str, list[str]]]:
    """Every verb with its words ("db backup") and its options, as the program itself knows them."""

    def walk(command: Any, words: tuple[str, ...]) -> Iterator[tuple[str, list[str]]]:
        inner = getattr(command, "commands", None)
        if inner:
            for name, each in inner.items():
                yield from walk(each, (*words, name))
        else:
            yield (
                " ".join(words),
                [opt for each in command.params for opt in each.opts if opt.startswith("--")],
            )

    yield from walk(typer.main.get_command(program), ())


def sections(text: str) -> dict[str, str]:
    """What stands under each verb's heading; one heading may name several."""
    found: dict[str, str] = {}
    for part in re.split(r"^### ", text, flags=re.MULTILINE)[1:]:
        heading, _, body = part.partition("\n")
        found |= dict.fromkeys(re.findall(r"`([^`]+)`", heading), body.split("\n## ")[0])
    return found


def test_the_commands_page_names_the_verbs_there_are_and_no_others() -> None:
    assert set(sections(paper(DOCS / "commands.md"))) == {verb for verb, _ in verbs()}


@pytest.mark.parametrize(("verb", "options"), list(verbs()), ids=lambda value: value if isinstance(value, str) else "")
def test_every_option_stands_with_its_verb(verb: str, options: list[str]) -> None:
    page = paper(DOCS / "commands.md")
    # --json is said once, for all verbs, at the top of the page.
    said = sections(page)[verb] + page.partition("\n## ")[0]
    assert [option for option in options if option not in said] == []


def routes() -> dict[str, Any]:
    paths: dict[str, Any] = create_api(Record(), PAGES).openapi()["paths"]
    return paths


def test_every_route_and_query_stands_on_the_api_page() -> None:
    page = paper(DOCS / "api.md")
    there = {(method.upper(), path): each for path, every in routes().items() for method, each in every.items()}
    assert set(re.findall(r"^## `([A-Z]+) (/api/\S+)`", page, re.MULTILINE)) == set(there)
    for (method, path), operation in there.items():
        section = page.partition(f"## `{method} {path}`")[2].partition("\n## ")[0]
        assert "curl" in section, path
        asked = [each["name"] for each in operation.get("parameters", ()) if each["in"] == "query"]
        assert [name for name in asked if f"`{name}`" not in section] == []


def test_every_page_for_people_stands_on_the_api_page() -> None:
    api = create_api(Record(), PAGES)
    own = {path for route in api.routes if (path := getattr(route, "path", ""))} - set(routes())
    assert own == {
        "/", "/feeds", "/indicators", "/forecasts/{forecast_id}", "/reconcile", "/changes.atom", "/events/{event_id}",
        "/style.css", "/api/v1/openapi.json",
    }  # fmt: skip
    assert [path for path in own if f"`{path}`" not in paper(DOCS / "api.md")] == []


def anchors(path: Path) -> set[str]:
    """The places in a page that a link may lead to, as repository pages make them from headings."""
    heads = re.findall(r"^#+ (.+)$", FENCE.sub("", paper(path)), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("path", PAPERS, ids=named)
def test_every_link_leads_somewhere(path: Path) -> None:
    broken = []
    for target in LINK.findall(FENCE.sub("", paper(path))):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        there = (path.parent / file).resolve() if file else path
        if not there.exists() or (anchor and there.suffix == ".md" and anchor not in anchors(there)):
            broken.append(target)
    assert broken == []


def test_every_page_and_picture_can_be_reached_from_the_readme() -> None:
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        path = waiting.pop()
        if path in reached or not path.is_file():
            continue
        reached.add(path)
        if path.suffix == ".md":
            links = LINK.findall(FENCE.sub("", paper(path)))
            waiting += [(path.parent / link.partition("#")[0]).resolve() for link in links if "://" not in link]
    assert sorted(named(path) for path in DOCS.rglob("*") if path.is_file() and path not in reached) == []


def test_the_readme_names_the_two_commands_and_what_is_not_there() -> None:
    text = paper(ROOT / "README.md")
    assert re.search(r"^\./run\s+#", text, re.MULTILINE)
    assert re.search(r"^\./run test\s+#", text, re.MULTILINE)
    assert "Python 3.11" in text
    for missing in ("Access keys", "PostgreSQL", "written after the window"):
        assert missing in text


@pytest.mark.parametrize("path", PAPERS, ids=named)
def test_commands_shown_in_the_papers_exist(path: Path) -> None:
    known = {verb.split()[0] for verb, _ in verbs()} | {"test"}
    pairs = {verb for verb, _ in verbs()}
    code = [re.sub(r" #.*", "", part) for part in (*FENCE.findall(paper(path)), *re.findall(r"`[^`\n]+`", paper(path)))]
    for first, second in re.findall(r"\./run ([a-z]+)(?: ([a-z]+))?", "\n".join(code)):
        assert first in known, f"./run {first}"
        if first in ("correct", "db", "keys", "subscribers") and second:
            assert f"{first} {second}" in pairs


def test_the_changes_begin_with_unreleased_and_hold_this_version() -> None:
    heads = re.findall(r"^## (.+)$", paper(ROOT / "CHANGELOG.md"), re.MULTILINE)
    assert heads[0] == "Unreleased"
    assert any(head.startswith(__version__) for head in heads[1:])


def test_every_decision_is_listed_dated_and_complete() -> None:
    pages = sorted((DOCS / "decisions").glob("[0-9]*.md"))
    listed = re.findall(r"\]\((\d{4}-[^)]+\.md)\)", paper(DOCS / "decisions" / "README.md"))
    assert [page.name for page in pages] == listed
    for page in pages:
        assert re.search(r"^\d{4}-\d\d-\d\d$", paper(page), re.MULTILINE), page.name
        assert re.findall(r"^## (.+)$", paper(page), re.MULTILINE) == [
            "Context",
            "Decision",
            "Consequences",
        ], page.name


def test_figures_about_the_model_are_those_of_its_metrics() -> None:
    reading = paper(DOCS / "reading.md")
    folder = re.search(r"models/([\w-]+)/CARD\.md", reading)
    assert folder is not None
    metrics = json.loads((ROOT / "models" / folder[1] / "metrics.json").read_text(encoding="utf-8"))
    for key, label in (
        ("micro_f1", "categories, micro"),
        ("macro_f1", "categories, macro"),
        ("mode_of_tagged_f1", "mode, macro, rows with a category"),
        ("calibration_error", "calibration error"),
    ):
        row = re.search(rf"^\| {label} \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \|", reading, re.MULTILINE)
        assert row is not None, label
        said = tuple(f"{metrics[name][key]:.3f}" for name in ("model", "rules", "tfidf", "majority"))
        assert row.groups() == said, label


def test_the_observer_the_papers_call_active_is() -> None:
    active = beliefs().observers.active
    assert active.kind == "model"
    assert f"`{active.artefact}` is active" in paper(DOCS / "decisions" / "0017-the-model-reads.md")
    assert f"models/{active.artefact}/CARD.md" in paper(DOCS / "reading.md")


def test_the_numbers_of_placing_are_the_config_s() -> None:
    policy = beliefs().policy
    text = paper(DOCS / "events.md")
    said = dict(re.findall(r"(official|agency|state media|outlet|carrier|unknown|social)\s+(0\.\d\d)", text))
    assert {kind.replace(" ", "_"): float(p) for kind, p in said.items()} == dict(policy.reliability)
    certainty = dict(re.findall(r"(high|medium|low) (0\.\d\d)", text))
    assert {kind: float(p) for kind, p in certainty.items()} == dict(policy.certainty)
    for number in (policy.stale_share, policy.talk_share, policy.open_p, policy.place_factor, policy.wording.likeness):
        assert f"{number:g}" in text


def test_the_document_the_papers_walk_through_is_the_one_that_is_tested() -> None:
    written = (ROOT / "tests" / "fixtures" / "forecasts" / "a-quiet-year-2018.toml").read_text("utf-8").splitlines()
    blocks = re.findall(r"```toml\n(.*?)```", paper(DOCS / "forecasts.md"), re.DOTALL)
    assert len(blocks) == 4
    shown = [re.sub(r"\s{2,}#.*", "", line) for block in blocks for line in block.splitlines()]
    assert [line for line in shown if line not in written] == []


SKIPPED = {"data", "node_modules", "__pycache__"}
BINARY = {".png", ".skops", ".gz", ".sqlite3", ".pyc", ".ico"}
# Put together here, so that this file does not name what it looks for.
HOSTS = [f"{name}.{end}" for name, end in (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("ghcr", "io"))]
HOSTS += [f"docker.{end}" for end in ("io", "com")] + ["registry" + "."]
MACHINE = re.compile("|".join(rf"(?<![\w.~/-])/{name}/\w" for name in ("root", "work", "home", "Users")))


def tracked() -> Iterator[Path]:
    for path in sorted(ROOT.rglob("*")):
        parts = path.relative_to(ROOT).parts
        hidden = any(part.startswith(".") and part != ".ci" for part in parts[:-1])
        if path.is_file() and not hidden and not SKIPPED & set(parts) and path.suffix not in BINARY:
            yield path


def test_nothing_of_one_machine_and_no_registry_stands_in_the_tree() -> None:
    found = []
    for path in tracked():
        text = path.read_text(encoding="utf-8", errors="replace")
        found += [f"{named(path)}: {host}" for host in HOSTS if host in text]
        found += [f"{named(path)}: {hit[0]}" for hit in MACHINE.finditer(text)]
    assert found == []
