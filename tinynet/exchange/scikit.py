"""scikit-learn's multilayer perceptrons: a fitted MLPClassifier or MLPRegressor as a network."""

from __future__ import annotations

from typing import Any

import numpy as np

from tinynet.exchange.arrays import from_arrays
from tinynet.layers.base import Sequential


def from_sklearn(model: Any) -> Sequential:
    """Return the network of a fitted MLPClassifier or MLPRegressor of scikit-learn, with the same scores.

    Scores are what the model computes before its softmax, so softmax(scores) are its predict_proba. Of two classes, it
    has a single score z; here class 0 scores 0 and class 1 scores z, which gives the same probabilities. Class k is
    model.classes_[k]. Raises ValueError for anything else.
    """
    parts: list[Any] = [
        getattr(model, name, None) for name in ("coefs_", "intercepts_", "activation", "out_activation_")
    ]
    if any(part is None for part in parts):
        what = f"from_sklearn: {type(model).__name__} has no coefs_ and intercepts_"
        raise ValueError(f"{what}; pass an MLPClassifier or MLPRegressor that was fitted")
    coefs, intercepts, activation, out = parts
    layers = [(np.asarray(W), np.asarray(b)) for W, b in zip(coefs, intercepts, strict=True)]
    if out == "logistic":
        W, b = layers[-1]
        if W.shape[1] != 1:
            raise ValueError(f"from_sklearn: {W.shape[1]} labels that may hold at once; here a row has one class")
        layers[-1] = np.hstack([np.zeros_like(W), W]), np.concatenate([np.zeros_like(b), b])
    return from_arrays(layers, activation)
