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
