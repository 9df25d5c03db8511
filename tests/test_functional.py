"""The face of all functions: what it offers, and where its help sends a reader."""

import inspect

import tinynet as tn

F = tn.functional


def test_all_lists_what_functional_offers():
    public = {name for name, f in vars(F).items() if inspect.isfunction(f) and not name.startswith("_")}
    assert public | {"SURROGATES"} == set(F.__all__)
