"""What the trials show: the scenes and photographs that ship, pictures of one's own, and the explanations."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from support.pickers import classifier
from support.tiny import SmallNet
from torch import nn
from torch.nn.functional import interpolate

from gradcam_lib import deconvnet, grad_cam, guided_backprop, load_classifier, upsample
from gradcam_lib.classroom import pictures
from gradcam_lib.classroom.designs import METHODS
from gradcam_lib.classroom.pictures import CHOSEN
from gradcam_lib.classroom.stimuli import Stimuli, visualization
from gradcam_lib.networks.classifier import Classifier
from gradcam_lib.pictures.images import Transform
from gradcam_lib.pictures.overlay import gradient_picture
from gradcam_lib.worlds import scenes
from gradcam_lib.worlds.corpus import FIRST
from gradcam_lib.worlds.questions import ASKED

LEAST, MOST = 0.015, 3  # what each of two kinds covers of the picture; scenes with the same two kinds
NOISE = [np.random.default_rng(i).integers(0, 256, (8, 8, 3), np.uint8) for i in range(30)]
CLF = classifier()


def network(seed: int, source: str) -> Classifier:
    return Classifier(SmallNet(seed, classes=6), CLF.names, "relu2", source, Transform(8, 8))


def finer(seed: int, source: str) -> Classifier:
    """The same for pictures of 16 × 16 pixels, which it reduces itself."""
    model = nn.Sequential(nn.AvgPool2d(2), SmallNet(seed, classes=6)).eval()
    return Classifier(model, CLF.names, "1.relu2", source, Transform(16, 16))


def test_the_scenes_are_the_first_that_the_rule_allows():
    found, pairs = {}, Counter()
    for i in range(max(CHOSEN) + 1):
        scene = scenes.sample(FIRST["test"] + i)
        kinds = tuple(
            sorted({t.kind for t in scene.things} & set(ASKED[scene.place]) - {"man", "woman", "tree", "cup"})
        )
        if len(kinds) != 2 or pairs[kinds] == MOST:
            continue
        masks = scenes.render(scene).masks
        covered = [sum(masks[t.id].mean() for t in scene.things if t.kind == kind) for kind in kinds]
        if min(covered) >= LEAST and all(_sees(pictures.drawn(i), kind) for kind in kinds):
            pairs[kinds] += 1
            found[i] = kinds
    assert found == CHOSEN


@torch.inference_mode()
def _sees(image: np.ndarray, kind: str) -> bool:
    clf, yes = pictures.asked(kind)
    return int(clf.model(clf.to_input(image)).argmax()) == yes


def test_explanations_by_hand():
    x = CLF.to_input(NOISE[0])
    L = upsample(grad_cam(CLF, x, 2), 8)[:, None]
    by_hand = {
        "guided_backprop": guided_backprop(CLF, x, 2),
        "deconvnet": deconvnet(CLF, x, 2),
        "deconv_grad_cam": L * deconvnet(CLF, x, 2),
        "guided_grad_cam": L * guided_backprop(CLF, x, 2),
    }
    assert set(by_hand) == set(METHODS)
    for method, G in by_hand.items():
        shown = visualization(CLF, x, 2, method)
        expected = cv2.resize(gradient_picture(G[0]), (448, 448), interpolation=cv2.INTER_LINEAR)
        assert np.array_equal(shown, expected), method
        small = interpolate(G, (4, 4), mode="area")  # means of 2 × 2 pixels
        assert np.allclose(small, G.unfold(2, 2, 2).unfold(3, 2, 2).mean((4, 5)), atol=1e-6)
        expected = cv2.resize(gradient_picture(small[0]), (448, 448), interpolation=cv2.INTER_LINEAR)
        assert np.array_equal(visualization(CLF, x, 2, method, side=4), expected)


def test_a_trial_shows_the_explanation_of_its_category():
    stimuli = Stimuli("which_class", seed=3)
    assert len(stimuli.design.pictures) == 20 and stimuli.design.networks == ("world-vgg16",)
    trial = next(t for t in stimuli.design.trials(0) if t.method == "guided_grad_cam")
    (shown,) = stimuli.show(trial)
    clf, yes = pictures.asked(trial.category)
    x = clf.to_input(pictures.drawn(int(trial.picture.split()[1])))
    assert np.array_equal(shown, visualization(clf, x, yes, "guided_grad_cam"))
    clf, yes = pictures.asked(trial.options[1 - trial.truth])
    assert not np.array_equal(shown, visualization(clf, x, yes, "guided_grad_cam"))


def test_the_photographs_that_ship():
    stimuli = Stimuli("which_class", pictures="photographs")
    assert len(stimuli.by_name) == 15 and stimuli.design.networks == ("efficientnet_lite0",)
    assert stimuli.by_name["cat + coffee"].classes == ("cat", "espresso")
    clf, index = stimuli.by_name["cat + coffee"].explained[0]()
    assert clf.names[index] == "Egyptian cat"
    stimuli = Stimuli("which_network")
    assert stimuli.design.networks == ("efficientnet_lite0", "photonet")
    assert list(stimuli.by_name) == ["cat", "coffee", "rocket"]
    for stimulus in stimuli.by_name.values():  # each explains what it says itself
        for name, explained in zip(stimuli.design.networks, stimulus.explained, strict=True):
            clf, index = explained()
            assert load_classifier(name).top(clf.to_input(stimulus.image()), 1)[0][0] == clf.names[index]


def test_of_two_networks_both_are_right_and_shown_equally_coarse():
    clfs = network(0, "one"), finer(1, "two")
    said = [[clf.names[int(clf.model(clf.to_input(p)).argmax())] for p in NOISE] for clf in clfs]
    own = list(zip(NOISE, said[0], strict=True))
    stimuli = Stimuli("which_network", pictures=own, networks=clfs)
    right = [f"picture {i}" for i, (a, b) in enumerate(zip(*said, strict=True), 1) if a == b]
    assert list(stimuli.by_name) == right and 0 < len(right) < 30
    assert list(Stimuli("which_network", pictures=own, networks=clfs, most=1).by_name) == right[:1]
    trial = stimuli.design.trials(0)[0]
    picture, *explanations = stimuli.show(trial)
    assert picture.shape == (448, 448, 3)
    image = NOISE[int(trial.picture.split()[1]) - 1]
    for name, shown in zip(trial.options, explanations, strict=True):
        clf = clfs[("one", "two").index(name)]
        expected = visualization(clf, clf.to_input(image), clf.index(trial.category), trial.method, side=8)
        assert np.array_equal(shown, expected)


def test_a_folder_of_ones_own(tmp_path: Path):
    for folder in ("cat+dog", "boat + tabby"):
        (tmp_path / folder).mkdir()
        cv2.imwrite(str(tmp_path / folder / "1.png"), NOISE[0])
    stimuli = Stimuli("which_class", pictures=tmp_path, networks=CLF)
    assert stimuli.design.pictures == (("boat + tabby/1.png", ("boat", "tabby")), ("cat+dog/1.png", ("cat", "dog")))
    assert stimuli.by_name["cat+dog/1.png"].explained[1]() == (CLF, 2)
    listed = Stimuli("which_class", pictures=[(tmp_path / "cat+dog" / "1.png", "cat", "dog")], networks=CLF)
    assert listed.design.pictures == stimuli.design.pictures[1:]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"study": "which"}, "study 'which'"),
        ({"study": "which_network", "pictures": "scenes"}, "only for 'which_class'"),
        ({"study": "which_class", "networks": CLF}, "only for 'which_class', and with a network of their own"),
        (
            {"study": "which_network", "pictures": [], "networks": CLF},
            "1 networks: give two, the more reliable one first",
        ),
        ({"study": "which_network", "pictures": [], "networks": (CLF, CLF)}, "both have the same name"),
        ({"study": "which_class", "pictures": [], "networks": CLF}, "no picture"),
        (
            {"study": "which_class", "pictures": [(NOISE[0], "cat")], "networks": CLF},
            "picture 1: its classes are .'cat'.",
        ),
        ({"study": "which_class", "pictures": [(NOISE[0], "cat", "cat")], "networks": CLF}, "give two classes"),
        ({"study": "which_network", "pictures": [(NOISE[0], "cow")], "networks": (CLF, network(0, "two"))}, "cow"),
        (
            {"study": "which_class", "pictures": [("a/b.png", "cat", "dog")] * 2, "networks": CLF},
            "two pictures have the same name",
        ),
    ],
)
def test_mistakes(arguments, said):
    with pytest.raises((ValueError, LookupError), match=said):
        Stimuli(**arguments)


def test_folders_that_do_not_help(tmp_path: Path):
    with pytest.raises(NotADirectoryError, match="no such folder; there are 'scenes', 'photographs'"):
        Stimuli("which_class", pictures="scene", networks=CLF)
    with pytest.raises(ValueError, match="name these after two classes, such as 'espresso.tabby'"):
        Stimuli("which_class", pictures=tmp_path, networks=CLF)
