"""What is settled before the work: which pictures, which files are written, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from gradcam_lib.commands.arguments import arguments
from gradcam_lib.commands.plan import Plan, Refused, plan


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two pictures here, three in a folder; what is in them is not looked at."""
    monkeypatch.chdir(tmp_path)
    for name in ("cat.png", "dog.jpg", "photos/b.jpg", "photos/a.PNG", "photos/cat.jpg", "photos/text.txt"):
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_bytes(b"?")
    Path("out").mkdir()
    Path("empty").mkdir()
    return tmp_path


def settled(*options: str) -> Plan:
    return plan(arguments(["explain", *options]))


def refused(*options: str) -> tuple[str, ...]:
    with pytest.raises(Refused) as error:
        settled(*options)
    return error.value.args


def test_files_and_folders_each_picture_once():
    made = settled("cat.png", "photos", "photos/b.jpg", "dog.jpg")
    inside = ["photos/a.PNG", "photos/b.jpg", "photos/cat.jpg"]
    assert [path.as_posix() for path in made.pictures] == ["cat.png", *inside, "dog.jpg"]
    assert len(set(made.outs)) == 5


def test_what_was_drawn_before_is_not_explained_again():
    for name in ("a_gradcam.png", ".a.png"):
        Path("photos", name).write_bytes(b"?")
    assert len(settled("photos").pictures) == 3
    assert settled("photos/a_gradcam.png").pictures == [Path("photos/a_gradcam.png")], "named, it is wanted"


@pytest.mark.parametrize(
    "options, outs",
    [
        (["cat.png"], ["cat_gradcam.png"]),
        (["cat.png", "--format", "npy"], ["cat_gradcam.npy"]),
        (["cat.png", "--out", "out"], ["out/cat_gradcam.png"]),
        (["cat.png", "--out", "out/new.webp"], ["out/new.webp"]),
        (["cat.png", "--out", "new.npy"], ["new.npy"]),
        (["cat.png", "dog.jpg", "--out", "out"], ["out/cat_gradcam.png", "out/dog_gradcam.png"]),
        (["cat.png", "dog.jpg", "--out", "new.csv"], ["new.csv"]),
        (["cat.png", "dog.jpg", "--format", "json", "--out", "out"], ["out/gradcam.json"]),
        (["photos"], ["a_gradcam.png", "b_gradcam.png", "cat_gradcam.png"]),
    ],
)  # fmt: skip
def test_where_results_go(options, outs):
    assert [out.as_posix() for out in settled(*options).outs] == outs


def test_two_pictures_of_one_name_get_two_results(folder):
    outs = [out.name for out in settled("cat.png", "photos/cat.jpg").outs]
    assert outs == [f"{folder.name}_cat_png_gradcam.png", "photos_cat_jpg_gradcam.png"]


@pytest.mark.parametrize(
    "options, words",
    [
        (["nowhere.png"], "nowhere.png: no such file or folder"),
        (["empty"], "empty: no pictures in this folder"),
        (["cat.png", "--out", "no/new.png"], "make it first (mkdir no)"),
        (["cat.png", "--out", "no"], "make it first (mkdir no)"),
        (["cat.png", "dog.jpg", "--out", "no"], "make it first (mkdir no)"),
        (["cat.png", "dog.jpg", "--out", "new.png"], "one file for 2 pictures; name a folder that exists"),
        (["cat.png", "--out", "cat.png", "--overwrite"], "one of the pictures to be explained"),
        (["cat.png", "--model", "vgg11", "--names", "none.txt"], "--names none.txt: No such file"),
        (["cat.png", "--model", "resnet18", "--checkpoint", "none.pth"], "--checkpoint none.pth: no such file"),
    ],
)  # fmt: skip
def test_what_is_refused(options, words, folder):
    before = sorted(folder.rglob("*"))
    (problem,) = refused(*options)
    assert words in problem and sorted(folder.rglob("*")) == before


def test_all_problems_are_told_at_once():
    problems = refused(
        "cat.png", "nowhere.png", "empty", "--names", "none.txt", "--model", "vgg11", "--out", "no/new.png"
    )
    assert len(problems) == 4


def test_nothing_is_overwritten_unless_asked():
    Path("cat_gradcam.png").write_bytes(b"of last week")
    (problem,) = refused("cat.png", "dog.jpg")
    assert "cat_gradcam.png: there already; add --overwrite" in problem
    assert len(settled("cat.png", "dog.jpg", "--overwrite").outs) == 2
    Path("gradcam.csv").write_text("of last week")
    assert "--overwrite" in refused("cat.png", "--format", "csv")[0]


@pytest.mark.parametrize("text", ["ant\nbee\n", '["ant", "bee"]', "\ufeffant\r\nbee", "  ant \n bee"])
def test_names(text):
    Path("names").write_text(text, encoding="utf-8")
    assert settled("cat.png", "--names", "names", "--model", "vgg11").names == ["ant", "bee"]


@pytest.mark.parametrize(
    "data", [b"", b"ant\n\nbee", b'{"0": "ant"}', b'["ant", 2]', b'["ant"', "für".encode("latin-1"), b"[]"]
)
def test_names_that_are_none(data):
    Path("names").write_bytes(data)
    (problem,) = refused("cat.png", "--names", "names", "--model", "vgg11")
    assert problem.startswith("--names names: ") and "one name a line" in problem
