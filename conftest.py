"""How the tests are spread over processes, and how nbval runs the notebooks. Here, above both tests and notebooks."""

from __future__ import annotations

import os

# Large arrays stay with the process. Otherwise Linux clears their memory anew at every layer of a network, which takes
# as long as the layer. Read when a process starts: so by xdist's, by the kernels and by what tests start.
os.environ.setdefault("MALLOC_MMAP_MAX_", "0")
os.environ.setdefault("MALLOC_TRIM_THRESHOLD_", str(2**31))
if "PYTEST_XDIST_WORKER" in os.environ:  # a process for every core: two threads each would only wait for each other
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # read by torch when it is imported, here and in the kernels

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from unittest import mock

import pytest
from support.committed import depends_on_weights, outdated
from xdist.scheduler import LoadFileScheduling

TRAINS = ("09_bias_case_study",)  # solutions that take as long as a lesson


class ByFile(LoadFileScheduling):
    """Hands a process one file after the other: its tests share what is costly to make, its cells need one kernel.

    Only test_notebooks.py and the browser's tests are handed out one by one: each has a notebook of its own. Those of
    the site stay together, so that no process waits while another builds it.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        if file.startswith("tests/site/"):
            return "tests/site"
        return nodeid if file.endswith("test_notebooks.py") or file.startswith("tests/browser/") else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> ByFile:
    config.option.loadscopereorder = False  # by the number of tests, single ones last: a minute's as well as a moment's
    return ByFile(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Quick tests first, so that most failures show early; then the longest first: all processes end together."""
    items.sort(key=_slowness)


def _slowness(item: pytest.Item) -> int:
    """0 for a quick test; then the browser's and what trains, lessons, lessons with weights, and solutions."""
    solutions = item.path.parent.name == "solutions"
    if item.path.parent.name == "browser" or solutions and item.path.stem in TRAINS:
        return 1
    if item.path.suffix == ".ipynb":
        return 4 if solutions else 2
    return 3 if item.name.startswith("test_pictures_and_checked_text_are_not_stale") else 0


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """nbval runs the notebooks as in a fresh clone without a network; test_notebooks.py runs some with weights too."""
    if item.path.suffix != ".ipynb":
        return (yield)
    with nothing_at_hand(item.config):
        return (yield)


@contextmanager
def nothing_at_hand(config: pytest.Config) -> Iterator[None]:
    output = config.rootpath / "test-output"
    changes = {
        "GRADCAM_OFFLINE": "1",
        "TORCH_HOME": str(output / "no-cache"),  # never made
        "GRADCAM_FIGURES": str(output / "figures-offline"),  # the committed ones stay as they are
        "IPYTHONDIR": str(output / "ipython"),  # not the reader's own profile
    }
    with mock.patch.dict(os.environ, changes):
        for name in ("GRADCAM_WEIGHTS", "GRADCAM_DATA"):
            os.environ.pop(name, None)
        yield


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """A notebook that warns is a failure too, and so is a picture that is no longer what the code draws.

    nbval's lax mode would let both pass. Where pictures depend on the weights at hand, test_notebooks.py compares them.
    """
    result = yield
    if item.path.suffix == ".ipynb":
        outputs = getattr(item, "test_outputs", None) or []
        if said := [output.text for output in outputs if output.get("name") == "stderr"]:
            pytest.fail(f"the cell wrote to stderr:\n{said[0]}", pytrace=False)
        if outputs and not depends_on_weights(item.path):
            figures = item.config.rootpath / "test-output" / "figures-offline"
            if found := outdated(item.cell, outputs, figures):
                pytest.fail(f"{found}; python3 start.py notebooks draws it anew", pytrace=False)
    return result
