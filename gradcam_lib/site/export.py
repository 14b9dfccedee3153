r"""Networks as files that a browser runs: the convolutions as ONNX, the last layer as plain numbers.

Where global average pooling and one linear layer, W and b, follow the last map A (K, h, w), with Z = h · w,

.. math:: y^c = b^c + \frac{1}{Z} \sum_{i,j} \sum_k w_k^c A^k_{ij},
          \qquad L^c_{ij} = ReLU( \frac{1}{Z} \sum_k w_k^c A^k_{ij} )

(Selvaraju et al. 2017, eq. 1 and 2; notebook 04). So A, W and b give the score and the map of every class, and ONNX
holds nothing but the way to A: no gradient is needed in a browser.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from gradcam_lib.cam import rectified_map_and_weights
from gradcam_lib.networks.classifier import Classifier
from gradcam_lib.networks.zoo import load_classifier

# The two that end in this way. "photonet" itself has fully-connected layers, and so no such formula.
NETWORKS = ("efficientnet_lite0", "photonet_gap")
LEVELS = 32767  # of 16 bits, in each direction
# Weights of a convolution with more than this are stored in 16 bits. The smaller ones, a tenth of all, are the ones to
# which the maps react most: with them the maps of drawn scenes changed by 1.3e-3 of their maximum, without by 0.3e-3.
LARGE = 60_000
X, A = "x", "A"  # the names of input and output


def export(name: str, folder: Path) -> dict[str, Any]:
    """Writes ``NAME.onnx`` (x (1, 3, S, S) → A (1, K, h, w)) and ``NAME.head`` into the folder.

    Returns what a reader of the two files must know: shapes and sizes in bytes. Errors: ValueError where the network
    ends in another way.
    """
    classifier = load_classifier(name)
    features, x = features_of(classifier), empty_input(classifier)
    W, b, shape = last_layer(classifier, features, x)
    program = torch.onnx.export(
        features, (x,), input_names=[X], output_names=[A], dynamo=True, external_data=False, verbose=False
    )
    model = in_16_bits(program.model_proto)
    onnx.checker.check_model(model)
    files = {"model": folder / f"{name}.onnx", "head": folder / f"{name}.head"}
    onnx.save(model, files["model"])
    files["head"].write_bytes(head_bytes(W, b))
    sizes = {key: {"file": path.name, "bytes": path.stat().st_size} for key, path in files.items()}
    return {**sizes, "classes": len(W), "channels": shape[0], "map": list(shape[1:])}


def features_of(classifier: Classifier) -> nn.Module:
    """The part of the network that ends in its last rectified map."""
    return classifier.model.get_submodule(classifier.layer).eval()


def empty_input(classifier: Classifier) -> Tensor:
    side = classifier.transform.crop
    return torch.zeros(1, len(classifier.transform.mean), side, side)


@torch.no_grad()
def last_layer(classifier: Classifier, features: nn.Module, x: Tensor) -> tuple[Tensor, Tensor, tuple[int, ...]]:
    """(W (C, K), b (C,), (K, h, w)). Errors: ValueError, from ``rectified_map_and_weights``."""
    last, logits = features(x), classifier.model(x)
    pooled, W = rectified_map_and_weights(classifier.model, last, logits)
    return W, (logits - pooled.mean((2, 3)) @ W.T)[0], tuple(last.shape[1:])


def steps(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Weights (C, …) as whole numbers: (int16 of the same shape, float32 step for each output channel, (C, 1, …)).

    The error is at most half a step, a 65,534th of the channel's largest weight. Weights in half precision, as large in
    a file, change the maps of the sample photographs about six times as much.
    """
    most = np.abs(values).reshape(len(values), -1).max(1).reshape(-1, *[1] * (values.ndim - 1))
    step = (np.where(most > 0, most, 1) / LEVELS).astype(np.float32)
    return np.rint(values / step).astype(np.int16), step


def in_16_bits(model: onnx.ModelProto) -> onnx.ModelProto:
    """The same network with the weights of its large convolutions as ``steps``, little more than half as large.

    They are multiplied out once, when a browser loads the file: what is computed with remains float32.
    """
    kept, decoding = [], []
    for weight in model.graph.initializer:
        values = numpy_helper.to_array(weight)
        if values.dtype != np.float32 or values.ndim != 4 or values.size <= LARGE:
            kept.append(weight)
            continue
        name, (whole, step) = weight.name, steps(values)
        kept += [numpy_helper.from_array(whole, f"{name}_whole"), numpy_helper.from_array(step, f"{name}_step")]
        decoding += [
            helper.make_node("Cast", [f"{name}_whole"], [f"{name}_float"], to=TensorProto.FLOAT),
            helper.make_node("Mul", [f"{name}_float", f"{name}_step"], [name]),
        ]
    nodes = [*decoding, *model.graph.node]  # what is used must stand before its use
    graph = helper.make_graph(nodes, "features", model.graph.input, model.graph.output, kept)
    return helper.make_model(graph, opset_imports=model.opset_import, ir_version=model.ir_version)


def head_bytes(W: Tensor, b: Tensor) -> bytes:
    """W (C, K) and b (C,) as little-endian bytes: steps, float32 (C,); b, float32 (C,); W in steps, int16 (C, K)."""
    whole, step = steps(W.numpy())
    return step.astype("<f4").tobytes() + b.numpy().astype("<f4").tobytes() + whole.astype("<i2").tobytes()
