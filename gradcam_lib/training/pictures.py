"""The pictures that a recipe learns from, scenes or photographs, as input of a network."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from gradcam_lib.datasets.flickr8k import Photographs
from gradcam_lib.pictures.images import Transform, to_input
from gradcam_lib.training.backbone import pictures
from gradcam_lib.worlds.corpus import Corpus

LOOKED_AT = 16  # pictures whose pixels are part of the data's fingerprint


class Pictures(Protocol):
    """Numbered from 0. fingerprint: of what they show; block: how many go into one forward pass."""

    block: int
    fingerprint: str

    def __len__(self) -> int: ...

    def x(self, which: Sequence[int] | Tensor) -> Tensor:
        """Some of them → (n, 3, S, S)."""


class Scenes:
    """The scenes of several corpora, one after the other."""

    block = 250

    def __init__(self, *parts: Corpus):
        self.parts = parts

    def __len__(self) -> int:
        return sum(len(part.images) for part in self.parts)

    @cached_property
    def fingerprint(self) -> str:
        return hashlib.sha256(b"".join(part.seeds.tobytes() for part in self.parts)).hexdigest()

    def x(self, which: Sequence[int] | Tensor) -> Tensor:
        which, first = np.asarray(which), 0
        batch = np.empty((len(which), *self.parts[0].images.shape[1:]), np.uint8)
        for part in self.parts:
            inside = (first <= which) & (which < first + len(part.images))
            batch[inside] = part.images[which[inside] - first]
            first += len(part.images)
        return pictures(batch, torch.arange(len(batch)))


class Photos:
    """Photographs as a network wants them; several are opened at a time."""

    block = 32

    def __init__(self, photographs: Photographs, transform: Transform):
        self.photographs, self.transform = photographs, transform
        self._pool = ThreadPoolExecutor(os.cpu_count())

    def __len__(self) -> int:
        return len(self.photographs)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of all names, and of the pixels of a few pictures spread over the data."""
        digest = hashlib.sha256("\n".join(self.photographs.names).encode())
        for i in range(0, len(self), max(1, len(self) // LOOKED_AT)):
            digest.update(self.photographs.picture(i).tobytes())
        return digest.hexdigest()

    def x(self, which: Sequence[int] | Tensor) -> Tensor:
        return torch.cat(list(self._pool.map(self._one, [int(i) for i in which])))

    def _one(self, i: int) -> Tensor:
        return to_input(self.photographs.picture(i), self.transform)


class Mirrored:
    """Some pictures, and behind them each once more with left and right exchanged, in the same order."""

    def __init__(self, pictures: Pictures):
        self.pictures, self.block = pictures, pictures.block

    def __len__(self) -> int:
        return 2 * len(self.pictures)

    @property
    def fingerprint(self) -> str:
        return f"{self.pictures.fingerprint} and mirrored"

    def x(self, which: Sequence[int] | Tensor) -> Tensor:
        which = torch.as_tensor(which)
        x = self.pictures.x(which % len(self.pictures))
        return torch.where((which >= len(self.pictures)).view(-1, 1, 1, 1), x.flip(3), x)

    def half_of(self, which: Tensor, g: torch.Generator) -> Tensor:
        """The same pictures, each mirrored with probability one half."""
        return which + len(self.pictures) * (torch.rand(len(which), generator=g) < 0.5)


def ahead(make: Callable[[Sequence[int]], Tensor], parts: Sequence[Sequence[int]]) -> Iterator[Tensor]:
    """make(part) of each part in turn, the next one in the background while this one is worked on."""
    with ThreadPoolExecutor(1) as background:
        coming = None
        for part in parts:
            ready, coming = coming, background.submit(make, part)
            if ready:
                yield ready.result()
        if coming:
            yield coming.result()
