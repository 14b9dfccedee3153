"""Photographs as the study of the tagger keeps them, made by hand: things in cells of a 4×4 map."""

from __future__ import annotations

from collections.abc import Mapping, Set
from types import SimpleNamespace

import numpy as np
import torch
from torch import nn

from gradcam_lib.networks.tagger import Tagger
from gradcam_lib.pictures.images import Transform
from gradcam_lib.studies.photographs.truth import SIDE
from gradcam_lib.studies.tagger.looks import Looked

TAGS = ("dog", "cat")
Place = tuple[int, int]


def tagger_of(*names: str, weight: torch.Tensor | None = None) -> Tagger:
    """A Tagger whose head alone is asked for its weights."""
    head = nn.Linear(3, len(names))
    if weight is not None:
        head.weight.data = weight
    return Tagger(SimpleNamespace(classifier=head), list(names), None, "made", Transform(4, 4))


def looked(
    there: Mapping[str, Place] | Set[str],
    *,
    tags: tuple[str, ...] = TAGS,
    maps: Mapping[str, Place | None] | None = None,
    logits: Mapping[str, float] | None = None,
) -> Looked:
    """there: tag → (row, column) of its thing. maps: where the map of a tag has its maximum, None: it is empty; by
    default on its thing, or nowhere."""
    places = dict(there) if isinstance(there, Mapping) else {}
    spots = {**dict.fromkeys(tags), **places, **(maps or {})}
    cells = torch.stack([_spot(spots[tag]) for tag in tags])
    masks = {tag: np.kron(_spot(place).numpy(), np.ones((SIDE // 4, SIDE // 4))) > 0 for tag, place in places.items()}
    z = np.array([(logits or {}).get(tag, 0.0) for tag in tags])
    guided = {tag: mask.astype(np.float32) for tag, mask in masks.items()}
    families = dict.fromkeys(there, "animal")
    return Looked(frozenset(there), families, masks, z, cells, guided, np.ones((SIDE, SIDE), np.float32), 0.0, {})


def _spot(place: Place | None) -> torch.Tensor:
    cells = torch.zeros(4, 4)
    if place:
        cells[place] = 1
    return cells
