"""Many scenes at once: painted by several processes, kept in a folder, read back as arrays."""

from __future__ import annotations

import hashlib
import json
import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from tqdm import tqdm

from gradcam_lib.worlds import scenes
from gradcam_lib.worlds.drawing.painter import SIDE
from gradcam_lib.worlds.questions import Question

CHUNK = 250
FIRST = {"train": 0, "val": 2**40, "test": 2**41}  # seeds of the splits never meet


@dataclass(frozen=True)
class Corpus:
    """images: (n, 128, 128, 3) uint8, mapped from a file. captions, questions: one list per scene. seeds: (n,)."""

    images: np.ndarray
    captions: list[list[str]]
    questions: list[list[Question]]
    seeds: np.ndarray


def corpus(split: str, n: int, folder: Path | str = "runs") -> Corpus:
    """The first n scenes of a split ("train", "val" or "test"), painted where the folder does not hold them yet.

    Errors: an unknown split. An interrupted run leaves nothing behind but what a finished one before it had made.
    """
    if split not in FIRST:
        raise ValueError(f"split {split!r}: choose one of {', '.join(FIRST)}")
    folder = Path(folder)
    stem = f"scenes_{split}_{n}_{_digest()}"
    images, texts = folder / f"{stem}.npy", folder / f"{stem}.json"
    seeds = np.arange(FIRST[split], FIRST[split] + n, dtype=np.uint64)
    if not (images.is_file() and texts.is_file()):
        folder.mkdir(parents=True, exist_ok=True)
        _paint_all(seeds, images, texts)
    told = json.loads(texts.read_text(encoding="utf-8"))
    questions = [[tuple(q) for q in one] for one in told["questions"]]
    return Corpus(np.load(images, mmap_mode="r"), told["captions"], questions, seeds)


def _paint_all(seeds: np.ndarray, images: Path, texts: Path) -> None:
    beside = images.with_name(images.name + ".part")
    array = np.lib.format.open_memmap(beside, "w+", np.uint8, (len(seeds), SIDE, SIDE, 3))
    captions, questions = [], []
    chunks = [seeds[i : i + CHUNK].tolist() for i in range(0, len(seeds), CHUNK)]
    with (
        ProcessPoolExecutor(os.cpu_count()) as pool,
        tqdm(total=len(seeds), desc=images.stem, unit="scene", disable=None) as bar,
    ):
        for i, (pictures, said, asked) in enumerate(pool.map(_paint, chunks)):
            array[i * CHUNK : i * CHUNK + len(pictures)] = pictures
            captions += said
            questions += asked
            bar.update(len(pictures))
    array.flush()
    told = texts.with_name(texts.name + ".part")
    told.write_text(json.dumps({"captions": captions, "questions": questions}), encoding="utf-8")
    os.replace(told, texts)
    os.replace(beside, images)


def _paint(seeds: list[int]) -> tuple[np.ndarray, list, list]:
    drawn = [scenes.sample(seed) for seed in seeds]
    return (
        np.stack([scenes.render(scene).image for scene in drawn]),
        [[sentence for sentence, _ in scenes.captions(scene)] for scene in drawn],
        [scenes.questions(scene) for scene in drawn],
    )


@cache
def _digest() -> str:
    """Of 100 scenes: it changes when pictures or words do, so that no run trains on yesterday's world."""
    digest = hashlib.sha256()
    for part in _paint(list(range(100))):
        digest.update(part.tobytes() if isinstance(part, np.ndarray) else repr(part).encode())
    return digest.hexdigest()[:10]
