"""The page with the skew slider: its numbers and maps are the stored ones, and it is for everybody."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs

import numpy as np
import pytest
import torch
from PIL import Image
from support.browsing import needs_chromium
from support.live_page import CODED, numbers, says, state, tab_to

from gradcam_lib.bias.people import VERSIONS, painted, people
from gradcam_lib.equations import upsample
from gradcam_lib.pictures.overlay import overlay, overlay_signed
from gradcam_lib.results import read_results
from gradcam_lib.site.skew import ordered
from gradcam_lib.studies.skews_seen import unpacked

pytestmark = needs_chromium
MAPS = f"""async ([s, i, v, c]) => {{
    const {{ app }} = await import("./skew/main.js");
    const row = app.rows[0].views[v].canvas, {{ width, height }} = row;
    return {{ map: ({CODED})(app.looked.map(s, i, v, c, app.view.method).values),
              pixels: ({CODED})(row.getContext("2d").getImageData(0, 0, width, height).data) }};
}}"""

ARRIVED = """async () => { const { app } = await import("./skew/main.js");
    while (app.pictures.filter(Boolean).length < 8) await new Promise((later) => setTimeout(later, 20)); }"""


@pytest.fixture(scope="module")
def looked() -> dict:
    return read_results("skews_seen")


@pytest.fixture
def skew(page, served: str) -> Iterator:
    """The page as it begins."""
    yield arrived(page, f"{served}skew.html")


def arrived(page, address: str):
    page.goto("about:blank")
    page.goto(address)
    page.evaluate(ARRIVED)
    return page


def moved_to(page, name: str) -> None:
    """The slider, by its keys."""
    slider = page.get_by_role("slider", name="How skewed is the collection?")
    slider.press("Home")
    for _ in range(list(ordered()).index(name)):
        slider.press("ArrowRight")


def test_the_settings_hold_the_numbers_of_the_study(site: Path) -> None:
    told = json.loads((site / "live/skew/settings.json").read_text("utf-8"))
    clinic = read_results("bias")["clinic"]
    assert [skew["name"] for skew in told["skews"]] == list(ordered()) and len(ordered()) == 7
    for skew in told["skews"]:
        assert all(clinic[skew["name"]][key] == number for key, number in skew["measured"].items())
        if skew["difference"]:
            other = clinic[f"{skew['name']} minus 50/50"]
            assert all(other[key] == number for key, number in skew["difference"].items())
    rows = [row for chart in told["charts"] for row in chart["rows"]]
    assert all(row["key"] in skew["measured"] for row in rows for skew in told["skews"])
    assert sum(row.get("area", 0) for row in rows) == pytest.approx(1, abs=0.01)  # the regions are the whole picture
    blind = told["blind"]["by pair"].values()
    assert min(pair["value"] for pair in blind) < 0.5 < max(pair["value"] for pair in blind), "depends on the network"
    strong = next(skew for skew in told["skews"] if skew["name"] == "90/90")
    assert strong["measured"]["flips by hair and face"]["high"] < told["tint"]["flips"], "the tint changes more answers"
    assert strong["difference"]["share on face"]["low"] > told["tint"]["moved"], "and moves the maps less"


def test_the_slider_shows_what_was_measured(skew) -> None:
    clinic = read_results("bias")["clinic"]
    for name in ("100/100", "78/93"):
        moved_to(skew, name)
        assert state(skew) == {"skew": name}
        for key in ("accuracy of doctor, woman", "flips by hair and face", "share on face"):
            row = skew.locator(f"tr[data-key='{key}']")
            here, even, change = (text.split() for text in row.locator("td:not(.bars)").all_inner_texts())
            for shown, number in ((here, clinic[name][key]), (even, clinic["50/50"][key])):
                measured = [100 * number[end] for end in ("value", "low", "high")]
                assert [float(shown[k]) for k in (0, -3, -1)] == pytest.approx(measured, abs=0.51)
            paired = clinic[f"{name} minus 50/50"][key]["value"]
            assert float(change[0].replace("−", "-")) == pytest.approx(100 * paired, abs=0.51)
            bar, whole = row.locator(".measure.now"), row.locator(".measure.now").bounding_box()
            interval = bar.locator(".interval").bounding_box()
            end = 0.8 if key.startswith("share") else 1
            assert interval["x"] - whole["x"] == pytest.approx(whole["width"] * clinic[name][key]["low"] / end, abs=2)
    assert "195 are men" in skew.locator("#skew-means").inner_text()
    assert skew.get_by_role("slider").first.get_attribute("aria-valuetext") == "78 and 93 %"


@pytest.mark.parametrize("method", ["grad_cam", "signed"])
def test_maps_are_the_stored_ones(page, served: str, site: Path, looked: dict, method: str) -> None:
    name, i, v = "90/90", 3, 1
    arrived(page, f"{served}skew.html#skew={name}&person={i + 1}&map=nurse&method={method}&scale=own")
    found = page.evaluate(MAPS, [list(ordered()).index(name), i, v, 1])
    signed = -unpacked(looked["skews"][name]["maps"])[i, v]
    L = signed if method == "signed" else signed.clip(0)
    expected = upsample(torch.from_numpy(L)[None], 256)[0].numpy()
    assert np.abs(numbers(found["map"]).reshape(256, 256) - expected).max() < 1e-3 * np.abs(expected).max()
    drawn = np.array(Image.open(site / f"live/skew/person_{i}.jpg"))[:, 256 * v : 256 * (v + 1)]
    scaled = expected / np.abs(expected).max()
    seen = overlay_signed(drawn, scaled, opacity=0.85) if method == "signed" else overlay(drawn, scaled)
    pixels = numbers(found["pixels"], "u1").reshape(256, 256, 4)[..., :3]
    assert np.abs(pixels.astype(float) - seen).mean() < 1  # the browser has its own decoder of JPEG
    small = np.array(Image.fromarray(drawn).resize((128, 128), Image.Resampling.BOX))
    assert np.abs(small.astype(float) - painted(people(0)[i])[v]).mean() < 4


def test_answers_are_the_stored_ones(skew, looked: dict) -> None:
    moved_to(skew, "100/100")
    logits = np.array([one["logits"] for one in looked["skews"]["100/100"]["networks"].values()])
    said = np.where(logits < 0, "nurse", "doctor")
    tiles = skew.locator(".person").all_inner_texts()
    assert [f"says {name}" in tile for tile, name in zip(tiles, said[0, :, 0], strict=True)] == [True] * 8
    wrong = [worker.role != name for worker, name in zip(people(0), said[0, :, 0], strict=True)]
    assert ["wrong" in tile for tile in tiles] == wrong
    captions = skew.locator(".network").first.locator(".facts").all_inner_texts()
    p = 1 / (1 + np.exp(-2 * np.abs(logits[0, 0])))
    for caption, name, probability in zip(captions, said[0, 0], p, strict=True):
        assert caption.startswith(f"Says {name}, {100 * probability:.1f} %")
    table = skew.locator(".answers").first
    flips = (said[:, :, 1] != said[:, :, 0]).sum(1)
    for seed, row in enumerate(table.locator("tr").all()[1:]):
        cells = row.locator("td").all_inner_texts()
        assert cells[1] == f"{flips[seed]} of 8"
        assert cells[3] == (f"{(said[seed] == said[0]).sum()} of 32" if seed else "")


def test_a_link_brings_everything_back(page, served: str) -> None:
    link = "skew=78/93&beside=100/100&person=5&map=doctor&method=signed&opacity=60&scale=own"
    arrived(page, f"{served}skew.html#{link}")
    assert state(page) == {key: value for key, [value] in parse_qs(link).items()}
    titles = page.locator(".network h3").all_inner_texts()
    assert ["78 and 93 %" in titles[0], "100 %" in titles[1]] == [True, True]
    page.get_by_label("Compare with a skew of").select_option("none")
    assert page.locator(".network:visible").count() == 1 and state(page)["beside"] == "none"
    page.get_by_role("button", name="Begin anew").click()
    assert state(page) == {}
    arrived(page, f"{served}skew.html#skew=55/55&person=9&map=clown&opacity=1e9")
    for name in ("55/55", "9", "clown", "1e9"):
        says(page, f"“{name}”")


def test_everything_by_keys_alone(skew) -> None:
    tab_to(skew, "How skewed")
    skew.keyboard.press("End")
    tab_to(skew, "nurse, man")
    skew.keyboard.press("Enter")
    tab_to(skew, "Method")
    skew.keyboard.press("ArrowDown")
    assert state(skew) == {"skew": "100/100", "person": "5", "method": "signed"}
    assert skew.evaluate("document.activeElement.id") == "method"


def test_the_maps_as_a_file(skew) -> None:
    with skew.expect_download() as waiting:
        skew.get_by_role("button", name="Save as PNG").click()
    saved = Image.open(io.BytesIO(Path(waiting.value.path()).read_bytes()))
    assert waiting.value.suggested_filename == "doctor_man_50_50.png"
    assert saved.width == 16 + len(VERSIONS) * (256 + 16)


def test_what_does_not_arrive_is_told_and_asked_for_again(fresh, served: str) -> None:
    answers = [lambda route: route.abort(), lambda route: route.fulfill(body="half")]
    fresh.route("**/maps.bin", lambda route: answers.pop(0)(route) if answers else route.continue_())
    fresh.goto(f"{served}skew.html")
    for _ in range(2):
        says(fresh, "The measured numbers did not arrive")
        assert fresh.locator("#measured").is_hidden()
        fresh.get_by_role("button", name="Try again").click()
    fresh.locator("#measured").wait_for()
    fresh.route("**/person_3.jpg", lambda route: route.abort())
    fresh.reload()
    says(fresh, "1 of 8 pictures did not arrive")
    fresh.unroute_all()
    fresh.get_by_role("button", name="Try again").click()
    fresh.wait_for_function("() => !document.querySelector('#message').textContent")
    fresh.complaints.clear()  # the browser tells of the files that did not arrive
