"""The live pages: the files of ``page/`` as they are, networks, stored maps, pictures, and what the pages must know."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

from gradcam_lib.networks.weights import cache_folder
from gradcam_lib.networks.zoo import load_classifier
from gradcam_lib.site import runtime
from gradcam_lib.site.export import NETWORKS, export
from gradcam_lib.site.samples import write_samples
from gradcam_lib.site.settings import network_settings, settings
from gradcam_lib.site.words import words_settings, write_words

PAGE = Path(__file__).parent / "page"
Say = Callable[[str], None]


def build_live(out: Path, say: Say) -> None:
    """Writes the pages into the folder ``out``, which exists. say: hears what is being done.

    Errors: those of ``export`` and of ``load_classifier``. Without npm the page with the networks is linked to a public
    server instead.
    """
    shutil.copytree(PAGE, out, dirs_exist_ok=True)
    (out / "models").mkdir(exist_ok=True)
    runtime_settings = place_runtime(out, say)
    allow(out / "index.html", runtime_settings)
    networks = []
    for name in NETWORKS:
        say(f"{name}: written as ONNX …")
        networks.append(network_settings(name, load_classifier(name), export(name, out / "models")))
    found = settings(networks, write_samples(out / "samples"), runtime_settings)
    (out / "settings.json").write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")
    say("captions and answers: their maps …")
    (out / "words.json").write_text(json.dumps(words_settings(write_words(out)), ensure_ascii=False), encoding="utf-8")


def place_runtime(out: Path, say: Say) -> dict:
    """What the page must know of onnxruntime-web: beside it where npm is at hand, else on a public server."""
    try:
        runtime.copy_runtime(out / "runtime", cache_folder() / f"{runtime.PACKAGE}-{runtime.VERSION}")
    except runtime.NoRuntime as missing:
        say(f"{missing}: the page will load {runtime.PACKAGE} from {runtime.HOST}, so readers need the internet.")
        return runtime.described(None)
    return runtime.described("runtime")


def allow(page: Path, runtime_settings: dict) -> None:
    """Writes into the page's security policy what it may fetch: the site itself, and that server where it is needed.

    The browser refuses everything else, so that the page keeps its promise not to send a picture anywhere.
    """
    hosts = {runtime.HOST for told in runtime_settings.values() if told["file"].startswith(runtime.HOST)}
    text = page.read_text(encoding="utf-8").replace("'self' CONNECT", " ".join(["'self'", *hosts]))
    page.write_text(text, encoding="utf-8")
