"""Wrong answers to the exercises of lesson 7, each with the mistake behind it; the grader must reject them."""

import numpy as np

from tinynet.course import instead_of


def forward(x, gamma, beta, mean, var, eps):
    return gamma * (x - mean) / np.sqrt(var + eps) + beta


def follow(old, new, rate):
    return old + rate * (new - old)


@instead_of(
    "batchnorm_train",
    "the batch was normalized by its variance with N - 1; to normalize, batch norm uses the variance with N",
)
def unbiased_in_the_batch(x, gamma, beta, running_mean, running_var, rate, eps):
    mu, var = x.mean(axis=0), x.var(axis=0, ddof=1)
    return forward(x, gamma, beta, mu, var, eps), follow(running_mean, mu, rate), follow(running_var, var, rate)


@instead_of(
    "batchnorm_train",
    "the running variance used the batch's variance with N, which is too small on average; use the one with N - 1",
)
def biased_running_variance(x, gamma, beta, running_mean, running_var, rate, eps):
    mu, var = x.mean(axis=0), x.var(axis=0)
    return forward(x, gamma, beta, mu, var, eps), follow(running_mean, mu, rate), follow(running_var, var, rate)


@instead_of("batchnorm_train", "eps is missing: divide by sqrt(var + eps)")
def without_eps(x, gamma, beta, running_mean, running_var, rate, eps):
    mu, var, wide = x.mean(axis=0), x.var(axis=0), x.var(axis=0, ddof=1)
    return forward(x, gamma, beta, mu, var, 0), follow(running_mean, mu, rate), follow(running_var, wide, rate)


@instead_of("batchnorm_train", "eps was added to the standard deviation; it belongs under the root, sqrt(var + eps)")
def eps_outside_the_root(x, gamma, beta, running_mean, running_var, rate, eps):
    mu, var, wide = x.mean(axis=0), x.var(axis=0), x.var(axis=0, ddof=1)
    y = gamma * (x - mu) / (np.sqrt(var) + eps) + beta
    return y, follow(running_mean, mu, rate), follow(running_var, wide, rate)


@instead_of("batchnorm_train", "x was divided by the variance; divide by its root, the standard deviation")
def divided_by_the_variance(x, gamma, beta, running_mean, running_var, rate, eps):
    mu, var, wide = x.mean(axis=0), x.var(axis=0), x.var(axis=0, ddof=1)
    y = gamma * (x - mu) / (var + eps) + beta
    return y, follow(running_mean, mu, rate), follow(running_var, wide, rate)


@instead_of("batchnorm_train", "each row was normalized, which is layer norm; batch norm normalizes each column")
def by_rows(x, gamma, beta, running_mean, running_var, rate, eps):
    mu, var = x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)
    batch_mean, batch_var = x.mean(axis=0), x.var(axis=0, ddof=1)
    y = forward(x, gamma, beta, mu, var, eps)
    return y, follow(running_mean, batch_mean, rate), follow(running_var, batch_var, rate)


@instead_of("batchnorm_train", "each row was normalized, axis=1; a unit is a column, so use axis=0, without keepdims")
def by_rows_throughout(x, gamma, beta, running_mean, running_var, rate, eps):
    mu, var = x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)
    return forward(x, gamma, beta, mu, var, eps), follow(running_mean, mu, rate), follow(running_var, var, rate)


@instead_of("batchnorm_train", "the whole batch shared one mean and one variance; each column has its own, axis=0")
def one_mean_for_all(x, gamma, beta, running_mean, running_var, rate, eps):
    mu, var = x.mean(), x.var()
    return forward(x, gamma, beta, mu, var, eps), follow(running_mean, mu, rate), follow(running_var, var, rate)


@instead_of("batchnorm_train", "rate and 1 - rate were swapped: rate is the weight of the newest batch")
def rate_swapped(x, gamma, beta, running_mean, running_var, rate, eps):
    mu, var, wide = x.mean(axis=0), x.var(axis=0), x.var(axis=0, ddof=1)
    y = forward(x, gamma, beta, mu, var, eps)
    return y, follow(running_mean, mu, 1 - rate), follow(running_var, wide, 1 - rate)


@instead_of("batchnorm_train", "the running statistics were used to normalize; in training, use the batch's own")
def running_statistics_in_training(x, gamma, beta, running_mean, running_var, rate, eps):
    mean, var = follow(running_mean, x.mean(axis=0), rate), follow(running_var, x.var(axis=0, ddof=1), rate)
    return forward(x, gamma, beta, mean, var, eps), mean, var


@instead_of("batchnorm_train", "the running statistics were changed in place; make new arrays and return them")
def in_place(x, gamma, beta, running_mean, running_var, rate, eps):
    mu, var, wide = x.mean(axis=0), x.var(axis=0), x.var(axis=0, ddof=1)
    running_mean += rate * (mu - running_mean)
    running_var += rate * (wide - running_var)
    return forward(x, gamma, beta, mu, var, eps), running_mean, running_var


@instead_of("batchnorm_train", "a constant column came out as 0; its normalized x is 0, so y is beta")
def constant_column_to_zero(x, gamma, beta, running_mean, running_var, rate, eps):
    mu, var, wide = x.mean(axis=0), x.var(axis=0), x.var(axis=0, ddof=1)
    y = np.where(var > 0, forward(x, gamma, beta, mu, var, eps), 0.0)
    return y, follow(running_mean, mu, rate), follow(running_var, wide, rate)


@instead_of("batchnorm_train", "the larger of var and eps was used; add eps to every variance, sqrt(var + eps)")
def eps_as_a_floor(x, gamma, beta, running_mean, running_var, rate, eps):
    mu, var, wide = x.mean(axis=0), x.var(axis=0), x.var(axis=0, ddof=1)
    y = forward(x, gamma, beta, mu, np.maximum(var, eps), 0)
    return y, follow(running_mean, mu, rate), follow(running_var, wide, rate)


@instead_of("batchnorm_train", "y was written into an array of x's dtype, which cuts it to integers if x has integers")
def cut_to_integers(x, gamma, beta, running_mean, running_var, rate, eps):
    mu, var, wide = x.mean(axis=0), x.var(axis=0), x.var(axis=0, ddof=1)
    y = forward(x, gamma, beta, mu, var, eps).astype(x.dtype)
    return y, follow(running_mean, mu, rate), follow(running_var, wide, rate)


@instead_of(
    "batchnorm_eval",
    "the test batch's own statistics were used, so the answer depends on the other examples; use the running ones",
)
def statistics_of_the_test_batch(x, gamma, beta, running_mean, running_var, eps):
    return forward(x, gamma, beta, x.mean(axis=0), x.var(axis=0), eps)


@instead_of("batchnorm_eval", "eps is missing: divide by sqrt(running_var + eps), as in training")
def without_eps_in_evaluation(x, gamma, beta, running_mean, running_var, eps):
    return forward(x, gamma, beta, running_mean, running_var, 0)


@instead_of("batchnorm_eval", "x was divided by the running variance; divide by its root, sqrt(running_var + eps)")
def divided_by_the_running_variance(x, gamma, beta, running_mean, running_var, eps):
    return gamma * (x - running_mean) / (running_var + eps) + beta


@instead_of("batchnorm_eval", "gamma and beta are missing: multiply the normalized x by gamma, then add beta")
def only_normalized(x, gamma, beta, running_mean, running_var, eps):
    return (x - running_mean) / np.sqrt(running_var + eps)


@instead_of("batchnorm_eval", "y was written into an array of x's dtype, which cuts it to integers if x has integers")
def cut_to_integers_in_evaluation(x, gamma, beta, running_mean, running_var, eps):
    return forward(x, gamma, beta, running_mean, running_var, eps).astype(x.dtype)


def parts(x, eps, ddof=0):
    sigma = np.sqrt(x.var(axis=0, ddof=ddof) + eps)
    return (x - x.mean(axis=0)) / sigma, sigma


@instead_of(
    "batchnorm_backward",
    "mean and variance were treated as constants; they depend on every x of the column, which adds two terms to gx",
)
def constant_statistics(g, x, gamma, eps):
    x_hat, sigma = parts(x, eps)
    return g * gamma / sigma, (g * x_hat).sum(axis=0), g.sum(axis=0)


@instead_of("batchnorm_backward", "the variance was treated as a constant: the term x_hat mean(g x_hat) is missing")
def constant_variance(g, x, gamma, eps):
    x_hat, sigma = parts(x, eps)
    return gamma / sigma * (g - g.mean(axis=0)), (g * x_hat).sum(axis=0), g.sum(axis=0)


@instead_of("batchnorm_backward", "the mean was treated as a constant: the term mean(g) is missing")
def constant_mean(g, x, gamma, eps):
    x_hat, sigma = parts(x, eps)
    gx = gamma / sigma * (g - x_hat * (g * x_hat).mean(axis=0))
    return gx, (g * x_hat).sum(axis=0), g.sum(axis=0)


@instead_of("batchnorm_backward", "both means were taken over the whole array; each column has its own, axis=0")
def one_mean_for_all_columns(g, x, gamma, eps):
    x_hat, sigma = parts(x, eps)
    gx = gamma / sigma * (g - g.mean() - x_hat * (g * x_hat).mean())
    return gx, (g * x_hat).sum(axis=0), g.sum(axis=0)


@instead_of("batchnorm_backward", "gamma is missing in gx: y is gamma times the normalized x, plus beta")
def without_gamma(g, x, gamma, eps):
    x_hat, sigma = parts(x, eps)
    gx = (g - g.mean(axis=0) - x_hat * (g * x_hat).mean(axis=0)) / sigma
    return gx, (g * x_hat).sum(axis=0), g.sum(axis=0)


@instead_of("batchnorm_backward", "gx has sums where means belong: divide both of them by N")
def sums_for_means(g, x, gamma, eps):
    x_hat, sigma = parts(x, eps)
    gx = gamma / sigma * (g - g.sum(axis=0) - x_hat * (g * x_hat).sum(axis=0))
    return gx, (g * x_hat).sum(axis=0), g.sum(axis=0)


@instead_of(
    "batchnorm_backward", "g_gamma and g_beta have means where sums belong: every example of the batch adds to them"
)
def means_for_sums(g, x, gamma, eps):
    x_hat, sigma = parts(x, eps)
    gx = gamma / sigma * (g - g.mean(axis=0) - x_hat * (g * x_hat).mean(axis=0))
    return gx, (g * x_hat).mean(axis=0), g.mean(axis=0)


@instead_of("batchnorm_backward", "g_gamma was computed with x; gamma multiplies the normalized x")
def gamma_with_x(g, x, gamma, eps):
    x_hat, sigma = parts(x, eps)
    gx = gamma / sigma * (g - g.mean(axis=0) - x_hat * (g * x_hat).mean(axis=0))
    return gx, (g * x).sum(axis=0), g.sum(axis=0)


@instead_of("batchnorm_backward", "the variance with N - 1 was used; the forward pass normalizes with N")
def unbiased_in_the_gradient(g, x, gamma, eps):
    x_hat, sigma = parts(x, eps, ddof=1)
    gx = gamma / sigma * (g - g.mean(axis=0) - x_hat * (g * x_hat).mean(axis=0))
    return gx, (g * x_hat).sum(axis=0), g.sum(axis=0)


@instead_of("batchnorm_backward", "eps is missing: the forward pass divided by sqrt(var + eps)")
def without_eps_in_the_gradient(g, x, gamma, eps):
    x_hat, sigma = parts(x, 0)
    gx = gamma / sigma * (g - g.mean(axis=0) - x_hat * (g * x_hat).mean(axis=0))
    return gx, (g * x_hat).sum(axis=0), g.sum(axis=0)


@instead_of(
    "fold", "the old bias was not scaled; batch norm scales all of x W + b, so b' = (b - mean) gamma / sigma + beta"
)
def bias_not_scaled(W, b, gamma, beta, mean, var, eps):
    g = gamma / np.sqrt(var + eps)
    return W * g, b - mean * g + beta


@instead_of("fold", "b - mean was not scaled; batch norm multiplies all of x W + b - mean by gamma / sigma")
def nothing_but_W_scaled(W, b, gamma, beta, mean, var, eps):
    return W * gamma / np.sqrt(var + eps), b - mean + beta


@instead_of("fold", "the old bias b is missing: b' = (b - mean) gamma / sigma + beta")
def old_bias_forgotten(W, b, gamma, beta, mean, var, eps):
    g = gamma / np.sqrt(var + eps)
    return W * g, beta - mean * g


@instead_of("fold", "the running mean is missing: b' = (b - mean) gamma / sigma + beta")
def mean_forgotten(W, b, gamma, beta, mean, var, eps):
    g = gamma / np.sqrt(var + eps)
    return W * g, b * g + beta


@instead_of("fold", "eps is missing: sigma = sqrt(var + eps)")
def fold_without_eps(W, b, gamma, beta, mean, var, eps):
    g = gamma / np.sqrt(var)
    return W * g, (b - mean) * g + beta


@instead_of("fold", "the rows of W were scaled; a unit is a column, so multiply column j by gamma_j / sigma_j")
def rows_scaled(W, b, gamma, beta, mean, var, eps):
    g = gamma / np.sqrt(var + eps)
    return W * g[:, None], (b - mean) * g + beta


@instead_of("fold", "W was divided by the variance; divide by its root, sigma = sqrt(var + eps)")
def fold_by_the_variance(W, b, gamma, beta, mean, var, eps):
    g = gamma / (var + eps)
    return W * g, (b - mean) * g + beta


@instead_of("fold", "gamma is missing: multiply column j of W by gamma_j / sigma_j")
def fold_without_gamma(W, b, gamma, beta, mean, var, eps):
    g = 1 / np.sqrt(var + eps)
    return W * g, (b - mean) * g + beta
