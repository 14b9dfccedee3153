"""What an explanation costs, in forward passes of the same network, beside captum and grad-cam.

    python -m gradcam_lib.studies.benchmark            # ResNet-50, VGG-16 and SqueezeNet 1.0, random weights, 224 px

All jobs of a network take turns in one process, so that a slow moment hits them alike; figures are medians of the
ratios round by round. Needs the test tools (captum, grad-cam); without them their rows are left out.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn
from tqdm import tqdm

from gradcam_lib.backprop import guided_grad_cam
from gradcam_lib.cam import grad_cam
from gradcam_lib.explanation import explain
from gradcam_lib.layers import default_layer
from gradcam_lib.paths import RESULTS
from gradcam_lib.results import write_results

NETWORKS = ("resnet50", "vgg16", "squeezenet1_0")
CLASS = 3
BATCH = 16
UNITS = {"map_of_a_batch": "forward_of_a_batch"}  # what a job is divided by, where it is not the pass of one picture


def jobs_of(model: nn.Module, x: torch.Tensor) -> dict[str, Callable[[], object]]:
    """Name → what is timed. The forward pass under inference_mode is the unit."""
    layer = default_layer(model)
    kept = explain(model, x)

    batch = x.repeat(BATCH, 1, 1, 1)
    jobs: dict[str, Callable[[], object]] = {
        "forward": lambda: torch.inference_mode()(model)(x),
        "one_map": lambda: grad_cam(model, x, CLASS),
        "nine_further_classes": lambda: kept.maps(range(9)),
        "ten_classes": lambda: explain(model, x).maps(range(10)),
        "guided_grad_cam": lambda: guided_grad_cam(model, x, CLASS),
        "forward_of_a_batch": lambda: torch.inference_mode()(model)(batch),
        "map_of_a_batch": lambda: grad_cam(model, batch, CLASS),
    }
    if not isinstance(getattr(model, "classifier", None), nn.Sequential):  # a head of one layer: all classes are cheap
        jobs["all_classes"] = lambda: explain(model, x).maps(range(1000))
    return jobs | peers(model, x, layer)


def peers(model: nn.Module, x: torch.Tensor, layer: str) -> dict[str, Callable[[], object]]:
    """The same map from captum and from grad-cam (pytorch-grad-cam), where they are installed."""
    found: dict[str, Callable[[], object]] = {}
    try:
        from captum.attr import LayerGradCam

        found["captum_one_map"] = lambda: LayerGradCam(model, model.get_submodule(layer)).attribute(x, target=CLASS)
    except ImportError:
        pass
    try:
        from pytorch_grad_cam import GradCAM
        from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget

        def theirs() -> None:
            with GradCAM(model=model, target_layers=[model.get_submodule(layer)]) as method:
                method(input_tensor=x, targets=[ClassifierOutputTarget(CLASS)])

        found["grad_cam_package_one_map"] = theirs
    except ImportError:
        pass
    return found


def measure(jobs: dict[str, Callable[[], object]], rounds: int, synchronise: Callable[[], None]) -> dict:
    """Median ratio of each job to the forward pass of its round, with the quartiles, and the forward in ms."""
    seconds: dict[str, list[float]] = {name: [] for name in jobs}
    for turn in tqdm(range(rounds + 1), desc="rounds", file=sys.stderr):
        for name, job in jobs.items():
            synchronise()
            start = time.perf_counter()
            job()
            synchronise()
            if turn:  # the first round warms up
                seconds[name].append(time.perf_counter() - start)
    numbers: dict = {"forward_ms": round(1000 * statistics.median(seconds["forward"]), 1)}
    for name in [name for name in seconds if name not in UNITS.values()]:
        unit = seconds[UNITS.get(name, "forward")]
        ratios = sorted(t / f for t, f in zip(seconds[name], unit, strict=True))
        low, middle, high = statistics.quantiles(ratios, n=4)
        numbers[name] = {"forwards": round(middle, 3), "quartiles": [round(low, 3), round(high, 3)]}
    return numbers


def first_map(network: str, device: str) -> float:
    """Milliseconds of the first map of a fresh process, after its forward pass."""
    code = f"from gradcam_lib.studies.benchmark import first; first({network!r}, {device!r})"
    return float(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)


def first(network: str, device: str) -> None:
    e = explain(*ready(network, device))
    start = time.perf_counter()
    e.map(CLASS).cpu()
    print(1000 * (time.perf_counter() - start))


def peak_memory(network: str, job: str, device: str) -> float:
    """Peak memory of a fresh process that does one job, in MB (resident; on CUDA, allocated on the device)."""
    code = f"from gradcam_lib.studies.benchmark import alone; alone({network!r}, {job!r}, {device!r})"
    return float(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)


def alone(network: str, job: str, device: str) -> None:
    model, x = ready(network, device)
    jobs = {
        "forward": lambda: torch.inference_mode()(model)(x),
        "one_map": lambda: grad_cam(model, x, CLASS),
        **peers(model, x, default_layer(model)),
    }
    jobs[job]()
    if device.startswith("cuda"):
        print(torch.cuda.max_memory_allocated() / 1e6)
    else:
        print(resident_peak())


def resident_peak() -> float:
    """Peak resident memory of this process in MB."""
    status = Path("/proc/self/status")
    if status.exists():  # ru_maxrss would be that of the parent where it was larger: Linux hands it on
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024 / 1e6
    import resource  # not on Windows

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)


def ready(network: str, device: str) -> tuple[nn.Module, torch.Tensor]:
    from gradcam_lib.networks.zoo import load_classifier

    torch.manual_seed(0)
    return load_classifier(network, device=device, weights=None).model, torch.randn(1, 3, 224, 224, device=device)


def table(networks: dict[str, dict]) -> str:
    """A Markdown table: a row for each job, a column for each network."""
    rows = list(dict.fromkeys(job for n in networks.values() for job in n["jobs"]))
    lines = ["| in forward passes | " + " | ".join(networks) + " |", "|---|" + "---|" * len(networks)]
    for job in rows:
        cells = [f"{n['jobs'][job]['forwards']:.2f}" if job in n["jobs"] else "–" for n in networks.values()]
        lines.append(f"| {job.replace('_', ' ')} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m gradcam_lib.studies.benchmark", description=__doc__.split("\n")[0])
    parser.add_argument("--networks", nargs="+", default=NETWORKS, metavar="NAME")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder for the measured numbers")
    args = parser.parse_args(argv)
    if args.rounds < 2:
        parser.error(f"--rounds {args.rounds}: at least 2, for a median and its quartiles")
    warnings.filterwarnings("ignore")  # those of the packages measured beside ours
    cuda = args.device.startswith("cuda")
    networks: dict[str, dict] = {}
    for network in args.networks:
        print(network, file=sys.stderr)
        numbers = measure(jobs_of(*ready(network, args.device)), args.rounds, torch.cuda.synchronize if cuda else int)
        memory_jobs = [j for j in ("forward", "one_map", "captum_one_map", "grad_cam_package_one_map") if j in numbers]
        if sys.platform == "win32" and not cuda:
            memory_jobs = []
        memory = {job: round(peak_memory(network, job, args.device)) for job in memory_jobs}
        networks[network] = {
            "forward_ms": numbers.pop("forward_ms"),
            "first_map_ms": round(statistics.median(first_map(network, args.device) for _ in range(3)), 1),
            "jobs": numbers,
            "peak_memory_mb": memory,
        }
    command = f"python -m gradcam_lib.studies.benchmark --rounds {args.rounds} --device {args.device}"
    setting = {
        "threads": torch.get_num_threads(),
        "device": "cuda" if cuda else args.device,
        "torch": torch.__version__,
    }
    name = "benchmark" if args.device == "cpu" else f"benchmark_{args.device.split(':')[0]}"
    write_results(name, {"setting": setting, "networks": networks}, command=command, n=args.rounds, folder=args.results)
    print(table(networks))


if __name__ == "__main__":
    main()
