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


OVERFLOW = "exp overflows for scores above 709: subtract the largest score of the row first"
UNDERFLOW = "a p too small for a float became 0, and its logarithm -inf: do not take the logarithm of p itself"


@instead_of("log_softmax", OVERFLOW)
def without_a_shift(scores):
    return scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))


@instead_of("log_softmax", "this is p, not its logarithm, and for scores above 709 exp overflows")
def overflowing_p(scores):
    e = np.exp(scores)
    return e / e.sum(axis=1, keepdims=True)


ALL_SUMMED = "the sum ran over all examples and classes; each example has its own: axis=1, keepdims=True"


@instead_of("log_softmax", ALL_SUMMED)
def summed_over_everything(scores):
    return scores - np.log(np.exp(scores).sum())


@instead_of("log_softmax", ALL_SUMMED)
def shifted_and_summed_over_everything(scores):
    shifted = scores - scores.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum())


@instead_of("log_softmax", ALL_SUMMED)
def shifted_and_summed_as_one(scores):
    shifted = scores - scores.max()
    return shifted - np.log(np.exp(shifted).sum())


@instead_of("log_softmax", "m was subtracted inside the sum alone; it must also be subtracted from s_c")
def shifted_in_the_sum_alone(scores):
    return scores - np.log(np.exp(scores - scores.max(axis=1, keepdims=True)).sum(axis=1, keepdims=True))


@instead_of("log_softmax", "m was not subtracted inside the sum: exp(s_k - m), in every term")
def not_shifted_in_the_sum(scores):
    return scores - scores.max(axis=1, keepdims=True) - np.log(np.exp(scores).sum(axis=1, keepdims=True))


ROW = "the sums lie in a row, so column j got the sum of row j: keepdims=True keeps them as a column"


@instead_of("log_softmax", ROW)
def shifted_sums_as_a_row(scores):
    shifted = scores - scores.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1))


@instead_of(
    "log_softmax",
    "the largest scores lie in a row, so column j was shifted by that of row j: keepdims=True keeps them as a column",
)
def largest_as_a_row(scores):
    shifted = scores - scores.max(axis=1)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


@instead_of("log_softmax", "the largest score of each column was subtracted (axis 0); take that of each row, axis=1")
def largest_of_the_column(scores):
    shifted = scores - scores.max(axis=0)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


ADDED = "a small number was added to p, to keep its logarithm finite; then log p is wrong where p is small"


@instead_of("log_softmax", ADDED)
def with_1e_12(scores):
    return np.log(softmax(scores) + 1e-12)


@instead_of("log_softmax", ADDED)
def with_1e_8(scores):
    return np.log(softmax(scores) + 1e-8)


@instead_of("log_softmax", ADDED)
def with_1e_10(scores):
    return np.log(softmax(scores) + 1e-10)


@instead_of("log_softmax", "the row's mean was subtracted; one score far above it still overflows: use the largest")
def mean_subtracted(scores):
    shifted = scores - scores.mean(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


@instead_of("log_softmax", "the largest size was subtracted, so far below 0 all terms vanish: no abs, just the largest")
def largest_size(scores):
    shifted = scores - np.abs(scores).max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


@instead_of("log_softmax", "this is -log p: the sign is the wrong way round")
def minus_log_p(scores):
    return -log_p(scores)


@instead_of("log_softmax", "the logarithm of the sum was added; a quotient becomes a difference: subtract it")
def logarithm_added(scores):
    shifted = scores - scores.max(axis=1, keepdims=True)
    return shifted + np.log(np.exp(shifted).sum(axis=1, keepdims=True))


@instead_of("log_softmax", "the logarithm of a quotient is a difference: subtract the logarithm, do not divide by it")
def divided_by_the_logarithm(scores):
    shifted = scores - scores.max(axis=1, keepdims=True)
    return shifted / np.log(np.exp(shifted).sum(axis=1, keepdims=True))


@instead_of("log_softmax", "np.log10 was taken; the logarithm is the natural one, np.log")
def base_10(scores):
    shifted = scores - scores.max(axis=1, keepdims=True)
    return shifted - np.log10(np.exp(shifted).sum(axis=1, keepdims=True))


@instead_of("log_softmax", "logarithms were summed; first sum the exponentials, then take one logarithm")
def sum_of_logarithms(scores):
    shifted = scores - scores.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted)).sum(axis=1, keepdims=True)


@instead_of("log_softmax", "the logarithm of the sum is missing: log sum_k exp(s_k - m)")
def sum_without_logarithm(scores):
    shifted = scores - scores.max(axis=1, keepdims=True)
    return shifted - np.exp(shifted).sum(axis=1, keepdims=True)


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


def of_true(scores, labels):
    """Return log p of the true class of each example."""
    return log_p(scores)[np.arange(len(labels)), labels]


@instead_of("cross_entropy", "log_p[labels] takes whole rows; example i needs the entry [i, labels[i]] alone")
def whole_rows(scores, labels):
    return -log_p(scores)[labels].mean()


@instead_of("cross_entropy", "the mean was divided by N once more")
def divided_twice(scores, labels):
    return -of_true(scores, labels).mean() / len(labels)


@instead_of("cross_entropy", "the logarithm was taken twice: log_softmax returns log p already")
def logarithm_twice(scores, labels):
    return -np.log(log_p(scores))[np.arange(len(labels)), labels].mean()


@instead_of("cross_entropy", "the mean ran over all classes; only the true class of each example counts")
def over_all_classes(scores, labels):
    return -log_p(scores).mean()


@instead_of("cross_entropy", "this was divided by N times the number of classes; L is the mean over the N examples")
def one_hot_mean(scores, labels):
    return -of_true(scores, labels).sum() / scores.size


@instead_of("cross_entropy", "this was divided by the number of classes; L is the mean over the N examples")
def over_the_classes(scores, labels):
    return -of_true(scores, labels).sum() / scores.shape[1]


@instead_of("cross_entropy", "these are the losses of the single examples; L is their mean")
def of_each_example(scores, labels):
    return -of_true(scores, labels)


@instead_of("cross_entropy", "this is the mean of -p; the loss is the mean of -log p")
def minus_p(scores, labels):
    return -np.exp(of_true(scores, labels)).mean()


@instead_of("cross_entropy", "this is the mean of 1 - p; the loss is the mean of -log p")
def one_minus_p(scores, labels):
    return 1 - np.exp(of_true(scores, labels)).mean()


@instead_of("cross_entropy", "the score of the true class was taken; take its log p, from log_softmax")
def of_the_scores(scores, labels):
    return -scores[np.arange(len(labels)), labels].mean()


@instead_of("cross_entropy", "the logarithm of the scores was taken; scores are no probabilities: use log_softmax")
def logarithm_of_scores(scores, labels):
    return -np.log(scores)[np.arange(len(labels)), labels].mean()


@instead_of("cross_entropy", "exp overflows for scores above 709, and inf / inf is nan: use a log_softmax that passes")
def of_overflowed_p(scores, labels):
    e = np.exp(scores)
    return -np.log((e / e.sum(axis=1, keepdims=True))[np.arange(len(labels)), labels]).mean()


@instead_of("cross_entropy", "log(1 - p) of the other classes was added; here only log p of the true class counts")
def binary(scores, labels):
    t, log = np.eye(scores.shape[1])[labels], log_p(scores)
    return -(t * log + (1 - t) * np.log(1 - np.exp(log))).sum(axis=1).mean()


@instead_of("cross_entropy", "the mean of p was taken first, then its logarithm; take the mean of the logarithms")
def logarithm_of_the_mean(scores, labels):
    return -np.log(np.exp(of_true(scores, labels)).mean())


LABELS_AS_FACTORS = "labels were used as factors; they say which column of log p to take: log_p[range(N), labels]"


@instead_of("cross_entropy", LABELS_AS_FACTORS)
def times_labels(scores, labels):
    return -(labels[:, None] * log_p(scores)).sum() / len(labels)


@instead_of("cross_entropy", LABELS_AS_FACTORS)
def times_a_row_of_labels(scores, labels):
    return -(labels * log_p(scores)).sum() / len(labels)


@instead_of("cross_entropy", "this is the entropy of p, which needs no labels; take log p of the true class alone")
def entropy(scores, labels):
    return -(np.exp(log_p(scores)) * log_p(scores)).sum(axis=1).mean()


@instead_of("cross_entropy", "the rows were numbered up to the number of classes; there are N of them, len(labels)")
def as_many_rows_as_classes(scores, labels):
    return -log_p(scores)[np.arange(scores.shape[1]), labels].mean()


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


@instead_of("loss_gradient", "exp is missing: log_softmax returns log p, and the error term is p - t")
def of_log_p(scores, labels):
    return minus_target(log_p(scores), labels) / len(labels)


NOT_ONE_HOT = "the label itself was subtracted; subtract 1, and only from the p of the true class"


@instead_of("loss_gradient", NOT_ONE_HOT)
def minus_labels(scores, labels):
    return (softmax(scores) - labels[:, None]) / len(labels)


@instead_of("loss_gradient", NOT_ONE_HOT)
def minus_a_row_of_labels(scores, labels):
    return (softmax(scores) - labels) / len(labels)


@instead_of("loss_gradient", "p[labels] -= 1 changes whole rows; example i needs the entry [i, labels[i]] alone")
def whole_rows_lowered(scores, labels):
    p = softmax(scores)
    p[labels] -= 1
    return p / len(labels)


@instead_of("loss_gradient", "this was divided by the number of classes; L is the mean over N examples: divide by N")
def divided_by_the_classes(scores, labels):
    return minus_target(softmax(scores), labels) / scores.shape[1]


@instead_of("loss_gradient", "everything was averaged to one number; there is a slope for every score: divide by N")
def one_mean(scores, labels):
    return minus_target(softmax(scores), labels).mean()


@instead_of("loss_gradient", "the examples were averaged; each has its own row of slopes: divide by N, do not sum")
def mean_over_examples(scores, labels):
    return minus_target(softmax(scores), labels).mean(axis=0)


@instead_of("loss_gradient", "np.eye(N) makes targets of N classes; there are scores.shape[1] classes")
def one_hot_of_examples(scores, labels):
    return (softmax(scores) - np.eye(len(labels))[labels]) / len(labels)


@instead_of("loss_gradient", "-1 / p is the slope with respect to p; go on to the scores by the chain rule: p - t")
def with_respect_to_p(scores, labels):
    return -np.eye(scores.shape[1])[labels] / softmax(scores) / len(labels)


@instead_of("loss_gradient", "p (1 - p) is the slope of p itself; the slope of the loss, -log p, is p - t")
def slope_of_p(scores, labels):
    return softmax(scores) * (1 - softmax(scores)) / len(labels)


@instead_of("loss_gradient", "softmax ran over the examples (axis 0); classes are columns, so take it along rows")
def softmax_over_examples(scores, labels):
    return minus_target(softmax(scores.T).T, labels) / len(labels)


@instead_of("loss_gradient", "only t was divided by N; it is (p - t) / N")
def target_alone_divided(scores, labels):
    return softmax(scores) - np.eye(scores.shape[1])[labels] / len(labels)


@instead_of("loss_gradient", "only p was divided by N; it is (p - t) / N")
def p_alone_divided(scores, labels):
    return minus_target(softmax(scores) / len(labels), labels)


@instead_of("loss_gradient", "the target was added; the error term is p - t")
def target_added(scores, labels):
    return (softmax(scores) + np.eye(scores.shape[1])[labels]) / len(labels)


@instead_of("loss_gradient", "the target was subtracted from the scores; subtract it from p")
def of_the_scores_themselves(scores, labels):
    return (scores - np.eye(scores.shape[1])[labels]) / len(labels)


@instead_of("loss_gradient", "only the true class has an entry; the other scores matter too, through the sum in p")
def of_true_classes(scores, labels):
    return (softmax(scores)[np.arange(len(labels)), labels] - 1) / len(labels)


@instead_of("loss_gradient", "only the true class has an entry; the other scores matter too, through the sum in p")
def true_class_in_zeros_like(scores, labels):
    rows, error = np.arange(len(labels)), np.zeros_like(scores)
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


@instead_of(
    "sgd_step", "the learning rate went into v, as in some libraries; here v <- momentum v + g, and w moves by lr v"
)
def rate_in_positive_velocity(w, v, g, lr, momentum):
    v = momentum * v + lr * g
    return w - v, v


@instead_of("sgd_step", "the learning rate counts twice, in v and in w; v <- momentum v + g has none")
def rate_twice(w, v, g, lr, momentum):
    v = momentum * v + lr * g
    return w - lr * v, v


@instead_of("sgd_step", "v was returned first; the parameter comes first: (w, v)")
def velocity_first(w, v, g, lr, momentum):
    v = momentum * v + g
    return v, w - lr * v


@instead_of("sgd_step", "only w was returned; the next step needs v, too: (w, v)")
def parameter_alone(w, v, g, lr, momentum):
    return w - lr * (momentum * v + g)


@instead_of("sgd_step", "w moved by momentum v + g with the new v, as Nesterov does; here it moves by the new v itself")
def nesterov(w, v, g, lr, momentum):
    v = momentum * v + g
    return w - lr * (momentum * v + g), v


@instead_of("sgd_step", "the gradient was multiplied by momentum, too; only the old velocity is: momentum v + g")
def momentum_of_both(w, v, g, lr, momentum):
    v = momentum * (v + g)
    return w - lr * v, v


@instead_of("sgd_step", "momentum multiplies the gradient; it multiplies the old velocity: momentum v + g")
def momentum_of_the_gradient(w, v, g, lr, momentum):
    v = v + momentum * g
    return w - lr * v, v


@instead_of("sgd_step", "momentum is missing: it is the share of the old velocity that is kept, momentum v + g")
def all_velocity_kept(w, v, g, lr, momentum):
    v = v + g
    return w - lr * v, v


@instead_of("sgd_step", "the sign of g in v is wrong: v <- momentum v + g, and the minus comes with w <- w - lr v")
def negative_velocity(w, v, g, lr, momentum):
    v = momentum * v - g
    return w + lr * v, v


@instead_of("sgd_step", "the sign of g in v is wrong: v <- momentum v + g, and the minus comes with w <- w - lr v")
def gradient_subtracted(w, v, g, lr, momentum):
    v = momentum * v - g
    return w - lr * v, v


@instead_of("sgd_step", "the old velocity was returned; return the new one, so that it can grow")
def velocity_not_renewed(w, v, g, lr, momentum):
    return w - lr * (momentum * v + g), v


@instead_of("sgd_step", "w moved by lr g and by momentum v besides; the new v holds both: w <- w - lr v")
def moved_twice(w, v, g, lr, momentum):
    v = momentum * v + g
    return w - lr * g - momentum * v, v


@instead_of("sgd_step", "the learning rate is missing: w <- w - lr v")
def without_rate(w, v, g, lr, momentum):
    v = momentum * v + g
    return w - v, v


@instead_of("sgd_step", "w was multiplied by momentum; only the velocity is")
def momentum_of_the_parameter(w, v, g, lr, momentum):
    v = momentum * v + g
    return momentum * w - lr * v, v


@instead_of("sgd_step", "the step lr v was returned in place of v; the velocity has no learning rate")
def step_for_velocity(w, v, g, lr, momentum):
    step = lr * (momentum * v + g)
    return w - step, step


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


def of_bins(confidence, right, bins, gap, numbers=None):
    """Return the sum of `gap(share, right, confidence)` over the bins that are not empty."""
    total = 0.0
    for j in numbers or range(1, bins + 1):
        here = ((j - 1) / bins < confidence) & (confidence <= j / bins)
        if here.any():
            total += gap(here.mean(), right[here], confidence[here])
    return total


@instead_of("calibration_error", "the gaps were summed as they are; weight each by its bin's share, |B_j| / N")
def sum_of_gaps(confidence, right, bins):
    return of_bins(confidence, right, bins, lambda share, r, c: abs(r.mean() - c.mean()))


@instead_of("calibration_error", "the gaps were weighted by the number of examples; divide by N, so that it is a share")
def weighted_by_counts(confidence, right, bins):
    return of_bins(confidence, right, bins, lambda share, r, c: len(r) * abs(r.mean() - c.mean()))


NO_ABS = "the absolute value is missing, so gaps of opposite sign cancel: take it in each bin"


@instead_of("calibration_error", NO_ABS)
def signed(confidence, right, bins):
    return of_bins(confidence, right, bins, lambda share, r, c: share * (r.mean() - c.mean()))


@instead_of("calibration_error", NO_ABS)
def signed_the_other_way(confidence, right, bins):
    return of_bins(confidence, right, bins, lambda share, r, c: share * (c.mean() - r.mean()))


@instead_of("calibration_error", "the gaps were squared; the ECE takes their absolute values")
def squared(confidence, right, bins):
    return of_bins(confidence, right, bins, lambda share, r, c: share * (r.mean() - c.mean()) ** 2)


@instead_of("calibration_error", "the gaps were squared; the ECE takes their absolute values")
def root_of_squares(confidence, right, bins):
    return squared(confidence, right, bins) ** 0.5


@instead_of("calibration_error", "this is the largest gap; the ECE is the mean of the gaps, weighted by |B_j| / N")
def largest_gap(confidence, right, bins):
    return max(abs(gap) for _, gap in by_bin(confidence, right, bins))


@instead_of("calibration_error", "the last bin is missing: j goes from 1 to bins, and range leaves out its end")
def without_the_last_bin(confidence, right, bins):
    gap = lambda share, r, c: share * abs(r.mean() - c.mean())
    return of_bins(confidence, right, bins, gap, range(bins))


@instead_of("calibration_error", "both borders are left out, so a confidence on a border is in no bin: <= at the upper")
def open_bins(confidence, right, bins):
    return with_borders(confidence, right, bins, lambda c, low, high: (low < c) & (c < high))


@instead_of("calibration_error", "this is in per cent; a number from 0 to 1 is wanted")
def in_per_cent(confidence, right, bins):
    return of_bins(confidence, right, bins, lambda share, r, c: 100 * share * abs(r.mean() - c.mean()))


@instead_of("calibration_error", "conf(j) is the mean confidence of the examples in the bin, not the bin's upper end")
def upper_end_of_the_bin(confidence, right, bins):
    groups = [(j / bins, ((j - 1) / bins < confidence) & (confidence <= j / bins)) for j in range(1, bins + 1)]
    return sum(here.mean() * abs(right[here].mean() - top) for top, here in groups if here.any())


@instead_of("calibration_error", "acc(j) was divided by N; it is the share of right answers among those in the bin")
def right_ones_of_all(confidence, right, bins):
    return of_bins(confidence, right, bins, lambda share, r, c: share * abs(r.sum() / len(right) - c.mean()))


@instead_of("calibration_error", "the bins hold equally many examples; cut the interval (0, 1] into equally wide ones")
def equally_many(confidence, right, bins):
    groups = [place for place in np.array_split(np.argsort(confidence), bins) if len(place)]
    n = len(confidence)
    return sum(len(place) / n * abs(right[place].mean() - confidence[place].mean()) for place in groups)


@instead_of("calibration_error", "the bins reach from the smallest to the largest confidence; cut the interval (0, 1]")
def from_smallest_to_largest(confidence, right, bins):
    sums = [np.histogram(confidence, bins, weights=each)[0] for each in (right.astype(float), confidence)]
    return np.abs(sums[0] - sums[1]).sum() / len(confidence)


@instead_of("best_temperature", "this is 1 / T: the scores are divided by T, not multiplied")
def one_over_it(scores, labels):
    return 1 / min(np.geomspace(0.1, 10, 401), key=lambda T: mean_loss(scores / T, labels))


@instead_of("best_temperature", "this T makes the loss largest; the best makes it least")
def the_worst(scores, labels):
    return max(np.geomspace(0.1, 10, 401), key=lambda T: mean_loss(scores / T, labels))


@instead_of("best_temperature", "try more candidates around it")
def too_coarse(scores, labels):
    return min(np.geomspace(0.1, 10, 12), key=lambda T: mean_loss(scores / T, labels))


@instead_of("best_temperature", "no T below 1 was tried: scores can be too modest as well as too bold")
def above_one_alone(scores, labels):
    return min(np.geomspace(1, 10, 401), key=lambda T: mean_loss(scores / T, labels))


@instead_of("best_temperature", "the number of wrong answers was counted; no T changes that")
def by_errors(scores, labels):
    return min(np.geomspace(10, 0.1, 401), key=lambda T: ((scores / T).argmax(axis=1) != labels).mean())


@instead_of("best_temperature", "this is the least loss; return the T at which it occurs")
def the_least_loss(scores, labels):
    return min(mean_loss(scores / T, labels) for T in np.geomspace(0.1, 10, 401))


@instead_of("best_temperature", "no T above 1 was tried: scores can be too bold as well as too modest")
def below_one_alone(scores, labels):
    return min(np.geomspace(0.1, 1, 401), key=lambda T: mean_loss(scores / T, labels))


@instead_of("best_temperature", "p was divided by T; divide the scores, before softmax takes them")
def of_p(scores, labels):
    p = softmax(scores)
    return min(np.geomspace(0.1, 10, 401), key=lambda T: mean_loss(p / T, labels))


def calibrated(scores, labels, error):
    """Return the T with which `error` of confidence and right answers is least."""

    def of(T):
        p = softmax(scores / T)
        return error(p.max(axis=1), p.argmax(axis=1) == labels)

    return min(np.geomspace(0.1, 10, 401), key=of)


@instead_of("best_temperature", "mean confidence was made equal to the share of right answers; make the loss least")
def by_the_means(scores, labels):
    return calibrated(scores, labels, lambda confidence, right: abs(confidence.mean() - right.mean()))


@instead_of("best_temperature", "the calibration error was made least; make the cross-entropy least")
def by_calibration(scores, labels):
    return calibrated(scores, labels, lambda confidence, right: over_fifteen_bins(confidence, right))


def over_fifteen_bins(confidence, right):
    return sum(share * abs(gap) for share, gap in by_bin(confidence, right, 15))


@instead_of("best_temperature", "this is the number of a candidate in the list; return the candidate")
def number_of_the_candidate(scores, labels):
    return int(np.argmin([mean_loss(scores / T, labels) for T in np.geomspace(0.1, 10, 1000)]))
