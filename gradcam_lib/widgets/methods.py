"""The methods that the pickers offer: what each computes, how it is coloured, and how to read it in a line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor

from gradcam_lib.cam import rectified_map_and_weights
from gradcam_lib.equations import upsample
from gradcam_lib.explanation import Explanation
from gradcam_lib.networks.zoo import Classifier
from gradcam_lib.pictures.overlay import overlay, overlay_signed

# The methods that need nothing but the map before its ReLU, and how to read them. {}: a class, a word, an answer.
READINGS = {
    "grad_cam": "Bright positions speak for the {}.",
    "counterfactual": "Bright positions speak against the {}.",
    "signed": "Orange speaks for the {}, blue against it; where neither is strong, the picture stays grey.",
}
PERCENTILE = 99.5  # of a pixel gradient: the few values beyond it are clipped, as in overlay.gradient_picture


@dataclass(frozen=True)
class Method:
    """values: (explanation, class, layer) → (1, h, w) for a map, (1, H, W) or (1, 3, H, W) at the pixels.

    kind: "heat" and "signed" are laid over the picture; "grey" (from black) and "gradient" (from mid-grey) replace it.
    layered: whether it depends on the chosen layer.
    """

    label: str
    reading: str
    kind: str
    values: Callable[[Explanation, int, str | None], Tensor]
    layered: bool = True

    @property
    def laid_over(self) -> bool:
        return self.kind in ("heat", "signed")

    def numbers(self, e: Explanation, c: int, layer: str | None, side: int) -> np.ndarray:
        """A map (side, side), or what stands at the pixels: (H, W) or (3, H, W). float32."""
        values = self.values(e, c, layer)
        values = upsample(values, (side, side)) if self.laid_over else values
        return values[0].float().cpu().numpy()

    def largest(self, values: np.ndarray) -> float:
        """What reaches the end of the colour scale: the largest absolute value, at the pixels nearly so."""
        v = np.abs(values)
        return float((not self.laid_over and np.percentile(v, PERCENTILE)) or v.max())

    def extremes(self, values: np.ndarray) -> str:
        if not self.laid_over:
            return f"largest gradient {number(float(np.abs(values).max()))}"
        if self.kind == "signed":
            return f"map {number(float(values.min()))} … {number(float(values.max()))}"
        return f"map maximum {number(float(values.max()))}"

    def paint(self, picture: np.ndarray, values: np.ndarray, largest: float, opacity: float) -> np.ndarray:
        """picture (S, S, 3) uint8 → (S, S, 3) uint8; ``largest`` is the value at the end of the colour scale."""
        scaled = values / (largest or 1.0)
        if self.laid_over and not opacity:
            return picture  # in its colours
        if self.kind == "heat":
            return overlay(picture, scaled, opacity=opacity)
        if self.kind == "signed":
            return overlay_signed(picture, scaled, opacity=opacity)
        colours = scaled if self.kind == "gradient" else scaled[None]  # (3, H, W), or (1, H, W) of a grey picture
        grey = np.repeat(colours, 3 // len(colours), axis=0).transpose(1, 2, 0)
        grey = 0.5 + 0.5 * grey if self.kind == "gradient" else grey
        small = np.rint(255 * grey.clip(0, 1)).astype(np.uint8)
        return cv2.resize(small, picture.shape[1::-1], interpolation=cv2.INTER_LINEAR)


def minus(text: str) -> str:
    """A number with a minus sign that is one."""
    return text.replace("-", "−")


def number(value: float) -> str:
    """Three digits."""
    return minus(f"{value + 0.0:.3g}")  # −0.0 + 0.0 is 0.0


def decimals(value: float, digits: int = 2, sign: str = "") -> str:
    """So many digits behind the point. sign: "+" for one before what is positive; 0.00 has none."""
    rounded = round(value, digits) + 0.0
    return minus(f"{rounded:{sign if rounded else ''}.{digits}f}")


METHODS = {
    "grad_cam": Method(
        "Grad-CAM", READINGS["grad_cam"].format("class"), "heat", lambda e, c, layer: e.map(c, layer)
    ),
    "counterfactual": Method(
        "Counterfactual",
        READINGS["counterfactual"].format("class"),
        "heat",
        lambda e, c, layer: e.counterfactual(c, layer),
    ),
    "signed": Method(
        "For and against",
        READINGS["signed"].format("class"),
        "signed",
        lambda e, c, layer: e.signed(c, layer),
    ),
    "guided_grad_cam": Method(
        "Guided Grad-CAM",
        "Guided backprop where Grad-CAM is bright: fine detail for this class. Grey is nothing.",
        "gradient",
        lambda e, c, layer: e.guided_grad_cam(c, layer),
    ),
    "saliency": Method(
        "Saliency", "White pixels change the score most, for better or worse.", "grey",
        lambda e, c, layer: e.saliency(c), layered=False,
    ),
    "guided_backprop": Method(
        "Guided backprop",
        "Fine detail, but nearly the same for every class: try two. Grey is nothing.",
        "gradient",
        lambda e, c, layer: e.pixel_gradient(c, rule="guided"),
        layered=False,
    ),
}  # fmt: skip


def methods_of_words(what: str, signed: Callable[[Any, Any], Tensor]) -> dict[str, Method]:
    """Those of a system of words. what: "word", "answer"; signed: (explanation, which) → (h, w), before the ReLU.

    Explanations also have ``guided(which)`` and ``guided_grad_cam(which)``, (3, H, W).
    """
    return {
        "grad_cam": Method(
            "Grad-CAM", READINGS["grad_cam"].format(what), "heat", lambda e, c, _: signed(e, c).relu()[None]
        ),
        "signed": Method(
            "For and against", READINGS["signed"].format(what), "signed",
            lambda e, c, _: signed(e, c)[None],
        ),
        "guided_backprop": Method(
            "Guided backprop", f"Fine detail, but nearly the same for every {what}: try two. Grey is nothing.",
            "gradient", lambda e, c, _: e.guided(c)[None], layered=False,
        ),
        "guided_grad_cam": Method(
            "Guided Grad-CAM", f"Guided backprop where Grad-CAM is bright: fine detail for this {what}. "
            "Grey is nothing.", "gradient", lambda e, c, _: e.guided_grad_cam(c)[None],
        ),
    }  # fmt: skip


def methods_for(e: Explanation, classifier: Classifier) -> tuple[dict[str, Method], list[str]]:
    """The methods that fit this network, and in words why some are missing. No forward pass."""
    offered, missing = dict(METHODS), []
    if not e.layers:
        offered = {key: m for key, m in offered.items() if not m.layered}
        missing.append("This network has no convolutional map, so there is no Grad-CAM.")
    try:
        e._pixels.rules.check(classifier.model, e._pixels.logits, e._pixels.x)
    except ValueError as error:
        offered = {key: m for key, m in offered.items() if not key.startswith("guided")}
        missing.append(f"The guided methods are not offered: {str(error).split('. ')[0]}.")
    if e.layers and (cam := _cam(e, classifier)):
        offered["cam"] = cam
    return offered, missing


def _cam(e: Explanation, classifier: Classifier) -> Method | None:
    """Zhou's map from what the forward pass left behind; None where the network does not end in the right way."""
    try:
        A, W = rectified_map_and_weights(classifier.model, e.activation(), e.logits)  # (1, K, h, w), (C, K)
    except ValueError:
        return None

    def values(_: Explanation, c: int, __: str | None) -> Tensor:
        return torch.einsum("k,nkhw->nhw", W[c], A).relu()

    return Method("CAM", f"{READINGS['grad_cam'].format('class')} Weights of the last layer, no gradient; only what is "
                  "positive is shown.", "heat", values, layered=False)  # fmt: skip
