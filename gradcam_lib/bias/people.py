"""Eight people of the test in a row, and each of them with hair and face or the clothes exchanged.   Notebook 09."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from gradcam_lib.bias.collection import CLINIC, seeds_of
from gradcam_lib.worlds.clinic import Worker

VERSIONS = {  # what is shown of a person → what has been exchanged
    "as drawn": (),
    "other hair and face": ("hair and face",),
    "other clothes": ("clothes",),
    "both": ("hair and face", "clothes"),
}
KEPT = 64  # people whose pictures are remembered


def people(page: int) -> list[Worker]:
    """Eight people of the test, two of every group; another page, others."""
    return [
        CLINIC.draw(seeds_of("test", 0, label, kind, 2 * page + 2)[2 * page + i], role, presents)
        for label, role in enumerate(CLINIC.names)
        for kind, presents in enumerate(CLINIC.kinds)
        for i in range(2)
    ]


def truth(worker: Worker) -> str:
    """Of the person as drawn: "doctor, woman"."""
    return f"{worker.role}, {worker.presents}"


def edited(worker: Worker, version: str) -> Worker:
    """The same person with hair and face, or the clothes, that the seed draws for the other group."""
    for edit in VERSIONS[version]:
        worker = CLINIC.edits[edit](worker)
    return worker


@lru_cache(KEPT)
def painted(worker: Worker) -> list[np.ndarray]:
    """The person in every one of VERSIONS, (128, 128, 3) uint8 each; another network sees the same pictures."""
    return [CLINIC.render(edited(worker, version)).image for version in VERSIONS]
