"""Grad-CAM and its relatives: exact, tested, one forward pass for every class.

>>> from gradcam_lib import load_classifier, explain
>>> clf = load_classifier("auto")
>>> x = clf.to_input("picture.jpg")
>>> heat = explain(clf, x).map("Egyptian cat")
"""

from __future__ import annotations

from gradcam_lib.backprop import deconvnet, guided_backprop, guided_grad_cam, saliency
from gradcam_lib.cam import cam, counterfactual, grad_cam
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
    "classifier", "combine", "counterfactual", "deconvnet", "default_layer", "energy_share", "explain", "grad_cam",
    "guided_backprop", "guided_grad_cam", "iou", "load_captioner", "load_classifier", "load_vqa", "occlusion_map",
    "overlay", "overlay_signed", "pointing_hit", "saliency", "scale_by_max", "set_seed", "upsample",
]  # fmt: skip


def set_seed(seed: int = 0) -> None:
    """The same numbers at every run: Python, NumPy and PyTorch."""
    import random

    import numpy as np
    import torch

    random.seed(seed), np.random.seed(seed), torch.manual_seed(seed)
