"""Whole recipes on small made data in the layouts of COCO and VQA v2, in one process and in two."""

from __future__ import annotations

import os
import subprocess
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from support.coco_made import made_coco, made_vqa
from support.flickr_made import made_flickr8k, zip_of
from support.photographers import small_classifier
from torch import nn

from gradcam_lib import load_captioner, load_vqa
from gradcam_lib.datasets.coco_photographs import coco_photographs, vqa_photographs
from gradcam_lib.networks import encoder
from gradcam_lib.networks.captioner import Captioner
from gradcam_lib.networks.classifier import classifier
from gradcam_lib.networks.encoder import PUBLISHED
from gradcam_lib.networks.vocabulary import Vocabulary
from gradcam_lib.paths import ROOT
from gradcam_lib.pictures.images import Transform
from gradcam_lib.results import read_results
from gradcam_lib.training import captioner, vqa
from gradcam_lib.training.features import Seen
from gradcam_lib.training.loop import Recipe, fit
from gradcam_lib.training.pictures import Photos

BOTH = {"train": range(60), "val": range(60, 72)}


@pytest.fixture
def small_net_in_place_of_squeezenet(monkeypatch) -> None:
    monkeypatch.setattr(encoder, "load_classifier", lambda name, weights: small_classifier())


def options(data, tmp_path, *more: str) -> list[str]:
    where = ("--data", data, "--runs", tmp_path / "runs", "--out", tmp_path, "--results", tmp_path)
    return [*map(str, where), "--precision", "float32", *more]


@pytest.mark.parametrize(
    "more, complaint",
    [
        (["--size", "128"], "--size, --layers, --random-weights and --tune-from are for photographs: give --data"),
        (["--backbone", "resnet50"], "--backbone resnet50: the world has alexnet, vgg16, vgg19, resnet"),
        (["--data", "flickr8k", "--tune-from", "features.9"], "--tune-from features.9: say with --tuning how many"),
    ],
)
def test_options_that_do_not_go_together_are_named(more: list[str], complaint: str, capsys) -> None:
    for recipe in (captioner, vqa):
        with pytest.raises(SystemExit):
            recipe.main(more)
        assert complaint in capsys.readouterr().err


def test_data_that_are_not_there_are_named(tmp_path) -> None:
    with pytest.raises(FileNotFoundError, match="nowhere: no such folder or zip; give world, flickr8k, or the path"):
        captioner.main(["--data", str(tmp_path / "nowhere")])
    with pytest.raises(FileNotFoundError, match=r"no captions in it in the layout of Flickr8k \(Flickr8k\.token"):
        captioner.main(["--data", str(tmp_path)])


def test_the_world_is_not_mirrored(capsys) -> None:
    with pytest.raises(SystemExit):
        captioner.main(["--mirrored"])
    assert "--mirrored is for photographs: give --data" in capsys.readouterr().err


# -- captions ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("year, zipped", [(2014, False), (2017, True)])
def test_a_captioner_of_coco(tmp_path, year: int, zipped: bool, small_net_in_place_of_squeezenet) -> None:
    data = made_coco(tmp_path / "data", BOTH, year)
    data = zip_of(data) if zipped else data
    captioner.main(options(data, tmp_path, "--backbone", "squeezenet", "--epochs", "2", "--size", "64"))
    numbers = read_results("captioner_coco_squeezenet", folder=tmp_path)
    assert numbers["n"] == 12 and numbers["pictures"] == {"train": 57, "val": 3, "test": 12}
    assert "--data COCO --backbone squeezenet --size 64" in numbers["command"]
    assert "every 20th picture" in numbers["split"] and str(tmp_path) not in str(numbers)
    speaker = load_captioner("photo", weights=tmp_path / "captioner_coco_squeezenet.safetensors")
    picture = np.zeros((90, 120, 3), np.uint8)
    assert speaker.to_input(picture).shape == (1, 3, 64, 64) and speaker.caption(picture)


def test_the_cnn_learns_along_and_its_weights_are_kept(tmp_path, small_net_in_place_of_squeezenet) -> None:
    data = made_coco(tmp_path / "data", BOTH)
    said = options(data, tmp_path, "--backbone", "squeezenet", "--epochs", "1", "--tuning", "2")
    captioner.main([*said, "--tune-from", "features.2"])
    path = tmp_path / "captioner_coco_squeezenet.safetensors"
    kept = {name.removeprefix(PUBLISHED): tensor for name, tensor in load_file(path).items() if PUBLISHED in name}
    assert set(kept) == {"features.2.weight", "features.2.bias", "classifier.0.weight", "classifier.0.bias"}
    before, speaker = small_classifier().model.state_dict(), load_captioner("photo", weights=path)
    now = speaker.model.cnn.published.state_dict()
    assert all(torch.equal(now[name], before[name]) == (name not in kept) for name in now)
    assert all(torch.equal(now[name].half(), tensor) for name, tensor in kept.items())
    numbers = read_results("captioner_coco_squeezenet", folder=tmp_path)
    assert "--tuning 2 --tune-from features.2" in numbers["command"] and numbers["parameters"] > 900


def test_tuning_that_was_killed_ends_in_the_same_weights(
    tmp_path, monkeypatch, small_net_in_place_of_squeezenet
) -> None:  # fmt: skip
    data = made_coco(tmp_path / "data", {"train": range(40), "val": range(40, 48)})
    more = ("--backbone", "squeezenet", "--epochs", "1", "--tuning", "2", "--size", "64", "--mirrored")
    captioner.main(options(data, tmp_path / "whole", *more))
    assert "--mirrored" in read_results("captioner_coco_squeezenet", folder=tmp_path / "whole")["command"]
    save, saved = captioner.fit.__globals__["save_atomically"], []

    def killed(state, path):
        save(state, path)
        saved.append(path)
        if len(saved) == 2:  # after the first epoch of tuning
            raise KeyboardInterrupt

    monkeypatch.setattr("gradcam_lib.training.loop.save_atomically", killed)
    with pytest.raises(KeyboardInterrupt):
        captioner.main(options(data, tmp_path / "killed", *more))
    captioner.main(options(data, tmp_path / "killed", *more))
    file = "captioner_coco_squeezenet.safetensors"
    whole, again = ((tmp_path / name / file).read_bytes() for name in ("whole", "killed"))
    assert whole == again


@pytest.mark.skipif(
    not (Path(os.environ.get("GRADCAM_DATA") or ".") / "coco-train.zip").is_file(),
    reason="needs coco-train.zip in GRADCAM_DATA",
)
def test_a_small_part_of_coco_from_captions_to_answers(tmp_path) -> None:
    data = Path(os.environ["GRADCAM_DATA"]) / "coco-train.zip"
    captioner.main(options(data, tmp_path, "--backbone", "photonet", "--epochs", "1", "--at-least", "2"))
    numbers = read_results("captioner_coco_photonet", folder=tmp_path)
    assert numbers["n"] == 11 and numbers["split"].startswith("the part train is alone")
    vqa.main(options(data, tmp_path, "--backbone", "photonet", "--epochs", "1", "--rarest", "3"))
    assert read_results("vqa_coco_photonet", folder=tmp_path)["questions"] > 11


# -- questions ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["lstm", "coattention"])
def test_vqa_v2_is_scored_by_what_people_answered(tmp_path, name: str, small_net_in_place_of_squeezenet) -> None:
    data = made_vqa(tmp_path / "data", BOTH)
    more = ("--backbone", "squeezenet", "--size", "64", "--name", name, "--epochs", "2", "--answers", "4")
    vqa.main(options(data, tmp_path, *more))
    file = "vqa_v2_squeezenet" if name == "lstm" else "vqa_v2_coattention_squeezenet"
    numbers, system = read_results(file, folder=tmp_path), load_vqa("photo", weights=tmp_path / f"{file}.safetensors")
    assert numbers["answers"] == len(system.answers) == 4 and {"1", "yes", "no"} < set(system.answers)
    assert numbers["n"] == numbers["questions"] == 3 * 12
    photographs, questions = vqa_photographs(data)
    wanted = [
        min(row.people.count(system.answer(photographs.picture(i), row.question)[0][0]) / 3, 1)
        for i in photographs.splits["test"]
        for row in questions[i]
    ]
    assert numbers["accuracy"]["value"] == pytest.approx(np.mean(wanted), abs=0.011)  # one of ten is left out in turn
    assert {"accuracy_yes/no", "accuracy_number", "accuracy_other", "question_only_lstm"} <= numbers.keys()


def test_questions_are_made_from_captions_where_there_are_no_others(tmp_path, small_net_in_place_of_squeezenet) -> None:
    data = made_coco(made_vqa(tmp_path / "data", {"train": range(30)}), {"train": range(40)})
    vqa.main(options(data, tmp_path, "--backbone", "squeezenet", "--epochs", "1", "--made", "--tuning", "1"))
    assert read_results("vqa_coco_squeezenet", folder=tmp_path)["pictures"] == {"train": 32, "val": 4, "test": 4}


# -- large networks, several processes, much data ------------------------------------------------------------------


def test_vgg16_at_full_size_for_one_step(tmp_path) -> None:
    """As in the original: codes of fc7 for the LSTM, then a last convolution learns along."""
    photographs = coco_photographs(made_coco(tmp_path / "data", {"train": range(10)}))
    cnn = encoder.encoder("vgg16", "code", random=True)
    seen = Seen(Photos(photographs, cnn.transform), cnn, 2, tmp_path)
    seen.standardise([0, 1])
    model, vocabulary = Captioner(cnn, 9), Vocabulary(["a", "brown", "dog", "is", "running"])
    words = vocabulary.batch(["a brown dog is running", "a dog is running"])
    before = {name: p.clone() for name, p in model.named_parameters() if "published" not in name or "28" in name}

    def changed() -> set[str]:
        return {name for name, p in model.named_parameters() if name in before and not torch.equal(p, before[name])}

    def step(name: str) -> None:
        recipe = Recipe(name, 1, 2, 0.01)
        fit(model, 2, lambda pick, g: model.loss(seen.read(pick), words[pick]), recipe, validate=lambda: 0.0,
            runs=tmp_path)  # fmt: skip

    step("language")
    assert "lstm.weight_hh_l0" in changed() and not any("published" in name for name in changed())
    cnn.tune("features.28")
    seen.look_anew()
    step("both")
    assert "cnn.published.features.28.weight" in changed() and cnn.width == 4096


TWO = """
import sys
from pathlib import Path
import torch
from gradcam_lib.training import captioner, processes

fit, end, write, kept = captioner.fit, processes.end, Path.write_bytes, []

def watched(model, *args, **more):
    history = fit(model, *args, **more)
    kept.append({k: v.clone() for k, v in model.state_dict().items()} | {"history": torch.tensor(history)})

def last_look():
    torch.save(kept[-1], Path(sys.argv[1], f"rank{processes.rank()}.pt"))
    end()

def written(self, data):
    assert not processes.rank(), f"the second process writes {self}"
    return write(self, data)

captioner.fit, processes.end, Path.write_bytes = watched, last_look, written
captioner.main(sys.argv[2:])
"""


def test_two_processes_end_in_the_same_weights_and_one_writes(tmp_path) -> None:
    data = made_flickr8k(tmp_path / "data", 30)
    (tmp_path / "two.py").write_text(TWO, encoding="utf-8")
    said = options(data, tmp_path / "two", "--backbone", "photonet", "--epochs", "1", "--tuning", "1")
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2"]
    surroundings = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
    command = [*torchrun, str(tmp_path / "two.py"), str(tmp_path), *said]
    done = subprocess.run(command, env=surroundings, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr[-3000:]
    first, second = (torch.load(tmp_path / f"rank{rank}.pt", weights_only=True) for rank in (0, 1))
    assert first.keys() == second.keys() and all(torch.equal(first[name], second[name]) for name in first)
    assert (tmp_path / "two" / "captioner_photo_photonet.safetensors").is_file()
    assert done.stdout.count("epoch 1: loss") == 2  # told by one of them, for each of two trainings


class Many:
    """Any number of pictures of noise."""

    block = 50

    def __init__(self, n: int):
        self.n, self.fingerprint = n, str(n)

    def __len__(self) -> int:
        return self.n

    def x(self, which) -> torch.Tensor:
        return torch.rand(len(which), 3, 64, 64)


def test_memory_does_not_grow_with_the_number_of_pictures(tmp_path) -> None:
    """NumPy's arrays are traced; a file that is mapped is none of them. What grows is their numbers alone."""
    layers = nn.Conv2d(3, 512, 32, stride=32), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 2)
    made = classifier(nn.Sequential(*layers), transform=Transform(64, 64), layer="1")
    peaks, sizes = [], []
    for n in (500, 500, 2000):  # the first for what is imported on the way
        tracemalloc.start()
        seen = Seen(Many(n), encoder.Encoder("made", made, "map"), n, tmp_path / str(len(peaks)))
        seen.standardise(range(n))
        for which in torch.randperm(n).split(50):
            seen.read(which)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        sizes.append(seen.features.nbytes)
    assert isinstance(seen.features, np.memmap) and sizes[2] == 2000 * 512 * 2 * 2 * 2
    assert peaks[2] - peaks[1] < 0.1 * (sizes[2] - sizes[1])
