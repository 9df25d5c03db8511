"""What lessons with committed results share."""

import numpy as np
import pytest

from tinynet.course.results import halved, read_rows, worse
from tinynet.datasets import Split


def test_rows_hold_numbers_where_they_are_asked_for(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("data,seed,error\ndigits,1,0.25\nmnist,2,0.5\n")
    assert read_rows(path, seed=int, error=float) == [
        {"data": "digits", "seed": 1, "error": 0.25}, {"data": "mnist", "seed": 2, "error": 0.5}
    ]  # fmt: skip


@pytest.mark.parametrize(("gap", "held"), [(2.1, True), (1.9, False), (-3, False)])
def test_a_difference_counts_beyond_twice_its_standard_error(gap, held):
    """The variance of b is 1 and that of its mean 1/2, so the difference of two such means has the standard error 1."""
    b = np.array([-0.5, 0.5]) * np.sqrt(2)
    assert worse(b + gap, b) == held
    four = np.repeat(b, 2)  # as many values need not stand on both sides
    noise = np.sqrt(1 / 2 + np.var(four, ddof=1) / 4)
    assert worse(four + 2.01 * noise, b) and not worse(four + 1.99 * noise, b)


def test_halved_pictures_hold_the_means_of_their_blocks():
    pictures = np.random.default_rng(0).random((3, 28, 28))
    [(small, labels)] = halved([Split(pictures.reshape(3, 784), np.arange(3))], [2])
    wanted = [[p[i : i + 2, j : j + 2].mean() for i in range(0, 28, 2) for j in range(0, 28, 2)] for p in pictures[:2]]
    np.testing.assert_allclose(small, wanted)
    assert labels.tolist() == [0, 1]
