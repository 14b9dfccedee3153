"""The measures against other implementations of them, on maps made by hand and by chance."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage, stats
from skimage.metrics import structural_similarity
from support.evaluating import options

from gradcam_lib.evaluate.experiment import Seen
from gradcam_lib.evaluate.faithfulness import STEPS, Faithfulness, blurred, mean_colour
from gradcam_lib.evaluate.look import Look
from gradcam_lib.evaluate.methods import chosen
from gradcam_lib.evaluate.pointing import LARGEST, TOLERANCE, Pointing
from gradcam_lib.evaluate.sanity import ssim
from gradcam_lib.explanation import explain
from gradcam_lib.measures.faithfulness import rank_correlation
from gradcam_lib.measures.localize import box_from_map
from gradcam_lib.networks.zoo import load_classifier

SIDE = 40
seeds = st.integers(0, 2**32 - 1)


@pytest.fixture(scope="module")
def clf():
    return load_classifier("photonet")


@settings(max_examples=100, deadline=None)
@given(seeds, st.sampled_from([0.1, 0.15, 0.5, 0.9]))
def test_boxes_are_those_of_scipys_largest_region(seed: int, threshold: float) -> None:
    heat = ndimage.gaussian_filter(np.random.default_rng(seed).random((24, 30)), 1.5) ** 4
    labels, count = ndimage.label(heat >= threshold * heat.max(), np.ones((3, 3)))
    sizes = ndimage.sum_labels(labels > 0, labels, range(1, count + 1))
    boxes = [(x.start, y.start, x.stop, y.stop) for y, x in ndimage.find_objects(labels)]
    assert box_from_map(heat, threshold) in [box for box, size in zip(boxes, sizes, strict=True) if size == sizes.max()]


@settings(max_examples=30, deadline=None)
@given(seeds)
def test_pointing_is_what_scipy_makes_of_the_map_and_the_mask(clf, seed: int) -> None:
    rng = np.random.default_rng(seed)
    heat = ndimage.gaussian_filter(rng.random((SIDE, SIDE)), 1).astype(np.float32)
    mask = ndimage.gaussian_filter(rng.random((SIDE, SIDE)), 3) > 0.51
    mask[rng.integers(SIDE), rng.integers(SIDE)] = True
    experiment = Pointing(options(Pointing, size=SIDE, methods=["grad_cam"]), clf)
    experiment.chosen = [Given("grad_cam", heat)]
    (row,) = experiment.measure(None, [Seen(np.zeros((SIDE, SIDE, 3), np.uint8), (0,), (), mask, True)])
    highest, away = ndimage.maximum_position(heat), ndimage.distance_transform_edt(~mask)
    assert row["grad_cam|hit"] == int(away[highest] <= TOLERANCE * SIDE) and row["grad_cam|inside"] == int(
        mask[highest]
    )
    inside, outside = (ndimage.sum_labels(heat, mask, on) for on in (1, 0))
    assert row["grad_cam|energy"] == pytest.approx(inside / heat.sum(), abs=1e-4)
    ratio = ndimage.mean(heat, mask, 1) / ndimage.mean(heat, mask, 0)
    assert outside > 0 and row["grad_cam|inside_outside"] == pytest.approx(min(ratio, LARGEST), abs=1e-3)
    assert row["share"] == pytest.approx(mask.mean(), abs=1e-4)


class Given:
    """A method whose map is known."""

    def __init__(self, name: str, heat: np.ndarray):
        self.name, self.heat = name, heat

    def heats(self, look) -> np.ndarray:
        return self.heat[None]


@settings(max_examples=50, deadline=None)
@given(seeds, st.integers(2, 9))
def test_spearman_is_pearson_of_scipys_ranks(seed: int, values: int) -> None:
    """Ranks of few different values, so that many are equal."""
    a, b = np.random.default_rng(seed).integers(0, values, (2, 60)).astype(float)
    if np.ptp(a) and np.ptp(b):
        ranks = stats.rankdata(a), stats.rankdata(b)
        assert rank_correlation(a, b) == pytest.approx(np.corrcoef(*ranks)[0, 1])
        assert rank_correlation(a, b) == pytest.approx(stats.spearmanr(a, b).statistic)


@settings(max_examples=20, deadline=None)
@given(seeds)
def test_ssim_by_its_formula_and_by_scikit_image(seed: int) -> None:
    """Means, variances and covariance in windows of 7 × 7 (Wang et al. 2004, eq. 13); K₁ = 0.01, K₂ = 0.03."""
    a, b = np.random.default_rng(seed).random((2, 20, 20))
    x, y = a / a.max(), b / b.max()

    def window(z: np.ndarray) -> np.ndarray:
        return ndimage.uniform_filter(z, 7)[3:-3, 3:-3]

    unbiased = 49 / 48
    vx, vy, vxy = (unbiased * (window(p * q) - window(p) * window(q)) for p, q in ((x, x), (y, y), (x, y)))
    c1, c2 = 0.01**2, 0.03**2
    below = (window(x) ** 2 + window(y) ** 2 + c1) * (vx + vy + c2)
    by_hand = ((2 * window(x) * window(y) + c1) * (2 * vxy + c2) / below).mean()
    assert ssim(a, b) == pytest.approx(by_hand) == structural_similarity(x, y, data_range=1.0)


class Covered(torch.nn.Module):
    """What the network says where pixels of one picture give way to another's: 1 is kept, 0 replaced, (N, 1, S, S)."""

    def __init__(self, model: torch.nn.Module, first: torch.Tensor, then: torch.Tensor):
        super().__init__()
        self.model, self.first, self.then = model, first, then

    def forward(self, kept: torch.Tensor) -> torch.Tensor:
        return self.model(torch.where(kept > 0.5, self.first, self.then))


def test_deletion_and_insertion_are_quantus_pixel_flipping(clf) -> None:
    """The same 20 points of each curve; ours has the picture before the first step, too."""
    quantus = pytest.importorskip("quantus", reason="pip install quantus, to compare with it")
    experiment = Faithfulness(options(Faithfulness, size=SIDE), clf)
    x = torch.randn(2, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(0)).cumsum(3) / 4
    targets = clf.model(x).argmax(1).tolist()
    (method,) = chosen(["saliency"])
    heats = method.heats(Look(clf, x, explain(clf, x, pixels=True), targets, ["a", "b"]))
    flipping = quantus.PixelFlipping(
        features_in_step=SIDE**2 // STEPS, normalise=False, perturb_baseline=0.0, disable_warnings=True
    )
    kept = np.ones((1, 1, SIDE, SIDE), np.float32)
    for i, target in enumerate(targets):
        one = x[i : i + 1]
        order = torch.from_numpy(np.argsort(-heats[i], axis=None, kind="stable"))
        for first, then in ((one, mean_colour(one)), (blurred(one), one)):
            model = Covered(clf.model, first, then).eval()
            with warnings.catch_warnings(), torch.inference_mode():
                warnings.simplefilter("ignore")
                (points,) = flipping(model, kept, np.array([target]), heats[i][None, None], softmax=True)
                start = float(model(torch.from_numpy(kept)).softmax(1)[0, target])
            ours = experiment._curve(first, then, order, target)
            assert ours * (STEPS + 1) == pytest.approx(start + np.sum(points), abs=1e-4)
