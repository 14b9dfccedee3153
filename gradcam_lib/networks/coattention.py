"""Hierarchical question-image co-attention for visual question answering (Lu, Yang, Batra, Parikh 2016)."""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gradcam_lib.networks.recurrent import lengths, run_lstm
from gradcam_lib.networks.vocabulary import PAD

FORMS = ("parallel", "alternating")
LEVELS = ("word", "phrase", "question")


class Answered(NamedTuple):
    """logits (N, answers); attention on the image (N, 3, h, w) and the question (N, 3, T), by level; each sums to 1."""

    logits: Tensor
    image: Tensor
    question: Tensor


class CoAttention(nn.Module):
    """Attention on places and on words at once, at three levels of the question, which are read one after the other.

    cnn: (N, 3, H, W) → its last map (N, ``cnn.width``, h, w), where the gradients of all levels meet; words: size of
    the vocabulary, special ones included; form: "parallel" or "alternating".   Notebook 08.
    """

    def __init__(
        self,
        cnn: nn.Module,
        words: int,
        answers: int,
        *,
        form: str = "parallel",
        hidden: int = 128,
        dropout: float = 0.5,
    ):
        super().__init__()
        if form not in FORMS:
            raise ValueError(f"form {form!r}: choose one of {', '.join(map(repr, FORMS))}")
        self.sizes = {"form": form, "hidden": hidden}
        self.cnn = cnn
        self.image = nn.Linear(cnn.width, hidden)
        self.embedding = nn.Embedding(words, hidden, padding_idx=PAD)
        self.phrase = Phrases(hidden)
        self.lstm = nn.LSTM(hidden, hidden, batch_first=True)
        attention = Parallel if form == "parallel" else Alternating
        self.attention = nn.ModuleDict({level: attention(hidden, dropout) for level in LEVELS})
        widths = (hidden, hidden, 2 * hidden)
        inputs = (hidden, 2 * hidden, 2 * hidden)
        self.read = nn.ModuleList(nn.Linear(i, w) for i, w in zip(inputs, widths, strict=True))
        self.dropout = nn.Dropout(dropout)
        self.output = nn.Linear(widths[-1], answers)

    def forward(self, x: Tensor, question: Tensor) -> Answered:
        """x: (N, 3, H, W), question: (N, T) with PAD at the end."""
        return self.of_map(self.cnn(x), question)

    def of_map(self, A: Tensor, question: Tensor) -> Answered:
        """The same of the CNN's last map A (N, K, h, w)."""
        V = self.dropout(self.image(A.flatten(2).mT).tanh())  # (N, h·w, d)
        there = question != PAD
        h, on_image, on_question = V[:, 0, :0], [], []
        for level, Q, read in zip(LEVELS, self.encode(question), self.read, strict=True):
            v, q, a_v, a_q = self.attention[level](V, Q, there)
            h = read(self.dropout(torch.cat((v + q, h), 1))).tanh()
            on_image.append(a_v.unflatten(1, A.shape[2:]))
            on_question.append(a_q)
        return Answered(self.output(self.dropout(h)), torch.stack(on_image, 1), torch.stack(on_question, 1))

    def encode(self, question: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """question: (N, T) → one vector a word at each level, (N, T, d) each, zero at PAD."""
        lengths(question)
        there = (question != PAD)[..., None]
        words = self.dropout(self.embedding(question).tanh()) * there
        phrases = self.phrase(words) * there
        spoken = run_lstm(self.lstm, self.dropout(phrases))[0] * there
        return words, phrases, spoken


class Phrases(nn.Module):
    """At each word the strongest of its uni-, bi- and trigram: (N, T, d) → (N, T, d)."""

    def __init__(self, width: int):
        super().__init__()
        self.grams = nn.ModuleList(nn.Conv1d(width, width, n) for n in (1, 2, 3))

    def forward(self, words: Tensor) -> Tensor:
        padded = ((0, 0), (0, 1), (1, 1))  # the bigram is the word and its next, the trigram has it in the middle
        found = [gram(F.pad(words.mT, pad)).tanh() for gram, pad in zip(self.grams, padded, strict=True)]
        return torch.stack(found).amax(0).mT


class Parallel(nn.Module):
    r"""Both attentions from the affinity of every place and every word.

    .. math:: C = \tanh(Q^T W_b V), \quad H_v = \tanh(W_v V + (W_q Q) C), \quad H_q = \tanh(W_q Q + (W_v V) C^T)

    (Lu et al. 2016, eq. 3 and 4.) V: (N, L, d), Q: (N, T, d), zero where ``there`` (N, T) is False → v, q (N, d) and
    a_v (N, L), a_q (N, T).
    """

    def __init__(self, width: int, dropout: float):
        super().__init__()
        self.b, self.v, self.q = (nn.Linear(width, width, bias=False) for _ in range(3))
        self.of_v, self.of_q = nn.Linear(width, 1), nn.Linear(width, 1)
        self.dropout = nn.Dropout(dropout)

    def forward(self, V: Tensor, Q: Tensor, there: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        C = (self.b(Q) @ V.mT).tanh()  # (N, T, L), zero at PAD
        v, q = self.v(V), self.q(Q)
        H_v = self.dropout((v + C.mT @ q).tanh())  # (N, L, d)
        H_q = self.dropout((q + C @ v).tanh())  # (N, T, d)
        a_v = self.of_v(H_v)[..., 0].softmax(1)
        a_q = _softmax(self.of_q(H_q)[..., 0], there)
        return _sum(a_v, V), _sum(a_q, Q), a_v, a_q


class Alternating(nn.Module):
    """First the question, then the image in the light of it, then the question in the light of the image.

    (Lu et al. 2016, eq. 5.) Shapes as in ``Parallel``.
    """

    def __init__(self, width: int, dropout: float):
        super().__init__()
        self.first = Attend(width, dropout)
        self.image = Attend(width, dropout)
        self.question = Attend(width, dropout)

    def forward(self, V: Tensor, Q: Tensor, there: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        s = _sum(self.first(Q, Q.new_zeros(len(Q), Q.shape[2]), there), Q)
        a_v = self.image(V, s)
        v = _sum(a_v, V)
        a_q = self.question(Q, v, there)
        return v, _sum(a_q, Q), a_v, a_q


class Attend(nn.Module):
    """Attention on X (N, L, d) in the light of g (N, d) → (N, L)."""

    def __init__(self, width: int, dropout: float):
        super().__init__()
        self.x, self.g = nn.Linear(width, width), nn.Linear(width, width, bias=False)
        self.score, self.dropout = nn.Linear(width, 1), nn.Dropout(dropout)

    def forward(self, X: Tensor, g: Tensor, there: Tensor | None = None) -> Tensor:
        H = self.dropout((self.x(X) + self.g(g)[:, None]).tanh())
        return _softmax(self.score(H)[..., 0], there)


def _softmax(scores: Tensor, there: Tensor | None) -> Tensor:
    """Over the last side, exactly zero where nothing is there."""
    return (scores if there is None else scores.masked_fill(~there, -torch.inf)).softmax(1)


def _sum(a: Tensor, X: Tensor) -> Tensor:
    """a: (N, L), X: (N, L, d) → (N, d)."""
    return (a[:, None] @ X)[:, 0]
