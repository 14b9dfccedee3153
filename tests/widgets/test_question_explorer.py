"""The question explorer without a browser, with the shipped networks: values in, image bytes and words out."""

from __future__ import annotations

import base64
import re

import ipywidgets as widgets
import numpy as np
import pytest
from support.pickers import decoded, said, shown_in
from support.scenery import PNG, SCENE
from support.talkers import ANSWERS as FEW
from support.talkers import question_system
from support.tiny import Passes
from support.uploads import upload

from gradcam_lib import load_vqa, overlay, scale_by_max, upsample
from gradcam_lib.language.question_answering import FILES, QuestionSystem
from gradcam_lib.networks.weights import found
from gradcam_lib.pictures.images import seen
from gradcam_lib.widgets import QuestionExplorer, question_networks
from gradcam_lib.widgets.answered_question import ATTENTION, METHODS
from gradcam_lib.widgets.question_networks import MODELS
from gradcam_lib.widgets.scene_questions import examples, key, truths
from gradcam_lib.widgets.source_controls import WORLD
from gradcam_lib.worlds import scenes

QUESTION = "What color is the umbrella?"
SIDE = 448


def at_hand(name: str) -> bool:
    try:
        return found(name, FILES, "default")[0].is_file()
    except FileNotFoundError:
        return False


pytestmark = pytest.mark.skipif(not all(map(at_hand, MODELS[WORLD])), reason="no network's weights are at hand")


@pytest.fixture(scope="module")
def vqa() -> QuestionSystem:
    return load_vqa("world-vgg16")


@pytest.fixture
def explorer(tmp_path) -> QuestionExplorer:
    return QuestionExplorer(SCENE, question=QUESTION, folder=tmp_path)


def state(explorer: QuestionExplorer) -> tuple:
    values = [getattr(explorer, name) for name in ("question", "answers", "model", "method", "opacity")]
    tiles = [(tile.layout.display, tile.title.value, tile.facts.value) for tile in explorer.controls.tiles]
    return (*values, explorer.second, explorer.picture().tobytes(), tiles)


def close(page: np.ndarray, picture: np.ndarray) -> bool:
    """The page gets WebP, which is not exact."""
    return page.shape == picture.shape and np.abs(page.astype(int) - picture).mean() < 4


def content(explorer: QuestionExplorer) -> bool:
    """Nothing to complain of; that a map is empty may be worth a note with any weights."""
    return all("the map is empty" in note for note in filter(None, explorer.message.split("; ")))


def unlikely(explorer: QuestionExplorer) -> list[str]:
    likely = [answer for answer, _ in explorer.explained.top]
    return [answer for answer in explorer.explained.e.answers if answer not in likely]


# What is shown


def test_it_begins_with_a_question_and_its_predicted_answer() -> None:
    explorer = QuestionExplorer(seed=7)
    assert explorer.question == examples(scenes.sample(7))[0] and content(explorer)
    assert explorer.shown == [explorer.explained.predicted] and explorer.answers == ()
    assert said(explorer.controls.title) == f"Grad-CAM: “{explorer.explained.predicted}”"
    assert close(shown_in(explorer.image), explorer.picture())
    assert explorer.image.alt.startswith(said(explorer.controls.title)) and "predicted" in explorer.image.alt


def test_the_pictures_are_the_librarys(explorer: QuestionExplorer, vqa: QuestionSystem) -> None:
    explorer.answers, explorer.shared_scale = unlikely(explorer)[:2], False
    base = seen(explorer.source.picture, vqa.transform.at(SIDE))
    for tile, answer in zip(explorer.controls.tiles, explorer.answers, strict=False):
        L = upsample(vqa.explain(explorer.source.picture, QUESTION, answer)[None], (SIDE, SIDE))
        wanted = overlay(base, scale_by_max(L)[0], opacity=explorer.opacity)
        assert close(shown_in(tile.image), wanted) and said(tile.title) == f"Grad-CAM: “{answer}”"
    first = explorer.picture()[:, :SIDE].astype(int)
    L = upsample(vqa.explain(explorer.source.picture, QUESTION, explorer.answers[0])[None], (SIDE, SIDE))
    assert np.abs(first - overlay(base, scale_by_max(L)[0], opacity=explorer.opacity)).max() <= 1
    assert explorer.picture().shape == (SIDE, 2 * SIDE + 12, 3)


def test_probabilities_are_the_networks(explorer: QuestionExplorer, vqa: QuestionSystem) -> None:
    for i, (answer, p) in enumerate(vqa.answer(explorer.source.picture, QUESTION, k=5)):
        assert explorer.controls.likeliest[i].description == answer
        assert f"{100 * p:.1f} %" in explorer.controls.bars[i].value or p < 0.001


def test_the_network_runs_once_for_a_picture_and_a_question(vqa: QuestionSystem) -> None:
    passes = Passes(vqa.model.cnn)
    explorer = QuestionExplorer(SCENE, vqa)
    assert passes.count == 1
    pictures = set()
    for explorer.method in METHODS:
        for answer in ("yes", "red", "dog"):
            explorer.answers = answer
            pictures.add(explorer.picture().tobytes())
    explorer.answers = ("yes", "no", "red", "blue")
    assert passes.count == 1 and len(pictures) > 8
    explorer.question = "Is there a dog?"
    assert passes.count == 2
    explorer.source.remove("dog-1")
    assert passes.count == 3
    passes.handle.remove()


def test_the_map_depends_on_the_answer_and_on_the_question(explorer: QuestionExplorer) -> None:
    explorer.method, seen_before = "signed", set()
    for explorer.question in (QUESTION, "Is there a dog?"):
        for explorer.answers in ("red", "left", "dog"):
            seen_before.add(explorer.picture().tobytes())
    assert len(seen_before) == 6


def test_one_scale_for_all_makes_weak_answers_weak(explorer: QuestionExplorer) -> None:
    explorer.opacity, explorer.answers = 1.0, ("red", "blue", "zebra")
    shared = [tile.legend.value for tile in explorer.controls.tiles[:3]]
    together = explorer.picture().astype(int).sum()
    explorer.shared_scale = False
    assert len(set(shared)) == 1 and explorer.picture().astype(int).sum() >= together


def test_opacity_nought_is_the_picture(explorer: QuestionExplorer) -> None:
    explorer.controls.opacity.value = 0
    assert np.array_equal(
        explorer.picture(), seen(explorer.source.picture, explorer.explained.system.transform.at(SIDE))
    )
    explorer.method = "guided_backprop"
    assert explorer.controls.opacity.disabled


# Questions


def test_unknown_words_are_marked(explorer: QuestionExplorer) -> None:
    explorer.controls.question.value = "Is the <b>flibbertigibbet</b> an umbrella? 😀 собака"
    assert explorer.question.startswith("Is the <b>") and explorer.explained.e.unknown == [
        "b", "flibbertigibbet", "😀", "собака"
    ]  # fmt: skip
    words = explorer.controls.words.value
    assert "[flibbertigibbet]" in words and "[umbrella]" not in words and "<b>" not in words
    assert "words that the network does not know" in said(explorer.controls.message)
    explorer.question = QUESTION
    assert "does not know" not in said(explorer.controls.message)


@pytest.mark.parametrize(
    "text, words",
    [("", "no words"), ("  ", "no words"), ("?!…", "no words"), ("x" * 10_000, "10,000 characters, at most 500")],
)
def test_a_question_that_cannot_be_asked_changes_nothing(explorer: QuestionExplorer, text: str, words: str) -> None:
    before = state(explorer)
    explorer.controls.question.value = text
    assert words in explorer.message and "Problem" in explorer.controls.message.value and state(explorer) == before
    assert explorer.controls.question.value == text  # to be mended
    explorer.controls.question.value = "Is there a dog?"
    assert content(explorer) and explorer.question == "Is there a dog?"


@pytest.mark.parametrize(
    "text", ["😀", "这是什么?", "ما هذا؟", "x" * 500, "a " * 250, "<script>alert(1)</script>", "\0"]
)
def test_whatever_can_be_asked_is_answered(explorer: QuestionExplorer, text: str) -> None:
    explorer.question = text
    assert explorer.question == text or "no words" in explorer.message
    assert "<script" not in explorer.controls.words.value


def test_examples_are_of_the_scene(explorer: QuestionExplorer) -> None:
    c = explorer.controls
    offered = [value for _, value in c.examples.options][1:]
    assert sorted(offered) == sorted(q for q, *_ in scenes.questions(SCENE))
    for question in offered:
        c.examples.value = question
        assert explorer.question == c.question.value == question and content(explorer)
        assert explorer.explained.truth.startswith("In this scene: ") and "In this scene" in c.words.value


def test_what_is_true_is_known_in_every_phrasing(explorer: QuestionExplorer) -> None:
    for q, answer, id, _ in scenes.questions(SCENE):
        assert truths(SCENE)[key(q)] == (answer, id)
    for explorer.question in ("Which color is the umbrella?", "what is the color of the umbrella"):
        assert explorer.explained.truth == "In this scene: red (umbrella 1, red)"
    explorer.question = "Who is there?"
    assert explorer.explained.truth == ""


def test_another_question_starts_at_its_predicted_answer(explorer: QuestionExplorer) -> None:
    explorer.answers = ("red", "blue")
    explorer.question = "Is there a dog?"
    assert explorer.answers == () and explorer.shown == [explorer.explained.predicted]


# Answers


def test_buttons_put_answers_side_by_side(explorer: QuestionExplorer) -> None:
    c, likely = explorer.controls, [answer for answer, _ in explorer.explained.top]
    c.likeliest[1].click()
    assert explorer.shown == likely[:2] and [b.icon for b in c.likeliest] == ["check", "check", "", "", ""]
    assert [tile.layout.display for tile in c.tiles] == [None, None, "none", "none"]
    c.tiles[0].away.click()
    assert explorer.shown == [likely[1]]
    c.likeliest[1].click()  # the last one stays
    assert explorer.shown == [likely[1]]
    c.likeliest[0].click(), c.likeliest[1].click()
    assert explorer.answers == () and explorer.shown == likely[:1]


@pytest.mark.parametrize("typed", ["zebra", "  ZEBRA ", "zebr"])
def test_an_answer_is_typed(explorer: QuestionExplorer, typed: str) -> None:
    predicted = explorer.explained.predicted
    explorer.controls.other.box.value = typed
    assert explorer.shown == list(dict.fromkeys([predicted, "zebra"])) and explorer.controls.other.box.value == ""
    assert "zebra" in explorer.controls.other.box.options


@pytest.mark.parametrize("typed", ["purple cow", "<i>red</i>", "😀", "x" * 10_000, "красный", "999"])
def test_an_unknown_answer_is_told_beside_its_box_and_near_ones_are_offered(explorer, typed: str) -> None:
    before, other = state(explorer), explorer.controls.other
    other.box.value = typed
    assert state(explorer) == before and other.box.value == typed  # to be mended
    assert "no such answer" in other.says.text and len(other.says.text) < 120 and "<i>" not in other.says.value
    other.box.value = "zebar"
    offered = [button for button in other.offers if button.layout.display is None]
    assert "zebra" in [button.description for button in offered]
    explorer.controls.likeliest[1].click()  # instead of one of them
    assert other.says.text == other.box.value == "" and not any(b.layout.display is None for b in other.offers)
    other.box.value = "zebar"
    next(button for button in offered if button.description == "zebra").click()
    assert "zebra" in explorer.shown and other.says.text == other.box.value == ""


@pytest.mark.parametrize("typed", ["purple cow", "<i>red</i>", "x" * 10_000])
def test_for_an_unknown_answer_in_the_code_the_predicted_one_stands_in(explorer: QuestionExplorer, typed: str) -> None:
    before, predicted = explorer.picture(), explorer.explained.predicted
    explorer.answers = (predicted, typed)
    assert explorer.shown == [predicted] and np.array_equal(explorer.picture(), before)
    assert f"the predicted one, “{predicted}”, is explained instead" in explorer.message and len(explorer.message) < 200
    assert "Note" in explorer.controls.message.value and "<i>" not in explorer.controls.message.value
    explorer.answers = other = tuple(unlikely(explorer)[:1])
    explorer.answers = (*other, typed)
    assert explorer.shown == [*other, predicted] and "is explained instead" in explorer.message
    explorer.opacity = 0.3  # said once
    assert "instead" not in explorer.message


def test_five_answers_are_too_many(explorer: QuestionExplorer) -> None:
    explorer.answers = four = tuple(unlikely(explorer)[:4])
    before = state(explorer)
    explorer.controls.likeliest[0].click()
    assert "at most 4 fit side by side" in explorer.message and state(explorer) == before
    assert "at most 4" in explorer.controls.other.says.text and explorer.controls.message.text == ""
    assert explorer.controls.likeliest[0].icon == "" and explorer.shown == list(four)


@pytest.mark.parametrize(
    "setting, value, words",
    [
        ("answers", [3], "give a name"), ("answers", None, "not iterable"), ("method", "cam", "one of 'grad_cam'"),
        ("method", "attention_word", "not on offer"), ("opacity", 2.0, "from 0"), ("question", None, "expected a"),
        ("question", 7, "expected a"), ("model", None, "None"), ("model", "world-vgg11", "one of 'world-alexnet'"),
    ],
)  # fmt: skip
def test_a_bad_setting_changes_nothing(explorer: QuestionExplorer, setting: str, value, words: str) -> None:
    before = state(explorer)
    setattr(explorer, setting, value)
    assert words in explorer.message and state(explorer) == before


# Networks


def test_networks_are_loaded_when_they_are_asked(explorer: QuestionExplorer, vqa: QuestionSystem) -> None:
    assert list(explorer.networks.loaded) == ["world-vgg16"]
    explorer.answers = ("red", "blue")
    pictures = {explorer.picture().tobytes()}
    for name in ("world-alexnet", "world-vgg19", "world-coattention"):
        explorer.controls.model.value = name
        assert explorer.model == name and content(explorer) and name in explorer.controls.about.value
        assert explorer.question == QUESTION and explorer.shown == ["red", "blue"]
        pictures.add(explorer.picture().tobytes())
    assert len(pictures) == 4 and len(explorer.networks.loaded) == 4


def test_co_attention_shows_where_it_looked(explorer: QuestionExplorer) -> None:
    c = explorer.controls
    assert not set(ATTENTION) & {name for _, name in c.method.options}
    explorer.model = "world-coattention"
    pictures = set()
    for c.method.value in ATTENTION:
        assert explorer.method == c.method.value and "background" in c.words.value
        pictures.add(explorer.picture().tobytes())
    explorer.answers = ("red", "zebra")
    assert np.array_equal(shown_in(c.tiles[0].image), shown_in(c.tiles[1].image)) and len(pictures) == 3
    explorer.model = "world-alexnet"
    assert explorer.method == c.method.value == "grad_cam" and "this network has none" in explorer.message


def test_a_network_whose_weights_are_missing(explorer: QuestionExplorer, monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("GRADCAM_WEIGHTS", str(tmp_path))
    monkeypatch.setattr("gradcam_lib.networks.weights.MODELS", tmp_path)
    before = state(explorer)
    explorer.controls.model.value = "world-vgg19"
    assert "training.vqa --backbone vgg19" in explorer.message and state(explorer) == before
    assert explorer.controls.of_networks.text == explorer.message, "beside the list of networks"
    assert explorer.controls.model.value == "world-vgg16"
    empty = QuestionExplorer(SCENE)
    assert "training.vqa --backbone vgg16" in empty.message and empty.controls.save.disabled
    assert empty.controls.model.value is None
    monkeypatch.undo()
    empty.controls.model.value = "world-alexnet"
    assert empty.message == "" and empty.question and not empty.controls.save.disabled


def test_a_network_of_ones_own() -> None:
    explorer = QuestionExplorer(SCENE, question_system(), answers=["dog", "zebra"])
    assert explorer.model == "own" and set(explorer.controls.other.box.options) == set(FEW)
    assert "'zebra': none of the 5 answers" in explorer.message
    explorer.model = "world-vgg16"
    assert content(explorer) and explorer.shown[0] == "dog"
    explorer.answers = ("zebra", "dog")
    explorer.model = "own"
    assert "'zebra': none of the 5 answers" in explorer.message and "zebra" not in explorer.shown


def test_two_networks_stand_side_by_side_answer_by_answer(explorer: QuestionExplorer) -> None:
    c = explorer.controls
    explorer.answers = ("red", "blue")
    alone = explorer.picture()
    assert [name for _, name in c.second.options] == ["", "world-alexnet", "world-vgg19", "world-coattention"]
    c.second.value = "world-coattention"
    assert explorer.second == "world-coattention" and [tile.layout.display for tile in c.tiles] == [None] * 4
    titles = [said(tile.title) for tile in c.tiles]
    assert titles == [
        f"Grad-CAM: “{answer}” · {network}"
        for answer in ("red", "blue")
        for network in ("LSTM + slim VGG-16", "Co-attention on slim ResNet")
    ]
    other = load_vqa("world-coattention")
    answer, p = other.answer(explorer.source.picture, QUESTION)[0]
    assert said(c.of_networks) == f"The second network answers “{answer}”, {100 * p:.1f} %."
    explorer.shared_scale = False
    L = upsample(other.explain(explorer.source.picture, QUESTION, "blue")[None], (SIDE, SIDE))
    wanted = overlay(
        seen(explorer.source.picture, other.transform.at(SIDE)), scale_by_max(L)[0], opacity=explorer.opacity
    )
    assert np.abs(explorer.picture()[:, -SIDE:].astype(int) - wanted).max() <= 1
    explorer.shared_scale = True
    before = state(explorer)
    c.other.box.value = "zebra"
    assert "at most 2 fit side by side" in c.other.says.text and state(explorer) == before
    explorer.method = "attention_word"
    assert "not on offer with this network" in explorer.message
    explorer.source.remove("dog-1")
    assert explorer.second and not np.array_equal(explorer.picture()[:, -SIDE:], wanted)
    explorer.source.undo()
    explorer.model = "world-coattention"  # which takes the place of the first
    assert explorer.second == c.second.value == "" and len(explorer._drawings) == 2
    explorer.model = "world-vgg16"
    assert np.array_equal(explorer.picture(), alone) and "second network shows" in said(c.of_networks)


def test_a_second_network_that_cannot_be_had(explorer: QuestionExplorer, monkeypatch, tmp_path) -> None:
    explorer.answers = ("red", "blue", "zebra")
    for name, words in (
        ("world-vgg16", "shown already"), ("photo", "made for the other kind"), ("world-vgg11", "choose one of"),
        ("world-alexnet", "3 answers of two networks are too many; take all but 2 away first"),
    ):  # fmt: skip
        before = state(explorer)
        explorer.second = name
        assert words in explorer.message and state(explorer) == before
    explorer.answers = ("red", "blue")
    explorer.second = "world-alexnet"
    explorer.networks.loaded["photo"] = question_system()
    explorer.source.switch.value = "photo"
    assert explorer.second == "" and "world-alexnet" not in [name for _, name in explorer.controls.second.options]
    monkeypatch.setenv("GRADCAM_WEIGHTS", str(tmp_path))
    monkeypatch.setattr("gradcam_lib.networks.weights.MODELS", tmp_path)
    explorer.controls.second.value = "photo-coattention"
    assert "training.vqa" in explorer.controls.of_networks.text and explorer.controls.second.value == ""


def test_a_weak_answer_is_marked(explorer: QuestionExplorer) -> None:
    e = explorer.explained
    largest = {answer: float(e.values(answer, "grad_cam").max()) for answer in e.e.answers}
    weakest = min((answer for answer in largest if largest[answer] > 0), key=largest.get)
    explorer.answers = (e.predicted, weakest)
    share = largest[weakest] / float(np.abs(e.values(e.predicted, "signed")).max())
    assert share < 0.1 and "Weak" not in said(explorer.controls.tiles[0].facts)
    weak = f"Weak: its strongest value is {100 * share:.1f} % of that for “{e.predicted}”, the predicted answer"
    assert weak in said(explorer.controls.tiles[1].facts) and weak in explorer.controls.tiles[1].image.alt


# Scenes


def test_an_edited_scene_is_asked_again(explorer: QuestionExplorer) -> None:
    explorer.answers = ("red", "blue")
    before = explorer.picture()
    explorer.source.thing.value = "umbrella-1"
    explorer.source.removal.click()
    assert explorer.question == QUESTION and explorer.answers == ("red", "blue") and explorer.explained.truth == ""
    assert not np.array_equal(explorer.picture(), before)
    explorer.source.back.click()
    assert np.array_equal(explorer.picture(), before) and explorer.explained.true == "red"


def test_a_new_scene_is_asked_what_fits_it(explorer: QuestionExplorer) -> None:
    explorer.source.show_seed(next(s for s in range(100) if scenes.sample(s).place == "savannah"))
    assert explorer.question == examples(explorer.source.scene)[0] == explorer.controls.question.value
    explorer.question = "Is anybody there?"  # typed by hand: it stays
    explorer.source.new.click()
    assert explorer.question == "Is anybody there?" and explorer.answers == ()
    explorer.question = "Where is this?"  # fits every scene
    explorer.source.new.click()
    assert explorer.question == "Where is this?" and explorer.explained.true == explorer.source.scene.place


@pytest.mark.parametrize("seed", ["-1", "many"])
def test_a_bad_seed_changes_nothing(explorer: QuestionExplorer, seed: str) -> None:
    before = state(explorer)
    explorer.source.seed.value = seed
    assert "whole number" in explorer.source.message and state(explorer) == before


@pytest.fixture
def no_photographers(monkeypatch) -> None:
    """The networks for photographs are not there, as where their files were deleted."""

    def missing(name: str) -> QuestionSystem:
        if name.startswith("photo"):
            raise FileNotFoundError(f"{name}: not there; train it")
        return load_vqa(name)

    monkeypatch.setattr(question_networks, "load_vqa", missing)


def test_an_own_picture(explorer: QuestionExplorer, no_photographers) -> None:
    upload(explorer.source.upload, "mine.png", PNG)
    assert explorer.source.note and explorer.question == QUESTION and explorer.explained.truth == ""
    assert explorer.controls.examples.options == (("none for this picture", ""),)
    before = state(explorer)
    upload(explorer.source.upload, "broken.png", PNG[:50])
    assert "broken.png" in explorer.source.message and state(explorer) == before
    explorer.source.back.click()
    assert explorer.explained.true == "red"


# Photographs


def networks(explorer: QuestionExplorer) -> list[str]:
    return [name for _, name in explorer.controls.model.options]


def test_photographs_have_networks_of_their_own(vqa: QuestionSystem) -> None:
    photographs = question_system()
    explorer = QuestionExplorer(SCENE, photographs=photographs, question=QUESTION, answers=["red", "blue"])
    explorer.source.switch.value = "photo"
    assert explorer.model == "photo" and explorer.explained.system is photographs and explorer.answers == ()
    assert networks(explorer) == list(MODELS["photo"]) and "untrained" in explorer.controls.about.value
    assert explorer.question == examples(None, "grace_hopper")[0] == explorer.controls.question.value
    assert explorer.explained.truth == "" and set(explorer.controls.other.box.options) == set(FEW)
    explorer.source.photograph.value = "motorcycle"
    assert explorer.question == "What color is the motorcycle?" and explorer.stem == "motorcycle"
    explorer.answers = ("red", "kite")
    L = upsample(photographs.explain(explorer.source.picture, explorer.question, "kite")[None], (SIDE, SIDE))
    explorer.shared_scale = False
    wanted = overlay(explorer.source.picture, scale_by_max(L)[0], opacity=explorer.opacity)
    assert np.abs(explorer.picture()[:, -SIDE:].astype(int) - wanted).max() <= 1
    explorer.question = "Who is that?"  # typed by hand: it stays
    explorer.source.photograph.value = "cat"
    assert explorer.question == "Who is that?" and explorer.answers == ()
    explorer.question = "Is there a dog?"  # fits every photograph
    explorer.source.photograph.value = "coffee"
    assert explorer.question == "Is there a dog?"
    explorer.question = "What color is the cup?"  # no question for a scene
    explorer.source.switch.value = "world"
    assert explorer.model == "world-vgg16" and networks(explorer) == list(MODELS[WORLD])
    assert explorer.explained.true and explorer.question == examples(SCENE)[0]


def test_a_photograph_is_explained_at_a_larger_input_and_answered_at_the_networks_own(vqa: QuestionSystem) -> None:
    photographs = question_system("parallel")
    explorer = QuestionExplorer(SCENE, vqa, photographs=photographs)
    hidden, size = explorer.controls.size.layout, explorer.controls.size.choice
    assert hidden.display == "none"  # the scenes' networks know one size
    explorer.source.switch.value = "photo"
    assert [side for _, side in size.options] == [128, 192, 256] and size.value == 128
    top, picture = explorer.explained.top, explorer.source.picture
    explorer.answers = ("red", "kite")
    size.value = 256
    assert explorer.size == 256 and explorer.answers == ("red", "kite") and explorer.explained.top == top
    explorer.shared_scale = False
    L = photographs.explain(picture, explorer.question, "kite", size=256)[None]
    wanted = overlay(picture, scale_by_max(upsample(L, (SIDE, SIDE)))[0], opacity=explorer.opacity)
    assert L.shape == (1, 16, 16)
    assert np.abs(explorer.picture()[:, -SIDE:].astype(int) - wanted).max() <= 1
    assert said(explorer.controls.size.cost).endswith(
        "for about 4 times the work. The answers stay those of its own size."
    )
    explorer.question = "is there a dog"
    assert explorer.size == size.value == 256 and explorer.explained.e.map().shape == (16, 16)
    explorer.size = -1
    assert "size -1: give the side of the input in pixels" in explorer.message and explorer.size == size.value == 256
    size.value = 128
    assert explorer.size is None and explorer.explained.e.map().shape == (8, 8)
    explorer.size = 256
    explorer.source.switch.value = "world"
    assert explorer.size is None and hidden.display == "none" and explorer.explained.e.map().shape == (8, 8)


def test_the_network_that_was_asked_last_is_asked_again(explorer: QuestionExplorer) -> None:
    explorer.networks.loaded["photo"] = explorer.networks.loaded["photo-coattention"] = question_system()
    explorer.model = "world-alexnet"
    explorer.source.switch.value = "photo"
    explorer.controls.model.value = "photo-coattention"
    explorer.source.switch.value = "world"
    assert explorer.model == explorer.controls.model.value == "world-alexnet"
    explorer.source.switch.value = "photo"
    assert explorer.model == explorer.controls.model.value == "photo-coattention"
    before = state(explorer)
    explorer.model = "world-alexnet"
    assert "made for the other kind of picture" in explorer.message and state(explorer) == before


def test_a_network_that_is_not_at_hand_says_so_and_the_last_one_stays(explorer, monkeypatch, tmp_path) -> None:
    for name, value in {"GRADCAM_WEIGHTS": tmp_path, "TORCH_HOME": tmp_path, "GRADCAM_OFFLINE": 1}.items():
        monkeypatch.setenv(name, str(value))
    explorer.networks.loaded["photo"] = question_system()
    explorer.source.switch.value = "photo"
    before = state(explorer)
    explorer.controls.model.value = "photo-squeezenet"
    assert "squeezenet" in explorer.message.lower() and state(explorer) == before
    shown, _, hidden = explorer.controls.of_networks.value.partition("<details>")
    assert "not at hand" in shown and "https://" not in shown and "https://" in hidden, "a URL is a click away"


def test_without_networks_for_photographs_the_world_stays(explorer: QuestionExplorer, no_photographers) -> None:
    before = state(explorer)
    explorer.source.switch.value = "photo"
    assert "the networks for photographs are not available" in explorer.source.message and state(explorer) == before
    assert explorer.source.switch.value == "world" and networks(explorer) == list(MODELS[WORLD])
    explorer.model = "photo"
    assert "made for the other kind of picture" in explorer.message and state(explorer) == before


# As a widget


def test_maps_are_sent_to_the_browser_or_saved_side_by_side(explorer: QuestionExplorer, tmp_path) -> None:
    explorer.answers = ("red", "blue")
    explorer.controls.save.click()
    link = explorer.controls.download.value
    assert 'download="scene-3_grad-cam-red-blue.png"' in link and list(tmp_path.iterdir()) == []
    page = decoded(base64.b64decode(re.search('base64,([^"]+)" download', link)[1]))
    assert np.array_equal(page, explorer._to_save()) and page.shape[1] > 2 * SIDE
    explorer.opacity = 0.5
    assert explorer.controls.download.value == ""
    path = explorer.save()
    assert "Saved" in explorer.controls.message.value
    assert np.array_equal(decoded(path.read_bytes()), explorer._to_save())


def test_only_widgets_that_notebook_tests_can_compare(explorer: QuestionExplorer) -> None:
    parts, seen_parts = [explorer], []
    while parts:
        seen_parts.append(parts.pop())
        parts += getattr(seen_parts[-1], "children", ())
    assert not any(isinstance(w, (widgets.Output, widgets.interactive)) for w in seen_parts)
    assert repr(explorer) == "QuestionExplorer: run this cell in JupyterLab to use it"


def test_pictures_of_ones_own(tmp_path) -> None:
    (tmp_path / "broken.png").write_bytes(b"no picture")
    (tmp_path / "mine.png").write_bytes(PNG)
    explorer = QuestionExplorer(photographs=question_system(), pictures=tmp_path)
    assert explorer.model == "photo" and explorer.stem == "mine" and explorer.source.scene is None
    assert explorer.question == examples(None, "mine.png")[0] and explorer.shown == [explorer.explained.predicted]
    assert "1 picture is skipped" in said(explorer.source.line) and "broken.png" in explorer.source.message
    explorer.source.photograph.value = "coffee"
    assert explorer.stem == "coffee"
