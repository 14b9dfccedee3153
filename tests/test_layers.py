"""The layer to explain, over every family of torchvision and the networks that people write themselves."""

from __future__ import annotations

import threading

import pytest
import torch
import torch.nn.functional as F
import torchvision
from support.tiny import SmallNet, close, noise, snapshot
from torch import nn

from gradcam_lib import default_layer, explain, grad_cam, occlusion_map, saliency
from gradcam_lib.capture import find_place

POOLINGS = (nn.MaxPool2d, nn.AvgPool2d, nn.AdaptiveAvgPool2d)
# The last rectified map of each family, read off the architectures: the layer before the pooling that leads to the
# classifier. VGG, AlexNet: the ReLU before the last max pooling.
EXPECTED = {
    "alexnet": "features.11",
    "convnext_tiny": "features",
    "densenet121": "relu()",
    "efficientnet_b0": "features",
    "efficientnet_v2_s": "features",
    "googlenet": "inception5b",
    "inception_v3": "Mixed_7c",
    "maxvit_t": "blocks.3",
    "mnasnet0_5": "layers",
    "mobilenet_v2": "features",
    "mobilenet_v3_small": "features",
    "mobilenet_v3_large": "features",
    "regnet_x_400mf": "trunk_output",
    "regnet_y_400mf": "trunk_output",
    "resnet18": "layer4",
    "resnet50": "layer4",
    "resnext50_32x4d": "layer4",
    "shufflenet_v2_x0_5": "conv5",
    "squeezenet1_0": "features",
    "squeezenet1_1": "features",
    "vgg11": "features.19",
    "vgg11_bn": "features.27",
    "vgg16": "features.29",
    "vgg19_bn": "features.51",
    "wide_resnet50_2": "layer4",
}


def skeleton(name: str) -> nn.Module:
    """A torchvision network whose weights have shapes only; RegNet computes with numbers while it is built."""
    options = {"init_weights": False} if name in ("googlenet", "inception_v3") else {}
    with torch.device("cpu" if name.startswith("regnet") else "meta"):
        return torchvision.models.get_model(name, weights=None, **options)


@pytest.mark.parametrize("name", EXPECTED)
def test_the_layer_of_a_torchvision_network_is_the_last_rectified_map_and_no_pooling(name):
    net = skeleton(name)
    assert default_layer(net) == EXPECTED[name]
    assert not isinstance(find_place(net, EXPECTED[name]).module, POOLINGS)


@pytest.mark.parametrize("name", ["vit_b_16", "swin_t", "swin_v2_t"])
def test_a_transformer_gets_an_error_that_names_ways_out(name):
    with pytest.raises(ValueError, match="Transformer turns .* into tokens.*use saliency or occlusion_map.*layer="):
        default_layer(skeleton(name))


def test_a_network_without_convolutions_gets_an_error_that_names_ways_out():
    mlp = nn.Sequential(nn.Flatten(), nn.Linear(192, 10), nn.ReLU(), nn.Linear(10, 2))
    with pytest.raises(ValueError, match="Sequential has no convolution.*use saliency or occlusion_map.*layer="):
        default_layer(mlp)


class LeNet(nn.Module):
    """As in many courses: functions instead of modules, a picture of one fixed size."""

    def __init__(self, channels: int, flat: int):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(channels, 6, 5), nn.Conv2d(6, 16, 5)
        self.fc1, self.fc2 = nn.Linear(flat, 32), nn.Linear(32, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        return self.fc2(F.relu(self.fc1(torch.flatten(x, 1))))


@pytest.mark.parametrize("channels, side, flat", [(1, 28, 16 * 4 * 4), (3, 32, 16 * 5 * 5)])
def test_networks_that_flatten_a_small_picture_are_followed_without_knowing_its_size(channels, side, flat):
    net = LeNet(channels, flat)
    assert default_layer(net) == "relu()#1"
    assert explain(net, noise(1, side, channels=channels)).layers == ["relu()#1"]


def test_a_picture_of_any_size_is_followed_when_it_is_given():
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 9 * 15, 2))
    assert default_layer(net, (11, 17)) == "1"


def test_a_size_nobody_could_guess_is_an_error_that_asks_for_the_layer():
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 9 * 15, 2))
    with pytest.raises(
        ValueError, match=r"could not follow an input.*pass the input, default_layer\(model, x\), or layer="
    ):
        default_layer(net)


@pytest.mark.parametrize("inplace", [False, True])
def test_the_relu_after_the_convolution_is_chosen_also_when_it_works_in_place(inplace):
    assert default_layer(SmallNet(inplace=inplace)) == "relu2"


POOLS = [nn.MaxPool2d(2), nn.AvgPool2d(2), nn.AdaptiveAvgPool2d(4), nn.AdaptiveMaxPool2d(4), nn.LPPool2d(2, 2)]


@pytest.mark.parametrize("pool", POOLS, ids=lambda pool: type(pool).__name__)
def test_the_pooling_behind_the_last_map_is_not_chosen(pool):
    net = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.ReLU(), pool, nn.Flatten(), nn.Linear(64, 2))
    assert default_layer(net, (8, 8)) == "1"


def test_a_pooling_of_stride_1_is_not_chosen_either():
    body = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.MaxPool2d(3, stride=1, padding=1))
    net = nn.Sequential(body, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 2))
    assert default_layer(net) == "0.1"


def test_dropout_behind_the_map_is_not_chosen():
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Dropout(), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    assert default_layer(net) == "1"


def test_batch_norm_between_convolution_and_relu_does_not_stop_the_search():
    net = nn.Sequential(
        nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 2)
    )
    assert default_layer(net) == "2"


def test_a_classifier_that_is_a_convolution_is_not_the_map():
    net = nn.Sequential(
        nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Conv2d(4, 2, 1), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten()
    )
    assert default_layer(net) == "1"


def test_the_modules_order_of_use_counts_and_not_the_order_of_definition():
    class Reversed(nn.Module):
        def __init__(self):
            super().__init__()
            self.head, self.second, self.first = nn.Linear(4, 2), nn.Conv2d(4, 4, 3), nn.Conv2d(4, 4, 3)

        def forward(self, x):
            return self.head(F.relu(self.second(F.relu(self.first(x)))).mean((2, 3)))

    assert default_layer(Reversed()) == "relu()#1"


def test_branches_that_only_run_in_training_are_not_followed():
    class Auxiliary(SmallNet):
        def __init__(self):
            super().__init__()
            self.branch = nn.Conv2d(5, 5, 3, padding=1)

        def forward(self, x):
            A = self.relu2(self.conv2(self.relu1(self.conv1(x))))
            return self.head((self.branch(A) if self.training else A).flatten(1))

    assert default_layer(Auxiliary().train()) == "relu2"


def test_a_map_of_one_place_is_passed_over():
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Conv2d(4, 4, 6), nn.ReLU(), nn.Flatten(), nn.Linear(4, 2))
    assert default_layer(net, (8, 8)) == "1"


def test_a_small_picture_gets_the_last_layer_that_still_has_places_whatever_was_asked_before():
    net = skeleton("resnet18")
    assert default_layer(net) == "layer4"
    assert default_layer(net, (32, 32)) == "layer3"  # at 32 px layer4 is 1×1
    assert default_layer(net) == "layer4"


def test_the_caller_s_network_is_not_run():
    net, passes = SmallNet(), []
    for module in net.modules():
        module.register_forward_hook(lambda *_: passes.append(1))
        module.register_forward_pre_hook(lambda *_: passes.append(1))
    default_layer(net)
    assert not passes


def test_the_caller_s_network_is_left_as_it_was():
    net = SmallNet().train()
    before = snapshot(net)
    default_layer(net)
    assert snapshot(net) == before


def test_the_random_numbers_of_the_caller_are_left_as_they_were():
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.Dropout(), nn.Conv2d(4, 4, 3))
    state = torch.random.get_rng_state()
    default_layer(net)
    assert torch.equal(torch.random.get_rng_state(), state)


def test_the_answer_is_remembered_but_a_changed_network_is_looked_at_again():
    net = SmallNet()
    assert default_layer(net) == default_layer(net) == "relu2"
    net.relu2 = nn.Identity()
    assert default_layer(net) == "conv2"


def test_tensors_that_are_no_parameters_do_not_disturb():
    class Normalised(nn.Module):
        def __init__(self):
            super().__init__()
            self.mean = torch.tensor([0.5, 0.5, 0.5]).view(3, 1, 1)
            self.conv, self.head = nn.Conv2d(3, 4, 3), nn.Linear(4, 2)

        def forward(self, x):
            return self.head(F.relu(self.conv(x - self.mean)).mean((2, 3)))

    assert default_layer(Normalised()) == "relu()"


def test_tensors_made_on_the_way_do_not_disturb():
    class Positions(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv, self.head = nn.Conv2d(3, 4, 3), nn.Linear(4, 2)

        def forward(self, x):
            ramp = torch.linspace(-1, 1, x.shape[3])
            return self.head(F.relu(self.conv(x + ramp)).mean((2, 3)))

    assert default_layer(Positions()) == "relu()"


def test_a_network_that_cannot_be_copied_is_an_error_that_asks_for_the_layer():
    net = SmallNet()
    net.lock = threading.Lock()
    with pytest.raises(
        ValueError, match=r"could not follow an input.*lock.*pass the input, default_layer\(model, x\), or layer="
    ):
        default_layer(net)


class Scripted(nn.Module):
    """Holds a network as a file of it would be loaded."""

    def __init__(self):
        super().__init__()
        self.net = torch.jit.trace(SmallNet(), noise())

    def forward(self, x):
        return self.net(x)


@pytest.mark.filterwarnings("ignore:.torch.jit.trace:FutureWarning")  # deprecated, but such files are still about
@pytest.mark.filterwarnings("ignore:.torch.jit.trace:DeprecationWarning")
@pytest.mark.parametrize("make, layer", [(Scripted, "net.relu2"), (lambda: Scripted().net, "relu2")])
def test_the_layers_of_a_scripted_network_are_out_of_reach_and_the_ways_out_work(make, layer):
    net, words = make(), "ScriptModule, whose layers are out of reach; pass the original module, or use saliency or occ"
    for call in (lambda: default_layer(net), lambda: explain(net, noise()), lambda: explain(net, noise(), layer)):
        with pytest.raises(ValueError, match=words):
            call()
    assert close(saliency(net, noise(), 1), saliency(SmallNet(), noise(), 1))
    D = occlusion_map(net, noise(), 1, patch=4, stride=4)
    assert close(D, occlusion_map(SmallNet(), noise(), 1, patch=4, stride=4))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_other_number_formats_are_followed(dtype):
    assert default_layer(SmallNet().to(dtype)) == "relu2"


@pytest.mark.parametrize("caller", [torch.no_grad, torch.inference_mode])
def test_the_caller_s_grad_mode_does_not_matter(caller):
    with caller():
        assert default_layer(SmallNet()) == "relu2"


# --- the caller's own input ---


class Grey(SmallNet):
    """Takes grey pictures and repeats them."""

    def forward(self, x):
        return super().forward(x.repeat(1, 3, 1, 1))


def test_a_network_that_makes_three_colours_of_one_is_given_one():
    assert default_layer(Grey()) == "relu2"
    assert explain(Grey(), noise(channels=1)).layers == ["relu2"]


class SpaceToDepth(nn.Module):
    """Its first convolution sees 48 channels, which it makes of three colours, as timm's TResNet does."""

    def __init__(self):
        super().__init__()
        self.conv, self.relu, self.head = nn.Conv2d(48, 4, 3), nn.ReLU(), nn.Linear(4, 2)

    def forward(self, x):
        return self.head(self.relu(self.conv(F.pixel_unshuffle(x, 4))).mean((2, 3)))


def test_a_network_whose_first_convolution_does_not_see_the_colours_is_followed():
    assert default_layer(SpaceToDepth()) == "relu" and explain(SpaceToDepth(), noise(1, 16)).layers == ["relu"]


class Holding(SmallNet):
    """A wrapper with a second input, one for each picture of the batch."""

    def __init__(self):
        super().__init__()
        self.other = noise(3, seed=1)

    def forward(self, x):
        return super().forward(torch.stack([x, self.other]).mean(0))


def test_the_batch_is_as_large_as_the_caller_s_where_one_picture_will_not_do():
    x = noise(3)
    assert torch.equal(grad_cam(Holding(), x, 1), grad_cam(SmallNet(), (x + noise(3, seed=1)) / 2, 1))
    assert default_layer(Holding(), x) == "relu2"


def test_a_network_that_cannot_be_copied_runs_itself_where_its_input_is_known():
    net = SmallNet()
    net.lock = threading.Lock()
    assert explain(net, noise()).layers == ["relu2"] and default_layer(net, noise()) == "relu2"


def test_signals_and_volumes_have_their_layer():
    signals = nn.Sequential(nn.Conv1d(2, 4, 3), nn.ReLU(), nn.MaxPool1d(2), nn.Flatten(1), nn.LazyLinear(3))
    volumes = nn.Sequential(nn.Conv3d(1, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool3d(1), nn.Flatten(), nn.Linear(4, 3))
    signals(torch.zeros(1, 2, 50))
    assert default_layer(signals, torch.zeros(1, 2, 50)) == default_layer(signals, (50,)) == "1"
    assert default_layer(volumes) == default_layer(volumes, (4, 8, 8)) == "1"


def test_a_step_within_a_block_is_not_chosen_where_the_block_before_has_the_same_size():
    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.wide, self.act, self.narrow = nn.Conv2d(4, 9, 1), nn.ReLU(), nn.Conv2d(9, 4, 3, stride=2)

        def forward(self, x):
            return self.narrow(self.act(self.wide(x)))

    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), Block(), nn.Flatten(), nn.Linear(4, 2))
    assert default_layer(net, (5, 5)) == "1"  # the block's own output is one place


def test_a_refused_layer_is_not_recommended():
    net = nn.Sequential(nn.Conv2d(3, 4, 8), nn.ReLU(), nn.Flatten(), nn.Linear(4, 2))
    with pytest.raises(
        ValueError, match=r"'1' returns \(1, 4, 1, 1\).*no places.*; saliency and occlusion_map need no"
    ):
        explain(net, noise(), "1")
    with pytest.raises(ValueError, match="larger than one place.*larger picture, or saliency or occlusion_map"):
        explain(net, noise())
    with pytest.raises(ValueError, match=r"no places to tell apart; .*such as 'relu2'"):
        explain(SmallNet(gap=True), noise(), "pool")
