"""The captioner against its equations written out, and its beam search against all captions there are."""

from __future__ import annotations

import itertools

import pytest
import torch
from support.talkers import seeded, tiny_cnn
from torch import Tensor

from gradcam_lib.networks.captioner import Captioner
from gradcam_lib.networks.vocabulary import END, PAD, START

TOKENS = torch.tensor([[4, 6, 5], [5, 4, PAD]])
CODE = torch.rand(2, 6, dtype=torch.float64, generator=torch.Generator().manual_seed(0))


def captioner(words: int = 7, seed: int = 0, longest: int = 3, **more) -> Captioner:
    return seeded(Captioner, tiny_cnn(), words, embedding=5, hidden=4, longest=longest, seed=seed, **more)


def by_hand(model: Captioner, code: Tensor, heard: list[int]) -> Tensor:
    """log p of every word after the picture and what was heard, with the gates written out (Hochreiter et al. 1997)."""
    h = c = torch.zeros(4, dtype=code.dtype)
    W, U, b = model.lstm.weight_ih_l0, model.lstm.weight_hh_l0, model.lstm.bias_ih_l0 + model.lstm.bias_hh_l0
    picture = (model.image[0].weight @ code + model.image[0].bias).clamp(min=0)
    for x in [picture, *(model.embedding.weight[word] for word in heard)]:
        i, f, g, o = (W @ x + U @ h + b).chunk(4)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        h = o.sigmoid() * c.tanh()
    y = model.output.weight @ h + model.output.bias
    return (model.embedding.weight @ y + model.bias if model.tied else y).log_softmax(0)


@pytest.mark.parametrize("tied", [False, True])
def test_log_probabilities_by_hand(tied: bool) -> None:
    model = captioner(tied=tied)
    logp = model.log_probs(CODE, TOKENS).detach()
    for n, row in enumerate(TOKENS.tolist()):
        words = [word for word in row if word != PAD]
        for t, word in enumerate(words):
            assert logp[n, t] == pytest.approx(by_hand(model, CODE[n], [START, *words[:t]])[word].item())
    assert logp[1, 2] == 0


@pytest.mark.parametrize("tied", [False, True])
def test_loss_by_hand(tied: bool) -> None:
    model = captioner(tied=tied)
    right, all_ = [], []
    for code, words in ((CODE[0], [4, 6, 5]), (CODE[1], [5, 4])):
        for t, word in enumerate([*words, END]):
            logp = by_hand(model, code, [START, *words[:t]])
            right.append(-logp[word].item())
            all_.append(-logp.mean().item())
    wanted, even = sum(right) / len(right), sum(all_) / len(all_)
    assert model.loss(CODE, TOKENS).item() == pytest.approx(wanted)
    assert model.loss(CODE, TOKENS, smoothing=0.1).item() == pytest.approx(0.9 * wanted + 0.1 * even)


def test_a_tied_captioner_keeps_one_table_of_words() -> None:
    shapes = [tuple(p.shape) for p in captioner(words=7, tied=True).parameters()]
    assert shapes.count((7, 5)) == 1 and (7, 4) not in shapes


def test_a_padded_batch_gives_what_single_sentences_give() -> None:
    model = captioner()
    single = model.log_probs(CODE[1:], TOKENS[1:, :2])
    assert torch.allclose(model.log_probs(CODE, TOKENS)[1:, :2], single)


def test_shapes_from_pictures() -> None:
    model = captioner()
    assert model(torch.randn(2, 3, 8, 8, dtype=torch.float64), TOKENS).shape == (2, 4, 7)


def every_caption(model: Captioner, code: Tensor) -> list[tuple[list[int], float]]:
    """All captions of one to ``longest`` words and their log-probabilities, END included; likeliest first."""
    found = []
    for length in range(1, model.longest + 1):
        for words in itertools.product(range(4, model.embedding.num_embeddings), repeat=length):
            heard, spoken = [START, *words], [*words, END]
            p = sum(by_hand(model, code, heard[: t + 1])[word].item() for t, word in enumerate(spoken))
            found.append((list(words), p))
    return sorted(found, key=lambda candidate: -candidate[1])


@pytest.mark.parametrize("seed", range(3))
def test_a_wide_beam_finds_all_captions_in_their_order(seed: int) -> None:
    model = captioner(seed=seed)
    wanted = every_caption(model, CODE[0])  # 3 + 9 + 27
    found = model.beam_search(CODE[:1], beam=100)
    assert [words for words, _ in found] == [words for words, _ in wanted]
    assert [p for _, p in found] == pytest.approx([p for _, p in wanted])


@pytest.mark.parametrize("seed", range(3))
def test_a_fair_beam_ranks_by_the_log_probability_over_a_power_of_the_length(seed: int) -> None:
    model = captioner(seed=seed, tied=True, fairness=0.8)
    wanted = every_caption(model, CODE[0])
    fair = sorted(wanted, key=lambda candidate: candidate[1] / (len(candidate[0]) + 1) ** 0.8, reverse=True)
    assert fair != wanted
    found = model.beam_search(CODE[:1], beam=100)
    assert [words for words, _ in found] == [words for words, _ in fair]
    assert [p for _, p in found] == pytest.approx([p for _, p in fair])


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("beam", [1, 2, 5])
def test_a_narrow_beam_tells_the_truth_about_what_it_finds(seed: int, beam: int) -> None:
    model = captioner(seed=seed)
    truth = {tuple(words): p for words, p in every_caption(model, CODE[0])}
    found = model.beam_search(CODE[:1], beam)
    assert 1 <= len(found) <= beam
    assert all(p == pytest.approx(truth[tuple(words)]) for words, p in found)
    assert [p for _, p in found] == sorted((p for _, p in found), reverse=True)
    assert len({tuple(words) for words, _ in found}) == len(found)


@pytest.mark.parametrize("seed", range(5))
def test_greedy_takes_the_likeliest_word_each_time(seed: int) -> None:
    model, words = captioner(seed=seed), []
    while len(words) < model.longest:
        logp = by_hand(model, CODE[0], [START, *words])
        allowed = [4, 5, 6] + ([END] if words else [])
        best = max(allowed, key=lambda word: logp[word].item())
        if best == END:
            break
        words.append(best)
    assert model.greedy(CODE[:1]) == words


@pytest.mark.parametrize("beam", [0, -1, 101, 2.5, True, "3"])
def test_a_beam_that_is_none(beam) -> None:
    with pytest.raises(ValueError, match="choose a whole number from 1 to 100"):
        captioner().beam_search(CODE[:1], beam)


def test_the_gradient_of_a_word_agrees_with_finite_differences() -> None:
    model = captioner()
    code = CODE.clone().requires_grad_()
    assert torch.autograd.gradcheck(lambda c: model.log_probs(c, TOKENS), code)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_the_gradient_in_evaluation_mode_on_a_gpu() -> None:
    model = captioner()
    (wanted,) = torch.autograd.grad(model.log_probs(c := CODE.clone().requires_grad_(), TOKENS).sum(), c)
    model, c = model.cuda(), CODE.cuda().requires_grad_()
    (found,) = torch.autograd.grad(model.log_probs(c, TOKENS.cuda()).sum(), c)
    assert torch.allclose(found.cpu(), wanted)
