"""scikit-learn's networks, against scikit-learn where it is installed and against its arithmetic where it is not."""

from types import SimpleNamespace

import numpy as np
import pytest

import tinynet as tn

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 5))


@pytest.mark.parametrize("activation", ["tanh", "relu", "logistic", "identity"])
@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.filterwarnings("ignore")
def test_scores_give_the_probabilities_of_scikit_learn(activation, classes):
    models = pytest.importorskip("sklearn.neural_network", reason="scikit-learn is not installed")
    labels = np.array(["a", "b", "c"])[np.digitize(X[:, 0], [0, 1][: classes - 1])]
    model = models.MLPClassifier((8, 6), activation=activation, max_iter=20, random_state=0).fit(X, labels)
    net = tn.from_sklearn(model)
    found = tn.functional.softmax(net(X.astype(np.float32))).numpy()
    np.testing.assert_allclose(found, model.predict_proba(X), atol=1e-6)
    assert (model.classes_[found.argmax(axis=1)] == model.predict(X)).all()


@pytest.mark.filterwarnings("ignore")
def test_a_regressor_gives_its_predictions():
    models = pytest.importorskip("sklearn.neural_network", reason="scikit-learn is not installed")
    model = models.MLPRegressor(hidden_layer_sizes=(8,), max_iter=20, random_state=0).fit(X, X[:, :2])
    np.testing.assert_allclose(tn.from_sklearn(model)(X.astype(np.float32)).numpy(), model.predict(X), atol=1e-5)


def test_the_single_score_of_two_classes_becomes_two():
    W, b, V, c = RNG.normal(size=(5, 4)), RNG.normal(size=4), RNG.normal(size=(4, 1)), RNG.normal(size=1)
    model = SimpleNamespace(coefs_=[W, V], intercepts_=[b, c], activation="tanh", out_activation_="logistic")
    z = np.tanh(X @ W + b) @ V + c
    found = tn.functional.softmax(tn.from_sklearn(model)(X.astype(np.float32))).numpy()
    np.testing.assert_allclose(found[:, 1], 1 / (1 + np.exp(-z[:, 0])), atol=1e-6)


def test_other_models_are_refused():
    with pytest.raises(ValueError, match=r"^from_sklearn: dict has no coefs_ and intercepts_; pass an MLPClassifier"):
        tn.from_sklearn({})
    two = SimpleNamespace(
        coefs_=[np.ones((2, 3))], intercepts_=[np.ones(3)], activation="relu", out_activation_="logistic"
    )
    with pytest.raises(ValueError, match=r"^from_sklearn: 3 labels that may hold at once; here a row has one class"):
        tn.from_sklearn(two)
