"""The ``classify`` verb's JSON: one dict in, one dict out; a bad row becomes an error row and never stops."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import islice

from tracker.core.days import Published, likeliest, span_of
from tracker.core.days import zone as iana_zone
from tracker.core.observations import Mention, Observation, Text
from tracker.core.ports import Reader

BATCH = 256


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that holds no JSON value; it classifies to an error row."""

    reason: str


Record = Mapping[str, object]

Explaining = Callable[[Text], Sequence[tuple[str, str, float]]]
"""Says why a text is read so: (category or mode, words, weight)."""


def published_from(stamp: object, zone: str = "UTC") -> Published:
    """A stamp as JSON carries it: an ISO instant (UTC when it names no zone), an ISO day, or nothing.

    Anything else is an unknown instant that keeps its words; it is never guessed.
    """
    if stamp is None or stamp == "":
        return Published.unknown()
    raw = str(stamp).strip()
    try:
        if len(raw) == 10:
            return Published.day(date.fromisoformat(raw), zone, raw)
        if raw[10:11] not in ("T", "t", " "):
            return Published.unknown(raw)
        moment = datetime.fromisoformat(raw)
        return Published.instant(moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC), raw)
    except (ValueError, OverflowError):
        return Published.unknown(raw)


def _words(values: Record, *keys: str) -> str:
    for key in keys:
        value = values.get(key)
        if value is None:
            continue
        if not isinstance(value, str):
            raise ValueError(f"{key!r} is {type(value).__name__}; it must be a text")
        if value.strip():
            return value
    return ""


def text_from(values: object) -> Text:
    """What a reader reads of one record. Raises ValueError with what is wrong and what to give instead."""
    if not isinstance(values, Mapping):
        raise ValueError("a record is a JSON object with a title (or text)")
    title = _words(values, "title", "text")
    if not title:
        raise ValueError("the record has no title (or text); give one")
    zone = _words(values, "zone") or "UTC"
    try:
        iana_zone(zone)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"{zone!r} is no IANA zone; give one such as Asia/Seoul") from None
    return Text(
        title, _words(values, "summary"), published_from(values.get("published"), zone), zone,
        _words(values, "lang"), _words(values, "source"),
    )  # fmt: skip


def record_of(observation: Observation, guide: Sequence[str]) -> dict[str, object]:
    """The reading as DESIGN section 10 gives it: categories of the annotation guide, most probable first."""
    mentions = sorted(
        (each for each in observation.mentions if each.category in guide), key=lambda each: (-each.p, each.category)
    )
    first: Mention | None = mentions[0] if mentions else None
    mode = max(observation.p_mode, key=lambda each: observation.p_mode[each], default=None) if first else None
    if first is not None and mode is not None:
        first = next((each for each in mentions if each.mode == mode), first)
    days = first.days if first is not None else observation.days
    on, span = likeliest(days), span_of(days)
    counted = next((each for each in mentions if each.count is not None), None)
    places = tuple(dict.fromkeys(place for each in mentions for place in each.places))
    return {
        "categories": [each.category for each in mentions],
        "subtypes": {each.category: each.subtype for each in mentions if each.subtype},
        "mode": mode,
        "modes": {each.category: each.mode for each in mentions},
        "p": {name: round(observation.p.get(name, 0.0), 4) for name in guide},
        "p_mode": dict(observation.p_mode),
        "event_on": on.isoformat() if on is not None else None,
        "event_on_last": span.last.isoformat() if span is not None else None,
        "event_on_first": span.first.isoformat() if span is not None else None,
        "zone": first.zone if first is not None else None,
        "places": list(places),
        "count": counted.count if counted is not None else None,
        "unit": counted.unit if counted is not None else "",
        "weapon": next((each.weapon for each in mentions if each.weapon), ""),
        "actors": list(first.actors) if first is not None else [],
        "outcome": next((each.outcome for each in mentions if each.outcome), ""),
        "words": {each.category: dict(each.words) for each in mentions},
    }  # fmt: skip


def classify_records(
    reader: Reader, rows: Iterable[object], guide: Sequence[str], explain: Explaining | None = None
) -> Iterator[dict[str, object]]:
    """One output per input, in order; ``id`` comes back unchanged, trouble with a row is its ``error``.

    With ``explain`` every row also says ``why``: what spoke for what, in words, with weights.
    """
    source = iter(rows)
    while batch := list(islice(source, BATCH)):
        yield from _batch(reader, batch, guide, explain)


def _batch(
    reader: Reader, batch: Sequence[object], guide: Sequence[str], explain: Explaining | None
) -> Iterator[dict[str, object]]:
    outputs: list[dict[str, object]] = []
    texts: list[Text] = []
    for row in batch:
        values = row if isinstance(row, Mapping) else {}
        output: dict[str, object] = {"id": values.get("id")}
        try:
            if isinstance(row, BadLine):
                raise ValueError(row.reason)
            texts.append(text_from(row))
        except ValueError as trouble:
            output["error"] = str(trouble)
        outputs.append(output)
    read = zip(texts, reader.observe(texts), strict=True)
    for output in outputs:
        if "error" not in output:
            text, observation = next(read)
            output |= record_of(observation, guide)
            if explain is not None:
                output["why"] = [{"of": of, "words": words, "weight": weight} for of, words, weight in explain(text)]
        yield output


def records_from(lines: Iterable[str | bytes]) -> Iterator[object]:
    """JSON lines as values; a line that is no JSON (or no UTF-8) becomes a BadLine; empty lines are left out."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            yield json.loads(line)
        except (ValueError, RecursionError) as trouble:
            yield BadLine(f"line {number} is not JSON: {trouble}; write one object a line")
