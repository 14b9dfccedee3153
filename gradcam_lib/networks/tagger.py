"""Several labels for one picture: a linear layer on EfficientNet-Lite0's pooled map, one sigmoid for each tag.

>>> from gradcam_lib.networks.tagger import load_tagger
>>> clf = load_tagger()                                        # a Classifier whose names are tags
>>> clf.top(clf.to_input(sample("coffee")), k=3)               # probabilities that do not add up to one
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor, nn

from gradcam_lib.networks.classifier import Classifier
from gradcam_lib.networks.efficientnet_lite import WIDTH
from gradcam_lib.networks.weights import WeightsWrong, fit, found, read_metadata, read_state, save_network
from gradcam_lib.networks.zoo import load_classifier

SIZE = 288  # pixels, maps of 9×9: as the answering networks for photographs, of which the features serve again
COMMAND = "python -m gradcam_lib.training.tagger"
FILES = {"lite0": ("tagger_lite0.safetensors", COMMAND)}


class Tagger(Classifier):
    """A Classifier whose names are tags: any number of them may be true of a picture, each by its own sigmoid."""

    def top(self, x: Tensor, k: int = 5) -> list[tuple[str, float]]:
        r"""x (1, 3, H, W) → the k likeliest tags, each with its own probability :math:`\sigma(y^c)`."""
        if x.dim() != 4 or len(x) != 1:
            raise ValueError(f"input of shape {tuple(x.shape)}: give one picture, (1, 3, H, W)")
        with torch.inference_mode():
            p, index = self.model(x)[0].float().sigmoid().topk(min(k, len(self.names)))
        return [(self.names[i], v) for i, v in zip(index.tolist(), p.tolist(), strict=True)]


def load_tagger(*, weights: Path | str = "default") -> Tagger:
    """EfficientNet-Lite0 as it was published, with the tags' linear layer in place of ImageNet's.

    weights: "default" or a file. Errors: FileNotFoundError with the command that trains it; WeightsWrong;
    WeightsMissing where the package with EfficientNet-Lite0 is not installed.
    """
    path, where = found("lite0", FILES, weights)
    about = read_metadata(path)
    if about.get("system") != "tagger":
        raise WeightsWrong(
            f"{path}: holds {about.get('system', 'something else')!r}, expected 'tagger'; see save_tagger"
        )
    with torch.random.fork_rng(devices=[]):  # the caller's random numbers stay as they were
        head = nn.Linear(WIDTH, len(about["tags"]))
    fit(head, read_state(path), path)
    published = load_classifier("efficientnet_lite0")
    published.model.classifier = head
    source = f"tags on {published.source}; their layer trained on {about['trained_on']}, {where}"
    transform = replace(published.transform, resize=SIZE, crop=SIZE)
    return Tagger(published.model.eval(), about["tags"], published.layer, source, transform)


def save_tagger(head: nn.Linear, tags: Sequence[str], path: Path | str, trained_on: str) -> None:
    """Writes the linear layer alone, as float16 safetensors; the network below it comes with its package."""
    save_network(head, path, system="tagger", tags=list(tags), trained_on=trained_on)
