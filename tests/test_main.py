"""The command line, from pictures to pictures and tables."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from gradcam_lib import explain, load_classifier, overlay, scale_by_max, upsample
from gradcam_lib.__main__ import main
from gradcam_lib.commands import outputs
from gradcam_lib.commands.sheet import GAP, LONGEST
from gradcam_lib.networks.classifier import Classifier
from gradcam_lib.networks.photonet import PhotoNet
from gradcam_lib.paths import ROOT
from gradcam_lib.pictures.images import seen
from gradcam_lib.pictures.samples import sample, sample_path

CAT, CUP = str(sample_path("cat")), str(sample_path("coffee"))


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def three(elsewhere: Path) -> Path:
    """A folder of three pictures, of which the second is broken, and of what is no picture."""
    folder = elsewhere / "photos"
    folder.mkdir()
    Image.fromarray(sample("cat")).save(folder / "a.png")
    (folder / "b.jpg").write_bytes(b"no picture")
    Image.fromarray(sample("coffee")).save(folder / "c.webp")
    (folder / "notes.txt").write_text("no picture either")
    (folder / "a_gradcam.png").write_bytes(b"drawn before")
    return folder


def status(*options: str) -> int:
    """The exit status of ``explain`` with PhotoNet."""
    try:
        return main(["explain", "--model", "photonet", *map(str, options)])
    except SystemExit as end:
        return end.code


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def array(path: Path | str) -> np.ndarray:
    with Image.open(path) as image:
        return np.asarray(image)


def rows(path: Path | str) -> list[dict[str, str]]:
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# One picture


def test_a_row_of_pictures_for_each_target(elsewhere, capsys):
    assert status(CAT, "--target", "Egyptian cat", "--target", "28") == 0
    said = capsys.readouterr().out
    assert "predictions:" in said and "PhotoNet" in said and "picture: chelsea_gradcam.png" in said
    assert "seen: the middle square, 67 % of the picture's width" in said
    two = array("chelsea_gradcam.png")
    assert status(CAT, "--target", "0", "--out", "one.png") == 0
    assert 1.7 < two.shape[0] / array("one.png").shape[0] < 2 and two.shape[1] == array("one.png").shape[1]
    assert names(elsewhere) == ["chelsea_gradcam.png", "one.png"]


def test_a_photograph_is_drawn_at_its_own_resolution():
    """The network sees 64 pixels; the map lies on the 900 or so of the photograph."""
    large = np.asarray(Image.fromarray(sample("cat")).resize((1353, 900)))
    Image.fromarray(large).save("large.png")
    assert status("large.png", "--target", "tabby") == 0
    drawn, clf = array("large_gradcam.png"), load_classifier("photonet")
    side = (drawn.shape[1] - 5 * GAP) // 4
    assert side == pytest.approx(900, rel=0.01)
    photograph = seen(large, clf.transform.at(side))
    L = upsample(explain(clf, clf.to_input(large)).map("tabby"), side)
    bottom = slice(-GAP - side, -GAP)
    assert np.array_equal(drawn[bottom, GAP : GAP + side], photograph)
    expected = overlay(photograph, scale_by_max(L)[0])
    assert np.array_equal(drawn[bottom, 2 * GAP + side : 2 * GAP + 2 * side], expected)


def test_a_very_large_photograph_is_drawn_smaller():
    Image.new("RGB", (2000, 2000), "teal").save("large.png")
    assert status("large.png", "--target", "tabby") == 0
    assert array("large_gradcam.png").shape[1] == 4 * LONGEST + 5 * GAP


def test_the_titles_tell_class_rank_and_probability(monkeypatch):
    told = []
    monkeypatch.setattr(outputs, "sheet", lambda panels, titles, about: told.extend([titles, about]) or panels[0][0])
    assert status(CAT, "--target", "Egyptian cat") == 0
    clf = load_classifier("photonet")
    p = dict(clf.top(clf.to_input(CAT)))["Egyptian cat"]
    ((first, second, *_),), about = told
    assert first == f"Egyptian cat\nrank 2 of 40, probability {p:.1%}" and second.startswith("Grad-CAM\nmaximum 0.")
    assert about.startswith("chelsea.png, seen: the middle square")


@pytest.mark.parametrize("crop, words", [("whole", "the whole picture"), ("0,0,100,100", "the square from (0, 0)")])
def test_another_part_of_the_picture(crop, words, capsys):
    assert status(CAT, "--crop", crop, "--format", "npy", "--target", "tabby") == 0
    assert f"seen: {words}" in capsys.readouterr().out
    clf = load_classifier("photonet")
    chosen = crop if crop == "whole" else (0, 0, 100, 100)
    expected = explain(clf, clf.to_input(CAT, crop=chosen)).map("tabby")
    assert np.allclose(np.load("chelsea_gradcam.npy"), expected.numpy())


def test_the_other_form_draws_too(elsewhere):
    assert main(["explain", CUP, "--model", "photonet_gap", "--out", "cup.jpg"]) == 0
    assert (elsewhere / "cup.jpg").stat().st_size > 10_000


# Several


def test_a_picture_that_fails_does_not_stop_the_others(three, elsewhere, capsys):
    out = elsewhere / "out"
    out.mkdir()
    assert status(three, CAT, "--out", out, "--target", "tabby") == 1
    said = capsys.readouterr()
    assert [line.split("]")[0] for line in said.out.splitlines() if line.startswith("[")] == ["[1/4", "[3/4", "[4/4"]
    assert said.err.startswith(f"error: [2/4] {three / 'b.jpg'}: not a picture") and said.err.count("error") == 1
    assert names(out) == ["a_gradcam.png", "c_gradcam.png", "chelsea_gradcam.png"]


def test_the_good_targets_are_drawn_and_the_others_told_before(capsys):
    assert status(CAT, "--target", "tabby", "--target", "Egyptain cat", "--target", "40", "--format", "npy") == 1
    said = capsys.readouterr()
    assert "near: 'Egyptian cat'" in said.err and "0 … 39" in said.err and said.err.count("error: ") == 2
    assert np.load("chelsea_gradcam.npy").shape == (1, 8, 8)


def test_where_no_target_is_known_nothing_is_run(elsewhere, monkeypatch):
    monkeypatch.setattr(Classifier, "to_input", lambda *_, **__: pytest.fail("a picture was run"))
    assert status(CAT, "--target", "tabbby") == 1 and names(elsewhere) == []


def test_a_larger_input_gives_a_finer_map_of_the_same_part(capsys):
    assert status(CAT, "--size", 128, "--out", "maps.npy", "--target", "tabby") == 0
    said, clf = capsys.readouterr().out, load_classifier("photonet")
    assert "input: 128×128 pixels" in said and "seen: the middle square, 67 % of the picture's width" in said
    expected = explain(clf, clf.to_input(CAT, size=128)).map("tabby")
    assert expected.shape == (1, 16, 16) and np.allclose(np.load("maps.npy"), expected.numpy(), atol=1e-6)


def test_a_size_that_the_network_does_not_take(elsewhere, capsys):
    assert status(CAT, "--size", 4) == 1 and names(elsewhere) == []
    said = capsys.readouterr().err
    assert said == "error: --size 4: this network takes no pictures of 4×4 pixels; its own size is 64\n"


def test_maps_as_numbers(capsys):
    assert status(CAT, "--out", "maps.npy", "--target", "tabby", "--target", "espresso") == 0
    assert "maps: maps.npy, float32 (2, 8, 8): tabby, espresso" in capsys.readouterr().out
    maps, clf = np.load("maps.npy"), load_classifier("photonet")
    e = explain(clf, clf.to_input(CAT))
    assert maps.dtype == np.float32
    assert np.allclose(maps, torch.cat([e.map("tabby"), e.map("espresso")]).numpy(), atol=1e-6)


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_tables(three, kind):
    assert status(three, "--format", kind, "--target", "espresso", "--target", "tabby") == 1
    clf = load_classifier("photonet")
    e = explain(clf, clf.to_input(three / "c.webp"))
    if kind == "csv":
        table = rows("gradcam.csv")
        assert [Path(row["picture"]).name for row in table] == ["a.png", "a.png", "b.jpg", "c.webp", "c.webp"]
        assert table[2]["note"].startswith("error: ") and table[2]["class"] == ""
        last = table[3]
    else:
        first, broken, third = json.loads(Path("gradcam.json").read_text(encoding="utf-8"))
        assert "not a picture" in broken["error"] and first["layer"] == "features"
        assert [p["class"] for p in third["predictions"]] == [name for name, _ in e.top(5)]
        last = third["targets"][0]
    assert last["class"] == "espresso" and int(last["rank"]) == 1 and last["note"] == ""
    index = clf.index("espresso")
    assert float(last["score"]) == pytest.approx(float(e.logits[0, index]), rel=1e-5)
    assert float(last["probability"]) == pytest.approx(dict(e.top(1))["espresso"], rel=1e-5)
    assert float(last["map_maximum"]) == pytest.approx(float(e.map(index).max()), rel=1e-4)


@pytest.mark.parametrize("kind", ["png", "csv"])
def test_ctrl_c_leaves_what_is_finished(elsewhere, monkeypatch, capsys, kind):
    seen_by, to_input = [], Classifier.to_input

    def interrupted(self, image, **more):
        if seen_by:
            raise KeyboardInterrupt
        seen_by.append(image)
        return to_input(self, image, **more)

    monkeypatch.setattr(Classifier, "to_input", interrupted)
    assert status(CAT, CUP, "--format", kind, "--target", "tabby") == 130
    assert "stopped; 1 of 2 pictures are done" in capsys.readouterr().err
    assert names(elsewhere) == [{"png": "chelsea_gradcam.png", "csv": "gradcam.csv"}[kind]]
    if kind == "csv":
        assert [row["class"] for row in rows("gradcam.csv")] == ["tabby"]


def test_ctrl_c_while_torch_is_imported_ends_it_without_a_word():
    code = "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    code += "from gradcam_lib.__main__ import _ended_at_once\nwith _ended_at_once():\n"
    code += "    signal.raise_signal(signal.SIGINT)\nprint('goes on')"
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode not in (0, 1) and ran.stdout == ran.stderr == ""


@pytest.mark.parametrize("out", ["chelsea_gradcam.png", "gradcam.csv"])
def test_a_write_that_fails_leaves_nothing_behind(elsewhere, monkeypatch, capsys, out):
    def full(*_):
        raise OSError(28, "No space left on device", out)

    Path(out).write_bytes(b"of last week")
    monkeypatch.setattr(outputs.os, "replace", full)
    assert status(CAT, "--overwrite", "--target", "tabby", "--out", out) == 1
    assert capsys.readouterr().err.count(f"error: {CAT}: " if out.endswith("png") else "error: ") == 1
    assert names(elsewhere) == [out] and Path(out).read_bytes() == b"of last week"


def test_more_rows_than_a_webp_can_hold(elsewhere, capsys):
    Image.new("RGB", (1600, 1600), "teal").save("large.png")
    targets = [option for i in range(10) for option in ("--target", i)]
    assert status("large.png", "--out", "large.webp", *targets) == 1
    assert "too many for WEBP; name a .png" in capsys.readouterr().err and names(elsewhere) == ["large.png"]


# A network of one's own


@pytest.mark.parametrize("listed", ["ant\nbee\nwasp, or yellow jacket\n", '["ant", "bee", "wasp, or yellow jacket"]'])
def test_a_network_of_ones_own(elsewhere, listed, capsys):
    from torchvision.models import resnet18

    torch.manual_seed(0)
    torch.save(resnet18(num_classes=3).state_dict(), "my3.pth")
    Path("names.txt").write_text(listed, encoding="utf-8")
    own = ["explain", CAT, "--model", "resnet18", "--checkpoint", "my3.pth", "--names", "names.txt"]
    assert main([*own, "--target", "bee", "--format", "csv"]) == 0
    assert [row["class"] for row in rows("gradcam.csv")] == ["bee"]
    assert "wasp, or yellow jacket" in capsys.readouterr().out
    Path("names.txt").write_text("ant\nbee\n", encoding="utf-8")
    assert main([*own, "--out", "again.csv"]) == 1
    said = capsys.readouterr().err
    assert said.count("error: ") == 1 and "my3.pth" in said and not Path("again.csv").exists()


def test_a_checkpoint_cannot_carry_code(elsewhere, capsys):
    class Bad:
        def __reduce__(self):
            return (Path("hacked").touch, ())

    torch.save({"fc.weight": Bad()}, "bad.pth")
    Path("names.txt").write_text("ant\nbee\n")
    options = ["--model", "resnet18", "--checkpoint", "bad.pth", "--names", "names.txt"]
    assert main(["explain", CAT, *options]) == 1
    assert "bad.pth" in capsys.readouterr().err and not Path("hacked").exists()


# Refused before the work


@pytest.mark.parametrize(
    ("options", "words", "code"),
    [
        (["nowhere.png"], "nowhere.png: no such file or folder", 1),
        ([CAT, "--target", "Egyptain cat"], "near: 'Egyptian cat'", 1),
        ([CAT, "--target", "40"], "0 … 39", 1),
        ([CAT, "--layer", "featurs"], "near: 'features'", 1),
        ([CAT, "--out", "map.gif"], ".png", 2),
        ([CAT, "--out", "missing/map.png"], "mkdir missing", 1),
        ([CAT, "--model", "photonett"], "near: 'photonet'", 1),
        ([CAT, "--device", "abacus"], "abacus", 1),
    ],
)
def test_bad_input_is_an_error_in_words(elsewhere, capsys, monkeypatch, options, words, code):
    monkeypatch.setattr(PhotoNet, "forward", lambda *_: pytest.fail("a picture was run"))
    assert status(*options) == code
    said = capsys.readouterr()
    assert said.err.count("error: ") == 1 and words in said.err
    assert names(elsewhere) == []


def test_a_refusal_does_not_wait_for_torch(elsewhere):
    ask = "import sys; from gradcam_lib.__main__ import main; s = main(['explain', 'nowhere.png']); "
    ask += "print(s, {'torch', 'torchvision', 'cv2', 'matplotlib'} & set(sys.modules))"
    begin = time.monotonic()
    ran = subprocess.run([sys.executable, "-c", ask], cwd=ROOT, capture_output=True, text=True)
    assert ran.stdout.strip() == "1 set()" and "nowhere.png" in ran.stderr
    assert time.monotonic() - begin < 5  # torch alone takes as long on a busy machine; the command a tenth of a second
