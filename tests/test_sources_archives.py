"""Archives: every row becomes an entry or says why it could not."""

from __future__ import annotations

import gzip
import json
import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.core.days import Published
from tracker.core.errors import SourceError
from tracker.core.items import Entry, Unreadable
from tracker.sources.archives import Format, read_archive

NOW = datetime(2026, 11, 22, tzinfo=UTC)
ROW = {
    "title": "Objects &amp; debris seen",
    "summary": "<p>Two of them.</p>",
    "published": "2020-03-02T03:00:00Z",
    "source": "carrier",
    "url": "https://example.org/a",
    "lang": "en",
}


def korean(_url: str, _source: str) -> str:
    return "Asia/Seoul"


def read(path: Path, format: Format | None = None) -> list[Entry | Unreadable]:
    return list(read_archive(path, format, korean, NOW))


def lines(path: Path, *rows: object) -> Path:
    text = "\n".join(row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows)
    path.write_text(text + "\n", encoding="utf-8")
    return path


def reasons(rows: Sequence[Entry | Unreadable]) -> dict[int, str]:
    return {row.line: row.reason for row in rows if isinstance(row, Unreadable)}


def test_a_row_becomes_an_entry(tmp_path: Path) -> None:
    (entry,) = read(lines(tmp_path / "a.jsonl", ROW))
    stamp = Published.instant(datetime(2020, 3, 2, 3, tzinfo=UTC), "2020-03-02T03:00:00Z")
    assert entry == Entry(
        "", "https://example.org/a", "Objects & debris seen", "Two of them.", stamp, "carrier", "en", 1
    )


@pytest.mark.parametrize("name", ["a.jsonl", "a.ndjson", "a.jsonl.gz", "a.csv", "a.csv.gz"])
def test_formats_and_packing_give_the_same(tmp_path: Path, name: str) -> None:
    plain = tmp_path / "plain"
    if "csv" in name:
        plain.write_text(
            "title,summary,published,source,url,lang\n" + ",".join(f'"{value}"' for value in ROW.values()) + "\r\n",
            "utf-8",
        )
    else:
        lines(plain, ROW)
    path = tmp_path / name
    path.write_bytes(gzip.compress(plain.read_bytes()) if name.endswith(".gz") else plain.read_bytes())
    (entry,) = read(path)
    assert isinstance(entry, Entry)
    assert (entry.title, entry.summary, entry.source, entry.lang) == (
        "Objects & debris seen",
        "Two of them.",
        "carrier",
        "en",
    )


def test_other_names_for_fields(tmp_path: Path) -> None:
    (a,) = read(lines(tmp_path / "a.jsonl", {"text": "A title", "date": "2020-03-02"}))
    (tmp_path / "b.csv").write_text("Date,Text,Link\n2020-03-02,A title,https://example.org\n", "utf-8")
    (b,) = read(tmp_path / "b.csv")
    assert isinstance(a, Entry)
    assert isinstance(b, Entry)
    assert a.title == b.title == "A title"
    assert a.published == b.published == Published.day(date(2020, 3, 2), "Asia/Seoul", "2020-03-02")


def test_the_zone_of_the_writer_is_asked_where_it_matters(tmp_path: Path) -> None:
    asked: list[tuple[str, str]] = []

    def zone_of(url: str, source: str) -> str:
        asked.append((url, source))
        return "America/New_York"

    rows = [{**ROW, "published": stamp} for stamp in ("2020-03-02T03:00:00Z", "2020-03-02", "2020-03-02 03:00")]
    got = [
        row for row in read_archive(lines(tmp_path / "a.jsonl", *rows), None, zone_of, NOW) if isinstance(row, Entry)
    ]
    assert [row.published.first_at for row in got] == [datetime(2020, 3, 2, hour, tzinfo=UTC) for hour in (3, 5, 8)]
    assert asked == [("https://example.org/a", "carrier")] * 2


def test_bad_rows_are_told_and_the_others_kept(tmp_path: Path) -> None:
    path = lines(
        tmp_path / "a.jsonl",
        ROW,
        "not json",
        "",
        [1, 2],
        {**ROW, "title": "  "},
        {**ROW, "title": {"en": "x"}},
        {**ROW, "published": "2020-02-30"},
        {**ROW, "published": "last week"},
        {**ROW, "published": "2026-11-25T00:00:00Z"},
        {**ROW, "published": None},
        {**ROW, "title": "x" * 1_100_000},
        '{"title": ' + "[" * 60_000,
        ROW,
    )
    rows = read(path)
    assert [row.line for row in rows] == list(range(1, 14))
    told = reasons(rows)
    assert set(told) == {2, 3, 4, 5, 6, 7, 8, 9, 11, 12}
    words = {2: "not JSON", 3: "empty", 4: "no object", 5: "no title", 6: "not text", 7: "2020-02-30",
             8: "cannot be read", 9: "days ahead", 11: "longer than 1 MiB", 12: "not JSON"}  # fmt: skip
    assert {line: word for line, word in words.items() if word not in told[line]} == {}
    assert all(len(row.excerpt) <= 300 for row in rows if isinstance(row, Unreadable))
    undated = rows[9]
    assert isinstance(undated, Entry)
    assert undated.published == Published.unknown("")


def test_bytes_that_are_not_utf8(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(
        b"\xef\xbb\xbf" + json.dumps(ROW).encode() + b'\n{"title": "\xb9\xcc\xbb\xe7"}\n' + json.dumps(ROW).encode()
    )
    rows = read(path)
    assert [type(row) for row in rows] == [Entry, Unreadable, Entry]
    assert "UTF-8" in reasons(rows)[2]
    path.write_bytes(b'{"title": "lone \\ud800 half"}\n')
    (entry,) = read(path)
    assert isinstance(entry, Entry)
    assert entry.title == "lone half"


def test_a_broken_quotation_mark_costs_one_row(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        'title,summary,published\n"two\nlines",x,2020-03-02\n"never closed,x,2020-03-02\nplain,x,2020-03-02\n'
        'too,many,2020-03-02,fields\n"a"b,x,2020-03-02\nlast,x,2020-03-02\n',
        "utf-8",
    )
    rows = read(path)
    assert [(row.line, row.title) for row in rows if isinstance(row, Entry)] == [
        (2, "two lines"),
        (5, "plain"),
        (8, "last"),
    ]
    assert sorted(reasons(rows)) == [4, 6, 7]


def test_many_broken_quotation_marks_stay_cheap(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("title\n" + '"open\n' * 3001, "utf-8")
    start = time.process_time()
    rows = read(path)
    assert time.process_time() - start < 3
    assert len(rows) > 3  # pairs of marks close each other over two lines; the last one cannot
    assert reasons(rows)


def test_packed_data_that_breaks_off_keeps_what_came_before(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    rows = [{**ROW, "url": f"https://example.org/{n}", "summary": f"{n * 7919 % 1000}"} for n in range(2000)]
    data = gzip.compress("\n".join(json.dumps(row) for row in rows).encode())
    path.write_bytes(data[: len(data) // 2])
    kept = read(path)
    assert Counter(type(row) for row in kept)[Entry] > 300
    assert isinstance(kept[-1], Unreadable)
    assert "damaged" in kept[-1].reason
    assert [row.line for row in kept] == list(range(1, len(kept) + 1))


def test_an_archived_feed(tmp_path: Path) -> None:
    path = tmp_path / "old.xml.gz"
    items = "".join(
        f"<item><title>{title}</title><link>https://example.org/{n}</link><pubDate>{stamp}</pubDate></item>"
        for n, (title, stamp) in enumerate([("One", "2020-03-02 12:00"), ("", "2020-03-02"), ("Three", "2027-03-02")])
    )
    path.write_bytes(gzip.compress(f'<rss version="2.0"><channel>{items}</channel></rss>'.encode()))
    rows = read(path)
    assert [type(row) for row in rows] == [Entry, Unreadable, Unreadable]
    assert isinstance(rows[0], Entry)
    assert rows[0].published.first_at == datetime(2020, 3, 2, 3, tzinfo=UTC)
    path.write_bytes(gzip.compress(b"<html>"))
    with pytest.raises(SourceError, match="web page"):
        read(path)


def test_what_cannot_be_opened_or_understood_at_all(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be opened"):
        read(tmp_path / "none.jsonl")
    with pytest.raises(SourceError, match="--format"):
        read(lines(tmp_path / "a.data", ROW))
    assert len(read(lines(tmp_path / "a.data", ROW), "jsonl")) == 1
    (tmp_path / "b.csv").write_text("name,when\nx,2020-03-02\n", "utf-8")
    with pytest.raises(SourceError, match="header"):
        read(tmp_path / "b.csv")
    assert read(lines(tmp_path / "empty.csv")) == [] or reasons(read(tmp_path / "empty.csv"))


def test_progress_counts_the_bytes_on_disk(tmp_path: Path) -> None:
    path = lines(tmp_path / "a.jsonl", *[ROW] * 1200)
    seen: list[int] = []
    assert len(list(read_archive(path, None, korean, NOW, seen.append))) == 1200
    assert seen == sorted(seen)
    assert len(seen) == 3
    assert seen[-1] == path.stat().st_size


@settings(max_examples=50)
@given(data=st.binary(max_size=300), suffix=st.sampled_from([".jsonl", ".csv"]))
def test_any_bytes_give_rows_in_order(tmp_path_factory: pytest.TempPathFactory, data: bytes, suffix: str) -> None:
    path = tmp_path_factory.getbasetemp() / f"any{suffix}"
    path.write_bytes((b"title,published\n" if suffix == ".csv" else b"") + data)
    rows = read(path)
    assert [row.line for row in rows] == sorted(row.line for row in rows)


def test_the_development_stream_reads_whole() -> None:
    path = Path(__file__).resolve().parents[2] / "shared" / "replay" / "dev_stream.jsonl.gz"
    if not path.exists():
        pytest.skip(f"no development stream beside the project ({path.name} is not ours to ship)")
    kinds = Counter(type(row) for row in read(path))
    assert kinds == {Entry: 31_399}
