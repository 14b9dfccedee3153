"""Classifiers by name: network, class names, layer to explain, transform, and where the weights came from.

Notebook 00 tells the story. torchvision takes seconds to import, and only its own networks need it.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from gradcam_lib.networks.classifier import Classifier, checked_names, last_map
from gradcam_lib.networks.deep_compression import squeezenet_state
from gradcam_lib.networks.efficientnet_lite import LITE0, EfficientNetLite0, own_names, packaged
from gradcam_lib.networks.photonet import PhotoNet
from gradcam_lib.networks.squeezenet import SqueezeNet, imagenet_names
from gradcam_lib.networks.weights import (
    SQUEEZENET,
    Release,
    WeightsMissing,
    WeightsWrong,
    check,
    fit,
    obtain,
    read_metadata,
    read_state,
    save_network,
    shipped,
)
from gradcam_lib.pictures.images import Transform

OWN = ("auto", "squeezenet", "efficientnet_lite0", "photonet", "photonet_gap")
SQUEEZENET_TRANSFORM = Transform(resize=256, crop=227)
LITE0_TRANSFORM = Transform(256, 224, mean=(127 / 255,) * 3, std=(128 / 255,) * 3, filter="bicubic")
PHOTONET_TRANSFORM = Transform(resize=64, crop=64)
PHOTONET_BACK = (
    "get it back (git checkout -- data/models), or train it anew: python -m gradcam_lib.training.photonet --help"
)
# As torchvision builds them around its weights, without the auxiliary heads, which serve training alone.
BUILT_WITH = dict.fromkeys(
    ("googlenet", "inception_v3"), {"transform_input": True, "aux_logits": False, "init_weights": False}
)
Weights = str | Path | None
AUXILIARY = ("aux1.", "aux2.", "AuxLogits.")


def load_classifier(
    name: str = "auto",
    *,
    device: torch.device | str = "cpu",
    weights: Weights = "default",
    names: Sequence[str] | None = None,
) -> Classifier:
    """A classifier by name.

    name: "squeezenet" (ImageNet, the Deep Compression release); "efficientnet_lite0" (ImageNet, from a package that is
    installed with this one, so always at hand); "photonet" and "photonet_gap" (40 classes, in this repository); "auto"
    (squeezenet where it can be had, else efficientnet_lite0, which knows the same classes; ``source`` says which and
    why); or any classification network of torchvision. weights: "default"; a file; or None for random ones, the same
    every time. names: of the classes, where they are not the published ones: the network is built for as many, as in
    ``load_classifier("resnet18", weights="my5.pth", names=["ant", "bee", "fly", "moth", "wasp"])``.

    Errors: unknown name (near names offered); WeightsMissing; WeightsWrong, with the file, the first mismatch and the
    way out; ValueError where the names are more or fewer than the classes of the default weights. A network of another
    kind becomes a Classifier with :func:`classifier`.
    """
    names = checked_names(names)
    if name == "auto":
        if weights != "default" or names:
            given = f"weights={weights!r}" if weights != "default" else "names="
            raise ValueError(f"{given} with name='auto': say which network they are for")
        return _auto(device)
    if name == "squeezenet":
        made = _squeezenet(weights, names)
    elif name == "efficientnet_lite0":
        made = _efficientnet_lite0(weights, names)
    elif name in OWN:
        made = _photonet(name, weights, names)
    else:
        made = _torchvision(name, weights, names)
    made.model.to(device).eval()
    return made


def _auto(device: torch.device | str) -> Classifier:
    try:
        return load_classifier("squeezenet", device=device)
    except WeightsMissing as missing:
        made = load_classifier("efficientnet_lite0", device=device)
        return replace(made, source=f"{made.source}; SqueezeNet is not at hand, and {missing.reason}")


def _squeezenet(weights: Weights, names: list[str] | None) -> Classifier:
    published = imagenet_names()
    _check_count(names, weights, len(published))
    path, where = _chosen(weights) or obtain(SQUEEZENET)
    model = _seeded(SqueezeNet, len(names or published))
    if path:
        _fit(model, _squeezenet_file(path), path)
    about = f"{len(names)} classes" if names else "ImageNet, the Deep Compression release"
    source = f"SqueezeNet 1.0 ({about}), weights {where}"
    return Classifier(model, names or published, "features", source, SQUEEZENET_TRANSFORM)


def _squeezenet_file(path: Path) -> dict[str, Tensor]:
    if path.suffix != ".net":
        return read_state(path)
    check(path, SQUEEZENET)
    return squeezenet_state(path.read_bytes())


def _efficientnet_lite0(weights: Weights, names: list[str] | None) -> Classifier:
    published = imagenet_names()
    _check_count(names, weights, len(published))
    path, where = _chosen(weights) or packaged()
    model = _seeded(EfficientNetLite0, len(names or published))
    if path:
        if weights == "default":
            check(path, LITE0)
        _fit(model, own_names(read_state(path)), path)
    source = f"EfficientNet-Lite0 ({f'{len(names)} classes' if names else 'ImageNet'}), weights {where}"
    return Classifier(model, names or published, "features", source, LITE0_TRANSFORM)


def _photonet(name: str, weights: Weights, own: list[str] | None) -> Classifier:
    head = "gap" if name == "photonet_gap" else "fc"
    path, where = _chosen(weights) or shipped(f"{name}.safetensors", PHOTONET_BACK)
    if path:
        model, names = load_photonet(path, head)
        _check_count(own, "default", len(names))
    else:
        names = own or [f"class {i}" for i in range(40)]
        model = _seeded(PhotoNet, len(names), head)
    form = "with global average pooling" if head == "gap" else "with fully-connected layers"
    source = f"PhotoNet {form} ({len(names)} classes{'' if own else ' of Tiny ImageNet'}), weights {where}"
    return Classifier(model, own or names, "features", source, PHOTONET_TRANSFORM)


def save_photonet(model: PhotoNet, path: Path | str, names: Sequence[str]) -> None:
    """Writes a PhotoNet as ``load_photonet`` reads it: float16 safetensors with its head and class names."""
    head = "gap" if isinstance(model.classifier, nn.Linear) else "fc"
    save_network(model, path, head=head, names=list(names))


def load_photonet(path: Path | str, head: str | None = None) -> tuple[PhotoNet, list[str]]:
    """(network in float32 and evaluation mode, class names) of a file that ``save_photonet`` wrote.

    Errors: WeightsWrong (truncated, no PhotoNet, or another head than asked for), FileNotFoundError.
    """
    path = Path(path)
    metadata = read_metadata(path)
    if not {"head", "names"} <= metadata.keys():
        raise WeightsWrong(f"{path}: no head and names in its metadata, so this is no PhotoNet; see save_photonet")
    if head not in (None, metadata["head"]):
        raise WeightsWrong(f"{path}: has the head {metadata['head']!r}, {head!r} was asked for")
    model = PhotoNet(len(metadata["names"]), metadata["head"])
    fit(model, read_state(path), path)
    return model.eval(), metadata["names"]


def _torchvision(name: str, weights: Weights, names: list[str] | None) -> Classifier:
    chosen = _chosen(weights)
    model, release = _build(name, names)
    categories = list(release.meta["categories"])
    _check_count(names, weights, len(categories))
    path, where = chosen or obtain(Release.of_torchvision(release.url), (f"{name}.safetensors", f"{name}.pth"))
    if path:
        _fit(model, _published_names(read_state(path)), path)
    t = release.transforms()
    transform = Transform(t.resize_size[0], t.crop_size[0], tuple(t.mean), tuple(t.std), t.interpolation.value)
    source = f"{name} of torchvision ({f'{len(names)} classes' if names else release.name}), weights {where}"
    return Classifier(model, names or categories, last_map(model), source, transform)


def _check_count(names: list[str] | None, weights: Weights, count: int) -> None:
    """The weights that are there have their number of classes; a file of one's own is looked at when it is read."""
    if names and weights == "default" and len(names) != count:
        raise ValueError(
            f"names= of {len(names)} classes for weights of {count}: give {count} names, a file of your own "
            "(weights=FILE), or weights=None for random ones"
        )


def _fit(model: nn.Module, state: Mapping[str, Tensor], path: Path) -> None:
    """``fit``, whose error says what to do where the file is of a network with another number of classes."""
    try:
        fit(model, state, path)
    except WeightsWrong as error:
        head = [name for name in model.state_dict() if name.endswith(".weight")][-1]
        if repr(head) in str(error) and head in state:
            count = len(state[head])
            hint = f"it was made for {count} classes: pass names= with their {count} names"
        else:
            hint = "if you built that network yourself, give it to classifier(model, names)"
        raise WeightsWrong(f"{error}; {hint}") from error


def _build(name: str, names: list[str] | None) -> tuple[nn.Module, Any]:
    """(network with random weights, torchvision's description of its default weights)."""
    from torchvision import models

    known = models.list_models(module=models)
    if name not in known:
        near = difflib.get_close_matches(name.lower(), (*OWN, *known), n=3, cutoff=0.5)
        raise ValueError(
            f"classifier {name!r}: no such name; near: {', '.join(map(repr, near)) or 'none'}; there are "
            f"{', '.join(map(repr, OWN))} and torchvision.models.list_models(module=torchvision.models)"
        )
    classes = {"num_classes": len(names)} if names else {}
    model = _seeded(models.get_model, name, weights=None, **BUILT_WITH.get(name, {}), **classes)
    return model, models.get_model_weights(name).DEFAULT


def _seeded(make: Callable[..., nn.Module], *args: Any, **more: Any) -> nn.Module:
    """The same random weights every time; the caller's random numbers, also on a GPU, stay as they were."""
    with torch.random.fork_rng(devices=()):
        torch.default_generator.manual_seed(0)
        return make(*args, **more)


def _chosen(weights: Weights) -> tuple[Path | None, str] | None:
    """The caller's own choice of weights; None where they are to be looked for."""
    if weights is None:
        return None, "random"
    if weights == "default":
        return None
    path = Path(weights).expanduser()
    if not path.is_file():
        raise FileNotFoundError(f"weights {path}: no such file; give a file, 'default', or None for random weights")
    return path, "from a file of your own"


def _published_names(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Published files are older than the networks: auxiliary heads, and names with dots in DenseNet."""
    kept = {name: tensor for name, tensor in state.items() if not name.startswith(AUXILIARY)}
    return {re.sub(r"(denselayer\d+\.(?:norm|conv))\.([12]\.)", r"\1\2", name): t for name, t in kept.items()}
