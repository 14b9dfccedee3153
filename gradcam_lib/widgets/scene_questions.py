"""What may be asked of a scene or a photograph, and what is true of a scene."""

from __future__ import annotations

import dataclasses

from gradcam_lib.networks.vocabulary import tokenise
from gradcam_lib.worlds import scenes
from gradcam_lib.worlds.scene import Scene

DRAWS = 100  # a scene is asked a few of all possible questions, by chance: so often, hardly one is left out

PHOTOGRAPHS = {
    "grace_hopper": ("What is on the woman's head?", "What color is the shirt?"),
    "astronaut": ("What color is the suit?", "What is the woman doing?"),
    "motorcycle": ("What color is the motorcycle?", "Is there a motorcycle?", "Is there a bicycle?"),
    "camera": ("What is the man doing?", "What color is the coat?"),
    "cat": ("What animal is there?", "Is there a cat?"),
    "coffee": ("What color is the cup?", "Is there a ball?"),
    "rocket": ("What color is the rocket?", "Is there a boat?"),
}
ANY = ("How many people are there?", "Is there a dog?", "What is the person doing?", "What sport is this?")


def key(question: str) -> str:
    return " ".join(tokenise(question))


def truths(scene: Scene) -> dict[str, tuple[str, str | None]]:
    """Every question that the world can ask of this scene, in all its phrasings → its answer, and the thing meant."""
    drawn = (dataclasses.replace(scene, seed=k) for k in range(DRAWS))  # the seed draws phrasings, all else is given
    return {key(q): (answer, id) for one in drawn for q, answer, id, _ in scenes.questions(one)}


def examples(scene: Scene | None, photograph: str = "") -> list[str]:
    """Questions about a scene, or else about a photograph by its name; none where both are missing.

    Of a scene, those about one thing, with more to say than yes or no, come first.
    """
    if scene is None:
        return [*PHOTOGRAPHS.get(photograph, ()), *ANY] if photograph else []
    return [q for q, *_ in sorted(scenes.questions(scene), key=lambda a: (a[2] is None, a[1] in ("yes", "no")))]


def fits(question: str, scene: Scene | None, photograph: str = "") -> bool:
    """Whether the question may be asked of this picture, as far as that is known."""
    offered = truths(scene) if scene else [key(q) for q in examples(None, photograph)]
    return not offered or key(question) in offered


def first_question(scene: Scene | None, photograph: str = "") -> str:
    return next(iter(examples(scene, photograph)), "Where is this?")


def which(scene: Scene | None) -> object:
    """The same for a scene that was edited; every photograph is new."""
    return (scene.seed, scene.place) if scene else object()
