"""A published classifier as the eye of a system of pictures and words.   Notebooks 07 and 08.

Its weights are published, so they are not shipped again: a system's file names them by a fingerprint, and holds only
those that learnt along.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn

from gradcam_lib.networks.classifier import Classifier
from gradcam_lib.networks.zoo import load_classifier

PUBLISHED = "cnn.published."  # how the names of the classifier's weights begin in a system
FORMS = ("code", "map")
FLOOR = 1e-3  # of a standard deviation: a feature that hardly ever changes is not blown up


class Encoder(nn.Module):
    r"""A published classifier, and what a captioner or an answering network reads of it.

    .. math:: z = (a - \mu) / \sigma

    form "code", (N, width): of a network with fully-connected layers (AlexNet, VGG) a is the last hidden one after its
    ReLU, as in the original systems. Of every other network, a is what its last linear layer sees, the mean of each
    channel of its last map, and the evidence of its classes. ``layers``: the means of these maps instead, from the
    first to the last. form "map", (N, width, h, w): a is the last map, or that of the layer named.
    size: side of the pictures in pixels; None: the network's own. μ and σ are fixed, of the training pictures, and part
    of the graph. random: the classifier has random weights, for tests.
    Errors: ValueError (another form; layers that do not suit it; a network without a map, such as a transformer).
    """

    def __init__(
        self,
        network: str,
        published: Classifier,
        form: str,
        *,
        layers: Sequence[str] = (),
        size: int | None = None,
        random: bool = False,
    ):
        super().__init__()
        if form not in FORMS:
            raise ValueError(f"form {form!r}: choose one of {', '.join(map(repr, FORMS))}")
        if published.layer is None:
            raise ValueError(f"{network} has no convolutional map, so its systems could not be explained; choose a CNN")
        self.network, self.form, self.random, self.source = network, form, random, published.source
        self.size = size or published.transform.crop
        self.transform = replace(published.transform, resize=self.size, crop=self.size)
        self.published = published.model.eval().requires_grad_(False)
        self.fingerprint = fingerprint(self.published)
        self.tuned: tuple[str, ...] = ()
        linear = [name for name, module in self.published.named_modules() if isinstance(module, nn.Linear)]
        self.evidence = form == "code" and len(linear) < 2
        self.before = linear[-1] if form == "code" and linear and not layers else None
        self.own_layers = tuple(layers)
        self.layers = () if self.before else self._checked(self.own_layers or (published.layer,))
        self.name = f"{network}_{form}"
        self.layer = f"published.{(self.layers or (published.layer,))[0]}"  # all that is read goes through it
        with torch.inference_mode():
            self.width = self.raw(next(self.published.parameters()).new_zeros(1, 3, self.size, self.size)).shape[1]
        self.register_buffer("mean", torch.zeros(self.width))
        self.register_buffer("deviation", torch.ones(self.width))

    def forward(self, x: Tensor) -> Tensor:
        """x: (N, 3, H, W) → codes (N, width), or maps (N, width, h, w)."""
        return self.standardised(self.raw(x))

    def raw(self, x: Tensor) -> Tensor:
        """The same before it is standardised."""
        with self._read() as read:
            logits = self.published(x)
        if self.form == "map":
            return read[self.layers[0]]
        return torch.cat([*read.values(), *([logits.flatten(1)] if self.evidence else [])], 1)

    def standardise(self, mean: Tensor, deviation: Tensor) -> None:
        """Takes over μ and σ, (width,) each, rounded to the float16 in which they are shipped."""
        self.mean.copy_(mean.half())
        self.deviation.copy_(deviation.clamp(min=FLOOR).half())

    def standardised(self, a: Tensor) -> Tensor:
        """What ``raw`` gave, less μ and over σ."""
        shape = (-1,) + (1,) * (a.dim() - 2)
        return (a - self.mean.view(shape)) / self.deviation.view(shape)

    def train(self, mode: bool = True) -> Encoder:
        """The classifier stays in evaluation mode, also while it learns: no dropout, BatchNorm as it was published."""
        super().train(mode)
        self.published.eval()
        return self

    def tune(self, start: str | None = None) -> None:
        """From now on the classifier's weights learn along, all or those from a layer on, in the order of the network.

        Errors: ValueError where no layer of that name has weights.
        """
        names = [name for name, _ in self.published.named_parameters()]
        at = next((i for i, name in enumerate(names) if start is None or name.startswith(f"{start}.")), None)
        if at is None:
            parts = sorted({name.rsplit(".", 1)[0] for name in names})
            raise ValueError(f"layer {start!r} has no weights; of {self.network} these have: {', '.join(parts)}")
        self.tuned = tuple(names[at:])
        for name, parameter in self.published.named_parameters():
            parameter.requires_grad_(name in self.tuned)

    def about(self) -> dict[str, Any]:
        """All that ``encoder`` needs to make it again, and the fingerprint by which the weights are known."""
        names = ("network", "form", "size", "fingerprint", "random")
        return {"layers": list(self.own_layers), **{name: getattr(self, name) for name in names}}

    def _checked(self, layers: tuple[str | None, ...]) -> tuple[str, ...]:
        modules = dict(self.published.named_modules())
        for layer in layers:
            if layer not in modules:
                raise ValueError(f"layer {layer!r} of {self.network}: no such module; choose others with layers=")
        if self.form == "map" and len(layers) > 1:
            raise ValueError(f"layers {layers}: the form 'map' reads one layer")
        return layers

    @contextmanager
    def _read(self) -> Iterator[dict[str, Tensor]]:
        """What is read during the pass, by layer. The hooks come last, so that they see what explanations put there."""
        read: dict[str, Tensor] = {}
        thread, modules = threading.get_ident(), dict(self.published.named_modules())

        def keep(name: str, value: Tensor) -> None:
            if threading.get_ident() == thread:
                read[name] = value

        def of_map(name: str):
            pooled = self.form == "code"
            return lambda _, args, A: keep(name, A.mean((2, 3)) if pooled else A.clone())

        handles = [modules[name].register_forward_hook(of_map(name)) for name in self.layers]
        if name := self.before:
            handles.append(modules[name].register_forward_pre_hook(lambda _, args: keep(name, args[0])))
        try:
            yield read
        finally:
            for handle in handles:
                handle.remove()


def encoder(
    network: str, form: str, *, layers: Sequence[str] = (), size: int | None = None, random: bool = False
) -> Encoder:
    """An Encoder of a network by name, see ``load_classifier``, whose weights must be at hand unless random."""
    published = load_classifier(network, weights=None if random else "default")
    return Encoder(network, published, form, layers=layers, size=size, random=random)


def fingerprint(published: nn.Module) -> str:
    """SHA-256 of a network's weights in float32, whatever file they came from.

    The first layer is left out: it is folded with the pictures' mean and deviation, which published files round
    differently in their last digit.
    """
    state: Mapping[str, Tensor] = published.state_dict()
    first = next(iter(state)).rpartition(".")[0] + "."
    digest = hashlib.sha256()
    for name in sorted(name for name in state if not name.startswith(first)):
        tensor = state[name].detach().float().cpu().contiguous()
        digest.update(f"{name} {tuple(tensor.shape)} ".encode() + tensor.numpy().astype("<f4").tobytes())
    return digest.hexdigest()
