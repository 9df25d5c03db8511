"""Wrong answers of lesson 3, each with the mistake behind it; the grader must reject them."""

import numpy as np

from tinynet.course import instead_of


def softmax(scores):
    p = np.exp(scores - scores.max(axis=1, keepdims=True))
    return p / p.sum(axis=1, keepdims=True)


def log_p(scores):
    shifted = scores - scores.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def mean_loss(scores, labels):
    return -log_p(scores)[np.arange(len(labels)), labels].mean()


def minus_target(p, labels):
    p = p.copy()
    p[np.arange(len(labels)), labels] -= 1
    return p


# ---- log_softmax


@instead_of("log_softmax", "exp overflows for scores above 709: subtract the largest score of the row first")
def overflows(scores):
    e = np.exp(scores)
    return np.log(e / e.sum(axis=1, keepdims=True))


@instead_of(
    "log_softmax", "a p too small for a float became 0, and its logarithm -inf: do not take the logarithm of p itself"
)
def log_of_softmax(scores):
    return np.log(softmax(scores))


@instead_of(
    "log_softmax",
    "the largest score of the whole array was subtracted, so rows far below it underflow: use each row's own",
)
def one_largest_score(scores):
    shifted = scores - scores.max()
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


@instead_of("log_softmax", "the sum ran over the examples (axis 0); classes are columns, so sum along each row: axis=1")
def over_examples(scores):
    shifted = scores - scores.max(axis=0)
    return shifted - np.log(np.exp(shifted).sum(axis=0))


@instead_of(
    "log_softmax", "the sums lie in a row, so column j got the sum of row j: keepdims=True keeps them as a column"
)
def sums_as_a_row(scores):
    return scores - np.log(np.exp(scores).sum(axis=1))


@instead_of(
    "log_softmax",
    "largest scores and sums lie in a row, so column j got the values of row j: keepdims=True keeps a column",
)
def both_as_a_row(scores):
    shifted = scores - scores.max(axis=1)
    return shifted - np.log(np.exp(shifted).sum(axis=1))


@instead_of("log_softmax", "this is p, not its logarithm")
def without_log(scores):
    return softmax(scores)


@instead_of(
    "log_softmax", "the largest score was counted once, but several may be the largest: sum exp over all classes"
)
def largest_counted_once(scores):
    shifted = scores - scores.max(axis=1, keepdims=True)
    return shifted - np.log(1 + np.where(shifted < 0, np.exp(shifted), 0).sum(axis=1, keepdims=True))


# ---- cross_entropy


@instead_of(
    "cross_entropy",
    "the losses of the examples were summed; L is their mean, so that batches of any size can be compared",
)
def summed(scores, labels):
    return -log_p(scores)[np.arange(len(labels)), labels].sum()


@instead_of(
    "cross_entropy", "a p too small for a float became 0, and its logarithm -inf: use a log_softmax that passes"
)
def of_vanished_p(scores, labels):
    return -np.log(softmax(scores))[np.arange(len(labels)), labels].mean()


@instead_of("cross_entropy", "the minus sign is missing: log p is negative, and the loss must be positive")
def without_minus(scores, labels):
    return log_p(scores)[np.arange(len(labels)), labels].mean()


@instead_of("cross_entropy", "log_p[:, labels] takes the columns of all labels in every row; row i needs only its own")
def all_columns(scores, labels):
    return -log_p(scores)[:, labels].mean()


@instead_of("cross_entropy", "the largest p of each row was taken; take the p of the true class")
def of_the_answer(scores, labels):
    return -log_p(scores).max(axis=1).mean()


# ---- loss_gradient


@instead_of("loss_gradient", "this is the gradient of the sum; L is the mean over N examples: divide by N")
def of_the_sum(scores, labels):
    return minus_target(softmax(scores), labels)


@instead_of(
    "loss_gradient",
    "this was divided by N times the number of classes; L is the mean over the N examples only: divide by N",
)
def mean_over_classes(scores, labels):
    return minus_target(softmax(scores), labels) / scores.size


@instead_of("loss_gradient", "exp overflows for scores above 709, and inf / inf is nan: take p from your log_softmax")
def of_overflowing_p(scores, labels):
    e = np.exp(scores)
    return minus_target(e / e.sum(axis=1, keepdims=True), labels) / len(labels)


@instead_of("loss_gradient", "the sign is wrong: this is (t - p) / N, but dL/ds = (p - t) / N")
def turned(scores, labels):
    return -minus_target(softmax(scores), labels) / len(labels)


@instead_of("loss_gradient", "the target is missing: p / N is the gradient of log sum exp(s) alone; subtract t / N")
def without_target(scores, labels):
    return softmax(scores) / len(labels)


@instead_of(
    "loss_gradient", "p[:, labels] -= 1 changes the columns of all labels in every row; row i needs only its own"
)
def all_columns_lowered(scores, labels):
    p = softmax(scores)
    p[:, labels] -= 1
    return p / len(labels)


@instead_of("loss_gradient", "only the true class has an entry; the other scores matter too, through the sum in p")
def true_class_only(scores, labels):
    rows, error = np.arange(len(labels)), np.zeros(scores.shape)
    error[rows, labels] = softmax(scores)[rows, labels] - 1
    return error / len(labels)


# ---- sgd_step


@instead_of("sgd_step", "the old velocity was subtracted; momentum keeps going the way it went: v <- momentum v + g")
def braking(w, v, g, lr, momentum):
    v = g - momentum * v
    return w - lr * v, v


@instead_of("sgd_step", "this goes uphill: w <- w - lr v, against the gradient")
def uphill(w, v, g, lr, momentum):
    v = momentum * v + g
    return w + lr * v, v


@instead_of("sgd_step", "w moved by the old velocity; update v first, then move by the new one")
def old_velocity(w, v, g, lr, momentum):
    return w - lr * v, momentum * v + g


@instead_of("sgd_step", "w moved by the gradient alone; move it by the velocity: w <- w - lr v")
def gradient_only(w, v, g, lr, momentum):
    return w - lr * g, momentum * v + g


@instead_of(
    "sgd_step", "the learning rate went into v, as in some libraries; here v <- momentum v + g, and w moves by lr v"
)
def rate_in_velocity(w, v, g, lr, momentum):
    v = momentum * v - lr * g
    return w + v, v


@instead_of("sgd_step", "the gradient was scaled by 1 - momentum, as in a running mean; add the whole g to v")
def running_mean(w, v, g, lr, momentum):
    v = momentum * v + (1 - momentum) * g
    return w - lr * v, v


@instead_of("sgd_step", "`-=`, `*=` and `+=` change the caller's arrays; write w - lr * v, which makes a new array")
def in_place(w, v, g, lr, momentum):
    v *= momentum
    v += g
    w -= lr * v
    return w, v


@instead_of("sgd_step", "a momentum of 0 was taken for a missing one; with momentum 0 the new v is g")
def default_momentum(w, v, g, lr, momentum):
    v = (momentum or 0.9) * v + g
    return w - lr * v, v


# ---- calibration_error


def by_bin(confidence, right, bins):
    place = np.ceil(confidence * bins).astype(int) - 1
    groups = [place == m for m in range(bins) if (place == m).any()]
    return [(here.mean(), right[here].mean() - confidence[here].mean()) for here in groups]


@instead_of("calibration_error", "every bin counted the same; weight each by its share of the examples, |B_j| / N")
def unweighted(confidence, right, bins):
    return float(np.mean([abs(gap) for _, gap in by_bin(confidence, right, bins)]))


@instead_of(
    "calibration_error",
    "this was divided by the number of bins; weight each bin by its share of the examples, |B_j| / N",
)
def over_all_bins(confidence, right, bins):
    return float(sum(abs(gap) for _, gap in by_bin(confidence, right, bins)) / bins)


@instead_of("calibration_error", "the mean of an empty bin is 0 / 0, which is nan: skip empty bins")
def empty_bins(confidence, right, bins):
    place = np.ceil(confidence * bins).astype(int) - 1
    groups = [place == m for m in range(bins)]
    return float(sum(here.mean() * abs(((right - confidence) * here).sum() / here.sum()) for here in groups))


@instead_of(
    "calibration_error", "gaps of opposite sign cancelled: take the absolute value in each bin, before you add them up"
)
def cancelled(confidence, right, bins):
    return abs(sum(share * gap for share, gap in by_bin(confidence, right, bins)))


@instead_of("calibration_error", "the absolute value was taken for each example; compare only the means of each bin")
def by_example(confidence, right, bins):
    return float(np.abs(right - confidence).mean())


@instead_of("calibration_error", "a confidence of exactly 1 fell out of the last bin; a bin includes its upper end")
def without_certainty(confidence, right, bins):
    place = np.floor(confidence * bins).astype(int)
    groups = [place == m for m in range(bins) if (place == m).any()]
    return float(sum(here.mean() * abs(right[here].mean() - confidence[here].mean()) for here in groups))


@instead_of("calibration_error", "conf(j) is the mean confidence of the examples in the bin, not the middle of the bin")
def middle_of_the_bin(confidence, right, bins):
    place = np.ceil(confidence * bins).astype(int) - 1
    groups = [(m, place == m) for m in range(bins) if (place == m).any()]
    return float(sum(here.mean() * abs(right[here].mean() - (m + 0.5) / bins) for m, here in groups))


def with_borders(confidence, right, bins, belongs):
    groups = [belongs(confidence, (j - 1) / bins, j / bins) for j in range(1, bins + 1)]
    return float(sum(here.mean() * abs(right[here].mean() - confidence[here].mean()) for here in groups if here.any()))


@instead_of(
    "calibration_error", "a confidence on the border of two bins went to the upper one; it belongs to the lower one"
)
def border_to_the_upper_bin(confidence, right, bins):
    return with_borders(confidence, right, bins, lambda c, low, high: (low <= c) & ((c < high) | (high == 1)))


@instead_of(
    "calibration_error", "a confidence on the border of two bins was counted in both; it belongs to the lower one"
)
def border_in_both_bins(confidence, right, bins):
    return with_borders(confidence, right, bins, lambda c, low, high: (low <= c) & (c <= high))


@instead_of("calibration_error", "there were always ten bins; use as many as `bins` says")
def ten_bins(confidence, right, bins):
    return with_borders(confidence, right, 10, lambda c, low, high: (low < c) & (c <= high))


@instead_of("best_temperature", "this is 1 / T: the scores are divided by T, not multiplied")
def one_over_it(scores, labels):
    return 1 / min(np.geomspace(0.1, 10, 401), key=lambda T: mean_loss(scores / T, labels))


@instead_of("best_temperature", "this T makes the loss largest; the best makes it least")
def the_worst(scores, labels):
    return max(np.geomspace(0.1, 10, 401), key=lambda T: mean_loss(scores / T, labels))


@instead_of("best_temperature", "the candidates lie too far apart: T is wanted to 1 %")
def too_coarse(scores, labels):
    return min(np.geomspace(0.1, 10, 12), key=lambda T: mean_loss(scores / T, labels))


@instead_of("best_temperature", "no T below 1 was tried: scores can be too modest as well as too bold")
def above_one_alone(scores, labels):
    return min(np.geomspace(1, 10, 401), key=lambda T: mean_loss(scores / T, labels))


@instead_of("best_temperature", "the number of wrong answers was counted; no T changes that")
def by_errors(scores, labels):
    return min(np.geomspace(10, 0.1, 401), key=lambda T: ((scores / T).argmax(axis=1) != labels).mean())
