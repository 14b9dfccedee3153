"""Scenes as files in the formats of the field, so that other programs can learn from them and be measured on them.

    python -m gradcam_lib.worlds.export FOLDER --scenes 1000

Writes the pictures (images/), COCO captions and instances (captions.json, instances.json, one instance per thing that
can be seen, with its mask), and VQA v2 questions and annotations (questions.json, annotations.json).
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from PIL import Image
from tqdm import tqdm

from gradcam_lib.datasets import coco, vqa_v2
from gradcam_lib.worlds import scenes
from gradcam_lib.worlds.questions import Question
from gradcam_lib.worlds.rendering import DRAW
from gradcam_lib.worlds.scene import Scene

SUBTYPE = "world"
CATEGORIES = {kind: coco.Category(i, kind) for i, kind in enumerate(sorted(DRAW), start=1)}


def export(seeds: Sequence[int], folder: Path | str) -> None:
    """Renders the scenes of these seeds into a folder. The JSON files come last, each whole or not at all."""
    folder = Path(folder)
    (folder / "images").mkdir(parents=True, exist_ok=True)
    pictures, captions, instances, questions = [], [], [], []
    for number, seed in enumerate(tqdm(seeds, desc="scenes", disable=None), start=1):
        scene = scenes.sample(seed)
        rendered = scenes.render(scene)
        name = vqa_v2.image_name(number, SUBTYPE, ".png")
        Image.fromarray(rendered.image).save(folder / "images" / name)
        height, width = rendered.image.shape[:2]
        pictures.append(coco.Picture(number, name, width, height))
        for sentence, _ in scenes.captions(scene):
            captions.append(coco.Caption(len(captions) + 1, pictures[-1], sentence))
        for thing in scene.things:
            if (mask := rendered.masks[thing.id]).any():
                category = CATEGORIES[thing.kind]
                instances.append(coco.Instance.of_mask(len(instances) + 1, pictures[-1], category, mask))
        questions += _questions(scene, number, len(questions) + 1)
    info = {"description": "rendered scenes of the Grad-CAM tutorial", "seeds": [int(seed) for seed in seeds]}
    coco.write_captions(folder / "captions.json", captions, pictures=pictures, info=info)
    coco.write_instances(
        folder / "instances.json", instances, pictures=pictures, categories=CATEGORIES.values(), info=info
    )
    vqa_v2.write(folder / "questions.json", folder / "annotations.json", questions, data_subtype=SUBTYPE, info=info)


def _questions(scene: Scene, image_id: int, first: int) -> list[vqa_v2.Question]:
    return [_question(asked, image_id, first + i) for i, asked in enumerate(scenes.questions(scene))]


def _question(asked: Question, image_id: int, id: int) -> vqa_v2.Question:
    """In the world everybody agrees: ten times the one true answer."""
    question, answer, _, _ = asked
    kind = "yes/no" if answer in ("yes", "no") else "number" if answer.isdigit() else "other"
    start = " ".join(question.rstrip("?").lower().split()[:2])
    answers = tuple(vqa_v2.Answer(answer, n) for n in range(1, 11))
    return vqa_v2.Question(id, image_id, question, start, kind, answer, answers)


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m gradcam_lib.worlds.export", description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--scenes", type=int, default=1000, help="how many")
    parser.add_argument("--first-seed", type=int, default=0)
    args = parser.parse_args(argv)
    if args.scenes < 1:
        parser.error(f"--scenes {args.scenes}: give one scene or more")
    export(range(args.first_seed, args.first_seed + args.scenes), args.folder)
    print(f"{args.folder}: {args.scenes} scenes")


if __name__ == "__main__":
    main()
