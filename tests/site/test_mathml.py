"""Formulas as MathML."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

pytest.importorskip("latex2mathml", reason="the packages of the site are not installed")

from gradcam_lib.site.mathml import equation, formula

MATHML = "{http://www.w3.org/1998/Math/MathML}"


def test_a_fraction() -> None:
    tree = ElementTree.fromstring(formula(r"\frac{1}{Z}"))
    (fraction,) = tree.iter(f"{MATHML}mfrac")
    assert [part.text for part in fraction.iter() if part.text] == ["1", "Z"]
    assert tree.get("alttext") == r"\frac{1}{Z}" and tree.get("display") == "inline"


def test_what_a_page_could_take_for_a_tag_is_escaped() -> None:
    assert ElementTree.fromstring(formula("a<b")).get("alttext") == "a<b"


def test_the_number_of_an_equation_stands_beside_it() -> None:
    html = equation(r"y = x \tag{3}")
    tree = ElementTree.fromstring(html)
    assert tree.find("span").text == "(3)"
    assert "tag" not in html and tree.find(f"{MATHML}math").get("display") == "block"


def test_an_equation_without_a_number() -> None:
    assert "<span>" not in equation("y = x")
