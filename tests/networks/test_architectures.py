"""One small member of every family of torchvision, random weights, against captum and against CAM."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
import torch
import torchvision
from captum.attr import LayerGradCam, Saliency
from support.tiny import Passes, close, noise
from torch import Tensor, nn

from gradcam_lib import cam, default_layer, explain, grad_cam

# The side of the picture: small, yet with several places in the last map. MaxViT takes one size only.
SIDES = {
    "alexnet": 96, "convnext_tiny": 64, "densenet121": 64, "efficientnet_b0": 64, "efficientnet_v2_s": 64,
    "googlenet": 64, "inception_v3": 128, "maxvit_t": 224, "mnasnet0_5": 64, "mobilenet_v2": 64,
    "mobilenet_v3_small": 64, "regnet_x_400mf": 64, "regnet_y_400mf": 64, "resnet18": 64, "resnext50_32x4d": 64,
    "shufflenet_v2_x0_5": 64, "squeezenet1_1": 64, "vgg11": 64, "wide_resnet50_2": 64,
}  # fmt: skip
# Global average pooling and one linear layer. MobileNetV3 has two, VGG and AlexNet three, ConvNeXt and MaxViT normalise
# in between, SqueezeNet has a ReLU behind its convolution.
GAP = [
    "densenet121", "efficientnet_b0", "efficientnet_v2_s", "googlenet", "inception_v3", "mnasnet0_5", "mobilenet_v2",
    "regnet_x_400mf", "regnet_y_400mf", "resnet18", "resnext50_32x4d", "shufflenet_v2_x0_5", "wide_resnet50_2",
]  # fmt: skip


def build(name: str) -> nn.Module:
    """With random weights, and BatchNorm statistics of one batch, without which some networks answer with zeros."""
    options = {"init_weights": False} if name in ("googlenet", "inception_v3", "vgg11") else {}
    torch.manual_seed(0)
    net = torchvision.models.get_model(name, weights=None, num_classes=10, **options)
    norms = [module for module in net.modules() if isinstance(module, nn.BatchNorm2d)]
    net.eval()
    for module in norms:
        module.momentum = 1.0
        module.train()
    if norms:
        with torch.no_grad():
            net(noise(4, SIDES[name], seed=1))
    return net.eval()


ALL = pytest.mark.parametrize("family", SIDES, indirect=True)


@pytest.fixture(scope="module")
def family(request) -> Iterator[SimpleNamespace]:
    """A network, a picture and its explanation, made once for all tests of the family."""
    net, x = build(request.param), noise(1, SIDES[request.param])
    passes = Passes(net)
    e = explain(net, x)
    yield SimpleNamespace(name=request.param, net=net, x=x, e=e, c=int(e.predicted), passes=passes.count)


def captum(net: nn.Module, layer: str, x: Tensor, c: int) -> Tensor:
    """The map before its ReLU."""
    attribute = LayerGradCam(net, net.get_submodule(layer)).attribute
    return attribute(x.clone().requires_grad_(), target=c)[:, 0].detach()


@ALL
def test_the_signed_map_of_the_predicted_class_is_captum_s(family):
    net, layer = family.net, family.e.layers[0]
    if layer == "relu()":  # DenseNet's last ReLU is a function, out of captum's reach: here it is a module
        net = nn.Sequential(net.features, nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), net.classifier)
        layer = "1"
    assert close(family.e.signed(), captum(net, layer, family.x, family.c), 1e-5)


@ALL
def test_one_forward_pass_was_enough(family):
    assert family.passes == 1


@ALL
def test_the_map_has_several_places_and_its_layer_is_the_default(family):
    assert family.e.layers == [default_layer(family.net)]
    assert min(family.e.signed().shape[1:]) > 1 and family.e.signed().any()


@ALL
def test_many_classes_at_once_equal_one_by_one(family):
    one_by_one = torch.cat([family.e.map(c) for c in range(3)])
    assert close(family.e.maps(range(3)), one_by_one, 1e-4)  # sums in another order


@ALL
def test_logits_are_those_of_the_network(family):
    with torch.no_grad():
        assert close(family.e.logits, family.net(family.x))


@ALL
def test_no_parameter_has_received_a_gradient(family):
    assert all(p.grad is None for p in family.net.parameters())


@pytest.mark.parametrize("family", sorted(SIDES.keys() - {"maxvit_t"}), indirect=True)  # it takes as long as all others
def test_saliency_is_captum_s(family):
    expected = Saliency(family.net).attribute(family.x.clone().requires_grad_(), target=family.c).amax(1)
    assert close(family.e.saliency(), expected, 1e-5)


@pytest.mark.parametrize("family", [name for name in GAP if name != "densenet121"], indirect=True)
def test_grad_cam_times_the_number_of_places_is_the_rectified_cam(family):
    L = family.e.map()
    assert close(L * L[0].numel(), cam(family.net, family.x, family.c).relu(), 1e-5)
    W = family.net.get_submodule("classifier.1" if hasattr(family.net, "classifier") else "fc").weight
    assert close(family.e.weights() * L[0].numel(), W[family.c][None].detach(), 1e-5)


@pytest.mark.parametrize("family", [name for name in SIDES if name not in GAP], indirect=True)
def test_a_network_of_another_form_has_no_cam(family):
    with pytest.raises(ValueError, match="no CAM; use grad_cam"):
        cam(family.net, family.x, 0)


def test_densenet_s_last_relu_is_a_function_and_its_layer_all_the_same():
    # The gradient of the pooled and rectified map is w/Z everywhere; one step before, only where the map is positive.
    net, x = build("densenet121"), noise(1, 64)
    e = explain(net, x, ["features", "relu()"])
    A, w = e.activation("features"), net.classifier.weight[e.predicted].detach()  # (1, K, h, w), (1, K)
    assert A.min() < 0 and torch.equal(e.activation(), A.relu())
    assert close(cam(net, x), torch.einsum("nk,nkhw->nhw", w, A.relu()), 1e-5)
    assert close(e.weights() * A[0, 0].numel(), w, 1e-5)
    share = (A > 0).float().mean((2, 3))  # of the places that pass the gradient
    assert close(e.weights(layer="features") * A[0, 0].numel(), w * share, 1e-5)


@pytest.mark.parametrize(
    "name, side, layer",
    [
        ("convnext_tiny", 32, "features.5"),
        ("efficientnet_b0", 32, "features.5"),
        ("googlenet", 32, "inception4e"),
        ("inception_v3", 96, "Mixed_6e"),
        ("mnasnet0_5", 32, "layers.11"),
        ("mobilenet_v2", 32, "features.13"),
        ("mobilenet_v3_small", 32, "features.8"),
        ("regnet_x_400mf", 32, "trunk_output.block3"),
        ("resnet50", 32, "layer3"),
        ("shufflenet_v2_x0_5", 32, "stage3"),
    ],
)
def test_in_a_small_picture_the_layer_is_the_output_of_the_last_block_that_has_places(name, side, layer):
    net = build(name) if name in SIDES else torchvision.models.get_model(name, weights=None).eval()
    e = explain(net, noise(1, side))
    assert e.layers == [layer] and min(e.signed().shape[1:]) > 1


def deeplab() -> nn.Module:
    net = torchvision.models.segmentation.deeplabv3_resnet50(weights=None, weights_backbone=None, aux_loss=True)
    return net.eval()


def test_a_segmentation_network_is_explained_by_a_sum_over_places_and_not_by_its_auxiliary_head():
    net, x = deeplab(), noise(1, 64)

    def there(result: dict, c: int) -> Tensor:
        z = result["out"]
        return (z * (z.argmax(1, keepdim=True) == c)).sum((2, 3))

    c = int(net(x)["out"].argmax(1).mode().values.mode().values)
    e = explain(net, x, "backbone.layer4", output=lambda result: there(result, c))
    kept = []
    net.backbone.layer4.register_forward_hook(lambda module, args, output: kept.append(output))
    (G,) = torch.autograd.grad(there(net(x), c)[0, c], kept[0])
    assert close(e.signed(c), (G.mean((2, 3), keepdim=True) * kept[0]).sum(1).detach(), 1e-4)
    assert default_layer(net, x, output="out") == "classifier.3"
    assert default_layer(net, x, output="aux") == "aux_classifier.2"
    with pytest.raises(ValueError, match=r"returned a dict with \['out', 'aux'\]; say with output="):
        default_layer(net)


def test_a_detector_is_explained_by_the_score_of_a_box():
    torch.manual_seed(0)
    options = {"weights": None, "weights_backbone": None, "box_score_thresh": 0.0, "min_size": 128}  # seen at 800 else
    net, x = torchvision.models.detection.fasterrcnn_resnet50_fpn(**options).eval(), noise(1, 64)
    e = explain(net, x, "backbone.body.layer4", output=lambda found: found[0]["scores"][None])
    kept = []
    net.backbone.body.layer4.register_forward_hook(lambda module, args, output: kept.append(output))
    (G,) = torch.autograd.grad(net(x)[0]["scores"][0], kept[0])
    assert e.signed(0).any() and close(e.signed(0), (G.mean((2, 3), keepdim=True) * kept[0]).sum(1).detach(), 1e-4)


def test_the_tokens_of_a_vision_transformer_become_a_map():
    net, x = torchvision.models.vit_b_32(weights=None, num_classes=5, image_size=64).eval(), noise(1, 64)
    net.heads.head.weight.data.normal_()  # torchvision starts from zero
    layer = "encoder.layers.encoder_layer_11.ln_1"
    with pytest.raises(ValueError, match=r"returns \(1, 5, 768\), tokens and no map; pass layer_map=.*saliency"):
        explain(net, x, layer)
    L = grad_cam(net, x, 1, layer, layer_map=lambda T: T[:, 1:].transpose(1, 2).unflatten(2, (2, 2)))
    T, G = by_hand(net, layer, x, 1)
    T, G = T[0, 1:].view(2, 2, 768), G[0, 1:].view(2, 2, 768)  # without the class token
    assert L.any() and close(L[0], (T * G.mean((0, 1))).sum(2).relu(), 1e-4)


@pytest.mark.parametrize(
    "name, layer", [("swin_t", "norm"), ("swin_t", "features.5"), ("convnext_tiny", "features.5.2.block.2")]
)
def test_maps_with_their_channels_last_are_turned(name, layer):
    torch.manual_seed(0)
    net, x = torchvision.models.get_model(name, weights=None, num_classes=5).eval(), noise(1, 64)
    A, G = by_hand(net, layer, x, 1)  # (1, h, w, C)
    assert A.shape[1] == A.shape[2] < A.shape[3]
    e = explain(net, x, layer)
    assert e.activation().shape == A.permute(0, 3, 1, 2).shape
    assert close(e.signed(1), (A * G.mean((1, 2), keepdim=True)).sum(3), 1e-4)
    assert close(e.maps([0, 1])[1], e.map(1)[0], 1e-4)


# --- an in-place ReLU right behind the layer: three libraries give three maps ---


@pytest.mark.parametrize(
    "name, layer", [("squeezenet1_1", "classifier.1"), ("resnet18", "layer4.1.bn3"), ("vgg11", "features.18")]
)
def test_a_layer_with_an_in_place_relu_behind_it_is_explained_as_it_was_before_the_relu(name, layer):
    net = build(name)
    if name == "resnet18":  # as ResNet-50 has it: bn3, then the sum in place, then the ReLU in place
        net.layer4[1].bn3 = nn.BatchNorm2d(512).eval()
        net.layer4[1].forward = _block_with_bn3.__get__(net.layer4[1])
    careful = copy.deepcopy(net)
    for module in careful.modules():
        if isinstance(module, nn.ReLU):
            module.inplace = False
    if name == "resnet18":
        careful.layer4[1].forward = _block_with_bn3_out_of_place.__get__(careful.layer4[1])
    x = noise(1, SIDES[name])
    A, G = by_hand(careful, layer, x, 3)
    expected = (G.mean((2, 3), keepdim=True) * A).sum(1)
    assert A.min() < 0  # the layer's own output, not what the ReLU made of it
    assert close(explain(net, x, layer).signed(3), expected, 1e-5)
    assert torch.equal(grad_cam(net, x, 3, layer), explain(net, x, layer).signed(3).relu())


def by_hand(net: nn.Module, layer: str, x: Tensor, c: int) -> tuple[Tensor, Tensor]:
    """Activation and gradient through plain autograd, for networks that do nothing in place."""
    kept = []
    handle = net.get_submodule(layer).register_forward_hook(lambda module, args, output: kept.append(output))
    logits = net(x)
    handle.remove()
    (G,) = torch.autograd.grad(logits[0, c], kept[0])
    return kept[0].detach(), G


def _block_with_bn3(self, x):
    out = self.bn3(self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x))))))
    out += x
    return self.relu(out)


def _block_with_bn3_out_of_place(self, x):
    return self.relu(self.bn3(self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))) + x)


@pytest.mark.parametrize("pixels", [False, True])
def test_an_auxiliary_classifier_that_rests_in_evaluation_mode_is_refused(pixels):
    net = torchvision.models.googlenet(weights=None, num_classes=5, aux_logits=True, init_weights=False)
    with pytest.raises(ValueError, match="layer 'aux1.conv' did not run during the forward pass"):
        explain(net, noise(1, 64), "aux1.conv", pixels=pixels)


def test_a_network_in_training_mode_that_would_return_a_tuple_is_explained_in_evaluation_mode():
    net = torchvision.models.googlenet(weights=None, num_classes=5, aux_logits=True, init_weights=False)
    assert grad_cam(net.train(), noise(1, 64), 0).shape == (1, 2, 2) and net.training


def test_a_layer_of_a_transformer_that_gives_a_map_can_be_named():
    net = torchvision.models.vit_b_32(weights=None, num_classes=5, image_size=64)
    assert grad_cam(net, noise(1, 64), 0, "conv_proj").shape == (1, 2, 2)
