"""The site, part by part, into one folder."""

from __future__ import annotations

from pathlib import Path

from gradcam_lib.site.course import build_course
from gradcam_lib.site.live import Say, build_live
from gradcam_lib.site.skew import write_skew

LIVE = "live"  # folder of the live pages within the site


def build(out: Path, say: Say = print, repository: str | None = None) -> None:
    """Writes the pages of the course into ``out`` and the live pages into a folder of it.

    What is there already is replaced file by file. repository: see ``course.build_course``. Errors: those of the parts.
    """
    (out / LIVE).mkdir(parents=True, exist_ok=True)
    build_live(out / LIVE, say)
    say("skewed collections: numbers, maps and people written …")
    write_skew(out / LIVE / "skew")
    say("notebooks: written as pages …")
    build_course(out, repository)
