"""Eight people of the test as networks from seven collections see them: answers, and the maps of one network each.

    python -m gradcam_lib.studies.skews_seen

For every skew of ``studies.bias`` the network of seed 0 is trained again, in single precision, as the networks of
notebook 09 were. Its maps are kept, of the people as drawn and edited, for the slider of the site. The answers of two
more networks, with other pictures and another order of training, tell how far those of a single one can be trusted.
"""

from __future__ import annotations

import argparse
import base64
import zlib
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from gradcam_lib.bias.collection import Skew, training_set
from gradcam_lib.bias.people import VERSIONS, painted, people, truth
from gradcam_lib.explanation import explain
from gradcam_lib.networks.classifier import Classifier
from gradcam_lib.paths import RESULTS
from gradcam_lib.results import write_results
from gradcam_lib.studies.bias import PER_CLASS, SKEWS, Run
from gradcam_lib.training.bias import train

SEEDS = 3
LEVELS = 127  # of a map, in each direction


def looked(clf: Classifier) -> tuple[np.ndarray, np.ndarray]:
    """What a network says of every person and version: logits (8, 4) and signed maps (8, 4, h, w) of "doctor".

    Those of "nurse" are their negatives, see ``networks.pooled``. Errors: ValueError where they are not.
    """
    images = [image for worker in people(0) for image in painted(worker)]
    e = explain(clf, torch.cat([clf.to_input(image) for image in images]))
    doctor, nurse = (e.logits[:, clf.names.index(name)] for name in ("doctor", "nurse"))
    if not torch.allclose(doctor, -nurse, atol=0.01):
        raise ValueError("the scores of doctor and nurse are not each other's negatives; one map would not tell both")
    signed = e.signed("doctor")
    shape = len(people(0)), len(VERSIONS)
    return doctor.reshape(shape).numpy(), signed.reshape(*shape, *signed.shape[1:]).numpy()


def packed(maps: np.ndarray) -> dict:
    """Maps (8, 4, h, w) as text: whole numbers in steps of a person's largest value / ``LEVELS``."""
    largest = np.abs(maps).max((1, 2, 3))
    step = np.where(largest > 0, largest, 1)[:, None, None, None] / LEVELS
    whole = np.rint(maps / step).astype(np.int8)
    text = base64.b64encode(zlib.compress(whole.tobytes(), 9)).decode()
    return {"shape": list(maps.shape), "largest": np.round(largest.astype(float), 4).tolist(), "levels": text}


def levels(kept: dict) -> np.ndarray:
    """What ``packed`` wrote: (8, 4, h, w) int8, in steps of a person's ``largest`` / ``LEVELS``."""
    return np.frombuffer(zlib.decompress(base64.b64decode(kept["levels"])), np.int8).reshape(kept["shape"])


def unpacked(kept: dict) -> np.ndarray:
    """The maps again, float32; wrong by half a step at most, 0.4 % of a person's largest value."""
    return (levels(kept) * (np.array(kept["largest"])[:, None, None, None] / LEVELS)).astype(np.float32)


def seen(skew: Skew, seeds: int) -> dict:
    """Trains networks on collections with one skew: seed → the logits and what they tell, and the maps of the first."""
    told: dict = {"networks": {}}
    for seed in range(seeds):
        clf = train(training_set(skew, per_class=PER_CLASS, seed=seed), seed=seed)
        logits, maps = looked(clf)
        told["networks"][str(seed)] = {"changed": changed(logits), "logits": np.round(logits.astype(float), 3).tolist()}
        told.setdefault("maps", packed(maps))
    return told


def changed(logits: np.ndarray) -> dict[str, int]:
    """For how many of the people an edited version has another answer than the one as drawn. logits: (8, 4)."""
    nurse = logits < 0
    return dict(zip(list(VERSIONS)[1:], (nurse[:, 1:] != nurse[:, :1]).sum(0).tolist(), strict=True))


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m gradcam_lib.studies.skews_seen", description=__doc__.split("\n")[0]
    )
    parser.add_argument("--seeds", type=int, default=SEEDS, help="networks of each skew; the maps are the first one's")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder for the measured numbers")
    args = parser.parse_args(argv)
    torch.set_num_threads(1)
    skews = {Run("clinic", skew, 0).name: skew for skew in SKEWS["clinic"]}
    numbers = {
        "people": [truth(worker) for worker in people(0)],
        "versions": list(VERSIONS),
        "skews": {name: seen(skew, args.seeds) for name, skew in tqdm(skews.items(), desc="skews", disable=None)},
    }
    command = f"python -m gradcam_lib.studies.skews_seen --seeds {args.seeds}"
    print(write_results("skews_seen", numbers, command=command, n=len(people(0)), folder=args.results))


if __name__ == "__main__":
    main()
