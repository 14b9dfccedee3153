"""Where the words of a caption come from, measured in a world where the truth is known.   Notebook 07.

    python -m gradcam_lib.studies.captions

Every unseen scene is described by one of its own true captions, and every word that names a thing is asked where its
evidence lies: by Grad-CAM, guided backprop and Guided Grad-CAM, and by two that do not look at all.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from gradcam_lib.equations import upsample
from gradcam_lib.language.captioning import CaptionExplanation, load_captioner
from gradcam_lib.measures.localize import centre_gaussian, energy_share, inside_outside, pointing_hit
from gradcam_lib.paths import RESULTS
from gradcam_lib.results import average, write_results
from gradcam_lib.worlds import scenes
from gradcam_lib.worlds.corpus import FIRST
from gradcam_lib.worlds.drawing.painter import SIDE
from gradcam_lib.worlds.scene import PEOPLE

TOLERANCE = 4  # pixels of 128: in the proportion of the pointing game's 15 to its pictures of 500


def maps_of(e: CaptionExplanation, which: int | None, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Method → map (SIDE, SIDE) ≥ 0 of a word, or of the sentence (None)."""
    L = e.sentence() if which is None else e.word(which)
    random = torch.from_numpy(rng.random(tuple(L.shape), np.float32))
    return {
        "grad_cam": upsample(L[None], SIDE)[0].numpy(),
        "guided_backprop": e.guided(which).abs().amax(0).numpy(),
        "guided_grad_cam": e.guided_grad_cam(which).abs().amax(0).numpy(),
        "centre": centre_gaussian(SIDE),
        "random": upsample(random[None], SIDE)[0].numpy(),
    }


def study(n: int) -> dict:
    """Per method, averaged over scenes: pointing hits, inside/outside ratio, and what unmentioned people get."""
    captioner, rng = load_captioner("world"), np.random.default_rng(0)
    by_scene: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    sums, words, pairs = [], 0, 0
    for i in tqdm(range(n), desc="scenes", disable=None):
        scene = scenes.sample(FIRST["test"] + 10_000 + i)
        picture = scenes.render(scene)
        told = scenes.captions(scene)
        sentence, names = told[i % len(told)]
        e = captioner.explain(picture.image, sentence)
        words += len(e.words)
        raw = e.sentence(raw=True)
        parts = torch.stack([e.word(t, raw=True) for t in range(len(e.words))])
        sums.append(float((parts.sum(0) - raw).abs().max() / parts.abs().sum(0).max()))
        ratios = _word_ratios(e, names, picture, rng, by_scene)
        pairs += ratios
        _unmentioned(e, names, scene, picture, rng, by_scene)
    numbers = {
        method: {measure: average(values) for measure, values in sorted(by.items())} for method, by in by_scene.items()
    }
    return {
        "words": words,
        "named_things": pairs,
        "largest_error_of_the_words_sum": float(f"{max(sums):.1e}"),
        **numbers,
    }


def _word_ratios(e, names, picture, rng, by_scene) -> int:
    """Pointing and inside/outside of every word that names visible things; a scene counts with its mean."""
    word_things: dict[int, list[str]] = defaultdict(list)
    for index, id in names:
        if id in picture.boxes:
            word_things[index].append(id)
    found: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for index, ids in word_things.items():
        mask = np.any([picture.masks[id] for id in ids], 0)
        box = np.zeros_like(mask)
        for id in ids:
            x0, y0, x1, y1 = picture.boxes[id]
            box[y0:y1, x0:x1] = True
        for method, heat in maps_of(e, index, rng).items():
            found[method]["pointing_game"].append(pointing_hit(heat, mask, TOLERANCE))
            ratio = inside_outside(heat, box)
            # An empty map has no evidence inside or outside: neither is the larger. All of it inside: capped.
            found[method]["inside_outside_ratio"].append(1.0 if np.isnan(ratio) else min(ratio, 100.0))
            found[method]["empty"].append(float(heat.max() <= 0))
    for method, by in found.items():
        for measure, values in by.items():
            by_scene[method][measure].append(float(np.mean(values)))
    return len(word_things)


def _unmentioned(e, names, scene, picture, rng, by_scene) -> None:
    """Density of the sentence's map on people who are mentioned and on those who are not; 1 is the picture's mean."""
    mentioned = {id for _, id in names}
    people = [t.id for t in scene.things if t.kind in PEOPLE and picture.masks[t.id].sum() >= 30]
    groups = {
        "density_on_mentioned_people": [id for id in people if id in mentioned],
        "density_on_unmentioned_people": [id for id in people if id not in mentioned],
    }
    if not all(groups.values()):
        return
    for method, heat in maps_of(e, None, rng).items():
        for measure, ids in groups.items():
            mask = np.any([picture.masks[id] for id in ids], 0)
            by_scene[method][measure].append(energy_share(heat, mask) / float(mask.mean()))


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m gradcam_lib.studies.captions", description=__doc__.split("\n")[0])
    parser.add_argument("--scenes", type=int, default=600, help="unseen scenes")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder for the measured numbers")
    args = parser.parse_args(argv)
    numbers = study(args.scenes)
    command = f"python -m gradcam_lib.studies.captions --scenes {args.scenes}"
    print(write_results("captioning", numbers, command=command, n=args.scenes, folder=args.results))
    for name, by in numbers.items():
        if isinstance(by, dict):
            print(f"  {name:16s}", *(f"{k} {v['value']:.3f}" for k, v in by.items()))


if __name__ == "__main__":
    main()
