"""Is a shrunk network better than one that was small from the start, on digits, MNIST and Fashion-MNIST?

    python lessons/21_shrinking/rivals.py        trains every network from every seed: about 20 minutes on one core

The results are in rivals.csv beside this file; `lesson.py` draws them. A network with 64 hidden units is trained,
shrunk to a few units in one of three ways, and trained on a little. Its rivals have few units from the start.

    large     the network of 64 units
    harm      the unit that does the least harm goes, again and again; the rest is refitted
    more      the same, and then trained for as many epochs as `steps`
    weight    the units with the smallest outgoing weights go; nothing is refitted
    random    units drawn at random go; nothing is refitted
    steps     small from the start, trained for as many steps as the large network and the shrunk one together
    long      small from the start, trained in one go for as many multiplications as both together

There are so many rivals of kind `steps` that each of eight sceptics can try several, which cost as many multiplications
as the large network and the shrunk one together. The pictures of MNIST and Fashion-MNIST are halved to 14 x 14 pixels.
For each data set, width and kind, three learning rates are tried with three seeds that are not used again, and the one
with the lowest mean error on the validation pictures is taken; `long` takes the rate of `steps`.
"""

import csv
from pathlib import Path

import numpy as np

import tinynet as tn
from tinynet.course.results import halved, read_rows

RESULTS = Path(__file__).with_name("rivals.csv")
LARGE = 64
WIDTHS = 16, 8, 6, 4, 3
EPOCHS = {"digits": (40, 20), "mnist": (20, 10), "fashion": (20, 10)}  # of the large network, and after shrinking it
WAYS = {"harm": ("harm", True), "more": ("harm", True), "weight": ("weight", False), "random": ("random", False)}
RATES = 0.02, 0.05, 0.1
SEEDS, TRIALS = range(8), range(1000, 1003)
COLUMNS = dict(data=str, kind=str, width=int, seed=int, epochs=int, rate=float, valid=float, test=float)


def data_of(name):
    """Return train, valid and test; of MNIST 5,000, 1,000 and 5,000 pictures, 14 x 14 pixels."""
    data = tn.datasets.load(name)
    if name == "digits":
        return data
    return halved(data, (5000, 1000, 5000))


def trained(net, examples, epochs, seed, lr=0.05):
    """Train a network, and return it."""
    tn.fit(
        net, examples, epochs=epochs, batch_size=50, lr=lr, schedule=tn.optim.cosine, seed=seed, progress=False
    )  # fmt: skip
    return net


def numbers(net):
    """Return W, b, V and e of a network with one hidden layer: a = tanh(x W + b), scores = a V + e."""
    found = [(layer.weight.weight(), layer.bias) for layer in net.layers[::2]]
    return [array.numpy().astype(np.float64) for pair in found for array in pair]


def network(W, b, V, e):
    """Return the network with these numbers."""
    net = tn.MLP([len(W), len(b), len(e)])
    for layer, matrix, bias in zip(net.layers[::2], (W, V), (b, e), strict=True):
        layer.weight = tn.Dense().from_dense(matrix.astype(np.float32))
        layer.bias = tn.Parameter(bias.astype(np.float32))
    return net


def going(A, V, way, seed=0):
    """Return the units in the order in which they go; A (N, n) are their activations, V (n, k) the next matrix."""
    if way == "random":
        return list(np.random.default_rng(seed).permutation(len(V)))
    if way == "weight":
        return list(np.argsort((V**2).sum(axis=1)))
    C, left, gone = A - A.mean(axis=0), list(range(len(V))), []
    G = C.T @ C
    G[np.diag_indices_from(G)] += 1e-9 * np.trace(G)  # so that G has an inverse even if units are dependent
    scores = G @ V
    while left:
        inverse = np.linalg.inv(G[np.ix_(left, left)])
        harm = ((inverse @ scores[left]) ** 2).sum(axis=1) / np.diag(inverse)
        gone.append(left.pop(harm.argmin()))
    return gone


def shrunk(net, inputs, width, way, refit, seed=0):
    """Return the network with fewer units; refit: the remaining ones come as close to its scores as they can."""
    W, b, V, e = numbers(net)
    A = np.tanh(inputs @ W + b)
    kept = np.sort(going(A, V, way, seed)[len(b) - width :])
    if not refit:
        return network(W[:, kept], b[kept], V[kept], e)
    with_constant = np.column_stack([A[:, kept], np.ones(len(A))])
    fitted = np.linalg.lstsq(with_constant, A @ V + e, rcond=None)[0]
    return network(W[:, kept], b[kept], fitted[:-1], fitted[-1])


def starts(data, width):
    """Return how many small networks can be trained from the start for what a large and a shrunk one cost."""
    first, second = EPOCHS[data]
    return (LARGE * first + width * second) // (width * (first + second))


def committed():
    """Return the rows of rivals.csv as dictionaries with numbers in them."""
    return read_rows(RESULTS, **COLUMNS)


def main():
    """Write rivals.csv."""
    with RESULTS.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for data in EPOCHS:
            train, valid, test = data_of(data)
            first, second = EPOCHS[data]
            large = {
                seed: trained(tn.MLP([len(train[0][0]), LARGE, 10], seed=seed), train, first, seed)
                for seed in (*SEEDS, *TRIALS)
            }

            def write(kind, width, seed, epochs, rate, net, data=data, valid=valid, test=test):
                errors = [f"{tn.evaluate(net, split):.4f}" for split in (valid, test)]
                writer.writerow([data, kind, width, seed, epochs, rate, *errors])
                file.flush()

            def best_rate(make, valid=valid):
                return min(RATES, key=lambda rate: np.mean([tn.evaluate(make(seed, rate), valid) for seed in TRIALS]))

            for seed in SEEDS:
                write("large", LARGE, seed, first, 0.05, large[seed])
            for width in WIDTHS:
                for kind, how in WAYS.items():
                    epochs = second + first * (kind == "more")

                    def make(seed, rate, epochs=epochs, how=how, width=width, large=large, train=train):
                        return trained(shrunk(large[seed], train[0], width, *how, seed), train, epochs, seed, rate)

                    rate = best_rate(make)
                    for seed in SEEDS:
                        write(kind, width, seed, epochs, rate, make(seed, rate))

                def make(seed, rate, epochs=first + second, width=width, train=train):
                    return trained(tn.MLP([len(train[0][0]), width, 10], seed=seed), train, epochs, seed, rate)

                rate = best_rate(make)
                for seed in range(len(SEEDS) * starts(data, width)):
                    write("steps", width, seed, first + second, rate, make(seed, rate))
                epochs = (LARGE * first + width * second) // width
                for seed in SEEDS:
                    write("long", width, seed, epochs, rate, make(seed, rate, epochs))


if __name__ == "__main__":
    main()
