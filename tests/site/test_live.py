"""What the page is told, and where its runtime comes from; without a browser."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from gradcam_lib.pictures.overlay import PALETTE
from gradcam_lib.pictures.samples import SAMPLES
from gradcam_lib.site import live, runtime
from gradcam_lib.widgets.methods import READINGS


def test_the_page_is_told_what_the_library_knows(site: Path) -> None:
    told = json.loads((site / "live" / "settings.json").read_text(encoding="utf-8"))
    assert [method["name"] for method in told["methods"]] == list(READINGS)
    assert all(method["reading"] for method in told["methods"])
    assert told["colours"]["heat"] == PALETTE.tolist()
    lite = told["networks"][0]
    assert lite["names"][134] != lite["names"][517], "two classes have the name crane"
    assert lite["transform"]["filter"] == "bicubic" and lite["transform"]["margin"] == [127, 127, 127]
    for network in told["networks"]:
        for file in (network["model"], network["head"]):
            assert (site / "live/models" / file["file"]).stat().st_size == file["bytes"]
    assert {each["name"] for each in told["samples"]} >= set(SAMPLES)
    assert all(each["alt"] and each["credit"] for each in told["samples"])


def test_without_npm_the_page_is_linked_to_a_public_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the hashes, and leave to fetch from that server and no other."""
    said: list[str] = []
    monkeypatch.setattr(runtime.shutil, "which", lambda name: None)
    monkeypatch.setattr(live, "cache_folder", lambda: tmp_path / "cache")
    found = live.place_runtime(tmp_path, said.append)
    assert "npm is not installed" in said[0] and "readers need the internet" in said[0]
    assert found["wasm"]["file"].startswith("https://cdn.jsdelivr.net/npm/onnxruntime-web@")
    assert all(file["integrity"].startswith("sha384-") for file in found.values())
    page = tmp_path / "index.html"
    for told, allowed in (
        (found, "connect-src 'self' https://cdn.jsdelivr.net;"),
        (runtime.described("runtime"), "connect-src 'self';"),
    ):
        page.write_text((live.PAGE / "index.html").read_text(encoding="utf-8"), encoding="utf-8")
        live.allow(page, told)
        assert allowed in page.read_text(encoding="utf-8")


def test_offline_nothing_is_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADCAM_OFFLINE", "1")
    monkeypatch.setattr(runtime.subprocess, "run", lambda *_, **__: pytest.fail("npm was started"))
    with pytest.raises(runtime.NoRuntime, match="GRADCAM_OFFLINE"):
        runtime.copy_runtime(tmp_path / "out", tmp_path / "cache")


def test_what_npm_says_when_it_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime.shutil, "which", lambda name: sys.executable)  # which knows no "pack"
    with pytest.raises(runtime.NoRuntime, match="npm did not fetch axe-core: .*pack"):
        runtime.fetch_package("axe-core", "4", tmp_path)


def test_a_runtime_with_another_hash_is_not_used(tmp_path: Path) -> None:
    for name, *_ in runtime.FILES.values():
        (tmp_path / name).write_bytes(b"something else")
    with pytest.raises(ValueError, match="expected sha384-"):
        runtime.copy_runtime(tmp_path / "out", tmp_path)
    assert not any((tmp_path / "out").iterdir())
