"""WebAssembly from the C code: the same scores in JavaScript, a few KB, and a missing compiler is named."""

import shutil
import subprocess

import numpy as np
import pytest

import tinynet as tn
from tinynet.exchange.c import wasm

ASK = """
import { readFileSync, writeFileSync } from "node:fs";
const { instance } = await WebAssembly.instantiate(readFileSync("network.wasm"), { Math });
const { memory, input, scores, network_scores, network_predict, network_reset, network_step } = instance.exports;
const rows = readFileSync("rows"), [n, steps, of_symbols, whole] = process.argv.slice(2).map(Number), out = [];
const answer = () => new (whole ? Int32Array : Float32Array)(memory.buffer, scores.value, 10);
for (let first = 0; first < rows.length; first += n * steps) {
    if (network_reset) {
        network_reset();
        for (let t = 0; t < steps; t++) {
            new Uint8Array(memory.buffer, input?.value ?? 0, of_symbols ? 0 : n).set(
                of_symbols ? [] : rows.subarray(first + n * t, first + n * t + n));
            network_step(of_symbols ? rows[first + t] : input.value);
        }
        network_scores(scores.value);
        out.push(...answer(), network_predict());
    } else {
        new Uint8Array(memory.buffer, input.value, n).set(rows.subarray(first, first + n));
        network_scores(input.value, scores.value);
        out.push(...answer(), network_predict(input.value));
    }
}
writeFileSync("out", Buffer.from(new Float64Array(out).buffer));
"""


def bits():
    return tn.BinaryMLP([64, 70, 33, 10], seed=1)


def codes():
    return tn.MLP([64, 33, 10], tn.Hashed(1 / 4, tn.Quantized(bits=4)), batch_norm=True)


def normed():
    return tn.RecurrentNet([8, 20, 10], tn.Quantized(bits=4), last=True, norm=True)


def symbols():
    return tn.RecurrentNet([10, 24, 10], tn.LowRank(rank=3), alphabet="0123456789")


@pytest.mark.site
@pytest.mark.parametrize("made", [bits, codes, normed, symbols])
def test_javascript_gives_the_scores_of_python(made, tmp_path):
    for tool in ("clang", "wasm-ld", "node"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed, so no WebAssembly is made or run")
    net, rng = made().eval(), np.random.default_rng(0)
    sequence, of_symbols = made in (normed, symbols), made is symbols
    shape = (600, 8) if of_symbols else (600, 8, 8) if sequence else (600, 64)
    rows = rng.integers(0, 10 if of_symbols else 256, shape).astype(np.uint8)
    frozen = tn.freeze(net)
    tn.export_c(net, tmp_path, "network", rows[:2], wasm=True)
    assert (tmp_path / "network.wasm").stat().st_size < 8192
    (tmp_path / "ask.mjs").write_text(ASK)
    (tmp_path / "rows").write_bytes(rows.tobytes())
    n, steps = (1, 8) if of_symbols else (8, 8) if sequence else (64, 1)
    settings = [str(int(value)) for value in (n, steps, of_symbols, made is bits)]
    done = subprocess.run(["node", "ask.mjs", *settings], cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    out = np.fromfile(tmp_path / "out").reshape(600, 11)
    expected = frozen.scores(rows if not sequence or of_symbols else tn.datasets.from_pixels(rows))
    expected = expected[:, -1] if of_symbols else expected
    if made is bits:
        scale = [np.float32(layer.c) for layer in frozen.layers if isinstance(layer, tn.Scale)]
        np.testing.assert_array_equal(out[:, :10].astype(np.float32) * scale[0] if scale else out[:, :10], expected)
        np.testing.assert_array_equal(out[:, 10], expected.argmax(axis=1))
    near = 1e-5 * np.abs(expected).max()
    assert made is bits or np.abs(out[:, :10] - expected).max() <= near
    assert (expected[np.arange(600), out[:, 10].astype(int)] >= expected.max(axis=1) - near).all()


@pytest.mark.site
def test_a_table_brings_its_levels_along(tmp_path):
    if shutil.which("clang") is None or shutil.which("wasm-ld") is None:
        pytest.skip("clang or wasm-ld is not installed, so no WebAssembly is made")
    rng = np.random.default_rng(0)
    data = tn.datasets.from_arrays(rng.normal(size=(200, 3)), rng.integers(0, 2, 200))
    made = tn.export_c(tn.MLP([3, 4, 2]), tmp_path, "mine", data=data, wasm=True)
    assert {"mine.wasm", "mine_rows.c"} < set(made.files) and b"mine_pixels" in (tmp_path / "mine.wasm").read_bytes()


def test_a_missing_compiler_is_named_and_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.setattr(wasm.shutil, "which", lambda tool: None if tool == "wasm-ld" else tool)
    with pytest.raises(FileNotFoundError, match=r"^wasm-ld not found: .* apt install clang lld"):
        tn.export_c(tn.MLP([4, 2]), tmp_path / "out", wasm=True)
    assert list(tmp_path.iterdir()) == []
