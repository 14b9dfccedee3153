"""Names for channels: by hand, on a network whose channels are known, and as a whole run."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from support.annotated_made import coco, voc
from support.evaluating import options
from torch import nn

from gradcam_lib.datasets.annotated import annotated
from gradcam_lib.evaluate import __main__ as command
from gradcam_lib.evaluate.concepts import Concepts
from gradcam_lib.evaluate.dissection import Name, Totals, in_words, names_of_halves, regions, shared, thresholds
from gradcam_lib.evaluate.experiment import looked
from gradcam_lib.evaluate.run import Run
from gradcam_lib.networks.classifier import classifier
from gradcam_lib.pictures.images import Transform


def test_half_a_percent_of_all_positions_exceed_a_threshold_however_they_come() -> None:
    maps = torch.randn(50, 3, 8, 8, generator=torch.Generator().manual_seed(0))
    limits = thresholds(maps.split(50), 50)
    assert (maps > limits.view(1, 3, 1, 1)).sum((0, 2, 3)).tolist() == [16, 16, 16]  # of 3200
    assert (thresholds(maps.split(7), 50) == limits).all() and (thresholds(maps.split(7), 64) == limits).all()
    with pytest.raises(ValueError, match="no picture could be read"):
        thresholds([], 5)


def test_a_region_is_where_the_upsampled_map_reaches_the_threshold_and_is_positive() -> None:
    A = torch.zeros(4, 2, 2)
    A[0, 0, 0], A[1, 0, 0], A[2, 1, 1], A[3] = 4.0, 1.0, 4.0, -1.0
    channels, where = regions(A, torch.tensor([2.0, 2.0, 4.0, -2.0]), 4)
    assert channels == [0, 2]
    assert where[0].int().tolist() == [[1, 1, 0, 0], [1, 1, 0, 0], [0] * 4, [0] * 4]  # 4, 3, 2.25: above 2
    assert where[1].int().tolist() == [[0] * 4, [0] * 4, [0] * 4, [0, 0, 0, 1]]  # 4 itself counts
    masks = [np.eye(4, dtype=bool), np.ones((4, 4), bool)]
    assert shared(where, masks).tolist() == [[2, 1], [4, 1]]
    assert regions(A, torch.full((4,), 9.0), 4)[0] == []


def test_names_by_hand() -> None:
    rng = np.random.default_rng(0)
    where, masks = rng.random((6, 5, 8, 8)) < 0.3, {name: rng.random((6, 8, 8)) < 0.4 for name in "ab"}
    masks["b"] |= where[:, 2]
    totals = Totals(5)
    for i in range(6):  # one batch a picture, as JSON gives it back
        both = {name: {str(k): int((where[i, k] & mask[i]).sum()) for k in range(5)} for name, mask in masks.items()}
        on = {str(k): int(where[i, k].sum()) for k in range(5)}
        totals.add(on, {name: int(mask[i].sum()) for name, mask in masks.items()}, both)
    for name, mask in masks.items():
        for k in range(5):
            iou = (where[:, k] & mask).sum() / (where[:, k] | mask).sum()
            assert totals.iou(name)[k] == pytest.approx(iou)
    assert totals.names()[2].concept == "b" and (totals.iou("nowhere") == 0).all()
    assert totals.plus(totals).iou("a") == pytest.approx(totals.iou("a"))
    empty = Totals(5)
    assert empty.names() == {} and not any(n.holds for n in names_of_halves([totals, empty]).values())
    assert all(n.holds for n in names_of_halves([totals, totals]).values())


def test_a_channel_below_the_limit_has_no_name() -> None:
    totals = Totals(2)
    totals.add({"0": 50, "1": 50}, {"dog": 54}, {"dog": {"0": 4, "1": 3}})
    assert totals.names() == {0: Name("dog", 0.04)}


def test_weights_in_words() -> None:
    names = {5: Name("dog", 0.1, True), 7: Name("cat", 0.05)}
    said = in_words([(5, 0.0312), (7, 0.02), (1, -0.5)], names)
    assert said == "dog (channel 5, 0.0312), cat? (channel 7, 0.02), channel 1 (−0.5)"


class Colours(nn.Module):
    """A channel for each colour, as bright as that colour; 8 × 8 positions."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.AvgPool2d(8), nn.ReLU(), nn.Conv2d(3, 3, 1, bias=False), nn.ReLU())
        self.head = nn.Linear(3, 3, bias=False)
        with torch.no_grad():
            self.features[2].weight.copy_(torch.eye(3).view(3, 3, 1, 1))
            self.head.weight.copy_(torch.tensor([[3.0, 1.0, -1.0], [-1.0, 3.0, 1.0], [1.0, -1.0, 3.0]]))

    def forward(self, x):
        return self.head(self.features(x).mean((2, 3)))


def test_a_channel_is_named_after_what_it_answers_to(tmp_path: Path) -> None:
    """The unicorn is painted green, and a bus red: the channels of these colours have their names, blue has none."""
    data = coco(tmp_path / "data", 40)
    for i, file in enumerate(sorted((data / "val2017").iterdir())):
        image = np.zeros((64, 64, 3), np.uint8)
        image[8:24, 8:24, 0] = 255 if i % 16 == 0 else 100
        image[40:48, 40:48, 1] = 255 if i % 8 in (0, 3) else 90
        Image.fromarray(image).save(file)
    clf = classifier(
        Colours(), ["red", "green", "blue"], transform=Transform(64, 64, (0.0,) * 3, (1.0,) * 3), layer="features"
    )
    experiment = Concepts(options(Concepts), clf)
    units = experiment.units(annotated(data, clf, every=True))
    (folder := tmp_path / "out").mkdir()
    experiment.prepare(units, folder, torch.device("cpu"))
    assert (experiment.limits.numpy() == np.load(folder / "thresholds.npy")).all()
    run, rows = Run(folder), []
    run.begin({})
    for b in range(0, 40, 8):
        pictures = [experiment.seen(one) for one in units[b : b + 8]]
        look = looked(experiment, pictures, [one.picture for one in units[b : b + 8]], torch.device("cpu"))
        found = [
            {"picture": u.picture, **row}
            for u, row in zip(units[b : b + 8], experiment.measure(look, pictures), strict=True)
        ]
        run.add(b, found, experiment.sums(look, pictures, found))
        rows += found
    experiment.add_up(run.sums())
    numbers, tables = experiment.summary(rows)
    assert {k: (concept, holds) for k, (concept, _, holds) in numbers["names"].items()} == {
        "0": ("school bus", True),
        "1": ("unicorn", True),
    }
    tried = numbers["other_half"]
    assert tried["names"] == tried["enough_there"] == tried["best_there"] == 4
    assert tried["iou_on_the_other_half"] == pytest.approx(tried["iou_where_found"], abs=1e-3)
    assert tried["iou_of_all_channels"] == pytest.approx(
        tried["iou_where_found"] / 3, abs=1e-3
    )  # others share no pixel
    assert numbers["in_the_picture"]["highest"]["value"] == 1
    assert rows[0]["predicted"] == "red" and rows[0]["highest"].startswith("0:") and rows[0]["lowest"].startswith("2:")
    assert all(len(row) == len(table.columns) for table in tables for row in table.rows)
    words = next(path for path in experiment.after(rows, units, folder) if path.name == "explanations.csv")
    with words.open(encoding="utf-8") as file:
        assert next(csv.DictReader(file))["highest"].startswith("school bus (channel 0, ")


def said(data: Path, out: Path, *more: str, experiment: str = "concepts") -> list[str]:
    return [experiment, "--model", "photonet", "--data", str(data), "--out", str(out), "--batch", "3", *more]


def test_a_run_that_was_ended_gives_the_same_names(tmp_path: Path, monkeypatch) -> None:
    data = coco(tmp_path / "data", 10)
    (data / "val2017" / "0004.png").write_bytes(b"broken")
    assert command.main(said(data, tmp_path / "whole")) == 0
    add = Run.add

    def stopped(self: Run, batch: int, *rest) -> None:
        if batch == 2:
            raise KeyboardInterrupt
        add(self, batch, *rest)

    monkeypatch.setattr(Run, "add", stopped)
    assert command.main(said(data, tmp_path / "ended")) == 130
    monkeypatch.setattr(Run, "add", add)
    assert command.main(said(data, tmp_path / "ended")) == 0
    for name in ("pictures.csv", "summary.json", "summary.md", "names.csv", "explanations.csv"):
        assert (tmp_path / "whole" / name).read_bytes() == (tmp_path / "ended" / name).read_bytes()
    summary = json.loads((tmp_path / "whole" / "summary.json").read_text("utf-8"))
    assert summary["n"] == 9 and summary["problems"] == 1 and summary["channels"] == 192


def test_boxes_are_no_outlines_and_methods_are_no_channels(tmp_path: Path, capsys) -> None:
    assert command.main(said(voc(tmp_path / "data", 2), tmp_path / "out")) == 1
    assert "concepts need outlines" in capsys.readouterr().err
    assert command.main(said(coco(tmp_path / "coco"), tmp_path / "other", "--methods", "cam")) == 1
    assert "channels are named, not maps" in capsys.readouterr().err
