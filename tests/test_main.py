"""The command line, from a picture to a picture."""

import numpy as np
import pytest
from PIL import Image

from gradcam_lib.__main__ import main
from gradcam_lib.pictures.samples import sample_path


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_row_of_pictures_for_each_target(elsewhere, capsys):
    picture = str(sample_path("cat"))
    assert main(["explain", picture, "--model", "photonet", "--target", "Egyptian cat", "--target", "28"]) == 0
    said = capsys.readouterr().out
    assert "predictions:" in said and "PhotoNet" in said and "picture: chelsea_gradcam.png" in said
    with Image.open(elsewhere / "chelsea_gradcam.png") as made:
        one = np.asarray(made)
    assert one.shape[0] > 500 and one.shape[1] > 1000  # two rows of four
    assert main(["explain", picture, "--model", "photonet", "--target", "0", "--out", "one.png"]) == 0
    with Image.open(elsewhere / "one.png") as made:
        assert made.height < one.shape[0]


def test_the_other_form_draws_too(elsewhere):
    assert main(["explain", str(sample_path("coffee")), "--model", "photonet_gap", "--out", "cup.jpg"]) == 0
    assert (elsewhere / "cup.jpg").stat().st_size > 10_000


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["nowhere.png"], "nowhere.png"),
        ([str(sample_path("cat")), "--target", "Egyptain cat"], "near: 'Egyptian cat'"),
        ([str(sample_path("cat")), "--target", "40"], "0 … 39"),
        ([str(sample_path("cat")), "--layer", "featurs"], "near: 'features'"),
        ([str(sample_path("cat")), "--out", "map.gif"], ".png"),
        ([str(sample_path("cat")), "--out", "missing/map.png"], "missing"),
        ([str(sample_path("cat")), "--model", "photonett"], "near: 'photonet'"),
    ],
)
def test_bad_input_is_an_error_in_words(elsewhere, capsys, options, words):
    assert main(["explain", "--model", "photonet", *options]) in (1, 2)
    said = capsys.readouterr()
    assert said.err.count("error: ") == 1 and words in said.err
    assert not list(elsewhere.iterdir())
