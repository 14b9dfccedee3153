"""Words and their numbers. What the networks do not know becomes UNK and can be shown as such."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

import torch
from torch import Tensor

SPECIAL = ("<pad>", "<start>", "<end>", "<unk>")
PAD, START, END, UNK = range(len(SPECIAL))
LIMIT = 500  # characters of a typed question or caption

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*|\S")


def tokenise(text: str) -> list[str]:
    """The words of a text in lower case, in their order, punctuation off; a symbol such as an emoji is a word too.

    Errors: no text, no word in it, or more than 500 characters.
    """
    if not isinstance(text, str):
        raise TypeError(f"text {text!r}: expected a sentence, got {type(text).__name__}")
    if len(text) > LIMIT:
        raise ValueError(f"the text has {len(text):,} characters, at most {LIMIT} are read; shorten it")
    found = _WORD.findall(unicodedata.normalize("NFC", text).lower())
    words = [w.replace("’", "'") for w in found if len(w) > 1 or w.isalnum() or unicodedata.category(w) == "So"]
    if not words:
        raise ValueError(f"the text {text!r} has no words; write at least one")
    return words


class Vocabulary:
    """The words a network knows. Numbers 0 … 3 are PAD, START, END and UNK; ``words`` follow from 4 on."""

    def __init__(self, words: Iterable[str]):
        self.words = list(words)
        self.index = {word: number for number, word in enumerate(self.words, start=len(SPECIAL))}
        if len(self.index) < len(self.words) or set(self.index) & set(SPECIAL):
            raise ValueError("the words of a vocabulary must differ from each other and from PAD, START, END and UNK")

    @classmethod
    def of(cls, texts: Iterable[str], *, at_least: int = 1) -> Vocabulary:
        """All words that occur ``at_least`` so often in the texts, in the order of the alphabet."""
        counts = Counter(word for text in texts for word in tokenise(text))
        return cls(sorted(word for word, count in counts.items() if count >= at_least))

    def __len__(self) -> int:
        """How many numbers there are, the four special ones included."""
        return len(SPECIAL) + len(self.words)

    def encode(self, text: str) -> list[int]:
        """The number of each word; START and END are not added. Errors as for ``tokenise``."""
        return [self.index.get(word, UNK) for word in tokenise(text)]

    def decode(self, numbers: Sequence[int] | Tensor) -> str:
        """The sentence up to END; UNK is written as <unk>."""
        numbers = numbers.tolist() if isinstance(numbers, Tensor) else list(numbers)
        if END in numbers:
            numbers = numbers[: numbers.index(END)]
        return " ".join(self[number] for number in numbers if number not in (PAD, START))

    def __getitem__(self, number: int) -> str:
        return SPECIAL[number] if number < len(SPECIAL) else self.words[number - len(SPECIAL)]

    def unknown(self, text: str) -> list[str]:
        """The words of a text that become UNK, each once."""
        return list(dict.fromkeys(word for word in tokenise(text) if word not in self.index))

    def batch(self, texts: Sequence[str]) -> Tensor:
        """N texts → (N, T) numbers, the shorter ones filled up with PAD at their end."""
        rows = [torch.tensor(self.encode(text)) for text in texts]
        return torch.nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=PAD)
