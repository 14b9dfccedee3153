"""Pictures: what can be read back from the axes and the files is tested; beauty is looked at."""

import matplotlib
import numpy as np
import pytest
from PIL import Image

from gradcam_lib import paths

matplotlib.use("Agg")

import matplotlib.pyplot as plt  # noqa: E402

from gradcam_lib.pictures.figures import (  # noqa: E402
    colour_bar,
    draw_box,
    draw_cells,
    save_figure,
    show_grid,
    show_row,
)

RED = np.zeros((40, 60, 3), np.uint8)
RED[..., 0] = 255


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """Figures of tests do not belong to the notebooks."""
    monkeypatch.setattr(paths, "FIGURES", tmp_path / "figures")
    yield tmp_path / "figures"
    plt.close("all")


def test_a_row_gives_its_axes_from_left_to_right():
    axes = show_row([RED, RED], ["one", "two"])
    assert [axis.get_title() for axis in axes] == ["one", "two"]
    assert axes[0].get_position().x0 < axes[1].get_position().x0


def test_a_grid_gives_its_rows_with_their_labels():
    axes = show_grid([[RED, RED], [RED]], [["a", "b"], ["c"]], labels=["first", "second"])
    assert [row[0].get_ylabel() for row in axes] == ["first", "second"]
    assert [[axis.get_title() for axis in row] for row in axes] == [["a", "b"], ["c", ""]]


def test_pictures_are_shown_as_they_are_and_the_cells_of_a_small_map_stay_cells():
    cells = np.indices((4, 4)).sum(0) % 2 * np.uint8(255)
    (axis,) = show_row([cells])
    assert np.array_equal(axis.images[0].get_array(), cells)
    axis.figure.canvas.draw()
    drawn = np.asarray(axis.figure.canvas.buffer_rgba())[..., 0]
    assert ((drawn == 0) | (drawn == 255)).all(), "no grey between black and white"


@pytest.mark.parametrize("picture, top", [(np.full((2, 2), 7, np.uint8), 255), (np.full((2, 2), 0.1), 1)])
def test_grey_pictures_are_not_stretched(picture, top):
    (axis,) = show_row([picture])
    assert axis.images[0].get_clim() == (0, top)


def test_a_box_frames_its_pixels_with_exclusive_ends():
    (axis,) = show_row([RED])
    draw_box(axis, (1, 2, 5, 9), "cat")
    frame = axis.patches[0]
    # pixel 1 reaches from ½ to 3⁄2
    assert (frame.get_x(), frame.get_y(), frame.get_width(), frame.get_height()) == (0.5, 1.5, 4, 7)
    assert [text.get_text() for text in axis.texts] == ["cat"]


def test_no_box_draws_nothing():
    (axis,) = show_row([RED])
    draw_box(axis, None, "cat")
    assert not axis.patches and not axis.texts


def test_cells_carry_their_numbers_at_their_places():
    (axis,) = show_row([np.zeros((2, 2))])
    draw_cells(axis, np.array([[0.0, 0.25], [0.5, 1.0]]))
    assert {text.get_position(): text.get_text() for text in axis.texts} == {
        (0, 0): "0.00", (1, 0): "0.25", (0, 1): "0.50", (1, 1): "1.00"
    }  # fmt: skip


@pytest.mark.parametrize("signed, limits", [(False, (0, 1)), (True, (-1, 1))])
def test_the_colour_bar_has_the_range_of_the_map(signed, limits):
    axes = show_row([RED, RED])
    colour_bar(axes, signed=signed, label="share of the maximum")
    bar = axes[0].figure.axes[-1]
    assert bar.get_ylim() == limits and bar.get_ylabel() == "share of the maximum"


def test_a_figure_is_saved_under_its_name_and_nothing_beside_it(elsewhere):
    show_row([RED])
    save_figure("04_red")
    assert [file.name for file in elsewhere.iterdir()] == ["04_red.webp"]


def test_red_stays_red_in_the_file(elsewhere):
    show_row([RED])
    save_figure("04_red")
    with Image.open(elsewhere / "04_red.webp") as saved:
        picture = np.asarray(saved.convert("RGB"))
    assert picture[picture.shape[0] // 2, picture.shape[1] // 2].tolist() == [255, 0, 0]


def test_the_same_figure_is_the_same_file(elsewhere):
    show_row([RED])
    save_figure("04_one"), save_figure("04_two")
    assert (elsewhere / "04_one.webp").read_bytes() == (elsewhere / "04_two.webp").read_bytes()


@pytest.mark.parametrize("name", ["dog", "4_dog", "04-dog", "04_Dog", "04_", "../04_dog", "04_dog.png"])
def test_a_figure_without_the_number_of_its_notebook_is_refused(name):
    show_row([RED])
    with pytest.raises(ValueError, match="two digits of the notebook and a name"):
        save_figure(name)


def test_saving_before_drawing_is_refused(elsewhere):
    with pytest.raises(ValueError, match="nothing has been drawn"):
        save_figure("04_dog")
    assert not elsewhere.exists()
