"""The drawings that no notebook makes: what they show is computed again, and they load nothing from elsewhere."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from gradcam_lib.equations import channel_weights, combine, scale_by_max
from gradcam_lib.paths import ROOT
from gradcam_lib.relu_rules import RULES, ReLURules

SVG = "{http://www.w3.org/2000/svg}"
DRAWN = sorted((ROOT / "figures").glob("*.svg"))
CELL = 24  # units of the drawing: the side of one position of a map
MARGINS = 71  # px, left and right of a picture on a telephone, together, in the page that nbconvert makes
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
PREPRINTS = {  # first author, and the number on arXiv: year, month, place in the month
    "Deconvnet": ("Zeiler", "1311.2901"),
    "Saliency": ("Simonyan", "1312.6034"),
    "Guided backprop": ("Springenberg", "1412.6806"),
    "CAM": ("Zhou", "1512.04150"),
}
drawings = pytest.mark.parametrize("path", DRAWN, ids=lambda path: path.stem)


def root(path: Path | str) -> ElementTree.Element:
    return ElementTree.parse(ROOT / "figures" / path).getroot()


def group(drawing: ElementTree.Element, name: str) -> ElementTree.Element:
    (found,) = (g for g in drawing.iter(f"{SVG}g") if g.get("id") == name)
    return found


def numbers(drawing: ElementTree.Element, name: str) -> Tensor:
    """The numbers written into a 3 × 3 grid, row by row."""
    written = [float(text.text.replace("−", "-")) for text in group(drawing, name).iter(f"{SVG}text")]
    return torch.tensor(written).view(3, 3)


def shades(drawing: ElementTree.Element, name: str) -> Tensor:
    """The 4 × 4 positions of a map, from the opacity of its cells; blue counts against."""
    shown = torch.zeros(4, 4)
    for colour in group(drawing, name).findall(f"{SVG}g"):
        sign = -1 if colour.get("class") == "against" else 1
        for cell in colour.iter(f"{SVG}use"):
            i, j = int(cell.get("y", 0)) // CELL, int(cell.get("x", 0)) // CELL
            shown[i, j] = sign * float(cell.get("opacity", 1))
    return shown


def maps(drawing: ElementTree.Element, letter: str) -> Tensor:
    return torch.stack([shades(drawing, f"{letter}{k}") for k in (1, 2, 3)])


def test_the_three_rules():
    drawing = root("relu_rules.svg")
    f, R = numbers(drawing, "f").requires_grad_(), numbers(drawing, "R")
    with ReLURules() as rules:
        out = F.relu(f)
    assert torch.equal(numbers(drawing, "relu"), out.detach())
    for rule in RULES:
        with rules.use(rule):
            (expected,) = torch.autograd.grad(out, f, R, retain_graph=True)
        assert torch.equal(numbers(drawing, rule), expected), rule
    signs = {(a > 0, b > 0) for a, b in zip(f.flatten().tolist(), R.flatten().tolist(), strict=True)}
    assert len(signs) == 4, "each combination of signs occurs"


def lines(drawing: ElementTree.Element) -> list[str]:
    return ["".join(text.itertext()) for text in drawing.iter(f"{SVG}text")]


def values(drawing: ElementTree.Element, symbol: str) -> Tensor:
    """The numbers after ``symbol =``; for w: 1, 2 and 3 in "w1c= 1" and so on."""
    found = [re.fullmatch(rf"{symbol}\d?c= (.+)", line) for line in lines(drawing)]
    return torch.tensor([float(match[1].replace("−", "-")) for match in found if match])


def test_cam():
    drawing = root("cam.svg")
    A = 4 * maps(drawing, "A")
    averages = torch.tensor([float(line) for line in lines(drawing) if re.fullmatch(r"[\d.]+", line)])
    w, y = values(drawing, "w"), values(drawing, "y")
    assert torch.equal(averages, A.mean((1, 2))) and torch.equal(y, (w * averages).sum(0, keepdim=True))
    M = combine(w.view(1, 3, 1, 1), A[None], relu=False)[0]
    assert torch.allclose(shades(drawing, "M"), scale_by_max(M), atol=0.005) and M.mean() == y


def test_grad_cam():
    drawing = root("grad_cam.svg")
    A, G = 4 * maps(drawing, "A"), 4 * maps(drawing, "G")
    alpha = channel_weights(G[None])
    assert torch.equal(alpha.flatten(), values(drawing, "α"))
    assert torch.allclose(shades(drawing, "L"), scale_by_max(combine(alpha, A[None]))[0], atol=0.005)


def test_guided_grad_cam_has_the_map_of_grad_cam():
    assert torch.equal(shades(root("guided_grad_cam.svg"), "L"), shades(root("grad_cam.svg"), "L"))


def test_the_score_of_a_caption():
    drawing = root("caption_lstm.svg")
    p = torch.tensor([float(text.text) for text in group(drawing, "p").iter(f"{SVG}text")])
    (score,) = (line for line in lines(drawing) if line.startswith("y = "))
    assert score == f"y = {' + '.join(f'log {one:g}' for one in p.tolist())} = −{-p.log().sum():.2f}"
    said, written = [text.text for text in group(drawing, "words").iter(f"{SVG}text")], lines(drawing)
    assert written[written.index("START") :][: len(said)] == ["START", *said[:-1]], "each word is read next"


def test_the_dates_are_those_of_the_preprints():
    written = lines(root("timeline.svg"))
    for method, (author, number) in PREPRINTS.items():
        start = written.index(method)
        authors, date = written[start + 1 : start + 3]
        month, year = MONTHS[int(number[2:4]) - 1], 2000 + int(number[:2])
        assert authors.startswith(author) and date.startswith(f"{month} {year}")


@drawings
def test_says_what_it_shows(path: Path):
    title, description, *_ = root(path)
    assert title.tag == f"{SVG}title" and description.tag == f"{SVG}desc"
    assert 10 < len(title.text) < 100 < len(description.text)


@drawings
def test_loads_nothing(path: Path):
    text = path.read_text(encoding="utf-8")
    assert path.stat().st_size <= 25_000
    assert re.findall(r"https?://[^\"]+", text) == ["http://www.w3.org/2000/svg"], "the name of the format only"
    assert not re.search(r"<script|<image|<foreignObject|@import|@font-face|data:|\son\w+=", text)
    names = re.findall(r"href=\"(.*?)\"", text) + re.findall(r"url\((.*?)\)", text)
    ids = {element.get("id") for element in root(path).iter()}
    assert all(name.startswith("#") and name[1:] in ids for name in names)


@drawings
def test_is_legible_on_a_telephone_and_in_the_dark(path: Path):
    drawing, text = root(path), path.read_text(encoding="utf-8")
    width, height = (float(side) for side in drawing.get("viewBox").split()[2:])
    assert (drawing.get("width"), drawing.get("height")) == (f"{width:g}", f"{height:g}")
    sizes = [float(size) for size in re.findall(r"(?:font: (?:\w+ )*|font-size: )([\d.]+)px", text)]
    assert min(sizes) * (390 - MARGINS) / width >= 9
    light, dark = text.split("@media (prefers-color-scheme: dark)")
    coloured = r"\.([\w-]+) \{[^}]*(?:fill|stroke): #"
    assert set(re.findall(coloured, light)) == set(re.findall(coloured, dark)), "each colour has its counterpart"
