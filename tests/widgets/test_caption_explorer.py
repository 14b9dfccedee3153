"""The caption explorer without a browser: values in, image bytes out."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import cv2
import ipywidgets as widgets
import numpy as np
import pytest
import torch
from support.pickers import decoded, said, shown_in
from support.talkers import caption_system
from support.tiny import Passes
from support.uploads import upload

from gradcam_lib import load_captioner, overlay, scale_by_max, upsample
from gradcam_lib.language.captioning import FILES, CaptionSystem
from gradcam_lib.paths import MODELS, weights_folder
from gradcam_lib.pictures.images import seen
from gradcam_lib.widgets import CaptionExplorer
from gradcam_lib.widgets.explained_caption import METHODS, MOST_WORDS
from gradcam_lib.widgets.explained_picture import SIDE
from gradcam_lib.widgets.methods import decimals
from gradcam_lib.worlds import scenes

SEED = 1_000_001
SENTENCE = "a woman flying a red kite in the park"
FILE = FILES["world"][0]
THERE = any((folder / FILE).is_file() for folder in (MODELS, weights_folder()) if folder)

pytestmark = pytest.mark.skipif(not THERE, reason="no captioner's weights are at hand")


@pytest.fixture(scope="module")
def captioner() -> CaptionSystem:
    return load_captioner("world")


@pytest.fixture
def explorer(captioner: CaptionSystem, tmp_path: Path) -> CaptionExplorer:
    return CaptionExplorer(captioner=captioner, seed=SEED, folder=tmp_path)


def state(explorer: CaptionExplorer) -> tuple:
    """All that a reader sees but the message."""
    c = explorer.controls
    return (
        *(explorer.caption, explorer.word, explorer.method, explorer.picture().tobytes(), c.title.value, c.facts.value),
        *[(v.layout.display, v.image.value, v.legend.value) for v in c.views],
        *(c.beside.value, c.offers.value),
        *[(b.description, b.button_style) for b in c.words.buttons],
    )


def close(page: np.ndarray, picture: np.ndarray) -> bool:
    """The page gets WebP, which is not exact."""
    return page.shape == picture.shape and np.abs(page.astype(int) - picture).mean() < 4


def why_empty(explorer: CaptionExplorer) -> str:
    return explorer.explained.explanation.note(explorer.word)


# What is shown


def test_it_starts_with_the_captioners_own_caption_as_a_whole(explorer, captioner):
    image = scenes.render(scenes.sample(SEED)).image
    assert explorer.caption == captioner.caption(image) and explorer.word is None
    assert explorer.message == why_empty(explorer)
    log_prob = decimals(captioner.explain(image, explorer.caption).log_prob)
    assert said(explorer.controls.facts).startswith(f"log p {log_prob}, the sum of its words · map maximum ")
    assert explorer.controls.text.value == explorer.controls.offers.value == explorer.caption
    assert close(shown_in(explorer.image), explorer.picture())


def test_the_picture_is_the_librarys(explorer, captioner):
    image = scenes.render(scenes.sample(SEED)).image
    base = seen(image, captioner.transform.at(SIDE))
    explorer.caption = SENTENCE
    e = captioner.explain(image, SENTENCE)
    for explorer.word, L in [(None, e.sentence()), *((i, e.word(i)) for i in range(len(e.words)))]:
        expected = overlay(base, scale_by_max(upsample(L[None], (SIDE, SIDE)))[0], opacity=explorer.opacity)
        assert np.abs(explorer.picture().astype(int) - expected).max() <= 1
    explorer.opacity = 0
    assert np.array_equal(explorer.picture(), base)


def test_a_caption_runs_through_the_network_once(captioner):
    passes = Passes(captioner.model.cnn)
    explorer = CaptionExplorer(captioner=captioner, seed=SEED)
    assert passes.count == 2  # the beam search and the explanation
    explorer.caption = SENTENCE
    assert passes.count == 3
    pictures = []
    for explorer.method in METHODS:
        for explorer.word in (None, *range(len(SENTENCE.split()))):
            pictures.append(explorer.picture())
            assert explorer.message == "" or explorer.message.startswith("the map is empty because")
    explorer.opacity, explorer.shared_scale = 0.8, True
    explorer.caption = SENTENCE
    assert passes.count == 3
    explorer.source.new_scene()
    assert passes.count == 5
    passes.handle.remove()
    assert {p.shape for p in pictures} == {(SIDE, SIDE, 3)} and {p.dtype for p in pictures} == {np.dtype(np.uint8)}
    assert len({p.tobytes() for p in pictures}) > 25


def test_words_by_button_and_attribute(explorer):
    explorer.caption = SENTENCE
    words, c = SENTENCE.split(), explorer.controls
    assert [b.description for b in c.words.buttons] == ["whole sentence", *words]
    for i, word in enumerate(words):
        c.words.buttons[i + 1].click()
        clicked = state(explorer)
        assert explorer.word == i and said(c.title) == f"Grad-CAM: “{word}”, word {i + 1} of 9"
        assert [b.button_style for b in c.words.buttons].index("primary") == i + 1
        explorer.word = None
        explorer.word = i
        assert state(explorer) == clicked
    c.words.buttons[0].click()
    assert explorer.word is None and said(c.title) == "Grad-CAM: all 9 words"
    explorer.word = "Kite"
    assert explorer.word == 5


def test_a_second_word_stands_beside_the_first_on_one_scale(explorer):
    explorer.caption, explorer.word = SENTENCE, "kite"
    c, alone = explorer.controls, explorer.controls.views[0].legend.value
    assert [v.layout.display for v in c.views] == [None, "none"] and c.views[0].layout.width == "100%"
    assert [value for _, value in c.beside.options] == ["", "whole sentence", *range(9)]
    c.beside.value = 1
    assert explorer.beside == 1 and [v.layout.display for v in c.views] == [None, None]
    assert said(c.views[1].title) == "Grad-CAM: “woman”, word 2 of 9" and c.views[1].layout.width != "100%"
    maxima = [float(explorer.explained.values(i, "grad_cam").max()) for i in (5, 1)]
    assert (
        c.views[0].legend.value == c.views[1].legend.value
        and [d.largest for d in explorer._drawings] == [pytest.approx(max(maxima))] * 2
    )
    explorer.word = "woman"
    assert np.array_equal(explorer._drawings[0].picture, explorer._drawings[1].picture)
    explorer.beside = "Kite"
    assert (explorer.beside, c.beside.value) == (5, 5) and explorer.message in ("", why_empty(explorer))
    explorer.beside = "whole sentence"
    assert said(c.views[1].title) == "Grad-CAM: all 9 words" and c.beside.value == "whole sentence"
    explorer.beside = "dodo"
    assert "'dodo': not in this caption" in explorer.message and explorer.beside == "whole sentence"
    c.beside.value = ""
    explorer.word = "kite"
    assert explorer.beside is None and c.views[1].layout.display == "none" and c.views[0].legend.value == alone
    explorer.beside = 8
    explorer.caption = "a kite"  # which has no word 9
    assert explorer.beside is None and c.beside.value == "" and c.views[1].layout.display == "none"


def test_a_weak_word_is_marked_and_the_picture_is_described(explorer):
    explorer.caption = SENTENCE
    e = explorer.explained
    maxima = [float(e.values(i, "grad_cam").max()) for i in range(9)]
    strongest, marked = int(np.argmax(maxima)), 0
    for explorer.word in range(9):
        share = maxima[explorer.word] / maxima[strongest]
        text = said(explorer.controls.facts)
        assert ("Weak: " in text) == (0 < share < 0.1)
        marked += "Weak: " in text
        alt = explorer.image.alt
        assert alt.startswith(f"Grad-CAM: “{e.words[explorer.word]}”, word") and ("Strongest" in alt) == (share > 0)
    assert marked, "this sentence has a weak word"
    explorer.word = strongest
    assert "Weak" not in said(explorer.controls.facts)


def test_log_p_of_the_words_adds_up(explorer):
    explorer.caption = SENTENCE
    e = explorer.explained
    assert e.log_p(None) == pytest.approx(sum(e.log_p(i) for i in range(9)), rel=1e-5)
    below = [cell.children[1].value for cell in explorer.controls.words.children]
    assert f"log p {decimals(e.log_p(None))}" in below[0] and decimals(e.log_p(5)) in below[6]


def test_one_scale_for_all_words_makes_weak_ones_weak(explorer):
    explorer.caption = SENTENCE
    explorer.opacity, maxima = 1.0, [float(explorer.explained.explanation.word(i).max()) for i in range(9)]
    explorer.word = weak = min((i for i in range(9) if maxima[i] > 0), key=lambda i: maxima[i])
    own = explorer.picture()
    explorer.shared_scale = True
    shared, end = explorer.picture(), explorer.controls.legend.value
    assert np.ptp(shared, axis=2).mean() < np.ptp(own, axis=2).mean(), "less colour"
    explorer.word = maxima.index(max(maxima))
    assert explorer.controls.legend.value == end and weak != explorer.word


def test_what_has_no_effect_is_switched_off(explorer):
    for explorer.method in METHODS:
        off = "guided" in explorer.method
        assert explorer.controls.opacity.disabled == explorer.controls.shared.disabled == off


def test_the_reading_speaks_of_the_sentence_or_of_the_word(explorer):
    assert "speak for the sentence" in explorer.controls.reading.value
    explorer.word = 0
    assert "speak for the word" in explorer.controls.reading.value


# Choosing a caption


def test_what_the_captioner_says_and_what_is_true_is_offered(explorer, captioner):
    image = scenes.render(scenes.sample(SEED)).image
    offers = explorer.controls.offers
    labels = {sentence: label for label, sentence in offers.options}
    for (sentence, _), which in zip(captioner.candidates(image, 3), ("first", "second", "third"), strict=True):
        assert labels[sentence].startswith(f"{sentence} (the captioner's {which}")
    for sentence, _ in scenes.captions(scenes.sample(SEED)):
        assert labels[sentence].startswith(f"{sentence} (") and labels[sentence].endswith("true)")
        before = explorer.picture()
        offers.value = sentence
        assert explorer.caption == explorer.controls.text.value == sentence and explorer.word is None
        assert [b.description for b in explorer.controls.words.buttons[1:]] == sentence.split()
    assert not np.array_equal(explorer.picture(), before)


def test_typed(explorer):
    explorer.word, before = 1, explorer.picture()
    explorer.controls.text.value = "  A dog, running  on the BEACH! "
    assert explorer.caption == explorer.controls.text.value == "A dog, running on the BEACH!"
    assert explorer.explained.words == ["a", "dog", "running", "on", "the", "beach"]
    assert explorer.word is None and explorer.controls.offers.value == ""
    assert explorer.message == why_empty(explorer)
    assert not np.array_equal(explorer.picture(), before)


@pytest.mark.parametrize("text, strange", [
    ("a man flying a 🙂", ["🙂"]), ("собака на пляже", ["собака", "на", "пляже"]), ("犬が走る", ["犬が走る"]),
    ("a quokka <b>runs</b> & a quokka", ["quokka", "b", "runs"]),
])  # fmt: skip
def test_unknown_words_are_marked(explorer, text, strange):
    explorer.controls.text.value = text
    words = ", ".join(f"“{word}”" for word in strange)
    unknown = f"the captioner does not know {words}; every such word is read as the same unknown one"
    assert explorer.message.startswith(unknown) and unknown in said(explorer.controls.message)
    cells = explorer.controls.words.children[1:]
    for word, (button, below) in zip(explorer.explained.words, (cell.children for cell in cells), strict=True):
        marked = button.icon != "", "unknown" in below.value, "does not know" in button.tooltip
        assert marked == (word in strange,) * 3  # not by colour alone
    html = explorer.controls.message.value + "".join(cell.children[1].value for cell in cells)
    assert "<b>runs" not in html
    explorer.caption = SENTENCE
    assert explorer.message == why_empty(explorer) and not any(b.icon for b in explorer.controls.words.buttons)


@pytest.mark.parametrize("text, words", [
    ("?!", "has no words"), ("\u200b", "has no words"),
    ("kite " * 2000, "10,000 characters"), ("🙂" * 10_000, "10,000 characters"), ("\0" * 10_000, "10,000 characters"),
    ("a " * (MOST_WORDS + 1), f"{MOST_WORDS + 1} words, at most {MOST_WORDS}"), ("🙂" * 400, "400 words, at most"),
])  # fmt: skip
def test_a_bad_caption_changes_nothing(explorer, text, words):
    explorer.caption, explorer.word = SENTENCE, 5
    before = state(explorer)
    explorer.controls.text.value = text
    assert words in explorer.message and "Problem" in explorer.controls.message.value
    assert state(explorer) == before
    explorer.controls.text.value = SENTENCE
    assert explorer.message == why_empty(explorer) and state(explorer) == before


@pytest.mark.parametrize("nothing", ["", " \n "])
def test_nothing_entered_stands_for_the_captioners_own_caption(explorer, nothing):
    own = next(iter(explorer.controls.offered))
    explorer.caption = "kite"
    explorer.controls.text.value = nothing
    assert explorer.caption == explorer.controls.text.value == own != "kite"


def test_the_longest_caption_and_the_shortest(explorer):
    explorer.caption = "a man " * (MOST_WORDS // 2)
    assert len(explorer.controls.words.buttons) == MOST_WORDS + 1
    explorer.word = MOST_WORDS - 1
    explorer.caption = "kite"
    assert [b.description for b in explorer.controls.words.buttons] == ["whole sentence", "kite"]
    assert explorer.word is None and explorer.message == why_empty(explorer)


@pytest.mark.parametrize("setting, value, words", [
    ("word", 9, "choose None"), ("word", -1, "choose None"), ("word", True, "choose None"), ("word", 1.5, "5 'kite'"),
    ("word", "dog", "not in this caption, which has 0 'a', 1 'woman'"), ("caption", None, "expected a sentence"),
    ("caption", 7, "expected a sentence"), ("method", "gradcam", "choose one of 'grad_cam'"),
    ("opacity", 1.5, "from 0"), ("opacity", float("nan"), "from 0"),
])  # fmt: skip
def test_a_bad_setting_changes_nothing(explorer, setting, value, words):
    explorer.caption, explorer.word = SENTENCE, 5
    before = state(explorer)
    setattr(explorer, setting, value)
    assert words in explorer.message and "Problem" in explorer.controls.message.value
    assert state(explorer) == before


def test_a_beginning_of_ones_own_and_a_bad_one(captioner):
    scene = scenes.sample(SEED)
    explorer = CaptionExplorer(scene, captioner, caption=SENTENCE, word="kite", method="signed")
    assert (explorer.caption, explorer.word, explorer.method, explorer.message) == (SENTENCE, 5, "signed", "")
    assert said(explorer.controls.title) == "For and against: “kite”, word 6 of 9"
    explorer = CaptionExplorer(scene, captioner, caption="?", word="dodo", method="sign")
    assert all(words in explorer.message for words in ("has no words", "'dodo': not in", "'sign': choose"))
    assert explorer.caption == captioner.caption(scenes.render(scene).image)


# Another picture


def test_an_edited_scene_keeps_caption_and_word(explorer):
    explorer.word = len(explorer.explained.words) - 1
    before, log_p = state(explorer), explorer.explained.log_p(None)
    thing = max(explorer.source.scene.things, key=lambda t: t.size)
    assert explorer.source.remove(thing.id)
    assert (explorer.caption, explorer.word) == before[:2]
    assert explorer.explained.log_p(None) != log_p and state(explorer) != before
    labels = [label for label, _ in explorer.controls.offers.options][1:]
    now = explorer.source.scene
    assert all(any(label.startswith(s) and "true" in label for label in labels) for s, _ in scenes.captions(now))
    explorer.source.back.click()
    assert state(explorer) == before and explorer.explained.log_p(None) == log_p
    explorer.source.arrows["right"].click()
    assert explorer.caption == before[0] and explorer.explained.log_p(None) != log_p


def test_another_scene_is_described_anew(explorer, captioner):
    explorer.controls.offers.value, explorer.word = explorer.controls.offers.options[-1][1], 2
    explorer.source.new.click()
    assert explorer.source.scene.seed == SEED + 1
    assert explorer.caption == captioner.caption(explorer.source.picture) and explorer.word is None


def test_a_caption_typed_by_hand_stays(explorer):
    explorer.caption, explorer.word = SENTENCE, "kite"
    before = explorer.picture()
    explorer.source.new.click()
    assert (explorer.caption, explorer.word) == (SENTENCE, 5)
    assert not np.array_equal(explorer.picture(), before)


def test_seeds(explorer, captioner):
    before = state(explorer)
    for seed in ("-1", str(2**64), "1.5", "kite", "", "🙂", "9" * 10_000):
        explorer.source.seed.value = seed
        assert explorer.source.message and state(explorer) == before
    for seed in (0, 2**64 - 1, SEED):
        explorer.source.seed.value = str(seed)
        assert explorer.source.message == "" and explorer.stem == f"scene-{seed}"
    assert state(explorer) == before
    assert state(CaptionExplorer(captioner=captioner, seed=SEED)) == before


def test_an_edit_that_would_leave_the_picture(explorer):
    thing = next(t for t in explorer.source.scene.things if not t.held_by)
    for _ in range(20):
        kept = state(explorer)
        explorer.source.move(thing.id, 0.2, 0)
        if explorer.source.message:
            break
    assert "would leave the picture" in explorer.source.message and state(explorer) == kept


@pytest.fixture
def no_photographer(explorer, monkeypatch, tmp_path):
    """There are no weights of a captioner of photographs."""
    monkeypatch.setattr("gradcam_lib.networks.weights.MODELS", tmp_path)
    monkeypatch.delenv("GRADCAM_WEIGHTS", raising=False)


def test_an_own_photograph_comes_with_a_warning(explorer, no_photographer):
    before = state(explorer)
    upload(explorer.source.upload, "notes<b>.png", b"no picture")
    assert "notes<b>.png" in explorer.source.message and state(explorer) == before
    photograph = np.random.default_rng(0).integers(0, 256, (60, 90, 3), np.uint8)
    upload(explorer.source.upload, "mine.png", cv2.imencode(".png", photograph)[1].tobytes())
    assert explorer.source.note in explorer.source.about.value and "rendered scenes alone" in explorer.source.note
    assert state(explorer) != before and explorer.message == why_empty(explorer)
    labels = [label for label, _ in explorer.controls.offers.options][1:]
    assert 1 <= len(labels) <= 3 and all("(the captioner's" in label and "true" not in label for label in labels)
    explorer.source.undo()
    assert state(explorer) == before


def test_photographs_have_a_captioner_of_their_own(captioner):
    photographs = caption_system()
    explorer = CaptionExplorer(captioner=captioner, photographs=photographs, seed=SEED, caption=SENTENCE)
    before = state(explorer)
    explorer.source.switch.value = "photo"
    assert explorer.captioner is photographs and explorer.stem == "grace_hopper"
    picture = explorer.source.picture
    assert explorer.caption == photographs.caption(picture) and "untrained" in explorer.controls.about.value
    assert all("true" not in label for label, _ in explorer.controls.offers.options)  # no truth is known
    explorer.caption, explorer.word = "the dog of a woman", "dog"
    L = photographs.explain(picture, "the dog of a woman").word(1)
    expected = overlay(picture, scale_by_max(upsample(L[None], (SIDE, SIDE)))[0], opacity=explorer.opacity)
    assert np.abs(explorer.picture().astype(int) - expected).max() <= 1
    explorer.source.photograph.value = "coffee"
    assert (explorer.caption, explorer.word) == ("the dog of a woman", 1)  # typed by hand
    explorer.source.switch.value = "world"
    assert explorer.captioner is captioner and explorer.caption == captioner.caption(explorer.source.picture)
    explorer.caption = SENTENCE
    assert state(explorer) == before


def test_a_photograph_is_explained_at_a_larger_input_and_described_at_the_captioners_own(captioner):
    photographs = caption_system()
    explorer = CaptionExplorer(captioner=captioner, photographs=photographs, seed=SEED)
    hidden, size = explorer.controls.size.layout, explorer.controls.size.choice
    assert hidden.display == "none" and explorer.size is None  # the scenes' networks know one size
    explorer.source.switch.value = "photo"
    picture, caption, offers = explorer.source.picture, explorer.caption, explorer.controls.offers.options
    assert [side for _, side in size.options] == [128, 192, 256] and hidden.display is None and size.value == 128
    assert "A larger input gives a finer map" in said(explorer.controls.size.cost)
    explorer.word = 0
    size.value = 256
    assert explorer.size == 256 and explorer.word == 0 and explorer.caption == caption
    assert explorer.controls.offers.options == offers
    assert said(explorer.controls.size.cost).startswith("4 times as many pixels as 128 × 128: a finer map")
    assert said(explorer.controls.size.cost).endswith("own captions stay those of its own size.")
    L = photographs.explain(picture, caption, size=256).word(0)
    expected = overlay(picture, scale_by_max(upsample(L[None], (SIDE, SIDE)))[0], opacity=explorer.opacity)
    assert L.shape == (16, 16) and np.abs(explorer.picture().astype(int) - expected).max() <= 1
    explorer.source.photograph.value = "coffee"
    assert explorer.size == size.value == 256 and explorer.explained.explanation.word(0).shape == (16, 16)
    explorer.size = "large"
    assert "size 'large': give the side of the input in pixels" in explorer.message
    assert explorer.size == size.value == 256
    size.value = 128
    assert explorer.size is None and explorer.explained.explanation.word(0).shape == (8, 8)
    explorer.size = 192
    explorer.source.switch.value = "world"
    assert explorer.size is None and hidden.display == "none" and explorer.captioner is captioner
    assert explorer.explained.explanation.word(0).shape == (8, 8)


def test_without_a_captioner_of_photographs_the_world_stays(explorer, no_photographer):
    before = state(explorer)
    explorer.source.switch.value = "photo"
    assert "the networks for photographs are not available" in explorer.source.message and state(explorer) == before
    assert explorer.source.switch.value == "world" and explorer.source.kind == "world"


def test_an_empty_map_says_why():
    cap = caption_system()
    torch.nn.init.zeros_(cap.model.image[0].weight)
    for method in METHODS:
        explorer = CaptionExplorer(captioner=cap, seed=SEED, caption="a kite", word=1, method=method)
        assert explorer.message.startswith("the map is empty because the score does not react")
        assert "Note: the map is empty" in said(explorer.controls.facts) and "the map is empty" in explorer.image.alt


def test_a_network_that_answers_nan(explorer, captioner):
    before, bias = state(explorer), captioner.model.output.bias
    kept = bias.detach().clone()
    try:
        bias.data.fill_(float("nan"))
        explorer.caption = SENTENCE
        assert "NaN" in explorer.message and state(explorer) == before
    finally:
        bias.data.copy_(kept)


# Saving, and as a widget


def test_pictures_are_sent_to_the_browser_or_saved_with_their_title(explorer, tmp_path):
    explorer.caption, explorer.word, explorer.beside = SENTENCE, "kite", "woman"
    explorer.controls.save.click()
    link, name = explorer.controls.download.value, f"scene-{SEED}_grad-cam-kite-word-6-of-9.png"
    assert f'download="{name}"' in link and list(tmp_path.iterdir()) == []
    page = decoded(base64.b64decode(re.search('base64,([^"]+)" download', link)[1]))
    assert page.shape[0] > SIDE + 60 and page.shape[1] > 2 * SIDE, "two maps, and what is said of them"
    assert np.array_equal(page, explorer._to_save())
    explorer.word = 0
    assert explorer.controls.download.value == ""
    path = explorer.save()
    assert path.parent == tmp_path and "Saved" in said(explorer.controls.message)
    assert np.array_equal(decoded(path.read_bytes()), explorer._to_save())


def test_pictures_of_ones_own(captioner, tmp_path):
    photographs = caption_system()
    (tmp_path / "broken.png").write_bytes(b"no picture")
    noise = np.random.default_rng(0).integers(0, 256, (60, 90, 3), np.uint8)
    cv2.imwrite(str(tmp_path / "mine.png"), noise[..., ::-1])
    explorer = CaptionExplorer(captioner=captioner, photographs=photographs, pictures=tmp_path)
    assert explorer.captioner is photographs and explorer.stem == "mine" and explorer.source.scene is None
    assert explorer.caption == photographs.caption(explorer.source.picture)
    assert "1 picture is skipped" in said(explorer.source.line) and "broken.png" in explorer.source.message
    explorer.source.photograph.value = "coffee"
    assert explorer.stem == "coffee"


def test_only_widgets_that_notebook_tests_can_compare(explorer):
    parts, found = [explorer], []
    while parts:
        found.append(parts.pop())
        parts += getattr(found[-1], "children", ())
    assert not any(isinstance(w, (widgets.Output, widgets.interactive)) for w in found)
    assert repr(explorer) == "CaptionExplorer: run this cell in JupyterLab to use it"
    assert "<script" not in " ".join(w.value for w in found if isinstance(w, widgets.HTML))


def test_the_captioner_is_left_alone(captioner):
    captioner.model.train()
    try:
        CaptionExplorer(captioner=captioner, seed=SEED, caption=SENTENCE, word=1, method="guided_grad_cam")
        assert captioner.model.training and all(p.grad is None for p in captioner.model.parameters())
    finally:
        captioner.model.eval()
