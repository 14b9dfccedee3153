"""The tables of the ledger in reading order."""

from __future__ import annotations

from gradcam_lib.studies.ledger.tables import (
    classifiers,
    cost,
    photo_answers,
    photo_truth,
    photographs,
    shortcuts,
    world,
)

TABLES = (
    classifiers.ABLATION,
    classifiers.ABLATION_LITE0,
    classifiers.PHOTONET,
    world.SYSTEMS,
    world.TYPES,
    world.WORDS,
    world.POINTING,
    world.OCCLUSION,
    photographs.SYSTEMS,
    photographs.BY_TYPE,
    photographs.MUTING,
    photo_truth.SIZES,
    photo_truth.WORDS,
    photo_truth.OTHERS,
    photo_answers.ANSWERS,
    photo_answers.TRUST,
    photo_answers.CLASSES,
    photo_answers.WORLD,
    shortcuts.SKEWED,
    shortcuts.PLANTED,
    cost.TIME,
    cost.PEAK,
)
