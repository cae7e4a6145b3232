"""What the model reads: a text in canonical form, followed by what the rules made of it as words of its own."""

from __future__ import annotations

from collections.abc import Sequence

from tracker.classify.canonical import Canonical
from tracker.classify.phrasing import THRESHOLD, Reading


def document(canonical: Canonical, concerns: bool, readings: Sequence[Reading]) -> str:
    """The canonical text with one token per rules' finding ("§talks", "§talks§denied"); repeated where sure."""
    words = [canonical.text, "§concerns" if concerns else "§stranger"]
    for each in readings:
        if each.p >= THRESHOLD:
            sure = 2 if each.p >= 0.8 else 1
            words += [f"§{each.category}"] * sure + [f"§{each.category}§{each.mode}", f"§{each.mode}"]
        else:
            words.append(f"§weak§{each.category}")
    if not any(each.p >= THRESHOLD for each in readings):
        words.append("§nothing")
    return " ".join(words)
