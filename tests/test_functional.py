"""The face of all functions: what it offers, and where its help sends a reader."""

import inspect
import pydoc
import re
import sys

import pytest

import tinynet as tn

F = tn.functional


def test_all_lists_what_functional_offers():
    public = {name for name, f in vars(F).items() if inspect.isfunction(f) and not name.startswith("_")}
    assert public | {"SURROGATES"} == set(F.__all__)


PRIMITIVES = [name for name in F.__all__ if getattr(getattr(F, name), "__code__", None) is F.exp.__code__]


def test_most_functions_are_primitives():
    assert len(PRIMITIVES) >= 29 and {"matmul", "tanh", "softmax", "sign"} < set(PRIMITIVES)


@pytest.mark.parametrize("name", PRIMITIVES)
def test_the_help_of_a_primitive_names_the_file_that_holds_its_row(name):
    f = getattr(F, name)
    source = inspect.getsource(sys.modules[f.__module__])

    assert f.__name__ == name
    assert re.search(rf'(?m)^{name}\s+= primitive\(\s*"{name}"', source)
    assert f"its row in {f.__module__} has the equation" in pydoc.render_doc(f)


@pytest.mark.parametrize("name", sorted(set(F.__all__) - set(PRIMITIVES) - {"SURROGATES"}))
def test_the_help_of_any_other_function_comes_from_its_file(name):
    f = getattr(F, name)

    assert f"def {name}(" in inspect.getsource(sys.modules[f.__module__])
    assert f.__doc__ and f.__doc__[0].isupper()
