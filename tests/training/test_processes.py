"""Memory of a process that trains or measures; several processes are tested with what they do together."""

import os
import subprocess
import sys

import pytest

FAULTS = """
import resource, torch
from gradcam_lib.training import processes
if {kept}:
    processes.keep_memory()
for _ in range(20):  # 32 MB, freed at once: a few first ones take new memory
    torch.ones(8, 2**20)
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(4):
    torch.ones(8, 2**20)
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def faults(*, kept: bool) -> int:
    plain = {name: value for name, value in os.environ.items() if not name.startswith("MALLOC_")}
    said = subprocess.check_output([sys.executable, "-c", FAULTS.format(kept=kept)], env=plain, text=True)
    return int(said)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere memory is not told what to do")
def test_memory_that_is_kept_is_not_cleared_again() -> None:
    pages = 32 * 2**20 // os.sysconf("SC_PAGE_SIZE")
    assert faults(kept=False) >= 4 * pages
    assert faults(kept=True) < pages / 10
