"""The relatives of Grad-CAM, on paper and against captum and grad-cam (the package) where these keep to the papers."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import torch
from captum.attr import IntegratedGradients, NoiseTunnel, Saliency
from pytorch_grad_cam import FinerCAM, GradCAMPlusPlus, HiResCAM, LayerCAM, ScoreCAM, XGradCAM
from pytorch_grad_cam.utils.model_targets import (
    ClassifierOutputSoftmaxTarget,
    ClassifierOutputTarget,
    FinerWeightedTarget,
)
from pytorch_grad_cam.utils.svd_on_activations import get_2d_projection
from torch import nn

from gradcam_lib.equations import channel_weights, combine
from gradcam_lib.evaluate import relatives
from gradcam_lib.explanation import explain
from gradcam_lib.networks.classifier import Classifier
from gradcam_lib.networks.zoo import load_classifier
from gradcam_lib.pictures.samples import sample

A = torch.tensor([[[[1.0, 2], [0, 1]], [[0, 1], [3, 0]]]])
G = torch.tensor([[[[0.0, 4], [0, 0]], [[-1, -1], [-1, -1]]]])


@pytest.fixture(scope="module")
def clf() -> Classifier:
    return load_classifier("photonet")


@pytest.fixture(scope="module")
def x() -> torch.Tensor:
    return torch.randn(2, 3, 64, 64, generator=torch.Generator().manual_seed(0)).cumsum(3) / 4


def theirs(method: type, clf: Classifier, x: torch.Tensor, classes: list[int], target: type) -> np.ndarray:
    """The package's map of its own A and G, before it is rectified, stretched and enlarged: (N, h, w)."""
    targets = [target(c) for c in classes]
    with method(model=clf.model, target_layers=[clf.model.get_submodule(clf.layer)]) as cam:
        cam(input_tensor=x.clone(), targets=targets)
        kept = cam.activations_and_grads
        A = kept.activations[0].numpy()
        G = kept.gradients[0].numpy() if kept.gradients else None
        return cam.get_cam_image(x, cam.target_layers[0], targets, A, G, eigen_smooth=False)


def test_on_paper() -> None:
    assert combine(channel_weights(G), A, relu=False).tolist() == [[[1, 1], [-3, 1]]]  # Grad-CAM: A¹ − A²
    assert relatives.hires_cam(A, G).tolist() == [[[0, 7], [-3, 0]]]  # 4·2 − 1 at the upper right
    assert relatives.xgrad_cam(A, G).tolist() == [[[2, 3], [-3, 2]]]  # w₁ = 4·2/4, w₂ = −4/4
    assert relatives.layer_cam(A, G).tolist() == [[[0, 8], [0, 0]]]
    w = 4 / (2 + 4 * 4)  # ΣA¹ = 4
    assert torch.allclose(relatives.grad_cam_pp(A, G), w * A[:, 0])


def test_a_channel_that_is_nowhere_active_has_no_weight() -> None:
    assert relatives.xgrad_cam(torch.zeros(1, 2, 2, 2), G).tolist() == [[[0, 0], [0, 0]]]


def test_grad_cam_pp_is_the_papers_formula_term_by_term(clf, x) -> None:
    """Eq. 19 as it is printed, in float64, where G is not zero."""
    e = explain(clf, x)
    A, G = e.activation().double(), e.gradient().double()
    a = G**2 / (2 * G**2 + A.sum((2, 3), keepdim=True) * G**3)
    w = (torch.where(G > 0, a * G, 0)).sum((2, 3), keepdim=True)
    assert torch.allclose(relatives.grad_cam_pp(A, G), (w * A).sum(1))


def test_the_packages_grad_cam_pp_adds_a_number_that_is_not_small() -> None:
    """10⁻⁶ below the fraction line, beside G²: it halves the weights of small gradients, and leaves those of large."""
    cam = GradCAMPlusPlus(nn.Sequential(nn.Conv2d(1, 1, 1)), [])
    ones, small = np.ones((1, 2, 2, 2)), np.full((1, 2, 2, 2), 1e-3)
    small[:, 1] = 1e-4
    exact = 4 * small[0, :, 0, 0] / (2 + 4 * small[0, :, 0, 0])
    found = cam.get_cam_weights(None, None, None, ones, small)[0]
    ours = relatives.grad_cam_pp(torch.from_numpy(ones)[:, :1], torch.from_numpy(small)[:, :1])
    assert float(ours[0, 0, 0]) == pytest.approx(exact[0])
    assert found[0] / exact[0] == pytest.approx(2 / 3, abs=0.01) and found[1] / exact[1] < 0.05
    large = cam.get_cam_weights(None, None, None, ones, 1e3 * small)[0]
    assert large == pytest.approx(4 * small[0, :, 0, 0] * 1e3 / (2 + 4e3 * small[0, :, 0, 0]), rel=1e-3)


@pytest.mark.parametrize(
    ("method", "ours"),
    [(HiResCAM, relatives.hires_cam), (XGradCAM, relatives.xgrad_cam), (LayerCAM, relatives.layer_cam)],
)
def test_three_are_the_packages(method: type, ours, clf, x) -> None:
    e = explain(clf, x)
    expected = theirs(method, clf, x, [3, 7], ClassifierOutputTarget)
    assert np.allclose(ours(e.activation(), e.gradient([3, 7])), expected, rtol=1e-3, atol=1e-5)


def test_finer_cam_is_the_packages_with_one_other_class(clf, x) -> None:
    e = explain(clf, x)
    best, rival = e.logits.topk(2, dim=1).indices.T.tolist()
    targets = [FinerWeightedTarget(c, [d], 1) for c, d in zip(best, rival, strict=True)]
    expected = FinerCAM(clf.model, [clf.model.get_submodule(clf.layer)])(x.clone(), targets)
    L = e.map(relatives.rivals(e.logits, best))
    scaled = (L / L.amax((1, 2), keepdim=True))[:, None]
    large = torch.nn.functional.interpolate(scaled, size=64, mode="bilinear")[:, 0].numpy()
    low, high = large.min((1, 2), keepdims=True), large.max((1, 2), keepdims=True)
    assert np.allclose((large - low) / (high - low), expected, atol=0.02)  # cv2 rounds its weights


def test_eigen_cam_is_the_best_map_of_one_pattern(x, clf) -> None:
    """Outer product of a pattern and of weights: the pattern comes back. On A ≥ 0 the sign is certain."""
    pattern = torch.rand(1, 3, 4)
    rank_one = pattern[:, None] * torch.tensor([0.6, 0.8])[None, :, None, None]
    assert torch.allclose(relatives.eigen_cam(rank_one), pattern, atol=1e-5)
    L = relatives.eigen_cam(explain(clf, x).activation())
    assert L.min() > -1e-4 * L.max()


def test_the_packages_eigen_cam_is_centred_and_ours_is_not(clf, x) -> None:
    A = explain(clf, x).activation()
    centred = A - A.mean((2, 3), keepdim=True)
    assert np.allclose(np.abs(get_2d_projection(A.numpy())), relatives.eigen_cam(centred).abs(), rtol=1e-2, atol=1e-3)
    assert get_2d_projection(A.numpy()).min() < 0


class Same(nn.Module):
    """Its map is as large as the picture, so that it does not matter how a map is enlarged."""

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(3, 5, 3, padding=1), nn.ReLU())
        self.head = nn.Linear(5, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.features(x).mean((2, 3)) * 5)


def test_score_cam_weights_are_the_packages_before_their_softmax(clf) -> None:
    """The package takes the softmax over the channels, as in the paper's algorithm; its text and code do without."""
    torch.manual_seed(0)
    net, x = Same().eval(), torch.randn(2, 3, 8, 8)
    small = Classifier(net, ["a", "b", "c"], "features", clf.transform, "")
    expected = theirs(ScoreCAM, small, x, [0, 2], ClassifierOutputSoftmaxTarget)
    A = explain(net, x, "features").activation()
    H = (A - A.amin((2, 3), keepdim=True)) / (A.amax((2, 3), keepdim=True) - A.amin((2, 3), keepdim=True))
    p = torch.stack([net(x[i, None] * H[i, :, None]).softmax(1)[:, c] for i, c in enumerate((0, 2))]).detach()
    assert np.allclose(torch.einsum("nk,nkhw->nhw", p.softmax(1), A), expected, atol=1e-5)
    empty = net(torch.zeros(1, 3, 8, 8)).softmax(1)[0, [0, 2]].detach()
    by_text = torch.einsum("nk,nkhw->nhw", p - empty[:, None], A)
    assert torch.allclose(relatives.score_cam(small, x, A, [0, 2]), by_text, atol=1e-5)


def test_integrated_gradients_are_captums(clf, x) -> None:
    expected = IntegratedGradients(clf.model).attribute(x, 0 * x, [3, 7], n_steps=16, method="riemann_middle")
    found = relatives.integrated_gradients(clf, x, [3, 7])
    assert torch.allclose(found, expected.float(), rtol=1e-3, atol=1e-5)


def test_integrated_gradients_add_up_with_enough_passes(clf) -> None:
    """To y(x) − y(0)."""
    x = clf.to_input(sample("cat"))
    with torch.no_grad():
        rise = float(clf.model(x)[0, 7] - clf.model(0 * x)[0, 7])
    missing = [
        abs(float(relatives.integrated_gradients(clf, x, [7], passes=n).sum()) - rise) / abs(rise) for n in (1, 16, 64)
    ]
    assert missing[2] < 0.1 and missing[2] < missing[0]


def test_smooth_grad_is_captums_with_the_same_noise(clf, x) -> None:
    one = x[:1]
    torch.manual_seed(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = NoiseTunnel(Saliency(clf.model)).attribute(
            one, nt_type="smoothgrad", nt_samples=16, stdevs=0.15 * float(one.max() - one.min()), target=3, abs=False
        )
    assert torch.allclose(relatives.smooth_grad(clf, one, [3]), expected, rtol=1e-3, atol=1e-6)


def test_where_the_gradient_is_constant_four_methods_are_one(x) -> None:
    gap = load_classifier("photonet_gap")
    e = explain(gap, x)
    A, G = e.activation(), e.gradient([3, 7])
    for other in (relatives.hires_cam(A, G), relatives.xgrad_cam(A, G)):
        assert torch.allclose(other, e.signed([3, 7]), rtol=1e-3, atol=1e-6)
    assert not torch.allclose(relatives.layer_cam(A, G), e.signed([3, 7]), rtol=0.1)
