"""The contract that every parameterization keeps, alone and combined; a toy method of a few lines keeps it too."""

from dataclasses import dataclass
from functools import partial

import numpy as np
import pytest

import tinynet as tn
from tinynet import functional as F
from tinynet.engine.tensor import Parameter
from tinynet.parameterizations import contract
from tinynet.parameterizations.base import Parameterization
from tinynet.parameterizations.dense import uniform

SHAPE = (9, 7)


@dataclass(repr=False)
class TwoBlocks(Parameterization):
    """A toy method: the second half of the columns is the first with the signs turned, W = [B, -B]."""

    holds = {"B": ("B", "m", "half")}

    @property
    def half(self):
        return -(-self.n // 2)

    def initialize(self, rng, fan_in):
        self.B = Parameter(uniform(rng, (self.m, self.half), fan_in))

    def approximate(self, W):
        rest = self.n - self.half
        B = W[:, : self.half].copy()
        B[:, :rest] = (W[:, :rest] - W[:, self.half :]) / 2
        self.B = Parameter(B)

    def weight(self):
        return F.concatenate([self.B, -self.B], axis=1)[:, : self.n]


SIMPLE = [
    tn.Dense(),
    tn.LowRank(rank=3),
    tn.LowRank(factor=0.5),
    tn.LowRank(rank=12),
    tn.LowRank(rank=3, bank="random"),
    tn.LowRank(rank=4, bank="smooth"),
    tn.Hashed(1 / 4),
    tn.Hashed(1 / 64),
    tn.Hashed(1.0),
    tn.Hashed(1 / 4, rescale=True),
    tn.Sparse(1 / 3),
    tn.Sparse(1.0),
    *[tn.Quantized(bits=k) for k in range(1, 9)],
    *[tn.Quantized(bits=k, scale="column") for k in (1, 2, 4)],
    tn.Quantized(levels=3),
    tn.Quantized(levels=3, scale="column"),
    tn.Binary(),
    tn.Binary(scale="column"),
    tn.Binary(scale=None),
    tn.Codebook(bits=2),
    tn.Codebook(levels=6),
    tn.Pruned(1 / 8),
    tn.Pruned(1.0),
    tn.Scaled(),
    tn.Scaled(normalize=True),
    tn.Scaled(tn.Sparse(1 / 2)),
    tn.Supermask(),
    tn.Kronecker(rank=2),
    tn.Toeplitz(kernel=2),
    tn.Toeplitz(kernel=3, stride=2, padding=1),
    tn.Toeplitz(kernel=2, channels=3, dimensions=1),
    *[tn.Grid("half steps", bits=k) for k in (1, 2, 8)],
    tn.Grid("powers of two", bits=4),
    tn.Grid("powers of two", bits=3, scale="column"),
    tn.Circulant(),
    tn.Circulant(1 / 4),
    tn.TensorTrain(rank=2),
    tn.TensorTrain(rank=2, modes=[(3, 7), (3, 1)]),
    tn.Sum(tn.Fixed(), tn.LowRank(rank=2)),
    TwoBlocks(),
]
COMBINED = [
    tn.LowRank(rank=3, inner=tn.Binary()),
    tn.LowRank(rank=3, inner=tn.Quantized(bits=4)),
    tn.LowRank(rank=3, bank="random", inner=tn.Quantized(levels=3)),
    tn.Hashed(1 / 4, inner=tn.Quantized(bits=4)),
    tn.Hashed(1 / 4, inner=tn.Binary()),
    tn.Scaled(tn.Hashed(1 / 4)),
    tn.Scaled(tn.Binary(scale=None), normalize=True),
    tn.Scaled(tn.Quantized(bits=3)),
    tn.Scaled(tn.LowRank(rank=2)),
    tn.Codebook(bits=2, inner=tn.Quantized(bits=6)),
    tn.Pruned(1 / 4, inner=tn.Codebook(bits=2, inner=tn.Quantized(bits=6))),
    tn.Coded(tn.Pruned(1 / 2, inner=tn.Coded(tn.Quantized(bits=4)))),
    tn.Columns([tn.Binary(), tn.Quantized(bits=4), tn.LowRank(rank=2)]),
    tn.Scaled(tn.Hashed(1 / 4, tn.Grid(bits=2))),
    tn.Supermask("uniform", tn.Hashed(1 / 4, tn.Binary(scale=None))),
    tn.Kronecker(factor=0.4, inner=tn.Quantized(bits=4)),
    tn.Toeplitz(kernel=2, inner=tn.Quantized(bits=4, scale="column")),
    tn.Toeplitz(kernel=2, inner=tn.Scaled(tn.Quantized(levels=3))),
    tn.Coded(tn.Scaled(tn.Toeplitz(kernel=2, inner=tn.Quantized(bits=4)))),
    tn.Circulant(1 / 3, inner=tn.Quantized(bits=4, scale="column")),
    tn.TensorTrain(rank=3, inner=tn.Quantized(bits=4)),
    tn.Sum(tn.LowRank(rank=2), tn.Sparse(1 / 4)),
    tn.Sum(tn.Fixed(tn.Quantized(bits=2)), tn.LowRank(rank=2)),
]
every_recipe = pytest.mark.parametrize("recipe", SIMPLE + COMBINED, ids=repr)


def in_double(built):
    """Convert the stored tensors to float64, to check gradients."""
    for p in built.parameters():
        p.data = p.numpy().astype(np.float64)
    return built


@pytest.mark.parametrize("name", contract.CHECKS)
@every_recipe
def test_keeps_the_contract(recipe, name):
    if (name == "variance" and recipe == tn.Binary(scale=None)) or (name == "from_dense" and recipe in COMBINED):
        return  # its entries are 1 and -1; a heuristic
    contract.CHECKS[name](partial(contract.observe, recipe), recipe.fitting(SHAPE), seed=1)


def misses(built, W):
    """Return |weight() - W| / |W|, computed in double precision."""
    for p in built.parameters():
        p.data = p.numpy().astype(np.float64)
    return np.linalg.norm(built.weight().numpy() - W) / np.linalg.norm(W)


@every_recipe
@pytest.mark.parametrize("level", [0.0, 3.0])
def test_the_nearest_member_in_float16_is_as_near_as_in_float64(recipe, level):
    W = np.random.default_rng(4).normal(level, 1, size=recipe.fitting((400, 25))).astype(np.float16)
    exact = W.astype(np.float64)
    built = recipe.from_dense(W, seed=5)
    assert all(p.dtype == np.float16 for p in built.parameters())
    assert misses(built, exact) == pytest.approx(misses(recipe.from_dense(exact, seed=5), exact), rel=0.01, abs=0.005)


@pytest.mark.parametrize("recipe", [r for r in SIMPLE + COMBINED if r != tn.Binary(scale=None)], ids=repr)
@pytest.mark.parametrize(("dtype", "power"), [("f4", 120), ("f4", -100), ("f8", 1015), ("f8", -900)])
def test_the_nearest_member_has_no_scale_of_its_own(recipe, dtype, power):
    W = np.random.default_rng(4).normal(size=recipe.fitting(SHAPE)).astype(dtype)
    expected = recipe.from_dense(W, seed=5).weight().numpy()
    found = recipe.from_dense(np.ldexp(W, power), seed=5).weight().numpy()  # exactly W times a power of 2
    np.testing.assert_allclose(np.ldexp(found, -power), expected, rtol=1e-4, atol=1e-6)


USES = {
    "weight": lambda recipe: recipe.weight(),
    "matmul": lambda recipe: recipe.matmul(tn.Tensor(np.ones((2, SHAPE[0]), np.float32))),
    "matmul without a tape": tn.no_grad()(lambda recipe: recipe.matmul(tn.Tensor(np.ones((2, SHAPE[0]), np.float32)))),
    "state": lambda recipe: recipe.state(),
    "parameters": lambda recipe: recipe.parameters(),
    "stored_bits": lambda recipe: recipe.stored_bits(),
}


@pytest.mark.parametrize("use", USES.values(), ids=USES)
@every_recipe
def test_a_recipe_that_was_not_built_says_to_build_it_first(recipe, use):
    with pytest.raises(AttributeError, match=r"is a recipe, without '\w+'; build it first: recipe\.build"):
        use(recipe)


def test_an_attribute_that_no_built_one_has_is_simply_missing():
    built = tn.Hashed().build(SHAPE)
    with pytest.raises(AttributeError, match=r"^'Hashed' object has no attribute 'bucket'$"):
        built.bucket  # noqa: B018
    assert not hasattr(tn.Hashed(), "__array__")


def test_the_toy_method_trains_saves_loads_and_is_swept_by_name(tmp_path):
    data = tn.datasets.load("digits")
    net = tn.MLP([64, 32, 10], weight=TwoBlocks(), seed=0)
    tn.fit(net, data.train, data.valid, epochs=5)
    assert tn.evaluate(net, data.test) < 0.15
    tn.save(net, tmp_path / "toy.safetensors")
    assert np.array_equal(
        tn.load(tmp_path / "toy.safetensors")(data.test.inputs).numpy(), net(data.test.inputs).numpy()
    )
    rows = tn.frontier.sweep(methods=["TwoBlocks"], factors=["1"], seeds=1, epochs=2, hidden=(16,), jobs=1)
    [point] = tn.frontier.summarize(rows)
    assert point.method == "TwoBlocks" and point.error < 0.5


# ---- a recipe inside a recipe inside a recipe

LEAVES = [
    tn.Dense(), tn.Sparse(1 / 2), tn.Quantized(bits=3), tn.Quantized(levels=3, scale="column"), tn.Binary(),
    tn.Binary(scale=None), tn.Bank("random"), tn.Bank("smooth"), tn.Fixed(tn.Quantized(bits=3)),
    TwoBlocks(),
]  # fmt: skip
AROUND = {
    "Scaled": tn.Scaled,
    "Scaled, normalized": lambda r: tn.Scaled(r, normalize=True),
    "Hashed": lambda r: tn.Hashed(1 / 2, r),
    "Hashed, rescaled": lambda r: tn.Hashed(1 / 2, r, rescale=True),
    "LowRank": lambda r: tn.LowRank(rank=4, inner=r),
    "the bank of LowRank": lambda r: tn.LowRank(rank=4, bank=r),
    "Columns": lambda r: tn.Columns([r, tn.Dense()]),
    "Kronecker": lambda r: tn.Kronecker(rank=2, inner=r),
    "Circulant": lambda r: tn.Circulant(1 / 4, r),
    "TensorTrain": lambda r: tn.TensorTrain(rank=2, inner=r),
    "Pruned": lambda r: tn.Pruned(1 / 4, r),
    "Sum": lambda r: tn.Sum(r, tn.Dense()),
}


def middle(every):
    """Return each kind of recipe around one leaf in `every`; the next kind begins with the next leaf."""
    return [around(leaf) for i, around in enumerate(AROUND.values()) for leaf in LEAVES[i % every :: every]]


OUTSIDE = AROUND | {"Toeplitz": lambda r: tn.Toeplitz(kernel=2, inner=r)}
NARROW = ("smooth features need a square picture", "1 columns for 2 blocks")  # why some of them refuse


@pytest.mark.parametrize("every", [3, pytest.param(1, marks=pytest.mark.long)], ids=["some", "all"])
@pytest.mark.parametrize("around", OUTSIDE.values(), ids=OUTSIDE.keys())
def test_recipes_inside_each_other_are_trained_saved_loaded_counted_printed_and_found_again(around, every, tmp_path):
    x, labels = np.random.default_rng(0).normal(size=(8, 16)).astype(np.float32), np.arange(8) % 4
    W, path, refused = np.random.default_rng(1).normal(size=(16, 9)).astype(np.float32), tmp_path / "net", []
    for recipe in map(around, [*LEAVES, *middle(every)]):
        try:
            net = tn.MLP([16, 9, 4], recipe, seed=1)
        except ValueError as error:
            refused.append(str(error))
            continue
        tn.fit(net, (x, labels), epochs=1, batch_size=4, lr=0.01)
        size, loaded = tn.save(net, path), tn.load(path)
        assert np.array_equal(loaded(x).numpy(), net(x).numpy()), recipe
        assert size.payload == sum(a.nbytes for a in net.state().values()) == path.stat().st_size - size.header, recipe
        assert 0 <= 8 * size.payload - net.stored_bits() < 8 * len(net.state()), recipe
        assert loaded.stored_bits() == net.stored_bits() and f"{size.payload:,}" in repr(loaded), recipe
        assert Parameterization.from_json(recipe.to_json()) == recipe
        assert np.isfinite(recipe.from_dense(W, seed=1).weight().numpy()).all(), recipe
    assert all(any(why in message for why in NARROW) for message in refused) and len(refused) < 24


@pytest.mark.parametrize("recipe", [r for r in SIMPLE if getattr(r, "bank", None) is None], ids=repr)
def test_a_matrix_in_float16_computes_in_float16(recipe):
    """All but those with a bank, which is drawn in float32."""
    W = np.random.default_rng(4).normal(size=recipe.fitting(SHAPE))
    half, double = (recipe.from_dense(W.astype(dtype), seed=3) for dtype in (np.float16, np.float64))
    for p, q in zip(half.parameters(), double.parameters(), strict=True):
        p.data = q.numpy().astype(np.float16)
    x = np.random.default_rng(5).normal(size=(4, SHAPE[0]))
    y = half.matmul(tn.Tensor(x.astype(np.float16)))
    y.backward(np.ones(y.shape, np.float16))
    assert y.dtype == np.float16 and all(p.grad.dtype == np.float16 for p in half.parameters())
    np.testing.assert_allclose(y.numpy(), double.matmul(tn.Tensor(x)).numpy(), rtol=0.05, atol=0.1)


def test_a_recipe_inside_a_recipe_inside_a_recipe_can_be_printed():
    recipe = tn.Dense()
    for _ in range(300):
        recipe = tn.Scaled(recipe)
    assert repr(recipe).startswith("Scaled(inner=Scaled(inner=")
