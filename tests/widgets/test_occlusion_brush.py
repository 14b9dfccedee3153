"""The occlusion brush without a browser: its numbers are those of a forward pass on the picture that it shows."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from support import pickers
from support.pickers import IMAGE, passes
from support.tiny import SmallNet
from torch import Tensor, nn

from gradcam_lib import classifier as make_classifier
from gradcam_lib import explain, occlusion_map, overlay, scale_by_max, upsample
from gradcam_lib.networks.zoo import Classifier
from gradcam_lib.pictures.images import seen
from gradcam_lib.widgets import OcclusionBrush
from gradcam_lib.widgets.covered_picture import DRAWS

NAMES = ["cat", "tabby", "dog", "<b>bold</b>"]
SIDE = 448


def classifier(model: nn.Module | None = None, names: list[str] = NAMES) -> Classifier:
    return pickers.classifier(model, names=names)


@pytest.fixture
def brush() -> OcclusionBrush:
    return OcclusionBrush(IMAGE, classifier(), "dog", grid=4)


def painted(clf: Classifier, covered: set[tuple[int, int]], value: float = 0.0) -> Tensor:
    """By hand: an 8×8 picture of 4×4 cells of two pixels."""
    x = clf.to_input(IMAGE).clone()
    for row, column in covered:
        x[:, :, 2 * row - 2 : 2 * row, 2 * column - 2 : 2 * column] = value
    return x


def said(html: str) -> str:
    return html.replace("\u2212", "-")


def test_the_score_is_that_of_a_forward_pass_on_the_painted_picture(brush):
    clf = brush.scene.classifier
    for covered in (set(), {(1, 1)}, {(1, 4), (3, 2)}, {(2, 2), (2, 3), (4, 4)}):
        brush.covered = covered
        with torch.no_grad():
            logits = clf.model(painted(clf, covered))[0]
        assert brush.score.logit == pytest.approx(float(logits[2]), abs=1e-5)
        assert brush.score.probability == pytest.approx(float(logits.softmax(0)[2]), abs=1e-5)
        assert brush.score.likeliest == NAMES[int(logits.argmax())]
        assert f"{brush.score.logit:.2f}" in said(brush.controls.score.value)
    fall = brush.scene.before.logit - brush.score.logit
    assert f"{'falls' if fall >= 0 else 'rises'} by {abs(fall):.2f}" in brush.controls.score.value


def test_one_cell_is_what_the_occlusion_map_covers(brush):
    D = occlusion_map(brush.scene.classifier.model, brush.scene.x, 2, patch=2, stride=2)[0]
    for row, column in brush.scene.cells:
        fall = brush.scene.before.logit - brush.scene.score({(row, column)}).logit
        assert fall == pytest.approx(float(D[row - 1, column - 1]), abs=1e-5)


def test_what_is_shown_is_what_is_covered(brush):
    clf = brush.scene.classifier
    plain = seen(IMAGE, clf.transform.at(SIDE))
    brush.covered = {(1, 4), (3, 2)}
    picture, grey = brush.picture(), clf.picture(torch.zeros(1, 3, 1, 1))[0, 0]
    expected = plain.copy()
    expected[:112, 336:] = expected[224:336, 112:224] = grey
    assert np.array_equal(picture, expected)
    assert brush.controls.image.alt.endswith("Covered: row 1, column 4; row 3, column 2.")


def test_pressing_covers_and_uncovers_and_clear_uncovers_all(brush):
    first, second = brush.controls.buttons[1, 1], brush.controls.buttons[3, 4]
    assert (first.description, second.description) == ("row 1, column 1", "row 3, column 4")
    assert brush.controls.clear.disabled
    first.click()
    second.click()
    assert brush.covered == {(1, 1), (3, 4)} and "2 cells covered" in brush.controls.score.value
    assert second.description == "row 3, column 4, covered" and "occlusion-brush-covered" in second._dom_classes
    first.click()
    assert brush.covered == {(3, 4)} and first.description == "row 1, column 1"
    brush.controls.clear.click()
    assert brush.covered == frozenset() and second.description == "row 3, column 4"
    assert brush.score == brush.scene.before and "No cell is covered" in brush.controls.score.value


def test_the_map_is_grad_cam_of_the_uncovered_picture(brush):
    scene = brush.scene
    L = scale_by_max(upsample(explain(scene.classifier, scene.x).map("dog"), (SIDE, SIDE)))[0].numpy()
    means = L.reshape(4, 112, 4, 112).mean((1, 3))
    order = [divmod(i, 4) for i in np.argsort(-means.ravel(), kind="stable")]
    assert L.max() == pytest.approx(1), "the case is not empty"
    for k in (1, 3, 7):
        assert scene.strongest(k) == {(row + 1, column + 1) for row, column in order[:k]}
    brush.mapped = True
    assert np.array_equal(brush.picture(), overlay(seen(IMAGE, scene.classifier.transform.at(SIDE)), L))


def test_the_comparison_covers_as_many_cells_by_the_map_and_by_chance(brush):
    brush.covered = {(1, 1), (1, 2), (4, 3)}
    found, scene = brush.compare(), brush.scene
    assert found.yours == scene.score(brush.covered) and found.before == scene.before
    assert len(found.strongest) == 3 and found.map == scene.score(scene.strongest(3))
    assert len(found.random) == DRAWS and len({score.logit for score in found.random}) > DRAWS / 2
    assert [s.logit for s in OcclusionBrush(IMAGE, classifier(), "dog", grid=4).scene.random(3)] == [
        score.logit for score in found.random
    ]
    brush.controls.map.click()
    text = said(brush.controls.comparison.value)
    mean = scene.before.logit - np.mean([score.logit for score in found.random])
    for fall in (scene.before.logit - found.yours.logit, scene.before.logit - found.map.logit, mean):
        assert f"<td>{fall:.2f}</td>" in text
    assert f"yours include {len(brush.covered & found.strongest)} of them" in text
    brush.controls.map.click()
    assert "<table" not in brush.controls.comparison.value


def test_each_picture_is_scored_once(brush, monkeypatch):
    count = passes(monkeypatch, brush.scene.classifier.model)
    brush.press((1, 1))
    brush.press((4, 3))
    assert count == {"forward": 2}
    count.clear()
    brush.controls.map.click()
    assert count["forward"] == 3, "the map, the strongest cells, the random ones"
    count.clear()
    brush.controls.map.click()
    brush.press((4, 3))
    brush.controls.clear.click()
    brush.covered = {(4, 3), (1, 1)}
    brush.controls.map.click()
    assert brush.mapped and brush.compare().yours == brush.score and not count


def test_random_cells_are_drawn_without_replacement_and_all_of_them_are_the_whole_picture(brush):
    everything = brush.scene.score(brush.scene.cells).logit
    assert all(score.logit == pytest.approx(everything, abs=1e-5) for score in brush.scene.random(16))


def test_cells_in_which_the_map_is_zero_are_counted(brush):
    zero = int((brush.scene.heights == 0).sum())
    brush.covered = brush.scene.cells
    assert brush.compare().empty == zero


def test_an_empty_map_says_why():
    model = SmallNet(classes=4)
    nn.init.zeros_(model.head.weight)
    brush = OcclusionBrush(IMAGE, classifier(model), "dog", grid=4)
    brush.covered = {(1, 1)}
    brush.mapped = True
    assert brush.controls.message.word == "Note" and brush.controls.message.text
    assert brush.compare().empty == 1 and "zero in 1 of its 1 cell" in brush.controls.comparison.value


def test_the_class_is_the_predicted_one_unless_it_is_told():
    clf = classifier()
    index = int(clf.model(clf.to_input(IMAGE)).argmax())
    assert OcclusionBrush(IMAGE, clf, grid=2).scene.index == index
    assert OcclusionBrush(IMAGE, clf, 3, grid=2).scene.label == "<b>bold</b>"
    text = "".join(child.value for child in OcclusionBrush(IMAGE, clf, 3, grid=2).controls.text)
    assert "&lt;b&gt;bold&lt;/b&gt;" in text and "<b>bold" not in text


def test_the_colour_and_the_grid_are_choices_that_are_stated():
    clf = classifier()
    brush = OcclusionBrush(IMAGE, clf, "dog", grid=4, value=1.5)
    brush.covered = {(2, 2)}
    assert torch.equal(brush.scene.input(brush.covered), painted(clf, {(2, 2)}, 1.5))
    assert np.array_equal(brush.picture()[120, 120], clf.picture(torch.full((1, 3, 1, 1), 1.5))[0, 0])
    text = "".join(child.value for child in brush.controls.text)
    assert "1.5 in normalised units" in text and "8 × 8 pixels" in text


def test_what_cannot_be_used_is_told(brush):
    brush.covered = {(2, 2)}
    brush.covered = {(5, 1)}
    assert brush.covered == {(2, 2)} and "both from 1 to 4" in brush.controls.message.text
    for grid in (1, 17, 2.5):
        with pytest.raises(ValueError, match="from 2 to 8"):
            OcclusionBrush(IMAGE, classifier(), grid=grid)
    with pytest.raises(ValueError, match="two classes or more"):
        OcclusionBrush(IMAGE, classifier(names=["one"]), grid=4)


def test_any_network_can_be_given():
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 2))
    brush = OcclusionBrush(IMAGE.repeat(16, 0).repeat(16, 1), model)
    assert brush.scene.label in make_classifier(model).names


def test_the_network_stays_as_it_was(brush):
    model = SmallNet(classes=4).train()
    brush = OcclusionBrush(IMAGE, classifier(model), grid=4)
    brush.covered, brush.mapped = {(1, 1)}, True
    assert model.training and all(parameter.grad is None for parameter in model.parameters())
