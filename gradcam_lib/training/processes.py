"""One recipe in several processes, one for each GPU, as ``torchrun`` starts them; without it there is one process.

    torchrun --nproc_per_node 4 -m gradcam_lib.training.captioner …

Each process works on its share of a batch, and the gradients are averaged, so that all keep the same weights. Only the
first one writes.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import torch
import torch.distributed as dist
from torch import Tensor, nn

TRIM_THRESHOLD, MMAP_MAX = -1, -4  # of mallopt, in the GNU C library's malloc.h


def begin() -> torch.device:
    """Joins the other processes, if there are any → the device of this one: its GPU, or the processor."""
    keep_memory()
    cuda = torch.cuda.is_available()
    device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", 0))) if cuda else torch.device("cpu")
    if cuda:
        torch.cuda.set_device(device)
    if "WORLD_SIZE" in os.environ and not dist.is_initialized():
        dist.init_process_group("nccl" if cuda else "gloo")
    return device


def keep_memory() -> None:
    """Large arrays stay with this process when they are freed (Linux with the GNU C library; elsewhere nothing).

    Otherwise the system clears their memory anew at every layer of a network, which takes as long as the layer.
    """
    if sys.platform == "linux" and hasattr(libc := ctypes.CDLL(None), "mallopt"):
        libc.mallopt(MMAP_MAX, 0)
        libc.mallopt(TRIM_THRESHOLD, 2**31 - 1)


def end() -> None:
    """Leaves the other processes."""
    if dist.is_initialized():
        dist.destroy_process_group()


def rank() -> int:
    return dist.get_rank() if dist.is_initialized() else 0


def count() -> int:
    return dist.get_world_size() if dist.is_initialized() else 1


def wait() -> None:
    """For all the others to come to this line."""
    if dist.is_initialized():
        dist.barrier()


@contextmanager
def first_one_first() -> Iterator[None]:
    """The first process does what is inside, and then the others, which find its files."""
    if rank():
        wait()
    yield
    if not rank():
        wait()


def average_gradients(parameters: Sequence[nn.Parameter]) -> None:
    """Each gradient becomes the mean over all processes; one that no process has stays away."""
    if count() == 1:
        return
    there = torch.tensor([float(p.grad is not None) for p in parameters], device=parameters[0].device)
    dist.all_reduce(there)
    used = [p for p, anywhere in zip(parameters, there.tolist(), strict=True) if anywhere]
    flat = torch.cat([(torch.zeros_like(p) if p.grad is None else p.grad).flatten() for p in used])
    dist.all_reduce(flat)
    for p, grad in zip(used, (flat / count()).split([p.numel() for p in used]), strict=True):
        p.grad = grad.view_as(p)


def as_the_first(state: Mapping[str, Tensor]) -> None:
    """Weights and statistics become those of the first process."""
    if count() > 1:
        for tensor in state.values():
            dist.broadcast(tensor, 0)


def agreed(value: float, device: torch.device) -> float:
    """What the first process has found."""
    if count() == 1:
        return value
    found = torch.tensor([value], dtype=torch.float64, device=device)
    dist.broadcast(found, 0)
    return float(found)


def total(value: float, device: torch.device) -> float:
    """The sum over all processes."""
    if count() == 1:
        return value
    found = torch.tensor([value], dtype=torch.float64, device=device)
    dist.all_reduce(found)
    return float(found)
