"""The contrast of two classes: which rivals are chosen, and what is measured where the answer is known."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from gradcam_lib.datasets.examples import Annotated, Example, Truth
from gradcam_lib.networks.zoo import load_classifier
from gradcam_lib.studies import contrast


@pytest.fixture(scope="module")
def clf():
    return load_classifier("photonet")


def test_rivals_are_by_the_cosine_of_the_last_weights(clf) -> None:
    w = clf.model.classifier[3].weight.detach()
    classes = [2, 5, 9, 30]
    cosine = np.array([[float(torch.cosine_similarity(w[a], w[b], dim=0)) for b in classes] for a in classes])
    found = contrast.rivals(clf, [9, 2, 30, 5, 9])
    for i, c in enumerate(classes):
        others = [j for j in range(4) if j != i]
        assert found["similar"][c] == classes[max(others, key=lambda j: cosine[i, j])]
        assert found["dissimilar"][c] == classes[min(others, key=lambda j: cosine[i, j])]


def test_the_fall_of_the_lead_covers_the_highest_tenth(clf) -> None:
    x = torch.randn(1, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    heat = torch.arange(64.0 * 64).view(64, 64)  # the highest tenth: the last 410 pixels
    covered = x.clone().flatten(2)
    covered[..., 64 * 64 - 410 :] = 0
    with torch.no_grad():
        before, after = clf.model(x)[0], clf.model(covered.view_as(x))[0]
    expected = float(before[3] - before[7] - after[3] + after[7])
    assert contrast.fall(clf, x, heat, 3, 7) == pytest.approx(expected, abs=1e-4)


def test_without_the_other_class_the_contrast_is_the_map_alone(clf, monkeypatch) -> None:
    x = torch.randn(1, 3, 64, 64, generator=torch.Generator().manual_seed(1))
    differ = contrast.maps(clf, x, 3, 7)
    assert not torch.allclose(differ["alone"], differ["contrast"])
    monkeypatch.setattr(contrast, "FACTORS", {"alone": 0.0, "contrast": 0.0})
    same = contrast.maps(clf, x, 3, 7)
    assert torch.equal(same["alone"], same["contrast"]) and torch.equal(same["alone"], differ["alone"])


def test_gains_are_differences_on_the_same_pictures() -> None:
    def one(alone: float, contrasted: float) -> dict[str, list[float]]:
        return {"alone": [alone, 1.0], "contrast": [contrasted, 1.0]}

    told = contrast.summary({"similar": [one(0.4, 0.6), one(0.6, 0.9)], "dissimilar": [one(0.5, 0.5), one(0.5, 0.6)]})
    share = told["similar"]["share in the own half"]
    assert share["gain"]["value"] == 0.25 and share["contrast_better"] == 2
    assert told["similar_less_dissimilar"]["share in the own half"]["value"] == 0.2
    assert told["dissimilar"]["fall of the lead"]["gain"]["value"] == 0


def test_the_command_writes_both_kinds(clf, monkeypatch, tmp_path, capsys) -> None:
    rng = np.random.default_rng(0)
    truths = [Truth(rng.integers(0, 255, (64, 64, 3), np.uint8), (c,), ()) for c in (1, 8, 20)]
    examples = [Example(str(i), "", lambda truth=truth: truth) for i, truth in enumerate(truths)]
    data = Annotated.of("made", examples, b"", ())
    monkeypatch.setattr(contrast, "annotated", lambda path, clf, split: data)
    contrast.main(["--data", "anywhere", "--results", str(tmp_path)])
    told = json.loads((tmp_path / "contrast.json").read_text())
    assert told["n"] == 3 and told["similar"].keys() == set(contrast.MEASURES)
    assert len(told["rivals"]["similar"]) == 3 and "contrast.json" in capsys.readouterr().out
