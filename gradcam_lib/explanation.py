"""One forward pass, then as many explanations as you like."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from gradcam_lib.capture import Layer, find_layer
from gradcam_lib.equations import channel_weights, combine, upsample
from gradcam_lib.forward import Kept, Output, Run, checked_input, parts
from gradcam_lib.layers import default_layer
from gradcam_lib.targets import TargetLike, class_score, cotangent, index_of, resolve

BLOCK = 2**21  # numbers in one batched gradient, 8 MB: made and averaged while they are in the cache


def explain(
    model: nn.Module,
    x: Tensor,
    layer: Layer | Sequence[Layer] | None = None,
    *,
    output: Output = None,
    pixels: bool = False,
) -> Explanation:
    """Runs the network once and keeps what every later question needs.

    model: a network, or a Classifier, whose class names can then be targets. It runs in evaluation mode and is left
    as it was found, also after an error. x: (N, 3, H, W). layer: dotted name, module, or a list of them; None is
    ``default_layer``. output: which part of a tuple, list or dict holds the logits (index, key or a callable).
    pixels: record the graph down to the pixels, for saliency and the guided methods without a second pass.

    Errors: input that is no batch of images, unknown layer, layer without a map, output without logits or with NaN,
    no gradient path from the layer to the logits. Warns when the network ends in a softmax.   Notebook 04.
    """
    model, names, preferred = parts(model)
    x = checked_input(x, model)
    if layer is None:
        layer = preferred or default_layer(model, tuple(x.shape[2:]))
    layers = [find_layer(model, one)[0] for one in (layer if isinstance(layer, (list, tuple)) else [layer])]
    if not layers:
        raise ValueError("layer=[]: give at least one layer")
    run = Run(model, x, output)
    kept = run(layers, pixels=pixels)
    if not kept.logits.requires_grad:  # the model has a no_grad of its own: record everything, at the price of a pass
        kept = run(layers, record=True)
    return Explanation(kept, names, run)


def explain_pixels(model: nn.Module, x: Tensor, *, output: Output = None) -> Explanation:
    """Like ``explain(…, pixels=True)`` without any layer: pixel gradients of any network, convolutional or not."""
    model, names, _ = parts(model)
    run = Run(model, checked_input(x, model), output)
    return Explanation(run([], pixels=True), names, run)


class Explanation:
    """The logits of one forward pass and the way back from them to a layer. Made by :func:`explain`.

    Every target is answered from the graph that the one pass left behind. Maps are float32, on the model's device, of
    the size of the layer's map (h, w) and not scaled: ``upsample`` and ``scale_by_max`` follow. Where several layers
    were captured, ``layer=`` names one; the default is the last in the list.
    """

    def __init__(self, kept: Kept, names: Sequence[str] | None, run: Run):
        self._kept, self._run, self.names = kept, run, names
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
        """The k most probable classes of the first image with their softmax probabilities."""
        p, index = self.logits[0].float().softmax(0).topk(min(k, self.logits.shape[1]))
        return [(self.names[i] if self.names else str(i), float(v)) for i, v in zip(index.tolist(), p, strict=True)]

    def activation(self, layer: Layer | None = None) -> Tensor:
        """A: (N, K, h, w), what the layer returned."""
        return self._map(layer)[1].detach()

    def gradient(self, target: TargetLike = None, layer: Layer | None = None) -> Tensor:
        r""":math:`G = \partial y / \partial A`: (N, K, h, w), in float32."""
        return self._gradients(self._row(target), layer)

    def weights(self, target: TargetLike = None, layer: Layer | None = None) -> Tensor:
        """alpha: (N, K), the importance of each channel (eq. 1)."""
        return channel_weights(self.gradient(target, layer)).flatten(1)

    def signed(self, target: TargetLike = None, layer: Layer | None = None) -> Tensor:
        """(N, h, w), the map before its ReLU: evidence for the target is positive, evidence against it negative."""
        return combine(channel_weights(self.gradient(target, layer)), self.activation(layer), relu=False)

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
        L = [combine(channel_weights(self._gradients(block, layer)), A, relu=relu) for block in blocks]
        L = torch.cat(L) if L else A.new_zeros(0, len(A), *A.shape[2:], dtype=torch.float32)
        return L[:, 0] if len(A) == 1 else L

    def top_channels(self, target: TargetLike = None, k: int = 5, layer: Layer | None = None) -> tuple[list, list]:
        """The k highest and the k lowest weights of the first image: two lists of (channel, weight) (section 7)."""
        alpha = self.weights(target, layer)[0]
        order = alpha.argsort(descending=True, stable=True).tolist()
        return tuple([(c, float(alpha[c])) for c in part] for part in (order[:k], order[: -k - 1 : -1]))

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
            return _grad(kept.logits, kept.x, self._row(target), "the pixels")

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
        if not self.layers:
            raise ValueError("no layer was captured; use explain(model, x)")
        name = self.layers[-1] if layer is None else layer
        if isinstance(name, nn.Module):
            name = find_layer(self._run.model, name)[0]
        if name not in self._kept.maps:
            raise ValueError(f"layer {layer!r} was not captured; captured: {', '.join(map(repr, self.layers))}")
        return name, self._kept.maps[name]

    def _gradients(self, rows: Tensor, layer: Layer | None) -> Tensor:
        """rows (N, C) → (N, K, h, w); rows (M, N, C) → (M, N, K, h, w) in one batched backward pass."""
        name, A = self._map(layer)
        return _grad(self._kept.logits, A, rows, f"layer {name!r}").float()


def _grad(logits: Tensor, source: Tensor, rows: Tensor, where: str) -> Tensor:
    """Gradient at ``source`` of rows (N, C), or of each of (M, N, C) at once, float32 at least."""
    if source.dtype != torch.float16:
        return _backward(logits, source, rows, where).to(torch.promote_types(source.dtype, torch.float32))
    # float16 loses what is smaller than 6e-8: start with large rows, with smaller ones where that is too much.
    largest = float(rows.abs().max()) or 1.0
    for power in (12, 6, 0):
        scale = 2.0**power / largest
        G = _backward(logits, source, rows * scale, where).float() / scale
        if G.isfinite().all():
            break
    return G


def _backward(logits: Tensor, source: Tensor, rows: Tensor, where: str) -> Tensor:
    """One backward pass from rows to ``source``; the graph stays for the next target."""
    G, batched = None, rows.dim() == 3
    if logits.requires_grad:
        kept = {"retain_graph": True, "allow_unused": True}
        try:
            (G,) = torch.autograd.grad(logits, source, rows.to(logits.dtype), is_grads_batched=batched, **kept)
        except RuntimeError:  # a backward pass that looks at its numbers cannot be batched, nor what memory cannot hold
            if not batched:
                raise
            G = torch.stack([_backward(logits, source, row, where) for row in rows])
    if G is None:
        raise ValueError(f"there is no gradient path from {where} to the score; choose a layer that the score uses")
    return G


def _why_empty(signed: Tensor, G: Tensor, A: Tensor) -> str:
    if not G.any():
        return "the map is empty because the score does not react to this layer: every gradient is zero"
    if not A.any():
        return "the map is empty because no channel of this layer is active"
    if signed.min() < 0:
        return "the map is empty because there is no positive evidence: every active place speaks against the target"
    return "the map is empty because evidence for and against cancels at every place"
