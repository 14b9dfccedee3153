"""Maps of absent tags on made photographs: on the look-alike, on something else, or nowhere."""

import numpy as np
import pytest
import torch
from support.looked import looked, tagger_of

from gradcam_lib.studies.photographs.truth import score, stretched
from gradcam_lib.studies.tagger import absent

TAGS = ("person", "dog", "cup", "car")
LIKE = {"person": ("dog",)}


def photograph(person, dog=(0, 0), cup=(3, 3), rest=None, **more):
    """A dog and a cup are there; where the map of the absent person has its maximum, and that of the absent car."""
    return looked({"dog": dog, "cup": cup}, tags=TAGS, maps={"person": person, "car": rest}, **more)


def test_the_look_alike_has_the_nearest_row_of_weights():
    W = torch.tensor([[1.0, 0, 0], [9, 1, 0], [0, 0, 1], [1, 0, 1]])
    found = absent.look_alikes(W, ["person", "dog", "car"], list(TAGS))
    assert found["person"] == ("dog", pytest.approx(9 / 82**0.5, abs=1e-4)) and found["car"][0] == "person"


def test_on_is_the_score_of_each_map():
    rng = np.random.default_rng(0)
    heats = np.stack([stretched(torch.from_numpy(rng.random((4, 4), np.float32))), np.zeros((224, 224), np.float32)])
    mask = np.zeros((224, 224), bool)
    mask[30:90, 100:200] = True
    hits, densities = absent.on(heats, mask)
    for heat, hit, density in zip(heats, hits, densities, strict=True):
        expected = score(heat, mask)
        assert hit == expected["inside"] and density == pytest.approx(expected["density"], rel=1e-4)
    everywhere = np.ones_like(mask)
    assert absent.on(heats, everywhere)[0].tolist() == [True, False]


def test_a_map_on_the_look_alike_is_told_from_the_maps_of_other_absent_tags():
    seen = [photograph((0, 0)), photograph((0, 0)), photograph((3, 3)), photograph(None)]
    told = absent.summary(absent.cases(seen, list(TAGS), LIKE))
    assert (told["cases"], told["photographs"], told["on the look-alike"], told["empty"]) == (4, 4, 2, 1)
    assert told["inside"]["value"] == 0.5 and told["inside_own"]["value"] == 1 and told["inside_others"]["value"] == 0
    assert told["expected of the middle"] == told["expected of other absent tags"] == 0
    size = told["inside on things of like size"]
    assert (size["cases"], size["look_alike"]["value"], size["other"]["value"]) == (4, 0.5, 0.25)
    assert told["by tag"] == {"person": [2, 4]}


def test_what_would_draw_any_map_is_no_look_alike():
    told = absent.summary(absent.cases([photograph((0, 0), rest=(0, 0))] * 3, list(TAGS), LIKE))
    assert told["inside"]["value"] == 1 and told["inside minus others"]["value"] == 0


def test_a_tag_that_is_there_or_whose_look_alike_is_not_is_no_case():
    both = looked({"person": (0, 0), "dog": (1, 1)}, tags=TAGS)
    alone = looked({"cup": (1, 1)}, tags=TAGS)
    assert absent.cases([both, alone], list(TAGS), LIKE) == []


def test_how_strong_maps_are_beside_those_of_tags_that_are_there():
    there = [looked({"person": (1, 1)}, tags=TAGS)] * 3
    told = absent.strengths(
        [*there, photograph((0, 0)), photograph(None), photograph(None)], ["person"], list(TAGS), LIKE
    )
    assert told["there"] == {"cases": 3, "shown": {"value": 1, "low": 1, "high": 1}, "maximum": 1}
    assert told["look_alike"]["cases"] == 3 and told["look_alike"]["shown"]["value"] == pytest.approx(1 / 3, abs=1e-3)
    assert told["look_alike"]["maximum"] == 0 and "neither" not in told
    seen = [*there, *[photograph((0, 0))] * 3, *[looked({"cup": (0, 0)}, tags=TAGS)] * 3]
    apart = absent.strengths(seen, ["person"], list(TAGS), LIKE)
    assert apart["look_alike minus neither"]["value"] == apart["tags"] == 1


def test_the_logit_of_an_absent_tag_with_and_without_its_look_alike():
    clf = tagger_of(*TAGS)
    with_dog = [looked({"dog": (0, 0)}, tags=TAGS, logits={"person": 2.0})] * 3
    with_cup = [looked({"cup": (0, 0)}, tags=TAGS, logits={"person": 1.0})] * 3
    told = absent.logits(with_dog + with_cup, clf, LIKE)
    assert told["tags"] == told["higher"] == 1 and told["auc"]["value"] == 1 and told["others"]["value"] == 0
    assert absent.logits(with_dog, clf, LIKE) == {"tags": 0}


def test_kin_are_of_one_supercategory_and_no_tag_is_its_own():
    one = looked({"dog": (0, 0), "cat": (1, 1)})
    assert absent.kin([one], ["dog", "cat", "sofa"]) == {"dog": ["cat"], "cat": ["dog"], "sofa": []}


def test_all_rules_are_measured():
    clf = tagger_of(*TAGS, weight=torch.eye(4)[:, :3] + 0.1)
    told = absent.measured([photograph((0, 0))] * 3, clf)
    assert {"look_alikes", "person"} <= set(told), "a rule without any case is left out"
    assert "supercategory" not in told, "whatever has a supercategory is there"
    assert told["person"]["on the look-alike"] == 3 and told["person"]["strength"] == {}
