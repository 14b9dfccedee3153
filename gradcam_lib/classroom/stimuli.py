"""The pictures of a study, which trials there are, and what is shown in each.   Notebook 11."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import torch.nn.functional as F
from torch import Tensor

from gradcam_lib.classroom import pictures as sources
from gradcam_lib.classroom.designs import Design, Trial, checked_study
from gradcam_lib.equations import upsample
from gradcam_lib.explanation import explain, explain_pixels
from gradcam_lib.networks.classifier import Classifier
from gradcam_lib.networks.zoo import load_classifier
from gradcam_lib.pictures.images import seen
from gradcam_lib.pictures.overlay import gradient_picture

SIDE = 448  # pixels across on the page
Network = str | Classifier
STUDIED = ("efficientnet_lite0", "photonet")  # the more reliable one first


class Stimuli:
    """The pictures of a study and its ``design``; ``show`` makes what a trial shows.

    study: "which_class" or "which_network". pictures: "scenes", the default of the first, which has a network of its
    own; "photographs", that of the second; or your own, a list of (file, class) or (file, class, class), or a folder of
    folders that are named after the class or the two classes, "espresso+tabby". networks: names or Classifiers: one
    for "which_class", two for "which_network", the more reliable one first. most: of the pictures, the first so many.
    Errors: ValueError where no picture is left, or an unknown class, network or study.
    """

    def __init__(
        self,
        study: str,
        *,
        seed: int = 0,
        pictures: sources.Own | None = None,
        networks: Network | Sequence[Network] | None = None,
        most: int | None = None,
    ):
        two = checked_study(study) == "which_network"
        kind = pictures if isinstance(pictures, str) else None
        if kind == "scenes" or (pictures is None and not two):
            if two or networks:
                raise ValueError("pictures='scenes': only for 'which_class', and with a network of their own")
            labels, found = (sources.SCENES,), sources.drawn_scenes()
        else:
            labels, clfs = _loaded(networks or (STUDIED if two else STUDIED[:1]), 1 + two)
            if kind == "photographs" or pictures is None:
                found = sources.photographs(clfs) if two else sources.collages(clfs[0])
            else:
                found = sources.of_one_class(pictures, clfs) if two else sources.of_two_classes(pictures, clfs[0])
        if not found:
            raise ValueError(f"no picture on which {' and '.join(labels)} are both right; give other pictures")
        self.by_name = {one.name: one for one in found[:most]}
        self.design = Design(study, tuple((s.name, s.classes) for s in self.by_name.values()), labels, seed)

    def show(self, trial: Trial) -> list[np.ndarray]:
        """The pictures of a trial, (448, 448, 3) uint8 each: one explanation, or the picture and two explanations.

        The explanations of two networks are both shown at the resolution of the coarser one: it would tell them apart.
        """
        stimulus, design = self.by_name[trial.picture], self.design
        image = stimulus.image()
        if design.study == "which_class":
            clf, target = stimulus.explained[stimulus.classes.index(trial.category)]()
            return [visualization(clf, clf.to_input(image), target, trial.method)]
        both = [stimulus.explained[design.networks.index(name)]() for name in trial.options]
        side = min(clf.transform.crop for clf, _ in both)
        shown = [visualization(clf, clf.to_input(image), target, trial.method, side) for clf, target in both]
        return [seen(image, both[0][0].transform.at(SIDE)), *shown]


def visualization(clf: Classifier, x: Tensor, target: int, method: str, side: int | None = None) -> np.ndarray:
    """An explanation by a method of METHODS, (448, 448, 3) uint8, mid-grey where it is zero. x: (1, 3, S, S).

    side: in pixels, to which the gradient is reduced first. Activations that are no ReLU are passed as they are.
    """
    rule = "deconvnet" if method.startswith("deconv") else "guided"
    weighted = method.endswith("grad_cam")
    e = explain(clf, x, pixels=True) if weighted else explain_pixels(clf, x)
    G = e.pixel_gradient(target, rule=rule, strict=False)  # (1, 3, S, S)
    if weighted:
        G = G * upsample(e.map(target), G.shape[2:])[:, None]
    if side and side < G.shape[-1]:
        G = F.interpolate(G, (side, side), mode="area")
    return cv2.resize(gradient_picture(G[0]), (SIDE, SIDE), interpolation=cv2.INTER_LINEAR)


def _loaded(networks: Network | Sequence[Network], count: int) -> tuple[tuple[str, ...], list[Classifier]]:
    """What the networks are called, and the networks."""
    networks = [networks] if isinstance(networks, (str, Classifier)) else list(networks)
    if len(networks) != count:
        raise ValueError(f"{len(networks)} networks: give {('one', 'two, the more reliable one first')[count - 1]}")
    clfs = [load_classifier(one) if isinstance(one, str) else one for one in networks]
    labels = tuple(n if isinstance(n, str) else clf.source for n, clf in zip(networks, clfs, strict=True))
    if len(set(labels)) < count:
        raise ValueError(f"networks={labels}: both have the same name; give each Classifier a source of its own")
    return labels, clfs
