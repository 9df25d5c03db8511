"""Your own data: arrays, tables, pictures and files, against NumPy's own arithmetic; mistakes by their messages."""

import numpy as np
import pytest

import tinynet as tn
from tinynet.datasets import from_arrays, from_csv, from_folder, from_npz, keep
from tinynet.datasets.kept import checksum

RNG = np.random.default_rng(0)
X = RNG.normal(size=(200, 3)) * [1, 1000, 1e-6] + [0, 5000, 0]
KINDS = np.where(X[:, 0] > 0.8, "rare", np.where(X[:, 0] > 0, "cat", "dog"))


def rows_of(data, values):
    """For each split, the places of its rows in `values`, found by what the network sees of them."""
    seen = [tuple(row) for row in data.prepare(values)]
    return [[seen.index(tuple(row)) for row in split.inputs] for split in data]


def same(a, b):
    return all(np.array_equal(p, q) for s, t in zip(a, b, strict=True) for p, q in zip(s, t, strict=True))


def test_every_row_is_in_one_split_with_its_label_and_each_class_in_each():
    data = from_arrays(X, KINDS, name="pets", valid=0.1, test=0.3)
    places = rows_of(data, X)
    assert sorted(row for rows in places for row in rows) == list(range(200))
    assert data.classes == ("cat", "dog", "rare")
    for split, rows in zip(data, places, strict=True):
        assert [data.classes[label] for label in split.labels] == KINDS[rows].tolist()
    for kind in data.classes:
        counts = [np.sum(KINDS[rows] == kind) for rows in places]
        total = sum(counts)
        assert counts[1:] == [round(0.1 * total), round(0.3 * total)]


def test_the_seed_decides_the_split_and_nothing_else_does():
    assert same(from_arrays(X, KINDS), from_arrays(X.tolist(), list(KINDS), name="other"))
    assert not same(from_arrays(X, KINDS), from_arrays(X, KINDS, seed=1))


@pytest.mark.parametrize("scale", ["range", "standard"])
def test_columns_are_stretched_by_what_training_rows_say(scale):
    data = from_arrays(X, KINDS, scale=scale)
    train = X[rows_of(data, X)[0]]
    low, high = train.min(axis=0), train.max(axis=0)
    if scale == "standard":
        low, high = (train.mean(axis=0) + sign * 3 * train.std(axis=0) for sign in (-1, 1))
    pixels = np.clip(np.rint(255 * (X - low) / (high - low)), 0, 255)
    np.testing.assert_allclose(data.prepare(X), 2 * pixels / 255 - 1, atol=1e-6)
    assert np.array_equal(data.to_pixels(data.prepare(X)), pixels)


def test_pixels_stay_what_they_are_and_pictures_keep_their_shape():
    pictures = RNG.integers(0, 256, (60, 4, 5), np.uint8)
    data = from_arrays(pictures, np.arange(60) % 2)
    assert data.shape == (4, 5) and data.levels is None
    assert np.array_equal(data.to_pixels(data.prepare(pictures.reshape(60, -1))), pictures.reshape(60, -1))
    again = from_arrays(pictures.reshape(60, -1).astype(float), np.arange(60) % 2, scale="pixels")
    assert same(data, again)


@pytest.mark.parametrize("labels", [[True, False] * 30, [3, 7] * 30, [3.0, 7.0] * 30, ["a", "b"] * 30, [None, 2] * 30])
def test_labels_may_be_numbers_texts_or_truth_values(labels):
    data = from_arrays(RNG.normal(size=(60, 2)), labels)
    assert data.classes == tuple(str(int(v) if type(v) is float else v) for v in sorted(set(labels), key=str))
    assert data.n_classes == 2 and data.train.labels.dtype == np.int64


def test_targets_of_regression_have_mean_0_and_deviation_1_in_training():
    y = np.stack([3 * X[:, 0] + 10, X[:, 1]], axis=1)
    data = from_arrays(X, y, regression=True)
    np.testing.assert_allclose(data.train.labels.mean(axis=0), 0, atol=1e-6)
    np.testing.assert_allclose(data.train.labels.std(axis=0), 1, atol=1e-6)
    places = rows_of(data, X)
    for split, rows in zip(data, places, strict=True):
        np.testing.assert_allclose(split.labels * data.unit[1] + data.unit[0], y[rows], rtol=1e-4, atol=1e-5)
    net = tn.MLP([3, 8, 2])
    tn.fit(net, data.train, data.valid, epochs=30, lr=0.05)
    assert tn.evaluate(net, data.test) < 0.2  # always answering the mean would get about 1


class Frame:
    """A table as pandas hands one over: __array__ and columns."""

    columns = ("age", "income", "share")

    def __array__(self, dtype=None, copy=None):
        return X.astype(dtype or object)


def test_a_data_frame_brings_its_columns():
    data = from_arrays(Frame(), KINDS)
    assert data.columns == ("age", "income", "share") and same(data, from_arrays(X, KINDS))


def test_a_constant_column_is_named_and_does_no_harm(capfd):
    for value in (7.0, 0.0, -1e300, 1.7e308):
        data = from_arrays(np.c_[X, np.full(200, value)], KINDS)
        assert "1 of 4 columns are constant in training and tell nothing: 3" in capfd.readouterr().err
        assert np.isfinite(data.train.inputs).all() and np.ptp(data.train.inputs[:, 3]) == 0


@pytest.mark.parametrize("values", [[1e308, -1e308], [1e-300, 0], [1e-300, 2e-300], [-1.7e308, 1.7e308]])
def test_extreme_columns_are_stretched_without_a_warning(values):
    data = from_arrays(np.array(values * 20)[:, None], [0, 1] * 20)
    assert {-1.0, 1.0} == set(data.train.inputs.ravel())


BAD = {
    "own: inputs of shape (4,); give rows of numbers": (np.ones(4), [0, 1] * 2),
    "own: the inputs are no array, because rows differ in length": ([[1, 2], [3]], [0, 1]),
    "own: row 1, column 0 holds 'x', no number; leave the column out": ([[1.0], ["x"]], [0, 1]),
    "own: 1 values are missing or infinite, the first in row 1, column 0 (nan); fill them": ([[1.0], [None]], [0, 1]),
    "own: 2 values are missing or infinite, the first in row 0, column 1": ([[1, np.inf], [np.nan, 1]], [0, 1]),
    "own: 4 rows of inputs, but 3 labels": (np.ones((4, 1)), [0, 1, 0]),
    "own: all 4 rows are of one class, 5": (np.ones((4, 1)), [5] * 4),
    "own: class 2 has 1 of 7 rows, and 3 classes occur; each split needs one": (np.ones((7, 1)), [0, 1] * 3 + [2]),
    "own: a label is 0.5, which names no class; for real targets": (np.ones((4, 1)), [0.5, 1, 0, 1]),
    "own: labels of shape (4, 2); give one for each row, or pass regression=True": (np.ones((4, 1)), np.ones((4, 2))),
}


@pytest.mark.parametrize("message", BAD)
def test_arrays_that_do_not_do_are_refused_by_name(message):
    with pytest.raises(ValueError) as error:
        from_arrays(*BAD[message])
    assert str(error.value).startswith(message)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"valid": 0}, r"own: valid=0, test=0\.2; give shares"),
        ({"valid": 0.5, "test": 0.5}, r"whose sum leaves most rows to train"),
        ({"scale": "log"}, r"scale='log'; it must be 'range' or 'standard'"),
        ({"scale": "pixels"}, r"scale='pixels', but a value is .*; pixels are whole numbers 0 \.\. 255"),
        ({"columns": ["a"]}, r"1 names of columns for 3 columns"),
    ],
)
def test_options_that_do_not_do_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        from_arrays(X, KINDS, **options)


def test_rows_prepared_later_must_be_whole():
    data = from_arrays(X, KINDS, name="pets")
    with pytest.raises(ValueError, match=r"^pets: values of shape \(1, 2\); rows of 3 are expected"):
        data.prepare([[1, 2]])
    with pytest.raises(ValueError, match=r"^pets: row 0, column 2 is nan; give a number"):
        data.prepare([[1, 2, np.nan]])


# ---- tables


def csv_of(header, rows, separator=",", decimal=".", start=""):
    lines = [*([header] if header else []), *[[str(cell).replace(".", decimal) for cell in row] for row in rows]]
    return start + "".join(separator.join(line) + "\n" for line in lines)


ROWS = [[round(a, 3), round(b, 2), kind] for (a, b, _), kind in zip(X.tolist(), KINDS, strict=True)]


@pytest.mark.parametrize(
    "text",
    [
        csv_of(["a", "b", "kind"], ROWS),
        csv_of(["a", "b", "kind"], ROWS, ";", ","),
        csv_of(["a", "b", "kind"], ROWS, "\t", start="\ufeff"),
        csv_of(["a", "b", "kind"], ROWS, "|").replace("\n", "\r\n"),
        csv_of(["a", "b", "kind"], ROWS, ", ").replace("cat", '"cat"') + "\n\n",
    ],
    ids=[
        "commas",
        "semicolons and decimal commas",
        "tabs and a BOM",
        "bars and Windows",
        "spaces, quotes, empty lines",
    ],
)
def test_a_table_is_read_whatever_separates_its_cells(text, tmp_path, capfd):
    (tmp_path / "t.csv").write_bytes(text.encode())
    data = from_csv(tmp_path / "t.csv")
    assert data.columns == ("a", "b") and data.classes == ("cat", "dog", "rare") and data.name == "t.csv"
    assert same(data, from_arrays([row[:2] for row in ROWS], KINDS))
    assert "names in the first line; target: column 'kind'; 2 inputs" in capfd.readouterr().err


def test_without_names_columns_are_numbers(tmp_path, capfd):
    (tmp_path / "t.csv").write_text(csv_of(None, ROWS))
    data = from_csv(tmp_path / "t.csv", target=2)
    assert data.columns == ("0", "1") and sum(map(len, rows_of(data, [row[:2] for row in ROWS]))) == 200
    assert "no names in the first line" in capfd.readouterr().err


def test_texts_become_columns_of_0_and_1_and_columns_are_left_out(tmp_path):
    rows = [[place, number, a, kind] for number, (a, _, kind) in enumerate(ROWS) for place in [["x", "y"][number % 2]]]
    (tmp_path / "t.csv").write_text(csv_of(["place", "id", "a", "kind"], rows))
    data = from_csv(tmp_path / "t.csv", "kind", one_hot=["place"], leave_out=["id"])
    assert data.columns == ("place=x", "place=y", "a")
    assert set(map(tuple, data.train.inputs[:, :2])) == {(1, -1), (-1, 1)}


def test_rows_with_missing_values_are_left_out_if_asked(tmp_path, capfd):
    rows = [[("" if i == 5 else "NA" if i == 9 else a), b, kind] for i, (a, b, kind) in enumerate(ROWS)]
    (tmp_path / "t.csv").write_text(csv_of(["a", "b", "kind"], rows))
    with pytest.raises(
        ValueError, match=r"t\.csv: line 7, column 'a' is empty: a value is missing, as in 2 of 200"
    ) as e:
        from_csv(tmp_path / "t.csv")
    assert str(e.value).endswith("leave these rows out: missing='drop', or tinynet data --drop-missing")
    assert sum(len(split.labels) for split in from_csv(tmp_path / "t.csv", missing="drop")) == 198
    assert "2 rows with missing values left out" in capfd.readouterr().err
    assert sum(len(split.labels) for split in from_csv(tmp_path / "t.csv", leave_out=["a"])) == 200


def test_a_column_of_real_numbers_is_a_target_of_regression(tmp_path):
    (tmp_path / "t.csv").write_text(csv_of(["a", "b", "y"], [[a, b, 2 * a] for a, b, _ in ROWS]))
    with pytest.raises(ValueError, match="names no class; for real targets pass regression=True"):
        from_csv(tmp_path / "t.csv")
    data = from_csv(tmp_path / "t.csv", "y", regression=True)
    assert data.train.labels.shape[1] == 1 and data.train.labels.dtype == np.float32


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"t\.csv: the file is empty"),
        ("a,b\n", r"t\.csv: it has no rows below the names"),
        ("a,b,c\n1,2,x\n3,y\n", r"t\.csv: line 3 has 2 cells, line 1 has 3; are cells separated by commas\?"),
        ("a,b,c\n1,x,0\n2,y,1\n", r"line 2, column 'b' is 'x', no number\..*one_hot=\['b'\]\. On the command line"),
        ("a,a,c\n1,2,0\n", r"two columns are named 'a'; rename one, or pass header=False"),
        ("a\n1\n2\n", r"no column is left to learn from, beside the target 'a'"),
        ("a,b\n,1\n?,2\n", r"line 2, column 'a' is empty: a value is missing, as in 2 of 2 rows"),
        ("a,b\n1_000,x\n2,y\n", r"line 2, column 'a' is '1_000', no number"),
        ("a,b\n1e999,x\n2,y\n", r"line 2, column 'a' is '1e999', no number"),
    ],
)
def test_what_is_no_table_of_numbers_is_refused_with_its_place(text, message, tmp_path):
    (tmp_path / "t.csv").write_text(text)
    with pytest.raises(ValueError, match=message):
        from_csv(tmp_path / "t.csv")


def test_a_column_that_is_not_there_and_a_file_that_cannot_be_read(tmp_path):
    (tmp_path / "t.csv").write_text("a,b\n1,2\n")
    with pytest.raises(ValueError, match=r"there is no column 'species'; there are a, b"):
        from_csv(tmp_path / "t.csv", "species")
    with pytest.raises(tn.datasets.DataError, match=r"u\.csv' cannot be read as a table: No such file"):
        from_csv(tmp_path / "u.csv")
    (tmp_path / "t.csv").write_bytes(b"a,b\n\xff\xfe,1\n")
    with pytest.raises(
        tn.datasets.DataError, match=r"no text in UTF-8; if it is a table, save it again as UTF-8.*codec"
    ):
        from_csv(tmp_path / "t.csv")


# ---- files


@pytest.mark.parametrize("data", [
    from_arrays(X, KINDS, columns=["a", "b", "c"], source="made up"), from_arrays(X, X[:, 0], regression=True),
    tn.datasets.load("digits"), tn.datasets.load("breast_cancer"),
], ids=lambda data: data.name)  # fmt: skip
def test_a_data_set_comes_back_from_its_file_bit_for_bit(data, tmp_path):
    keep(data, tmp_path / "d.npz")
    again = from_npz(tmp_path / "d.npz")
    assert same(data, again) and checksum(again) == checksum(data) and repr(again) == repr(data)
    assert (again.classes, again.columns, again.shape, again.source) == (
        data.classes, data.columns, data.shape, data.source
    )  # fmt: skip
    if data.levels:
        values = RNG.normal(size=(5, data.n_features))
        assert np.array_equal(again.prepare(values), data.prepare(values))
    keep(again, tmp_path / "e.npz")
    assert (tmp_path / "d.npz").read_bytes() == (tmp_path / "e.npz").read_bytes()


def test_the_checksum_tells_data_sets_apart():
    data = from_arrays(X, KINDS)
    moved = X.copy()
    moved[0, 0] += 1
    others = [from_arrays(moved, KINDS), from_arrays(X, KINDS, seed=1), from_arrays(X, KINDS, name="other")]
    assert len({checksum(each) for each in [data, *others]}) == 4


@pytest.mark.parametrize(("inputs", "labels"), [("inputs", "labels"), ("X", "y"), ("data", "target")])
def test_a_file_of_two_arrays_is_a_data_set(inputs, labels, tmp_path):
    np.savez(tmp_path / "t.npz", **{inputs: X, labels: KINDS})
    assert same(from_npz(tmp_path / "t.npz", test=0.3), from_arrays(X, KINDS, test=0.3))


def test_other_files_are_refused(tmp_path):
    path, error = tmp_path / "t.npz", tn.datasets.DataError
    np.savez(path, a=X)
    with pytest.raises(error, match=r"holds a; two arrays are needed, named 'inputs' and 'labels' or"):
        from_npz(path)
    np.savez(path, inputs=np.array([{}], object), labels=np.zeros(1))
    with pytest.raises(error, match=r"no npz file of plain arrays that can be read: Object arrays"):
        from_npz(path)
    path.write_bytes(b"junk")
    with pytest.raises(error, match=r"no npz file of plain arrays"):
        from_npz(path)
    with pytest.raises(error, match=r"no npz file .*No such file"):
        from_npz(tmp_path / "u.npz")
    keep(from_arrays(X, KINDS), path)
    with pytest.raises(ValueError, match=r"is a whole data set; test cannot be changed any more"):
        from_npz(path, test=0.5)
    with np.load(path) as file:
        arrays = dict(file)
    np.savez(path, **arrays | {"test_labels": arrays["test_labels"][1:]})
    with pytest.raises(error, match=r"is damaged: its arrays do not fit each other"):
        from_npz(path)
    del arrays["train_pixels"]
    np.savez(path, **arrays)
    with pytest.raises(error, match=r"is damaged: 'train_pixels"):
        from_npz(path)


def test_pictures_in_folders_become_rows_of_grey_pixels(tmp_path):
    image = pytest.importorskip("PIL.Image", reason="Pillow reads pictures; it comes with Matplotlib")
    pictures = RNG.integers(0, 256, (20, 4, 6), np.uint8)
    for i, picture in enumerate(pictures):
        folder = tmp_path / "animals" / ("cats" if i % 2 else "dogs")
        folder.mkdir(parents=True, exist_ok=True)
        image.fromarray(picture).save(folder / f"{i:02}.png")
    data = from_folder(tmp_path / "animals", name="p")
    assert data.shape == (4, 6) and data.classes == ("cats", "dogs")
    order = [i for i in range(20) if i % 2] + [i for i in range(20) if not i % 2]
    assert same(data, from_arrays(pictures[order], ["cats"] * 10 + ["dogs"] * 10))
    half = from_folder(tmp_path / "animals", size=(2, 3))
    means = pictures.reshape(20, 2, 2, 3, 2).mean(axis=(2, 4)).reshape(20, 6)
    levels = np.concatenate([half.to_pixels(split.inputs) for split in half])
    assert np.abs(np.sort(levels, axis=0) - np.sort(means, axis=0)).max() <= 1  # Pillow rounds

    image.fromarray(pictures[0, :2]).save(tmp_path / "animals" / "cats" / "small.png")
    with pytest.raises(
        tn.datasets.DataError, match=r"small\.png' has 2 x 6 pixels, the first picture 4 x 6; give a size"
    ):
        from_folder(tmp_path / "animals")
    (tmp_path / "animals" / "cats" / "small.png").write_text("junk")
    with pytest.raises(tn.datasets.DataError, match=r"small\.png' is no picture that can be read"):
        from_folder(tmp_path / "animals")
    with pytest.raises(tn.datasets.DataError, match=r"there are no pictures; put those of each class into a folder"):
        from_folder(tmp_path)
    with pytest.raises(tn.datasets.DataError, match=r"nowhere': there is no such folder"):
        from_folder(tmp_path / "nowhere")


def test_a_registered_name_is_loaded_and_those_of_tinynet_stay(monkeypatch):
    monkeypatch.setattr(tn.datasets, "LOADERS", dict(tn.datasets.LOADERS))
    tn.datasets.register("pets", lambda seed=0: from_arrays(X, KINDS, seed=seed, name="pets"))
    assert same(tn.datasets.load("pets", seed=3), from_arrays(X, KINDS, seed=3)) and "pets" in tn.datasets.names()
    with pytest.raises(ValueError, match=r"^register: 'digits' is a data set of tinynet; choose another name"):
        tn.datasets.register("digits", lambda: None)
