"""MNIST and Fashion-MNIST against published counts; rectangles against its own rule."""

import zipfile

import numpy as np

from tinynet.datasets import load, rectangles


def test_mnist_is_mnist(needs_files):
    needs_files("mnist")
    data = load("mnist")
    labels = np.concatenate([data.train.labels, data.valid.labels])
    assert np.bincount(labels).tolist() == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    assert np.bincount(data.test.labels).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    assert labels[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    mean = (data.train.inputs.mean(dtype=float) * 5 + data.valid.inputs.mean(dtype=float)) / 6
    assert np.isclose((mean + 1) / 2, 0.1307, atol=5e-5)  # the mean that every tutorial subtracts
    assert data.to_pixels(data.test.inputs[0]).sum() == 18_454  # a seven
    assert data.test.labels[0] == 7


def test_fashion_is_fashion(needs_files):
    needs_files("fashion")
    data = load("fashion")
    labels = np.concatenate([data.train.labels, data.valid.labels])
    assert np.bincount(labels).tolist() == [6000] * 10
    assert np.bincount(data.test.labels).tolist() == [1000] * 10
    assert labels[:5].tolist() == [9, 0, 0, 3, 0] and data.test.labels[:5].tolist() == [9, 2, 1, 1, 6]
    mean = (data.train.inputs.mean(dtype=float) * 5 + data.valid.inputs.mean(dtype=float)) / 6
    assert np.isclose((mean + 1) / 2, 0.2860, atol=5e-5)


def test_rectangles_obey_their_rule(needs_files):
    needs_files("rectangles")
    for inputs, labels in load("rectangles"):
        white = inputs.reshape(-1, 28, 28) > 0
        assert np.isin(inputs[:100], [-1, 1]).all()
        height, width = white.any(axis=2).sum(axis=1), white.any(axis=1).sum(axis=1)
        assert np.array_equal(labels, height > width)
        assert (white.sum(axis=(1, 2)) == 2 * (height + width) - 4).all()  # an outline, nothing else
        assert abs(labels.mean() - 0.5) < 0.1


def test_rectangles_from_the_original_text(tmp_path):
    pixels = np.random.default_rng(0).integers(2, size=(3, 784))
    rows = [" ".join(f"{p:.6f}" for p in row) + f" {label:.6f}" for row, label in zip(pixels, [1, 0, 1], strict=True)]
    with zipfile.ZipFile(tmp_path / "toy.zip", "w") as archive:
        archive.writestr("toy.amat", "\n".join(rows) + "\n")
    images, labels = rectangles.read_amat(tmp_path / "toy.zip", "toy.amat")
    assert images.dtype == np.uint8 and np.array_equal(images, pixels.reshape(3, 28, 28))
    assert labels.tolist() == [1, 0, 1]


def test_rectangles_take_the_archive_where_there_is_no_npz(tmp_path, monkeypatch):
    asked = []
    monkeypatch.delenv("TINYNET_DATA", raising=False)
    monkeypatch.setattr(rectangles, "fetch", lambda *where: asked.append(where) or tmp_path)
    blank = np.zeros((1200, 28, 28), np.uint8), np.arange(1200) % 2
    monkeypatch.setattr(rectangles, "read_amat", lambda archive, member: asked.append(member) or blank)
    assert len(load("rectangles").valid.labels) == 200
    assert asked[0][:2] == ("rectangles", "rectangles.zip")
    assert asked[1:] == ["rectangles_train.amat", "rectangles_test.amat"]
