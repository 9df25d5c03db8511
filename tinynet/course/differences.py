"""How a value differs from another one, in words, and how a value is shown."""

from __future__ import annotations

from typing import Any

import numpy as np

RTOL = {4: 1e-4, 8: 1e-6}  # relative tolerance by bytes of a number, so that an answer in float32 counts as right


def difference(got: Any, expected: Any, rtol: float | None = None) -> str:
    """Return the first difference between a value and the expected one, in words; "" if there is none."""
    if isinstance(expected, (tuple, list)):
        if isinstance(got, np.ndarray) and got.ndim and len(got) == len(expected):
            got = list(got)
        if not isinstance(got, (tuple, list)) or len(got) != len(expected):
            return f"wrong structure: expected {len(expected)} values, got {describe(got)}"
        found = [difference(c, e, rtol) for c, e in zip(got, expected, strict=True)]
        return next((f"value {i + 1} of {len(expected)}: {text}" for i, text in enumerate(found) if text), "")
    if isinstance(expected, dict):
        if not isinstance(got, dict) or set(got) != set(expected):
            return f"wrong structure: expected the keys {list(expected)}, got {describe(got)}"
        found = [f"key {key!r}: {text}" for key in expected if (text := difference(got[key], expected[key], rtol))]
        return found[0] if found else ""
    if isinstance(expected, str) or isinstance(got, (str, tuple, list, dict)):
        same = isinstance(expected, str) and isinstance(got, str) and got == expected
        return "" if same else f"wrong value: expected {describe(expected)}, got {describe(got)}"
    if type(expected) is type(got) is int:  # of any size
        return "" if got == expected else "wrong value"
    return _array_difference(np.asarray(got), np.asarray(expected), rtol)


def _array_difference(got: np.ndarray, expected: np.ndarray, rtol: float | None) -> str:
    if got.shape != expected.shape:
        return f"wrong shape: expected {_shape(expected)}, got {_shape(got)}"
    integers = "iuO"  # O: NumPy keeps integers beyond 64 bits as Python objects
    kinds = {"b": "b", "i": integers, "u": integers, "O": integers, "f": "fiu"}[expected.dtype.kind]
    if got.dtype.kind not in kinds:
        return f"wrong dtype: expected {expected.dtype}, got {got.dtype}"
    if expected.dtype.kind != "f":
        wrong = got != expected
    else:
        rtol = rtol or RTOL.get(got.dtype.itemsize, RTOL[8])
        finite = np.isfinite(expected)
        scale = np.abs(expected, where=finite, out=np.zeros(expected.shape))
        with np.errstate(invalid="ignore"):
            near = np.abs(got - expected) <= rtol * (scale + scale.max(initial=0)) + 1e-12
        wrong = ~np.where(finite, near, (got == expected) | (np.isnan(got) & np.isnan(expected)))
    if not wrong.any():
        return ""
    if not expected.ndim:
        return "wrong value"
    first = tuple(int(i) for i in np.argwhere(wrong)[0])
    shown = [str(a[first]) if a.dtype.kind == "b" else f"{a[first]:.6g}" for a in (expected, got)]
    return (
        f"wrong values: {wrong.sum()} of {wrong.size} differ, the first at {list(first)}: "
        f"expected {shown[0]}, got {shown[1]}"
    )


def _shape(array: np.ndarray) -> str:
    return f"an array of shape {array.shape}" if array.ndim else "a number"


def describe(value: Any) -> str:
    """Return in a few words what a value is."""
    if isinstance(value, np.ndarray):
        return _shape(value)
    if isinstance(value, (tuple, list, dict)):
        return f"a {type(value).__name__} of {len(value)}"
    return repr(value)


def show(value: Any) -> str:
    """Return a value as Python would print it, shortened, with the dtype and shape of arrays."""
    if isinstance(value, np.ndarray):
        text = np.array2string(value, precision=4, threshold=24, edgeitems=2, suppress_small=True, separator=", ")
        return f"{' '.join(text.split())}  {value.dtype}, shape {value.shape}"
    if isinstance(value, (tuple, list)):
        items = [show(item) for item in value[:6]] + ["..."] * (len(value) > 6)
        text = ", ".join(items)
        return f"[{text}]" if isinstance(value, list) else f"({text},)" if len(value) == 1 else f"({text})"
    if isinstance(value, dict):
        items = [f"{key!r}: {show(item)}" for key, item in list(value.items())[:6]] + ["..."] * (len(value) > 6)
        return f"{{{', '.join(items)}}}"
    if isinstance(value, (float, np.floating)):
        text = f"{value:.6g}"
        return f"{text}.0" if text.lstrip("-").isdigit() else text  # 3.0 is not an int
    return repr(value)
