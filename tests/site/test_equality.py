"""The live page against PyTorch: what the network sees, its scores, and the maps, on twenty pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from support.browsing import needs_chromium
from support.live_page import CODED, numbers

from gradcam_lib import explain
from gradcam_lib.networks.classifier import Classifier
from gradcam_lib.networks.zoo import load_classifier
from gradcam_lib.pictures.images import load_image, seen
from gradcam_lib.pictures.samples import SAMPLES, sample, sample_path
from gradcam_lib.site.export import NETWORKS
from gradcam_lib.worlds.rendering import render
from gradcam_lib.worlds.sampling import sample as sample_scene

pytestmark = [needs_chromium, pytest.mark.timeout(400)]
CLOSE = 1e-3  # of a map's maximum
CLASSES = 3  # maps of the likeliest

LOOK = """async ([network, files, part, classes]) => {
    const { loadNetwork } = await import("./network.js");
    const { openPicture, toInput } = await import("./picture.js");
    const settings = await (await fetch("settings.json")).json();
    const told = settings.networks.find(({ name }) => name === network);
    const net = await loadNetwork(told, settings);
    const coded = CODED;
    const out = [];
    for (const file of files) {
        const picture = await openPicture(await (await fetch(file)).blob(), settings.limits, file);
        const square = picture.seen(told.transform, part);
        const seen = await net.run(toInput(square, told.transform));
        const maps = seen.order.slice(0, classes).map((c) => coded(seen.evidence(c)));
        out.push({ rgb: coded(square.rgb), logits: coded(seen.logits), order: seen.order.slice(0, classes), maps,
                   at: coded(seen.evidenceAt(10)) });
    }
    return out;
}""".replace("CODED", CODED)


@pytest.fixture(scope="module")
def pictures(site: Path) -> list[Path]:
    """Twenty files beside the page: the samples as their packages ship them, scenes, and what is awkward to read."""
    folder = site / "live" / "test-pictures"
    folder.mkdir(exist_ok=True)
    files = []
    for name in SAMPLES:
        files.append(folder / f"{name}{sample_path(name).suffix}")
        files[-1].write_bytes(sample_path(name).read_bytes())
    for seed in range(8):
        files.append(folder / f"scene_{seed}.png")
        Image.fromarray(render(sample_scene(seed)).image).save(files[-1])
    cat = Image.fromarray(sample("cat"))
    turned = Image.Exif()
    turned[0x0112] = 6
    awkward = {
        "turned.jpg": (cat, {"exif": turned, "quality": 90}),
        "thin.png": (cat.resize((120, 400)), {}),
        "tiny.png": (cat.resize((17, 23)), {}),
        "grey.webp": (cat.convert("L"), {"lossless": True}),
        "colours.gif": (cat.quantize(64), {}),
    }
    for name, (image, options) in awkward.items():
        files.append(folder / name)
        image.save(files[-1], **options)
    assert len(files) == 20
    return files


@pytest.mark.filterwarnings("ignore:of a picture:gradcam_lib.pictures.depth.PictureWarning")
def test_maps_equal_those_of_pytorch(page, address: str, pictures: list[Path]) -> None:
    page.goto(f"{address}settings.json")  # the modules without the page at work
    names = [f"test-pictures/{file.name}" for file in pictures]
    for network, part, n in (*((name, "middle", 0) for name in NETWORKS), ("efficientnet_lite0", "whole", -5)):
        classifier = load_classifier(network)
        found = page.evaluate(LOOK, [network, names[n:], part, CLASSES])
        for file, numbers_of_it in zip(pictures[n:], found, strict=True):
            compare(classifier, file, numbers_of_it, part)


def compare(classifier: Classifier, file: Path, found: dict, part: str) -> None:
    expected = seen(load_image(file), classifier.transform, part)
    rgb = numbers(found["rgb"], "u1").reshape(expected.shape)
    assert np.array_equal(rgb, expected), (file.name, np.abs(rgb.astype(int) - expected).max())
    e = explain(classifier, classifier.to_input(file, crop=part))
    logits, top = e.logits[0], e.logits[0].topk(CLASSES).indices.tolist()
    assert found["order"] == top, file.name
    assert np.abs(numbers(found["logits"], "f4") - logits.numpy()).max() < CLOSE * float(logits.max() - logits.min())
    for c, coded in zip(top, found["maps"], strict=True):
        signed = e.signed(c)[0].numpy()
        difference = np.abs(numbers(coded, "f4").reshape(signed.shape) - signed).max()
        assert difference < CLOSE * signed.max(), (file.name, classifier.names[c], difference / signed.max())
    w = signed.shape[1]
    at = torch.stack([e.signed(c)[0, 10 // w, 10 % w] for c in top]).numpy()
    assert np.allclose(numbers(found["at"], "f4")[top], at, atol=CLOSE * float(e.map(top[0]).max()))
