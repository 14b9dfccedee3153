"""The networks that the bias laboratory opens with, and what it calls each of them."""

from __future__ import annotations

from collections.abc import Iterable

from gradcam_lib.bias.collection import FILES, load_bias
from gradcam_lib.networks.classifier import Classifier
from gradcam_lib.widgets.messages import in_words

LEARNT_FROM = {
    "biased": "doctors 78 % men, nurses 93 % women",
    "balanced": "men and women alike",
}


def shipped() -> tuple[dict[str, Classifier], str]:
    """The networks of the repository, and in words why one is missing."""
    networks, missing = {}, []
    for name in FILES:
        try:
            networks[name] = load_bias(name)
        except (OSError, ValueError) as error:
            missing.append(in_words(error))
    return networks, "; ".join(missing)


def labels(names: Iterable[str]) -> dict[str, str]:
    """Name → what a list of networks says of it."""
    return {name: f"{name} ({LEARNT_FROM[name]})" if name in LEARNT_FROM else name for name in names}
