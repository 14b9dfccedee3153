"""Captions as numbers, and which of them an epoch hears."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from gradcam_lib.networks.vocabulary import PAD, Vocabulary, tokenise


class Said:
    """The captions of some pictures as numbers, in the order of the pictures: ``words`` (rows, T), ``picture`` (rows,).

    longest: words, longer captions are left out, and ``pictures`` are those that have others. first, count: where the
    rows of each picture begin, and how many they are.
    """

    def __init__(self, captions: list[list[str]], pictures: Sequence[int], vocabulary: Vocabulary, longest: int | None):
        short = {i: [c for c in captions[i] if longest is None or len(tokenise(c)) <= longest] for i in pictures}
        self.pictures = torch.tensor([i for i, some in short.items() if some])
        kept = [some for some in short.values() if some]
        self.count = torch.tensor([len(some) for some in kept])
        self.first = self.count.cumsum(0) - self.count
        self.picture = self.pictures.repeat_interleave(self.count)
        self.words = vocabulary.batch([caption for some in kept for caption in some])

    def one_each(self, pick: Tensor, g: torch.Generator) -> tuple[Tensor, Tensor]:
        """Of pictures that all have as many captions one caption each → pictures and words."""
        rows = self.first[pick] + torch.randint(int(self.count[0]), (len(pick),), generator=g)
        return self.picture[rows], shortest(self.words[rows])

    def two_each(self, pick: Tensor, g: torch.Generator) -> tuple[Tensor, Tensor]:
        """Of some pictures two captions each, or what there is → pictures and words."""
        drawn = torch.rand(len(pick), int(self.count.max()), generator=g)
        absent = torch.arange(drawn.shape[1]) >= self.count[pick, None]
        which = drawn.masked_fill(absent, 2).argsort(1)[:, :2]
        rows = (self.first[pick, None] + which)[which < self.count[pick, None]]
        return self.picture[rows], shortest(self.words[rows])


def shortest(words: Tensor) -> Tensor:
    """Without columns of PAD alone."""
    return words[:, : int((words != PAD).sum(1).max())]


def vocabulary_of(captions: Sequence[str], at_least: int) -> Vocabulary:
    """ValueError where nothing occurs so often."""
    vocabulary = Vocabulary.of(captions, at_least=at_least)
    if not vocabulary.words:
        raise ValueError(
            f"no word occurs {at_least} times in the {len(captions)} captions to learn from; "
            "lower --at-least, or give more pictures"
        )
    return vocabulary
