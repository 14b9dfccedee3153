"""What SqueezeNet sees in each photograph, computed once and kept on the disk.

    python -m gradcam_lib.training.photo_features

The last rectified map of every picture, in float16. An interrupted run goes on where it was and ends in the same bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from tqdm import tqdm

from gradcam_lib.datasets.flickr8k import Photographs, flickr8k
from gradcam_lib.language.systems import PHOTO_TRANSFORM
from gradcam_lib.networks.photo_backbone import PhotoBackbone, fingerprint
from gradcam_lib.networks.zoo import load_classifier
from gradcam_lib.pictures.images import to_input

BLOCK = 32  # pictures in one forward pass, and between two notes of how far it is
LOOKED_AT = 16  # pictures whose pixels are part of the data's fingerprint


def photo_features(photographs: Photographs, published: nn.Module, runs: Path | str) -> np.ndarray:
    """(pictures, K, h, w) float16, mapped into memory: ``published.features`` of every picture, in their order.

    The file's name holds the fingerprint of network and data, so that others are computed anew. Errors: those of
    ``Photographs.picture``; what was computed until then is kept.
    """
    path = Path(runs) / f"photo_features_{fingerprint(published)[:8]}_{data_fingerprint(photographs)[:8]}.npy"
    if not path.exists():
        _compute(photographs, published, path)
    return np.load(path, mmap_mode="r")


def data_fingerprint(photographs: Photographs) -> str:
    """SHA-256 of all names, and of the pixels of a few pictures spread over the data."""
    digest = hashlib.sha256("\n".join(photographs.names).encode())
    for i in range(0, len(photographs), max(1, len(photographs) // LOOKED_AT)):
        digest.update(photographs.picture(i).tobytes())
    return digest.hexdigest()


def _compute(photographs: Photographs, published: nn.Module, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part, note = path.with_suffix(".part"), path.with_suffix(".done")
    done = int(note.read_text()) if note.exists() and part.exists() else 0
    shape = (len(photographs), *_features(photographs, published, range(1)).shape[1:])
    maps = np.lib.format.open_memmap(part, "r+" if done else "w+", np.float16, shape)
    with tqdm(total=len(photographs), initial=done, desc="photographs", disable=None) as bar:
        for start in range(done, len(photographs), BLOCK):
            block = range(start, min(start + BLOCK, len(photographs)))
            maps[start : block.stop] = _features(photographs, published, block)
            maps.flush()
            _write(note, str(block.stop))  # only now: what the note counts is on the disk
            bar.update(len(block))
    del maps
    os.replace(part, path)
    note.unlink(missing_ok=True)


@torch.no_grad()
def _features(photographs: Photographs, published: nn.Module, block: range) -> np.ndarray:
    x = torch.cat([to_input(photographs.picture(i), PHOTO_TRANSFORM) for i in block])
    return published.features(x).half().numpy()


def _write(path: Path, text: str) -> None:
    beside = path.with_name(path.name + ".part")
    beside.write_text(text)
    os.replace(beside, path)


class Seen(NamedTuple):
    """Photographs, the backbone that looks at them, standardised on their training part, and its maps of all.

    codes: (pictures, width), where the backbone makes codes and those of all pictures are at hand.
    """

    photographs: Photographs
    cnn: PhotoBackbone
    maps: np.ndarray
    codes: Tensor | None = None

    @torch.no_grad()
    def read(self, pictures: Sequence[int] | Tensor) -> Tensor:
        """What the backbone makes of some of them, from their maps: (n, width), or (n, width, h, w)."""
        return self.cnn.of_map(torch.from_numpy(self.maps[np.asarray(pictures)].astype(np.float32)))


@torch.no_grad()
def seen(form: str, data: Path | None, runs: Path) -> Seen:
    """Everything a recipe for photographs begins with; ``form`` as in ``PhotoBackbone``."""
    photographs, published = flickr8k(data), load_classifier("squeezenet").model
    maps = photo_features(photographs, published, runs)
    cnn, train = PhotoBackbone(published, form), photographs.splits["train"]
    if form == "map":
        cnn.standardise(*_moments(maps, train))
        return Seen(photographs, cnn, maps)
    raw = torch.cat([cnn.raw(A) for A in _blocks(maps, range(len(maps)))])
    cnn.standardise(raw[train].mean(0), raw[train].std(0))
    return Seen(photographs, cnn, maps, cnn.standardised(raw))


def _moments(maps: np.ndarray, pictures: Sequence[int]) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation of each channel over all places of some pictures, (K,) each."""
    sums = torch.stack([torch.stack((A.mean((0, 2, 3)), (A**2).mean((0, 2, 3)))) * len(A)
                        for A in _blocks(maps, pictures)]).double().sum(0)  # fmt: skip
    mean, square = sums / len(pictures)
    return mean, (square - mean**2).clamp(min=0).sqrt()


def _blocks(maps: np.ndarray, which: Sequence[int]) -> Iterator[Tensor]:
    """The maps of some pictures as tensors (n, K, h, w) float32, a few at a time."""
    which = np.asarray(which)
    for part in tqdm(np.array_split(which, -(-len(which) // 250)), desc="maps", disable=None):
        yield torch.from_numpy(maps[part].astype(np.float32))


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m gradcam_lib.training.photo_features", description=__doc__)
    parser.add_argument("--data", type=Path, help="folder or zip of Flickr8k; default: GRADCAM_DATA")
    parser.add_argument("--runs", type=Path, default=Path("runs"), help="folder for the features")
    args = parser.parse_args(argv)
    maps = photo_features(flickr8k(args.data), load_classifier("squeezenet").model, args.runs)
    print(f"{len(maps)} maps of {maps.shape[1:]}")


if __name__ == "__main__":
    main()
