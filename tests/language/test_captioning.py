"""Captions explained: the machinery of classifiers with words for classes, checked without any gradient of its own."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image
from support.talkers import PICTURE, VOCABULARY, caption_system, weights_by_difference
from support.tiny import Passes, close, snapshot

from gradcam_lib import load_captioner, upsample
from gradcam_lib.language.captioning import CaptionSystem
from gradcam_lib.language.systems import save_system
from gradcam_lib.networks.captioner import Captioner
from gradcam_lib.networks.slim import slim_alexnet
from gradcam_lib.networks.weights import WeightsWrong
from gradcam_lib.occlusion import occlusion_map
from gradcam_lib.pictures.images import ImageError, seen

SENTENCE = "A woman flying the red kite."


@pytest.fixture(scope="module")
def cap() -> CaptionSystem:
    return caption_system()


def test_a_caption_is_the_likeliest_candidate(cap: CaptionSystem) -> None:
    candidates = cap.candidates(PICTURE, beam=4)
    assert len(candidates) == 4
    assert cap.caption(PICTURE, beam=4) == candidates[0][0]
    assert [p for _, p in candidates] == sorted((p for _, p in candidates), reverse=True)
    assert set(" ".join(sentence for sentence, _ in candidates).split()) <= set(VOCABULARY.words)


def test_log_probabilities_are_the_captioner_s(cap: CaptionSystem) -> None:
    e = cap.explain(PICTURE, SENTENCE)
    wanted = cap.model.log_probs(cap.model.cnn(cap.to_input(PICTURE)), cap.tokens(SENTENCE)).detach()[0]
    assert e.log_probs == pytest.approx(wanted.tolist())
    assert e.log_prob == pytest.approx(wanted.sum().item())
    assert e.words == ["a", "woman", "flying", "the", "red", "kite"]


def test_words_add_up_to_the_sentence_and_to_phrases(cap: CaptionSystem) -> None:
    e = cap.explain(PICTURE, SENTENCE)
    words = [e.word(i, raw=True) for i in range(6)]
    assert words[0].shape == e.sentence().shape == (8, 8)
    assert close(sum(words), e.sentence(raw=True))
    assert close(sum(words[3:6]), e.phrase(3, 6, raw=True))
    assert close(e.phrase(0, 6, raw=True), e.sentence(raw=True))
    assert torch.equal(e.phrase(2, 3), e.phrase(2, 3, raw=True).relu())
    assert torch.equal(e.word(2), words[2].relu()) and torch.equal(e.sentence(), e.sentence(raw=True).relu())


def test_words_add_up_in_the_precision_that_is_shipped(cap: CaptionSystem) -> None:
    single = caption_system()
    single.model.float()
    e = single.explain(PICTURE, SENTENCE)
    assert close(sum(e.word(i, raw=True) for i in range(6)), e.sentence(raw=True), 1e-5)


@pytest.mark.parametrize("i", [0, 4])
def test_a_word_s_weights_agree_with_finite_differences(cap: CaptionSystem, i: int) -> None:
    network, channels = cap.spoken(SENTENCE), [0, 7, 63]
    alpha = cap.explain(PICTURE, SENTENCE).explanation.weights(i)[0, channels]
    wanted = weights_by_difference(network.model, cap.to_input(PICTURE), network.layer, i, channels)
    assert network.layer == "system.cnn.relu5"
    assert alpha.tolist() == pytest.approx(wanted, rel=1e-4, abs=1e-10)


def test_batched_words_are_those_one_by_one(cap: CaptionSystem) -> None:
    e = cap.explain(PICTURE, SENTENCE)
    for i in range(6):
        assert close(e.word(i, raw=True), e.explanation.signed(i)[0])


def test_one_forward_pass_serves_everything_and_leaves_the_network_as_it_was(cap: CaptionSystem) -> None:
    before, passes = snapshot(cap.model), Passes(cap.model.cnn)
    e = cap.explain(PICTURE, SENTENCE)
    e.word(1), e.sentence(), e.phrase(1, 3), e.guided(2), e.guided_grad_cam(), e.note()
    passes.handle.remove()
    assert passes.count == 1
    assert snapshot(cap.model) == before


def test_without_gradients_or_in_training_mode_it_is_the_same(cap: CaptionSystem) -> None:
    wanted = cap.explain(PICTURE, SENTENCE).sentence()
    with torch.no_grad():
        assert close(cap.explain(PICTURE, SENTENCE).sentence(), wanted)
    frozen = caption_system()
    frozen.model.requires_grad_(False).train()
    assert close(frozen.explain(PICTURE, SENTENCE).sentence(), wanted)
    assert all(module.training for module in frozen.model.modules())


def test_guided_grad_cam_is_the_product(cap: CaptionSystem) -> None:
    e = cap.explain(PICTURE, SENTENCE)
    for which, L in ((None, e.sentence()), (2, e.word(2)), ((1, 4), e.phrase(1, 4))):
        guided = e.guided(which)
        assert guided.shape == (3, 128, 128) and guided.abs().max() > 0
        assert close(e.guided_grad_cam(which), upsample(L[None], (128, 128)) * guided)


def test_the_captioner_s_own_sentence_where_none_is_given(cap: CaptionSystem) -> None:
    assert " ".join(cap.explain(PICTURE).words) == cap.caption(PICTURE)


def test_any_kind_of_picture(cap: CaptionSystem, tmp_path) -> None:
    Image.fromarray(PICTURE).save(tmp_path / "picture.png")
    wanted = cap.explain(PICTURE, SENTENCE).sentence()
    for picture in (tmp_path / "picture.png", Image.fromarray(PICTURE)):
        assert close(cap.explain(picture, SENTENCE).sentence(), wanted)
    assert cap.explain(np.zeros((50, 190, 3), np.uint8), SENTENCE).sentence().shape == (8, 8)
    assert np.array_equal(cap.picture(cap.to_input(PICTURE)), PICTURE)
    with pytest.raises(ImageError):
        cap.explain(np.zeros((3, 50, 300)), SENTENCE)


def test_the_part_of_the_picture_is_a_choice(cap: CaptionSystem) -> None:
    crop = (10, 0, 70, 60)
    wide = np.hstack([PICTURE, PICTURE[:, ::-1]])
    part = seen(wide, cap.transform, crop)
    assert np.array_equal(cap.picture(cap.to_input(wide, crop=crop)), part)
    assert np.array_equal(cap.picture(cap.to_input(wide, crop="whole")), seen(wide, cap.transform, "whole"))
    assert cap.candidates(wide, crop=crop) == cap.candidates(part) and cap.caption(wide, crop=crop) == cap.caption(part)
    assert close(cap.explain(wide, SENTENCE, crop=crop).sentence(), cap.explain(part, SENTENCE).sentence())


def test_a_larger_input_gives_a_finer_map_of_the_same_sentence(cap: CaptionSystem) -> None:
    crop = (10, 0, 70, 60)
    large = seen(PICTURE, cap.transform.at(256), crop)
    e = cap.explain(PICTURE, crop=crop, size=256)
    assert e.word(0).shape == (16, 16) and " ".join(e.words) == cap.caption(PICTURE, crop=crop)
    score = cap.spoken(" ".join(e.words)).model(cap.to_input(large, size=256)).sum()
    assert e.log_prob == pytest.approx(score.item())
    assert np.array_equal(cap.picture(cap.to_input(PICTURE, crop=crop, size=256)), large)
    assert cap.candidates(PICTURE, size=256) == cap.candidates(seen(PICTURE, cap.transform.at(256)), size=256)
    assert cap.candidates(PICTURE, size=256)[0][1] != cap.candidates(PICTURE)[0][1]
    assert cap.caption(PICTURE, size=128) == cap.caption(PICTURE)


def test_several_sentences_are_spoken_of_one_look(cap: CaptionSystem) -> None:
    sentences = ["the dog of a woman", "a kite", SENTENCE]
    x = torch.cat([cap.to_input(PICTURE), cap.to_input(PICTURE[:, ::-1])])
    together = cap.spoken(*sentences)
    assert together.names == "the dog of a woman a kite a woman flying the red kite".split()
    apart = torch.cat([cap.spoken(one).model(x) for one in sentences], 1)
    assert close(together.model(x), apart) and not close(apart[0], apart[1])


@pytest.mark.parametrize("size", [0, -1, 128.0, True, "128"])
def test_a_size_that_is_none_is_refused(cap: CaptionSystem, size) -> None:
    with pytest.raises(ValueError, match=r"size=.*give a whole number of pixels from 1, such as 256"):
        cap.explain(PICTURE, SENTENCE, size=size)


def test_occlusion_through_the_same_network(cap: CaptionSystem) -> None:
    D = occlusion_map(cap.spoken(SENTENCE), cap.to_input(PICTURE), 1, patch=64, stride=64)
    covered = cap.to_input(PICTURE)
    covered[..., :64, 64:] = 0
    network = cap.spoken(SENTENCE).model
    drop = network(cap.to_input(PICTURE))[0, 1] - network(covered)[0, 1]
    assert D[0, 0, 1].item() == pytest.approx(drop.item(), rel=1e-4)


def test_unknown_words_are_told(cap: CaptionSystem) -> None:
    e = cap.explain(PICTURE, "a purple kite 🙂 and a purple собака")
    assert e.unknown == ["purple", "🙂", "and", "собака"]
    assert len(e.words) == 8 and e.word(3).shape == (8, 8)
    other = cap.explain(PICTURE, "a turquoise kite 🙂 and a purple собака")
    assert torch.equal(other.sentence(), e.sentence())


@pytest.mark.parametrize(
    "sentence, message",
    [("", "has no words"), ("?!", "has no words"), ("kite " * 2000, "10,000 characters, at most 500")],
)
def test_sentences_that_are_none(cap: CaptionSystem, sentence: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        cap.explain(PICTURE, sentence)


def test_words_that_are_not_there(cap: CaptionSystem) -> None:
    e = cap.explain(PICTURE, "a kite")
    for ask in (lambda: e.word(2), lambda: e.word(-1), lambda: e.phrase(1, 1), lambda: e.guided((0, 3))):
        with pytest.raises(IndexError, match="the caption has the words 0 … 1"):
            ask()


def test_saved_and_loaded(tmp_path) -> None:
    torch.manual_seed(0)
    model = Captioner(slim_alexnet(), len(VOCABULARY), hidden=64, longest=5)
    save_system(model, tmp_path / "captioner.safetensors", VOCABULARY)
    state = torch.get_rng_state()
    cap = load_captioner("world", weights=tmp_path / "captioner.safetensors")
    assert torch.equal(state, torch.get_rng_state())
    assert cap.vocabulary.words == VOCABULARY.words and cap.model.longest == 5
    assert "from a file of your own" in cap.source and not cap.model.training
    x = cap.to_input(PICTURE)
    code, tokens = model.eval().cnn(x), cap.tokens("a kite")
    found = cap.model.log_probs(cap.model.cnn(x), tokens)
    assert torch.allclose(found, model.log_probs(code, tokens), atol=1e-2)


def test_found_in_the_folder_of_weights_first(tmp_path, monkeypatch) -> None:
    save_system(Captioner(slim_alexnet(), len(VOCABULARY)), tmp_path / "captioner_world.safetensors", VOCABULARY)
    monkeypatch.setenv("GRADCAM_WEIGHTS", str(tmp_path))
    assert load_captioner().source == "captioner 'world', weights from the folder GRADCAM_WEIGHTS"


def test_weights_that_are_not_there_name_the_command_that_makes_them(monkeypatch, tmp_path) -> None:
    monkeypatch.setattr("gradcam_lib.networks.weights.MODELS", tmp_path)
    monkeypatch.delenv("GRADCAM_WEIGHTS", raising=False)
    with pytest.raises(FileNotFoundError, match=r"captioner_photo.safetensors: not there.*captioner --data flickr8k"):
        load_captioner("photo")
    with pytest.raises(ValueError, match="choose one of 'world', 'photo'"):
        load_captioner("moon")


def test_a_file_that_is_none_or_of_another_network(tmp_path) -> None:
    (tmp_path / "half.safetensors").write_bytes(b"\x10\x00\x00")
    with pytest.raises(WeightsWrong, match="half.safetensors"):
        load_captioner(weights=tmp_path / "half.safetensors")
    with pytest.raises(WeightsWrong, match="expected Captioner"):
        from gradcam_lib.paths import MODELS

        load_captioner(weights=MODELS / "photonet.safetensors")


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_the_same_maps_on_a_gpu(cap: CaptionSystem) -> None:
    wanted = cap.explain(PICTURE, SENTENCE)
    other = caption_system()
    other.model.cuda()
    e = other.explain(PICTURE, SENTENCE)
    assert close(e.sentence(raw=True).cpu(), wanted.sentence(raw=True), 1e-4)
    assert close(e.word(2, raw=True).cpu(), wanted.word(2, raw=True), 1e-4)
