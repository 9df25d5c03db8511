"""Unusable data and settings are refused before any step."""

import numpy as np
import pytest

import tinynet as tn

X, LABELS = np.random.default_rng(0).normal(size=(20, 2)).astype(np.float32), np.arange(20) % 2


def with_label(value, dtype=int):
    labels = LABELS.astype(dtype)
    labels[7] = value
    return X, labels


def with_input(value):
    x = X.copy()
    x[13, 1] = value
    return x, LABELS


UNUSABLE = {
    "label above": (with_label(2), {}, r"labels .* from 0 to 2.*0 \.\. 1"),
    "label below": (with_label(-1), {}, r"labels .* from -1 to 1.*0 \.\. 1"),
    "float labels": (with_label(1, np.float64), {}, "class labels must be integers"),
    "labels as a column": ((X, LABELS[:, None]), {}, r"labels of shape \(20, 1\)"),
    "boolean labels": ((X, LABELS > 0), {}, "class labels must be integers"),
    "words as labels": ((X, LABELS.astype(str)), {}, "class labels must be integers"),
    "input nan": (with_input(np.nan), {}, "inputs are not finite, first in row 13"),
    "input inf": (with_input(-np.inf), {}, "inputs are not finite, first in row 13"),
    "target nan": ((X, np.full((20, 2), np.nan)), {}, "labels are not finite, first in row 0"),
    "targets of another width": ((X, np.ones((20, 3))), {}, r"targets of shape \(20, 3\).*must be \(20, 2\)"),
    "targets of one axis": ((X, np.ones(20)), {}, r"targets of shape \(20,\)"),
    "empty": ((X[:0], LABELS[:0]), {}, "N at least 1"),
    "fewer labels": ((X, LABELS[:-1]), {}, "one label per row"),
    "one axis": ((X[:, 0], LABELS), {}, r"inputs of shape \(20,\)"),
    "wrong width": ((np.ones((20, 3), np.float32), LABELS), {}, r"rows of 2"),
    "integer inputs": ((np.ones((20, 2), int), LABELS), {}, "float32"),
    "no pair": (X, {}, "a pair"),
    "batch above the set": ((X, LABELS), {"batch_size": 21}, "batch_size=21, 20 examples"),
    "batch of none": ((X, LABELS), {"batch_size": 0}, "batch_size=0"),
    "negative batch": ((X, LABELS), {"batch_size": -5}, "batch_size=-5"),
    "batch of a half": ((X, LABELS), {"batch_size": 2.5}, r"batch_size=2\.5"),
    "no epochs": ((X, LABELS), {"epochs": 0}, "epochs=0"),
    "epochs and a half": ((X, LABELS), {"epochs": 1.5}, r"epochs=1\.5"),
    "lr 0": ((X, LABELS), {"lr": 0.0}, "lr > 0"),
    "momentum 1": ((X, LABELS), {"momentum": 1.0}, "momentum=1"),
    "negative seed": ((X, LABELS), {"seed": -1}, "non-negative"),
    "augment to another shape": ((X, LABELS), {"augment": lambda x, rng: x[1:]}, r"float32\[5, 2\].*\[4, 2\]"),
    "augment to another dtype": (
        (X, LABELS),
        {"augment": lambda x, rng: x.astype(float)},
        r"returned float64\[5, 2\]",
    ),
    "augment to nothing": ((X, LABELS), {"augment": lambda x, rng: None}, "returned NoneType"),
    "augment to infinity": ((X, LABELS), {"augment": lambda x, rng: x * np.float32(np.inf)}, "not finite"),
    "validation with a label above": ((X, LABELS), {"valid": with_label(2)}, "valid: .*from 0 to 2"),
    "validation of another width": (
        (X, LABELS),
        {"valid": (np.ones((3, 5), np.float32), LABELS[:3])},
        "rows of 2",
    ),
    "classes with a regression's validation": ((X, LABELS), {"valid": (X, np.ones((20, 2)))}, "valid"),
}


@pytest.mark.parametrize("train, options, message", UNUSABLE.values(), ids=UNUSABLE.keys())
def test_unusable_data_and_settings_are_refused_before_any_step(bits, train, options, message):
    net = tn.MLP([2, 4, 2], batch_norm=True)
    before = bits(net)

    with pytest.raises((ValueError, TypeError), match=message):
        tn.fit(net, train, **{"batch_size": 5, "epochs": 2} | options)
    assert bits(net) == before
    assert net.training and net.layers[1].training


@pytest.mark.parametrize("n, batch_size, smallest", [(20, 1, 1), (3, 2, 1), (1, 1, 1), (5, 2, 1), (4, 2, 2), (5, 3, 2)])
def test_a_batch_of_one_is_refused_before_any_step_where_batch_norm_would_meet_it(bits, n, batch_size, smallest):
    inner = tn.Sequential(tn.Linear(2, 4), tn.BatchNorm(4))
    for net in (tn.MLP([2, 4, 2], batch_norm=True), tn.Sequential(inner, tn.Linear(4, 2)), tn.MLP([2, 4, 2])):
        before, data = bits(net), (X[:n], LABELS[:n])
        if smallest > 1 or not net.buffers():
            tn.fit(net, data, epochs=1, batch_size=batch_size)
            continue
        with pytest.raises(ValueError, match=rf"splits {n} examples.*smallest has 1, .*2 or more; choose another"):
            tn.fit(net, data, epochs=1, batch_size=batch_size)
        assert bits(net) == before


@pytest.mark.parametrize("name", ["optimizer", "loss", "schedule", "augment"])
def test_the_name_of_a_function_in_place_of_the_function_is_refused(name):
    net = tn.MLP([4, 3, 2])
    data = (np.zeros((6, 4), np.float32), np.zeros(6, np.int64))
    with pytest.raises(TypeError, match=f"{name}='adam'; pass the function itself"):
        tn.fit(net, data, batch_size=2, **{name: "adam"})
