"""Pictures: what can be read back from the axes and the files is tested; beauty is looked at."""

import matplotlib
import numpy as np
import pytest
from PIL import Image

from gradcam_lib import paths
from gradcam_lib.pictures import saving

matplotlib.use("Agg")

import matplotlib.pyplot as plt  # noqa: E402

from gradcam_lib.pictures.figures import (  # noqa: E402
    chart,
    colour_bar,
    draw_bars,
    draw_box,
    save_figure,
    show_figure,
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


def sides(axes):
    """The shorter side of each panel in the saved file's pixels."""
    axes[0].figure.canvas.draw()
    return [min(axis.get_window_extent().size) for axis in axes]


@pytest.mark.parametrize("shape", [(40, 40, 3), (40, 60, 3), (60, 40, 3), (4, 4, 3)])
@pytest.mark.parametrize("more", [{}, {"strip": True}, {"strip": "signed", "labels": ["a row with a long label"] * 2}])
def test_panels_have_250_pixels_however_small_they_are_asked_for(shape, more):
    rows = show_grid(
        [[np.zeros(shape, np.uint8)] * 4] * 2, [["a title that takes three lines"] * 4], height=0.5, **more
    )
    assert min(sides(sum(rows, []))) >= 250


def test_titles_stay_over_their_panels():
    axes = show_row([RED[:, :40]] * 3, ["the photograph", "“military uniform”, rank 1 of 1000, probability 0.89", "x"])
    axes[0].figure.canvas.draw()
    for axis in axes:
        assert axis.title.get_window_extent().width <= axis.get_window_extent().width
    assert axes[1].get_title().replace("\n", " ") == "“military uniform”, rank 1 of 1000, probability 0.89"


def test_an_empty_tile_takes_a_chart_beside_pictures():
    picture, tile = show_row([RED, None], ["a picture", "bars"])
    draw_bars(tile, ["cat"], [1.0])
    assert picture.images and not tile.images and tile.get_title() == "bars"
    assert sides([tile])[0] >= 250


@pytest.mark.parametrize("signed, limits, ends", [
    (False, (0, 1), ["0", "maximum"]), (True, (-1, 1), ["against, −maximum", "for, maximum"]),
])  # fmt: skip
def test_the_colour_bar_has_the_range_of_the_map(signed, limits, ends):
    axes = show_row([RED, RED])
    colour_bar(axes, signed=signed, label="share of the maximum")
    bar = axes[0].figure.axes[-1]
    assert bar.get_xlim() == limits and bar.get_xlabel() == "share of the maximum"
    assert [text.get_text().strip() for text in bar.texts] == ends


def test_a_colour_bar_takes_no_room_from_the_pictures():
    alone = sides(show_row([RED] * 3))
    axes = show_row([RED] * 3)
    colour_bar(axes, signed=True, label="share of the maximum")
    assert sides(axes) == pytest.approx(alone, abs=3)


def test_a_strip_says_what_the_end_of_the_scale_is():
    (axis,) = show_row([RED], strip=True, most="0.41")
    assert [text.get_text().strip() for text in axis.figure.axes[-1].texts] == ["0", "0.41"]


def test_a_picture_is_saved_as_a_photograph_and_a_chart_in_few_colours(elsewhere):
    show_row([RED])
    save_figure("04_red", alt="A red rectangle.")
    (axis,) = chart()
    draw_bars(axis, ["cat"], [1.0])
    save_figure("04_bars", alt="One bar.")
    assert sorted(file.name for file in elsewhere.iterdir()) == ["04_bars.png", "04_red.jpg", "README.md"]
    with Image.open(elsewhere / "04_red.jpg") as red, Image.open(elsewhere / "04_bars.png") as bars:
        assert (red.format, bars.format, bars.mode) == ("JPEG", "PNG", "P")


def test_red_stays_red_in_the_file(elsewhere):
    show_row([RED])
    save_figure("04_red")
    with Image.open(elsewhere / "04_red.jpg") as saved:
        picture = np.asarray(saved.convert("RGB")).astype(int)
    assert np.abs(picture[picture.shape[0] // 2, picture.shape[1] // 2] - [255, 0, 0]).max() <= 3


def test_the_same_figure_is_the_same_file(elsewhere):
    for name in ("04_one", "04_two"):
        show_row([RED])
        save_figure(name)
    assert (elsewhere / "04_one.jpg").read_bytes() == (elsewhere / "04_two.jpg").read_bytes()


def test_a_figure_that_becomes_a_chart_leaves_no_old_file(elsewhere):
    show_row([RED])
    save_figure("04_red", alt="A red rectangle.")
    chart()
    save_figure("04_red", alt="An empty chart.")
    assert sorted(file.name for file in elsewhere.iterdir()) == ["04_red.png", "README.md"]
    assert "rectangle" not in (elsewhere / "README.md").read_text(encoding="utf-8")


def test_the_list_has_the_alternative_texts_in_order_under_their_notebooks(elsewhere):
    elsewhere.mkdir()
    (elsewhere / "README.md").write_text("# Figures\n\nBy hand.\n\n## 05\n\n- [05_gone.jpg](05_gone.jpg): gone\n")
    for name, alt in (("04_red", "A red\n  rectangle,\nx < y."), ("03_b", ""), ("04_blue", "“Blue”.")):
        show_row([RED])
        save_figure(name, alt=alt)
    assert (elsewhere / "README.md").read_text(encoding="utf-8") == (
        "# Figures\n\nBy hand.\n\n"
        "## 03 · [03_cam](../notebooks/03_cam.ipynb)\n\n- [03_b.jpg](03_b.jpg)\n\n"
        "## 04 · [04_grad_cam](../notebooks/04_grad_cam.ipynb)\n\n"
        "- [04_blue.jpg](04_blue.jpg): “Blue”.\n- [04_red.jpg](04_red.jpg): A red rectangle, x &lt; y.\n"
    )


def test_the_cell_shows_what_the_file_holds_with_its_alternative_text(elsewhere, monkeypatch):
    shown = []
    monkeypatch.setattr(saving, "get_ipython", lambda: True)
    monkeypatch.setattr(saving, "display", lambda data, **more: shown.append((data, more["metadata"])))
    show_row([RED])
    save_figure("04_red", alt="A red rectangle.")
    show_row([RED])
    show_figure(alt="The same.")
    content = (elsewhere / "04_red.jpg").read_bytes()
    assert shown == [
        ({"image/jpeg": content, "text/plain": alt}, {"image/jpeg": {"alt": alt}})
        for alt in ("A red rectangle.", "The same.")
    ]
    assert not plt.get_fignums(), "Jupyter would show what is still open a second time"


@pytest.mark.parametrize("name", ["dog", "4_dog", "04-dog", "04_Dog", "04_", "../04_dog", "04_dog.png"])
def test_a_figure_without_the_number_of_its_notebook_is_refused(name):
    show_row([RED])
    with pytest.raises(ValueError, match="two digits of the notebook and a name"):
        save_figure(name)


def test_saving_before_drawing_is_refused(elsewhere):
    with pytest.raises(ValueError, match="nothing has been drawn"):
        save_figure("04_dog")
    assert not elsewhere.exists()
