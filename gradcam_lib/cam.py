"""Class activation maps: CAM (Zhou et al. 2016), Grad-CAM and its counterfactual (Selvaraju et al. 2017)."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from gradcam_lib.capture import Layer
from gradcam_lib.explanation import explain
from gradcam_lib.forward import Output, parts
from gradcam_lib.targets import TargetLike


def grad_cam(
    model: nn.Module, x: Tensor, target: TargetLike = None, layer: Layer | None = None, *, output: Output = None
) -> Tensor:
    r"""Where the network sees the target.

    .. math:: L^c = ReLU( \sum_k \alpha_k^c A^k ), \quad
              \alpha_k^c = \frac{1}{Z} \sum_{i,j} \partial y^c / \partial A^k_{ij}   (Selvaraju et al. 2017, eq. 1, 2)

    x: (N, 3, H, W) → (N, h, w) ≥ 0, the size of the layer's map, not scaled. target: None (the predicted class), class
    number or name, a list with one entry per image, or a callable logits (N, C) → (N,). Costs one forward pass and
    the way back from the score to the layer.   Notebook 04.
    """
    return explain(model, x, layer, output=output).map(target)


def counterfactual(
    model: nn.Module, x: Tensor, target: TargetLike = None, layer: Layer | None = None, *, output: Output = None
) -> Tensor:
    r"""What speaks against the target: Grad-CAM with the gradient negated.

    .. math:: \alpha_k^c = \frac{1}{Z} \sum_{i,j} - \partial y^c / \partial A^k_{ij}   (Selvaraju et al. 2017, sec. 3.3)

    (N, 3, H, W) → (N, h, w) ≥ 0. Removing these places should raise the score of the target.   Notebook 06.
    """
    return explain(model, x, layer, output=output).counterfactual(target)


def cam(model: nn.Module, x: Tensor, target: TargetLike = None, *, output: Output = None) -> Tensor:
    r"""Zhou's class activation map, for networks that end in global average pooling and one linear layer.

    .. math:: M_c(i, j) = \sum_k w_k^c A^k_{ij}   (Zhou et al. 2016, eq. 2)

    (N, 3, H, W) → (N, h, w), not rectified: negative where the class is spoken against. For any other target the
    weights of the classes are combined as the target combines their scores.
    Errors: a network of another form, found by computing its logits from the map and comparing.   Notebook 03.
    """
    e = explain(model, x, output=output)
    A, W = rectified_map_and_weights(parts(model)[0], e.activation(), e.logits)
    weights = e._row(target).float() @ W  # (N, K)
    return torch.einsum("nk,nkhw->nhw", weights, A)


def rectified_map_and_weights(model: nn.Module, A: Tensor, logits: Tensor) -> tuple[Tensor, Tensor]:
    """The map that is pooled, (N, K, h, w), and the weights of the linear layer behind it, (C, K).

    DenseNet rectifies its last map with a function, after the last module; that form is recognised too.
    """
    linears = [m for m in model.modules() if isinstance(m, nn.Linear) and m.out_features == logits.shape[1]]
    if linears and linears[-1].in_features == A.shape[1]:
        W = linears[-1].weight.detach().float()
        bias: Any = 0 if linears[-1].bias is None else linears[-1].bias.detach().float()
        scores = logits.float() - bias  # compared by their own size: activations may be tiny
        tolerance = 1e-4 if A.dtype == torch.float32 else 2e-2
        allowed = tolerance * scores.abs().max() + 4 * torch.finfo(logits.dtype).eps * logits.abs().max()
        for pooled in (A.float(), A.float().relu()):
            if (pooled.mean((2, 3)) @ W.T - scores).abs().max() <= allowed:
                return pooled, W
    raise ValueError(
        f"{type(model).__name__} does not end in global average pooling and one linear layer, so it has no CAM; "
        "use grad_cam, which needs no such ending"
    )
