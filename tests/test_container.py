"""The container: what the image holds, how it runs, and what the compose file lets it do. No daemon is needed."""

from __future__ import annotations

import fnmatch
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from pytest_httpserver import HTTPServer

from tracker.settings import PREFIX, Settings, read_settings

ROOT = Path(__file__).resolve().parents[1]


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions in order, continued lines joined, comments left out."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    lines = "\n".join(line for line in text.splitlines() if not line.startswith("#")).replace("\\\n", " ")
    parts = (line.partition(" ") for line in lines.splitlines() if line)
    return [(word, " ".join(rest.split())) for word, _, rest in parts]


def said(word: str) -> list[str]:
    return [rest for name, rest in instructions() if name == word]


def exec_form(text: str) -> list[str]:
    command: list[str] = json.loads(text[text.index("[") :])
    return command


@pytest.fixture(scope="module")
def service() -> dict[str, Any]:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    assert list(compose["services"]) == ["tracker"]
    assert list(compose["volumes"]) == ["data"]
    found: dict[str, Any] = compose["services"]["tracker"]
    return found


def test_the_image_stands_on_the_slim_python_and_ends_as_nobody_in_particular() -> None:
    assert said("FROM") == ["python:3.11-slim AS install", "python:3.11-slim"]
    names = [name for name, _ in instructions()]
    assert said("USER") == ["tracker"]
    # What comes after USER only describes; whatever is copied or run before belongs to root and stays as it is.
    assert {"COPY", "RUN", "ADD"}.isdisjoint(names[names.index("USER") :])
    assert any(re.search(r"useradd .*--system .*tracker\b", run) for run in said("RUN"))


def test_the_lock_is_installed_by_hash_and_no_tool_of_development_with_it() -> None:
    install = next(run for run in said("RUN") if " pip " in run)
    assert "--require-hashes" in install
    assert "--only-binary :all:" in install
    assert "runtime.lock" in install
    assert "dev.lock" not in (ROOT / "Dockerfile").read_text(encoding="utf-8")
    runtime = (ROOT / "requirements" / "runtime.lock").read_text(encoding="utf-8")
    assert [tool for tool in ("pytest", "mypy", "ruff", "hypothesis") if re.search(rf"^{tool}==", runtime, re.M)] == []


def test_what_is_copied_is_there_and_nothing_else_is_let_in() -> None:
    sources = [copy.split()[0] for copy in said("COPY") if not copy.startswith("--from")]
    assert [source for source in sources if not (ROOT / source).exists()] == []
    rules = [
        line
        for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    ]
    assert rules[0] == "*"
    assert sorted(rule[1:] for rule in rules if rule.startswith("!")) == sorted(sources)
    for outside in ("data", ".git", ".env", "tests", ".venv"):
        assert not any(fnmatch.fnmatch(outside, rule[1:]) for rule in rules if rule.startswith("!"))


def test_the_program_finds_all_it_needs_among_what_is_copied(tmp_path: Path) -> None:
    """The image's own command, from a folder that holds only what the image holds."""
    for copy in said("COPY"):
        source = copy.split()[0]
        if source.startswith(("--from", "requirements")):
            continue
        (tmp_path / source).symlink_to(ROOT / source)
    environ = {
        "PATH": os.environ.get("PATH", ""),
        "PYTHONPATH": str(tmp_path),
        f"{PREFIX}HOME": str(tmp_path),
        f"{PREFIX}DATA": str(tmp_path / "data"),
    }
    command = [sys.executable, *exec_form(said("CMD")[0])[1:]]
    done = subprocess.run([*command, "--help"], cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "--host" in done.stdout
    # Even this question prepares the record: it needs the code, the config with its tables, and the migrations.
    asked = [sys.executable, "-P", "-m", "tracker", "feeds", "--json"]
    done = subprocess.run(asked, cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["feeds"]


def test_the_command_serves_every_address_of_the_container() -> None:
    assert exec_form(said("CMD")[0]) == ["python", "-P", "-m", "tracker", "up", "--host", "0.0.0.0"]  # noqa: S104
    assert said("EXPOSE") == [str(Settings.model_fields["port"].default)]


@pytest.mark.parametrize(("status", "healthy"), [(200, True), (503, False)])
def test_the_health_check_tells_well_from_ill(httpserver: HTTPServer, status: int, healthy: bool) -> None:
    command = exec_form(said("HEALTHCHECK")[0])
    assert "http://127.0.0.1:8000/api/v1/health" in command[-1]
    httpserver.expect_request("/api/v1/health").respond_with_json({"ok": healthy}, status=status)
    here = command[-1].replace("127.0.0.1:8000", f"{httpserver.host}:{httpserver.port}")
    done = subprocess.run([sys.executable, *command[1:-1], here], capture_output=True, timeout=60)
    assert (done.returncode == 0) is healthy


def test_compose_checks_health_as_the_image_does(service: dict[str, Any]) -> None:
    assert service["healthcheck"]["test"] == ["CMD", *exec_form(said("HEALTHCHECK")[0])]
    for key in ("interval", "timeout", "retries"):
        assert f"--{key}={service['healthcheck'][key]}" in said("HEALTHCHECK")[0]


def test_compose_builds_here_and_publishes_to_this_machine_alone(service: dict[str, Any]) -> None:
    assert service["build"] == "."
    assert service["ports"] == ["127.0.0.1:8000:8000"]
    assert service["restart"] == "unless-stopped"


def test_all_that_is_remembered_is_in_the_volume(service: dict[str, Any]) -> None:
    assert said("VOLUME") == ["/data"]
    assert service["volumes"] == ["data:/data"]
    environ = dict(re.findall(r"([A-Z_]+)=(\S+)", " ".join(said("ENV"))))
    assert environ[f"{PREFIX}DATA"] == "/data"
    assert any("-o tracker" in run and run.endswith("/data") for run in said("RUN"))


def test_the_container_may_do_nothing_it_need_not(service: dict[str, Any]) -> None:
    assert service["read_only"] is True
    assert service["tmpfs"] == ["/tmp"]  # noqa: S108
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert {"privileged", "network_mode", "cap_add", "devices", "pid"}.isdisjoint(service)


def test_settings_and_secrets_come_from_the_environment(service: dict[str, Any]) -> None:
    given = service["environment"]
    assert {f"{PREFIX}SMTP_PASSWORD", f"{PREFIX}SMTP_HOST", f"{PREFIX}MAIL_FROM"} <= set(given)
    assert given == {name: f"${{{name}:-}}" for name in given}
    # Where nothing is set, every value arrives empty: that must mean the defaults and be no mistake.
    assert read_settings(dict.fromkeys(given, "")) == read_settings({})
