"""The report against a network whose evidence is known, and against sums by hand."""

import dataclasses

import numpy as np
import pytest
import torch
from torch import nn

from gradcam_lib.bias.collection import CLINIC, TANKS, Collection
from gradcam_lib.bias.report import DRAWN, Report, by_cell, evaluate, shares_of, test_set
from gradcam_lib.networks.zoo import Classifier
from gradcam_lib.pictures.images import Transform


class Redness(nn.Module):
    """Class 0 for red light, class 1 for blue: evidence that is where the colour is."""

    def __init__(self):
        super().__init__()
        self.conv, self.relu = nn.Conv2d(3, 2, 1, bias=False), nn.ReLU()
        self.conv.weight.data = torch.tensor([[1.0, 0, -1], [-1, 0, 1]])[..., None, None]
        self.pool, self.flat, self.head = nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(2, 2, bias=False)
        self.head.weight.data = torch.tensor([[1.0, -1], [-1, 1]])
        self.eval()

    def forward(self, x):
        return self.head(self.flat(self.pool(self.relu(self.conv(x)))))


def redness(names=CLINIC.names):
    return Classifier(Redness(), list(names), "relu", "by hand", Transform(128, 128, (0.0,) * 3, (1.0,) * 3))


def halves(case=CLINIC):
    """Four grey pictures with a red and a blue stripe in two regions; their edits swap the colours in some."""
    images = np.full((4, 128, 128, 3), 90, np.uint8)
    owner = np.full((4, 128, 128), len(case.parts), np.uint8)
    owner[:, :32], owner[:, 32:48] = 0, 2
    images[:, :32, :, 0] = 150  # 60 levels of red in region 0, 32 rows
    images[:, 32:48, :, 2] = 210  # 120 of blue in region 2, 16 rows: as much
    labels, groups = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    images[:2, 0, :, 0] += 30  # red wins in the first two
    images[2:, 32, :, 2] += 30  # blue in the others
    pictures = Collection(images, labels, groups, case.names, case.kinds)
    edited = images.copy()
    edited[0] = images[0, ..., ::-1]
    return dataclasses.replace(
        test_set(per_cell=1, case=case),
        views={DRAWN: pictures, "hair and face": pictures.with_images(edited), "clothes": pictures},
        regions=dict.fromkeys((DRAWN, "hair and face", "clothes"), owner),
    )


@pytest.fixture(scope="module")
def report():
    return evaluate(redness(), halves())


def test_accuracy_and_cells(report):
    assert report.accuracy()["value"] == 1 and [c["value"] for c in report.cells().values()] == [1, 1, 1, 1]
    assert list(report.cells()) == ["doctor, man", "doctor, woman", "nurse, man", "nurse, woman"]


def test_the_map_lies_where_the_evidence_is(report):
    """Red speaks for the doctors, so their maps lie in region 0, and those of the nurses in region 2."""
    assert np.allclose(report.shares[DRAWN][:, [0, 2]], [[1, 0], [1, 0], [0, 1], [0, 1]], atol=1e-5)
    assert report.share_on("face")["value"] == 0.5 and report.share_on("face", "coat or scrubs")["value"] == 1
    assert report.density_on("face") == pytest.approx(0.5 / 0.25)
    assert report.density_on("coat or scrubs") == pytest.approx(0.5 / 0.125)
    assert report.peaks_on("hair and face").tolist() == [True, True, False, False]


def test_an_edit_flips_and_moves(report):
    """Of four pictures the first has its colours exchanged: another answer, and the evidence in the other region."""
    assert report.flipped("hair and face").tolist() == [True, False, False, False]
    assert report.flips()["hair and face"]["value"] == 0.25 and report.flips()["clothes"]["value"] == 0
    moved = report.moved("hair and face")
    assert moved["coat or scrubs"] == pytest.approx(0) and moved["face"] == pytest.approx(0)
    numbers = report.numbers()
    assert numbers["flips by hair and face where it peaks"] == 0.5 and numbers["peaks on hair and face"] == 0.5
    assert numbers["share on coat or scrubs"] == 0.5 and numbers["share on clothes"] == 0.5


def test_shares_by_hand():
    heat = np.array([[[1.0, 2], [3, 2]], [[0, 0], [0, 0]]])
    owner = np.array([[[0, 1], [2, 2]], [[0, 1], [2, 2]]])
    shares = shares_of(heat, owner, 3)
    assert np.allclose(shares[0], [1 / 8, 2 / 8, 5 / 8]) and np.isnan(shares[1]).all()


def test_an_empty_map_is_counted_and_left_out(report):
    nan = report.shares[DRAWN].copy()
    nan[0] = np.nan
    with_nan = dataclasses.replace(report, shares={**report.shares, DRAWN: nan})
    assert with_nan.empty() == 0.25
    assert with_nan.share_on("face")["value"] == pytest.approx(1 / 3, abs=1e-4)


def test_the_same_pictures_through_a_tint(report):
    tests = halves().with_images(lambda images: images[..., ::-1])
    assert evaluate(redness(), tests).accuracy()["value"] == 0


def test_a_test_set_is_balanced_and_edited():
    tests = test_set(per_cell=2, case=TANKS)
    assert [int(mask.sum()) for mask in tests.pictures.cells.values()] == [2, 2, 2, 2]
    assert set(tests.views) == {DRAWN, "sky", "tank"} and tests.regions["sky"].shape == (8, 128, 128)
    assert set(test_set(per_cell=2, case=TANKS, edits=False).views) == {DRAWN}


def test_an_empty_group_is_named():
    pictures = halves().pictures
    one = dataclasses.replace(pictures, groups=np.zeros(4, np.int64))
    with pytest.raises(ValueError, match="no picture of 'doctor, woman'"):
        by_cell(np.ones(4, bool), one)
    with pytest.raises(ValueError, match="per_cell=0"):
        test_set(per_cell=0)


def test_other_classes_and_unknown_regions_are_named(report):
    with pytest.raises(ValueError, match="network's classes are .'tank', 'wood'., the test's .'doctor', 'nurse'."):
        evaluate(redness(TANKS.names), halves())
    with pytest.raises(ValueError, match="region 'beard': choose from 'face'"):
        report.share_on("beard")
    assert isinstance(report, Report)
