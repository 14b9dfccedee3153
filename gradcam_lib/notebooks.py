"""Execute notebooks anew, in place and without noise: where nothing changed, git shows no difference.

    python -m gradcam_lib.notebooks [NAME …] [--check]

NAME: ``04``, ``04_grad_cam``, ``solutions/04_grad_cam``, ``solutions`` or a path; none: all of them.
``--check`` leaves the files alone and says where pictures and checked text differ from them.
"""

from __future__ import annotations

import argparse
import base64
import copy
import io
import json
import os
import re
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import nbformat
import numpy as np
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from PIL import Image

from gradcam_lib.paths import NOTEBOOKS

CHECKED = "nbval-check-output"  # nbval's tag for a cell whose text is compared
TRAINED = "trained"  # our tag for a cell that shows what was trained just before: processors round differently
WIDGETS = "application/vnd.jupyter.widget-state+json"
LIVE = "live"  # our tag for a cell whose widget is a tool and no result: its first state is not kept
LARGE = 60_000  # characters of base64
TOLERANCE = 2.0  # of 255, on average: what another font or processor may change in a picture
SPOT, SPOT_TOLERANCE = 32, 12.0  # pixels; of 255: what they may change in a spot as large as a marker of a chart
# What a kernel writes about itself names its version: a difference with every update of Python.
METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"file_extension": ".py", "mimetype": "text/x-python", "name": "python"},
}
FOLDERS = {"GRADCAM_WEIGHTS", "GRADCAM_DATA", "GRADCAM_FIGURES"}


class NotebookError(RuntimeError):
    """A notebook did not run to its end; the message names notebook, cell and error."""


def find(names: Sequence[str] = ()) -> list[Path]:
    """The notebooks of these names, the solutions after the rest; all of them where there are no names.

    Errors: LookupError for a name that no notebook has, with those that there are.
    """
    there = sorted(NOTEBOOKS.glob("*.ipynb")) + sorted(NOTEBOOKS.glob("solutions/*.ipynb"))
    known = {path: _names(path) for path in there}
    for name in names:
        if not any(_plain(name) in known[path] for path in there):
            raise LookupError(f"{name!r}: no such notebook; there are {', '.join(map(label, there)) or 'none yet'}")
    wanted = {_plain(name) for name in names}
    return [path for path in there if not names or wanted & known[path]]


def label(path: Path) -> str:
    """``04_grad_cam`` or ``solutions/04_grad_cam``."""
    return path.relative_to(NOTEBOOKS).with_suffix("").as_posix()


def _plain(name: str) -> str:
    return name.replace(os.sep, "/").removeprefix("./").removesuffix(".ipynb").strip("/")


def _names(path: Path) -> set[str]:
    folder = "solutions" if path.parent != NOTEBOOKS else "."
    return {label(path), path.stem, path.stem[:2], folder, f"{NOTEBOOKS.name}/{label(path)}", _plain(str(path))}


def execute(
    path: Path,
    *,
    variables: Mapping[str, str | None] | None = None,
    on_cell: Callable[[int], None] = lambda number: None,
    timeout: float = 300,
) -> NotebookNode:
    """Run a notebook in a fresh kernel, in its own folder, and return it tidied; the file stays as it is.

    variables: environment variables to set, or to remove (None). on_cell: called with the number of each code cell
    before it runs. timeout: seconds for a cell. Errors: NotebookError.
    """
    with tempfile.TemporaryDirectory() as profile:
        # The reader's own IPython profile, or a plotting backend chosen for scripts, must not show in the outputs.
        changes = {"IPYTHONDIR": profile, "MPLBACKEND": None, **(variables or {})}
        env = {name: value for name, value in {**os.environ, **changes}.items() if value is not None}
        for name in FOLDERS & set(env):  # meant from here; a kernel stands in its notebook's folder
            env[name] = str(Path(env[name]).absolute())
        try:
            return tidy(_run(path, env, on_cell, timeout))
        except _Stalled:  # once in about a hundred runs; a second kernel has always started
            return tidy(_run(path, env, on_cell, timeout))


class _Stalled(NotebookError):
    """The kernel never got as far as the first cell."""


def _run(path: Path, env: Mapping[str, str], on_cell: Callable[[int], None], timeout: float) -> NotebookNode:
    nb = nbformat.read(path, as_version=4)
    number = 0

    def count(cell: NotebookNode, cell_index: int) -> None:
        nonlocal number
        if cell.cell_type == "code":
            number += 1
            on_cell(number)

    folder = {"metadata": {"path": str(path.parent)}}
    quiet = {"record_timing": False, "coalesce_streams": True}  # how print is cut into pieces differs from run to run
    client = NotebookClient(nb, timeout=timeout, kernel_name="python3", resources=folder, **quiet)
    client.on_cell_start = count
    try:
        # What a kernel says about its own transport is no reader's concern; a cell's stderr is among its outputs.
        client.execute(env=env, stderr=subprocess.DEVNULL)
    except CellExecutionError as error:
        raise NotebookError(f"{_where(path, nb, number)}: {error.ename}: {error.evalue}") from None
    except CellTimeoutError:
        raise NotebookError(f"{_where(path, nb, number)}: took more than {timeout:g} seconds") from None
    except DeadKernelError:
        raise NotebookError(f"{_where(path, nb, number)}: the kernel died, perhaps for want of memory") from None
    except RuntimeError as error:
        if number:
            raise
        raise _Stalled(f"{path.name}: the kernel did not start: {error}") from None
    return nb


def _where(path: Path, nb: NotebookNode, number: int) -> str:
    code = [cell for cell in nb.cells if cell.cell_type == "code"]
    lines = code[number - 1].source.strip().splitlines() or [""]
    return f"{path.name}, code cell {number} ({lines[0]!r})"


def tidy(nb: NotebookNode) -> NotebookNode:
    """A copy whose metadata and widget numbers do not change from run to run; tidying twice changes nothing."""
    nb = nbformat.reads(nbformat.writes(nb), as_version=4)
    nb.nbformat_minor = 5
    widgets = nb.metadata.get("widgets")
    nb.metadata = nbformat.from_dict({**METADATA, **({"widgets": widgets} if widgets else {})})
    for cell in nb.cells:
        cell.metadata = nbformat.from_dict({"tags": cell.metadata.tags} if cell.metadata.get("tags") else {})
        if "outputs" in cell:
            cell.outputs = tidied(cell.outputs)
    if any(LIVE in cell.metadata.get("tags", []) for cell in nb.cells):
        nb.metadata.pop("widgets", None)
    for widget in nb.metadata.get("widgets", {}).get(WIDGETS, {}).get("state", {}).values():
        _lighten_widget(widget)
    return _renumber_widgets(nb)


def tidied(outputs: Sequence[NotebookNode]) -> list[NotebookNode]:
    """A large PNG that matplotlib showed by itself becomes a JPEG of a sixth of its size; saved figures stay."""
    outputs = copy.deepcopy(list(outputs))
    for output in outputs:
        coded = output.get("data", {}).get("image/png")
        if coded and len(coded) > LARGE and "image/png" not in output.get("metadata", {}):
            del output.data["image/png"]
            output.data["image/jpeg"] = _jpeg(coded)
    return outputs


def _lighten_widget(widget: NotebookNode) -> None:
    """The same for the picture that an image widget showed last; a live widget gets its own picture anyway.

    What is unset goes: a browser begins with the same defaults, and they are a third of the saved state.
    """
    widget.state = nbformat.from_dict({name: value for name, value in widget.state.items() if value is not None})
    for buffer in widget.get("buffers", []):
        if widget.state.get("format") == "png" and len(buffer.data) > LARGE:
            widget.state.format, buffer.data = "jpeg", _jpeg(buffer.data)


def _jpeg(png: str) -> str:
    """Base64 of a PNG → base64 of a JPEG."""
    lighter = io.BytesIO()
    with Image.open(io.BytesIO(base64.b64decode(png))) as picture:
        picture.convert("RGB").save(lighter, "JPEG", quality=85)
    return base64.b64encode(lighter.getvalue()).decode()


def _renumber_widgets(nb: NotebookNode) -> NotebookNode:
    """Widgets get numbers in the order in which outputs reach them; those that no output reaches go."""
    state = nb.metadata.get("widgets", {}).get(WIDGETS, {}).get("state", {})
    outputs = json.dumps([cell.outputs for cell in nb.cells if cell.cell_type == "code"], sort_keys=True)
    queue = re.findall(r'"model_id": "([0-9a-f]{32})"', outputs)
    numbers: dict[str, str] = {}
    while queue:
        widget = queue.pop(0)
        if widget not in numbers:
            numbers[widget] = f"{len(numbers) + 1:032x}"
            queue += re.findall(r"IPY_MODEL_([0-9a-f]{32})", json.dumps(state.get(widget, {}), sort_keys=True))
    for widget in set(state) - set(numbers):
        del state[widget]
    if not state:
        nb.metadata.pop("widgets", None)
    text = re.sub("|".join(numbers) or "(?!)", lambda found: numbers[found.group()], nbformat.writes(nb))
    return nbformat.reads(text, as_version=4)


def write(nb: NotebookNode, path: Path) -> None:
    """Write all of it or nothing: an interruption leaves the old file."""
    text = nbformat.writes(nb).rstrip("\n") + "\n"
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return
    part = path.with_name(f".{path.name}.part")
    part.write_text(text, encoding="utf-8", newline="\n")
    part.replace(path)


def differences(old: NotebookNode, new: NotebookNode) -> list[str]:
    """Where two runs of a notebook differ: every picture by its pixels, the text of the cells tagged for it exactly."""
    pairs = zip(old.cells, new.cells, strict=True)
    code = [(before, after) for before, after in pairs if before.cell_type == "code"]
    found = []
    for number, (before, after) in enumerate(code, 1):
        for what in filter(None, (pictures_differ(before, after), _text_differs(before, after))):
            found.append(f"code cell {number} ({before.source.strip().splitlines()[0]!r}): {what}")
    return found


def pictures_differ(before: NotebookNode, after: NotebookNode) -> str:
    """What tells the pictures of two runs of a cell apart, in words; "" where nothing does, or where it may differ."""
    if TRAINED in before.metadata.get("tags", []):
        return ""
    ours, theirs = pictures(before), pictures(after)
    if len(ours) != len(theirs):
        return f"{len(ours)} pictures became {len(theirs)}"
    return next(filter(None, (differ(a, b) for a, b in zip(ours, theirs, strict=True))), "")


def differ(a: np.ndarray, b: np.ndarray) -> str:
    """What tells two pictures (H, W, 3), 0 to 255, apart, in words; "" where a font or a processor may have done it.

    Most of a chart is white: so the mean over every spot counts too, in which a bar of another length is plain.
    """
    if a.shape != b.shape:
        return f"a picture of {a.shape[1]}×{a.shape[0]} pixels became {b.shape[1]}×{b.shape[0]}"
    change = np.abs(a.astype(np.float32) - b).mean(2)
    if (mean := float(change.mean())) > TOLERANCE:
        return f"a picture changed by {mean:.1f} of 255 on average"
    filled = np.pad(change, [(0, -side % SPOT) for side in change.shape])
    spots = filled.reshape(filled.shape[0] // SPOT, SPOT, -1, SPOT).mean((1, 3))
    y, x = np.unravel_index(spots.argmax(), spots.shape)
    most = float(spots[y, x])
    return f"a picture changed by {most:.0f} of 255 near ({x * SPOT}, {y * SPOT})" if most > SPOT_TOLERANCE else ""


def pictures(cell: NotebookNode) -> list[np.ndarray]:
    """The pictures of a code cell, each (H, W, 3), 0 to 255."""
    kinds = ("image/png", "image/jpeg")
    coded = [output.data[kind] for output in cell.outputs for kind in kinds if kind in output.get("data", {})]
    opened = (Image.open(io.BytesIO(base64.b64decode(text))) for text in coded)
    return [np.asarray(picture.convert("RGB"), np.float32) for picture in opened]


def _text_differs(before: NotebookNode, after: NotebookNode) -> str:
    if CHECKED not in before.metadata.get("tags", []):
        return ""
    ours, theirs = text(before), text(after)
    return "" if ours == theirs else f"the text {ours!r} became {theirs!r}"


def text(cell: NotebookNode) -> str:
    """What a code cell printed and returned."""
    return "".join(output.get("text") or output.get("data", {}).get("text/plain", "") for output in cell.outputs)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m gradcam_lib.notebooks", description="Execute notebooks anew.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="04, 04_grad_cam, solutions/04_grad_cam; default: all")
    parser.add_argument("--check", action="store_true", help="compare with the files instead of writing them")
    given = parser.parse_args(arguments)
    try:
        paths = find(given.names)
    except LookupError as error:
        parser.error(error.args[0])
    wrong = 0
    for path in paths:
        print(f"{label(path)} ", end="", flush=True)
        start = time.monotonic()
        try:
            new = execute(path, on_cell=lambda number: print(".", end="", flush=True))
            found = differences(nbformat.read(path, as_version=4), new) if given.check else []
            if not given.check:
                write(new, path)
        except NotebookError as error:
            found = [f"{error} (the file stays as it was)"]
        print(f" {time.monotonic() - start:.0f} s", *(f"\n  {line}" for line in found), sep="", flush=True)
        wrong += bool(found)
    if wrong:
        print(f"{wrong} of {len(paths)} notebooks need a look")
    return min(wrong, 1)


if __name__ == "__main__":
    raise SystemExit(main())
