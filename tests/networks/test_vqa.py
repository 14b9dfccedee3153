"""LSTM + CNN: the question's vector, padding that changes nothing, the normalisation in the gradient's path."""

from __future__ import annotations

import pytest
import torch
from support.talkers import seeded, tiny_cnn

from gradcam_lib.networks.vocabulary import PAD
from gradcam_lib.networks.vqa import LSTMCNN

QUESTIONS = torch.tensor([[4, 6, 5, 7], [5, 4, PAD, PAD], [8, PAD, PAD, PAD]])
CODE = torch.rand(3, 6, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
network = pytest.fixture(lambda: seeded(LSTMCNN, tiny_cnn(), 9, 5, embedding=4, hidden=3, joint=8))


def test_shapes_from_pictures(network: LSTMCNN) -> None:
    assert network(torch.randn(3, 3, 8, 8, dtype=torch.float64), QUESTIONS).shape == (3, 5)


def test_by_hand(network: LSTMCNN) -> None:
    """Both layers' c and h after the last word; the code at length one; the product of both sides."""
    words = network.embedding.weight[[5, 4]].tanh()
    _, (h, c) = network.lstm(words[None])
    q = torch.cat([c[0, 0], h[0, 0], c[1, 0], h[1, 0]])
    assert torch.allclose(network.encode(QUESTIONS)[1], q)
    v = CODE[1] / CODE[1].square().sum().sqrt()
    joint = (network.question.weight @ q + network.question.bias).tanh()
    joint = joint * (network.image.weight @ v + network.image.bias).tanh()
    wanted = network.output.weight @ joint + network.output.bias
    assert torch.allclose(network.logits(CODE, QUESTIONS)[1], wanted)


def test_padding_changes_nothing(network: LSTMCNN) -> None:
    batch = network.logits(CODE, QUESTIONS)
    for n, length in enumerate((4, 2, 1)):
        single = network.logits(CODE[n : n + 1], QUESTIONS[n : n + 1, :length])
        assert torch.allclose(batch[n : n + 1], single)


def test_the_length_of_the_code_does_not_matter_and_its_gradient_knows(network: LSTMCNN) -> None:
    assert torch.allclose(network.logits(7 * CODE, QUESTIONS), network.logits(CODE, QUESTIONS))
    code = CODE.clone().requires_grad_()
    (G,) = torch.autograd.grad(network.logits(code, QUESTIONS)[:, 2].sum(), code)
    assert G.abs().max() > 1e-4
    assert torch.allclose((G * CODE).sum(1), torch.zeros(3, dtype=G.dtype), atol=1e-12)


def test_the_gradient_of_an_answer_agrees_with_finite_differences(network: LSTMCNN) -> None:
    assert torch.autograd.gradcheck(lambda c: network.logits(c, QUESTIONS), CODE.clone().requires_grad_())


@pytest.mark.parametrize("row, message", [([PAD, PAD, PAD], "row 0 has no words"), ([4, PAD, 5], "PAD between words")])
def test_rows_that_are_no_questions(network: LSTMCNN, row: list[int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        network.logits(CODE[:1], torch.tensor([row]))


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_the_gradient_in_evaluation_mode_on_a_gpu(network: LSTMCNN) -> None:
    network, code = network.cuda(), CODE.cuda().requires_grad_()
    y = network.logits(code, QUESTIONS.cuda())[:, 0].sum()
    G = torch.autograd.grad(y, [code, *network.lstm.parameters()])
    assert all(g.isfinite().all() for g in G)
