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
from gradcam_lib.results import read_results
from gradcam_lib.site.export import steps
from gradcam_lib.site.samples import SAMPLES, described, middle, photograph
from gradcam_lib.site.settings import page_settings, transform_settings
from gradcam_lib.widgets.scene_questions import examples, key, truths
from gradcam_lib.worlds import scenes
from gradcam_lib.worlds.scene import PEOPLE, Scene, Thing
from gradcam_lib.worlds.words import article

# Each with a true sentence of words that the captioner knows, to compare its own with.
PHOTOGRAPHS = {
    "motorcycle": "a motorcycle is parked in a room",
    "grace_hopper": "a woman in a black uniform and a white hat",
    "astronaut": "a woman in an orange suit is smiling in front of a flag",
    "cat": "a cat is looking at the camera",
    "coffee": "a cup of coffee on a table",
    "camera": "a man takes a picture with a camera",
    "rocket": "a rocket at night",
}
SEEDS = range(5)  # of scenes, chosen before any map was seen
TAKEN = {0: "dog-2", 3: "kite-1"}  # these two are shown once more without a thing
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

    def told(self, kind: str) -> str:
        """What the page says of a text of this kind."""
        if kind == "question":
            told, system, size = f"Answered by {ANSWERER[self.kind]}.", self.answerer, self.sizes[1]
        else:
            told, system, size = f"Written by {CAPTIONER[self.kind]}.", self.captioner, self.sizes[0]
        if kind == "before":
            told = "Written by the network about the whole scene. Here its words get other probabilities."
        if kind == "true":
            told = "Not written by the network, which gives each word its probability all the same."
        return f"{told} {seen_at(system.transform.crop, size)}"


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
    transform = transform_settings(load_captioner("photo").transform)  # all these networks see the same square
    return page_settings(list(pictures), "word or answer") | {"transform": transform, "measured": measured()}


def measured() -> list[dict[str, Any]]:
    """How often the maximum of a map lies on the thing that is meant, and how often the middle of the picture does.

    Each number is the share in 0 … 1 with its 95 % interval, of the studies whose tables are in the ledger.
    """
    outlined = {of: read_results("photo_truth")[of]["photo"] for of in ("words", "answers")}
    drawn = {"words": read_results("captioning"), "answers": read_results("question_answering")["vgg16"]}
    rows = []
    for of, found in outlined.items():
        parts = [
            ("drawn scenes", drawn[of], "pointing_game"),
            ("photographs, whole", found["chosen"], "inside"),
            ("photographs, middle square", found["training_middle_square"], "inside"),
        ]
        rows += [
            {"of": f"{of}: {where}", "map": numbers["grad_cam"][measure], "middle": numbers["centre"][measure]}
            for where, numbers, measure in parts
        ]
    return rows


def write_words(folder: Path) -> Iterator[dict[str, Any]]:
    """Of each picture, ``samples/NAME.…`` where it is not there yet and ``words/NAME.maps``.

    folder: of the live page, with its samples. Yields what the page must know of a picture before its maps come.
    """
    (folder / "words").mkdir(exist_ok=True)
    by = speakers("photo")
    for name, true in PHOTOGRAPHS.items():
        asked = dict.fromkeys(examples(None, name)[:QUESTIONS], "")
        told = write_maps(folder / "words", name, photograph(name), by, {true: "true"}, asked)
        yield described(name, *SAMPLES[name]) | told
    by = speakers("world")
    for seed in SEEDS:
        scene = scenes.sample(seed)
        about = f"scene_{seed}", f"Scene {seed}, {scene.place}"
        yield (whole := write_scene(folder, about, scene, by, questions(scene)))
        if id := TAKEN.get(seed):
            about = f"scene_{seed}_without", f"Scene {seed} without the {scene[id].colour} {scene[id].kind}"
            before = whole["texts"][0]["text"]
            yield write_scene(folder, about, scene.without(id), by, questions(scene), {before: "before"})


def write_scene(
    folder: Path,
    about: tuple[str, str],
    scene: Scene,
    by: Speakers,
    asked: list[str],
    more: dict[str, str] | None = None,
) -> dict[str, Any]:
    """The picture, its thumbnail and its maps as files → what the page must know of it.

    about: its name and what it is called; asked: questions; more: sentences beside the captioner's own and a true one.
    """
    name, label = about
    picture = scenes.render(scene).image
    image = Image.fromarray(picture).resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    image.save(folder / "samples" / f"{name}.png")
    middle(image).save(folder / "samples" / f"{name}_small.png")
    alt = f"A drawn scene, {scene.place}: {', '.join(map(in_words, scene.things))}."
    sentences = (more or {}) | {scenes.captions(scene)[0][0]: "true"}
    known = truths(scene)
    answers = {question: known.get(key(question), ("", None))[0] for question in asked}
    told = write_maps(folder / "words", name, picture, by, sentences, answers)
    return described(name, label, alt, "", ".png") | told


def in_words(thing: Thing) -> str:
    """ "a brown dog", "a man in red"."""
    name = f"{thing.kind} in {thing.colour}" if thing.kind in PEOPLE else f"{thing.colour} {thing.kind}".strip()
    return f"{article(name)} {name}"


def write_maps(
    folder: Path, name: str, picture: np.ndarray, by: Speakers, sentences: dict[str, str], asked: dict[str, str]
) -> dict[str, list[dict[str, Any]]]:
    """All maps of a picture, one after the other, as one file → its texts.

    The captioner's own sentence comes first. sentences: others, each with its kind; asked: questions, each with its
    true answer, or with "" where that is not known.
    """
    own = by.captioner.caption(picture)
    kinds = {own: "caption"} | {sentence: kind for sentence, kind in sentences.items() if sentence != own}
    found = [spoken(by, picture, sentence, kind) for sentence, kind in kinds.items()]
    found += [answered(by, picture, question, true) for question, true in asked.items()]
    texts, files = [], []
    for text, signed in found:
        whole, step = steps(signed)
        about = {"by": by.told(text["kind"]), "map": list(signed.shape[1:]), "steps": step.flatten().tolist()}
        texts.append(text | about)
        files.append(whole.astype("<i2").tobytes())
    (folder / f"{name}.maps").write_bytes(b"".join(files))
    return {"texts": texts}


def questions(scene: Scene) -> list[str]:
    """Of what the course offers to ask about a scene, the first question of each type."""
    types = {question: kind for question, *_, kind in scenes.questions(scene)}
    first = {types[question]: question for question in reversed(examples(scene))}
    return [question for question in examples(scene) if question in first.values()][:QUESTIONS]


def spoken(by: Speakers, picture: np.ndarray, sentence: str, kind: str) -> tuple[dict[str, Any], np.ndarray]:
    """(A sentence and its words, their maps (T, h, w) before the ReLU)."""
    said = by.captioner.explain(picture, sentence)
    e = by.captioner.explain(picture, sentence, size=by.sizes[0]).explanation
    text = {"kind": kind, "text": sentence, "names": said.words, "scores": rounded(said.log_probs)}
    return text, e.maps(range(len(said.words)), relu=False).numpy()


def answered(by: Speakers, picture: np.ndarray, question: str, true: str) -> tuple[dict[str, Any], np.ndarray]:
    """(A question and its likeliest answers, their maps (M + 1, h, w) before the ReLU).

    true: the right answer, which is then among them, or "" where it is not known. The last map is the mean over all
    answers that the network knows.
    """
    said = by.answerer.explanation(picture, question)
    e = by.answerer.explanation(picture, question, size=by.sizes[1]).explanation
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
