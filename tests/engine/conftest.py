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


@pytest.fixture(scope="session")
def agree(torch):
    """A check that a function has the same values and gradients on Tensors and in PyTorch, for a random cotangent."""

    def check(ours, theirs, *arrays, seed=0):
        xs = [tn.Tensor(a, requires_grad=True) for a in arrays]
        ts = [torch.tensor(a, dtype=torch.float64, requires_grad=True) for a in arrays]
        y, t = ours(*xs), theirs(*ts)
        np.testing.assert_allclose(y.numpy(), t.detach().numpy(), rtol=1e-10, atol=1e-12)
        g = np.random.default_rng(seed).normal(size=y.shape)
        y.backward(g)
        t.backward(torch.tensor(g))
        for x, s in zip(xs, ts, strict=True):
            np.testing.assert_allclose(x.grad, s.grad.numpy(), rtol=1e-10, atol=1e-12)

    return check
