"""The command as a user gives it: whole runs, runs that were ended, runs that are refused."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from support.annotated_made import coco, voc

from gradcam_lib.evaluate import __main__ as command
from gradcam_lib.evaluate.run import Run
from gradcam_lib.paths import ROOT

N = 9  # of the 9 pictures PhotoNet knows the things of 6
AS_IF_TYPED = (
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    "import runpy; runpy.run_module('gradcam_lib.evaluate', run_name='__main__', alter_sys=True)"
)
METHODS = ("grad_cam", "random", "whole_picture")


def given(data: Path, out: Path, *more: str, experiment: str = "pointing") -> list[str]:
    said = [experiment, "--model", "photonet", "--data", str(data), "--out", str(out), "--batch", "2"]
    return [*said, "--methods", *METHODS, *more]


def table(out: Path) -> list[dict[str, str]]:
    with (out / "pictures.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def torchrun(*said: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2", *said]
    env = os.environ | {"OMP_NUM_THREADS": "1"}
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=280, env=env)


def everything(out: Path) -> tuple[str, ...]:
    return tuple((out / name).read_text(encoding="utf-8") for name in ("pictures.csv", "summary.json", "summary.md"))


def test_a_run_leaves_a_row_for_each_picture_and_a_summary(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(given(voc(tmp_path / "data", N), tmp_path / "out")) == 0
    rows, summary = table(tmp_path / "out"), json.loads((tmp_path / "out" / "summary.json").read_text("utf-8"))
    assert [row["picture"] for row in rows] == ["0000", "0001", "0003", "0004", "0006", "0007"]
    hits = [int(row["grad_cam|hit"]) for row in rows]
    assert summary["grad_cam"]["hit"]["value"] == pytest.approx(sum(hits) / 6, abs=1e-4) and summary["n"] == 6
    assert summary["whole_picture"]["energy"]["value"] == pytest.approx(summary["share_of_picture"]["value"], abs=1e-3)
    assert summary["command"].startswith(
        "python -m gradcam_lib.evaluate pointing --model photonet --data DATA --out OUT"
    )
    assert str(tmp_path) not in "".join(everything(tmp_path / "out"))
    assert "| grad_cam |" in capsys.readouterr().out


def test_a_run_that_was_ended_goes_on_and_gives_the_same_table(tmp_path: Path, monkeypatch, capsys) -> None:
    data = voc(tmp_path / "data", N)
    assert command.main(given(data, tmp_path / "whole")) == 0
    add, batches = Run.add, []

    def added(self: Run, batch: int, *rest) -> None:
        if len(batches) == 2:
            raise KeyboardInterrupt
        add(self, batch, *rest)
        batches.append(batch)

    monkeypatch.setattr(Run, "add", added)
    assert command.main(given(data, tmp_path / "ended")) == 130
    assert "the same command goes on from there" in capsys.readouterr().err
    with (tmp_path / "ended" / "batches-0.jsonl").open("a") as file:
        file.write('{"batch": 2, "ro')  # cut off in the middle of a line
    batches.clear()
    assert command.main(given(data, tmp_path / "ended")) == 0 and batches == [2]
    assert everything(tmp_path / "ended") == everything(tmp_path / "whole")


@pytest.mark.parametrize("experiment, more", [("pointing", ("--methods", *METHODS)), ("concepts", ("--device", "cpu"))])
def test_two_processes_give_the_same_table(tmp_path: Path, experiment: str, more: tuple[str, ...]) -> None:
    data = coco(tmp_path / "data", 6)
    said = [experiment, "--model", "photonet", "--data", str(data), "--batch", "2", *more, "--out"]
    assert command.main([*said, str(tmp_path / "one")]) == 0
    done = torchrun("-m", "gradcam_lib.evaluate", *said, str(tmp_path / "two"))
    assert done.returncode == 0, done.stderr[-2000:]
    assert {path.name for path in (tmp_path / "two").glob("batches-*")} == {"batches-0.jsonl", "batches-1.jsonl"}
    assert everything(tmp_path / "one") == everything(tmp_path / "two")


def test_a_worker_that_dies_ends_the_run_and_nothing_is_lost(tmp_path: Path) -> None:
    data, out = voc(tmp_path / "data", N), tmp_path / "out"
    script = tmp_path / "dies.py"
    script.write_text(
        "import os, sys, time\n"
        "from gradcam_lib.evaluate import __main__ as command\n"
        "from gradcam_lib.evaluate.run import Run\n"
        "add = Run.add\n"
        "def added(self, *rest):\n"
        "    first = self.folder / 'batches-0.jsonl'\n"
        "    if self.rank == 1:\n"
        "        while not (first.exists() and first.read_bytes().endswith(b'\\n')):\n            time.sleep(0.05)\n"
        "        os.kill(os.getpid(), 9)\n"
        "    add(self, *rest)\n"
        "Run.add = added\nsys.exit(command.main(sys.argv[1:]))\n",
        encoding="utf-8",
    )
    ended = torchrun(str(script), *given(data, out))
    assert ended.returncode != 0 and "Signal 9" in ended.stderr
    Run(out).mend()
    kept = Run(out).done()
    assert command.main(given(data, out)) == 0 and len(table(out)) == 6
    assert {0} <= kept <= {0, 2}


def test_ctrl_c_ends_a_run_in_a_second_with_a_word(tmp_path: Path) -> None:
    data, out = voc(tmp_path / "data", 60), tmp_path / "out"
    said = [sys.executable, "-m", "gradcam_lib.evaluate", *given(data, out, experiment="faithfulness"), "--grids", "16"]
    # A job in the background of a shell ignores Ctrl-C, and so would what it starts.
    said[1:3] = ["-c", AS_IF_TYPED]
    with subprocess.Popen(said, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        try:
            for _ in range(600):
                if (out / "batches-0.jsonl").exists():
                    break
                time.sleep(0.1)
            running.send_signal(signal.SIGINT)
            _, told = running.communicate(timeout=60)
        finally:
            running.kill()
    assert running.returncode == 130 and "the same command goes on from there" in told and "Traceback" not in told
    assert Run(out).done()


def test_a_picture_that_cannot_be_read_is_taken_down_and_the_run_goes_on(tmp_path: Path) -> None:
    data = voc(tmp_path / "data", N)
    (data / "JPEGImages" / "0003.jpg").write_bytes(b"\xff\xd8 cut short")
    (data / "JPEGImages" / "0004.jpg").unlink()
    assert command.main(given(data, tmp_path / "out")) == 0
    rows = {row["picture"]: row for row in table(tmp_path / "out")}
    assert len(rows) == 6 and "not a picture" in rows["0003"]["problem"] and "0004.jpg" in rows["0004"]["problem"]
    assert rows["0003"]["grad_cam|hit"] == "" and rows["0006"]["grad_cam|hit"] in "01"
    assert json.loads((tmp_path / "out" / "summary.json").read_text("utf-8"))["problems"] == 2
    assert "2 could not be used" in (tmp_path / "out" / "summary.md").read_text("utf-8")


def test_a_picture_that_was_repaired_is_measured_when_the_command_is_given_again(tmp_path: Path, monkeypatch) -> None:
    data = voc(tmp_path / "data", N)
    assert command.main(given(data, tmp_path / "whole")) == 0
    broken = data / "JPEGImages" / "0003.jpg"
    whole = broken.read_bytes()
    broken.write_bytes(whole[:40])
    assert command.main(given(data, tmp_path / "out")) == 0
    broken.write_bytes(whole)
    add, batches = Run.add, []
    monkeypatch.setattr(Run, "add", lambda self, batch, *rest: (batches.append(batch), add(self, batch, *rest)))
    assert command.main(given(data, tmp_path / "out")) == 0 and batches == [1]
    assert everything(tmp_path / "out") == everything(tmp_path / "whole")


def test_two_commands_do_not_share_a_folder(tmp_path: Path, capsys) -> None:
    data, out = voc(tmp_path / "data", 2), tmp_path / "out"
    script = "import sys; from pathlib import Path; from gradcam_lib.evaluate.run import Run\n"
    script += "with Run(Path(sys.argv[1])).alone():\n    print('held', flush=True)\n    sys.stdin.read()"
    said = [sys.executable, "-c", script, str(out)]
    with subprocess.Popen(said, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "held\n"
        assert command.main(given(data, out)) == 1
        assert "another command is measuring into this folder" in capsys.readouterr().err
        assert {path.name for path in out.iterdir()} == {".lock"}
        other.kill()  # whatever ends it: the lock goes with the process
    assert command.main(given(data, out)) == 0 and len(table(out)) == 2
    with Run(tmp_path / "several", 0).alone(), Run(tmp_path / "several", 1).alone():
        pass  # of one command


def test_results_of_another_run_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data, out = voc(tmp_path / "data", N), tmp_path / "out"
    assert command.main(given(data, out)) == 0
    before = everything(out)
    for other, what in (
        (given(data, out, experiment="localization"), "experiment"),
        (given(data, out, "--batch", "3"), "batch"),
        (given(data, out, "--model", "photonet_gap"), "model"),
        (given(voc(tmp_path / "more", 4), out), "data: checksum"),
        (given(data, out, "--limit", "4"), "data: examples 6, and this one has 4;"),
        (given(data, out, "--methods", "grad_cam"), "methods"),
        (given(data, out, "--size", "96"), "size"),
    ):
        assert command.main(other) == 1
        told = capsys.readouterr().err
        assert f"holds a run with {what} " in told and "choose another --out" in told and "goes on" not in told
    record = json.loads((out / "run.json").read_text("utf-8"))
    record["versions"]["torch"] = "1.0.0"
    (out / "run.json").write_text(json.dumps(record), encoding="utf-8")
    assert command.main(given(data, out)) == 1 and "versions" in capsys.readouterr().err
    assert everything(out) == before


def test_a_line_that_another_process_is_writing_is_left_alone(tmp_path: Path) -> None:
    first, second = Run(tmp_path, 0), Run(tmp_path, 1)
    second.begin({"experiment": "pointing"})
    first.add(0, [{"picture": "a\u2028b\x85", "thing": ""}])  # a name in which a text would begin new lines
    path = tmp_path / "batches-0.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"batch": 1')
    assert second.goes_on() and path.read_bytes() != whole
    second.mend()
    assert path.read_bytes() == whole and second.done() == {0} and second.rows()[0]["picture"] == "a\u2028b\x85"


def test_a_table_with_a_gap_is_no_result(tmp_path: Path, monkeypatch, capsys) -> None:
    data, out, add = voc(tmp_path / "data", N), tmp_path / "out", Run.add
    monkeypatch.setattr(Run, "add", lambda self, batch, *rest: None if batch == 1 else add(self, batch, *rest))
    assert command.main(given(data, out)) == 1 and not (out / "summary.json").exists()
    assert "4 of 6 examples are there" in capsys.readouterr().err


def test_folders_stay_out_of_the_command_and_limits_are_numbers_from_1(tmp_path: Path, capsys) -> None:
    data, out = voc(tmp_path / "data", 2), tmp_path / "out"
    assert command.main([*given(data, out), f"--data={data}", f"--out={out}"]) == 0
    assert str(tmp_path) not in "".join(everything(out))
    for wrong in ("--limit=0", "--limit=-1", f"--dat={data}"):
        with pytest.raises(SystemExit):
            command.main(given(data, out, wrong))


def test_a_full_disk_ends_the_run_with_what_it_has(tmp_path: Path, monkeypatch, capsys) -> None:
    data, out = voc(tmp_path / "data", N), tmp_path / "out"
    add = Run.add

    def full(self: Run, batch: int, *rest) -> None:
        if batch:
            raise OSError(28, "No space left on device", str(self.folder))
        add(self, batch, *rest)

    monkeypatch.setattr(Run, "add", full)
    assert command.main(given(data, out)) == 1
    told = capsys.readouterr().err
    assert "No space left on device" in told and "goes on from there" in told and Run(out).done() == {0}


@pytest.mark.parametrize(
    "more, complaint",
    [
        (("--methods", "grad_kam"), "method 'grad_kam': unknown; near: grad_cam"),
        (("--methods", "saliency@features"), "saliency has no layer"),
        (("--layer", "featurs"), "no such layer; near: 'features'"),
        (("--methods", "grad_cam@featurs"), "no such layer"),
        (("--size", "0"), "size=0"),
        (("--size", "4"), "too small"),
        (("--device", "gpu"), "device"),
    ],
)
def test_what_cannot_be_done_is_said_at_once(tmp_path: Path, capsys, more: tuple[str, ...], complaint: str) -> None:
    assert command.main(given(voc(tmp_path / "data", 2), tmp_path / "out", *more)) == 1
    assert complaint in capsys.readouterr().err
    assert not (tmp_path / "out" / "batches-0.jsonl").exists()


def test_a_network_of_ones_own(tmp_path: Path, capsys) -> None:
    data, names = voc(tmp_path / "data", 4), tmp_path / "names.txt"
    assert command.main([*given(data, tmp_path / "out"), "--names", str(names), "--checkpoint", "nowhere"]) == 1
    assert "names.txt" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        command.main([*given(data, tmp_path / "out"), "--names", str(names)])
    assert "they belong to a --checkpoint" in capsys.readouterr().err


@pytest.mark.parametrize(("n", "limit"), [(250, 60), (7, 3), (5, 1), (4, 4)])
def test_a_limit_takes_examples_from_all_over_the_data(n: int, limit: int) -> None:
    """The first ones of data that is sorted by class would be of a few classes."""
    taken = command.spread(range(n), limit)
    gaps = {b - a for a, b in zip(taken, [*taken[1:], n], strict=True)}
    assert len(taken) == limit and taken[0] == 0 and max(gaps) - min(gaps) <= 1


def test_without_a_limit_or_with_a_larger_one_all_are_taken() -> None:
    assert command.spread(range(3), None) == command.spread(range(3), 5) == [0, 1, 2]
