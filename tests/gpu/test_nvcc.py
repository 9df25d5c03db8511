"""The kernels as nvcc sees them: no warnings, and every variable in a register."""

import re
import subprocess
from shutil import which

import pytest

from gpu.emulation.build import kernels_in
from gpu.launch import KERNELS, TABLE

FILES = sorted(KERNELS.glob("*.cu"))
SOURCES = {kernel.file: kernel for kernel in TABLE.values()}


needs_nvcc = pytest.mark.skipif(which("nvcc") is None, reason="nvcc is not on PATH")


def compiled(file, arch, folder):
    """Return what nvcc and ptxas say of a file, and the machine code's path."""
    cubin = folder / "kernel.cubin"
    command = ["nvcc", f"-arch={arch}", "-cubin", "-Xptxas", "-v", "-o", str(cubin), str(file)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr, cubin


def together(files):
    """Return the text of several files, each with names of its own: nvcc takes half a second to start."""
    parts = []
    for file in files:
        text = SOURCES[file].source()
        parts += [f"namespace {file.removesuffix('.cu')}_file {{\n{text}}}"]
        parts += [f"#undef {name}" for name in re.findall(r"#define (\w+)", text)]
    return "\n".join(parts) + "\n"


@needs_nvcc
@pytest.mark.parametrize("arch", ["sm_80", "sm_90a"])
def test_compiles_without_warnings_and_spills(arch, tmp_path):
    names = {name for name in TABLE if arch == "sm_90a" or "wgmma" not in name}
    (tmp_path / "all.cu").write_text(together(sorted({TABLE[name].file for name in names})))
    said, _ = compiled(tmp_path / "all.cu", arch, tmp_path)
    assert "warning" not in said
    assert "serialized" not in said  # C7514: wgmma one after the other, each with a wait
    assert "injected" not in said  # C7519: a fence that the text lacks
    spills = re.findall(r"(\d+) bytes stack frame, (\d+) bytes spill stores, (\d+) bytes spill loads", said)
    assert spills.count(("0", "0", "0")) >= len(names), said
    assert set(spills) == {("0", "0", "0")}, said
    registers = dict(re.findall(r"entry function '(\w+)' for.*?Used (\d+) registers", said, re.S))
    assert set(registers) == names
    assert all(int(registers[name]) < 216 for name in names if TABLE[name].file == "xnor_mma.cu")  # its text


@needs_nvcc
@pytest.mark.skipif(which("nvdisasm") is None, reason="nvdisasm, which reads machine code, is not on PATH")
def test_the_loops_hold_what_the_texts_say(tmp_path):
    """The longest loop without a loop inside, as nvcc 13.0 makes it for sm_90a."""

    def loop(name):
        (tmp_path / f"{name}.cu").write_text(TABLE[name].source())
        return inner_loop(compiled(tmp_path / f"{name}.cu", "sm_90a", tmp_path)[1])

    step = loop("xnor_mma")
    assert sum(what.startswith("BMMA.168256.AND.POPC") for what in step) == 64
    assert len(step) < 220
    step = loop("xnor_wgmma")
    assert sum(what.startswith("BGMMA.64x128x256.AND.POPC") for what in step) == 4
    assert len(step) < 170
    assert sum(what.startswith("BGMMA") for what in loop("ceiling_wgmma")) == 4
    word = loop("xnor_registers")  # 16 products of two words
    count = {what: sum(this.startswith(what) for this in word) for what in ("LOP3", "POPC", "IMAD.IADD")}
    assert count == {"LOP3": 4 * 16, "POPC": 16, "IMAD.IADD": 16}


def inner_loop(cubin):
    """Return the instructions of the longest loop that holds no other."""
    lines = subprocess.run(
        ["nvdisasm", str(cubin)], capture_output=True, text=True, check=True, timeout=600
    ).stdout.splitlines()
    code, labels, loops = [], {}, []
    for line in lines:
        if label := re.match(r"\s*(\.L_x_\d+):", line):
            labels[label[1]] = len(code)
        elif instruction := re.match(r"\s+/\*[0-9a-f]{4,5}\*/\s+(?:@!?U?P\w+\s+)?(\S+)(.*);", line):
            code.append(instruction[1])
            target = re.search(r"\.L_x_\d+", instruction[2])
            if instruction[1] == "BRA" and target and target[0] in labels:
                loops.append((labels[target[0]], len(code)))
    inner = [x for x in loops if not any(x != y and x[0] <= y[0] and y[1] <= x[1] for y in loops)]
    first, end = max(inner, key=lambda loop: loop[1] - loop[0])
    return code[first:end]


def test_each_kernel_stands_in_the_table_under_its_file():
    assert {name: kernel.file for name, kernel in TABLE.items()} == {
        name: file.name for file in FILES for name in kernels_in(file.read_text())
    }
    parts = {part for kernel in TABLE.values() for part in kernel.parts}
    assert {file.name for file in FILES} == parts | set(SOURCES)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_nothing_is_included(file):
    assert "#include" not in file.read_text()
