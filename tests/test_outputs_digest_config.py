"""config/digests.toml: the shipped file is valid, and mistakes are told all at once with their mend."""

from __future__ import annotations

from pathlib import Path

from tracker.catalog.digests import read_digests

CONFIG = Path(__file__).resolve().parents[1] / "config"

GOOD = """
[[digests]]
id = "one"
title = "One"
evidence = "news"
zone = "Asia/Seoul"
cutoff_hour = 7
"""


def written(folder: Path, text: str) -> Path:
    (folder / "digests.toml").write_text(text, encoding="utf-8")
    return folder


def test_the_shipped_digests_are_valid_and_close_at_seven_in_korea() -> None:
    digests, problems = read_digests(CONFIG)
    assert problems == []
    assert [(each.zone, each.cutoff_hour, each.days_back) for each in digests] == [("Asia/Seoul", 7, 1)]


def test_every_mistake_is_told_and_nothing_is_half_loaded(tmp_path: Path) -> None:
    bad = GOOD + GOOD + '[[digests]]\nid = "Two!"\ntitle = "a\\nb"\nevidence = "nws"\nzone = "Korea/Seul"\n'
    bad += 'cutoff_hour = 24\ncategories = ["comett"]\ncutof = 1\n'
    digests, problems = read_digests(written(tmp_path, bad), {"comet"})
    told = [(problem.table, problem.key) for problem in problems]
    assert [each.id for each in digests] == ["one"]
    assert told[0] == ("digests[one]", "id")
    assert {key for _, key in told[1:]} == {"id", "title", "evidence", "zone", "cutoff_hour", "categories", "cutof"}
    assert any("did you mean 'comet'" in problem.message for problem in problems)


def test_a_missing_file_is_a_problem(tmp_path: Path) -> None:
    digests, problems = read_digests(tmp_path)
    assert digests == ()
    assert "missing" in problems[0].message
