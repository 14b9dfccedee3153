"""The benchmark's bookkeeping, on a network that takes no time; its figures are not tested."""

import torch

from gradcam_lib.networks.photonet import PhotoNet
from gradcam_lib.studies import benchmark


def test_every_job_runs_and_is_counted_in_forward_passes():
    model = PhotoNet(12, "gap").eval()
    jobs = benchmark.jobs_of(model, torch.randn(1, 3, 32, 32))
    jobs.pop("all_classes")  # this network has twelve classes, not a thousand
    numbers = benchmark.measure(jobs, 3, int)
    assert numbers["forward"]["forwards"] == 1
    assert {"one_map", "ten_classes", "guided_grad_cam", "captum_one_map", "grad_cam_package_one_map"} <= numbers.keys()
    assert "map_of_a_batch" in numbers and "forward_of_a_batch" not in numbers  # it is the unit
    assert all(n["quartiles"][0] <= n["forwards"] <= n["quartiles"][1] for k, n in numbers.items() if k != "forward_ms")


def test_the_table_has_a_row_for_each_job():
    networks = {"a": {"jobs": {"one_map": {"forwards": 1.04}}}, "b": {"jobs": {"all_classes": {"forwards": 3}}}}
    rows = benchmark.table(networks).splitlines()
    assert rows[0] == "| in forward passes | a | b |"
    assert rows[2:] == ["| one map | 1.04 | – |", "| all classes | – | 3.00 |"]


def test_peak_memory_is_that_of_the_process(capsys, monkeypatch):
    monkeypatch.setattr(benchmark, "ready", lambda network, device: (PhotoNet(12, "gap"), torch.randn(1, 3, 32, 32)))
    benchmark.alone("any", "one_map", "cpu")
    assert 50 < float(capsys.readouterr().out) < 100_000


def test_a_batch_is_counted_in_passes_of_the_batch(monkeypatch):
    now = iter(range(10**6))  # every look at the clock is a second later; the batch's jobs look as often as others
    monkeypatch.setattr(benchmark.time, "perf_counter", lambda: next(now))
    waits = {"forward": 0, "forward_of_a_batch": 4, "map_of_a_batch": 9}  # further seconds that a job takes
    jobs = {name: (lambda n=n: [next(now) for _ in range(n)]) for name, n in waits.items()}
    assert benchmark.measure(jobs, 2, int)["map_of_a_batch"]["forwards"] == 2  # 10 seconds of 5, not of 1


def test_the_first_map_is_timed_in_milliseconds(capsys, monkeypatch):
    monkeypatch.setattr(benchmark, "ready", lambda network, device: (PhotoNet(12, "gap"), torch.randn(1, 3, 32, 32)))
    benchmark.first("any", "cpu")
    assert 0 < float(capsys.readouterr().out) < 10_000
