"""The host side end to end without a GPU: unmodified PyCUDA on the driver of gpu/emulation/driver.cpp."""

import importlib.util
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gpu.emulation.fake import environment

if importlib.util.find_spec("pycuda") is None:
    pytest.skip("PyCUDA is missing (an extra: gpu); host code is tested where it is installed", allow_module_level=True)
if shutil.which("g++") is None or shutil.which("nm") is None:
    pytest.skip("g++ and nm are missing", allow_module_level=True)

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def fake(tmp_path_factory):
    """Return a function that runs Python on the fake driver; `settings` are variables of the environment."""
    variables = environment(tmp_path_factory.mktemp("fake"))

    def run(*command, check=True, **settings):
        done = subprocess.run(
            [sys.executable, *command],
            capture_output=True,
            text=True,
            cwd=ROOT,
            env=variables | settings,
            timeout=600,
        )
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done

    return run


def test_the_host_side(fake):
    done = fake("-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/gpu/test_device.py")
    assert "skipped" not in done.stdout


@pytest.mark.parametrize("call", ["gpu.pack_signs(np.ones((1, 1)))", "gpu.device.load_driver()"])
def test_without_a_device(fake, call):
    done = fake("-c", f"import gpu, numpy as np\n{call}", check=False, TINYNET_FAKE_DEVICES="0")
    assert done.stderr.strip().splitlines()[-1] == (
        "gpu.device.GpuUnavailable: no device (cuInit failed: no CUDA-capable device is detected): "
        "nvidia-smi must list one; see CUDA_VISIBLE_DEVICES"
    )


def test_without_a_driver(fake):
    done = fake("-c", "import gpu; gpu.device.load_driver()", check=False, LD_LIBRARY_PATH="")
    if done.returncode == 0:
        pytest.skip("this machine has a driver")
    assert "GpuUnavailable: the NVIDIA driver is missing (libcuda.so.1: cannot open" in done.stderr


def test_memory_is_counted(fake):
    code = """
import gpu, numpy as np
from gpu.device import session
with session() as s:
    free = lambda: s.driver.mem_get_info()[0]
    before = free()
    x = s.upload(np.zeros(1000, np.uint8))
    print(before - free(), end=" ")
    del x
    print(before - free())
"""
    used, left = map(int, fake("-c", code).stdout.split())
    assert (used, left) == (1000, 0)


def test_little_memory(fake):
    code = "import gpu, numpy as np; gpu.pack_signs(np.ones((1000, 1000), np.float32))"
    done = fake("-c", code, check=False, TINYNET_FAKE_MEMORY="1000000")
    assert (
        "MemoryError: gpu: 4,000,000 bytes are wanted for float32 (1000, 1000); 1,000,000 of the device's 1,000,0"
        in (done.stderr)
    )


def test_a_device_without_wgmma(fake):
    code = """
import gpu, numpy as np
from gpu.device import session
from gpu.products import choose_product
x = gpu.pack_signs(np.ones((2, 70), np.float32))
with session() as s:
    print(s.arch, choose_product(s), gpu.xnor_matmul(x, x, 70)[1, 1])
gpu.xnor_matmul(x, x, 70, kernel="wgmma")
"""
    done = fake("-c", code, check=False, TINYNET_FAKE_CAPABILITY="80")
    assert done.stdout == "sm_80 mma 70\n"
    assert done.stderr.strip().splitlines()[-1] == (
        "ValueError: gpu: kernel='wgmma' takes compute capability 9.0 and no other; this device has 8.0: "
        "use kernel='mma', or None for the best"
    )


def test_shared_memory_has_to_be_asked_for(fake):
    code = """
import gpu, numpy as np
from gpu.device import session
from gpu.launch import TABLE
with session() as s:
    x = s.upload(np.zeros(256, np.int32))
    kernel = s.kernel("pack_signs")
    try:
        kernel(x, x, np.int32(1), np.int32(1), np.int32(1), grid=(1, 1, 1), block=(256, 1, 1), shared=49153)
    except s.driver.LogicError as error:
        print(error)
"""
    assert fake("-c", code).stdout == "cuLaunchKernel failed: invalid argument\n"


STRAY = """
extern "C" __global__ void stray(int *x, int at) { x[at] = 1; }
"""


def test_a_stray_store_is_found(fake, tmp_path):
    (tmp_path / "stray.cu").write_text(STRAY)
    code = f"""
import numpy as np
import gpu.launch as launch
from gpu.device import session
launch.KERNELS = __import__("pathlib").Path({str(tmp_path)!r})
launch.TABLE["stray"] = launch.Kernel("stray.cu", (1, 1, 1), (1, 1))
with session() as s:
    x = s.upload(np.zeros(128, np.int32))
    s.launch("stray", (1, 1), x, 127)
    s.launch("stray", (1, 1), x, 2**20)
"""
    done = fake("-c", code, check=False)
    assert "fake driver: thread (0, 0, 0) of block (0, 0, 0) writes 4 bytes outside of every array" in done.stderr
    assert "LaunchError: cuLaunchKernel failed: unspecified launch failure" in done.stderr


def test_the_command(fake, tmp_path):
    code = "import gpu, numpy as np; print(gpu.pack_signs(np.ones((1, 3), np.float32)))"
    done = subprocess.run(
        [sys.executable, "-m", "gpu.emulation.fake", sys.executable, "-c", code],
        capture_output=True, text=True, cwd=ROOT,
        timeout=600,
    )  # fmt: skip
    assert (done.stdout.strip(), done.stderr) == ("[[7]]", "")  # nothing is said at the end either


def test_a_device_array_may_outlive_the_session(fake):
    code = """
import numpy as np
import pycuda.autoprimaryctx
from pycuda.gpuarray import to_gpu
import gpu
kept = gpu.pack_signs(to_gpu(np.ones((2, 3), np.float32)))
print(kept.get()[0, 0])
"""
    done = fake("-c", code)
    assert (done.stdout.strip(), done.stderr) == ("7", "")


def test_the_program_of_the_readme(fake):
    (program,) = re.findall(r"```python\n(.*?)```", (ROOT / "gpu" / "README.md").read_text(), re.S)
    assert fake("-c", program).stdout.strip() == "True"


def test_the_benchmark_without_nvcc(fake, tmp_path):
    done = fake("-m", "gpu.bench", "--quick", "--out", str(tmp_path / "out"), check=False, PATH=str(tmp_path))
    assert done.returncode == 1
    assert re.fullmatch(r"gpu\.bench: nvcc is missing \(.*\): install the CUDA toolkit .* on PATH\n", done.stderr)
    assert not (tmp_path / "out").exists()
