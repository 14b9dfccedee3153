"""What is explained: targets add, scale and negate, and bad ones are refused in words."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from support.tiny import SmallNet, noise

from gradcam_lib import class_score, grad_cam
from gradcam_lib.targets import as_target, cotangent, index_of, resolve

Z = torch.tensor([[1.0, 2.0, 4.0], [8.0, 16.0, 32.0]])  # logits of two images
NAMES = ["tabby", "tiger cat", "Egyptian cat", "crane", "crane"]


def test_a_class_score_is_the_column_of_the_logits():
    assert class_score(1)(Z).tolist() == [2, 16]


def test_class_0_is_a_class_like_any_other():
    assert class_score(0)(Z).tolist() == [1, 8]


def test_targets_add():
    assert (class_score(0) + class_score(2))(Z).tolist() == [5, 40]


def test_targets_subtract():
    assert (class_score(2) - class_score(1))(Z).tolist() == [2, 16]


def test_targets_scale_from_both_sides_and_divide():
    assert (3 * class_score(1) * 2 / 4)(Z).tolist() == [3, 24]


def test_targets_negate():
    assert (-class_score(1))(Z).tolist() == [-2, -16]


def test_targets_can_be_summed_by_sum():
    assert sum(class_score(i) for i in range(3))(Z).tolist() == [7, 56]


def test_callables_join_sums_from_both_sides():
    def last(z):
        return z[:, 2]

    assert (class_score(0) - last)(Z).tolist() == [-3, -24]
    assert (last - class_score(0))(Z).tolist() == [3, 24]
    assert (last + class_score(0))(Z).tolist() == [5, 40]


@pytest.mark.parametrize(
    "make", [lambda y: y + 3, lambda y: 3 + y, lambda y: y - 0, lambda y: 1 - y, lambda y: y + 0.5]
)
def test_a_bare_number_is_not_added_since_it_could_be_a_class_or_a_constant(make):
    with pytest.raises(TypeError, match=r"class_score\("):
        make(class_score(1))


@pytest.mark.parametrize("factor", ["2", None, float("nan"), float("inf"), class_score(1)])
def test_only_finite_numbers_scale(factor):
    with pytest.raises(TypeError, match="finite number"):
        class_score(0) * factor


def test_a_name_waits_until_the_names_are_known():
    waiting = class_score("Egyptian cat") - 2 * class_score("tabby")
    assert waiting.named(NAMES)(Z).tolist() == [4 - 2, 32 - 16]


def test_a_name_that_never_met_the_names_says_so():
    with pytest.raises(ValueError, match="'tabby'.*names are not known"):
        class_score("tabby")(Z)


def test_a_name_with_names_at_hand_is_looked_up_at_once():
    with pytest.raises(ValueError, match="no such class"):
        class_score("tuby", NAMES)


def test_a_target_shows_its_terms():
    assert repr(class_score("tabby") - 0.5 * class_score(3)) == "Target(+1·tabby -0.5·3)"


def test_names_do_not_mind_case_and_spaces():
    assert index_of(" egyptian CAT ", NAMES) == 2


def test_the_exact_spelling_wins_over_another_case():
    assert [index_of(n, ["Crane", "crane"]) for n in ("Crane", "crane")] == [0, 1]


def test_an_unknown_name_offers_near_ones():
    with pytest.raises(ValueError, match="'egyptian kat': no such class; near: 'Egyptian cat'"):
        index_of("egyptian kat", NAMES)


def test_a_part_of_a_name_is_offered_too():
    with pytest.raises(ValueError, match="'tiger cat'"):
        index_of("tiger", NAMES)


def test_nothing_near_is_said_plainly():
    with pytest.raises(ValueError, match="near: none"):
        index_of("zzzzzz", NAMES)


def test_a_name_of_two_classes_offers_their_numbers():
    with pytest.raises(ValueError, match=r"\[3, 4\]"):
        index_of("crane", NAMES)


@pytest.mark.parametrize("number", [-1, 5, 10**12])
def test_numbers_out_of_range_name_the_range(number):
    with pytest.raises(IndexError, match=f"class {number}: out of range; the classes are 0 … 4"):
        index_of(number, NAMES)


@pytest.mark.parametrize("label", [True, False, 1.0, None, b"tabby", [1]])
def test_what_is_no_class_is_refused(label):
    with pytest.raises(TypeError, match="expected a class number, a class name or a callable"):
        index_of(label, NAMES)


def test_numpy_numbers_are_class_numbers():
    assert index_of(np.int64(2), NAMES) == 2


def test_a_number_beyond_the_logits_is_refused_when_they_are_known():
    with pytest.raises(IndexError, match="class 3: out of range; the network has the classes 0 … 2"):
        class_score(3)(Z)


def test_the_other_side_of_one_output_is_its_negative():
    with pytest.raises(IndexError, match=r"class 1: the network has one output, 0.*the other is -class_score\(0\)"):
        class_score(1)(Z[:, :1])
    assert (-class_score(0))(Z[:, :1]).tolist() == [-1, -8]


def test_no_target_means_the_predicted_class_of_each_image():
    targets = resolve(None, torch.tensor([[0.0, 1.0], [1.0, 0.0]]))
    assert [float(t(torch.tensor([[10.0, 20.0]]))) for t in targets] == [20, 10]


@pytest.mark.parametrize(
    "target",
    [
        [0, 2],
        (0, 2),
        torch.tensor([0, 2]),
        [class_score(0), 2],
        [lambda z: z[:, 0], "c"],
        [torch.tensor(0), np.int8(2)],
    ],
)
def test_a_list_gives_each_image_its_own_target(target):
    first, second = resolve(target, Z, ["a", "b", "c"])
    assert (float(first(Z[:1])), float(second(Z[1:]))) == (1, 32)


@pytest.mark.parametrize("target", [1, torch.tensor(1), np.int64(1), "b", class_score("b"), lambda z: z[:, 1]])
def test_one_target_serves_every_image(target):
    assert [float(t(Z[:1])) for t in resolve(target, Z, ["a", "b", "c"])] == [2, 2]


@pytest.mark.parametrize("target", [[0], [0, 1, 2], torch.tensor([1]), []])
def test_a_list_of_another_length_than_the_batch_is_an_error(target):
    with pytest.raises(ValueError, match=f"{len(target)} targets for 2 images"):
        resolve(target, Z)


@pytest.mark.parametrize("target", [torch.tensor([0.0, 1.0]), torch.tensor([True, False]), torch.tensor([[0], [1]])])
def test_tensors_that_are_no_class_numbers_are_refused(target):
    with pytest.raises(TypeError, match="expected a class number"):
        resolve(target, Z)


def test_the_row_of_a_class_is_one_at_its_number():
    assert cotangent(resolve([2, 0], Z), Z).tolist() == [[0, 0, 1], [1, 0, 0]]


def test_the_row_of_a_combination_holds_its_factors():
    assert cotangent(resolve(class_score(0) - 0.5 * class_score(2), Z), Z).tolist() == [[1, 0, -0.5]] * 2


def test_a_class_named_twice_counts_twice():
    assert cotangent(resolve(class_score(1) + class_score(1), Z), Z).tolist() == [[0, 2, 0]] * 2


def test_the_row_of_a_log_probability_is_one_hot_minus_the_probabilities():
    z = torch.tensor([[0.0, 0.0]])  # two equal probabilities: d log p₀ / dz = (1 − ½, −½)
    assert cotangent(resolve(lambda z: z.log_softmax(1)[:, 0], z), z).tolist() == [[0.5, -0.5]]


def test_a_callable_sees_one_image_at_a_time():
    seen = []

    def target(z):
        seen.append(tuple(z.shape))
        return z[:, 0]

    cotangent(resolve(target, Z), Z)
    assert seen == [(1, 3), (1, 3)]


@pytest.mark.parametrize("caller", [torch.no_grad, torch.inference_mode])
def test_the_row_is_found_whatever_the_caller_s_mode(caller):
    with caller():
        assert cotangent(resolve(1, Z), Z * 1).tolist() == [[0, 1, 0], [0, 1, 0]]


def test_a_small_factor_does_not_vanish_in_half_precision():
    row = cotangent(resolve(1e-9 * class_score(0), Z), Z.half())
    assert row[0, 0] == pytest.approx(1e-9)


@pytest.mark.parametrize("target", [lambda z: z.sum(), lambda z: z, lambda z: z[0, 0], lambda z: 3.0])
def test_a_callable_of_another_shape_is_refused(target):
    with pytest.raises(ValueError, match=r"logits \(N, C\) to scores \(N,\)"):
        cotangent(resolve(target, Z), Z)


def test_a_score_that_ignores_the_logits_is_refused():
    with pytest.raises(ValueError, match="does not depend on the logits"):
        cotangent(resolve(lambda z: torch.ones(len(z)), Z), Z)


def test_a_score_whose_gradient_is_not_finite_names_the_image():
    z = torch.tensor([[1.0, 2.0], [0.0, 1.0]])
    with pytest.raises(ValueError, match="image 1"):
        cotangent(resolve(lambda z: z[:, 0].log(), z), z)


def test_anything_that_is_no_target_is_refused():
    with pytest.raises(TypeError, match="expected a class number, a class name or a callable"):
        as_target(object())


def test_the_map_of_a_difference_is_the_difference_of_the_signed_maps():
    from gradcam_lib import explain

    e = explain(SmallNet(), noise())
    assert torch.allclose(e.signed(class_score(0) - class_score(1)), e.signed(0) - e.signed(1), atol=1e-6)


def test_a_name_without_a_classifier_is_refused_by_a_map():
    with pytest.raises(ValueError, match="names are not known here; pass a number"):
        grad_cam(SmallNet(), noise(), "tabby")
