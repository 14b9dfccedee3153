"""Checkpoints that survive an interruption: written beside the old one, then put in its place."""

from __future__ import annotations

import os
from pathlib import Path

import torch


def save_atomically(state: dict, path: Path) -> None:
    """The file at ``path`` is always a whole one: the old state or the new, whatever happens in between."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(path.name + ".part")
    torch.save(state, beside)
    os.replace(beside, path)


def load_if_there(path: Path) -> dict | None:
    return torch.load(path, map_location="cpu", weights_only=True) if path.exists() else None
