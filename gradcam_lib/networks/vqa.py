"""Visual question answering with an LSTM and a CNN: "deeper LSTM Q + norm I" (Antol et al. 2015, Lu et al. 2015)."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn

from gradcam_lib.networks.recurrent import last_state
from gradcam_lib.networks.vocabulary import PAD


class LSTMCNN(nn.Module):
    """Question and picture as two vectors of one length, multiplied, and read as an answer.

    Question: embedding, tanh, an LSTM of two layers, whose c and h are one vector; picture: the CNN's code at length
    one; each through Linear and tanh. cnn: (N, 3, H, W) → (N, ``cnn.width``); words: size of the vocabulary, special
    ones included; answers: how many.   Notebook 08.
    """

    def __init__(
        self,
        cnn: nn.Module,
        words: int,
        answers: int,
        *,
        embedding: int = 100,
        hidden: int = 128,
        joint: int = 256,
        dropout: float = 0.5,
    ):
        super().__init__()
        self.sizes = {"embedding": embedding, "hidden": hidden, "joint": joint}
        self.cnn = cnn
        self.embedding = nn.Embedding(words, embedding, padding_idx=PAD)
        self.lstm = nn.LSTM(embedding, hidden, num_layers=2, batch_first=True, dropout=dropout)
        self.question = nn.Linear(4 * hidden, joint)
        self.image = nn.Linear(cnn.width, joint)
        self.dropout = nn.Dropout(dropout)
        self.output = nn.Linear(joint, answers)

    def forward(self, x: Tensor, question: Tensor) -> Tensor:
        """x: (N, 3, H, W), question: (N, T) with PAD at the end → logits (N, answers)."""
        return self.logits(self.cnn(x), question)

    def logits(self, code: Tensor, question: Tensor) -> Tensor:
        """The same of a code (N, D). Its length is divided out inside the graph, so gradients pass through that."""
        return self.join(code, self.encode(question))

    def join(self, code: Tensor, heard: Tensor) -> Tensor:
        """The same of codes (N, D) and encoded questions (N, 4 · hidden)."""
        q = self.question(self.dropout(heard)).tanh()
        v = self.image(self.dropout(F.normalize(code, dim=1))).tanh()
        return self.output(self.dropout(q * v))

    def encode(self, question: Tensor) -> Tensor:
        """question: (N, T) → (N, 4 · hidden)."""
        return last_state(self.lstm, self.dropout(self.embedding(question).tanh()), question)
