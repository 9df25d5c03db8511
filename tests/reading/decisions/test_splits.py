"""Trees of networks written by hand, whose right tree is known, and of trained ones."""

import itertools

import numpy as np
import pytest

import tinynet as tn
from tinynet.reading.decisions.regions import decisions, hidden
from tinynet.reading.decisions.splits import agreement, entropy, gain, grow, grow_tree, plot_tree, sign_limit

BITS = np.array(list(itertools.product([-1.0, 1.0], repeat=4)))  # (16, 4): a1 a0 b1 b0
SUMS = ((BITS + 1) / 2) @ [2, 1, 2, 1]  # 0 .. 6


def by_hand(*layers, activation=tn.Tanh):
    """Return an MLP of these (W, b)."""
    net = tn.MLP([len(layers[0][0]), *[len(b) for _, b in layers]], activation=activation)
    for linear, (W, b) in zip(net.layers[::2], layers, strict=True):
        linear.weight.W.data, linear.bias.data = np.float32(W), np.float32(b)
    return net


def xor():
    """OR and AND of two inputs of +-1; the score of class 1 is OR - AND."""
    return by_hand((10 * np.ones((2, 2)), [10, -10]), ([[-1, 1], [1, -1]], [1, 0]))


def adder():
    """Six units that say whether the sum is at least 1 .. 6; the score of class c is the margin of c on both sides."""
    W = np.outer([2, 1, 2, 1], np.ones(6)) / 2  # z_k = sum - k + 1/2
    b = 3 - np.arange(1, 7) + 0.5
    V = np.array([[1 if k <= c else -1 for c in range(7)] for k in range(1, 7)])  # agreement of the units with class c
    return by_hand((10 * W, 10 * b), (V, np.zeros(7)))


# ---------------------------------------------------------------------- known answers


def test_xor_by_hand_gives_its_tree():
    net = xor()
    x = np.array(list(itertools.product([-1.0, 1.0], repeat=2)))
    assert decisions(net, x).tolist() == [0, 1, 1, 0]
    tree = grow_tree(net, x)
    assert (tree.splits, tree.depth, tree.units) == (2, 2, ["1 Tanh 0", "1 Tanh 1"])
    assert tree.root.unit == 0 and tree.root.low.label == 0 and tree.root.low.unit is None  # not even OR: 0
    assert tree.root.high.unit == 1  # OR: ask AND
    assert (tree.root.high.low.label, tree.root.high.high.label) == (1, 0)
    assert agreement(tree, net, x) == 1
    assert tree.root.gain == pytest.approx(1 - 0.75 * entropy(np.array([1, 2])))
    twice = grow_tree(net, x, thresholds="best")  # other thresholds of OR alone do it too
    assert (twice.splits, agreement(twice, net, x)) == (2, 1)


def test_a_two_bit_adder_by_hand_gives_its_tree():
    net = adder()
    np.testing.assert_array_equal(decisions(net, BITS), SUMS)
    tree = grow_tree(net, BITS)
    assert tree.splits == 6 and tree.units == tree.names  # each unit is asked once: a search for the sum
    assert agreement(tree, net, BITS) == 1
    assert sorted(n.label for n in tree.root.nodes() if n.unit is None) == list(range(7))

    def interval(node, low=0, high=6):
        """The sums that can reach each leaf are exactly its class."""
        if node.unit is None:
            assert low == high == node.label
            return
        assert low < node.unit + 1 <= high
        interval(node.low, low, node.unit)
        interval(node.high, node.unit + 1, high)

    interval(tree.root)


@pytest.mark.parametrize(("bit", "units"), [(2, [3]), (1, [1, 3, 5]), (0, [0, 1, 2, 3, 4, 5])])
def test_each_bit_of_the_sum_asks_the_units_where_it_changes(bit, units):
    net = adder()
    truth = SUMS.astype(int) >> bit & 1
    tree = grow_tree(net, BITS, truth)
    assert tree.units == [f"1 Tanh {j}" for j in units] and tree.splits == len(units)
    np.testing.assert_array_equal(tree.predict_for(net, BITS), truth)


def test_a_parity_has_no_gain_at_its_root_and_is_found_nonetheless():
    z = np.array(list(itertools.product([-1.0, 1.0], repeat=3)))
    root = grow(z, (z.prod(axis=1) > 0).astype(int))
    assert root.gain == 0 and sum(n.unit is not None for n in root.nodes()) == 7
    assert all(n.counts.min() == 0 for n in root.nodes() if n.unit is None)


def test_the_gain_is_the_mutual_information():
    rng = np.random.default_rng(0)
    y, side = rng.integers(3, size=200), rng.integers(2, size=200)
    joint = np.array([[np.mean((y == c) & (side == s)) for s in range(2)] for c in range(3)])
    known = np.sum(joint * np.log2(joint / joint.sum(1, keepdims=True) / joint.sum(0, keepdims=True)))
    low = np.bincount(y[side == 0], minlength=3)
    assert gain(np.bincount(y, minlength=3), low) == pytest.approx(known, rel=1e-12)
    assert entropy(np.array([4, 4, 4, 4])) == 2 and entropy(np.zeros(3)) == 0


def test_the_best_threshold_is_that_of_an_exhaustive_search():
    rng = np.random.default_rng(1)
    z, y = rng.normal(size=(40, 3)).astype(np.float32).round(1), rng.integers(3, size=40)
    root = grow(z, y, depth=1, thresholds="best", least=4)
    all_gains = [
        gain(np.bincount(y, minlength=3), np.bincount(y[z[:, j] < t], minlength=3))
        for j in range(3)
        for t in np.unique(z[:, j])
        if 4 <= (z[:, j] < t).sum() <= 36
    ]
    assert root.gain == pytest.approx(max(all_gains), rel=1e-12)
    assert gain(root.counts, root.low.counts) == pytest.approx(root.gain, rel=1e-12)
    assert min(root.low.counts.sum(), root.high.counts.sum()) >= 4


def test_a_threshold_between_two_neighbours_of_float32_divides_them():
    z = np.array([[1.0], [np.nextafter(np.float32(1), np.float32(2))]], np.float32)
    root = grow(z, np.array([0, 1]), thresholds="best")
    assert root.low.counts.tolist() == [1, 0] and root.high.counts.tolist() == [0, 1]


# ---------------------------------------------------------------------- trained networks


@pytest.mark.parametrize(
    "weight",
    [
        tn.Dense(),
        tn.LowRank(rank=4),
        tn.Hashed(1 / 4),
        tn.Sparse(1 / 4),
        tn.Quantized(bits=2),
        tn.Binary(),
        tn.Scaled(),
    ],
    ids=repr,
)
def test_every_parameterization_is_read(weight):
    data = tn.datasets.load("digits")
    net = tn.MLP([64, 16, 10], weight, seed=1)
    tn.fit(net, data.train, epochs=2)
    x, _ = data.train
    tree = grow_tree(net, x, depth=4)
    limit = sign_limit(net, x)
    assert 1 / 10 < agreement(tree, net, x) <= limit <= 1
    assert tree.depth <= 4 and len(tree.names) == 16
    full = grow_tree(net, x, depth=16)
    assert agreement(full, net, x) == limit  # all signs asked: nothing more can be told from them
    assert agreement(grow_tree(net, x, depth=60, thresholds="best"), net, x) == 1


def test_signs_of_the_binary_network_say_nearly_all():
    data = tn.datasets.load("digits")
    net = tn.BinaryMLP([64, 32, 32, 10])
    tn.fit(net, data.train, epochs=2)
    tree = grow_tree(net, data.train[0], layers=["7 SignActivation"], depth=32)
    assert agreement(tree, net, data.train[0]) == 1 == sign_limit(net, data.train[0])  # its scores are made of signs


def test_stopping():
    rng = np.random.default_rng(2)
    z, y = rng.normal(size=(300, 5)), rng.integers(2, size=300)
    assert grow(z, y, depth=0).unit is None
    pure = grow(z, y, purity=0.7, thresholds="best", depth=50)
    for n in pure.nodes():
        assert (n.unit is None) == (n.counts.max() >= 0.7 * n.counts.sum())
    assert all(n.counts.sum() >= 20 for n in grow(z, y, least=20, depth=50).nodes())


def test_text_and_predictions():
    net = xor()
    x = np.array(list(itertools.product([-1.0, 1.0], repeat=2)))
    tree = grow_tree(net, x)
    assert str(tree).splitlines() == [
        "1 Tanh 0 >= 0?   (gain 0.31 bits)",
        "  yes:",
        "    1 Tanh 1 >= 0?   (gain 0.92 bits)",
        "      yes:",
        "        class 0   (1 of 1)",
        "      no:",
        "        class 1   (2 of 2)",
        "  no:",
        "    class 0   (1 of 1)",
    ]
    np.testing.assert_array_equal(tree.predict(hidden(net, x)["1 Tanh"]), [0, 1, 1, 0])


def test_errors_say_what_is_wrong():
    z, y = np.ones((3, 2)), np.array([0, 1, 1])
    with pytest.raises(ValueError, match=r"splits: z \(3, 2\), labels \(2,\) of dtype int64; z \(N, units\) and"):
        grow(z, y[:2])
    with pytest.raises(ValueError, match=r"labels \(3,\) of dtype float64"):
        grow(z, y * 1.0)
    with pytest.raises(ValueError, match=r"splits: z \(0, 2\)"):
        grow(z[:0], y[:0])
    with pytest.raises(ValueError, match="splits: z holds values that are not finite"):
        grow(z * np.inf, y)
    with pytest.raises(ValueError, match="splits: depth=3, purity=0, least=1, thresholds='zero'; depth is at least 0"):
        grow(z, y, depth=3, purity=0)
    with pytest.raises(ValueError, match="thresholds='any'"):
        grow(z, y, thresholds="any")
    with pytest.raises(ValueError, match=r"layers \['9 Tanh'\]; the network's hidden layers are"):
        grow_tree(xor(), np.zeros((1, 2)), layers=["9 Tanh"])


def test_the_picture():
    tree = grow_tree(adder(), BITS)
    figure = plot_tree(tree, classes=[f"sum {c}" for c in range(7)])
    shown = [t.get_text() for t in figure.axes[0].texts]
    assert len(shown) == 13 and len(figure.axes[0].lines) == 12
    assert sum(t.startswith("sum") for t in shown) == 7 and sum(t.endswith(">= 0") for t in shown) == 6
    assert figure.axes[0].get_title().startswith("6 splits on 6 of 6 units; right: yes, left: no")
    assert len(plot_tree(grow_tree(xor(), np.zeros((1, 2)))).axes[0].texts) == 1  # a leaf alone
