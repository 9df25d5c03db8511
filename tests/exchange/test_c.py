"""Exported C programs: the same scores for every example, integers where it says so, and nothing half written."""

import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

import tinynet as tn
from tinynet import (
    BatchNorm,
    Columns,
    Fixed,
    Grid,
    Linear,
    LowRank,
    Quantized,
    ReLU,
    Scale,
    Scaled,
    Sequential,
    Sum,
    Toeplitz,
)  # fmt: skip
from tinynet.exchange.c.given import Rows, examples_of, near
from tinynet.exchange.c.parts import PARTS
from tinynet.exchange.c.source import array, number

CORTEX = Path(tn.__file__).parents[1] / "benchmarks" / "cortex"
TERNARY = Quantized(levels=3)
METHODS = {
    "dense": tn.Dense(),
    "bits_4": Quantized(bits=4),
    "bits_3_by_column": Quantized(bits=3, scale="column"),
    "bits_8": Quantized(bits=8),
    "ternary": TERNARY,
    "one_bit": Quantized(bits=1),
    "binary": tn.Binary("column"),
    "half_steps": Grid(bits=2),
    "powers": Grid("powers of two", bits=4),
    "codebook": tn.Codebook(levels=5),
    "hashed": tn.Hashed(1 / 8),
    "hashed_codes": tn.Hashed(1 / 8, Quantized(bits=5)),
    "hashed_digits": tn.Hashed(1 / 4, TERNARY),
    "hashed_deep": tn.Hashed(1 / 4, Scaled(tn.Hashed(1 / 2))),
    "low_rank": LowRank(rank=5, inner=Quantized(bits=2)),
    "low_rank_deep": LowRank(rank=8, inner=Scaled(tn.Hashed(1 / 2, Quantized(bits=5)))),
    "sparse": tn.Sparse(1 / 8),
    "scaled": Scaled(TERNARY, normalize=True),
    "sum": Sum(Fixed(Quantized(bits=2)), LowRank(rank=2)),
    "columns": Columns([LowRank(rank=2), Sum(Quantized(bits=1), tn.Sparse(1 / 16))]),
    "coded": tn.Coded(tn.Codebook(bits=3)),
    "pruned": tn.Pruned(1 / 8, Quantized(bits=4)),
    "circulant": tn.Circulant(1 / 5, Quantized(bits=4, scale="column")),
    "kronecker": tn.Kronecker(rank=3, inner=Quantized(bits=5, scale="column")),
    "supermask": tn.Supermask(),
    "supermask_uniform": tn.Supermask("uniform"),
    "bank": LowRank(rank=20, bank="random"),
    "train": tn.TensorTrain(rank=3, inner=Quantized(bits=6)),
}


def bits(*widths):
    return tn.BinaryMLP(widths, seed=1)


def pictures(inner):
    """Return a network of two convolutions."""
    first, second = Toeplitz(3, inner=inner), Toeplitz(2, 2, channels=4, inner=inner)
    return Sequential(
        Linear(64, 144, first, bias=False), BatchNorm(144, channels=4), ReLU(), Linear(144, 72, second), ReLU(),
        Linear(72, 10, inner),
    )  # fmt: skip


def networks():
    nets = {}
    for i, (name, method) in enumerate(METHODS.items()):
        activation = (tn.Tanh, ReLU, tn.Sigmoid)[i % 3]
        nets[name] = tn.MLP([64, 33, 10], method, i, activation, batch_norm=i % 2 == 0)
    integers = bits(64, 40, 70, 10).layers
    nets |= {
        "bits": bits(64, 70, 33, 10),
        "bits_alone": bits(64, 10),
        "bits_turned": Sequential(*bits(64, 40, 10).layers[:-1], Scale(-0.1)),
        "bits_then_tanh": Sequential(*integers[:-1], tn.Tanh(), Linear(10, 10, TERNARY)),
        "signs_then_codes": Sequential(*integers[:8], Linear(70, 10, TERNARY)),
        "bits_with_bias": Sequential(tn.Rounded(255), Linear(64, 10, tn.Binary(None)), tn.Tanh()),
        "rounded": Sequential(tn.Rounded(255), BatchNorm(64), Linear(64, 10)),
        "pictures": pictures(Quantized(bits=4)),
        "padded": Sequential(
            Linear(64, 128, Toeplitz(3, padding=1, inner=TERNARY)),
            Linear(128, 32, Toeplitz(3, 2, 2, padding=1, inner=LowRank(rank=2))), Linear(32, 10),
        ),
        "pooled": Sequential(Linear(64, 25, tn.Bank("pool")), Linear(25, 9, tn.Bank("pool")), Linear(9, 10)),
        "rows": Sequential(Linear(64, 96, Toeplitz(4, 2, padding=1, dimensions=1)), Linear(96, 10)),
    }  # fmt: skip
    return nets


STRICT = ["-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic", "-O0", "-fsanitize=address,undefined"]
ASK = """
#include <stdio.h>
#include <string.h>
@includes@

int main(int count, char **arguments)
{
    static uint8_t pixels[64];
    static union { float f[16]; int32_t i[16]; uint32_t class; } out;
    (void)count;
    while (fread(pixels, 1, 64, stdin) == 64) {
@calls@
        fwrite(&out, 1, 40, stdout);
        out.class = 0;
@classes@
        fwrite(&out, 1, 4, stdout);
    }
    return 0;
}
"""


def run(command, cwd, **options):
    done = subprocess.run(command, cwd=cwd, capture_output=True, timeout=120, **options)
    assert done.returncode == 0, f"{command}: {done.stdout[-2000:]!r} {done.stderr.decode()[-4000:]}"
    return done.stdout


def compiler(name="gcc"):
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed, so the C programs are not compiled")
    return name


@pytest.fixture(scope="module")
def pixels():
    """All digits, and rows of one level only: the extreme sums."""
    data = tn.datasets.load("digits")
    inputs = np.concatenate([split.inputs for split in data])
    levels = np.repeat(np.array([[0], [127], [128], [255]], np.uint8), 64, axis=1)
    return np.concatenate([levels, data.to_pixels(inputs)])


@pytest.fixture(scope="module")
def trained():
    data, nets = tn.datasets.load("digits"), networks()
    for net in nets.values():
        tn.fit(net, data.train[:400], epochs=2, lr=0.005, optimizer=tn.Adam, progress=False)
    nets["half"] = tn.half(tn.fold(nets["dense"]))
    for layer in nets["bits"].layers:
        if isinstance(layer, BatchNorm):  # every second unit turns over: on for small sums
            layer.gamma.data = layer.gamma.numpy() * np.where(np.arange(layer.n) % 2, -1, 1).astype(np.float32)
    return {name: net.eval() for name, net in nets.items()}


@pytest.fixture(scope="module")
def programs(trained, tmp_path_factory):
    """All networks, compiled into one program; a function that returns its scores and classes."""
    gcc, folder = compiler(), tmp_path_factory.mktemp("c")
    for name, net in trained.items():
        tn.export_c(net, folder / name, name)
        (folder / name / "main.c").unlink()
    parts = {
        "includes": [f'#include "{name}/{name}.h"' for name in trained],
        "calls": [
            f'        if (!strcmp(arguments[1], "{name}"))\n            {name}_scores(pixels, out.{kind(net)});'
            for name, net in trained.items()
        ],
        "classes": [
            f'        if (!strcmp(arguments[1], "{name}"))\n            out.class = {name}_predict(pixels);'
            for name in trained
        ],
    }
    code = ASK
    for name, lines in parts.items():
        code = code.replace(f"@{name}@", "\n".join(lines))
    (folder / "ask.c").write_text(code)
    sources = [f"{name}/{name}.c" for name in trained]
    run([gcc, *STRICT, "ask.c", *sources, "-lm", "-o", "ask"], folder)

    def ask(name, pixels):
        out = run(["./ask", name], folder, input=pixels.tobytes())
        rows = np.frombuffer(
            out, np.dtype([("scores", "<i4" if kind(trained[name]) == "i" else "<f4", 10), ("k", "<u4")])
        )
        return rows["scores"], rows["k"]

    return ask


def kind(net):
    return "i" if tn.exchange.c.layers.integers(tn.freeze(net)) is not None else "f"


def test_a_network_of_bits_gives_the_frozen_scores_for_every_example(trained, programs, pixels):
    for name in ("bits", "bits_alone"):
        frozen = tn.freeze(trained[name])
        scores, classes = programs(name, pixels)
        assert scores.dtype == np.int32 and len(scores) == 1801
        scaled = scores.astype(np.float32)
        for layer in frozen.layers:
            scaled = scaled * np.float32(layer.c) if isinstance(layer, Scale) else scaled
        np.testing.assert_array_equal(scaled, frozen.scores(pixels))
        np.testing.assert_array_equal(classes, frozen.predict(pixels))


@pytest.mark.parametrize("name", [name for name in [*networks(), "half"] if name not in ("bits", "bits_alone")])
def test_another_network_gives_the_frozen_scores_up_to_rounding(trained, programs, pixels, name):
    pixels = pixels[::4]
    expected = tn.freeze(trained[name]).scores(pixels)
    scores, classes = programs(name, pixels)
    assert scores.dtype == np.float32
    most = np.abs(expected).max(axis=1, keepdims=True)
    assert (np.abs(scores - expected) <= 1e-5 * most).all(), np.max(np.abs(scores - expected) / most)
    of_class = np.take_along_axis(expected, classes[:, None].astype(int), 1)
    assert (of_class >= expected.max(axis=1, keepdims=True) - 1e-5 * most).all()


def test_a_network_that_magnifies_rounding_differs_no_more_than_rounding_does(tmp_path, pixels):
    steep, gcc = [Scale(100), tn.Tanh()], compiler()
    hidden = [layer for seed in range(2) for layer in (Linear(33, 33, seed=seed), *steep)]
    net = Sequential(Linear(64, 33), *steep, *hidden, Linear(33, 10))
    given = Rows(pixels[:300])
    expected, double = given.scores(tn.freeze(net)), given.double(tn.freeze(net))
    most, rounding = np.abs(expected).max(), np.abs(expected - double).max()
    assert double.dtype == np.float64 and rounding > 3e-5 * most  # float32 itself is further off than 1e-5
    assert near(tn.freeze(net), given) == pytest.approx(4 * rounding)
    made = tn.export_c(net, tmp_path, "network", given.pixels)
    run(made.command.replace("cc", gcc, 1).split(), tmp_path)
    assert run(["./network"], tmp_path) == b"300 of 300 equal\n"


def test_a_column_that_is_nothing_but_rounding_is_written_out(tmp_path, pixels):
    """Terms of a chain of ternary cores cancel, and normalizing makes long what rounding left of them."""
    method, gcc = Scaled(tn.TensorTrain(rank=2, cores=4, inner=TERNARY), normalize=True), compiler()
    net = Sequential(Linear(64, 12, method, bias=False, seed=89))
    lengths = np.linalg.norm(net.layers[0].weight.V.weight().numpy(), axis=0)
    assert 0 < lengths[lengths > 0].min() < 1e-6 * lengths.max()
    made = tn.export_c(net, tmp_path, "network", pixels[:300])
    run(made.command.replace("cc", gcc, 1).split(), tmp_path)
    assert run(["./network"], tmp_path) == b"300 of 300 equal\n"


def test_main_counts_the_examples_that_are_equal(trained, tmp_path, pixels):
    gcc = compiler()
    for name in ("bits", "bits_4"):
        made = tn.export_c(trained[name], tmp_path / name, name, pixels[:30])
        assert run([*made.command.replace("cc", gcc, 1).split()], tmp_path / name) == b""
        assert run([f"./{name}"], tmp_path / name) == b"30 of 30 equal\n"
        main = tmp_path / name / "main.c"
        main.write_text(re.sub(r"(expected\[30\]\[10\] = \{\s*\{)[^,]*,", r"\g<1>99,", main.read_text()))
        run(made.command.split(), tmp_path / name)
        done = subprocess.run([f"./{name}"], cwd=tmp_path / name, capture_output=True, timeout=60)
        assert (done.returncode, done.stdout) == (1, b"29 of 30 equal\n")


def test_a_network_of_bits_has_no_float_instruction(trained, tmp_path):
    gcc, objdump = compiler(), compiler("objdump")
    tn.export_c(trained["bits"], tmp_path / "bits", "bits")
    run([gcc, "-std=c99", "-O2", "-fno-tree-vectorize", "-c", "bits.c"], tmp_path / "bits")
    listing = run([objdump, "-d", "--no-show-raw-insn", "bits.o"], tmp_path / "bits").decode()
    assert "bits_predict" in listing and not re.search(r"%[xyz]mm|%st|\tf[a-z]+ ", listing)
    code = (tmp_path / "bits" / "bits.c").read_text() + (tmp_path / "bits" / "bits.h").read_text()
    assert re.findall(r"#include (.*)", code) == ['"bits.h"', "<stdint.h>"]
    assert not re.search(r"float|double", re.sub(r"/\*.*?\*/", "", code, flags=re.DOTALL))


ARM = [
    "arm-none-eabi-gcc", "-std=gnu99", "-O2", "-Wall", "-Werror", "-mcpu=cortex-m3", "-mthumb", "--specs=rdimon.specs",
]  # fmt: skip
QEMU = ["qemu-system-arm", "-machine", "lm3s6965evb", "-nographic", "-semihosting-config", "enable=on,target=native"]


def emulated(folder):
    """Return what main.c says on the emulated chip."""
    compiler(ARM[0]), compiler(QEMU[0])
    layout = ["-nostartfiles", "-T", str(CORTEX / "lm3s6965.ld"), str(CORTEX / "start.c")]
    run([*ARM, *layout, "main.c", "network.c", "-lm", "-o", "c.elf"], folder)
    return run([*QEMU, "-kernel", "c.elf"], folder)


@pytest.mark.parametrize("name", ["bits", "bits_4", "hashed_codes", "pictures"])
def test_an_emulated_microcontroller_gives_the_same_scores(trained, tmp_path, pixels, name):
    tn.export_c(trained[name], tmp_path / "c", "network", pixels[:50])
    assert emulated(tmp_path / "c") == b"50 of 50 equal\n"
    if name == "bits":
        run([*ARM, "-c", "network.c"], tmp_path / "c")
        called = run(["arm-none-eabi-nm", "-u", "network.o"], tmp_path / "c")
        assert b"aeabi_f" not in called and b"aeabi_d" not in called and b"aeabi_i" not in called


@pytest.mark.parametrize(
    ("method", "least"),
    [(tn.Hashed(1 / 64), 64), (Quantized(levels=3), 19), (tn.Sparse(1 / 64), 63), (tn.Binary(), 31)],
)
def test_a_method_keeps_in_flash_what_it_keeps_on_disk(method, least, tmp_path):
    def weights(method):
        net = Sequential(Linear(256, 256, method, bias=False))
        return tn.export_c(net, tmp_path / f"{method!r:.6}").weights

    assert weights(tn.Dense()) == 4 * 256**2 and 4 * 256**2 / weights(method) >= least


def test_the_header_states_the_memory(tmp_path):
    made = tn.export_c(tn.MLP([64, 32, 16, 10], LowRank(rank=20)), tmp_path / "a")
    # x U and z stand beside each other in the first layer (20 + 32); then x, x U and z (32 + 20 + 16)
    assert made.memory == 4 * (32 + 20 + 16) and "#define NETWORK_MEMORY 272 " in (tmp_path / "a/network.h").read_text()


# ---- the rows of a table


def table(tmp_path, rows=300):
    """Return a table of measurements whose names need care in C, as a data set."""
    rng = np.random.default_rng(0)
    kinds = ['say "hi" \\\\ ??/', "größer */ @name@"]
    lines = ["width,length */,kind"]
    for _ in range(rows):
        kind = rng.integers(2)
        lines.append(f"{rng.normal(3 + 2 * kind, 1):.3f},{rng.normal(1e3, 50):.1f},{kinds[kind]!r}".replace("'", ""))
    (tmp_path / "mine.csv").write_text("\n".join(lines).replace('"', "'"), encoding="utf-8")
    return tn.datasets.from_csv(tmp_path / "mine.csv", "kind")


def test_a_network_of_a_table_answers_its_rows(tmp_path):
    gcc, data = compiler(), table(tmp_path)
    net = tn.MLP([2, 8, 2], Quantized(bits=4))
    tn.fit(net, data.train, data.valid, epochs=20, progress=False)
    tn.save(net, tmp_path / "net", data)
    made = tn.export_c(tn.load(tmp_path / "net"), tmp_path / "c", "mine", data.to_pixels(data.test.inputs))
    assert set(made.files) == {"mine.c", "mine.h", "main.c", "mine_rows.c"}
    command = made.command.replace("cc", gcc, 1).replace("-O2", " ".join(STRICT[1:])).split()
    run(command, tmp_path / "c")
    assert run(["./mine"], tmp_path / "c") == b"%d of %d equal\n" % ((len(data.test.labels),) * 2)
    lines = (tmp_path / "mine.csv").read_text(encoding="utf-8").split("\n")[1:16]
    rows = np.array([[float(value) for value in line.split(",")[:2]] for line in lines])
    expected = data.description.answers(net(data.prepare(rows)).numpy())
    for line, answer in zip(lines, expected, strict=True):
        assert run(["./mine", *line.split(",")[:2]], tmp_path / "c").decode() == f"{answer}\n"
    assert len(set(expected)) == 2
    for words, message in {
        ("3.5",): "1 values are given, a row has 2: mine.h lists its columns",
        ("3,5", "1000"): "'3,5' is no number: write one with a point, such as 1.5",
        ("3.5", ""): "'' is no number",
    }.items():
        refused = subprocess.run(["./mine", *words], cwd=tmp_path / "c", capture_output=True, text=True, timeout=20)
        assert refused.returncode == 1 and message in refused.stderr and not refused.stdout


def test_every_value_gets_the_level_that_it_has_in_python(tmp_path):
    gcc, levels = compiler(), tn.datasets.levels.Levels(np.array([-1e300, 0.1]), np.array([1e300, 0.7]))
    about = tn.datasets.description.Description("t", 2, ("a", "b"), ("c", "d"), levels)
    net = tn.MLP([2, 2])
    net.about = about.to_json()
    tn.export_c(net, tmp_path / "c", "t")
    (tmp_path / "c" / "ask.c").write_text("""
        #include <stdio.h>
        #include "t.h"
        int main(void)
        {
            double values[2];
            uint8_t pixels[2];
            while (fread(values, 8, 2, stdin) == 2) {
                t_pixels(values, pixels);
                fwrite(pixels, 1, 2, stdout);
            }
            return 0;
        }
    """)
    run([gcc, *STRICT, "ask.c", "t.c", "t_rows.c", "-lm", "-o", "ask"], tmp_path / "c")
    x = np.random.default_rng(0).uniform(-0.2, 1.2, (5000, 1))
    borders = (np.arange(256)[:, None] + 0.5) / 255  # half-way between two levels
    values = levels.low / 2 + np.concatenate([x, borders, [[-1e6], [1e6]]]) * (levels.high / 2 - levels.low / 2)
    values = 2 * np.clip(values, -8e307, 8e307)
    out = np.frombuffer(run(["./ask"], tmp_path / "c", input=values.tobytes()), np.uint8).reshape(-1, 2)
    np.testing.assert_array_equal(out, levels.pixels(values))


def test_a_network_for_regression_answers_in_its_own_units(tmp_path):
    gcc, rng = compiler(), np.random.default_rng(0)
    X = rng.normal(size=(200, 3))
    data = tn.datasets.from_arrays(X, 1000 + 50 * X[:, 0], regression=True)
    net = tn.MLP([3, 8, 1])
    tn.fit(net, data.train, data.valid, epochs=5, loss=tn.functional.mean_squared_error, progress=False)
    made = tn.export_c(net.eval(), tmp_path / "c", "r", data=data)
    run(made.command.replace("cc", gcc, 1).split(), tmp_path / "c")
    [[expected]] = data.description.answers(net(data.prepare(X[:1])).numpy())
    said = run(["./r", *map(repr, X[0].tolist())], tmp_path / "c").split()
    assert abs(float(said[-1]) - expected) < 1e-2


# ---- sequences

STEP_BY_STEP = """
#include <stdio.h>
#include "network.h"

int main(void)
{
    static @type@ row[@n@];
    float scores[NETWORK_OUTPUTS];
    uint32_t steps, class;
    while (fread(&steps, 4, 1, stdin)) {
        network_reset();
        while (steps-- && fread(row, sizeof row, 1, stdin)) {
            network_step(@row@);
            network_scores(scores);
            class = network_predict();
            fwrite(scores, 4, NETWORK_OUTPUTS, stdout);
            fwrite(&class, 4, 1, stdout);
        }
    }
    return 0;
}
"""
NORMED = tn.SequenceNet(
    tn.LSTM(7, 9, [Quantized(bits=4), tn.Hashed(1 / 2), Quantized(bits=4), tn.Dense()], LowRank(rank=3), norm=True),
    tn.LayerNorm(9), Linear(9, 8), tn.Tanh(), tn.RNN(8, 6), tn.Sigmoid(), Linear(6, 7), alphabet="BTPSXVE",
)  # fmt: skip


def compare_all_steps(net, folder, examples, lengths):
    """Assert that the compiled network gives the frozen one's scores after every step; return how many there were."""
    made = tn.export_c(net, folder, "network", examples[:20], lengths=lengths[:20])
    kind = ["uint32_t", "uint8_t", "float"][0 if examples.ndim == 2 else 1 if examples.dtype == np.uint8 else 2]
    code = STEP_BY_STEP.replace("@type@", kind).replace("@row@", "*row" if examples.ndim == 2 else "row")
    (folder / "ask.c").write_text(code.replace("@n@", "1" if examples.ndim == 2 else str(examples.shape[2])))
    run([compiler(), *STRICT, "network.c", "ask.c", "-lm", "-o", "ask"], folder)
    steps = examples.astype(np.uint32) if examples.ndim == 2 else examples
    given = b"".join(np.uint32(n).tobytes() + row[:n].tobytes() for row, n in zip(steps, lengths, strict=True))
    frozen = tn.freeze(net)
    frozen.last = False
    x = tn.datasets.from_pixels(examples) if kind == "uint8_t" else examples
    on = np.arange(examples.shape[1]) < lengths[:, None]
    expected = frozen.scores(x, lengths)[on]
    out = np.frombuffer(run(["./ask"], folder, input=given), np.dtype([("z", "<f4", expected.shape[1:]), ("k", "<u4")]))
    z = out["z"].reshape(expected.shape)
    double = np.eye(net.n_in)[examples] if kind == "uint32_t" else examples.astype(np.float64)
    double = frozen.scores(tn.Tensor(2 * double / 255 - 1 if kind == "uint8_t" else double), lengths)[on]
    assert double.dtype == np.float64
    near = max(1e-5 * np.abs(expected).max(), 4 * np.abs(expected - double).max())
    assert np.abs(z - expected).max() <= near, np.abs(z - expected).max() / near
    of_class = np.take_along_axis(expected, out["k"][:, None].astype(int), 1)
    assert (of_class >= expected.max(axis=1, keepdims=True) - near).all()
    run(made.command.replace("cc", compiler(), 1).split(), folder)
    assert run(["./network"], folder) == b"20 of 20 equal\n"
    return len(z)


def strings(count):
    """Return strings of Reber's grammar in one array, and their lengths."""
    data = tn.datasets.load("reber", train=count, valid=1, test=1)
    return data.train.inputs, tn.datasets.lengths(data.train.labels)


def test_a_network_over_symbols_gives_the_frozen_scores_after_every_step(tmp_path):
    assert compare_all_steps(NORMED.eval(), tmp_path, *strings(300)) > 3000


@pytest.mark.long
@pytest.mark.parametrize("name", METHODS)
def test_an_lstm_of_any_method_gives_the_frozen_scores_after_every_step(name, tmp_path):
    data, norm = tn.datasets.load("digits_rows"), list(METHODS).index(name) % 2 == 0
    net = tn.RecurrentNet([8, 20, 12, 10], METHODS[name], last=True, norm=norm)
    tn.fit(net, data.train[:400], epochs=2, lr=0.02, optimizer=tn.Adam, progress=False)
    pixels, _ = examples_of(data, 797)
    assert compare_all_steps(net.eval(), tmp_path, pixels, np.full(797, 8)) == 797 * 8


@pytest.mark.long
def test_numbers_and_a_text_give_the_frozen_scores_too(tmp_path):
    numbers = tn.datasets.load("adding", train=1, valid=1, test=600)
    net = tn.RecurrentNet([2, 16, 1], Quantized(bits=4), last=True)
    assert compare_all_steps(net.eval(), tmp_path / "a", numbers.test.inputs, np.full(600, 200)) == 120_000
    text = np.random.default_rng(0).integers(0, 65, (600, 4))
    net = tn.RecurrentNet([65, 64, 65], tn.Hashed(1 / 8, Quantized(bits=4)), alphabet="".join(map(chr, range(65, 130))))
    assert compare_all_steps(net.eval(), tmp_path / "b", text, np.full(600, 4)) == 2400


@pytest.mark.long
def test_an_emulated_microcontroller_runs_an_lstm(tmp_path):
    symbols, lengths = strings(60)
    tn.export_c(NORMED.eval(), tmp_path, "network", symbols, lengths=lengths)
    assert emulated(tmp_path) == b"60 of 60 equal\n"


def test_examples_of_sequences_are_what_the_data_set_holds(tmp_path):
    pixels, lengths = examples_of(tn.datasets.load("digits_rows"), 20)
    assert pixels.shape == (20, 8, 8) and pixels.dtype == np.uint8 and lengths is None
    symbols, lengths = examples_of(tn.datasets.load("reber"), 20)
    assert symbols.shape[0] == 20 and lengths.max() == symbols.shape[1] > lengths.min()
    inputs, lengths = examples_of(tn.datasets.load("adding", train=1, valid=1, test=20), 20)
    assert inputs.shape == (20, 200, 2) and inputs.dtype == np.float32
    text = tn.datasets.text.from_text("to be or not to be. " * 400, "t", "")
    symbols, lengths = examples_of(text, 5)
    assert symbols.shape == (5, 64)
    for net, kind in ((tn.RecurrentNet([8, 4, 10], last=True), "pixels"), (NORMED, "symbol")):
        made = tn.export_c(net, tmp_path / kind, examples={"pixels": pixels}.get(kind), lengths=None)
        assert (
            f"void network_step({'const uint8_t *pixels' if kind == 'pixels' else 'uint32_t symbol'});"
            in (made.files["network.h"])
        )


@pytest.mark.parametrize(
    ("examples", "lengths", "message"),
    [
        (np.zeros((2, 3, 4), int), None, "inputs of shape"),
        (np.full((2, 5, 7), 256), None, "pixels from 256"),
        (np.full((2, 5), 7), None, "symbols from 7"),
        (np.zeros((2, 5), int), [5, 6], "lengths"),
        (np.zeros((0, 5), int), None, "no examples"),
        (np.zeros(5, int), None, "symbols of shape"),
    ],
)
def test_examples_that_are_no_sequences_of_the_network_are_refused(examples, lengths, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        tn.export_c(NORMED, tmp_path / "out", examples=examples, lengths=lengths)
    assert list(tmp_path.iterdir()) == []


# ---- what is refused


@pytest.mark.parametrize("name", ["", "2nd", "a-b", "a b", "größe", "_x", "main", "a" * 24, None, "a\n"])
def test_names_that_are_no_c_identifiers_are_refused(name, tmp_path):
    with pytest.raises(ValueError, match="must be a C identifier"):
        tn.export_c(tn.MLP([4, 2]), tmp_path / "out", name)
    assert list(tmp_path.iterdir()) == []


def test_networks_that_have_no_form_in_c_are_refused_with_the_layer(tmp_path):
    refused = {
        r"layer 1, LayerNorm: no frozen form": Sequential(Linear(4, 3), tn.LayerNorm(3), Linear(3, 2)),
        r"layer 1, SignActivation: what reaches it is no integer sum": Sequential(
            Linear(4, 3), tn.SignActivation(), Linear(3, 2)
        ),
        r"layer 0, Linear: its numbers are float64": tn.MLP([4, 2]).astype(np.float64),
    }
    for message, net in refused.items():
        with pytest.raises(ValueError, match=message):
            tn.export_c(net, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_overwritten_or_half_written(tmp_path, monkeypatch):
    net, out = tn.MLP([4, 2]), tmp_path / "out"
    (tmp_path / "file").write_text("mine")
    with pytest.raises(FileExistsError, match="is a file"):
        tn.export_c(net, tmp_path / "file")
    tn.export_c(net, out)
    with pytest.raises(FileExistsError, match=r"network\.c' exists already"):
        tn.export_c(net, out)

    def full(path, content):
        if path.name == "main.c":
            raise OSError("the disk is full")
        path.write_bytes(content)

    monkeypatch.setattr("tinynet.exchange.c.export.write_atomically", full)
    with pytest.raises(OSError, match="full"):
        tn.export_c(net, tmp_path / "other")
    assert not (tmp_path / "other").exists() or list((tmp_path / "other").iterdir()) == []


@pytest.mark.parametrize("examples", [np.zeros((2, 3), int), np.full((2, 4), 256), np.zeros((0, 4), int)])
def test_examples_are_rows_of_pixels(examples, tmp_path):
    with pytest.raises(ValueError, match=r"pixels|examples"):
        tn.export_c(tn.MLP([4, 2]), tmp_path / "out", examples=examples)
    assert list(tmp_path.iterdir()) == []


# ---- numbers as C reads and writes them


def test_every_float16_is_read_as_the_float32_that_it_is(tmp_path):
    code = """
        #include <stdint.h>
        #include <stdio.h>
        @half@
        int main(void)
        {
            for (uint32_t bits = 0; bits < 65536; bits++) {
                float x = half((uint16_t)bits);
                fwrite(&x, 4, 1, stdout);
            }
            return 0;
        }
    """
    (tmp_path / "half.c").write_text(code.replace("@half@", PARTS["half"].code))
    run([compiler(), *STRICT, "half.c", "-o", "half"], tmp_path)
    expected = np.arange(65536).astype(np.uint16).view(np.float16)
    finite = np.isfinite(expected)
    found = np.frombuffer(run(["./half"], tmp_path), np.float32)[finite]
    np.testing.assert_array_equal(found.view(np.uint32), expected[finite].astype(np.float32).view(np.uint32))


def test_numbers_and_arrays_are_written_so_that_c_reads_the_same():
    values = np.array([0, -0.0, 1, 1e-45, 3.4028235e38, 0.1, 1 / 3], np.float32)
    assert [np.float32(number(v).removesuffix("f")).tobytes() for v in values] == [v.tobytes() for v in values]
    assert all(re.fullmatch(r"-?\d+(\.\d+)?(e[+-]\d+)?f", number(v)) and re.search("[.e]", number(v)) for v in values)
    assert array("a", np.array([[1, 2], [3, 4]], np.uint8)) == (
        "static const uint8_t a[2][2] = {\n    {1, 2},\n    {3, 4}\n};"
    )
