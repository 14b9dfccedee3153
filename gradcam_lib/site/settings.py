"""What the live page must know of this library, as one JSON file: there is one source for names, colours and words."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradcam_lib.networks.classifier import Classifier
from gradcam_lib.pictures.images import MOST_PIXELS, Transform
from gradcam_lib.pictures.overlay import AGAINST, DARK, FOR, NOTHING, OPACITY, PALETTE, POWER
from gradcam_lib.widgets.explained_picture import SIDE, WEAK, unique
from gradcam_lib.widgets.methods import METHODS, READINGS

MOST_BYTES = 30_000_000  # of a picture; more is a scan or a mistake, and stops a telephone
# Name → what it is called in a list, and what the network and its map are, in a sentence.
LABELS = {
    "efficientnet_lite0": ("EfficientNet-Lite0", "1000 classes of ImageNet"),
    "photonet_gap": ("PhotoNet", "40 classes of Tiny ImageNet, trained for this tutorial, with global average pooling"),
}


def settings(networks: list[dict[str, Any]], samples: list[dict[str, str]], runtime: dict[str, Any]) -> dict[str, Any]:
    """networks: from ``network_settings``; samples: from ``samples.write_samples``; runtime: from ``runtime``."""
    return {"runtime": runtime, "networks": networks, **page_settings(samples, "class")}


def page_settings(samples: list[dict[str, Any]], what: str) -> dict[str, Any]:
    """What every page with maps must know. samples: the pictures it offers; what: "class", what the maps are of."""
    return {
        "samples": samples,
        "methods": [method_settings(name, what) for name in READINGS],
        "colours": colours(),
        "opacity": OPACITY,
        "weak": WEAK,
        "side": SIDE,
        "limits": {"bytes": MOST_BYTES, "pixels": MOST_PIXELS},
    }


def network_settings(name: str, classifier: Classifier, exported: dict[str, Any]) -> dict[str, Any]:
    """exported: from ``export.export``."""
    label, about = LABELS[name]
    names = unique(classifier.names)
    return {
        "name": name, "label": label, "about": about, "names": names, **exported,
        "transform": transform_settings(classifier.transform),
    }  # fmt: skip


def transform_settings(transform: Transform) -> dict[str, Any]:
    return {
        "resize": transform.resize, "crop": transform.crop, "filter": transform.filter,
        "mean": list(transform.mean), "std": list(transform.std), "margin": list(transform.margin),
    }  # fmt: skip


def method_settings(name: str, what: str) -> dict[str, str]:
    method = METHODS[name]
    return {"name": name, "label": method.label, "reading": READINGS[name].format(what), "kind": method.kind}


def colours() -> dict[str, Any]:
    """Those of ``pictures.overlay``, RGB from 0 to 255."""
    return {
        "heat": PALETTE.tolist(), "power": POWER, "dark": float(DARK),
        "for": _whole(FOR), "against": _whole(AGAINST), "nothing": _whole(NOTHING),
    }  # fmt: skip


def _whole(colour: np.ndarray) -> list[int]:
    return colour.astype(int).tolist()
