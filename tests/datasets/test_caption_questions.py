"""Questions from captions we wrote ourselves: what must be asked, and what must not."""

from __future__ import annotations

import pytest

from gradcam_lib.datasets.caption_grammar import Phrase, Verb, parse
from gradcam_lib.datasets.caption_questions import questions


def asked(*captions: str) -> dict[str, str]:
    return {question: answer for question, answer, _ in questions(captions)}


def test_a_caption_is_cut_into_phrases_and_verbs() -> None:
    dog = Phrase("dog", False, None, ("black", "white"), False)
    assert parse("A black and white dog runs through the tall grass .") == [
        dog, Verb("running"), "through", Phrase("grass", False, None, (), False), "."
    ]  # fmt: skip
    two, ball = Phrase("dog", True, 2, (), False), Phrase("ball", False, None, ("red",), False)
    assert parse("Two puppies are chasing a red tennis ball") == [two, "are", Verb("chasing"), ball]


@pytest.mark.parametrize(
    ("caption", "verb"),
    [
        ("Two men run", "running"),
        ("A boy swings", "swinging"),
        ("A girl lies on grass", "lying"),
        ("A dog leaps", "jumping"),
        ("A child carries a bag", "carrying"),
    ],
)
def test_forms_of_a_verb_are_one(caption: str, verb: str) -> None:
    assert Verb(verb) in parse(caption)


@pytest.mark.parametrize("caption", ["a red swing", "the two slides", "a running dog", "a dog tries to catch a ball"])
def test_what_looks_like_a_verb_may_be_none(caption: str) -> None:
    assert {part.ing for part in parse(caption) if isinstance(part, Verb)} <= {"trying"}


DOG = (
    "A brown dog runs through the grass .",
    "A brown dog is running through the grass with a stick in its mouth .",
    "The dog runs .",
    "A dog carries a stick .",
)


def test_every_type_is_asked() -> None:
    found = asked(*DOG)
    assert found["what color is the dog?"] == "brown"
    assert found["how many dogs are there?"] == "1"
    assert found["what is the dog doing?"] == "running"
    assert found["what is the dog running through?"] == "grass"
    assert found["what is in the dog's mouth?"] == "stick"
    assert found["what animal is there?"] == "dog"
    assert found["is there a dog?"] == "yes"
    assert sum(answer == "no" for answer in found.values()) == 1
    assert {kind for _, _, kind in questions(DOG)} == {"object", "colour", "count", "action", "existence"}
    assert questions(DOG) == questions(DOG)


@pytest.mark.parametrize(
    ("captions", "question"),
    [
        (("A brown dog sits .", "A tan dog sits ."), "what color is the dog?"),  # captions disagree
        (("A brown dog sits .", "A dog sits ."), "what color is the dog?"),  # one alone said so
        (("A brown dog and a brown dog sitting .", "A brown dog sits ."), "what color is the dog?"),  # which of them?
        (("A man in a red shirt and a man in a blue shirt .",) * 2, "what color is the shirt?"),
        (("Two dogs sit .", "Three dogs sit ."), "how many dogs are there?"),
        (("A dog sits .", "A dog sits .", "A dog sits ."), "how many dogs are there?"),  # one needs four captions
        (("Two men watch a crowd .",) * 2, "how many people are there?"),
        (("A man runs .", "A man walks ."), "what is the man doing?"),
        (("A woman watches a man riding a horse .",) * 2, "what is the man riding?"),  # two could be meant
        (("A dog jumps to catch a ball in its mouth .",) * 2, "what is in the dog's mouth?"),  # not yet
        (("A woman in a bandanna and a girl sit .",) * 2, "what is on the girl's head?"),  # the other's
        (("Two people ride in an outdoor elevator .",) * 2, "what are the people riding in?"),  # no noun was found
    ],
)
def test_what_captions_do_not_settle_is_not_asked(captions: tuple[str, ...], question: str) -> None:
    assert question not in asked(*captions)


def test_a_hat_is_asked_of_the_one_who_wears_it() -> None:
    assert asked("A man in a hat sits .", "A man sits .")["what is on the man's head?"] == "hat"


def test_one_person_has_the_name_that_fits_all_captions() -> None:
    assert asked("A man rides a wave .", "A surfer rides a wave .")["what is the man riding?"] == "wave"
    assert asked("A man rides a wave .", "A woman rides a wave .")["what is the person riding?"] == "wave"
    assert asked("Two boys run .", "Two young boys are running .")["what are the boys doing?"] == "running"
    assert asked("A man and a boy sitting .", "A man and a boy .")["how many people are there?"] == "2"


def test_no_is_said_only_of_what_nothing_hints_at() -> None:
    for i in range(40):
        found = asked(f"A rider number {i} on a pony .", "Two players in the surf .")
        assert not {"is there a horse?", "is there a man?", "is there a person?", "is there a wave?"} & found.keys()


def test_nothing_said_is_nothing_asked() -> None:
    assert {kind for _, _, kind in questions(["Blurry", ""])} <= {"existence"}
