"""The host side on a device. Where there is none these tests skip, and test_fake_driver.py runs them on a fake one."""

import gc
import threading

import numpy as np
import pytest

import gpu
import tinynet as tn
from gpu.device import GpuUnavailable, Session, load_driver, session
from gpu.products import PRODUCTS, choose_product, runs

try:
    driver = load_driver()
except GpuUnavailable as error:
    pytest.skip(f"no real device: {error}", allow_module_level=True)

rng = np.random.default_rng(0)
CAPABILITY = driver.Device(0).compute_capability()
HERE = [kernel for kernel in PRODUCTS if runs(kernel, CAPABILITY)]


def signs(rows, n):
    return rng.standard_normal((rows, n)).astype(np.float32)


@pytest.fixture
def context():
    """The primary context, current as PyCUDA's users have it (pycuda.autoprimaryctx)."""
    primary = driver.Device(0).retain_primary_context()
    primary.push()
    yield primary
    primary.detach()


def free():
    """Return the free bytes of the device."""
    gc.collect()
    with session():
        return driver.mem_get_info()[0]


# ---- the same numbers as on the CPU


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, bool])
@pytest.mark.parametrize("shape", [(1, 1), (3, 64), (5, 130), (0, 7), (4, 0)])
def test_pack_signs(shape, dtype):
    x = rng.standard_normal(shape).astype(dtype)
    x[::2] = 0
    bits = gpu.pack_signs(x)
    assert bits.dtype == np.uint64
    np.testing.assert_array_equal(bits, tn.pack_signs(x))


def test_pack_signs_of_what_float32_cannot_hold():
    x = np.array([[-1e-300, 1e-300, -0.0, np.nan, np.inf, -np.inf]])
    np.testing.assert_array_equal(gpu.pack_signs(x), tn.pack_signs(x))
    np.testing.assert_array_equal(gpu.pack_signs(x), [[0b010110]])


@pytest.mark.parametrize("kernel", [None, *HERE])
@pytest.mark.parametrize(("m", "n", "k"), [(1, 1, 1), (5, 7, 65), (17, 130, 700), (0, 3, 64), (3, 0, 64), (2, 3, 0)])
def test_xnor_matmul(m, n, k, kernel):
    a, b = signs(m, k), signs(n, k)
    dot = gpu.xnor_matmul(tn.pack_signs(a), tn.pack_signs(b), k, kernel=kernel)
    assert dot.dtype == np.int32
    np.testing.assert_array_equal(dot, np.where(a >= 0, 1, -1) @ np.where(b >= 0, 1, -1).T)


@pytest.mark.parametrize("widths", [[20, 10], [20, 70, 10], [784, 130, 65, 10]])
@pytest.mark.parametrize("rows", [1, 5, 33])
def test_run_is_exact(widths, rows):
    net = tn.BinaryMLP(widths, seed=1)
    for layer in net.layers:
        if isinstance(layer, tn.BatchNorm):  # else no unit is flipped
            layer.gamma.data = rng.standard_normal(layer.n).astype(np.float32)
            layer.beta.data = rng.standard_normal(layer.n).astype(np.float32)
    frozen = tn.freeze(net)
    integers = rng.integers(0, 256, (rows, widths[0]))
    for pixels in (integers, np.asfortranarray(integers.astype(np.uint8))):
        scores = gpu.run(frozen, pixels)
        assert scores.dtype == np.float32
        np.testing.assert_array_equal(scores, frozen.scores(pixels))


def test_what_the_device_cannot_run_is_refused(monkeypatch):
    monkeypatch.setattr(session(), "capability", (7, 5))
    for kernel in ("mma", "wgmma"):
        with pytest.raises(ValueError, match=f"kernel='{kernel}' takes compute .* has 7.5: use kernel='registers'"):
            gpu.xnor_matmul(*[tn.pack_signs(signs(3, 65)) for _ in "ab"], 65, kernel=kernel)


@pytest.mark.parametrize(
    ("capability", "wanted"),
    [(c, kernel) for c, kernel in (((9, 0), "wgmma"), ((8, 0), "mma"), ((7, 5), "")) if not kernel or kernel in HERE],
)
def test_tensor_cores_are_used_where_they_multiply_bits(monkeypatch, capability, wanted):
    s, names = session(), []
    launch = s.launch
    monkeypatch.setattr(s, "launch", lambda name, *rest: (names.append(name), launch(name, *rest)))
    monkeypatch.setattr(s, "capability", capability)
    frozen = tn.freeze(tn.BinaryMLP([50, 70, 10]))
    pixels = rng.integers(0, 256, (9, 50)).astype(np.uint8)
    np.testing.assert_array_equal(gpu.run(frozen, pixels), frozen.scores(pixels))
    gpu.xnor_matmul(*[tn.pack_signs(signs(3, 65)) for _ in "ab"], 65)
    products = [name for name in names if name.startswith(("xnor", "pixels"))]
    assert len(products) == 3
    assert all(f"_{wanted}" in name if wanted else "mma" not in name for name in products)


# ---- arrays that are on the device already


class Foreign:
    """An array of another library: nothing but the interface."""

    def __init__(self, array, **other):
        self.array, self.shape = array, array.shape
        self.__cuda_array_interface__ = array.__cuda_array_interface__ | other


@pytest.mark.parametrize("wrap", [lambda a: a, Foreign, lambda a: Foreign(a, stream=7, strides=None)])
def test_device_arrays_stay_there(context, wrap):
    from pycuda.gpuarray import GPUArray, to_gpu

    x, y = signs(6, 100), signs(9, 100)
    a = gpu.pack_signs(wrap(to_gpu(x)))
    b = gpu.pack_signs(wrap(to_gpu(y)))
    dot = gpu.xnor_matmul(wrap(a), wrap(b), 100)
    assert isinstance(dot, GPUArray)
    np.testing.assert_array_equal(dot.get(), tn.xnor_matmul(tn.pack_signs(x), tn.pack_signs(y), 100))

    frozen = tn.freeze(tn.BinaryMLP([20, 30, 10]))
    pixels = rng.integers(0, 256, (4, 20)).astype(np.uint8)
    scores = gpu.run(frozen, wrap(to_gpu(pixels)))
    assert isinstance(scores, GPUArray)
    np.testing.assert_array_equal(scores.get(), frozen.scores(pixels))


def test_a_slice_with_gaps_is_refused(context):
    from pycuda.gpuarray import to_gpu

    x = to_gpu(signs(6, 100))
    with pytest.raises(ValueError, match=r"x has strides \(800, 4\); its rows must lie one after the other"):
        gpu.pack_signs(x[::2])


def test_another_context_is_refused():
    from pycuda.gpuarray import to_gpu

    own = driver.Device(0).make_context()
    try:
        x = to_gpu(signs(2, 3))
        with pytest.raises(ValueError, match=r"import pycuda\.autoprimaryctx in place of pycuda\.autoinit"):
            gpu.pack_signs(x)
        assert driver.Context.get_current() == own
    finally:
        own.pop()


# ---- contexts, threads and memory


def test_the_context_of_before_is_current_afterwards(context):
    gpu.pack_signs(signs(2, 3))
    assert driver.Context.get_current() == context
    with pytest.raises(MemoryError):
        too_large()
    assert driver.Context.get_current() == context


def test_no_context_is_left_behind():
    gpu.pack_signs(signs(2, 3))
    assert driver.Context.get_current() is None


def test_threads_have_sessions_of_their_own():
    x, found = signs(3, 70), []
    thread = threading.Thread(target=lambda: found.extend([session(), gpu.pack_signs(x)]))
    thread.start()
    thread.join(timeout=60)
    assert found[0] is not session()
    np.testing.assert_array_equal(found[1], tn.pack_signs(x))


def test_what_a_thread_held_goes_with_it():
    frozen = tn.freeze(tn.BinaryMLP([20, 130, 10]))
    pixels = np.zeros((1, 20), np.uint8)
    gpu.run(frozen, pixels)
    before = free()
    for _ in range(3):
        thread = threading.Thread(target=gpu.run, args=(frozen, pixels))
        thread.start()
        thread.join(timeout=60)
    assert free() == before


def too_large():
    rows = np.zeros((2**20, 0), np.uint64)
    return gpu.xnor_matmul(rows, rows, 0)


def test_out_of_memory():
    with pytest.raises(
        MemoryError,
        match=r"4,398,046,511,104 bytes are wanted for int32 \(1048576, 1048576\); [\d,]+ of .* are free: pass",
    ):
        too_large()


def test_memory_stays_constant_over_1000_calls():
    x, y = signs(3, 70), signs(2, 70)
    a, b = tn.pack_signs(x), tn.pack_signs(y)
    frozen = tn.freeze(tn.BinaryMLP([20, 30, 10]))
    pixels = rng.integers(0, 256, (4, 20)).astype(np.uint8)

    def calls(kernel):
        gpu.pack_signs(x)
        gpu.xnor_matmul(a, b, 70, kernel=kernel)
        with pytest.raises(ValueError, match="700 bits"):
            gpu.xnor_matmul(a, b, 700)

    with session() as s:
        best = choose_product(s)
    calls(best)
    calls("naive")  # the code of a kernel takes memory too
    gpu.run(frozen, pixels)
    before = free()
    for _ in range(330):
        calls("naive")
    for _ in range(5):
        calls(best)
        gpu.run(frozen, pixels)
        with pytest.raises(MemoryError):
            too_large()
    assert free() == before


def test_the_weights_go_with_the_network():
    frozen = tn.freeze(tn.BinaryMLP([20, 130, 10]))
    gpu.run(frozen, np.zeros((1, 20), np.uint8))
    held = len(session().networks)
    del frozen
    gc.collect()
    assert len(session().networks) == held - 1


def test_device_arrays_give_their_memory_back(context):
    from pycuda.gpuarray import to_gpu

    x = to_gpu(signs(8, 64))
    gpu.pack_signs(x)
    before = free()
    for _ in range(50):
        gpu.pack_signs(x)
    assert free() == before


# ---- compiling


def test_a_kernel_is_compiled_once():
    with session() as s:
        s.kernel("pack_signs")
        first = s._modules["pack_signs.cu"]
        s.kernel("pack_signs")
        assert s._modules["pack_signs.cu"] is first


def test_a_kernel_that_does_not_compile():
    with (
        session() as s,
        pytest.raises(RuntimeError, match=r"kernels/broken\.cu does not compile for sm_\w+; nvcc says"),
    ):
        s._compile("broken.cu", 'extern "C" __global__ void broken(int *x) { x[0] = oops; }')


def test_without_nvcc(monkeypatch, tmp_path):
    from pycuda.compiler import get_nvcc_version

    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("pycuda.compiler.get_nvcc_version", get_nvcc_version.__wrapped__, raising=False)
    with session() as s, pytest.raises(GpuUnavailable, match=r"nvcc is missing .* No such file .*: install"):
        s._compile("new.cu", 'extern "C" __global__ void never_seen(int *x) { x[0] = 1; }')


def test_a_session_gives_its_context_back():
    s = Session()
    with s:
        s.upload(signs(2, 2))
    del s
    gc.collect()
    gpu.pack_signs(signs(2, 3))
