"""Locators: where in a document a claim stands, by heading, bullet, sentence and clause.

"h2 b4 s1 c2" is the second clause of the first sentence of the fourth bullet under the second heading; "h2" alone
is the heading itself. A claim made in several places joins them with semicolons.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

Outline = tuple[tuple[int, ...], ...]
"""A document's skeleton: for each heading, for each bullet below it, how many sentences it has."""

_PLACE = re.compile(r"h([1-9]\d*)(?: b([1-9]\d*)(?: s([1-9]\d*)(?: c[1-9]\d*)?)?)?")


def misplaced(locator: str, outline: Outline | None) -> list[str]:
    """What is wrong with a locator, one sentence a place; nothing when all its places exist. Without an outline only
    the form can be checked."""
    return [trouble for place in locator.split(";") if (trouble := _trouble(place.strip(), outline))]


def _trouble(place: str, outline: Outline | None) -> str:
    found = _PLACE.fullmatch(place)
    if found is None:
        return f"{place!r} is no place; write h2 b4 s1 (heading, bullet, sentence), several joined by semicolons"
    if outline is None:
        return ""
    heading, bullet, sentence = (int(number) if number else 0 for number in found.groups())
    if heading > len(outline):
        return f"{place!r} does not exist: {_has('the document', outline, 'heading')}"
    bullets = outline[heading - 1]
    if bullet > len(bullets):
        return f"{place!r} does not exist: {_has(f'heading {heading}', bullets, 'bullet')}"
    if bullet and sentence > bullets[bullet - 1]:
        sentences = range(bullets[bullet - 1])
        return f"{place!r} does not exist: {_has(f'bullet {bullet} of heading {heading}', sentences, 'sentence')}"
    return ""


def _has(what: str, many: Sequence[object], noun: str) -> str:
    return f"{what} has {len(many)} {noun}{'' if len(many) == 1 else 's'}"
