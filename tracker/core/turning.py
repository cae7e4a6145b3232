"""What alone decides a verdict: a single event, or which way the claim is read."""

from __future__ import annotations

from collections.abc import Sequence

from tracker.core.events import Event
from tracker.core.taxonomy import Taxonomy
from tracker.core.verdicts import Outcome, Turn, Verdict
from tracker.core.words import VERDICT_WORDS, day_words

LOOKED_AT = 40
"""Single events are tried only while a verdict rests on so many; with more of them none is likely to decide alone,
and trying each would cost more than all the judging."""


def event_words(event: Event, taxonomy: Taxonomy) -> str:
    """ "missile or rocket launch (SRBM) of 2 March 2020, two sources"."""
    kind = taxonomy.categories.get(event.category)
    inner = kind.subtypes.get(event.subtype) if kind is not None else None
    name = kind.label if kind is not None else event.category
    inside = f" ({inner.label})" if inner is not None else ""
    sources = "one source" if event.wires == 1 else f"{event.wires} sources"
    plain = name if name[1:2].isupper() else f"{name[:1].lower()}{name[1:]}"
    return f"{plain}{inside} of {day_words(event.on)}, {sources}"


def turn_of(event: Event, verdict: Outcome, taxonomy: Taxonomy) -> Turn:
    """That without this event the verdict would be another one."""
    text = f"Without the {event_words(event, taxonomy)}: {VERDICT_WORDS[verdict]}."
    return Turn("event", event.id, verdict, text, event.wires)


def rivals_of(verdict: Verdict, all_of_them: Sequence[Verdict]) -> tuple[Turn, ...]:
    """Each other reading of the same claim that says otherwise."""
    if verdict.verdict == "not_checkable":
        return ()
    return tuple(
        Turn("reading", each.reading, each.verdict, f"Read as {each.reading}: {VERDICT_WORDS[each.verdict]}.")
        for each in all_of_them
        if each.reading != verdict.reading and each.verdict not in (verdict.verdict, "not_checkable")
    )
