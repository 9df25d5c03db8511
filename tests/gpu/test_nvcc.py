"""The kernels as nvcc sees them: no warnings, and every variable in a register."""

import re
import subprocess
from shutil import which

import pytest

from gpu.emulation.build import kernels_in
from gpu.launch import KERNELS, TABLE

FILES = sorted(KERNELS.glob("*.cu"))


@pytest.mark.skipif(which("nvcc") is None, reason="nvcc is not on PATH")
@pytest.mark.parametrize("arch", ["sm_80", "sm_90"])
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_compiles_without_warnings_and_spills(file, arch, tmp_path):
    command = ["nvcc", f"-arch={arch}", "-cubin", "-Xptxas", "-v", "-o", str(tmp_path / "kernel.cubin"), str(file)]
    done = subprocess.run(command, capture_output=True, text=True)
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert "warning" not in said
    spills = re.findall(r"(\d+) bytes stack frame, (\d+) bytes spill stores, (\d+) bytes spill loads", said)
    kernels = kernels_in(file.read_text())
    assert spills.count(("0", "0", "0")) >= len(kernels), said
    assert set(spills) == {("0", "0", "0")}, said


def test_each_kernel_stands_in_the_table_under_its_file():
    assert {name: kernel.file for name, kernel in TABLE.items()} == {
        name: file.name for file in FILES for name in kernels_in(file.read_text())
    }


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_nothing_is_included(file):
    assert "#include" not in file.read_text()
