"""The benches of parsing: what they generate, spoil and count."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tracker.bench import fuzzing, parsing
from tracker.bench.documents import SHAPES, damaged
from tracker.bench.mutations import LONGEST, mutated
from tracker.bench.results import Order
from tracker.core.days import Published
from tracker.core.items import Entry
from tracker.sources.documents import parse


@pytest.mark.parametrize("name", SHAPES)
def test_generated_documents_are_read_whole_and_come_out_the_same(name: str) -> None:
    text = SHAPES[name](20, 3)
    assert text == SHAPES[name](20, 3) != SHAPES[name](20, 4)
    found = parse(text.encode())
    assert len(found) == 20
    assert all(entry.title and entry.url and entry.guid and entry.published.precision == "instant" for entry in found)
    assert 1500 < len(text.encode()) / 20 < 4500


def test_no_damage_that_is_met_costs_an_entry() -> None:
    found = [len(parse(damaged(10, number))) for number in range(60)]
    assert min(found) >= 9  # a cut document ends early
    assert sum(found) >= 590


def test_spoilt_documents_neither_fall_nor_leak() -> None:
    result = fuzzing.run(Order(scale=0.02))
    told = {figure.measure: figure for figure in result.figures}
    assert told["documents"].ours == 400
    assert told["crashes"].ours == 0
    assert told["documents with unsafe text or links"].ours == 0
    assert int(told["entries read"].ours) > 400
    assert int(told["refused, with a reason"].ours) > 0


def test_the_same_seed_spoils_alike(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_bytes(b"<rss/>")
    seeds = [b"<rss><channel><item><title>x</title></item></channel></rss>", b"<feed/>"]
    first = list(mutated(seeds, 200, 1))
    assert first == list(mutated(seeds, 200, 1)) != list(mutated(seeds, 200, 2))
    assert max(map(len, first)) <= LONGEST
    assert b"<rss/>" in fuzzing._seeds(tmp_path)


@pytest.mark.parametrize(
    ("changed", "unsafe"),
    [
        ({}, False),
        ({"title": "1 < 2 and a<3"}, False),
        ({"title": "<b"}, True),
        ({"summary": "x</p>"}, True),
        ({"summary": "x\u202e"}, True),
        ({"url": "javascript:alert(1)"}, True),
        ({"url": "/a?b=c:d"}, False),
        ({"source_url": " DATA:x"}, True),
        ({"guid": "a\x00"}, True),
    ],
)
def test_what_counts_as_unsafe(changed: dict[str, str], unsafe: bool) -> None:
    entry = Entry(guid="g", url="https://example.org/", title="t", summary="s", published=Published.unknown())
    assert fuzzing.is_unsafe(replace(entry, **changed)) is unsafe  # type: ignore[arg-type]


def test_the_bench_of_parsing_counts_the_same_work(tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / f"{number}.xml").write_bytes(damaged(3, number))
    result = parsing.run(Order(scale=0.01, corpus=tmp_path))
    told = {figure.measure: figure for figure in result.figures}
    assert len(told) == 5  # three shapes (their sizes are one at this scale), the corpus, what was found in it
    assert told["real feeds: entries found"].ours == told["real feeds: entries found"].peers["feedparser"] == 9
    assert all(figure.ratio and figure.ratio > 1 for figure in result.figures if figure.unit == "entries/s")
