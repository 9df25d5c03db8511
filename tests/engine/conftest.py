"""What the tests of the engine share."""

import inspect

import numpy as np
import pytest

import tinynet as tn
from tinynet.engine import shapes


@pytest.fixture(scope="session")
def leaf():
    """A function that makes a tensor of the values given, one that requires a gradient."""
    return lambda values, dtype=np.float64: tn.Tensor(np.asarray(values, dtype), requires_grad=True)


@pytest.fixture(scope="session")
def drawn():
    """A function that draws an array of the shape given from a normal distribution."""
    return lambda *shape, seed=0, scale=1.0: scale * np.random.default_rng(seed).normal(size=shape)


@pytest.fixture(scope="session")
def rows():
    """A function of a module that returns {name: how many VJPs} of the primitives that stand in it as rows."""

    def in_module(module):
        found = {}
        for f in vars(module).values():
            if getattr(f, "__code__", None) is tn.functional.exp.__code__:  # all primitives share it
                row = inspect.getclosurevars(f).nonlocals
                found[row["name"]] = 2 if isinstance(row["rules"], shapes.every) else len(row["rules"])
        assert found, f"{module.__name__} has no rows"
        return found

    return in_module
