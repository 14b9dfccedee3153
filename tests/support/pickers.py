"""A small class picker, and what of it reaches the page."""

from __future__ import annotations

import base64
import html
import re
from collections import Counter

import cv2
import ipywidgets as widgets
import numpy as np
import pytest
import torch
from support.tiny import SmallNet
from torch import nn

from gradcam_lib.networks.zoo import Classifier
from gradcam_lib.pictures.images import Transform
from gradcam_lib.widgets import ClassPicker

NAMES = ["cat", "tabby", "dog", "crane", "boat", "<b>bold</b>"]
IMAGE = np.random.default_rng(0).integers(0, 256, (20, 30, 3), np.uint8)  # of which the network sees the middle
PNG = cv2.imencode(".png", IMAGE)[1].tobytes()
HEIC = b"\0\0\0\x18ftypheic" + bytes(20)


def classifier(model: nn.Module | None = None, layer: str | None = "relu2", names: list[str] = NAMES) -> Classifier:
    return Classifier(model or SmallNet(classes=len(names)), names, layer, "random <weights>", Transform(8, 8))


def decoded(data: bytes) -> np.ndarray:
    return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)[..., ::-1]


def shown_in(image: widgets.HTML) -> np.ndarray:
    """The picture of an ``AltImage``, as the page gets it."""
    return decoded(base64.b64decode(re.search('base64,([^"]+)"', image.value)[1]))


def on_the_page(picker: ClassPicker, view: str = "first") -> np.ndarray:
    return shown_in(getattr(picker.controls, view).image)


def said(widget: widgets.HTML) -> str:
    """The text without its tags."""
    return html.unescape(re.sub("<[^>]*>", " ", widget.value)).strip()


def press(picker: ClassPicker, row: int, column: int, view: str = "first") -> None:
    getattr(picker.controls, view).pressable.parts.value = row, column


def averaging() -> Classifier:
    return Classifier(SmallNet(classes=6, gap=True), NAMES, "relu2", "random <weights>", Transform(64, 64))


def passes(monkeypatch: pytest.MonkeyPatch, model: nn.Module) -> Counter:
    """Counts from now on: "forward" passes of the model and "backward" passes of anything."""
    count, backward = Counter(), torch.autograd.grad
    model.register_forward_pre_hook(lambda *_: count.update(forward=1))
    monkeypatch.setattr(torch.autograd, "grad", lambda *a, **k: count.update(backward=1) or backward(*a, **k))
    return count
