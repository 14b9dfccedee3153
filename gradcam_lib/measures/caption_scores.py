r"""How like people's captions a caption is: BLEU, ROUGE-L, CIDEr and CIDEr-D.

All take ``references``, the captions of people, several to a picture, and ``candidates``, one to a picture, each a list
of words as ``tokens`` makes it. :math:`h_k(c)` counts how often the n-gram :math:`k` stands in the caption :math:`c`.
Written here, because pycocoevalcap, which has them too, stands still since 2020 and brings 100 MB of Java along; the
tests hold its numbers.
"""

# sacrebleu would not make the BLEU shorter: it wants captions as text and one list for each place among the references,
# scores one length of n-gram at a time, and hands out no counts of single captions, which the interval draws from.
# nltk's Treebank tokeniser keeps punctuation as tokens and parts "cannot" and "gonna": what is filtered and mended
# afterwards is longer than the expressions below, and the stored scores were measured with these.

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

import numpy as np

Caption = Sequence[str]
N = 4  # the longest n-gram
SIGMA = 6.0  # CIDEr-D: words of difference in length that are forgiven
BETA = 1.2  # ROUGE-L: how much more recall counts than precision
CLITIC = r"n['’]t\b|['’](?:s|m|d|re|ve|ll)\b"
INITIALS = r"(?<!\w)[^\W\d_](?:\.[^\W\d_])+(?!\w)\.?"  # U.S., a.m.
PART = r"(?:\d+(?:[.,:]\d+)+|\w+)"  # 3.5, 1,000, 7:30; or letters and digits
WORD = re.compile(rf"{CLITIC}|{INITIALS}|{PART}(?:['’/-]{PART})*")
ATTACHED = re.compile(rf"(?<=\w)({CLITIC})")


def tokens(caption: str) -> list[str]:
    """Its words in lower case, without punctuation, as in the Penn Treebank: "A dog's" → a dog 's, "don't" → do n't

    Points, commas, colons and slashes within a word belong to it: 3.5, 1,000, 7:30, either/or; and so do the points of
    initials: U.S., a.m. What is without a rule here, such as "cannot" or "gonna", stays whole.
    """
    return WORD.findall(ATTACHED.sub(r" \1", caption.lower()))


def bleu(references: Sequence[Sequence[Caption]], candidates: Sequence[Caption]) -> list[float]:
    r"""BLEU-1 … BLEU-4 of all captions together, each 0 … 1.

    .. math:: \text{BLEU-}N = \min(1, e^{1 - r/c}) \Bigl(\prod_{n=1}^N p_n\Bigr)^{1/N}
              (Papineni et al. 2002, section 2.3)

    p_n: share of the candidates' n-grams that a reference has, none counted more often than in the one reference that
    has most of it. c: words in all candidates; r: words in the closest references, of two as close the shorter.
    ValueError where the captions do not fit together.
    """
    return _bleu(_counts(references, candidates).sum(0))


def bleu_interval(
    references: Sequence[Sequence[Caption]], candidates: Sequence[Caption], *, seed: int = 0, draws: int = 2000
) -> list[dict[str, float]]:
    """The same, each with its 95 % bootstrap interval over pictures: {"value", "low", "high"}, as in ``results``."""
    counts = _counts(references, candidates)
    picks = np.random.default_rng(seed).integers(len(counts), size=(draws, len(counts)))
    drawn = np.array([_bleu(counts[pick].sum(0)) for pick in picks])
    columns = zip(_bleu(counts.sum(0)), *np.quantile(drawn, (0.025, 0.975), axis=0), strict=True)
    return [{key: round(float(v), 4) for key, v in zip(("value", "low", "high"), c, strict=True)} for c in columns]


def _counts(references: Sequence[Sequence[Caption]], candidates: Sequence[Caption]) -> np.ndarray:
    """Of each caption: its n-grams that are right, n = 1 … N, all its n-grams, c and r. (captions, 2 N + 2)"""
    _check(references, candidates)
    rows = np.zeros((len(candidates), 2 * N + 2))
    for row, people, candidate in zip(rows, references, candidates, strict=True):
        most: Counter = Counter()
        for caption in people:
            most |= _ngrams(caption)
        for k, count in _ngrams(candidate).items():
            row[len(k) - 1] += min(count, most[k])
            row[N + len(k) - 1] += count
        row[-2:] = len(candidate), _closest(map(len, people), len(candidate))
    return rows


def _bleu(counts: np.ndarray) -> list[float]:
    right, all_, (c, r) = counts[:N], counts[N : 2 * N], counts[2 * N :]
    brevity = min(1.0, math.exp(1 - r / c)) if c else 0.0
    p = right / np.maximum(all_, 1)
    return [brevity * float(p[:n].prod() ** (1 / n)) for n in range(1, N + 1)]


def rouge_l(references: Sequence[Sequence[Caption]], candidates: Sequence[Caption]) -> np.ndarray:
    r"""ROUGE-L of each caption, (n,), 0 … 1; papers report the mean.

    .. math:: \frac{(1 + \beta^2) R P}{R + \beta^2 P}, \quad P = \max_j \frac{l(c, s_j)}{|c|}, \quad
              R = \max_j \frac{l(c, s_j)}{|s_j|}    (Lin 2004, section 3)

    l: length of the longest common subsequence; β = 1.2, and each maximum by itself, as the field's code has it.
    """
    _check(references, candidates)

    def score(people: Sequence[Caption], c: Caption) -> float:
        common = [_common(c, s) for s in people]
        P = max(n / max(len(c), 1) for n in common)
        R = max(n / max(len(s), 1) for n, s in zip(common, people, strict=True))
        return (1 + BETA**2) * R * P / (R + BETA**2 * P) if P and R else 0.0

    return np.array([score(people, c) for people, c in zip(references, candidates, strict=True)])


def _common(a: Caption, b: Caption) -> int:
    """Words of the longest common subsequence."""
    row = [0] * (len(b) + 1)
    for word in a:
        before = row
        row = [0]
        for j, other in enumerate(b):
            row.append(before[j] + 1 if word == other else max(before[j + 1], row[j]))
    return row[-1]


def cider(references: Sequence[Sequence[Caption]], candidates: Sequence[Caption]) -> np.ndarray:
    r"""CIDEr of each caption, (n,), 0 … 1; papers report the mean.

    .. math:: \frac{1}{4} \sum_{n=1}^4 \frac{1}{m} \sum_{j=1}^m \frac{g^n(c) \cdot g^n(s_j)}{\|g^n(c)\| \|g^n(s_j)\|}
              (Vedantam et al. 2015, eqs. 2 and 3)

    g^n(c) holds :math:`h_k(c) \log(|I| / \text{pictures with } k \text{ in a reference})` of each n-gram k: words that
    suit every picture say nothing. Only the direction of g matters, so counts stand for frequencies; words are
    not stemmed. ValueError for fewer than two pictures, of which every n-gram would say nothing.
    """
    return _consensus(references, candidates, lambda c, s: sum(c[k] * s[k] for k in c.keys() & s.keys()))


def cider_d(references: Sequence[Sequence[Caption]], candidates: Sequence[Caption]) -> np.ndarray:
    r"""CIDEr-D of each caption, (n,), 0 … 10: CIDEr that repeating a word or a wrong length does not raise.

    .. math:: \frac{10}{4} \sum_{n=1}^4 \frac{1}{m} \sum_{j=1}^m e^{-(l(c) - l(s_j))^2 / 2 \sigma^2}
              \frac{\min(g^n(c), g^n(s_j)) \cdot g^n(s_j)}{\|g^n(c)\| \|g^n(s_j)\|}    (Vedantam et al. 2015, CIDEr-D)

    l: length in words; σ = 6. As in the authors' code, g holds counts, not frequencies. Otherwise like ``cider``.
    """

    def clipped(c: dict, s: dict) -> float:
        return sum(min(c[k], s[k]) * s[k] for k in c.keys() & s.keys())

    return 10 * _consensus(references, candidates, clipped, sigma=SIGMA)


def _consensus(references, candidates, product, *, sigma: float = math.inf) -> np.ndarray:
    _check(references, candidates)
    if len(references) < 2:
        raise ValueError("1 picture: CIDEr weighs words by how few pictures they suit; give two pictures or more")
    suits = Counter(k for people in references for k in set().union(*map(_ngrams, people)))

    def g(caption: Caption) -> list[dict[tuple[str, ...], float]]:
        weights = {k: count * math.log(len(references) / max(1, suits[k])) for k, count in _ngrams(caption).items()}
        return [{k: w for k, w in weights.items() if len(k) == n} for n in range(1, N + 1)]

    def likeness(c: Caption, s: Caption) -> float:
        pairs = zip(g(c), g(s), strict=True)
        return math.exp(-((len(c) - len(s)) ** 2) / (2 * sigma**2)) * sum(_cosine(*pair, product) for pair in pairs) / N

    return np.array(
        [sum(likeness(c, s) for s in people) / len(people) for people, c in zip(references, candidates, strict=True)]
    )


def _cosine(c: dict, s: dict, product) -> float:
    norms = math.hypot(*c.values()) * math.hypot(*s.values())
    return product(c, s) / norms if norms else 0.0


def _ngrams(caption: Caption) -> Counter:
    return Counter(tuple(caption[i : i + n]) for n in range(1, N + 1) for i in range(len(caption) - n + 1))


def _closest(lengths, length: int) -> int:
    return min(lengths, key=lambda r: (abs(r - length), r))


def _check(references: Sequence[Sequence[Caption]], candidates: Sequence[Caption]) -> None:
    if len(references) != len(candidates) or not len(candidates):
        raise ValueError(f"{len(references)} lists of references for {len(candidates)} candidates: give one for each")
    for i, (people, candidate) in enumerate(zip(references, candidates, strict=True)):
        if isinstance(people, str) or not people:
            raise ValueError(f"references[{i}]={people!r}: give a list of captions, at least one")
        for caption in (candidate, *people):
            if isinstance(caption, str):
                raise ValueError(f"caption {caption!r} of picture {i} is no list of words: give tokens(caption)")
