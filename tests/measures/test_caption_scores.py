"""BLEU, ROUGE-L and CIDEr: by paper and pencil, and against the numbers of the code that the field uses."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradcam_lib.measures.caption_scores import bleu, bleu_interval, cider, cider_d, rouge_l, tokens

REFERENCES = [
    ["a dog runs on the beach", "a brown dog is running on the sand", "the dog runs"],
    ["a man rides a red surfboard", "a man is surfing on a red board in the sea"],
    ["two zebras stand in the grass", "a zebra and a second zebra eat the grass", "two zebras"],
    ["a cat sits on the kitchen table", "the black cat sits on a table"],
]
CANDIDATES = ["a dog is running on the beach", "a man rides a board a board a board", "zebras in the grass", "a cat"]
words = st.lists(st.sampled_from("a the dog cat runs".split()), max_size=8)


def split(references: list[list[str]], candidates: list[str]) -> tuple[list[list[list[str]]], list[list[str]]]:
    return [[r.split() for r in people] for people in references], [c.split() for c in candidates]


def test_the_example_of_the_bleu_paper() -> None:
    """Papineni et al. 2002, section 2.1: 2 of the 7 count, because no reference has more."""
    people = ["the cat is on the mat", "there is a cat on the mat"]
    assert bleu(*split([people], ["the the the the the the the"])) == pytest.approx([2 / 7, 0, 0, 0])


def test_bleu_by_hand() -> None:
    # 3 of 3 words, 1 of 2 pairs; the closest of the lengths 2 and 5 is 2, so nothing is too short
    assert bleu(*split([["a dog", "a b runs c dog"]], ["a dog runs"]))[:2] == pytest.approx([1, math.sqrt(1 / 2)])
    # all right, but 2 words for 3, of the references 3 and 5
    assert bleu(*split([["a dog runs", "a dog runs on sand"]], ["a dog"]))[:2] == pytest.approx([math.exp(-1 / 2)] * 2)
    # 3 is as close to 2 as to 4: the shorter counts
    assert bleu(*split([["a b c d", "a b"]], ["a b c"]))[0] == 1
    # one corpus, not the mean of two captions: 3 of 4 words
    assert bleu(*split([["a b"], ["c d"]], ["a b", "c x"]))[0] == pytest.approx(3 / 4)


def test_the_numbers_of_pycocoevalcap() -> None:
    """Those of its Bleu and Cider (which is CIDEr-D), version 1.2."""
    assert bleu(*split(REFERENCES, CANDIDATES)) == pytest.approx(
        [0.682161478363133, 0.6157673387063718, 0.5406881980696503, 0.43541326082579346]
    )
    scores = cider_d(*split(REFERENCES, CANDIDATES))
    assert scores == pytest.approx([3.15083124, 1.66463253, 1.820135, 1.26410178])
    assert scores.mean() == pytest.approx(1.9749251377070518)


def test_cider_by_hand() -> None:
    # "a" suits both pictures and weighs log 1 = 0; "dog", "cat" and "a dog", "a cat" suit one and weigh log 2.
    # Words: (0, log 2) and (0, log 2), cosine 1; pairs likewise 1; nothing longer: (1 + 1 + 0 + 0) / 4.
    assert cider(*split([["a dog"], ["a cat"]], ["a dog", "a dog"])) == pytest.approx([0.5, 0])
    assert cider_d(*split([["a dog"], ["a cat"]], ["a dog", "a dog"])) == pytest.approx([5, 0])
    # Words of "dog cat", (log 2, log 2), against "dog", (log 2, 0): cosine 1/√2; no pairs in the reference.
    assert cider(*split([["dog"], ["cat"]], ["dog cat", "cat"])) == pytest.approx([math.sqrt(1 / 2) / 4, 1 / 4])
    # CIDEr-D: one word too long
    assert cider_d(*split([["dog"], ["cat"]], ["dog cat", "cat"]))[0] == pytest.approx(
        10 * math.sqrt(1 / 2) / 4 * math.exp(-1 / 72)
    )


def test_repeating_a_word_does_not_raise_cider_d() -> None:
    """Words: min(3, 1) · 1 / (3 · 1) = 1/3 where the cosine is 1; two words too many."""
    people = [["dog"], ["cat"]]
    assert cider(*split(people, ["dog dog dog", "cat"]))[0] == pytest.approx(1 / 4)
    assert cider_d(*split(people, ["dog dog dog", "cat"]))[0] == pytest.approx(10 / 4 / 3 * math.exp(-4 / 72))


@given(st.lists(st.tuples(st.lists(words, min_size=1, max_size=3), words), min_size=2, max_size=4))
def test_scores_stay_within_their_range(corpus: list) -> None:
    references, candidates = zip(*corpus, strict=True)
    scores = bleu(references, candidates)
    assert all(0 <= b <= 1 + 1e-9 for b in scores)
    for score, most in ((rouge_l, 1), (cider, 1), (cider_d, 10)):
        values = score(references, candidates)
        assert values.shape == (len(corpus),) and np.all((values >= 0) & (values <= most + 1e-9))


def test_an_empty_caption_is_worth_nothing() -> None:
    references, candidates = split([["a dog"], ["a cat"]], ["", ""])
    assert bleu(references, candidates) == [0, 0, 0, 0] and not cider_d(references, candidates).any()


def test_rouge_l_by_hand() -> None:
    # common: "a dog … on sand", 4 of the 5 words said and 4 of the 6 of the reference
    P, R = 4 / 5, 4 / 6
    people = [["a brown dog runs on sand"]]
    assert rouge_l(*split(people, ["a dog is on sand"])) == pytest.approx([2.44 * P * R / (R + 1.44 * P)])
    # precision from the first reference, 2 of 2 words, recall from the second, 1 of 1
    assert rouge_l(*split([["a dog runs", "dog"]], ["a dog"])) == pytest.approx([1])
    # the order counts: "b a" has one word in a row of "a b"
    assert rouge_l(*split([["a b"], ["x"]], ["b a", ""])) == pytest.approx([1 / 2, 0])


def test_the_bootstrap_of_bleu_holds_the_value_and_vanishes_where_all_captions_are_alike() -> None:
    for value, found in zip(
        bleu(*split(REFERENCES, CANDIDATES)), bleu_interval(*split(REFERENCES, CANDIDATES)), strict=True
    ):
        assert found["low"] < found["value"] < found["high"] and found["value"] == pytest.approx(value, abs=1e-4)
    alike = bleu_interval(*split([["a dog runs on sand"]] * 9, ["a dog runs on mud"] * 9))
    assert all(b["low"] == b["value"] == b["high"] for b in alike) and alike[0]["value"] == 0.8


def test_tokens_are_words_in_lower_case_and_parted_as_in_the_penn_treebank() -> None:
    assert tokens("A dog, the man’s, RUNS on a T-shirt.") == "a dog the man ’s runs on a t-shirt".split()
    assert tokens("It's what they don't and we'll do") == "it 's what they do n't and we 'll do".split()
    assert tokens("'A dog' \"two dogs' toys\" o'clock 10-year-old") == "a dog two dogs toys o'clock 10-year-old".split()
    assert tokens(" ... ") == []


@pytest.mark.parametrize(
    ("caption", "expected"),
    [
        ("A 3.5 inch disk, 1,000 dogs at 7:30.", "a 3.5 inch disk 1,000 dogs at 7:30"),
        ("The U.S. flag in the U.S.", "the u.s. flag in the u.s."),
        ("at 5 p.m., or 5 a.m.", "at 5 p.m. or 5 a.m."),
        ("either/or, black/white and 1/2.", "either/or black/white and 1/2"),
        ("a 3.5-inch disk: 2, 3; 4.", "a 3.5-inch disk 2 3 4"),
        ("It ends.A new one,without a space: it's so", "it ends a new one without a space it 's so"),
        ("dogs / cats , 12. 3", "dogs cats 12 3"),
        ("John F. Kennedy's U.S.A.'s flag", "john f kennedy 's u.s.a. 's flag"),
    ],
)
def test_numbers_initials_and_words_with_a_slash_stay_whole(caption: str, expected: str) -> None:
    assert tokens(caption) == expected.split()


@pytest.mark.parametrize("score", [bleu, rouge_l, cider, cider_d])
def test_captions_that_do_not_fit_together_are_refused(score) -> None:
    dog = ["a", "dog"]
    for references, candidates, error in [
        ([[dog]], [dog, dog], "1 lists of references for 2 candidates"),
        ([], [], "0 lists"),
        ([[dog], []], [dog, dog], r"references\[1\]=\[\]: give a list of captions"),
        ([[dog], ["a dog"]], [dog, dog], r"caption 'a dog' of picture 1 .* tokens\(caption\)"),
        ([[dog], [dog]], [dog, "a dog"], "caption 'a dog' of picture 1"),
    ]:
        with pytest.raises(ValueError, match=error):
            score(references, candidates)


def test_cider_needs_two_pictures() -> None:
    with pytest.raises(ValueError, match="two pictures or more"):
        cider([[["a"]]], [["a"]])
