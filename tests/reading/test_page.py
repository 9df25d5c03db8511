"""The figures that docs/reading.md quotes are the measured ones, in benchmarks/results."""

import json
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOUND = {
    name: row["figures"]
    for name, row in json.loads((ROOT / "benchmarks/results/reading.json").read_text())["found"].items()
}
PAGE = " ".join((ROOT / "docs/reading.md").read_text().split())


def quoted():
    """Yield sentences, or parts of some, with the measured figures in them."""
    f = FOUND["automaton"]
    yield f"the signs of its 20 units. The strings visit {f['states by the signs of 20 units']:.0f} such states"
    yield f"and {f['of the smallest automaton']:.0f} are left: they are the automaton of the grammar itself"
    yield f"{100 * f['conflicts'] / f['steps']:.0f} % of the steps go to other signs"
    yield f"and {100 * f['to states not equivalent'] / f['steps']:.1f} % go to a state that is not even equivalent"
    f = FOUND["regions"]
    yield f"makes {f['one layer of 32: cells of the first layer']:.0f} cells"
    yield f"errs on {f['one layer of 32: test error, %']:.1f} %. Two layers of 12 make"
    yield f"{f['two layers of 12: cells of the first layer']:.0f} cells with the first layer"
    yield f"and err on {f['two layers of 12: test error, %']:.1f} %"
    yield f"{f['one layer of 32: soft units at a point']:.0f} of the 32 units are not saturated"
    f = FOUND["saturation"]
    yield f"a tenth of its steepest slope, {f['slope of tanh at 1.8']:.2f} (C5)"
    first, second = (f[f"cross-entropy, {layer} Tanh, % at epoch 200"] for layer in (1, 3))
    yield f"{first:.0f} % of the first layer and {second:.0f} % of the second are saturated"
    f = FOUND["splits"]
    yield f"on {f['depth 4: agreement on test, %']:.0f} % of the test digits"
    yield f"one of 12 questions on {f['depth 12: agreement on test, %']:.0f} %"
    yield f"signs of all 16 units on {f['signs alone, on test, %']:.0f} %"
    yield f"The network itself errs on {f['network: test error, %']:.1f} %"
    f = FOUND["svd"]
    yield f"gives x W up to {f['largest error of the three steps against x W']:.0e}".replace("e-0", "e-")
    yield f"the largest from {f['largest singular value before']:.1f} to {f['largest after']:.1f}"
    yield f"from {f['effective rank of 64 before']:.0f} to {f['after 100 epochs']:.0f} of 64"
    f = FOUND["dependence"]
    yield f"and {f['for a score error of 0.5']:.0f} can go if a score may change by 0.5"
    yield f"Even behind a matrix of rank 8 the 64 activations have rank {f['rank of 64 units, low-rank 8']:.0f}"
    yield f"4 units err on {f['shrunk, trained further, 4 units: test error, %']:.1f} %"
    yield f"4 units from the start errs on {f['small from the start, 4 units: test error, %']:.1f} %"
    f = FOUND["scores"]
    for classes, what in (("class", "true"), ("classes", "others")):
        first, last = (f[f"cross-entropy, epoch {n}: {what}"] for n in (1, 500))
        yield f"{classes} {'goes ' if what == 'true' else ''}from {first:.1f} to {last:.1f}"
    f = FOUND["alignment"]
    yield f"the mean correlation is {f['dense: mean |correlation| of partners']:.2f}"
    yield f"compared with {f['fresh nets: mean |correlation|']:.2f} for two untrained networks"
    f = FOUND["hardening"]
    early, late = (f[f"soft share at epoch {epoch}, %"] for epoch in (20, 1500))
    yield f"falls from {early:.0f} % at epoch 20 to {late:.0f} % at epoch 1,500"
    f = {what: FOUND["updates"][f"full batch, cross-entropy: {what}"] for what in ("mean |z| from", "to")}
    yield "from {:.2f} to {:.2f}, and after step 1,000".format(*f.values())
    f = FOUND["updates"]
    outward = f["full batch, cross-entropy: outward share of a step at largest |z|"]
    yield f"{100 * outward:.1f} % of each step at large |z| points outward"
    ratio = f["full batch, cross-entropy: step at largest |z| / at smallest"]
    yield f"steps at large |z| are {ratio:.1f} times as long"
    f = FOUND["geometry"]
    yield f"spread {f['binary, spread in units of chance']:.2f} times as far as random ones"
    yield f"imposes a cosine of {f['imposed by the hash']:.3f}, chance alone makes {f['chance, 1 / sqrt(64)']:.3f}"
    cost = f["hashed 1/16: test error, %"] - f["dense: test error, %"]
    yield f"hashing to 1/16 costs {cost:.1f} percentage points"
    f = FOUND["boolean"]
    yield f"reach {f['4 inputs, XNOR and constants, any depth']:.0f} of the 65,536 functions"
    yield f"reach {f['3 inputs, two layers of ±1, 3 hidden units']:.0f} of the 256 functions"
    f = FOUND["normalization"]
    ranks = (f[f"{way}: effective rank"] for way in ("batch norm", "plain", "low-rank, wider"))
    yield "({:.0f} against {:.0f}); a low-rank product of equal bytes has {:.0f}".format(*ranks)
    f = FOUND["soft targets"]
    soft, labels = (f[f"hashed 1/64, {kind}: test error, %"] for kind in ("soft targets", "labels"))
    yield f"an error of {soft:.1f} % against {labels:.1f} % at 1/64"
    yield f"The teacher itself errs on {f['teacher: test error, %']:.1f} %"
    f = FOUND["distance"]
    over = "Spearman over 66 pairs"
    yield f"its correlation falls to {f[f'{over}: disagreement, 200 inputs']:.2f}, where 200 labelled inputs"
    yield f"reach {f[f'{over}: labelled gap, 200 inputs']:.2f}"
    f = FOUND["gradient flow"]
    nets = ("MLP, 8 layers", "RNN, 8 steps", "memory of an LSTM, 8 steps")
    before = (f[f"{net}, before: first / last norm"] for net in nets)
    yield "{:.2f} times over the 8 layers of an MLP, {:.2f} times over the 8 steps of an RNN, {:.2f} times".format(
        *before
    )
    yield "{:.1f}, {:.1f} and {:.1f} times".format(*(f[f"{net}, after: first / last norm"] for net in nets))
    yield "Test errors are {:.1f}, {:.1f} and {:.1f} %".format(*(f[f"{net}: test error, %"] for net in nets))


@pytest.mark.parametrize("sentence", list(quoted()))
def test_the_page_quotes_what_was_measured(sentence):
    assert sentence in PAGE
