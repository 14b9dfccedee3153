"""What every check needs: the network, one picture, the layer and the score that are explained."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import torch
from torch import Tensor, nn

from gradcam_lib.capture import Place, evaluating, find_place, named
from gradcam_lib.explanation import Explanation, explain
from gradcam_lib.forward import Inputs, pick
from gradcam_lib.layers import default_layer, watched
from gradcam_lib.targets import Target
from gradcam_lib.trace import Point, Trace


@dataclass
class Case:
    """inputs: of one picture. target: what is explained. options: output and layer_map, as for ``explain``."""

    model: nn.Module
    inputs: Inputs
    e: Explanation
    target: Target
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def layer(self) -> str:
        return self.e.layers[-1]

    @cached_property
    def signed(self) -> Tensor:
        """(1, h, w), the map before its ReLU."""
        return self.e.signed(self.target)

    @cached_property
    def trace(self) -> Trace:
        return watched(self.model, self.inputs, self.options["output"])

    @cached_property
    def usual(self) -> str | None:
        """The default layer; None where there is none."""
        try:
            return default_layer(self.model, self.inputs, output=self.options["output"])
        except ValueError:
            return None

    @cached_property
    def point(self) -> Point | None:
        """The layer in the trace; None where it is not to be seen there."""
        place = self.place(self.model)
        # The trace calls each module by the first of its names.
        first = next(name for name, module in named(self.model).items() if module is place.module)
        name = place.name if place.function else first
        return next((p for p in self.trace.points if p.name == name and p.run == (place.run or 0)), None)

    def place(self, net: nn.Module) -> Place:
        """The layer in a copy of the network."""
        return find_place(net, self.layer)

    def again(self, model: nn.Module | None = None, inputs: Inputs | None = None) -> Explanation:
        """The same layer of this network or another, for this picture or another."""
        return explain(model or self.model, inputs or self.inputs, self.layer, **self.options)

    def logits(self, net: nn.Module, picture: Tensor | None = None) -> Tensor:
        """(N, C) of a network that is left in its mode, without a graph."""
        picture = self.inputs.picture if picture is None else picture
        with torch.no_grad():
            return pick(self.inputs.call(net, picture), self.options["output"], len(picture))

    def probability(self, picture: Tensor) -> float:
        """Of the likeliest class, for another picture."""
        with evaluating(self.model):
            return float(self.logits(self.model, picture).float().softmax(1).max())
