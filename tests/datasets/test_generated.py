"""Generated sets, each checked by a rule derived here from the pictures or points alone."""

from itertools import islice, pairwise

import numpy as np
import pytest

from tinynet.datasets import convex, load, teacher, variations
from tinynet.datasets.variations import before_noise, rotate


def is_convex(white):
    """Brute force: for every pair of white pixels, each pixel centre on the segment between them is white."""
    p, q = (np.argwhere(white)[index] for index in np.indices([white.sum()] * 2))
    steps = np.gcd.reduce(q - p, axis=-1)[..., None]
    step = (q - p) // np.maximum(steps, 1)
    return all(white[tuple(np.moveaxis(p + np.minimum(k, steps) * step, -1, 0))].all() for k in range(28))


def bulges(white):
    """The largest distance from a point between two white pixels to the nearest white pixel, in pixels."""
    pixels = np.argwhere(white)
    t = np.linspace(0, 1, 9)[None, :, None]
    worst = 0.0
    for p in pixels:
        points = (p * (1 - t) + pixels[:, None] * t).reshape(-1, 1, 2)
        worst = max(worst, np.sqrt(((points - pixels) ** 2).sum(-1).min(1).max()))
    return worst


def test_convex_labels_agree_with_brute_force():
    inputs, labels = load("convex", train=60, valid=1, test=1).train
    white = inputs.reshape(-1, 28, 28) > 0
    assert np.isin(inputs, [-1, 1]).all()
    assert [is_convex(picture) for picture in white] == labels.astype(bool).tolist()
    small = [w for w, y in zip(white, labels, strict=True) if y and w.sum() < 100]
    assert len(small) >= 5 and all(bulges(picture) < 1.5 for picture in small)  # up to 1.2 in slivers


def test_a_region_of_one_half_plane_leaves_another():
    for white in islice(convex.regions(np.random.default_rng(0), rate=1.0), 10):
        picture = white.reshape(28, 28)
        assert is_convex(picture) and is_convex(~picture)


def test_convex_classes_are_balanced_in_number_and_in_white_area():
    inputs, labels = load("convex", train=3_000, valid=1, test=1).train
    area = (inputs > 0).mean(axis=1)
    assert abs(labels.mean() - 0.5) < 0.03
    assert abs(area[labels == 1].mean() - area[labels == 0].mean()) < 0.03
    assert (inputs > 0).sum(axis=1)[labels == 1].min() >= 19
    assert (inputs > 0).sum(axis=1)[labels == 0].min() >= 10
    assert len(np.unique(inputs, axis=0)) > 2_980


def test_convex_pictures_favour_no_place():
    inputs, _ = load("convex", train=3_000, valid=1, test=1).train
    mean = (inputs > 0).mean(axis=0).reshape(28, 28)
    for turned in (mean[::-1], mean[:, ::-1], mean.T):
        assert np.abs(mean - turned).max() < 0.08


PICTURES = np.random.default_rng(0).integers(256, size=(1003, 28, 28), dtype=np.uint8)


@pytest.mark.parametrize("quarters", [0, 1, 2, 3, 4, -1])
@pytest.mark.parametrize("shape", [(28, 28), (5, 5)])
def test_rotation_by_quarters_is_exact(quarters, shape):
    pictures = PICTURES[:, : shape[0], : shape[1]]
    turned = rotate(pictures, np.full(len(pictures), quarters * np.pi / 2))
    assert turned.dtype == np.uint8
    assert np.array_equal(turned, np.rot90(pictures, quarters, axes=(1, 2)))


def test_rotation_is_linear_between_pixels():
    """A ramp stays a ramp: after a turn by a, the brightness along the turned axis is the same."""
    ramp = np.tile(np.arange(28, dtype=np.uint8) * 8, (1, 28, 1))
    a = 0.3
    y, x = np.indices((28, 28)) - 13.5
    exact = 8 * (np.cos(a) * x - np.sin(a) * y + 13.5)
    disc = np.hypot(x, y) < 13
    assert np.abs(rotate(ramp, np.array([a]))[0] - exact)[disc].max() <= 0.5 + 1e-9


def test_what_leaves_the_picture_is_lost_and_what_enters_is_black():
    white = np.full((1, 28, 28), 255, np.uint8)
    turned = rotate(white, np.array([np.pi / 4]))[0]
    assert turned[0, 0] == turned[0, -1] == turned[-1, 0] == turned[-1, -1] == 0
    assert (turned[7:21, 7:21] == 255).all()


def test_rot_turns_by_every_angle(needs_files):
    needs_files("mnist")
    data, upright = load("rot", train=2_000, valid=1, test=1), load("mnist")
    ones, plain = (s.inputs[s.labels == 1].reshape(-1, 28, 28) + 1 for s in (data.train, upright.test))
    y, x = np.indices((28, 28)) - 13.5
    # Doubled angle of the main axis of each one: spread around the circle if turned, in a heap if not.
    spread = [np.mean(np.exp(1j * np.angle((p * (x + 1j * y) ** 2).sum((1, 2))))) for p in (ones, plain)]
    assert abs(spread[0]) < 0.15 < 0.7 < abs(spread[1])
    assert np.isclose(data.train.inputs.mean(), upright.train.inputs.mean(), atol=0.01)


def test_bg_rand_hides_no_ink(needs_files):
    needs_files("mnist")
    data = load("bg_rand", train=500, valid=1, test=1)
    pixels = data.to_pixels(data.train.inputs)
    assert np.abs(pixels[:, :28].mean() - 127.5) < 2  # the top row has no ink: pure noise
    assert pixels.min() == 0 and 0.08 < (pixels > 250).mean() < 0.1
    noisy = before_noise(PICTURES, np.random.default_rng(1))
    assert (noisy >= PICTURES).all() and 0.3 < (noisy == PICTURES).mean() < 0.7


def test_no_picture_is_in_two_splits(monkeypatch):
    numbers = np.arange(70_000)
    pictures = np.zeros((70_000, 28, 28), np.uint8)  # each carries its own number, in base 256
    pictures[:, 0, :3] = np.stack([numbers // 256**k % 256 for k in range(3)], axis=1)
    arrays = pictures[:60_000], numbers[:60_000] % 10, pictures[60_000:], numbers[60_000:] % 10
    monkeypatch.setattr(variations.mnist, "read", lambda *where: arrays)
    data = variations.vary("toy", lambda images, rng: images, 0, train=10_000, valid=2_000, test=50_000)
    seen = [data.to_pixels(split.inputs[:, :3]) @ 256 ** np.arange(3) for split in data]
    assert len(np.unique(np.concatenate(seen))) == 62_000
    for number, split in zip(seen, data, strict=True):
        assert np.array_equal(number % 10, split.labels)
        assert abs(np.mean(number < 60_000) - 6 / 7) < 0.05  # both of MNIST's files, mixed


def test_variations_share_their_digits(needs_files):
    needs_files("mnist")
    rot, noise = (load(name, train=100, valid=50, test=10) for name in ("rot", "bg_rand"))
    assert all(np.array_equal(a.labels, b.labels) for a, b in zip(rot, noise, strict=True))
    with pytest.raises(ValueError, match="test=50001, but rot has 50,000 pictures for test"):
        load("rot", test=50_001)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("widths", [(16, 32, 4), (4, 3), (10, 50, 50, 10), (2, 8, 2)])
def test_the_teacher_knows_every_answer(seed, widths):
    data = load("teacher", seed, widths=widths, train=1_000)
    layers = teacher.network(seed, widths)
    assert [W.shape for W, _ in layers] == list(pairwise(widths))
    for x, labels in data:
        for W, b in layers[:-1]:
            x = np.tanh(x @ W + b)
        W, b = layers[-1]
        assert np.array_equal((x @ W + b).argmax(axis=1), labels)
        assert np.bincount(labels, minlength=widths[-1]).min() > 0.2 * len(labels) / widths[-1]


def test_a_teacher_of_no_shape():
    for widths in ((5,), (4, 0, 2), (4, 8, 1)):
        with pytest.raises(ValueError, match="give inputs, hidden units, classes"):
            load("teacher", widths=widths)


def test_spirals_wind_and_part():
    x, labels = load("spirals", train=2_000, noise=0.0, turns=1.5).train
    r = np.hypot(*x.T)
    expected = 2 * np.pi * 1.5 * r + np.pi * labels
    away = r > 0.1  # nearer the centre the grid decides the angle
    off = r * np.angle(np.exp(1j * (np.arctan2(x[:, 1], x[:, 0]) - expected)))
    assert np.abs(off[away]).max() < 0.06
    assert 0.4 < labels.mean() < 0.6 and 0.9 < r.max() < 1.01


def test_the_board_alternates():
    x, labels = load("checkerboard", train=4_000, tiles=3).train
    inside = (np.abs(np.abs(x) - 1 / 3) > 0.01).all(axis=1)  # away from the lines, where rounding decides
    middle = (np.abs(x) < 1 / 3).sum(axis=1) == 1  # of three tiles a side, corners and centre are one colour
    assert np.array_equal(labels[inside], middle[inside])


@pytest.mark.parametrize("name", ["spirals", "checkerboard"])
def test_noise_moves_points_and_keeps_labels(name):
    still, moved = (load(name, train=4_000, noise=noise).train for noise in (0.0, 0.05))
    inside = (np.abs(still.inputs) < 0.7).all(axis=1)
    assert np.array_equal(still.labels, moved.labels)
    assert np.isclose((moved.inputs - still.inputs)[inside].std(), 0.05, rtol=0.05)
    assert np.mean(np.abs(load(name, noise=3.0).train.inputs) == 1) > 0.65  # put on the edge
    with pytest.raises(ValueError, match=r"noise=-0\.1: it is a standard deviation"):
        load(name, noise=-0.1)
