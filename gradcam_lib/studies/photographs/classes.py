"""Does the map of an ImageNet class point at the things of the COCO category that it belongs to?

Every category in the picture that ``coco_classes`` lists is asked for by the likeliest of its classes: for a dog, the
breed that the classifier finds likeliest. That the thing is the picture's subject, or is recognised at all, is not
asked; what it is when the prediction is right stands under "recognised".
"""

from __future__ import annotations

import numpy as np
from torch import Tensor

from gradcam_lib.datasets.coco_classes import CLASSES
from gradcam_lib.datasets.coco_part import CocoPart
from gradcam_lib.explanation import Explanation, explain
from gradcam_lib.networks.classifier import Classifier
from gradcam_lib.studies.photographs.records import Record, averaged, new_means
from gradcam_lib.studies.photographs.truth import Seen, add, add_chance, add_pair, at_pixels, score, stretched

TOP = 5  # a thing is recognised where its class is one of the five likeliest


def with_classes(part: CocoPart) -> list:
    """The pictures in which there is a thing that ImageNet has classes for."""
    return [p for p in part.pictures if any(one.category.name in CLASSES for one in part.instances.get(p.id, ()))]


def study_classes(clf: Classifier, seen: Seen, size: int, *, seed: int = 0, fine: bool = False) -> Record:
    """All numbers of one picture, in one forward pass and one batched backward pass.

    two_classes: beside the maps of the other categories' classes in the same picture; predicted: the map of the
    predicted class, whatever it is; uniform: the share of the picture that the thing takes up, as its energy. fine:
    saliency and the guided methods too.
    """
    named = [category for category in seen.masks if category in CLASSES]
    rng, means = np.random.default_rng(seed), new_means()  # there is no person among the classes: no groups
    if not named:
        return {}
    e = explain(clf, seen.input(clf, size), pixels=fine)
    logits = e.logits[0]
    chosen = [max(CLASSES[category], key=lambda c: float(logits[c])) for category in named]
    *maps, predicted = [stretched(L) for L in e.maps([*chosen, int(logits.argmax())]).cpu()]
    best = set(logits.topk(TOP).indices.tolist())
    for i, category in enumerate(named):
        mask = seen.masks[category]
        found = ("_recognised",) if chosen[i] in best else ()
        add(means, "grad_cam", "", score(maps[i], mask), *found)
        add(means, "predicted", "", score(predicted, mask), *found)
        add(means, "uniform", "", {"energy": float(mask.mean())}, *found)
        add(means, "classifier", "", {"recognised": float(bool(found))})
        add_chance(means, "", mask, e.activation().shape[2:], rng, *found)
        add_pair(means, "two_classes", "", mask, maps[i], maps[:i] + maps[i + 1 :])
        if fine:
            for method, heat in _fine(e, chosen[i], maps[i]).items():
                add(means, method, "", score(heat, mask), *found)
    return averaged(means)


def _fine(e: Explanation, c: int, heat: np.ndarray) -> dict[str, np.ndarray]:
    guided, saliency = at_pixels(_guided(e, c)), at_pixels(e.saliency(c)[0])
    return {"guided_backprop": guided, "guided_grad_cam": heat * guided, "saliency": saliency}


def _guided(e: Explanation, c: int) -> Tensor:
    return e.pixel_gradient(c, rule="guided", strict=False)[0]
