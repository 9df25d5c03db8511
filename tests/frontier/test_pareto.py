"""Efficient points: the ones that no other point beats."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tinynet as tn


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=25))
def test_a_point_is_efficient_when_no_other_dominates_it(points):
    def dominated(p):
        return any(q[0] <= p[0] and q[1] <= p[1] and q != p for q in points)

    assert tn.frontier.pareto(points) == {i for i, p in enumerate(points) if not dominated(p)}


def test_points_are_means_over_seeds():
    rows = [
        dict(method="a", stage="trained", factor="1", payload_bytes=10, header_bytes=1, test_error=e, seed=i)
        for i, e in enumerate([0.1, 0.3])
    ]
    [point] = tn.frontier.summarize(rows)
    assert (point.error, point.seeds, point.efficient) == (pytest.approx(0.2), 2, True)
    assert point.spread == pytest.approx(np.std([0.1, 0.3], ddof=1))
