"""Which method errs least when all files are equally long?

    python lessons/10_hashing/rivals.py        trains every method from every seed: about two minutes on one core

The results are in rivals.csv beside this file. `lesson.py` trains a few of these networks again and draws them over
the results.

The networks have one hidden layer of 256 units. At a factor of 1/8, each method may keep an eighth of the numbers of
the dense matrices, and all biases. `dense` is the narrower network that fits into as many bytes; since its epochs cost
little, it gets twice as many. For each method and size, seed 0 tries several learning rates, and the one with the
lowest validation error is used for seeds 1 to 8.

With 256 units, low-rank and sparse matrices have next to nothing left at 1/64. So on MNIST they get another chance
there: in as many bytes as the hashed network, with the width that has the lowest validation error on seed 0. Their rows
are called after that width, such as "sparse, 16 units".
"""

import csv
from pathlib import Path

import tinynet as tn
from tinynet.course.results import halved, read_rows
from tinynet.frontier.methods import recipe
from tinynet.frontier.tasks import Rows

RESULTS = Path(__file__).with_name("rivals.csv")
HIDDEN = 256
WIDTHS = 8, 16, 32, 64
METHODS = "dense", "hashed", "lowrank", "sparse", "quantized"
FACTORS = {"1/8": 1 / 8, "1/32": 1 / 32, "1/64": 1 / 64}
SEEDS = range(1, 9)
EPOCHS = {"digits": 30, "mnist": 15}
RATES = {  # around the best of each method; a rate at which training fails is left out
    "dense": (0.006, 0.0125, 0.025, 0.05, 0.1, 0.2),
    "hashed": (0.003, 0.006, 0.0125, 0.025, 0.05, 0.1),
    "lowrank": (0.0125, 0.025, 0.05, 0.1),
    "sparse": (0.05, 0.1, 0.2, 0.4),
    "quantized": (0.025, 0.05, 0.1, 0.2),
}


def data_of(name):
    """Return train, valid and test: all of the digits, or 4,000, 1,000 and 5,000 pictures of MNIST, 14 x 14 pixels."""
    data = tn.datasets.load(name)
    if name == "digits":
        return [(split.inputs, split.labels) for split in data]
    return halved(data, (4000, 1000, 5000))


def build(method, factor, n_in, seed):
    """Return an untrained network of ten classes. ValueError if the method cannot do with so few bytes."""
    if ", " in method:
        return of_width(*method.removesuffix(" units").split(", "), factor, n_in, seed)
    task, widths = Rows(), [n_in, HIDDEN, 10]
    weight = None if method == "dense" else recipe(method, factor, task.shapes(widths))
    return tn.MLP(task.narrowed(method, factor, widths), weight, seed)


def of_width(method, width, factor, n_in, seed):
    """Return a network of another width that fills the hashed network's bytes."""
    width = int(width)
    numbers = build("hashed", factor, n_in, seed).stored_bits() // 32 - width - 10  # without the biases
    if method == "sparse":
        density = (numbers - 4) / (width * (n_in + 10))  # two seeds of 64 bits
        return tn.MLP([n_in, width, 10], tn.Sparse(density - 1e-4), seed)
    rank = (numbers - 10 * width) // (n_in + width)
    return tn.MLP([n_in, width, 10], [tn.LowRank(rank=rank), tn.Dense()], seed)


def trained(data, name, method, factor, seed, lr):
    """Return the payload in bytes, the validation error and the test error of a network."""
    train, valid, test = data
    net = build(method, factor, train[0].shape[1], seed)
    epochs = EPOCHS[name] * (2 if method == "dense" else 1)
    history = tn.fit(net, train, valid, epochs=epochs, lr=lr, schedule=tn.optim.cosine, seed=seed, progress=False)
    return -(-net.stored_bits() // 8), min(history.valid_error), tn.evaluate(net, test)


def best(data, name, methods, factor):
    """Return the learning rate and the method with the lowest validation error on seed 0."""
    found = {}
    for method in methods:
        for lr in RATES[method.split(",")[0]]:
            try:
                found[lr, method] = trained(data, name, method, factor, 0, lr)[1]
            except tn.TrainingError:  # the rate is too high for this network
                continue
    return min(found, key=found.get)


def committed():
    """Return the rows of rivals.csv as dictionaries with numbers in them."""
    return read_rows(RESULTS, seed=int, bytes=int, rate=float, error=float)


def main():
    """Write rivals.csv."""
    with RESULTS.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["data", "method", "factor", "seed", "bytes", "rate", "error"])
        for name in EPOCHS:
            data = data_of(name)
            for factor, share in FACTORS.items():
                contests = [[method] for method in METHODS]
                if (name, factor) == ("mnist", "1/64"):
                    contests += [[f"{method}, {width} units" for width in WIDTHS] for method in ("lowrank", "sparse")]
                for methods in contests:
                    try:
                        lr, method = best(data, name, methods, share)
                    except ValueError:  # too few bytes for this method
                        continue
                    for seed in SEEDS:
                        size, _, error = trained(data, name, method, share, seed, lr)
                        writer.writerow([name, method, factor, seed, size, lr, f"{error:.4f}"])
                        file.flush()


if __name__ == "__main__":
    main()
