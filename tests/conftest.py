"""Settings for all tests."""

import pytest
from hypothesis import settings

# The same examples on every run, and no time limit on one: the first may compile.
settings.register_profile("project", deadline=None, derandomize=True)
settings.load_profile("project")


@pytest.fixture
def one_value_replaced():
    """A function that yields copies of a tree of JSON, in each of which one value is another one of those given."""

    def replaced(tree, path, value):
        if not path:
            return value
        copy = tree.copy()
        copy[path[0]] = replaced(tree[path[0]], path[1:], value)
        return copy

    def places(tree, path=()):
        children = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
        return [path] + [p for key, child in children for p in places(child, (*path, key))]

    return lambda tree, values: (replaced(tree, place, value) for place in places(tree) for value in values)


@pytest.fixture(scope="session")
def torch():
    """PyTorch, for a second opinion on values and gradients."""
    return pytest.importorskip("torch", reason="PyTorch gives a second opinion; install it with pip install torch")
