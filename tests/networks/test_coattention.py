"""Co-attention: attention written out, padding that changes nothing, gradients of all levels in one map."""

from __future__ import annotations

import pytest
import torch
from support.talkers import seeded, tiny_cnn
from torch import Tensor

from gradcam_lib.networks.coattention import FORMS, LEVELS, CoAttention
from gradcam_lib.networks.vocabulary import PAD

QUESTIONS = torch.tensor([[4, 6, 5, 7], [5, 4, PAD, PAD], [8, PAD, PAD, PAD]])
A = torch.rand(3, 4, 2, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
forms = pytest.mark.parametrize("form", FORMS)


def network(form: str) -> CoAttention:
    return seeded(CoAttention, tiny_cnn(ends_in_map=True), 9, 5, form=form, hidden=6)


@forms
def test_shapes(form: str) -> None:
    result = network(form)(torch.randn(3, 3, 8, 8, dtype=torch.float64), QUESTIONS)
    assert result.logits.shape == (3, 5)
    assert result.image.shape == (3, 3, 4, 4)
    assert result.question.shape == (3, 3, 4)


@forms
def test_attention_sums_to_one_and_leaves_padding_out(form: str) -> None:
    _, image, question = network(form).of_map(A, QUESTIONS)
    ones = torch.ones(3, 3, dtype=A.dtype)
    assert torch.allclose(image.sum((2, 3)), ones) and torch.allclose(question.sum(2), ones)
    assert not question.movedim(1, 2)[QUESTIONS == PAD].any()
    assert image.std() > 1e-4 and question[0].std() > 1e-4


@forms
def test_padding_changes_nothing(form: str) -> None:
    model = network(form)
    batch = model.of_map(A, QUESTIONS)
    for n, length in enumerate((4, 2, 1)):
        single = model.of_map(A[n : n + 1], QUESTIONS[n : n + 1, :length])
        for found, wanted in zip((batch.logits[n], batch.image[n], batch.question[n, :, :length]), single, strict=True):
            assert torch.allclose(found, wanted[0])


def test_phrases_by_hand() -> None:
    """At each word the largest of its uni-, bi- and trigram, zeros beyond both ends."""
    model = network("parallel")
    words, phrases, _ = model.encode(QUESTIONS[:1])
    w = torch.cat([torch.zeros_like(words[:, :1]), words, torch.zeros_like(words[:, :1])], 1)[0]
    one, two, three = model.phrase.grams
    for t in range(1, 5):
        spans = ((one, w[t : t + 1]), (two, w[t : t + 2]), (three, w[t - 1 : t + 2]))
        grams = [(gram.weight * span.mT).sum((1, 2)) + gram.bias for gram, span in spans]
        assert torch.allclose(phrases[0, t - 1], torch.stack(grams).tanh().amax(0))


def test_parallel_attention_by_hand() -> None:
    """Equations 3 and 4 of Lu et al. 2016, one place and one word at a time."""
    model = network("parallel")
    V = model.image(A.flatten(2).mT).tanh()[0]  # (L, d)
    Q = model.encode(QUESTIONS)[0][0]
    at = model.attention["word"]
    v, q, a_v, a_q = at(V[None], Q[None], torch.ones(1, 4, dtype=torch.bool))
    C = torch.tensor([[((at.b.weight @ w) @ place).item() for place in V] for w in Q], dtype=A.dtype).tanh()  # (T, L)
    on_v = [at.v.weight @ V[l] + sum(C[t, l] * (at.q.weight @ Q[t]) for t in range(4)) for l in range(6)]  # noqa: E741
    on_q = [at.q.weight @ Q[t] + sum(C[t, l] * (at.v.weight @ V[l]) for l in range(6)) for t in range(4)]  # noqa: E741
    wanted_v = torch.stack([at.of_v(H.tanh())[0] for H in on_v]).softmax(0)
    wanted_q = torch.stack([at.of_q(H.tanh())[0] for H in on_q]).softmax(0)
    assert torch.allclose(a_v[0], wanted_v) and torch.allclose(a_q[0], wanted_q)
    assert torch.allclose(v[0], wanted_v @ V) and torch.allclose(q[0], wanted_q @ Q)


def test_alternating_attention_by_hand() -> None:
    """Question, then image in its light, then question again (equation 5)."""
    model = network("alternating")
    V, Q = model.image(A.flatten(2).mT).tanh()[0], model.encode(QUESTIONS)[0][0]
    at = model.attention["word"]

    def attend(step, X: Tensor, g: Tensor) -> Tensor:
        return torch.stack([step.score((step.x(x) + step.g(g)).tanh())[0] for x in X]).softmax(0)

    s = attend(at.first, Q, torch.zeros(6, dtype=A.dtype)) @ Q
    a_v = attend(at.image, V, s)
    a_q = attend(at.question, Q, a_v @ V)
    found = at(V[None], Q[None], torch.ones(1, 4, dtype=torch.bool))
    for one, wanted in zip(found, (a_v @ V, a_q @ Q, a_v, a_q), strict=True):
        assert torch.allclose(one[0], wanted)


@forms
def test_gradients_of_all_three_levels_meet_in_the_map(form: str) -> None:
    model = network(form)

    def gradient(open_levels: tuple[str, ...]) -> Tensor:
        """Of answer 1, with the picture held fast for the other levels."""
        handles = [
            model.attention[level].register_forward_pre_hook(lambda module, args: (args[0].detach(), *args[1:]))
            for level in LEVELS
            if level not in open_levels
        ]
        leaf = A.clone().requires_grad_()
        (G,) = torch.autograd.grad(model.of_map(leaf, QUESTIONS).logits[:, 1].sum(), leaf)
        for handle in handles:
            handle.remove()
        return G

    parts = [gradient((level,)) for level in LEVELS]
    assert all(part.abs().max() > 1e-6 for part in parts)
    assert torch.allclose(sum(parts), gradient(LEVELS))


@forms
def test_the_gradient_of_an_answer_agrees_with_finite_differences(form: str) -> None:
    model = network(form)
    assert torch.autograd.gradcheck(lambda maps: model.of_map(maps, QUESTIONS).logits, A.clone().requires_grad_())


def test_other_forms() -> None:
    with pytest.raises(ValueError, match="choose one of 'parallel', 'alternating'"):
        network("sequential")


def test_a_question_without_words() -> None:
    with pytest.raises(ValueError, match="row 1 has no words"):
        network("parallel").of_map(A[:2], torch.tensor([[4], [PAD]]))
