"""What a CNN sees in each picture, computed once, kept on the disk and read from there a batch at a time.

An interrupted run goes on where it was, with as many processes as one likes, and ends in the same numbers.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from tqdm import tqdm

from gradcam_lib.networks.encoder import Encoder, fingerprint
from gradcam_lib.networks.slim import fold
from gradcam_lib.training import processes
from gradcam_lib.training.pictures import Pictures, ahead


class Seen:
    """Pictures and the CNN that looks at them: an ``Encoder``, standardised on the training pictures, or a slim one.

    The first ``count`` pictures are read from a file in ``runs``, codes in float32 and maps in float16, until the CNN
    learns along: from then on, and all others at any time, they are looked at anew.
    """

    def __init__(self, pictures: Pictures, cnn: nn.Module, count: int, runs: Path):
        self.pictures, self.cnn, self.count = pictures, cnn, count
        self.path = Path(runs) / f"features_{cnn.name}_{_digest(pictures, cnn, count)}.npy"
        with processes.first_one_first():
            if not self.path.exists():
                _begin(self.path, (count, *self._shape()), -(-count // pictures.block))
        if not self.path.exists():
            _compute(self.path, pictures, cnn)
        self.features: np.ndarray | None = np.load(self.path, mmap_mode="r")

    def standardise(self, train: Sequence[int]) -> None:
        """Takes the mean and the deviation of the training pictures, over all positions of a map."""
        if isinstance(self.cnn, Encoder):
            self.cnn.standardise(*_moments(self.features, train))

    def look_anew(self) -> None:
        """From now on: the CNN learns along."""
        self.features = None

    def shown_to(self, cnn: nn.Module) -> None:
        """Another CNN looks; what the file holds is true of it too if it is the published one as it was."""
        same = isinstance(cnn, Encoder) and cnn.about() == self.cnn.about() and not cnn.tuned
        self.cnn, self.features = cnn, self.features if same else None

    def read(self, which: Tensor) -> Tensor:
        """What the CNN makes of some pictures: (n, width), or (n, width, h, w), on its device."""
        if self.features is None or int(which.max()) >= self.count:
            return self._look(which)
        found = torch.from_numpy(self.features[which.numpy()].astype(np.float32)).to(_device(self.cnn))
        return self.cnn.standardised(found) if isinstance(self.cnn, Encoder) else found

    def _look(self, which: Tensor) -> Tensor:
        """The same of the pictures themselves; one that is asked for several times in a row is looked at once."""
        each, back = which.unique_consecutive(return_inverse=True)
        x = self.pictures.x(each).to(_device(self.cnn))
        return self.cnn(x).float()[back.to(x.device)]

    @torch.no_grad()
    def _shape(self) -> tuple[int, ...]:
        return tuple(_raw(self.cnn)(self.pictures.x([0]).to(_device(self.cnn))).shape[1:])


def _raw(cnn: nn.Module):
    return cnn.raw if isinstance(cnn, Encoder) else cnn


def _device(cnn: nn.Module) -> torch.device:
    return next(cnn.parameters()).device


def _digest(pictures: Pictures, cnn: nn.Module, count: int) -> str:
    """Others have another one."""
    network = cnn.about() if isinstance(cnn, Encoder) else fingerprint(cnn)
    return hashlib.sha256(json.dumps([network, pictures.fingerprint, count], sort_keys=True).encode()).hexdigest()[:12]


def _begin(path: Path, shape: tuple[int, ...], blocks: int) -> None:
    """Makes room for the features, and for a note which blocks of pictures are done, unless an earlier run did."""
    part, note = path.with_suffix(".part"), path.with_suffix(".done")
    if not (note.exists() and part.exists()):
        path.parent.mkdir(parents=True, exist_ok=True)
        note.unlink(missing_ok=True)
        np.lib.format.open_memmap(part, "w+", np.float16 if len(shape) == 4 else np.float32, shape).flush()
        np.lib.format.open_memmap(note, "w+", bool, (blocks,)).flush()


@torch.no_grad()
def _compute(path: Path, pictures: Pictures, cnn: nn.Module) -> None:
    part, note = path.with_suffix(".part"), path.with_suffix(".done")
    features, done = (np.lib.format.open_memmap(file, "r+") for file in (part, note))
    look, device = cnn, _device(cnn)
    if isinstance(cnn, Encoder):  # folded and with the channels last it is three times as fast
        look = fold(cnn).to(memory_format=torch.channels_last)
    blocks = np.flatnonzero(~done)[processes.rank() :: processes.count()]
    processes.wait()  # all have read the note before anyone writes on it
    parts = [range(b * pictures.block, min((b + 1) * pictures.block, len(features))) for b in blocks.tolist()]
    bar = tqdm(parts, desc=path.stem, unit="block", disable=True if processes.rank() else None)
    for x, block, b in zip(ahead(pictures.x, parts), bar, blocks, strict=True):
        x = x.to(device, memory_format=torch.channels_last)
        features[block.start : block.stop] = _raw(look)(x).cpu().numpy()
        features.flush()
        done[b] = True  # only now: what is noted is on the disk
        done.flush()
    del features, done
    processes.wait()
    with processes.first_one_first():
        if part.exists():
            os.replace(part, path)
            note.unlink(missing_ok=True)


def _moments(features: np.ndarray, which: Sequence[int]) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation of some pictures' codes, or of their maps' channels, (K,) each."""
    sums = torch.zeros(2, features.shape[1], dtype=torch.float64)
    for a in _blocks(features, which):
        a = a.double().reshape(len(a), len(sums[0]), -1)  # (n, K, positions)
        sums += torch.stack((a, a**2)).mean(3).sum(1)
    mean, square = sums / len(which)
    return mean, (square - mean**2).clamp(min=0).sqrt()


def _blocks(features: np.ndarray, which: Sequence[int]) -> Iterator[Tensor]:
    """Some pictures' features in float32, a few at a time."""
    which = np.asarray(which)
    for part in np.array_split(which, -(-len(which) // 250)):
        yield torch.from_numpy(features[part].astype(np.float32))
