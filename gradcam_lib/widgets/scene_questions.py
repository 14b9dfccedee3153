"""What may be asked of a scene, and what is true."""

from __future__ import annotations

import dataclasses

from gradcam_lib.models.vocabulary import tokenise
from gradcam_lib.worlds import scenes
from gradcam_lib.worlds.scene import Scene

DRAWS = 100  # a scene is asked a few of all possible questions, by chance: so often, hardly one is left out


def key(question: str) -> str:
    return " ".join(tokenise(question))


def truths(scene: Scene) -> dict[str, tuple[str, str | None]]:
    """Every question that the world can ask of this scene, in all its phrasings → its answer, and the thing meant."""
    drawn = (dataclasses.replace(scene, seed=k) for k in range(DRAWS))  # the seed draws phrasings, all else is given
    return {key(q): (answer, id) for one in drawn for q, answer, id, _ in scenes.questions(one)}


def first_question(scene: Scene | None) -> str:
    return next(iter(examples(scene)), "Where is this?")


def examples(scene: Scene | None) -> list[str]:
    """Questions about a scene; those about one thing, with more to say than yes or no, come first."""
    asked = scenes.questions(scene) if scene else []
    return [q for q, *_ in sorted(asked, key=lambda a: (a[2] is None, a[1] in ("yes", "no")))]
