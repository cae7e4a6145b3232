"""Places of this subject: test sites, towns and venues of talks, with the spellings they are met in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """``zone`` is the IANA zone its days are counted in; ``lat`` and ``lon`` are degrees (north and east
    positive), good to a few kilometres; ``group`` is its site group: two pads of one site share it, and a
    launch is known by its day and its group; ``site`` says that launches and tests may take place there.
    ``spellings`` hold every English and Korean form, the name too.
    """

    id: str
    name: str
    zone: str
    lat: float
    lon: float
    group: str
    spellings: tuple[str, ...] = ()
    site: bool = False
