"""The page of words: its stored maps against the library's, and what a reader does with them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
import torch
from support.browsing import needs_chromium
from support.live_page import CODED, numbers, opened, panel, pressed, says, script_of, shown, state, tab_to

from gradcam_lib.equations import upsample
from gradcam_lib.language.captioning import load_captioner
from gradcam_lib.language.question_answering import load_vqa
from gradcam_lib.pictures.images import load_image, seen
from gradcam_lib.pictures.samples import sample
from gradcam_lib.results import read_results
from gradcam_lib.site.words import PHOTOGRAPHS, QUESTIONS, SEEDS, TAKEN
from gradcam_lib.widgets.methods import METHODS
from gradcam_lib.worlds import scenes

CLOSE = 1e-3  # of a map's maximum
SMALL = 250_000  # bytes of all maps
STORED = f"""async (script) => {{
    const {{ app }} = await import(script), coded = {CODED};
    return app.panels[0].texts.map((seen) => ({{
        names: seen.names, logits: seen.logits, maps: seen.order.map((c) => coded(seen.evidence(c))),
        at: seen.evidenceAt(10), common: seen.common(seen.evidenceAt(10), 10, 0) }}));
}}"""
# Without a browser's download, the first of which takes seconds: the width, and whether the right picture is in it.
SAVED = """async (script) => {
    const { app } = await import(script), { asPng } = await import("./saving.js");
    const image = await createImageBitmap(await asPng(app.panels, app.settings));
    const canvas = new OffscreenCanvas(image.width, image.height), context = canvas.getContext("2d");
    context.drawImage(image, 0, 0);
    const saved = context.getImageData(480, 16, 448, 448).data;
    const drawn = app.panels[1].stage.canvas.getContext("2d").getImageData(0, 0, 448, 448).data;
    return [image.width, saved.every((value, i) => value === drawn[i])];
}"""


def title(page, i: int = 0) -> str:
    return page.locator(".title").nth(i).inner_text()


# ---- what is stored --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def told(site: Path) -> dict:
    return json.loads((site / "live" / "words.json").read_text(encoding="utf-8"))


def test_a_dozen_pictures_with_their_texts(site: Path, told: dict) -> None:
    names = [each["name"] for each in told["samples"]]
    taken = [f"scene_{seed}_without" for seed in TAKEN]
    assert sorted(names) == sorted([*PHOTOGRAPHS, *(f"scene_{seed}" for seed in SEEDS), *taken])
    files = {name: (site / "live" / "words" / f"{name}.maps").stat().st_size for name in names}
    assert sum(files.values()) < SMALL
    for each in told["samples"]:
        sentences = ["caption", "before", "true"] if each["name"] in taken else ["caption", "true"]
        kinds = [text["kind"] for text in each["texts"]]
        kinds += ["true"] * (each["name"] == "scene_4")  # its caption is the true sentence
        assert sorted(kinds) == sorted(sentences + QUESTIONS * ["question"])
        assert files[each["name"]] == sum(2 * len(t["steps"]) * t["map"][0] * t["map"][1] for t in each["texts"])
        assert all((site / "live/samples" / each[file]).is_file() for file in ("file", "small")) and each["alt"]
        for text in each["texts"][-QUESTIONS:]:
            assert text["ranks"][:5] == [1, 2, 3, 4, 5]
            assert not text["true"] or text["true"] in text["names"]
    assert told["samples"][-1]["alt"] == "A drawn scene, savannah: a white zebra, a bird, a bird."


def test_the_true_sentences_are_words_that_the_captioner_knows() -> None:
    captioner = load_captioner("photo")
    assert [captioner.vocabulary.unknown(sentence) for sentence in PHOTOGRAPHS.values()] == [[]] * len(PHOTOGRAPHS)


def test_the_measured_numbers_are_those_of_the_ledger(told: dict) -> None:
    rows = {row["of"]: row for row in told["measured"]}
    assert rows["words: drawn scenes"]["map"] == read_results("captioning")["grad_cam"]["pointing_game"]
    assert rows["answers: photographs, whole"]["middle"]["value"] == 0.3192
    assert len(rows) == 6


def test_false_sentences_are_likelier_than_true_ones(told: dict) -> None:
    """As the page says may be. The captioner's own sentences about the photographs are the false ones."""
    pairs = [[sum(text["scores"]) for text in each["texts"][:2]] for each in told["samples"] if each["credit"]]
    assert len(pairs) == len(PHOTOGRAPHS) and all(own > true for own, true in pairs)


def test_without_the_kite_its_word_stays_certain(told: dict) -> None:
    """As the page says of this sentence."""
    texts = {each["name"]: {text["text"]: text for text in each["texts"]} for each in told["samples"]}
    said = "there is a man flying a yellow kite at the beach"
    (before, after) = (dict(zip(t["names"], np.exp(t["scores"]), strict=True))
                       for t in (texts[name][said] for name in ("scene_3", "scene_3_without")))  # fmt: skip
    assert before["kite"] > 0.99 and after["kite"] > 0.99
    assert min(before["flying"], before["yellow"]) > 0.9 and max(after["flying"], after["yellow"]) < 0.1


def test_a_word_that_is_almost_certain_has_next_to_no_map(site: Path, told: dict) -> None:
    """As the page says, and that no map adds up to its score. The control: words that are not certain have maps."""
    found = []  # probability, largest absolute value
    for each in told["samples"]:
        whole = np.frombuffer((site / "live" / "words" / f"{each['name']}.maps").read_bytes(), "<i2")
        for text in each["texts"]:
            h, w = text["map"]
            part, whole = np.split(whole, [h * w * len(text["steps"])])
            maps = part.reshape(-1, h * w) * np.array(text["steps"])[:, None]
            totals = maps.sum(1)[: len(text["scores"])]
            assert np.abs(totals - text["scores"]).max() > 0.1
            if text["kind"] != "question":
                found += zip(np.exp(text["scores"]), np.abs(maps).max(1), strict=True)
    p, largest = np.array(found).T
    assert (p > 0.99).sum() > 50 and (p < 0.9).sum() > 50
    assert largest[p > 0.99].max() < 0.1 * np.mean(largest[p < 0.9])


# ---- in a browser ----------------------------------------------------------------------------------------------------


@needs_chromium
@pytest.mark.parametrize("name", ["cat", "scene_3"])
def test_stored_maps_equal_those_of_the_library(page, words: str, told: dict, name: str) -> None:
    opened(page, f"{words}#picture={name}")
    found = page.evaluate(STORED, script_of(page))
    world = name.startswith("scene")
    picture = scenes.render(scenes.sample(3)).image if world else sample(name)
    captioner, answerer = load_captioner("world" if world else "photo"), load_vqa("world-vgg16" if world else "photo")
    texts = next(each for each in told["samples"] if each["name"] == name)["texts"]
    for text, there in zip(texts, found, strict=True):
        h, w = text["map"]
        maps = np.stack([numbers(coded).reshape(h, w) for coded in there["maps"]])
        if text["kind"] == "question":
            e = answerer.explanation(picture, text["text"], size=None if world else 320)
            expected = np.stack([e.signed(answer).numpy() for answer in text["names"]])
            logits = answerer.explanation(picture, text["text"]).logits
            assert np.allclose(there["logits"], [float(logits[e.answers.index(a)]) for a in text["names"]], atol=1e-3)
            mean = e.signed(lambda z: z.mean(1)).flatten()[10]
            assert there["common"].endswith(f"answers: {f'{mean:.3g}'.replace('-', '−')}.")
        else:
            e = captioner.explain(picture, text["text"], size=None if world else 576)
            expected = np.stack([e.sentence(raw=True).numpy(), *e._words.numpy()])
            at_own_size = captioner.explain(picture, text["text"])
            assert np.allclose(there["logits"], [*at_own_size.log_probs, at_own_size.log_prob], atol=1e-3)
            assert np.allclose(there["at"], maps[1:].reshape(len(maps) - 1, -1)[:, 10], atol=1e-9)
        difference = np.abs(maps - expected).reshape(len(maps), -1).max(1)
        assert (difference < CLOSE * np.abs(expected).reshape(len(maps), -1).max(1)).all(), text["text"]


@needs_chromium
def test_one_small_file_a_picture_and_no_network(fresh, words: str, site: Path) -> None:
    """What the page draws is what the library's overlay draws, to two grey levels."""
    asked: list[str] = []
    fresh.on("request", lambda request: asked.append(urlsplit(request.url).path.rpartition("/")[2]))
    fresh.goto(words)
    shown(fresh)
    assert fresh.evaluate("performance.now()") < 15_000  # ms; alone on a machine, about half a second
    assert [name for name in asked if name.endswith((".maps", ".onnx", ".wasm"))] == ["motorcycle.maps"]
    ground = seen(load_image(site / "live/samples/motorcycle.jpg"), load_captioner("photo").transform.at(448))
    fresh.get_by_role("button", name="motorcycle", exact=True).click()
    for name in ("grad_cam", "counterfactual", "signed"):
        fresh.get_by_label("Method").select_option(name)
        found, method = panel(fresh), METHODS[name]
        signed = torch.tensor(found["signed"]).reshape(1, 18, 18)
        kept = {"grad_cam": signed.relu(), "counterfactual": (-signed).relu(), "signed": signed}[name]
        values = upsample(kept, (448, 448))[0].numpy()
        assert found["end"] == pytest.approx(method.largest(values), rel=1e-5)
        expected = method.paint(ground, values, method.largest(values), 0.85)
        assert np.abs(found["pixels"].astype(int) - expected).max() <= 2, name


@needs_chromium
def test_a_sentence_word_by_word(page, words: str) -> None:
    opened(page, words)
    assert title(page) == "Grad-CAM: all 5 words" and state(page) == {}
    assert "log p −5.70, the sum of its words" in page.locator(".facts").inner_text()
    row = page.locator(".top button")
    assert row.all_inner_texts() == ["whole sentence", "two", "people", "on", "a", "motorcycle"]
    pressed(page, "people")
    assert title(page) == "Grad-CAM: “people”, word 2 of 5"
    assert state(page) == {"word": "2"}
    page.get_by_role("button", name="row 9, column 9", exact=True).click()
    answer = page.locator(".answer").inner_text()
    assert "of the 18 × 18 map, in units of log p" in answer and "All 5 words together" in answer
    listed = page.locator(".answer .class")
    assert listed.count() == 5 and page.locator(".answer h4").all_inner_texts() == ["Speaks for", "Speaks against"]
    chosen = re.search(r"[a-z]+$", listed.first.inner_text())[0]
    listed.first.click()
    assert f"“{chosen}”" in title(page)
    label = page.locator("canvas").get_attribute("aria-label")
    assert label.startswith(f"Motorcycle. Grad-CAM: “{chosen}”") and "Strongest" in label
    pressed(page, "True sentence: a motorcycle is parked in a room")
    assert state(page) == {"text": "2"}, "another text has other words"


@needs_chromium
def test_a_question_answer_by_answer(page, words: str) -> None:
    opened(page, f"{words}#picture=scene_3&text=5&position=3.3")
    assert page.locator(".top button").all_inner_texts()[:2] == ["left", "right (true)"]
    assert "rank 1 of 47" in page.locator(".facts").inner_text()
    assert "Average over all 47 answers" in page.locator(".answer").inner_text()
    pressed(page, "right (true)")
    assert "rank 2 of 47 · true" in page.locator(".facts").inner_text()
    assert state(page) == {"picture": "scene_3", "text": "5", "answer": "2", "position": "3.3"}


@needs_chromium
def test_weak_and_empty_maps_are_told(page, words: str) -> None:
    """A word that is certain has next to no map."""
    opened(page, f"{words}#picture=scene_3&word=8")
    assert "“kite”" in title(page) and "probability 100.0 %" in page.locator(".facts").inner_text()
    assert re.search(r"Weak: .* of the strongest for or against “at”, word 9", page.locator(".weak").inner_text())
    page.get_by_label("one colour scale for all words or answers").check()
    assert panel(page)["end"] > 1000 * np.abs(panel(page)["signed"]).max()
    page.get_by_role("button", name="row 4, column 2", exact=True).click()
    assert "beach" not in page.locator(".lists").inner_text(), "0.000000 is no evidence"


@needs_chromium
def test_two_maps_and_a_link_that_brings_them_back(page, words: str) -> None:
    opened(page, words)
    page.get_by_label("a second map beside it").check()
    page.wait_for_function("() => document.querySelectorAll('.facts')[1]?.textContent")
    assert title(page, 0) == "Grad-CAM: all 5 words" and "word" in title(page, 1), "the second shows another word"
    assert page.evaluate(SAVED, script_of(page)) == [3 * 16 + 2 * 448, True]
    link = "#method=signed&opacity=60&scale=shared&picture=cat&text=3&answer=4&position=2.2&picture2=rocket&word2=1"
    opened(page, words + link)
    assert state(page) == {key: value for key, [value] in parse_qs(link[1:]).items()}
    assert "“cat”" in title(page, 0) and "“a”, word 1 of 11" in title(page, 1)
    page.get_by_role("link", name="the same sentence with and without the kite").click()
    page.wait_for_function("() => document.querySelectorAll('.title')[1].textContent.includes('“kite”, word 8 of 11')")
    assert page.locator(".facts").all_inner_texts()[1].startswith("log p 0.00 · probability 100.0 %")
    opened(page, f"{words}#picture=unicorn&text=9&word=77&position=19.19&method=magic")
    for given in ("unicorn", "9", "77", "19.19", "magic"):
        says(page, f"“{given}”")


@needs_chromium
def test_everything_by_keys_alone(page, words: str) -> None:
    opened(page, words)

    tab_to(page, "Cat")
    page.keyboard.press("Enter")
    page.wait_for_function("() => location.hash.includes('cat')")
    tab_to(page, "row 1, column 1")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert state(page)["position"] == "2.1"
    tab_to(page, "Question: What animal is there?")
    page.keyboard.press("Enter")
    assert "“dog”" in title(page) and page.evaluate("document.activeElement.innerText").startswith("Question: What an")
    tab_to(page, "cat")
    page.keyboard.press("Space")
    assert "“cat”" in title(page)
    assert page.evaluate("document.activeElement.innerText") == "cat", "the focus is lost"


@needs_chromium
def test_maps_that_do_not_arrive(fresh, words: str) -> None:
    """A sentence; other pictures work; and the same ones once they are there."""
    answers = [lambda route: route.abort(), lambda route: route.fulfill(status=200, body=b"not a map")]
    fresh.route("**/cat.maps", lambda route: answers.pop(0)(route) if answers else route.continue_())
    opened(fresh, words)
    pressed(fresh, "Cat")
    says(fresh, "The maps of Cat did not arrive")
    assert "all 5 words" in title(fresh), "what was there before stays"
    pressed(fresh, "Coffee")
    fresh.get_by_role("button", name="water", exact=True).wait_for()
    assert fresh.locator("#message").inner_text() == ""
    pressed(fresh, "Cat")
    says(fresh, "The maps of Cat did not arrive")
    pressed(fresh, "Try again")
    fresh.get_by_role("button", name="toy", exact=True).wait_for()
    assert fresh.locator("#message").inner_text() == ""
    fresh.complaints.clear()  # the browser tells of the file that did not arrive
