"""Words, their numbers, and whatever people type."""

from __future__ import annotations

import pytest
import torch

from gradcam_lib.networks.vocabulary import END, LIMIT, PAD, START, UNK, Vocabulary, tokenise

WORDS = Vocabulary(["a", "dog", "kite", "what's", "two-colored"])


@pytest.mark.parametrize(
    "text, words",
    [
        ("A dog, flying a KITE!", "a dog flying a kite"),
        ("  What’s\nthis?  ", "what's this"),
        ("a two-colored kite -- or: 'dog'", "a two-colored kite or dog"),
        ("dog🐶 x2", "dog 🐶 x2"),
        ("Ein Löwe", "ein löwe"),
        ("这是什么？", "这是什么"),
        ("3 + 4 = $7", "3 4 7"),
        ("<unk> <pad> _start_", "unk pad start"),
    ],
)
def test_tokenise(text: str, words: str) -> None:
    assert tokenise(text) == words.split()


def test_words_are_where_spaces_put_them() -> None:
    sentence = "a man with a two-colored kite, and the dog's ball."
    assert len(tokenise(sentence)) == len(sentence.split())


@pytest.mark.parametrize("text", ["", "   ", "?!", "\n", "…"])
def test_no_words_is_an_error_that_says_so(text: str) -> None:
    with pytest.raises(ValueError, match="no words; write at least one"):
        WORDS.encode(text)


def test_too_long_is_an_error_with_both_numbers() -> None:
    assert len(tokenise("a" * LIMIT)) == 1
    with pytest.raises(ValueError, match=r"10,000 characters, at most 500 are read; shorten it"):
        WORDS.encode("dog " * 2500)


@pytest.mark.parametrize("text", [None, 7, b"dog", ["dog"]])
def test_other_things_than_text(text) -> None:
    with pytest.raises(TypeError, match="expected a sentence"):
        WORDS.encode(text)


@pytest.mark.parametrize("text", ["🙂", "👩‍👩‍👧", "🇫🇷", "зачем", "كلب", "कुत्ता", "zebra", "\u200bdog\ud800"])
def test_what_is_not_known_becomes_unk(text: str) -> None:
    assert UNK in WORDS.encode(text) or "dog" in tokenise(text)
    assert all(number < len(WORDS) for number in WORDS.encode(text))


def test_there_and_back() -> None:
    numbers = WORDS.encode("A dog zebra kite")
    assert numbers == [4, 5, UNK, 6]
    assert WORDS.decode(numbers) == "a dog <unk> kite"
    assert WORDS.decode(torch.tensor([START, 4, 5, END, 6, PAD])) == "a dog"
    assert WORDS.unknown("zebra Zebra dog lion") == ["zebra", "lion"]
    assert len(WORDS) == 9


def test_a_batch_is_filled_up_at_its_end() -> None:
    assert WORDS.batch(["a dog", "kite"]).tolist() == [[4, 5], [6, PAD]]


def test_made_of_texts() -> None:
    texts = ["The dog.", "the kite", "A dog?"]
    assert Vocabulary.of(texts).words == ["a", "dog", "kite", "the"]
    assert Vocabulary.of(texts, at_least=2).words == ["dog", "the"]


@pytest.mark.parametrize("words", [["a", "a"], ["<end>"]])
def test_words_must_differ(words: list[str]) -> None:
    with pytest.raises(ValueError, match="must differ"):
        Vocabulary(words)
