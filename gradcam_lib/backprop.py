"""Gradients at the pixels: saliency, deconvnet, guided backprop and Guided Grad-CAM."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn

from gradcam_lib.capture import Layer
from gradcam_lib.explanation import explain, explain_pixels
from gradcam_lib.forward import Output
from gradcam_lib.targets import TargetLike


def saliency(model: nn.Module, x: Any, target: TargetLike = None, *, output: Output = None) -> Tensor:
    r"""How much a small change of each pixel changes the score.

    .. math:: M_{ij} = \max_{colour} | \partial y / \partial x |   (Simonyan, Vedaldi, Zisserman 2014, section 3)

    (N, 3, H, W) → (N, H, W) ≥ 0, per unit of the normalised input. Any activation is welcome.   Notebook 01.
    """
    return explain_pixels(model, x, output=output).saliency(target)


def deconvnet(
    model: nn.Module, x: Any, target: TargetLike = None, *, output: Output = None, strict: bool = True
) -> Tensor:
    """The gradient with R·[R > 0] at each ReLU (Zeiler, Fergus 2014), starting from the target.

    (N, 3, H, W) → (N, 3, H, W), signed. Errors: activations that are no ReLU, listed; ``strict=False`` treats them as
    plain backprop does.   Notebook 02.
    """
    return explain_pixels(model, x, output=output).pixel_gradient(target, rule="deconvnet", strict=strict)


def guided_backprop(
    model: nn.Module, x: Any, target: TargetLike = None, *, output: Output = None, strict: bool = True
) -> Tensor:
    """The gradient with R·[f > 0]·[R > 0] at each ReLU (Springenberg et al. 2015), starting from the target.

    (N, 3, H, W) → (N, 3, H, W), signed. Errors as for ``deconvnet``.   Notebook 02.
    """
    return explain_pixels(model, x, output=output).pixel_gradient(target, rule="guided", strict=strict)


def guided_grad_cam(
    model: nn.Module,
    x: Any,
    target: TargetLike = None,
    layer: Layer | None = None,
    *,
    strict: bool = True,
    **options: Any,
) -> Tensor:
    """Guided backprop, pixel by pixel times the upsampled Grad-CAM (Selvaraju et al. 2017, section 3.2).

    (N, 3, H, W) → (N, 3, H, W), signed. One forward pass serves both factors. The options are keywords of ``explain``.
    Errors as for ``deconvnet``.   Notebook 05.
    """
    return explain(model, x, layer, pixels=True, **options).guided_grad_cam(target, strict=strict)
