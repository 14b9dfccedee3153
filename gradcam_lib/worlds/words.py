"""Words for what the world holds: plurals, what a person does, and which words of a sentence say something."""

from __future__ import annotations

from gradcam_lib.worlds.scene import Scene, Thing

NUMBER = ("no", "a", "two", "three", "four", "five", "six")
PLURAL = {"man": "men", "woman": "women", "person": "people", "zebra": "zebras", "bicycle": "bicycles"}
TOOL = {"flying": "kite", "surfing": "surfboard", "holding": "umbrella", "cycling": "bicycle"}
VOWELS = "aeiou"
STOP_WORDS = frozenset("a an the is are there and with on in at of person people two three four".split())


def article(word: str) -> str:
    return "an" if word[0] in VOWELS else "a"


def plural(kind: str) -> str:
    return PLURAL.get(kind) or (f"{kind}es" if kind.endswith("ch") else f"{kind}s")


def content_words(sentence: str) -> set[str]:
    """The words that say something about the picture: kinds, colours, actions, places."""
    return set(sentence.split()) - STOP_WORDS


def held(scene: Scene, holder: Thing, kind: str) -> list[Thing]:
    return [t for t in scene.things if t.held_by == holder.id and t.kind == kind]


def action(scene: Scene, person: Thing) -> str:
    """What a person does: the pose, as far as the thing is there that it needs."""
    if person.pose in TOOL:
        return person.pose if held(scene, person, TOOL[person.pose]) else "standing"
    if person.pose == "swinging":
        if held(scene, person, "racket"):
            return "tennis"
        return "baseball" if held(scene, person, "baseball bat") else "standing"
    return person.pose
