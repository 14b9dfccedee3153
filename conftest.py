"""The order of the tests, and how nbval runs the notebooks. Here because pytest asks only folders above a notebook."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from unittest import mock

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Quick tests first, then the notebooks, the browser last: most failures show in the first minute."""
    items.sort(key=_slowness)


def _slowness(item: pytest.Item) -> int:
    if item.path.name == "test_browser.py":
        return 2
    return int(item.path.suffix == ".ipynb" or item.path.name == "test_notebooks.py")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """nbval runs the notebooks as in a fresh clone without a network; test_notebooks.py runs them with weights."""
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
        "GRADCAM_FIGURES": str(output / "figures-offline"),  # the committed figures come from another network
        "IPYTHONDIR": str(output / "ipython"),  # not the reader's own profile
    }
    with mock.patch.dict(os.environ, changes):
        for name in ("GRADCAM_WEIGHTS", "GRADCAM_DATA"):
            os.environ.pop(name, None)
        yield


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """A notebook that warns is a failure too; nbval's lax mode would let it pass."""
    result = yield
    for output in getattr(item, "test_outputs", None) or []:
        if output.get("name") == "stderr":
            pytest.fail(f"the cell wrote to stderr:\n{output.text}", pytrace=False)
    return result
