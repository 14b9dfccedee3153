"""A small vision transformer and a CNN of like task, for the things of ``worlds.pairs``.

>>> from gradcam_lib.networks.transformer import load_transformer, tokens_as_map
>>> clf = load_transformer()                                       # a Classifier of eight kinds; also "cnn"
>>> x = clf.to_input(picture.image)                                # (1, 3, 96, 96)
>>> explain(clf, x, clf.layer, layer_map=tokens_as_map).map("zebra")       # (1, 12, 12)

A plain ViT (Dosovitskiy et al. 2021) with a class token and with its LayerNorms in front; its patches come out of two
convolutions, which small transformers learn faster from than from one (Xiao et al. 2021).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from gradcam_lib.networks.classifier import Classifier
from gradcam_lib.networks.slim import fold
from gradcam_lib.networks.weights import WeightsWrong, fit, found, read_metadata, read_state, save_network
from gradcam_lib.pictures.images import Transform

PATCH, GRID = 8, 12  # pixels of a patch; patches in each direction
WIDTH, DEPTH, HEADS = 64, 4, 4
CNN_WIDTHS = (24, 32, "pool", 48, "pool", 56, 56)
TRANSFORM = Transform(PATCH * GRID, PATCH * GRID, mean=(0.61, 0.6, 0.53), std=(0.15, 0.13, 0.17))
COMMAND = "python -m gradcam_lib.training.transformer"


class Attention(nn.Module):
    r"""Every token looks at every token: (N, T, D) → (N, T, D).

    .. math:: A = \operatorname{softmax}(Q K^\top / \sqrt{d}), \quad \text{out} = A V   (Vaswani et al. 2017, eq. 1)

    ``softmax`` is a module so that A, (N, heads, T, T), is the output of a layer: row i says where token i looks.
    """

    def __init__(self, width: int, heads: int):
        super().__init__()
        self.heads = heads
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.softmax = nn.Softmax(-1)

    def forward(self, x: Tensor) -> Tensor:
        q, k, v = self.qkv(x).unflatten(2, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)  # (N, heads, T, d) each
        A = self.softmax(q @ k.transpose(-2, -1) * q.shape[-1] ** -0.5)
        return self.out((A @ v).transpose(1, 2).flatten(2))


class Block(nn.Module):
    """Attention, then two linear layers for each token alone; each is added to what it was given."""

    def __init__(self, width: int, heads: int):
        super().__init__()
        self.norm1, self.attention = nn.LayerNorm(width), Attention(width, heads)
        self.norm2 = nn.LayerNorm(width)
        self.mlp = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.attention(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class Transformer(nn.Module):
    """(N, 3, 96, 96) → logits (N, classes), one for each kind of thing: several may be there.

    Patches of 8 pixels become 144 tokens, in front of them the class token, which alone is read at the end. Each
    block returns (N, 145, 64).
    """

    def __init__(self, classes: int, *, batch_norm: bool = True):
        super().__init__()
        norm = [("bn1", nn.BatchNorm2d(24))] if batch_norm else []
        self.stem = nn.Sequential(
            OrderedDict(
                [("conv1", nn.Conv2d(3, 24, 8, 4, 2, bias=not batch_norm)), *norm, ("relu1", nn.ReLU()),
                 ("conv2", nn.Conv2d(24, WIDTH, 4, 2, 1))]  # even kernels: a token lies over its own pixels
            )
        )  # fmt: skip
        self.class_token = nn.Parameter(torch.zeros(1, 1, WIDTH))
        self.positions = nn.Parameter(0.02 * torch.randn(1, 1 + GRID * GRID, WIDTH))
        self.blocks = nn.Sequential(*(Block(WIDTH, HEADS) for _ in range(DEPTH)))
        self.norm, self.head = nn.LayerNorm(WIDTH), nn.Linear(WIDTH, classes)

    def forward(self, x: Tensor) -> Tensor:
        patches = self.stem(x).flatten(2).transpose(1, 2)  # (N, 144, 64)
        tokens = torch.cat([self.class_token.expand(len(x), -1, -1), patches], 1) + self.positions
        return self.head(self.norm(self.blocks(tokens)[:, 0]))


class PairsCNN(nn.Module):
    """Five convolutions, the first with stride 2, global average pooling, a linear layer.

    (N, 3, 96, 96) → logits (N, classes). The last map, ``features``, is (N, 56, 12, 12), as many places as the
    transformer has patches.
    """

    def __init__(self, classes: int, *, batch_norm: bool = True):
        super().__init__()
        layers, before, number = OrderedDict(), 3, 0
        for width in CNN_WIDTHS:
            if width == "pool":
                layers[f"pool{number}"] = nn.MaxPool2d(2)
                continue
            number += 1
            kernel, stride = (4, 2) if number == 1 else (3, 1)
            layers[f"conv{number}"] = nn.Conv2d(before, width, kernel, stride, 1, bias=not batch_norm)
            if batch_norm:
                layers[f"bn{number}"] = nn.BatchNorm2d(width)
            layers[f"relu{number}"] = nn.ReLU()
            before = width
        self.features = nn.Sequential(layers)
        self.pool, self.flatten, self.head = nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(before, classes)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.flatten(self.pool(self.features(x))))


BUILD = {"transformer": Transformer, "cnn": PairsCNN}
FILES = {"transformer": ("transformer.safetensors", COMMAND), "cnn": ("transformer_cnn.safetensors", COMMAND)}
# In front of the last attention: behind the last block only the class token is read. Of the blocks it has the best
# Grad-CAM on validation pictures.
LAYER = {"transformer": f"blocks.{DEPTH - 1}.norm1", "cnn": "features"}


def load_transformer(name: str = "transformer", *, weights: Path | str = "default") -> Classifier:
    """A network of this module as a Classifier of eight kinds, each with a logit of its own.

    name: "transformer" or "cnn". ``.layer``: of the transformer the tokens in front of the last attention, which become
    a map with ``layer_map=tokens_as_map``. weights: "default" or a file. Errors: unknown name; FileNotFoundError with
    the command that trains it; WeightsWrong.
    """
    path, where = found(name, FILES, weights)
    about = read_metadata(path)
    if about.get("system") != "pairs" or about.get("name") != name:
        raise WeightsWrong(f"{path}: holds {about.get('name', 'something else')!r}, expected {name!r}")
    with torch.random.fork_rng(devices=[]):  # the caller's random numbers stay as they were
        network = BUILD[name](len(about["classes"]), batch_norm=False)
    fit(network, read_state(path), path)
    source = f"{type(network).__name__}, trained on {about['trained_on']}, weights {where}"
    return Classifier(network.eval(), list(about["classes"]), LAYER[name], source, TRANSFORM)


def save_transformer(model: nn.Module, name: str, path: Path | str, trained_on: str, classes: Sequence[str]) -> None:
    """Writes float16 safetensors, each BatchNorm multiplied into its convolution."""
    save_network(fold(model), path, system="pairs", name=name, trained_on=trained_on, classes=list(classes))


def tokens_as_map(tokens: Tensor) -> Tensor:
    """(N, 1 + h·w, D), the class token first → (N, D, h, w), as ``explain(layer_map=…)`` wants it; h = w.

    Errors: another number of tokens.
    """
    side = round((tokens.shape[1] - 1) ** 0.5)
    if side * side != tokens.shape[1] - 1:
        raise ValueError(f"{tokens.shape[1]} tokens: expected a class token and a square number of patches")
    return tokens[:, 1:].transpose(1, 2).unflatten(2, (side, side))


def rollout(attentions: Sequence[Tensor]) -> Tensor:
    r"""Where the class token's information comes from, if all of it followed the attention; it knows no class.

    .. math:: R = \hat A_L \cdots \hat A_1, \quad \hat A = (\bar A + I) / 2   (Abnar and Zuidema 2020, section 3)

    attentions: of each block (N, heads, T, T), the first first; the mean over heads is taken. → (N, h, w), the class
    token's row without its share of itself.   Notebook 13.
    """
    R = torch.eye(attentions[0].shape[-1]).to(attentions[0])
    for A in attentions:
        R = (A.mean(1) + torch.eye(len(A[0, 0])).to(A)) / 2 @ R
    return row_of_class_token(R)


def gradient_attention(attentions: Sequence[Tensor], gradients: Sequence[Tensor]) -> Tensor:
    r"""The same for one class: attention counts where more of it would raise the score.

    .. math:: R \leftarrow R + \operatorname{mean}_{heads}(\nabla A \odot A)^+ R   (Chefer, Gur and Wolf 2021, eq. 5, 6)

    attentions, gradients of the score at them: of each block (N, heads, T, T), the first first → (N, h, w) ≥ 0.
    """
    R = torch.eye(attentions[0].shape[-1]).to(attentions[0])
    for A, G in zip(attentions, gradients, strict=True):
        R = R + (G * A).relu().mean(1) @ R
    return row_of_class_token(R)


def row_of_class_token(R: Tensor) -> Tensor:
    """(N, T, T) → (N, h, w): what the class token takes from each patch."""
    return tokens_as_map(R[:, :1].transpose(1, 2))[:, 0]
