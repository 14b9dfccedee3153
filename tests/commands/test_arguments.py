"""What can be typed, what it means, and what cannot be understood."""

from __future__ import annotations

import argparse
import re

import pytest

from gradcam_lib.commands.arguments import arguments, crop
from gradcam_lib.paths import ROOT


@pytest.mark.parametrize(
    "options, words",
    [
        ([], "PICTURE"),
        (["cat.png", "--format", "gif"], "invalid choice: 'gif'"),
        (["cat.png", "--out", "a.gif"], ".png, .jpg"),
        (["cat.png", "--out", "a.png", "--format", "csv"], "ends in .csv"),
        (["cat.png", "--checkpoint", "a.pth"], "--checkpoint: say which network it is for, such as --model resnet18"),
        (["cat.png", "--names", "a.txt"], "--names: say which network it is for, such as --model resnet18"),
        (["cat.png", "--crop", "left"], "give middle, whole, or x0,y0,x1,y1"),
        (["cat.png", "--crop", "0,0,10"], "give middle, whole, or x0,y0,x1,y1"),
        (["cat.png", "--crop", "9,0,3,5"], "0 <= x0 < x1"),
        (["cat.png", "--size", "0"], "'0': give a whole number of pixels"),
        (["cat.png", "--size", "large"], "'large': give a whole number of pixels"),
    ],
)
def test_a_command_that_makes_no_sense_has_status_2(options, words, capsys):
    with pytest.raises(SystemExit) as end:
        arguments(["explain", *options])
    said = " ".join(capsys.readouterr().err.split())
    assert end.value.code == 2 and words in said


@pytest.mark.parametrize("out, kind", [("a.png", "png"), ("a.JPG", "png"), ("a.npy", "npy"), ("a.json", "json")])
def test_the_ending_tells_the_format(out, kind):
    assert arguments(["explain", "cat.png", "--out", out]).format == kind
    assert arguments(["explain", "cat.png"]).format == "png"


@pytest.mark.parametrize("text, part", [("whole", "whole"), ("middle", "middle"), ("1,2,30,40", (1, 2, 30, 40))])
def test_crops(text, part):
    assert crop(text) == part


@pytest.mark.parametrize("program", ["python3 start.py", None])
def test_the_usage_is_what_was_typed(program, monkeypatch, capsys):
    monkeypatch.delenv("GRADCAM_COMMAND", raising=False)
    if program:
        monkeypatch.setenv("GRADCAM_COMMAND", program)
    with pytest.raises(SystemExit):
        arguments(["explain", "--help"])
    assert capsys.readouterr().out.startswith(f"usage: {program or 'python -m gradcam_lib'} explain ")


def test_the_doctor_takes_one_picture_and_writes_nothing(capsys, monkeypatch):
    monkeypatch.delenv("GRADCAM_COMMAND", raising=False)
    args = arguments(["doctor", "cat.png", "--model", "resnet18", "--checkpoint", "a.pth"])
    assert (args.command, args.target, args.crop, hasattr(args, "out")) == ("doctor", None, "middle", False)
    for options in (["cat.png", "dog.png"], ["cat.png", "--checkpoint", "a.pth"], ["cat.png", "--out", "a.png"]):
        with pytest.raises(SystemExit):
            arguments(["doctor", *options])
    assert "usage: python -m gradcam_lib doctor" in capsys.readouterr().err


def test_start_py_tells_every_option(monkeypatch):
    told: list[str] = []
    add = argparse.ArgumentParser.add_argument
    monkeypatch.setattr(argparse.ArgumentParser, "add_argument", lambda *a, **k: told.extend(a[1:]) or add(*a, **k))
    arguments(["explain", "cat.png"])
    options = {option for option in told if option.startswith("--")} - {"--help"}
    text = (ROOT / "start.py").read_text(encoding="utf-8").split('"""')[1]
    assert len(options) > 8 and options <= set(re.findall(r"--[a-z]+", text))
