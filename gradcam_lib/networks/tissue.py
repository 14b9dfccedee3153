"""Networks for pictures of tissue: a bag of patches under attention, and an ordinary CNN beside it.

>>> from gradcam_lib.networks.tissue import load_tissue
>>> clf = load_tissue("attention")                                    # a Classifier; also "gated", "cnn"
>>> a = clf.model.network.attention(clf.to_input(picture.image))      # (1, 6, 6), adds up to one

Attention-based multiple-instance learning (Ilse, Tomczak and Welling 2018): a picture is a bag of patches, the label
belongs to the bag, and the weights of its average say which patches it rests on.
"""

from __future__ import annotations

from collections import OrderedDict
from functools import partial
from pathlib import Path

import torch
from torch import Tensor, nn

from gradcam_lib.networks.classifier import Classifier, TwoSided
from gradcam_lib.networks.slim import fold
from gradcam_lib.networks.weights import WeightsWrong, fit, found, read_metadata, read_state, save_network
from gradcam_lib.pictures.images import Transform

PATCH = 28  # pixels, as in the original
WIDTHS = (16, 32, 64)
HIDDEN = 32  # rows of V and U
# Means and deviations of the rendered pictures.
TRANSFORM = Transform(168, 168, mean=(0.79, 0.58, 0.74), std=(0.14, 0.13, 0.09))
NAMES = ["ordinary", "abnormal"]
COMMAND = "python -m gradcam_lib.training.tissue"


class AttentionMIL(nn.Module):
    r"""Patches → embeddings h_k → attention a_k → their weighted mean z → the logit of the bag.

    .. math:: a_k = \operatorname{softmax}_k(w^\top \tanh(V h_k)), \quad z = \sum_k a_k h_k

    Gated: :math:`w^\top (\tanh(V h_k) \odot \sigma(U h_k))` (Ilse et al. 2018, equations 7 to 9).
    (N, 3, H, W), H and W multiples of 28 → logits (N, 1), whose sigmoid is the probability of the bag. The original
    has 20 and 50 channels, embeddings of 500 and 128 rows of V; this one has 16, 32, 64 and 32.
    """

    def __init__(self, gated: bool = False, *, batch_norm: bool = True):
        super().__init__()
        self.gated = gated
        self.features = nn.Sequential(_convolutions(batch_norm, padded=False))
        self.embed = nn.Sequential(nn.Flatten(), nn.Linear(WIDTHS[1] * 25, WIDTHS[2]), nn.ReLU())
        self.V = nn.Linear(WIDTHS[2], HIDDEN, bias=False)
        if gated:
            self.U = nn.Linear(WIDTHS[2], HIDDEN, bias=False)
        self.w = nn.Linear(HIDDEN, 1, bias=False)
        self.head = nn.Linear(WIDTHS[2], 1)

    def forward(self, x: Tensor) -> Tensor:
        h = self.embeddings(x)
        return self.of_bag(h, self.weights(h))

    def embeddings(self, x: Tensor) -> Tensor:
        """(N, 3, H, W) → h (N, K, 64), the K patches row by row."""
        bag = patches(x)
        return self.embed(self.features(bag.flatten(0, 1))).unflatten(0, bag.shape[:2])

    def weights(self, h: Tensor) -> Tensor:
        """h (N, K, 64) → a (N, K) ≥ 0, which adds up to one over a bag of any size and in any order."""
        t = torch.tanh(self.V(h))
        if self.gated:
            t = t * torch.sigmoid(self.U(h))
        return self.w(t)[..., 0].softmax(1)

    def of_bag(self, h: Tensor, a: Tensor) -> Tensor:
        """h (N, K, 64) and its weights a (N, K) → the bag's logit (N, 1)."""
        return self.head((a[..., None] * h).sum(1))

    def attention(self, x: Tensor) -> Tensor:
        """(N, 3, H, W) → a (N, H / 28, W / 28), where the patches are."""
        return self.weights(self.embeddings(x)).unflatten(1, (x.shape[2] // PATCH, x.shape[3] // PATCH))


class TissueCNN(nn.Module):
    """The same first convolutions over the whole picture, one more, global average pooling, a linear layer.

    (N, 3, H, W) → logits (N, 1). The last map, ``features``, is (N, 64, H/4, W/4): 42×42 at 168 px.
    """

    def __init__(self, *, batch_norm: bool = True):
        super().__init__()
        layers = _convolutions(batch_norm, padded=True) | _convolution("3", *WIDTHS[1:], 3, batch_norm, padded=True)
        self.features = nn.Sequential(layers)
        self.pool, self.flatten, self.head = nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(WIDTHS[2], 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.flatten(self.pool(self.features(x))))


BUILD = {"attention": AttentionMIL, "gated": partial(AttentionMIL, gated=True), "cnn": TissueCNN}
FILES = {name: (f"tissue_{name}.safetensors", f"{COMMAND} --name {name}") for name in BUILD}


def load_tissue(name: str = "attention", *, weights: Path | str = "default") -> Classifier:
    """A network of this module as a Classifier of two names, ordinary and abnormal; ``.model.network`` is the network.

    name: "attention", "gated" or "cnn". weights: "default" or a file. Errors: unknown name; FileNotFoundError with the
    command that trains it; WeightsWrong.
    """
    path, where = found(name, FILES, weights)
    about = read_metadata(path)
    if about.get("system") != "tissue" or about.get("name") != name:
        raise WeightsWrong(f"{path}: holds {about.get('name', 'something else')!r}, expected {name!r}; see save_tissue")
    with torch.random.fork_rng(devices=[]):  # the caller's random numbers stay as they were
        network = BUILD[name](batch_norm=False)
    fit(network, read_state(path), path)
    layer = "network.features" if name == "cnn" else None
    source = f"{type(network).__name__} ({name}), trained on {about['trained_on']}, weights {where}"
    return Classifier(TwoSided(network.eval()).eval(), list(NAMES), layer, source, TRANSFORM)


def save_tissue(model: nn.Module, name: str, path: Path | str, trained_on: str) -> None:
    """Writes float16 safetensors, each BatchNorm multiplied into its convolution."""
    save_network(fold(model), path, system="tissue", name=name, trained_on=trained_on)


def patches(x: Tensor) -> Tensor:
    """(N, 3, H, W) → (N, K, 3, 28, 28), row by row. Errors: ValueError where H or W is no multiple of 28."""
    n, channels, h, w = x.shape
    if h % PATCH or w % PATCH:
        raise ValueError(f"picture of {h}×{w}: a bag of patches needs multiples of {PATCH}; resize or crop it")
    cut = x.reshape(n, channels, h // PATCH, PATCH, w // PATCH, PATCH)
    return cut.permute(0, 2, 4, 1, 3, 5).flatten(1, 2)


def _convolution(number: str, before: int, width: int, kernel: int, batch_norm: bool, *, padded: bool) -> OrderedDict:
    conv = nn.Conv2d(before, width, kernel, padding=kernel // 2 if padded else 0, bias=not batch_norm)
    norm = {f"bn{number}": nn.BatchNorm2d(width)} if batch_norm else {}
    return OrderedDict({f"conv{number}": conv, **norm, f"relu{number}": nn.ReLU()})


def _convolutions(batch_norm: bool, *, padded: bool) -> OrderedDict:
    """5×5, pool, 3×3, pool: a patch of 28 becomes 5×5 without padding, a picture a quarter of itself with."""
    first = _convolution("1", 3, WIDTHS[0], 5, batch_norm, padded=padded)
    second = _convolution("2", *WIDTHS[:2], 3, batch_norm, padded=padded)
    return OrderedDict({**first, "pool1": nn.MaxPool2d(2), **second, "pool2": nn.MaxPool2d(2)})
