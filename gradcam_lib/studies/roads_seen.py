"""A road and its counterparts, each without one part, and what networks that steer say of them."""

from __future__ import annotations

import cv2
import numpy as np
import torch
from torch import Tensor

from gradcam_lib.equations import upsample
from gradcam_lib.explanation import Explanation, explain
from gradcam_lib.networks.classifier import Classifier
from gradcam_lib.occlusion import occlusion_map, on_pixels
from gradcam_lib.worlds import roads
from gradcam_lib.worlds.rendering import Picture

CELL = 4  # pixels of one position of the map: how far a part's mask is grown
PARTS = ("left", "right", "sign", "others")
KEPT = ("sky", "road", "marking", "sign")  # kinds; everything else beside the road is "others"
PATCH, STRIDE = 16, 8


def signed_maps(clf: Classifier, x: Tensor, e: Explanation, *, slow: bool = True) -> dict[str, np.ndarray]:
    """Method → signed map (128, 128): positive where the angle is raised, which is steering to the right.

    HiResCAM (Draelos and Carin 2020) multiplies gradient and activation position by position, without the mean. Where
    the network ends in global average pooling it is Grad-CAM. slow: with occlusion.
    """
    hires = (e.gradient(0) * e.activation()).sum(1)
    maps = {name: upsample(heat, 128)[0].numpy() for name, heat in (("grad_cam", e.signed(0)), ("hirescam", hires))}
    if slow:
        fall = occlusion_map(clf.model, x, 0, patch=PATCH, stride=STRIDE, batch=64)
        maps["occlusion"] = on_pixels(fall, (128, 128), patch=PATCH, stride=STRIDE)[0].numpy()
    return maps


def without(road: roads.Road, part: str) -> roads.Road | None:
    """The road without a part, or None where it has no such part."""
    gone = [t.id for t in road.things if (t.kind not in KEPT if part == "others" else t.id == part)]
    for id in gone:
        road = road.without(id)
    return road if gone else None


def masks_of(picture: Picture) -> dict[str, np.ndarray]:
    """Part → (128, 128) bool, the pixels of it and those within a position of the map; "paint" is both markings."""
    masks = picture.masks
    others = [t.id for t in picture.scene.things if t.kind not in KEPT]
    lines = [masks[id] for id in roads.MARKINGS if id in masks]
    found = {id: masks[id] for id in ("left", "right", "sign", "sky") if id in masks}
    found |= {"paint": np.any(lines, 0), "others": np.any([masks[id] for id in others], 0)}
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * CELL + 1,) * 2)
    return {name: cv2.dilate(mask.astype(np.uint8), disc) > 0 for name, mask in found.items()}


class Seen:
    """One picture with its counterparts, and what each network says of them."""

    def __init__(self, seed: int, networks: dict[str, Classifier]):
        road = roads.sample(seed)
        self.angle, self.arrow = roads.angle(road), road["sign"].facing
        picture = roads.render(road)
        self.masks = masks_of(picture)
        images = {"whole": picture.image, "turned": roads.render(roads.turned_sign(road)).image}
        for part in PARTS:
            if (less := without(road, part)) is not None and self.masks[part].any():
                images[part] = roads.render(less).image
        any_network = next(iter(networks.values()))
        x = torch.cat([any_network.to_input(image) for image in images.values()])
        self.x = x[:1]
        self.said, self.maps, self.sums = {}, {}, {}
        for name, clf in networks.items():
            with torch.inference_mode():
                self.said[name] = dict(zip(images, clf.model(x)[:, 0].tolist(), strict=True))
            e = explain(clf, self.x)
            self.maps[name] = signed_maps(clf, self.x, e, slow=name != "arrows")
            self.sums[name] = float(e.signed(0).sum())

    def error(self, name: str) -> float:
        """How far the network's angle is from the true one, in degrees."""
        return abs(self.said[name]["whole"] - self.angle)

    def change(self, name: str, part: str) -> float:
        """What the part adds to the network's angle, in degrees."""
        return self.said[name]["whole"] - self.said[name][part]

    def told(self, name: str, method: str, part: str, other: Seen | None = None) -> float:
        """What the map says of the part: its sum there; ``other``: the map of another picture in its place."""
        return float((other or self).maps[name][method][self.masks[part]].sum())
