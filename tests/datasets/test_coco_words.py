"""Which words name a category: the table is of COCO's own 80, and what is another thing is left out."""

from __future__ import annotations

import pytest

from gradcam_lib.datasets.coco_words import NAMES, TABLE, mentions

EVERYTHING = set(NAMES)


def named(caption: str, present=EVERYTHING) -> list[tuple[str, str]]:
    words = caption.split()
    return [(" ".join(words[m.start : m.stop]), m.category) for m in mentions(words, present)]


def test_the_80_categories_are_there_and_each_has_a_word() -> None:
    assert len(NAMES) == 80 and set(TABLE.values()) == EVERYTHING


@pytest.mark.parametrize("caption, found", [
    ("a man and two women on bikes", [("man", "person"), ("women", "person"), ("bikes", "bicycle")]),
    ("a red fire hydrant by a stop sign", [("fire hydrant", "fire hydrant"), ("stop sign", "stop sign")]),
    ("a teddy bear on a bear", [("teddy bear", "teddy bear"), ("bear", "bear")]),
    ("a hot dog and a dog", [("hot dog", "hot dog"), ("dog", "dog")]),
    ("two glasses of wine and wine glasses", [("wine glasses", "wine glass")]),
    ("her cell phone and a tennis racket", [("cell phone", "cell phone"), ("tennis racket", "tennis racket")]),
    ("people on a bus at a train station", [("people", "person"), ("bus", "bus")]),
    ("an orange shirt , an orange and a banana", [("orange", "orange"), ("banana", "banana")]),
    ("an orange and white cat", [("cat", "cat")]),
    ("a baby elephant with a baby", [("elephant", "elephant"), ("baby", "person")]),
    ("knives , mice and cattle", [("knives", "knife"), ("mice", "mouse"), ("cattle", "cow")]),
    ("a pizza box on a dining table", [("dining table", "dining table")]),
    ("buses and benches and couches", [("buses", "bus"), ("benches", "bench"), ("couches", "couch")]),
    ("a group with a board and a computer", []),
])  # fmt: skip
def test_words_for_categories(caption: str, found: list) -> None:
    assert named(caption) == found


def test_what_is_not_in_the_picture_is_not_named() -> None:
    assert named("a man with a dog and a cat", {"dog"}) == [("dog", "dog")]
