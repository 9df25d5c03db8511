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
        (r"$g\, W^\top, \quad (a_1,\;a_2)$", "`g W^\u22a4, (a_1,a_2)`"),
        (r"$\sqrt{\mathrm{var} + \varepsilon}$", "`√(var + ε)`"),
        (r"$\operatorname{diag}(g) \cdot \hat z$", "`diag(g) · ẑ`"),
        ("as $a$, or\n$$ b =\n  c $$\nbelow", "as `a`, or\n\n\n    b = c\n\n\nbelow"),
        ("costs `$HOME` and\n```\n$x$\n```", "costs `$HOME` and\n```\n$x$\n```"),
    ],
)
def test_formulas_keep_their_meaning(latex, text):
    assert readable(latex) == text


@pytest.mark.parametrize("lesson", manifest.read(), ids=lambda lesson: lesson.folder)
def test_no_lesson_leaves_latex_in_the_terminal(lesson):
    for cell in notebook.split((lesson.path / "lesson.py").read_text("utf-8")):
        if cell.kind == "markdown":
            for formula in MATH.finditer(cell.text):
                assert "\\" not in readable(formula[0]) and "$" not in readable(formula[0])
