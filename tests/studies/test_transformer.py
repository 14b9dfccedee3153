"""The study: its measures on made maps, and a small one from end to end."""

import json

import numpy as np
import pytest
import torch

from gradcam_lib.networks.classifier import Classifier
from gradcam_lib.networks.transformer import BUILD, LAYER, TRANSFORM
from gradcam_lib.studies import transformer
from gradcam_lib.studies.ledger.evidence import Results
from gradcam_lib.worlds.pairs import KINDS


def two_masks():
    own, other = np.zeros((2, 32, 32), bool)
    own[2:10, 2:10], other[20:28, 20:28] = True, True
    return own, other


def test_the_things_mask_as_a_map_scores_full_marks():
    own, other = two_masks()
    assert transformer.judged(own.astype(float), own, other) == dict.fromkeys(transformer.MEASURES, 1.0)


def test_the_other_things_mask_as_a_map_finds_one_of_the_two():
    own, other = two_masks()
    told = transformer.judged(other.astype(float), own, other)
    assert told["either"] == 1 and told["pointing"] == told["energy"] == told["own"] == 0 and told["auc"] < 0.5


def test_an_empty_map_points_nowhere_and_prefers_neither():
    own, other = two_masks()
    told = transformer.judged(np.zeros((32, 32)), own, other)
    assert told == {"pointing": 0, "auc": 0.5, "energy": 0, "own": 0.5, "either": 0}


def test_a_map_that_knows_no_class_prefers_the_right_thing_in_half_of_the_cases():
    """In every picture: of its two things one is the brighter."""
    heat, (own, other) = np.random.default_rng(0).random((32, 32)), two_masks()
    assert transformer.judged(heat, own, other)["own"] + transformer.judged(heat, other, own)["own"] == 1


def networks():
    torch.manual_seed(0)
    return {
        name: Classifier(build(len(KINDS)).eval(), list(KINDS), LAYER[name], "random", TRANSFORM)
        for name, build in BUILD.items()
    }


def test_maps_of_a_batch_are_those_of_its_pictures_one_by_one():
    made, x = networks(), torch.randn(2, 3, 96, 96, generator=torch.Generator().manual_seed(0))
    together = transformer.maps_of(made, x, [3, 5], torch.Generator().manual_seed(0))
    for i, target in enumerate([3, 5]):
        alone = transformer.maps_of(made, x[i : i + 1], [target], torch.Generator().manual_seed(0))
        for method in together.keys() - {"random"}:
            assert torch.allclose(together[method][i], alone[method][0], atol=1e-6), method


def test_a_small_study_from_end_to_end(tmp_path, monkeypatch):
    made = networks()
    monkeypatch.setattr(transformer, "load_transformer", made.get)
    transformer.main(["--pictures", "3", "--results", str(tmp_path)])
    told = json.loads((tmp_path / "transformer.json").read_text())
    assert told["n"] == 3 and told["command"] == "python -m gradcam_lib.studies.transformer --pictures 3"
    number = Results(tmp_path)
    for method in ("rollout", "last_attention", "centre"):
        assert number(f"transformer > {method} > own").value == 0.5 == number(f"transformer > {method} > own").low
    for name in transformer.MEASURES:
        swapped = number(f"transformer > {transformer.CHOSEN} minus {transformer.CHOSEN} of the other thing > {name}")
        parts = [number(f"transformer > {transformer.CHOSEN}{more} > {name}") for more in ("", " of the other thing")]
        assert swapped.value == pytest.approx(parts[0].value - parts[1].value, abs=2e-4)
    one, other = (number(f"transformer > {transformer.CHOSEN}{more} > own") for more in ("", " of the other thing"))
    assert one.value + other.value == pytest.approx(1)
