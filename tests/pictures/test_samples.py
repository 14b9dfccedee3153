"""The sample photographs: at hand without a network, the very bytes the committed pictures were made from."""

from __future__ import annotations

import hashlib
import subprocess
import sys

import numpy as np
import pytest

from gradcam_lib.paths import DATA, ROOT
from gradcam_lib.pictures.images import Transform, seen
from gradcam_lib.pictures.samples import SAMPLES, TISSUE, collage, collage_boxes, sample, sample_path, within


@pytest.mark.parametrize("name", SAMPLES | TISSUE)
def test_samples_are_the_ones_that_were_measured(name):
    assert hashlib.sha256(sample_path(name).read_bytes()).hexdigest().startswith((SAMPLES | TISSUE)[name][2])
    picture = sample(name)
    assert picture.dtype == np.uint8 and picture.shape[2] == 3 and min(picture.shape[:2]) >= 300


@pytest.mark.parametrize("name", SAMPLES | TISSUE)
def test_every_sample_has_its_author_and_licence_written_down(name):
    rows = [r for r in (DATA / "README.md").read_text(encoding="utf-8").splitlines() if r.startswith(f"| `{name}`")]
    assert len(rows) == 1 and len([cell for cell in rows[0].split("|") if cell.strip()]) == 5


def test_samples_import_neither_package():
    code = (
        "import sys; from gradcam_lib.pictures.samples import SAMPLES, sample; "
        "[sample(n) for n in SAMPLES]; sys.exit(bool({'skimage', 'matplotlib', 'pooch'} & set(sys.modules)))"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True, cwd=ROOT, timeout=60)


def test_an_unknown_sample_names_a_near_one():
    with pytest.raises(KeyError, match="'cofee'; near: 'coffee'; there are: cat, coffee"):
        sample("cofee")


def test_a_missing_package_is_named(monkeypatch):
    monkeypatch.setitem(SAMPLES, "ghost", ("no_such_package", "data/ghost.png", ""))
    with pytest.raises(FileNotFoundError, match="install no_such_package again"):
        sample("ghost")


def test_a_collage_is_square_and_the_network_sees_both_halves():
    red, blue = np.zeros((30, 50, 3), np.uint8), np.zeros((60, 20, 3), np.uint8)
    red[..., 0], blue[..., 2] = 255, 255
    both = collage(red, blue)
    assert both.shape == (448, 448, 3)
    for picture in (both, seen(both, Transform(256, 227)), seen(both, Transform(64, 64))):
        (_, _, x1, h), (x0, _, w, _) = collage_boxes(picture)
        assert picture.shape == (h, w, 3)
        middle = 2 if w < 448 else 0  # resizing blends the seam
        assert (picture[:, : x1 - middle, 0] > 250).all() and (picture[:, x0 + middle :, 2] > 250).all()
    assert collage_boxes(np.zeros((227, 227, 3))) == ((0, 0, 113, 227), (114, 0, 227, 227))


def test_within_keeps_the_shape_and_never_enlarges():
    assert within(np.zeros((500, 741, 3), np.uint8)).shape == (302, 448, 3)
    assert within(np.zeros((10, 20, 3), np.uint8)).shape == (10, 20, 3)
