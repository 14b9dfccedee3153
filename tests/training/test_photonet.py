"""The recipe of PhotoNet on a tiny data set in the official layout."""

import io
import zipfile

import numpy as np
import pytest
import torch
from PIL import Image

from gradcam_lib.datasets import tiny_imagenet
from gradcam_lib.networks.zoo import load_photonet
from gradcam_lib.training import photonet

WORDS = "n01\tred thing, a synonym\nn02\tblue thing\n"


def jpeg(colour, seed):
    noise = np.random.default_rng(seed).integers(0, 60, (64, 64, 3))
    file = io.BytesIO()
    Image.fromarray((np.array(colour) + noise).clip(0, 255).astype(np.uint8)).save(file, "JPEG")
    return file.getvalue()


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "tiny-imagenet-200"
    rows = []
    for wnid, colour in (("n01", (180, 20, 20)), ("n02", (20, 20, 180))):
        images = root / "train" / wnid / "images"
        images.mkdir(parents=True)
        lines = []
        for i in range(8):
            (images / f"{wnid}_{i}.JPEG").write_bytes(jpeg(colour, i))
            lines.append(f"{wnid}_{i}.JPEG\t1\t2\t30\t40\n")
        (root / "train" / wnid / f"{wnid}_boxes.txt").write_text("".join(lines))
        (root / "val" / "images").mkdir(parents=True, exist_ok=True)
        (root / "val" / "images" / f"val_{wnid}.JPEG").write_bytes(jpeg(colour, 99))
        rows.append(f"val_{wnid}.JPEG\t{wnid}\t0\t0\t63\t63\n")
    (root / "val" / "val_annotations.txt").write_text("".join(rows))
    (root / "wnids.txt").write_text("n01\nn02\n")
    (root / "words.txt").write_text(WORDS)
    return tmp_path


def run(folder, place, *more):
    out = folder / place
    options = ["--data", str(folder), "--epochs", "3", "--batch", "8", "--peak", "0.02", *more]
    photonet.main([*options, "--runs", str(out), "--out", str(out), "--results", str(out)])
    return out


def test_the_zip_reads_like_the_folder(folder):
    with zipfile.ZipFile(folder / "tiny.zip", "w") as archive:
        for path in (folder / "tiny-imagenet-200").rglob("*"):
            archive.write(path, path.relative_to(folder))
    a, b = (tiny_imagenet.load_split(tiny_imagenet.root_of(p), "train") for p in (folder, folder / "tiny.zip"))
    assert all(np.array_equal(x, y) for x, y in zip(a, b, strict=True))
    assert a.images.shape == (16, 64, 64, 3) and a.labels.tolist() == [0] * 8 + [1] * 8
    assert a.boxes[0].tolist() == [1, 2, 31, 41]  # the file counts the last pixel in, we do not


def test_class_names_are_first_synonyms(folder):
    assert tiny_imagenet.class_names(tiny_imagenet.root_of(folder)) == (["n01", "n02"], ["red thing", "blue thing"])


@pytest.mark.parametrize("make", [lambda p: p / "nowhere", lambda p: p], ids=["missing", "another folder"])
def test_a_wrong_path_is_named(tmp_path, make):
    with pytest.raises((FileNotFoundError, ValueError), match=str(tmp_path.name)):
        tiny_imagenet.root_of(make(tmp_path))


@pytest.mark.parametrize("head", ["gap", "fc"])
def test_an_interrupted_run_ends_in_the_same_weights(folder, monkeypatch, head):
    straight = run(folder, "straight", "--head", head)
    save = photonet.save_atomically

    def interrupted(state, path):
        save(state, path)
        if state["epoch"] == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(photonet, "save_atomically", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run(folder, "broken", "--head", head)
    monkeypatch.undo()
    resumed = run(folder, "broken", "--head", head)
    name = {"gap": "photonet_gap", "fc": "photonet"}[head]
    assert (straight / f"{name}.safetensors").read_bytes() == (resumed / f"{name}.safetensors").read_bytes()
    assert (straight / f"{name}.json").read_text() == (resumed / f"{name}.json").read_text()
    model, names = load_photonet(resumed / f"{name}.safetensors")
    assert names == ["red thing", "blue thing"]
    assert model(torch.zeros(1, 3, 64, 64)).shape == (1, 2)


def test_another_recipe_does_not_go_on_from_the_checkpoint(folder):
    run(folder, "one")
    with pytest.raises(SystemExit, match="belongs to another recipe"):
        run(folder, "one", "--weight-decay", "0.1")


def test_the_other_form_can_start_from_trained_convolutions(folder):
    gap = run(folder, "gap", "--head", "gap") / "photonet_gap.safetensors"
    args = photonet.arguments(["--data", str(folder), "--head", "fc", "--start-from", str(gap), "--epochs", "0"])
    args.runs = folder / "runs"
    root = tiny_imagenet.root_of(folder)
    fc = photonet.train(args, tiny_imagenet.load_split(root, "train"), ["a", "b"])
    ours, theirs = fc.features.state_dict(), load_photonet(gap)[0].features.state_dict()
    assert all(torch.equal(ours[k], theirs[k]) for k in theirs)


def test_crops_and_colours_stay_pictures():
    g = torch.Generator().manual_seed(0)
    images = torch.randint(0, 256, (5, 3, 64, 64), generator=g, dtype=torch.uint8)
    crops = photonet.jitter_colours(photonet.random_crops(images, 48, g), g)
    assert crops.shape == (5, 3, 48, 48) and crops.min() >= 0 and crops.max() <= 255


def test_cutmix_reports_the_share_that_it_left():
    x, y = torch.arange(4.0).view(4, 1, 1, 1).expand(4, 1, 10, 10), torch.arange(4)
    for seed in range(8):
        mixed, other, share = photonet.cutmix(x, y, torch.Generator().manual_seed(seed))
        for i in range(4):
            if other[i] != i:
                assert (mixed[i] == i).float().mean().item() == pytest.approx(share)


def test_the_learning_rate_rises_then_falls_to_nothing():
    rates = [photonet.one_cycle(step, 100, 0.1) for step in range(100)]
    assert max(rates) == pytest.approx(0.1) and rates[19] == max(rates) and rates[-1] < 1e-4
