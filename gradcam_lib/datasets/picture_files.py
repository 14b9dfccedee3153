"""Which files are pictures to be looked at. Without torch: the command line asks before it is imported."""

from __future__ import annotations

from pathlib import Path

PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".tif", ".tiff", ".bmp", ".avif", ".heic", ".heif")
OURS = "_gradcam"  # how the names of our own pictures end


def is_picture(file: Path) -> bool:
    """By its name; neither a hidden file nor a picture that was drawn here."""
    hidden = file.name.startswith(".")
    return file.suffix.lower() in PICTURES and file.is_file() and not hidden and not file.stem.endswith(OURS)
