import pytest


@pytest.fixture(scope="session")
def quick():
    """Settings of a sweep over the digits that takes a second."""
    return dict(hidden=(16,), epochs=2, rates=(0.1,), jobs=1)


@pytest.fixture(scope="session")
def strings():
    """Settings of a sweep over the Reber grammar that takes a second."""
    return dict(data="reber", hidden=(6,), epochs=2, rates=(0.01,), seeds=1, jobs=1)
