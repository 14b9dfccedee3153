"""start.py: what it decides, without installing anything."""

from __future__ import annotations

import ast
import importlib.util
import json
import os
import subprocess
import sys
from collections import namedtuple
from pathlib import Path
from types import ModuleType

import pytest

from gradcam_lib.paths import ROOT

SCRIPT = ROOT / "start.py"
READY = {"files": "f", "python": "3.12", "folder": "here", "extra": "test"}


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module, with an environment folder of its own."""
    spec = importlib.util.spec_from_file_location("start", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "VENV", tmp_path)
    monkeypatch.setattr(module, "STAMP", tmp_path / "set-up.json")
    return module


def test_an_old_python_can_read_the_script() -> None:
    text = SCRIPT.read_text(encoding="ascii")  # Python 2 stops at the first other letter
    tree = ast.parse(text, feature_version=(3, 4))
    too_new = (ast.JoinedStr, ast.AnnAssign, ast.NamedExpr, ast.Match, ast.Nonlocal, ast.AsyncFunctionDef)
    assert [node.lineno for node in ast.walk(tree) if isinstance(node, too_new)] == []
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    assert [f.name for f in functions if f.returns or f.args.kwonlyargs or any(a.annotation for a in f.args.args)] == []


def test_an_old_python_is_told_so_before_anything_else() -> None:
    pretend = "import sys; sys.version_info = (3, 8, 10, 'final', 0); exec(open('start.py').read())"
    ran = subprocess.run([sys.executable, "-c", pretend], cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 1
    assert ran.stderr.startswith("The tutorial needs Python 3.10 or newer, and this is 3.8")
    assert "python3.12 start.py lab" in ran.stderr


@pytest.mark.parametrize(
    ("found", "changes", "step"),
    [
        (READY, {}, ""),
        (READY, {"python": ""}, "make"),  # missing or broken
        (READY, {"python": "3.13"}, "make"),  # the system's Python was updated beneath it
        (READY, {"folder": "elsewhere"}, "make"),  # the repository was moved
        (READY, {"files": "other"}, "install"),
        ({**READY, "extra": ""}, {}, "install"),  # lab was set up, test is wanted
        ({}, {}, "install"),  # an environment made by hand
        ({}, {"python": ""}, "make"),
        ({"unfinished": True, "extra": "test"}, {}, "make"),  # interrupted
    ],
)
def test_the_next_step(start: ModuleType, found: dict, changes: dict, step: str) -> None:
    assert start.next_step(found, {**READY, **changes}) == step


def test_what_was_installed_once_stays(start: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    installed: list[str] = []
    monkeypatch.setattr(start, "venv_python", lambda: "3.12")
    monkeypatch.setattr(start, "install", installed.append)
    start.set_up("")
    start.set_up("")
    assert installed == [""], "nothing changed: nothing to do"
    start.set_up("test")
    start.set_up("")
    start.set_up("test")
    assert installed == ["", "test"], "lab after test does not install again"
    start.STAMP.write_text(json.dumps({**json.loads(start.STAMP.read_text()), "files": "of last week"}))
    start.set_up("")
    assert installed == ["", "test", "test"], "the test tools move with the rest"
    start.set_up("site")
    start.set_up("app")
    assert installed == ["", "test", "test"], "who can test has what the site and the app need"
    start.STAMP.write_text(json.dumps({**json.loads(start.STAMP.read_text()), "extra": ""}))
    start.set_up("site")
    start.set_up("app")
    start.set_up("site")
    assert installed == ["", "test", "test", "site", "app,site"]


def test_groups_of_packages_add_up(start: ModuleType) -> None:
    assert start.groups("", "") == "" and start.groups("", "app") == start.groups("app", "") == "app"
    assert start.groups("app,else", "app") == start.groups("app", "else") == "app,else"
    assert start.groups("app", "test") == start.groups("test", "app") == "test", "which brings all others"


def test_an_interruption_is_remembered(start: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(extra: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(start, "venv_python", lambda: "3.12")
    monkeypatch.setattr(start, "install", stop)
    with pytest.raises(SystemExit, match="Stopped. The next run makes the environment anew"):
        start.set_up("")
    assert start.next_step(start.read_stamp(), start.make_stamp("", "3.12")) == "make"


def test_a_full_disk_is_noticed_before_the_download(start: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "free")
    monkeypatch.setattr(start.shutil, "disk_usage", lambda path: usage(5e8))
    with pytest.raises(SystemExit, match=r"0.5 GB are free, about \d GB are needed(.|\n)*larger disk"):
        start.check_space()


def test_a_folder_that_cannot_be_written_to(start: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start, "venv_python", lambda: "3.12")
    monkeypatch.setattr(start, "STAMP", start.VENV / "no" / "such" / "folder")
    monkeypatch.setattr(start, "install", lambda extra: None)
    with pytest.raises(SystemExit, match="Set-up failed"):
        start.set_up("")


def test_a_damaged_stamp_counts_as_none(start: ModuleType) -> None:
    start.STAMP.write_text("{")
    assert start.read_stamp() == {}


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        ("OSError: [Errno 28] No space left on device", "disk"),
        ("error: failed to write: No space left on device (os error 28)", "disk"),
        ("The virtual environment was not created successfully because ensurepip is not available.", "venv"),
        ("No module named venv", "venv"),
        ("[Errno 30] Read-only file system: '.venv'", "rights"),
        ("PermissionError: [WinError 5] Access is denied", "rights"),
        ("error: error sending request for url: dns error: failed to lookup address", "network"),
        ("WARNING: Retrying after connection broken by\nERROR: No matching distribution found for uv", "network"),
        ("hint: Packages were unavailable because the network was disabled", "network"),
        ("ERROR: No matching distribution found for torch", "release"),
        ("No solution found when resolving dependencies: no wheels with a matching Python tag", "release"),
        ("Segmentation fault", ""),
    ],
)
def test_the_cause_of_a_failure(start: ModuleType, said: str, cause: str) -> None:
    assert start.cause(said) == cause
    with pytest.raises(SystemExit) as end:
        start.give_up("it broke", said)
    assert start.WAYS_OUT[cause] in str(end.value.code)


def test_jupyterlab_is_for_this_machine_only_and_opens_the_first_notebook(start: ModuleType) -> None:
    arguments = start.lab_arguments([], is_root=False, has_screen=True)
    assert "--ip=127.0.0.1" in arguments
    assert "--LabApp.default_url=/lab/tree/notebooks/00_start_here.ipynb" in arguments
    assert not {"--allow-root", "--no-browser"} & set(arguments)
    assert {"--allow-root", "--no-browser"} <= set(start.lab_arguments([], is_root=True, has_screen=True))
    assert "--no-browser" in start.lab_arguments([], is_root=False, has_screen=False)


def test_the_readers_arguments_win(start: ModuleType) -> None:
    arguments = start.lab_arguments(["--ip=0.0.0.0", "notebooks/03_cam.ipynb"], is_root=False, has_screen=True)
    assert [argument for argument in arguments if argument.startswith("--ip")] == ["--ip=0.0.0.0"]
    assert "--LabApp.default_url=/lab/tree/notebooks/03_cam.ipynb" in arguments


def test_large_uploads_arrive_and_the_widgets_know(start: ModuleType) -> None:
    command = start.lab_arguments([], is_root=False, has_screen=True)
    (setting,) = [argument for argument in command if argument.startswith("--ServerApp.tornado_settings=")]
    assert ast.literal_eval(setting.split("=", 1)[1]) == {"websocket_max_message_size": 209715200}
    assert start.told(command)["GRADCAM_UPLOAD_MB"] == "200"
    own = start.lab_arguments(["--ServerApp.tornado_settings={}"], is_root=False, has_screen=True)
    assert "GRADCAM_UPLOAD_MB" not in start.told(own), "the reader's setting wins, and is not known"


def test_each_verb_runs_its_command_where_it_should(
    start: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[tuple] = []

    class Child:
        def __init__(self, command: list[str], cwd: str, env: dict[str, str]) -> None:
            ran.append((command[1:], cwd, env))

        def wait(self) -> int:
            return 5

    monkeypatch.setattr(start.subprocess, "Popen", Child)
    monkeypatch.setattr(start, "set_up", lambda extra="": ran.append(extra))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GRADCAM_WEIGHTS", "weights")
    monkeypatch.setenv("PYTHONWARNINGS", "ignore")
    assert start.main(["explain", "cat.png", "--target", "tabby"]) == 5
    assert start.main(["test", "-x"]) == 5
    assert start.main(["notebooks", "04"]) == 5
    assert start.main(["doctor", "cat.png"]) == 5
    assert start.main(["site", "--out", "pages"]) == 5
    assert start.main(["app", "--visitors", "3"]) == 5
    assert [extra for extra in ran if isinstance(extra, str)] == ["", "test", "", "", "site", "app"]
    [explain, test, again, doctor, site, app] = [call for call in ran if isinstance(call, tuple)]
    assert explain[:2] == (["-m", "gradcam_lib", "explain", "cat.png", "--target", "tabby"], str(tmp_path))
    assert test[:2] == (["-m", "pytest", "-n", "auto", "-x"], str(ROOT))
    assert again[:2] == (["-m", "gradcam_lib.notebooks", "04"], str(ROOT))
    assert doctor[:2] == (["-m", "gradcam_lib", "doctor", "cat.png"], str(tmp_path))
    assert site[:2] == (["-m", "gradcam_lib.commands.site", "--out", "pages"], str(tmp_path))
    assert app[:2] == (["-m", "gradcam_lib.commands.app", "--visitors", "3"], str(tmp_path))
    env = test[2]
    assert env["PATH"].split(os.pathsep)[0] == os.path.dirname(start.PYTHON)
    assert env["VIRTUAL_ENV"] == str(start.VENV)
    assert env["GRADCAM_WEIGHTS"] == str(tmp_path / "weights"), "meant from where the reader stands"
    assert env["PYTHONWARNINGS"] == "ignore" and explain[2]["GRADCAM_COMMAND"] == "python3 start.py"


def test_an_unknown_verb_shows_the_verbs(start: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert start.main(["lob"]) == start.main([]) == 2
    assert start.main(["--help"]) == 0
    assert "start.py lab" in capsys.readouterr().out


def test_a_report_goes_beside_the_reader_unless_told_otherwise(start: ModuleType) -> None:
    failures = ["-m", "gradcam_lib.evaluate", "failures"]
    assert start.report(["pictures"]) == [*failures, "--data", "pictures", "--out", "gradcam_report"]
    for out in (["--out", "there"], ["--out=there"]):
        assert start.report(["pictures", *out]) == [*failures, "--data", "pictures", *out]
    assert start.report([]) == start.report(["--model", "auto"]) == [*failures, "-h"]
