"""Saving and loading: the same bits back, the true size on disk, and no harm from any file."""

import json
import os
import struct
import tracemalloc

import numpy as np
import pytest
from safetensors.numpy import load as from_bytes
from safetensors.numpy import save as to_bytes

import tinynet as tn
from tinynet.storage.file_size import ModelFileError, file_size
from tinynet.storage.gate import checksum

BANKS = [tn.LowRank(rank=3, bank=tn.Bank.of(np.random.default_rng(m).normal(size=(m, 3)))) for m in (16, 12)]
RECIPES = {
    "dense": tn.Dense(),
    "low rank": tn.LowRank(rank=3),
    "low rank by factor": tn.LowRank(factor=1 / 2),
    "random bank": tn.LowRank(rank=3, bank="random"),
    "smooth bank": [tn.LowRank(rank=3, bank=tn.Bank("smooth", sigma=0.7)), tn.Dense()],
    "pretrained bank": BANKS,
    "hashed": tn.Hashed(1 / 8),
    "hashed, rescaled": tn.Hashed(1 / 4, rescale=True),
    "sparse": tn.Sparse(density=1 / 3),
    **{f"{bits} bits": tn.Quantized(bits=bits) for bits in range(1, 9)},
    **{f"{bits} bits, scale by column": tn.Quantized(bits=bits, scale="column") for bits in (1, 3)},
    "ternary": tn.Quantized(levels=3),
    "ternary, scale by column": tn.Quantized(levels=3, scale="column"),
    **{f"binary, scale {scale}": tn.Binary(scale=scale) for scale in ("layer", "column", None)},
    "scaled": tn.Scaled(),
    "weight normalization": tn.Scaled(normalize=True),
    "low rank of bits": tn.LowRank(rank=3, inner=tn.Binary()),
    "low rank of ternaries": tn.LowRank(rank=3, inner=tn.Quantized(levels=3)),
    "bits on a random bank": tn.LowRank(rank=3, bank="random", inner=tn.Binary("column")),
    "hashed and quantized": tn.Hashed(inner=tn.Quantized(bits=4)),
    "scaled hashed": tn.Scaled(tn.Hashed()),
    "scaled hashed and quantized": tn.Scaled(tn.Hashed(1 / 2, tn.Quantized(bits=3)), normalize=True),
    "scaled low rank": tn.Scaled(tn.LowRank(rank=2)),
}
NETS = {name: lambda weight=weight: tn.MLP([16, 12, 5], weight, seed=3) for name, weight in RECIPES.items()} | {
    "batch norm and dropout": lambda: tn.MLP([16, 12, 5], batch_norm=True, dropout=0.3),
    "sigmoid": lambda: tn.MLP([16, 12, 5], activation=tn.Sigmoid),
    "relu": lambda: tn.MLP([16, 12, 5], activation=tn.ReLU),
    "sign": lambda: tn.MLP([16, 12, 5], activation=tn.SignActivation, batch_norm=True),
    "scale and rounded": lambda: tn.Sequential(tn.Rounded(31.0), tn.Linear(16, 5), tn.Scale(1 / 31)),
    "no bias": lambda: tn.Sequential(tn.Linear(16, 5, bias=False)),
    "nested": lambda: tn.Sequential(tn.Linear(16, 4), tn.Sequential(tn.Tanh(), tn.BatchNorm(4)), tn.Linear(4, 5)),
    "binary network": lambda: tn.BinaryMLP([16, 12, 9, 5], dropout=(0.1, 0.2)),
}


def examples(n=30, width=16, classes=5):
    rng = np.random.default_rng(0)
    return rng.uniform(-1, 1, (n, width)).astype(np.float32), rng.integers(0, classes, n)


def same(a, b):
    return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()


def scores(net, x):
    """Return the scores while recording and while not: some methods take another route then."""
    recorded = net(x).numpy()
    with tn.no_grad():
        return recorded, net(x).numpy()


def assert_round_trip(net, path):
    x, _ = examples()
    size = tn.save(net, path)
    loaded = tn.load(path)
    state, back = net.state(), loaded.state()

    assert not loaded.training and not any(layer.training for layer in loaded.layers)
    assert all(map(same, scores(net.eval(), x), scores(loaded, x)))
    assert state.keys() == back.keys() and all(same(state[name], back[name]) for name in state)
    assert loaded.to_json() == net.to_json() and loaded.stored_bits() == net.stored_bits()
    assert os.path.getsize(path) == size.header + size.payload and file_size(path) == size
    assert size.payload == sum(a.nbytes for a in state.values())
    assert 0 <= 8 * size.payload - net.stored_bits() < 8 * len(state)  # each array is padded to whole bytes
    assert size.header <= 2048


# ---- the same bits back


@pytest.mark.parametrize("make", NETS.values(), ids=NETS.keys())
def test_a_loaded_net_gives_the_same_bits_before_and_after_training_and_trains_on(tmp_path, make):
    net, path = make(), tmp_path / "net"
    assert_round_trip(net, path)
    tn.fit(net, examples(), epochs=2, batch_size=7, lr=0.02)
    assert_round_trip(net, path)

    loaded = tn.load(path)
    before = scores(loaded, examples()[0])
    history = tn.fit(loaded, examples(), epochs=1, batch_size=7, lr=0.02)
    assert np.isfinite(history.loss).all() and not same(before[0], scores(loaded, examples()[0])[0])
    assert_round_trip(loaded, path)


@pytest.mark.parametrize("name", ["dense", "batch norm and dropout", "hashed", "3 bits"])
def test_a_net_in_double_precision_comes_back_in_double_precision(tmp_path, name):
    net = NETS[name]()
    net.train()(examples()[0])  # moves running statistics
    net.astype(np.float64)
    tn.save(net, tmp_path / "net")
    loaded = tn.load(tmp_path / "net")
    x, _ = examples()

    assert loaded(x).dtype == np.float64
    assert same(net.eval()(x).numpy(), loaded(x).numpy())


SIGNS = [
    tn.Binary(scale=None),
    tn.LowRank(rank=3, inner=tn.Binary(scale=None)),
    tn.Hashed(1 / 2, tn.Binary(scale=None)),
]
SIGNS += [tn.Scaled(tn.Binary(scale=None), normalize=True), tn.Columns([tn.Binary(scale=None), tn.Dense()])]


@pytest.mark.parametrize("recipe", [*RECIPES.values(), *SIGNS], ids=repr)
def test_scores_in_double_precision_come_back_bit_for_bit(tmp_path, recipe):
    net = tn.MLP([16, 12, 5], recipe, seed=3).astype(np.float64)
    bytes_of_float64 = tn.save(net, tmp_path / "net")
    loaded, x = tn.load(tmp_path / "net"), np.random.default_rng(0).normal(size=(30, 16))  # not float32 numbers

    np.testing.assert_array_equal(loaded(x).numpy(), net.eval()(x).numpy())
    assert all(p.dtype == np.float64 for p in loaded.parameters())
    assert tn.save(loaded, tmp_path / "again") == bytes_of_float64


def test_the_precision_of_signs_takes_no_byte_of_payload():
    built = tn.Binary(scale=None).build((12, 8))
    assert list(built.state()) == ["bits"]  # in float32, as ever
    built.V.data = built.V.numpy().astype(np.float64)
    assert sum(a.nbytes for a in built.state().values()) == 12 and built.stored_bits() == 96


def test_a_single_layer_can_be_saved(tmp_path):
    layer = tn.Linear(16, 5, tn.Hashed(1 / 2))
    tn.save(layer, tmp_path / "layer")

    assert all(map(same, scores(layer, examples()[0]), scores(tn.load(tmp_path / "layer"), examples()[0])))


def test_saving_changes_nothing_in_the_net_and_neither_does_later_training_in_the_file(tmp_path):
    net = tn.MLP([16, 12, 5], batch_norm=True)
    tn.save(net, tmp_path / "a")
    assert net.training
    saved = (tmp_path / "a").read_bytes()
    loaded = tn.load(tmp_path / "a")
    for each in (net, loaded):
        tn.fit(each, examples(), epochs=1, batch_size=10)

    assert (tmp_path / "a").read_bytes() == saved


def test_the_same_network_gives_the_same_bytes(tmp_path):
    net = tn.MLP([16, 12, 5], tn.Scaled(tn.Hashed()), batch_norm=True)
    contents = set()
    for _ in range(20):  # in no order of its own, the metadata would be the same each time once in 6^19
        tn.save(net, tmp_path / "net")
        contents.add((tmp_path / "net").read_bytes())
    assert len(contents) == 1


# ---- the true size


BYTES = {  # of the weight matrices of a 16-12-5 net: 192 and 60 entries; the biases add 68
    "dense": 4 * 252,
    "low rank": 4 * 3 * (16 + 12 + 12 + 5),
    "random bank": 2 * 8 + 4 * 3 * (12 + 5),
    "pretrained bank": 4 * 3 * (16 + 12 + 12 + 5),
    "hashed": 2 * 8 + 4 * (24 + 8),
    "sparse": 2 * 8 + 4 * (64 + 20),
    "1 bits": 24 + 8 + 2 * 4,
    "3 bits": 72 + 23 + 2 * 4,
    "8 bits": 252 + 2 * 4,
    "ternary": 39 + 12 + 2 * 4,
    "binary, scale None": 24 + 8,
    "binary, scale column": 24 + 8 + 4 * (12 + 5),
    "scaled hashed": 2 * 8 + 4 * (24 + 8) + 4 * (12 + 5),
    "hashed and quantized": 2 * 8 + 12 + 4 + 2 * 4,
}


@pytest.mark.parametrize("name", BYTES)
def test_the_payload_is_what_the_method_stores_and_not_a_byte_more(tmp_path, name):
    assert tn.save(NETS[name](), tmp_path / "net").payload == BYTES[name] + 4 * (12 + 5)


@pytest.mark.parametrize(
    "make",
    [
        lambda: tn.MLP([784, 900, 10], tn.LowRank(factor=1 / 64, bank="smooth", inner=tn.Quantized(bits=4))),
        lambda: tn.MLP([784, 300, 300, 10], tn.Scaled(tn.Hashed(1 / 8)), batch_norm=True, dropout=0.5),
        lambda: tn.BinaryMLP([784, 2048, 2048, 2048, 10], dropout=(0.2, 0.5)),
    ],
    ids=["low rank", "scaled hashed with batch norm", "binary"],
)
def test_the_header_of_the_usual_nets_stays_below_2_kb(tmp_path, make):
    assert tn.save(make(), tmp_path / "net").header <= 2048


# ---- what cannot be saved


def test_a_net_that_has_diverged_is_not_saved(tmp_path):
    net = tn.MLP([3, 2])
    net.layers[0].bias.data = np.array([1, np.nan], np.float32)
    with pytest.raises(ValueError, match="not finite"):
        tn.save(net, tmp_path / "net")

    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("function", ["replace", "fsync"])
def test_a_net_is_saved_whole_or_not_at_all(tmp_path, monkeypatch, function):
    path = tmp_path / "net"
    tn.save(tn.MLP([3, 2]), path)
    saved = path.read_bytes()

    def fail(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, function, fail)
    with pytest.raises(OSError, match="No space"):
        tn.save(tn.MLP([3, 2], seed=1), path)
    assert path.read_bytes() == saved
    assert os.listdir(tmp_path) == ["net"]


def test_a_saved_file_has_the_permissions_of_any_new_file(tmp_path):
    (tmp_path / "other").touch()
    tn.save(tn.MLP([3, 2]), tmp_path / "net")

    assert (tmp_path / "net").stat().st_mode == (tmp_path / "other").stat().st_mode


# ---- damaged files


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The bytes of a file with every kind of array."""
    path = tmp_path_factory.mktemp("whole") / "net"
    recipes = [tn.Hashed(inner=tn.Quantized(levels=3)), tn.LowRank(rank=2, bank="random", inner=tn.Binary())]
    tn.save(tn.MLP([9, 6, 5], recipes, batch_norm=True), path)
    return path.read_bytes()


def refused(path, content, match=None):
    path.write_bytes(content)
    with pytest.raises(ModelFileError, match=match) as caught:
        tn.load(path)
    reason = str(caught.value).split("is not a readable network: ")[-1]
    assert len(reason) > 10 and " " in reason  # words, not a bare name


def test_a_truncated_file_is_refused_whatever_its_length(tmp_path, whole):
    header = 8 + struct.unpack("<Q", whole[:8])[0]
    for length in [*range(0, header + 20, 7), header, *range(header + 20, len(whole), 31), len(whole) - 1]:
        refused(tmp_path / "net", whole[:length])


def test_a_file_with_any_byte_changed_is_refused(tmp_path, whole):
    for place in range(len(whole)):
        changed = bytearray(whole)
        changed[place] ^= 1 << place % 8
        refused(tmp_path / "net", bytes(changed))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0" * 7,
        b"\0" * 8,
        b"\0" * 1000,
        b"\xff" * 1000,
        b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + np.random.default_rng(0).bytes(5000),
        b"PK\x03\x04" + bytes(500),
        b"{}" * 20,
        struct.pack("<Q", 2) + b"{}",
        struct.pack("<Q", 2**63) + b"{}",
        struct.pack("<Q", 10) + b"[" * 10,
        to_bytes({"W": np.zeros(3, np.float32)}),
        to_bytes({"W": np.zeros(3, np.float32)}, {"format": "pt"}),
        to_bytes({}, {"tinynet": "1"}),
        to_bytes({}, {"tinynet": "1", "net": "{}"}),
    ],
)
def test_a_foreign_file_is_refused(tmp_path, content):
    refused(tmp_path / "net", content)


def test_a_safetensors_file_of_others_is_called_so(tmp_path):
    refused(tmp_path / "net", to_bytes({"W": np.zeros(3, np.float32)}, {"format": "pt"}), "not one of tinynet")


def test_what_is_no_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"there is no file .*nothing"):
        tn.load(tmp_path / "nothing")
    with pytest.raises(ModelFileError, match="director"):
        tn.load(tmp_path)


@pytest.mark.parametrize("content", [b"", b"1234567", b"\xff" * 1000, struct.pack("<Q", 900) + b"{}"])
def test_the_size_of_what_is_no_network_is_refused_too(tmp_path, content):
    (tmp_path / "net").write_bytes(content)
    with pytest.raises(ModelFileError):
        file_size(tmp_path / "net")


# ---- forged files: whoever edits a file can also compute its checksum


def forge(layers, arrays, version="1"):
    """Return a file with these layers, given as JSON values, and these arrays, and a checksum that fits."""
    text = layers if isinstance(layers, str) else json.dumps({"Sequential": {"layers": layers}})
    return to_bytes(arrays, {"tinynet": version, "net": text, "check": checksum(text, arrays)})


def linear(weight, n_in=4, n_out=3, **options):
    return {"Linear": {"n_in": n_in, "n_out": n_out, "weight": weight, "bias": False} | options}


def zeros(*shape, dtype=np.float32):
    return np.zeros(shape, dtype)


W43 = {"0.W.W": zeros(4, 3)}
DENSE = {"Dense": {}}
BITS2 = {"Quantized": {"bits": 2}}
TERNARY = {"Quantized": {"levels": 3}}
STEP = np.ones((1, 1), np.float32)
BYTE = np.uint8


def test_a_forged_file_can_be_a_good_one(tmp_path):
    (tmp_path / "net").write_bytes(forge([linear(DENSE)], W43))

    assert tn.load(tmp_path / "net")(np.ones((2, 4), np.float32)).shape == (2, 3)


DEEP_RECIPE = json.dumps(linear("?")).replace('"?"', '{"Scaled":{"inner":' * 1_000 + "{}" + "}}" * 1_000)

FORGED = {
    "another version": (forge([linear(DENSE)], W43, "2"), "version '2'"),
    "wrong checksum": (to_bytes(W43, {"tinynet": "1", "net": "{}", "check": "0"}), "checksum"),
    "no JSON": (forge("{", {}), "Expecting property name"),
    "a list": (forge("[]", {}), "unknown layer"),
    "two layers in one": (forge('{"Tanh": {}, "ReLU": {}}', {}), "unknown layer"),
    "unknown layer": (forge([{"Conv": {}}], {}), "unknown layer.*Conv"),
    "base class as layer": (forge([{"Layer": {}}], {}), "unknown layer"),
    "a Python name as layer": (forge([{"__import__": {}}], {}), "unknown layer"),
    "layer with other arguments": (forge([{"Tanh": {"x": 1}}], {}), "does not fit the layer Tanh"),
    "layer without arguments": (forge([{"Linear": {}}], {}), "does not fit the layer Linear"),
    "config of another type": (forge([{"Linear": [1, 2]}], {}), "does not fit the layer Linear"),
    "layers of another type": (forge('{"Sequential": {"layers": 5}}', {}), "does not fit the layer Sequential"),
    "a model that only builds": (forge('{"MLP": {"widths": [4, 3]}}', {}), "does not fit the layer MLP"),
    "unknown recipe": (forge([linear({"Magic": {}})], W43), "unknown recipe 'Magic'"),
    "recipe with other arguments": (forge([linear({"Dense": {"x": 1}})], W43), "recipe Dense"),
    "recipe as text": (forge([linear("Dense")], W43), "weight='Dense' is no recipe"),
    "inner recipe null": (
        forge([linear({"Scaled": {"inner": None}})], {"0.W.g": zeros(3)}),
        "inner='None' is no recipe",
    ),
    "inner recipe a number": (forge([linear({"LowRank": {"rank": 1, "inner": 5}})], {}), "inner='5' is no recipe"),
    "bank a number": (forge([linear({"LowRank": {"rank": 1, "bank": 5}})], {}), "bank=5; it must be None"),
    "bits as a float": (forge([linear({"Quantized": {"bits": 2.0}})], {"0.W.s": STEP}), "bits"),
    "bits 0": (forge([linear({"Quantized": {"bits": 0}})], {"0.W.s": STEP}), "bits"),
    "levels 0": (forge([linear({"Quantized": {"levels": 0}})], {"0.W.s": STEP}), "levels"),
    "bits 9": (forge([linear({"Quantized": {"bits": 9}})], {"0.W.s": STEP}), "bits=9"),
    "factor 0": (forge([linear({"Hashed": {"factor": 0}})], {}), "factor"),
    "factor infinite": (forge([linear({"LowRank": {"factor": float("inf")}})], {}), "float infinity"),
    "rank huge": (forge([linear({"LowRank": {"rank": 10**12}})], {}), "at most"),
    "rank negative": (forge([linear({"LowRank": {"rank": -1}})], {}), "positive"),
    "sigma as text": (forge([linear({"LowRank": {"rank": 1, "bank": {"Bank": {"sigma": ""}}}})], {}), "Bank"),
    "array missing": (forge([linear(DENSE)], {}), "'W' is missing"),
    "array too many": (forge([linear(DENSE)], W43 | {"0.W.X": zeros(1)}), "does not use.*0.W.X"),
    "array of no layer": (forge([linear(DENSE)], W43 | {"7.W.W": zeros(1)}), "does not use.*7.W.W"),
    "array of another shape": (forge([linear(DENSE)], {"0.W.W": zeros(3, 4)}), r"\[4, 3\] expected"),
    "array flat": (forge([linear(DENSE)], {"0.W.W": zeros(12)}), r"\[4, 3\] expected"),
    "array of integers": (forge([linear(DENSE)], {"0.W.W": zeros(4, 3, dtype=np.int32)}), "int32"),
    "array of bytes": (forge([linear(DENSE)], {"0.W.W": zeros(4, 3, dtype=BYTE)}), "uint8"),
    "array of booleans": (forge([linear(DENSE)], {"0.W.W": zeros(4, 3, dtype=bool)}), "bool"),
    "nan": (forge([linear(DENSE)], {"0.W.W": zeros(4, 3) + np.nan}), "not finite"),
    "inf": (forge([linear(DENSE)], {"0.W.W": zeros(4, 3) - np.inf}), "not finite"),
    "code above the grid": (
        forge([linear(BITS2)], {"0.W.codes": np.full(3, 0xFF, BYTE), "0.W.s": STEP}),
        "above the highest, 2",
    ),
    "codes of another dtype": (
        forge([linear(BITS2)], {"0.W.codes": zeros(3, dtype=np.uint16), "0.W.s": STEP}),
        "uint16",
    ),
    "ternary codes of another dtype": (
        forge([linear(TERNARY)], {"0.W.codes": zeros(3, dtype=np.uint16), "0.W.s": STEP}),
        "uint16",
    ),
    "too few codes": (forge([linear(BITS2)], {"0.W.codes": zeros(2, dtype=BYTE), "0.W.s": STEP}), r"\[3\]"),
    "ternary byte too large": (
        forge([linear(TERNARY)], {"0.W.codes": np.full(3, 243, BYTE), "0.W.s": STEP}),
        "243",
    ),
    "ternary padding": (
        forge([linear(TERNARY)], {"0.W.codes": np.full(3, 242, BYTE), "0.W.s": STEP}),
        "padding",
    ),
    "binary padding": (
        forge([linear({"Binary": {"scale": None}})], {"0.W.bits": np.full(2, 0xFF, BYTE)}),
        "padding",
    ),
    "step zero": (forge([linear(BITS2)], {"0.W.codes": zeros(3, dtype=BYTE), "0.W.s": 0 * STEP}), "'s'"),
    "step negative": (forge([linear(BITS2)], {"0.W.codes": zeros(3, dtype=BYTE), "0.W.s": -STEP}), "'s'"),
    "seed missing": (forge([linear({"Hashed": {}})], {"0.W.w.W": zeros(1, 2)}), "'seed' is missing"),
    "seed of floats": (
        forge([linear({"Hashed": {}})], {"0.W.w.W": zeros(1, 2), "0.W.seed": zeros(1)}),
        "seed",
    ),
    "seed of two": (
        forge([linear({"Hashed": {}})], {"0.W.w.W": zeros(1, 2), "0.W.seed": zeros(2, dtype=np.uint64)}),
        "seed",
    ),
    "batch norm with a negative variance": (
        forge([{"BatchNorm": {"n": 2}}], {"0.gamma,beta,mean,var": zeros(4, 2) - 1}),
        "var",
    ),
    "batch norm with a text": (
        forge([{"BatchNorm": {"n": 2, "eps": "x"}}], {"0.gamma,beta,mean,var": zeros(4, 2)}),
        "eps",
    ),
    "scale by text": (forge([{"Scale": {"c": "x"}}], {}), "Scale"),
    "scale by nan": (forge([{"Scale": {"c": float("nan")}}], {}), "Scale"),
    "dropout of all": (forge([{"Dropout": {"p": 1}}], {}), "Dropout"),
    "dropout of a text": (forge([{"Dropout": {"p": "x"}}], {}), "Dropout"),
    "deep lists": (forge("[" * 50_000, {}), "nested more than 64 deep"),
    "deep layers": (forge('{"Sequential":{"layers":[' * 1_000 + "]}}" * 1_000, {}), "nested more than 64 deep"),
    "deep recipes": (forge(DEEP_RECIPE, {}), "nested more than 64 deep"),
    "digits without end": (forge('{"Scale": {"c": ' + "1" * 10_000 + "}}", {}), "10000 digits"),
}


@pytest.mark.parametrize("content, match", FORGED.values(), ids=FORGED.keys())
def test_a_forged_file_is_refused_with_its_reason(tmp_path, content, match):
    refused(tmp_path / "net", content, match)


WIDTHS = [  # as the file claims, and as its arrays have it
    *((claimed, 4) for claimed in (0, -1, 2.5, "4", None, [4], {}, 10**6, 10**12, 2**63, 2**64, 10**30, -(10**30))),
    (4.0, 4),
    (True, 1),
]


@pytest.mark.parametrize("claimed, true", WIDTHS, ids=repr)
@pytest.mark.parametrize(
    "layer, arrays",
    [
        (lambda n: linear(DENSE, n_in=n), lambda n: {"0.W.W": zeros(n, 3)}),
        (lambda n: linear(DENSE, n_out=n, bias=True), lambda n: {"0.W.W": zeros(4, n), "0.b": zeros(n)}),
        (
            lambda n: linear({"Hashed": {"factor": 1}}, n_in=n),
            lambda n: {"0.W.w.W": zeros(1, 3 * n), "0.W.seed": zeros(1, dtype=np.uint64)},
        ),
        (lambda n: {"BatchNorm": {"n": n}}, lambda n: {"0.gamma,beta,mean,var": np.ones((4, n), np.float32)}),
    ],
    ids=["n_in", "n_out", "hashed", "batch norm"],
)
def test_a_width_that_is_none_or_does_not_fit_the_arrays_is_refused(tmp_path, layer, arrays, claimed, true):
    (tmp_path / "net").write_bytes(forge([layer(true)], arrays(true)))
    tn.load(tmp_path / "net")  # nothing else is wrong

    refused(tmp_path / "net", forge([layer(claimed)], arrays(true)))


# ---- small files that ask for much memory


def peak(path):
    """Return the largest number of bytes held while loading, and why the file was refused, if it was."""
    tracemalloc.start()
    try:
        tn.load(path)
        reason = None
    except ModelFileError as error:
        reason = str(error)
    finally:
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    return most, reason


SEED = zeros(1, dtype=np.uint64)
ROWS = 44**2  # of matrices that a file of any size may ask for
TOO_BIG = {  # what is announced but not there
    "batch norm": ([{"BatchNorm": {"n": 30_000_000}}], {"0.gamma,beta,mean,var": zeros(4, 2)}),
    "batch norm by channel": (
        [{"BatchNorm": {"n": 30_000_000, "channels": 2}}],
        {"0.gamma,beta,mean,var": zeros(4, 2)},
    ),
    "dense": ([linear(DENSE, 8000, 8000)], W43),
}
GREEDY = {  # much, made of a seed
    "sparse": (
        [linear({"Sparse": {"density": 1 / ROWS**2}}, ROWS, ROWS)],
        {"0.W.seed": SEED, "0.W.w": zeros(1)},
    ),
    "hashed": (
        [linear({"Hashed": {"factor": 1 / ROWS**2, "rescale": True}}, ROWS, ROWS)],
        {"0.W.seed": SEED, "0.W.w.W": zeros(1, 1)},
    ),
    "bank": (
        [linear({"LowRank": {"rank": ROWS, "bank": {"Bank": {}}}}, ROWS, 1)],
        {"0.W.U.seed": SEED, "0.W.V.W": zeros(ROWS, 1)},
    ),
    "pooling": ([linear({"Bank": {"kind": "pool"}}, ROWS, ROWS)], {}),
    "convolution": ([linear({"Toeplitz": {"kernel": 1}}, ROWS, ROWS)], {"0.W.K.W": zeros(1, 1)}),
    "smooth bank": (
        [linear({"LowRank": {"rank": ROWS, "bank": {"Bank": {"kind": "smooth"}}}}, ROWS, 1)],
        {"0.W.U.seed": SEED, "0.W.V.W": zeros(ROWS, 1)},
    ),
}


@pytest.mark.parametrize("layers, arrays", TOO_BIG.values(), ids=TOO_BIG)
def test_arrays_larger_than_the_file_are_refused_before_memory_is_taken(tmp_path, layers, arrays):
    (tmp_path / "net").write_bytes(forge(layers, arrays))
    most, reason = peak(tmp_path / "net")

    assert most < 1e6 and "allows" in reason


@pytest.mark.parametrize("layers, arrays", GREEDY.values(), ids=GREEDY)
def test_what_a_small_file_makes_of_a_seed_takes_memory_only_when_it_is_used(tmp_path, layers, arrays):
    content = forge(layers, arrays)
    (tmp_path / "net").write_bytes(content)
    most, reason = peak(tmp_path / "net")

    assert len(content) < 20_000 and most < 10e6 and reason is None


def test_many_greedy_layers_in_a_small_file_are_refused(tmp_path):
    layers, arrays = GREEDY["hashed"]
    many = {name.replace("0.", f"{i}.", 1): a for i in range(8) for name, a in arrays.items()}
    (tmp_path / "net").write_bytes(forge(layers * 8, many))

    most, reason = peak(tmp_path / "net")
    assert most < 1e6 and "allows" in reason


# ---- whatever else is edited: refused, or a net that runs

NASTY = [None, True, False, -1, 0, 1, 2, 2.5, 1e30, float("nan"), 10**12, "", "x", [], {}, [1], {"Dense": {}}]


@pytest.mark.parametrize(
    "name", ["batch norm and dropout", "scaled hashed and quantized", "smooth bank", "low rank of bits"]
)
def test_with_any_setting_replaced_a_file_is_refused_or_gives_a_net_that_runs(tmp_path, name, one_value_replaced):
    path = tmp_path / "net"
    tn.save(NETS[name](), path)
    arrays, refused, running = from_bytes(path.read_bytes()), 0, 0
    for description in one_value_replaced(NETS[name]().to_json(), NASTY):
        path.write_bytes(forge(json.dumps(description), arrays))
        try:
            net = tn.load(path)
        except ModelFileError:
            refused += 1
            continue
        width = next(layer.n_in for layer in net.layers if hasattr(layer, "n_in"))
        with np.errstate(all="ignore"):
            assert len(net(np.ones((4, width), np.float32))) == 4, description
        running += 1
    assert refused > running > 0
