"""Class activation maps: CAM (Zhou et al. 2016), Grad-CAM and its counterfactual (Selvaraju et al. 2017)."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from gradcam_lib.capture import Layer
from gradcam_lib.explanation import explain
from gradcam_lib.forward import CONVOLUTIONS, Output, parts
from gradcam_lib.targets import TargetLike

LINEAR = (nn.Linear, *CONVOLUTIONS[1], *CONVOLUTIONS[2], *CONVOLUTIONS[3])


def grad_cam(model: nn.Module, x: Any, target: TargetLike = None, layer: Layer | None = None, **options: Any) -> Tensor:
    r"""Where the network sees the target.

    .. math:: L^c = ReLU( \sum_k \alpha_k^c A^k ), \quad
              \alpha_k^c = \frac{1}{Z} \sum_{i,j} \partial y^c / \partial A^k_{ij}   (Selvaraju et al. 2017, eq. 1, 2)

    x: (N, 3, H, W) → (N, h, w) ≥ 0, the size of the layer's map, not scaled; signals, volumes and several inputs as for
    ``explain``, whose keywords are the options. target: None (the predicted class), class number or name, a list with
    one entry per image, or a callable logits (N, C) → (N,). Costs one forward pass and the way back from the score to
    the layer.   Notebook 04.
    """
    return explain(model, x, layer, **options).map(target)


def counterfactual(
    model: nn.Module, x: Any, target: TargetLike = None, layer: Layer | None = None, **options: Any
) -> Tensor:
    r"""What speaks against the target: Grad-CAM with the gradient negated.

    .. math:: \alpha_k^c = \frac{1}{Z} \sum_{i,j} - \partial y^c / \partial A^k_{ij}   (Selvaraju et al. 2017, sec. 3.3)

    (N, 3, H, W) → (N, h, w) ≥ 0. Removing these places should raise the score of the target. Inputs and options are
    those of ``grad_cam``.   Notebook 06.
    """
    return explain(model, x, layer, **options).counterfactual(target)


def cam(model: nn.Module, x: Any, target: TargetLike = None, *, output: Output = None) -> Tensor:
    r"""Zhou's class activation map, for networks that end in global average pooling and one linear layer.

    .. math:: M_c(i, j) = \sum_k w_k^c A^k_{ij}   (Zhou et al. 2016, eq. 2)

    (N, 3, H, W) → (N, h, w), not rectified: negative where the class is spoken against. A 1×1 convolution behind the
    pooling is a linear layer, too. For any other target the weights of the classes are combined as the target combines
    their scores.
    Errors: a network of another form, found by computing its logits from the map and comparing.   Notebook 03.
    """
    e = explain(model, x, output=output)
    with torch.autocast(e.logits.device.type, enabled=False):
        A, W = rectified_map_and_weights(parts(model)[0], e.activation(), e.logits)
        weights = e._row(target).float() @ W  # (N, K)
        return torch.einsum("nk,nk...->n...", weights, A)


def rectified_map_and_weights(model: nn.Module, A: Tensor, logits: Tensor) -> tuple[Tensor, Tensor]:
    """The map that is pooled, (N, K, h, w), and the weights of the linear layer behind it, (C, K).

    A: what a layer returned; where a function rectifies it before the pooling, the rectified map.
    """
    shape = logits.shape[1], A.shape[1]
    for layer in reversed([m for m in model.modules() if isinstance(m, LINEAR) and m.weight.shape[:2] == shape]):
        if layer.weight[0, 0].numel() > 1:
            continue  # a convolution that sees neighbours
        W = layer.weight.detach().flatten(1).float()
        bias: Any = 0 if layer.bias is None else layer.bias.detach().float()
        scores = logits.float() - bias  # compared by their own size: activations may be tiny
        tolerance = 1e-4 if A.dtype == logits.dtype == torch.float32 else 2e-2
        allowed = tolerance * scores.abs().max() + 4 * torch.finfo(logits.dtype).eps * logits.abs().max()
        for pooled in (A.float(), A.float().relu()):
            if (pooled.flatten(2).mean(2) @ W.T - scores).abs().max() <= allowed:
                return pooled, W
    raise ValueError(
        f"{type(model).__name__} does not end in global average pooling and one linear layer, so it has no CAM; "
        "use grad_cam, which needs no such ending"
    )
