"""What the tests of several rooms share."""

import pytest

import tinynet as tn

RECIPES = [
    tn.Dense(), tn.LowRank(rank=4), tn.Hashed(1 / 4), tn.Sparse(1 / 2), tn.Quantized(bits=4), tn.Binary(),
    tn.Scaled(tn.Hashed(1 / 4)), tn.Columns([tn.Dense(), tn.Binary()]),
]  # fmt: skip


@pytest.fixture(params=RECIPES, ids=repr)
def recipe(request):
    """A recipe of each method in turn, and two of recipes within recipes."""
    return request.param
