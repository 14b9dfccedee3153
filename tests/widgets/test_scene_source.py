"""Where the explorers' pictures come from: seeds, edits by hand, files; what cannot be done changes nothing."""

from __future__ import annotations

import html

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.scenery import PHOTO, PNG, SCENE
from support.uploads import announce, upload

from gradcam_lib.language.systems import TRANSFORM
from gradcam_lib.pictures.images import seen
from gradcam_lib.pictures.samples import SAMPLES, sample
from gradcam_lib.widgets.scene_edits import called
from gradcam_lib.widgets.scene_source import KEPT, SEED, SceneSource
from gradcam_lib.widgets.source_controls import PHOTOGRAPHS
from gradcam_lib.worlds import scenes
from gradcam_lib.worlds.scene import Thing


@pytest.fixture
def source() -> SceneSource:
    source = SceneSource(SCENE)
    source.calls = []
    source.observe(lambda: source.calls.append(source.scene))
    return source


def state(source: SceneSource) -> tuple:
    return source.scene, source.picture.tobytes(), source.note, len(source.calls), source.back.disabled


# Seeds


def test_it_begins_with_the_scene_of_a_seed() -> None:
    source = SceneSource(seed=7)
    assert source.scene == scenes.sample(7) and source.seed.value == "7"
    assert np.array_equal(source.picture, scenes.render(scenes.sample(7)).image)
    assert SceneSource().scene.seed == SEED and source.note == source.message == ""


@pytest.mark.parametrize("typed, seed", [("8", 8), (" 0 ", 0), (str(2**64 - 1), 2**64 - 1), ("007", 7)])
def test_a_seed_is_typed(source: SceneSource, typed: str, seed: int) -> None:
    source.seed.value = typed
    assert source.scene == scenes.sample(seed) and source.seed.value == str(seed)
    assert source.calls == [source.scene] and source.message == ""


@pytest.mark.parametrize(
    "typed", ["", "   ", "-1", str(2**64), "9" * 10_000, "1.5", "seven", "0x10", "1_000", "😀", "<b>1</b>"]
)
def test_a_seed_that_is_none_is_told(source: SceneSource, typed: str) -> None:
    before = state(source)
    source.seed.value = typed
    assert "whole number from 0 to 2**64 - 1" in source.message and len(source.message) < 120
    assert state(source) == before and "<b>1" not in source.line.value and "Problem" in source.line.value
    source.seed.value = "8"
    assert source.message == "" and source.scene.seed == 8


def test_new_scenes_follow_each_other(source: SceneSource) -> None:
    source.new.click(), source.new.click()
    assert [scene.seed for scene in source.calls] == [4, 5]
    source.show_seed(2**64 - 1)
    source.new.click()
    assert source.scene.seed == 0


def test_after_a_photograph_seeds_go_on(source: SceneSource) -> None:
    source.show_seed(10)
    source.show_picture(PHOTO)
    source.new.click()
    assert source.scene.seed == 11


# Edits


def test_things_are_offered_by_name(source: SceneSource) -> None:
    assert [label for label, _ in source.thing.options] == ["woman 1", "umbrella 1, red", "dog 1, brown"]
    assert called(Thing("fire-hydrant-2", "fire hydrant", 0, 0, 1, "red")) == "fire hydrant 2, red"


@pytest.mark.parametrize("arrow, x, y", [("left", -1, 0), ("right", 1, 0), ("up", 0, -1), ("down", 0, 1)])
def test_arrows_move_the_chosen_thing(source: SceneSource, arrow: str, x: int, y: int) -> None:
    source.thing.value = "dog-1"
    before = source.picture
    source.arrows[arrow].click()
    dog, was = source.scene["dog-1"], SCENE["dog-1"]
    assert (np.sign(dog.x - was.x), np.sign(dog.y - was.y)) == (x, y)
    assert source.thing.value == "dog-1" and not np.array_equal(source.picture, before) and len(source.calls) == 1


def test_what_is_held_goes_along(source: SceneSource) -> None:
    before = scenes.position(SCENE, SCENE["umbrella-1"])
    source.move("woman-1", 0.1, 0)
    assert scenes.position(source.scene, source.scene["umbrella-1"])[0] == pytest.approx(before[0] + 0.1)
    source.remove("woman-1")
    assert [thing.id for thing in source.scene.things] == ["dog-1"] and source.thing.value == "dog-1"


@pytest.mark.parametrize(
    "id, dx, dy", [("dog-1", 0.3, 0), ("woman-1", 0, 0.2), ("umbrella-1", -2, 0), ("dog-1", 0, -1)]
)
def test_an_edit_that_would_leave_the_picture(source: SceneSource, id: str, dx: float, dy: float) -> None:
    before = state(source)
    assert not source.move(id, dx, dy)
    assert "would leave the picture" in source.message and state(source) == before


def test_an_edit_of_what_is_not_there(source: SceneSource) -> None:
    before = state(source)
    assert not source.remove("cat-1") and not source.move("cat-1", 0, 0.1)
    assert "no such thing; this scene has woman-1" in source.message and state(source) == before


def test_a_scene_may_be_emptied(source: SceneSource) -> None:
    while source.scene.things:
        source.removal.click()
    assert source.removal.disabled and source.thing.options == () and source.message == ""
    assert not source.back.disabled


def test_undo_goes_back_step_by_step(source: SceneSource) -> None:
    assert source.back.disabled and not source.undo() and "nothing to undo" in source.message
    pictures = [source.picture]
    for step in (lambda: source.move("dog-1", 0.1, 0), lambda: source.remove("dog-1"), lambda: source.show_seed(9),
                 lambda: source.show_picture(PHOTO)):  # fmt: skip
        assert step()
        pictures.append(source.picture)
    source.show_seed(-1)  # what failed is no step
    for picture in pictures[-2::-1]:
        source.back.click()
        assert np.array_equal(source.picture, picture)
    assert source.scene == SCENE and source.back.disabled and source.message == ""
    for _ in range(KEPT + 5):
        source.move("dog-1", 0, 0)
    assert sum(source.undo() for _ in range(KEPT + 5)) == KEPT


# Pictures of one's own


def test_an_own_picture_has_a_note_and_no_things(source: SceneSource) -> None:
    upload(source.upload, "mine.png", PNG)
    assert source.scene is None and source.picture.shape == (448, 448, 3) and source.calls == [None]
    assert "rendered scenes" in source.note and source.note in source.about.value and source.message == ""
    assert source.removal.disabled and source.arrows["left"].disabled and source.thing.value is None
    assert source.seed.value == "" and source.upload.button.value == ()
    assert not source.remove("dog-1") and "no things" in source.message
    source.back.click()
    assert source.scene == SCENE and source.note == "" and not source.removal.disabled


@pytest.mark.parametrize(
    "part, crop, words",
    [
        ("whole", "whole", "the whole picture, with margins left and right"),
        (1.0, (0, 53, 300, 353), "the square from (0, 53) to (300, 353)"),
        (0.5, (75, 128, 225, 278), "the square from (75, 128) to (225, 278)"),
    ],
)
def test_another_part_of_a_photograph(source: SceneSource, part, crop, words: str) -> None:
    assert source.part.layout.display == "none", "a scene is seen as a whole"
    portrait = np.random.default_rng(0).integers(0, 256, (406, 300, 3), np.uint8)
    upload(source.upload, "<b>mine</b>.png", cv2.imencode(".png", portrait[..., ::-1])[1].tobytes())
    assert source.part.layout.display is None
    assert "mine&lt;/b&gt;.png: the networks see the middle square, 100 %" in source.about.value
    source.part.part.value = part
    assert np.array_equal(source.picture, seen(portrait, TRANSFORM.at(448), crop)) and len(source.calls) == 2
    assert words in source.about.value and source.note in html.unescape(source.about.value)
    source.back.click()
    assert np.array_equal(source.picture, seen(portrait, TRANSFORM.at(448))) and source.part.part.value == "middle"
    source.back.click()
    assert source.scene == SCENE and source.part.layout.display == "none"
    assert not source.show_part("whole") and "always seen as a whole" in source.message


def test_a_part_that_is_none_changes_nothing(source: SceneSource) -> None:
    source.show_picture(PHOTO)
    before = state(source)
    assert not source.show_part("left") and "choose 'middle', 'whole' or a box" in source.message
    assert state(source) == before


def test_a_file_that_will_not_arrive_is_told_and_the_next_one_works(source: SceneSource) -> None:
    before, lost = state(source), source.upload.button
    announce(source.upload, "huge.png", 12_000_000)
    assert "huge.png: 12.0 MB, and this page takes files of at most 10 MB" in source.message
    assert state(source) == before and source.upload.button is not lost
    upload(source.upload, "mine.png", PNG)
    assert source.message == "" and source.scene is None


@pytest.mark.parametrize(
    "name, content, words",
    [
        ("empty.png", b"", "empty (0 bytes)"), ("half.png", PNG[: len(PNG) // 2], "truncated or broken"),
        ("<b>text</b>.png", b"no picture", "not a picture that can be read"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_picture(source: SceneSource, name: str, content: bytes, words: str) -> None:
    before = state(source)
    upload(source.upload, name, content)
    assert name in source.message and words in source.message and "<b>text" not in source.line.value
    assert state(source) == before and source.upload.button.value == ()


# Photographs


@pytest.fixture
def both() -> SceneSource:
    """A source with networks for photographs beside those of the world."""
    return SceneSource(SCENE, photographs=lambda: None)


def hidden(source: SceneSource) -> tuple[bool, bool]:
    """Whether what is for scenes and what is for photographs is out of sight."""
    of_scenes = [source.seed_row, source.thing, source.removal, *source.arrows.values()]
    assert source.back.layout.display is None  # what was done can always be undone
    (scenes_hidden,) = {control.layout.display == "none" for control in of_scenes}
    return scenes_hidden, source.photograph.layout.display == "none"


def test_photographs_by_name(both: SceneSource) -> None:
    assert set(PHOTOGRAPHS) == set(SAMPLES) and both.kind == "world" and hidden(both) == (False, True)
    for name in PHOTOGRAPHS:
        both.photograph.value = name
        assert (both.kind, both.name, both.scene) == ("photo", name, None) and both.switch.value == "photo"
        assert np.array_equal(both.picture, seen(sample(name), TRANSFORM.at(448)))
    assert "Flickr8k" in both.about.value and hidden(both) == (True, False) and not both.back.disabled
    while not both.back.disabled:
        both.back.click()
    assert (both.scene, both.kind, both.name, both.message) == (SCENE, "world", "scene-3", "")
    assert both.photograph.value is None and both.switch.value == "world"


def test_the_switch_goes_there_and_back_to_the_scene_as_it_was_edited(both: SceneSource) -> None:
    both.move("dog-1", -0.1, 0)
    edited = both.scene
    both.switch.value = "photo"
    assert both.photograph.value == both.name == next(iter(PHOTOGRAPHS)) and hidden(both) == (True, False)
    upload(both.upload, "mine.png", PNG)
    assert both.kind == "photo" and both.photograph.value is None and both.name == "picture"
    both.switch.value = "world"
    assert both.scene == edited and both.note == "" and hidden(both) == (False, True)


def test_where_there_are_no_networks_for_photographs() -> None:
    def missing() -> None:
        raise FileNotFoundError("squeezenet.net: not at hand. Fetch <b>it</b>")

    source = SceneSource(SCENE, photographs=missing)
    source.calls = []
    before = state(source)
    for choose in (lambda: setattr(source.switch, "value", "photo"), lambda: source.show_photograph("cat")):
        choose()
        assert "are not available. squeezenet.net: not at hand. Fetch <b>it</b>" in source.message
        assert "<b>it" not in source.line.value and source.switch.value == "world" and state(source) == before
    upload(source.upload, "mine.png", PNG)  # shown all the same, to the networks of the world
    assert source.kind == "world" and "rendered scenes alone" in source.note and "not at hand" in source.message
    assert source.switch.value == "world"


@pytest.mark.parametrize("name, words", [("dog", "no sample 'dog'"), ("", "no sample ''")])
def test_a_photograph_that_is_none(both: SceneSource, name, words: str) -> None:
    assert not both.show_photograph(name)
    assert words in both.message and both.scene == SCENE and both.kind == "world"


def test_the_world_alone_has_no_switch(source: SceneSource) -> None:
    assert source.switch.layout.display == "none" and not source.show_photograph("cat")
    assert "no networks for photographs" in source.message and source.scene == SCENE


def test_a_scene_that_cannot_be_rendered(source: SceneSource) -> None:
    before = state(source)
    assert not source.show_scene(SCENE.with_thing("dog-1", colour="turquoise"))
    assert "unknown colour 'turquoise'" in source.message and state(source) == before


def test_what_goes_wrong_in_a_callback_is_told(source: SceneSource) -> None:
    source.observe(lambda: 1 / 0)
    source.show_seed(4)
    assert source.message == "ZeroDivisionError: division by zero" and source.scene.seed == 4


@settings(max_examples=20)
@given(st.integers(0, 2**64 - 1), st.lists(st.sampled_from(["left", "right", "up", "down", "-", "undo"]), max_size=8))
def test_no_clicking_breaks_it(seed: int, clicks: list[str]) -> None:
    source = SceneSource(seed=seed)
    buttons = {**source.arrows, "-": source.removal, "undo": source.back}
    for click in clicks:
        if not buttons[click].disabled:
            buttons[click].click()
        assert source.message == "" or "picture" in source.message
        assert np.array_equal(source.picture, scenes.render(source.scene).image)
        assert scenes.captions(source.scene) and scenes.questions(source.scene)


# Own folders


def test_own_pictures_come_first_and_broken_ones_are_skipped(tmp_path) -> None:
    for name, content in (("a.png", PNG[: len(PNG) // 2]), ("b.png", PNG), ("c.png", b"none"), ("d.png", PNG)):
        (tmp_path / name).write_bytes(content)
    source = SceneSource(photographs=lambda: None, pictures=tmp_path)
    assert (source.kind, source.name, source.scene) == ("photo", "b.png", None) and source.back.disabled
    assert np.array_equal(source.picture, seen(PHOTO[..., ::-1], TRANSFORM.at(448)))
    assert [name for _, name in source.photograph.options] == ["b.png", "d.png", *PHOTOGRAPHS]
    assert source.photograph.value == "b.png" and "b.png: the networks see" in source.about.value
    assert source.message.startswith("2 pictures are skipped: ") and "a.png: truncated" in source.message
    (tmp_path / "d.png").write_bytes(b"")
    source.photograph.value = "d.png"
    assert "d.png: empty" in source.message and source.photograph.value == source.name == "b.png"
    assert [name for _, name in source.photograph.options] == ["b.png", *PHOTOGRAPHS]
    source.photograph.value = "cat"
    assert source.name == "cat" and source.message == ""
    source.switch.value = "world"
    source.switch.value = "photo"
    assert source.name == "b.png", "back to the first of the reader's own"


def test_a_scene_goes_before_own_pictures_and_without_networks_the_world_stays() -> None:
    assert SceneSource(SCENE, photographs=lambda: None, pictures=[PHOTO]).scene == SCENE

    def missing() -> None:
        raise FileNotFoundError("not at hand")

    source = SceneSource(photographs=missing, pictures=[PHOTO])
    assert source.kind == "world" and source.scene.seed == SEED and "not at hand" in source.message
