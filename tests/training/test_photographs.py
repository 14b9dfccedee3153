"""The recipes for photographs, on drawn ones and a small network: resumable, exact, measured honestly."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from support.flickr_made import made_flickr8k
from support.photographers import SmallNet, small_classifier

from gradcam_lib import load_captioner, load_vqa
from gradcam_lib.datasets.flickr8k import flickr8k
from gradcam_lib.datasets.photo_questions import Asked, asked, part
from gradcam_lib.language import systems
from gradcam_lib.networks.photo_backbone import FLOOR
from gradcam_lib.pictures.images import to_input
from gradcam_lib.results import read_results
from gradcam_lib.training import photo_captioner, photo_features, photo_vqa
from gradcam_lib.training.photo_features import photo_features as features_of
from gradcam_lib.training.photo_features import seen

N = 72


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return made_flickr8k(tmp_path_factory.mktemp("data") / "flickr8k", N)


@pytest.fixture(autouse=True)
def small_net_in_place_of_squeezenet(monkeypatch) -> None:
    monkeypatch.setattr(photo_features, "load_classifier", lambda name: small_classifier())
    monkeypatch.setattr(systems, "load_classifier", lambda name: small_classifier())


# -- features ----------------------------------------------------------------------------------------------------------


def test_features_are_the_network_s_last_map_of_each_picture(data, tmp_path) -> None:
    photographs, net = flickr8k(data), SmallNet().eval()
    maps = features_of(photographs, net, tmp_path)
    assert maps.shape == (N, 6, 7, 7) and maps.dtype == np.float16
    for i in (0, 40, N - 1):  # of different blocks
        wanted = net.features(to_input(photographs.picture(i), systems.PHOTO_TRANSFORM))[0].detach().numpy()
        assert np.allclose(maps[i], wanted, atol=1e-3)


def test_computing_that_was_interrupted_goes_on_and_ends_in_the_same_bytes(data, tmp_path, monkeypatch) -> None:
    photographs, net = flickr8k(data), SmallNet().eval()
    features_of(photographs, net, tmp_path / "whole")
    opened = []
    picture = type(photographs).picture

    def killed(self, i: int):
        opened.append(i)
        if len(opened) > 86:  # 18 for the fingerprint, 1 for the size, then in the third block
            raise KeyboardInterrupt
        return picture(self, i)

    monkeypatch.setattr(type(photographs), "picture", killed)
    with pytest.raises(KeyboardInterrupt):
        features_of(photographs, net, tmp_path / "killed")
    assert not list((tmp_path / "killed").glob("*.npy"))
    opened.clear()
    features_of(photographs, net, tmp_path / "killed")
    assert set(opened[-8:]) == set(range(64, N)), "what was done before is not done again"
    [whole], [again] = ((tmp_path / name).glob("*") for name in ("whole", "killed"))
    assert whole.name == again.name and whole.read_bytes() == again.read_bytes()


def test_another_network_or_other_pictures_have_features_of_their_own(data, tmp_path) -> None:
    photographs = flickr8k(data)
    features_of(photographs, SmallNet(), tmp_path)
    features_of(photographs, SmallNet(1), tmp_path)
    features_of(flickr8k(made_flickr8k(tmp_path / "others", N - 6)), SmallNet(), tmp_path)
    assert len(list(tmp_path.glob("*.npy"))) == 3


@pytest.mark.parametrize("form", ["code", "map"])
def test_standardised_features_of_the_training_pictures_have_mean_0_and_deviation_1(data, tmp_path, form: str) -> None:
    looked = seen(form, data, tmp_path)
    a = looked.read(looked.photographs.splits["train"]).transpose(0, 1).flatten(1)
    moving = looked.cnn.deviation > 2 * FLOOR
    assert moving.sum() > 2
    assert a.mean(1)[moving].abs().max() < 0.02
    assert (a.std(1)[moving] - 1).abs().max() < 0.02
    if form == "code":
        assert torch.allclose(looked.codes[5:7], looked.read([5, 6]), atol=1e-5)


# -- recipes -----------------------------------------------------------------------------------------------------------


def options(data, tmp_path, *more: str) -> list[str]:
    where = ("--data", data, "--runs", tmp_path / "runs", "--out", tmp_path, "--results", tmp_path)
    return [*map(str, where), "--precision", "float32", *more]


def test_the_captioner_learns_to_speak_of_drawn_dogs(data, tmp_path) -> None:
    photo_captioner.main(options(data, tmp_path, "--epochs", "16"))
    speaker, photographs = load_captioner("photo", weights=tmp_path / "captioner_photo.safetensors"), flickr8k(data)
    numbers = read_results("captioner_photo", folder=tmp_path)
    test = photographs.splits["test"]
    assert numbers["n"] == len(test) == 12
    assert 0 < numbers["bleu_4"]["low"] <= numbers["bleu_4"]["value"] <= numbers["bleu_4"]["high"] <= 1
    assert {"rouge_l", "cider_d", "scored_by", "command"} <= numbers.keys()
    assert numbers["bleu_4"]["value"] > 0.5  # the sentences are few and alike
    assert speaker.explain(photographs.picture(0), "a dog running").sentence().shape == (7, 7)


def test_a_captioner_that_was_killed_ends_in_the_same_weights(data, tmp_path, monkeypatch) -> None:
    photo_captioner.main(options(data, tmp_path / "whole", "--epochs", "2"))
    save = photo_captioner.fit.__globals__["save_atomically"]
    saved = []

    def killed(state, path):
        save(state, path)
        saved.append(path)
        if len(saved) == 1:
            raise KeyboardInterrupt

    monkeypatch.setattr("gradcam_lib.training.loop.save_atomically", killed)
    with pytest.raises(KeyboardInterrupt):
        photo_captioner.main(options(data, tmp_path / "killed", "--epochs", "2"))
    photo_captioner.main(options(data, tmp_path / "killed", "--epochs", "2"))
    whole, again = ((tmp_path / name / "captioner_photo.safetensors").read_bytes() for name in ("whole", "killed"))
    assert whole == again


def test_words_that_are_all_too_rare(data, tmp_path) -> None:
    with pytest.raises(
        ValueError, match="no word occurs 999 times in the 240 captions to learn from; lower --at-least"
    ):
        photo_captioner.main(options(data, tmp_path, "--epochs", "1", "--at-least", "999"))


@pytest.mark.parametrize("name, epochs", [("lstm", "8"), ("coattention", "2")])
def test_the_accuracy_is_that_of_asking_the_shipped_weights(data, tmp_path, name: str, epochs: str) -> None:
    photo_vqa.main(options(data, tmp_path, "--name", name, "--epochs", epochs, "--rarest", "1"))
    file, photographs = photo_vqa.FILES[name], flickr8k(data)
    vqa, numbers = load_vqa("photo", weights=tmp_path / f"{file}.safetensors"), read_results(file, folder=tmp_path)
    rows = part(asked(photographs, rarest=1), photographs.splits["test"])
    right = [vqa.answer(photographs.picture(row.picture), row.question)[0][0] == row.answer for row in rows]
    assert numbers["n"] == numbers["questions"] == len(rows) > 50
    assert numbers["accuracy"]["value"] == pytest.approx(np.mean(right), abs=1e-4)
    if name == "lstm":
        assert numbers["accuracy"]["value"] > numbers["question_only_lstm"]["value"]


def test_no_question_is_answered_too_rarely_to_be_learnt(data, tmp_path) -> None:
    with pytest.raises(ValueError, match="no questions to learn from.*--rarest"):
        photo_vqa.main(options(data, tmp_path, "--rarest", "9999"))


def test_accuracy_is_measured_where_every_answer_is_as_frequent() -> None:
    """Four rows of one question, "two" three times and "one" once: two remain, of which "always two" has one."""
    rows = [Asked(i, "how many?", answer, "count") for i, answer in enumerate(("two", "two", "one", "two"))]
    numbers = photo_vqa.measure([True, False, True, True], [False] * 4, rows, rows)
    assert numbers["accuracy"]["value"] == 0.75 and numbers["balanced_questions"] == 2
    assert numbers["accuracy_balanced"]["value"] == numbers["accuracy_balanced_count"]["value"] == 1
    assert numbers["most_frequent_answer_balanced"]["value"] == 0.5
    assert numbers["question_only_lstm_balanced"]["value"] == 0


def test_who_sees_nothing_cannot_tell_pictures_apart() -> None:
    read = photo_vqa.sightless(5)
    assert torch.equal(read(torch.tensor([3, 4]))[0], read(torch.tensor([3, 4]))[1])
