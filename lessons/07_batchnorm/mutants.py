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


def in_steps(g, x, gamma, eps, through_var):
    """Return the gradients by the lesson's steps; through_var: what var_bar is multiplied by, d over N."""
    x_hat, sigma = parts(x, eps)
    var_bar = -(gamma * g * x_hat).sum(axis=0) / (2 * sigma**2)
    d_bar = gamma * g / sigma + var_bar * through_var * (x - x.mean(axis=0)) / len(x)
    return d_bar - d_bar.mean(axis=0), (g * x_hat).sum(axis=0), g.sum(axis=0)


@instead_of("batchnorm_backward", "the factor 2 was lost: the slope of var with respect to d_i is 2 d_i / N")
def two_lost(g, x, gamma, eps):
    return in_steps(g, x, gamma, eps, 1)


@instead_of("batchnorm_backward", "the 1 / N of the variance was lost: its slope with respect to d_i is 2 d_i / N")
def variance_as_a_sum(g, x, gamma, eps):
    return in_steps(g, x, gamma, eps, 2 * len(x))


@instead_of("batchnorm_backward", "the sign of var_bar was lost: a larger variance makes every x_hat smaller")
def sign_lost(g, x, gamma, eps):
    return in_steps(g, x, gamma, eps, -2)


@instead_of("twin_layer", "b misses the -1 of a = 2 h - 1, which adds -1 times each column's sum of W")
def sums_forgotten(W, b, first, last):
    W = W if first else 2 * W
    return (W, b) if last else (2 * W, 2 * b)


@instead_of("twin_layer", "the column sums of W were added to b; a = 2 h - 1, so subtract them")
def sums_added(W, b, first, last):
    if not first:
        W, b = 2 * W, b + W.sum(axis=0)
    return (W, b) if last else (2 * W, 2 * b)


@instead_of("twin_layer", "the sums were taken of 2 W; a = 2 h - 1 doubles what multiplies h, but not the -1")
def sums_of_the_doubled(W, b, first, last):
    if not first:
        W, b = 2 * W, b - 2 * W.sum(axis=0)
    return (W, b) if last else (2 * W, 2 * b)


@instead_of("twin_layer", "the sum of all entries of W was subtracted; each unit has its own column, so use axis=0")
def one_sum_for_all(W, b, first, last):
    if not first:
        W, b = 2 * W, b - W.sum()
    return (W, b) if last else (2 * W, 2 * b)


@instead_of("twin_layer", "the sum of each row of W was subtracted; a unit is a column, so use axis=0")
def sums_of_rows(W, b, first, last):
    if not first:
        W, b = 2 * W, b - W.sum(axis=1)
    return (W, b) if last else (2 * W, 2 * b)


@instead_of("twin_layer", "the units before were taken for tanh units: put a = 2 h - 1 in place of a")
def inputs_as_before(W, b, first, last):
    return (W, b) if last else (2 * W, 2 * b)


@instead_of("twin_layer", "a squashed unit of the sigmoid network must receive 2 u, not u: double W and b once more")
def not_doubled(W, b, first, last):
    return (W, b) if first else (2 * W, b - W.sum(axis=0))


@instead_of("twin_layer", "W was doubled for 2 u, but b was not: 2 u = 2 x W + 2 b")
def bias_not_doubled(W, b, first, last):
    if not first:
        W, b = 2 * W, b - W.sum(axis=0)
    return (W, b) if last else (2 * W, b)


@instead_of("twin_layer", "2 (b - sum of W) is due in full: the column sums were not doubled along with b")
def sums_not_doubled(W, b, first, last):
    sums = 0 if first else W.sum(axis=0)
    W = W if first else 2 * W
    return (W, b - sums) if last else (2 * W, 2 * b - sums)


@instead_of("twin_layer", "the first layer was treated like the others, but it receives the data, not sigmoids")
def first_like_the_others(W, b, first, last):
    W, b = 2 * W, b - W.sum(axis=0)
    return (W, b) if last else (2 * W, 2 * b)


@instead_of("twin_layer", "the scores were doubled; nothing squashes them, so they must stay as they are")
def last_like_the_others(W, b, first, last):
    if not first:
        W, b = 2 * W, b - W.sum(axis=0)
    return 2 * W, 2 * b


@instead_of("twin_layer", "W was halved where it must be doubled: h is half as far from its middle as a is from 0")
def halved(W, b, first, last):
    if not first:
        W, b = W / 2, b + W.sum(axis=0) / 2
    return (W, b) if last else (2 * W, 2 * b)


@instead_of("twin_layer", "this changes the caller's W or b: make new arrays")
def twin_in_place(W, b, first, last):
    if not first:
        b -= W.sum(axis=0)
        W *= 2
    return (W, b) if last else (2 * W, 2 * b)


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
