"""A formula that a visitor types, such as 0.5*sin(3*x): read as an expression, and never run as a program.

Python's own parser makes a tree of the text. Each node of the tree must be one of a few kinds: a number, x, a constant,
an operation, or a function of the list below. Anything else is an error, so no name can be looked up, no attribute
read, and nothing called but these functions. Numbers become float64, so 9**9**9 is infinite at once.
"""

import ast
import re
import warnings
from collections.abc import Callable

import numpy as np

LONGEST = 200  # characters
CONSTANTS = {"pi": np.float64(np.pi), "e": np.float64(np.e)}
FUNCTIONS = {
    name: getattr(np, name)
    for name in ("sin", "cos", "tan", "tanh", "exp", "log", "sqrt", "abs", "sign", "floor", "minimum", "maximum")
}
OPERATIONS = {
    ast.Add: np.add, ast.Sub: np.subtract, ast.Mult: np.multiply, ast.Div: np.divide, ast.Pow: np.power,
    ast.UAdd: np.positive, ast.USub: np.negative,
}  # fmt: skip


def function_of_x(text: str) -> Callable[[np.ndarray], np.ndarray]:
    """Return the function that a formula describes: float64 (N,) to (N,). ValueError for anything but a formula."""
    said = re.sub(r"^\s*y\s*=", "", text).strip()
    if not 0 < len(said) <= LONGEST:
        raise ValueError(f"the formula has {len(said)} characters; 1 to {LONGEST} are allowed")
    try:
        with warnings.catch_warnings(action="ignore"):  # of the parser, about 0or 1
            tree = ast.parse(said.replace("^", "**"), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ValueError(f"{said!r} is no formula; write one such as 0.5*sin(3*x)") from None
    _check(tree)

    def f(x: np.ndarray) -> np.ndarray:
        with np.errstate(all="ignore"):
            return np.broadcast_to(_value(tree, np.asarray(x, np.float64)), np.shape(x))

    return f


def _check(node: ast.AST) -> None:
    """Raise ValueError where the tree has a node of another kind."""
    match node:
        case ast.Constant(value=int() | float()) if not isinstance(node.value, bool):
            return
        case ast.Name(id=name) if name == "x" or name in CONSTANTS:
            return
        case ast.BinOp(op=op) if type(op) in OPERATIONS:
            inner = [node.left, node.right]
        case ast.UnaryOp(op=op) if type(op) in OPERATIONS:
            inner = [node.operand]
        case ast.Call(func=ast.Name(id=name), keywords=[]) if name in FUNCTIONS:
            inner = node.args
            wanted = FUNCTIONS[name].nin
            if len(inner) != wanted:
                raise ValueError(f"{name} takes {wanted} value{'s' * (wanted > 1)}; it was given {len(inner)}")
        case _:
            known = ", ".join([*CONSTANTS, *FUNCTIONS])
            raise ValueError(f"{ast.unparse(node)!r} means nothing here; use x, numbers, + - * / ^, {known}")
    for each in inner:
        _check(each)


def _value(node: ast.AST, x: np.ndarray) -> np.ndarray:
    match node:
        case ast.Constant():
            return np.float64(min(node.value, 1e308))  # an integer may be longer than any float
        case ast.Name(id=name):
            return x if name == "x" else CONSTANTS[name]
        case ast.BinOp():
            return OPERATIONS[type(node.op)](_value(node.left, x), _value(node.right, x))
        case ast.UnaryOp():
            return OPERATIONS[type(node.op)](_value(node.operand, x))
    assert isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    return FUNCTIONS[node.func.id](*(_value(each, x) for each in node.args))
