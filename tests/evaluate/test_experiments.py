"""What the experiments measure, where the answer is known."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage
from skimage.metrics import structural_similarity
from support.annotated_made import coco, picture, voc
from support.evaluating import options

from gradcam_lib.datasets.annotated import annotated
from gradcam_lib.datasets.examples import Truth
from gradcam_lib.evaluate import __main__ as command
from gradcam_lib.evaluate import localization
from gradcam_lib.evaluate.experiment import by_picture, interval, seen, tuning
from gradcam_lib.evaluate.faithfulness import Faithfulness
from gradcam_lib.evaluate.localization import THRESHOLDS, Localization
from gradcam_lib.evaluate.look import Look
from gradcam_lib.evaluate.methods import METHODS, chosen, grabcut
from gradcam_lib.evaluate.pointing import Pointing
from gradcam_lib.evaluate.robustness import Robustness
from gradcam_lib.evaluate.sanity import CONTROL, Sanity, _next_other, ssim
from gradcam_lib.evaluate.summary import as_markdown
from gradcam_lib.explanation import explain
from gradcam_lib.measures.faithfulness import deletion_curve
from gradcam_lib.measures.localize import iou, mask_of_box
from gradcam_lib.networks.zoo import load_classifier


@pytest.fixture(scope="module")
def clf():
    return load_classifier("photonet")


@pytest.fixture(scope="module")
def look(clf, tmp_path_factory: pytest.TempPathFactory) -> tuple[Look, list]:
    examples = annotated(voc(tmp_path_factory.mktemp("data"), 4), clf).examples
    pictures = [seen(one.truth(), clf, 64) for one in examples]
    x = torch.cat([one.input(clf) for one in pictures])
    e = explain(clf, x, pixels=True)
    targets = [one.classes[0] for one in pictures]
    return Look(clf, x, e, targets, [one.picture for one in examples]), pictures


def test_a_picture_is_stretched_with_its_boxes_and_its_mask(clf) -> None:
    image = np.zeros((32, 128, 3), np.uint8)
    mask = np.zeros((32, 128), bool)
    mask[:16, 64:] = True
    one = seen(Truth(image, (0,), ((64.0, 0.0, 128.0, 16.0),), mask), clf, 64)
    assert one.boxes == ((32.0, 0.0, 64.0, 32.0),) and one.mask[:32, 32:].all() and one.mask.sum() == 32 * 32
    assert (one.mask == mask_of_box(one.boxes[0], (64, 64))).all()
    with pytest.raises(ValueError, match="smaller than a pixel"):
        seen(Truth(image, (0,), ((0.0, 0.0, 0.4, 0.1),)), clf, 64)


@pytest.mark.parametrize("name", [*METHODS, "grad_cam@features.0", "saliency+smooth", "c_mwp@features"])
def test_every_method_gives_a_map_of_the_input(name: str, look) -> None:
    (method,) = chosen([name])
    if name == "cam":
        with pytest.raises(ValueError, match="no CAM|does not end"):
            method.heats(look[0])
        return
    if method.layer == "features.0":
        e = explain(look[0].clf, look[0].x, ["features.0", "features"], pixels=True)
        heats = method.heats(Look(look[0].clf, look[0].x, e, look[0].targets, look[0].names))
    else:
        heats = method.heats(look[0])
    assert heats.shape == (len(look[1]), 64, 64) and heats.dtype == np.float32 and np.isfinite(heats).all()
    if name not in ("no_relu",):
        assert heats.min() >= 0


def test_a_method_that_names_the_networks_own_layer_leaves_it_to_the_others(clf) -> None:
    named = [f"grad_cam@{clf.layer}", "grad_cam@features.0", "grad_cam"]
    assert Pointing(options(Pointing, methods=named), clf).layers == ["features.0", clf.layer]


def test_a_network_without_a_layer_of_its_own_needs_one(clf) -> None:
    without = replace(clf, layer=None)
    with pytest.raises(ValueError, match="name one with --layer"):
        Pointing(options(Pointing), without)
    assert Pointing(options(Pointing, layer="features.0"), without).layers == ["features.0"]


def test_cam_and_grad_cam_agree_where_both_exist() -> None:
    clf = load_classifier("photonet_gap")
    x = torch.rand(2, 3, 64, 64)
    look = Look(clf, x, explain(clf, x), [3, 5], ["a", "b"])
    cam, grad_cam = (chosen([name])[0].heats(look) for name in ("cam", "grad_cam"))
    assert np.allclose(cam / cam.max(), grad_cam / grad_cam.max(), atol=1e-5)


def test_cam_is_that_of_the_last_layer_whatever_layer_is_explained(tmp_path: Path) -> None:
    said = ["pointing", "--model", "photonet_gap", "--data", str(voc(tmp_path / "data", 4))]
    for layer in ("features.4", "features"):
        out = tmp_path / layer
        assert command.main([*said, "--out", str(out), "--methods", "cam", "grad_cam", "--layer", layer]) == 0
    texts = [(tmp_path / name / "pictures.csv").read_text("utf-8") for name in ("features.4", "features")]
    rows = [list(csv.DictReader(text.splitlines())) for text in texts]
    assert all(a["cam|energy"] == b["cam|energy"] for a, b in zip(*rows, strict=True))
    assert any(a["grad_cam|energy"] != b["grad_cam|energy"] for a, b in zip(*rows, strict=True))


def test_a_method_that_cannot_be_had_is_named(tmp_path: Path, capsys) -> None:
    said = ["localization", "--model", "efficientnet_lite0", "--layer", "features.12.expand", "--batch", "2"]
    data, out = str(voc(tmp_path / "data", 1)), str(tmp_path / "out")
    assert command.main([*said, "--data", data, "--out", out, "--methods", "grad_cam", "c_mwp"]) == 1
    assert "method 'c_mwp': excitation backprop has no rule" in capsys.readouterr().err


def test_a_guided_way_back_differs_from_the_plain_one_where_there_are_relus_above(look) -> None:
    maps = {name: chosen([name])[0].heats(look[0]) for name in ("grad_cam", "guided_backward", "deconvnet_backward")}
    assert not np.allclose(maps["grad_cam"], maps["guided_backward"])
    assert not np.allclose(maps["guided_backward"], maps["deconvnet_backward"])
    with pytest.raises(ValueError, match="the ReLUs were not recorded"):
        explain(look[0].clf, look[0].x).gradient(0, rule="guided")


def test_random_maps_depend_on_the_example_alone(look) -> None:
    (method,) = chosen(["random"])
    whole = method.heats(look[0])
    one = look[0]
    part = Look(one.clf, one.x[1:], explain(one.clf, one.x[1:]), one.targets[1:], one.names[1:])
    assert (method.heats(part) == whole[1:]).all()


def test_localization_by_hand(clf, look) -> None:
    """Boxes by SciPy's labels instead of OpenCV's, and the counts from them."""
    experiment = Localization(options(Localization, methods=["grad_cam", "whole_picture"]), clf)
    rows = experiment.measure(*look)
    heats = chosen(["grad_cam"])[0].heats(look[0])
    for row, one, heat in zip(rows, look[1], heats, strict=True):
        for t in THRESHOLDS:
            labels, _ = ndimage.label(heat / heat.max() >= t, np.ones((3, 3)))
            largest = 1 + np.bincount(labels.flat)[1:].argmax()
            ys, xs = np.nonzero(labels == largest)
            box = xs.min(), ys.min(), xs.max() + 1, ys.max() + 1
            assert row[f"grad_cam|iou@{t:g}"] == pytest.approx(max(iou(box, true) for true in one.boxes), abs=1e-4)
        assert row["whole_picture|iou@0.15"] == pytest.approx(32 * 32 / 64**2, abs=1e-4)


def test_errors_of_localization_on_rows_that_are_known(clf) -> None:
    rows = []
    for i in range(40):
        found = {f"{m}|iou@{t:g}": 0.0 for m in ("grad_cam", "random") for t in THRESHOLDS}
        found |= {f"grad_cam|iou@{t:g}": 0.9 for t in THRESHOLDS if (t < 0.3) == (i % 4 > 0)}
        rows.append({"picture": f"p{i}", "top1": i % 2, "top5": 1, **found})
    experiment = Localization(options(Localization, methods=["grad_cam", "random"]), clf)
    numbers, (table,) = experiment.summary(rows)
    found = numbers["grad_cam"]  # right at 15 % unless i is a multiple of 4; the class is right where i is odd
    assert found["known_class_error"]["value"] == 0.25 and found["top5_error"]["value"] == 0.25
    assert found["top1_error"]["value"] == 0.5 and numbers["classification_top1_error"]["value"] == 0.5
    assert found["known_class_error_by_threshold"]["0.5"] == 0.75 and found["chosen_threshold"] == 0.15
    apart = numbers["random"]["minus_grad_cam"]
    assert apart["known_class_error"]["value"] == 0.75 and apart["known_class_error"]["p"] < 1e-6
    assert len(table.rows) == 2 and len(table.rows[0]) == len(table.columns)


def test_pictures_are_compared_not_things(clf) -> None:
    """One picture of twelve things decides nothing, neither about a difference nor about a threshold."""
    low, high = {t: 0.9 if t < 0.5 else 0.0 for t in THRESHOLDS}, {t: 0.0 if t < 0.5 else 0.9 for t in THRESHOLDS}

    def row(picture: str, ious: dict) -> dict:
        found = {f"grad_cam|iou@{t:g}": value for t, value in ious.items()} | {f"random|iou@{t:g}": 0.0 for t in ious}
        return {"picture": picture, "top1": 1, "top5": 1, **found}

    tuned = [name for name in map(str, range(20)) if tuning([{"picture": name}])[0]]
    rows = [row(tuned[0], low)] * 12 + [row(name, high) for name in tuned[1:4]]
    numbers, _ = Localization(options(Localization, methods=["grad_cam", "random"]), clf).summary(rows)
    assert numbers["random"]["minus_grad_cam"]["known_class_error"]["p"] == 1  # one picture of four
    assert numbers["grad_cam"]["chosen_threshold"] >= 0.5
    assert (
        numbers["grad_cam"]["known_class_error_by_threshold"]["0.15"]
        == numbers["grad_cam"]["known_class_error"]["value"]
    )


def test_a_difference_of_the_threshold_alone_is_gone_where_each_method_chose_its_own(clf) -> None:
    rows = []
    for i in range(40):
        found = {f"grad_cam|iou@{t:g}": 0.9 if t < 0.5 and i % 4 else 0.0 for t in THRESHOLDS}
        found |= {f"random|iou@{t:g}": 0.9 if t > 0.5 and i % 4 else 0.0 for t in THRESHOLDS}
        rows.append({"picture": f"p{i}", "top1": 1, "top5": 1, **found})
    numbers, _ = Localization(options(Localization, methods=["grad_cam", "random"]), clf).summary(rows)
    apart = numbers["random"]["minus_grad_cam"]
    assert apart["known_class_error"]["value"] == 0.75 and apart["known_class_error"]["p"] < 1e-6
    assert apart["known_class_error_at_chosen"]["value"] == 0 and apart["known_class_error_at_chosen"]["p"] == 1
    assert "size_quarters" not in numbers  # the whole picture was not among the methods


def test_errors_by_the_size_of_the_thing(clf) -> None:
    sizes = [0.1, 0.2, 0.3, 0.4] * 5  # the IoU of the whole picture; the map finds what is larger than 0.25
    rows = [
        {f"whole_picture|iou@{t:g}": size for t in THRESHOLDS}
        | {f"grad_cam|iou@{t:g}": 0.9 if size > 0.25 else 0.0 for t in THRESHOLDS}
        | {"picture": f"p{i}", "top1": 1, "top5": 1}
        for i, size in enumerate(sizes)
    ]
    numbers, _ = Localization(options(Localization, methods=["grad_cam", "whole_picture"]), clf).summary(rows)
    by_size = numbers["grad_cam"]["known_class_error_by_size"]
    assert [quarter["value"] for quarter in by_size] == [1, 1, 0, 0]
    assert [quarter["pictures"] for quarter in by_size] == [5, 5, 5, 5]
    assert all(
        low < edge < high for edge, low, high in zip(numbers["size_quarters"], sizes[:3], sizes[1:4], strict=True)
    )


def test_an_overlap_just_below_a_half_is_not_rounded_up(clf, look, monkeypatch) -> None:
    monkeypatch.setattr(localization, "iou", lambda *boxes: 0.49996)
    rows = Localization(options(Localization, methods=["grad_cam"]), clf).measure(*look)
    assert rows[0]["grad_cam|iou@0.15"] == 0.4999


def test_a_picture_with_many_things_is_one_draw() -> None:
    rows = [{"picture": "a"}] * 9 + [{"picture": "b"}]
    values = np.array([1.0] * 9 + [0.0])
    assert by_picture(rows, values).tolist() == [1.0, 0.0]
    assert interval(rows, values)["value"] == 0.5 and interval(rows, values)["pictures"] == 2
    assert interval(rows, values * np.nan) == {"pictures": 0}


def test_the_tuning_half_depends_on_the_picture_alone() -> None:
    rows = [{"picture": f"{i}"} for i in range(200)]
    half = tuning(rows)
    assert 60 < half.sum() < 140 and (tuning(rows[::-1]) == half[::-1]).all()


def test_deletion_is_that_of_the_library(clf, look) -> None:
    args = options(Faithfulness, "--grids", "4", methods=["grad_cam"])
    experiment = Faithfulness(args, clf)
    rows = experiment.measure(*look)
    heat = torch.from_numpy(chosen(["grad_cam"])[0].heats(look[0])[0])
    target = look[0].targets[0]

    @torch.inference_mode()
    def p(x):
        return clf.model(x).softmax(1)[:, target]

    curve = deletion_curve(p, look[0].x[:1], heat)
    assert rows[0]["grad_cam|deletion"] == pytest.approx(curve.mean(), abs=2e-4)


def test_a_map_made_of_the_falls_agrees_with_them_perfectly(clf, look, monkeypatch) -> None:
    experiment = Faithfulness(options(Faithfulness, "--grids", "8", "--fills", "mean", methods=["grad_cam"]), clf)
    x, target = look[0].x[:1], look[0].targets[0]
    falls = experiment._falls(x, target, 8, torch.zeros_like(x)).reshape(8, 8)
    heat = (falls - falls.min()).repeat(8, 0).repeat(8, 1)[None].astype(np.float32)
    monkeypatch.setattr(type(experiment.chosen[0]), "heats", lambda self, look: heat)
    one = Look(clf, x, look[0].e, [target], look[0].names[:1])
    (row,) = experiment.measure(one, look[1][:1])
    assert row["grad_cam|rho@8,mean"] == pytest.approx(1)


def test_an_attack_stays_within_its_bound(clf, look) -> None:
    experiment = Robustness(options(Robustness, "--bound", "4", "--steps", "20"), clf)
    absent = [int(logits.argmin()) for logits in look[0].e.logits]
    attacked = experiment._attacked(look[0], absent)
    unit = experiment._unit(look[0].x)
    assert ((attacked - look[0].x).abs() / unit).max() <= 4 + 1e-3
    low, high = experiment._limits(look[0].x)
    assert (attacked >= low - 1e-5).all() and (attacked <= high + 1e-5).all()
    with torch.inference_mode():
        before, after = (clf.model(x).softmax(1) for x in (look[0].x, attacked))
    rows = range(len(absent))
    assert (after[rows, absent] > before[rows, absent]).all()


def test_the_class_of_an_attack_is_none_that_is_right(clf, look) -> None:
    last = look[0].e.logits[0].argsort()[:3].tolist()  # few classes: the likely ones would be all but the last
    assert Robustness._absent(look[0], 0, ()) == last[0] and Robustness._absent(look[0], 0, last[:2]) == last[2]
    with pytest.raises(ValueError, match="no other"):
        Robustness._absent(look[0], 0, range(len(clf.names)))


def test_the_noise_is_as_large_as_the_attack(clf, look) -> None:
    experiment = Robustness(options(Robustness, "--bound", "8", "--steps", "2"), clf)
    attacked = experiment._attacked(look[0], [0] * len(look[1]))
    change, noise = attacked - look[0].x, experiment._noisy(look[0], attacked) - look[0].x
    low, high = experiment._limits(look[0].x)
    free = (look[0].x - change.abs() > low) & (look[0].x + change.abs() < high)  # of black and white
    assert torch.allclose(noise.abs()[free], change.abs()[free], atol=1e-5) and free.float().mean() > 0.8
    free &= change != 0
    assert 0.4 < (noise[free] * change[free] > 0).float().mean() < 0.6


def test_the_control_of_sanity_is_another_picture(clf, look) -> None:
    a, b = look[1][:2]
    assert [_next_other([a, a, b], i) for i in range(3)] == [2, 2, 0] and _next_other([a, a], 0) is None
    rows = Sanity(options(Sanity, "--stages", "1"), clf).measure(look[0], [a] * len(look[1]))
    assert not any(CONTROL in key for row in rows for key in row)


def test_energy_is_that_of_evidence_for_the_class(clf, look) -> None:
    rows = Pointing(options(Pointing, methods=["no_relu", "grad_cam"]), clf).measure(*look)
    assert any(look[0].e.signed(look[0].targets).flatten(1).amin(1) < 0)
    for row in rows:
        assert 0 <= row["no_relu|energy"] <= 1 and row["no_relu|inside_outside"] >= 0


def test_maps_are_compared_where_the_attack_succeeded(clf) -> None:
    experiment = Robustness(options(Robustness, methods=["grad_cam"]), clf)
    rows = []
    for i, p in enumerate((0.99995, 0.99995, 0.5)):
        found = {f"grad_cam|{m}": float(i == 2) for m in ("hit_before", "hit_attack", "hit_noise")}
        found |= {f"grad_cam|rho_{one}": 0.5 for one in ("attack", "noise")}
        rows.append(
            {"picture": f"{i}", "p_absent": p} | {f"p_true_{one}": 0.1 for one in ("before", "attack", "noise")} | found
        )
    numbers, (table,) = experiment.summary(rows)
    assert numbers["sure"]["value"] == pytest.approx(2 / 3, abs=1e-4)
    assert numbers["grad_cam"]["hit_attack"] == {"value": 0.0, "low": 0.0, "high": 0.0, "pictures": 2}
    numbers, (table,) = experiment.summary(rows[2:])  # nowhere
    assert numbers["grad_cam"]["hit_attack"] == {"pictures": 0} and set(table.rows[0][1:]) == {"–"}


def test_comparisons_of_empty_maps_are_counted_beside_the_table(clf, look) -> None:
    experiment = Sanity(options(Sanity, "--stages", "2", methods=["grad_cam", "gradient"]), clf)
    rows = [{"picture": str(i)} | row for i, row in enumerate(experiment.measure(*look))]
    stage = experiment.stages[0]
    rows[0][f"grad_cam|{stage}|signed"] = ""
    numbers, tables = experiment.summary(rows)
    assert numbers["left_out"]["signed"] == {"grad_cam": 1, "gradient": 0}
    assert f"of {2 * len(rows)} comparisons, since a map was empty or constant: grad_cam 1." in tables[0].note
    assert "withdrawn in the authors' erratum" in tables[0].note and tables[1].note == "Every comparison has a number."
    assert numbers["grad_cam"][stage]["signed"]["pictures"] == len(rows) - 1
    record = {"experiment": "sanity", "model": "", "command": "", "data": {"layout": "", "checksum": ""}, "weights": ""}
    assert f"\n{tables[0].note}\n" in as_markdown(record | {"versions": {}}, tables, len(rows), [])


def test_cam_is_a_default_where_the_network_has_it(clf) -> None:
    with_cam = load_classifier("photonet_gap")
    for experiment in (Localization, Faithfulness):
        named = [[c.name for c in experiment(options(experiment), one).chosen] for one in (clf, with_cam)]
        assert named[1] == [*named[0], "cam"]
    assert {"saliency", "guided_backprop"} <= {c.name for c in Localization(options(Localization), clf).chosen}


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_ssim_of_a_map_with_itself_is_one(seed: int) -> None:
    a = np.random.default_rng(seed).random((16, 16))
    assert ssim(a, 3 * a) == pytest.approx(1) and ssim(a, a[::-1]) < 1
    assert ssim(a, a.T) == pytest.approx(structural_similarity(a / a.max(), a.T / a.max(), data_range=1.0))


def test_ssim_of_an_empty_map_is_not_a_number() -> None:
    assert np.isnan(ssim(np.zeros((8, 8)), np.ones((8, 8))))


def test_grabcut_keeps_to_the_thing_beneath_the_map() -> None:
    picture = np.full((64, 64, 3), 40, np.uint8)
    picture[16:48, 16:48] = (200, 60, 60)
    picture += np.random.default_rng(0).integers(0, 12, picture.shape, np.uint8)
    heat = np.zeros((64, 64), np.float32)
    heat[28:36, 28:36] = 1  # the map marks the middle of the thing alone
    region = grabcut(picture, heat) > 0
    thing = np.zeros((64, 64), bool)
    thing[16:48, 16:48] = True
    assert (region & thing).sum() / (region | thing).sum() > 0.9
    assert (grabcut(picture, heat) == grabcut(picture, heat)).all()
    assert grabcut(picture, np.ones((64, 64), np.float32)).shape == (64, 64)


def test_grabcut_is_sure_of_a_background_where_most_of_the_map_is_zero() -> None:
    """A thing in the colour of what is behind it: only the map's zeros can tell it from the rest."""
    picture = np.random.default_rng(0).integers(90, 110, (64, 64, 3), np.uint8)
    heat = np.zeros((64, 64), np.float32)
    heat[24:40, 24:40] = 1
    heat[28:36, 28:36] = 2
    region = grabcut(picture, heat) > 0
    assert region[28:36, 28:36].all() and not region[[0, 0, -1, -1], [0, -1, 0, -1]].any()
    ys, xs = np.mgrid[:64, :64]
    away = np.hypot(ys - 31.5, xs - 31.5)
    assert not region[away >= np.quantile(away, 0.8)].any()


@pytest.mark.parametrize("experiment", list(command.EXPERIMENTS))
def test_every_experiment_runs_and_reports(experiment: str, tmp_path: Path, capsys) -> None:
    said = [experiment, "--model", "photonet", "--data", str(voc(tmp_path / "data", 4)), "--out", str(tmp_path / "out")]
    more = {"robustness": ["--steps", "3"], "sanity": ["--stages", "2"], "faithfulness": ["--grids", "4"]}
    if experiment in ("segmentation", "concepts"):
        assert command.main(said) == 1 and "outlines, and this data has boxes" in capsys.readouterr().err
        said[4], said[6] = str(coco(tmp_path / "outlined", 4)), str(tmp_path / "other")
    assert command.main([*said, *more.get(experiment, [])]) == 0
    assert f"# {experiment}: photonet" in capsys.readouterr().out


def test_the_sheet_holds_the_surest_mistakes(tmp_path: Path, capsys) -> None:
    """A folder for each class, one of them called like no class; every picture is noise, so hardly one is right."""
    for i in range(6):
        picture(tmp_path / "data" / ("goldfish", "school_bus", "uni<corn")[i % 3] / f"{i}.png", i)
    said = ["failures", "--model", "photonet", "--data", str(tmp_path / "data"), "--out", str(tmp_path / "out")]
    assert command.main([*said, "--most", "2"]) == 0
    assert command.main([*said[:-1], str(tmp_path / "other"), "--methods", "saliency"]) == 1
    assert "the sheet shows Grad-CAM" in capsys.readouterr().err
    page = (tmp_path / "out" / "failures.html").read_text("utf-8")
    with (tmp_path / "out" / "pictures.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["problem"] == "" for row in rows] == [True] * 4 + [False] * 2
    assert "no such class" in rows[-1]["problem"]
    surest = sorted((row for row in rows if row["wrong"] == "1"), key=lambda row: -float(row["p_predicted"]))
    assert page.count("<section>") == 2 and page.count("data:image/jpeg;base64,") == 6 and "<script" not in page
    assert f"1. {surest[0]['picture']}<" in page and f"predicted: {surest[0]['predicted']}" in page
    assert "http" not in page.replace("http-equiv", "")
