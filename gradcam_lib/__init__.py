"""Grad-CAM and its relatives: exact, tested, one forward pass for every class.

>>> from gradcam_lib import load_classifier, explain
>>> clf = load_classifier("auto")
>>> x = clf.to_input("picture.jpg")
>>> heat = explain(clf, x).map("Egyptian cat")

A name is imported when it is first asked for: importing torch takes seconds, and a mistyped command needs none of it.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # what editors complete; _HOME is what runs, and a test compares the two
    from gradcam_lib.backprop import deconvnet, guided_backprop, guided_grad_cam, saliency
    from gradcam_lib.cam import cam, counterfactual, grad_cam
    from gradcam_lib.checkup.doctor import doctor
    from gradcam_lib.equations import channel_weights, combine, scale_by_max, upsample
    from gradcam_lib.explanation import Explanation, explain
    from gradcam_lib.language.captioning import load_captioner
    from gradcam_lib.language.question_answering import load_vqa
    from gradcam_lib.layers import default_layer
    from gradcam_lib.measures.localize import box_from_map, energy_share, iou, pointing_hit
    from gradcam_lib.networks.classifier import Classifier, classifier
    from gradcam_lib.networks.zoo import load_classifier
    from gradcam_lib.occlusion import occlusion_map
    from gradcam_lib.pictures.images import Transform
    from gradcam_lib.pictures.overlay import overlay, overlay_signed
    from gradcam_lib.targets import Target, class_score

__all__ = [
    "Classifier", "Explanation", "Target", "Transform", "box_from_map", "cam", "channel_weights", "class_score",
    "classifier", "combine", "counterfactual", "deconvnet", "default_layer", "doctor", "energy_share", "explain",
    "grad_cam", "guided_backprop", "guided_grad_cam", "iou", "load_captioner", "load_classifier", "load_vqa",
    "occlusion_map", "overlay", "overlay_signed", "pointing_hit", "saliency", "scale_by_max", "set_seed", "upsample",
]  # fmt: skip
_NAMES = {
    "backprop": "deconvnet guided_backprop guided_grad_cam saliency",
    "cam": "cam counterfactual grad_cam",
    "checkup.doctor": "doctor",
    "equations": "channel_weights combine scale_by_max upsample",
    "explanation": "Explanation explain",
    "language.captioning": "load_captioner",
    "language.question_answering": "load_vqa",
    "layers": "default_layer",
    "measures.localize": "box_from_map energy_share iou pointing_hit",
    "networks.classifier": "Classifier classifier",
    "networks.zoo": "load_classifier",
    "occlusion": "occlusion_map",
    "pictures.images": "Transform",
    "pictures.overlay": "overlay overlay_signed",
    "targets": "Target class_score",
}
_HOME = {name: f"{__name__}.{module}" for module, names in _NAMES.items() for name in names.split()}


class _Package(ModuleType):
    def __setattr__(self, name: str, value: Any) -> None:
        """The import system sets ``gradcam_lib.cam`` to the module; here that name is the function."""
        if not (name in _HOME and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_HOME[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def set_seed(seed: int = 0) -> None:
    """The same numbers at every run: Python, NumPy and PyTorch."""
    import random

    import numpy as np
    import torch

    random.seed(seed), np.random.seed(seed), torch.manual_seed(seed)
