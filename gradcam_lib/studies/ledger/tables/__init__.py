"""The tables of the ledger in reading order."""

from __future__ import annotations

from gradcam_lib.studies.ledger.tables import classifiers, cost, photographs, shortcuts, world

TABLES = (
    classifiers.ABLATION,
    classifiers.PHOTONET,
    world.SYSTEMS,
    world.TYPES,
    world.WORDS,
    world.POINTING,
    world.OCCLUSION,
    photographs.SYSTEMS,
    photographs.BY_TYPE,
    photographs.MUTING,
    shortcuts.SKEWED,
    shortcuts.PLANTED,
    cost.TIME,
    cost.PEAK,
)
