"""What the tests of layers share."""

import pytest

import tinynet as tn


@pytest.fixture(scope="session")
def linears():
    """A function that returns the Linear layers of a network."""
    return lambda net: [layer for layer in net.layers if isinstance(layer, tn.Linear)]
