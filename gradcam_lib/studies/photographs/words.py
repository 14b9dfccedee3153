"""Do the words of a caption point at what they name? Reference captions of COCO, whose things have masks.

    >>> from gradcam_lib import load_captioner
    >>> from gradcam_lib.datasets.coco_part import coco_part
    >>> word_scores(load_captioner("photo"), coco_part(name="train"), 448)["grad_cam"]["inside"]

Every word of a reference caption that names one of the 80 categories (``coco_words``), is known to the captioner and
whose category has a mask in the picture is asked where it lies: by Grad-CAM, and by those that should do worse: the
whole caption's map, the map of another noun of the same caption, the picture's middle, and a random map.
"""

from __future__ import annotations

import random
from collections.abc import Iterable

import numpy as np
from torch import Tensor

from gradcam_lib.datasets.coco_part import CocoPart
from gradcam_lib.datasets.coco_words import Mention, mentions
from gradcam_lib.explanation import Explanation, explain
from gradcam_lib.language.captioning import CaptionSystem
from gradcam_lib.measures.localize import energy_share
from gradcam_lib.networks.vocabulary import tokenise
from gradcam_lib.studies.photographs.records import Means, Record, averaged, new_means, summary
from gradcam_lib.studies.photographs.truth import Seen, add, add_chance, add_pair, at_pixels, score, seen_in, stretched
from gradcam_lib.targets import Target, class_score

Told = tuple[list[str], list[Mention]]  # a caption's words, and which of them name what


def word_scores(
    captioner: CaptionSystem,
    part: CocoPart,
    size: int,
    *,
    geometry: str = "squashed",
    most: int | None = None,
    fine: bool = False,
) -> dict[str, dict[str, dict[str, float]]]:
    """Method → measure → {"value", "low", "high", "pictures"}, averaged over the pictures of a part.

    size: of the input, in pixels. most: pictures; fine: guided backprop and Guided Grad-CAM too, at ten times the time.
    """
    seen = ((p, seen_in(part, p, geometry)) for p in part.described[:most])
    return summary(study_words(captioner, of, part.captions[p.id], size, seed=p.id, fine=fine) for p, of in seen)


def told(captioner: CaptionSystem, captions: Iterable[str], present: Iterable[str]) -> list[Told]:
    """The words of each caption, and the mentions of things that are there in words that the captioner knows."""
    known, present = captioner.vocabulary.index, set(present)
    found = []
    for caption in captions:
        words = tokenise(caption)
        named = [m for m in mentions(words, present) if all(w in known for w in words[m.start : m.stop])]
        found.append((words, named))
    return found


def study_words(
    captioner: CaptionSystem, seen: Seen, captions: list[str], size: int, *, seed: int = 0, fine: bool = False
) -> Record:
    """All numbers of one picture and its reference captions, in one forward pass and one batched backward pass.

    Without any word that names something there, the whole captions are compared alone.
    """
    rng, means = np.random.default_rng(seed), new_means()
    tell = told(captioner, captions, seen.masks)
    e = explain(captioner.spoken(*captions), seen.input(captioner, size), pixels=fine)
    targets, first = [], 0
    for words, named in tell:
        targets += [summed(first + m.start, first + m.stop) for m in named]
        targets.append(summed(first, first + len(words)))
        first += len(words)
    maps = iter([stretched(L) for L in e.maps(targets).cpu()])
    grid = e.activation().shape[2:]
    by_caption = [([next(maps) for _ in named], next(maps)) for _, named in tell]
    for (_, named), (of_words, whole) in zip(tell, by_caption, strict=True):
        for m, heat in zip(named, of_words, strict=True):
            mask = seen.masks[m.category]
            add(means, "grad_cam", m.category, score(heat, mask))
            add(means, "whole_caption", m.category, score(whole, mask))
            add_chance(means, m.category, mask, grid, rng)
            others = [other for n, other in zip(named, of_words, strict=True) if n.category != m.category]
            add_pair(means, "two_nouns", m.category, mask, heat, others)
    _mentioned(means, tell, [whole for _, whole in by_caption], seen)
    if fine:
        _fine(means, e, tell, seen)
    return averaged(means)


def summed(start: int, stop: int) -> Target:
    """The sum of the scores start … stop − 1."""
    return sum(class_score(t) for t in range(start, stop))


def _mentioned(means: Means, tell: list[Told], wholes: list[np.ndarray], seen: Seen) -> None:
    """Density of the whole captions' maps on a thing that some captions of the picture mention and others do not.

    1 is the picture's mean. The mask is the same in both cases, so its size and place cannot make the difference.
    """
    for category, mask in seen.masks.items():
        density: dict[bool, list[float]] = {True: [], False: []}
        for (_, named), whole in zip(tell, wholes, strict=True):
            if whole.max() > 0:
                says = any(m.category == category for m in named)
                density[says].append(energy_share(whole, mask) / float(mask.mean()))
        if density[True] and density[False]:
            yes, no = (float(np.mean(density[says])) for says in (True, False))
            pair = {"density_mentioned": yes, "density_not_mentioned": no, "density_difference": yes - no}
            add(means, "mention", category, pair)


def _fine(means: Means, e: Explanation, tell: list[Told], seen: Seen) -> None:
    """Guided backprop and Guided Grad-CAM of the first word for each category, and Grad-CAM of the same words."""
    done, first = set(), 0
    for words, named in tell:
        for m in named:
            if m.category not in done:
                done.add(m.category)
                target, mask = summed(first + m.start, first + m.stop), seen.masks[m.category]
                guided, L = e.pixel_gradient(target, rule="guided", strict=False)[0], e.map(target)[0]
                maps = _at_pixels(guided, L)
                for method, heat in maps.items():
                    add(means, method, m.category, score(heat, mask))
        first += len(words)


def _at_pixels(guided: Tensor, L: Tensor) -> dict[str, np.ndarray]:
    heat, pixels = stretched(L), at_pixels(guided)
    return {"grad_cam_first_word": heat, "guided_backprop": pixels, "guided_grad_cam": heat * pixels}


def drawn(part: CocoPart, n: int, seed: int) -> list[tuple[str, str, str]]:
    """n drawn mentions for judging by hand: (picture's file, caption with the word in brackets, category)."""
    rows = []
    for p in part.described:
        present = {one.category.name for one in part.instances[p.id]}
        for words in map(tokenise, part.captions[p.id]):
            for m in mentions(words, present):
                marked = [*words[: m.start], f"[{' '.join(words[m.start : m.stop])}]", *words[m.stop :]]
                rows.append((p.file_name, " ".join(marked), m.category))
    return random.Random(seed).sample(rows, n)
