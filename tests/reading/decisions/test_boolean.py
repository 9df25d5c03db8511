"""Counts of Boolean functions against published numbers, against linear programs, and against networks that run."""

from itertools import product

import numpy as np
import pytest

import tinynet as tn
from tinynet.reading.decisions.boolean import (
    is_self_dual,
    plot_boolean,
    points,
    reached,
    tables,
    threshold_functions,
    two_layers,
    values,
    xnor_closure,
)


def table(f, n):
    """Return the truth table of a Python function of n signs."""
    return sum((f(*map(int, x)) > 0) << p for p, x in enumerate(points(n)))


AFFINE = [2 ** (n + 1) for n in range(1, 5)]  # a constant, and each input in or out
THRESHOLD = [4, 14, 104, 1882]  # A000609


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_xnor_and_constants_make_the_affine_functions_and_no_others(n):
    affine = {
        table(lambda *x, s=subset, c=c: c * np.prod([v for v, chosen in zip(x, s, strict=True) if chosen] or [1]), n)
        for subset in product([False, True], repeat=n)
        for c in (-1, 1)
    }
    assert xnor_closure(n) == affine and len(affine) == AFFINE[n - 1]
    alone = xnor_closure(n, constants=False)
    assert alone == {f for f in affine if f >> (2**n - 1) & 1}  # XNOR of +1 and +1 is +1: all are +1 at (+1, .., +1)
    if n > 1:
        assert table(lambda *x: min(x), n) not in affine  # AND


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_threshold_functions_are_as_many_as_published(n):
    assert len(threshold_functions(n, range(-3, 4))) == THRESHOLD[n - 1]


def test_threshold_functions_of_three_inputs_are_the_separable_ones():
    optimize = pytest.importorskip("scipy.optimize")
    x, found = np.c_[points(3), np.ones(8)], set()
    for t, f in enumerate(values(range(256), 3)):  # is there a w with f (w . x) >= 1 everywhere?
        lp = optimize.linprog(np.zeros(4), A_ub=-f[:, None] * x, b_ub=-np.ones(8), bounds=(None, None))
        found |= {t} if lp.status == 0 else set()
    assert found == threshold_functions(3, range(-2, 3))


def test_units_of_plus_and_minus_one_written_out():
    units = set()
    for a, b in product([-1, 1], repeat=2):
        for f in (min, max):
            units.add(table(lambda x, y, a=a, b=b, f=f: f(a * x, b * y), 2))
    assert threshold_functions(2) == units | {0, 15}  # 4 ANDs, 4 ORs, 2 constants: no input alone
    assert [len(threshold_functions(n)) for n in (1, 2, 3, 4)] == [4, 10, 26, 66]
    assert [len(threshold_functions(n, (-1, 0, 1))) for n in (1, 2, 3, 4)] == [4, 14, 56, 218]
    assert threshold_functions(2, (-1, 0, 1)) == threshold_functions(2, range(-3, 4))
    with_constant = threshold_functions(3, thresholds="constant")
    assert len(with_constant) == 16 and with_constant < threshold_functions(3)


def test_a_threshold_at_zero_of_odd_fan_in_is_self_dual_and_layers_stay_so():
    self_dual = {t for t in range(256) if is_self_dual(t, 3)}
    assert len(self_dual) == 16
    assert table(lambda x, y, z: x * y * z, 3) in self_dual and table(lambda x, y, z: max(x, y, z), 3) not in self_dual
    one = threshold_functions(3, thresholds="zero")
    assert len(one) == 8 and one < self_dual
    assert len(threshold_functions(3, range(-3, 4), "zero") & self_dual) == 14  # all but the two parities
    assert two_layers(one, 3, 3, "zero") == self_dual == two_layers(one, 3, 5, "zero")
    even = threshold_functions(2, thresholds="zero")  # ties: sign(0) = +1 breaks the symmetry
    assert not any(is_self_dual(t, 2) for t in even)


def test_a_constant_input_makes_any_function_of_a_self_dual_one():
    self_dual = {t for t in range(256) if is_self_dual(t, 3)}
    assert len({t >> 4 for t in self_dual}) == 16  # first input +1: the upper half of the table


@pytest.mark.parametrize(("n", "counts"), [(2, [10, 16]), (3, [26, 146, 250, 256]), (4, [66, 1298, 9858])])
def test_two_layers(n, counts):
    units = threshold_functions(n)
    assert [len(two_layers(units, n, k)) for k in range(1, len(counts) + 1)] == counts


@pytest.mark.parametrize("thresholds", ["zero", "constant", "any"])
@pytest.mark.parametrize("k", [1, 2, 3])
def test_two_layers_written_out(k, thresholds):
    units = [[1, -1, 1, 1], [1, 1, 1, 1], [-1, -1, 1, -1]]
    t = {"zero": [0], "constant": [-1, 1], "any": range(-k, k + 2)}[thresholds]
    expected = {
        sum((sum(s * f[p] for s, f in zip(signs, chosen, strict=True)) >= c) << p for p in range(4))
        for chosen in product(units, repeat=k)
        for signs in product([-1, 1], repeat=k)
        for c in t
    }
    assert two_layers(tables(np.array(units)), 2, k, thresholds) == expected


def test_two_layers_are_what_networks_compute():
    rng = np.random.default_rng(0)
    reach = two_layers(threshold_functions(3), 3, 3)
    for _ in range(100):
        net = tn.MLP([3, 3, 1], activation=tn.SignActivation)
        for layer, largest in zip(net.layers[::2], (4, 4), strict=True):
            layer.weight.W.data = rng.choice([-1, 1], layer.weight.shape).astype(np.float32)
            layer.bias.data = rng.integers(-largest, largest + 1, layer.n_out).astype(np.float32)
        assert tables(net(points(3).astype(np.float32)).numpy().T) <= reach


def test_the_counts_of_three_inputs_and_their_picture():
    assert list(reached(3).values()) == [8, 16, 8, 16, 26, 56, 104, 16, 146, 250]
    first, second = plot_boolean((2, 3)).axes
    assert [axes.get_title() for axes in (first, second)] == ["2 inputs: 16 functions", "3 inputs: 256 functions"]
    assert [t.get_text().strip() for t in second.texts] == [str(c) for c in reached(3).values()]
    assert first.get_xlabel() == "functions reached" and first.get_xscale() == "log"


def test_errors_say_what_is_wrong():
    with pytest.raises(ValueError, match="boolean: 5 inputs; functions of 1 to 4 inputs are counted"):
        threshold_functions(5)
    for call in (lambda: threshold_functions(2, thresholds="some"), lambda: two_layers({1}, 2, 1, "some")):
        with pytest.raises(ValueError, match="boolean: thresholds='some'; it is 'zero', 'constant' or 'any'"):
            call()
    with pytest.raises(ValueError, match="boolean: 12,103,014 choices of 5 among 66 units; take fewer"):
        two_layers(threshold_functions(4), 4, 5)
