"""The app's command and its server: limits, places, doors; nothing listens here."""

from __future__ import annotations

from pathlib import Path

import pytest

from gradcam_lib.commands import app


def test_it_listens_on_this_machine_alone_unless_told_otherwise() -> None:
    args = app.arguments([])
    assert (args.ip, args.port, args.visitors, args.upload_mb, args.pictures) == ("127.0.0.1", 8866, 2, 20, None)
    assert app.arguments(["--ip", "0.0.0.0", "--visitors", "5"]).ip == "0.0.0.0"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (["--visitors", "0"], "'0': give a whole number from 1 to 100"),
        (["--upload-mb", "1e9"], "from 1 to 200"),
        (["--port", "70000"], "from 1 to 65535"),
        (["--pictures", "no/such"], "no such folder"),
    ],
)
def test_what_cannot_be_is_told(given: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        app.arguments(given)
    assert end.value.code == 2 and words in capsys.readouterr().err


def test_the_kernels_know_the_limits_and_share_the_cores(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    told = app.for_kernels(app.arguments(["--visitors", "3", "--upload-mb", "7", "--pictures", str(tmp_path)]), cores=8)
    assert told["GRADCAM_UPLOAD_MB"] == "7" and told["OMP_NUM_THREADS"] == "2"
    assert told["GRADCAM_PICTURES"] == str(tmp_path) and told["GRADCAM_SERVED"] == "1"
    assert "GRADCAM_PICTURES" not in app.for_kernels(app.arguments([]), cores=1)


def test_without_voila_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(app, "find_spec", lambda name: None)
    assert app.main([]) == 1
    assert "pip install voila" in capsys.readouterr().err


@pytest.fixture
def serving():
    pytest.importorskip("voila")
    from gradcam_lib.commands import serving

    return serving


def test_no_file_of_the_server_can_be_asked_for(serving) -> None:
    told = serving.settings(ip="127.0.0.1", port=1, visitors=3, megabytes=20, browser=False)
    assert told.VoilaConfiguration.file_allowlist == ["(?!)"]
    assert told.Voila.tornado_settings["websocket_max_message_size"] == 21_000_000
    assert not told.Voila.tornado_settings["allow_remote_access"]
    told_otherwise = serving.settings(ip="0.0.0.0", port=1, visitors=3, megabytes=20, browser=False)
    assert told_otherwise.Voila.tornado_settings["allow_remote_access"]
    assert told.Places.visitors == 3 and told.Places.cull_connected and not told.VoilaConfiguration.show_tracebacks
    assert Path(app.NOTEBOOK).is_file()


def test_who_finds_no_place_is_told(serving) -> None:
    assert "for 2 visitors at a time, and every place is taken" in serving.full_page(2)
    assert "for one visitor at a time" in serving.full_page(1) and 'http-equiv="refresh"' in serving.full_page(1)
    assert "needs JavaScript" in serving.door_page()


def test_a_page_has_our_part_of_the_template(serving) -> None:
    server = serving.Server()
    server.initialize([str(app.NOTEBOOK)])
    assert server.template_paths[0] == str(serving.SERVED)
    assert {file.name for file in serving.SERVED.iterdir()} == {"index.html.j2", "visit.js", "waiting.js"}
