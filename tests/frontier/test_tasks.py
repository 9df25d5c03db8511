"""What is trained on each kind of data: every method meets its byte budget, and errors are what they are said to be."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

import tinynet as tn
from tinynet.frontier.methods import MEMBERS, METHODS, available, recipe
from tinynet.frontier.settings import Settings
from tinynet.frontier.tasks import task_of
from tinynet.layers.table import payload_bytes

WIDTHS = [64, 256, 10]
SHAPES = list(pairwise(WIDTHS))
OFFERS = [(m, f) for m in METHODS for f in (1 / 2, 1 / 4, 1 / 8, 1 / 16, 1 / 32, 1 / 64) if METHODS[m](f, SHAPES)]


@pytest.mark.parametrize(("method", "factor"), OFFERS)
def test_methods_meet_their_byte_budget(method, factor):
    weights, biases = 64 * 256 + 256 * 10, 266
    budget = 4 * factor * weights + 4 * biases
    net = task_of("digits").build(method, factor, WIDTHS, seed=0)
    size = payload_bytes(tn.freeze(net) if method == "binary-mlp" else net)
    assert size <= budget + 48  # seeds, steps and rounding to whole numbers
    assert size > 0.75 * budget


@pytest.mark.parametrize("method", MEMBERS)
def test_members_never_take_more_than_their_budget(method):
    sizes = []
    for factor in (1 / 4, 1 / 16, 1 / 32, 1 / 64):
        if available(method, factor, SHAPES):
            size = payload_bytes(task_of("digits").build(method, factor, WIDTHS, seed=0))
            sizes.append(size / (4 * factor * (64 * 256 + 256 * 10) + 4 * 266))
    assert len(sizes) >= 2 and max(sizes) <= 1 and max(sizes) > (0.65 if "coded" in method else 0.85)


@pytest.mark.parametrize("method", ["pruned", "sum+quantized"])
def test_no_choice_of_entries_breaks_the_budget(method):
    shapes = [(64, 64)]
    [weight] = recipe(method, 1 / 8, shapes)
    rng, size = np.random.default_rng(0), []
    for cluster in (1, 8, 64, 512):  # entries that stand together leave long gaps between them
        W = np.repeat(rng.normal(size=64 * 64 // cluster), cluster).reshape(64, 64) * rng.uniform(0.9, 1, (64, 64))
        size.append(sum(a.nbytes for a in weight.from_dense(W.astype(np.float32)).state().values()))
    assert max(size) <= 64 * 64 / 2


def test_a_member_is_the_largest_that_fits():
    [one, *_] = recipe("kronecker", 1 / 8, [(64, 64)])
    numbers = one.rank * 2 * 64
    assert numbers <= 64 * 64 / 8 < numbers + 2 * 64
    assert recipe("lowrank", 0.11, [(4, 4), (40, 40)]) == [tn.Dense(), tn.LowRank(rank=2)]  # 2 (4 + 4) are no fewer
    for wide, factor in (WIDTHS, 1 / 16), ([784, 300, 10], 1 / 64):
        features, side = task_of("mnist").narrowed("toeplitz", factor, wide)[1], {64: 6, 784: 12}[wide[0]]
        F, kernel = features // side**2, {64: 3, 784: 5}[wide[0]]
        one_feature, budget = kernel**2 + 10 * side**2 + side**2, factor * wide[1] * (wide[0] + 10) + wide[1]
        assert features == F * side**2 and F * one_feature <= budget < (F + 1) * one_feature


def test_windows_need_a_picture_and_every_block_of_columns_a_column():
    assert not any(available("toeplitz", 1 / 8, [(m, 50), (50, 2)]) for m in (30, 16))
    assert not available("narrow+columns", 1 / 32, [(30, 50), (50, 1)])
    assert task_of("digits").narrowed("narrow+columns", 1 / 32, [5, 2, 3]) == [5, 2, 3]


def test_the_binary_network_is_measured_as_its_frozen_file():
    [row] = tn.frontier.sweep(
        methods=["binary-mlp"], factors=["1/32", "1/8"], seeds=1, epochs=3, hidden=(32,), rates=(0.1,), jobs=1,
        after_training=True,
    )  # fmt: skip
    assert row["payload_bytes"] == 64 * 32 // 8 + 32 * 10 // 8 + 4 * 32 + 32 // 8  # weights, thresholds, directions
    assert row["test_error"] < 0.5


@pytest.mark.parametrize("method, entry, factors", [("dense", 4, (1 / 2, 1 / 8, 1 / 64)),
                                                    ("narrow+quantized", 1 / 2, (1 / 9, 1 / 16, 1 / 64))])  # fmt: skip
def test_the_rivals_are_as_wide_as_the_budget_allows(method, entry, factors):
    for factor in factors:
        h = task_of("digits").narrowed(method, factor, WIDTHS)[1]
        budget = 4 * (factor * (64 * 256 + 2560) + 266)
        assert entry * 74 * h + 4 * (h + 10) <= budget < entry * 74 * (h + 1) + 4 * (h + 11)


def test_a_method_that_cannot_meet_a_factor_says_which_it_can():
    with pytest.raises(ValueError, match=r"binary has no recipe for the factor 1; of the usual ones it has \['1/32'\]"):
        task_of("shakespeare").build("binary", 1, [5, 8, 5], 0)


@pytest.mark.parametrize(
    "method",
    [  # those with normalization train without a compiled loop; one of them is enough here
        pytest.param(m, marks=pytest.mark.long if m in ("quantized+norm", "binary+norm") else [])
        for m in task_of("reber").methods
    ],
)
def test_every_method_of_sequences_meets_its_budget_and_is_measured_from_its_file(method, strings):
    factor = {"quantized": "1/16", "quantized+norm": "1/16", "binary": "1/32", "binary+norm": "1/32"}.get(method, "1/4")
    factor = "1/8" if method == "hashed+quantized" else factor
    [row] = tn.frontier.sweep(methods=[method], factors=[factor], **strings | dict(hidden=(24,)))
    weights, biases = 4 * 24 * (7 + 24) + 24 * 7, 4 * 24 + 7
    norms = 9 * 24 if method.endswith("+norm") else 0
    budget = 4 * float(Fraction(factor)) * weights + 4 * (biases + norms)
    assert 0.75 * budget < row["payload_bytes"] <= budget + 64
    assert 0 <= row["test_error"] <= 1


def test_the_error_on_strings_is_the_share_with_an_illegal_step():
    net = tn.RecurrentNet([7, 6, 7], seed=0)
    split = tn.datasets.load("reber", test=20).test
    wrong = 0
    for string, labels in zip(split.inputs, split.labels, strict=True):
        text = "".join("BTPSXVE"[k] for k in string[: (labels >= 0).sum()])
        picks = net(string[None]).numpy()[0].argmax(axis=1)
        wrong += any("BTPSXVE"[picks[t]] not in tn.datasets.reber.legal_next(text[: t + 1]) for t in range(len(text)))
    assert task_of("reber").error(net, split) == wrong / 20


@pytest.mark.parametrize(
    "method, decay",
    [("dense", 1e-3), ("hashed", 1e-3), ("quantized+norm", 0), ("binary", 0), ("hashed+quantized", 0)],
)
def test_strings_are_learned_with_weight_decay_but_not_where_weights_are_latent(method, decay):
    assert task_of("reber").optimizer(Settings("reber", method, "1"))["weight_decay"] == decay
