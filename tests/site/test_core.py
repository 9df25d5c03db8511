"""The project's own tests of the core, under Pyodide in Node: what differs there is listed with its reason."""

import importlib.util
import json
import re
import shutil
import subprocess
from importlib.metadata import distribution
from pathlib import Path

import pytest

pytestmark = pytest.mark.site

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
RUN = ("engine", "layers", "parameterizations/test_methods.py", "test_functional.py")
THREADS = "a browser gives Python no threads"
INTEGERS = "NumPy's integers have 32 bits there, and the test names int64"
OTHERS = {  # tests inside RUN
    "engine/test_no_grad.py::test_no_grad_in_one_thread_leaves_another_recording": THREADS,
    "engine/test_no_grad.py::test_a_new_thread_records_though_its_parent_does_not": THREADS,
    "engine/test_losses.py::test_integer_scores_are_refused": INTEGERS,
    "engine/test_losses.py::test_error_names_the_loss_the_shapes_and_the_fix[one-hot integers]": INTEGERS,
    "engine/test_tensor.py::test_repr_shows_values_dtype_and_origin": INTEGERS,
    "engine/test_primitives.py::test_error_names_the_operation_the_shapes_and_the_fix": INTEGERS,
}
NOT = {  # tests outside RUN; by hypothesis, which has compiled parts, the tests inside are skipped
    "course": "starts processes, and stops loops by signals; the pages of the lessons have their own tests",
    "datasets": "downloads, and files made by libraries that are missing there",
    "exchange": "PyTorch, scikit-learn and a C compiler give the second opinion",
    "frontier": "sweeps in processes",
    "frozen": "compares compiled kernels with their NumPy twins",
    "gpu": "compiles CUDA C for the CPU",
    "kernels": "Numba's twins are what is tested",
    "parameterizations": "the contract of every method trains for minutes; test_methods.py runs",
    "reading": "minutes, and SciPy",
    "sequences": "compares compiled kernels with their NumPy twins",
    "site": "drives a browser",
    "storage": "compares with the library safetensors, and limits the memory of processes",
    "training": "kills processes, and reads checkpoints with the library safetensors",
    "test_cli.py": "starts the command",
    "test_digit.py": "the page has its own test",
    "test_docs.py": "reads Git's list of files",
    "test_drawing.py": "the pictures of another Matplotlib",
    "test_house.py": "reads the sources, wherever it runs",
    "test_minimal.py": "starts processes without libraries",
    "test_playground.py": "the page has its own test",
    "test_quoting.py": "examples by hypothesis",
    "test_reproduce.py": "starts commands",
    "test_small_nets.py": "files of earlier versions",
    "test_stack.py": "compiles programs for a chip",
    "test_waiting.py": "starts processes",
    "test_windows.py": "looks for what Windows lacks",
}


@pytest.fixture(scope="module")
def in_pyodide(site, tmp_path_factory):
    """A function that runs pytest in Pyodide: (arguments) -> what it printed."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node is missing; apt install nodejs")
    taken = tmp_path_factory.mktemp("taken")  # pytest, and what it imports: all of it written in Python alone
    for name in ("pytest", "_pytest", "pluggy", "iniconfig", "packaging", "pygments", "py"):
        if found := importlib.util.find_spec(name):
            path = Path(found.origin)
            if path.name == "__init__.py":
                shutil.copytree(path.parent, taken / name)
            else:
                shutil.copy(path, taken)
    for name in ("pytest", "pluggy"):
        (path,) = {p.parts[0] for p in distribution(name).files if p.name == "METADATA"}
        shutil.copytree(distribution(name).locate_file(path), taken / path)
    folders = json.dumps({"/repo": str(ROOT), "/taken": str(taken)})
    command = [
        node,
        HERE / "pyodide.mjs",
        site / "app/python",
        folders,
        "numpy,scipy",
        "/repo/tests/site/in_pyodide.py",
    ]

    def run(*arguments):
        done = subprocess.run([*command, *arguments], capture_output=True, text=True, timeout=900, cwd=taken)
        return done.stdout + done.stderr

    return run


def test_the_tests_of_the_core_pass_there(in_pyodide):
    said = in_pyodide(
        "-q", "--tb=short", *(f"tests/{path}" for path in RUN), *(f"--deselect=tests/{name}" for name in OTHERS)
    )
    passed = re.search(r"(?m)^(\d+) passed, \d+ skipped, \d+ deselected in ", said)
    assert passed and int(passed[1]) > 3000, said[-5000:]


def test_what_does_not_run_there_is_listed_with_a_reason():
    here = {
        p.name for p in (ROOT / "tests").iterdir() if p.name.startswith("test_") or (p.is_dir() and "_" not in p.name)
    }
    assert here == set(NOT) | {path.split("/")[0] for path in RUN}
