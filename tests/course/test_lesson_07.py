"""Lesson 7: the exercises do what tinynet's batch norm does."""

import numpy as np

import tinynet as tn
from tinynet.course import manifest
from tinynet.reading.training.normalization import fold

solution = manifest.lesson(7).solution


def close(mine, theirs):
    np.testing.assert_allclose(mine, theirs, rtol=1e-5, atol=1e-6)


def trained_layer(rng, x):
    """Return a BatchNorm that has moved away from its initial values."""
    layer = tn.BatchNorm(x.shape[1])
    layer.gamma.data, layer.beta.data = rng.normal(2, 0.5, (2, x.shape[1])).astype(np.float32)
    for _ in range(3):
        layer(tn.Tensor(x + rng.normal(size=x.shape)))
    return layer


def test_batch_norm_and_its_gradient_agree_with_the_library():
    rng = np.random.default_rng(0)
    x, g = rng.normal(1, 2, (6, 4)), rng.normal(size=(6, 4))
    layer = trained_layer(rng, x)
    gamma, beta, rate, eps = layer.gamma.numpy(), layer.beta.numpy(), layer.rate, layer.eps
    before = layer.running_mean.copy(), layer.running_var.copy()
    x_tape = tn.Tensor(x, requires_grad=True)
    y = layer(x_tape)
    y.backward(g)

    mine = solution.batchnorm_train(x, gamma, beta, *before, rate, eps)
    for a, b in zip(mine, (y.numpy(), layer.running_mean, layer.running_var), strict=True):
        close(a, b)
    mine = solution.batchnorm_backward(g, x, gamma, eps)
    for a, b in zip(mine, (x_tape.grad, layer.gamma.grad, layer.beta.grad), strict=True):
        close(a, b)
    mine = solution.batchnorm_eval(x, gamma, beta, layer.running_mean, layer.running_var, eps)
    close(mine, layer.eval()(tn.Tensor(x)).numpy())


def test_folding_agrees_with_the_library():
    rng = np.random.default_rng(1)
    linear, norm = tn.Linear(3, 4), trained_layer(rng, rng.normal(1, 2, (6, 4)))
    linear.bias.data = rng.normal(size=4).astype(np.float32)
    [folded] = fold(tn.Sequential(linear, norm)).layers
    learned, running = (norm.gamma.numpy(), norm.beta.numpy()), (norm.running_mean, norm.running_var)
    W, b = solution.fold(linear.weight.weight().numpy(), linear.bias.numpy(), *learned, *running, norm.eps)
    close(W, folded.weight.weight().numpy())
    close(b, folded.bias.numpy())
