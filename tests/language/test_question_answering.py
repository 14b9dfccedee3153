"""Answers explained: against captum, against finite differences, and whatever people ask."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from captum.attr import LayerGradCam
from support.talkers import ANSWERS, PICTURE, VOCABULARY, question_system, weights_by_difference
from support.tiny import Passes, close, snapshot

from gradcam_lib import class_score, load_vqa, occlusion_map, upsample
from gradcam_lib.language.question_answering import QuestionSystem
from gradcam_lib.language.systems import save_system
from gradcam_lib.networks.slim import slim_alexnet
from gradcam_lib.networks.vqa import LSTMCNN
from gradcam_lib.networks.weights import WeightsWrong
from gradcam_lib.pictures.images import seen

QUESTION = "What color is the kite?"
KINDS = ("lstm", "parallel", "alternating")
LAYERS = {"lstm": "system.cnn.relu5", "parallel": "system.cnn.layer4", "alternating": "system.cnn.layer4"}


@pytest.fixture(scope="module", params=KINDS)
def vqa(request) -> QuestionSystem:
    return question_system(request.param)


@pytest.fixture(scope="module")
def one() -> QuestionSystem:
    return question_system("lstm")


def test_answers_are_the_likeliest(vqa: QuestionSystem) -> None:
    logits = vqa.asked(QUESTION).model(vqa.to_input(PICTURE))[0].detach()
    top = vqa.answer(PICTURE, QUESTION, k=3)
    assert [ANSWERS.index(name) for name, _ in top] == logits.argsort(descending=True)[:3].tolist()
    assert [p for _, p in top] == pytest.approx(logits.softmax(0).sort(descending=True).values[:3].tolist(), rel=1e-4)
    assert len(vqa.answer(PICTURE, QUESTION)) == 1 and len(vqa.answer(PICTURE, QUESTION, k=99)) == len(ANSWERS)


def test_the_part_of_the_picture_is_a_choice(one: QuestionSystem) -> None:
    crop = (10, 0, 70, 60)
    wide = np.hstack([PICTURE, PICTURE[:, ::-1]])
    part = seen(wide, one.transform, crop)
    assert one.answer(wide, QUESTION, 2, crop=crop) == one.answer(part, QUESTION, 2)
    assert close(one.explain(wide, QUESTION, "red", crop=crop), one.explain(part, QUESTION, "red"))


def test_a_larger_input_gives_a_finer_map_of_the_answer_given_at_the_network_s_own(vqa: QuestionSystem) -> None:
    given = vqa.answer(PICTURE, QUESTION)[0][0]
    e = vqa.explanation(PICTURE, QUESTION, size=256)
    assert e.map().shape == (16, 16) and e.answer == given
    assert [e.predicted] == [name for name, _ in vqa.answer(PICTURE, QUESTION, size=256)]
    assert close(vqa.explain(PICTURE, QUESTION, size=256), vqa.explain(PICTURE, QUESTION, given, size=256))
    assert vqa.explain(PICTURE, QUESTION, "red", size=128).equal(vqa.explain(PICTURE, QUESTION, "red"))


def test_several_questions_are_asked_of_one_look(vqa: QuestionSystem) -> None:
    questions = ["what color is the kite", "is this a dog", "what is the woman with"]
    x = torch.cat([vqa.to_input(PICTURE), vqa.to_input(PICTURE[:, ::-1])])
    together, singly = vqa.asked(*questions), [vqa.asked(one) for one in questions]
    assert together.names == ANSWERS * 3
    logits = together.model(x)
    assert close(logits, torch.cat([one.model(x) for one in singly], 1)) and not close(logits[0], logits[1])
    if together.model.attention:
        kept = together.model.attention[0].unflatten(0, (2, 3))
        assert all(close(kept[:, i], one.model.attention[0]) for i, one in enumerate(singly))


def test_the_map_is_captum_s(vqa: QuestionSystem) -> None:
    network, x = vqa.asked(QUESTION), vqa.to_input(PICTURE)
    reference = LayerGradCam(network.model, network.model.get_submodule(network.layer))
    e = vqa.explanation(PICTURE, QUESTION)
    for i, answer in enumerate(ANSWERS):
        wanted = reference.attribute(x, target=i)[0, 0].detach().float()
        assert close(e.signed(answer), wanted)
        assert close(vqa.explain(PICTURE, QUESTION, answer), wanted.relu())


def test_weights_agree_with_finite_differences(vqa: QuestionSystem) -> None:
    network, channels = vqa.asked(QUESTION), [0, 7, 63]
    alpha = vqa.explanation(PICTURE, QUESTION).explanation.weights("red")[0, channels]
    wanted = weights_by_difference(network.model, vqa.to_input(PICTURE), network.layer, 2, channels)
    assert alpha.tolist() == pytest.approx(wanted, rel=1e-3, abs=1e-10)


@pytest.mark.parametrize("kind", KINDS)
def test_the_layer_is_the_last_map(kind: str) -> None:
    assert question_system(kind).asked(QUESTION).layer == LAYERS[kind]


def test_an_answer_less_another(vqa: QuestionSystem) -> None:
    e = vqa.explanation(PICTURE, QUESTION, class_score("red") - class_score("kite"))
    assert close(e.signed(), e.signed("red") - e.signed("kite"), 1e-4)
    assert close(e.counterfactual("red"), (-e.signed("red")).relu())
    assert "2" in e.answer and "red" in e.answer or "Target" in e.answer


def test_several_answers_at_once(vqa: QuestionSystem) -> None:
    e = vqa.explanation(PICTURE, QUESTION)
    maps = e.maps(["red", "dog", "nonsense", 0])
    for L, answer in zip(maps, ("red", "dog", e.predicted, "yes"), strict=True):
        assert close(L, e.map(answer))


def test_one_forward_pass_serves_everything_and_leaves_the_network_as_it_was(vqa: QuestionSystem) -> None:
    before, passes = snapshot(vqa.model), Passes(vqa.model.cnn)
    e = vqa.explanation(PICTURE, QUESTION)
    e.map(), e.maps(["red", "no"]), e.guided("dog"), e.guided_grad_cam(), e.note(), e.top(2)
    passes.handle.remove()
    assert passes.count == 1
    assert snapshot(vqa.model) == before


def test_guided_grad_cam_is_the_product(vqa: QuestionSystem) -> None:
    e = vqa.explanation(PICTURE, QUESTION)
    guided = e.guided("red")
    assert guided.shape == (3, 128, 128) and guided.abs().max() > 0
    assert close(e.guided_grad_cam("red"), upsample(e.map("red")[None], (128, 128)) * guided)


def test_attention_stands_beside_the_answer() -> None:
    for kind in ("parallel", "alternating"):
        e = question_system(kind).explanation(PICTURE, QUESTION)
        assert e.attention.shape == (3, 8, 8) and e.question_attention.shape == (3, 5)
        assert torch.allclose(e.attention.sum((1, 2)), torch.ones(3, dtype=torch.float64))
        assert not e.attention.requires_grad
    e = question_system("lstm").explanation(PICTURE, QUESTION)
    assert e.attention is None and e.question_attention is None


def test_an_unknown_answer_gives_way_to_the_predicted_one_and_says_so(one: QuestionSystem) -> None:
    predicted = one.answer(PICTURE, QUESTION)[0][0]
    e = one.explanation(PICTURE, QUESTION, "purple")
    assert e.answer == e.predicted == predicted
    assert torch.equal(e.map(), e.map(predicted))
    assert torch.equal(one.explain(PICTURE, QUESTION, "purple"), one.explain(PICTURE, QUESTION))
    assert e.note().startswith(f"'purple' is none of the 5 answers; the predicted one, '{predicted}', is explained")
    assert e.note("turquoise").startswith("'turquoise' is none")
    assert "none of" not in e.note("red")
    assert len(one.explanation(PICTURE, QUESTION, "x" * 10_000).note()) < 200
    assert one.explanation(PICTURE, QUESTION, "").answer == predicted


def test_how_an_answer_is_spelt_does_not_matter(one: QuestionSystem) -> None:
    e = one.explanation(PICTURE, QUESTION, "  Red ")
    assert e.answer == "red" and "none of" not in e.note()
    assert torch.equal(e.map(), e.map(2))


@pytest.mark.parametrize("answer, error", [(99, IndexError), (-1, IndexError), (True, TypeError), (1.5, TypeError)])
def test_answers_that_are_none(one: QuestionSystem, answer, error) -> None:
    with pytest.raises(error):
        one.explain(PICTURE, QUESTION, answer)


def test_a_named_answer_wins_over_the_one_first_asked_for(one: QuestionSystem) -> None:
    e = one.explanation(PICTURE, QUESTION, "red")
    assert e.answer == "red" and torch.equal(e.map("kite"), one.explain(PICTURE, QUESTION, "kite"))


def test_unknown_words_of_the_question_are_told(vqa: QuestionSystem) -> None:
    e = vqa.explanation(PICTURE, "What is the zorp 🙂 собака?")
    assert e.unknown == ["zorp", "🙂", "собака"]
    assert e.words == ["what", "is", "the", "zorp", "🙂", "собака"]
    assert vqa.answer(PICTURE, "🙂")


@pytest.mark.parametrize(
    "question, message", [("", "has no words"), (" ?", "has no words"), ("kite " * 2000, "10,000 characters")]
)
def test_questions_that_are_none(one: QuestionSystem, question: str, message: str) -> None:
    for ask in (one.answer, one.explain, one.explanation):
        with pytest.raises(ValueError, match=message):
            ask(PICTURE, question)


@pytest.mark.parametrize("k", [0, -1, 1.5, True])
def test_a_number_of_answers_that_is_none(one: QuestionSystem, k) -> None:
    with pytest.raises(ValueError, match="ask for one answer or more"):
        one.answer(PICTURE, QUESTION, k)


def test_occlusion_through_the_same_network(vqa: QuestionSystem) -> None:
    D = occlusion_map(vqa.asked(QUESTION), vqa.to_input(PICTURE), "red", patch=64, stride=64)
    covered = vqa.to_input(PICTURE)
    covered[..., 64:, :64] = 0
    network = vqa.asked(QUESTION).model
    drop = network(vqa.to_input(PICTURE))[0, 2] - network(covered)[0, 2]
    assert D[0, 1, 0].item() == pytest.approx(drop.item(), rel=1e-4)


@pytest.mark.parametrize("name", ["world-vgg16", "world-coattention"])
def test_saved_and_loaded(tmp_path, name: str) -> None:
    model = question_system("parallel" if "co" in name else "lstm", "slim_vgg16").model.float()
    save_system(model, tmp_path / "vqa.safetensors", VOCABULARY, answers=ANSWERS)
    vqa = load_vqa(name, weights=tmp_path / "vqa.safetensors")
    assert vqa.answers == ANSWERS and repr(name) in vqa.source
    x, question = vqa.to_input(PICTURE), vqa.tokens(QUESTION)
    found, wanted = (m(x, question) for m in (vqa.model, model))
    found, wanted = (getattr(result, "logits", result) for result in (found, wanted))
    assert torch.allclose(found, wanted, atol=2e-2)


def test_weights_that_are_not_there_name_the_command_that_makes_them(monkeypatch, tmp_path) -> None:
    monkeypatch.setattr("gradcam_lib.networks.weights.MODELS", tmp_path)
    monkeypatch.delenv("GRADCAM_WEIGHTS", raising=False)
    options = {"alexnet": "backbone", "vgg16": "backbone", "vgg19": "backbone", "coattention": "name"}
    for name, option in options.items():
        with pytest.raises(FileNotFoundError, match=rf"vqa_world_{name}.*training\.vqa --{option} {name}"):
            load_vqa(f"world-{name}")
    with pytest.raises(ValueError, match="choose one of 'world-alexnet'"):
        load_vqa("world")


def test_a_captioner_answers_no_questions(tmp_path) -> None:
    save_system(LSTMCNN(slim_alexnet(), len(VOCABULARY), 5), tmp_path / "vqa.safetensors", VOCABULARY, answers=ANSWERS)
    from gradcam_lib import load_captioner

    with pytest.raises(WeightsWrong, match="holds LSTMCNN, expected Captioner"):
        load_captioner(weights=tmp_path / "vqa.safetensors")


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_the_same_maps_on_a_gpu(vqa: QuestionSystem) -> None:
    wanted = vqa.explain(PICTURE, QUESTION, "red")
    vqa.model.cuda()
    try:
        assert close(vqa.explain(PICTURE, QUESTION, "red").cpu(), wanted, 1e-4)
    finally:
        vqa.model.cpu()
