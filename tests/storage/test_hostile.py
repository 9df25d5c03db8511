"""No file does harm: forged by structure, it is refused with a reason, or it gives a net that runs, soon and in little.

Files are forged from good ones. Their description is changed as a tree: numbers, words and classes are exchanged, parts
are nested, dropped and repeated. The arrays are made anew to fit it, or damaged. Each file is then loaded, printed and
called in a child process, which has a limit on its memory and on the time for each file.
"""

import copy
import json
import os
import signal
import subprocess
import sys
from collections import Counter
from contextlib import contextmanager
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save as to_bytes

import tinynet as tn
from tinynet.frozen.bits import BitLinear
from tinynet.kernels.bits import pack_signs
from tinynet.layers.base import Layer
from tinynet.parameterizations.state import RECIPES

resource = pytest.importorskip("resource", reason="only Unix limits the memory of a process")

SECONDS, BYTES = 10, 4 * 2**30  # for a file, of address space
TIMES = 8  # forged files of each kind

# ---- good files, one of each kind


def every_kind():
    """Return a net of each kind that is saved; together they have every layer and every recipe."""
    mlp = [16, 12, 5]
    nets = {
        "low rank": tn.MLP(mlp, tn.LowRank(rank=3, inner=tn.Quantized(bits=4)), batch_norm=True, dropout=0.3),
        "banks": tn.MLP(mlp, [tn.LowRank(rank=3, bank="smooth"), tn.LowRank(rank=2, bank=tn.Bank("random"))]),
        "hashed": tn.MLP(
            mlp, [tn.Scaled(tn.Hashed(1 / 2, tn.Quantized(bits=3)), normalize=True), tn.Hashed(rescale=True)]
        ),
        "sparse": tn.MLP(mlp, [tn.Sparse(1 / 3), tn.Scaled(tn.Binary("column"))], activation=tn.ReLU),
        "columns": tn.MLP(mlp, tn.Columns([tn.Dense(), tn.LowRank(rank=1), tn.Quantized(levels=3)])),
        "kronecker": tn.MLP(mlp, tn.Kronecker(rank=2, inner=tn.Quantized(bits=4))),
        "sum": tn.MLP(mlp, tn.Sum(tn.Fixed(tn.Quantized(bits=2)), tn.Sum(tn.LowRank(rank=1), tn.Sparse(1 / 4)))),
        "grids": tn.MLP(mlp, [tn.Grid("powers of two", 3), tn.Supermask("uniform", tn.Hashed(1 / 2, tn.Binary(None)))]),
        "tensor train": tn.MLP(mlp, [tn.TensorTrain(2, inner=tn.Binary()), tn.TensorTrain(modes=[(3, 1), (4, 5)])]),
        "circulant": tn.MLP(mlp, [tn.Circulant(1 / 4, tn.Quantized(bits=4)), tn.Circulant()]),
        "convolutions": tn.Sequential(
            tn.Linear(36, 16, tn.Bank("pool"), bias=False),
            tn.Linear(16, 8, tn.Toeplitz(stride=2, padding=1, inner=tn.Quantized(bits=4)), bias=False),
            tn.BatchNorm(8, channels=2), tn.Linear(8, 9, tn.Toeplitz(kernel=2, channels=2, dimensions=1)),
        ),
        "layers": tn.Sequential(
            tn.Rounded(31.0), tn.Linear(16, 8, bias=False), tn.Sequential(tn.Sigmoid(), tn.LayerNorm(8)),
            tn.SignActivation(True), tn.Scale(0.5),
        ),
        "twice": tn.Sequential(*[tn.Linear(8, 8, tn.Binary(scale=None)), tn.Tanh()] * 2),
        "binary": tn.BinaryMLP([16, 12, 9, 5], dropout=(0.1, 0.2)),
        "frozen bits": tn.freeze(tn.BinaryMLP([70, 65, 9, 5])),
        "frozen": tn.freeze(tn.MLP(mlp, [tn.Scaled(tn.Hashed(1 / 2)), tn.Quantized(bits=2)])),
        "frozen both": tn.freeze(
            tn.Sequential(
                tn.Rounded(255.0), tn.Linear(16, 70, tn.Binary(scale=None)), tn.BatchNorm(70), tn.SignActivation(),
                tn.Linear(70, 9, tn.LowRank(rank=2)), tn.Tanh(), tn.Linear(9, 3),
            ),
        ),
        "lstm": tn.RecurrentNet(
            [5, 4, 3], [[tn.Dense(), tn.Hashed(1 / 2), tn.Binary(), tn.Dense()], tn.Dense(), tn.Dense()],
            norm=True, alphabet="abcde",
        ),
        "rnn": tn.RecurrentNet([5, 4, 4, 3], tn.Quantized(bits=4), last=True, layer=tn.RNN, dropout=0.2),
        "frozen lstm": tn.freeze(tn.RecurrentNet([5, 4, 3], tn.Hashed(1 / 2))),
        "frozen rnn": tn.freeze(tn.RecurrentNet([5, 4, 3], tn.Binary(), layer=tn.RNN, last=True)),
        "cell": tn.LSTMCell(5, 4),
    }  # fmt: skip
    return nets


def content(description, arrays):
    """Return a file with this description, text or JSON values, and these arrays; its checksum fits."""
    text = description if isinstance(description, str) else json.dumps(description)
    arrays = {name: np.ascontiguousarray(a) for name, a in arrays.items()}
    return to_bytes(arrays, {"tinynet": "1", "net": text, "check": checksum(text, arrays)})


def checksum(text, arrays):
    from hashlib import blake2b

    digest = blake2b(text.encode(), digest_size=8)  # as in storage/gate.py
    for name in sorted(arrays):
        digest.update(f"{name}{arrays[name].dtype}{arrays[name].shape}".encode())
        digest.update(arrays[name].data)
    return digest.hexdigest()


# ---- forging


def places(tree, path=()):
    """Return the paths of all values inside a tree of JSON."""
    children = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    return [path] * bool(path) + [p for key, child in children for p in places(child, (*path, key))]


def at(tree, path):
    for key in path:
        tree = tree[key]
    return tree


def put(tree, path, value):
    at(tree, path[:-1])[path[-1]] = value


WORDS = ["signs", "pixels", "floats", "bits", "layer", "column", "smooth", "pretrained", "", "\x1b[2J" * 9, "x" * 10**5]
VALUES = [None, True, False, -1, 0, 0.5, 1e-9, 1e30, float("nan"), float("inf"), 10**40, [], {}, [1], {"Dense": {}}]
WRAPPED = [
    lambda r: {"Scaled": {"inner": r}},
    lambda r: {"Scaled": {"inner": r, "normalize": True}},
    lambda r: {"Hashed": {"factor": 0.5, "inner": r}},
    lambda r: {"LowRank": {"rank": 2, "inner": r}},
    lambda r: {"LowRank": {"rank": 2, "bank": r}},
    lambda r: {"Kronecker": {"rank": 2, "inner": r}},
    lambda r: {"Circulant": {"inner": r}},
    lambda r: {"TensorTrain": {"cores": 16, "inner": r}},
    lambda r: {"Sum": {"a": r, "b": {"Fixed": {"inner": copy.deepcopy(r)}}}},
    lambda r: {"Columns": {"parts": [r, copy.deepcopy(r)]}},
]
NESTED = [
    lambda layer: {"Sequential": {"layers": [layer]}},
    lambda layer: {"Sequential": {"layers": [layer], "places": [0, 0]}},
    lambda layer: {"SequenceNet": {"layers": [layer]}},
    lambda layer: {"Frozen": {"layers": [layer]}},
]


def forge(tree, rng):
    """Change the tree in one way, drawn at random, and return it."""
    tree = {"net": tree}  # so that every value has a place

    def one(wanted=lambda value: True):
        """Return the path of one of the values that are wanted; of any value where there is none."""
        paths = places(tree)
        return tuple(pick([p for p in paths if wanted(at(tree, p))] or paths))

    def pick(values):
        return values[rng.integers(len(values))]

    match pick(["number", "word", "value", "swap", "nest", "rename", "drop", "repeat", "places"]):
        case "number":
            n, other = at(tree, path := one(is_number)), at(tree, one(is_number))
            sizes = [n + 1, n - 1, 2 * n, 64 * n] if is_number(n) else []
            put(tree, path, copy.deepcopy(pick([other, 0, 1, 10**6, 2**26, 10**12, *sizes])))
        case "word":
            put(tree, one(lambda value: isinstance(value, str)), pick(WORDS))
        case "value":
            put(tree, one(), copy.deepcopy(pick(VALUES)))
        case "swap":
            path, other = one(), one()
            if other[: len(path)] != path and path[: len(other)] != other:
                mine, theirs = at(tree, path), at(tree, other)
                put(tree, path, theirs)
                put(tree, other, mine)
        case "nest":
            inner = at(tree, path := one(is_named))
            wrap = pick(WRAPPED if is_named(inner) and next(iter(inner)) in RECIPES else NESTED)
            for _ in range(pick([1, 2, 5] if wrap in WRAPPED[-2:] else [1, 2, 5, 20, 40])):
                inner = wrap(inner)
            put(tree, path, inner)
        case "rename":
            named = at(tree, path := one(is_named))
            for name, config in named.items() if is_named(named) else ():
                names = [*sorted(RECIPES if name in RECIPES else Layer.registry), "Cell", "Recurrent", "_StoredCell"]
                put(tree, path, {pick(names): config})
        case "drop":
            if len(path := one()) > 1:
                del at(tree, path[:-1])[path[-1]]
        case "repeat":
            found = at(tree, one(lambda value: isinstance(value, list) and value and is_named(value[0])))
            if isinstance(found, list) and len(found) < 1000:
                some = found[rng.integers(len(found) + 1) :]
                found += [copy.deepcopy(value) for _ in range(pick([1, 8, 300])) for value in some]
        case "places":
            config = at(tree, one(lambda value: isinstance(value, dict) and isinstance(value.get("layers"), list)))
            if isinstance(config, dict) and "layers" in config:
                config["places"] = rng.integers(-1, len(config["layers"]) + 1, pick([2, 10, 3000])).tolist()
    return tree["net"]


def is_number(value):
    return type(value) is int


def is_named(value):
    """Return whether a value is a layer or a recipe: {its class's name: its settings}."""
    return isinstance(value, dict) and len(value) == 1 and next(iter(value))[:1].isupper()


def fitting(description):
    """Return arrays that fit a description; None where it cannot be built, or only at great cost."""
    text = json.dumps(description)
    if len(text) > 20_000 or text.count("places") > 3 or text.count("inner") > 12:
        return None
    if any(is_number(at(description, p)) and at(description, p) > 3000 for p in places(description)):
        return None
    try:
        net = Layer.from_json(description)
        fill(net)
        return net.state()
    except Exception:
        return None


def fill(layer):
    if isinstance(layer, tn.Sequential):
        for inner in layer.layers:
            fill(inner)
    elif isinstance(layer, BitLinear):
        words = pack_signs(np.random.default_rng(0).normal(size=(layer.n_out, layer.n_in)))
        offsets = dict(thresholds=np.zeros(layer.n_out, np.int32), flip=np.zeros(layer.n_out, bool))
        if layer.gives == "floats":
            offsets = {} if layer.bias is None else dict(bias=np.zeros(layer.n_out, np.float32))
        layer.hold(words, **offsets)
    elif hasattr(layer, "fill"):
        layer.fill()


def damaged(arrays, rng):
    """Return the arrays with one of them changed."""
    arrays = dict(arrays)
    if arrays:
        name = sorted(arrays)[rng.integers(len(arrays))]
        a = arrays.pop(name)
        change = rng.choice(["none", "dtype", "flat", "short", "name", "extreme"])
        if change == "dtype":
            with np.errstate(all="ignore"):
                a = a.astype(rng.choice(["f2", "f4", "f8", "i4", "u1", "u8", "?"]))
        elif change == "flat":
            a = a.ravel()
        elif change == "short":
            a = a[: len(a) // 2]
        elif change == "name":
            name = "\x1b[31m" + name * int(rng.choice([1, 30_000]))
        elif change == "extreme" and a.size:
            a = a.copy()
            kind = np.iinfo(a.dtype) if a.dtype.kind in "iu" else None if a.dtype.kind == "b" else np.finfo(a.dtype)
            a.ravel()[rng.integers(a.size)] = True if kind is None else kind.max
        if change != "none":
            arrays[name] = a
    return arrays


def forged(net, times, seed):
    """Yield contents of files that are nearly the net's."""
    rng = np.random.default_rng(seed)
    for _ in range(times):
        tree, arrays = json.loads(json.dumps(net.to_json())), net.state()
        for _ in range(rng.choice([0, 1, 1, 1, 2, 3])):
            tree = forge(tree, rng)
        fits = fitting(tree)
        arrays = arrays if fits is None else fits
        yield content(tree, damaged(arrays, rng) if rng.random() < 0.3 else arrays)


# ---- the child: each file is loaded, printed and called


class TooLong(BaseException):
    """No Exception, since loading turns all of these into its own."""


@contextmanager
def time_limit(seconds):
    def stop(*_):
        raise TooLong

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def width_of(net):
    """Return the width of the input."""
    own = getattr(net, "n_in", getattr(net, "n", None))
    return own or next((w for layer in getattr(net, "layers", []) if (w := width_of(layer))), None)


def call(net):
    n = width_of(net)
    if n is None or n > 10**7:
        return
    if isinstance(net, tn.Frozen):
        for rows in (1, 20):
            net.scores(np.full((rows, n), 200, np.uint8))
    elif isinstance(net, tn.SequenceNet):
        net(np.zeros((2, 3), int))
    else:
        net(tn.Tensor(np.ones((1 if n > 1000 else 20, n), np.float32)))


def verdict(path):
    """Return what became of a file: refused, refused when called, runs, or how it failed."""
    try:
        with time_limit(SECONDS):
            net = tn.load(path)
            repr(net)
            try:
                call(net)
            except ValueError as error:
                assert str(error)
                return "refused when called"
            return "runs"
    except tn.ModelFileError as error:
        return "refused" if str(error).isprintable() and len(str(error)) < 1000 else f"shouts {str(error)[:200]!r}"
    except TooLong:
        return f"takes more than {SECONDS} s"
    except BaseException as error:
        return f"{type(error).__name__}: {error}"[:200]


def judge(folder):
    """Print the verdict on each file in a folder; the good ones, which compile what is compiled, come first."""
    for good in sorted(folder.glob("good*")):
        call(tn.load(good))
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
    with np.errstate(all="ignore"):
        for path in sorted(folder.glob("bad*")):
            print(json.dumps([path.name, "dies"]), flush=True)
            print(json.dumps([path.name, verdict(path)]), flush=True)


def verdicts(folder, contents, seconds=600):
    """Return {name: verdict} for files with these contents, from a child process."""
    for name, net in every_kind().items():
        tn.save(net, folder / f"good {name}")
    for name, forgery in contents.items():
        (folder / f"bad {name}").write_bytes(forgery)
    root = Path(tn.__file__).parents[1]
    done = subprocess.run(
        [sys.executable, __file__, str(folder)], capture_output=True, text=True, timeout=seconds,
        env=os.environ | {"PYTHONPATH": str(root), "OPENBLAS_NUM_THREADS": "1"},
    )  # fmt: skip
    found = {name.removeprefix("bad "): said for name, said in map(json.loads, done.stdout.splitlines())}
    missing = contents.keys() - found.keys()
    return found | dict.fromkeys(missing, f"was not reached: {done.stderr[-500:]}")


ALLOWED = ("runs", "refused", "refused when called")


def all_forged(times, seed=0):
    nets = every_kind().items()
    return {f"{name} {i}": c for k, (name, net) in enumerate(nets) for i, c in enumerate(forged(net, times, [seed, k]))}


@pytest.mark.parametrize("times, seed", [(TIMES, 0), pytest.param(60 * TIMES, 1, marks=pytest.mark.long)])
def test_a_file_forged_by_structure_is_refused_or_gives_a_net_that_runs(times, seed, tmp_path):
    found = verdicts(tmp_path, all_forged(times, seed))
    assert not {name: said for name, said in found.items() if said not in ALLOWED}
    counts = Counter(found.values())
    assert counts["runs"] > 2 * times and counts["refused"] > 4 * times, counts  # forged well enough to get somewhere


# ---- networks of bits: whatever does not fit is refused, never computed from memory next door


def bits(n_in, n_out, takes, gives):
    return {"BitLinear": {"n_in": n_in, "n_out": n_out, "takes": takes, "gives": gives}}


STEPS = {  # name: (what it takes, its inputs, what it gives, its outputs, its description)
    **{
        f"{takes} {n_in} to {gives} {n_out}": (takes, n_in, gives, n_out, bits(n_in, n_out, takes, gives))
        for takes in ("pixels", "signs") for gives in ("signs", "floats") for n_in in (9, 70) for n_out in (9, 700)
    },
    "from pixels": ("pixels", 70, "floats", 70, {"FromPixels": {"n": 70}}),
    "from signs": ("signs", 9, "floats", 9, {"FromSigns": {"n": 9}}),
    "tanh": ("floats", None, "floats", None, {"Tanh": {}}),
    "hashed": ("floats", 70, "floats", 9, {"StoredLinear": {"n_in": 70, "n_out": 9, "weight": {"Hashed": {}}}}),
    "columns": ("floats", 9, "floats", 9, {
        "StoredLinear": {"n_in": 9, "n_out": 9, "weight": {"Columns": {"parts": [{"Dense": {}}, {"Hashed": {}}]}}}
    }),
}  # fmt: skip


def fits(names):
    """Return whether each step takes what the one before it gives, from pixels to floats."""
    flow, width = "pixels", STEPS[names[0]][1]
    for takes, n_in, gives, n_out, _ in map(STEPS.get, names):
        if takes != flow or n_in not in (None, width):
            return False
        flow, width = gives, n_out or width
    return flow == "floats"


def chains():
    """Return {names: the description of a frozen network} of up to three steps, flat and nested."""
    found = {}
    for names in [c for k in (1, 2, 3) for c in product(STEPS, repeat=k)]:
        layers = [STEPS[name][-1] for name in names]
        inner = {"Sequential": {"layers": layers[-2:]}}
        found[names, "flat"] = {"Frozen": {"layers": layers}}
        found[names, "nested"] = {"Frozen": {"layers": [*layers[:-2], {"Sequential": {"layers": [inner]}}]}}
    return found


def arrays_of(description):
    """Return arrays for a frozen network, made layer by layer, whether the layers fit each other or not."""
    [(name, config)] = description.items()
    if name in ("Frozen", "Sequential"):
        states = [arrays_of(layer) for layer in config["layers"]]
        return {f"{i}.{inner}": a for i, state in enumerate(states) for inner, a in state.items()}
    layer = Layer.from_json(description)
    fill(layer)
    return layer.state()


def test_a_network_of_bits_runs_only_if_its_layers_fit_each_other(tmp_path):
    rng, all_chains = np.random.default_rng(0), chains()
    fitting = [key for key in all_chains if fits(key[0])]
    others = [key for key in all_chains if not fits(key[0])]
    chosen = fitting + [others[i] for i in rng.choice(len(others), 400, replace=False)]
    contents = {str(i): content(all_chains[key], arrays_of(all_chains[key])) for i, key in enumerate(chosen)}
    found = verdicts(tmp_path, contents)
    assert len(fitting) > 50
    wrong = {
        key: said for i, key in enumerate(chosen) if (said := found[str(i)]) != ("runs" if fits(key[0]) else "refused")
    }
    assert not wrong


# ---- small files that ask for much


def linear(weight, n_in=4, n_out=4, **options):
    return {"Linear": {"n_in": n_in, "n_out": n_out, "weight": weight, "bias": False} | options}


def net_of(*layers, **options):
    return {"Sequential": {"layers": list(layers)} | options}


def nested(depth, around, innermost):
    for _ in range(depth):
        innermost = around(innermost)
    return innermost


def scaled(depth):
    """Return a file of one matrix, scaled again and again."""
    arrays = {f"0.W.{'V.' * k}g": np.ones(4, np.float32) for k in range(depth)}
    recipe = nested(depth, lambda r: {"Scaled": {"inner": r, "normalize": True}}, {"Dense": {}})
    return content(net_of(linear(recipe)), arrays | {f"0.W.{'V.' * depth}W": np.eye(4, dtype=np.float32)})


def hashed(m, n, count=1):
    """Return a file of hashed matrices that are made of a single number each."""
    weight = {"Hashed": {"factor": 1e-9, "rescale": True}}
    arrays = {f"{i}.W.seed": np.zeros(1, np.uint64) for i in range(count)}
    arrays |= {f"{i}.W.w.W": np.ones((1, 1), np.float32) for i in range(count)}
    return content(net_of(*[linear(weight, m, n)] * count), arrays)


def columns(count, *shape):
    parts = {f"0.W.{i}.W": np.ones(shape, np.float32) for i in range(count)}
    recipe = {"Columns": {"parts": [{"Dense": {}}] * count}}
    return content(net_of(linear(recipe, shape[0], shape[1] * count)), parts)


ONE = {"0.W.W": np.eye(4, dtype=np.float32)}
LSTM = {"n_in": 2**21, "n_hidden": 1, "weight": {"Hashed": {"factor": 1e-9}}, "recurrent": {"Dense": {}}}
HOSTILE = {
    "scaled 16 times": scaled(16),
    "scaled 24 times": scaled(24),
    "scaled 300 times": scaled(300),
    "low rank inside low rank": content(net_of(linear(nested(25, WRAPPED[3], {"Dense": {}}))), {}),
    "tensor trains inside tensor trains": content(net_of(linear(nested(5, WRAPPED[7], {"Dense": {}}))), {}),
    "columns of 10,000 parts": columns(10_000, 1, 1),
    "columns of 10,000 parts of 100 numbers": columns(10_000, 100, 1),
    "hashed, tall": hashed(2**26, 1),
    "hashed, wide": hashed(1, 2**26),
    "twenty hashed": hashed(2**13, 2**13, 20),
    "twenty hashed that fit": hashed(2**10, 2**10, 20),
    "a layer in a million places": content(net_of(linear({"Dense": {}}), places=[0] * 10**6), ONE),
    "two places, nested": content(nested(20, lambda net: net_of(net, places=[0, 0]), net_of(linear({"Dense": {}}))), {
        "0." * 20 + name: a for name, a in ONE.items()
    }),
    "two places of a frozen network, nested": content({"Frozen": {"layers": [
        nested(20, lambda net: net_of(net, places=[0, 0]), net_of({"Tanh": {}}))
    ]}}, {}),
    "wide rows, and many layers": content(
        net_of(linear({"Hashed": {"factor": 1e-9}}, 1, 2**21), *[{"Tanh": {}}] * 500),
        {"0.W.seed": np.zeros(1, np.uint64), "0.W.w.W": np.ones((1, 1), np.float32)},
    ),
    "an LSTM of two million symbols": content(
        {"SequenceNet": {"layers": [{"LSTM": LSTM}]}},
        {"0.W.seed": np.zeros(1, np.uint64), "0.W.w.W": np.ones((1, 1), np.float32),
         "0.U.W": np.ones((1, 4), np.float32), "0.b": np.zeros(4, np.float32)},
    ),
    "pixels without end": content({"Frozen": {"layers": [{"FromPixels": {"n": 10**9}}]}}, {}),
    "a header of spaces": content(json.dumps(net_of(linear({"Dense": {}}))) + " " * 10**6, ONE),
    "long names": content(net_of(linear({"Dense": {}})), ONE | {"x" * 10**5 + str(i): ONE["0.W.W"] for i in range(9)}),
    "names that steer a terminal": content(net_of({"\x1b[2J\u202e" * 9: {}}), {}),
    "numbers of many digits": content(net_of({"LayerNorm": {"n": 10**4000}}), {}),
    **{f"a {name} as layer": content({name: {"n_in": 2, "n_hidden": 2}}, {
        "W.W": np.ones((2, 2), np.float32), "U.W": np.ones((2, 2), np.float32), "b": np.ones(2, np.float32)
    }) for name in ("Cell", "Recurrent", "_StoredCell", "Layer", "Sequential", "Frozen", "MLP")},
    "a cell among layers": content(net_of({"RNNCell": {"n_in": 2, "n_hidden": 2}}, linear({"Dense": {}}, 2, 2)), {
        "0.W.W": np.ones((2, 2), np.float32), "0.U.W": np.ones((2, 2), np.float32), "0.b": np.ones(2, np.float32),
        "1.W.W": np.ones((2, 2), np.float32),
    }),
    **{f"a sigma of {sigma}": content(
        net_of(linear({"LowRank": {"rank": 2, "bank": {"Bank": {"kind": "smooth", "sigma": sigma}}}})),
        {"0.W.U.seed": np.zeros(1, np.uint64), "0.W.V.W": np.ones((2, 4), np.float32)})
       for sigma in (1e-200, 1e200, 10**200, float("inf"))},
}  # fmt: skip
RUN = ["columns of 10,000 parts of 100 numbers"]  # it is large itself


def test_a_small_file_that_asks_for_much_is_refused_soon(tmp_path):
    found = verdicts(tmp_path, HOSTILE)
    assert {name: said for name, said in found.items() if said != ("runs" if name in RUN else "refused")} == {}


LARGE = {
    "hashed 1/64": lambda: tn.MLP([784, 4096, 4096, 4096, 10], tn.Hashed(1 / 64)),
    "scaled, hashed, quantized": lambda: tn.MLP([784, 1000, 10], tn.Scaled(tn.Hashed(1 / 64, tn.Quantized(bits=4)))),
    "an LSTM": lambda: tn.RecurrentNet([65, 256, 65], tn.LowRank(rank=4), norm=True),
    "columns of 40 parts": lambda: tn.MLP([64, 80], tn.Columns([tn.Quantized(bits=2), tn.Dense()] * 20)),
    "many layers": lambda: tn.MLP([8] * 300),
    "rank 1": lambda: tn.MLP([1000, 1000, 1000, 10], tn.LowRank(rank=1)),
    "one bit in 64": lambda: tn.MLP([784, 2048, 2048, 10], tn.Hashed(1 / 64, tn.Binary())),
}  # fmt: skip


@pytest.mark.parametrize("make", LARGE.values(), ids=LARGE.keys())
def test_an_honest_network_is_saved_and_loaded(make, tmp_path):
    net = make()
    tn.save(net, tmp_path / "net")
    loaded = tn.load(tmp_path / "net")
    assert loaded.to_json() == net.to_json() and loaded.stored_bits() == net.stored_bits()


@pytest.mark.parametrize(
    "net, message",
    [
        (lambda: tn.MLP([2**13, 2**13, 2], [tn.Hashed(1e-7), tn.Hashed(1)]), "a payload of .* bytes allows"),
        (lambda: tn.Sequential(*[tn.Linear(2, 2)] * 5000), "a payload of 24 bytes allows"),
        (lambda: tn.Linear(2, 2, nested(20, tn.Scaled, tn.Dense())), "has .* parts; a payload of .* bytes allows"),
        (lambda: nested(25, tn.Sequential, tn.Linear(2, 2)), "nested more than 64 deep"),
    ],
    ids=["entries", "places", "recipes", "networks"],
)
def test_what_cannot_be_loaded_is_not_saved(net, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        tn.save(net(), tmp_path / "net")
    assert list(tmp_path.iterdir()) == []


if __name__ == "__main__":
    judge(Path(sys.argv[1]))
