"""The class picker without a browser: values in, image bytes out."""

from __future__ import annotations

import datetime
import html
import json
import re
from pathlib import Path

import cv2
import ipywidgets as widgets
import numpy as np
import pytest
import torch
from support.pickers import HEIC, IMAGE, NAMES, PNG, averaging, classifier, on_the_page, said
from support.tiny import Passes, SmallNet
from support.uploads import announce, upload
from torch import nn

from gradcam_lib import classifier as make_classifier
from gradcam_lib import explain, overlay, scale_by_max, upsample
from gradcam_lib.networks.photonet import PhotoNet
from gradcam_lib.networks.zoo import load_classifier
from gradcam_lib.pictures.images import Transform, seen
from gradcam_lib.widgets import ClassPicker
from gradcam_lib.widgets.explained_picture import SIDE, map_layers, unique, whereabouts
from gradcam_lib.widgets.input_size import input_sizes
from gradcam_lib.widgets.methods import METHODS

# What is shown


def test_it_starts_at_the_likeliest_class(picker):
    clf = picker.classifier
    (name, p), *_ = clf.top(clf.to_input(IMAGE))
    assert picker.class_name == name and picker.message == ""
    assert said(picker.controls.facts).startswith(f"Rank 1 of 6 · probability {100 * p:.1f} % · map maximum ")
    assert np.abs(on_the_page(picker).astype(int) - picker.picture()).mean() < 3  # WebP is lossy


def test_the_picture_is_the_librarys(picker):
    clf = picker.classifier
    base = seen(IMAGE, clf.transform.at(SIDE))
    e = explain(clf, clf.to_input(IMAGE))
    for index, name in enumerate(NAMES):
        picker.class_name = name
        L = upsample(e.map(index), (SIDE, SIDE))
        assert np.array_equal(picker.picture(), overlay(base, scale_by_max(L)[0], opacity=picker.opacity))


def test_the_network_runs_once_a_picture():
    clf = classifier(SmallNet(classes=6, gap=True))
    passes = Passes(clf.model)
    picker = ClassPicker(IMAGE, clf)
    pictures = []
    for method in (*METHODS, "cam"):
        picker.method = method
        for index, name in enumerate(NAMES):
            picker.layer = ("relu1", "relu2")[index % 2]
            picker.shared_scale, picker.class_name = index > 3, name
            pictures.append(picker.picture())
            assert picker.message == "" or picker.message.startswith("the map is empty because")
    assert passes.count == 1
    assert {p.shape for p in pictures} == {(SIDE, SIDE, 3)} and {p.dtype for p in pictures} == {np.dtype(np.uint8)}
    assert len({p.tobytes() for p in pictures}) > 30
    picker.show(IMAGE[:, ::-1])
    assert passes.count == 2


def test_opacity_nought_is_the_photograph(picker):
    picker.controls.opacity.value = 0
    assert np.array_equal(picker.picture(), seen(IMAGE, picker.classifier.transform.at(SIDE)))


@pytest.mark.parametrize("typed, share", [(60, 0.6), (30, 0.3), (100, 1), (0, 0)])
def test_opacity_is_typed_in_per_cent(picker, typed, share):
    """A slider reads the digits alone, so "30%" and "30" are the same to it."""
    slider = picker.controls.opacity
    assert slider.value == 85 and slider.readout_format == ".0f" and slider.max == 100
    slider.value = typed
    assert picker.opacity == share and picker.message == ""
    picker.opacity = 0.25
    assert slider.value == 25


def test_what_has_no_effect_is_switched_off(picker):
    for picker.method, opacity, layer in [("saliency", 0, 0), ("guided_grad_cam", 0, 1), ("signed", 1, 1)]:
        assert (picker.controls.opacity.disabled, picker.controls.layer.disabled) == (not opacity, not layer)


def test_one_scale_for_all_classes_makes_weak_ones_weak(picker):
    picker.opacity = 1.0
    e, c = picker.explained.explanation, picker.controls
    weak, strong = sorted(picker.explained.top, key=lambda i: float(upsample(e.map(i), SIDE).max()))[:: len(NAMES) - 2]
    picker.class_name = NAMES[weak]
    own = picker.picture()
    picker.shared_scale = True
    shared, end = picker.picture(), c.legend.value
    assert np.ptp(shared, axis=2).mean() < np.ptp(own, axis=2).mean(), "less colour"
    picker.class_name = NAMES[strong]
    assert c.legend.value == end
    for picker.class_name in NAMES:  # also beyond the five likeliest nothing is cut off
        assert picker.message == "" or "empty" in picker.message


@pytest.mark.parametrize("method", METHODS)
def test_an_empty_map_says_why(method):
    clf = classifier(SmallNet(classes=6, gap=True))
    clf.model.head.weight.data[1] = 0
    picker = ClassPicker(IMAGE, clf, class_name="tabby", method=method)
    assert picker.class_name == "tabby" and picker.method == method
    assert "the map is empty because" in picker.message and "Note: the map is empty" in said(picker.controls.facts)


# Choosing a class


def test_buttons_of_the_likeliest(picker):
    top = [name for name, _ in picker.classifier.top(picker.classifier.to_input(IMAGE))]
    assert [b.description for b in picker.controls.choice.likeliest] == top
    picker.controls.choice.likeliest[1].click()
    assert picker.class_name == top[1]
    assert [b.icon for b in picker.controls.choice.likeliest] == ["", "check", "", "", ""]  # not by colour alone


@pytest.mark.parametrize("typed, name", [("crane", "crane"), (" TABBY ", "tabby"), ("4", "boat"), ("0", "cat")])
def test_typed(picker, typed, name):
    picker.controls.choice.other.box.value = typed
    assert (picker.class_name, picker.message, picker.controls.choice.other.box.value) == (name, "", "")


@pytest.mark.parametrize("typed, name", [("ab", "tabby"), ("BOA", "boat"), ("b>b", "<b>bold</b>"), ("cat", "cat")])
def test_a_part_that_no_other_name_has_will_do(picker, typed, name):
    picker.controls.choice.other.box.value = typed
    assert (picker.class_name, picker.controls.choice.other.box.value) == (name, "")


def offered(picker) -> list[str]:
    return [b.description for b in picker.controls.choice.other.offers if b.layout.display is None]


@pytest.mark.parametrize(
    "typed, names, words",
    [
        ("taby <i>", ["tabby"], "“taby <i>”: no such class; similar:"),
        ("b", ["boat", "tabby", "<b>bold</b>"], "“b” is part of 3 names; which of them?"),
        ("qqqqqq", [], "“qqqqqq”: no such class"), ("6", [], "class 6: the classes are 0 to 5"),
    ],
)  # fmt: skip
def test_where_it_is_not_clear_which_class_is_meant_names_are_offered(picker, typed, names, words):
    before, other = picker.picture(), picker.controls.choice.other
    other.box.value = typed
    assert other.says.text == words and offered(picker) == names and other.says.word == "Problem"
    assert "<i>" not in other.says.value
    assert other.box.value == typed  # to be mended
    assert np.array_equal(picker.picture(), before)
    if names:
        other.offers[0].click()
        assert picker.class_name == names[0]
    else:
        picker.controls.choice.likeliest[0].click()
    assert other.says.text == "" and offered(picker) == [] and other.box.value == ""


@pytest.mark.parametrize(
    "setting, value, words",
    [
        ("class_name", 6, "out of range"), ("class_name", -1, "out of range"), ("class_name", True, "expected a class"),
        ("class_name", None, "expected a class"), ("class_name", float("nan"), "expected a class"),
        ("class_name", "", "no such class"), ("method", "gradcam", "choose one of 'grad_cam'"),
        ("method", "cam", "not on offer here"), ("layer", "relu9", "choose one of 'relu2', 'relu1'"),
        ("layer", None, "not on offer"), ("opacity", 1.5, "from 0"), ("opacity", float("nan"), "from 0"),
    ],
)  # fmt: skip
def test_a_bad_setting_changes_nothing(picker, setting, value, words):
    before, kept = picker.picture(), getattr(picker, setting)
    setattr(picker, setting, value)
    assert words in picker.message and "Problem" in picker.controls.message.value
    assert getattr(picker, setting) == kept and np.array_equal(picker.picture(), before)


@pytest.mark.parametrize("class_name, method", [("tabi", "signed"), ("tabby", "sign"), ("tabi", "sign")])
def test_a_bad_beginning_is_not_hidden_by_a_good_one(class_name, method):
    picker = ClassPicker(IMAGE, classifier(), class_name=class_name, method=method)
    assert ("no such class" in picker.message, "not on offer" in picker.message) == (
        class_name == "tabi",
        method == "sign",
    )


def test_names_that_two_classes_share():
    names = ["crane", "cat", "crane"]
    assert unique(names) == ["crane (0)", "cat", "crane (2)"]
    picker = ClassPicker(IMAGE, classifier(names=names), class_name="crane (2)")
    assert said(picker.controls.title).startswith("Grad-CAM: “crane (2)”")
    picker.class_name = "crane"
    assert "stands for the classes [0, 2]" in picker.message


# Pictures of one's own


def test_an_upload_replaces_the_picture(picker):
    picker.method, before = "signed", picker.picture()
    for kind in (".png", ".jpg", ".webp"):
        upload(picker.controls.upload, f"mine{kind}", cv2.imencode(kind, IMAGE[:, ::-1])[1].tobytes())
        assert picker.message == "" and picker.method == "signed" and picker.controls.upload.button.value == ()
        assert not np.array_equal(picker.picture(), before)
    assert picker.save().name.startswith("mine_for-and-against-")


@pytest.mark.parametrize(
    "name, content, words",
    [
        ("empty.png", b"", "empty (0 bytes)"), ("half.png", PNG[: len(PNG) // 2], "truncated or broken"),
        ("phone.heic", HEIC, "HEIC"), ("<b>text</b>.png", b"no picture", "not a picture that can be read"),
    ],
)  # fmt: skip
def test_an_upload_that_is_no_picture(picker, name, content, words):
    before, facts = picker.picture(), picker.controls.facts.value
    upload(picker.controls.upload, name, content)
    assert name in picker.message and words in picker.message
    assert "<b>text" not in picker.controls.message.value
    assert np.array_equal(picker.picture(), before) and picker.controls.facts.value == facts
    upload(picker.controls.upload, "good.png", PNG)
    assert picker.message == ""


@pytest.mark.parametrize(
    "image, words",
    [
        (np.full((8, 8, 3), np.nan), "values nan"), (np.zeros((3, 8, 8), np.uint8), "channels come last"),
        (Path("nowhere", "cat.png"), "No such file"), (42, "give a path"),
    ],
)  # fmt: skip
def test_a_first_picture_that_is_none(image, words):
    picker = ClassPicker(image, classifier(), class_name="cat", method="signed")
    assert words in picker.message
    assert picker.controls.choice.other.box.disabled and not picker.controls.upload.button.disabled
    upload(picker.controls.upload, "good.png", PNG)
    assert picker.message == "" and not picker.controls.choice.other.box.disabled


def test_a_network_that_answers_nan(picker):
    before = picker.picture()
    picker.classifier.model.head.bias.data[0] = float("nan")
    assert not picker.show(IMAGE[::-1])
    assert "NaN" in picker.message and np.array_equal(picker.picture(), before)


def test_without_a_picture_it_waits_for_one():
    picker = ClassPicker(classifier=classifier())
    assert "Your own picture" in picker.message and picker.controls.save.disabled
    with pytest.raises(ValueError, match="no picture to save"):
        picker.save()


@pytest.mark.parametrize("allowed", [None, "200", "many"])
def test_a_file_that_will_not_arrive_is_told_and_the_next_one_works(monkeypatch, allowed):
    """The page tells its name and size first; its content, and all that the same button sends later, is lost."""
    if allowed:
        monkeypatch.setenv("GRADCAM_UPLOAD_MB", allowed)
    picker = ClassPicker(IMAGE, classifier())
    place, most = picker.controls.upload, 200 if allowed == "200" else 10
    lost, before = place.button, picker.picture()
    announce(place, "<i>huge</i>.png", most * 1_000_000 + 100_000)
    assert f"<i>huge</i>.png: {most}.1 MB, and this page takes files of at most {most} MB" in picker.message
    beside = picker.controls.beside.value
    assert "Problem" in beside and "&lt;i&gt;huge" in beside and picker.controls.message.value == ""
    assert place.button is not lost and place.button in place.children and f"{most} MB" in place.hint.value
    assert np.array_equal(picker.picture(), before)
    upload(place, "good.png", cv2.imencode(".png", IMAGE[:, ::-1])[1].tobytes())
    assert (picker.message, picker.controls.beside.value) == ("", "")
    assert not np.array_equal(picker.picture(), before)


def test_a_server_that_takes_more_than_it_says_is_believed(picker):
    """A file that was thought too large may arrive all the same: the button that sent it is still listened to."""
    before, sender = picker.picture(), picker.controls.upload.button
    announce(picker.controls.upload, "huge.png", 15_000_000)
    content = memoryview(cv2.imencode(".png", IMAGE[:, ::-1])[1].tobytes())
    sender.value = ({"name": "huge.png", "type": "", "size": 15_000_000, "content": content,
                     "last_modified": datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)},)  # fmt: skip
    assert picker.message == "" and not np.array_equal(picker.picture(), before)


def test_a_large_file_on_its_way_is_announced(picker):
    announce(picker.controls.upload, "large.png", 8_000_000)
    assert picker.message == "large.png (8.0 MB) is on its way" and "Note" in picker.controls.beside.value
    picker.controls.choice.likeliest[0].click()
    assert picker.message == "" and picker.controls.beside.value == ""


def test_a_file_that_cannot_be_read_is_told_beside_the_button(picker):
    upload(picker.controls.upload, "text.png", b"no picture")
    assert "not a picture" in picker.controls.beside.value and picker.controls.message.value == ""


# Which part of the picture


@pytest.mark.parametrize(
    "part, crop, words",
    [
        ("whole", "whole", "the whole picture, with margins above and below"),
        (1.0, (5, 0, 25, 20), "the square from (5, 0) to (25, 20)"),
        (0.5, (10, 5, 20, 15), "the square from (10, 5) to (20, 15)"),
    ],
)
def test_the_reader_chooses_what_is_seen(picker, part, crop, words):
    clf, picker.class_name = picker.classifier, "boat"
    assert "The network sees the middle square, 67 % of the picture" in picker.controls.about.value
    picker.controls.part.part.value = part
    assert (picker.crop, picker.class_name, picker.message) == (crop, "boat", "")
    assert f"The network sees {html.escape(words)}" in picker.controls.about.value
    base = seen(IMAGE, clf.transform.at(SIDE), crop)
    L = upsample(explain(clf, clf.to_input(IMAGE, crop=crop)).map(NAMES.index("boat")), (SIDE, SIDE))
    assert np.array_equal(picker.picture(), overlay(base, scale_by_max(L)[0], opacity=picker.opacity))
    top = explain(clf, clf.to_input(IMAGE, crop=crop)).top(5)
    assert [button.description for button in picker.controls.choice.likeliest] == [name for name, _ in top]


def test_the_square_is_moved(picker):
    c = picker.controls.part
    assert [s.layout.display for s in (c.across, c.down)] == ["none", "none"]
    c.part.value = 1.0
    assert [s.layout.display for s in (c.across, c.down)] == [None, "none"], "as high as the picture"
    c.across.value = 100
    assert picker.crop == (10, 0, 30, 20)
    c.part.value = 0.5
    c.down.value = 0
    assert picker.crop == (20, 0, 30, 10) and c.down.layout.display is None


def test_a_box_of_ones_own(picker):
    picker.crop = [3, 4, 11, 12]
    assert picker.crop == (3, 4, 11, 12) and picker.controls.part.part.value is None and picker.message == ""
    picker.controls.part.part.value = "whole"
    assert picker.crop == "whole"
    for wrong, words in (("left", "choose 'middle', 'whole' or a box"), ((0, 0, 0, 9), "empty"), ((1, 2), "four")):
        before = picker.picture()
        picker.crop = wrong
        assert words in picker.message and picker.crop == "whole" and np.array_equal(picker.picture(), before)


def test_the_choice_is_kept_for_the_next_picture_and_its_name_is_told(picker):
    picker.controls.part.part.value = 0.5
    upload(picker.controls.upload, "<b>mine</b>.png", cv2.imencode(".png", IMAGE.repeat(2, 0))[1].tobytes())
    assert picker.crop == (8, 12, 23, 27) and picker.message == ""
    assert "&lt;b&gt;mine&lt;/b&gt;.png: the network sees the square from" in picker.controls.about.value
    assert ClassPicker(IMAGE, classifier(), crop="whole", class_name="boat").crop == "whole"


def test_a_picture_that_is_hardly_seen_is_remarked():
    picker = ClassPicker(IMAGE.repeat(8, 1), classifier())
    assert "Warning: of a picture of 240×20 the network sees the middle square, 8 %" in picker.controls.about.value


@pytest.mark.parametrize("setting, value", [("crop", "whole"), ("size", 64)])
def test_another_view_needs_a_picture(setting, value):
    picker = ClassPicker(classifier=classifier())
    before = getattr(picker, setting)
    setattr(picker, setting, value)
    assert "no picture yet" in picker.message and getattr(picker, setting) == before


# At which size


def test_larger_sizes_are_offered_where_the_network_takes_them():
    picker = ClassPicker(IMAGE, averaging())
    c = picker.controls.size.choice
    assert [value for _, value in c.options] == [64, 96, 128] and picker.controls.size.layout.display is None
    assert (c.value, picker.size, picker.controls.layer.options[0][0]) == (64, 64, "32 × 32 · relu2 (default)")


def test_a_larger_size_shows_the_same_part_in_a_finer_map():
    picker = ClassPicker(IMAGE, averaging(), class_name="boat")
    picker.layer, picker.controls.part.part.value = "relu1", "whole"
    picker.controls.size.choice.value = 128
    clf = picker.classifier
    assert (picker.size, picker.class_name, picker.layer, picker.crop, picker.message) == (
        128, "boat", "relu1", "whole", "",
    )  # fmt: skip
    assert picker.controls.layer.options[0][0] == "64 × 64 · relu2 (default)"
    assert "the whole picture, with margins above and below, at 128 × 128 pixels" in picker.controls.about.value
    base, e = seen(IMAGE, clf.transform.at(SIDE), "whole"), explain(clf, clf.to_input(IMAGE, size=128, crop="whole"))
    picker.layer = "relu2"
    L = upsample(e.map(NAMES.index("boat")), (SIDE, SIDE))
    assert np.array_equal(picker.picture(), overlay(base, scale_by_max(L)[0], opacity=picker.opacity))
    assert picker.show(IMAGE[::-1]) and picker.size == 128, "the choice is kept for the next picture"
    assert picker.explained.explanation.activation().shape[2:] == (64, 64)


def test_a_size_of_ones_own():
    picker = ClassPicker(IMAGE, averaging(), size=80, crop="whole")
    assert (picker.size, picker.crop, picker.controls.size.choice.value, picker.message) == (80, "whole", None, "")
    picker.size = None
    assert (picker.size, picker.controls.size.choice.value) == (64, 64)
    for wrong in (0, -64, "64", 64.5):
        before = picker.picture()
        picker.size = wrong
        assert "give the side of the input in pixels; the network's own is 64" in picker.message
        assert picker.size == 64 and np.array_equal(picker.picture(), before)


def test_a_network_of_a_fixed_size_offers_no_other(picker):
    assert picker.controls.size.layout.display == "none" and len(picker.controls.size.choice.options) == 1
    before, facts = picker.picture(), picker.controls.about.value
    picker.size = 16
    assert "size 16: the network cannot be run at it" in picker.message and "its own is 8" in picker.message
    assert (picker.size, picker.controls.about.value) == (8, facts) and np.array_equal(picker.picture(), before)
    assert picker.show(IMAGE[::-1]) and picker.message == ""


@pytest.mark.parametrize(
    "name, sizes",
    [("efficientnet_lite0", [224, 320, 448]), ("squeezenet", [227, 320, 448]), ("vit_b_16", [224]),
     ("photonet", [64, 96, 128])],
)  # fmt: skip
def test_sizes_of_networks_by_name(name, sizes):
    assert input_sizes(load_classifier(name, weights=None)) == sizes


# Networks of other kinds


def test_a_plain_network_becomes_a_classifier():
    model = SmallNet(classes=6)
    picker = ClassPicker(IMAGE.repeat(8, 0).repeat(8, 1), gap := SmallNet(classes=6, gap=True))
    assert picker.message == "" and picker.labels == [f"class {i}" for i in range(6)] and picker.layer == "relu2"
    assert picker.classifier.model is gap and model is not gap


def test_guided_methods_need_relus():
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.SiLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 6))
    picker = ClassPicker(IMAGE, classifier(model.eval(), "1"))
    assert [key for _, key in picker.controls.method.options] == [
        "grad_cam",
        "counterfactual",
        "signed",
        "saliency",
        "cam",
    ]
    assert "no ReLU: silu (1×)" in picker.controls.about.value


def test_a_network_without_convolution_has_saliency():
    model = nn.Sequential(nn.Flatten(), nn.Linear(3 * 8 * 8, 6)).eval()
    picker = ClassPicker(IMAGE, classifier(model, None))
    assert picker.method == "saliency" and picker.message == "" and picker.layer is None
    assert "no convolutional map" in picker.controls.about.value
    picker.class_name = "boat"
    assert said(picker.controls.title) == "Saliency: “boat”"


@pytest.mark.parametrize("method", METHODS)
def test_a_network_for_grey_pictures(method):
    torch.manual_seed(0)  # where both halves weigh the same, what the colours clip decides
    model = nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    clf = make_classifier(model, ["cat", "dog", "boat", "crane"], Transform(8, 8, mean=(0.5,), std=(0.5,)))
    picker = ClassPicker(IMAGE, clf, method=method)
    assert picker.method == method and picker.picture().shape == (SIDE, SIDE, 3)
    if method == "guided_backprop":
        G = explain(clf, clf.to_input(IMAGE), pixels=True).pixel_gradient(clf.index(picker.class_name), rule="guided")
        left, right = (float(half.abs().sum()) for half in G[0, 0].tensor_split(2, 1))
        drawn = np.abs(picker.picture().astype(int) - 128).sum((0, 2))
        assert (left > right) == (drawn[: SIDE // 2].sum() > drawn[SIDE // 2 :].sum()), "mirrored"


def test_a_softmax_at_the_end_is_remarked():
    model = nn.Sequential(SmallNet(classes=6), nn.Softmax(1)).eval()
    picker = ClassPicker(IMAGE, classifier(model, "0.relu2"))
    assert "softmax" in picker.controls.about.value


def test_layers_from_deep_to_shallow():
    names = ["features.4", "features.6", "features.13", "features.20", "features"]
    assert map_layers(PhotoNet(4), "features", (3, 64, 64)) == [
        "features.5",
        "features.12",
        "features.19",
        "features",
    ], names


def test_a_block_is_offered_rather_than_a_step_within_the_next():
    from torchvision.models import resnet18

    assert map_layers(resnet18(), "layer4", (3, 224, 224)) == ["layer1", "layer2", "layer3", "layer4"]


# Weak maps


def test_a_weak_map_is_marked_as_weak():
    model = SmallNet(classes=6, gap=True)
    model.head.weight.data = model.head.weight.data[:1].abs().repeat(6, 1)
    model.head.weight.data[1] *= 0.09
    model.head.weight.data[2] *= 0.11
    model.head.weight.data[3] *= -1
    model.head.bias.data[:] = torch.tensor([9.0, 0, 0, 0, 0, 0])
    picker = ClassPicker(IMAGE, classifier(model))
    facts = picker.controls.facts
    assert picker.class_name == "cat" and "Weak" not in facts.value
    picker.class_name = "tabby"
    assert "Weak: its strongest value is 9.0 % of that for “cat”, the likeliest class" in said(facts)
    for picker.class_name in ("dog", "boat"):
        assert "Weak" not in facts.value
    picker.class_name, picker.method = "crane", "counterfactual"  # as strong, against
    assert "Weak" not in facts.value and picker.message == ""
    picker.class_name = "crane"
    picker.method = "grad_cam"  # empty, and not weak
    assert "Weak" not in facts.value and "no positive evidence" in said(facts)


# As a widget


def test_only_widgets_that_notebook_tests_can_compare(picker):
    parts, found = [picker], []
    while parts:
        found.append(parts.pop())
        parts += getattr(found[-1], "children", ())
    assert not any(isinstance(w, (widgets.Output, widgets.interactive)) for w in found)
    assert repr(picker) == "ClassPicker: run this cell in JupyterLab to use it"  # the same whatever weights there are
    html = " ".join(w.value for w in found if isinstance(w, widgets.HTML))
    assert "<script" not in html and "random &lt;weights&gt;" in html


def test_pictures_have_alternative_text(picker):
    picker.class_name = "<b>bold</b>"
    alt = picker.controls.image.alt
    assert re.match("Grad-CAM: “<b>bold</b>” · layer relu2. Strongest .+. Rank . of 6 · probability .+ %", alt)
    assert html.escape(alt) in picker.controls.image.value and "<b>bold" not in picker.controls.image.value


@pytest.mark.parametrize(
    "at, words",
    [
        ((0, 0), "at the top on the left"),
        ((4, 4), "in the middle"),
        ((8, 4), "at the bottom"),
        ((4, 8), "on the right"),
    ],
)
def test_where_a_map_is_strongest_in_words(at, words):
    values = np.zeros((9, 9))
    values[at] = -1
    assert whereabouts(values) == words


def test_controls_have_explanations_that_reach_the_page(picker):
    page = picker.children[-1]
    about = json.loads(html.unescape(re.search('data-about="([^"]+)"', page.value)[1]))
    assert {"Opacity %", "Method", "Layer", "Other", "Row", "Seen at", picker.controls.shared.description} <= set(about)
    parts, sliders = [picker], []
    while parts:
        part = parts.pop()
        parts += getattr(part, "children", ())
        sliders += [part] if isinstance(part, (widgets.FloatSlider, widgets.IntSlider)) else []
    assert sliders and all(slider.tooltip for slider in sliders), "of which the page makes the word “null”"


def test_the_callers_model_is_left_alone():
    model = SmallNet(classes=6).train()
    ClassPicker(IMAGE, classifier(model), method="guided_backprop")
    assert model.training and all(p.grad is None for p in model.parameters())
    assert not torch.is_inference_mode_enabled()
