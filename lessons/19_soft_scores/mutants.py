"""Wrong answers of lesson 19, each with the mistake behind it; the grader must reject them."""

import numpy as np

from tinynet.course import instead_of


def soft(scores, T):
    z = scores / T
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def cross_entropy(p, q):
    return -(p * np.log(q)).sum(axis=1)


@instead_of("soften", "exp overflows at large scores; take the largest score of the row off first")
def overflowing(scores, T):
    with np.errstate(all="ignore"):
        e = np.exp(scores / T)
        return e / e.sum(axis=1, keepdims=True)


@instead_of("soften", "scores were multiplied by T, which makes them harder; divide")
def multiplied(scores, T):
    return soft(scores, 1 / T)


@instead_of("soften", "T has no effect: it is not used, or it cancels; divide the scores by T before exp")
def no_temperature(scores, T):
    return soft(scores, 1.0)


@instead_of("soften", "the probabilities were divided by T; divide the scores, before the softmax")
def divided_afterwards(scores, T):
    return soft(scores, 1.0) / T


@instead_of("soften", "columns sum to 1 here; the classes of one example lie in a row, so sum over axis 1")
def down_the_columns(scores, T):
    return soft(scores.T, T).T


@instead_of("soften", "the sum runs over the whole array; every row must sum to 1")
def over_everything(scores, T):
    e = np.exp(scores / T - (scores / T).max())
    return e / e.sum()


@instead_of(
    "soften", "one largest score was taken off the whole array, so rows far below it vanish; each row has its own"
)
def one_maximum(scores, T):
    z = scores / T
    e = np.exp(z - z.max())
    return e / e.sum(axis=1, keepdims=True)


@instead_of("soft_loss", "only the teacher was softened; soften the student's scores by the same T")
def student_hard(scores, teacher, T):
    return T**2 * cross_entropy(soft(teacher, T), soft(scores, 1.0)).mean()


@instead_of("soft_loss", "only the student was softened; soften the teacher's scores by the same T")
def teacher_hard(scores, teacher, T):
    return T**2 * cross_entropy(soft(teacher, 1.0), soft(scores, T)).mean()


@instead_of("soft_loss", "the factor T^2 is missing")
def no_factor(scores, teacher, T):
    return cross_entropy(soft(teacher, T), soft(scores, T)).mean()


@instead_of("soft_loss", "the factor is T; it must be T^2")
def factor_of_T(scores, teacher, T):
    return T * cross_entropy(soft(teacher, T), soft(scores, T)).mean()


@instead_of("soft_loss", "this is the sum over the examples; the loss is their mean")
def summed(scores, teacher, T):
    return T**2 * cross_entropy(soft(teacher, T), soft(scores, T)).sum()


@instead_of("soft_loss", "the mean was taken over classes too; sum over classes, then average over examples")
def mean_over_classes(scores, teacher, T):
    return -(T**2) * np.mean(soft(teacher, T) * np.log(soft(scores, T)))


@instead_of("soft_loss", "student and teacher have changed places: the logarithm belongs to the student's q")
def swapped(scores, teacher, T):
    return T**2 * cross_entropy(soft(scores, T), soft(teacher, T)).mean()


@instead_of("soft_loss", "the minus sign is missing")
def no_minus(scores, teacher, T):
    return -(T**2) * cross_entropy(soft(teacher, T), soft(scores, T)).mean()


@instead_of("soft_loss", "this is the divergence sum_c p_c log(p_c / q_c); the cross-entropy has no log p_c")
def divergence(scores, teacher, T):
    p, q = soft(teacher, T), soft(scores, T)
    return T**2 * (p * np.log(p / q)).sum(axis=1).mean()


@instead_of("soft_loss", "only the teacher's likeliest class counts here; every class has its share p_c")
def hard_targets(scores, teacher, T):
    return -(T**2) * np.log(soft(scores, T))[np.arange(len(scores)), teacher.argmax(axis=1)].mean()


@instead_of(
    "soft_loss", "something was added to q before the logarithm; with scores up to 30, log q is finite as it is"
)
def with_an_epsilon(scores, teacher, T):
    return -(T**2) * np.mean(np.sum(soft(teacher, T) * np.log(soft(scores, T) + 1e-12), axis=1))


@instead_of(
    "soft_loss", "something was added to q before the logarithm; with scores up to 30, log q is finite as it is"
)
def with_a_larger_epsilon(scores, teacher, T):
    return -(T**2) * np.mean(np.sum(soft(teacher, T) * np.log(soft(scores, T) + 1e-9), axis=1))


@instead_of("soft_gradient", "the loss is multiplied by T^2, the chain rule divides by T; so the factor is T, not T^2")
def factor_squared(scores, teacher, T):
    return T**2 * (soft(scores, T) - soft(teacher, T)) / len(scores)


@instead_of("soft_gradient", "the factor is missing: T^2 from the loss, 1 / T from the scores being divided by T")
def factor_missing(scores, teacher, T):
    return (soft(scores, T) - soft(teacher, T)) / len(scores)


@instead_of("soft_gradient", "the factor T^2 of the loss is missing; with it, 1 / T becomes T")
def factor_upside_down(scores, teacher, T):
    return (soft(scores, T) - soft(teacher, T)) / T / len(scores)


@instead_of("soft_gradient", "the sign is wrong: where the student's q is larger than p, the loss rises with the score")
def wrong_sign(scores, teacher, T):
    return T * (soft(teacher, T) - soft(scores, T)) / len(scores)


@instead_of(
    "soft_gradient", "the loss is a mean over the examples, so each example's gradient is divided by their number"
)
def not_divided(scores, teacher, T):
    return T * (soft(scores, T) - soft(teacher, T))


@instead_of("soft_gradient", "the gradient was divided by the number of entries; divide by the number of examples")
def divided_by_entries(scores, teacher, T):
    return T * (soft(scores, T) - soft(teacher, T)) / scores.size


@instead_of("soft_gradient", "the scores themselves were subtracted; subtract the softened probabilities")
def of_scores(scores, teacher, T):
    return T * (scores - teacher) / len(scores)


@instead_of("soft_gradient", "the probabilities of the student were not softened; use the same T on both sides")
def one_side(scores, teacher, T):
    return T * (soft(scores, 1.0) - soft(teacher, T)) / len(scores)


@instead_of(
    "high_temperature", "the means are missing: a constant added to all scores of an example must change nothing"
)
def not_centred(scores, teacher):
    return (scores - teacher) / scores.size


@instead_of("high_temperature", "1 / C is missing: at high temperature every probability is close to 1 / C")
def no_classes(scores, teacher):
    d = scores - teacher
    return (d - d.mean(axis=1, keepdims=True)) / len(d)


@instead_of("high_temperature", "1 / N is missing: the loss is a mean over the examples")
def no_examples(scores, teacher):
    d = scores - teacher
    return (d - d.mean(axis=1, keepdims=True)) / d.shape[1]


@instead_of("high_temperature", "the mean was taken over the examples; it belongs to the classes of one example")
def centred_by_column(scores, teacher):
    d = scores - teacher
    return (d - d.mean(axis=0)) / d.size


@instead_of("high_temperature", "the mean of all entries was subtracted; every example has its own mean")
def centred_at_once(scores, teacher):
    d = scores - teacher
    return (d - d.mean()) / d.size


@instead_of("high_temperature", "the sign is wrong: the gradient points from the teacher's scores to the student's")
def from_student_to_teacher(scores, teacher):
    d = teacher - scores
    return (d - d.mean(axis=1, keepdims=True)) / d.size


@instead_of(
    "high_temperature", "with growing T, q - p tends to 0, but it is multiplied by T; the product does not vanish"
)
def vanishing(scores, teacher):
    return np.zeros(scores.shape)


@instead_of("high_temperature", "a large T only comes close to the limit; derive the limit, in which no T is left")
def ten_thousand(scores, teacher):
    return 1e4 * (soft(scores, 1e4) - soft(teacher, 1e4)) / len(scores)


@instead_of("high_temperature", "a large T only comes close to the limit; derive the limit, in which no T is left")
def one_thousand(scores, teacher):
    return 1e3 * (soft(scores, 1e3) - soft(teacher, 1e3)) / len(scores)


@instead_of("paired", "the two methods were treated as independent; look at the differences, seed by seed")
def unpaired(a, b):
    a, b = np.asarray(a), np.asarray(b)
    return a.mean() - b.mean(), np.sqrt((a.var(ddof=1) + b.var(ddof=1)) / len(a))


@instead_of("paired", "this is the standard deviation of one difference; the mean of K varies sqrt(K) times less")
def deviation(a, b):
    d = np.asarray(a) - np.asarray(b)
    return d.mean(), d.std(ddof=1)


@instead_of("paired", "the denominator of the standard deviation is K here; it should be K - 1 (ddof=1)")
def ddof_zero(a, b):
    d = np.asarray(a) - np.asarray(b)
    return d.mean(), d.std() / np.sqrt(len(d))


@instead_of("paired", "divided by K; the standard error has the square root of K")
def divided_by_K(a, b):
    d = np.asarray(a) - np.asarray(b)
    return d.mean(), d.std(ddof=1) / len(d)


@instead_of("paired", "this is b minus a; the question is by how much a exceeds b")
def the_other_way(a, b):
    d = np.asarray(b) - np.asarray(a)
    return d.mean(), d.std(ddof=1) / np.sqrt(len(d))


@instead_of("paired", "standard deviations were subtracted; take the standard deviation of the differences")
def difference_of_deviations(a, b):
    a, b = np.asarray(a), np.asarray(b)
    return a.mean() - b.mean(), abs(a.std(ddof=1) - b.std(ddof=1)) / np.sqrt(len(a))


@instead_of("paired", "the differences lost their signs; where b is the larger error, the difference is negative")
def absolute(a, b):
    d = np.abs(np.asarray(a) - np.asarray(b))
    return d.mean(), d.std(ddof=1) / np.sqrt(len(d))


@instead_of("paired", "the mean has lost its sign; where b is the larger error, it is negative")
def absolute_mean(a, b):
    d = np.asarray(a) - np.asarray(b)
    return abs(d.mean()), d.std(ddof=1) / np.sqrt(len(d))


@instead_of("paired", "these are two standard errors; return one, and let the caller double it")
def two_errors(a, b):
    d = np.asarray(a) - np.asarray(b)
    return d.mean(), 2 * d.std(ddof=1) / np.sqrt(len(d))


@instead_of("paired", "K - 1 belongs into the standard deviation only; then divide by the square root of K")
def one_less_twice(a, b):
    d = np.asarray(a) - np.asarray(b)
    return d.mean(), d.std(ddof=1) / np.sqrt(len(d) - 1)


@instead_of("spread_evenly", "these are the same numbers for every example; each keeps its own p of the true class")
def fixed_doubt(p, labels):
    return np.where(np.arange(p.shape[1]) == labels[:, None], 0.9, 0.1 / (p.shape[1] - 1))


@instead_of("spread_evenly", "these are the same numbers for every example; each keeps its own p of the true class")
def fixed_smoothing(p, labels):
    return 0.9 * np.eye(p.shape[1])[labels] + 0.1 / p.shape[1]


@instead_of("spread_evenly", "this is label smoothing with one amount of doubt; each example keeps its own")
def label_smoothing(p, labels):
    right = p[np.arange(len(p)), labels].mean()
    return np.eye(p.shape[1])[labels] * right + (1 - right) / p.shape[1]


@instead_of("spread_evenly", "the rest was divided by C; only C - 1 classes share it")
def shared_by_all(p, labels):
    right = p[np.arange(len(p)), labels][:, None]
    return np.where(np.arange(p.shape[1]) == labels[:, None], right, (1 - right) / p.shape[1])


@instead_of("spread_evenly", "the likeliest class kept its probability; it should be the true one")
def likeliest(p, labels):
    top = p.argmax(axis=1)
    right = p[np.arange(len(p)), top][:, None]
    return np.where(np.arange(p.shape[1]) == top[:, None], right, (1 - right) / (p.shape[1] - 1))


@instead_of("spread_evenly", "all examples got the mean doubt; each should keep its own")
def mean_doubt(p, labels):
    right = p[np.arange(len(p)), labels].mean()
    return np.where(np.arange(p.shape[1]) == labels[:, None], right, (1 - right) / (p.shape[1] - 1))


@instead_of("spread_evenly", "the true class got probability 1; it keeps what the teacher gave it")
def one_hot(p, labels):
    return np.eye(p.shape[1])[labels]


@instead_of("spread_evenly", "every class got 1 / C; the true class keeps what the teacher gave it")
def uniform(p, labels):
    return np.full(p.shape, 1 / p.shape[1])


@instead_of("spread_evenly", "true and wrong classes have changed places")
def changed_places(p, labels):
    right = p[np.arange(len(p)), labels][:, None]
    return np.where(np.arange(p.shape[1]) == labels[:, None], 1 - right, right / (p.shape[1] - 1))


@instead_of("by_class", "this is one row for each class; each example needs the row of its label")
def one_row_a_class(p, labels):
    return np.stack([p[labels == c].mean(axis=0) if (labels == c).any() else p[0] for c in range(p.shape[1])])


@instead_of("by_class", "every example got the mean of all examples; average only over those that have its label")
def mean_of_all(p, labels):
    return np.repeat(p.mean(axis=0)[None], len(p), axis=0)


@instead_of("by_class", "examples were grouped by the teacher's likeliest class; group them by the label")
def by_likeliest(p, labels):
    top = p.argmax(axis=1)
    return np.stack([p[top == c].mean(axis=0) for c in top])


@instead_of("by_class", "these are sums; divide by the number of examples with that label")
def sums(p, labels):
    return np.stack([p[labels == c].sum(axis=0) for c in labels])


@instead_of("by_class", "the sums were divided by the number of all examples; divide by how many have that label")
def divided_by_all(p, labels):
    return np.stack([p[labels == c].sum(axis=0) for c in labels]) / len(p)


@instead_of("by_class", "this is p itself; examples with the same label must get the same row")
def unchanged(p, labels):
    return p.copy()


@instead_of("by_class", "this is the median of each column; take the mean, so that every row still sums to 1")
def medians(p, labels):
    return np.stack([np.median(p[labels == c], axis=0) for c in labels])


@instead_of("by_class", "the last class was left out: range(labels.max()) ends before it")
def last_class_left_out(p, labels):
    out = np.zeros(p.shape)
    for c in range(labels.max()):
        out[labels == c] = p[labels == c].sum(axis=0) / max(1, np.sum(labels == c))
    return out


@instead_of("by_class", "this is one row for each class; each example needs the row of its label")
def one_row_a_class_or_none(p, labels):
    with np.errstate(all="ignore"):  # some classes have no example
        return np.stack([p[labels == c].sum(axis=0) / np.sum(labels == c) for c in range(p.shape[1])])


@instead_of("by_class", "this is one row for each class; each example needs the row of its label")
def one_row_a_class_or_zeros(p, labels):
    return np.stack([p[labels == c].mean(axis=0) if c in labels else np.zeros(p.shape[1]) for c in range(p.shape[1])])


@instead_of("by_class", "this is one row for each class that occurs; each example needs the row of its label")
def one_row_a_label(p, labels):
    return np.stack([p[labels == c].mean(axis=0) for c in np.unique(labels)])


@instead_of("by_class", "the rows were sorted by class; keep the examples in their old order")
def sorted_by_class(p, labels):
    return np.concatenate([np.repeat(p[labels == c].mean(axis=0)[None], sum(labels == c), 0) for c in set(labels)])
