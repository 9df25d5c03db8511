"""What is special to each method."""

import json
from itertools import pairwise

import numpy as np
import pytest

import tinynet as tn
from tinynet.parameterizations import hashing
from tinynet.parameterizations.packing import pack, packed_bits, unpack

rng = np.random.default_rng(0)


def random_matrix(m=12, n=8):
    return np.random.default_rng(1).normal(size=(m, n)).astype(np.float32)


# ---- errors


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: tn.Hashed(0), "factor=0"),
        (lambda: tn.Hashed(2), "factor=2"),
        (lambda: tn.Sparse(0.0), "density=0.0"),
        (lambda: tn.LowRank(), "give one of the two"),
        (lambda: tn.LowRank(rank=3, factor=0.5), "give one of the two"),
        (lambda: tn.LowRank(rank=0), "positive"),
        (lambda: tn.LowRank(rank=2, bank="fancy"), "'random', 'smooth' or 'pretrained'"),
        (lambda: tn.LowRank(rank=2, bank="pretrained").build((4, 4)), "tn.Bank.of"),
        (lambda: tn.LowRank(rank=2, bank="smooth").build((10, 4)), "not a square number"),
        (lambda: tn.Quantized(), "bits=1 to 8 or levels=3"),
        (lambda: tn.Quantized(bits=9), "bits=9"),
        (lambda: tn.Quantized(levels=5), "levels=5"),
        (lambda: tn.Quantized(bits=4, levels=3), "levels=3"),
        (lambda: tn.Binary(scale="row"), "'layer', 'column' or None"),
        (lambda: tn.Columns(), r"parts=\[\]; give a list of recipes"),
        (lambda: tn.Columns([tn.Dense(), "Binary"]), "give a list of recipes, one per block of columns"),
        (lambda: tn.Columns([tn.Dense()] * 3).build((4, 2)), "2 columns for 3 blocks; each block needs at least one"),
        (lambda: tn.Columns([tn.Dense()] * 3).from_dense(np.ones((4, 2))), "2 columns for 3 blocks"),
        (lambda: tn.Dense().build((0, 3)), "at least 1"),
        (lambda: tn.Dense().build((2**20, 2**20)), "at most"),
        (lambda: tn.Hashed().build((2**13, 2**13 + 1)), "at most"),
        (lambda: tn.Dense().build((3,)), r"shape \(3,\); widths must be integers"),
        (lambda: tn.Dense().build((3, 2, 1)), r"shape \(3, 2, 1\); widths must be integers"),
        (lambda: tn.Dense().build((2.0, 3)), r"shape \(2\.0, 3\); widths must be integers"),
        (lambda: tn.Dense().build((True, 3)), r"shape \(True, 3\); widths must be integers"),
        (lambda: tn.Dense().from_dense(np.zeros(3)), r"must be a finite floating-point matrix"),
        (lambda: tn.Dense().from_dense(np.full((2, 2), np.nan)), "finite"),
    ],
)
def test_bad_settings_are_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()


# ---- low rank


def test_low_rank_from_dense_is_the_truncated_svd():
    W = random_matrix()
    kept = tn.LowRank(rank=3).from_dense(W).weight().numpy()
    s = np.linalg.svd(W, compute_uv=False)
    assert np.linalg.matrix_rank(kept, tol=1e-4) == 3
    assert np.linalg.norm(W - kept) == pytest.approx(np.sqrt(np.sum(s[3:] ** 2)), rel=1e-4)


def test_a_fixed_bank_is_not_trained_and_costs_what_cannot_be_regenerated():
    for bank, bits in (("random", 64), ("smooth", 64), (tn.Bank.of(random_matrix(16, 3)), 32 * 16 * 3)):
        built = tn.LowRank(rank=3, bank=bank).build((16, 5), seed=2)
        assert [p.shape for p in built.parameters()] == [(3, 5)]
        assert built.stored_bits() == bits + 32 * 3 * 5


def test_a_rank_above_the_widths_leaves_no_column_that_cannot_learn():
    W = random_matrix(8, 6)
    built = tn.LowRank(rank=9).from_dense(W)
    assert np.allclose(built.weight().numpy(), W, atol=1e-5)
    built.weight().backward(np.ones_like(W))
    assert all(np.abs(p.grad).max(axis=axis).min() > 0 for p, axis in zip(built.parameters(), (0, 1), strict=True))


def test_a_pretrained_bank_from_dense_spans_the_leading_singular_vectors():
    W = random_matrix()
    built = tn.LowRank(rank=3, bank="pretrained").from_dense(W)
    leading = np.linalg.svd(W)[0][:, :3]
    U = built.U.weight().numpy()
    assert np.allclose(leading @ (leading.T @ U), U, atol=1e-5)
    assert built.stored_bits() == 32 * (12 * 3 + 3 * 8)


def test_smooth_atoms_are_bumps_about_distinct_pixels():
    U = tn.Bank("smooth", sigma=1.5).build((49, 20), seed=3).weight().numpy()
    peaks = U.argmax(axis=0)
    assert len(set(peaks)) == 20
    r, c = np.divmod(np.arange(49), 7)
    for column, peak in zip(U.T, peaks, strict=True):
        expected = np.exp(-((r - r[peak]) ** 2 + (c - c[peak]) ** 2) / (2 * 1.5**2))
        assert np.allclose(column, expected / np.linalg.norm(expected), atol=1e-6)


def test_learned_factors_can_be_binary():
    built = tn.LowRank(rank=3, inner=tn.Binary()).build((12, 8), seed=1)
    assert len(np.unique(np.abs(built.U.weight().numpy()))) == 1
    assert built.stored_bits() == 12 * 3 + 32 + 3 * 8 + 32


# ---- hashed


def test_hashed_entries_share_bucket_values_with_signs():
    built = tn.Hashed(1 / 6).build((12, 8), seed=9)
    w, h, xi = (
        built.buckets.weight().numpy().ravel(),
        hashing.places(9, 12, 8, 16) % 16,
        1 - 2 * hashing.places(9, 12, 8, 1).astype(int),
    )
    assert np.array_equal(built.weight().numpy(), xi * w[h])


def test_hashed_from_dense_takes_bucket_means():
    W = random_matrix()
    built = tn.Hashed(1 / 6).from_dense(W, seed=9)
    h, xi = hashing.places(9, 12, 8, 16) % 16, 1 - 2 * hashing.places(9, 12, 8, 1).astype(int)
    w = built.buckets.weight().numpy().ravel()
    for k in np.unique(h):
        assert w[k] == pytest.approx((xi * W)[h == k].mean(), abs=1e-6)


def test_rescaling_divides_the_step_by_the_occupancy():
    built = tn.Hashed(1 / 6, rescale=True).build((12, 8), seed=9)
    occupancy = np.bincount((hashing.places(9, 12, 8, 16) % 16).ravel().astype(np.intp), minlength=16)
    [p] = built.parameters()
    before, p.grad = p.numpy(), np.ones(p.shape, np.float32)
    tn.SGD([p], lr=1.0).step()
    assert np.allclose((before - p.numpy()).ravel(), 1 / np.maximum(occupancy, 1), atol=1e-6)


def test_layers_hash_differently():
    net = tn.MLP([8, 8, 8], weight=tn.Hashed(1 / 4), seed=0)
    first, second = (layer.weight for layer in net.layers if isinstance(layer, tn.Linear))
    assert not np.array_equal(first.places, second.places)


# ---- sparse


def test_sparse_keeps_the_stated_number_of_entries():
    W = tn.Sparse(0.3).build((20, 30), seed=1).weight().numpy()
    assert np.count_nonzero(W) == 180


# ---- quantized and binary


@pytest.mark.parametrize("bits", range(1, 9))
def test_quantized_weights_lie_on_the_grid(bits):
    built = tn.Quantized(bits=bits).from_dense(random_matrix(40, 30))
    levels = np.unique(np.round(built.weight().numpy() / built.s.numpy()[0, 0], 4))
    assert np.array_equal(levels, np.round(levels)) and np.abs(levels).max() <= built.Q
    assert len(levels) <= (2 if bits == 1 else 2**bits - 1)
    assert (0 in levels) == (bits > 1)


def test_more_bits_come_nearer():
    W = random_matrix(40, 30)
    errors = [np.linalg.norm(W - tn.Quantized(bits=k).from_dense(W).weight().numpy()) for k in range(1, 9)]
    assert all(b < a for a, b in pairwise(errors))


def test_a_step_a_column_comes_nearer_than_one_a_layer():
    W = random_matrix(40, 30) * np.geomspace(0.1, 10, 30, dtype=np.float32)
    errors = [
        np.linalg.norm(W - tn.Quantized(bits=4, scale=s).from_dense(W).weight().numpy()) for s in ("layer", "column")
    ]
    assert errors[1] < errors[0] / 2


def test_the_learned_step_has_the_published_gradient():
    """Esser et al. 2019, equation 3: round(v / s) - v / s inside the grid, -Q or Q outside."""
    built = tn.Quantized(bits=3).build((6, 5), seed=0)
    V = rng.normal(size=(6, 5)) * 2
    built.V.data, built.s.data = V, np.full((1, 1), 0.4)
    u = rng.normal(size=(6, 5))
    built.weight().backward(u)
    slope = np.where(np.abs(V / 0.4) < 3, np.rint(V / 0.4) - V / 0.4, 3 * np.sign(V))
    assert built.s.grad.item() == pytest.approx(np.sum(u * slope))
    assert np.allclose(built.V.grad, u * (np.abs(V / 0.4) <= 3))
    assert built.s.grad_scale == pytest.approx((30 * 3) ** -0.5)


def test_binary_from_dense_is_sign_and_mean_magnitude():
    W = random_matrix()
    assert np.allclose(tn.Binary().from_dense(W).weight().numpy(), np.abs(W).mean() * np.where(W >= 0, 1, -1))


@pytest.mark.parametrize("width", [16, 1024])
def test_the_learning_rates_of_dense_serve_for_binary(width):
    """With the authors' square of the step's factor the wide network diverges at this rate, and guesses."""
    train, _, test = tn.datasets.load("digits")
    net = tn.MLP([64, width, 10], tn.Binary(), seed=0)
    tn.fit(net, train, epochs=5, batch_size=50, lr=0.1, momentum=0.9, progress=False)
    assert tn.evaluate(net, test) < 0.2


def test_binary_weights_are_a_bit_and_latent_ones_stay_in_bounds():
    built = tn.Binary(scale=None).build((12, 8), seed=1)
    assert set(np.unique(built.weight().numpy())) == {-1, 1} and built.stored_bits() == 96
    [V] = built.parameters()
    assert V.step_scale == pytest.approx(np.sqrt(20 / 1.5)) and V.bounds == (-1, 1)
    V.move(np.full(V.shape, 10, np.float32))
    assert V.numpy().max() == V.numpy().min() == 1


def test_sign_of_zero_is_plus_one_in_weights_and_on_disk():
    built = tn.Binary().from_dense(np.zeros((3, 3), np.float32) - 0.0)
    assert np.unpackbits(built.state()["bits"], count=9, bitorder="little").all()


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8"])
@pytest.mark.parametrize("scale", ["layer", "column"])
@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_quantized_zeros_stay_zeros_however_small_the_other_columns_are(bits, scale, dtype):
    W = np.zeros((6, 4), dtype)
    if scale == "column":
        W[:, 1] = [1e-3, -1e-3, 1e-3, 1e-3, -1e-3, 1e-3]
    built = tn.Quantized(bits=bits, scale=scale).from_dense(W)
    found = built.weight().numpy()
    np.testing.assert_allclose(found, W, rtol=1e-3, atol=np.finfo(dtype).smallest_subnormal)
    again = tn.Quantized(bits=bits, scale=scale).from_state((6, 4), built.state())
    np.testing.assert_array_equal(again.weight().numpy(), found)


def test_a_one_bit_column_of_zeros_can_be_trained():
    W = np.stack([np.zeros(5), np.full(5, 0.3)], axis=1).astype(np.float32)
    built = tn.Quantized(bits=1, scale="column").from_dense(W)
    optimizer = tn.SGD(built.parameters(), lr=0.1)
    for _ in range(200):
        optimizer.zero_grad()
        ((built.weight() + 1) ** 2).sum().backward()
        optimizer.step()
    np.testing.assert_allclose(built.weight().numpy()[:, 0], -1, atol=0.1)


@pytest.mark.parametrize("scale", ["layer", "column"])
def test_one_bit_from_dense_is_sign_and_mean_magnitude(scale):
    W = random_matrix() * np.array([1, 1, 0, 0, 1e-5, 1, 1, 1], np.float32)
    s = np.abs(W).mean(axis=0 if scale == "column" else None)
    found = tn.Quantized(bits=1, scale=scale).from_dense(W).weight().numpy()
    np.testing.assert_allclose(found, s * np.where(W >= 0, 1, -1), rtol=1e-5, atol=1e-40)


# ---- scaled


@pytest.mark.parametrize("normalize", [False, True])
def test_scaled_signs_are_binary_with_a_scale_for_each_column(normalize):
    W = random_matrix() * np.geomspace(0.1, 10, 8, dtype=np.float32)
    W[:, 3] = 0
    expected = tn.Binary("column").from_dense(W).weight().numpy()
    found = tn.Scaled(tn.Binary(scale=None), normalize).from_dense(W).weight().numpy()
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-30)


@pytest.mark.parametrize("inner", [tn.Hashed(1 / 4), tn.Quantized(bits=2), tn.LowRank(rank=1)], ids=repr)
def test_no_other_lengths_bring_scaled_nearer(inner):
    W = random_matrix().astype(np.float64)
    found = tn.Scaled(inner).from_dense(W).weight().numpy()
    assert np.allclose((W * found).sum(axis=0), (found * found).sum(axis=0))  # the rest is orthogonal, column by column


def test_a_column_of_which_nothing_is_left_keeps_its_length():
    W = np.array([[1.0, 3.0], [2.0, 4.0]])
    built = tn.Scaled(tn.Sparse(1 / 4)).from_dense(W)
    empty = built.V.weight().numpy().any(axis=0).argmin()
    assert built.g.numpy()[empty] == pytest.approx(np.linalg.norm(W[:, empty]))


@pytest.mark.parametrize("normalize", [False, True])
def test_scaled_knows_no_smallest_length(normalize):
    W = random_matrix() * np.array([0, 1e-30, 1e-25, 1e-12, 1, 1e12, 1e25, 1e36], np.float32)
    built = tn.Scaled(normalize=normalize).from_dense(W)
    np.testing.assert_allclose(built.weight().numpy(), W, rtol=1e-5)
    np.testing.assert_allclose(built.g.numpy(), np.linalg.norm(W.astype(np.float64), axis=0), rtol=1e-5)


def test_a_short_direction_has_the_length_that_g_says():
    built = tn.Scaled(normalize=True).build((12, 8), seed=1)
    expected = built.weight().numpy()
    built.V.W.data = built.V.W.numpy() * np.float32(1e-25)
    np.testing.assert_allclose(built.weight().numpy(), expected, rtol=1e-5)


def test_a_column_without_connections_starts_with_scale_1_and_gives_no_nan():
    for normalize in (False, True):
        built = tn.Scaled(tn.Sparse(0.05), normalize).build((10, 12), seed=1)
        empty = ~built.V.weight().numpy().any(axis=0)
        assert empty.any() and not empty.all() and (built.g.numpy()[empty] == 1).all()
        built.weight().sum().backward()
        assert not built.weight().numpy()[:, empty].any()
        assert all(np.isfinite(p.grad).all() for p in built.parameters())


def test_the_entries_of_a_long_float16_column_survive():
    W = np.full((100, 2), [6e4, 1], np.float16)  # 6e5 long: more than float16 can say
    assert np.array_equal(tn.Scaled().from_dense(W).weight().numpy()[:, 1], W[:, 1])
    np.testing.assert_allclose(tn.Scaled().from_dense(W).weight().numpy(), W, rtol=2e-3)


def test_weight_normalization_separates_length_and_direction():
    built = tn.Scaled(normalize=True).build((12, 8), seed=1)
    built.V.W.data = built.V.W.numpy() * 3
    assert np.allclose(np.linalg.norm(built.weight().numpy(), axis=0), built.g.numpy(), rtol=1e-5)


# ---- columns


@pytest.mark.parametrize("n, widths", [(12, [4, 4, 4]), (8, [3, 3, 2]), (7, [3, 2, 2]), (3, [1, 1, 1])])
def test_blocks_of_columns_are_as_equal_as_they_can_be_the_wider_first(n, widths):
    recipes = [tn.Dense(), tn.Binary(scale=None), tn.LowRank(rank=1)]
    built = tn.Columns(recipes).build((6, n), seed=1)
    W, borders = built.weight().numpy(), np.cumsum(widths)[:-1]

    assert [block.shape for block in built.blocks] == [(6, width) for width in widths]
    for block, columns in zip(built.blocks, np.split(W, borders, axis=1), strict=True):
        assert np.array_equal(block.weight().numpy(), columns)
    assert built.stored_bits() == sum(block.stored_bits() for block in built.blocks)


def test_columns_from_dense_takes_each_blocks_nearest():
    W = random_matrix(12, 8)
    recipes = [tn.Quantized(bits=3), tn.LowRank(rank=2)]
    kept = tn.Columns(recipes).from_dense(W, seed=4).weight().numpy()
    halves = [r.from_dense(half).weight().numpy() for r, half in zip(recipes, np.split(W, 2, axis=1), strict=True)]

    assert np.array_equal(kept, np.concatenate(halves, axis=1))


def test_equal_recipes_draw_different_columns():
    for recipe in (tn.Dense(), tn.Binary(), tn.Hashed(1 / 4), tn.Sparse(1 / 2)):
        W = tn.Columns([recipe] * 4).build((6, 12), seed=1).weight().numpy()
        assert len({block.tobytes() for block in np.split(W, 4, axis=1)}) == 4


def test_columns_inside_columns_and_of_a_tuple_come_back():
    recipe = tn.Columns((tn.Columns([tn.Binary(), tn.Dense()]), tn.Scaled(tn.Quantized(levels=3))))
    again = tn.Parameterization.from_json(json.loads(json.dumps(recipe.to_json())))
    built = recipe.build((5, 9), seed=2)

    assert again == recipe and again.parts == recipe.parts
    assert np.array_equal(again.from_state((5, 9), built.state()).weight().numpy(), built.weight().numpy())


@pytest.mark.parametrize("parts", [5, "ab", [5], [{}], {"Dense": {}}, None])
def test_a_description_of_columns_without_recipes_is_refused(parts):
    with pytest.raises(ValueError, match=r"Columns|recipe"):
        tn.Parameterization.from_json({"Columns": {"parts": parts}})


# ---- packing


@pytest.mark.parametrize("base", [2, 3, 4, 8, 16, 32, 64, 128, 256])
@pytest.mark.parametrize("count", [1, 4, 5, 8, 9, 101])
def test_packing_comes_back_and_takes_the_stated_bits(base, count):
    codes = rng.integers(0, base, count)
    packed = pack(codes, base)
    assert packed.nbytes == -(-packed_bits(count, base) // 8)
    assert np.array_equal(unpack(packed, (count,), base), codes)


def test_packing_matches_arithmetic_on_python_integers():
    codes = [5, 0, 7, 3, 6, 1]
    number = sum(code << (3 * i) for i, code in enumerate(codes))
    assert pack(np.array(codes), 8).tobytes() == number.to_bytes(3, "little")
    assert pack(np.array([2, 1, 0, 2, 1, 2]), 3).tolist() == [2 + 3 + 2 * 27 + 81, 2]


def test_damaged_packing_is_refused():
    with pytest.raises(ValueError, match="below 243"):
        unpack(np.array([250], np.uint8), (5,), 3)
    with pytest.raises(ValueError, match="must be zero"):
        unpack(np.array([0b1111_0000], np.uint8), (3,), 2)
