"""The frontier of one trained network, and the copy that is chosen from it."""

import numpy as np
import pytest

import tinynet as tn
from tinynet.frontier import MEMBERS, choose, of_network
from tinynet.frontier.methods import NARROWED, WINDOWED
from tinynet.frontier.of_network import Copy, parsed_share, parsed_size

RNG = np.random.default_rng(0)
X = RNG.normal(size=(300, 8))
DATA = tn.datasets.from_arrays(X, np.where(X[:, 0] * X[:, 1] > 0, "same", "other"), name="signs")


@pytest.fixture(scope="module")
def net():
    net = tn.MLP([8, 24, 2], batch_norm=True, seed=1)
    tn.fit(net, DATA.train, DATA.valid, epochs=60, lr=0.1)
    return net


def test_every_copy_is_measured_as_its_file(net, tmp_path):
    before = net.state()
    copies = of_network(net, DATA, ["hashed", "quantized"], ["1/2", "1/4", "1/8"])
    found = [(c.row["method"], c.row["factor"]) for c in copies]
    assert found == [("as given", "1"), *(("hashed", f) for f in ("1/2", "1/4", "1/8")), ("quantized", "1/4"),
                     ("quantized", "1/8")]  # fmt: skip
    for row, copy in copies:
        size = tn.save(copy, tmp_path / "copy")
        loaded = tn.load(tmp_path / "copy")
        assert (row["payload_bytes"], row["header_bytes"]) == (size.payload, size.header)
        assert row["test_error"] == tn.evaluate(loaded, DATA.test)
        assert row["valid_error"] == tn.evaluate(loaded, DATA.valid)
    given = copies[0].row
    assert given["test_error"] == tn.evaluate(net, DATA.test)
    assert given["payload_bytes"] == 4 * (8 * 24 + 24 + 24 * 2 + 2)  # batch norm is folded
    assert all(np.array_equal(a, before[name]) for name, a in net.state().items())


def test_other_members_of_the_family_have_copies_too_unless_they_train_another_network(net):
    copies = of_network(net, DATA, ["all"], ["1/4"])
    found, wide = {c.row["method"] for c in copies[1:]}, set(MEMBERS) - {*NARROWED, *WINDOWED}
    assert found == {"lowrank", "lowrank-random", "hashed", "sparse", "quantized"} | (found & wide)
    assert {"kronecker", "tensortrain", "circulant", "pruned"} <= found
    assert all(c.row["payload_bytes"] <= (8 * 24 + 24 * 2) + 4 * 26 + 48 for c in copies[1:])


def test_fine_tuning_helps_and_keeps_the_constraint(net):
    copies = of_network(net, DATA, ["quantized"], ["1/32"], fine_tune=10)
    _, after, tuned = (c.row for c in copies)
    assert (after["stage"], tuned["stage"]) == ("after", "tuned")
    assert tuned["valid_error"] < after["valid_error"] and tuned["payload_bytes"] == after["payload_bytes"]
    again = of_network(net, DATA, ["quantized"], ["1/32"], fine_tune=10)
    assert [c.row for c in again] == [c.row for c in copies]


def copy_of(size, error):
    return Copy({"payload_bytes": size, "valid_error": error, "method": "m", "factor": "1"}, tn.MLP([1, 1]))


COPIES = [copy_of(100, 0.01), copy_of(50, 0.02), copy_of(40, 0.02), copy_of(10, 0.2), copy_of(60, 0.02)]


@pytest.mark.parametrize(
    ("limits", "size"),
    [({}, 100), ({"at_most": 60}, 40), ({"at_most": 39}, 10), ({"error": 0.02}, 40), ({"error": 0.5}, 10),
     ({"at_most": 55, "error": 0.1}, 40), ({"error": 0.01}, 100)],
)  # fmt: skip
def test_the_best_that_fits_or_the_smallest_that_is_good_is_chosen(limits, size):
    assert choose(COPIES, **limits).row["payload_bytes"] == size


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        ({"at_most": 5}, r"no copy keeps 5 bytes; the nearest is m at 1, 10 bytes, validation error 0\.2"),
        ({"error": 0.001}, r"no copy keeps an error of 0\.001; the nearest is m at 1, 100 bytes"),
        (
            {"at_most": 30, "error": 0.1},
            r"no copy keeps 30 bytes and an error of 0\.1; the nearest is m at 1, 10 bytes",
        ),
    ],
)
def test_where_none_does_the_nearest_miss_is_named(limits, message):
    with pytest.raises(ValueError, match=message):
        choose(COPIES, **limits)


def test_methods_that_train_another_network_are_refused(net):
    with pytest.raises(ValueError, match=r"^of_network: dense, binary-mlp: no copy of a given network"):
        of_network(net, DATA, ["dense", "hashed", "binary-mlp"])
    with pytest.raises(ValueError, match=r"has no matrices to compress"):
        of_network(tn.Sequential(tn.Tanh()), DATA)


@pytest.mark.parametrize(
    ("text", "size"), [("20KB", 20_000), ("1.5 MB", 1_500_000), ("16KiB", 16_384), ("20,480", 20_480), ("7 b", 7)]
)
def test_sizes_are_read(text, size):
    assert parsed_size(text) == size


def test_sizes_and_shares_that_are_none_are_refused():
    assert parsed_share("3%") == pytest.approx(0.03) and parsed_share("0.03") == 0.03
    for text in ("", "big", "3 apples", "1..2KB"):
        with pytest.raises(ValueError, match=r"a size of '.*': give bytes, or KB, MB"):
            parsed_size(text)
    for text in ("low", "5", "101%", "-0.1", "nan"):
        with pytest.raises(ValueError, match=rf"an error of '{text}': give a share, as in 3% or 0\.03"):
            parsed_share(text)
