"""Every kernel against plain integers, on the emulation: odd shapes, several tiles, both orders of the threads."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gpu.launch import TABLE

SHAPES = [(1, 1, 1), (3, 2, 64), (9, 65, 130), (67, 70, 577), (18, 33, 1100)]  # two or three tiles of 512 entries
PACKING = ["pack_signs", "pack_planes", "popcount_rows"]
PRODUCTS = [name for name in TABLE if name.startswith(("xnor", "pixels", "float"))]
TENSOR_CORES = [name for name in PRODUCTS if "mma" in name]


@pytest.mark.parametrize("order", ["forward", "reverse"])
@pytest.mark.parametrize("name", [*PACKING, *PRODUCTS])
def test_equals_plain_integers(check, name, order):
    for shape in SHAPES:
        check(name, *shape, order=order)


@pytest.mark.parametrize("order", ["forward", "reverse"])
@pytest.mark.parametrize("name", TENSOR_CORES)
def test_many_tiles_on_tensor_cores(check, name, order):
    k = 4200 if "wgmma" in name else 2100  # four blocks, five tiles: more than there is room for at once
    check(name, 18 if "pixels" in name else 130, 131, k, order)


@pytest.mark.parametrize("name", TENSOR_CORES)
def test_addresses_that_allow_only_narrow_copies(check, name):
    check(name, 20, 36, 1100, shift=1)  # rows of 18 words that begin 8 bytes behind a multiple of 16, sums 4 bytes


@pytest.mark.parametrize("name", PRODUCTS)
def test_a_sum_over_nothing_is_zero(check, name):
    check(name, 2, 3, 0)


@settings(max_examples=4)
@given(m=st.integers(1, 40), n=st.integers(1, 40), k=st.integers(1, 700))
@example(m=8, n=64, k=512)
@example(m=9, n=63, k=513)
@pytest.mark.parametrize("name", [*PACKING, *PRODUCTS])
def test_any_shape(check, name, m, n, k):
    check(name, m, n, k)
