"""Moved pictures: each move beside NumPy's or SciPy's own, background outside, and what is refused."""

import numpy as np
import pytest
from scipy import ndimage

from tinynet.datasets import augment

H, W = 9, 7
ALL = {
    "shift": augment.shift(2, shape=(H, W)),
    "rotate": augment.rotate(20, shape=(H, W)),
    "zoom": augment.zoom(0.2, shape=(H, W)),
    "elastic": augment.elastic(1.0, 2.0, shape=(H, W)),
}


@pytest.fixture
def pictures():
    """Return 40 pictures of 9 x 7 as rows, float32 in [-1, 1]."""
    return np.random.default_rng(3).uniform(-1, 1, (40, H * W)).astype(np.float32)


def test_a_shift_rolls_the_picture_and_brings_in_background(pictures):
    moved = ALL["shift"](pictures, np.random.default_rng(0)).reshape(-1, H, W)
    seen = set()
    for new, old in zip(moved, pictures.reshape(-1, H, W), strict=True):
        framed = np.pad(old, 2, constant_values=-1)
        rolled = {(r, c): np.roll(framed, (r, c), (0, 1))[2:-2, 2:-2] for r in range(-2, 3) for c in range(-2, 3)}
        [found] = [d for d, expected in rolled.items() if np.array_equal(new, expected)]
        seen.add(found)
    assert len(seen) > 15 and {r for r, _ in seen} == {c for _, c in seen} == {-2, -1, 0, 1, 2}


def test_points_between_pixels_are_mixed_as_scipy_does(pictures):
    images = pictures.reshape(-1, H, W)
    where = np.indices((H, W)) + np.random.default_rng(1).normal(0, 3, (len(images), 2, H, W))
    found = augment.look_up(images, where[:, 0], where[:, 1], background=-1.0)
    framed = np.pad(images, ((0, 0), (1, 1), (1, 1)), constant_values=-1)  # so that SciPy mixes edges with background
    for image, at, new in zip(framed, where, found, strict=True):
        expected = ndimage.map_coordinates(image, at + 1, order=1, mode="constant", cval=-1)
        np.testing.assert_allclose(new, expected, atol=1e-5)


def test_a_turned_picture_is_the_one_that_scipy_turns():
    noise = np.random.default_rng(0).normal(size=(26, 26))
    image = np.pad(ndimage.gaussian_filter(noise, 2), 1).astype(np.float32)  # zero at the edge, where SciPy cuts
    turned = augment.rotate(30, background=0.0)(image.reshape(1, -1), np.random.default_rng(4)).reshape(28, 28)
    angle = np.random.default_rng(4).uniform(-30, 30)
    expected = ndimage.rotate(image, angle, reshape=False, order=1)
    np.testing.assert_allclose(turned, expected, atol=1e-4)
    assert np.abs(turned - image).max() > 0.05


def test_a_zoomed_ramp_is_steeper_or_flatter_about_the_centre():
    ramp = np.tile(np.arange(-5.0, 6.0), (3, 11, 1)).reshape(3, -1)
    zoomed = augment.zoom(0.3)(ramp, np.random.default_rng(0)).reshape(3, 11, 11)
    z = 1 + np.random.default_rng(0).uniform(-0.3, 0.3, 3)
    np.testing.assert_allclose(np.diff(zoomed[:, 5, 4:7]), np.tile(1 / z[:, None], (1, 2)), rtol=1e-5)


def test_an_elastic_warp_is_noise_that_scipy_smooths_and_as_large_as_asked():
    [move] = augment.elastic(1.5, sigma=2.0).moves
    found = move(np.random.default_rng(7), 30, 28, 28)
    u = np.random.default_rng(7).random((30, 2, 28, 28), np.float32) * 2 - 1
    smooth = ndimage.gaussian_filter(u, (0, 0, 2, 2), mode="constant", truncate=14)
    inside = (..., slice(8, -8), slice(8, -8))
    ratio = found[inside] / smooth[inside]
    np.testing.assert_allclose(ratio, np.median(ratio), rtol=1e-3)
    assert np.sqrt((found[inside] ** 2).mean()) == pytest.approx(1.5, rel=0.1)


def test_moves_together_look_a_pixel_up_once(pictures):
    both = augment.compose(ALL["shift"], ALL["elastic"])
    rng = np.random.default_rng(5)
    where = np.indices((H, W)) + sum(part.moves[0](rng, 40, H, W) for part in (ALL["shift"], ALL["elastic"]))
    expected = augment.look_up(pictures.reshape(-1, H, W), where[:, 0], where[:, 1], -1.0)
    np.testing.assert_allclose(both(pictures, np.random.default_rng(5)), expected.reshape(40, -1), atol=1e-5)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_a_seed_fixes_the_pictures_and_background_stays_background(pictures, name, dtype):
    first, again, other = (ALL[name](pictures.astype(dtype), np.random.default_rng(s)) for s in (1, 1, 2))
    assert first.dtype == dtype and first.shape == pictures.shape and np.abs(first).max() <= 1
    assert np.array_equal(first, again) and not np.array_equal(first, other)
    empty = np.full((5, H * W), -1, dtype)
    np.testing.assert_array_equal(ALL[name](empty, np.random.default_rng(0)), empty)


def test_pictures_may_be_given_in_two_dimensions_or_square(pictures):
    rows, images = (
        augment.shift(1)(pictures[:, :49].reshape(40, *s), np.random.default_rng(0)) for s in [(49,), (7, 7)]
    )
    np.testing.assert_array_equal(rows, images.reshape(40, 49))


@pytest.mark.parametrize(
    "bad, message",
    [
        (lambda: augment.shift(0.5), "whole pixels"),
        (lambda: augment.shift(-1), "whole pixels"),
        (lambda: augment.rotate(0), "above 0"),
        (lambda: augment.zoom(1.5), "at most 0.9"),
        (lambda: augment.elastic(1, sigma=0), "sigma=0"),
        (lambda: augment.shift(1)(np.zeros((2, 63), np.float32), None), "not square"),
        (lambda: augment.shift(1)(np.zeros((2, 49), np.uint8), None), "uint8"),
    ],
)
def test_what_cannot_be_used_is_refused(bad, message):
    with pytest.raises(ValueError, match=message):
        bad()
