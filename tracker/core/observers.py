"""Which observers exist and which one's readings count."""

from __future__ import annotations

from dataclasses import dataclass

from tracker.core.observations import ObserverKind


@dataclass(frozen=True, slots=True)
class ObserverSetting:
    """One table of ``config/observers.toml``. ``artefact`` is the model's folder under ``models/``; empty for rules."""

    id: str
    kind: ObserverKind
    artefact: str = ""


@dataclass(frozen=True, slots=True)
class ObserversFile:
    """``active`` is the observer whose readings are effective; ``known`` holds it and the others."""

    active: ObserverSetting
    known: tuple[ObserverSetting, ...]
