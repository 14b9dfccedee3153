"""One JupyterLab for all browser tests of a process: it takes longer to start than many a test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from support.browsing import Lab


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    lab = Lab(tmp_path_factory.getbasetemp(), tmp_path_factory.mktemp("jupyter"))
    yield lab
    lab.close()


@pytest.fixture
def opened(lab: Lab) -> Callable[[Path], AbstractContextManager]:
    """``with opened(notebook) as page``: the notebook lies in a folder of pytest's."""
    return lab.opened
