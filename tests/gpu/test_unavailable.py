"""Without PyCUDA, driver, device or nvcc: which is missing, in one sentence. None of them is needed here."""

import subprocess
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

import gpu
from gpu.device import Session, load_driver
from gpu.emulation import fake

ROOT = Path(__file__).parents[2]
NO_LIBRARY = "libcuda.so.1: cannot open shared object file: No such file or directory"


class Error(Exception):
    """pycuda.driver.Error."""


class CompileError(Error):
    """pycuda.driver.CompileError."""

    stdout, stderr = "", 'kernel.cu(1): error: identifier "x" is undefined'


class ExecError(OSError):
    """pytools.prefork.ExecError."""


def fake_driver(**parts):
    """Return a module that looks like pycuda.driver, initialized, with one device."""
    driver = ModuleType("pycuda.driver")
    driver.Error, driver.CompileError = Error, CompileError
    driver.init = lambda: None
    driver.Device = SimpleNamespace(count=lambda: 1)
    vars(driver).update(parts)
    return driver


class Importing:
    """Answers `import pycuda.driver` with a module, or with an ImportError, whether PyCUDA is installed or not."""

    def __init__(self, monkeypatch, answer):
        self.answer = answer
        for name in [name for name in sys.modules if name.startswith("pycuda")]:
            monkeypatch.delitem(sys.modules, name)
        monkeypatch.setattr(sys, "meta_path", [self, *sys.meta_path])
        if getattr(answer, "name", None) != "pycuda":
            package = ModuleType("pycuda")
            package.__path__ = []
            monkeypatch.setitem(sys.modules, "pycuda", package)
        if isinstance(answer, ModuleType):
            package.driver = answer
            monkeypatch.setitem(sys.modules, "pycuda.driver", answer)

    def find_spec(self, name, path=None, target=None):
        if name.startswith("pycuda"):
            raise self.answer


def test_import_loads_nothing_heavy():
    code = "import gpu, sys; print([m for m in ('pycuda', 'numba', 'matplotlib', 'torch', 'cupy') if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT, timeout=600
    )
    assert done.stdout.strip() == "[]"


def test_without_pycuda(monkeypatch):
    Importing(monkeypatch, ModuleNotFoundError("No module named 'pycuda'", name="pycuda"))
    with pytest.raises(
        gpu.GpuUnavailable, match=r"^PyCUDA is missing \(No module named 'pycuda'\): pip install pycuda"
    ):
        gpu.pack_signs(np.zeros((2, 3), np.float32))


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (ImportError(NO_LIBRARY), r"the NVIDIA driver is missing \(libcuda\.so\.1: cannot open .*\): install it"),
        (ImportError("_driver.so: undefined symbol: cuCtxCreate_v4"), "driver is older than the CUDA .*update it"),
        (ModuleNotFoundError("No module named 'pytools'", name="pytools"), "PyCUDA does not load .*'pytools'.*anew"),
    ],
)
def test_without_driver(monkeypatch, error, message):
    Importing(monkeypatch, error)
    with pytest.raises(gpu.GpuUnavailable, match=message) as caught:
        load_driver()
    assert caught.value.__cause__ is error


def no_device():
    raise Error("cuInit failed: no CUDA-capable device is detected")


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"init": no_device}, r"no device \(cuInit failed: no CUDA-capable device is detected\): nvidia-smi must list"),
        ({"Device": SimpleNamespace(count=lambda: 0)}, "no device: nvidia-smi must list one; see CUDA_VISIBLE_DEVICES"),
    ],
)
def test_without_device(monkeypatch, parts, message):
    Importing(monkeypatch, fake_driver(**parts))
    with pytest.raises(gpu.GpuUnavailable, match=message):
        load_driver()


def compiling(monkeypatch, error):
    """Return a session whose compiler raises the error."""
    Importing(monkeypatch, fake_driver())
    compiler, prefork = ModuleType("pycuda.compiler"), ModuleType("pytools.prefork")

    def source_module(*arguments, **options):
        raise error

    compiler.SourceModule, prefork.ExecError = source_module, ExecError
    monkeypatch.setitem(sys.modules, "pycuda.compiler", compiler)
    monkeypatch.setitem(sys.modules, "pytools", ModuleType("pytools"))
    monkeypatch.setitem(sys.modules, "pytools.prefork", prefork)
    session = Session.__new__(Session)
    session.driver, session.arch, session._modules = sys.modules["pycuda.driver"], "sm_90a", {}
    return session


def test_without_nvcc(monkeypatch):
    error = ExecError("error invoking 'nvcc --version': [Errno 2] No such file or directory: 'nvcc'")
    with pytest.raises(gpu.GpuUnavailable, match=r"^nvcc is missing \(.*'nvcc'\): install the CUDA toolkit and put"):
        compiling(monkeypatch, error).kernel("pack_signs")


def test_a_kernel_that_does_not_compile(monkeypatch):
    with pytest.raises(RuntimeError, match=r'kernels/pack_signs\.cu does not compile for sm_90a; nvcc says:\n.*"x" is'):
        compiling(monkeypatch, CompileError("nvcc compilation failed")).kernel("pack_signs")


@pytest.mark.parametrize(
    ("there", "message"),
    [
        ([], "fake driver: g++ is not on PATH; install it (Debian, Ubuntu: apt install g++)\n"),
        (["g++"], "fake driver: nm is not on PATH; install it (Debian, Ubuntu: apt install g++)\n"),
        (
            ["g++", "nm"],
            "fake driver: PyCUDA is missing: pip install pycuda (it builds without a GPU, with nvcc on PATH)\n",
        ),
    ],
)
def test_without_what_the_fake_driver_needs(monkeypatch, capsys, there, message):
    monkeypatch.setattr(fake, "which", lambda tool: tool if tool in there else None)
    monkeypatch.setattr(fake.importlib.util, "find_spec", lambda name: None)
    assert fake.main(["true"]) == 1
    assert capsys.readouterr().err == message


def test_more_rows_than_a_kernel_counts():
    session = Session.__new__(Session)
    with pytest.raises(ValueError, match=r"^gpu: popcount_rows counts to 2\^30, not to 1073741825: pass fewer rows"):
        session.launch("popcount_rows", (2**30 + 1,), None, None, 2**30 + 1, 1)
