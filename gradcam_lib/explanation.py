"""One forward pass, then as many explanations as you like."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from gradcam_lib.capture import Layer, find_place, is_one_layer
from gradcam_lib.equations import channel_weights, combine, upsample
from gradcam_lib.forward import Kept, Output, Run, View, as_map, checked_input, parts
from gradcam_lib.gradients import backward
from gradcam_lib.layers import default_layer
from gradcam_lib.positions import evidence_at, for_and_against
from gradcam_lib.targets import TargetLike, class_score, cotangent, index_of, resolve

BLOCK = 2**21  # numbers in one batched gradient, 8 MB: made and averaged while they are in the cache


def explain(
    model: nn.Module,
    x: Any,
    layer: Layer | Sequence[Layer] | None = None,
    *,
    output: Output = None,
    pixels: bool = False,
    layer_map: View | None = None,
) -> Explanation:
    """Runs the network once and keeps what every later question needs.

    model: a network, or a Classifier, whose class names can then be targets. It runs in evaluation mode and is left
    as it was found, also after an error. x: pictures (N, 3, H, W), signals (N, C, L) or volumes (N, C, T, H, W); for a
    network with several inputs a tuple, or a mapping from the names of its arguments, in which the picture comes
    first. layer: dotted name, module, a run of a layer that runs several times, ``("relu", 0)``, a function in a
    module's forward, ``"layer4.relu()"``, or a list of them; None is ``default_layer``. output: which part of a tuple,
    list or dict holds the logits (index, key or a callable). pixels: record the graph down to the pixels, for
    saliency and the guided methods without a second pass. layer_map: makes a map (N, K, h, w) of what the layer
    returns, by rearranging or leaving out numbers; maps with their channels last are turned without it.

    Tokens of a transformer become a map with ``layer_map``: of ViT at 224 pixels, 14 × 14 patches behind a class token.
    The maps of Swin, (N, h, w, C), are turned as ``layer_map=lambda T: T.movedim(-1, 1)`` would::

        explain(vit, x, "encoder.layers.encoder_layer_11.ln_1",
                layer_map=lambda T: T[:, 1:].transpose(1, 2).unflatten(2, (14, 14)))
        explain(swin, x, "norm")

    Segmentation: the score of a class is the sum of its logits where the network sees it. Detection: the score of
    each box that was found, at most ``box_detections_per_img`` of them, stands for a class::

        def dogs(result, c=12):
            z = result["out"]
            return (z * (z.argmax(1, keepdim=True) == c)).sum((2, 3))
        explain(deeplab, x, "backbone.layer4", output=dogs).map(12)
        explain(faster_rcnn, x, "backbone.body.layer4", output=lambda found: found[0]["scores"][None]).map(0)

    Errors: input that is no batch, unknown layer, layer without a map or with several runs, output without logits or
    with NaN, no gradient path from the layer to the logits. Warns when the network ends in a softmax, or in a sigmoid
    that is sure.   Notebook 04.
    """
    model, names, preferred = parts(model)
    inputs = checked_input(x, model)
    if layer is None:
        layer = preferred or default_layer(model, inputs, output=output)
    layers = [layer] if is_one_layer(layer) else list(layer)
    if not layers:
        raise ValueError("layer=[]: give at least one layer")
    layers = list(dict.fromkeys(find_place(model, one) for one in layers))
    run = Run(model, inputs, output)
    kept = run(layers, pixels=pixels)
    if not kept.logits.requires_grad:  # the model has a no_grad of its own: record everything, at the price of a pass
        kept = run(layers, record=True)
    return Explanation(kept, names, run, _views(kept, run, layer_map))


def explain_pixels(model: nn.Module, x: Any, *, output: Output = None) -> Explanation:
    """Like ``explain(…, pixels=True)`` without any layer: pixel gradients of any network, convolutional or not."""
    model, names, _ = parts(model)
    run = Run(model, checked_input(x, model), output)
    return Explanation(run([], pixels=True), names, run, {})


def _views(kept: Kept, run: Run, layer_map: View | None) -> dict[str, View | None]:
    """How each layer's output becomes a map. An error offers the default layer, where there is another."""
    views = {}
    for name in kept.maps:
        try:
            views[name] = as_map(name, kept.maps, layer_map, run.inputs.picture.dim())
        except ValueError as error:
            raise ValueError(f"{error}; {_other_layer(run, name)}") from None
    return views


def _other_layer(run: Run, refused: str) -> str:
    try:
        other = default_layer(run.model, run.inputs, output=run.output)
    except ValueError:
        other = refused
    if other == refused:
        return "saliency and occlusion_map need no layer"
    return f"choose a layer whose output is (N, K, h, w), such as {other!r}"


class Explanation:
    """The logits of one forward pass and the way back from them to a layer. Made by :func:`explain`.

    Every target is answered from the graph that the one pass left behind. Maps are float32, on the model's device, of
    the size of the layer's map and not scaled: ``upsample`` and ``scale_by_max`` follow. That size is (h, w) for
    pictures, (l,) for signals and (t, h, w) for volumes. Where several layers were captured, ``layer=`` names one; the
    default is the last in the list.
    """

    def __init__(self, kept: Kept, names: Sequence[str] | None, run: Run, views: dict[str, View | None]):
        self._kept, self._run, self.names, self._views = kept, run, names, views
        self._pixels = kept if kept.x is not None else None
        self.layers = list(kept.maps)

    @property
    def logits(self) -> Tensor:
        """(N, C), the scores before the softmax."""
        return self._kept.logits.detach()

    @property
    def predicted(self) -> Tensor:
        """(N,), the class of the highest score."""
        return self.logits.argmax(1)

    def top(self, k: int = 5) -> list[tuple[str, float]]:
        """The k most probable classes of the first image with their softmax probabilities.

        One output is no choice between classes: it is listed as it is, under its name or as "output".
        """
        if self.logits.shape[1] == 1:
            name = self.names[0] if self.names and len(self.names) == 1 else "output"
            return [(name, float(self.logits[0, 0]))]
        p, index = self.logits[0].float().softmax(0).topk(min(k, self.logits.shape[1]))
        return [(self.names[i] if self.names else str(i), float(v)) for i, v in zip(index.tolist(), p, strict=True)]

    def activation(self, layer: Layer | None = None) -> Tensor:
        """A: (N, K, h, w), what the layer returned."""
        name, A = self._map(layer)
        return self._viewed(name, A.detach())

    def gradient(self, target: TargetLike = None, layer: Layer | None = None, *, rule: str = "plain") -> Tensor:
        r""":math:`G = \partial y / \partial A`: (N, K, h, w), in float32.

        rule: the way back through the ReLUs between the layer and the score, see ``pixel_gradient``; another than
        "plain" needs ``explain(…, pixels=True)``.
        """
        if rule == "plain":
            return self._gradients(self._row(target), layer)
        if self._kept.rules is None:
            raise ValueError(f"rule {rule!r} at a layer: the ReLUs were not recorded; use explain(…, pixels=True)")
        with self._kept.rules.use(rule):
            return self._gradients(self._row(target), layer)

    def weights(self, target: TargetLike = None, layer: Layer | None = None) -> Tensor:
        """alpha: (N, K), the importance of each channel (eq. 1)."""
        G = self.gradient(target, layer)
        return channel_weights(G, spatial=G.dim() - 2).flatten(1)

    def signed(self, target: TargetLike = None, layer: Layer | None = None) -> Tensor:
        """(N, h, w), the map before its ReLU: evidence for the target is positive, evidence against it negative."""
        G = self.gradient(target, layer)
        return combine(channel_weights(G, spatial=G.dim() - 2), self.activation(layer), relu=False)

    def map(self, target: TargetLike = None, layer: Layer | None = None) -> Tensor:
        """L: (N, h, w) ≥ 0, Grad-CAM (eq. 2)."""
        return self.signed(target, layer).relu()

    def counterfactual(self, target: TargetLike = None, layer: Layer | None = None) -> Tensor:
        """(N, h, w) ≥ 0: Grad-CAM of the negated score, what would raise the others if it went away (section 3.3)."""
        return (-self.signed(target, layer)).relu()

    def maps(self, targets: Sequence, layer: Layer | None = None, *, relu: bool = True) -> Tensor:
        """Grad-CAM of M targets from batched backward passes: (M, h, w) for one image, (M, N, h, w) for N.

        ``relu=False``: the maps before their ReLU, as ``signed`` gives them one by one.
        """
        if isinstance(targets, (str, bytes)) or not isinstance(targets, (Sequence, Tensor)):
            raise TypeError(f"maps({targets!r}): expected a list of targets; for a single one use map()")
        A = self.activation(layer)
        rows = self._rows(targets.tolist() if isinstance(targets, Tensor) else targets)
        blocks = rows.split(max(1, BLOCK // A.numel())) if len(rows) else ()
        alphas = (channel_weights(self._gradients(block, layer), spatial=A.dim() - 2) for block in blocks)
        L = [combine(alpha, A, relu=relu) for alpha in alphas]
        L = torch.cat(L) if L else A.new_zeros(0, len(A), *A.shape[2:], dtype=torch.float32)
        return L[:, 0] if len(A) == 1 else L

    def top_channels(self, target: TargetLike = None, k: int = 5, layer: Layer | None = None) -> tuple[list, list]:
        """The k highest and the k lowest weights of the first image: two lists of (channel, weight) (section 7)."""
        alpha = self.weights(target, layer)[0]
        order = alpha.argsort(descending=True, stable=True).tolist()
        return tuple([(c, float(alpha[c])) for c in part] for part in (order[:k], order[: -k - 1 : -1]))

    def evidence_at(self, position: Sequence[int], layer: Layer | None = None) -> Tensor:
        r"""What one position of the map says of every class: (N, C), positive for a class, negative against it.

        .. math:: e^c_{ij} = \sum_k \alpha_k^c A^k_{ij}

        Column c is ``signed(c)`` at that position. position: (row, column), (l,) of a signal, (t, row, column) of a
        volume, each from 0. All classes together take a backward pass that is itself differentiated.   Notebook 04.
        """
        return evidence_at(self, position, layer)

    def classes_at(self, position: Sequence[int], k: int = 5, layer: Layer | None = None) -> tuple[list, list]:
        """The classes that a position of the first image's map speaks for most, and against most.

        Two lists of at most k (class name or number, evidence), the strongest first; see ``evidence_at``.
        """
        return for_and_against(self.evidence_at(position, layer)[0], self.names, k)

    def note(self, target: TargetLike = None, layer: Layer | None = None) -> str:
        """Why a map is empty, in words; "" where every image's map shows some evidence."""
        signed, G, A = self.signed(target, layer), self.gradient(target, layer), self.activation(layer)
        lines = [
            (f"image {i}: " if len(A) > 1 else "") + _why_empty(signed[i], G[i], A[i])
            for i in range(len(A))
            if signed[i].max() <= 0
        ]
        return "; ".join(lines)

    def pixel_gradient(self, target: TargetLike = None, *, rule: str = "plain", strict: bool = True) -> Tensor:
        """Gradient of the target at the pixels, (N, 3, H, W), with one of the three ways back through a ReLU.

        The first call runs the network once more to record a graph down to the pixels, unless
        ``explain(…, pixels=True)`` did; all later targets and rules use that graph.
        Errors: with another rule than "plain", activations that are no ReLU (``strict=False`` goes on).
        """
        if self._pixels is None:
            self._pixels = self._run([], pixels=True)
        kept = self._pixels
        if rule != "plain" and strict:
            kept.rules.check(self._run.model, kept.logits, kept.x)
        with kept.rules.use(rule):
            return backward(kept.logits, kept.x, self._row(target), "the pixels")

    def saliency(self, target: TargetLike = None) -> Tensor:
        """(N, H, W): the largest absolute gradient over the colours."""
        return self.pixel_gradient(target).abs().amax(1)

    def guided_grad_cam(self, target: TargetLike = None, layer: Layer | None = None, *, strict: bool = True) -> Tensor:
        """(N, 3, H, W): guided backprop times the upsampled Grad-CAM (section 3.2)."""
        guided = self.pixel_gradient(target, rule="guided", strict=strict)
        return upsample(self.map(target, layer), guided.shape[2:])[:, None] * guided

    def _row(self, target: TargetLike) -> Tensor:
        return cotangent(resolve(target, self.logits, self.names), self.logits)

    def _rows(self, targets: Sequence) -> Tensor:
        """One row (N, C) for each of M targets: (M, N, C). Class numbers and names, the usual case, need no graph."""
        if not len(targets):
            return self.logits[None][:0]
        if not all(isinstance(t, (int, str)) for t in targets):
            return torch.stack([self._row(t) for t in targets])
        index = [index_of(t, self.names) for t in targets]
        class_score(max(index))(self.logits[:1])  # a number out of range is an error
        rows = self.logits.new_zeros(len(index), 1, self.logits.shape[1])
        rows[range(len(index)), 0, index] = 1
        return rows.expand(-1, len(self.logits), -1)

    def _map(self, layer: Layer | None) -> tuple[str, Tensor]:
        """(name, what the layer returned) of a captured layer, whose run need not be named where only one was kept."""
        if not self.layers:
            raise ValueError("no layer was captured; use explain(model, x)")
        if layer is None:
            return self.layers[-1], self._kept.maps[self.layers[-1]]
        place = None if isinstance(layer, str) and layer in self.layers else find_place(self._run.model, layer)
        found = [layer] if place is None else [n for n in self.layers if self._kept.maps.answers(n, place)]
        if len(found) != 1:
            raise ValueError(f"layer {layer!r} was not captured; captured: {', '.join(map(repr, self.layers))}")
        return found[0], self._kept.maps[found[0]]

    def _gradients(self, rows: Tensor, layer: Layer | None) -> Tensor:
        """rows (N, C) → (N, K, h, w); rows (M, N, C) → (M, N, K, h, w) in one batched backward pass."""
        name, A = self._map(layer)
        G = backward(self._kept.logits, A, rows, f"layer {name!r}").float()
        if rows.dim() == 2 or self._views[name] is None:
            return self._viewed(name, G)
        return torch.stack([self._viewed(name, one) for one in G])

    def _viewed(self, name: str, A: Tensor) -> Tensor:
        """A layer's output, or a gradient there, as a map (N, K, *places)."""
        view = self._views[name]
        return A if view is None else view(A)


def _why_empty(signed: Tensor, G: Tensor, A: Tensor) -> str:
    if not G.any():
        return "the map is empty because the score does not react to this layer: every gradient is zero"
    if not A.any():
        return "the map is empty because no channel of this layer is active"
    if signed.min() < 0:
        return "the map is empty because there is no positive evidence: every active position speaks against the target"
    return "the map is empty because evidence for and against cancels at every position"
