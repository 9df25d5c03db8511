"""A zoo of 24 small networks for digits, with their true errors.

Each zoo deals the 1,797 digits anew: 600 to learn from, 300 that an estimate may see, and 897 for the judge.
"""

from itertools import product

import numpy as np

import tinynet as tn
from tinynet.reading.networks.distance import noise, predicted
from tinynet.reading.units import unit_activations

WEIGHTS = tn.Dense(), tn.Hashed(1 / 4), tn.Sparse(1 / 4), tn.Quantized(bits=3)
HIDDEN = 8, 32
EDUCATIONS = (600, 20), (600, 3), (100, 20)  # pictures, epochs


class Zoo:
    """The networks, what they say about the pictures that estimates may see, and what the judge says about them.

    Attributes:
        nets: the networks.
        classes, labels: (24, 300) and (300,), predicted and true classes of the pictures that estimates may see.
        on_noise: (24, 300), predicted classes of pictures of noise.
        activations: of the hidden layer, a matrix (300, hidden) for each network.
        judged, truth: (24, 897) and (897,), predicted and true classes of the judge's pictures.
        errors: (24,), the true error rates.
        a, b: (276,), the pairs: pair k consists of networks a[k] and b[k].
        gaps: (276,), their true gaps, without sign.
        good: (276,), whether both are of the better half, the 12 networks with the lowest errors.
    """

    def __init__(self, seed):
        splits = tn.datasets.load("digits")
        inputs = np.concatenate([split.inputs for split in splits])
        labels = np.concatenate([split.labels for split in splits])
        learn, seen, judged = np.split(np.random.default_rng(seed).permutation(len(inputs)), [600, 900])
        self.nets = []
        for k, (weight, hidden, (pictures, epochs)) in enumerate(product(WEIGHTS, HIDDEN, EDUCATIONS)):
            net, few = tn.MLP([64, hidden, 10], weight, seed=100 * seed + k), learn[:pictures]
            tn.fit(
                net, (inputs[few], labels[few]), epochs=epochs, batch_size=20, lr=0.05, schedule=tn.optim.cosine,
                seed=seed, progress=False,
            )  # fmt: skip
            self.nets.append(net)
        says = lambda pictures: np.array([predicted(net, pictures) for net in self.nets])
        self.classes, self.labels, self.on_noise = says(inputs[seen]), labels[seen], says(noise(300, 64))
        self.activations = [unit_activations(net, inputs[seen], 0) for net in self.nets]
        self.judged, self.truth = says(inputs[judged]), labels[judged]
        self.errors = (self.judged != self.truth).mean(axis=1)
        self.a, self.b = np.triu_indices(len(self.nets), 1)
        self.gaps = np.abs(self.errors[self.a] - self.errors[self.b])
        better = np.argsort(self.errors, kind="stable")[: len(self.nets) // 2]
        self.good = np.isin(self.a, better) & np.isin(self.b, better)

    def pairs(self):
        """Return all pairs of networks, as numbers."""
        return list(zip(self.a.tolist(), self.b.tolist(), strict=True))

    def good_pairs(self):
        """Return the pairs of the better half."""
        return [pair for pair, good in zip(self.pairs(), self.good, strict=True) if good]

    def gaps_by(self, labels, n=300):
        """Return (276,), the gaps on the first n pictures that estimates may see, by such labels (300,)."""
        errors = (self.classes[:, :n] != labels[:n]).mean(axis=1)
        return np.abs(errors[self.a] - errors[self.b])

    def shares(self, a, b):
        """Return the shares of the judge's pictures on which only a is wrong, only b, and both in different ways."""
        wrong_a, wrong_b = self.judged[a] != self.truth, self.judged[b] != self.truth
        both = wrong_a & wrong_b & (self.judged[a] != self.judged[b])
        return float(np.mean(wrong_a & ~wrong_b)), float(np.mean(wrong_b & ~wrong_a)), float(both.mean())


def told_apart(test, shares, n, draws=500):
    """Return for which share of drawn samples the p-value of a test is below 5 %.

    Args:
        test: paired_test, or a function like it.
        shares: the probabilities that only a is wrong, that only b is, and that both are in different ways.
        n: how many inputs a sample has.
    """
    rng, found = np.random.default_rng(0), 0
    for _ in range(draws):
        kinds = rng.choice(4, size=int(n), p=[*shares, 1 - sum(shares)])  # the true class of all inputs is 0
        says_a, says_b = np.array([1, 0, 1, 0])[kinds], np.array([0, 1, 2, 0])[kinds]
        found += test(says_a, says_b, lambda i: 0)[1] < 0.05
    return found / draws
