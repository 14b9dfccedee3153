"""Weight files: where they are looked for, and what is said when they are missing or wrong. No network."""

from __future__ import annotations

import hashlib
import http.server
import threading

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from gradcam_lib.networks import weights
from gradcam_lib.networks.weights import (
    SQUEEZENET,
    Release,
    WeightsMissing,
    WeightsWrong,
    cache_folder,
    check,
    download,
    fit,
    obtain,
    read_metadata,
    read_state,
    save_network,
)

DATA = bytes(range(256)) * 300
REFUSED = "http://127.0.0.1:9/file.bin"  # nothing listens there


def release(url: str = REFUSED, data: bytes = DATA) -> Release:
    return Release("file.bin", url, hashlib.sha256(data).hexdigest(), len(data))


@pytest.fixture(autouse=True)
def nowhere(monkeypatch, tmp_path):
    """No folder of weights, an empty cache; the network is refused by the address."""
    monkeypatch.delenv("GRADCAM_WEIGHTS", raising=False)
    monkeypatch.delenv("GRADCAM_OFFLINE", raising=False)
    monkeypatch.setattr(torch.hub, "_hub_dir", str(tmp_path / "hub"))


@pytest.fixture
def published(tmp_path) -> Release:
    """A release whose address is a file of this machine."""
    path = tmp_path / "published" / "file.bin"
    path.parent.mkdir()
    path.write_bytes(DATA)
    return release(path.as_uri())


def test_the_folder_comes_first_then_the_cache_then_the_download(published, tmp_path, monkeypatch):
    path, where = obtain(published)
    assert (path, where) == (cache_folder() / "file.bin", "downloaded")
    assert obtain(published) == (path, "from the cache")
    folder = tmp_path / "classroom"
    folder.mkdir()
    monkeypatch.setenv("GRADCAM_WEIGHTS", str(folder))
    assert obtain(published) == (path, "from the cache")
    (folder / "file.bin").write_bytes(DATA)
    assert obtain(published) == (folder / "file.bin", "from the folder GRADCAM_WEIGHTS")
    (folder / "net.safetensors").write_bytes(b"")
    assert obtain(published, ["net.safetensors"])[0] == folder / "net.safetensors"


def test_a_folder_that_is_none_is_an_error(published, monkeypatch, tmp_path):
    monkeypatch.setenv("GRADCAM_WEIGHTS", str(tmp_path / "absent"))
    with pytest.raises(NotADirectoryError, match="GRADCAM_WEIGHTS=.*absent"):
        obtain(published)


def test_offline_never_touches_the_network(published, monkeypatch):
    monkeypatch.setenv("GRADCAM_OFFLINE", "1")
    monkeypatch.setattr(weights, "download", lambda *_: pytest.fail("the network was touched"))
    with pytest.raises(WeightsMissing, match="GRADCAM_OFFLINE") as caught:
        obtain(published)
    assert (
        "by hand" in str(caught.value) and published.url in str(caught.value) and "GRADCAM_WEIGHTS" in str(caught.value)
    )


def test_no_network_says_what_to_fetch_and_where_to_put_it():
    with pytest.raises(WeightsMissing) as caught:
        obtain(release())
    message = str(caught.value)
    assert message.startswith("file.bin: not at hand, and it cannot be downloaded (")
    assert REFUSED in message and "GRADCAM_WEIGHTS" in message and str(cache_folder()) in message
    assert list(cache_folder().iterdir()) == []


def test_a_changed_download_is_not_kept(published):
    other = Release("file.bin", published.url, "0" * 64)
    with pytest.raises(WeightsMissing, match="SHA-256 differs"):
        obtain(other)
    assert list(cache_folder().iterdir()) == []


def test_a_download_that_breaks_off_leaves_nothing(tmp_path):
    class Half(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", str(len(DATA)))
            self.end_headers()
            self.wfile.write(DATA[: len(DATA) // 2])

        def log_message(self, *_):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Half) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        with pytest.raises(WeightsMissing):
            download(release(f"http://127.0.0.1:{server.server_port}/file.bin"), tmp_path / "kept" / "file.bin")
    assert list((tmp_path / "kept").iterdir()) == []


def test_an_answer_of_the_server_is_passed_on(tmp_path):
    with pytest.raises(WeightsMissing, match="cannot be downloaded"):
        download(release((tmp_path / "gone.bin").as_uri()), tmp_path / "file.bin")


def test_a_cache_that_cannot_be_written(published, monkeypatch, tmp_path):
    (tmp_path / "occupied").write_text("a file, no folder")
    monkeypatch.setattr(torch.hub, "_hub_dir", str(tmp_path / "occupied"))
    with pytest.raises(WeightsMissing, match="cache cannot be written .* by hand"):
        obtain(published)


def test_a_read_only_cache(published, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("builtins.open", refuse)  # root may write everywhere, so the folder's mode would not do
    with pytest.raises(WeightsMissing, match=r"cache cannot be written \(Permission denied\)"):
        obtain(published)


def test_nothing_is_printed_outside_a_terminal(published, capfd):
    obtain(published)
    assert capfd.readouterr() == ("", "")


def test_size_and_hash_are_checked(tmp_path):
    path = tmp_path / "file.bin"
    path.write_bytes(DATA)
    check(path, release())
    path.write_bytes(DATA[:-1])
    with pytest.raises(WeightsWrong, match="file.bin: 76,799 bytes instead of 76,800; delete it and fetch"):
        check(path, release())
    path.write_bytes(DATA[:-1] + b"x")
    with pytest.raises(WeightsWrong, match="file.bin: SHA-256 .* delete it and fetch"):
        check(path, release())


def test_torchvisions_file_names_carry_the_hash():
    found = Release.of_torchvision("https://download.pytorch.org/models/resnet18-f37072fd.pth")
    assert (found.file, found.sha256) == ("resnet18-f37072fd.pth", "f37072fd")
    assert Release.of_torchvision("https://example.org/plain.pth").sha256 == ""
    assert len(SQUEEZENET.sha256) == 64 and SQUEEZENET.url.endswith(SQUEEZENET.file)


# --- reading


def net() -> nn.Module:
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4))


@pytest.mark.parametrize("name", ["net.safetensors", "net.pth", "net.pt"])
def test_states_come_back(name, tmp_path):
    model, path = net(), tmp_path / name
    (save_file if path.suffix == ".safetensors" else torch.save)(model.state_dict(), path)
    twin = net()
    fit(twin, read_state(path), path)
    assert all(torch.equal(a, b) for a, b in zip(model.state_dict().values(), twin.state_dict().values(), strict=True))


@pytest.mark.parametrize("name", ["net.safetensors", "net.pth"])
@pytest.mark.parametrize("keep", [0, 10, 300])
def test_truncated_weights(name, keep, tmp_path):
    path = tmp_path / name
    (save_file if path.suffix == ".safetensors" else torch.save)(net().state_dict(), path)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(WeightsWrong, match=f"{name}: truncated, or no file of weights"):
        read_state(path)


class Trap:
    def __reduce__(self):
        return (exec, ("raise SystemExit('code ran while weights were read')",))


def test_a_pickle_cannot_run_code(tmp_path):
    path = tmp_path / "evil.pth"
    torch.save({"weight": Trap()}, path)
    with pytest.raises(WeightsWrong, match="evil.pth"):
        read_state(path)


def test_a_checkpoint_with_more_than_tensors(tmp_path):
    path = tmp_path / "checkpoint.pth"
    torch.save({"epoch": 3, "model": net().state_dict()}, path)
    with pytest.raises(WeightsWrong, match="checkpoint.pth: holds a dict, not a state_dict of tensors alone"):
        read_state(path)


def test_the_first_mismatch_is_named_and_nothing_is_copied():
    model, state = net(), net().state_dict()
    before = {k: v.clone() for k, v in model.state_dict().items()}
    wrong = {
        r"f.pth: no '1.bias', which Sequential needs": {k: v for k, v in state.items() if k != "1.bias"},
        r"f.pth: '0.weight' has shape \(4, 3, 1, 1\), Sequential needs \(4, 3, 3, 3\)": state
        | {"0.weight": torch.zeros(4, 3, 1, 1)},
        r"f.pth: '2.weight' is unknown to Sequential": state | {"2.weight": torch.zeros(1)},
    }
    for message, bad in wrong.items():
        with pytest.raises(WeightsWrong, match=message):
            fit(model, bad, "f.pth")
    assert all(torch.equal(before[k], v) for k, v in model.state_dict().items())


def test_files_from_before_batches_were_counted():
    fit(net(), {k: v for k, v in net().state_dict().items() if "num_batches" not in k}, "old.pth")


# --- writing


def test_saved_as_float16_with_metadata(tmp_path):
    model, path = net(), tmp_path / "new" / "net.safetensors"
    save_network(model, path, head="gap", names=["goldfish", "Katze"])
    assert read_metadata(path) == {"head": "gap", "names": ["goldfish", "Katze"]}
    state = read_state(path)
    assert state["0.weight"].dtype == torch.float16
    assert torch.equal(state["0.weight"], model[0].weight.half())
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_weights_too_large_for_float16_are_refused_and_the_old_file_stays(tmp_path):
    model, path = net(), tmp_path / "net.safetensors"
    save_network(model, path)
    old = path.read_bytes()
    with torch.no_grad():
        model[0].weight[0] = 1e6
    with pytest.raises(ValueError, match="'0.weight': not finite as float16"):
        save_network(model, path)
    assert path.read_bytes() == old


def test_metadata_of_other_files(tmp_path):
    path = tmp_path / "net.safetensors"
    save_file({"a": torch.zeros(1)}, path)
    assert read_metadata(path) == {}
    path.write_bytes(b"x" * 100)
    with pytest.raises(WeightsWrong, match="net.safetensors: truncated"):
        read_metadata(path)
