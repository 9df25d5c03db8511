"""Lesson 10: the exercises are tinynet's own hashed layer, and the committed results are what the lesson says."""

import numpy as np
import pytest

import tinynet as tn
from tinynet.course import manifest
from tinynet.course.grading import grade_exercise, solved
from tinynet.reading.layers.geometry import imposed_cosines

LESSON = manifest.lesson(10)
ANSWERS = LESSON.solution


def built(factor=1 / 8, seed=3, m=12, n=20):
    """Return a hashed matrix, with the bucket and the sign of each entry."""
    weight = tn.Hashed(factor).build((m, n), seed=seed)
    place = weight.places.astype(int)
    return weight, place % weight.K, np.where(place < weight.K, 1, -1)


@pytest.fixture(scope="module")
def rivals():
    return manifest.load_module(LESSON.path / "rivals.py")


def test_the_exercises_are_the_layer_and_its_gradient():
    weight, h, xi = built()
    w = weight.buckets.W
    x, G = np.random.default_rng(0).normal(size=(5, 12)), np.random.default_rng(1).normal(size=(12, 20))
    np.testing.assert_array_equal(ANSWERS.virtual(w.numpy()[0], h, xi), weight.weight().numpy())
    (weight.weight() * G.astype(np.float32)).sum().backward()
    np.testing.assert_allclose(ANSWERS.bucket_gradient(G, h, xi, weight.K), w.grad[0], rtol=1e-4, atol=1e-6)
    sums = np.stack([ANSWERS.phi(x, h, xi, j, weight.K) @ w.numpy()[0] for j in range(20)], axis=1)
    np.testing.assert_allclose(sums, x @ weight.weight().numpy(), rtol=1e-5, atol=1e-6)


def test_a_virtual_step_is_as_long_downhill_as_an_ordinary_one_and_leads_sideways_by_what_the_factor_says():
    for factor, degrees in (1 / 2, 55), (1 / 8, 69), (1 / 64, 83):
        weight, h, xi = built(factor, m=64, n=256)
        G = np.random.default_rng(0).normal(size=(64, 256))
        step = ANSWERS.virtual_step(G, h, xi, weight.K, lr=1.0)
        downhill = -(step * G).sum() / np.linalg.norm(G)
        assert downhill / np.linalg.norm(G) == pytest.approx(1, abs=0.1)
        assert np.degrees(np.arccos(downhill / np.linalg.norm(step))) == pytest.approx(degrees, abs=2)


def test_the_hash_imposes_what_the_lesson_computes():
    weight, h, xi = built(1 / 64, m=64, n=256)
    pairs, imposed = np.triu_indices(256, 1), 0
    for buckets, signs in zip(h, xi, strict=True):
        imposed = imposed + (buckets[pairs[0]] == buckets[pairs[1]]) * signs[pairs[0]] * signs[pairs[1]] / 64
    np.testing.assert_allclose(imposed, imposed_cosines(weight), atol=1e-12)
    assert np.sqrt(np.mean(imposed**2)) == pytest.approx(1 / np.sqrt(64 * 256), rel=0.05)


def test_hashed_features_save_what_the_formula_says():
    for K in 8, 64, 256, 2048:
        h, _ = ANSWERS.assign(0, 0, 64, 256, K)
        left = ANSWERS.multiplications(h) / h.size
        assert left == pytest.approx(K / 64 * (1 - (1 - 1 / K) ** 64), abs=0.01)


def test_a_sixty_fourth_is_half_a_bit_and_a_narrow_network_is_no_longer(rivals):
    weight, *_ = built(1 / 64, m=64, n=256)
    assert weight.stored_bits() == 32 * 256 + 64
    for n_in in 64, 196:
        for factor in rivals.FACTORS.values():
            sizes = [rivals.build(method, factor, n_in, 0).stored_bits() for method in ("dense", "hashed")]
            assert 0.9 < sizes[0] / sizes[1] <= 1
    assert rivals.build("dense", 1 / 8, 64, 0).layers[0].weight.shape[1] == 34
    assert rivals.build("dense", 1 / 64, 196, 0).layers[0].weight.shape[1] == 5
    assert rivals.build("lowrank", 1 / 64, 196, 0).layers[2].weight.rank == 1


def test_the_second_tries_fit_into_the_bytes_of_the_hashed_network_and_stay_behind_it(rivals):
    limit = rivals.build("hashed", 1 / 64, 196, 0).stored_bits()
    for method in "lowrank", "sparse":
        assert all(
            0.8 < rivals.build(f"{method}, {width} units", 1 / 64, 196, 0).stored_bits() / limit <= 1
            for width in rivals.WIDTHS
        )
    error = {}
    for row in rivals.committed():
        if (row["data"], row["factor"]) == ("mnist", "1/64"):
            error.setdefault(row["method"], []).append(row["error"])
    assert np.mean(error["hashed"]) == pytest.approx(0.137, abs=0.001)
    assert np.mean(error["sparse, 16 units"]) == pytest.approx(0.186, abs=0.001)
    assert np.mean(error["lowrank, 16 units"]) == pytest.approx(0.192, abs=0.001)


def test_most_of_a_hashed_step_lies_outside_the_few_directions_of_the_gradient():
    """Four of 64 directions hold all of this G."""
    weight, h, xi = built(1 / 8, m=64, n=256)
    rng = np.random.default_rng(0)
    G = rng.normal(size=(64, 4)) @ rng.normal(size=(4, 256))
    squares = np.linalg.svd(ANSWERS.virtual_step(G, h, xi, weight.K, lr=1.0), compute_uv=False) ** 2
    assert squares[:8].sum() / squares.sum() < 0.5


def test_the_grader_refuses_entries_that_share_a_number_in_every_network():
    """Written side by side, (1, 12) and (11, 2) are the same: one entry in eight shares its number with another one."""
    shared = LESSON.mutants_of("assign")
    [mutant] = [variant for variant in shared if variant.function.__name__ == "written_side_by_side"]
    h, _ = mutant.function(5, 0, 64, 256, 2**20)
    assert h[1, 12] == h[11, 2]
    message = grade_exercise(LESSON, LESSON.exercise("assign"), solved(LESSON, assign=mutant.function)).message
    assert "600 of 4800 entries share theirs" in message


def test_each_method_has_eight_seeds_and_the_script_makes_the_table(rivals):
    """Check one row, to one percentage point, because another processor rounds differently."""
    rows, seeds = rivals.committed(), {}
    for row in rows:
        seeds.setdefault((row["data"], row["method"], row["factor"]), []).append(row["seed"])
    assert len(seeds) == 2 * 14 - 1 + 2 and all(found == list(range(1, 9)) for found in seeds.values())
    [row] = [r for r in rows if (r["data"], r["method"], r["factor"], r["seed"]) == ("digits", "hashed", "1/64", 1)]
    size, _, error = rivals.trained(rivals.data_of("digits"), "digits", "hashed", 1 / 64, 1, row["rate"])
    assert size == row["bytes"]
    assert error == pytest.approx(row["error"], abs=0.01)
