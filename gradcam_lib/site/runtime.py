"""onnxruntime-web, which runs ONNX files in a browser: copied into the site where npm is at hand, else linked.

Only two of its files are needed, for one thread on the processor. Their hashes are pinned here, and the page hands them
to the browser, which refuses anything else, from wherever it comes.
"""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from gradcam_lib.paths import offline

PACKAGE, VERSION = "onnxruntime-web", "1.30.0"
HOST = "https://cdn.jsdelivr.net"
FILES = {
    "module": (
        "ort.wasm.bundle.min.mjs",
        "sha384-PLWz+nHEVHpjwBsO0YVdvQj6n5814Iv8E3b8FG0Rp/uIAtjFMCKOpP66iPzedrIG",
        73_054,
    ),
    "wasm": (
        "ort-wasm-simd-threaded.wasm",
        "sha384-vjBJ1z7qrhkTyYsNqKeF6c7N+nOJSU94czEo+tvZcu8G75JparGq9kB+kTnEUNVM",
        14_239_897,
    ),
}
PATIENCE = 300  # seconds for a download of 33 MB


class NoRuntime(RuntimeError):
    """npm is not at hand, or could not fetch the package; the message says which."""


def described(folder: str | None) -> dict[str, Any]:
    """Where the page finds the files, their hashes and sizes. folder: within the site; None: on the public server."""
    base = folder or f"{HOST}/npm/{PACKAGE}@{VERSION}/dist"
    return {
        key: {"file": f"{base}/{name}", "integrity": integrity, "bytes": size}
        for key, (name, integrity, size) in FILES.items()
    }


def copy_runtime(out: Path, cache: Path) -> None:
    """The two files into the folder ``out``; a copy stays in ``cache``, so that the next build downloads nothing.

    Errors: NoRuntime; ValueError where a file is not the one whose hash is pinned.
    """
    if not all((cache / name).is_file() for name, *_ in FILES.values()):
        _download(cache)
    out.mkdir(parents=True, exist_ok=True)
    for name, integrity, _ in FILES.values():
        if (found := sha384((cache / name).read_bytes())) != integrity:
            (cache / name).unlink()
            raise ValueError(f"{name} of {PACKAGE} {VERSION} has the hash {found}, expected {integrity}; not used")
        shutil.copyfile(cache / name, out / name)


def sha384(data: bytes) -> str:
    """As browsers compare it."""
    return f"sha384-{base64.b64encode(hashlib.sha384(data).digest()).decode()}"


def fetch_package(package: str, version: str, into: Path) -> Path:
    """The archive of a package, through npm, which checks it. Errors: NoRuntime."""
    if offline():
        raise NoRuntime("GRADCAM_OFFLINE forbids the network")
    npm = shutil.which("npm")
    if npm is None:
        raise NoRuntime("npm is not installed")
    command = [npm, "pack", "--silent", f"{package}@{version}"]
    try:
        ran = subprocess.run(command, cwd=into, capture_output=True, text=True, timeout=PATIENCE)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NoRuntime(f"npm did not fetch {package}: {error}") from error
    archive = into / f"{package}-{version}.tgz"
    if ran.returncode or not archive.is_file():
        raise NoRuntime(f"npm did not fetch {package}: {ran.stderr.strip()[-300:] or 'no reason given'}")
    return archive


def _download(cache: Path) -> None:
    cache.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        tarfile.open(fetch_package(PACKAGE, VERSION, Path(folder))) as archive,
    ):
        for name, *_ in FILES.values():
            half = cache / f"{name}.{os.getpid()}"  # two builds at once must not read half a file
            half.write_bytes(archive.extractfile(f"package/dist/{name}").read())
            half.replace(cache / name)
