import re
import unicodedata

import pytest

from tinynet.course import manifest, notebook
from tinynet.course.formulas import MATH, readable


@pytest.mark.parametrize(
    "latex, text",
    [
        (r"$z = xW + b$", "`z = xW + b`"),
        (r"$\frac{\partial L}{\partial x_{em}} = \sum_n g_{en} W_{mn}$", "`∂L/∂x_{em} = ∑_n g_{en} W_{mn}`"),
        (r"$\frac{f(x + h) - f(x - h)}{2h}$", "`(f(x + h) - f(x - h))/(2h)`"),
        (r"$p_c = \frac{e^{s_c}}{\sum_k e^{s_k}}$", "`p_c = (e^{s_c})/(∑_k e^{s_k})`"),
        (r"$\log p_c \approx - \log \sum_k e^{s_k - m}$", "`log p_c ≈ - log ∑_k e^{s_k - m}`"),
        (r"$g\, W^\top, \quad (a_1,\;a_2)$", "`g W^\u22a4, (a_1, a_2)`"),
        (r"$\frac{\|X^T Y\|^2}{\|X\|\,\|Y\|}$", "`(‖X^T Y‖^2)/(‖X‖ ‖Y‖)`"),
        (r"$(1 + \tanh z) / 2, -\ln p, \log \mu$", "`(1 + tanh z) / 2, -ln p, log μ`"),
        (r"$w \to w - \eta v, \quad m \times n$", "`w → w - η v, m \u00d7 n`"),
        (r"$\pm 1$", "`±1`"),
        (r"$\langle v, J u \rangle \cdot \left(-\frac12\right)$", "`⟨v, J u⟩ · (-1/2)`"),
        (r"$\unheard x + \of y$", r"`\unheard x + \of y`"),  # rather than x + y
        (r"$\sqrt{\mathrm{var} + \varepsilon}$", "`√(var + ε)`"),
        (r"$\operatorname{diag}(g) \cdot \hat z$", "`diag(g) · ẑ`"),
        ("as $a$, or\n$$ b =\n  c $$\nbelow", "as `a`, or\n\n\n    b = c\n\n\nbelow"),
        ("costs `$HOME` and\n```\n$x$\n```", "costs `$HOME` and\n```\n$x$\n```"),
    ],
)
def test_formulas_keep_their_meaning(latex, text):
    assert readable(latex) == text


MACRO = re.compile(r"\\([A-Za-z]+|.)")
SILENT = {"mathrm", "operatorname", "text", "left", "right", "big", "Big", "bigl", "bigr", ",", ";", "!"}
SILENT |= {"frac", "sqrt", "hat", "bar", "overline", "quad", "qquad"}  # they move what they get; tested above


def formulas(lesson):
    """Return each formula of a lesson with what the terminal shows for it."""
    cells = notebook.split((lesson.path / "lesson.py").read_text("utf-8"))
    found = [formula[0] for cell in cells if cell.kind == "markdown" for formula in MATH.finditer(cell.text)]
    return [(latex, readable(latex)) for latex in found]


@pytest.mark.parametrize("lesson", manifest.read(), ids=lambda lesson: lesson.folder)
def test_no_lesson_leaves_latex_in_the_terminal(lesson):
    for _, shown in formulas(lesson):
        assert "\\" not in shown and "$" not in shown


@pytest.mark.parametrize("lesson", manifest.read(), ids=lambda lesson: lesson.folder)
def test_no_formula_of_a_lesson_loses_a_symbol(lesson):
    for latex, shown in formulas(lesson):
        symbols = iter(unicodedata.normalize("NFD", shown))
        for c in re.sub(r"[\s{}$]", "", MACRO.sub("", latex)):
            assert c in symbols, f"{latex} lost {c!r}: {shown}"  # each after the one before
        for name in set(MACRO.findall(latex)) - SILENT:
            plain = readable(rf"$\{name}$").strip("`")
            assert plain and shown.count(plain) >= latex.count(rf"\{name}"), f"{latex} lost {name}: {shown}"
        assert not re.search(r"(tanh|log|ln|exp)[^\W\d_]", shown), shown  # as in tanhz
