r"""Formulas as MathML, which every present browser draws without a script, a font or a network.

A Sphinx extension. latex2mathml translates; it does not know ``\tag``, so a number of an equation is set beside it.
"""

from __future__ import annotations

import re
from html import escape

from latex2mathml.converter import convert
from sphinx.application import Sphinx

TAG = re.compile(r"\\tag\{(.*?)\}")


def formula(tex: str, display: str = "inline") -> str:
    """TeX → one <math> element, with the TeX as its alternative text."""
    return convert(tex, display=display).replace("<math ", f'<math alttext="{escape(tex, quote=True)}" ', 1)


def equation(tex: str) -> str:
    """TeX of a displayed equation → its <math> element, and its number where it has one."""
    number = TAG.search(tex)
    beside = f"<span>({escape(number[1])})</span>" if number else ""
    return f'<div class="equation">{formula(TAG.sub("", tex).strip(), "block")}{beside}</div>'


def visit_inline(translator, node) -> None:
    translator.body.append(formula(node.astext()))
    skip()


def visit_displayed(translator, node) -> None:
    translator.body.append(equation(node.astext()))
    skip()


def skip() -> None:
    from docutils.nodes import SkipNode

    raise SkipNode


def setup(app: Sphinx) -> dict:
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_displayed, None))
    return {"parallel_read_safe": True}
