"""Which entries share a number: found by derivatives alone, held against what each method says of itself."""

import importlib.util
import re
from pathlib import Path

import numpy as np
import pytest

import tinynet as tn
from tinynet.parameterizations import hashing
from tinynet.reading.layers.sharing import DARKER, NOT_LEARNED, colours, draw_matrix, parts, plot_sharing

DOCS = Path(__file__).parents[3] / "docs"


def as_stored(recipe, shape=(9, 8), seed=3):
    built = recipe.from_dense(np.random.default_rng(0).normal(size=shape).astype(np.float32), seed)
    return recipe.from_state(shape, built.state())


def kinds(picture):
    """Return a number for each entry, (m, n): the same for entries of the same colour."""
    _, kind = np.unique(np.round(picture, 6).reshape(-1, 3), axis=0, return_inverse=True)
    return kind.reshape(picture.shape[:2])


def same_partition(a, b):
    pairs = set(zip(a.ravel().tolist(), b.ravel().tolist(), strict=True))
    return len(pairs) == len(np.unique(a)) == len(np.unique(b))


def test_a_hashed_entry_is_its_bucket_and_nothing_else():
    built = as_stored(tn.Hashed(1 / 8))
    numbers, part = parts(built)
    bucket = hashing.places(3, 9, 8, 9) % 9
    assert np.array_equal(numbers, built.buckets.W.numpy().ravel())
    expected = np.where(np.arange(9) == bucket[..., None], np.abs(built.weight().numpy())[..., None], 0)
    np.testing.assert_allclose(part, expected, rtol=1e-6)


def test_an_entry_of_low_rank_is_a_row_and_a_column_in_equal_parts():
    built = as_stored(tn.LowRank(rank=1))
    _, part = parts(built)
    size = np.abs(built.weight().numpy())
    for i in range(9):
        for j in range(8):
            expected = np.zeros(17)
            expected[[i, 9 + j]] = size[i, j]
            np.testing.assert_allclose(part[i, j], expected, rtol=1e-4, atol=1e-6)


def test_the_same_number_has_the_same_colour_and_another_one_another():
    built = as_stored(tn.Hashed(1 / 8))
    assert same_partition(kinds(colours(built)), hashing.places(3, 9, 8, 9))  # a bucket and a sign
    toeplitz = as_stored(tn.Toeplitz(kernel=3, padding=1, dimensions=1), (9, 9))
    i, j = np.indices((9, 9))
    assert same_partition(kinds(colours(toeplitz)), np.clip(i - j, -2, 2) * (np.abs(i - j) < 2) + 9 * (abs(i - j) > 1))


@pytest.mark.parametrize(
    "recipe",
    [tn.Quantized(bits=3), tn.Quantized(levels=3), tn.Binary(), tn.Grid("powers of two", 3), tn.Codebook(bits=2)],
    ids=repr,
)
def test_a_level_has_a_colour(recipe):
    built = as_stored(recipe)
    assert same_partition(kinds(colours(built)), np.round(built.weight().numpy(), 4))


def test_zeros_are_white_seeds_grey_and_negative_entries_darker():
    pruned = as_stored(tn.Pruned(1 / 4))
    assert np.array_equal((colours(pruned) == 1).all(axis=-1), pruned.weight().numpy() == 0)
    bank = tn.Bank("random").build((9, 8), seed=3)
    grey = NOT_LEARNED * np.where(bank.weight().numpy() < 0, DARKER, 1)
    np.testing.assert_allclose(colours(bank), np.repeat(grey[..., None], 3, axis=-1))
    binary = as_stored(tn.Binary())
    plus, minus = (colours(binary)[s * binary.weight().numpy() > 0][0] for s in (1, -1))
    np.testing.assert_allclose(minus, DARKER * plus)


def test_looking_changes_nothing_and_what_is_too_large_is_refused():
    built = tn.Quantized(bits=2).build((9, 8), seed=3)
    V = built.V.numpy()
    colours(built)
    parts(built)
    assert np.array_equal(built.V.numpy(), V) and all(p.grad is None for p in built.parameters())
    with pytest.raises(ValueError, match="a matrix 100 x 100 of 10000 numbers has 100,000,000 parts; at most"):
        parts(tn.Dense().build((100, 100)))
    with pytest.raises(ValueError, match="no matrices to draw"):
        plot_sharing({})


def test_a_recipe_and_a_built_matrix_are_drawn_alike():
    [axes] = draw_matrix(tn.Hashed(1 / 4), (6, 5), seed=2).axes
    [again] = draw_matrix(tn.Hashed(1 / 4).build((6, 5), seed=2)).axes
    assert axes.get_title() == "Hashed(factor=0.25)"
    assert np.array_equal(axes.images[0].get_array(), again.images[0].get_array())
    assert np.array_equal(axes.images[0].get_array(), colours(tn.Hashed(1 / 4).build((6, 5), seed=2)))


# ---- the pictures in docs/matrices


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("matrices", DOCS / "matrices.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_pictures_of_the_page_are_those_that_the_script_draws(script):
    from matplotlib.image import imread

    built = script.built()
    assert {path.stem for path in (DOCS / "matrices").glob("*.png")} == {"all", *built}
    for name, matrix in built.items():
        found = np.rint(255 * imread(DOCS / "matrices" / f"{name}.png")[..., :3])
        np.testing.assert_allclose(found, script.pixels(matrix), atol=2, err_msg=f"{name}: run docs/matrices.py")


def test_every_method_has_a_picture(script):
    public = {name for name in tn.__dict__ if name in tn.Parameterization.registry}
    drawn = {name for recipe in script.RECIPES.values() for name in re.findall(r"[A-Z]\w+(?=\()", repr(recipe))}
    assert public <= drawn | {"Parameterization"}, "add a recipe to docs/matrices.py and run it"
