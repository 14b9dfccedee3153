"""Maps of words against masks: geometry, scores by hand, and the study on a small COCO made here."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from support.coco_outlined import CAPTIONS, outlined_coco
from support.photographers import photo_model
from support.talkers import VOCABULARY

from gradcam_lib.datasets.coco_part import coco_part
from gradcam_lib.language.captioning import CaptionSystem
from gradcam_lib.language.systems import PHOTO_TRANSFORM
from gradcam_lib.measures.localize import stretched_mask
from gradcam_lib.studies.photographs import truth, words


@pytest.fixture(scope="module")
def part(tmp_path_factory):
    return coco_part(outlined_coco(tmp_path_factory.mktemp("coco")))


@pytest.fixture(scope="module")
def captioner() -> CaptionSystem:
    return CaptionSystem(photo_model().float(), VOCABULARY, "untrained", PHOTO_TRANSFORM)


# -- geometry ----------------------------------------------------------------------------------------------------------


def test_masks_go_the_way_of_their_picture(part, captioner) -> None:
    """The things are of one colour: where a mask is, there it is, in either geometry and at any size."""
    for geometry in truth.GEOMETRIES:
        seen = truth.seen_in(part, part.pictures[0], geometry)
        for size in (224, 448):
            picture = captioner.picture(seen.input(captioner, size))
            red = stretched_mask(picture[..., 0] > 175, truth.SIDE)
            found = np.any(list(seen.masks.values()), 0)
            assert picture.shape == (size, size, 3)
            assert (red & found).sum() / (red | found).sum() > 0.9


def test_the_middle_square_leaves_out_what_lies_beyond_it(part) -> None:
    whole, middle = (truth.seen_in(part, part.pictures[0], g) for g in truth.GEOMETRIES)
    assert set(whole.masks) == {"person", "dog", "kite"}
    assert np.nonzero(whole.masks["person"])[1].min() == round(10 / 120 * 224)
    assert middle.masks["person"].any() and np.nonzero(middle.masks["person"])[1].min() == 0  # cut off at x = 20
    with pytest.raises(ValueError, match="geometry 'whole': choose one of 'squashed', 'middle'"):
        truth.seen_in(part, part.pictures[0], "whole")


def test_sizes_begin_with_the_systems_own() -> None:
    assert truth.sizes_of(224) == [224, 320, 384, 448, 576] and truth.sizes_of(64) == [64, 96, 128, 192]
    assert truth.sizes_of(288) == [288, 320, 384, 448, 576]


# -- scores ------------------------------------------------------------------------------------------------------------


def test_scores_by_hand() -> None:
    mask = np.zeros((224, 224), bool)
    mask[:112] = True
    heat = np.full((224, 224), 1.0)
    heat[:112] = 3
    assert truth.score(heat, mask) == {"inside": 1, "pointing_game": 1, "density": 3, "energy": 0.75, "empty": 0}
    heat[115, 7] = 9  # four pixels below the mask
    assert truth.score(heat, mask)["inside"] == 0 and truth.score(heat, mask)["pointing_game"] == 1
    heat[:] = 0
    assert truth.score(heat, mask) == {"inside": 0, "pointing_game": 0, "density": 1, "energy": 0, "empty": 1}
    heat[3, 3] = 1
    assert truth.score(heat, mask)["density"] == truth.LARGEST_DENSITY


# -- the study ---------------------------------------------------------------------------------------------------------


def test_words_that_are_known_and_name_what_is_there(captioner) -> None:
    found = words.told(captioner, CAPTIONS, {"person", "dog"})
    assert [[m.category for m in named] for _, named in found] == [["person"], ["person", "dog"], ["dog"], []]
    assert words.told(captioner, ["a guy with a dog"], {"person", "dog"})[0][1][0].category == "dog"  # "guy" is unknown


def test_maps_are_those_of_the_captioner(part, captioner, monkeypatch) -> None:
    """Every map that is scored is the one that ``explain`` gives for that word and that sentence."""
    scored = []
    nothing = dict.fromkeys(("inside", "density", "pointing_game"), 0.0)
    monkeypatch.setattr(words, "score", lambda heat, mask: scored.append(heat) or nothing)
    seen = truth.seen_in(part, part.pictures[0])
    words.study_words(captioner, seen, list(CAPTIONS), 448)
    e = captioner.explain(captioner.picture(seen.input(captioner, 448)), CAPTIONS[0], size=448)
    assert np.allclose(scored[0], truth.stretched(e.word(1)), atol=1e-5)  # "woman"
    assert np.allclose(scored[1], truth.stretched(e.sentence()), atol=1e-5)


def test_a_picture_has_one_value_a_measure(part, captioner) -> None:
    seen = truth.seen_in(part, part.pictures[0])
    record = words.study_words(captioner, seen, list(CAPTIONS), 224, fine=True)
    assert record == words.study_words(captioner, seen, list(CAPTIONS), 224, fine=True)
    assert set(record) >= {"grad_cam", "whole_caption", "centre", "random", "two_nouns", "mention", "guided_grad_cam"}
    pair = record["two_nouns"]
    assert pair["density_difference"] == pytest.approx(pair["density_own"] - pair["density_other"])
    by = record["grad_cam"]  # two mentions of persons and two of things are known and there, one more of the kite
    assert by["density"] == pytest.approx((2 * by["density_persons"] + 3 * by["density_things"]) / 5)


def test_a_map_that_is_the_mask_scores_fully(part, captioner, monkeypatch) -> None:
    """The study tells a perfect map from the others: each word's map is put on what it names."""
    seen = truth.seen_in(part, part.pictures[0])
    order = [m.category for _, named in words.told(captioner, CAPTIONS, seen.masks) for m in (*named, None) if m]

    class Perfect:
        def maps(self, targets):
            tell, maps = words.told(captioner, CAPTIONS, seen.masks), []
            for _, named in tell:
                maps += [torch.tensor(seen.masks[m.category]).float() for m in named] + [torch.ones(224, 224)]
            assert len(maps) == len(targets)
            return torch.stack(maps)

        def activation(self):
            return torch.zeros(1, 1, 7, 7)

    monkeypatch.setattr(words, "explain", lambda *_, **__: Perfect())
    record = words.study_words(captioner, seen, list(CAPTIONS), 224)
    assert order and record["grad_cam"]["inside"] == 1 and record["grad_cam"]["density"] == truth.LARGEST_DENSITY
    assert record["two_nouns"]["inside_other"] == 0 and record["two_nouns"]["inside_difference"] == 1


def test_the_summary_is_over_pictures(part, captioner) -> None:
    numbers = words.word_scores(captioner, part, 224, most=2)
    assert numbers["grad_cam"]["inside"]["pictures"] == 2 and set(numbers["grad_cam"]["inside"]) >= {"low", "high"}
    assert numbers["mention"]["density_difference_things"]["pictures"] == 2
    drawn = words.drawn(part, 4, 0)
    assert len(drawn) == 4 and all(f"[{caption.split('[')[1].split(']')[0]}]" in caption for _, caption, _ in drawn)
