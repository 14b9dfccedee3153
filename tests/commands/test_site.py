"""The command that builds the site: what it refuses before the work."""

from __future__ import annotations

from pathlib import Path

import pytest

from gradcam_lib.commands import site as command


def test_the_command_refuses_a_folder_that_holds_something_else(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    (tmp_path / "letters.txt").write_text("dear diary")
    assert command.main(["--out", str(tmp_path)]) == 1
    assert "holds something else" in capsys.readouterr().err
    assert command.main(["--out", str(tmp_path / "letters.txt")]) == 1
    assert "this is a file" in capsys.readouterr().err


def test_the_command_says_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "find_spec", lambda name: None)
    assert "onnx and onnxscript and myst_nb: not installed; install what the site needs" in command.refused(tmp_path)


def test_an_empty_folder_and_an_earlier_site_are_fine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "find_spec", lambda name: name)
    assert command.refused(tmp_path) == command.refused(tmp_path / "new") == ""
    (tmp_path / "live").mkdir()
    (tmp_path / "live" / "index.html").touch()
    assert command.refused(tmp_path) == ""
