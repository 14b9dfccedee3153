"""Where answers come from, measured in a world where the truth is known.   Notebook 08.

    python -m gradcam_lib.studies.questions

Unseen scenes, and of each a question about one thing in it. Four networks answer; for every one of them the maps of
the true answer are compared with where that thing is and with what covering parts of the picture does to the score.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from gradcam_lib.equations import upsample
from gradcam_lib.language.question_answering import AnswerExplanation, QuestionSystem, load_vqa
from gradcam_lib.measures.faithfulness import rank_correlation
from gradcam_lib.measures.localize import centre_gaussian, pointing_hit
from gradcam_lib.occlusion import occlusion_map, on_pixels
from gradcam_lib.paths import RESULTS
from gradcam_lib.results import average, write_results
from gradcam_lib.worlds import scenes
from gradcam_lib.worlds.corpus import FIRST
from gradcam_lib.worlds.drawing.painter import SIDE

SYSTEMS = ("alexnet", "vgg16", "vgg19", "coattention")
TYPES = ("existence", "kind", "colour", "count", "position", "action")
TOLERANCE = 4  # pixels of 128: in the proportion of the pointing game's 15 to its pictures of 500
PATCH, STRIDE = 16, 8
COVERED = 5  # occlusion costs 225 forward passes, so it is done for every fifth question, which are of all types
SMALLEST = 20  # pixels that must be seen of the thing that is asked about

Measured = dict[str, list[float]]


@dataclass(frozen=True)
class Asked:
    """A question about one thing that can be seen: the picture (H, W, 3) and the thing's mask (H, W)."""

    image: np.ndarray
    question: str
    answer: str
    kind: str
    mask: np.ndarray


def one_question_a_scene(n: int) -> list[Asked]:
    """n unseen scenes with one question about a visible thing each, all types of question equally often."""
    found, seed = [], FIRST["test"] + 20_000
    while len(found) < n:
        scene, wanted = scenes.sample(seed), TYPES[len(found) % len(TYPES)]
        picture, seed = scenes.render(scene), seed + 1
        about = [
            (question, answer, id)
            for question, answer, id, kind in scenes.questions(scene)
            if kind == wanted and id and picture.masks[id].sum() >= SMALLEST
        ]
        if about:
            question, answer, id = about[seed % len(about)]
            found.append(Asked(picture.image, question, answer, wanted, picture.masks[id]))
    return found


def maps_of(e: AnswerExplanation, answer: str, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Method → map (SIDE, SIDE) ≥ 0 of an answer; co-attention's own map is the mean of its three levels."""
    L = e.map(answer)
    random = torch.from_numpy(rng.random(tuple(L.shape), np.float32))
    maps = {
        "grad_cam": _stretched(L),
        "guided_backprop": e.guided(answer).abs().amax(0).numpy(),
        "guided_grad_cam": e.guided_grad_cam(answer).abs().amax(0).numpy(),
        "centre": centre_gaussian(SIDE),
        "random": _stretched(random),
    }
    return maps if e.attention is None else maps | {"attention": _stretched(e.attention.mean(0))}


def _stretched(L: Tensor) -> np.ndarray:
    return upsample(L[None], SIDE)[0].numpy()


def study_one(vqa: QuestionSystem, asked: list[Asked], title: str) -> tuple[dict, list[bool], list[bool]]:
    """All numbers of one network; beside them, per question, whether it answered right and whether it pointed right."""
    rng = np.random.default_rng(0)
    hits: dict[str, Measured] = defaultdict(lambda: defaultdict(list))
    faithful: Measured = defaultdict(list)
    between: Measured = defaultdict(list)
    right, pointed = [], []
    for number, one in enumerate(tqdm(asked, desc=title, disable=None)):
        e = vqa.explanation(one.image, one.question)
        right.append(e.predicted == one.answer)
        maps = maps_of(e, one.answer, rng)
        for method, heat in maps.items():
            hit = pointing_hit(heat, one.mask, TOLERANCE)
            for group in ("pointing_game", f"pointing_game_{one.kind}", f"pointing_game_{_told(right[-1])}"):
                hits[method][group].append(hit)
        pointed.append(bool(hits["grad_cam"]["pointing_game"][-1]))
        if number % COVERED == 0:
            for method, value in _faithfulness(vqa, one, maps).items():
                faithful[method].append(value)
        _between_answers(e, one, between)
    numbers = {method: {group: average(values) for group, values in by.items()} for method, by in hits.items()}
    for method, values in faithful.items():
        numbers[method]["correlation_with_occlusion"] = average([v for v in values if np.isfinite(v)])
    numbers["true_and_next_answer"] = {name: average(values) for name, values in between.items()}
    return {"accuracy": average(right), **numbers}, right, pointed


def _told(right: bool) -> str:
    return "answered_right" if right else "answered_wrong"


def _faithfulness(vqa: QuestionSystem, one: Asked, maps: dict[str, np.ndarray]) -> dict[str, float]:
    """Rank correlation of each map with the score drops when a grey patch covers the picture."""
    network = vqa.asked(one.question)
    D = occlusion_map(network, vqa.to_input(one.image), one.answer, patch=PATCH, stride=STRIDE, batch=75)
    D = on_pixels(D, (SIDE, SIDE), patch=PATCH, stride=STRIDE)[0].numpy()
    # Compared on the patches' grid: 16,384 pixels that are 225 numbers stretched would only repeat them.
    first = PATCH // 2
    places = np.s_[first : SIDE - first + 1 : STRIDE, first : SIDE - first + 1 : STRIDE]
    return {name: rank_correlation(_smooth(heat)[places], D[places]) for name, heat in maps.items()}


def _smooth(heat: np.ndarray) -> np.ndarray:
    """A map averaged over the patch that occlusion covers, so that single pixels do not decide."""
    return cv2.blur(heat.astype(np.float32), (PATCH, PATCH))


def _between_answers(e: AnswerExplanation, one: Asked, between: Measured) -> None:
    """How alike the maps of the true answer and of its strongest rival are."""
    rival = next(name for name, _ in e.top(2) if name != one.answer)
    a, b = e.signed(one.answer), e.signed(rival)
    correlation = rank_correlation(a, b)
    if np.isfinite(correlation):
        between["correlation_before_relu"].append(correlation)
    a, b = _stretched(a.relu()), _stretched(b.relu())
    if a.max() > 0 and b.max() > 0:
        places = [np.unravel_index(heat.argmax(), heat.shape) for heat in (a, b)]
        between["maximum_moves_by_pixels"].append(float(np.hypot(*np.subtract(*places))))
        between["rival_points_at_the_thing"].append(float(pointing_hit(b, one.mask, TOLERANCE)))


def studied(name: str, asked: list[Asked], runs: Path) -> tuple[dict, list[bool], list[bool]]:
    """``study_one`` of a system, read back where an interrupted run had finished it with the same weights."""
    vqa = load_vqa(f"world-{name}")
    key = hashlib.sha256(str([len(asked), COVERED, asked[-1].question]).encode())
    for tensor in vqa.model.state_dict().values():
        key.update(tensor.numpy().tobytes())
    done = runs / f"question_study_{name}_{key.hexdigest()[:10]}.json"
    if not done.is_file():
        runs.mkdir(parents=True, exist_ok=True)
        beside = done.with_name(done.name + ".part")
        beside.write_text(json.dumps(study_one(vqa, asked, name)), encoding="utf-8")
        os.replace(beside, done)
    return tuple(json.loads(done.read_text(encoding="utf-8")))


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m gradcam_lib.studies.questions", description=__doc__.split("\n")[0])
    parser.add_argument("--scenes", type=int, default=600, help="unseen scenes, one question about each")
    parser.add_argument("--runs", type=Path, default=Path("runs"), help="folder for what is done of a run")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder for the measured numbers")
    args = parser.parse_args(argv)
    asked = one_question_a_scene(args.scenes)
    numbers, right, pointed = {}, {}, {}
    for name in SYSTEMS:
        numbers[name], right[name], pointed[name] = studied(name, asked, args.runs)
    three = np.array([right[name] for name in SYSTEMS[:3]])
    numbers["covered_questions"] = len(asked[::COVERED])
    numbers["cnns"] = {
        "disagree": average(three.any(0) & ~three.all(0)),
        "all_right": average(three.all(0)),
        "right_but_pointing_elsewhere_vgg16": average(np.array(right["vgg16"]) & ~np.array(pointed["vgg16"])),
    }
    command = f"python -m gradcam_lib.studies.questions --scenes {args.scenes}"
    print(write_results("question_answering", numbers, command=command, n=args.scenes, folder=args.results))
    for name in SYSTEMS:
        for method, by in numbers[name].items():
            if isinstance(by, dict) and "value" not in by:
                print(f"  {name:12s}{method:18s}", *(f"{k} {v['value']:.3f}" for k, v in by.items()))


if __name__ == "__main__":
    main()
