"""The site, part by part, into one folder."""

from __future__ import annotations

from pathlib import Path

from gradcam_lib.site.live import Say, build_live

PARTS = {"live": build_live}  # folder of the site → what writes it


def build(out: Path, say: Say = print) -> None:
    """Writes every part into its folder within ``out``; what is there already is replaced file by file.

    Errors: those of the parts.
    """
    for name, part in PARTS.items():
        (out / name).mkdir(parents=True, exist_ok=True)
        part(out / name, say)
