"""The bench ``fuzz``: tens of thousands of spoilt documents through the parser; it may refuse, it may not fall."""

from __future__ import annotations

import json
import random
import re
import time
from pathlib import Path

from tracker.bench.documents import SHAPES, damaged
from tracker.bench.mutations import mutated
from tracker.bench.results import Figure, Order, Result
from tracker.core.errors import SourceError
from tracker.core.items import Entry
from tracker.sources.documents import parse

DOCUMENTS = 20_000
SLOW_S = 2.0
"""CPU seconds that no document of at most 60 kB may take; a good one takes a hundredth of a second."""

MOST_SEEDS = 200
_LARGEST_SEED = 200_000

_MARKUP = re.compile(r"<[/A-Za-z!?]")
_SCHEME = re.compile(r"\s*(?!https?:)[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]")


def run(order: Order) -> Result:
    """Parse them all; the seeds are generated documents and, where there is one, those of the corpus."""
    count = order.sized(DOCUMENTS)
    seeds = _seeds(order.corpus)
    entries = refused = crashes = unsafe = 0
    slowest, fallen = 0.0, ""
    start = time.process_time()
    for number, data in enumerate(mutated(seeds, count, seed=1)):
        before = time.process_time()
        try:
            found = parse(data, base_url="https://desk.example.org/")
        except SourceError:
            refused += 1
            found = ()
        except Exception as trouble:  # that is what is looked for
            crashes += 1
            fallen = fallen or f"document {number}: {type(trouble).__name__}: {trouble}"[:200]
            found = ()
        slowest = max(slowest, time.process_time() - before)
        entries += len(found)
        unsafe += any(map(is_unsafe, found))
        if (number + 1) % 2000 == 0:
            order.say(f"{number + 1} of {count}")
    seconds = time.process_time() - start
    figures = (
        Figure("documents", "count", count, floor="20,000 at scale 1"),
        Figure("crashes", "count", crashes, floor="0", held=crashes == 0),
        Figure("documents with unsafe text or links", "count", unsafe, floor="0", held=unsafe == 0),
        Figure("slowest document", "s CPU", slowest, floor=f"{SLOW_S:g}", held=slowest <= SLOW_S),
        Figure("refused, with a reason", "count", refused),
        Figure("entries read", "count", entries),
        Figure("whole run", "s CPU", seconds),
    )
    return Result("fuzz", figures, (f"{len(seeds)} seeds", *([fallen] if fallen else [])))


def is_unsafe(entry: Entry) -> bool:
    """Whether an entry carries markup, control signs or a link that runs something."""
    texts = (entry.title, entry.summary, entry.source)
    links = (entry.url, entry.source_url)
    return (
        any(_MARKUP.search(text) for text in texts)
        or any(_CONTROL.search(text) for text in (*texts, entry.guid, *links))
        or any(_SCHEME.match(link) for link in links)
    )


def _seeds(corpus: Path | None) -> list[bytes]:
    small = [make(6, number).encode() for number in range(12) for make in SHAPES.values()]
    small += [damaged(6, number) for number in range(24)]
    items = [{"id": str(n), "url": f"/{n}", "title": "launch", "content_html": "<p>x</p>"} for n in range(5)]
    small.append(json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items}).encode())
    if corpus is not None:
        found = sorted(path for path in corpus.rglob("*") if path.is_file() and path.stat().st_size < _LARGEST_SEED)
        draw = random.Random(1)  # noqa: S311  # a bench must draw the same every time
        small += [path.read_bytes() for path in draw.sample(found, min(MOST_SEEDS, len(found)))]
    return small
