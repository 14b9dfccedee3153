"""Frames from everywhere, activations of each, the grid and the video; and the film whose truth is known."""

from __future__ import annotations

import hashlib
import re

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from gradcam_lib.feature_visualization import live
from gradcam_lib.feature_visualization.live import channel_grid, frames, live_activations, write_video
from gradcam_lib.networks.classifier import classifier
from gradcam_lib.networks.zoo import load_classifier
from gradcam_lib.paths import DATA
from gradcam_lib.pictures.images import Transform
from gradcam_lib.worlds import clip


def test_the_film_that_ships_is_the_one_that_is_drawn() -> None:
    content = clip.FILE.read_bytes()
    assert len(content) <= 120_000
    digest = hashlib.sha256(content).hexdigest()
    assert digest == "83c74603f11b4362608f35d888d9222856c707682da6aadbde84cf2dc5db6b45"
    assert digest in (DATA / "README.md").read_text(encoding="utf-8")
    read, drawn = list(frames(clip.FILE)), clip.film()
    assert len(read) == len(drawn) == clip.COUNT
    for seen, frame in zip(read, drawn, strict=True):
        assert np.abs(seen.astype(int) - frame.image).mean() < 6  # MPEG-4 loses some


def test_the_truth_of_a_film_is_where_it_differs_from_the_empty_park() -> None:
    for thing in clip.THINGS:
        film = clip.film(thing)
        assert [frame.box is None for frame in film] == [True] * 4 + [False] * 16 + [True] * 4
        for frame in film[4:-4]:
            x0, y0, x1, y1 = frame.box
            changed = np.abs(frame.image.astype(int) - film[0].image).sum(2) > 60
            inside = changed[y0:y1, x0:x1].sum()
            assert inside > 0.9 * changed.sum()  # a drawn person has a shadow, too
        assert film[4].box[0] < film[12].box[0] < film[19].box[0]
    with pytest.raises(ValueError, match="'dog'.*'portrait'"):
        clip.film("dog")


def test_frames_of_every_source_are_the_same(tmp_path) -> None:
    pictures = np.random.default_rng(0).integers(0, 256, (3, 8, 10, 3), np.uint8)
    Image.fromarray(pictures[0]).save(tmp_path / "one.png")
    for source in (pictures[0], tmp_path / "one.png", str(tmp_path / "one.png")):
        assert np.array_equal(np.stack(list(frames(source))), pictures[:1])
    for source in (pictures, list(pictures), iter(pictures)):
        assert np.array_equal(np.stack(list(frames(source))), pictures)


def test_a_video_comes_back_as_it_was_written(tmp_path) -> None:
    shades = (40, 120, 200)
    pictures = [np.full((33, 48, 3), shade, np.uint8) for shade in shades]
    for picture in pictures:
        picture[:, :24, 0] = 255  # the left half is reddish: RGB must not come back as BGR
    path = write_video(tmp_path / "three.mp4", pictures)
    back = list(frames(path))
    assert [frame.shape for frame in back] == [(32, 48, 3)] * 3  # the odd row is left out
    for frame, shade in zip(back, shades, strict=True):
        assert np.abs(frame[:, 4:20].mean((0, 1)) - [255, shade, shade]).max() < 12
        assert np.abs(frame[:, 30:44].mean((0, 1)) - shade).max() < 12


def test_errors_name_the_source_and_the_way_out(tmp_path) -> None:
    (tmp_path / "no.mp4").write_text("no video")
    with pytest.raises(ValueError, match=r"no\.mp4.*convert"):
        next(frames(tmp_path / "no.mp4"))
    with pytest.raises(FileNotFoundError, match=r"gone\.mp4"):
        next(frames(tmp_path / "gone.mp4"))
    with pytest.raises(OSError, match="camera 93.*counted from 0"):
        next(frames(93))
    with pytest.raises(ValueError, match=r"x\.gif.*\.mp4"):
        write_video(tmp_path / "x.gif", [np.zeros((8, 8, 3), np.uint8)])
    with pytest.raises(ValueError, match="no picture"):
        write_video(tmp_path / "x.mp4", [])
    with pytest.raises(OSError, match="cannot write"):
        write_video(tmp_path / "nowhere" / "x.mp4", [np.zeros((8, 8, 3), np.uint8)])
    with pytest.raises(ValueError, match=re.escape("(8, 16) after one of (8, 8)")):
        write_video(tmp_path / "x.mp4", [np.zeros((8, 8, 3), np.uint8), np.zeros((8, 16, 3), np.uint8)])


class Camera:
    """Stands in for a camera: as many frames as are asked for, in BGR."""

    made: list = []

    def __init__(self, number: int):
        self.number, self.released = number, False
        Camera.made.append(self)

    def read(self):
        return True, np.dstack([np.full((4, 4), value, np.uint8) for value in (1, 2, 3)])

    def release(self):
        self.released = True


def test_a_camera_gives_rgb_until_the_reader_stops_and_is_then_let_go(monkeypatch) -> None:
    monkeypatch.setattr(live.cv2, "VideoCapture", Camera)
    camera = frames(2)
    assert [next(camera)[0, 0].tolist() for _ in range(5)] == [[3, 2, 1]] * 5
    camera.close()
    assert Camera.made[-1].number == 2 and Camera.made[-1].released


def test_activations_of_a_network_that_copies_its_pixels() -> None:
    conv = nn.Conv2d(3, 3, 1, bias=False)
    conv.weight = nn.Parameter(torch.eye(3)[:, :, None, None])
    model = nn.Sequential(conv, nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(3, 2))
    clf = classifier(model, ["a", "b"], Transform(8, 8, mean=(0,) * 3, std=(1,) * 3), layer="1")
    pictures = np.random.default_rng(0).integers(0, 256, (2, 8, 8, 3), np.uint8)
    for picture, seen in zip(pictures, live_activations(clf, pictures), strict=True):
        assert np.array_equal(seen.picture, picture)
        assert np.allclose(seen.A.permute(1, 2, 0) * 255, picture, atol=1e-3)
        assert not seen.A.requires_grad
    with pytest.raises(ValueError, match="not maps"):
        next(live_activations(clf, pictures, "3"))


def test_the_grid_has_one_scale_for_all_channels() -> None:
    A = torch.zeros(5, 2, 2)
    A[1, 0, 0], A[4] = 2, 1
    grid = channel_grid(A, tile=4)
    assert grid.shape == (9, 14, 3)  # two rows of three tiles of 4, with a pixel between them
    dark, half, full = grid[0, 0], grid[7, 7], grid[0, 5]
    assert np.array_equal(grid[3, 5], dark) and not np.array_equal(half, full) and not np.array_equal(half, dark)
    assert np.array_equal(channel_grid(A, [4], most=1.0, tile=4)[0, 0], full)
    assert np.array_equal(channel_grid(A, [4], most=0.5, tile=4)[0, 0], full)  # above the most: as the most
    assert np.array_equal(channel_grid(A * 0, tile=4)[5, 5], dark)


def test_the_command_writes_a_video_and_a_sheet(tmp_path, capsys) -> None:
    for name in ("grid.mp4", "grid.png"):
        live.main([str(clip.FILE), "--model", "photonet", "--frames", "2", "--out", str(tmp_path / name)])
    assert len(list(frames(tmp_path / "grid.mp4"))) == 2
    assert str(tmp_path / "grid.png") in capsys.readouterr().out
    with pytest.raises(SystemExit):
        live.main(["93", "--model", "photonet", "--out", str(tmp_path / "x.mp4")])
    assert "camera 93" in capsys.readouterr().err


def test_the_channel_for_people_follows_the_portrait_and_not_the_drawing() -> None:
    """The claim of notebook 12, on three frames of either film."""
    clf, layer, k = load_classifier("efficientnet_lite0"), "features.11.depthwise", 153
    for thing, follows in (("portrait", True), ("drawn person", False)):
        film = [clip.film(thing)[t] for t in (0, 6, 12)]
        maps = [seen.A[k] for seen in live_activations(clf, [f.image for f in film], layer, crop="whole")]
        highest = [float(A.max()) for A in maps]
        if not follows:
            assert max(highest[1:]) < 0.1
            continue
        assert min(highest[1:]) > highest[0]
        for A, frame in zip(maps[1:], film[1:], strict=True):
            y, x = (clip.SIDE / len(A) * (i + 0.5) for i in divmod(int(A.argmax()), A.shape[1]))
            x0, y0, x1, y1 = frame.box
            assert x0 <= x < x1 and y0 <= y < y1
