"""The recipes for photographs, on drawn ones and a small network: resumable, exact, measured honestly."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from support.flickr_made import made_flickr8k
from support.photographers import small_classifier, small_encoder

from gradcam_lib import load_captioner, load_vqa
from gradcam_lib.datasets.flickr8k import flickr8k
from gradcam_lib.datasets.photo_questions import asked, part
from gradcam_lib.networks import encoder
from gradcam_lib.networks.encoder import FLOOR
from gradcam_lib.results import read_results
from gradcam_lib.training import captioner, vqa
from gradcam_lib.training.asked import Asked, balanced, credits, measure, question_only
from gradcam_lib.training.features import Seen
from gradcam_lib.training.pictures import Mirrored, Photos

N = 72


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return made_flickr8k(tmp_path_factory.mktemp("data") / "flickr8k", N)


@pytest.fixture(autouse=True)
def small_net_in_place_of_squeezenet(monkeypatch) -> None:
    monkeypatch.setattr(encoder, "load_classifier", lambda name, weights: small_classifier())


# -- features ----------------------------------------------------------------------------------------------------------


def seen(photographs, form: str, runs, seed: int = 0) -> Seen:
    cnn = small_encoder(form, seed)
    return Seen(Photos(photographs, cnn.transform), cnn, len(photographs), runs)


@pytest.mark.parametrize("form", ["code", "map"])
def test_what_is_read_from_the_disk_is_what_the_network_sees(data, tmp_path, form: str) -> None:
    looked = seen(flickr8k(data), form, tmp_path)
    looked.standardise(range(24, N))
    which = torch.tensor([40, 0, N - 1])  # of different blocks
    with torch.no_grad():
        wanted = looked.cnn(looked.pictures.x(which))
    assert looked.features.dtype == (np.float16 if form == "map" else np.float32) and len(looked.features) == N
    assert torch.allclose(looked.read(which), wanted, atol=0.02 if form == "map" else 1e-4)
    looked.look_anew()
    with torch.no_grad():
        assert torch.allclose(looked.read(torch.tensor([0, 0, 40])), wanted[[1, 1, 0]], atol=1e-5)


def test_mirrored_pictures_stand_behind_the_others(data, tmp_path) -> None:
    photographs = flickr8k(data)
    cnn = small_encoder("code", 0)
    plain = Photos(photographs, cnn.transform)
    both = Mirrored(plain)
    assert len(both) == 2 * N and both.fingerprint != plain.fingerprint
    assert torch.equal(both.x([3, N + 3]), torch.cat((plain.x([3]), plain.x([3]).flip(3))))
    drawn = both.half_of(torch.arange(N), torch.Generator().manual_seed(0))
    assert torch.equal(drawn % N, torch.arange(N)) and N / 4 < (drawn >= N).sum() < 3 * N / 4
    looked = Seen(both, cnn, len(both), tmp_path)
    looked.standardise(range(24, N))
    with torch.no_grad():
        assert torch.allclose(looked.read(torch.tensor([N + 3])), cnn(plain.x([3]).flip(3)), atol=1e-4)


def test_computing_that_was_interrupted_goes_on_and_ends_in_the_same_bytes(data, tmp_path, monkeypatch) -> None:
    photographs = flickr8k(data)
    seen(photographs, "map", tmp_path / "whole")
    opened = []
    one = Photos._one

    def killed(self, i: int):
        opened.append(i)
        if i == 70:  # in the third block
            raise KeyboardInterrupt
        return one(self, i)

    monkeypatch.setattr(Photos, "_one", killed)
    with pytest.raises(KeyboardInterrupt):
        seen(photographs, "map", tmp_path / "killed")
    assert not list((tmp_path / "killed").glob("*.npy"))
    monkeypatch.setattr(Photos, "_one", lambda self, i: opened.append(i) or one(self, i))
    opened.clear()
    seen(photographs, "map", tmp_path / "killed")
    assert set(opened) - {0} == set(range(64, N)), "what was done before is not done again"
    [whole], [again] = ((tmp_path / name).glob("*") for name in ("whole", "killed"))
    assert whole.name == again.name and whole.read_bytes() == again.read_bytes()


def test_another_network_form_or_other_pictures_have_features_of_their_own(data, tmp_path) -> None:
    photographs = flickr8k(data)
    seen(photographs, "map", tmp_path)
    seen(photographs, "map", tmp_path, seed=1)
    seen(photographs, "code", tmp_path)
    seen(flickr8k(made_flickr8k(tmp_path / "others", N - 6)), "map", tmp_path)
    assert len(list(tmp_path.glob("*.npy"))) == 4


@pytest.mark.parametrize("form", ["code", "map"])
def test_standardised_features_of_the_training_pictures_have_mean_0_and_deviation_1(data, tmp_path, form: str) -> None:
    photographs = flickr8k(data)
    looked = seen(photographs, form, tmp_path)
    looked.standardise(photographs.splits["train"])
    a = looked.read(torch.tensor(photographs.splits["train"])).transpose(0, 1).flatten(1)
    moving = looked.cnn.deviation > 2 * FLOOR
    assert moving.sum() > 2
    assert a.mean(1)[moving].abs().max() < 0.02
    assert (a.std(1, correction=0)[moving] - 1).abs().max() < 0.02


# -- recipes -----------------------------------------------------------------------------------------------------------


def options(data, tmp_path, *more: str) -> list[str]:
    where = ("--data", data, "--runs", tmp_path / "runs", "--out", tmp_path, "--results", tmp_path)
    return [*map(str, where), "--backbone", "squeezenet", "--precision", "float32", *more]


def test_the_captioner_learns_to_speak_of_drawn_dogs(data, tmp_path) -> None:
    captioner.main(options(data, tmp_path, "--epochs", "16"))
    path = tmp_path / "captioner_photo_squeezenet.safetensors"
    speaker, photographs = load_captioner("photo", weights=path), flickr8k(data)
    numbers = read_results("captioner_photo_squeezenet", folder=tmp_path)
    test = photographs.splits["test"]
    assert numbers["n"] == len(test) == 12
    assert 0 < numbers["bleu_4"]["low"] <= numbers["bleu_4"]["value"] <= numbers["bleu_4"]["high"] <= 1
    assert {"rouge_l", "cider_d", "scored_by", "command"} <= numbers.keys()
    assert numbers["bleu_4"]["value"] > 0.5  # the sentences are few and alike
    assert speaker.explain(photographs.picture(0), "a dog running").sentence().shape == (7, 7)


def test_a_captioner_that_was_killed_ends_in_the_same_weights(data, tmp_path, monkeypatch) -> None:
    captioner.main(options(data, tmp_path / "whole", "--epochs", "2"))
    save = captioner.fit.__globals__["save_atomically"]
    saved = []

    def killed(state, path):
        save(state, path)
        saved.append(path)
        if len(saved) == 1:
            raise KeyboardInterrupt

    monkeypatch.setattr("gradcam_lib.training.loop.save_atomically", killed)
    with pytest.raises(KeyboardInterrupt):
        captioner.main(options(data, tmp_path / "killed", "--epochs", "2"))
    captioner.main(options(data, tmp_path / "killed", "--epochs", "2"))
    file = "captioner_photo_squeezenet.safetensors"
    whole, again = ((tmp_path / name / file).read_bytes() for name in ("whole", "killed"))
    assert whole == again


def test_words_that_are_all_too_rare(data, tmp_path) -> None:
    with pytest.raises(
        ValueError, match="no word occurs 999 times in the 240 captions to learn from; lower --at-least"
    ):
        captioner.main(options(data, tmp_path, "--epochs", "1", "--at-least", "999"))


@pytest.mark.parametrize("name, epochs", [("lstm", "8"), ("coattention", "2")])
def test_the_accuracy_is_that_of_asking_the_shipped_weights(data, tmp_path, name: str, epochs: str) -> None:
    vqa.main(options(data, tmp_path, "--name", name, "--epochs", epochs, "--rarest", "1"))
    file = "vqa_photo_squeezenet" if name == "lstm" else "vqa_photo_coattention_squeezenet"
    system, photographs = load_vqa("photo", weights=tmp_path / f"{file}.safetensors"), flickr8k(data)
    numbers = read_results(file, folder=tmp_path)
    rows = part(asked(photographs, rarest=1), photographs.splits["test"])
    right = [system.answer(photographs.picture(row.picture), row.question)[0][0] == row.answer for row in rows]
    assert numbers["n"] == numbers["questions"] == len(rows) > 50
    assert numbers["accuracy"]["value"] == pytest.approx(np.mean(right), abs=1e-4)
    if name == "lstm":
        assert numbers["accuracy"]["value"] > numbers["question_only_lstm"]["value"]


def test_no_question_is_answered_too_rarely_to_be_learnt(data, tmp_path) -> None:
    with pytest.raises(ValueError, match="no questions to learn from.*--rarest"):
        vqa.main(options(data, tmp_path, "--rarest", "9999"))


def test_accuracy_is_measured_where_every_answer_is_as_frequent() -> None:
    """Four rows of one question, "two" three times and "one" once: two remain, of which "always two" has one."""
    rows = Asked([[("how many?", answer, None, "count")] for answer in ("two", "two", "one", "two")], ["one", "two"])
    found = {"accuracy": np.array([1, 0, 1, 1]), "usual": credits(rows, question_only(rows, rows))}
    numbers = measure(found, rows, balanced(rows, None))
    assert numbers["accuracy"]["value"] == 0.75 and numbers["balanced_questions"] == 2
    assert numbers["accuracy_balanced"]["value"] == numbers["accuracy_balanced_count"]["value"] == 1
    assert numbers["usual"]["value"] == 0.75 and numbers["usual_balanced"]["value"] == 0.5


def test_who_sees_nothing_cannot_tell_pictures_apart() -> None:
    read = vqa.sightless(small_encoder("code"))
    assert torch.equal(read(torch.tensor([3, 4]))[0], read(torch.tensor([3, 4]))[1])
