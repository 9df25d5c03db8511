"""The worker's Python side: run one cell after another in a shared namespace, as a notebook does."""

import linecache
import sys
import traceback
from typing import Any

import numpy as np

sys.path.insert(0, "/")  # where tinynet lies
namespace: dict[str, Any] = {"__name__": "__main__"}

# what JavaScript's typed arrays hold otherwise, or as numbers of another kind than all the rest
AS_NUMBERS = {"b1": np.uint8, "f2": np.float32, "i8": np.float64, "u8": np.float64}


def bincount(x: Any, weights: Any = None, minlength: int = 0, count: Any = np.bincount) -> Any:
    """Return np.bincount's answer for whole numbers of any width.

    NumPy counts with numbers as wide as an address, and refuses wider ones. Here these are the usual int64, such as the
    labels of a data set. A program that runs elsewhere runs here too.
    """
    narrow = x.astype(np.intp) if isinstance(x, np.ndarray) and x.dtype.kind in "iu" else x
    return count(narrow if np.array_equal(narrow, x) else x, weights, minlength)


np.bincount = bincount


def run(source: str, name: str, given: dict[str, Any]) -> dict[str, Any]:
    """Run the source; return the value of `result`, if it sets one, or the error with its traceback.

    Args:
        source: what to run.
        name: what a traceback calls it.
        given: variables that are set before it runs.
    """
    linecache.cache[name] = len(source), None, source.splitlines(True), name  # for tracebacks and inspect.getsource
    namespace.pop("result", None)
    namespace.update(given)
    try:
        exec(compile(source, name, "exec"), namespace)
        return {"value": plain(namespace.get("result"))}
    except BaseException as error:
        trace = error.__traceback__ and error.__traceback__.tb_next  # without this function's own line
        shown = "".join(traceback.format_exception(type(error), error, trace))
        return {"error": {"message": traceback.format_exception_only(error)[-1].strip(), "traceback": shown}}
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


def plain(value: Any) -> Any:
    """Return a value as the page can take it; arrays as buffers that become typed arrays."""
    if isinstance(value, dict):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple, set)):
        return [plain(inner) for inner in value]
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        if value.dtype.kind not in "biuf":
            return plain(value.tolist())
        kind = AS_NUMBERS.get(value.dtype.str.lstrip("<|"), value.dtype)
        return memoryview(np.ascontiguousarray(value, kind).reshape(-1))
    if value is None or isinstance(value, (bool, int, float, str, bytes, bytearray, memoryview)):
        return value
    return repr(value)
