"""A network and what belongs to it: class names, the layer to explain, how a picture becomes its input."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from gradcam_lib.layers import default_layer, watched
from gradcam_lib.pictures import images
from gradcam_lib.pictures.crops import Crop
from gradcam_lib.pictures.images import Source, Transform, load_image
from gradcam_lib.targets import index_of

IMAGENET = Transform(resize=256, crop=224)


@dataclass(frozen=True, eq=False)
class Classifier:
    """A network in evaluation mode and what belongs to it.

    layer: dotted name of the last rectified map, None where there is none; source: in one line, which weights these
    are and where they came from.
    """

    model: nn.Module
    names: list[str]
    layer: str | None
    source: str
    transform: Transform

    def to_input(
        self,
        picture: Source,
        *,
        size: int | None = None,
        device: torch.device | str | None = None,
        crop: Crop = "middle",
    ) -> Tensor:
        """Path, bytes, PIL image or (H, W, 3) array → x (1, 3, S, S) on the model's device, in its precision.

        size: S in pixels, where it is not to be the network's own; the same part of the picture is seen. crop: which
        part, "middle", "whole" or a box (x0, y0, x1, y1) in pixels of the picture; see ``images.seen``.
        Errors: ImageError, ValueError (no such crop). Warns (PictureWarning) where a long picture is hardly seen.
        """
        x = images.to_input(load_image(picture), self.transform if size is None else self.transform.at(size), crop)
        weight = next((p for p in self.model.parameters() if p.is_floating_point()), x)
        return x.to(device or weight.device, weight.dtype)

    def picture(self, x: Tensor) -> np.ndarray:
        """x (1, 3, H, W) → (H, W, 3) uint8: exactly what the network sees, so that overlays fit."""
        return images.to_picture(x, self.transform)

    def index(self, label: str | int) -> int:
        """Number of a class; upper and lower case matter only where two names differ in nothing else.

        Errors: unknown name (near names offered), a name of several classes (numbers offered), a number out of range.
        """
        if isinstance(label, str) and self.names.count(label) == 1:
            return self.names.index(label)
        return index_of(label, self.names)

    def top(self, x: Tensor, k: int = 5) -> list[tuple[str, float]]:
        """x (1, 3, H, W) → the k likeliest classes and their probabilities, likeliest first.

        A network with one output has no softmax. With two names its output z is the logit of the second: σ(z) and
        1 − σ(z) are given. With one name it is a regression, and the value itself is given.
        """
        if x.dim() != 4 or len(x) != 1:
            raise ValueError(f"input of shape {tuple(x.shape)}: give one picture, (1, 3, H, W)")
        with torch.inference_mode():
            logits = self.model(x).float().reshape(1, -1)
            if logits.shape[1] == 1 and len(self.names) != 2:
                return [(self.names[0], float(logits))]
            if logits.shape[1] == 1:
                logits = two_sided(logits)
            p, index = logits.softmax(1)[0].topk(min(k, len(self.names)))
        return [(self.names[i], v) for i, v in zip(index.tolist(), p.tolist(), strict=True)]


def classifier(
    model: nn.Module,
    names: Sequence[str] | None = None,
    transform: Transform = IMAGENET,
    *,
    layer: str | None = None,
    source: str = "your own network",
) -> Classifier:
    """Any network as a Classifier, for every function and widget of the library.

    model: pictures (N, 3, S, S) → logits (N, C); it is put into evaluation mode and otherwise left as it is. names: of
    the classes, in the order of the logits; None: "class 0", "class 1", …. transform: how its pictures are prepared,
    ``Transform(resize=256, crop=224)`` with ImageNet's mean and deviation unless told otherwise; with one mean and one
    deviation, ``Transform(28, 28, (0.13,), (0.31,))``, the network takes grey pictures. layer: the layer to
    explain; None: ``default_layer``, and None in the Classifier too where there is none. source: in one line, whose
    weights these are.

    One output and two names: z is taken as the logit of the second, and ``Classifier.model`` is a ``TwoSided`` around
    the network, so that each of the two names has its score and its map. One output and one name: a regression.

    Errors (ValueError): another number of names than of outputs (found with one pass of an empty picture where the
    network takes one); a network that does not return logits (N, C); a binary network that ends in a sigmoid.

    >>> clf = classifier(my_resnet, ["cat", "dog"])
    """
    if not isinstance(model, nn.Module):
        raise TypeError(f"model {type(model).__name__}: expected an nn.Module")
    if not isinstance(transform, Transform):
        made = "gradcam_lib.Transform(resize=256, crop=224, mean=(…), std=(…))"
        raise TypeError(f"transform {type(transform).__name__}: expected {made}, with the numbers of the training")
    names, count = checked_names(names), outputs(model.eval(), transform)
    if names is None:
        if count is None:
            raise ValueError(f"the number of classes of {type(model).__name__} cannot be found; give names=[…]")
        names = [f"class {i}" for i in range(count)]
    if layer is None:
        layer = last_map(model, transform.crop)
    if count == 1 and len(names) == 2:
        _refuse_sigmoid(model)
        model, layer = TwoSided(model), layer and f"network.{layer}"
    elif count not in (None, len(names)):
        raise ValueError(
            f"{len(names)} names for a {type(model).__name__} of {count} outputs; give {count}, in the order of the "
            f"outputs{', or two for the two sides of a logit' if count == 1 else ''}"
        )
    return Classifier(model, names, layer, source, transform)


class TwoSided(nn.Module):
    r"""A network with one logit z per picture as one with two scores, −z/2 and z/2: (N, 3, H, W) → (N, 2).

    .. math:: \operatorname{softmax}(-z/2, z/2) = (1 - \sigma(z), \sigma(z))
    """

    def __init__(self, network: nn.Module):
        super().__init__()
        self.network = network
        self.training = network.training  # its own flag alone

    def forward(self, x: Tensor) -> Tensor:
        return two_sided(self.network(x))


def two_sided(z: Tensor) -> Tensor:
    """One logit per picture, (N, 1) or (N,) → (N, 2), whose softmax is (1 − σ(z), σ(z))."""
    z = z.reshape(-1, 1)
    return torch.cat((-z, z), 1) / 2


def checked_names(names: Sequence[str] | None) -> list[str] | None:
    """The names as a list. Errors: no list of strings, such as a dict or a single string; none at all."""
    if names is None:
        return None
    if isinstance(names, (str, Mapping)) or not all(isinstance(name, str) for name in names):
        kind = names if isinstance(names, str) else f"a {type(names).__name__}"
        raise TypeError(f"names={kind!r}: give a list of strings, one for each class in the order of the outputs")
    if not len(names):
        raise ValueError("names=[]: give one for each class, or None")
    return list(names)


def outputs(model: nn.Module, transform: Transform) -> int | None:
    """C, the number of outputs, found with one pass of an empty picture; None where the network does not take one.

    Errors: ValueError where what comes out is a tensor, but not logits (N, C).
    """
    weight = next((p for p in model.parameters() if p.is_floating_point()), torch.zeros(()))
    shape = (1, len(transform.mean), transform.crop, transform.crop)
    x = torch.zeros(shape, device=weight.device, dtype=weight.dtype)
    try:
        with torch.random.fork_rng(devices=()), torch.no_grad():
            result = model(x)
    except Exception:  # any network may object in its own way: it is not asked again until a real picture comes
        return None
    if not isinstance(result, Tensor):
        return None
    if result.shape == (1,):
        return 1
    if result.dim() != 2 or len(result) != 1:
        shape = tuple(result.shape)
        raise ValueError(
            f"{type(model).__name__} returns {shape} for one picture, not logits (1, C); put a module behind it that "
            "makes them, or use explain(model, x, output=…) with a callable that does"
        )
    return result.shape[1]


def last_map(model: nn.Module, side: int | None = None) -> str | None:
    """``default_layer``, or None where there is none: a transformer's saliency can be seen all the same."""
    try:
        return default_layer(model, (side, side) if side else None)
    except ValueError:
        return None


def takes(model: nn.Module, side: int) -> bool:
    """Whether the network takes pictures of side × side pixels; tried with one pass of a copy on an empty picture."""
    try:
        watched(model, (side, side))
    except ValueError:  # whatever the network objects with
        return False
    return True


def _refuse_sigmoid(model: nn.Module) -> None:
    name, last = list(model.named_modules())[-1]
    if isinstance(last, nn.Sigmoid):
        raise ValueError(
            f"{type(model).__name__} ends in a sigmoid ({name!r}), whose gradient vanishes where it is sure; take it "
            f"off with model.set_submodule({name!r}, torch.nn.Identity()), probabilities are computed from the logit"
        )
