"""Lesson 14: the exercises freeze a network as tinynet does, and the committed results are what the lesson says."""

import numpy as np
import pytest

import tinynet as tn
from tinynet.course import manifest

LESSON = manifest.lesson(14)
ANSWERS = LESSON.solution
WIDTHS = [12, 33, 20, 4]
rng = np.random.default_rng(0)


@pytest.fixture(scope="module")
def elsewhere():
    return manifest.load_module(LESSON.path / "elsewhere.py")


@pytest.fixture(scope="module")
def net():
    """Return a network of signs with a batch norm of every kind, negative gammas and whole borders included."""
    net = tn.BinaryMLP(WIDTHS, seed=3).eval()
    for layer in net.layers:
        if isinstance(layer, tn.BatchNorm):
            layer.gamma.data = rng.choice([-2, -1, -0.5, 0.5, 1], layer.n).astype(np.float32)
            layer.beta.data = rng.choice([0, 0, 0.25], layer.n).astype(np.float32)
            layer.running_mean[:] = rng.integers(-3, 4, layer.n)
            layer.running_var[:] = np.float32(1 - layer.eps)
    return net


def rules(net, elsewhere):
    """Return the thresholds and flips by the exercise, from the sums themselves."""
    found = []
    for k, norm in enumerate(elsewhere.norms(net)):
        gamma, beta, mean, sigma = elsewhere.parts(norm)
        scale = 255 if k == 0 else 1
        found.append(ANSWERS.threshold(gamma, beta, scale * mean, scale * np.rint(sigma)))
    return found


def matrices(net):
    return [layer.weight.weight().numpy().astype(int) for layer in net.layers if isinstance(layer, tn.Linear)]


def test_the_exercises_run_the_network_to_the_last_bit(net, elsewhere, tmp_path):
    pixels = rng.integers(256, size=(300, 12)).astype(np.uint8)
    weights = matrices(net)
    trained = np.rint(net(tn.datasets.from_pixels(pixels)).numpy() * np.sqrt(20)).astype(int)
    machine = lambda B: B @ weights[0]
    z = 2 * ANSWERS.bit_plane_product(pixels.astype(int), 8, 0, machine) - 255 * weights[0].sum(axis=0)
    signs, counts = [], []
    for i, (W, (t, flip)) in enumerate(zip(weights, rules(net, elsewhere), strict=False)):
        W, c = ANSWERS.absorb(W, t, flip, len(W) * (255 if i == 0 else 1))
        signs.append(W)
        counts.append(c)
    bitfile = manifest.load_module(LESSON.path / "bitfile.py")
    size = bitfile.write(tmp_path / "net.bits", [*signs, weights[-1]], counts)
    assert size == ANSWERS.frozen_bytes(WIDTHS)
    (first, *later), counts = bitfile.read(tmp_path / "net.bits", WIDTHS)
    z = (2 * pixels.astype(int) - 255) @ first
    D = 255 * 12
    for W, c in zip(later, counts, strict=True):
        a = np.where((z + D) // 2 >= c, 1, -1)
        z, D = a @ W, len(W)
    np.testing.assert_array_equal(z, trained)


def test_solving_and_asking_agree_on_all_sums_that_occur_though_float32_moves_some_whole_borders(net, elsewhere):
    frozen = [layer for layer in tn.freeze(net).layers if getattr(layer, "gives", "") == "signs"]
    apart = 0
    for layer, (t, flip) in zip(frozen, rules(net, elsewhere), strict=True):
        z = np.arange(-layer.bound, layer.bound + 1)[:, None]
        differ = ((z >= layer.thresholds) != layer.flip) != ((z >= t) != flip)
        occurs = (z + layer.bound) % 2 == 0
        assert not (differ & occurs).any()
        apart += differ.sum()
    assert apart == 2  # -765 times the float32 nearest to 1/255 is not -3


def test_the_draft_of_the_lesson_is_wrong_only_on_the_border_of_a_flipped_unit():
    def draft(gamma, beta, mean, sigma):
        return np.ceil(mean - beta * sigma / gamma).astype(int), gamma < 0

    gamma, beta, mean, sigma, z = ANSWERS.failing_unit(draft, 256)
    assert gamma < 0 and gamma * (z - mean) / sigma + beta == 0
    assert ANSWERS.failing_unit(ANSWERS.threshold, 256) == ()


def test_the_file_is_thirty_times_smaller_than_its_twin(elsewhere):
    assert ANSWERS.frozen_bytes([64, 256, 256, 10]) == 11_296 == elsewhere.frozen_bytes(64, 256, 10)
    assert elsewhere.float_bytes(64, 256, 10) == 340_008
    assert elsewhere.build("twin", 64, 10, 0)[0].stored_bits() == 8 * 340_008
    narrow, size = elsewhere.build("narrow", 64, 10, 0)
    assert narrow.stored_bits() == 8 * size and 0.95 * 11_296 < size <= 11_296


def test_windows_are_the_latest_symbols_and_what_may_follow(elsewhere):
    pixels, labels, right = elsewhere.data_of("reber")[0]
    split = tn.datasets.load("reber").train
    assert len(pixels) == len(labels) == (split.labels >= 0).sum() and right[np.arange(len(labels)), labels].all()
    latest = pixels.reshape(len(pixels), elsewhere.WINDOW, 7) == 255
    string = split.inputs[0][split.labels[0] >= 0]
    for step in 0, 3, 7:
        seen = [int(symbols.argmax()) for symbols in latest[step] if symbols.any()]
        assert seen == list(string[: step + 1][::-1])


def test_the_committed_results_say_what_the_lesson_says(elsewhere):
    errors = {}
    rows = elsewhere.committed()
    for row in rows:
        errors.setdefault((row["data"], row["net"]), []).append(row["error"])
    assert set(errors) == {(d, n) for d in elsewhere.EPOCHS for n in elsewhere.NETS}
    assert {len(found) for found in errors.values()} == {8}
    assert all(row["same"] == row["tests"] and row["moved"] == 0 for row in rows if row["net"] in ("binary", "spread"))
    mean = {key: 100 * np.mean(found) for key, found in errors.items()}
    assert mean["breast_cancer", "twin"] == pytest.approx(4.3, abs=0.05)
    assert mean["breast_cancer", "binary"] < mean["breast_cancer", "twin"]
    assert mean["spirals", "binary"] > 40 and mean["spirals", "spread"] < 0.5
    assert all(mean[data, "spread"] > mean[data, "binary"] - 0.3 for data in elsewhere.EPOCHS if data != "spirals")
    assert 1.5 < mean["reber", "binary"] / mean["reber", "twin"] < 2
    assert 1.35 < mean["teacher", "binary"] / mean["teacher", "twin"] < 1.6
    assert mean["teacher", "twin"] == pytest.approx(14, abs=0.5) and mean["teacher", "binary"] == pytest.approx(
        20, abs=0.5
    )
    for data in elsewhere.EPOCHS:
        assert (mean[data, "narrow"] < mean[data, "binary"]) == (data != "breast_cancer")


@pytest.mark.long
def test_a_row_of_the_table_comes_out_again(elsewhere):
    """Allow for a percentage point, because another processor rounds differently."""
    data = elsewhere.data_of("breast_cancer")
    [row] = [r for r in elsewhere.committed() if (r["data"], r["net"], r["seed"]) == ("breast_cancer", "binary", 2)]
    model, size = elsewhere.trained(data, "breast_cancer", "binary", 2, row["rate"])
    assert size == row["bytes"] and elsewhere.error(model, data[2]) == pytest.approx(row["error"], abs=0.015)
    assert elsewhere.exactness(model, data[2]) == (200, 0)
