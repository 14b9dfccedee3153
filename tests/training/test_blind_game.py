"""The recipe of the blind game's networks: which collections and seeds, and that the file is read as it was written."""

from __future__ import annotations

import torch

from gradcam_lib.bias.variants import load_variants
from gradcam_lib.networks.zoo import Classifier
from gradcam_lib.training import blind_game


def test_every_network_gets_its_own_collection_and_seed(tmp_path):
    seen = []

    def remembered(pictures, *, seed, epochs) -> Classifier:
        seen.append((pictures.names, tuple(int(mask.sum()) for mask in pictures.cells.values()), seed))
        return blind_game.bias.train(pictures, seed=seed, epochs=1)

    blind_game.make(tmp_path / "networks.safetensors", per_class=2, train=remembered)
    skewed, even = (2, 0, 0, 2), (1, 1, 1, 1)
    people, woods = ("doctor", "nurse"), ("tank", "wood")
    assert seen == [(people, even, 1), (woods, skewed, 0), (woods, even, 0), (woods, even, 1)]
    found = load_variants(tmp_path / "networks.safetensors")
    assert set(found) == set(blind_game.TRAININGS)
    assert "2 of tank, 100% of them cloudy, and 2 of wood, 100% of them clear" in found["tanks skewed 0"].source
    assert not torch.equal(found["tanks even 0"].model.head.weight, found["tanks even 1"].model.head.weight)
