"""What the words around a day's name say of it: done or to come, the news itself or only the report of it.

A headline names a day beside a verb: "said on Friday", "to meet on Tuesday", "the sanctions it imposed
yesterday". The nearest word that tells decides; where none does, the mode of the whole text will.
"""

from __future__ import annotations

import re
from itertools import pairwise

from tracker.core.dating import Role, Sense

REACH = 9
"""Words looked back over: further away another verb is spoken of."""

_WORD = re.compile(r"[a-z]+(?:['’-][a-z]+)*|[.;:,()\u2014\u2013-]")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SAYING = _words(
    """
    said says say saying told tells reported reports report announced announces confirmed confirms warned warns
    stressed added citing cites quoted according claimed claims stated tweeted tweets urged revealed reveals
    published suggested acknowledged denied insisted vowed complained likened described called
    """
)
_DONE = _words(
    """
    met held began won took put sent fired hit made went came saw gave left broke fell flew shot struck signed
    hosted blew chose found got kept led lost ran sat sold spent stood swore threw wrote announces holds meets
    fires launches tests conducts imposes arrives returns visits ends opens begins starts signs shoots carries
    destroys detonates cancels calls agrees accuses has have had was were did
    """
)
_NOT_DONE = _words(
    """
    united red need indeed planned scheduled expected slated supposed tipped proposed feared speed armed
    unprecedented heated so-called rumored rumoured anticipated hundred limited divided
    """
)
_COMING = _words(
    """
    will shall would'll expected scheduled slated planned due poised upcoming may could might should going
    tipped supposed primed won't
    """
)
_TO_DO = _words(
    """
    meet visit hold hand launch begin start kick return resume discuss talk attend take open close send sign
    test fire conduct arrive travel go be have host receive vote impose announce unveil release deliver speak
    become cross lead join stage mark restart lift ease make end brief address leave depart land convene testify
    celebrate parade detonate shoot reunite reopen dismantle destroy blow
    """
)
_BEFORE_COMING = frozenset({"for", "until", "by", "next", "coming", "upcoming", "till"})
_STOPS = frozenset({".", ";", ":", "—", "–"})
_BESIDE = frozenset({"after", "following"})
_RELATIVE = frozenset({"that", "which", "who", "whose", "where"})
_EVENTS = _words(
    """
    summit meeting talks launch test vote deadline ceremony parade drills drill briefing
    """
)


_ABBREVIATED = re.compile(r"\b([a-z])\.(?=[a-z]\.|\s?[a-z]| |$)")
"""The full stop of "u.s." or "n. korea" ends no sentence."""


def around(text: str, start: int, end: int) -> tuple[Sense, Role]:
    """Sense and role of the day named at ``text[start:end]``; the text is in lower case.

    The sense is empty where the words near by do not say; the role is then that of the news itself.
    """
    written = text[max(0, start - 110) : start]
    before = _WORD.findall(_ABBREVIATED.sub(r"\1", written) if "." in written else written)
    after = _WORD.findall(text[end : end + 60])
    sense, teller = _sense(before, after)
    near = [word for word in reversed(before) if word not in {"on", "late", "early", ","}][:1]
    if near and near[0] in _BESIDE:
        return sense, "aside"
    if teller and _in_relative_clause(before):
        return sense, "aside"
    return sense, "source" if teller in _SAYING else "main"


def _sense(before: list[str], after: list[str]) -> tuple[Sense, str]:
    """The sense and the word that told it."""
    last = [word for word in before if word not in {"on", "the", "late", "early", "historic"}]
    if last and last[-1] in _BEFORE_COMING:
        return "ahead", last[-1]
    if last and last[-1] in _EVENTS and _BEFORE_COMING & set(last[-4:]):
        return "ahead", last[-1]  # "calls for a vote on Monday"
    if after and after[0] in _EVENTS:
        # "the Friday summit": unless something is still to be done at it, the whole text says when it was
        ahead = any(pair[0] == "to" and pair[1] in _TO_DO for pair in pairwise(before)) or bool(_COMING & set(before))
        return ("ahead" if ahead else ""), ""
    for place in range(len(before) - 1, max(-1, len(before) - 1 - REACH), -1):
        word, earlier = before[place], before[max(0, place - 2) : place]
        if word in _STOPS:
            break
        if word in _COMING or (word == "to" and place + 1 < len(before) and before[place + 1] in _TO_DO):
            return "ahead", word
        if word == "of" and earlier[-1:] == ["ahead"]:
            return "ahead", word
        if word in _SAYING or word in _DONE or (word.endswith("ed") and len(word) > 4 and word not in _NOT_DONE):
            if earlier[-1:] == ["be"]:  # "to be launched on"
                return "ahead", word
            return "past", word
    if any(word in {"will", "may", "could", "might"} for word in after[:5]):
        return "ahead", ""
    return "", ""


def _in_relative_clause(before: list[str]) -> bool:
    """Whether the day stands in a clause that only tells which one is meant ("sanctions that it imposed")."""
    return any(word in _RELATIVE for word in before[-5:])
