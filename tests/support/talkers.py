"""Untrained systems of pictures and words, and the little they know: what is tested does not depend on training."""

from __future__ import annotations

from collections import OrderedDict

import numpy as np
import torch
from torch import nn

from gradcam_lib.language.captioning import CaptionSystem
from gradcam_lib.language.question_answering import QuestionSystem
from gradcam_lib.networks.captioner import Captioner
from gradcam_lib.networks.coattention import CoAttention
from gradcam_lib.networks.slim import BACKBONES
from gradcam_lib.networks.vocabulary import Vocabulary
from gradcam_lib.networks.vqa import LSTMCNN

VOCABULARY = Vocabulary("a animal color dog flying is kite man of red the this what with woman".split())
ANSWERS = ["yes", "no", "red", "kite", "dog"]
PICTURE = np.random.default_rng(0).integers(0, 256, (128, 128, 3), dtype=np.uint8)


def tiny_cnn(*, ends_in_map: bool = False) -> nn.Sequential:
    """(N, 3, 8, 8) → codes (N, 6), or the map (N, 4, 4, 4) itself; its layer is "relu1"."""
    layers = OrderedDict(conv1=nn.Conv2d(3, 4, 3, stride=2, padding=1), relu1=nn.ReLU())
    if not ends_in_map:
        layers |= OrderedDict(flatten=nn.Flatten(), fc7=nn.Linear(64, 6), relu7=nn.ReLU())
    cnn = nn.Sequential(layers)
    cnn.name, cnn.layer, cnn.width = "tiny", "relu1", 4 if ends_in_map else 6
    return cnn


def seeded(make, *args, seed: int = 0, **more) -> nn.Module:
    """In evaluation mode and double precision, its weights large enough for scores that differ."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = make(*args, **more).double().eval()
        with torch.no_grad():
            for p in model.parameters():
                p.mul_(1.5)
    return model


def caption_system(cnn: str = "slim_alexnet") -> CaptionSystem:
    model = seeded(lambda: Captioner(BACKBONES[cnn](batch_norm=False), len(VOCABULARY), longest=6))
    return CaptionSystem(model, VOCABULARY, "untrained")


def question_system(kind: str = "lstm", cnn: str = "slim_alexnet") -> QuestionSystem:
    """kind: "lstm", "parallel" or "alternating"."""
    sizes = len(VOCABULARY), len(ANSWERS)
    if kind == "lstm":
        model = seeded(lambda: LSTMCNN(BACKBONES[cnn](batch_norm=False), *sizes))
    else:
        model = seeded(lambda: CoAttention(BACKBONES["slim_resnet"](batch_norm=False), *sizes, form=kind))
    return QuestionSystem(model, VOCABULARY, "untrained", answers=ANSWERS)


def weights_by_difference(network: nn.Module, x: torch.Tensor, layer: str, column: int, channels: list[int]) -> list:
    """alpha of some channels without any gradient: how much a score changes when a channel is raised everywhere."""
    found = []
    for channel in channels:
        values = []
        for step in (1e-5, -1e-5):

            def raised(module: nn.Module, args: tuple, output: torch.Tensor, channel=channel, step=step):
                output = output.clone()
                output[:, channel] += step
                return output

            handle = network.get_submodule(layer).register_forward_hook(raised)
            with torch.no_grad():
                values.append(float(network(x)[0, column]))
            handle.remove()
        side = x.shape[-1] // 16
        found.append((values[0] - values[1]) / 2e-5 / side**2)
    return found
