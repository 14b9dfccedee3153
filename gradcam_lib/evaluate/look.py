"""A batch that the network has looked at once, and what a method makes of it."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from torch import Tensor

from gradcam_lib.explanation import Explanation
from gradcam_lib.networks.classifier import Classifier

PAPERS, CAMS = 0.15, 0.2  # shares of the maximum at which Grad-CAM's and CAM's papers cut


@dataclass(frozen=True, eq=False)
class Look:
    """A batch after its forward pass. x: (N, 3, S, S); targets: one class a picture; names: of the examples."""

    clf: Classifier
    x: Tensor
    e: Explanation
    targets: list[int]
    names: list[str]

    @property
    def side(self) -> int:
        return self.x.shape[-1]

    def random(self, i: int) -> np.random.Generator:
        """The same random numbers for the same example, whatever batch it is in."""
        return np.random.default_rng(zlib.crc32(self.names[i].encode()))


class Method(NamedTuple):
    """heats: (look, layer) → maps (N, ·, ·) ≥ 0 of any size. pixels: it needs a graph down to the pixels.

    layered: another layer may be named. own: it is that of the network's own layer, whatever --layer says.
    """

    heats: Callable[[Look, str | None], Tensor]
    pixels: bool = False
    threshold: float = PAPERS
    layered: bool = True
    own: bool = False
