"""The house holds: imports point down, ids are data, the core is pure, the clock has one home."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

from tracker.catalog.beliefs import Beliefs, read_beliefs

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted((ROOT / "tracker").rglob("*.py"))
LONGEST_FILE = 400


@pytest.fixture(scope="module")
def beliefs() -> Beliefs:
    return read_beliefs(ROOT / "config", strict=True)


def strings(path: Path) -> Iterator[tuple[int, str]]:
    """Every string constant of a file that is no docstring and no annotation."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skipped = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped:
            yield node.lineno, node.value


def calls(path: Path) -> Iterator[tuple[int, str]]:
    """The dotted name of everything a file calls."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield node.lineno, ast.unparse(node.func)


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def test_imports_keep_the_contract(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)
    code = lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True)
    assert code == 0, capsys.readouterr().out


def test_no_id_of_the_config_stands_in_code(beliefs: Beliefs) -> None:
    ids = {
        *beliefs.taxonomy.categories,
        *(feed.id for feed in beliefs.feeds),
        *(archive.id for archive in beliefs.archives),
        *(forecast.id for forecast in beliefs.forecasts),
        *(forecast.ref for forecast in beliefs.forecasts),
        *(place.id for place in beliefs.places),
        *(digest.id for digest in beliefs.digests),
        *(table.name for table in (*beliefs.references, *beliefs.databases)),
        *(publisher.id for publisher in beliefs.publishers.values()),
        *beliefs.series,
        *(kind for category in beliefs.taxonomy.categories.values() for kind in category.subtypes),
    }
    found = [
        f"{path.relative_to(ROOT)}:{line} {text!r}" for path in SOURCES for line, text in strings(path) if text in ids
    ]
    assert len(ids) > 300
    assert found == []


PURE_REFUSES = ("os", "io", "socket", "random", "secrets", "time", "subprocess", "pathlib", "urllib.request", "logging")


@pytest.mark.parametrize("path", sorted((ROOT / "tracker" / "core").glob("*.py")), ids=lambda path: path.name)
def test_the_core_is_pure(path: Path) -> None:
    assert [name for name in imports(path) if name.split(".")[0] in PURE_REFUSES or name in PURE_REFUSES] == []
    named = [name for _, name in calls(path)]
    assert [name for name in named if name in ("open", "print", "input") or name.endswith((".now", ".today"))] == []


def test_only_app_and_schedule_read_the_clock() -> None:
    allowed = {ROOT / "tracker" / "app.py", *(ROOT / "tracker" / "schedule").glob("*.py")}
    stray = [
        f"{path.relative_to(ROOT)}:{line} {name}"
        for path in SOURCES
        if path not in allowed
        for line, name in calls(path)
        if (name.endswith((".now", ".today", ".utcnow")) and not name.endswith("clock.now")) or name == "time.time"
    ]
    assert stray == []


def test_only_the_pipeline_commits() -> None:
    filling = ROOT / "tracker" / "bench" / "placing.py"  # makes a throwaway record to measure placing on
    allowed = {*(ROOT / "tracker" / "pipeline").glob("*.py"), *(ROOT / "tracker" / "store").glob("*.py"), filling}
    stray = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in SOURCES
        if path not in allowed
        for line, name in calls(path)
        if name.endswith((".begin", ".commit"))
    ]
    assert stray == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_is_a_whale(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE


def test_no_room_without_a_noun() -> None:
    banned = {"utils", "helpers", "service_layer", "manager", "common", "misc"}
    assert [path for path in SOURCES if path.stem in banned] == []


def test_every_dependency_is_used() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    names = {"scikit-learn": "sklearn"}  # the others differ at most in the hyphen
    used = {name.split(".")[0] for path in [*SOURCES, *(ROOT / "migrations").rglob("*.py")] for name in imports(path)}
    listed = [dependency.split(">")[0].split("<")[0] for dependency in project["project"]["dependencies"]]
    # tzdata is data for zoneinfo on machines without a zone database; nothing imports it.
    assert [name for name in listed if names.get(name, name.replace("-", "_")) not in used and name != "tzdata"] == []


def test_the_lock_names_no_host() -> None:
    for lock in (ROOT / "requirements").glob("*.lock"):
        assert "://" not in lock.read_text(encoding="utf-8")


def checked(*command: str) -> str:
    """What a checker says when it finds something; empty when it is content."""
    done = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def test_types_are_strict() -> None:
    assert checked("mypy") == ""


def test_the_linter_and_the_formatter_are_content() -> None:
    assert checked("ruff", "check", "--quiet", ".") == ""
    assert checked("ruff", "format", "--check", "--quiet", ".") == ""
