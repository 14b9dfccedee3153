"""The same question in the drawn world, whose networks see 128 × 128: what does a larger input do to pointing?"""

from __future__ import annotations

from typing import Any

import numpy as np
from torch import Tensor
from tqdm import tqdm

from gradcam_lib.equations import upsample
from gradcam_lib.language.captioning import CaptionSystem, load_captioner
from gradcam_lib.language.question_answering import QuestionSystem, load_vqa
from gradcam_lib.measures.localize import inside_outside, pointing_hit
from gradcam_lib.studies.captions import TOLERANCE
from gradcam_lib.studies.photographs.records import Means, averaged, new_means, summary
from gradcam_lib.studies.questions import one_question_a_scene
from gradcam_lib.worlds import scenes
from gradcam_lib.worlds.corpus import FIRST
from gradcam_lib.worlds.drawing.painter import SIDE

SIZES = (128, 192, 256)
NETWORKS = ("world-alexnet", "world-vgg16", "world-vgg19", "world-coattention")


def world(n: int) -> dict[str, Any]:
    """Size → pointing and density of words and of the true answers, means over n unseen scenes each."""
    answers = {name: answer_pointing(load_vqa(name), n) for name in NETWORKS}
    return {"sizes": list(SIZES), "words": word_pointing(load_captioner("world"), n), **answers}


def word_pointing(captioner: CaptionSystem, n: int) -> dict[str, Any]:
    """Every word of one true caption a scene that names things which can be seen."""
    records = []
    for i in tqdm(range(n), desc="world words", disable=None):
        scene, means = scenes.sample(FIRST["test"] + 10_000 + i), new_means()
        picture, told = scenes.render(scene), scenes.captions(scene)
        sentence, names = told[i % len(told)]
        masks: dict[int, np.ndarray] = {}
        for index, id in names:
            if id in picture.boxes:
                masks[index] = masks.get(index, False) | picture.masks[id]
        for size in SIZES:
            e = captioner.explain(picture.image, sentence, size=size)
            for index, mask in masks.items():
                _score(means, size, e.word(index), mask)
        records.append(averaged(means))
    return summary(records)


def answer_pointing(vqa: QuestionSystem, n: int) -> dict[str, Any]:
    """The true answer to one question a scene about a thing, and whether the network gives it at this size."""
    records = []
    for one in tqdm(one_question_a_scene(n), desc=vqa.source.split(",")[0], disable=None):
        means = new_means()
        for size in SIZES:
            e = vqa.explanation(one.image, one.question, one.answer, size=size)
            _score(means, size, e.map(), one.mask)
            means[str(size)]["accuracy"].append(float(e.predicted == one.answer))
        records.append(averaged(means))
    return summary(records)


def _score(means: Means, size: int, L: Tensor, mask: np.ndarray) -> None:
    heat = upsample(L[None], SIDE)[0].numpy()
    means[str(size)]["inside"].append(float(pointing_hit(heat, mask)))
    means[str(size)]["pointing_game"].append(float(pointing_hit(heat, mask, TOLERANCE)))
    ratio = inside_outside(heat, mask)
    means[str(size)]["density"].append(1.0 if np.isnan(ratio) else min(ratio, 100.0))
