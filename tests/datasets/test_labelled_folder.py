"""One's own pictures from a CSV: read as written, faults named by row and value, results by group."""

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from gradcam_lib.datasets.labelled_folder import by_group, labelled_folder
from gradcam_lib.networks.zoo import Classifier
from gradcam_lib.pictures.images import Transform

HEADER = "image,label,group\n"
ROWS = "a.png,dark,x\nb.png,light,x\nin/c.png,light,y\n"


@pytest.fixture
def folder(tmp_path):
    """Three pictures of different sizes: black, white, and black on the left."""
    (tmp_path / "in").mkdir()
    half = np.zeros((20, 40, 3), np.uint8)
    half[:, 20:] = 255
    for name, array in (("a", np.zeros((8, 8, 3))), ("b", np.full((30, 12, 3), 255)), ("in/c", half)):
        Image.fromarray(array.astype(np.uint8)).save(tmp_path / f"{name}.png")
    return tmp_path


def write(folder, text):
    (folder / "own.csv").write_text(text, encoding="utf-8")
    return folder / "own.csv"


def brightness():
    """light where the picture's middle is brighter than 0.6, else dark; the evidence for light is the light itself."""
    conv, head = nn.Conv2d(3, 1, 1, bias=False), nn.Linear(1, 2)
    conv.weight.data.fill_(1 / 3)
    head.weight.data, head.bias.data = torch.tensor([[-1.0], [1.0]]), torch.tensor([0.6, -0.6])
    model = nn.Sequential(conv, nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), head).eval()
    return Classifier(model, ["dark", "light"], "1", "by hand", Transform(8, 8, (0.0,) * 3, (1.0,) * 3))


def test_rows_are_read_in_order_and_groups_found(folder):
    own = labelled_folder(write(folder, "\ufeff" + HEADER + ROWS + "\n"), names=["dark", "light"])
    assert [p.name for p in own.paths] == ["a.png", "b.png", "c.png"] and own.labels == ("dark", "light", "light")
    assert own.rows_of == {"x": [0, 1], "y": [2]} and len(own) == 3


def test_columns_in_any_order_names_with_commas_and_another_folder(folder, tmp_path_factory):
    Image.new("RGB", (4, 4)).save(folder / "a, b.png")
    elsewhere = write(tmp_path_factory.mktemp("else"), 'more,group,image,label\n1,x,"a, b.png",dark\n')
    assert labelled_folder(elsewhere, folder).paths == (folder / "a, b.png",)


def test_accuracy_and_mean_map_by_group_of_pictures_of_mixed_sizes(folder):
    found = by_group(brightness(), labelled_folder(write(folder, HEADER + ROWS)))
    assert found["x"].n == 2 and found["x"].accuracy["value"] == 1
    assert found["y"].n == 1 and found["y"].accuracy["value"] == 0  # half dark, half light: called dark
    # Evidence for light is there for the white picture alone; dark has none: its map is empty and counts as zero.
    assert found["x"].heat.shape == (8, 8) and np.allclose(found["x"].heat, 0.5)
    assert np.allclose(found["y"].heat, 0)


FAULTS = {
    "missing file": (HEADER + "a.png,dark,x\nz.png,dark,x\n", "row 3: no z.png", FileNotFoundError),
    "duplicate": (HEADER + "a.png,dark,x\nb.png,light,x\na.png,dark,y\n", "row 4: image 'a.png'.*row 2", ValueError),
    "duplicate by another way": (HEADER + "a.png,dark,x\n./in/../a.png,dark,x\n", "row 3: image.*row 2", ValueError),
    "unknown label": (HEADER + "a.png,grey,x\n", "row 2: label 'grey': unknown.*'dark', 'light'", ValueError),
    "empty group": (HEADER + "a.png,dark,x\nb.png,dark, \n", "row 3: group is empty", ValueError),
    "empty label": (HEADER + "a.png,,x\n", "row 2: label is empty", ValueError),
    "missing column": ("image,label\na.png,dark\n", "row 1: expected one column 'group'", ValueError),
    "column twice": ("image,label,group,group\na.png,dark,x,y\n", "row 1: expected one column 'group'", ValueError),
    "short row": (HEADER + "a.png,dark\n", "row 2: 2 fields, the header has 3", ValueError),
    "long row": (HEADER + "a,b.png,dark,x\n", "row 2: 4 fields", ValueError),
    "no rows": (HEADER, "no rows below the header", ValueError),
    "empty file": ("", "row 1: expected one column 'image'", ValueError),
    "outside": (HEADER + "../a.png,dark,x\n", "row 2: '../a.png' leaves", ValueError),
    "open quote": (HEADER + '"a.png,dark,x\n', "no CSV", ValueError),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_faults_are_named_with_row_and_value(folder, fault):
    text, told, kind = FAULTS[fault]
    with pytest.raises(kind, match=told):
        labelled_folder(write(folder, text), names=["dark", "light"])


def test_no_table_and_a_table_of_another_encoding(folder):
    with pytest.raises(FileNotFoundError, match="none.csv"):
        labelled_folder(folder / "none.csv")
    (folder / "own.csv").write_bytes("image,label,group\nä.png,x,y\n".encode("latin-1"))
    with pytest.raises(ValueError, match="UTF-8"):
        labelled_folder(folder / "own.csv")


def test_a_label_that_the_network_does_not_know_is_named(folder):
    own = labelled_folder(write(folder, HEADER + "a.png,grey,x\n"))
    with pytest.raises(ValueError, match="label 'grey'"):
        by_group(brightness(), own)
