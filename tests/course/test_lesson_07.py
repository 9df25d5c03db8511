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


def test_a_sigmoid_network_of_twin_layers_has_the_scores_of_the_tanh_network():
    rng = np.random.default_rng(2)
    tanh, sigmoid = (tn.MLP([5, 7, 6, 3], activation=activation) for activation in (tn.Tanh, tn.Sigmoid))
    for i in (0, 2, 4):
        W, b = rng.normal(size=tanh.layers[i].weight.W.shape), rng.normal(size=tanh.layers[i].bias.shape)
        pairs = (tanh.layers[i], (W, b)), (sigmoid.layers[i], solution.twin_layer(W, b, i == 0, i == 4))
        for layer, (matrix, bias) in pairs:
            layer.weight.W.data, layer.bias.data = matrix.astype(np.float32), bias.astype(np.float32)
    x = rng.normal(size=(20, 5)).astype(np.float32)
    close(tanh(x).numpy(), sigmoid(x).numpy())


def test_a_column_moves_without_effect_in_two_directions_and_epsilon_is_all_that_is_left_of_the_second():
    z = np.random.default_rng(3).normal(3, 5, size=60)
    rows = np.stack(
        [solution.batchnorm_backward(g[:, None], z[:, None], np.ones(1), 1e-5)[0][:, 0] for g in np.eye(60)]
    )
    s = np.linalg.svd(rows, compute_uv=False)
    assert (s[:58] > 0.5 / z.std()).all()
    assert s[58] < 1e-5 and s[59] < 1e-12


def test_folding_agrees_with_the_library():
    rng = np.random.default_rng(1)
    linear, norm = tn.Linear(3, 4), trained_layer(rng, rng.normal(1, 2, (6, 4)))
    linear.bias.data = rng.normal(size=4).astype(np.float32)
    [folded] = fold(tn.Sequential(linear, norm)).layers
    learned, running = (norm.gamma.numpy(), norm.beta.numpy()), (norm.running_mean, norm.running_var)
    W, b = solution.fold(linear.weight.weight().numpy(), linear.bias.numpy(), *learned, *running, norm.eps)
    close(W, folded.weight.weight().numpy())
    close(b, folded.bias.numpy())
