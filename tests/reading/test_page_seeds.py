"""The figures that pages quote from many seeds are the measured ones, in benchmarks/results/seeds.json and zoo.json."""

import json
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
SEEDS = json.loads((ROOT / "benchmarks/results/seeds.json").read_text())["found"]


def mean(statement, data, figure):
    """Return the mean of a figure over the seeds, of which there are at least eight."""
    values = [run[figure] for run in SEEDS[statement][data]]
    assert len(values) >= 8
    return float(np.mean(values))


def page(name):
    return " ".join((ROOT / name).read_text().split())


def shared_numbers():
    def of(data, way, k, figure):
        return mean("shared numbers", data, f"{way}, epoch {k}: {figure}")

    ratios = [
        of(data, "hashed 1/8", k, "gradient / dense network's") for data in ("digits", "fashion") for k in (0, 30)
    ]
    yield f"with 8 entries is {ratios[0]:.1f} times as large as the gradient of a dense network's weight"
    yield "after 30 epochs it is {:.1f} times as large, on Fashion-MNIST {:.1f} and {:.1f} times".format(*ratios[1:])
    for data in ("digits", "fashion"):
        for k in (0, 30, 120):
            ratio = of(data, "hashed 1/8", k, "gradient / that of an entry of the same W")
            assert abs(ratio / 8**0.5 - 1) < 0.03
    yield "a bucket's gradient stays 2.8 times as large"
    ways = ("dense", "hashed 1/8", "low-rank 8", "binary")
    dense, hashed, low_rank, _ = (of("digits", way, 30, "moved, in lengths of the start") for way in ways)
    yield f"move {hashed:.1f} and {low_rank:.1f} times their own length in 30 epochs, dense ones {dense:.2f} times"
    shares = [of("digits", way, 30, "saturated, %") for way in ways]
    yield "{:.0f} % in the dense network, {:.0f} % in the hashed, {:.0f} % in the low-rank, {:.0f} %".format(*shares)


def rates():
    def both(data, what):
        return [mean("rates", data, f"{way}, {what}") for way in ("batch norm", "plain")]

    yield "is {:.3f} against {:.3f} at a rate of 0.03".format(*both("digits", "rate 0.03: loss after 5 epochs"))
    yield "but {:.3f} against {:.3f} if each way".format(*both("digits", "best rate: loss after 5 epochs"))
    yield "the best rates give {:.3f} against {:.3f}".format(*both("fashion", "best rate: loss after 5 epochs"))
    normed, plain = both("fashion", "rate 0.3: loss after 40 epochs")
    assert normed < 0.1 and plain > np.log(10)  # worse than a guess
    for rate in (0.1, 0.3):
        normed, plain = both("digits", f"rate {rate}: loss after 40 epochs")
        assert plain < normed
    of_digits, of_fashion = (both(data, "rate of best validation: test error, %") for data in ("digits", "fashion"))
    yield "{:.1f} against {:.1f} % on digits, {:.1f} against {:.1f} % on Fashion-MNIST".format(*of_digits, *of_fashion)


def drift():
    def of(data, way, unit, activation="sigmoid"):
        return mean("drift", data, f"{activation}, {way}, first 10 epochs: {unit}")

    in_widths, in_z = "drift, half widths", "drift, units of z"
    ways = ("batch norm", "plain")
    yield "drift by {:.2f} an epoch with batch norm, against {:.1f} without".format(
        *(of("digits", w, in_widths) for w in ways)
    )
    yield f"a half width is only {of('digits', 'plain', 'half width'):.2f} at that time"
    yield "they drift by {:.2f} against {:.2f}.".format(*(of("digits", w, in_z) for w in ways))
    yield "it is {:.2f} against {:.2f} half widths".format(*(of("fashion", w, in_widths) for w in ways))
    yield "and {:.2f} against {:.2f} units of z".format(*(of("fashion", w, in_z) for w in ways))
    tanh = [of(data, way, in_z, "tanh") for data in ("digits", "fashion") for way in ways]
    yield "{:.2f} against {:.2f} units of z on digits, {:.2f} against {:.2f} on Fashion-MNIST".format(*tanh)


@pytest.mark.parametrize("sentence", [*shared_numbers(), *rates(), *drift()])
def test_the_page_about_reading_quotes_what_was_measured(sentence):
    assert sentence in page("docs/reading.md")


def gradients():
    def lost(figure, data="normal"):
        return mean("fresh matrices", data, figure)

    same, fresh = "RNN, the same U, ", "RNN, a fresh U at each step, "
    always, once = "inputs at every step", "an input at the first step alone"
    assert abs(10 ** -lost("MLP, tanh, 20 layers") - 0.25) < 0.05  # a quarter
    assert abs(10 ** (-lost("MLP, sigmoid, 20 layers") / 19) - 0.25) < 0.05  # at each of 19 layers
    yield f"a plain RNN loses {lost(same + always):.1f} orders of magnitude"
    yield f"The memory of an LSTM loses {lost('memory of an LSTM, forget bias 1'):.1f} with a forget bias of 1"
    assert lost("memory of an LSTM, forget bias 5") < 0
    yield f"it loses as much: {lost(fresh + always):.1f} orders"
    deep = lost("MLP, tanh, 50 layers")
    yield f"the RNN loses {lost(same + once):.1f} orders of magnitude, and a tanh network of 50 layers {deep:.1f}"
    on_mnist = [lost(figure, "mnist") for figure in (same + always, fresh + always, same + once)]
    yield "{:.1f} orders with one matrix, {:.1f} with fresh ones, {:.1f} without the later inputs".format(*on_mnist)


@pytest.mark.parametrize("sentence", list(gradients()))
def test_the_page_about_sequences_quotes_what_was_measured(sentence):
    assert sentence in page("docs/sequences.md")
