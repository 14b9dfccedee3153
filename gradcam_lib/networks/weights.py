"""Weight files: found, fetched, checked, read into a network, and written.

Looked for in the folder ``GRADCAM_WEIGHTS``, then in torch hub's cache, then downloaded; never the last with
``GRADCAM_OFFLINE=1``. A file is put in its place only when it is whole and right.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import pickle
import re
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save
from torch import Tensor, nn
from tqdm import tqdm

from gradcam_lib.paths import MODELS, offline, weights_folder

TIMEOUT = 5  # seconds without an answer: without a network a reader is not kept waiting


@dataclass(frozen=True)
class Release:
    """A published file: its name, address, SHA-256 (all of it or its first digits) and size in bytes."""

    file: str
    url: str
    sha256: str = ""
    size: int | None = None

    @classmethod
    def of_torchvision(cls, url: str) -> Release:
        """torchvision writes the first digits of the SHA-256 into the name: ``resnet18-f37072fd.pth``."""
        file = url.rsplit("/", 1)[-1]
        digits = re.search(r"-([0-9a-f]{8,})\.", file)
        return cls(file, url, digits[1] if digits else "")


SQUEEZENET = Release(
    "compressed_SqueezeNet.net",
    "https://raw.githubusercontent.com/songhan/SqueezeNet-Deep-Compression/"
    "5623e3cdbe1fcd83328c61ce2ee42c34ed319aa3/compressed_SqueezeNet.net",
    "e4ab6960ae8cd81505e1c2136921201507e930966c53deaf15862a395b3a3261",
    675_763,
)


class WeightsMissing(FileNotFoundError):
    """No weights at hand and none to be had; ``reason`` in a few words, the way out in the message."""

    def __init__(self, release: Release, reason: str):
        super().__init__(
            f"{release.file}: not at hand, and {reason}. Fetch {release.url} by hand and put it into a folder that "
            f"the variable GRADCAM_WEIGHTS names, or into {cache_folder()}"
        )
        self.reason = reason


class WeightsWrong(ValueError):
    """A file that does not hold what its name promises: truncated, changed, or of another network."""


def cache_folder() -> Path:
    """Where torch hub keeps its downloads (``TORCH_HOME`` moves it)."""
    return Path(torch.hub.get_dir(), "checkpoints")


def obtain(release: Release, names: Sequence[str] = ()) -> tuple[Path, str]:
    """(path, where it was found in words) of a file, downloaded where it must be.

    names: file names that also do in ``GRADCAM_WEIGHTS``, tried first.
    Errors: WeightsMissing, which names the file, its address and where to put it.
    """
    if folder := weights_folder():
        for name in (*names, release.file):
            if (folder / name).is_file():
                return folder / name, "from the folder GRADCAM_WEIGHTS"
    cached = cache_folder() / release.file
    if cached.is_file():
        return cached, "from the cache"
    if offline():
        raise WeightsMissing(release, "GRADCAM_OFFLINE forbids the network")
    download(release, cached)
    return cached, "downloaded"


def found(name: str, files: Mapping[str, tuple[str, str]], weights: str | Path) -> tuple[Path, str]:
    """(path, where it was found in words) of a system's weights; ``files``: name → file, command that trains it.

    Errors: unknown name; no such file, with the command that makes it.
    """
    if name not in files:
        raise ValueError(f"{name!r}: no such system; choose one of {', '.join(map(repr, files))}")
    if weights != "default":
        return Path(weights).expanduser(), "from a file of your own"
    file, command = files[name]
    return shipped(file, f"train it: {command}")


def shipped(file: str, way_out: str) -> tuple[Path, str]:
    """(path, where it was found in words) of weights trained here; ``GRADCAM_WEIGHTS`` first, for those trained anew.

    Errors: FileNotFoundError with the way out.
    """
    folder = weights_folder()
    if folder and (folder / file).is_file():
        return folder / file, "from the folder GRADCAM_WEIGHTS"
    if not (MODELS / file).is_file():
        raise FileNotFoundError(f"{MODELS / file}: not there; {way_out}")
    return MODELS / file, f"from data/models/{file}"


def download(release: Release, path: Path) -> None:
    """Fetches a file beside ``path``, checks it, then puts it in place; nothing is left behind when it fails."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = open(part, "wb")
    except OSError as error:
        raise WeightsMissing(release, f"torch hub's cache cannot be written ({error.strerror})") from error
    try:
        with file:
            _copy(release, file)
        check(part, release)
        os.replace(part, path)
    except WeightsWrong as error:
        raise WeightsMissing(release, "what came was not that file (its SHA-256 differs)") from error
    except (OSError, http.client.HTTPException) as error:
        raise WeightsMissing(release, f"it cannot be downloaded ({getattr(error, 'reason', error)})") from error
    finally:
        part.unlink(missing_ok=True)


# torch.hub.download_url_to_file waits for a silent server without end, shows its bar in notebooks, too, and takes a
# file of the wrong size where there is no SHA-256. pooch has a time limit, but no addresses of files on the disk; it
# would be one more dependency, with requests behind it, and the way from its errors to WeightsMissing stays as long.
def _copy(release: Release, file: IO[bytes]) -> None:
    with urllib.request.urlopen(release.url, timeout=TIMEOUT) as answer:
        total = int(answer.headers.get("Content-Length") or release.size or 0) or None
        # disable=None: a bar in a terminal, nothing in a notebook, whose outputs are compared.
        with tqdm(total=total, desc=release.file, unit="B", unit_scale=True, disable=None) as bar:
            while chunk := answer.read(1 << 16):
                file.write(chunk)
                bar.update(len(chunk))


def check(path: Path, release: Release) -> None:
    """Size and SHA-256, or WeightsWrong."""
    size = path.stat().st_size
    if release.size is not None and size != release.size:
        raise WeightsWrong(f"{path}: {size:,} bytes instead of {release.size:,}; delete it and fetch {release.url}")
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    found, wanted = digest.hexdigest(), release.sha256
    if not found.startswith(wanted):
        raise WeightsWrong(
            f"{path}: SHA-256 {found[:12]}… instead of {wanted[:12]}…; delete it and fetch {release.url}"
        )


def read_state(path: Path) -> dict[str, Tensor]:
    """The tensors of a ``.safetensors``, ``.pth`` or ``.pt`` file, on the CPU; pickles may hold tensors only."""
    try:
        if path.suffix == ".safetensors":
            return load_file(path)
        state = torch.load(path, map_location="cpu", weights_only=True)
    except (SafetensorError, pickle.UnpicklingError, RuntimeError, EOFError, ValueError) as error:
        why = str(error).strip().split("\n")[0]
        raise WeightsWrong(f"{path}: truncated, or no file of weights ({why}); fetch it again") from error
    if not isinstance(state, Mapping) or not all(isinstance(v, Tensor) for v in state.values()):
        raise WeightsWrong(f"{path}: holds a {type(state).__name__}, not a state_dict of tensors alone; save that")
    return dict(state)


METADATA = "gradcam_lib"  # one entry: safetensors writes several in any order, and equal weights should be equal bytes


def read_metadata(path: Path) -> dict[str, Any]:
    """What ``save_network`` wrote beside the tensors."""
    try:
        with safe_open(path, "pt") as file:
            return json.loads((file.metadata() or {}).get(METADATA, "{}"))
    except (SafetensorError, ValueError) as error:
        raise WeightsWrong(f"{path}: truncated, or not written by save_network ({error})") from error


def fit(model: nn.Module, state: Mapping[str, Tensor], path: Path | str) -> None:
    """Copies a state into a network of any precision; nothing is copied unless names and shapes all agree.

    Errors: WeightsWrong with the path and the first tensor that is missing, unknown or of another shape.
    """
    own = model.state_dict()
    network = type(model).__name__
    for name, tensor in own.items():
        if name not in state:
            if name.endswith("num_batches_tracked"):  # younger than some published files, and unused in evaluation
                continue
            raise WeightsWrong(f"{path}: no {name!r}, which {network} needs; is it the file of another network?")
        if state[name].shape != tensor.shape:
            was, wanted = tuple(state[name].shape), tuple(tensor.shape)
            raise WeightsWrong(f"{path}: {name!r} has shape {was}, {network} needs {wanted}")
    if unknown := next((name for name in state if name not in own), None):
        raise WeightsWrong(f"{path}: {unknown!r} is unknown to {network}; is it the file of another network?")
    with torch.no_grad():
        for name in own.keys() & state.keys():
            own[name].copy_(state[name])


def checksum_of(model: nn.Module) -> str:
    """Ten letters that tell weights apart, whatever file they came from."""
    digest = hashlib.sha256()
    for tensor in model.state_dict().values():
        digest.update(tensor.cpu().numpy().tobytes())
    return digest.hexdigest()[:10]


def save_network(model: nn.Module, path: Path | str, *, leave_out: str | tuple[str, ...] = (), **metadata: Any) -> None:
    """Weights as float16 safetensors, with metadata (kept as JSON); the old file stays until the new one is whole.

    leave_out: how the names begin of weights that have a file of their own.
    Errors: ValueError where a weight leaves the range of float16.
    """
    path = Path(path)
    state = {name: tensor for name, tensor in model.state_dict().items() if not name.startswith(leave_out)}
    tensors = {k: (v.half() if v.is_floating_point() else v).cpu().contiguous() for k, v in state.items()}
    if bad := next((k for k, v in tensors.items() if not v.isfinite().all()), None):
        raise ValueError(f"{bad!r}: not finite as float16 (largest: 65,504)")
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    part.write_bytes(save(tensors, {METADATA: json.dumps(metadata, sort_keys=True)}))
    os.replace(part, path)
