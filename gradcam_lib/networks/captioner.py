"""Captions in the manner of neuraltalk2 (Karpathy 2016): a CNN's code is shown once to an LSTM, which then speaks."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gradcam_lib.networks.recurrent import State, run_lstm
from gradcam_lib.networks.vocabulary import END, PAD, SPECIAL, START

Candidate = tuple[list[int], float]


class Captioner(nn.Module):
    r"""CNN code → Linear + ReLU → the LSTM's first input; then START, the words, and END as the last output.

    .. math:: \log p(S | x) = \sum_t \log p(w_t | w_{<t}, x)

    cnn: pictures (N, 3, H, W) → codes (N, ``cnn.width``); words: size of the vocabulary, special ones included;
    longest: words of a generated caption. tied: a word is scored with the vector by which it is heard (Press and Wolf
    2017), as suits a small corpus. fairness: beam search ranks captions by log p over this power of their length.
    Tokens are (N, T) words without START and END, PAD at the end.   Notebook 07.
    """

    def __init__(
        self,
        cnn: nn.Module,
        words: int,
        *,
        embedding: int = 256,
        hidden: int = 256,
        dropout: float = 0.5,
        longest: int = 24,
        tied: bool = False,
        fairness: float = 0.0,
    ):
        super().__init__()
        self.sizes = {"embedding": embedding, "hidden": hidden, "longest": longest, "tied": tied, "fairness": fairness}
        self.longest, self.tied, self.fairness = longest, tied, fairness
        self.cnn = cnn
        self.image = nn.Sequential(nn.Linear(cnn.width, embedding), nn.ReLU())
        self.embedding = nn.Embedding(words, embedding)
        self.lstm = nn.LSTM(embedding, hidden, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.output = nn.Linear(hidden, embedding if tied else words)
        if tied:
            self.bias = nn.Parameter(torch.zeros(words))
            nn.init.normal_(self.embedding.weight, std=embedding**-0.5)

    def forward(self, x: Tensor, tokens: Tensor) -> Tensor:
        """x: (N, 3, H, W), tokens: (N, T) → logits (N, T + 1, words): one row a word, and one for END."""
        return self.logits(self.cnn(x), tokens)

    def logits(self, code: Tensor, tokens: Tensor) -> Tensor:
        """The same of a code (N, D)."""
        return self._score(self._read(code, tokens))

    def log_probs(self, code: Tensor, tokens: Tensor) -> Tensor:
        """code: (N, D), tokens: (N, T) → log p of each word after those before it, (N, T); 0 at PAD. No END."""
        logp = self.logits(code, tokens)[:, :-1].log_softmax(2)
        return logp.gather(2, tokens[..., None])[..., 0] * (tokens != PAD)

    def loss(self, code: Tensor, tokens: Tensor, *, smoothing: float = 0.0) -> Tensor:
        """Mean negative log-likelihood of all words and ENDs of a batch; smoothing: share of it that all words have."""
        spoken = F.pad(tokens, (0, 1), value=PAD)
        spoken = spoken.scatter(1, (tokens != PAD).sum(1, keepdim=True), END)
        there = spoken != PAD  # what is not there is not scored: the words are most of the work
        logits = self._score(self._read(code, tokens)[there])
        logits = logits.to(torch.promote_types(logits.dtype, torch.float32))  # bfloat16 is for what comes before
        return F.cross_entropy(logits, spoken[there], label_smoothing=smoothing)

    def _read(self, code: Tensor, tokens: Tensor) -> Tensor:
        """The LSTM's outputs from START on, (N, T + 1, hidden)."""
        heard = F.pad(tokens, (1, 0), value=START)
        inputs = torch.cat((self.image(code)[:, None], self.dropout(self.embedding(heard))), 1)  # (N, T + 2, E)
        return self.dropout(run_lstm(self.lstm, inputs)[0][:, 1:])

    def _score(self, read: Tensor) -> Tensor:
        """(…, hidden) → logits (…, words)."""
        return F.linear(self.output(read), self.embedding.weight, self.bias) if self.tied else self.output(read)

    def greedy(self, code: Tensor) -> list[int]:
        """The likeliest word at each step: code (1, D) → words."""
        return self.beam_search(code, 1)[0][0]

    @torch.no_grad()
    def beam_search(self, code: Tensor, beam: int = 3) -> list[Candidate]:
        """code: (1, D) → up to ``beam`` captions (words, log p with END), likeliest first, for their length if fair.

        The ``beam`` likeliest beginnings are carried on at each step. A caption has one word at least and ``longest``
        at most; PAD, START and UNK are never spoken. The log-probabilities are the model's own.
        """
        if isinstance(beam, bool) or not isinstance(beam, int) or not 1 <= beam <= 100:
            raise ValueError(f"beam={beam!r}: choose a whole number from 1 to 100")
        _, state = run_lstm(self.lstm, self.image(code)[:, None])
        alive: list[Candidate] = [([], 0.0)]
        finished: list[Candidate] = []
        while alive:
            logp, state = self._step([([START] + words)[-1] for words, _ in alive], state)
            if len(alive[0][0]) == self.longest:
                finished += [(words, p + float(row[END])) for (words, p), row in zip(alive, logp, strict=True)]
                break
            if not alive[0][0]:
                logp[:, END] = -torch.inf
            parents, alive, ended = _best(alive, logp, beam)
            finished = self._ranked(finished + ended)[:beam]
            if len(finished) == beam and alive and self._rank(finished[-1]) >= self._rank(alive[0], self.longest):
                break  # a longer caption is never likelier
            state = tuple(s[:, parents].contiguous() for s in state)
        return self._ranked(finished)[:beam]

    def _ranked(self, candidates: list[Candidate]) -> list[Candidate]:
        return sorted(candidates, key=self._rank, reverse=True)

    def _rank(self, candidate: Candidate, length: int | None = None) -> float:
        """log p by length, END included; length: the most that a beginning may become."""
        words, log_prob = candidate
        return log_prob / ((len(words) if length is None else length) + 1) ** self.fairness

    def _step(self, words: list[int], state: State) -> tuple[Tensor, State]:
        """One word for each of B captions → log p (B, words) of the next; of the special ones END alone is possible."""
        heard = torch.tensor(words, device=state[0].device)[:, None]
        outputs, state = run_lstm(self.lstm, self.embedding(heard), state)
        logp = self._score(outputs[:, 0]).log_softmax(1).double().cpu()
        for never in set(range(len(SPECIAL))) - {END}:
            logp[:, never] = -torch.inf
        return logp, state


def _best(alive: list[Candidate], logp: Tensor, beam: int) -> tuple[list[int], list[Candidate], list[Candidate]]:
    """The likeliest continuations: whose they are, those that go on, and those that END (without it)."""
    before = torch.tensor([p for _, p in alive], dtype=logp.dtype)
    total = (before[:, None] + logp).flatten()
    p, place = total.topk(min(beam, int(total.isfinite().sum())))
    parents, going, ended = [], [], []
    for value, i in zip(p.tolist(), place.tolist(), strict=True):
        parent, word = divmod(i, logp.shape[1])
        if word == END:
            ended.append((alive[parent][0], value))
        else:
            parents.append(parent)
            going.append(([*alive[parent][0], word], value))
    return parents, going, ended
