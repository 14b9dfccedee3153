"""The doctor from the command line: what it prints, and its exit status."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from gradcam_lib import load_classifier
from gradcam_lib.__main__ import main
from gradcam_lib.pictures.samples import sample_path

CAT = str(sample_path("cat"))


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_report_of_a_network_without_faults(elsewhere, capsys):
    assert main(["doctor", CAT, "--model", "photonet"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("model: PhotoNet") and "'features' (Sequential) returns 192 channels of 8 × 8" in said
    assert said.endswith("0 to look at, 0 wrong\n") and list(elsewhere.iterdir()) == []


def test_what_is_wrong_gives_the_status_1(capsys):
    assert main(["doctor", CAT, "--model", "photonet", "--layer", "nowhere"]) == 1
    said = capsys.readouterr()
    assert "no such layer; near: " in said.out and said.out.endswith("1 wrong\n") and not said.err


def test_a_checkpoint_of_ones_own(capsys):
    net = load_classifier("squeezenet", weights=None, names=["ant", "bee"]).model
    Path("names.txt").write_text("ant\nbee\n")
    torch.save(net.state_dict(), "own.pth")
    options = ["--checkpoint", "own.pth", "--names", "names.txt", "--size", "64"]
    assert main(["doctor", CAT, "--model", "squeezenet", *options]) == 0
    assert "2 scores" in capsys.readouterr().out
    assert main(["doctor", CAT, "--model", "resnet18", *options]) == 1
    assert capsys.readouterr().err.startswith("error: ")


def test_a_layer_and_a_target_of_ones_own(capsys):
    assert main(["doctor", CAT, "--model", "photonet", "--layer", "features.0", "--target", "tabby"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "look" in said and "the usual choice would be 'features'" in said and "convolutions" in said


@pytest.mark.parametrize(
    "options, words",
    [(["--target", "nobody"], "no such class"), (["--model", "resnet"], "no such name"), (["--target", "99"], "99")],
)
def test_what_is_unknown_is_an_error(options, words, capsys):
    assert main(["doctor", CAT, *(["--model", "photonet"] if "--model" not in options else []), *options]) == 1
    assert words in capsys.readouterr().err


def test_one_picture(elsewhere, capsys):
    for name in ("a.png", "b.png"):
        (elsewhere / name).write_bytes(b"?")
    assert main(["doctor", str(elsewhere), "--model", "photonet"]) == 1
    assert "2 pictures; name one of them" in capsys.readouterr().err
    assert main(["doctor", "a.png", "--model", "photonet"]) == 1
    assert "a.png" in capsys.readouterr().err
