"""What is kept of a photograph, and what a sigmoid or a softmax as target does to a map."""

import numpy as np
import pytest
import torch
from support.coco_outlined import outlined_coco

from gradcam_lib import explain
from gradcam_lib.datasets.coco_part import coco_part
from gradcam_lib.networks.tagger import load_tagger
from gradcam_lib.studies.photographs.truth import at_pixels, seen_in
from gradcam_lib.studies.tagger import looks
from gradcam_lib.studies.tagger.looks import by_target, categories, look


def test_a_photograph_is_looked_at_once_for_all_its_tags(tmp_path, monkeypatch):
    monkeypatch.setattr(looks, "SIZE", 64)
    clf, part = load_tagger(), coco_part(outlined_coco(tmp_path, 1))
    one = look(clf, part, 0)
    assert one.there == {"person", "dog", "kite"} and set(one.masks) == {"person", "dog"}, "a kite is no tag"
    x = seen_in(part, part.pictures[0]).input(clf, 64)
    e = explain(clf, x)
    assert torch.allclose(one.maps[categories(clf).index("dog")], e.map("dog")[0], atol=1e-5)
    assert one.z == pytest.approx(e.logits[0].numpy(), abs=1e-5) and one.cam_differs < 1e-4
    guided = at_pixels(e.pixel_gradient("dog", rule="guided")[0])
    assert one.guided["dog"] == pytest.approx(guided, rel=1e-3, abs=1e-4 * float(guided.max()))
    assert "water" not in categories(clf) and set(one.targets) == set(categories(clf))


def head(logit: float):
    """Two channels with one place each, two tags: A·w of the first is positive at one place; its logit is given."""
    A = torch.tensor([[[[4.0, 0.0]], [[0.0, 2.0]]]])
    return A, torch.tensor([[1.0, -1.0], [0.0, 3.0]]), torch.tensor([logit - 1.0, 0.0])


def test_a_sigmoid_changes_no_map_that_it_does_not_empty():
    told = by_target(*head(2.0), 0)
    assert told["empty"] == told["sigmoid_empty"] == told["sigmoid_half_empty"] == 0
    assert told["sigmoid_change"] < 1e-6 and told["sigmoid_half_change"] < 1e-2
    p = 1 / (1 + np.exp(-2.0))
    assert told["factor"] == pytest.approx(p * (1 - p))


@pytest.mark.parametrize(("logit", "single", "half"), [(7.0, 0, 0), (12.0, 0, 1), (20.0, 1, 1)])
def test_where_the_sigmoid_is_rounded_to_one_nothing_is_left(logit, single, half):
    """1 − σ(z) is less than half the distance of 1 to its neighbour from z = 8.3 on in float16, 17.3 in float32."""
    told = by_target(*head(logit), 0)
    assert (told["sigmoid_empty"], told["sigmoid_half_empty"]) == (single, half)
    assert told["logit_half_empty"] == 0 and told["logit_half_change"] < 1e-2, "it is not the precision by itself"


def test_a_softmax_subtracts_the_evidence_of_the_other_tag():
    """Both tags have evidence at both places here: what is left of it lies elsewhere."""
    A, W = torch.tensor([[[[4.0, 0.0]], [[0.0, 2.0]]]]), torch.tensor([[1.0, 3.0], [0.0, 3.0]])
    told = by_target(A, W, torch.zeros(2), 0)
    assert told["softmax_change"] == pytest.approx(1.0) and told["sigmoid_change"] < 1e-6


def test_a_map_without_evidence_is_no_loss_to_the_sigmoid():
    A, W, bias = head(0.0)
    told = by_target(A, -W.abs(), bias, 0)
    assert told["empty"] == 1 and told["sigmoid_empty"] == told["sigmoid_half_empty"] == 0
