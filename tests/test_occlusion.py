"""Muting pixels on networks whose answer is known: where y = w·x, covering a patch takes away its share of w·x."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import torch
from support.tiny import SmallNet, close, linear, noise, snapshot
from torch import nn

from gradcam_lib import class_score, occlusion_map
from gradcam_lib.occlusion import on_pixels

PICTURE = torch.arange(1.0, 13.0).view(1, 1, 3, 4)  # 1 2 3 4 / 5 6 7 8 / 9 10 11 12
SUM = nn.Sequential(nn.Flatten(), linear([[1.0] * 12, [-2.0] * 12]))


def test_the_drop_of_a_sum_is_the_sum_under_the_patch():
    # the six 2×2 patches: 1+2+5+6 = 14, 2+3+6+7 = 18, …
    assert occlusion_map(SUM, PICTURE, 0, patch=2, stride=1).tolist() == [[[14, 18, 22], [30, 34, 38]]]


def test_evidence_against_the_target_is_negative():
    assert occlusion_map(SUM, PICTURE, 1, patch=2, stride=2).tolist() == [[[-28, -44]]]


def test_a_linear_network_drops_by_weights_times_pixels_under_the_patch():
    net, x = nn.Sequential(nn.Flatten(), nn.Linear(3 * 6 * 9, 4)), torch.randn(2, 3, 6, 9)
    w = net[1].weight[2].detach().view(3, 6, 9)
    D = occlusion_map(net, x, 2, patch=3, stride=2)
    assert D.shape == (2, 2, 4)
    for n in range(2):
        for i in range(2):
            for j in range(4):
                under = (slice(None), slice(2 * i, 2 * i + 3), slice(2 * j, 2 * j + 3))
                assert float(D[n, i, j]) == pytest.approx(float((w[under] * x[n][under]).sum()), abs=1e-5)


def test_the_value_of_the_patch_counts():
    # four pixels become 10: the score changes by 14 − 40
    assert occlusion_map(SUM, PICTURE, 0, patch=2, stride=9, value=10).tolist() == [[[-26]]]


def test_a_patch_as_large_as_the_picture_leaves_one_number():
    assert occlusion_map(SUM, PICTURE[..., :3].repeat(1, 1, 1, 2)[..., :4], 0, patch=3, stride=1).shape == (1, 1, 2)


@pytest.mark.parametrize("batch", [1, 4, 5, 100])
def test_the_number_of_pictures_at_once_does_not_matter(batch):
    expected = occlusion_map(SmallNet(), noise(2), 1, patch=3, stride=2)
    assert close(occlusion_map(SmallNet(), noise(2), 1, patch=3, stride=2, batch=batch), expected)


@pytest.mark.parametrize("target", [[2, 0], torch.tensor([2, 0]), [class_score(2), lambda z: z[:, 0]]])
def test_each_image_of_a_batch_can_have_its_own_target(target):
    net, x = SmallNet(), noise(2)
    D = occlusion_map(net, x, target, patch=4, stride=2)
    expected = [occlusion_map(net, x[i : i + 1], c, patch=4, stride=2)[0] for i, c in enumerate([2, 0])]
    assert close(D, torch.stack(expected))


def test_the_predicted_class_of_the_uncovered_picture_is_the_target_where_none_is_given():
    net, x = SmallNet(), noise(2)
    expected = occlusion_map(net, x, net(x).argmax(1), patch=4, stride=2)
    assert torch.equal(occlusion_map(net, x, patch=4, stride=2), expected)


def test_one_class_number_as_a_tensor_serves_every_image():
    expected = occlusion_map(SmallNet(), noise(2), 1, patch=4, stride=4)
    assert torch.equal(occlusion_map(SmallNet(), noise(2), torch.tensor(1), patch=4, stride=4), expected)


def test_names_of_a_classifier_are_targets():
    clf = SimpleNamespace(model=SUM, names=["plus", "minus"], layer=None)
    assert torch.equal(occlusion_map(clf, PICTURE, "minus", patch=2), occlusion_map(SUM, PICTURE, 1, patch=2))


@pytest.mark.parametrize("sizes", [(9,), (5, 4, 3)])
def test_signals_and_volumes_drop_by_weights_times_values_under_the_patch(sizes):
    x, count = torch.randn(1, 2, *sizes), 2 * torch.Size(sizes).numel()
    net = nn.Sequential(nn.Flatten(), nn.Linear(count, 3))
    w = net[1].weight[1].detach().view(2, *sizes)
    D = occlusion_map(net, x, 1, patch=2, stride=1)
    assert D.shape == (1, *[size - 1 for size in sizes])
    for start in torch.ones(D.shape[1:]).nonzero().tolist():
        under = (slice(None), *[slice(i, i + 2) for i in start])
        assert float(D[(0, *start)]) == pytest.approx(float((w[under] * x[0][under]).sum()), abs=1e-5)


def test_it_costs_one_picture_for_each_place_and_one_more():
    net, pictures = SmallNet(), []
    net.register_forward_hook(lambda module, args, output: pictures.append(len(output)))
    occlusion_map(net, noise(), 1, patch=4, stride=2, batch=4)
    assert sum(pictures) == 3 * 3 + 1


@pytest.mark.parametrize("training", [True, False])
def test_model_and_picture_are_left_as_they_were(training):
    net, x = nn.Sequential(nn.BatchNorm2d(3), nn.Dropout(), nn.Flatten(), nn.Linear(192, 2)), noise()
    net.train(training)
    before, pixels = snapshot(net), x.clone()
    occlusion_map(net, x, 1, patch=4, stride=4)
    assert snapshot(net) == before and torch.equal(x, pixels)


def test_the_model_is_left_as_it_was_after_an_exception():
    net = SmallNet().train()
    before = snapshot(net)
    with pytest.raises(IndexError):
        occlusion_map(net, noise(), 9, patch=4)
    assert snapshot(net) == before


def test_no_graph_is_recorded():
    assert not occlusion_map(SmallNet(), noise().requires_grad_(), 1, patch=4).requires_grad


def test_inference_mode_callers_are_welcome():
    with torch.inference_mode():
        assert occlusion_map(SUM, PICTURE * 1, 0, patch=2, stride=2).tolist() == [[[14, 22]]]


def test_a_half_precision_model_gives_a_float32_map():
    D = occlusion_map(SmallNet().half(), noise(), 1, patch=4, stride=4)
    assert D.dtype == torch.float32 and close(D, occlusion_map(SmallNet(), noise(), 1, patch=4, stride=4), 2e-2)


def test_networks_that_return_a_tuple_say_where_the_logits_are():
    class Wrapped(nn.Module):
        def forward(self, x):
            return None, SUM(x)

    assert occlusion_map(Wrapped(), PICTURE, 0, patch=2, stride=2, output=1).tolist() == [[[14, 22]]]


@pytest.mark.parametrize("patch, stride", [(0, 1), (4, 1), (-1, 1), (2, 0), (2, -3)])
def test_a_patch_that_does_not_fit_is_refused(patch, stride):
    with pytest.raises(ValueError, match=f"patch={patch}, stride={stride}: need 1 ≤ patch ≤ 3 and stride ≥ 1 for 3×4"):
        occlusion_map(SUM, PICTURE, 0, patch=patch, stride=stride)


@pytest.mark.parametrize("target", [lambda z: z.sum(), lambda z: z, lambda z: 3.0])
def test_a_callable_of_another_shape_is_refused(target):
    with pytest.raises(ValueError, match=r"logits \(N, C\) to scores \(N,\)"):
        occlusion_map(SUM, PICTURE, target, patch=2)


@pytest.mark.parametrize("target", [[0], [0, 1, 0], torch.tensor([0])])
def test_a_list_of_another_length_than_the_batch_is_refused(target):
    with pytest.raises(ValueError, match=f"{len(target)} targets for 2 images"):
        occlusion_map(SUM, PICTURE.repeat(2, 1, 1, 1), target, patch=2)


def test_an_output_that_is_not_finite_is_refused():
    with pytest.raises(ValueError, match="NaN or infinite"):
        occlusion_map(SUM, PICTURE / 0, 0, patch=2)


def test_the_image_whose_output_is_not_finite_is_named():
    x = torch.cat([PICTURE, PICTURE / 0])
    with pytest.raises(ValueError, match="image 1"):
        occlusion_map(SUM, x, 0, patch=2)


def test_a_drop_lies_at_the_centre_of_its_patch():
    D = torch.tensor([[[2.0, 4.0]]])  # two 3×3 patches, two pixels apart: their centres are the columns 1 and 3
    assert on_pixels(D, (3, 5), patch=3, stride=2)[0, 1].tolist() == pytest.approx([2, 2.5, 3.5, 4, 4])
    D = on_pixels(torch.eye(5)[2:3, None].mT @ torch.eye(5)[2:3, None], (20, 20), patch=4, stride=4)[0]
    assert (D == D.max()).nonzero().float().mean(0).tolist() == [9.5, 9.5]  # the patch over the pixels 8 … 11


def test_the_drop_stays_where_the_evidence_is():
    net, x = nn.Sequential(nn.Flatten(), linear([[1.0] * 144])), torch.zeros(1, 1, 12, 12)
    x[0, 0, 6, 3] = 1  # the only pixel that counts
    D = on_pixels(occlusion_map(net, x, 0, patch=3, stride=1), (12, 12), patch=3, stride=1)[0]
    assert D.nonzero().tolist() == [[i, j] for i in (5, 6, 7) for j in (2, 3, 4)]  # the centres of the patches over it


def test_a_map_of_another_size_than_the_picture_is_refused():
    with pytest.raises(ValueError, match=r"stride=1 is of another size than \(9, 9\)"):
        on_pixels(torch.ones(1, 2, 2), (9, 9), patch=2, stride=1)
