"""The executor: in place, without noise, and never at the cost of the file that was there."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from PIL import Image

from gradcam_lib import notebooks
from gradcam_lib.notebooks import NotebookError, differ, differences, execute, find, tidy, write


def read(path: Path) -> NotebookNode:
    return nbformat.read(path, as_version=4)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(notebooks, "NOTEBOOKS", tmp_path)
    return tmp_path


def make(path: Path, *sources: str) -> Path:
    path.parent.mkdir(exist_ok=True)
    nbformat.write(new_notebook(cells=[new_code_cell(lines) for lines in sources]), path)
    return path


def test_names_find_notebooks(folder: Path) -> None:
    four, five = make(folder / "04_grad_cam.ipynb"), make(folder / "05_guided.ipynb")
    answers = make(folder / "solutions" / "04_grad_cam.ipynb")
    assert find() == [four, five, answers]
    assert find(["04"]) == find(["04_grad_cam"]) == [four, answers]
    assert find(["solutions"]) == find(["solutions/04_grad_cam.ipynb"]) == [answers]
    assert find([str(five), "05"]) == [five]
    with pytest.raises(LookupError, match=r"'4': no such notebook; there are 04_grad_cam, 05_guided, solutions/04"):
        find(["4"])


def test_a_second_run_changes_no_byte(folder: Path) -> None:
    widget = "import ipywidgets\nipywidgets.HBox([ipywidgets.IntSlider(description='one')])"
    path = make(folder / "01_x.ipynb", "import os; print(os.path.basename(os.getcwd()))", widget)
    assert notebooks.main([]) == 0
    first = path.read_bytes()
    assert notebooks.main(["01"]) == 0
    assert path.read_bytes() == first
    assert notebooks.main(["01", "--check"]) == 0
    nb = read(path)
    assert notebooks.text(nb.cells[0]) == f"{folder.name}\n", "a kernel runs in the folder of its notebook"
    saved = json.dumps(nb.metadata.widgets)
    assert "IntSliderModel" in saved and '"one"' in saved, "the state of the widgets is kept"
    assert "null" not in saved, "but not what is unset"
    assert tidy(nb) == nb


def test_what_a_cell_prints_is_one_piece_however_slowly_it_prints(folder: Path) -> None:
    path = make(folder / "01_x.ipynb", "import time\nfor i in range(3):\n    print(i, flush=True)\n    time.sleep(0.2)")
    (output,) = execute(path).cells[0].outputs
    assert output.text == "0\n1\n2\n"


def test_the_picture_of_an_image_widget_is_kept_as_jpeg(folder: Path) -> None:
    draw = (
        "import io, ipywidgets, numpy as np\nfrom PIL import Image\nfile = io.BytesIO()\n"
        "noise = np.random.default_rng(0).integers(0, 256, (160, 160, 3), np.uint8)\n"
        "Image.fromarray(noise).save(file, 'png')\nipywidgets.Image(value=file.getvalue(), format='png')"
    )
    nb = execute(make(folder / "01_x.ipynb", draw))
    [widget] = [w for w in nb.metadata.widgets[notebooks.WIDGETS]["state"].values() if w.model_name == "ImageModel"]
    assert widget.state.format == "jpeg"
    with Image.open(io.BytesIO(base64.b64decode(widget.buffers[0].data))) as picture:
        assert (picture.format, picture.size) == ("JPEG", (160, 160))
    assert tidy(nb) == nb


def test_a_failure_names_notebook_cell_and_error_and_leaves_the_file(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = make(folder / "01_x.ipynb", "print(1)", "# why\n1 / 0", "print(2)")
    before = path.read_bytes()
    with pytest.raises(
        NotebookError, match=r"01_x.ipynb, code cell 2 \('# why'\): ZeroDivisionError: division by zero"
    ):
        execute(path)
    assert notebooks.main([]) == 1
    assert "code cell 2" in capsys.readouterr().out
    assert path.read_bytes() == before
    assert list(folder.iterdir()) == [path]


def test_a_cell_without_end_is_stopped(folder: Path) -> None:
    path = make(folder / "01_x.ipynb", "import time", "time.sleep(60)")
    with pytest.raises(NotebookError, match=r"code cell 2 .*took more than 1 seconds"):
        execute(path, timeout=1)


def test_a_kernel_that_stalls_gets_a_second_chance(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, tries = make(folder / "01_x.ipynb", "print(1)"), []

    def stall_once(path: Path, *_: object) -> NotebookNode:
        tries.append(path)
        if len(tries) == 1:
            raise notebooks._Stalled("the kernel did not start")
        return read(path)

    monkeypatch.setattr(notebooks, "_run", stall_once)
    execute(path)
    assert len(tries) == 2


def test_writing_is_all_or_nothing(tmp_path: Path) -> None:
    path = tmp_path / "x.ipynb"
    write(new_notebook(), path)
    before = path.stat().st_mtime_ns
    write(new_notebook(), path)
    assert path.stat().st_mtime_ns == before, "what did not change is not written"
    assert list(tmp_path.iterdir()) == [path]


def shown(*values: int, tags: tuple[str, ...] = (), text: str = "") -> NotebookNode:
    """A notebook with one cell that shows grey pictures, and text."""
    outputs = [new_output("display_data", data={"image/png": png(value)}) for value in values]
    outputs += [new_output("stream", text=text)] if text else []
    cell = new_code_cell("draw()", outputs=outputs, metadata={"tags": list(tags)})
    return new_notebook(cells=[new_markdown_cell("# one"), cell])


def png(value: int) -> str:
    beside = io.BytesIO()
    Image.new("RGB", (4, 4), (value, value, value)).save(beside, "png")
    return base64.b64encode(beside.getvalue()).decode()


def test_pictures_are_compared_by_their_pixels() -> None:
    assert differences(shown(100), shown(102)) == []
    assert differences(shown(100), shown(103)) == ["code cell 1 ('draw()'): a picture changed by 3.0 of 255 on average"]
    assert differences(shown(100), shown()) == ["code cell 1 ('draw()'): 1 pictures became 0"]


def test_a_marker_that_moved_is_noticed_in_a_white_chart() -> None:
    chart = np.full((400, 600, 3), 255, np.float32)
    moved = chart.copy()
    chart[100:116, 200:216], moved[100:116, 230:246] = 0, 0
    assert np.abs(chart - moved).mean() < notebooks.TOLERANCE, "on average it is lost"
    assert differ(chart, moved) == "a picture changed by 64 of 255 near (192, 96)"
    assert differ(chart, chart + np.random.default_rng(0).normal(0, 2, chart.shape).astype(np.float32)) == ""


def test_text_is_compared_where_it_is_tagged() -> None:
    tags = (notebooks.CHECKED,)
    assert differences(shown(text="cat"), shown(text="dog")) == []
    assert differences(shown(text="cat", tags=tags), shown(text="cat", tags=tags)) == []
    [found] = differences(shown(text="cat", tags=tags), shown(text="dog", tags=tags))
    assert "the text 'cat' became 'dog'" in found


def test_a_widget_that_is_a_tool_is_not_kept() -> None:
    view = {"application/vnd.jupyter.widget-view+json": {"model_id": "a" * 32}, "text/plain": "App"}
    nb = new_notebook(cells=[new_code_cell("App()", outputs=[new_output("execute_result", view)])])
    state = {"a" * 32: {"model_name": "VBoxModel", "state": {}}}
    nb.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": state}}
    assert "widgets" in tidy(nb).metadata
    nb.cells[0].metadata["tags"] = ["live"]
    assert "widgets" not in tidy(nb).metadata and tidy(tidy(nb)) == tidy(nb)
