"""The page of words: what networks say of a dozen pictures, and the map of every word and answer.

The captioner and the answerers do not run in the page. Their maps are computed here, before the ReLU, and stored as
whole numbers of 16 bits: one small file a picture, which the page fetches when the picture is chosen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from gradcam_lib.language.captioning import CaptionSystem, load_captioner
from gradcam_lib.language.question_answering import QuestionSystem, load_vqa
from gradcam_lib.language.systems import PHOTO_TRANSFORM
from gradcam_lib.results import read_results
from gradcam_lib.site.export import steps
from gradcam_lib.site.samples import SAMPLES, described, middle, photograph
from gradcam_lib.site.settings import page_settings, transform_settings
from gradcam_lib.widgets.scene_questions import examples, key, truths
from gradcam_lib.worlds import scenes
from gradcam_lib.worlds.scene import PEOPLE, Scene, Thing
from gradcam_lib.worlds.words import article

PHOTOGRAPHS = ("motorcycle", "grace_hopper", "astronaut", "cat", "coffee", "camera", "rocket")
SEEDS = range(5)  # of scenes, chosen before any map was seen
QUESTIONS, LIKELIEST = 3, 5
SIDE = 448  # pixels of a scene's file


FLICKR = "trained on photographs of Flickr8k, mostly of people and dogs"
DRAWN = "trained on drawn scenes"
CAPTIONER = {"photo": f"EfficientNet-Lite0 with an LSTM, {FLICKR}", "world": f"a slim VGG-16 with an LSTM, {DRAWN}"}
ANSWERER = {"photo": CAPTIONER["photo"], "world": f"a slim VGG-16 with an LSTM, {DRAWN}"}


@dataclass(frozen=True)
class Speakers:
    """Two networks of one kind of picture, "photo" or "world". sizes: of their explained inputs in pixels."""

    kind: str
    captioner: CaptionSystem
    answerer: QuestionSystem
    sizes: tuple[int, int]

    @property
    def described(self) -> tuple[str, str]:
        """What the page says of each."""
        said = f"Written by {CAPTIONER[self.kind]}.", f"Answered by {ANSWERER[self.kind]}."
        own = self.captioner.transform.crop, self.answerer.transform.crop
        return tuple(f"{what} {seen_at(*sizes)}" for what, *sizes in zip(said, own, self.sizes, strict=True))


def seen_at(own: int, explained: int) -> str:
    if own == explained:
        return f"Scores and maps are those of an input of {own} × {own} pixels."
    return f"The scores are those of an input of {own} × {own} pixels, the maps those of {explained} × {explained}."


def speakers(kind: str) -> Speakers:
    """Photographs are explained at the sizes that pointed best on other photographs (``photo_truth``), scenes at 128.

    The sentences, the answers and all scores are those at the network's own size. Errors: those of ``load_captioner``.
    """
    captioner, answerer = load_captioner(kind), load_vqa("world-vgg16" if kind == "world" else kind)
    if kind == "world":
        return Speakers(kind, captioner, answerer, (captioner.transform.crop, answerer.transform.crop))
    found = read_results("photo_truth")
    return Speakers(kind, captioner, answerer, tuple(found[of][kind]["chosen_size"] for of in ("words", "answers")))


def words_settings(pictures: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """pictures: from ``write_words``."""
    transform = transform_settings(PHOTO_TRANSFORM)  # whose middle square is that of all these networks
    return page_settings(list(pictures), "word or answer") | {"transform": transform, "measured": measured()}


def measured() -> list[dict[str, Any]]:
    """How often the maximum of a map lies on the thing that is meant, and how often the middle of the picture does.

    Each number is the share in 0 … 1 with its 95 % interval, of the studies whose tables are in the ledger.
    """
    outlined = read_results("photo_truth")
    scene_answers = read_results("question_answering")
    rows = {
        "words, drawn scenes": (read_results("captioning"), "pointing_game"),
        "answers, drawn scenes": (scene_answers["vgg16"], "pointing_game"),
        "words, photographs": (outlined["words"]["photo"]["chosen"], "inside"),
        "answers, photographs": (outlined["answers"]["photo"]["chosen"], "inside"),
    }
    return [
        {"of": name, "map": found["grad_cam"][measure], "middle": found["centre"][measure]}
        for name, (found, measure) in rows.items()
    ]


def write_words(folder: Path) -> Iterator[dict[str, Any]]:
    """Of each picture, ``samples/NAME.…`` where it is not there yet and ``words/NAME.maps``.

    folder: of the live page, with its samples. Yields what the page must know of a picture before its maps come.
    """
    (folder / "words").mkdir(exist_ok=True)
    by = speakers("photo")
    for name in PHOTOGRAPHS:
        yield described(name, *SAMPLES[name]) | write_maps(folder, name, photograph(name), None, by)
    by = speakers("world")
    for seed in SEEDS:
        scene = scenes.sample(seed)
        picture = scenes.render(scene).image
        about = write_scene(folder / "samples", scene, picture)
        yield about | write_maps(folder, about["name"], picture, scene, by)


def write_scene(folder: Path, scene: Scene, picture: np.ndarray) -> dict[str, str]:
    """The picture and its thumbnail as files → what the page says of them."""
    name = f"scene_{scene.seed}"
    image = Image.fromarray(picture).resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    image.save(folder / f"{name}.png")
    middle(image).save(folder / f"{name}_small.png")
    alt = f"A drawn scene, {scene.place}: {', '.join(map(in_words, scene.things))}."
    return described(name, f"Scene {scene.seed}, {scene.place}", alt, "", ".png")


def in_words(thing: Thing) -> str:
    """ "a brown dog", "a man in red"."""
    name = f"{thing.kind} in {thing.colour}" if thing.kind in PEOPLE else f"{thing.colour} {thing.kind}".strip()
    return f"{article(name)} {name}"


def write_maps(
    folder: Path, name: str, picture: np.ndarray, scene: Scene | None, by: Speakers
) -> dict[str, list[dict[str, Any]]]:
    """All maps of a picture, one after the other, as one file → its texts: the sentence, then the questions."""
    texts, maps = [], []
    asked = [None, *questions(scene, name)]
    for question in asked:
        text, signed = spoken(by, picture) if question is None else answered(by, picture, question, scene)
        whole, step = steps(signed)
        text["by"] = by.described[question is not None]
        texts.append(text | {"map": list(signed.shape[1:]), "steps": step.flatten().tolist()})
        maps.append(whole.astype("<i2").tobytes())
    (folder / "words" / f"{name}.maps").write_bytes(b"".join(maps))
    return {"texts": texts}


def questions(scene: Scene | None, name: str) -> list[str]:
    """Of a photograph the first that are offered in the course; of a scene the first of each type, by their order."""
    if scene is None:
        return examples(None, name)[:QUESTIONS]
    types = {question: kind for question, *_, kind in scenes.questions(scene)}
    first = {types[question]: question for question in reversed(examples(scene))}
    return [question for question in examples(scene) if question in first.values()][:QUESTIONS]


def spoken(by: Speakers, picture: np.ndarray) -> tuple[dict[str, Any], np.ndarray]:
    """(The captioner's own sentence and its words, their maps (T, h, w) before the ReLU)."""
    sentence = by.captioner.caption(picture)
    said = by.captioner.explain(picture, sentence)
    e = by.captioner.explain(picture, sentence, size=by.sizes[0]).explanation
    text = {"kind": "caption", "text": sentence, "names": said.words, "scores": rounded(said.log_probs)}
    return text, e.maps(range(len(said.words)), relu=False).numpy()


def answered(
    by: Speakers, picture: np.ndarray, question: str, scene: Scene | None
) -> tuple[dict[str, Any], np.ndarray]:
    """(A question and its likeliest answers, their maps (M + 1, h, w) before the ReLU).

    In a scene the true answer is among them. The last map is the mean over all answers that the network knows.
    """
    said = by.answerer.explanation(picture, question)
    e = by.answerer.explanation(picture, question, size=by.sizes[1]).explanation
    true = truths(scene).get(key(question), ("", None))[0] if scene else ""
    names = list(dict.fromkeys([name for name, _ in said.top(LIKELIEST)] + [true] * (true in said.answers)))
    numbers = [said.answers.index(name) for name in names]
    signed = e.maps([*numbers, lambda logits: logits.mean(1)], relu=False)
    logits = said.logits.float()
    text = {
        "kind": "question", "text": question, "names": names, "true": true, "of": len(said.answers),
        "scores": rounded(logits[numbers].tolist()), "probabilities": rounded(logits.softmax(0)[numbers].tolist()),
        "ranks": [1 + int((logits > logits[c]).sum()) for c in numbers],
    }  # fmt: skip
    return text, signed.numpy()


def rounded(values: list[float]) -> list[float]:
    """What the page says of a score has fewer digits."""
    return [round(value, 4) for value in values]
