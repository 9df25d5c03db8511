"""The figures that pages quote from many seeds are the measured ones, in benchmarks/results/seeds.json and zoo.json."""

import json
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
SEEDS = json.loads((ROOT / "benchmarks/results/seeds.json").read_text())["found"]

BRACKETS = "brackets", "rare brackets"
ZOO = json.loads((ROOT / "benchmarks/results/zoo.json").read_text())["data"]


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
    yield "after 30 epochs it is {:.1f} times as large. On Fashion-MNIST the two figures are {:.1f} and {:.1f}".format(
        *ratios[1:]
    )
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


def automata():
    def how_many(what, data="reber", epochs=60):
        return sum(run[f"{epochs} epochs, {what}: equivalent"] for run in SEEDS["automata"][data])

    runs = SEEDS["automata"]["reber"]
    counts = [how_many(f"{k} clusters") for k in (80, 40, 160)]
    yield f"Of {len(runs)} LSTMs, {how_many('signs'):.0f} give the automaton of the grammar by the signs"
    clusters = "{:.0f} do so with 80 clusters, {:.0f} with 40, and {:.0f} with 160"
    yield f"If we cut h into clusters instead, {clusters}".format(*counts)
    later = [how_many(what, epochs=240) for what in ("signs", "80 clusters")]
    yield "four times as many epochs, {:.0f} do by signs and {:.0f} by 80 clusters".format(*later)
    assert sum(run["60 epochs: wrong strings, %"] > 40 for run in runs) == 1
    yield "One of the 26 has not learned to remember the second symbol"
    read = [run["60 epochs: wrong longer strings, %"] for run in runs if run["60 epochs, 80 clusters: equivalent"]]
    err = sum(share > 0 for share in read)
    yield f"{err} of the {len(read)} LSTMs err on strings that are twice as long, one of them on {max(read):.0f} %"
    assert max(run["60 epochs: wrong strings, %"] for data in BRACKETS for run in SEEDS["automata"][data]) == 0
    for data, sentence in zip(
        BRACKETS, ("{:.0f} of 8 are read by signs and {:.0f}", "{:.0f} and {:.0f} of 8"), strict=True
    ):
        yield sentence.format(*(how_many(what, data) for what in ("signs", "80 clusters")))
    yield f"with 40 clusters, {how_many('40 clusters, above 0.05', 'rare brackets'):.0f} of 8"


def crowds():
    def both(estimate, of):
        return [ZOO[data]["estimates"][estimate][of]["spearman"] for data in ("mnist", "fashion")]

    for estimate, whole, half in (
        ("consensus of the zoo", "gap is {:.2f} on MNIST and {:.2f} on Fashion-MNIST", "it reaches {:.2f} and {:.2f}:"),
        ("consensus of its closer half", "gives {:.2f} and {:.2f} over all pairs,", "and {:.2f} and {:.2f} among the"),
        ("disagreement, 1000 inputs", "1,000 inputs, with {:.2f} and {:.2f} over", "it is worth {:.2f} and {:.2f}."),
        ("1 - CKA", "CKA reaches {:.2f} and {:.2f} over all pairs", "but {:.2f} and {:.2f} among the better half"),
        ("disagreement on noise", "noise, {:.2f} and {:.2f}, falls", "falls to {:.2f} and {:.2f};"),
        ("weights, aligned", "after alignment, {:.2f} and {:.2f}, falls", "falls to {:.2f} and {:.2f}."),
        ("labelled gap, 300 inputs", "give {:.2f} and {:.2f} over all pairs", "and {:.2f} and {:.2f} in the better"),
        ("labelled gap, 1000 inputs", "1,000 inputs give {:.2f} and {:.2f},", "and {:.2f} and {:.2f} there"),
    ):
        yield whole.format(*both(estimate, "whole"))
        yield half.format(*both(estimate, "better half"))
    assert ZOO["mnist"]["above"] == ZOO["fashion"]["above"] == 0
    yield f"none of {ZOO['mnist']['pairs'] + ZOO['fashion']['pairs']:,} pairs lies above it"
    zoos, networks = np.shape(ZOO["mnist"]["errors"])
    assert (zoos, networks) == (4, 72)


def lengths():
    def of(data, epochs, *ways):
        return [mean("lengths", data, f"{epochs} epochs, {way}: test error, %") for way in ways]

    one, two, eight, free, from_8 = "length 1", "length 2", "length 8", "free", "free from length 8"
    digits, fashion = of("digits", 40, one, two, "length 4", eight), of("fashion", 20, one, two, eight)
    free_digits, free_fashion = of("digits", 40, free)[0], of("fashion", 20, free)[0]
    yield "at length 1, 2, 4 and 8 err on {:.1f}, {:.1f}, {:.1f} and {:.1f} %, free ones on {:.1f} %.".format(
        *digits, free_digits
    )
    longer = of("digits", 160, one, eight, free)
    yield "it is {:.1f} % at length 1, {:.1f} % at length 8 and {:.1f} % with free columns".format(*longer)
    yield "of Fashion-MNIST it is {:.1f}, {:.1f} and {:.1f} % at lengths 1, 2 and 8, against {:.1f} %.".format(
        *fashion, free_fashion
    )
    short = max(*(error - free_digits for error in digits[:2]), *(error - free_fashion for error in fashion[:2]))
    yield f"lengths 1 and 2 cost at most {short:.1f} percentage points"
    long = digits[-1] - free_digits, longer[1] - longer[2], fashion[-1] - free_fashion
    yield f"length 8 costs {min(long):.0f} to {max(long):.0f}."
    started = of("digits", 40, from_8)[0], of("fashion", 20, from_8)[0]
    assert started[0] > digits[-1] and started[1] > fashion[-1]  # no better than held columns
    yield "with {:.1f} % on digits and {:.1f} % on Fashion-MNIST".format(*started)
    saturated = [mean("lengths", "digits", f"{way}: saturated at the start, %") for way in (from_8, one)]
    yield "{:.0f} % of the units are saturated at length 8, and {:.0f} % at length 1.".format(*saturated)


@pytest.mark.parametrize("sentence", [*shared_numbers(), *rates(), *drift(), *lengths(), *automata(), *crowds()])
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


def lesson(name):
    return " ".join((ROOT / "lessons" / name / "lesson.py").read_text().replace("\n# ", "\n").split())


def calibrations():
    def of(data, loss, figure):
        return mean("splits and calibration", data, f"{loss}: {figure}")

    digits, fashion = "digits", "fashion"
    entropy, hinge = "cross-entropy", "squared hinge"
    eces = [run[f"{entropy}: ECE, %"] for run in SEEDS["splits and calibration"][digits]]
    yield f"error is {np.mean(eces):.1f} % with cross-entropy (from {min(eces):.1f} to {max(eces):.1f})"
    yield f"would measure {of(digits, entropy, 'by chance, %'):.1f} % by chance"
    yield f"With the squared hinge it is {of(digits, hinge, 'ECE, %'):.0f} %"
    yield f"off by {of(fashion, entropy, 'ECE, %'):.0f} %, while the hinge"
    yield f"which errs on {of(fashion, hinge, 'error, %'):.0f} %, is off by {of(fashion, hinge, 'ECE, %'):.1f} %"
    cases = [(data, loss) for data in (digits, fashion) for loss in (entropy, hinge)]
    left = [of(*case, "ECE with the temperature, %") for case in cases]
    yield f"and between {min(left):.1f} and {max(left):.1f} % are left in all four cases"
    assert all(0.85 < of(*case, "by chance with the temperature, %") < 1.25 for case in cases)
    yield f"The hinge on digits needs a temperature of {of(digits, hinge, 'temperature'):.2f}"
    yield f"cross-entropy on Fashion-MNIST one of {of(fashion, entropy, 'temperature'):.2f}"


def students():
    def runs(name, what, data="independent"):
        found = [run[f"{name}: {what}"] for run in SEEDS["solutions"][data]]
        assert len(found) == 8
        return found

    def reached(name, data="independent"):
        return f"{sum(runs(name, 'all found', data)):.0f} of 8"

    hashed, sparse = "hashed, 4 units, the teacher's hash", "sparse, 4 units, the teacher's mask"
    yield f"After 80 epochs {reached('dense, 4 units, 80 epochs')} dense students with 4 units"
    yield f"after 320 epochs {reached('dense, 4 units, 320 epochs')}. With 8 units, all have found them after 80"
    assert reached("dense, 8 units, 80 epochs") == "8 of 8"
    yield f"hash succeeds in {reached(f'{hashed}, 80 epochs')} starts after 80 epochs, and in the same 4 after 320"
    assert runs(f"{hashed}, 80 epochs", "all found") == runs(f"{hashed}, 320 epochs", "all found")
    errors = [error for error in runs(f"{hashed}, 320 epochs", "error") if error > 0.01]
    assert len(errors) == 4
    yield f"come to rest between {min(errors):.2f} and {max(errors):.2f}, where"
    yield f"of the same hashed teachers succeed in {reached('dense, 4 units, of a hashed teacher, 320 epochs')}"
    yield f"teacher's mask stands between, with {reached(f'{sparse}, 320 epochs')}"
    for data in ("independent", "patches"):
        assert sum(runs("hashed, 8 units, another hash, 320 epochs", "all found", data)) == 0
    yield f"Here {reached('dense, 4 units, 320 epochs', 'patches')} dense students"
    yield f"{reached(f'{hashed}, 320 epochs', 'patches')} hashed ones and none of the binary ones"
    assert reached("binary, 4 units, 320 epochs", "patches") == "0 of 8"
    yield f"With 4 units, {reached('binary, 4 units, 320 epochs')} succeed"
    assert reached("binary, 8 units, 320 epochs") == "8 of 8"
    errors = np.array(runs("binary, 8 units, 320 epochs", "error"))
    yield f"but only {(errors < 0.01).sum()} of 8 err by less than 1 %, and the median error is {np.median(errors):.2f}"


def spirals():
    def error(widths, start, epochs=300, data="spirals"):
        return mean("start and depth", data, f"{widths}, {start}, {epochs} epochs: error")

    one, two = "2-70-2", "2-16-16-2"
    yield f"one layer of 70 units errs on {error(one, 'usual'):.0f} %"
    yield f"with as many parameters, on {error(two, 'usual'):.0f} %"
    longer = [error(widths, "usual", 1200) for widths in (two, one)]
    yield "bring the two layers to {:.1f} %, but one layer only to {:.0f} %".format(*longer)
    yield f"one layer errs on {error(one, 'spread'):.1f} % and two on {error(two, 'spread'):.1f} %"
    yield f"brings one layer to {error(one, 'steep'):.0f} %, the biases alone to {error(one, 'random biases'):.0f} %"
    board = [error(one, start, data="checkerboard") for start in ("usual", "spread")]
    yield "one layer errs on {:.0f} % from the usual start and on {:.1f} % from the other one".format(*board)
    board = [error(two, start, data="checkerboard") for start in ("usual", "spread")]
    yield "two layers on {:.1f} and {:.1f} %".format(*board)


def hardening():
    def of(loss, figure, way="batches", data="digits"):
        return mean("loss and hardening", data, f"{loss}, {way}: |z| {figure}")

    entropy, hinge = "cross-entropy", "squared hinge"
    fit, tail = "grown by the fit, times", "gained in the last doubling of the steps"
    yield f"|z| grows {of(entropy, fit):.1f} times with cross-entropy until all answers are right"
    yield f"and {of(hinge, fit):.1f} times with the squared hinge"
    yield f"|z| gains another {of(entropy, tail):.2f} with cross-entropy, and less than 0.001 with the hinge"
    for data in ("digits", "fashion"):
        for way in ("batches", "full batch"):
            assert of(entropy, fit, way, data) < of(hinge, fit, way, data)
            assert abs(of(hinge, tail, way, data)) < 0.0015 < 0.02 < of(entropy, tail, way, data)
            assert data != "digits" or abs(of(hinge, tail, way, data)) < 0.001
    on_fashion = [of(loss, figure, data="fashion") for figure in (fit, tail) for loss in (entropy, hinge)]
    yield "it grows {:.1f} and {:.1f} times until the fit, and then gains {:.2f} and {:.3f}".format(*on_fashion)
    full = [of(loss, fit, "full batch") for loss in (entropy, hinge)]
    yield "with the full batch the four figures on digits are {:.1f} times, {:.1f} times".format(*full)
    yield f"times, {of(entropy, tail, 'full batch'):.2f} and less than 0.001"


@pytest.mark.parametrize("sentence", [*calibrations(), *students(), *spirals(), *hardening()])
def test_the_page_about_reading_quotes_what_many_starts_gave(sentence):
    assert sentence in page("docs/reading.md")


def test_lesson_3_quotes_what_many_splits_gave():
    def eces(data, figure="ECE, %"):
        return [
            mean("splits and calibration", data, f"{loss}: {figure}") for loss in ("cross-entropy", "squared hinge")
        ]

    text, fashion = lesson("03_softmax"), "fashion"
    entropy, hinge = eces("digits")
    assert f"cross-entropy measures {entropy:.1f} % on average, and the squared hinge {hinge:.0f} %" in text
    entropy, hinge = eces(fashion)
    assert f"far too sure of itself, measures {entropy:.0f} %, and the hinge {hinge:.1f} %" in text
    left = [ece for data in ("digits", fashion) for ece in eces(data, "ECE with the temperature, %")]
    assert f"all four measure between {min(left):.1f} and {max(left):.1f} %" in text
