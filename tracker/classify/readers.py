"""Makes the reader that the configuration names. scikit-learn is imported only when a model really reads."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from tracker.classify.rules import RulesReader
from tracker.core.observations import Observer
from tracker.core.observers import ObserverSetting
from tracker.core.phrases import TaxonomyFile
from tracker.core.places import Place
from tracker.core.ports import Reader

READS_AS = "2"
"""Raised whenever code in this package or in ``core.dating`` reads a text differently: it is part of every
observer's version, so that what was read before is read again."""


def rules_version(values: TaxonomyFile, places: Sequence[Place]) -> str:
    """A short hash of everything the rules' readings depend on."""
    parts = (READS_AS, values.phrasebook.version, values.taxonomy.version, repr(tuple(places)))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


def make_reader(
    setting: ObserverSetting, values: TaxonomyFile, places: Sequence[Place], models_folder: Path
) -> tuple[Observer, Reader]:
    """The observer's key and its reader. Raises ArtefactError when a model cannot be trusted or found."""
    rules = RulesReader(values, places)
    version = rules_version(values, places)
    if setting.kind != "model":
        return Observer("rules", setting.id, version), rules
    from tracker.classify.model import ModelReader, read_manifest

    folder = models_folder / setting.artefact
    manifest = read_manifest(folder)
    observer = Observer("model", setting.artefact, f"{manifest.model_sha256[:12]}.{version}")
    return observer, ModelReader(folder, manifest, rules)
