"""The contract: what training, saving and counting rely on, as checks that any parameterization can be put to.

    tn.check_parameterization(Mine(1 / 8))

builds matrices of several shapes, and raises a ContractError that says which promise is broken, with what was seen and
what to do. The checks, in their order:

    starts       weight() is W (m, n): finite, and made of parameters in float32
    seed         a seed gives the same W each time, and another seed another W
    gradients    backward() agrees with differences; where a method rounds, with those of the surrogate
    matmul       matmul(x) is x weight(), with and without a tape, and has its gradients
    state        a file brings back the same bits, as many as stored_bits() says
    restore      a built one takes over the state of another seed, and serves as the recipe of another shape
    copy         who writes into state() does not write into the weights
    json         the settings come back
    variance     an entry of x W starts with about the variance of an entry of x
    from_dense   finds a member of the family again, where it is offered

A method that cannot have all shapes, such as a convolution, which needs square pictures, says so by fitting(shape),
which returns the nearest shape that it can have. Its contract is checked at these.

A check never touches the method: it asks for views of it, which are plain values, and computes with these. So a method
can be checked in another process too, as the course does with what a learner hands in.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import numpy as np

from tinynet.engine import straight_through
from tinynet.engine.recording import no_grad
from tinynet.engine.tensor import Parameter, Tensor
from tinynet.parameterizations.base import Parameterization
from tinynet.parameterizations.state import RECIPES, State, Storable

Shape = tuple[int, int]
Ask = Callable[..., Any]  # ask(name of a view, shape, seed, ..) returns plain values

SHAPES = (25, 4), (4, 3), (1, 3)  # that are tried besides the one that is given
ROWS = (), (5,), (2, 3)  # shapes of x before its last axis: a vector, a matrix, a stack
STEP = 1e-6  # of the differences
LONGEST = 500  # characters of an error that are shown


class ContractError(AssertionError):
    """A promise is broken; the message says which one, what was seen, and what to do."""


def check_parameterization(
    recipe: Parameterization, shape: Shape = (9, 7), seed: int = 0, skip: Collection[str] = ()
) -> None:
    """Raise a ContractError unless a parameterization keeps the contract; tinynet/parameterizations/contract.py has it.

    Args:
        recipe: the method with its settings, not built.
        shape: (m, n) of the matrices that are built; some checks try other shapes too.
        seed: fixes the matrices and whatever is drawn to test them.
        skip: names of checks to leave out, such as "from_dense" where it is a heuristic.
    """
    if unknown := set(skip) - set(CHECKS):
        raise ValueError(f"check_parameterization: no check is called {sorted(unknown)}; there are {list(CHECKS)}")
    if not isinstance(recipe, Parameterization):
        raise TypeError(f"check_parameterization: {recipe!r:.80} is no recipe; pass one, such as tn.Hashed(1 / 8)")
    shape = recipe.fitting(shape)
    for name, check in CHECKS.items():
        if name not in skip:
            check(partial(observe, recipe), shape, seed)


# ---- views: what can be seen of a method from outside


def observe(recipe: Parameterization, view: str, shape: Shape, seed: int, *given: Any) -> Any:
    """Return a view of a method, in plain values: numbers, texts, arrays, and tuples and dictionaries of these.

    Args:
        recipe: the method.
        view: one of VIEWS.
        shape, seed: of the matrix to build.
        given: what the view takes besides.
    """
    name = type(recipe).__name__
    known, RECIPES[name] = RECIPES.get(name), type(recipe)  # a module that was loaded later may have the same name
    try:
        return VIEWS[view](recipe, shape, seed, *given)
    except ContractError:
        raise
    except Exception as error:
        said = f"{type(error).__name__}: {' '.join(str(error).split())}".rstrip(": ")
        said = said if len(said) < LONGEST else f"{said[:LONGEST]} .."
        what, hint = TROUBLE.get(view, ("", ""))
        cause = _cause(type(recipe), str(error))
        text = f"{what or view} of shape {tuple(shape)} raised {said}{f'; {cause}' if cause else hint}"
        raise ContractError(text).with_traceback(error.__traceback__) from error
    finally:
        RECIPES.pop(name)
        if known is not None:
            RECIPES[name] = known


def _cause(cls: type, said: str) -> str:
    """Return what an error most often comes from when somebody writes a first method; "" if nothing is known."""
    holds = getattr(cls, "holds", None)
    if not isinstance(holds, dict) or not all(isinstance(each, tuple) and each for each in holds.values()):
        return '`holds` must be a dictionary of tuples, such as {"B": ("B", "m", "half")} for B of shape (m, half)'
    sizes = {name for _, *shape in holds.values() for name in shape}
    methods = sorted(name for name in sizes if callable(getattr(cls, str(name), None)))
    if methods:
        return f"`{methods[0]}` is a method here, and `holds` needs a number: put @property above it"
    missing = re.search(r"(?:no attribute|without) '(\w+)'", said)
    if missing and missing[1] in sizes:
        return f"a matrix that is read from a file never runs initialize(): make `{missing[1]}` a property"
    return next((cause for pattern, cause in CAUSES.items() if re.search(pattern, said)), "")


def _fitting(recipe: Parameterization, shape: Shape, seed: int) -> Shape:
    return recipe.fitting(shape)


def _weight(built: Parameterization) -> Tensor:
    W = built.weight()
    if not isinstance(W, Tensor):
        raise ContractError(
            f"weight() returned {type(W).__name__}, not a Tensor: compute W with tensors and functions from "
            "tinynet.functional, so that gradients reach the parameters"
        )
    return W


def _parameters(part: Storable, prefix: str = "") -> dict[str, Parameter]:
    """Return the parameters by the names that they have in a file."""
    found: dict[str, Parameter] = {}
    for name, inner in part.stored().items():
        if isinstance(inner, Storable):
            found |= _parameters(inner, f"{prefix}{name}.")
        elif isinstance(inner, Parameter):
            found[prefix + name] = inner
    return found


def _steps(built: Parameterization) -> dict[str, np.ndarray]:
    """Return how an optimizer moves each parameter: scale of its gradient, scale of its step, and its bounds."""
    found = {}
    for name, p in _parameters(built).items():
        numbers = (p.grad_scale, p.step_scale, *(p.bounds or (-np.inf, np.inf)))
        found[name] = np.concatenate([np.ravel(number).astype(np.float64) for number in numbers])
    return found


def _in_double(recipe: Parameterization, shape: Shape, seed: int) -> Parameterization:
    built = recipe.build(shape, seed)
    for p in built.parameters():
        p.data = p.numpy().astype(np.float64)
    return built


def _build(recipe: Parameterization, shape: Shape, seed: int) -> dict[str, Any]:
    built = recipe.build(shape, seed)
    dtypes = {name: str(p.dtype) for name, p in _parameters(built).items()}
    return {"W": _weight(built).numpy(), "steps": _steps(built), "dtypes": dtypes}


def _gradients(recipe: Parameterization, shape: Shape, seed: int, u: np.ndarray) -> dict[str, Any]:
    """Return W in float64, and the gradient of sum(u * W) with respect to each parameter."""
    built = _in_double(recipe, shape, seed)
    W = _weight(built)
    if W.requires_grad:
        W.backward(u)
    return {"W": W.numpy(), "gradients": _gradients_of(built)}


def _gradients_of(built: Parameterization) -> dict[str, np.ndarray]:
    found = _parameters(built).items()
    return {name: np.zeros(p.shape) if p.grad is None else np.asarray(p.grad) for name, p in found}


def _moved(recipe: Parameterization, shape: Shape, seed: int, steps: State, smooth: bool) -> dict[str, Any]:
    """Return W, and W with one parameter moved up by its step, and down. smooth: without the steps of sign and round.

    Then each step function gives way to its surrogate, moved so that at first it has the step's own values. Its slope
    is the surrogate's and its value the step's: this is what the straight-through estimator says the gradient is of.
    """
    built = _in_double(recipe, shape, seed)
    with no_grad(), _surrogates(smooth) as again:
        W, moved = _weight(built).numpy(), {}
        for name, p in _parameters(built).items():
            values, pair = p.numpy(), []
            for sign in 1, -1:
                again()
                p.data = values + sign * steps[name]
                pair.append(_weight(built).numpy())
            p.data, moved[name] = values, tuple(pair)
    return {"W": W, "moved": moved}


class _Translated:
    """A surrogate that has the step function's own values whenever it is called for the first time."""

    def __init__(self, step: Callable, surrogate: Callable) -> None:
        self.step, self.surrogate, self.offsets, self.calls = step, surrogate, list[np.ndarray](), 0

    def __call__(self, x: np.ndarray, **how: Any) -> np.ndarray:
        if self.calls == len(self.offsets):
            self.offsets.append(self.step(x, **how) - self.surrogate(x, **how))
        self.calls += 1
        return self.surrogate(x, **how) + self.offsets[self.calls - 1]


@contextmanager
def _surrogates(wanted: bool) -> Iterator[Callable[[], None]]:
    """Put surrogates in the place of sign and round; yield what to call before W is computed again.

    The function inside the primitive is exchanged, so it does not matter under which name a method calls it.
    """
    names = straight_through.SURROGATES if wanted else ()
    steps = [getattr(straight_through, name) for name in names]
    cells = [step.__closure__[step.__code__.co_freevars.index("forward")] for step in steps]
    forwards = [cell.cell_contents for cell in cells]
    translated = [_Translated(f, straight_through.SURROGATES[n]) for f, n in zip(forwards, names, strict=True)]

    def again() -> None:
        for each in translated:
            each.calls = 0

    try:
        for cell, each in zip(cells, translated, strict=True):
            cell.cell_contents = each
        yield again
    finally:
        for cell, forward in zip(cells, forwards, strict=True):
            cell.cell_contents = forward


def _product(recipe: Parameterization, shape: Shape, seed: int, x: np.ndarray, taped: bool) -> dict[str, Any]:
    built = recipe.build(shape, seed)
    W = _weight(built).numpy()
    if taped:
        return {"W": W, "y": built.matmul(Tensor(x)).numpy()}
    with no_grad():
        return {"W": W, "y": built.matmul(Tensor(x)).numpy()}


def _product_gradients(
    recipe: Parameterization, shape: Shape, seed: int, x: np.ndarray, u: np.ndarray, by_matmul: bool
) -> dict[str, Any]:
    built, X = _in_double(recipe, shape, seed), Tensor(x, requires_grad=True)
    y = built.matmul(X) if by_matmul else X @ _weight(built)
    if y.requires_grad:
        y.backward(u)
    return {"x": np.zeros(x.shape) if X.grad is None else X.grad} | _gradients_of(built)


def _state(recipe: Parameterization, shape: Shape, seed: int, step: float) -> dict[str, Any]:
    """Return what a file holds after every parameter was moved by a step, and what it should bring back."""
    built = recipe.build(shape, seed)
    for p in built.parameters():
        p.move(np.full(p.shape, step, p.dtype))
    state = built.state()
    return {"W": _weight(built).numpy(), "state": state, "bits": built.stored_bits(), "steps": _steps(built)}


def _from_state(recipe: Parameterization, shape: Shape, seed: int, state: State) -> dict[str, Any]:
    built = recipe.from_state(shape, state)
    return {
        "W": _weight(built).numpy(), "state": built.state(), "bits": built.stored_bits(), "steps": _steps(built)
    }  # fmt: skip


def _restored(recipe: Parameterization, shape: Shape, seed: int, state: State, x: np.ndarray) -> dict[str, Any]:
    """Return what a matrix of this seed is after it took over a state."""
    built = recipe.build(shape, seed)
    _weight(built)  # whatever it computes once and keeps must not outlive the change
    built.restore(state)
    with no_grad():
        return {"W": _weight(built).numpy(), "y": built.matmul(Tensor(x)).numpy()}


def _of_another_shape(recipe: Parameterization, shape: Shape, seed: int, other: Shape, state: State) -> dict[str, Any]:
    """Return what a built one makes of another shape, from a state and from the next seed."""
    built = recipe.build(shape, seed)
    _weight(built)
    read, drawn = built.from_state(other, state), built.build(other, seed + 1)
    return {"read": _weight(read).numpy(), "drawn": _weight(drawn).numpy()}


def _overwritten(recipe: Parameterization, shape: Shape, seed: int) -> dict[str, Any]:
    built = recipe.build(shape, seed)
    before = _weight(built).numpy().copy()
    for a in built.state().values():
        a[...] = 0
    return {"before": before, "after": _weight(built).numpy()}


def _settings(recipe: Parameterization, shape: Shape, seed: int) -> dict[str, Any]:
    text = json.dumps(recipe.to_json())
    again = Parameterization.from_json(json.loads(text))
    return {
        "json": text, "json again": json.dumps(again.to_json()), "repr": repr(recipe), "repr again": repr(again),
        "equal": bool(again == recipe), "W": _weight(recipe.build(shape, seed)).numpy(),
        "W again": _weight(again.build(shape, seed)).numpy(),
    }  # fmt: skip


def _nearest(recipe: Parameterization, shape: Shape, seed: int, W: np.ndarray) -> dict[str, Any]:
    try:
        found = recipe.from_dense(W, seed)
    except NotImplementedError:  # it is not offered
        return {}
    return {"W": _weight(found).numpy(), "steps": _steps(found)}


def _title(recipe: Parameterization, shape: Shape, seed: int) -> str:
    return str(getattr(type(recipe), "title", ""))


VIEWS: dict[str, Callable[..., Any]] = {
    "fitting": _fitting, "build": _build, "gradients": _gradients, "moved": _moved, "product": _product,
    "product gradients": _product_gradients, "state": _state, "from state": _from_state, "restored": _restored,
    "of another shape": _of_another_shape, "overwritten": _overwritten, "settings": _settings, "nearest": _nearest,
    "title": _title,
}  # fmt: skip
CAUSES = {  # what an error says, and what it usually comes from
    r"'(method|function)'": "is a method used as a number? Put @property above it",
    r"'\w+' object has no attribute '(state|stored_bits|restore|_data)'": "the first name in each tuple of `holds` "
    'must be a parameter, and the others its shape: {"B": ("B", "m", "half")} for B of shape (m, half)',
    "high <= 0|division by zero|zero-size|by zero|must be non-empty|at least one array": "is one of your sizes 0 here? "
    "Take max(1, ..)",
    "takes 0 positional": "does each method begin with self, as in weight(self)?",
    "name '.*' is not defined": "sizes, settings and parameters belong to the object: self.m, self.factor, self.B",
    "dtypes.*floating point": "signs or masks made by NumPy are whole numbers: signs.astype(np.float32)",
}
HELD = (
    "; does `holds` name all that initialize() makes, each with its shape? What the seed fixes for good is not stored: "
    "draw it from self.seed where it is needed"
)
TROUBLE = {  # by view: what an error calls it, and what to look for
    "build": ("a matrix", ""),
    "product": ("matmul(x) of a matrix", "; x may have any number of axes before its last"),
    "product gradients": ("the gradient of matmul(x) of a matrix", ""),
    "gradients": ("the gradient of weight()", ""),
    "moved": ("weight() of a matrix whose parameters moved", ""),
    "state": ("state() of a matrix", HELD),
    "from state": ("a matrix that was read from its state", HELD),
    "restored": ("restore() of a matrix", HELD),
    "of another shape": ("a matrix used as a recipe", "; whatever depends on the shape belongs into lay_out()"),
    "settings": ("the JSON of a matrix", "; settings must be fields of a dataclass: numbers, texts or recipes"),
    "nearest": ("from_dense() of a matrix", ""),
}


# ---- the checks


def _starts(ask: Ask, shape: Shape, seed: int) -> None:
    for each in (shape, *_fits(ask, *SHAPES)):
        found = ask("build", each, seed)
        W = found["W"]
        if W.shape != tuple(each):
            raise ContractError(
                f"weight() has the shape {W.shape}, not (m, n) = {tuple(each)}: rows of W are inputs and columns are "
                "outputs, and the method must do for any m and n, odd ones and 1 too, or define fitting(shape)"
            )
        if not np.isfinite(W).all():
            raise ContractError(f"weight() of shape {tuple(each)} holds {W.size - np.isfinite(W).sum()} nan or inf")
        for name, dtype in found["dtypes"].items():
            if dtype != "float32":
                raise ContractError(
                    f"the parameter {name!r} starts in {dtype}: a file would hold twice the bits; make it float32, "
                    "for example by Parameter(values.astype(np.float32))"
                )


def _fits(ask: Ask, *shapes: Shape) -> list[Shape]:
    return [ask("fitting", each, 0) for each in shapes]


def _seed(ask: Ask, shape: Shape, seed: int) -> None:
    first, again, other = (ask("build", shape, each)["W"] for each in (seed, seed, seed + 1))
    if not np.array_equal(first, again):
        raise ContractError(
            f"two matrices of seed {seed} differ in {np.sum(first != again)} of {first.size} entries: draw every "
            "random number from the rng that initialize() is given, or from self.seed"
        )
    if not first.any() and not other.any():
        raise ContractError(
            "W is 0 everywhere when it starts: no input reaches the output, and where factors are multiplied no "
            "gradient reaches either of them. Draw first values from the rng, such as uniform(rng, shape, fan_in)"
        )
    if np.array_equal(first, other):
        raise ContractError(
            f"the seeds {seed} and {seed + 1} give the same W: the seed is ignored. Draw from the rng that "
            "initialize() is given, not from a generator with a seed of its own"
        )


def _gradient(ask: Ask, shape: Shape, seed: int) -> None:
    rng = np.random.default_rng(seed)
    u = rng.normal(size=shape)
    found = ask("gradients", shape, seed, u)
    v = {name: rng.normal(size=g.shape) for name, g in found["gradients"].items()}
    seen = ask("moved", shape, seed, {name: STEP * each for name, each in v.items()}, True)
    if not np.allclose(seen["W"], found["W"], rtol=0, atol=1e-12):
        raise ContractError("weight() gives another W with no_grad() than without it")
    for name, gradient in found["gradients"].items():
        by_backward = float(np.sum(gradient * v[name]))
        above, below = seen["moved"][name]
        by_difference = float(np.sum(u * (above - below)) / (2 * STEP))
        if not abs(by_backward - by_difference) <= max(1e-5 * abs(by_difference), 1e-6):
            raise ContractError(
                f"the gradient with respect to {name!r} is wrong: backward() gives {by_backward:.6g}, differences give "
                f"{by_difference:.6g}. {_why(ask, shape, seed, name, found, seen, v)}"
            )


def _why(ask: Ask, shape: Shape, seed: int, name: str, found: dict, seen: dict, v: State) -> str:
    """Return the likely cause of a wrong gradient."""
    above, below = seen["moved"][name]
    if np.array_equal(above, below):  # W stands still
        far, _ = ask("moved", shape, seed, {key: 3 * each for key, each in v.items()}, False)["moved"][name]
        if np.array_equal(far, found["W"]):
            return "W stays as it is when the parameter changes: weight() must compute W anew each time, not keep it"
        return (
            "W moves in steps: round with F.round or F.sign from tinynet.functional, whose surrogates are known here; "
            "a step function of your own cannot be checked"
        )
    if not found["gradients"][name].any():
        return (
            "No gradient arrives: weight() leaves the tape on the way, through numpy() or a NumPy array made of the "
            "parameter. Compute with the parameter itself, and with functions from tinynet.functional"
        )
    return "A part of the gradient is lost on the way, or counted twice; what does weight() turn into a constant?"


def _matmul(ask: Ask, shape: Shape, seed: int) -> None:
    rng, (m, n) = np.random.default_rng(seed), shape
    for rows in ROWS:
        x = rng.normal(size=(*rows, m)).astype(np.float32)
        for taped in True, False:
            found = ask("product", shape, seed, x, taped)
            y, expected = found["y"], x @ found["W"]
            how = f"matmul(x){'' if taped else ' inside no_grad()'} for x of shape {x.shape}"
            if y.shape != expected.shape:
                raise ContractError(f"{how} has the shape {y.shape}, but x weight() has {expected.shape}")
            if not np.allclose(y, expected, atol=1e-5):
                apart = np.abs(y - expected).max()
                raise ContractError(
                    f"{how} is not x weight(): they differ by up to {apart:.3g}; both must use the same W"
                )
    pair = rng.normal(size=(5, m)), rng.normal(size=(5, n))
    by_matmul, by_weight = (ask("product gradients", shape, seed, *pair, each) for each in (True, False))
    for name, expected in by_weight.items():
        if not np.allclose(by_matmul[name], expected, atol=1e-10):
            raise ContractError(
                f"the gradient of matmul(x) with respect to {name!r} is not that of x weight(): they differ by up to "
                f"{np.abs(by_matmul[name] - expected).max():.3g}; "
                "does matmul() use all that weight() uses, and stay on the tape?"
            )


def _same(a: np.ndarray, b: np.ndarray) -> bool:
    return (a.dtype, a.shape, a.tobytes()) == (b.dtype, b.shape, b.tobytes())


def _comes_back(ask: Ask, shape: Shape, seed: int) -> None:
    seed = 2**64 - 5 - seed % 2**32  # a file holds all 64 bits of a seed
    for each in (shape, *_fits(ask, *SHAPES)):
        for step in 0.0, 0.3:
            found = ask("state", each, seed, step)
            ask("build", each, seed + 1)  # a method that keeps anything outside its state would keep this
            again, state = ask("from state", each, 0, found["state"]), found["state"]
            _same_weights(found["W"], again["W"], each)
            if again["state"].keys() != state.keys() or not all(_same(again["state"][k], state[k]) for k in state):
                raise ContractError(
                    "a matrix that was read from a state has another state: no bit may change on the way"
                )
            taken, said = 8 * sum(a.nbytes for a in state.values()), found["bits"]
            if not 0 <= taken - said < 8 * max(1, len(state)):  # padding to bytes
                raise ContractError(
                    f"stored_bits() says {said:,} bits for the shape {tuple(each)}, but the arrays of state() take "
                    f"{taken:,}: count every array, at 8 bits a byte, and the 64 bits of a seed that is kept"
                )
            if again["bits"] != said:
                raise ContractError(
                    f"stored_bits() says {said:,}, and {again['bits']:,} once it was read from its state"
                )
            if fixed := sorted(again["steps"].keys() - found["steps"].keys()):
                raise ContractError(
                    f"{fixed[0]!r} is a Parameter once it was read, but initialize() made something else of it, which "
                    "training would not change: make it a Parameter"
                )
            if not _equal(found["steps"], again["steps"]):
                raise ContractError(
                    "after reading, the optimizer moves a parameter in another way (step_scale, grad_scale or bounds): "
                    "set `rescale = True`, and set these in set_steps()"
                )


def _equal(a: State, b: State) -> bool:
    return a.keys() == b.keys() and all(np.array_equal(a[name], b[name]) for name in a)


def _same_weights(W: np.ndarray, again: np.ndarray, shape: Shape) -> None:
    if W.shape != again.shape or not np.array_equal(W, again):
        wrong = np.sum(again != W) if W.shape == again.shape else W.size
        raise ContractError(
            f"W of shape {tuple(shape)} does not come back from its state: {wrong} of {W.size} entries differ. All "
            "that W is made of must be in `holds`; if a part is drawn from the seed, set `seeded = True` and draw it "
            "from self.seed whenever it is needed"
        )


def _restore(ask: Ask, shape: Shape, seed: int) -> None:
    other = ask("state", shape, seed + 1, 0.0)
    x = np.ones((2, shape[0]), np.float32)
    found = ask("restored", shape, seed, other["state"], x)
    if not np.array_equal(found["W"], other["W"]) or not np.allclose(found["y"], x @ other["W"], atol=1e-5):
        what = "weight()" if not np.array_equal(found["W"], other["W"]) else "matmul(x)"
        raise ContractError(
            f"after restore() of another seed's state, {what} still gives old values: something was computed once and "
            "kept. Compute it anew each time, or make it a cached_property with `seeded = True`: restore() clears those"
        )
    [another] = _fits(ask, SHAPES[0])
    there, drawn = ask("state", another, seed + 1, 0.0), ask("build", another, seed + 1)["W"]
    found = ask("of another shape", shape, seed, another, there["state"])
    if not np.array_equal(found["read"], there["W"]) or not np.array_equal(found["drawn"], drawn):
        raise ContractError(
            f"a built matrix serves as a recipe too, but one of shape {tuple(shape)} does not make the right one of "
            f"shape {another}: what depends on shape or seed must not be kept among the settings"
        )


def _copy(ask: Ask, shape: Shape, seed: int) -> None:
    found = ask("overwritten", shape, seed)
    if not np.array_equal(found["before"], found["after"]):
        raise ContractError(
            "whoever writes into state() writes into the weights: state() hands out the parameter's own array; return "
            "copies of the arrays, for example p.numpy().copy()"
        )


def _json(ask: Ask, shape: Shape, seed: int) -> None:
    found = ask("settings", shape, seed)
    pairs = [(found[name], found[f"{name} again"]) for name in ("json", "repr")]
    lost = [f"{a} became {b}" for a, b in pairs if a != b]
    if lost or not found["equal"] or not np.array_equal(found["W"], found["W again"]):
        raise ContractError(
            f"the settings do not come back from JSON: {lost[0] if lost else 'they look alike and are not equal'}. "
            "Settings are the fields of the dataclass (`@dataclass` before the class), and each is used as it was given"
        )


def _variance(ask: Ask, shape: Shape, seed: int) -> None:
    [wide] = _fits(ask, (196, 100))
    x = np.random.default_rng(seed).normal(size=(400, wide[0])).astype(np.float32)
    variance = np.mean([(x @ ask("build", wide, seed + k)["W"]).var() for k in range(5)])
    if not 0.5 < variance < 2:
        raise ContractError(
            f"entries of x W start with {variance:.3g} times the variance of the entries of x: a deep network's scores "
            "would vanish or explode. An entry of W needs the variance 1 / fan_in; uniform(rng, shape, fan_in) from "
            "tinynet.parameterizations.dense has it. What does weight() do to it, by a sum, a product or zeros?"
        )


def _from_dense(ask: Ask, shape: Shape, seed: int) -> None:
    for each in (shape, *_fits(ask, (25, 3), (1, 1))):
        try:
            built = ask("build", each, seed)
        except ContractError:
            if each == shape:
                raise
            continue  # a method may ask for two columns
        W = built["W"]
        found = ask("nearest", each, seed, W)
        if not found:
            return
        if found["W"].shape != W.shape or not np.allclose(found["W"], W, atol=2e-5 * np.abs(W).max()):
            apart = np.linalg.norm(found["W"] - W) / np.linalg.norm(W) if found["W"].shape == W.shape else np.inf
            raise ContractError(
                f"from_dense(W) of a matrix W that the method made itself misses it by {apart:.2g} of its length: "
                "approximate() must find W again where it can be met exactly"
            )
        if not _equal(found["steps"], built["steps"]):
            raise ContractError(
                "from_dense() makes parameters that the optimizer moves in another way than build() does"
            )


CHECKS: dict[str, Callable[[Ask, Shape, int], None]] = {
    "starts": _starts, "seed": _seed, "gradients": _gradient, "matmul": _matmul, "state": _comes_back,
    "restore": _restore, "copy": _copy, "json": _json, "variance": _variance, "from_dense": _from_dense,
}  # fmt: skip
