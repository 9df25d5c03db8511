"""Statements about starts, splits and losses, for benchmarks/seeds.py: a function of data set and seed, and how many.

The docstring of a function says what is compared. It returns figures by what they mean.
"""

from __future__ import annotations

from typing import Any

import numpy as np

import tinynet as tn
from benchmarks.reading_training import LOSSES, digits
from benchmarks.seeds_training import Figures
from tinynet import functional as F
from tinynet.course import manifest
from tinynet.reading.decisions.calibration import best_temperature, by_chance, calibration
from tinynet.reading.inside import scores as scores_of
from tinynet.reading.layers.saturation import squashed
from tinynet.reading.networks.solutions import Student, plot_students, students

# ---- which solutions are reached

DENSE, HASHED, SPARSE, BINARY = tn.Dense(), tn.Hashed(1 / 2), tn.Sparse(1 / 2), tn.Binary()
# recipe of the teacher and of the student, its width, whether it has the teacher's seed, and for how many epochs
STUDENTS: dict[str, tuple[Any, Any, int, bool, tuple[int, ...]]] = {
    "dense, 4 units": (DENSE, DENSE, 4, False, (80, 320)),
    "dense, 8 units": (DENSE, DENSE, 8, False, (80, 320)),
    "dense, 4 units, of a hashed teacher": (HASHED, DENSE, 4, False, (320,)),
    "hashed, 4 units, the teacher's hash": (HASHED, HASHED, 4, True, (80, 320)),
    "hashed, 8 units, another hash": (HASHED, HASHED, 8, False, (320,)),
    "sparse, 4 units, the teacher's mask": (SPARSE, SPARSE, 4, True, (80, 320)),
    "binary, 4 units": (BINARY, BINARY, 4, False, (320,)),
    "binary, 8 units": (BINARY, BINARY, 8, False, (80, 320)),
}


def solutions(data: str, seed: int) -> Figures:
    """Does a student reach its teacher of 4 units, if both are dense, hashed, sparse or binary (Q2)?

    There are 4 teachers, each with several starts. They answer 2,000 inputs: 8 independent numbers, or 8 patches of
    pictures of clothes, whose brightness is strongly correlated. Students see each input 80 or 320 times (Adam, rate
    0.01 falling as a cosine). A unit is found if its correlation with its partner is at least 0.99.
    """
    # starts from 100 on, because a start with the teacher's own seed would begin near the teacher
    x, figures = patches() if data == "patches" else np.random.default_rng(0).uniform(-1, 1, (2000, 8)), {}
    for name, (own, weight, width, same, lengths) in STUDENTS.items():
        for epochs in lengths:
            teacher, fixed = own_teacher(own, seed % 4), seed % 4 if same else None
            [student] = students(teacher, x.astype(np.float32), [width], weight, [100 + seed], fixed, epochs)
            of = f"{name}, {epochs} epochs"
            figures |= {f"{of}: all found": student.reached, f"{of}: error": student.error}
    return figures


def own_teacher(weight: Any, seed: int) -> tn.MLP:
    """Return a teacher with 4 units: a fresh network with random biases, whose first matrix is twice as long."""
    net, rng = tn.MLP([8, 4, 3], weight, seed=seed), np.random.default_rng(seed)
    for layer in (net.layers[0], net.layers[2]):
        layer.bias.data = rng.normal(0, 0.5, layer.bias.shape).astype(np.float32)  # type: ignore[attr-defined]
    numbers = net.layers[0].weight.parameters()[-1]  # type: ignore[attr-defined]  # of a binary matrix, its scale
    numbers.data = 2 * numbers.numpy()
    return net


def patches() -> np.ndarray:
    """Return 2,000 pictures of clothes as the brightness of 8 patches each."""
    x = tn.datasets.load("fashion").train.inputs[:2000].reshape(-1, 2, 14, 4, 7).mean(axis=(2, 4)).reshape(-1, 8)
    return (x - x.mean(axis=0)) / x.std(axis=0)


def picture(runs: list[Figures]) -> Any:
    """Return the picture of all students after 320 epochs, each with a teacher of its own kind."""
    groups: dict[str, dict[int, list[Student]]] = {}
    for name, (own, weight, width, *_) in STUDENTS.items():
        if own is weight:
            net, of = tn.MLP([8, width, 3]), f"{name}, 320 epochs"  # the picture needs no more than error and reached
            outcomes = [Student(net, run[f"{of}: error"], 0, bool(run[f"{of}: all found"])) for run in runs]
            groups.setdefault(name.split(",")[0], {})[width] = outcomes
    return plot_students(groups)


# ---- depth, or the start

LESSON: Any = manifest.load_module(manifest.lesson(1).path / "train.py")


def start_and_depth(data: str, seed: int) -> Figures:
    """What keeps one hidden layer from telling two spirals of 2.5 turns apart, its depth or its start (C3)?

    A usual start has zero biases, so all lines of the first layer pass through the origin. In a steep one the first
    matrix is 8 times as long. Random biases put the lines at distances of up to 1 from the origin. A spread start has
    both. Networks 2-70-2 and 2-16-16-2 have 352 and 354 parameters. Test errors, in percent, at the best epoch.
    """
    train, valid, test = tn.datasets.load(data, **({"turns": 2.5} if data == "spirals" else {}))
    figures: Figures = {}
    for widths in ([2, 70, 2], [2, 16, 16, 2]):
        for start in LESSON.STARTS:
            for epochs in (300, 1200) if (data, start) == ("spirals", "usual") else (300,):
                net = LESSON.fresh(widths, start, seed)
                tn.fit(net, train, valid, epochs=epochs, schedule=tn.optim.cosine, seed=seed, progress=False)
                figures[f"{'-'.join(map(str, widths))}, {start}, {epochs} epochs: error"] = 100 * tn.evaluate(net, test)
    return figures


# ---- the error term, or the fit

STEPS = 4096


def loss_and_hardening(data: str, seed: int) -> Figures:
    """Does |z| grow while a net learns to fit, under either loss, or without end, under cross-entropy alone (C7b)?

    Networks n-32-10 learn 400 pictures (SGD, rate 0.1, momentum 0.9), in batches of 50 or all at once, for 4,096 steps.
    The clothes of Fashion-MNIST are halved in height and width. |z| is the mean over examples and hidden units.
    """
    x, y = (part[:400] for part in tn.datasets.load(data).train)
    if data == "fashion":
        x = x.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4)).reshape(400, -1)
    figures: Figures = {}
    for name, loss in LOSSES.items():
        for size, way in ((50, "batches"), (400, "full batch")):
            start, fit, *later = mean_z(x, y, loss, size, seed)
            of = f"{name}, {way}: |z|"
            figures |= {
                f"{of} grown by the fit, times": fit / start, f"{of} grown in all, times": later[-1] / start,
                f"{of} gained in the last doubling of the steps": later[-1] - later[-2],
            }  # fmt: skip
    return figures


def mean_z(x: np.ndarray, y: np.ndarray, loss: Any, size: int, seed: int) -> list[float]:
    """Return mean |z| before training, once all answers are right, after half of the steps, and at the end."""
    net, epochs, at_the_fit, later = tn.MLP([x.shape[1], 32, 10], seed=seed), STEPS * size // len(x), [], []
    mean = lambda: float(np.abs(squashed(net, x)["1 Tanh"]).mean(dtype=np.float64))

    def note(history: tn.History) -> None:
        if not at_the_fit and history.train_error[-1] == 0:
            at_the_fit.append(mean())
        if len(history) in (epochs // 2, epochs):
            later.append(mean())

    start = mean()
    tn.fit(net, (x, y), epochs=epochs, batch_size=size, lr=0.1, loss=loss, seed=seed, report=note, progress=False)
    return [start, *at_the_fit, *later]


# ---- scores as probabilities


def splits_and_calibration(data: str, seed: int) -> Figures:
    """How far is confidence from accuracy, by split, data and loss, and does a temperature mend it (C4)?

    Networks n-32-10 (SGD, rate 0.05, momentum 0.9). The 1,797 digits are split anew for each seed into 800, 200 and
    797. Of Fashion-MNIST, 2,000 others are trained on for each seed, 1,000 held out and 10,000 judged. All train for
    300 epochs. The expected calibration error has 15 bins, and the temperature is chosen on the held-out examples.
    """
    rng, figures = np.random.default_rng(seed), {}
    if data == "digits":
        x, y = (np.concatenate([split[part] for split in digits()]) for part in (0, 1))
        train, held_out, judged = ((x[i], y[i]) for i in np.split(rng.permutation(len(x)), [800, 1000]))
    else:
        clothes = tn.datasets.load("fashion")
        (x, y), i = clothes.train, rng.permutation(50_000)[:2000]
        train, held_out, judged = (x[i], y[i]), tuple(part[:1000] for part in clothes.valid), clothes.test
    for name, loss in LOSSES.items():
        net = tn.MLP([x.shape[1], 32, 10], seed=seed)
        tn.fit(net, train, epochs=300, lr=0.05, loss=loss, seed=seed, progress=False)
        T = best_temperature(net, held_out)
        for kind, by in (("", 1.0), (" with the temperature", T)):
            p = F.softmax(tn.Tensor(scores_of(net, judged[0]).astype(np.float64) / by)).numpy()
            figures[f"{name}: ECE{kind}, %"] = 100 * calibration(net, judged, temperature=by).ece
            figures[f"{name}: by chance{kind}, %"] = 100 * by_chance(p)
        figures |= {f"{name}: temperature": T, f"{name}: error, %": 100 * tn.evaluate(net, judged)}
    return figures


STATEMENTS = {
    "solutions": (solutions, {"independent": 8, "patches": 8}),
    "start and depth": (start_and_depth, {"spirals": 8, "checkerboard": 8}),
    "loss and hardening": (loss_and_hardening, {"digits": 8, "fashion": 8}),
    "splits and calibration": (splits_and_calibration, {"digits": 10, "fashion": 10}),
}
