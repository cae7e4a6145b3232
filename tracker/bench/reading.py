"""Reading texts: whole observations a second, beside the plain TF-IDF that a text model begins with.

The texts are the project's own (models/corpus/): those about the North as titles, and a stream in which one text
in five is about it, the others being look-alikes, the hardest a gate can meet. With ``--corpus`` also the real stream
there, read once by a reader that has seen none of it, and once more. CPU seconds of one process.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from pathlib import Path

from tracker.bench.results import ROOT, Figure, Order, Result
from tracker.catalog.beliefs import read_beliefs
from tracker.classify.model import ModelReader, read_manifest
from tracker.classify.rules import RulesReader
from tracker.core.days import Published
from tracker.core.errors import RefusedError
from tracker.core.items import Entry
from tracker.core.observations import Text
from tracker.sources.archives import read_archive

TITLES, STREAM = 4000, 20_000
BATCH = 256
RUNS = 3
BEGIN, APART = datetime(2017, 1, 1, tzinfo=UTC), timedelta(minutes=1777)
"""Stamps of the project's own texts, which have none: all minutes of the day come."""

SHARE = 5
"""One text of the stream in so many is about the North."""

TITLE_FLOOR, STREAM_FLOOR = 3000, 20_000

LONGEST_STREAM = 100_000
LATER = datetime(2100, 1, 1, tzinfo=UTC)
"""No stamp of a stream is in the future of this."""

WARMING = "North Korea fires a missile"
"""Read before a real stream is, so that loading the model and its expressions is not counted."""


def _texts() -> tuple[list[Text], list[Text]]:
    """English texts about the North, and others."""
    about: list[Text] = []
    others: list[Text] = []
    for path in sorted((ROOT / "models" / "corpus").glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            if row["lang"] == "en":
                stamp = Published.instant(BEGIN + APART * (len(about) + len(others)))
                (about if row["tags"] else others).append(Text(row["text"], row["summary"], stamp))
    return about, others


def _rate(read: Callable[[Sequence[Text]], object], texts: Sequence[Text], runs: int = RUNS) -> int:
    """Texts a CPU second, the best of some runs."""
    best = 0.0
    for _ in range(runs):
        began = time.process_time()
        for start in range(0, len(texts), BATCH):
            read(texts[start : start + BATCH])
        best = max(best, len(texts) / (time.process_time() - began))
    return round(best)


def _real(corpus: Path, folder: Path, order: Order) -> tuple[Figure, ...]:
    """A real stream, when it is met for the first time and when its words are known."""
    path = corpus / "replay" / "dev_stream.jsonl.gz"
    if not path.is_file():
        raise RefusedError(f"there is no {path}; --corpus names a folder that holds it")
    order.say("a real stream")
    entries = islice(read_archive(path, None, lambda *_: "UTC", LATER), order.sized(LONGEST_STREAM))
    texts = [Text(each.title, each.summary, each.published) for each in entries if isinstance(each, Entry)]
    beliefs = read_beliefs(ROOT / "config")
    model = ModelReader(folder, read_manifest(folder), RulesReader(beliefs.words, beliefs.places))
    model.observe([Text(WARMING)])
    first, again = _rate(model.observe, texts, 1), _rate(model.observe, texts)
    return (
        Figure("a real stream, met for the first time", "texts/s", first, floor=f"{STREAM_FLOOR}",
               held=first >= STREAM_FLOOR),
        Figure("the same again", "texts/s", again),
    )  # fmt: skip


def run(order: Order) -> Result:
    """Titles about the North and a mixed stream, by the model and by the rules, beside TF-IDF's transform."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import FeatureUnion

    beliefs = read_beliefs(ROOT / "config")
    rules = RulesReader(beliefs.words, beliefs.places)
    folder = sorted((ROOT / "models").glob("*-[0-9][0-9][0-9][0-9]"))[-1]
    model = ModelReader(folder, read_manifest(folder), rules)
    about, others = _texts()
    titles = list(islice(cycle(about), order.sized(TITLES, 64)))
    gated = [text for text in others if not rules.relevant(text)]
    mixed = [
        each
        for k, other in enumerate(islice(cycle(gated), order.sized(STREAM, 256)))
        for each in ((other, titles[k % len(titles)]) if k % (SHARE - 1) == 0 else (other,))
    ]
    tfidf = FeatureUnion(
        [
            ("words", TfidfVectorizer(ngram_range=(1, 2))),
            ("letters", TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5))),
        ]
    ).fit([text.title for text in titles])
    model.observe(titles[:BATCH])
    order.say("titles")
    ours, ruled = _rate(model.observe, titles), _rate(rules.observe, titles)
    peer = _rate(lambda batch: tfidf.transform([text.title for text in batch]), titles)
    order.say("stream")
    stream = _rate(model.observe, mixed)
    peer_stream = _rate(lambda batch: tfidf.transform([text.title for text in batch]), mixed)
    gate = _rate(lambda batch: [rules.relevant(text) for text in batch], gated)
    real = _real(order.corpus, folder, order) if order.corpus is not None else ()
    alone = "TF-IDF's transform alone"
    return Result(
        "reading",
        (
            Figure("titles about the North, whole observation", "texts/s", ours, {"rules alone": ruled, "TF-IDF": peer},
                   round(ours / peer, 2), alone, f"{TITLE_FLOOR}", ours >= TITLE_FLOOR),
            Figure("mixed stream, one in five about the North", "texts/s", stream, {"TF-IDF": peer_stream},
                   round(stream / peer_stream, 2), alone, f"{STREAM_FLOOR}", stream >= STREAM_FLOOR),
            Figure("the gate alone, look-alikes it turns away", "texts/s", gate),
            *real,
        ),
        ("TF-IDF only makes vectors of words and letters; it reads no category, day, place or count.",),
    )  # fmt: skip
