"""Classifiers by name, with weights written here; the published SqueezeNet only where GRADCAM_WEIGHTS holds it."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from support.squeezenet_file import whole_squeezenet

from gradcam_lib import classifier, explain
from gradcam_lib.networks import zoo
from gradcam_lib.networks.efficientnet_lite import EfficientNetLite0
from gradcam_lib.networks.photonet import PhotoNet
from gradcam_lib.networks.squeezenet import imagenet_names
from gradcam_lib.networks.weights import SQUEEZENET, Release, WeightsMissing, WeightsWrong
from gradcam_lib.networks.zoo import Classifier, load_classifier, load_photonet, save_photonet
from gradcam_lib.paths import MODELS, ROOT
from gradcam_lib.pictures.images import Transform, seen
from gradcam_lib.pictures.samples import collage, sample

REAL = Path(os.environ.get("GRADCAM_WEIGHTS") or "/nowhere", SQUEEZENET.file)  # before the fixture hides it
NAMES = ["goldfish", "Egyptian cat", "crane", "Cardigan", "cardigan", "crane"]


@pytest.fixture(scope="module")
def shipped(tmp_path_factory) -> Path:
    """Two PhotoNets with random weights, as the repository ships trained ones."""
    models = tmp_path_factory.mktemp("models")
    torch.manual_seed(1)
    save_photonet(PhotoNet(len(NAMES), "fc"), models / "photonet.safetensors", NAMES)
    save_photonet(PhotoNet(len(NAMES), "gap"), models / "photonet_gap.safetensors", NAMES)
    return models


@pytest.fixture(autouse=True)
def folder(monkeypatch, tmp_path, shipped) -> Path:
    """An empty folder of weights, an empty cache, random PhotoNets in place of the shipped ones, no network."""
    (tmp_path / "weights").mkdir()
    monkeypatch.setenv("GRADCAM_WEIGHTS", str(tmp_path / "weights"))
    monkeypatch.setenv("GRADCAM_OFFLINE", "1")
    monkeypatch.setattr(torch.hub, "_hub_dir", str(tmp_path / "hub"))
    monkeypatch.setattr("gradcam_lib.networks.weights.MODELS", shipped)
    return tmp_path / "weights"


@pytest.fixture
def synthetic(monkeypatch, folder) -> dict[str, np.ndarray]:
    """A file in the layout of the published SqueezeNet, in the folder of weights; its arrays."""
    data, arrays = whole_squeezenet()
    monkeypatch.setattr(
        zoo, "SQUEEZENET", Release(SQUEEZENET.file, SQUEEZENET.url, hashlib.sha256(data).hexdigest(), len(data))
    )
    (folder / SQUEEZENET.file).write_bytes(data)
    return arrays


# --- what belongs to a classifier


@pytest.mark.parametrize(("name", "head"), [("photonet", "fc"), ("photonet_gap", "gap")])
def test_photonet(name, head):
    clf = load_classifier(name)
    assert isinstance(clf.model, PhotoNet) and not clf.model.training
    assert clf.names == NAMES and clf.layer == "features"
    assert "PhotoNet" in clf.source and "\n" not in clf.source and str(ROOT) not in clf.source
    assert next(clf.model.parameters()).dtype == torch.float32
    x = clf.to_input(sample("cat"))
    assert x.shape == (1, 3, 64, 64) and clf.model(x).shape == (1, len(NAMES))
    assert clf.to_input(sample("cat"), size=96).shape == (1, 3, 96, 96)


def test_the_picture_is_what_the_network_sees():
    clf = load_classifier("photonet")
    image = sample("coffee")
    assert np.array_equal(clf.picture(clf.to_input(image)), seen(image, clf.transform))
    assert np.array_equal(clf.picture(clf.to_input(image, size=128)), seen(image, clf.transform.at(128)))


def test_input_follows_the_model():
    clf = load_classifier("photonet")
    clf.model.bfloat16()
    assert clf.to_input(sample("cat")).dtype == torch.bfloat16
    assert clf.to_input(sample("cat"), device="meta").device.type == "meta"


def test_index():
    clf = load_classifier("photonet")
    assert clf.index("goldfish") == clf.index(" GOLDFISH ") == clf.index(0) == clf.index(np.int64(0)) == 0
    assert (clf.index("Cardigan"), clf.index("cardigan")) == (3, 4)


@pytest.mark.parametrize(
    ("label", "error", "message"),
    [
        ("goldfisch", ValueError, "'goldfisch'.*near: 'goldfish'"),
        ("cat", ValueError, "'Egyptian cat'"),
        ("crane", ValueError, r"'crane'.*\[2, 5\]"),
        ("CARDIGAN", ValueError, r"\[3, 4\]"),
        (6, IndexError, "class 6.*0 … 5"),
        (-1, IndexError, "class -1.*0 … 5"),
        (True, TypeError, "True"),
        (1.0, TypeError, "1.0"),
    ],
)
def test_labels_that_name_no_class(label, error, message):
    with pytest.raises(error, match=message):
        load_classifier("photonet").index(label)


def test_top():
    clf = load_classifier("photonet_gap")
    x = clf.to_input(sample("cat"))
    ranked = clf.top(x, k=3)
    p = clf.model(x).softmax(1)[0]
    assert [q for _, q in ranked] == pytest.approx(p.sort(descending=True).values[:3].tolist())
    assert ranked[0][0] == NAMES[p.argmax()]
    assert len(clf.top(x, k=99)) == len(NAMES) and sum(q for _, q in clf.top(x, k=99)) == pytest.approx(1)
    with pytest.raises(ValueError, match=r"\(2, 3, 64, 64\): give one picture"):
        clf.top(torch.cat([x, x]))


# --- PhotoNet's files


def test_a_photonet_comes_back_from_its_file(tmp_path):
    torch.manual_seed(0)
    model = PhotoNet(3, "gap").eval()
    save_photonet(model, tmp_path / "mine.safetensors", ["a", "b", "c"])
    loaded, names = load_photonet(tmp_path / "mine.safetensors")
    x = torch.randn(1, 3, 64, 64)
    assert names == ["a", "b", "c"]
    assert torch.allclose(loaded(x), model(x), atol=1e-2)  # float16 on disk
    assert load_classifier("photonet_gap", weights=tmp_path / "mine.safetensors").names == names


def test_a_photonet_of_ones_own_goes_before_the_shipped_one(folder):
    save_photonet(PhotoNet(2, "fc"), folder / "photonet.safetensors", ["yes", "no"])
    clf = load_classifier("photonet")
    assert clf.names == ["yes", "no"] and "GRADCAM_WEIGHTS" in clf.source


def test_wrong_photonets(tmp_path, monkeypatch, shipped):
    models = shutil.copytree(shipped, tmp_path / "models")
    monkeypatch.setattr("gradcam_lib.networks.weights.MODELS", models)
    with pytest.raises(WeightsWrong, match="photonet.safetensors: has the head 'fc', 'gap' was asked for"):
        load_classifier("photonet_gap", weights=models / "photonet.safetensors")
    save_file({"a": torch.zeros(1)}, tmp_path / "other.safetensors")
    with pytest.raises(WeightsWrong, match="other.safetensors: no head and names .* no PhotoNet"):
        load_photonet(tmp_path / "other.safetensors")
    with open(models / "photonet.safetensors", "r+b") as file:
        file.truncate(1000)
    with pytest.raises(WeightsWrong, match="photonet.safetensors: truncated"):
        load_classifier("photonet")
    (models / "photonet_gap.safetensors").unlink()
    with pytest.raises(FileNotFoundError, match="photonet_gap.safetensors: not there; get it back .*training.photonet"):
        load_classifier("photonet_gap")


@pytest.mark.parametrize("name", ["photonet", "photonet_gap"])
def test_the_shipped_photonets(name, monkeypatch):
    monkeypatch.setattr("gradcam_lib.networks.weights.MODELS", MODELS)
    assert (MODELS / f"{name}.safetensors").stat().st_size <= 3_000_000
    clf = load_classifier(name)
    assert len(clf.names) == 40
    assert clf.top(clf.to_input(sample("coffee")), k=1)[0][0] == "espresso"
    assert clf.index("Egyptian cat") in [clf.index(n) for n, _ in clf.top(clf.to_input(sample("cat")), k=3)]


QUIET = "import sys; from gradcam_lib import explain, load_classifier, load_captioner, load_vqa; "
QUIET += "from gradcam_lib.pictures.samples import sample; cat = sample('cat'); "
CLASSIFIED = "c = load_classifier({!r}, weights={!r}); x = c.to_input(cat); c.top(x); explain(c, x).map('goldfish'); "


def test_the_networks_of_the_course_need_no_torchvision():
    """It takes five seconds to import, in every kernel and at every command; others take one or two."""
    pairs = [("photonet", "default"), ("squeezenet", None), ("auto", "default")]
    check_quiet("".join(CLASSIFIED.format(*pair) for pair in pairs))


@pytest.mark.skipif(not REAL.is_file(), reason=f"{SQUEEZENET.file} is not in the folder GRADCAM_WEIGHTS")
def test_what_looks_through_the_published_squeezenet_needs_no_torchvision(monkeypatch):
    monkeypatch.setenv("GRADCAM_WEIGHTS", str(REAL.parent))
    code = CLASSIFIED.format("auto", "default") + "assert 'SqueezeNet' in c.source; "
    code += "load_captioner('photo').explain(cat).word(0); load_vqa('photo').explain(cat, 'what is this?'); "
    check_quiet(code)


def check_quiet(code: str) -> None:
    heavy = "sorted({'torchvision', 'matplotlib', 'scipy', 'skimage', 'pandas', 'ipywidgets'} & set(sys.modules))"
    code = f"{QUIET}{code}sys.exit(str(found) if (found := {heavy}) else 0)"
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True, cwd=ROOT, timeout=120)


# --- SqueezeNet


def test_squeezenet_from_a_folder(synthetic):
    clf = load_classifier("squeezenet")
    assert clf.layer == "features" and len(clf.names) == 1000 and clf.names[285] == "Egyptian cat"
    assert "Deep Compression" in clf.source and "GRADCAM_WEIGHTS" in clf.source
    assert np.array_equal(clf.model.state_dict()["classifier.1.weight"].numpy(), synthetic["classifier.1.weight"])
    assert clf.transform == Transform(256, 227) and not clf.model.training
    assert load_classifier("auto").source == clf.source


def test_auto_falls_back_and_says_why():
    clf = load_classifier("auto")
    assert isinstance(clf.model, EfficientNetLite0) and clf.names == imagenet_names()
    assert clf.source.startswith("EfficientNet-Lite0")
    assert clf.source.endswith("SqueezeNet is not at hand, and GRADCAM_OFFLINE forbids the network")


def test_auto_without_a_network(monkeypatch):
    monkeypatch.delenv("GRADCAM_OFFLINE")
    refused = Release(SQUEEZENET.file, "http://127.0.0.1:9/" + SQUEEZENET.file, SQUEEZENET.sha256, SQUEEZENET.size)
    monkeypatch.setattr(zoo, "SQUEEZENET", refused)
    assert "SqueezeNet is not at hand, and it cannot be downloaded" in load_classifier("auto").source
    with pytest.raises(WeightsMissing, match="compressed_SqueezeNet.net: not at hand.*by hand.*GRADCAM_WEIGHTS"):
        load_classifier("squeezenet")


@pytest.mark.parametrize("name", ["squeezenet", "auto"])
def test_a_wrong_squeezenet_is_never_passed_over(name, synthetic, folder):
    path = folder / SQUEEZENET.file
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(WeightsWrong, match=f"{SQUEEZENET.file}: .* bytes instead of .*; delete it and fetch"):
        load_classifier(name)


@pytest.mark.skipif(not REAL.is_file(), reason=f"{SQUEEZENET.file} is not in the folder GRADCAM_WEIGHTS")
def test_the_published_squeezenet_sees_what_it_must():
    clf = load_classifier("squeezenet", weights=REAL)
    expected = [
        ("cat", "Egyptian cat", 0.72),
        ("coffee", "espresso", 0.87),
        ("motorcycle", "moped", 0.55),
        ("camera", "tripod", 0.99),
        ("grace_hopper", "bow tie", 0.57),
    ]
    for picture, name, p in expected:
        (first, q), *_ = clf.top(clf.to_input(sample(picture)), k=1)
        assert (first, round(q, 2)) == (name, p)
    both = [n for n, _ in clf.top(clf.to_input(collage(sample("cat"), sample("grace_hopper"))), k=3)]
    assert both[0] == "Egyptian cat" and "bow tie" in both


# --- torchvision's networks


def test_random_weights_are_the_same_every_time_and_leave_the_callers_numbers_alone():
    torch.manual_seed(7)
    expected = torch.rand(1)
    torch.manual_seed(7)
    a, b = (load_classifier("resnet18", weights=None).model.state_dict() for _ in range(2))
    assert torch.rand(1) == expected
    assert all(torch.equal(x, y) for x, y in zip(a.values(), b.values(), strict=True))


@pytest.mark.parametrize(
    ("name", "transform"),
    [
        ("resnet18", Transform(256, 224)),
        ("googlenet", Transform(256, 224)),
        ("inception_v3", Transform(342, 299)),
        ("efficientnet_b0", Transform(256, 224, filter="bicubic")),
        ("squeezenet1_1", Transform(256, 224)),
    ],
)
def test_torchvision_by_name(name, transform):
    clf = load_classifier(name, weights=None)
    assert isinstance(clf, Classifier) and len(clf.names) == 1000 and not clf.model.training
    assert clf.transform == transform
    assert clf.layer in dict(clf.model.named_modules())
    assert clf.source.startswith(f"{name} of torchvision") and clf.source.endswith("weights random")
    assert clf.model(clf.to_input(sample("cat"), size=96)).shape == (1, 1000)


def test_a_transformer_has_no_layer_but_can_be_loaded():
    assert load_classifier("vit_b_32", weights=None).layer is None


@pytest.mark.parametrize("suffix", [".safetensors", ".pth"])
def test_torchvision_from_a_folder(suffix, folder):
    state = load_classifier("squeezenet1_1", weights=None).model.state_dict()
    state["classifier.1.bias"] += 1
    path = folder / f"squeezenet1_1{suffix}"
    (save_file if suffix == ".safetensors" else torch.save)(state, path)
    clf = load_classifier("squeezenet1_1")
    assert torch.equal(clf.model.state_dict()["classifier.1.bias"], state["classifier.1.bias"])
    assert clf.source == "squeezenet1_1 of torchvision (IMAGENET1K_V1), weights from the folder GRADCAM_WEIGHTS"


def test_published_names_of_older_files(folder):
    old = {"features.denseblock1.denselayer1.norm.1.weight": 1, "features.norm0.weight": 2, "aux1.conv.weight": 3}
    new = {"features.denseblock1.denselayer1.norm1.weight": 1, "features.norm0.weight": 2}
    assert zoo._published_names(old) == new


def test_the_file_of_another_network_names_the_first_mismatch(folder):
    torch.save(load_classifier("squeezenet1_1", weights=None).model.state_dict(), folder / "squeezenet1_0.pth")
    message = r"squeezenet1_0.pth: 'features.0.weight' has shape \(64, 3, 3, 3\), SqueezeNet needs \(96, 3, 7, 7\)"
    with pytest.raises(WeightsWrong, match=message):
        load_classifier("squeezenet1_0")


def test_torchvision_offline_says_what_to_fetch():
    with pytest.raises(WeightsMissing, match="resnet18-f37072fd.pth: not at hand.*https://.*GRADCAM_WEIGHTS"):
        load_classifier("resnet18")


# --- another number of classes

FIVE = ["ant", "bee", "fly", "moth", "wasp"]


@pytest.fixture
def mine(tmp_path) -> Path:
    """A file of weights for five classes, as ``torch.save(model.state_dict(), …)`` writes it."""
    torch.save(load_classifier("resnet18", weights=None, names=FIVE).model.state_dict(), tmp_path / "my5.pth")
    return tmp_path / "my5.pth"


def test_a_network_of_torchvision_with_classes_of_ones_own(mine):
    state = torch.load(mine)
    state["fc.bias"] += torch.arange(5)
    torch.save(state, mine)
    clf = load_classifier("resnet18", weights=mine, names=FIVE)
    assert clf.names == FIVE and clf.layer == "layer4" and not clf.model.training
    assert torch.equal(clf.model.fc.bias, state["fc.bias"])
    assert clf.source == "resnet18 of torchvision (5 classes), weights from a file of your own"
    x = clf.to_input(sample("cat"), size=64)
    assert clf.index("moth") == 3 and len(clf.top(x, 9)) == 5
    assert explain(clf, x).map("moth").shape == (1, 2, 2)


@pytest.mark.parametrize("name", ["densenet121", "googlenet", "mobilenet_v2", "vgg11", "vit_b_32", "squeezenet1_1"])
def test_the_head_of_every_family_is_built_for_the_names(name):
    x = torch.zeros(1, 3, 224, 224, device="meta")
    assert load_classifier(name, weights=None, names=FIVE, device="meta").model(x).shape == (1, 5)


def test_a_file_of_five_classes_without_their_names_says_what_to_do(mine):
    shapes = r"my5.pth: 'fc.weight' has shape \(5, 512\), ResNet needs \(1000, 512\)"
    with pytest.raises(WeightsWrong, match=shapes + "; it was made for 5 classes: pass names= with their 5 names"):
        load_classifier("resnet18", weights=mine)
    with pytest.raises(WeightsWrong, match=r"needs \(2, 512\); it was made for 5 classes: pass names="):
        load_classifier("resnet18", weights=mine, names=["yes", "no"])


def test_a_file_of_a_head_of_ones_own_says_what_to_do(tmp_path):
    model = load_classifier("resnet18", weights=None).model
    model.fc = torch.nn.Sequential(torch.nn.Dropout(), torch.nn.Linear(512, 5))
    torch.save(model.state_dict(), tmp_path / "deep.pth")
    with pytest.raises(
        WeightsWrong, match=r"deep.pth: no 'fc.weight'.*built .* yourself, .* classifier\(model, names\)"
    ):
        load_classifier("resnet18", weights=tmp_path / "deep.pth", names=FIVE)
    assert classifier(model, FIVE).names == FIVE


@pytest.mark.parametrize("name", ["resnet18", "squeezenet", "photonet"])
def test_other_names_for_the_published_classes_must_be_as_many(name):
    with pytest.raises(ValueError, match="names= of 5 classes for weights of .*: give .* names, a file of your own"):
        load_classifier(name, names=FIVE)


@pytest.mark.parametrize("name", ["resnet18", "squeezenet", "photonet"])
def test_a_missing_file_of_weights_is_named(name, tmp_path):
    with pytest.raises(FileNotFoundError, match="weights .*none.pth: no such file; give a file, 'default', or None"):
        load_classifier(name, weights=tmp_path / "none.pth")


@pytest.mark.parametrize("name", ["squeezenet", "photonet"])
def test_the_networks_of_the_course_with_classes_of_ones_own(name, tmp_path):
    clf = load_classifier(name, weights=None, names=FIVE)
    assert clf.names == FIVE and "(5 classes" in clf.source
    assert clf.model(clf.to_input(sample("cat"))).shape == (1, 5)


def test_the_classes_of_a_photonet_can_be_renamed():
    names = [f"{name}!" for name in NAMES]
    assert load_classifier("photonet", names=names).names == names


def test_squeezenet_from_a_file_of_ones_own(tmp_path):
    made = load_classifier("squeezenet", weights=None, names=FIVE)
    save_file(made.model.state_dict(), tmp_path / "insects.safetensors")
    clf = load_classifier("squeezenet", weights=tmp_path / "insects.safetensors", names=FIVE)
    assert "from a file of your own" in clf.source
    with pytest.raises(WeightsWrong, match=r"'classifier.1.weight' has shape \(5, 512, 1, 1\).* pass names="):
        load_classifier("squeezenet", weights=tmp_path / "insects.safetensors")


@pytest.mark.parametrize(("name", "near"), [("resnet81", "'resnet18'"), ("Photonet", "'photonet'"), ("Auto", "'auto'")])
def test_unknown_names_offer_near_ones(name, near):
    with pytest.raises(ValueError, match=f"classifier '{name}': no such name; near: .*{near}"):
        load_classifier(name)


def test_auto_with_weights_of_ones_own_is_ambiguous():
    with pytest.raises(ValueError, match="say which network"):
        load_classifier("auto", weights=None)
    with pytest.raises(ValueError, match="names= with name='auto': say which network"):
        load_classifier("auto", names=["yes", "no"])
