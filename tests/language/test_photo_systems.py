"""Systems on a published network: what is shipped, on what it is refused, and that explanations go through."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from safetensors import safe_open
from support.photographers import KINDS, SmallNet, of_map, photo_model, small_classifier, small_encoder
from support.talkers import ANSWERS, VOCABULARY, weights_by_difference
from support.tiny import close

from gradcam_lib import load_captioner, load_vqa
from gradcam_lib.language.captioning import CaptionSystem
from gradcam_lib.language.question_answering import QuestionSystem
from gradcam_lib.language.systems import PHOTO_TRANSFORM, save_system
from gradcam_lib.networks import encoder
from gradcam_lib.networks.captioner import Captioner
from gradcam_lib.networks.coattention import CoAttention
from gradcam_lib.networks.encoder import fingerprint
from gradcam_lib.networks.vqa import LSTMCNN
from gradcam_lib.networks.weights import SQUEEZENET, WeightsMissing, WeightsWrong, read_metadata
from gradcam_lib.networks.zoo import load_classifier
from gradcam_lib.occlusion import occlusion_map
from gradcam_lib.paths import MODELS, weights_folder
from gradcam_lib.pictures.samples import sample

PICTURE = np.random.default_rng(0).integers(0, 256, (224, 224, 3), dtype=np.uint8)
SENTENCE, QUESTION = "a woman flying the red kite", "what color is the kite"


@pytest.fixture(autouse=True)
def small_net_in_place_of_squeezenet(monkeypatch) -> None:
    monkeypatch.setattr(encoder, "load_classifier", lambda name, weights: small_classifier())


def captioner() -> CaptionSystem:
    return CaptionSystem(photo_model(), VOCABULARY, "untrained", PHOTO_TRANSFORM)


def asked(kind: type) -> QuestionSystem:
    return QuestionSystem(photo_model(kind), VOCABULARY, "untrained", PHOTO_TRANSFORM, ANSWERS)


def saved(kind: type, path, more=None) -> torch.nn.Module:
    model = photo_model(kind).float()
    save_system(model, path, VOCABULARY, **({} if kind is Captioner else {"answers": ANSWERS}))
    return model


# -- the backbone ------------------------------------------------------------------------------------------------------


def test_a_code_is_the_means_and_the_evidence_standardised() -> None:
    """Without a bias and with a mean of 1 and a deviation of 2 the numbers can be had by hand."""
    net = SmallNet().requires_grad_(False)
    cnn = small_encoder("code")
    cnn.standardise(torch.ones(11), torch.full((11,), 2.0))
    x = torch.rand(2, 3, 224, 224)
    A = net.features(x)
    wanted = [[(float(A[n, k].mean()) - 1) / 2 for k in range(6)] for n in range(2)]
    assert cnn(x).shape == (2, 11)
    assert cnn(x)[:, :6].flatten().tolist() == pytest.approx(sum(wanted, []), rel=1e-4)
    assert close(cnn(x)[:, 6:], (net(x) - 1) / 2, 1e-5)


def test_a_map_is_standardised_channel_by_channel() -> None:
    net = SmallNet().requires_grad_(False)
    cnn = small_encoder("map")
    cnn.standardise(torch.arange(6.0), torch.full((6,), 0.5))
    x = torch.rand(1, 3, 224, 224)
    assert cnn(x).shape == (1, 6, 7, 7)
    assert close(cnn(x)[0, 4], (net.features(x)[0, 4] - 4) / 0.5)


def test_a_feature_that_never_changes_is_not_blown_up() -> None:
    cnn = small_encoder("map")
    cnn.standardise(torch.zeros(6), torch.zeros(6))
    assert cnn(torch.rand(1, 3, 64, 64)).isfinite().all() and cnn.deviation.min() > 0


def test_another_form_is_refused() -> None:
    with pytest.raises(ValueError, match="form 'vector': choose one of 'code', 'map'"):
        small_encoder("vector")


def test_the_fingerprint_is_of_the_weights_not_of_their_precision_or_first_layer() -> None:
    net = SmallNet()
    before = fingerprint(net)
    assert fingerprint(SmallNet().double()) == before and len(before) == 64
    with torch.no_grad():
        net.features[0].weight[0, 0, 0, 0] += 1e-6
        assert fingerprint(net) == before
        net.features[2].weight[0, 0, 0, 0] += 1e-6
    assert fingerprint(net) != before != fingerprint(SmallNet(1))


# -- files -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_saved_and_loaded_without_the_published_weights(kind: type, tmp_path) -> None:
    model, path = saved(kind, tmp_path / "system.safetensors"), tmp_path / "system.safetensors"
    with safe_open(path, "pt") as file:
        assert not [name for name in file.keys() if "published" in name]
        assert {"cnn.mean", "cnn.deviation", "embedding.weight"} <= set(file.keys())
    system = load_captioner("photo", weights=path) if kind is Captioner else load_vqa("photo", weights=path)
    x, tokens = torch.rand(1, 3, 224, 224), system.tokens("the red kite")
    found, wanted = system.model(x, tokens), model(x, tokens)
    if kind is CoAttention:
        found, wanted = found.logits, wanted.logits
    assert torch.allclose(found, wanted, atol=0.02) and found.std() > 0.05
    assert system.to_input(PICTURE).shape == (1, 3, 224, 224)
    assert np.array_equal(system.picture(system.to_input(PICTURE)), PICTURE)


def test_pictures_are_normalised_as_imagenet_s(tmp_path) -> None:
    grey = np.full((300, 500, 3), 128, np.uint8)
    wanted = [(128 / 255 - m) / s for m, s in zip((0.485, 0.456, 0.406), (0.229, 0.224, 0.225), strict=True)]
    assert captioner().to_input(grey)[0, :, 100, 100].tolist() == pytest.approx(wanted, abs=1e-5)


def test_another_backbone_is_refused(tmp_path, monkeypatch) -> None:
    saved(Captioner, tmp_path / "captioner.safetensors")
    monkeypatch.setattr(encoder, "load_classifier", lambda name, weights: small_classifier(1))
    wanted, found = fingerprint(SmallNet())[:12], fingerprint(SmallNet(1))[:12]
    with pytest.raises(WeightsWrong, match=f"fingerprint {wanted}…, but this one has {found}…: small net 1. Use the"):
        load_captioner("photo", weights=tmp_path / "captioner.safetensors")


def test_without_squeezenet_the_way_to_get_it_is_told(tmp_path, monkeypatch) -> None:
    saved(LSTMCNN, tmp_path / "vqa.safetensors")
    monkeypatch.undo()
    monkeypatch.setenv("GRADCAM_OFFLINE", "1")
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.delenv("GRADCAM_WEIGHTS", raising=False)
    with pytest.raises(WeightsMissing, match="compressed_SqueezeNet.net: not at hand.*GRADCAM_WEIGHTS"):
        load_vqa("photo", weights=tmp_path / "vqa.safetensors")


def test_fair_and_tied_is_kept(tmp_path) -> None:
    model = Captioner(small_encoder("code"), len(VOCABULARY), tied=True)
    model.fairness = model.sizes["fairness"] = 0.5  # as the recipe does, which finds it last
    save_system(model, tmp_path / "captioner.safetensors", VOCABULARY)
    found = load_captioner("photo", weights=tmp_path / "captioner.safetensors").model
    assert found.tied and found.fairness == 0.5


def test_a_system_for_photographs_that_was_not_trained_names_its_command(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("gradcam_lib.networks.weights.MODELS", tmp_path)
    monkeypatch.delenv("GRADCAM_WEIGHTS", raising=False)
    with pytest.raises(FileNotFoundError, match=r"training\.vqa --data flickr8k --name coattention"):
        load_vqa("photo-coattention")


# -- the weights that are shipped, on their published networks ------------------------------------------------------

SHIPPED = sorted(MODELS.glob("*_photo*.safetensors"))
published = pytest.mark.skipif(
    not (folder := weights_folder()) or not (folder / SQUEEZENET.file).is_file(),
    reason=f"needs {SQUEEZENET.file} in GRADCAM_WEIGHTS",
)
ANSWERING = {"photo": (9, 9), "photo-coattention": (9, 9), "photo-squeezenet": (13, 13), "photo-photonet": (8, 8)}


def named(name: str):
    """A system by name, left out where it needs a SqueezeNet that is not at hand."""
    return pytest.param(name, marks=[published] if "squeezenet" in name else [])


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_what_is_shipped_is_small(path) -> None:
    assert path.stat().st_size <= 5e6


@published
@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_what_is_shipped_was_made_on_the_published_weights(path) -> None:
    eye = read_metadata(path)["backbone"]
    assert fingerprint(load_classifier(eye["network"]).model) == eye["fingerprint"] and not eye["random"]


@published
def test_squeezenet_has_one_fingerprint_in_either_file() -> None:
    decoded = weights_folder() / "squeezenet1_0.safetensors"
    if not decoded.is_file():
        pytest.skip("needs squeezenet1_0.safetensors in GRADCAM_WEIGHTS")
    either = (load_classifier("squeezenet", weights=weights).model for weights in ("default", decoded))
    assert len(set(map(fingerprint, either))) == 1


def test_the_shipped_captioner_finds_words_for_a_photograph(monkeypatch) -> None:
    monkeypatch.setattr(encoder, "load_classifier", load_classifier)
    cap = load_captioner("photo")
    e = cap.explain(sample("motorcycle"))
    assert "motorcycle" in e.words
    assert e.word(e.words.index("motorcycle"), raw=True).shape == e.sentence().shape and e.sentence().max() > 0
    assert close(sum(e.word(i, raw=True) for i in range(len(e.words))), e.sentence(raw=True), 1e-3)
    other = cap.explain(sample("motorcycle"), "a dog is swimming in the water")
    assert e.log_prob / len(e.words) > other.log_prob / len(other.words)


@pytest.mark.parametrize("name", [named(name) for name in ANSWERING])
def test_the_shipped_networks_answer_what_is_there_and_what_is_not(monkeypatch, name: str) -> None:
    monkeypatch.setattr(encoder, "load_classifier", load_classifier)
    vqa = load_vqa(name)
    dog = vqa.answer(sample("motorcycle"), "is there a dog?", k=len(vqa.answers))
    assert dog[0][0] == "no" and sum(p for _, p in dog) == pytest.approx(1)
    assert vqa.explain(sample("motorcycle"), "is there a dog?").shape == ANSWERING[name]


# -- explanations ------------------------------------------------------------------------------------------------------


def test_a_caption_s_map_by_hand() -> None:
    cap = captioner()
    A = cap.model.cnn.published.features(cap.to_input(PICTURE)).detach().requires_grad_()
    cap.model.log_probs(of_map(cap.model.cnn, A), cap.tokens(SENTENCE)).sum().backward()
    L = (A.grad.mean((2, 3), keepdim=True) * A).sum(1)[0]
    e = cap.explain(PICTURE, SENTENCE)
    assert close(e.sentence(raw=True), L.detach()) and e.sentence().shape == (7, 7)
    assert close(sum(e.word(i, raw=True) for i in range(6)), e.sentence(raw=True))


def test_a_word_s_weights_agree_with_finite_differences() -> None:
    cap, channels = captioner(), [0, 3, 5]
    network = cap.spoken(SENTENCE)
    assert network.layer == "system.cnn.published.features"
    alpha = cap.explain(PICTURE, SENTENCE).explanation.weights(4)[0, channels]
    wanted = weights_by_difference(network.model, cap.to_input(PICTURE), network.layer, 4, channels)
    places = (224 // 16) ** 2 / 7**2  # the maps of that function are a sixteenth of the picture's sides
    assert alpha.tolist() == pytest.approx([w * places for w in wanted], rel=1e-4, abs=1e-9)


@pytest.mark.parametrize("kind", [LSTMCNN, CoAttention])
def test_an_answer_s_map_by_hand(kind: type) -> None:
    vqa = asked(kind)
    A = vqa.model.cnn.published.features(vqa.to_input(PICTURE)).detach().requires_grad_()
    read = vqa.model.of_map if kind is CoAttention else vqa.model.logits
    logits = read(of_map(vqa.model.cnn, A), vqa.tokens(QUESTION))
    (logits.logits if kind is CoAttention else logits)[0, ANSWERS.index("red")].backward()
    L = (A.grad.mean((2, 3), keepdim=True) * A).sum(1)[0].relu()
    assert close(vqa.explain(PICTURE, QUESTION, "red"), L.detach())
    assert vqa.answer(PICTURE, QUESTION, k=5)[0][0] in ANSWERS


@pytest.mark.parametrize("kind", KINDS)
def test_every_other_explanation_goes_through(kind: type) -> None:
    if kind is Captioner:
        e, network = captioner().explain(PICTURE, SENTENCE), captioner().spoken(SENTENCE)
    else:
        e, network = asked(kind).explanation(PICTURE, QUESTION), asked(kind).asked(QUESTION)
    assert e.guided(0).shape == e.guided_grad_cam(0).shape == (3, 224, 224)
    assert e.guided(0).abs().max() > 0
    x = captioner().to_input(PICTURE)
    D = occlusion_map(network, x, 1, patch=112, stride=112)
    covered = x.clone()
    covered[..., :112, 112:] = 0
    drop = (network.model(x) - network.model(covered))[0, 1]
    assert D.shape == (1, 2, 2) and D[0, 0, 1].item() == pytest.approx(drop.item(), rel=1e-4)
