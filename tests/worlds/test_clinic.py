"""People at work: role and presentation are independent, and edits touch only their parts."""

import dataclasses

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradcam_lib.worlds import clinic
from gradcam_lib.worlds.drawing import staff
from gradcam_lib.worlds.drawing.painter import FINE

SEEDS = st.integers(0, 2**64 - 1)
N = 2000
DRAWN = [clinic.sample(seed) for seed in range(N)]


def near(share: float, expected: float, n: int) -> bool:
    """Within four standard deviations of a binomial: one miss in sixteen thousand."""
    return abs(share - expected) < 4 * np.sqrt(expected * (1 - expected) / n)


def untouched(a: clinic.Worker, b: clinic.Worker, names: set[str]) -> bool:
    """Whether the pictures of two workers differ, and only where one of the parts paints in either, edges included."""
    one, other = clinic.render(a), clinic.render(b)
    where = (one.image != other.image).any(2)
    return where.any() and not (where & ~(reach(one, names) | reach(other, names))).any()


def reach(picture, names: set[str]) -> np.ndarray:
    """(128, 128) bool: every pixel of which a part owns even a quarter, and the two beside it that its edge softens."""
    fine = np.isin(picture.owner, [i for i, (_, name) in enumerate(picture.names) if name in names])
    touched = fine.reshape(128, FINE, 128, FINE).any((1, 3))
    return cv2.dilate(touched.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0


@settings(deadline=None, max_examples=20)
@given(SEEDS)
def test_the_same_seed_is_the_same_worker_and_picture(seed):
    a, b = clinic.sample(seed), clinic.sample(seed)
    assert a == b
    first, second = clinic.render(a), clinic.render(b)
    assert np.array_equal(first.image, second.image) and np.array_equal(first.owner, second.owner)
    assert first.image.shape == (128, 128, 3) and first.image.dtype == np.uint8


@settings(deadline=None, max_examples=20)
@given(SEEDS, st.sampled_from(clinic.ROLES), st.sampled_from(clinic.PRESENTS))
def test_every_part_is_named_and_what_is_worn_is_seen(seed, role, presents):
    worker = clinic.sample(seed, role=role, presents=presents)
    picture = clinic.render(worker)
    parts = {name: mask for (id, name), mask in picture.parts.items() if id == "worker"}
    assert set(parts) == set(staff.PARTS)
    assert parts["face"].sum() > 60 and parts["hair"].sum() > 15 and parts[worker.clothes].sum() > 60
    assert np.array_equal(np.any(list(parts.values()), 0), picture.masks["worker"])
    for other in set(staff.SLEEVE) - {worker.clothes}:
        assert not parts[other].any()
    assert worker.stethoscope or not parts["stethoscope"].any()
    assert worker.clipboard or not parts["clipboard"].any()


def test_role_and_presentation_are_drawn_independently_and_evenly():
    for role in clinic.ROLES:
        for presents in clinic.PRESENTS:
            assert near(np.mean([(w.role, w.presents) == (role, presents) for w in DRAWN]), 0.25, N)


def test_a_role_says_nothing_about_hair_and_a_presentation_nothing_about_clothes():
    """Given the same seed not in the least: only what belongs to the role, or to the presentation, moves."""
    outfit = ("clothes", "colour", "stethoscope", "clipboard", "role")
    groomed = ("hair", "beard", "lips", "earrings", "presents")
    for seed in range(200):
        base = clinic.sample(seed, role="doctor", presents="woman")
        for role, presents, free in (("nurse", "woman", outfit), ("doctor", "man", groomed)):
            other = clinic.sample(seed, role=role, presents=presents)
            moved = {f.name for f in dataclasses.fields(base) if getattr(base, f.name) != getattr(other, f.name)}
            assert moved <= set(free)


@pytest.mark.parametrize(
    ("role", "cue", "expected"),
    [
        ("doctor", lambda w: w.clothes == "coat", 0.93),
        ("nurse", lambda w: w.clothes == "scrubs", 0.93),
        ("doctor", lambda w: w.clothes == "scrubs", 0.05),
        ("nurse", lambda w: w.clothes == "coat", 0.05),
        ("doctor", lambda w: bool(w.stethoscope), 0.75),
        ("nurse", lambda w: bool(w.stethoscope), 0.25),
        ("doctor", lambda w: w.clipboard, 0.35),
        ("nurse", lambda w: w.clipboard, 0.55),
    ],
)
def test_cues_of_a_role_are_as_frequent_as_said(role, cue, expected):
    assert near(np.mean([cue(clinic.sample(seed, role=role)) for seed in range(N)]), expected, N)


@pytest.mark.parametrize(("presents", "cuts"), [("woman", staff.LONG), ("man", staff.SHORT)])
def test_hair_tells_the_presentation_in_94_of_100(presents, cuts):
    shares = [clinic.sample(seed, presents=presents).hair in cuts for seed in range(N)]
    assert near(np.mean(shares), 0.94, N)


def test_colours_of_clothes_do_not_depend_on_the_presentation():
    for colour in staff.CLOTH:
        women, men = ([w.colour == colour for w in DRAWN if w.presents == p] for p in clinic.PRESENTS)
        both = np.mean(women + men)
        assert abs(np.mean(women) - np.mean(men)) < 4 * np.sqrt(both * (1 - both) * (1 / len(women) + 1 / len(men)))


@pytest.mark.parametrize("seed", range(25))
def test_other_hair_changes_hair_and_face_and_no_other_pixel(seed):
    worker = clinic.sample(seed, presents="woman")
    edited = clinic.with_hair(worker, "man")
    assert untouched(worker, edited, {"hair", "face"})
    assert edited == clinic.sample(seed, role=worker.role, presents="man")
    assert clinic.with_hair(edited, "woman") == worker


@pytest.mark.parametrize("seed", range(25))
def test_other_clothes_change_clothes_and_no_other_pixel(seed):
    worker = clinic.sample(seed, role="doctor")
    edited = clinic.with_clothes(worker, "nurse")
    worn = {"coat", "scrubs", "cardigan", "sleeves", "shirt", "stethoscope", "skin"}  # short sleeves show the arms
    assert untouched(worker, edited, worn)
    assert bool(worker.stethoscope) != bool(edited.stethoscope)
    assert clinic.with_clothes(edited, "doctor") == worker


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: clinic.sample(-1), ValueError, "whole number"),
        (lambda: clinic.sample(2**64), ValueError, "whole number"),
        (lambda: clinic.sample(1.5), TypeError, "whole number"),
        (lambda: clinic.sample(0, role="surgeon"), ValueError, "'surgeon'.*'doctor', 'nurse'"),
        (lambda: clinic.sample(0, presents=""), ValueError, "'woman', 'man'"),
        (lambda: clinic.with_hair(DRAWN[0], "lady"), ValueError, "'lady'.*'woman', 'man'"),
        (lambda: clinic.with_clothes(DRAWN[0], "coat"), ValueError, "'coat'.*'doctor', 'nurse'"),
        (lambda: clinic.render(dataclasses.replace(DRAWN[0], hair="mohawk")), ValueError, "hair 'mohawk'.*'braid'"),
        (lambda: clinic.render(dataclasses.replace(DRAWN[0], room="attic")), ValueError, "room 'attic'.*'ward'"),
    ],
)
def test_what_does_not_exist_is_refused_by_name(call, error, message):
    with pytest.raises(error, match=message):
        call()
